"""A play: a state, and what is done in one turn after another."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Play:
    """A state and the orders of one turn after another, at least one; None for each where a state goes on by itself."""

    state: Any
    orders: tuple[Any, ...] = attrs.field(validator=attrs.validators.min_len(1))
