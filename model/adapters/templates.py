"""Templates: how a text of the duel is said to a model that was trained on other words, and how it says its answers.

A template is two functions that undo each other: `encode` makes their text of ours, `decode` ours of theirs. Turns,
answers and the reference's drafts all go through `encode`, what the model writes through `decode`. A template says
things in other words; it mends nothing: what a model should not have written must come out as something wrong.

`duel-json/1` is one line of JSON, numbers as numbers, the units' fields in the order of the text:

    {"turn":7,"hero":{"hp":31,"max":40,"shield":4,...,"cd":{"heal":0,...}},"foe":{...},
     "orders":[["hero","poison_strike"],["foe","guard"]]}

An answer has the same without `orders`, or is `{"reject":"bad_number"}`. A text that the grammar cannot be followed
through, down to the number of its digits, is `{"text":"turn 7\\n..."}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import attrs

from turncheck.engine.duel import (
    REASONS,
    Battle,
    MalformedTextError,
    Rules,
    Turn,
    read_answer,
    resolve_text,
    write,
    write_rejection,
)
from turncheck.engine.duel.samplers import SAMPLERS, sample
from turncheck.engine.duel.tables import FIELDS
from turncheck.engine.importing import attribute
from turncheck.engine.learned import EngineError, LearnedEngine, Verdict, Verifier, described
from turncheck.strategies.duel.operators import damage
from turncheck.strategies.operators import ImpossibleDamageError

Recode = Callable[[str], str]


@attrs.frozen
class Template:
    """How texts are said to a model, and how it says them.

    Attributes:
        name: `duel/1`, `duel-json/1`, `py:MODULE:ATTRIBUTE`.
        encode: their text for ours.
        decode: our text for theirs; it may raise anything on what is none of theirs.
    """

    name: str
    encode: Recode = attrs.field(repr=False)
    decode: Recode = attrs.field(repr=False)


UNREADABLE = "unreadable: "
"""Stands before an answer that the template cannot decode, so that it reads as no answer of ours."""


class TemplatedEngine:
    """A learned engine behind a template: it reads and writes the texts of the duel."""

    def __init__(self, engine: LearnedEngine, template: Template) -> None:
        self.engine, self.template = engine, template

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """The engine's answers, decoded."""
        given = self.engine.predict([self.template.encode(prompt) for prompt in prompts])
        if isinstance(given, str) or not isinstance(given, Sequence):
            return given  # it breaks the contract: whoever called says so
        return [self._decoded(answer) for answer in given]

    def _decoded(self, answer: str) -> str:
        try:
            text = self.template.decode(answer)
        except Exception:  # whatever a template of the user's raises on a text that it was not made for
            return f"{UNREADABLE}{answer}"
        return text


class TemplatedVerifier(TemplatedEngine):
    """A verifier behind a template."""

    engine: Any

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[Verdict]:
        """The engine's verdicts on the drafts, encoded; tokens are those of the encoded ones."""
        encode = self.template.encode
        verdicts: Sequence[Verdict] = self.engine.verify(list(map(encode, prompts)), list(map(encode, drafts)))
        return verdicts


class SpeakingEngine:
    """An engine that reads and writes the texts of the duel, speaking the words of a template: the reverse of
    `TemplatedEngine`, to try a template with.
    """

    def __init__(self, engine: LearnedEngine, template: Template) -> None:
        self.engine, self.template = engine, template

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The engine's answers, encoded."""
        given = self.engine.predict([self.template.decode(prompt) for prompt in prompts])
        return [self.template.encode(answer) for answer in given]


def behind(engine: LearnedEngine, template: Template) -> LearnedEngine:
    """The engine behind the template; behind our own it stands as it is."""
    if template is DUEL:
        return engine
    return (TemplatedVerifier if isinstance(engine, Verifier) else TemplatedEngine)(engine, template)


def bare(engine: LearnedEngine) -> tuple[LearnedEngine, Template]:
    """The engine with no template before it, and the template that stood there."""
    return (engine.engine, engine.template) if isinstance(engine, TemplatedEngine) else (engine, DUEL)


# --- duel-json/1 -----------------------------------------------------------------------------------------------------

_SLOTS = {field.label: field for field in FIELDS if field.kind == "slot"}
_PLAIN = {field.name: field for field in FIELDS if field.kind != "slot"}
_ORDER = re.compile(r"do (hero|foe) ([^ \n]+)\n")


def _to_json(text: str) -> str:
    return json.dumps(_value_of(text), separators=(",", ":"), ensure_ascii=False)


def _value_of(text: str) -> dict[str, Any]:
    """What a text says, as a value: of a turn, a battle, a rejection; else the text itself."""
    if rejection := re.fullmatch(r"reject ([^ \n]+)\n", text):
        return {"reject": rejection[1]}
    head, orders = _parted(text)
    try:
        battle = read_answer(head)
    except MalformedTextError:
        return {"text": text}
    if not isinstance(battle, Battle) or orders is None:
        return {"text": text}
    units = {name: _unit_value(battle.unit(name)) for name in ("hero", "foe")}
    return {"turn": battle.turn, **units, **({"orders": orders} if orders else {})}


