"""The amounts in laws: what a strike, an effect and a count-down amount to under the rules in force."""

from __future__ import annotations

from turncheck.engine.duel import Rules, Unit
from turncheck.engine.duel.tables import ACTIONS, SELF

STRIKES = tuple(action.name for action in ACTIONS if action.power)
SELF_AIMED = ("wait", *(action.name for action in ACTIONS if action.aim == SELF and action.name != "wait"))
"""The actions that do nothing to the other unit, the simplest first."""


def power(strike: str, rules: Rules) -> int:
    """Return the strike's power."""
    return rules.action(strike).power


def damage(strike: str, target: Unit, rules: Rules) -> int:
    """Return the damage of a strike against the unit, to shield and hp together (S2)."""
    return fragile_damage(strike, rules) if target.fragile else power(strike, rules)


def fragile_damage(strike: str, rules: Rules) -> int:
    """Return the damage of a strike against a fragile unit."""
    return power(strike, rules) * rules.fragile_numerator // rules.fragile_denominator


def amount(action: str, field: str, rules: Rules) -> int:
    """Return the amount of the action's effect on the field; 0 if it has none."""
    return sum(effect.amount for effect in rules.action(action).effects if effect.field == field)


def poison_toll(stacks: int, rules: Rules) -> int:
    """Return the hp that the stacks of poison take at the end of a turn (E1)."""
    return stacks * rules.poison_damage


def burn_toll(burn: int, rules: Rules) -> int:
    """Return the damage of burn at the end of a turn, however long it lasts (E2)."""
    return rules.burn_damage if burn else 0


def strike_toll(strike: str, rules: Rules) -> int:
    """Return what the strike's effect takes at the end of the turn from a unit that had neither poison nor burn."""
    return poison_toll(amount(strike, "poison", rules), rules) + burn_toll(amount(strike, "burn", rules), rules)


def regained(regen: int, rules: Rules) -> int:
    """Return the hp that regen gives at the end of a turn, however long it lasts (E4)."""
    return rules.regen_heal if regen else 0


def counted_down(status: int, rules: Rules) -> int:
    """Return a status at the end of a turn (E5)."""
    return max(status - rules.status_step, 0)


def cooled_down(slot: int, rules: Rules) -> int:
    """Return a slot at the end of a turn in which it was not spent (E6)."""
    return max(slot - rules.slot_step, 0)
