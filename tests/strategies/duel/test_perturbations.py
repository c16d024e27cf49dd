"""The duel's own perturbations: harmless changes, edge states and synonyms."""

from random import Random

import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, WORDS, other, read, resolve
from turncheck.engine.duel.resolve import strike_damage
from turncheck.engine.duel.samplers import sample
from turncheck.strategies.duel.edge_states import STATES
from turncheck.strategies.duel.harmless import CHANGES
from turncheck.strategies.duel.synonyms import SYNONYMS
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.perturbations import perturbations_of


def changed(name, count=60, domain=DOMAIN):
    """Sampled turns and what the perturbation makes of them."""
    found, random = [], Random(name)
    for turn in sample("mixed", seed=4, count=count, rules=domain.variant):
        try:
            text = perturbations_of(domain)[name].apply(turn, 1, random.getrandbits(64))
        except ImpossibleDamageError:
            continue
        found.append((turn, read(text, domain.variant)))
    assert len(found) > count // 3
    return found


def sides(battle):
    return battle.hero, battle.foe


def test_the_counter_changes_nothing_else():
    for turn, after in changed("another turn number"):
        assert turn.battle.turn != after.battle.turn
        assert sides(resolve(turn)) == sides(resolve(after))


def test_hero_and_foe_are_swapped_in_the_answer_too():
    for turn, after in changed("hero and foe swapped"):
        assert sides(turn.battle) == sides(after.battle)[::-1]
        assert sides(resolve(turn)) == sides(resolve(after))[::-1]


@pytest.mark.parametrize("name", ["commuting orders swapped", "idle unit ordered otherwise"])
def test_other_orders_have_the_same_answer(name):
    for turn, after in changed(name):
        assert (turn.battle, turn.orders != after.orders) == (after.battle, True)
        assert resolve(turn) == resolve(after)


def test_units_cannot_be_swapped_where_the_hero_is_always_first():
    alone = duel(STANDARD.without("T2"))
    for turn, after in changed("hero and foe swapped", domain=alone):
        assert sides(resolve(turn, alone.variant)) == sides(resolve(after, alone.variant))[::-1]


def struck(turn):
    """The target of the first order, and the damage that it takes."""
    target = turn.battle.unit(other(turn.first.unit))
    return target, strike_damage(STANDARD.action(turn.first.action).power, target.fragile > 0, STANDARD)


# fmt: off
STRIKES = {
    "exact lethal":       lambda target, damage: (target.hp, target.shield) == (damage, 0),
    "one hp left":        lambda target, damage: (target.hp, target.shield) == (damage + 1, 0),
    "exact absorption":   lambda target, damage: target.shield == damage,
    "shield just broken": lambda target, damage: target.shield == damage - 1 > 0,
}
# fmt: on


@pytest.mark.parametrize("name", STRIKES)
def test_a_strike_is_at_its_edge(name):
    for _, turn in changed(name):
        assert STRIKES[name](*struck(turn))
        assert turn.battle.unit(turn.first.unit).stun == 0


def test_an_exact_lethal_strike_kills():
    for _, turn in changed("exact lethal"):
        assert resolve(turn).unit(other(turn.first.unit)).fallen


def test_an_exact_lethal_poison_kills():
    for before, turn in changed("exact lethal poison"):
        (poisoned,) = [name for name in ("hero", "foe") if turn.battle.unit(name) != before.battle.unit(name)]
        assert resolve(turn).unit(poisoned).fallen


def test_a_heal_just_to_max_is_not_cut():
    for _, turn in changed("heal just to max"):
        assert turn.first.action == "heal"
        assert turn.battle.unit(turn.first.unit).hp == turn.battle.unit(turn.first.unit).max - 8


def test_all_changes_of_the_duel_are_in_its_library():
    assert {*STATES, *CHANGES} < perturbations_of(DOMAIN).keys()


def test_every_word_but_reject_has_synonyms_and_no_synonym_is_a_word():
    assert [word for word in WORDS if word not in SYNONYMS] == ["reject"]
    assert {other for others in SYNONYMS.values() for other in others}.isdisjoint(WORDS)


def test_a_duel_with_other_rules_has_a_library_of_its_own():
    weaker = duel(STANDARD.with_field("shield", high=9))
    for _, turn in changed("shield at its cap", domain=weaker):
        assert 9 in (turn.battle.hero.shield, turn.battle.foe.shield)
