"""The laws, by topic. `LAWS` is all of them, in the order in which tables show them."""

from turncheck.properties.law import Law
from turncheck.properties.laws import actions, agreement, battles, cooldowns, malformed, stability, statuses

LAWS: tuple[Law, ...] = (
    *agreement.LAWS,
    *battles.LAWS,
    *actions.LAWS,
    *cooldowns.LAWS,
    *statuses.LAWS,
    *malformed.LAWS,
    *stability.LAWS,
)
