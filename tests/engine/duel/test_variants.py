"""Rules other than the standard rules: which are refused, and what the valid variants change."""

import json
from itertools import combinations

import attrs
import pytest

from turncheck.engine.duel import (
    STANDARD,
    Battle,
    Order,
    Rules,
    RulesError,
    Turn,
    Unit,
    read,
    read_answer,
    resolve,
    write,
)
from turncheck.engine.duel.rules import PHASES, RULE_IDS
from turncheck.engine.duel.samplers import sample
from turncheck.engine.duel.tables import ACTION_NAMES, ACTIONS, FIELDS, Effect, at_least, clear, gain
from turncheck.engine.visible import quoted

IDLE = Unit(20, 20)
WAITING = "hero wait", "foe wait"
NUMBERS = [field for field in attrs.fields(Rules) if field.type == "int"]
FIELD_NAMES = [field.name for field in FIELDS]
ONE_FIELD = f"one row for each of {', '.join(FIELD_NAMES)}, in this order"
ONE_ACTION = f"one row for each of {', '.join(ACTION_NAMES)}, in this order"
A_PHASE = f"one of {', '.join(PHASES)}"
SOME_PHASES = f"some of {', '.join(PHASES)}, each once"
TEXT = "(what the text can hold)"


def turn(hero, foe, *orders):
    """The turn in which two units carry out orders like `hero attack`."""
    return Turn(Battle(1, hero, foe), *(Order(*order.split()) for order in orders))


def with_effect(name, effect):
    """The standard rules with an action that has that effect alone."""
    return STANDARD.with_action(name, effects=(effect,))


# --- what is refused when it is made ---------------------------------------------------------------------------------

REFUSED = [
    (lambda: STANDARD.with_field("poison", high=10), f"poison's highest must be 0..9 {TEXT}, got 10"),
    (lambda: STANDARD.with_field("shield", high=100), f"shield's highest must be 0..99 {TEXT}, got 100"),
    (lambda: STANDARD.with_field("turn", high=100), f"turn's highest must be 0..99 {TEXT}, got 100"),
    (lambda: STANDARD.with_field("stun", high=True), f"stun's highest must be 0..9 {TEXT}, got True"),
    (lambda: STANDARD.with_field("burn", high=2), f"ignite's burn must be 0..2 {TEXT}, got 3"),
    (lambda: STANDARD.with_field("fragile", high=1), "broken_fragile must be 0..1 (the highest fragile), got 2"),
    (lambda: STANDARD.with_field("cd_heal", high=2), f"heal's cooldown must be 0..2 {TEXT}, got 3"),
    (lambda: STANDARD.with_field("turn", high=0), "turn's range must be 1..n, got '1..0'"),
    (lambda: STANDARD.with_field("turn", low=0), "turn's range must be 1..n, got '0..99'"),
    (lambda: STANDARD.with_field("max", low=0), "max's range must be 1..n, got '0..99'"),
    (lambda: STANDARD.with_field("stun", low=1), "stun's range must be 0..n, got '1..3'"),
    (lambda: STANDARD.with_field("hp", high=50), "hp's highest must be at least 99 (max's highest), got 50"),
    (lambda: STANDARD.with_field("poison", width=2, high=50), "poison's width must be 1, as published, got 2"),
    (lambda: STANDARD.with_field("poison", label="acid"), "poison's label must be 'poison', as published, got 'acid'"),
    (lambda: STANDARD.with_field("mana", high=3), f"field must be one of turn, {', '.join(FIELD_NAMES)}, got 'mana'"),
    (lambda: STANDARD.with_action("attack", power=100), f"attack's power must be 0..99 {TEXT}, got 100"),
    (lambda: STANDARD.with_action("attack", power=-1), f"attack's power must be 0..99 {TEXT}, got -1"),
    (lambda: STANDARD.with_action("attack", cooldown=1), f"attack's cooldown must be 0..0 {TEXT}, got 1"),
    (lambda: STANDARD.with_action("guard", cooldown=6), f"guard's cooldown must be 0..5 {TEXT}, got 6"),
    (lambda: STANDARD.with_action("guard", aim="both"), "guard's aim must be self or other, got 'both'"),
    (lambda: STANDARD.with_action("guard", rule="A4"), "guard's rule must be 'A3', as published, got 'A4'"),
    (lambda: with_effect("guard", gain("shield", 21)), f"guard's shield must be 0..20 {TEXT}, got 21"),
    (lambda: with_effect("brace", at_least("thorns", 6)), f"brace's thorns must be 0..5 {TEXT}, got 6"),
    (lambda: with_effect("wait", gain("turn", 1)), "wait's effect must be on a field of a unit, got 'turn'"),
    (
        lambda: with_effect("wait", Effect("hp", "lose", 1)),
        "wait's hp must be one of gain, at least, clear, got 'lose'",
    ),
    (lambda: STANDARD.with_action("sing", power=1), f"action must be one of {', '.join(ACTION_NAMES)}, got 'sing'"),
    (lambda: attrs.evolve(STANDARD, burn_damage=-1), "burn_damage must be an int, 0..99, got -1"),
    (lambda: attrs.evolve(STANDARD, regen_heal=100), "regen_heal must be an int, 0..99, got 100"),
    (lambda: attrs.evolve(STANDARD, turn_step=True), "turn_step must be an int, 0..99, got True"),
    (lambda: attrs.evolve(STANDARD, fragile_denominator=0), "fragile_denominator must be an int, 1..99, got 0"),
    (lambda: attrs.evolve(STANDARD, broken_fragile=6), "broken_fragile must be 0..5 (the highest fragile), got 6"),
    (lambda: attrs.evolve(STANDARD, phases=("T2", "E8")), f"phases must be {SOME_PHASES}, got ('T2', 'E8')"),
    (lambda: attrs.evolve(STANDARD, phases=("E1", "E1")), f"phases must be {SOME_PHASES}, got ('E1', 'E1')"),
    (lambda: STANDARD.swapped("E1", "O1"), f"phase must be {A_PHASE}, got 'O1'"),
    (lambda: STANDARD.without("E1", "V1", "E9"), f"left_out must be ids among {', '.join(RULE_IDS)}, got ['E9', 'V1']"),
    (lambda: Rules(fields=FIELDS[1:]), f"fields must be {ONE_FIELD}, got {quoted(FIELD_NAMES[1:])}"),
    (lambda: Rules(fields=FIELDS[::-1]), f"fields must be {ONE_FIELD}, got {quoted(FIELD_NAMES[::-1])}"),
    (lambda: Rules(actions=ACTIONS[:-1]), f"actions must be {ONE_ACTION}, got {quoted(list(ACTION_NAMES[:-1]))}"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message.split(", got ")[0] for _, message in REFUSED])