def _parted(text: str) -> tuple[str, list[list[str]] | None]:
    """The first three lines, and the orders of the others: none of a battle, None where they are no orders."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)  # str.splitlines would part at other characters too
    found = [_ORDER.fullmatch(line) for line in lines[3:]]
    orders = [list(order.groups()) for order in found if order]
    return "".join(lines[:3]), orders if len(orders) == len(found) and len(orders) in (0, 2) else None


def _unit_value(unit: object) -> dict[str, Any]:
    plain = {name: getattr(unit, name) for name in _PLAIN}
    return {**plain, "cd": {label: getattr(unit, field.name) for label, field in _SLOTS.items()}}


def _from_json(content: str) -> str:
    """The text that a line of JSON says.

    Raises:
        ValueError: it is not of this format, or says in two ways what can be said in one.
    """
    value = json.loads(content, object_pairs_hook=_without_doubles)
    text = _text_of(value)
    if value.keys() == {"text"} and _value_of(text) != value:
        raise ValueError("what can be said in fields must be")
    return text


def _text_of(value: object) -> str:
    table = _table(value)
    for key in ("reject", "text"):
        if table.keys() == {key}:
            return f"reject {_word(table[key])}\n" if key == "reject" else _text(table[key])
    keys = {"turn", "hero", "foe"}
    if table.keys() not in (keys, keys | {"orders"}):
        raise ValueError(f"its keys must be turn, hero, foe and, of a turn, orders, got {list(table)}")
    units = "".join(_unit_text(name, _table(table[name])) for name in ("hero", "foe"))
    return f"turn {_digits(table['turn'], 2)}\n{units}{''.join(_order_texts(table.get('orders', [])))}"


def _unit_text(name: str, unit: dict[str, Any]) -> str:
    slots = _table(unit.get("cd"))
    if unit.keys() != {*_PLAIN, "cd"} or slots.keys() != _SLOTS.keys():
        raise ValueError(f"{name} must have {', '.join(_PLAIN)} and cd")
    numbers = {field: _digits(unit[field], row.width) for field, row in _PLAIN.items()}
    hp = f"hp {numbers.pop('hp')}/{numbers.pop('max')}"
    pairs = [*numbers.items()], [(label, _digits(slots[label], row.width)) for label, row in _SLOTS.items()]
    plain, counters = (" ".join(f"{label} {number}" for label, number in each) for each in pairs)
    return f"{name} {hp} {plain} cd {counters}\n"


def _order_texts(orders: object) -> Iterator[str]:
    if not isinstance(orders, list):
        raise ValueError("orders must be a list of a unit and an action each")
    for order in orders:
        unit, action = order
        yield f"do {_word(unit)} {_word(action)}\n"


def _digits(number: object, width: int) -> str:
    """The number as the text writes it; one that has no place there comes out as too many digits."""
    if type(number) is not int:
        raise ValueError(f"a number must be an int, got {number!r}")
    return f"{number:0{width}}"


def _word(word: object) -> str:
    if not isinstance(word, str) or not re.fullmatch(r"[^ \n]+", word):
        raise ValueError(f"a word must be a text without spaces, got {word!r}")
    return word


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("text must be a text")
    return text


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"it must be an object, got {type(value).__name__}")
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("an object must have each key once")
    return table


# --- by name ---------------------------------------------------------------------------------------------------------


def _as_it_is(text: str) -> str:
    return text


DUEL = Template("duel/1", _as_it_is, _as_it_is)
BUILT_IN = {"duel/1": DUEL, "duel-json/1": Template("duel-json/1", _to_json, _from_json)}


def template(name: str) -> Template:
    """The template of that name; one of the user's own, `py:MODULE:ATTRIBUTE`, is imported.

    Raises:
        EngineError: there is none, or it has no two functions `encode` and `decode`.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if not name.startswith("py:"):
        raise EngineError(f"template must be {', '.join(BUILT_IN)} or py:MODULE:ATTRIBUTE, got {name!r}")
    found = attribute("template=py", name.removeprefix("py:"), "my_words:pair")
    pair = found if isinstance(found, tuple) else (getattr(found, "encode", None), getattr(found, "decode", None))
    if len(pair) != 2 or not all(map(callable, pair)):
        raise EngineError(f"template {name} must have two functions, encode and decode, or be a pair of them")
    return Template(name, *pair)


def check_round_trip(template: Template, rules: Rules, rejects: bool) -> None:
    """Encodes and decodes some turns, their answers and, where the model rejects, malformed texts and rejections.

    Raises:
        EngineError: one of them comes back as something else, or is turned into no text.
    """
    for text in _texts(rules, rejects):
        try:
            theirs = template.encode(text)
            back = template.decode(theirs)
        except Exception as error:
            fault = f"on {text[:60]!r} it raised {described(error)}"
        else:
            if isinstance(theirs, str) and back == text:
                continue
            fault = f"{text[:60]!r} comes back as {str(back)[:60]!r}"
        way_out = "decode(encode(text)) must be the text"
        if rejects:
            way_out += ", of malformed turns too; rejects=false leaves those out"
        raise EngineError(f"template {template.name} does not round-trip: {fault}; {way_out}")


def _texts(rules: Rules, rejects: bool) -> Iterator[str]:
    for name in SAMPLERS:
        for index, turn in enumerate(sample(name, 0, 25, rules=rules)):
            yield write(turn)
            yield resolve_text(write(turn), rules)
            if rejects:
                yield from _damaged(turn, index, rules)
    if rejects:
        yield from map(write_rejection, REASONS)


def _damaged(turn: Turn, choice: int, rules: Rules) -> Iterator[str]:
    for reason in REASONS:
        with suppress(ImpossibleDamageError):  # under some rules
            yield damage(turn, reason, choice, rules)
