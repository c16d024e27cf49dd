"""Rules files: their values become the rules, and the rules can be written as one line."""

import attrs
import pytest

from turncheck.engine.duel import STANDARD, RulesError, Turn, resolve
from turncheck.engine.duel.state import Battle, Order, Unit
from turncheck.engine.duel.tables import Effect
from turncheck.engine.duel.variants import described, read_rules, rules_of

HOT = """
burn_damage = 4
regen_capped = false
left_out = ["O3", "E4"]
phases = ["T2", "E2", "E1", "E3", "E5", "E6", "E7", "T5"]

[fields.turn]
high = 50

[fields.shield]
high = 30

[actions.attack]
power = 7

[actions.ignite]
cooldown = 2
effects = [{ field = "burn", operation = "at least", amount = 4 }, { field = "shield", operation = "clear" }]
"""


def test_a_rules_file_is_the_rules_with_what_it_says_in_the_place_of_their_own():
    rules = (
        attrs.evolve(STANDARD, burn_damage=4, regen_capped=False)
        .without("O3", "E4")
        .with_field("turn", high=50)
        .with_field("shield", high=30)
        .with_action("attack", power=7)
        .with_action("ignite", cooldown=2, effects=(Effect("burn", "at least", 4), Effect("shield", "clear")))
    )
    rules = attrs.evolve(rules, phases=("T2", "E2", "E1", "E3", "E5", "E6", "E7", "T5"))
    assert read_rules(HOT) == rules


def test_an_empty_rules_file_is_the_rules_as_published():
    assert read_rules("# nothing differs\n") == STANDARD
    assert rules_of({}) == STANDARD


def test_a_changed_number_changes_the_turn():
    turn = Turn(Battle(hero=Unit(20, 20), foe=Unit(20, 20)), Order("hero", "attack"), Order("foe", "wait"))
    assert resolve(turn, STANDARD).foe.hp == 14
    assert resolve(turn, read_rules("[actions.attack]\npower = 7\n")).foe.hp == 13


PHASES = "T2, E1, E2, E3, E4, E5, E6, E7, T5"
FIELDS = (
    "turn_step, fragile_numerator, fragile_denominator, broken_fragile, thorns_damage, poison_damage, burn_damage, "
    "regen_heal, status_step, slot_step, regen_capped, phases, left_out, fields, actions"
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("burn_dmage = 4", f"a name in the rules must be one of {FIELDS} (burn_damage?), got 'burn_dmage'"),
        ("zzz = 4", f"a name in the rules must be one of {FIELDS}, got 'zzz'"),
        ("turn = 4", f"a name in the rules must be one of {FIELDS} (turn_step?), got 'turn'"),
        ('burn_damage = "4"', "burn_damage must be an int, got '4'"),
        ("burn_damage = true", "burn_damage must be an int, got True"),
        ("burn_damage = 100", "burn_damage must be an int, 0..99, got 100"),
        ("fragile_denominator = 0", "fragile_denominator must be an int, 1..99, got 0"),
        ("regen_capped = 1", "regen_capped must be true or false, got 1"),
        ('left_out = "E4"', "left_out must be a list of texts, got 'E4'"),
        ("left_out = [[4]]", "left_out must be a list of texts, got [[4]]"),
        (
            'phases = ["E1", "E1"]',
            "phases must be some of T2, E1, E2, E3, E4, E5, E6, E7, T5, each once, got ('E1', 'E1')",
        ),
        ("fields = 4", "fields must be a table, got 4"),
        ("fields.shield = 30", "fields.shield must be a table with high, got 30"),
        ("fields.shield.width = 3", "a name in fields.shield must be one of high, got 'width'"),
        ("fields.poison.high = 10", "poison's highest must be 0..9 (what the text can hold), got 10"),
        ('fields.shield.high = "x"', "shield's highest must be 0..99 (what the text can hold), got 'x'"),
        ("actions.heal.power = [1]", "heal's power must be 0..99 (what the text can hold), got [1]"),
        ('actions.heal.aim = "me"', "heal's aim must be self or other, got 'me'"),
        ("actions.heal.effects = 4", "actions.heal.effects must be a list of tables, got 4"),
        ("actions.heal.effects = [{}]", "actions.heal.effects must be tables with a field and an operation, got {}"),
        (
            'actions.heal.effects = [{ field = "hp", operation = "gain", amount = 8, capped = 1 }]',
            "actions.heal.effects.capped must be true or false, got 1",
        ),
        (
            'actions.heal.effects = [{ field = ["hp"], operation = "gain" }]',
            "actions.heal.effects.field must be a text, got ['hp']",
        ),
        (
            'actions.heal.effects = [{ field = "hp", operation = "give" }]',
            "heal's hp must be one of gain, at least, clear, got 'give'",
        ),
    ],
    ids=lambda value: value[:40],
)
def test_rules_that_cannot_be_say_which_value_and_what_it_must_be(content, message):
    with pytest.raises(RulesError) as caught:
        read_rules(content)
    assert str(caught.value) == message


def test_an_unknown_action_or_field_is_named():
    with pytest.raises(RulesError, match=r"a name in actions must be one of attack, .* \(attack\?\), got 'atack'"):
        read_rules("actions.atack.power = 7")
    with pytest.raises(RulesError, match=r"a name in fields must be one of turn, hp, .*, got 'mana'"):
        read_rules("fields.mana.high = 7")


@pytest.mark.parametrize("content", ["burn_damage", "a = " + "[" * 5000, "\0"])
def test_what_is_no_toml_is_said_to_be_none(content):
    with pytest.raises(RulesError, match="a rules file must be TOML, got "):
        read_rules(content)


def test_rules_are_said_in_a_line_by_what_differs():
    assert described(STANDARD) == "duel/1"
    assert described(read_rules(HOT)) == (
        "duel/1 with burn_damage 4, regen_capped false, turn up to 50, shield up to 30, attack power 7, "
        "ignite cooldown 2, ignite effects at least burn 4 and clear shield, phases T2 E2 E1 E3 E5 E6 E7 T5, no E4 O3"
    )
    assert described(STANDARD.with_action("guard", effects=())) == "duel/1 with guard effects none"
    hurt = Effect("stun", "at least", 2, if_fragile=True, capped=False)
    assert described(STANDARD.with_action("guard", effects=(hurt,))) == (
        "duel/1 with guard effects at least stun 2 if fragile uncapped"
    )
