"""A model to try. It has no weights: it is the reference with one bug, a difference stops at -128 and at 127."""

from collections.abc import Sequence
from pathlib import Path

from turncheck import Case, MalformedTextError, load_domain

DOMAIN = load_domain(str(Path(__file__).with_name("subleq.py")))


def answer(prompt: str) -> str:
    """Answer any text."""
    try:
        state: Case = DOMAIN.read(prompt)
    except MalformedTextError as error:
        return DOMAIN.rejection(error.reason)
    after: Case = DOMAIN.outcome(state)
    a, b, _ = state.mem[state.counter : state.counter + 3]
    difference = state.mem[b % 32] - state.mem[a % 32]
    if state.mode == "running" and not -128 <= difference <= 127:
        after = after.changed({f"mem[{b % 32}]": max(-128, min(127, difference))})
    return DOMAIN.write_answer(after)


def predict(prompts: Sequence[str]) -> list[str]:
    """Return one answer for each prompt."""
    return [answer(prompt) for prompt in prompts]
