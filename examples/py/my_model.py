"""A model to try `py:` with. It has no weights: the reference engine stands in, with a fault in its regeneration."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from turncheck.engine.duel import STANDARD, resolve_text


@attrs.frozen
class Model:
    """Answers as the reference does, but that a unit regenerates `regen` hp instead of 3."""

    regen: int = 4

    def predict(self, prompts: Sequence[str]) -> list[str]:
        """One answer for each prompt."""
        rules = attrs.evolve(STANDARD, regen_heal=self.regen)
        return [resolve_text(prompt, rules) for prompt in prompts]


predict = Model().predict
