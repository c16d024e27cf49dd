"""The conformance kit: whether a learned engine keeps the contract of `turncheck.engine.learned`, right or wrong.

For authors of adapters. It asks a small sample of turns, some odd texts and some long ones, and compares the engine
with itself alone: one that answers every turn wrongly conforms, one whose answer depends on its company does not.

    >>> from turncheck.engine import resolve_text
    >>> class Engine:
    ...     def predict(self, prompts, /):
    ...         return [resolve_text(prompt) for prompt in prompts]
    >>> run_conformance_test(Engine)
    >>> [check.verdict for check in conformance(Engine())].count("not offered")
    6
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from os.path import commonprefix
from typing import Literal, TypeVar

import attrs

from turncheck.engine import REASONS, read_answer, write
from turncheck.engine.learned import SAFE_MARGIN, DraftedWriter, LearnedEngine, Verdict, Verifier
from turncheck.engine.samplers import sample, stream
from turncheck.model.adapters.templates import DUEL, Template
from turncheck.strategies.operators import damage

LONGEST_FOUND = 200
"""Characters that are kept of what a check found."""

LONG = 100_000
"""Characters of a long prompt: no model has a context for so many."""

SINGLY, DRAFTED, CORRUPTED = 12, 24, 6
"""Prompts that are asked one by one, drafts of one wrong kind, and own answers that are corrupted everywhere."""

ODD_PROMPTS = (
    "",
    "\n",
    "\0",
    "\ud800",
    "\U0001f600",
    "\u05d0\u05d1\u05d2 \u202eturn 01",
    "turn 01\r\nhero hp 07/40\r\n",
    "turn\t01\n\t",
    "\x1b[31mturn 01\x1b[0m\n",
)
"""Texts that are no turns: nothing, controls, half of a pair, an emoji, right-to-left, CRLF, tabs, a colour."""

LONGEST_FULL = 2_000
"""Characters within which a full answer is looked for at the start of a longer one."""

Outcome = Literal["holds", "fails", "not offered"]

Item = TypeVar("Item")


@attrs.frozen
class Check:
    """One demand of the contract and whether the engine meets it.

    Attributes:
        name: what it is called.
        demand: what is demanded, in one sentence.
        verdict: `not offered` where the engine lacks the option, or gave nothing that the check could be made with.
        found: what was found, in one printable line of at most `LONGEST_FOUND` characters; often nothing.
    """

    name: str
    demand: str
    verdict: Outcome
    found: str = ""


def conformance(
    engine: LearnedEngine,
    *,
    template: Template = DUEL,
    prompts: Sequence[str] | None = None,
    stop: Sequence[str] = (),
    longest: int = 10_000,
) -> Iterator[Check]:
    """The checks, each as soon as it is made: nine of `predict`, five of `verify`, one of `predict_with_drafts`.

    An engine that raises fails that check alone, and the others are made.

    Args:
        engine: the engine that is asked, no template before it: drafts are corrupted in its own words.
        template: how turns are said to it.
        prompts: what it is asked instead of 56 turns and damaged turns, in its own words; the odd and the long texts
            are asked as well.
        stop: texts that end an answer and must stand in none.
        longest: the most characters of an answer.

    Raises:
        ValueError: there are no prompts, with which every check would hold.
    """
    if prompts is not None and not prompts:
        raise ValueError("prompts must be one text or more, got none")
    asked = _encoded(_sample(), template) if prompts is None else tuple(prompts)
    return _checks(_Exam(engine, template, asked, tuple(stop), longest))


def run_conformance_test(
    factory: Callable[[], LearnedEngine],
    *,
    template: Template = DUEL,
    prompts: Sequence[str] | None = None,
    stop: Sequence[str] = (),
    longest: int = 10_000,
) -> None:
    """The one test that a suite of an adapter needs.

    Raises:
        AssertionError: the engine that the factory made fails some checks; each is a line of the message.
    """
    checks = conformance(factory(), template=template, prompts=prompts, stop=stop, longest=longest)
    failing = [f"{check.name}: {check.demand} Found: {check.found}" for check in checks if check.verdict == "fails"]
    if failing:
        raise AssertionError("\n".join(failing))


# --- making a check --------------------------------------------------------------------------------------------------


class _BrokenError(Exception):
    """The engine does not meet the demand; the message says what was found."""


class _NothingToCheckError(Exception):
    """The engine gave nothing that the check could be made with."""


@attrs.define
class _Exam:
    """The engine, what it is asked and what it said so far.

    Attributes:
        own: its first answers to the prompts; none until they were asked, or where that failed.
        seen: every prompt with every answer that was given to it.
    """

    engine: LearnedEngine
    template: Template
    prompts: tuple[str, ...]
    stop: tuple[str, ...]
    longest: int
    own: tuple[str, ...] = attrs.field(default=(), init=False)
    seen: dict[tuple[str, str], None] = attrs.field(factory=dict, init=False)

    @property
    def answers(self) -> tuple[str, ...]:
        """Its first answers to the prompts."""
        if not self.own:
            raise _BrokenError("no answers to compare")
        return self.own

    def reads(self, answer: str) -> bool:
        """Whether it is a full answer, right or wrong."""
        try:
            read_answer(self.template.decode(answer))
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
            if not isinstance(answer, str):
                raise _BrokenError(f"an answer must be a text, got {type(answer).__name__}")
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
            raise _NothingToCheckError("every such draft is the own answer")
        for (prompt, draft), verdict in zip(pairs, self.verify(pairs), strict=True):
            if verdict.complete and not _unsure(verdict):
                raise _BrokenError(f"to {_shown(prompt)} {what}, {_shown(draft)}, is complete")


CheckFunction = Callable[[_Exam], str | None]
"""Makes one check: named as it, its docstring the demand; gives what was found though the demand is met."""


def _checks(exam: _Exam) -> Iterator[Check]:
    groups = (
        (True, OF_PREDICT),
        (isinstance(exam.engine, Verifier), OF_VERIFY),
        (isinstance(exam.engine, DraftedWriter), OF_DRAFTS),
    )
    for offered, functions in groups:
        for function in functions:
            outcome, found = _made(function, exam) if offered else ("not offered", "")
            yield Check(function.__name__, " ".join((function.__doc__ or "").split()), outcome, _line(found))


def _made(function: CheckFunction, exam: _Exam) -> tuple[Outcome, str]:
    try:
        return "holds", function(exam) or ""
    except _NothingToCheckError as nothing:
        return "not offered", str(nothing)
    except _BrokenError as broken:
        return "fails", str(broken)
    except (Exception, SystemExit) as error:
        return "fails", _described(error)


def _one_for_each(given: Sequence[Item], count: int, what: str) -> list[Item]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise _BrokenError(f"{type(given).__name__}, where a list of {what} was asked for")
    if len(given) != count:
        raise _BrokenError(f"{len(given)} {what}, where {count} were asked for")
    return list(given)


def _unsure(verdict: Verdict) -> bool:
    """Whether the order of float operations may decide it, so that it is relied on by nobody."""
    return verdict.margin < SAFE_MARGIN


# --- what is asked ---------------------------------------------------------------------------------------------------


def _sample() -> list[str]:
    """24 mixed and 24 played turns in turns, behind every third pair a damaged one: the same at every call."""
    texts: list[str] = []
    for index, (mixed, played) in enumerate(zip(sample("mixed", 0, 24), sample("play", 0, 24), strict=True)):
        texts += [write(mixed), write(played)]
        if index % 3 == 2:
            reason = tuple(REASONS)[index // 3]
            texts.append(damage(mixed, reason, stream("conformance", 0, index).getrandbits(64)))
    return texts


def _encoded(texts: Sequence[str], template: Template) -> tuple[str, ...]:
    """The texts as they are said to the model; those that the template has no words for are left out."""
    said = []
    for text in texts:
        with suppress(Exception):
            said.append(template.encode(text))
    return tuple(said)


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """So many of the items, or all, at even distances."""
    return list(items) if len(items) <= count else [items[index * len(items) // count] for index in range(count)]


def _wrong(character: str) -> str:
    """Another character of the same class.

    What is neither a digit nor a letter becomes no letter, which a tokenizer would take together with the word before
    it: the draft's tokens would then be wrong before the place of the character.
    """
    if character in "0123456789":
        return str((int(character) + 1) % 10)
    if character.isalpha():
        return "y" if character == "x" else "x"
    return "+" if character == "#" else "#"


# --- predict ---------------------------------------------------------------------------------------------------------


def one_text_for_each_prompt(exam: _Exam) -> None:
    """Prompts are answered by a list of as many texts, and no prompts by an empty one."""
    exam.own = tuple(exam.ask(exam.prompts))
    try:
        exam.ask([])
    except (Exception, SystemExit) as error:
        raise _BrokenError(f"to no prompts: {_described(error)}") from error


def batch_equals_single(exam: _Exam) -> None:
    """A prompt asked alone is answered as in the batch."""
    for prompt, answer in _spread(list(zip(exam.prompts, exam.answers, strict=True)), SINGLY):
        _compare([prompt], exam.ask([prompt]), [answer], "alone")


def twice_is_the_same(exam: _Exam) -> None:
    """The same batch asked again is answered the same."""
    _compare(exam.prompts, exam.ask(exam.prompts), exam.answers, "asked again")


def order_does_not_matter(exam: _Exam) -> None:
    """The batch in reversed order, or with a prompt twice in it, is answered the same."""
    backward, answers = exam.prompts[::-1], exam.answers[::-1]
    _compare(backward, exam.ask(backward), answers, "in reversed order")
    twice = (exam.prompts[-1], *exam.prompts)
    _compare(twice, exam.ask(twice), (exam.answers[-1], *exam.answers), "with a prompt twice")


def prompts_are_not_changed(exam: _Exam) -> None:
    """The list of prompts is afterwards as it was before."""
    prompts = list(exam.prompts)
    exam.engine.predict(prompts)
    if prompts != list(exam.prompts):
        kept = sum(one == another for one, another in zip(prompts, exam.prompts, strict=False))
        raise _BrokenError(f"it holds {len(prompts)} prompts, {kept} of the {len(exam.prompts)} in their places")


def long_prompts_are_answered(exam: _Exam) -> None:
    """A prompt of 100,000 characters is answered by a text."""
    turn = exam.prompts[0]
    for prompt in (turn + "~ junk \n" * ((LONG - len(turn)) // 8 + 1), "7" * LONG):
        _answered(exam, [prompt[:LONG]])


def odd_prompts_are_answered(exam: _Exam) -> None:
    """Any text is answered by a text: nothing, controls, half of a surrogate pair; each alone and all in one batch."""
    for prompt in ODD_PROMPTS:
        _answered(exam, [prompt])
    _answered(exam, ODD_PROMPTS)


def stop_is_respected(exam: _Exam) -> None:
    """No answer goes on behind its end, and none has a stop text in it."""
    for prompt, answer in _seen(exam):
        if rest := _behind_the_end(exam, answer):
            raise _BrokenError(f"to {_shown(prompt)} an answer goes on behind its end by {_shown(rest)}")
        for stop in exam.stop:
            if stop and stop in answer:
                raise _BrokenError(f"to {_shown(prompt)} an answer has {_shown(stop)} in it")


def limit_is_respected(exam: _Exam) -> str:
    """No answer to any prompt is longer than the limit."""
    for prompt, answer in _seen(exam):
        if len(answer) > exam.longest:
            raise _BrokenError(
                f"to {_shown(prompt)} an answer has {len(answer)} characters, the limit is {exam.longest}"
            )
    return f"the longest has {max(len(answer) for _, answer in exam.seen)} characters"


OF_PREDICT: tuple[CheckFunction, ...] = (
    one_text_for_each_prompt,
    batch_equals_single,
    twice_is_the_same,
    order_does_not_matter,
    prompts_are_not_changed,
    long_prompts_are_answered,
    odd_prompts_are_answered,
    stop_is_respected,
    limit_is_respected,
)


def _compare(prompts: Sequence[str], given: Sequence[str], wanted: Sequence[str], how: str) -> None:
    for prompt, one, another in zip(prompts, given, wanted, strict=True):
        if one != another:
            at = len(commonprefix((one, another)))  # noqa: RUF071  texts, and no paths
            raise _BrokenError(
                f"{how}, {_shown(prompt)} is answered from character {at} on "
                f"by {_shown(one[at:])}, otherwise by {_shown(another[at:])}"
            )


def _answered(exam: _Exam, prompts: Sequence[str]) -> None:
    """Fails with the name of the prompt where asking raises."""
    try:
        exam.ask(prompts)
    except (Exception, SystemExit) as error:
        asked = _shown(prompts[0]) if len(prompts) == 1 else f"{len(prompts)} prompts in one batch"
        raise _BrokenError(f"to {asked}: {_described(error)}") from error


def _seen(exam: _Exam) -> list[tuple[str, str]]:
    if not exam.seen:
        raise _BrokenError("no answers to compare")
    return list(exam.seen)


def _behind_the_end(exam: _Exam, answer: str) -> str:
    """What is written behind a full answer; nothing where there is no full answer."""
    if exam.reads(answer):
        return ""
    ends = range(1, min(len(answer), LONGEST_FULL))
    return next((answer[end:] for end in ends if exam.reads(answer[:end])), "")


# --- verify ----------------------------------------------------------------------------------------------------------


def verify_gives_one_verdict_for_each(exam: _Exam) -> None:
    """Drafts are judged by a list of as many verdicts: a count, a truth value and a margin of 0 or more."""
    for verdict in exam.verify(list(zip(exam.prompts, exam.answers, strict=True))):
        accepted, complete, margin = (getattr(verdict, name, None) for name in ("accepted", "complete", "margin"))
        if not isinstance(accepted, int) or not _number(accepted):
            raise _BrokenError(f"accepted must be an int of 0 or more, got {_shown(accepted)}")
        if not isinstance(complete, bool):
            raise _BrokenError(f"complete must be a bool, got {_shown(complete)}")
        if not _number(margin):
            raise _BrokenError(f"margin must be a number of 0 or more, got {_shown(margin)}")
    try:
        exam.verify([])
    except (Exception, SystemExit) as error:
        raise _BrokenError(f"to no drafts: {_described(error)}") from error


def own_answers_are_accepted(exam: _Exam) -> str:
    """The engine's own answers are complete, save those that never ended and those decided by an unsafe margin."""
    pairs = list(zip(exam.prompts, exam.answers, strict=True))
    aside = 0
    for (prompt, answer), verdict in zip(pairs, exam.verify(pairs), strict=True):
        # What is no answer may have hit a limit without a stop, or be written in tokens that make no text.
        if _unsure(verdict) or not (verdict.complete or exam.reads(answer)):
            aside += 1
        elif not verdict.complete:
            raise _BrokenError(f"to {_shown(prompt)} the own answer is refused at token {verdict.accepted}")
    if aside == len(pairs):
        raise _NothingToCheckError(f"all {aside} answers left aside")
    return f"{aside} of {len(pairs)} answers left aside" if aside else ""


