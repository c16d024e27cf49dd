"""A model of JSON: it reads and writes the template `duel-json/1`. The reference engine stands in for weights."""

from __future__ import annotations

import json
from collections.abc import Sequence

from turncheck.duel import DOMAIN
from turncheck.model.adapters.templates import template

JSON = template("duel-json/1", DOMAIN)


def predict(prompts: Sequence[str]) -> list[str]:
    """A line of JSON for each line of JSON."""
    assert all(isinstance(json.loads(prompt), dict) for prompt in prompts)
    return [JSON.encode(DOMAIN.resolve_text(JSON.decode(prompt))) for prompt in prompts]
