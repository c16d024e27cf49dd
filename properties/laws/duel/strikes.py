"""Laws about strikes: what damage they do, how much of it a shield absorbs, and what breaks a shield."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine.duel import Battle, Rules, Turn, Unit, UnitName, other
from turncheck.properties.checking.law import DIRECTION, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import (
    STRIKES,
    amount,
    burn_toll,
    counted_down,
    damage,
    fragile_damage,
    poison_toll,
    power,
    strike_toll,
)
from turncheck.properties.laws.duel.cases import (
    TurnCases,
    either,
    either_side,
    sound,
    struck,
    sturdy,
    with_unit,
)
from turncheck.properties.laws.duel.conditions import (
    action_of,
    all_of,
    goes_on,
    has,
    is_sound,
    is_struck_by,
    keeps_its_shield,
    lacks,
    stands_after,
    strikes,
)
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.drawn_values import evenly
from turncheck.strategies.duel import between, positive, turns, units

# --- what a strike takes ---------------------------------------------------------------------------------------------

_is_bare = all_of(is_sound, lacks("shield", "fragile"))
_bare = sound(shield=0, fragile=0)


@unit_law("A1", KNOWN_ANSWER, cases=struck(_bare, "attack"), who=all_of(is_struck_by("attack"), _is_bare))
def attack_takes_its_power(before: Unit, after: Unit, rules: Rules) -> None:
    """An attack takes 6 hp from a waiting unit with no shield, no poison, no burn and no regen that is not fragile."""
    assert after.hp == max(before.hp - power("attack", rules), 0)


@unit_law(
    "A5, E1", KNOWN_ANSWER, cases=struck(_bare, "poison_strike"), who=all_of(is_struck_by("poison_strike"), _is_bare)
)
def poison_strike_takes_its_power(before: Unit, after: Unit, rules: Rules) -> None:
    """A poison_strike takes 3 hp from such a unit, and its two stacks take 2 more at the end of the turn."""
    poison = poison_toll(amount("poison_strike", "poison", rules), rules)
    assert after.hp == max(before.hp - power("poison_strike", rules) - poison, 0)


@unit_law("A6, E2", KNOWN_ANSWER, cases=struck(_bare, "ignite"), who=all_of(is_struck_by("ignite"), _is_bare))
def ignite_takes_its_power(before: Unit, after: Unit, rules: Rules) -> None:
    """An ignite takes 2 hp from such a unit, and the burn that it gives takes 3 more at the end of the turn."""
    burn = burn_toll(amount("ignite", "burn", rules), rules)
    assert after.hp == max(before.hp - power("ignite", rules) - burn, 0)


_is_bare_and_fragile = all_of(is_struck_by(*STRIKES), is_sound, lacks("shield"), has("fragile"))


@unit_law("S2", KNOWN_ANSWER, cases=struck(sound(shield=0, fragile=positive), *STRIKES), who=_is_bare_and_fragile)
def fragile_unit_takes_half_as_much_again(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """A strike takes its power times 3, divided by 2 and rounded down, from such a unit if it is fragile."""
    strike = action_of(turn, other(name))
    assert after.hp == max(before.hp - fragile_damage(strike, rules) - strike_toll(strike, rules), 0)


# --- what a shield takes of it ---------------------------------------------------------------------------------------

_is_attacked_behind_a_shield = all_of(is_struck_by("attack"), is_sound, has("shield"))


@unit_law("S3", KNOWN_ANSWER, cases=struck(sound(shield=positive), "attack"), who=_is_attacked_behind_a_shield)
def shield_absorbs_an_attack_first(before: Unit, after: Unit, rules: Rules) -> None:
    """An attack takes its damage from the shield first, and only the rest from hp."""
    taken = damage("attack", before, rules)
    left = max(taken - before.shield, 0)
    assert (after.shield, after.hp) == (max(before.shield - taken, 0), max(before.hp - left, 0))


def _strongest_attack(rules: Rules) -> int:
    """Return the damage of an attack against a fragile unit or any other, whichever is more."""
    return max(power("attack", rules), fragile_damage("attack", rules))


def _shielded_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    thick = between(min(_strongest_attack(rules), rules.field("shield").high))
    shielded = units(shield=thick, poison=0, burn=0, rules=rules)
    own = evenly([action.name for action in rules.actions if action.power == 0])
    return turns(hero=shielded, hero_action=own, foe_action="attack", rules=rules)


def _is_attacked_behind_a_thick_shield(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    unhurt = unit.poison == unit.burn == 0 and not strikes(turn, name, rules)
    return unhurt and action_of(turn, other(name)) == "attack" and unit.shield >= _strongest_attack(rules)


@unit_law("S3", DIRECTION, cases=either_side(_shielded_turns), who=_is_attacked_behind_a_thick_shield)
def thick_shield_takes_an_attack(before: Unit, after: Unit) -> None:
    """Behind a shield of 9 or more, an attack costs no hp, if the unit has no poison, no burn and does not strike."""
    assert after.hp >= before.hp


def _first_strikes(turn: Turn, rules: Rules) -> bool:
    thinner = turn.battle.unit(turn.second.unit).shield < rules.field("shield").high
    return thinner and strikes(turn, turn.first.unit, rules) and goes_on(turn, rules)


def _thinly_shielded_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    thin = units(shield=between(0, rules.field("shield").high - 1), rules=rules)
    return turns(foe=thin, hero_action=evenly(STRIKES), first="hero", rules=rules)


def _with_more_shield(turn: Turn, rules: Rules) -> Turn:
    name = turn.second.unit
    return with_unit(turn, name, shield=turn.battle.unit(name).shield + 1)


@law("S3, E2", DIRECTION, cases=either_side(_thinly_shielded_turns), applies=_first_strikes, also=_with_more_shield)
def more_shield_never_leaves_less_hp(turn: Turn, after: Battle, after_more: Battle) -> None:
    """With one more point of shield, the unit that acts second never ends with less hp when the first strikes."""
    assert after_more.unit(turn.second.unit).hp >= after.unit(turn.second.unit).hp


# --- what breaks a shield --------------------------------------------------------------------------------------------


def _broken_by(strike: str) -> TurnCases:
    return lambda rules: struck(sturdy(shield=between(1, power(strike, rules) - 1)), strike)(rules)


def _has_its_shield_broken(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return turn.battle.unit(name).shield > 0 and not keeps_its_shield(turn, name, rules)


_is_broken = all_of(is_struck_by(*STRIKES), _has_its_shield_broken, stands_after)


@unit_law("S4", KNOWN_ANSWER, cases=either(*map(_broken_by, STRIKES)), who=_is_broken)
def broken_shield_leaves_its_unit_fragile(before: Unit, after: Unit, rules: Rules) -> None:
    """A strike that breaks a shield raises fragile to at least 2, and the end of the turn takes 1."""
    assert after.fragile == counted_down(max(before.fragile, rules.broken_fragile), rules)


def _absorbed(strike: str) -> TurnCases:
    # A shield equal to the damage is the smallest that does not break; without a shield there is none to break.
    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        firm = sturdy(shield=st.just(0) | st.sampled_from([power(strike, rules)] * 2), fragile=0)
        fragile = sturdy(shield=between(fragile_damage(strike, rules)), fragile=positive)
        return either(struck(firm, strike), struck(fragile, strike))(rules)

    return cases


def _has_no_shield_broken(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return not _has_its_shield_broken(turn, name, rules)


_is_not_broken = all_of(is_struck_by(*STRIKES), _has_no_shield_broken, stands_after)


@unit_law("S4", KNOWN_ANSWER, cases=either(*map(_absorbed, STRIKES)), who=_is_not_broken)
def only_a_broken_shield_leaves_fragile(before: Unit, after: Unit, rules: Rules) -> None:
    """A strike that meets no shield, or that the shield absorbs completely, makes nobody fragile."""
    assert after.fragile == counted_down(before.fragile, rules)


LAWS = (
    attack_takes_its_power,
    poison_strike_takes_its_power,
    ignite_takes_its_power,
    fragile_unit_takes_half_as_much_again,
    shield_absorbs_an_attack_first,
    thick_shield_takes_an_attack,
    more_shield_never_leaves_less_hp,
    broken_shield_leaves_its_unit_fragile,
    only_a_broken_shield_leaves_fragile,
)
