"""The state of a conformance test: what a learned engine is asked and what it answered. `conformance` defines the
checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import (
    SAFE_MARGIN,
    DraftedWriter,
    LearnedEngine,
    Troubled,
    Verdict,
    Verifier,
    described,
    plain,
)
from turncheck.engine.sampling import easy_case, sample, samplers_of, stream
from turncheck.engine.visible import is_text, quoted, type_name
from turncheck.model.adapters.templates import Template
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

LONGEST_FOUND = 200
"""Most characters of a finding."""

Item = TypeVar("Item")


class BrokenError(Exception):
    """The engine does not meet a demand; the message is the finding."""


class NothingToCheckError(Exception):
    """The engine gave nothing to check."""


class ContractWarningError(Exception):
    """The engine does something that a run can handle; the message is the finding.

    Attributes:
        way_out: what to do about it, or why nothing needs to be done.
    """

    def __init__(self, found: str, way_out: str) -> None:
        super().__init__(found)
        self.way_out = way_out


@attrs.define
class Exam:
    """The engine, the prompts and the answers so far.

    Attributes:
        domain: the domain whose texts the engine answers.
        template: the wording of prompts and answers.
        prompts: the prompts, in the engine's own wording.
        stop: texts that end an answer and must not occur in one.
        longest: most characters of an answer.
        rejects: whether the engine was trained to reject malformed texts.
        own: its first answers to the prompts; empty before they were asked, or if that failed.
        seen: every prompt with every answer to it.
        excused: the engine's troubles that no check reports, by name.
    """

    engine: LearnedEngine
    domain: Domain
    template: Template
    prompts: tuple[str, ...]
    stop: tuple[str, ...]
    longest: int
    rejects: bool
    own: tuple[str, ...] = attrs.field(default=(), init=False)
    seen: dict[tuple[str, str], None] = attrs.field(factory=dict, init=False)
    excused: Counter[str] = attrs.field(factory=Counter, init=False)

    @property
    def troubles(self) -> Counter[str]:
        """The troubles so far, as the engine counts them."""
        if not isinstance(self.engine, Troubled):
            return Counter()
        try:
            return Counter({str(name): int(count) for name, count in self.engine.troubles().items()})
        except Exception:  # an unrelated attribute of that name
            return Counter()

    @property
    def answers(self) -> tuple[str, ...]:
        """The engine's first answers to the prompts."""
        if not self.own:
            raise BrokenError("no answers to compare")
        return self.own

    def reads(self, answer: str) -> bool:
        """Return whether this is a complete answer, correct or wrong."""
        try:
            self.domain.read_answer(self.template.decode(answer))
        except Exception:  # a user's template may raise anything on a text that it was not made for
            return False
        return True

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """Return the engine's answers. It gets its own copy of the list, so that changing the list affects no other
        check.
        """
        return self.noted(prompts, self.engine.predict(list(prompts)))

    def ask_with_drafts(self, drafts: Sequence[str]) -> list[str]:
        """Return the engine's answers to the prompts with those drafts."""
        assert isinstance(self.engine, DraftedWriter)
        return self.noted(self.prompts, self.engine.predict_with_drafts(list(self.prompts), list(drafts)))

    def noted(self, prompts: Sequence[str], given: Sequence[str]) -> list[str]:
        """Check and record the answers: one text for each prompt."""
        answers = _one_for_each(given, len(prompts), "answers")
        for answer in answers:
            if not is_text(answer):
                raise BrokenError(f"an answer must be a text, got {type_name(answer)}")
        answers = [plain(answer) for answer in answers]
        self.seen.update(dict.fromkeys(zip(prompts, answers, strict=True)))
        return answers

    def verify(self, pairs: Sequence[tuple[str, str]]) -> list[Verdict]:
        """Return the engine's verdicts on pairs of a prompt and a draft."""
        assert isinstance(self.engine, Verifier)
        given = self.engine.verify([prompt for prompt, _ in pairs], [draft for _, draft in pairs])
        return _one_for_each(given, len(pairs), "verdicts")

    def refuse(self, pairs: Sequence[tuple[str, str]], what: str) -> None:
        """Fail if the engine surely accepts a draft that is not its answer."""
        if not pairs:
            raise NothingToCheckError("every such draft is the engine's own answer")
        for (prompt, draft), verdict in zip(pairs, self.verify(pairs), strict=True):
            if verdict.complete and not unsure(verdict):
                raise BrokenError(f"to {shown(prompt)} {what}, {shown(draft)}, is complete")


