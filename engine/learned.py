"""The interface of a learned engine: one required method, `predict`, and optional methods.

Two optional methods make the engine cheaper to check. One says that it only has answers to a fixed list of prompts, one
counts trouble on the way to the answers, and one reports what the engine found out about the system behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Protocol, runtime_checkable

import attrs

from turncheck.engine.visible import cut, is_text, type_name


class EngineError(ValueError):
    """A learned engine that cannot be used; factories raise this for a model that a user named.

    Attributes:
        fault: what is wrong, and the way out, in one line.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return self.fault


class UnavailableError(Exception):
    """A learned engine that could not be asked: a timeout, a dead process, or a missing host.

    After several of these in a row the engine is not asked again, because each may cost as long as the last.
    """


class ContractError(TypeError):
    """A learned engine that does not return one text for each prompt, or one verdict for each draft.

    Attributes:
        demand: what the method must return.
        value: what it returned.
        method: the method.
    """

    def __init__(self, demand: str, value: str, method: str = "predict") -> None:
        super().__init__(demand, value, method)
        self.demand, self.value, self.method = demand, value, method

    def __str__(self) -> str:
        return f"{self.method} must return {self.demand}, got {self.value}"


class LearnedEngine(Protocol):
    """Anything that answers texts."""

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """Return one answer for each prompt, in order, decoded greedily."""
        ...


@attrs.frozen
class Verdict:
    """A learned engine's verdict on a draft.

    Attributes:
        accepted: the number of the draft's tokens, from the first, that the model would write greedily itself.
        complete: whether the model would write the whole draft and stop there; then the draft is its answer.
        margin: the smallest difference in logits between the best and the second best token, over the compared tokens.
            If it is small, another order of float operations could give another verdict.
    """

    accepted: int
    complete: bool
    margin: float


@runtime_checkable
class Verifier(Protocol):
    """A learned engine that checks an answer in one forward pass instead of writing it token by token."""

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[Verdict]:
        """Return one verdict for each prompt and its draft, equal to the result of greedy decoding in float32."""
        ...


@runtime_checkable
class DraftedWriter(Protocol):
    """A learned engine that writes an answer faster if it gets a draft that is nearly correct."""

    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> Sequence[str]:
        """Return the answers of `predict`, whatever the drafts are; drafts only make the answers cheaper."""
        ...


@runtime_checkable
class Listed(Protocol):
    """A learned engine that has answers to a fixed list of prompts only, for example answers made elsewhere.

    It can be asked nothing else: no next prompt that follows from its own answer, and nothing a second time.
    """

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """Return the answers on the list, one for each prompt, in order."""
        ...

    def unlisted(self, prompts: Sequence[str], /) -> Sequence[str]:
        """Return the prompts without an answer, in order."""
        ...


@runtime_checkable
class Troubled(Protocol):
    """A learned engine that counts trouble on the way to its answers, although each prompt has an answer."""

    def troubles(self) -> Mapping[str, int]:
        """Return how often each kind of trouble occurred, by its name in the plural: `{"worker restarts": 4}`."""
        ...


@runtime_checkable
class Probed(Protocol):
    """A learned engine that found out, when it was made, how to ask the system behind it."""

    def findings(self) -> Sequence[str]:
        """Return the findings and their consequences, one line each: `it accepts one prompt per request: batch=1`."""
        ...


@attrs.frozen
class Training:
    """What a learned engine was trained on, as far as its checkpoint says.

    Attributes:
        samplers: the samplers of the cases.
        operators: the operators that damaged some of the cases; none if it never saw a malformed text.
        turns: the number of cases; None if nobody recorded it.
        core_hours: the processor time of the training, over all threads, in hours; None if nobody recorded it.
        seen: the number of texts that it was also given and that are not from training seeds: a run may ask them.
    """

    samplers: tuple[str, ...]
    operators: tuple[str, ...]
    turns: int | None = None
    core_hours: float | None = None
    seen: int = 0


@runtime_checkable
class Trained(Protocol):
    """A learned engine that knows what it was trained on."""

    def training(self) -> Training | None:
        """Return what it was trained on; None if nobody recorded it."""
        ...


SAFE_MARGIN = 1e-3
"""Below this margin a verdict may depend on the order of float operations, and the answer is decoded instead."""


def answers(engine: LearnedEngine, prompts: Sequence[str], drafts: Sequence[str]) -> Sequence[str]:
    """Return the engine's answer to each prompt, by the cheapest method that it offers.

    The answers equal `engine.predict(prompts)`; a good draft only makes them cheaper.
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
"""Most characters of an answer that are kept; a correct answer has some hundreds."""


def checked(given: Sequence[str], count: int) -> list[str]:
    """Check the result of a call of `predict`: one text for each prompt. Return plain copies, with long texts cut.

    A text of a subclass of str is copied by its actual characters, whatever its methods return. A text that is cut ends
    with a remark, so that it is no correct answer.

    Raises:
        ContractError: the result is something else, or reading it raised.
    """
    try:
        listed = not isinstance(given, str) and isinstance(given, Sequence)
        # A sequence of the model's own class may report the right length and never end.
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
    """Return the number of answers; for a sequence that is neither list nor tuple, only a lower limit."""
    return str(len(given)) if type(given) in (list, tuple) else f"{len(found)} or more"


def _copied(answer: object) -> str:
    """Return the answer as a plain text."""
    if not is_text(answer):
        raise ContractError("a list of texts", f"a {type_name(answer)} in it")
    return plain(answer)


def plain(text: str, longest: int = LONGEST_ANSWER) -> str:
    """Return the characters of an answer as a plain text, cut after `longest` characters with a remark."""
    size = str.__len__(text)
    if size <= longest:
        return str.__str__(text)
    return f"{str.__getitem__(text, slice(longest))}... (cut, of {size:,} characters)"


LONGEST_FAULT = 300
"""Most characters of an error's description."""


def described(error: BaseException) -> str:
    """Return the class and the message of an error, cut if long. Never raises."""
    try:
        message = str.__str__(str(error))
    except BaseException as another:  # a user's `__str__` may raise anything
        message = f"(a message that raised {type_name(another)})"
    return cut(f"{type_name(error)}: {message}".removesuffix(": "), LONGEST_FAULT)
