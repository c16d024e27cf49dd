import pytest
from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, Battle, Order, Play, Turn, Unit, read_battle, resolve, turns_of, write
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.strategies.duel import OptionError, battles, plays, starts


@pytest.fixture(scope="module")
def many(examples_of):
    return examples_of(battles(), 300)


@pytest.fixture(scope="module")
def many_starts(examples_of):
    return examples_of(starts(), 300)


def test_every_start_is_a_standing_battle_at_turn_1_with_nothing_but_hp_and_shield(many_starts):
    for battle in many_starts:
        assert battle.turn == 1
        for unit in (battle.hero, battle.foe):
            assert unit == Unit(unit.hp, unit.max, unit.shield)
            assert not unit.fallen


@pytest.mark.parametrize(("field", "ends"), [("hp", {1, 99}), ("max", {1, 99}), ("shield", {0, 10})])
def test_both_ends_of_a_starts_fields_are_drawn(field, ends, many_starts):
    drawn = {getattr(battle.hero, field) for battle in many_starts}
    assert ends <= drawn <= set(range(min(ends), max(ends) + 1))


def test_the_smallest_start_is_the_neutral_battle(smallest):
    assert smallest(starts()) == Battle(1, Unit(1, 1), Unit(1, 1))


def test_every_battle_is_valid(many):
    assert all(read_battle(write(battle)) == battle for battle in many)


@pytest.mark.parametrize("over", [True, False])
def test_battles_are_standing_and_over(over, many):
    assert sum(battle.over == over for battle in many) > 15


def test_battles_are_played_from_no_turn_to_the_most(many, examples_of):
    assert {battle.turn for battle in many} == set(range(1, 10))
    assert {battle.turn for battle in examples_of(battles(max_turns=2), 60)} == {1, 2, 3}
    assert {battle.turn for battle in examples_of(battles(max_turns=0), 20)} == {1}


@pytest.mark.parametrize("field", ["poison", "burn", "regen", "thorns", "fragile", "cd_heal", "cd_brace"])
def test_what_the_orders_do_is_seen_in_the_battles(field, many):
    assert any(getattr(battle.hero, field) for battle in many)


def test_every_battle_of_one_turn_is_reached_from_its_start(examples_of):
    start = Battle(5, Unit(6, 20), Unit(9, 9, shield=2))
    one_turn = {
        resolve(Turn(start, *orders))
        for hero in STANDARD.actions
        for foe in STANDARD.actions
        for orders in (
            (Order("hero", hero.name), Order("foe", foe.name)),
            (Order("foe", foe.name), Order("hero", hero.name)),
        )
    }
    drawn = set(examples_of(battles(start=start, max_turns=1), 150))
    assert start in drawn
    assert drawn <= one_turn | {start}
    assert len(drawn) > 20


def test_the_smallest_battle_is_the_neutral_one_unplayed(smallest):
    assert smallest(battles()) == Battle(1, Unit(1, 1), Unit(1, 1))


def test_a_battle_shrinks_to_the_fewest_turns(smallest):
    battle = smallest(battles(start=Battle(1, Unit(9, 9), Unit(9, 9))), lambda battle: battle.hero.regen > 0)
    assert battle == Battle(2, Unit(9, 9, regen=1, cd_heal=3), Unit(9, 9))


def test_starts_are_narrowed_by_a_strategy(examples_of):
    finished = st.just(Battle(40, Unit(0, 9), Unit(5, 5)))
    assert set(examples_of(battles(start=finished), 30)) == {Battle(40, Unit(0, 9), Unit(5, 5))}


def test_battles_are_played_by_the_rules_in_force(examples_of):
    rules = STANDARD.with_field("shield", high=7).with_action("heal", cooldown=5)
    drawn = examples_of(battles(rules=rules), 150)
    assert max(battle.hero.shield for battle in drawn) == 7
    assert max(battle.hero.cd_heal for battle in drawn) == 5
    assert {battle.limits for battle in drawn} == {rules.limits}


def test_a_start_that_is_no_battle_is_refused():
    with pytest.raises(OptionError) as raised:
        battles(start=Unit())
    assert str(raised.value).startswith("start must be a Battle or a strategy of them, got Unit(hp=1, max=1,")


# --- plays -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many_plays(examples_of):
    return examples_of(plays(), 300)


def test_a_play_has_1_to_16_turns_from_a_start(many_plays):
    assert {1, 2, 6} <= {len(play.orders) for play in many_plays} <= set(range(1, 17))
    assert all(play.state.turn == 1 for play in many_plays)


def test_a_unit_does_few_things_in_a_play_and_all_eight_in_many(many_plays):
    for name in ("hero", "foe"):
        done = [{order.action for pair in play.orders for order in pair if order.unit == name} for play in many_plays]
        assert max(map(len, done)) == 4
        assert set().union(*done) == set(ACTION_NAMES)


def test_either_unit_is_first_in_a_play(many_plays):
    assert {pair[0].unit for play in many_plays for pair in play.orders} == {"hero", "foe"}


def test_the_smallest_play_is_one_turn_in_which_both_wait(smallest):
    orders = Order("hero", "wait"), Order("foe", "wait")
    assert smallest(plays()) == Play(Battle(), (orders,))


def test_a_play_shrinks_to_the_orders_that_matter(smallest):
    def stacks(play):
        return max(turn.battle.hero.shield for turn in turns_of(play)) >= 10

    guards = Order("hero", "guard"), Order("foe", "wait")
    found = smallest(plays(start=Battle()), stacks)
    assert found == Play(Battle(), (guards,) * 5)  # the shield that the second guard leaves is seen a turn later


def test_nobody_does_what_is_left_out_of_a_play(examples_of):
    actions = {order.action for play in examples_of(plays(but=["heal"]), 100) for pair in play.orders for order in pair}
    assert actions == set(ACTION_NAMES) - {"heal"}


def test_a_play_begins_where_it_is_told(examples_of):
    battle = Battle(9, Unit(5, 9), Unit(3, 3))
    assert {play.state for play in examples_of(plays(start=battle, max_turns=2), 30)} == {battle}
    with pytest.raises(OptionError, match="start must be a Battle"):
        plays(start="anywhere")
