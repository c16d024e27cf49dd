"""Mutants that are the reference under other rules, each made from the `rules` value: row by row, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import attrs

from tests.mutants.mutant import Answer, Mutant, Prompt
from turncheck.engine.duel import RULE_IDS, STANDARD, Rules, RulesError, Turn, resolve, resolve_text, write
from turncheck.engine.duel.rules import PHASES
from turncheck.engine.duel.tables import ACTIONS, FIELDS, OTHER, SELF, TURN, Action, Effect, Field


def by_rules(rules: Rules) -> Answer:
    """The reference under those rules.

    It answers what `resolve_text(text, rules)` does, in less time: a text is read again only where the ranges make a
    difference, and where the rules differ in some actions a turn is resolved only where one of those is ordered.
    """
    other_actions = {row.name for row, published in zip(rules.actions, ACTIONS, strict=True) if row != published}
    differs_elsewhere = attrs.evolve(rules, actions=ACTIONS) != STANDARD
    lowered = [field.name for field in FIELDS if rules.field(field.name).high < field.high]
    same_ranges = rules.limits.ranges == STANDARD.limits.ranges

    def answer(prompt: Prompt) -> str:
        turn = prompt.turn
        if turn is None:
            return prompt.right if same_ranges else resolve_text(prompt.text, rules)
        if not same_ranges and is_too_high(turn):
            return resolve_text(prompt.text, rules)
        if not differs_elsewhere and other_actions.isdisjoint((turn.first.action, turn.second.action)):
            return prompt.right
        after = resolve(turn, rules)
        return prompt.right if after == prompt.after else write(after)

    def is_too_high(turn: Turn) -> bool:
        units = (turn.battle.hero, turn.battle.foe)
        highest = {name: max(getattr(unit, name) for unit in units) for name in lowered}
        return turn.battle.turn > rules.turn.high or any(highest[name] > rules.field(name).high for name in lowered)

    return answer


def ruled(name: str, group: str, wrong: str, rules: Rules) -> Mutant:
    """The mutant that is the reference under those rules."""
    return attrs.evolve(Mutant.of(name, group, wrong, by_rules(rules)), rules=rules)


# --- rules left out and phases swapped -------------------------------------------------------------------------------


def rules_left_out() -> Iterator[Mutant]:
    """Every rule left out."""
    for rule, wrong in RULE_IDS.items():
        yield ruled(f"without_{rule}", "rules left out", wrong, STANDARD.without(rule))


def phases_swapped() -> Iterator[Mutant]:
    """Every two phases in each other's place."""
    for one, another in combinations(PHASES, 2):
        wrong = f"{one} and {another} come in each other's place"
        yield ruled(f"{one}_and_{another}_swapped", "phases swapped", wrong, STANDARD.swapped(one, another))


# --- numbers off by one ----------------------------------------------------------------------------------------------


@attrs.frozen
class Amount:
    """One number of the rules: its name, what it is in words, its value, and the rules with another in its place."""

    name: str
    what: str
    value: int
    put: Callable[[int], Rules]


def amounts() -> Iterator[Amount]:
    """Every number of the rules."""
    for field in attrs.fields(Rules):
        if type(field.default) is int:
            yield _number(field.name, field.default)
    for action in ACTIONS:
        yield _part(action, "power")
        yield _part(action, "cooldown")
        yield from (_amount(action, effect) for effect in action.effects if effect.operation != "clear")
    for row in (TURN, *FIELDS):
        yield _highest(row)


def _number(name: str, value: int) -> Amount:
    return Amount(name, f"the {name.replace('_', ' ')}", value, lambda number: attrs.evolve(STANDARD, **{name: number}))


def _part(action: Action, part: str) -> Amount:
    name, what = f"{action.name}_{part}", f"the {part} of {action.name}"
    return Amount(name, what, getattr(action, part), lambda number: STANDARD.with_action(action.name, **{part: number}))


def _amount(action: Action, effect: Effect) -> Amount:
    name, what = f"{action.name}_{effect.field}", f"the {effect.field} given by {action.name}"
    return Amount(name, what, effect.amount, lambda number: with_effect(action, effect, amount=number))


