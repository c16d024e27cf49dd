"""Laws about what a strike leaves behind: poison, burn, a stun, or nothing."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine.duel import Rules, Turn, Unit, UnitName, other
from turncheck.properties.checking.law import KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import STRIKES, amount, counted_down, fragile_damage, power
from turncheck.properties.laws.duel.cases import TurnCases, either, struck, sturdy
from turncheck.properties.laws.duel.conditions import (
    action_of,
    all_of,
    has,
    is_struck_by,
    keeps_its_shield,
    lacks,
    stands_after,
)
from turncheck.properties.laws.duel.written import unit_law
from turncheck.strategies.duel import between, positive

_is_poisoned = all_of(is_struck_by("poison_strike"), stands_after)


@unit_law("A5, E5", KNOWN_ANSWER, cases=struck(sturdy(), "poison_strike"), who=_is_poisoned)
def poison_strike_adds_two_stacks(before: Unit, after: Unit, rules: Rules) -> None:
    """A poison_strike adds 2 stacks of poison, up to 9, and the end of the turn takes 1."""
    poison = min(before.poison + amount("poison_strike", "poison", rules), rules.field("poison").high)
    assert after.poison == counted_down(poison, rules)


_is_stunned = all_of(is_struck_by("poison_strike"), has("fragile"), stands_after)


@unit_law("A5", KNOWN_ANSWER, cases=struck(sturdy(fragile=positive), "poison_strike"), who=_is_stunned)
def poison_strike_stuns_the_fragile(before: Unit, after: Unit, rules: Rules) -> None:
    """A poison_strike raises a fragile unit's stun to at least 2, and the end of the turn takes 1."""
    assert after.stun == counted_down(max(before.stun, amount("poison_strike", "stun", rules)), rules)


_is_struck_while_not_fragile = all_of(is_struck_by(*STRIKES), lacks("fragile"), stands_after)


@unit_law("A5, S4", KNOWN_ANSWER, cases=struck(sturdy(fragile=0), *STRIKES), who=_is_struck_while_not_fragile)
def nobody_is_stunned_who_was_not_fragile(before: Unit, after: Unit, rules: Rules) -> None:
    """No strike stuns a unit that was not fragile, not even a strike that makes it fragile."""
    assert after.stun == counted_down(before.stun, rules)


_is_ignited = all_of(is_struck_by("ignite"), stands_after)


@unit_law("A6, E5", KNOWN_ANSWER, cases=struck(sturdy(), "ignite"), who=_is_ignited)
def ignite_sets_alight(before: Unit, after: Unit, rules: Rules) -> None:
    """An ignite raises burn to at least 3, and the end of the turn takes 1; more than 3 is kept."""
    assert after.burn == counted_down(max(before.burn, amount("ignite", "burn", rules)), rules)


def _shielded(strike: str) -> TurnCases:
    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        firm = sturdy(poison=0, burn=0, fragile=0, shield=between(power(strike, rules)))
        fragile = sturdy(poison=0, burn=0, fragile=positive, shield=between(fragile_damage(strike, rules)))
        return either(struck(firm, strike), struck(fragile, strike))(rules)

    return cases


_is_affected_behind_its_shield = all_of(
    is_struck_by("poison_strike", "ignite"), lacks("poison", "burn"), keeps_its_shield, stands_after
)


@unit_law(
    "S5",
    KNOWN_ANSWER,
    cases=either(_shielded("poison_strike"), _shielded("ignite")),
    who=_is_affected_behind_its_shield,
)
def effects_pass_a_whole_shield(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """A strike that a shield absorbs completely still leaves its poison, 2, or its burn, 3."""
    strike = action_of(turn, other(name))
    given = amount(strike, "poison", rules), amount(strike, "burn", rules)
    assert (after.poison, after.burn) == tuple(counted_down(effect, rules) for effect in given)


LAWS = (
    poison_strike_adds_two_stacks,
    poison_strike_stuns_the_fragile,
    nobody_is_stunned_who_was_not_fragile,
    ignite_sets_alight,
    effects_pass_a_whole_shield,
)
