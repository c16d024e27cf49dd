"""The smallest witness that each planted bug leaves of the law that names it, by seed 0, written out whole."""

# ruff: noqa: E501  a unit is one line of 137 characters

from turncheck.reports.records import Witness

WITNESSES = {
    "poison_heals": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 02/03 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/03 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 03/03 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "stunned_units_act": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 1 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero attack
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "slots_hinder_nothing": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 1 guard 1 cleanse 1 poison_strike 1 ignite 1 brace 1
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero heal
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "slots_stand_still": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 40/40 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 1 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 40/40 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 40/40 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 1 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "slots_are_never_spent": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 40/40 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero heal
do foe wait
""",
            expected="""\
turn 02
hero hp 40/40 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 40/40 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "heal_cools_for_4_turns": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 40/40 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero heal
do foe wait
""",
            expected="""\
turn 02
hero hp 40/40 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 40/40 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 4 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "finished_battles_go_on": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "hero_is_always_first": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do foe attack
do hero attack
""",
            expected="""\
turn 02
hero hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "turn_counter_stands_still": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "turn_99_is_rejected": {
        "false_rejection": Witness(
            turn="""\
turn 99
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 99
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="reject out_of_range\n",
        ),
    },
    "second_self_aimed_order_is_lost": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe heal
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "max_creeps_up": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/02 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "regen_passes_max": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 04/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "fallen_units_keep_all": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 00/01 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "guard_drops_the_shield": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 03/03 shield 01 poison 0 burn 1 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero guard
do foe wait
""",
            expected="""\
turn 02
hero hp 03/03 shield 03 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 2 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 00/03 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "shield_absorbs_nothing": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 09 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero heal
do foe attack
""",
            expected="""\
turn 02
hero hp 01/01 shield 03 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "burn_ignores_the_shield": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 03 poison 0 burn 1 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 03 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "statuses_stay": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 40/40 shield 00 poison 0 burn 1 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 37/40 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 37/40 shield 00 poison 0 burn 1 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "even_poison_does_nothing": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 03/03 shield 00 poison 2 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/03 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 03/03 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "hp_above_max_is_accepted": {
        "silent_acceptance": Witness(
            turn="""\
turn 01
hero hp 02/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="reject hp_above_max\n",
            got="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "misplaced_is_called_unknown": {
        "wrong_reason": Witness(
            turn="""\
hero 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="reject misplaced_label\n",
            got="reject unknown_label\n",
        ),
    },
    "mumbles_behind_a_shield": {
        "malformed_answer": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 10 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero heal
do foe attack
""",
            expected="""\
turn 02
hero hp 01/01 shield 04 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero up 01/01 shield 04 poison 0 burn 0 regen 1 thorns 0 stun 0 fragile 0 cd heal 3 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "does_not_stop": {
        "malformed_answer": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 4 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 00/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
    "raises_at_a_stunned_hero": {
        "malformed_answer": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 1 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero attack
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="",
        ),
    },
    "forgets_what_it_said": {
        "wrong_value": Witness(
            turn="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
""",
            expected="""\
turn 02
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
            got="""\
turn 01
hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
""",
        ),
    },
}
"""By bug and failure mode."""
