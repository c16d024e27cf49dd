"""An exam of a learned engine: what it is asked and what it said so far. `conformance` makes the checks with it."""

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
"""Characters that are kept of what a check found."""

Item = TypeVar("Item")


class BrokenError(Exception):
    """The engine does not meet the demand; the message says what was found."""


class NothingToCheckError(Exception):
    """The engine gave nothing that the check could be made with."""


class TasteError(Exception):
    """The engine does what a run can live with; the message says what was found.

    Attributes:
        way_out: what to do about it, or why not to.
    """

    def __init__(self, found: str, way_out: str) -> None:
        super().__init__(found)
        self.way_out = way_out


@attrs.define
class Exam:
    """The engine, what it is asked and what it said so far.

    Attributes:
        domain: whose texts it was made for.
        template: how they are said to it.
        prompts: what it is asked, in its own words.
        stop: texts that end an answer and must stand in none.
        longest: the most characters of an answer.
        rejects: whether it was trained to reject malformed texts.
        own: its first answers to the prompts; none until they were asked, or where that failed.
        seen: every prompt with every answer that was given to it.
        excused: the engine's own troubles of which no check is to tell, by their names.
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
        """What went wrong so far on the way to its answers, as it counts it itself."""
        if not isinstance(self.engine, Troubled):
            return Counter()
        try:
            return Counter({str(name): int(count) for name, count in self.engine.troubles().items()})
        except Exception:  # a model's own attribute of that name
            return Counter()

    @property
    def answers(self) -> tuple[str, ...]:
        """Its first answers to the prompts."""
        if not self.own:
            raise BrokenError("no answers to compare")
        return self.own

    def reads(self, answer: str) -> bool:
        """Whether it is a full answer, right or wrong."""
        try:
            self.domain.read_answer(self.template.decode(answer))
        except Exception:  # whatever a template of somebody's raises on what is none of its texts
            return False
        return True

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """Its answers; the list that it is given is its own, so that only one check sees what it does with it."""
        return self.noted(prompts, self.engine.predict(list(prompts)))

    def ask_with_drafts(self, drafts: Sequence[str]) -> list[str]:
        """What it writes to the prompts with those drafts."""
        assert isinstance(self.engine, DraftedWriter)
        return self.noted(self.prompts, self.engine.predict_with_drafts(list(self.prompts), list(drafts)))

    def noted(self, prompts: Sequence[str], given: Sequence[str]) -> list[str]:
        """The answers given, if they are one text for each prompt."""
        answers = _one_for_each(given, len(prompts), "answers")
        for answer in answers:
            if not is_text(answer):
                raise BrokenError(f"an answer must be a text, got {type_name(answer)}")
        answers = [plain(answer) for answer in answers]
        self.seen.update(dict.fromkeys(zip(prompts, answers, strict=True)))
        return answers

    def verify(self, pairs: Sequence[tuple[str, str]]) -> list[Verdict]:
        """Its verdicts on pairs of a prompt and a draft, one for each."""
        assert isinstance(self.engine, Verifier)
        given = self.engine.verify([prompt for prompt, _ in pairs], [draft for _, draft in pairs])
        return _one_for_each(given, len(pairs), "verdicts")

    def refuse(self, pairs: Sequence[tuple[str, str]], what: str) -> None:
        """Fails where a draft that is not the prompt's answer is surely complete."""
        if not pairs:
            raise NothingToCheckError("every such draft is the own answer")
        for (prompt, draft), verdict in zip(pairs, self.verify(pairs), strict=True):
            if verdict.complete and not unsure(verdict):
                raise BrokenError(f"to {shown(prompt)} {what}, {shown(draft)}, is complete")


def _one_for_each(given: Sequence[Item], count: int, what: str) -> list[Item]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise BrokenError(f"{type_name(given)}, where a list of {what} was asked for")
    if len(given) != count:
        raise BrokenError(f"{len(given)} {what}, where {count} were asked for")
    return list(given)


def unsure(verdict: Verdict) -> bool:
    """Whether the order of float operations may decide it, so that it is relied on by nobody."""
    return verdict.margin < SAFE_MARGIN


def said(exam: Exam, texts: Sequence[str]) -> tuple[str, ...]:
    """The texts as they are said to the model, those that can be."""
    words = encoded(texts, exam.template)
    if not words:
        raise NothingToCheckError(f"template {exam.template.name} has no words for such texts")
    return words


def answered(exam: Exam, prompts: Sequence[str]) -> None:
    """Fails with the name of the prompt where asking raises."""
    try:
        exam.ask(prompts)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever an engine of somebody's raises
        asked = shown(prompts[0]) if len(prompts) == 1 else f"{len(prompts)} prompts in one batch"
        raise BrokenError(f"to {asked}: {described_fault(error)}") from error


# --- what is asked ----------------------------------------------------------------------------------------------------


SAMPLED = 48
"""Cases that are asked, of all samplers together."""

EVERY = 3
"""Behind so many cases of each sampler stands a damaged one."""


def sample_of_cases(domain: Domain, rejects: bool) -> list[str]:
    """Cases of all samplers in turns, some damaged ones between them where the model was trained to reject such: the
    same at every call.
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
    """Texts that are no cases: a line's end, controls, an emoji, right-to-left, CRLF, tabs, a colour."""
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
    """A case with much behind it, and a number that does not end."""
    return (domain.write(easy_case(domain)) + "~ junk \n" * LONG)[:LONG], "7" * LONG


def encoded(texts: Sequence[str], template: Template) -> tuple[str, ...]:
    """The texts as they are said to the model; those that the template has no words for are left out."""
    said = []
    for text in texts:
        with suppress(Exception):
            said.append(template.encode(text))
    return tuple(said)


def spread(items: Sequence[Item], count: int) -> list[Item]:
    """So many of the items, or all, at even distances."""
    return list(items) if len(items) <= count else [items[index * len(items) // count] for index in range(count)]


def wrong_character(character: str) -> str:
    """Another character of the same class.

    What is neither a digit nor a letter becomes no letter, which a tokenizer would take together with the word before
    it: the draft's tokens would then be wrong before the place of the character.
    """
    if character in "0123456789":
        return str((int(character) + 1) % 10)
    if character.isalpha():
        return "y" if character == "x" else "x"
    return "+" if character == "#" else "#"


# --- showing ----------------------------------------------------------------------------------------------------------


def shown(value: object, longest: int = 40) -> str:
    """A text or value as Python writes it, the start of a long one. It never raises."""
    if is_text(value):
        plain = str.__str__(value)
        return repr(plain) if len(plain) <= longest else f"{plain[:longest]!r}..."
    return quoted(value, longest)


def described_fault(error: BaseException) -> str:
    """What went wrong: what was found, or the class and the message of what was raised."""
    return str(error) if isinstance(error, BrokenError) else described(error)


def in_a_line(text: str) -> str:
    """One printable line: the model's words and an exception's are not to be trusted."""
    cut = text[: LONGEST_FOUND + 1]
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode() for one in cut)
    return shown if len(shown) <= LONGEST_FOUND else f"{shown[: LONGEST_FOUND - 3]}..."
