import pytest
from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, read, write
from turncheck.engine.duel.state import OutOfRangeError, UnknownNameError
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.strategies.duel import OptionError, actions, battles, order_pairs, positive, turns, units


@pytest.fixture(scope="module")
def many(examples_of):
    return examples_of(turns(), 400)


# --- what is drawn ---------------------------------------------------------------------------------------------------


def test_every_turn_is_valid_and_both_units_stand(many):
    for turn in many:
        assert read(write(turn)) == turn
        assert not turn.battle.over


@pytest.mark.parametrize("counter", [1, 98, 99])
def test_the_ends_of_the_turn_counter_are_drawn(counter, many):
    assert sum(turn.battle.turn == counter for turn in many) > 5


@pytest.mark.parametrize("unit", ["hero", "foe"])
@pytest.mark.parametrize("action", ACTION_NAMES)
def test_every_action_of_either_unit_is_drawn_often(action, unit, many):
    assert sum(turn.order(unit).action == action for turn in many) > 10


@pytest.mark.parametrize("unit", ["hero", "foe"])
def test_either_unit_comes_first_often(unit, many):
    assert sum(turn.first.unit == unit for turn in many) > 100


def test_most_orders_are_carried_out_with_their_units_unhindered(many):
    free = [not turn.battle.hero.stun for turn in many]
    assert sum(free) > len(free) / 2


def test_the_smallest_turn_is_the_neutral_one(smallest):
    assert smallest(turns()) == Turn()
    assert write(smallest(turns(fallen=True))) == (
        "turn 01\n"
        "hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
        "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
        "foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
        "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
        "do hero wait\n"
        "do foe wait\n"
    )


def test_a_turn_shrinks_to_what_matters(smallest):
    def matters(turn):
        return turn.order("foe").action == "ignite" and turn.battle.hero.thorns > 0

    assert smallest(turns(), matters) == Turn(Battle(hero=Unit(thorns=1)), second=Order("foe", "ignite"))


@pytest.mark.parametrize("fallen", [(True, False), (False, True), (True, True)])
def test_finished_battles_are_drawn_where_they_are_asked_for(fallen, found):
    assert found(turns(fallen=True), lambda turn: (turn.battle.hero.fallen, turn.battle.foe.fallen) == fallen)


# --- narrowing -------------------------------------------------------------------------------------------------------


def test_units_are_narrowed_each_for_itself(examples_of):
    drawn = examples_of(turns(hero=units(poison=positive, regen=0), foe=units(hp=0)), 60)
    assert all(turn.battle.hero.poison > 0 and turn.battle.hero.regen == 0 for turn in drawn)
    assert all(turn.battle.foe.fallen for turn in drawn)


def test_parts_are_given_as_values(examples_of):
    hero, foe = Unit(9, 10), Unit(3, 40, stun=2)
    strategy = turns(turn=7, hero=hero, foe=foe, hero_action="heal", foe_action="guard", first="foe")
    whole = Turn(Battle(7, hero, foe), Order("foe", "guard"), Order("hero", "heal"))
    assert set(examples_of(strategy, 3)) == {whole}


def test_the_counter_and_the_orders_are_narrowed_by_strategies(examples_of):
    strategy = turns(
        turn=st.integers(98, 99),
        hero_action=actions(but=("heal", "wait")),
        foe_action=st.sampled_from(["guard", "brace"]),
        first=st.just("foe"),
    )
    drawn = examples_of(strategy, 150)
    assert {turn.battle.turn for turn in drawn} == {98, 99}
    assert {turn.second.action for turn in drawn} == set(ACTION_NAMES) - {"heal", "wait"}
    assert {turn.first.action for turn in drawn} == {"guard", "brace"}
    assert {turn.first.unit for turn in drawn} == {"foe"}


def test_a_battle_is_given_as_a_whole(examples_of, smallest):
    battle = Battle(12, Unit(5, 9), Unit(8, 8, shield=3))
    assert {turn.battle for turn in examples_of(turns(battle=battle), 20)} == {battle}
    assert smallest(turns(battle=battles())) == Turn()


def test_the_counter_is_that_of_the_rules_in_force(examples_of):
    rules = STANDARD.with_field("turn", high=5)
    drawn = examples_of(turns(rules=rules), 200)
    assert {turn.battle.turn for turn in drawn} == {1, 2, 3, 4, 5}
    assert {turn.battle.limits for turn in drawn} == {rules.limits}


def test_actions_shrink_towards_wait_then_in_the_tables_order(smallest):
    assert smallest(actions()) == "wait"
    assert smallest(actions(but=["wait"])) == "attack"
    assert smallest(actions(but=["wait", "attack"])) == "heal"


def test_order_pairs_shrink_to_two_waits_the_heros_first(examples_of, smallest):
    assert smallest(order_pairs()) == (Order("hero", "wait"), Order("foe", "wait"))
    assert smallest(order_pairs(foe_action="heal", first="foe")) == (Order("foe", "heal"), Order("hero", "wait"))
    assert len(set(examples_of(order_pairs(), 600))) > 100


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"turn": 0}, OutOfRangeError, "turn must be 1..99, got 0"),
        (
            {"hero_action": "flee"},
            UnknownNameError,
            "hero_action must be one of attack, heal, guard, cleanse, poison_strike, ignite, brace, wait, got 'flee'",
        ),
        ({"first": "enemy"}, UnknownNameError, "first must be one of hero, foe, got 'enemy'"),
        ({"foe_action": 3}, OptionError, "foe_action must be a str or a strategy of them, got 3"),
        ({"hero": 3}, OptionError, "hero must be a Unit or a strategy of them, got 3"),
        ({"battle": 3}, OptionError, "battle must be a Battle or a strategy of them, got 3"),
    ],
)
def test_an_option_of_no_use_is_refused_at_once(options, error, message):
    with pytest.raises(error) as raised:
        turns(**options)
    assert str(raised.value) == message


def test_a_battle_stands_beside_nothing_that_it_replaces():
    with pytest.raises(OptionError) as raised:
        turns(battle=Battle(), turn=3, fallen=True)
    assert str(raised.value).startswith(
        "battle must be left out beside turn, fallen, got Battle(turn=1, hero=Unit(hp=1,"
    )


def test_an_action_to_leave_out_must_be_one():
    with pytest.raises(UnknownNameError) as raised:
        actions(but=["flee"])
    assert str(raised.value) == (
        "but must be one of attack, heal, guard, cleanse, poison_strike, ignite, brace, wait, got 'flee'"
    )