def corrupted_drafts_are_refused_there(exam: _Exam) -> None:
    """A draft with one wrong character is refused at that character's token, and each token can be refused."""
    chosen = _spread(_accepted(exam), CORRUPTED)
    drafts = [[draft[:i] + _wrong(draft[i]) + draft[i + 1 :] for i in range(len(draft))] for _, draft, _ in chosen]
    pairs = [(prompt, draft) for (prompt, _, _), wrong in zip(chosen, drafts, strict=True) for draft in wrong]
    verdicts = iter(exam.verify(pairs))
    for prompt, answer, tokens in chosen:
        fault = _misplaced([next(verdicts) for _ in answer], tokens)
        if fault:
            raise _BrokenError(f"of {tokens} tokens to {_shown(prompt)}, {fault}")


def cut_and_longer_drafts_are_refused(exam: _Exam) -> None:
    """An own answer without its last line, an own answer written twice and nothing at all are not complete."""
    chosen = _spread(list(zip(exam.prompts, exam.answers, strict=True)), DRAFTED)
    drafts = [(prompt, answer, draft) for prompt, answer in chosen for draft in (_cut(answer), answer * 2, "")]
    exam.refuse([(prompt, draft) for prompt, answer, draft in drafts if draft != answer], "a cut or longer draft")


