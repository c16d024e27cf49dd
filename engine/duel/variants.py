"""Variants of the rules as data: convert the tables of a rules file to `Rules`, and `Rules` to one line of text.

A rules file is TOML. It lists the differences from the published rules, with the names of the rules page:

    burn_damage = 4
    left_out = ["E4"]

    [fields.shield]
    high = 30

    [actions.ignite]
    cooldown = 2
    effects = [{ field = "burn", operation = "at least", amount = 4 }]

>>> from turncheck.engine.duel.variants import described, rules_of
>>> described(rules_of({"burn_damage": 4, "actions": {"attack": {"power": 7}}}))
'duel/1 with burn_damage 4, attack power 7'
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import attrs

from turncheck.engine.duel.rules import RULES_VERSION, STANDARD, Rules, RulesError
from turncheck.engine.duel.tables import ACTION_NAMES, Effect

NUMBERS = tuple(field.name for field in attrs.fields(Rules) if "low" in field.metadata)
"""The single numbers of the rules."""

LISTS = ("phases", "left_out")
TABLES = ("fields", "actions")
KEYS = (*NUMBERS, "regen_capped", *LISTS, *TABLES)
FIELD_KEYS = ("high",)
ACTION_KEYS = ("aim", "power", "cooldown", "effects")
EFFECT_KEYS = tuple(field.name for field in attrs.fields(Effect))


def read_rules(content: str) -> Rules:
    """Parse the text of a rules file.

    Raises:
        RulesError: the text is not TOML, or such rules are impossible for a duel.
    """
    try:
        values = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise RulesError("a rules file", "TOML", str(error)) from error
    except RecursionError as error:
        raise RulesError("a rules file", "TOML", "tables too deep") from error
    except ValueError as error:  # Python limits the number of digits of an int
        raise RulesError("a rules file", "TOML", "a number of too many digits") from error
    return rules_of(values)


def rules_of(values: Mapping[str, Any], rules: Rules = STANDARD) -> Rules:
    """Return the rules with these values instead of their own.

    Raises:
        RulesError: a name is unknown, a value has the wrong type, or such rules are impossible for a duel.
    """
    _check_names("the rules", values, KEYS)
    for name in NUMBERS:
        _check_type(name, values.get(name, 0), int)
    _check_type("regen_capped", values.get("regen_capped", True), bool)
    for name in LISTS:
        _check_texts(name, values.get(name, []))
    for name in TABLES:
        _check_type(name, values.get(name, {}), dict)
    plain = {name: value for name, value in values.items() if name not in TABLES}
    if "phases" in plain:
        plain["phases"] = tuple(plain["phases"])
    # Rows first: a number may be valid only with the row that it goes with.
    for name, row in values.get("fields", {}).items():
        _check_row(f"fields.{name}", name, row, ("turn", *(field.name for field in rules.fields)), FIELD_KEYS)
        rules = rules.with_field(name, **row)
    for name, row in values.get("actions", {}).items():
        _check_row(f"actions.{name}", name, row, ACTION_NAMES, ACTION_KEYS)
        effects = {"effects": _effects(f"actions.{name}", row["effects"])} if "effects" in row else {}
        rules = rules.with_action(name, **{**row, **effects})
    return attrs.evolve(rules, **plain)


def _effects(where: str, rows: object) -> tuple[Effect, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RulesError(f"{where}.effects", "a list of tables", rows)
    for row in rows:
        _check_names(f"{where}.effects", row, EFFECT_KEYS)
        if not {"field", "operation"} <= row.keys():
            raise RulesError(f"{where}.effects", "tables with a field and an operation", row)
        for name in ("field", "operation"):
            _check_type(f"{where}.effects.{name}", row[name], str)
        for name in ("if_fragile", "capped"):
            _check_type(f"{where}.effects.{name}", row.get(name, True), bool)
    return tuple(Effect(**row) for row in rows)


def _check_row(where: str, name: str, row: object, names: Collection[str], keys: Collection[str]) -> None:
    _check_names(where.partition(".")[0], [name], names)
    if not isinstance(row, dict):
        raise RulesError(where, f"a table with {', '.join(keys)}", row)
    _check_names(where, row, keys)


def _check_names(where: str, given: Collection[str], names: Collection[str]) -> None:
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f" ({near[0]}?)" if near else ""
            raise RulesError(f"a name in {where}", f"one of {', '.join(names)}{hint}", name)


def _check_type(name: str, value: object, kind: type) -> None:
    if type(value) is not kind:
        words = {int: "an int", bool: "true or false", dict: "a table", str: "a text"}
        raise RulesError(name, words[kind], value)


def _check_texts(name: str, value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise RulesError(name, "a list of texts", value)


def described(rules: Rules) -> str:
    """Return the rules in one line: their version, and their differences from the published rules."""
    differing = ", ".join(_differences(rules))
    return f"{RULES_VERSION} with {differing}" if differing else RULES_VERSION


def _differences(rules: Rules) -> Iterator[str]:
    for name in (*NUMBERS, "regen_capped"):
        if (value := getattr(rules, name)) != getattr(STANDARD, name):
            yield f"{name} {str(value).lower()}"
    for field in (rules.turn, *rules.fields):
        published = STANDARD.turn if field.name == "turn" else STANDARD.field(field.name)
        if field.high != published.high:
            yield f"{field.name} up to {field.high}"
    for action in rules.actions:
        for key in ACTION_KEYS:
            if (value := getattr(action, key)) != getattr(STANDARD.action(action.name), key):
                yield f"{action.name} {_effects_in_words(value) if key == 'effects' else f'{key} {value}'}"
    if rules.phases != STANDARD.phases:
        yield f"phases {' '.join(rules.phases)}"
    if rules.left_out:
        yield f"no {' '.join(sorted(rules.left_out))}"


def _effects_in_words(effects: tuple[Effect, ...]) -> str:
    return "effects " + (" and ".join(_effect_in_words(effect) for effect in effects) or "none")


def _effect_in_words(effect: Effect) -> str:
    amount = "" if effect.operation == "clear" else f" {effect.amount}"
    when = " if fragile" if effect.if_fragile else ""
    return f"{effect.operation} {effect.field}{amount}{when}" + ("" if effect.capped else " uncapped")
