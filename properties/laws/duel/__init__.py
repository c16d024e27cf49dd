"""The duel's laws, by topic. `LAWS` has all of them, in the order of the tables."""

from turncheck.properties.checking.law import Law
from turncheck.properties.laws.duel import (
    actions,
    agreement,
    battles,
    cooldowns,
    effects,
    endings,
    falls,
    form,
    malformed,
    orders,
    rollouts,
    stability,
    statuses,
    strikes,
    thorns,
)

LAWS: tuple[Law, ...] = (
    *agreement.LAWS,
    *form.LAWS,
    *battles.LAWS,
    *falls.LAWS,
    *orders.LAWS,
    *actions.LAWS,
    *strikes.LAWS,
    *effects.LAWS,
    *thorns.LAWS,
    *endings.LAWS,
    *statuses.LAWS,
    *cooldowns.LAWS,
    *malformed.LAWS,
    *rollouts.LAWS,
    *stability.LAWS,
)
