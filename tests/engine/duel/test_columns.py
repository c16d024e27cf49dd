"""Each question about many turns at once has the same answer as for each turn alone."""

from functools import partial

import attrs
import numpy as np
import pytest

from turncheck.duel import duel
from turncheck.engine.duel import STANDARD, Unit
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.arrays import resolve_all
from turncheck.engine.duel.columns import ManyTurns
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.laws.duel.conditions import outcome

OF_TURNS = [law for law in LAWS if law.form == "case"]
VARIANT = attrs.evolve(STANDARD.with_field("max", high=30), burn_damage=5, phases=STANDARD.phases[::-1])
COUNT = 1500
ALL = np.arange(COUNT)


@pytest.fixture(
    scope="module", params=[("mixed", STANDARD), ("play", STANDARD), ("mixed", VARIANT)], ids=lambda p: p[0]
)
def asked(request):
    sampler, rules = request.param
    arrays = sample_arrays(sampler, 8, COUNT, 0, rules)
    many = ManyTurns(arrays, resolve_all(arrays, rules), rules)
    return many, [arrays.turn(index, rules) for index in range(COUNT)], rules


@pytest.mark.parametrize("law", OF_TURNS, ids=lambda law: law.id)
def test_a_law_applies_to_the_turns_to_which_it_applies_one_by_one(asked, law):
    many, turns, rules = asked
    applies = partial(law.applies, domain=duel(rules))
    assert many.meet(applies, ALL).tolist() == [bool(applies(turn)) for turn in turns]


# fmt: off
PREDICATES = {
    "and, or":           lambda turn, rules: (turn.battle.foe.hp > 9 and not turn.battle.foe.burn) or turn.battle.over,
    "a chain":             lambda turn, rules: 3 <= turn.battle.hero.hp <= turn.battle.foe.hp,
    "the least":           lambda turn, rules: min(turn.battle.hero.hp, turn.battle.foe.hp) == 5,
    "in":                  lambda turn, rules: turn.battle.hero.hp in (1, 5) and turn.order("foe").action in ("heal",),
    "who is first":        lambda turn, rules: turn.first.unit == "foe" and turn.second.action == "attack",
    "both orders":         lambda turn, rules: [order.action for order in turn.orders] == ["attack", "attack"],
    "arithmetic":          lambda turn, rules: (turn.battle.hero.shield * 3 // 2 - turn.battle.hero.hp) % 2,
    "over":                lambda turn, rules: turn.battle.over,
    "after the turn":      lambda turn, rules: outcome(turn, rules).foe.fallen,
    "units are the same":  lambda turn, rules: turn.battle.hero.poison == turn.battle.foe.poison,
    "all":                 lambda turn, rules: True,
    "none":                lambda turn, rules: False,
    "as a place in a row": lambda turn, rules: "abcdefghij"[turn.battle.hero.poison] == "c",
    "as a text":           lambda turn, rules: f"{turn.battle.hero.hp}".endswith("7"),
    "as another text":     lambda turn, rules: str(turn.battle.hero.hp) == repr(turn.battle.foe.hp),
    "as a list":           lambda turn, rules: turn.battle.hero.hp in {*range(30)},
    "of a sum":            lambda turn, rules: sum((turn.battle.hero.hp, turn.battle.foe.hp)) > 50,
    "the neutral unit":    lambda turn, rules: turn.battle.hero == Unit(),
    "as a key":            lambda turn, rules: {0: True, 3: True}.get(turn.battle.hero.burn, False),
}
# fmt: on


@pytest.mark.parametrize("name", PREDICATES)
def test_whatever_a_predicate_does_with_a_turn(asked, name):
    many, turns, rules = asked
    predicate = partial(PREDICATES[name], rules=rules)
    assert many.meet(predicate, ALL).tolist() == [bool(predicate(turn)) for turn in turns]


@pytest.mark.parametrize("rows", [[], [7], [3, 4, 900], range(0, COUNT, 7)], ids=len)
def test_some_of_the_turns_alone_are_asked(asked, rows):
    many, turns, rules = asked
    predicate = partial(PREDICATES["a chain"], rules=rules)
    met = many.meet(predicate, np.array(rows, np.intp))
    assert met.tolist() == [predicate(turns[row]) for row in rows]


def test_what_asks_for_the_fields_by_name_is_answered_too(asked):
    many, turns, rules = asked
    domain = duel(rules)

    def predicate(turn):
        fields = domain.fields_of(turn)
        return fields["hero.hp"] in range(3, 40) and fields["first.action"] == "attack"

    assert many.meet(predicate, ALL).tolist() == [predicate(turn) for turn in turns]


def test_what_goes_wrong_of_one_turn_goes_wrong_of_many(asked):
    def fails(turn):
        raise KeyError("an error of the law's own")

    with pytest.raises(KeyError, match="an error of the law's own"):
        asked[0].meet(fails, ALL)