def _one_for_each(given: Sequence[Item], count: int, what: str) -> list[Item]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise BrokenError(f"{type_name(given)} instead of a list of {what}")
    if len(given) != count:
        raise BrokenError(f"{len(given)} {what} instead of {count}")
    return list(given)


def unsure(verdict: Verdict) -> bool:
    """Return whether the order of float operations may decide the verdict, so that nothing relies on it."""
    return verdict.margin < SAFE_MARGIN


def expressible(exam: Exam, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts in the model's wording, without those that the template cannot express."""
    words = encoded(texts, exam.template)
    if not words:
        raise NothingToCheckError(f"template {exam.template.name} cannot express such texts")
    return words


def answered(exam: Exam, prompts: Sequence[str]) -> None:
    """Fail with the prompt in the message if asking raises."""
    try:
        exam.ask(prompts)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a user's engine may raise anything
        asked = shown(prompts[0]) if len(prompts) == 1 else f"{len(prompts)} prompts in one batch"
        raise BrokenError(f"to {asked}: {described_fault(error)}") from error


# --- what is asked ----------------------------------------------------------------------------------------------------


SAMPLED = 48
"""Number of cases to ask, over all samplers."""

EVERY = 3
"""After this many cases of each sampler comes a damaged case."""


def sample_of_cases(domain: Domain, rejects: bool) -> list[str]:
    """Return cases of all samplers in turn, with damaged cases among them if the model was trained to reject them;
    the same at every call.
    """
    samplers = tuple(samplers_of(domain))
    drawn = [sample(domain, name, 0, SAMPLED // len(samplers)) for name in samplers]
    operators = tuple(operators_of(domain).values()) if domain.rejects and rejects else ()
    texts: list[str] = []
    for index, cases in enumerate(zip(*drawn, strict=True)):
        texts += map(domain.write, cases)
        if operators and index % EVERY == EVERY - 1:
            operator = operators[index // EVERY % len(operators)]
            with suppress(ImpossibleDamageError):
                texts.append(operator(cases[0], stream("conformance", 0, index).getrandbits(64)))
    return texts


def odd_prompts(domain: Domain) -> tuple[str, ...]:
    """Return texts that are no cases: a newline, control characters, an emoji, right-to-left text, CRLF, tabs, a
    colour code.
    """
    text = domain.write(easy_case(domain))
    line = text.partition("\n")[0]
    return (
        *("\n", "\0", "\U0001f600"),
        f"\u05d0\u05d1\u05d2 \u202e{line}",
        text.replace("\n", "\r\n"),
        line.replace(" ", "\t") + "\n\t",
        f"\x1b[31m{line}\x1b[0m\n",
    )


LONG = 100_000
"""Characters of a long prompt, beyond the context of any tiny model."""


def long_prompts(domain: Domain) -> tuple[str, ...]:
    """Return a case followed by much junk, and a very long number."""
    return (domain.write(easy_case(domain)) + "~ junk \n" * LONG)[:LONG], "7" * LONG


def encoded(texts: Sequence[str], template: Template) -> tuple[str, ...]:
    """Return the texts in the model's wording; texts that the template cannot express are left out."""
    found = []
    for text in texts:
        with suppress(Exception):
            found.append(template.encode(text))
    return tuple(found)


def spread(items: Sequence[Item], count: int) -> list[Item]:
    """Return at most `count` of the items, evenly spaced."""
    return list(items) if len(items) <= count else [items[index * len(items) // count] for index in range(count)]


def wrong_character(character: str) -> str:
    """Return another character of the same class.

    A character that is neither a digit nor a letter becomes no letter, because a tokenizer might join a letter to the
    word before it. The draft's tokens would then be wrong before that character.
    """
    if character in "0123456789":
        return str((int(character) + 1) % 10)
    if character.isalpha():
        return "y" if character == "x" else "x"
    return "+" if character == "#" else "#"


# --- showing ----------------------------------------------------------------------------------------------------------


def shown(value: object, longest: int = 40) -> str:
    """Return the value for a message: a text as Python writes it, only its start if it is long. Never raises."""
    if is_text(value):
        plain = str.__str__(value)
        return repr(plain) if len(plain) <= longest else f"{plain[:longest]!r}..."
    return quoted(value, longest)


def described_fault(error: BaseException) -> str:
    """Return what went wrong: the finding, or the class and the message of what was raised."""
    return str(error) if isinstance(error, BrokenError) else described(error)


def in_a_line(text: str) -> str:
    """Return the text as one printable line: texts of models and exceptions are not trusted."""
    cut = text[: LONGEST_FOUND + 1]
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode() for one in cut)
    return shown if len(shown) <= LONGEST_FOUND else f"{shown[: LONGEST_FOUND - 3]}..."