def verify_agrees_with_predict(exam: _Exam) -> None:
    """The answer to another prompt is complete only where it is the own answer too."""
    others = zip(exam.prompts, exam.answers, _others(exam.answers), strict=True)
    drafts = [(prompt, other) for prompt, answer, other in others if other != answer]
    exam.refuse(_spread(drafts, DRAFTED), "another prompt's answer")


OF_VERIFY: tuple[CheckFunction, ...] = (
    verify_gives_one_verdict_for_each,
    own_answers_are_accepted,
    corrupted_drafts_are_refused_there,
    cut_and_longer_drafts_are_refused,
    verify_agrees_with_predict,
)


def _number(value: object) -> bool:
    """Whether it is a number of 0 or more; True is none, and NaN is not 0 or more."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _accepted(exam: _Exam) -> list[tuple[str, str, int]]:
    """The prompts whose own answer is surely complete, with that answer and its tokens."""
    pairs = [(prompt, answer) for prompt, answer in zip(exam.prompts, exam.answers, strict=True) if answer]
    accepted = [
        (prompt, answer, verdict.accepted)
        for (prompt, answer), verdict in zip(pairs, exam.verify(pairs), strict=True)
        if verdict.complete and not _unsure(verdict)
    ]
    if not accepted:
        raise _NothingToCheckError(f"no own answer is complete by a margin of {SAFE_MARGIN} or more")
    return accepted


def _misplaced(verdicts: Sequence[Verdict], tokens: int) -> str:
    """What is wrong with the verdicts on drafts that are wrong in their first, second, ... character."""
    refused = [verdict.accepted for verdict in verdicts]
    for place, verdict in enumerate(verdicts):
        if verdict.complete:
            return f"a draft wrong at character {place} is complete"
        if refused[place] >= tokens:
            return f"a draft wrong at character {place} has {refused[place]} accepted"
        if place and refused[place] < refused[place - 1]:
            return f"a draft wrong at character {place} has {refused[place]}, one wrong before it {refused[place - 1]}"
    if refused[0] != 0:
        return f"a draft wrong at its first character has {refused[0]} accepted"
    missing = sorted(set(range(tokens)) - set(refused))
    return f"token {missing[0]} is never the one refused" if missing else ""


def _cut(answer: str) -> str:
    """The answer without its last line, or without its last character where it has one line."""
    return answer[: answer[:-1].rfind("\n") + 1] or answer[:-1]


# --- predict_with_drafts ---------------------------------------------------------------------------------------------


def drafts_change_nothing(exam: _Exam) -> None:
    """With right drafts, with those of other prompts and with empty ones the answers are those of `predict`."""
    drafts = {"right": exam.answers, "other prompts'": _others(exam.answers), "empty": ("",) * len(exam.answers)}
    for kind, given in drafts.items():
        _compare(exam.prompts, exam.ask_with_drafts(given), exam.answers, f"with {kind} drafts")


OF_DRAFTS: tuple[CheckFunction, ...] = (drafts_change_nothing,)

CHECKS = tuple(function.__name__ for function in (*OF_PREDICT, *OF_VERIFY, *OF_DRAFTS))
"""The names of the checks, in order."""


def _others(answers: tuple[str, ...]) -> tuple[str, ...]:
    """For each prompt the answer to the next one."""
    return (*answers[1:], answers[0])


# --- showing ---------------------------------------------------------------------------------------------------------


def _shown(value: object, longest: int = 40) -> str:
    """A text or value as Python writes it, the start of a long one."""
    if isinstance(value, str):
        return repr(value) if len(value) <= longest else f"{value[:longest]!r}..."
    return repr(value)[:longest]


def _described(error: BaseException) -> str:
    if isinstance(error, _BrokenError):
        return str(error)
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _line(text: str) -> str:
    """One printable line: the model's words and an exception's are not to be trusted."""
    cut = text[: LONGEST_FOUND + 1]
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode() for one in cut)
    return shown if len(shown) <= LONGEST_FOUND else f"{shown[: LONGEST_FOUND - 3]}..."
