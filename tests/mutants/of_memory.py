"""Mutants whose answer to a prompt depends on what else they were asked: before it, or together with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import attrs

from tests.mutants.mutant import Mutant
from turncheck.engine.duel import Battle, resolve_text, write
from turncheck.model.adapters.python import PythonFunction

Batch = Sequence[str]


@attrs.define
class Forgetful:
    """Answers a prompt that it was asked before in another way; `again` makes that answer of the right one."""

    again: Callable[[str], str]
    asked: set[str] = attrs.field(factory=set, init=False)

    def predict(self, prompts: Batch, /) -> list[str]:
        """One answer for each prompt."""
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: str) -> str:
        known, right = prompt in self.asked, resolve_text(prompt)
        self.asked.add(prompt)
        return self.again(right) if known else right


def with_counter_swapped(right: str) -> str:
    """The answer with the digits of its turn counter swapped."""
    return re.sub(r"(?m)^turn (\d)(\d)$", r"turn \2\1", right)


def a_fault(right: str) -> str:
    """No answer."""
    raise KeyError("asked before")


# --- batches ---------------------------------------------------------------------------------------------------------


def answered(prompts: Batch) -> list[str]:
    """The right answers."""
    return [resolve_text(prompt) for prompt in prompts]


def reversed_batch(prompts: Batch) -> list[str]:
    """The answers in the opposite order."""
    return answered(prompts)[::-1]


def shifted_batch(prompts: Batch) -> list[str]:
    """To each prompt the answer to the one before it."""
    right = answered(prompts)
    return right[-1:] + right[:-1]


def first_for_all(prompts: Batch) -> list[str]:
    """The first answer for the whole batch."""
    return answered(prompts[:1]) * len(prompts)


def cut_to_the_shortest(prompts: Batch) -> list[str]:
    """Answers as long as the shortest of the batch."""
    right = answered(prompts)
    return [answer[: min(map(len, right))] for answer in right]


def empty_when_alone(prompts: Batch) -> list[str]:
    """A new battle, where a prompt comes by itself."""
    return [write(Battle())] if len(prompts) == 1 else answered(prompts)


# --- the tables ------------------------------------------------------------------------------------------------------

# fmt: off
SECOND_TIMES = (
    ("forgets_the_battle",   "asked again, it answers with a new battle",  lambda right: write(Battle())),
    ("drifts_when_asked",    "asked again, it swaps the counter's digits", with_counter_swapped),
    ("rejects_when_asked",   "asked again, it rejects",                    lambda right: "reject truncated\n"),
    ("is_silent_when_asked", "asked again, it answers nothing",            lambda right: ""),
    ("raises_when_asked",    "asked again, it raises an error",            a_fault),
)

BATCHES = (
    ("reverses_batches", "a batch is answered in the opposite order",              reversed_batch),
    ("shifts_batches",   "each prompt of a batch gets the answer to the last one", shifted_batch),
    ("first_for_all",    "a whole batch gets the answer to its first prompt",      first_for_all),
    ("cuts_batches",     "the answers of a batch are as long as its shortest one", cut_to_the_shortest),
    ("fails_alone",      "a prompt by itself is answered with a new battle",       empty_when_alone),
)
# fmt: on


def _forgetful(name: str, wrong: str, again: Callable[[str], str]) -> Mutant:
    return Mutant(name, "unstable", wrong, lambda: Forgetful(again))


def _batched(name: str, wrong: str, predict: Callable[[Batch], list[str]]) -> Mutant:
    return Mutant(name, "unstable", wrong, lambda: PythonFunction(predict))


MUTANTS = (
    *(_forgetful(*row) for row in SECOND_TIMES),
    *(_batched(*row) for row in BATCHES),
)
