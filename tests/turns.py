"""Turns that tests of several packages share."""

from turncheck.engine.duel import Battle, Order, Turn, Unit

WORKED = Turn(
    Battle(
        7,
        Unit(31, 40, shield=4, poison=2, thorns=1, cd_guard=2, cd_poison_strike=1),
        Unit(22, 35, burn=3, stun=1, fragile=2, cd_cleanse=3),
    ),
    Order("hero", "poison_strike"),
    Order("foe", "guard"),
)
"""The example of `docs/rules.md`, in which much happens."""
