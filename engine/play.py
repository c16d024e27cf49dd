"""A play: a state and the orders of one turn after another."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Play:
    """A state and the orders of one turn after another, at least one turn; None for each turn of a state without
    orders.
    """

    state: Any
    orders: tuple[Any, ...] = attrs.field(validator=attrs.validators.min_len(1))