def _highest(row: Field) -> Amount:
    name, what = f"highest_{row.name}", f"the highest {row.name}"
    return Amount(name, what, row.high, lambda number: STANDARD.with_field(row.name, high=number))


def numbers_off_by_one() -> Iterator[Mutant]:
    """Every number one lower and one higher, where the text can hold that."""
    for amount in amounts():
        for value in (amount.value - 1, amount.value + 1):
            try:
                rules = amount.put(value)
            except RulesError:
                continue
            wrong = f"{amount.what} is {value}, not {amount.value}"
            yield ruled(f"{amount.name}_{value}", "numbers off by one", wrong, rules)


# --- what an action does ---------------------------------------------------------------------------------------------


def with_effect(action: Action, effect: Effect, **changes: object) -> Rules:
    """The standard rules with that effect of that action changed."""
    effects = [attrs.evolve(each, **changes) if each == effect else each for each in action.effects]
    return STANDARD.with_action(action.name, effects=tuple(effects))


def wrong_targets() -> Iterator[Mutant]:
    """Every action aimed at the other side."""
    for action in ACTIONS:
        aim = OTHER if action.aim == SELF else SELF
        wrong = f"{action.name} is aimed at {'the other unit' if aim == OTHER else 'its own unit'}"
        rules = STANDARD.with_action(action.name, aim=aim)
        yield ruled(f"{action.name}_at_{aim}", "wrong targets", wrong, rules)


def effects_dropped() -> Iterator[Mutant]:
    """Every effect of every action left out."""
    for action in ACTIONS:
        for effect in action.effects:
            effects = tuple(each for each in action.effects if each != effect)
            wrong = f"{action.name} does nothing to {effect.field}"
            rules = STANDARD.with_action(action.name, effects=effects)
            yield ruled(f"{action.name}_without_{effect.field}", "effects dropped", wrong, rules)


def caps_missing() -> Iterator[Mutant]:
    """Every gain held by nothing but the digits of the text, and regen likewise."""
    for action in ACTIONS:
        for effect in action.effects:
            if effect.operation == "gain":
                wrong = f"{action.name} knows no highest {effect.field}"
                rules = with_effect(action, effect, capped=False)
                yield ruled(f"{action.name}_uncapped", "caps missing", wrong, rules)
    rules = attrs.evolve(STANDARD, regen_capped=False)
    yield ruled("regen_uncapped", "caps missing", "regen knows no highest hp", rules)


def operations_exchanged() -> Iterator[Mutant]:
    """Every `gain` made `at least`, and the other way; every effect of a strike given to the unlike target too."""
    for action in ACTIONS:
        for effect in action.effects:
            if effect.operation != "clear":
                yield _other_operation(action, effect)
            if action.power:
                yield _other_condition(action, effect)


def _other_operation(action: Action, effect: Effect) -> Mutant:
    operation = "at least" if effect.operation == "gain" else "gain"
    does = {"at least": "makes {0} at least {1}", "gain": "adds {1} to {0}"}
    told, meant = (does[each].format(effect.field, effect.amount) for each in (operation, effect.operation))
    name = f"{action.name}_{operation.replace(' ', '_')}_{effect.field}"
    rules = with_effect(action, effect, operation=operation)
    return ruled(name, "effects exchanged", f"{action.name} {told}, where it {meant}", rules)


def _other_condition(action: Action, effect: Effect) -> Mutant:
    whom = "any target" if effect.if_fragile else "a fragile target alone"
    name = f"{action.name}_{effect.field}_{'always' if effect.if_fragile else 'if_fragile'}"
    rules = with_effect(action, effect, if_fragile=not effect.if_fragile)
    return ruled(name, "effects exchanged", f"{action.name} has its {effect.field} on {whom}", rules)


MUTANTS = (
    *rules_left_out(),
    *numbers_off_by_one(),
    *phases_swapped(),
    *wrong_targets(),
    *effects_dropped(),
    *caps_missing(),
    *operations_exchanged(),
)
