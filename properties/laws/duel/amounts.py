"""Amounts that laws state: what a strike, an effect and a count-down come to by the rules in force."""

from __future__ import annotations

from turncheck.engine.duel import Rules, Unit
from turncheck.engine.duel.tables import ACTIONS, SELF

STRIKES = tuple(action.name for action in ACTIONS if action.power)
SELF_AIMED = ("wait", *(action.name for action in ACTIONS if action.aim == SELF and action.name != "wait"))
"""The actions that do nothing to the other unit, the simplest first."""


def power(strike: str, rules: Rules) -> int:
    """The strike's power."""
    return rules.action(strike).power


def damage(strike: str, target: Unit, rules: Rules) -> int:
    """What a strike at that unit amounts to, shield and hp together (S2)."""
    return fragile_damage(strike, rules) if target.fragile else power(strike, rules)


def fragile_damage(strike: str, rules: Rules) -> int:
    """What a strike at a fragile unit amounts to."""
    return power(strike, rules) * rules.fragile_numerator // rules.fragile_denominator


def amount(action: str, field: str, rules: Rules) -> int:
    """How much the action's effect on that field comes to; 0 where it has none."""
    return sum(effect.amount for effect in rules.action(action).effects if effect.field == field)


def poison_toll(stacks: int, rules: Rules) -> int:
    """The hp that so many stacks of poison take at the end of a turn (E1)."""
    return stacks * rules.poison_damage


def burn_toll(burn: int, rules: Rules) -> int:
    """The damage that burn does at the end of a turn, however long it lasts (E2)."""
    return rules.burn_damage if burn else 0


def strike_toll(strike: str, rules: Rules) -> int:
    """What the strike's effect takes at the end of the turn from a unit that neither was poisoned nor burned before."""
    return poison_toll(amount(strike, "poison", rules), rules) + burn_toll(amount(strike, "burn", rules), rules)


def regained(regen: int, rules: Rules) -> int:
    """The hp that regen gives at the end of a turn, however long it lasts (E4)."""
    return rules.regen_heal if regen else 0


def counted_down(status: int, rules: Rules) -> int:
    """What is left of a status at the end of a turn (E5)."""
    return max(status - rules.status_step, 0)


def cooled_down(slot: int, rules: Rules) -> int:
    """What is left of a slot at the end of a turn in which it was not spent (E6)."""
    return max(slot - rules.slot_step, 0)
