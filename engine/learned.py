"""The interface of a learned engine: one obligation, `predict`, two options that make it cheaper to check, one that
says that there is no more to ask than a list of prompts, one that tells what went wrong on the way, and one that tells
what it found out about whatever stands behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Protocol, runtime_checkable

import attrs

from turncheck.engine.visible import cut, is_text, type_name


class EngineError(ValueError):
    """A learned engine that cannot be used: what makes one of what a user named raises this.

    Attributes:
        fault: what is wrong, and the way out, in one line.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return self.fault


class UnavailableError(Exception):
    """A learned engine that could not be asked: it took too long, its process died, its host was not there.

    After some of these in a row it is asked no more, since each may cost as long as the one before.
    """


class ContractError(TypeError):
    """A learned engine that does not give one text for each prompt, or one verdict for each draft.

    Attributes:
        demand: what its method must give.
        value: what it gave.
        method: which.
    """

    def __init__(self, demand: str, value: str, method: str = "predict") -> None:
        super().__init__(demand, value, method)
        self.demand, self.value, self.method = demand, value, method

    def __str__(self) -> str:
        return f"{self.method} must give {self.demand}, got {self.value}"


class LearnedEngine(Protocol):
    """Anything that answers texts."""

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """One answer for each prompt, in their order: what the model writes greedily."""
        ...


@attrs.frozen
class Verdict:
    """What a learned engine says of a draft.

    Attributes:
        accepted: how many of the draft's tokens, from its first, the model would greedily write itself.
        complete: whether it would write all of them and stop there: then the draft is its answer.
        margin: the smallest distance, in logits, between the best and the second best token over what was compared.
            A small one means that another order of float operations could decide otherwise.
    """

    accepted: int
    complete: bool
    margin: float


@runtime_checkable
class Verifier(Protocol):
    """A learned engine that can check an answer in one forward pass instead of writing it token by token."""

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[Verdict]:
        """One verdict for each prompt and its draft, equal to what greedy decoding in float32 would show."""
        ...


@runtime_checkable
class DraftedWriter(Protocol):
    """A learned engine that writes an answer faster when it is given one that is nearly right."""

    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[str]:
        """The answers of `predict`, whatever the drafts are; the drafts only make them cheap."""
        ...


@runtime_checkable
class Listed(Protocol):
    """A learned engine that has answers to the prompts of a list and to no others, as where they were made elsewhere.

    Nothing else can be asked of it, no answer of its own leads on to a next prompt, and nothing is asked a second time.
    """

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """The answers on the list, one for each prompt, in their order."""
        ...

    def unlisted(self, prompts: Sequence[str], /) -> Sequence[str]:
        """Those of the prompts that it has no answer to, in their order."""
        ...


@runtime_checkable
class Troubled(Protocol):
    """A learned engine that counts what went wrong on the way to its answers, though each prompt has one."""

    def troubles(self) -> Mapping[str, int]:
        """How often each kind of trouble occurred so far, by its name in the plural: `{"worker restarts": 4}`."""
        ...


@runtime_checkable
class Probed(Protocol):
    """A learned engine that found out, when it was made, how what stands behind it is to be asked."""

    def findings(self) -> Sequence[str]:
        """What was found and what follows from it, one line each: `it takes one prompt a request: batch=1`."""
        ...


SAFE_MARGIN = 1e-3
"""Below this margin a verdict may depend on the order of float operations, and the answer is decoded instead."""


def answers(engine: LearnedEngine, prompts: Sequence[str], drafts: Sequence[str]) -> Sequence[str]:
    """What the engine answers to each prompt, by the cheapest way that it offers.

    The answers are those of `engine.predict(prompts)`; a good draft only makes them cheap.
    """
    if isinstance(engine, DraftedWriter):
        return engine.predict_with_drafts(prompts, drafts)
    if not isinstance(engine, Verifier):
        return engine.predict(prompts)
    verdicts = engine.verify(prompts, drafts)
    if len(verdicts) != len(drafts):
        raise ContractError(f"{len(drafts)} verdicts, one for each draft", str(len(verdicts)), "verify")
    sure = [verdict.complete and verdict.margin >= SAFE_MARGIN for verdict in verdicts]
    unsure = [prompt for prompt, known in zip(prompts, sure, strict=True) if not known]
    written = iter(checked(engine.predict(unsure), len(unsure)) if unsure else ())
    return [draft if known else next(written) for draft, known in zip(drafts, sure, strict=True)]


LONGEST_ANSWER = 1_000_000
"""Characters that are kept of an answer: a right one has some hundreds."""


def checked(given: Sequence[str], count: int) -> list[str]:
    """What a call of `predict` gave, if it is one text for each prompt: plain copies, of which long ones are cut.

    A text of a class of the model's own is copied as the characters that it holds, whatever that class says of it. One
    that is cut says so at its end, so that it is no right answer.

    Raises:
        ContractError: it is none, or it raised where it was looked at.
    """
    try:
        listed = not isinstance(given, str) and isinstance(given, Sequence)
        # It may be of a class of the model's own that says it is as long as it should be, and never ends.
        found = list(islice(given, count + 1)) if listed else []
    except Exception as error:
        demand = "a list of texts"
        raise ContractError(demand, f"a {type_name(given)} that raised {described(error)}") from error
    if not listed:
        raise ContractError("a list of texts", type_name(given))
    if len(found) != count:
        raise ContractError(f"{count} answers, one for each prompt", _number_of(given, found))
    return [_copied(answer) for answer in found]


def _number_of(given: Sequence[str], found: list[str]) -> str:
    """How many there are, as a plain list knows it; of any other whether there are too many."""
    return str(len(given)) if type(given) in (list, tuple) else f"{len(found)} or more"


def _copied(answer: object) -> str:
    """The answer as a plain text."""
    if not is_text(answer):
        raise ContractError("a list of texts", f"a {type_name(answer)} in it")
    return plain(answer)


def plain(text: str, longest: int = LONGEST_ANSWER) -> str:
    """The characters of an answer as a plain text; those beyond so many are cut, and it says so."""
    size = str.__len__(text)
    if size <= longest:
        return str.__str__(text)
    return f"{str.__getitem__(text, slice(longest))}... (cut, of {size:,} characters)"


LONGEST_FAULT = 300
"""Characters that are kept of what somebody's code raised."""


def described(error: BaseException) -> str:
    """What was raised: its class and its message, of which a long one is cut. It raises nothing itself."""
    try:
        message = str.__str__(str(error))
    except BaseException as another:  # what runs is somebody's `__str__`, which may raise anything
        message = f"(a message that raised {type_name(another)})"
    return cut(f"{type_name(error)}: {message}".removesuffix(": "), LONGEST_FAULT)
