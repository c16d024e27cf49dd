"""Every rule by its id: turns worked out by hand from the published rules, with the whole battle afterwards."""

import pytest

from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, resolve
from turncheck.engine.duel.perft import turns_from
from turncheck.engine.duel.rules import RULE_IDS
from turncheck.engine.duel.samplers import sample
from turncheck.engine.duel.state import change


def turn(hero, foe, *orders, number=1):
    """The turn in which two units carry out orders like `hero attack`."""
    return Turn(Battle(number, hero, foe), *(Order(*order.split()) for order in orders))


WAITING = "hero wait", "foe wait"
IDLE = Unit(20, 20)

# fmt: off
RULES = [
    # --- T: a turn
    ("T1 a finished battle stays as it is, the turn counter too",
     turn(Unit(0, 20), Unit(20, 20, poison=3, cd_guard=2), "hero attack", "foe heal", number=7),
     Battle(7, Unit(0, 20), Unit(20, 20, poison=3, cd_guard=2))),
    ("T1 a battle in which both have fallen stays as it is",
     turn(Unit(0, 5), Unit(0, 9), "foe attack", "hero heal", number=98),
     Battle(98, Unit(0, 5), Unit(0, 9))),
    ("T1 a unit that falls during the turn does not end it",
     turn(Unit(20, 20, poison=2, cd_guard=1), Unit(6, 9), "hero attack", "foe wait"),
     Battle(2, Unit(18, 20, poison=1), Unit(0, 9))),
    ("T2 the foe's order is carried out first where it is given first",
     turn(Unit(6, 20), Unit(6, 20), "foe attack", "hero attack"),
     Battle(2, Unit(0, 20), Unit(6, 20))),
    ("T2 the hero's order is carried out first where it is given first",
     turn(Unit(6, 20), Unit(6, 20), "hero attack", "foe attack"),
     Battle(2, Unit(6, 20), Unit(0, 20))),
    ("T3 both units may fall at the end of one turn",
     turn(Unit(3, 9, poison=3), Unit(2, 9, burn=1), *WAITING),
     Battle(2, Unit(0, 9), Unit(0, 9))),
    ("T3 both units may fall in one turn, one by a strike and one by poison",
     turn(Unit(6, 9), Unit(2, 9, poison=2), "foe attack", "hero attack"),
     Battle(2, Unit(0, 9), Unit(0, 9))),
    ("T4 a unit felled by a strike loses its shield, statuses and slots",
     turn(IDLE, Unit(4, 9, 2, 9, 5, 5, 5, 3, 0, 5, 5, 5, 5, 5, 5), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(0, 9))),
    ("T4 a unit felled by thorns loses its shield, statuses and slots",
     turn(Unit(2, 9, 20, 9, 5, 5, 5, 0, 5, 5, 5, 5, 5, 5, 5), Unit(20, 20, thorns=1), "hero attack", "foe wait"),
     Battle(2, Unit(0, 9), Unit(14, 20))),
    ("T4 a unit felled by poison loses its shield, statuses and slots",
     turn(Unit(9, 9, 20, 9, 0, 5, 5, 3, 5, 5, 5, 5, 5, 5, 5), IDLE, *WAITING),
     Battle(2, Unit(0, 9), Unit(20, 20))),
    ("T5 the turn counter rises by 1",
     turn(IDLE, IDLE, *WAITING, number=98),
     Battle(99, Unit(20, 20), Unit(20, 20))),
    ("T5 the turn counter stays at 99",
     turn(IDLE, IDLE, *WAITING, number=99),
     Battle(99, Unit(20, 20), Unit(20, 20))),
    # --- O: carrying out an order
    ("O1 a unit that fell before its order does nothing",
     turn(IDLE, Unit(6, 20), "hero attack", "foe attack"),
     Battle(2, Unit(20, 20), Unit(0, 20))),
    ("O1 a unit that fell to thorns does not heal",
     turn(Unit(20, 20, thorns=2), Unit(1, 20), "foe attack", "hero heal"),
     Battle(2, Unit(20, 20, thorns=1, regen=1, cd_heal=3), Unit(0, 20))),
    ("O2 a stunned unit does nothing",
     turn(Unit(20, 20, stun=1), IDLE, "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(20, 20))),
    ("O2 a stunned unit spends no slot",
     turn(Unit(20, 20, stun=3), IDLE, "hero guard", "foe wait"),
     Battle(2, Unit(20, 20, stun=2), Unit(20, 20))),
    ("O2 a unit stunned earlier in the same turn does nothing",
     turn(Unit(20, 20, fragile=1), IDLE, "foe poison_strike", "hero attack"),
     Battle(2, Unit(14, 20, poison=1, stun=1), Unit(20, 20, cd_poison_strike=2))),
    ("O3 an action on cooldown does nothing, and its slot counts down",
     turn(Unit(20, 20, cd_guard=1), Unit(20, 20, cd_ignite=5), "hero guard", "foe ignite"),
     Battle(2, Unit(20, 20), Unit(20, 20, cd_ignite=4))),
    ("O3 the cooldown of another action hinders nothing",
     turn(Unit(20, 20, cd_heal=2), IDLE, "hero guard", "foe wait"),
     Battle(2, Unit(20, 20, shield=5, cd_heal=1, cd_guard=2), Unit(20, 20))),
    ("O4 a heal that changes nothing is spent",
     turn(Unit(20, 20, regen=5), IDLE, "hero heal", "foe wait"),
     Battle(2, Unit(20, 20, regen=4, cd_heal=3), Unit(20, 20))),
    ("O4 a guard at the highest shield is spent",
     turn(Unit(20, 20, shield=20), IDLE, "hero guard", "foe wait"),
     Battle(2, Unit(20, 20, shield=20, cd_guard=2), Unit(20, 20))),
    ("O4 a cleanse of nothing is spent",
     turn(IDLE, IDLE, "hero cleanse", "foe wait"),
     Battle(2, Unit(20, 20, cd_cleanse=3), Unit(20, 20))),
    ("O4 a strike at a fallen unit is spent",
     turn(Unit(20, 20, thorns=2), Unit(2, 20), "foe attack", "hero poison_strike"),
     Battle(2, Unit(14, 20, thorns=1, cd_poison_strike=2), Unit(0, 20))),
    # --- A: the actions
    ("A1 attack strikes with 6",
     turn(IDLE, IDLE, "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(14, 20))),
    ("A2 heal gives 8 hp and regen, which gives 3 more",
     turn(Unit(5, 20), IDLE, "hero heal", "foe wait"),
     Battle(2, Unit(16, 20, regen=1, cd_heal=3), Unit(20, 20))),
    ("A2 heal stops at max, below what it would give",
     turn(Unit(15, 20, poison=4), IDLE, "hero heal", "foe wait"),
     Battle(2, Unit(19, 20, poison=3, regen=1, cd_heal=3), Unit(20, 20))),
    ("A2 heal does not shorten a longer regen",
     turn(Unit(1, 50, regen=4), IDLE, "hero heal", "foe wait"),
     Battle(2, Unit(12, 50, regen=3, cd_heal=3), Unit(20, 20))),
    ("A3 guard gives 5 shield",
     turn(Unit(20, 20, shield=1), IDLE, "hero guard", "foe wait"),
     Battle(2, Unit(20, 20, shield=6, cd_guard=2), Unit(20, 20))),
    ("A3 guard stops at 20 shield",
     turn(Unit(20, 20, shield=18), IDLE, "hero guard", "foe wait"),
     Battle(2, Unit(20, 20, shield=20, cd_guard=2), Unit(20, 20))),
    ("A4 cleanse ends poison, burn and fragile, and leaves regen, thorns and shield",
     turn(Unit(20, 30, shield=7, poison=9, burn=5, regen=2, thorns=3, fragile=5), IDLE, "hero cleanse", "foe wait"),
     Battle(2, Unit(23, 30, shield=7, regen=1, thorns=2, cd_cleanse=3), Unit(20, 20))),
    ("A5 poison_strike strikes with 3 and gives 2 poison",
     turn(IDLE, IDLE, "hero poison_strike", "foe wait"),
     Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(15, 20, poison=1))),
    ("A5 poison stops at 9",
     turn(IDLE, Unit(20, 20, poison=8), "hero poison_strike", "foe wait"),
     Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(8, 20, poison=8))),
    ("A5 poison_strike does not shorten a longer stun",
     turn(IDLE, Unit(20, 20, stun=3, fragile=1), "hero poison_strike", "foe wait"),
     Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(14, 20, poison=1, stun=2))),
    ("A5 a unit made fragile by this very strike is not stunned",
     turn(IDLE, Unit(20, 20, shield=1), "hero poison_strike", "foe attack"),
     Battle(2, Unit(14, 20, cd_poison_strike=2), Unit(16, 20, poison=1, fragile=1))),
    ("A6 ignite strikes with 2 and gives 3 burn",
     turn(IDLE, IDLE, "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(15, 20, burn=2))),
    ("A6 ignite does not shorten a longer burn",
     turn(IDLE, Unit(20, 20, burn=5), "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(15, 20, burn=4))),
    ("A7 brace gives 3 thorns and ends fragile",
     turn(Unit(20, 20, thorns=1, fragile=4), IDLE, "hero brace", "foe wait"),
     Battle(2, Unit(20, 20, thorns=2, cd_brace=2), Unit(20, 20))),
    ("A7 brace does not shorten longer thorns",
     turn(Unit(20, 20, thorns=5), IDLE, "hero brace", "foe wait"),
     Battle(2, Unit(20, 20, thorns=4, cd_brace=2), Unit(20, 20))),
    ("A8 wait does nothing",
     turn(IDLE, IDLE, *WAITING),
     Battle(2, Unit(20, 20), Unit(20, 20))),
    # --- S: a strike
    ("S1 a fallen unit is not struck, and its thorns prick nobody",
     turn(Unit(20, 20, thorns=2), Unit(2, 20, shield=5, thorns=5), "foe attack", "hero ignite"),
     Battle(2, Unit(14, 20, thorns=1, cd_ignite=3), Unit(0, 20))),
    ("S2 attack on a fragile unit is 9",
     turn(IDLE, Unit(20, 20, fragile=2), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(11, 20, fragile=1))),
    ("S2 poison_strike on a fragile unit is 4, rounded down",
     turn(IDLE, Unit(20, 20, fragile=1), "hero poison_strike", "foe wait"),
     Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(14, 20, poison=1, stun=1))),
    ("S2 ignite on a fragile unit is 3",
     turn(IDLE, Unit(20, 20, fragile=5), "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(14, 20, burn=2, fragile=4))),
    ("S2 a unit made fragile by this very strike takes no more of it",
     turn(IDLE, Unit(20, 20, shield=1), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(15, 20, fragile=1))),
    ("S2 a fragile unit that braced first takes the plain power",
     turn(IDLE, Unit(20, 20, fragile=5), "foe brace", "hero attack"),
     Battle(2, Unit(18, 20), Unit(14, 20, thorns=2, cd_brace=2))),
    ("S3 a high shield absorbs all",
     turn(IDLE, Unit(20, 20, shield=10), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(20, 20, shield=4))),
    ("S3 what the shield does not absorb stops at 0 hp",
     turn(IDLE, Unit(2, 20, shield=1), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(0, 20))),
    ("S4 a shield that absorbs exactly all is not broken",
     turn(IDLE, Unit(20, 20, shield=6), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(20, 20))),
    ("S4 a shield one short is broken",
     turn(IDLE, Unit(20, 20, shield=5), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(19, 20, fragile=1))),
    ("S4 no shield is no broken shield",
     turn(IDLE, IDLE, "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(15, 20, burn=2))),
    ("S4 a broken shield does not shorten a longer fragile",
     turn(IDLE, Unit(20, 20, shield=8, fragile=5), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(19, 20, fragile=4))),
    ("S4 burn breaks no shield",
     turn(IDLE, Unit(20, 20, shield=2, burn=1), *WAITING),
     Battle(2, Unit(20, 20), Unit(19, 20))),
    ("S5 a strike has its effect through a shield",
     turn(IDLE, Unit(20, 20, shield=10), "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(20, 20, shield=5, burn=2))),
    ("S5 a strike that fells has no effect",
     turn(IDLE, Unit(2, 20), "hero ignite", "foe wait"),
     Battle(2, Unit(20, 20, cd_ignite=3), Unit(0, 20))),
    ("S6 thorns cost the striker 2 hp past its shield",
     turn(Unit(20, 20, shield=5), Unit(20, 20, thorns=1), "hero attack", "foe wait"),
     Battle(2, Unit(18, 20, shield=5), Unit(14, 20))),
    ("S6 thorns prick a striker whose strike the shield absorbs",
     turn(IDLE, Unit(20, 20, shield=9, thorns=5, stun=3), "hero attack", "foe wait"),
     Battle(2, Unit(18, 20), Unit(20, 20, shield=3, thorns=4, stun=2))),
    ("S6 thorns may fell the striker, whose slot is then not spent",
     turn(Unit(1, 20, shield=9), Unit(20, 20, thorns=1), "hero ignite", "foe wait"),
     Battle(2, Unit(0, 20), Unit(15, 20, burn=2))),
    ("S6 a striker felled by thorns is not struck by the second order",
     turn(Unit(2, 20), Unit(20, 20, thorns=2), "hero attack", "foe ignite"),
     Battle(2, Unit(0, 20), Unit(14, 20, thorns=1, cd_ignite=3))),
    ("S6 thorns of a unit that this strike felled cost nothing",
     turn(IDLE, Unit(6, 20, thorns=5), "hero attack", "foe wait"),
     Battle(2, Unit(20, 20), Unit(0, 20))),
    ("S6 thorns given earlier in the same turn prick",
     turn(IDLE, IDLE, "foe brace", "hero attack"),
     Battle(2, Unit(18, 20), Unit(14, 20, thorns=2, cd_brace=2))),
    ("S6 an action that is no strike is not pricked",
     turn(Unit(5, 20), Unit(20, 20, thorns=5), "hero guard", "foe wait"),
     Battle(2, Unit(5, 20, shield=5, cd_guard=2), Unit(20, 20, thorns=4))),
    # --- E: the end of the turn
    ("E1 poison goes past the shield",
     turn(Unit(20, 20, shield=20, poison=9), IDLE, *WAITING),
     Battle(2, Unit(11, 20, shield=20, poison=8), Unit(20, 20))),
    ("E1 poison given this turn hurts this turn",
     turn(IDLE, Unit(20, 20, poison=1), "hero poison_strike", "foe wait"),
     Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(14, 20, poison=2))),
    ("E2 the shield absorbs burn",
     turn(Unit(20, 20, shield=3, burn=5), Unit(20, 20, shield=1, burn=1), *WAITING),
     Battle(2, Unit(20, 20, burn=4), Unit(18, 20))),
    ("E2 burn stops at 0 hp",
     turn(Unit(1, 20, shield=1, burn=5), IDLE, *WAITING),
     Battle(2, Unit(0, 20), Unit(20, 20))),
    ("E3 regen does not revive",
     turn(Unit(1, 20, poison=1, regen=5, cd_heal=5), IDLE, *WAITING),
     Battle(2, Unit(0, 20), Unit(20, 20))),
    ("E3 a slot spent by a unit that falls is 0",
     turn(Unit(3, 20, burn=1), IDLE, "hero ignite", "foe wait"),
     Battle(2, Unit(0, 20), Unit(15, 20, burn=2))),
    ("E4 regen gives 3 hp, at most max",
     turn(Unit(10, 20, regen=1), Unit(19, 20, regen=5), *WAITING),
     Battle(2, Unit(13, 20), Unit(20, 20, regen=4))),
    ("E4 regen comes after poison and burn",
     turn(Unit(20, 20, poison=1, burn=1, regen=1), IDLE, *WAITING),
     Battle(2, Unit(19, 20), Unit(20, 20))),
    ("E5 every status falls by 1, the shield does not",
     turn(Unit(50, 60, shield=7, poison=2, burn=2, regen=2, thorns=2, stun=2, fragile=2),
          Unit(50, 60, shield=7, poison=1, burn=1, regen=1, thorns=1, stun=1, fragile=1), *WAITING),
     Battle(2, Unit(51, 60, shield=4, poison=1, burn=1, regen=1, thorns=1, stun=1, fragile=1),
            Unit(52, 60, shield=4))),
    ("E6 every slot falls by 1, to no less than 0",
     turn(Unit(20, 20, cd_heal=5, cd_guard=4, cd_cleanse=3, cd_poison_strike=2, cd_ignite=1), IDLE, *WAITING),
     Battle(2, Unit(20, 20, cd_heal=4, cd_guard=3, cd_cleanse=2, cd_poison_strike=1), Unit(20, 20))),
    ("E7 a spent slot takes its cooldown and does not count down this turn",
     turn(Unit(20, 20, cd_heal=1), Unit(20, 20, cd_guard=2), "hero brace", "foe cleanse"),
     Battle(2, Unit(20, 20, thorns=2, cd_brace=2), Unit(20, 20, cd_guard=1, cd_cleanse=3))),
]
# fmt: on


@pytest.mark.parametrize(("turn", "after"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_the_turn_leads_to_the_battle_worked_out_by_hand(turn, after):
    assert resolve(turn) == after


def test_every_rule_and_action_has_a_turn():
    assert list(dict.fromkeys(fact.split()[0] for fact, _, _ in RULES)) == list(RULE_IDS)


def test_the_worked_example():
    hero = Unit(31, 40, shield=4, poison=2, thorns=1, cd_guard=2, cd_poison_strike=1)
    foe = Unit(22, 35, burn=3, stun=1, fragile=2, cd_cleanse=3)
    assert resolve(turn(hero, foe, "hero poison_strike", "foe guard", number=7)) == Battle(
        8, Unit(29, 40, shield=4, poison=1, cd_guard=1), Unit(19, 35, burn=2, fragile=1, cd_cleanse=2)
    )


COOLDOWNS = {"heal": 3, "guard": 2, "cleanse": 3, "poison_strike": 2, "ignite": 3, "brace": 2}


@pytest.mark.parametrize(("action", "cooldown"), COOLDOWNS.items())
def test_a_spent_slot_takes_its_actions_cooldown(action, cooldown):
    after = resolve(turn(IDLE, IDLE, f"foe {action}", "hero wait"))
    slots = {name: getattr(after.foe, f"cd_{name}") for name in COOLDOWNS}
    assert slots == {**dict.fromkeys(COOLDOWNS, 0), action: cooldown}


@pytest.mark.parametrize(("action", "cooldown"), COOLDOWNS.items())
def test_an_action_can_be_repeated_when_its_slot_has_counted_down(action, cooldown):
    battle = resolve(turn(IDLE, IDLE, f"hero {action}", "foe wait"))
    for _ in range(cooldown):
        assert getattr(battle.hero, f"cd_{action}") > 0
        battle = resolve(turn(battle.hero, IDLE, f"hero {action}", "foe wait"))
    assert getattr(battle.hero, f"cd_{action}") == 0


# --- without one rule ------------------------------------------------------------------------------------------------

# fmt: off
WITHOUT = {
    "T1": (turn(Unit(0, 20), Unit(20, 20, poison=3), "hero attack", "foe attack", number=7),
           Battle(8, Unit(0, 20), Unit(17, 20, poison=2))),
    "T2": (turn(Unit(6, 20), Unit(6, 20), "foe attack", "hero attack"),
           Battle(2, Unit(6, 20), Unit(0, 20))),
    "T3": (turn(Unit(20, 20, poison=3, cd_heal=2), IDLE, "hero guard", "foe wait"),
           Battle(2, Unit(20, 20, shield=5, poison=3, cd_heal=2), Unit(20, 20))),
    "T4": (turn(IDLE, Unit(6, 20, poison=9, cd_heal=2), "hero attack", "foe wait"),
           Battle(2, Unit(20, 20), change(Unit(1, 20, poison=9, cd_heal=2), hp=0))),
    "T5": (turn(IDLE, Unit(20, 20, stun=1), *WAITING, number=7),
           Battle(7, Unit(20, 20), Unit(20, 20))),
    "O1": (turn(IDLE, Unit(6, 20), "hero attack", "foe attack"),
           Battle(2, Unit(14, 20), Unit(0, 20))),
    "O2": (turn(Unit(20, 20, stun=2), IDLE, "hero attack", "foe wait"),
           Battle(2, Unit(20, 20, stun=1), Unit(14, 20))),
    "O3": (turn(Unit(20, 20, cd_guard=5), IDLE, "hero guard", "foe wait"),
           Battle(2, Unit(20, 20, shield=5, cd_guard=2), Unit(20, 20))),
    "O4": (turn(IDLE, IDLE, "hero attack", "foe guard"),
           Battle(2, Unit(20, 20), Unit(20, 20))),
    "A1": (turn(IDLE, IDLE, "hero attack", "foe wait"),
           Battle(2, Unit(20, 20), Unit(20, 20))),
    "A2": (turn(Unit(5, 20), IDLE, "hero heal", "foe wait"),
           Battle(2, Unit(5, 20, cd_heal=3), Unit(20, 20))),
    "A3": (turn(IDLE, IDLE, "hero guard", "foe wait"),
           Battle(2, Unit(20, 20, cd_guard=2), Unit(20, 20))),
    "A4": (turn(Unit(20, 20, fragile=5), IDLE, "hero cleanse", "foe wait"),
           Battle(2, Unit(20, 20, fragile=4, cd_cleanse=3), Unit(20, 20))),
    "A5": (turn(IDLE, IDLE, "hero poison_strike", "foe wait"),
           Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(20, 20))),
    "A6": (turn(IDLE, Unit(20, 20, thorns=1), "hero ignite", "foe wait"),
           Battle(2, Unit(20, 20, cd_ignite=3), Unit(20, 20))),
    "A7": (turn(IDLE, IDLE, "hero brace", "foe wait"),
           Battle(2, Unit(20, 20, cd_brace=2), Unit(20, 20))),
    "S2": (turn(IDLE, Unit(20, 20, fragile=1), "hero poison_strike", "foe wait"),
           Battle(2, Unit(20, 20, cd_poison_strike=2), Unit(15, 20, poison=1, stun=1))),
    "S3": (turn(IDLE, Unit(20, 20, shield=10), "hero attack", "foe wait"),
           Battle(2, Unit(20, 20), Unit(14, 20, shield=10))),
    "S4": (turn(IDLE, Unit(20, 20, shield=5), "hero attack", "foe wait"),
           Battle(2, Unit(20, 20), Unit(19, 20))),
    "S5": (turn(IDLE, IDLE, "hero ignite", "foe wait"),
           Battle(2, Unit(20, 20, cd_ignite=3), Unit(18, 20))),
    "S6": (turn(IDLE, Unit(20, 20, thorns=1), "hero attack", "foe wait"),
           Battle(2, Unit(20, 20), Unit(14, 20))),
    "E1": (turn(Unit(20, 20, poison=3), IDLE, *WAITING),
           Battle(2, Unit(20, 20, poison=2), Unit(20, 20))),
    "E2": (turn(Unit(20, 20, shield=1, burn=3), IDLE, *WAITING),
           Battle(2, Unit(20, 20, shield=1, burn=2), Unit(20, 20))),
    "E3": (turn(Unit(1, 20, poison=1, regen=2), IDLE, *WAITING),
           Battle(2, Unit(3, 20, regen=1), Unit(20, 20))),
    "E4": (turn(Unit(1, 20, regen=2), IDLE, *WAITING),
           Battle(2, Unit(1, 20, regen=1), Unit(20, 20))),
    "E5": (turn(Unit(20, 20, thorns=2, stun=3), IDLE, *WAITING),
           Battle(2, Unit(20, 20, thorns=2, stun=3), Unit(20, 20))),
    "E6": (turn(Unit(20, 20, cd_heal=2), IDLE, *WAITING),
           Battle(2, Unit(20, 20, cd_heal=2), Unit(20, 20))),
    "E7": (turn(IDLE, IDLE, "hero guard", "foe wait"),
           Battle(2, Unit(20, 20, shield=5), Unit(20, 20))),
}
# fmt: on

# Waiting does nothing, and T4 leaves nothing of a fallen unit that a strike could reach.
IDLE_RULES = ("A8", "S1")


def test_every_rule_but_two_has_a_turn_that_needs_it():
    assert [rule for rule in RULE_IDS if rule not in WITHOUT] == ["A8", "S1"]


@pytest.mark.parametrize("rule", WITHOUT)
def test_without_the_rule_the_turn_leads_elsewhere(rule):
    turn, after = WITHOUT[rule]
    assert resolve(turn, STANDARD.without(rule)) == after
    assert resolve(turn) != after


@pytest.fixture(scope="module")
def many_turns():
    """Sampled turns, and all turns from battles in which the first order may fell its own unit."""
    doomed = Unit(2, 20, shield=4, thorns=1), Unit(2, 20, shield=4, fragile=2, thorns=3)
    return [
        *turns_from(Battle(1, *doomed)),
        *turns_from(Battle(1, *doomed[::-1])),
        *sample("mixed", seed=1, count=4000),
    ]


@pytest.mark.parametrize("rule", IDLE_RULES)
def test_two_rules_change_nothing_when_left_out(rule, many_turns):
    rules = STANDARD.without(rule)
    assert [turn for turn in many_turns if resolve(turn, rules) != resolve(turn)] == []


def test_a_strike_at_a_fallen_unit_would_matter_if_it_kept_its_shield(many_turns):
    """So the turns of the test above do reach S1."""
    without_t4, without_both = STANDARD.without("T4"), STANDARD.without("T4", "S1")
    assert any(resolve(turn, without_both) != resolve(turn, without_t4) for turn in many_turns)
