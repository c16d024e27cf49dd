"""The single changes of the rules, besides rules left out: what a learned engine may have learned instead.

>>> from turncheck.engine.duel.rules import STANDARD
>>> changed = alternatives(STANDARD)
>>> changed["burn_damage were 2"].burn_damage, changed["E1 and E2 were exchanged"].phases[:3]
(2, ('T2', 'E2', 'E1'))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import combinations
from typing import Any

import attrs

from turncheck.engine.duel.rules import Rules, RulesError
from turncheck.engine.duel.tables import OTHER, SELF, Action, Effect
from turncheck.engine.duel.variants import NUMBERS

Named = tuple[str, Callable[[], Rules]]
"""A change in words, as it follows `as if`, and what makes the rules with it, which may be impossible ones."""


def alternatives(rules: Rules) -> dict[str, Rules]:
    """Return the rules with each single change, by the change in words. Changes that the text cannot hold are left out.

    Every number is one lower and one higher: the single numbers, an action's power, cooldown and amounts, the highest
    value of a field. Every action is aimed at the other side. Every effect is left out, adds instead of raising to at
    least, is given on another condition, or has no highest value. Every two phases are exchanged.
    """
    found: dict[str, Rules] = {}
    for words, change in _changes(rules):
        with suppress(RulesError):
            found[words] = change()
    return found


def _changes(rules: Rules) -> Iterator[Named]:
    yield from _numbers(rules)
    for action in rules.actions:
        yield from _of_action(rules, action)
    yield from _highest(rules)
    yield from _phases(rules)


def _off_by_one(what: str, value: int, put: Callable[[int], Rules]) -> Iterator[Named]:
    for other in (value - 1, value + 1):
        yield f"{what} were {other}", partial(put, other)


def _numbers(rules: Rules) -> Iterator[Named]:
    for name in NUMBERS:
        yield from _off_by_one(name, getattr(rules, name), partial(_with_number, rules, name))
    words = f"regen healed {'beyond' if rules.regen_capped else 'up to'} max"
    yield words, partial(attrs.evolve, rules, regen_capped=not rules.regen_capped)


def _with_number(rules: Rules, name: str, value: int) -> Rules:
    changes: dict[str, Any] = {name: value}
    return attrs.evolve(rules, **changes)


def _highest(rules: Rules) -> Iterator[Named]:
    for row in (rules.turn, *rules.fields):
        what = f"the highest {row.name.removeprefix('cd_')}{' cooldown' if row.kind == 'slot' else ''}"
        yield from _off_by_one(what, row.high, partial(_with_highest, rules, row.name))


def _with_highest(rules: Rules, name: str, value: int) -> Rules:
    return rules.with_field(name, high=value)


def _phases(rules: Rules) -> Iterator[Named]:
    for one, other in combinations(rules.phases, 2):
        yield f"{one} and {other} were exchanged", partial(rules.swapped, one, other)


# --- what an action does ---------------------------------------------------------------------------------------------


def _of_action(rules: Rules, action: Action) -> Iterator[Named]:
    name = action.name
    for part in ("power", "cooldown"):
        yield from _off_by_one(f"the {part} of {name}", getattr(action, part), partial(_with_part, rules, name, part))
    aim, whom = (SELF, "its own unit") if action.aim == OTHER else (OTHER, "the other unit")
    yield f"{name} were aimed at {whom}", partial(rules.with_action, name, aim=aim)
    for effect in action.effects:
        yield from _of_effect(rules, action, effect)


def _with_part(rules: Rules, name: str, part: str, value: int) -> Rules:
    return rules.with_action(name, **{part: value})


def _of_effect(rules: Rules, action: Action, effect: Effect) -> Iterator[Named]:
    """Yield changes of one effect of an action."""

    def changed(**changes: Any) -> Callable[[], Rules]:
        effects = tuple(attrs.evolve(each, **changes) if each == effect else each for each in action.effects)
        return partial(rules.with_action, action.name, effects=effects)

    name, field = action.name, effect.field
    rest = tuple(each for each in action.effects if each != effect)
    yield f"{name} did nothing to {field}", partial(rules.with_action, name, effects=rest)
    if effect.operation != "clear":
        yield from _off_by_one(f"the {field} of {name}", effect.amount, lambda other: changed(amount=other)())
        adds = effect.operation == "gain"
        yield (
            f"{name} {f'made {field} at least' if adds else f'added to {field}'} {effect.amount}",
            changed(operation="at least" if adds else "gain"),
        )
    if action.power:
        yield (
            f"{name} changed {field} of {'any' if effect.if_fragile else 'only a fragile'} target",
            changed(if_fragile=not effect.if_fragile),
        )
    if effect.operation == "gain":
        yield f"{name} knew {'no' if effect.capped else 'a'} highest {field}", changed(capped=not effect.capped)