def test_rules_that_no_duel_can_have_are_refused(make, message):
    with pytest.raises(RulesError) as caught:
        make()
    assert str(caught.value) == message


def test_an_error_carries_its_parts():
    with pytest.raises(RulesError) as caught:
        attrs.evolve(STANDARD, burn_damage=-1)
    assert (caught.value.field, caught.value.demand, caught.value.value) == ("burn_damage", "an int, 0..99", -1)


# --- what they change ------------------------------------------------------------------------------------------------


def uncapped(name):
    """The standard rules with that action's gains held by nothing but the digits of the text."""
    effects = tuple(attrs.evolve(effect, capped=False) for effect in STANDARD.action(name).effects)
    return STANDARD.with_action(name, effects=effects)


# fmt: off
CHANGES = [
    ("attack is stronger", STANDARD.with_action("attack", power=7),
     turn(IDLE, IDLE, "hero attack", "foe wait"), Battle(2, IDLE, Unit(13, 20))),
    ("a strike aimed at its own unit", STANDARD.with_action("attack", aim="self"),
     turn(Unit(20, 20, thorns=1), IDLE, "hero attack", "foe wait"), Battle(2, Unit(12, 20), IDLE)),
    ("guard for the other unit", STANDARD.with_action("guard", aim="other"),
     turn(IDLE, IDLE, "hero guard", "foe wait"), Battle(2, Unit(20, 20, cd_guard=2), Unit(20, 20, shield=5))),
    ("a longer cooldown", STANDARD.with_action("guard", cooldown=5),
     turn(IDLE, IDLE, "hero guard", "foe wait"), Battle(2, Unit(20, 20, shield=5, cd_guard=5), IDLE)),
    ("no cooldown", STANDARD.with_action("guard", cooldown=0),
     turn(IDLE, IDLE, "hero guard", "foe wait"), Battle(2, Unit(20, 20, shield=5), IDLE)),
    ("a guard that knows no 20", uncapped("guard"),
     turn(Unit(20, 20, shield=18), IDLE, "hero guard", "foe wait"),
     Battle(2, Unit(20, 20, shield=23, cd_guard=2, limits=STANDARD.with_field("shield", high=23).limits), IDLE)),
    ("a lower cap", STANDARD.with_field("shield", high=6),
     turn(Unit(20, 20, shield=3), IDLE, "hero guard", "foe wait"), Battle(2, Unit(20, 20, shield=6, cd_guard=2), IDLE)),
    ("a heal without max before the strike", uncapped("heal"),
     turn(Unit(19, 20), IDLE, "hero heal", "foe attack"), Battle(2, Unit(20, 20, regen=1, cd_heal=3), IDLE)),
    ("regen before poison", STANDARD.swapped("E4", "E1"),
     turn(Unit(1, 20, poison=2, regen=1), IDLE, *WAITING), Battle(2, Unit(2, 20, poison=1), IDLE)),
    ("the end of the turn before the orders", STANDARD.swapped("T2", "E7"),
     turn(Unit(20, 20, stun=1), IDLE, "hero guard", "foe wait"), Battle(2, Unit(20, 20, shield=5), IDLE)),
    ("poison twice as strong", attrs.evolve(STANDARD, poison_damage=2),
     turn(Unit(20, 20, poison=3), IDLE, *WAITING), Battle(2, Unit(14, 20, poison=2), IDLE)),
    ("a hotter burn", attrs.evolve(STANDARD, burn_damage=4),
     turn(Unit(20, 20, burn=1), IDLE, *WAITING), Battle(2, Unit(16, 20), IDLE)),
    ("a hotter burn behind a shield", attrs.evolve(STANDARD, burn_damage=4),
     turn(Unit(20, 20, shield=1, burn=1), IDLE, *WAITING), Battle(2, Unit(17, 20), IDLE)),
    ("sharper thorns", attrs.evolve(STANDARD, thorns_damage=5),
     turn(IDLE, Unit(20, 20, thorns=1), "hero attack", "foe wait"), Battle(2, Unit(15, 20), Unit(14, 20))),
    ("fragile doubles", attrs.evolve(STANDARD, fragile_numerator=2, fragile_denominator=1),
     turn(IDLE, Unit(20, 20, fragile=1), "hero attack", "foe wait"), Battle(2, IDLE, Unit(8, 20))),
    ("a broken shield lasts longer", attrs.evolve(STANDARD, broken_fragile=5),
     turn(IDLE, Unit(20, 20, shield=5), "hero attack", "foe wait"), Battle(2, IDLE, Unit(19, 20, fragile=4))),
    ("statuses fall by 2", attrs.evolve(STANDARD, status_step=2),
     turn(Unit(20, 20, thorns=3, regen=1), IDLE, *WAITING), Battle(2, Unit(20, 20, thorns=1), IDLE)),
    ("slots fall by 2", attrs.evolve(STANDARD, slot_step=2),
     turn(Unit(20, 20, cd_heal=3, cd_brace=1), IDLE, *WAITING), Battle(2, Unit(20, 20, cd_heal=1), IDLE)),
    ("the counter leaps", attrs.evolve(STANDARD, turn_step=50),
     turn(IDLE, IDLE, *WAITING), Battle(51, IDLE, IDLE)),
    ("an ignite that adds to the burn", with_effect("ignite", gain("burn", 3)),
     turn(IDLE, Unit(20, 20, burn=4), "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(15, 20, burn=4))),
    ("what happens to the struck alone happens to nobody who guards",
     with_effect("guard", at_least("stun", 2, if_fragile=True)),
     turn(Unit(20, 20, fragile=1), IDLE, "hero guard", "foe wait"), Battle(2, Unit(20, 20, cd_guard=2), IDLE)),
    ("regen gives more", attrs.evolve(STANDARD, regen_heal=7),
     turn(Unit(2, 20, regen=1), IDLE, *WAITING), Battle(2, Unit(9, 20), IDLE)),
]
# fmt: on


@pytest.mark.parametrize(
    ("rules", "turn", "after"), [row[1:] for row in CHANGES], ids=[row[0].replace(" ", "_") for row in CHANGES]
)
def test_a_variant_leads_to_the_battle_worked_out_by_hand(rules, turn, after):
    assert resolve(turn, rules) == after
    assert resolve(turn) != after


def test_regen_without_its_cap_passes_max():
    rules = attrs.evolve(STANDARD, regen_capped=False)
    after = resolve(turn(Unit(19, 20, regen=1), IDLE, *WAITING), rules)
    assert (after.hero.hp, after.hero.max) == (22, 20)


def test_a_swap_is_undone_by_the_same_swap():
    swapped = STANDARD.swapped("E1", "T5")
    assert swapped.phases == ("T2", "T5", "E2", "E3", "E4", "E5", "E6", "E7", "E1")
    assert swapped.swapped("E1", "T5") == STANDARD


def test_rules_can_be_left_out_one_after_the_other():
    assert STANDARD.without("E4").without("E1").left_out == {"E1", "E4"}
    assert STANDARD.without("E1", "E4") == STANDARD.without("E4").without("E1")
    assert STANDARD.without("E4").without("E4") == STANDARD.without("E4")
    assert STANDARD.left_out == frozenset()


def test_a_row_is_found_by_a_name_that_was_read():
    """A name that a program reads is equal to the one in the table and another object."""
    field, action = json.loads('["poison", "attack"]')
    assert STANDARD.with_field(field, high=8).field("poison").high == 8
    assert STANDARD.with_action(action, power=7).action("attack").power == 7
    assert STANDARD.with_field("poison", label=field) == STANDARD


def test_an_effect_is_capped_unconditional_and_without_amount_unless_it_says_so():
    assert clear("poison") == Effect("poison", "clear", amount=0, if_fragile=False, capped=True)
    assert gain("poison", 2) == Effect("poison", "gain", amount=2, if_fragile=False, capped=True)
    assert at_least("stun", 2) == Effect("stun", "at least", amount=2, if_fragile=False, capped=True)
    assert at_least("stun", 2, if_fragile=True) == Effect("stun", "at least", amount=2, if_fragile=True, capped=True)


def test_a_condition_is_given_by_name():
    with pytest.raises(TypeError):
        at_least("stun", 2, True)


def test_another_highest_is_what_states_and_texts_are_checked_against():
    rules = STANDARD.with_field("shield", high=30).with_field("turn", high=50)
    battle = Battle(50, Unit(1, 9, shield=30, limits=rules.limits), Unit(1, 9), limits=rules.limits)
    assert read(write(Turn(battle)), rules) == Turn(battle)
    assert rules.limits.ranges["shield"] == (0, 30)
    assert rules.limits.ranges["turn"] == (1, 50)


# --- that they never break -------------------------------------------------------------------------------------------


def _lowest_and_highest(field):
    highest = 5 if field.name == "broken_fragile" else 99
    return [attrs.evolve(STANDARD, **{field.name: number}) for number in (field.metadata["low"], highest)]


def _aimed_elsewhere(action):
    return STANDARD.with_action(action.name, aim="self" if action.aim == "other" else "other")


LEFT_OUT = {rule: STANDARD.without(rule) for rule in RULE_IDS}
VARIANTS = {
    "left out": list(LEFT_OUT.values()),
    "two left out": [STANDARD.without(*pair) for pair in combinations(RULE_IDS, 2)][::9],
    "swapped": [STANDARD.swapped(*pair) for pair in combinations(PHASES, 2)],
    "numbers": [rules for field in NUMBERS for rules in _lowest_and_highest(field)],
    "aims": [_aimed_elsewhere(action) for action in ACTIONS],
    "uncapped": [*map(uncapped, ACTION_NAMES), attrs.evolve(STANDARD, regen_capped=False)],
    "one phase": [attrs.evolve(STANDARD, phases=(phase,)) for phase in PHASES],
}


@pytest.fixture(scope="module")
def turns():
    return list(sample("mixed", seed=2, count=2000))


def test_the_variants_are_as_many_as_they_should_be():
    assert {kind: len(rules) for kind, rules in VARIANTS.items()} == {
        "left out": 30,
        "two left out": 49,
        "swapped": 36,
        "numbers": 20,
        "aims": 8,
        "uncapped": 9,
        "one phase": 9,
    }


# The fall is noticed after both, and what counts down after it counts down apart.
SAME_IN_ANY_ORDER = [("E1", "E2"), *combinations(("E5", "E6", "E7", "T5"), 2)]


def test_only_swaps_of_phases_that_do_not_meet_change_nothing(turns):
    swaps = [pair for pair in combinations(PHASES, 2) if not _differs(STANDARD.swapped(*pair), turns[:500])]
    assert swaps == SAME_IN_ANY_ORDER


def _differs(rules, turns):
    return any(resolve(turn, rules) != resolve(turn) for turn in turns)


@pytest.mark.parametrize("kind", VARIANTS)
def test_the_outcome_of_every_variant_can_be_written_and_read(kind, turns):
    """Each variant of a kind has its own share of the sample, so that a kind sees all of it."""
    for index, rules in enumerate(VARIANTS[kind]):
        for turn in turns[index :: len(VARIANTS[kind])]:
            after = resolve(turn, rules)
            assert read_answer(write(after)) == after
