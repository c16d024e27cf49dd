"""The conformance kit: check that a learned engine keeps the contract of `turncheck.engine.learned`, whether or not its
answers are correct.

For authors of adapters. It asks a small sample of cases, some odd texts and some long texts, and compares the engine
only with itself. An engine with wrong answers conforms; an engine whose answers depend on the batch does not.

    >>> from turncheck.engine.registry import load_domain
    >>> domain = load_domain()
    >>> class Engine:
    ...     def predict(self, prompts, /):
    ...         return [domain.resolve_text(prompt) for prompt in prompts]
    >>> run_conformance_test(Engine)
    >>> [check.verdict for check in conformance(Engine(), domain)].count("not offered")
    7
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from os.path import commonprefix
from typing import Literal

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import SAFE_MARGIN, DraftedWriter, LearnedEngine, Troubled, Verdict, Verifier
from turncheck.engine.registry import load_domain
from turncheck.model.adapters.exam import (
    BrokenError,
    ContractWarningError,
    Exam,
    NothingToCheckError,
    answered,
    described_fault,
    encoded,
    expressible,
    in_a_line,
    odd_prompts,
    sample_of_cases,
    shown,
    spread,
    unsure,
    wrong_character,
)
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.warning_checks import WARNING_CHECKS, as_warning, seldom

SINGLY, DRAFTED, CORRUPTED = 12, 24, 6
"""Prompts that are asked one by one, wrong drafts of one kind, and own answers that are corrupted at each character."""

LONGEST_FULL = 2_000
"""Most characters of a complete answer that is searched for at the start of a longer text."""

FindingVerdict = Literal["holds", "fails", "warning", "not offered"]


@attrs.frozen
class Finding:
    """A demand of the contract and whether the engine meets it.

    Attributes:
        name: the name of the check.
        demand: the demand, in one sentence.
        verdict: `not offered` if the engine lacks the optional method or gave nothing to check; `warning` if a run can
            handle the behaviour.
        found: the finding, one printable line of at most `LONGEST_FOUND` characters; often empty.
        way_out: for a warning, what to do about it, or why nothing needs to be done.
    """

    name: str
    demand: str
    verdict: FindingVerdict
    found: str = ""
    way_out: str = ""


@attrs.frozen
class Planned:
    """A check that is about to run.

    Attributes:
        name: the name of the check.
        demand: the demand, in one sentence.
        prompts: the number of prompts that it asks, or of drafts that it has verified.
        later: the number of prompts that later checks ask, without the checks of `verify`.
    """

    name: str
    demand: str
    prompts: int
    later: int


def conformance(
    engine: LearnedEngine,
    domain: Domain,
    *,
    template: Template = OWN,
    prompts: Sequence[str] | None = None,
    stop: Sequence[str] = (),
    longest: int = 10_000,
    rejects: bool | None = None,
    begins: Callable[[Planned], None] = lambda planned: None,
) -> Iterator[Finding]:
    """Yield the checks' findings, each as soon as it is known: of `predict`, of `verify`, of `predict_with_drafts`, of
    troubles.

    If the engine raises, only that check fails, and the others still run. Some checks only warn, because a run seldom
    or never asks such prompts.

    Args:
        engine: the engine, without a template: drafts are corrupted in its own wording.
        domain: the domain whose texts it answers.
        template: the wording of prompts and answers.
        prompts: prompts in the engine's own wording, instead of about 50 cases and damaged cases; odd and long texts
            are asked too.
        stop: texts that end an answer and must not occur in one.
        longest: most characters of an answer.
        rejects: whether the engine was trained to reject malformed texts; by default as the domain does.
        begins: called before each check.

    Raises:
        ValueError: there are no prompts, so that every check would hold.
    """
    if prompts is not None and not prompts:
        raise ValueError("prompts must be one text or more, got none")
    trained = domain.rejects if rejects is None else rejects
    asked = encoded(sample_of_cases(domain, trained), template) if prompts is None else tuple(prompts)
    return _checks(Exam(engine, domain, template, asked, tuple(stop), longest, trained), begins)


def run_conformance_test(
    factory: Callable[[], LearnedEngine],
    *,
    domain: Domain | None = None,
    template: Template = OWN,
    prompts: Sequence[str] | None = None,
    stop: Sequence[str] = (),
    longest: int = 10_000,
) -> None:
    """Check an adapter's engine: the one test that its test suite needs.

    By default, the built-in domain is asked. The other arguments are those of `conformance`.

    Raises:
        AssertionError: the factory's engine fails some checks; the message has a line for each.
    """
    asked = load_domain() if domain is None else domain
    checks = conformance(factory(), asked, template=template, prompts=prompts, stop=stop, longest=longest)
    failing = [f"{check.name}: {check.demand} Found: {check.found}" for check in checks if check.verdict == "fails"]
    if failing:
        raise AssertionError("\n".join(failing))


# --- making a check ---------------------------------------------------------------------------------------------------


CheckFunction = Callable[[Exam], str | None]
"""Makes one check. Its name is the check's name, its docstring the demand. It returns a finding even if the demand
is met.
"""


@attrs.frozen
class Check:
    """A check and the number of prompts that it asks.

    Attributes:
        function: makes the check.
        asks: returns the number of prompts that it asks, or of drafts that it has verified.
        offered: whether the engine has the method that the check is about.
    """

    function: CheckFunction
    asks: Callable[[Exam], int]
    offered: Callable[[Exam], bool] = lambda exam: True

    @property
    def name(self) -> str:
        """The name of the check."""
        return self.function.__name__

    @property
    def demand(self) -> str:
        """The demand, in one sentence."""
        return " ".join((self.function.__doc__ or "").split())


def _checks(exam: Exam, begins: Callable[[Planned], None]) -> Iterator[Finding]:
    for place, check in enumerate(ALL):
        if not check.offered(exam):
            yield Finding(check.name, check.demand, "not offered")
            continue
        later = [each.asks(exam) for each in ALL[place + 1 :] if each not in OF_VERIFY and each.offered(exam)]
        begins(Planned(check.name, check.demand, check.asks(exam), sum(later)))
        yield _made(check, exam)


def _made(check: Check, exam: Exam) -> Finding:
    verdict, found, way_out = _outcome(check.function, exam)
    return Finding(check.name, check.demand, verdict, in_a_line(found), way_out)


def _outcome(function: CheckFunction, exam: Exam) -> tuple[FindingVerdict, str, str]:
    try:
        return "holds", function(exam) or "", ""
    except NothingToCheckError as nothing:
        return "not offered", str(nothing), ""
    except ContractWarningError as warning:
        return "warning", str(warning), warning.way_out
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a user's engine may raise anything
        return "fails", described_fault(error), ""


# --- predict ---------------------------------------------------------------------------------------------------------


def one_text_for_each_prompt(exam: Exam) -> None:
    """A list of prompts gets a list of as many texts."""
    exam.own = tuple(exam.ask(exam.prompts))


def batch_equals_single(exam: Exam) -> None:
    """A prompt asked alone gets the same answer as in the batch."""
    for prompt, answer in spread(list(zip(exam.prompts, exam.answers, strict=True)), SINGLY):
        _compare([prompt], exam.ask([prompt]), [answer], "alone")


def twice_is_the_same(exam: Exam) -> None:
    """The same batch asked again gets the same answers."""
    _compare(exam.prompts, exam.ask(exam.prompts), exam.answers, "asked again")


def order_does_not_matter(exam: Exam) -> None:
    """The batch in reversed order, or with a prompt twice in it, gets the same answers."""
    backward, answers = exam.prompts[::-1], exam.answers[::-1]
    _compare(backward, exam.ask(backward), answers, "in reversed order")
    twice = (exam.prompts[-1], *exam.prompts)
    _compare(twice, exam.ask(twice), (exam.answers[-1], *exam.answers), "with a prompt twice")


def prompts_are_not_changed(exam: Exam) -> None:
    """The engine does not change the list of prompts."""
    prompts = list(exam.prompts)
    exam.engine.predict(prompts)
    if prompts != list(exam.prompts):
        kept = sum(one == another for one, another in zip(prompts, exam.prompts, strict=False))
        raise BrokenError(f"it holds {len(prompts)} prompts, {kept} of the {len(exam.prompts)} in their places")


def odd_prompts_are_answered(exam: Exam) -> None:
    """Any text gets a text as its answer: control characters, an emoji, another script, tabs; each alone and all in
    one batch.
    """
    prompts = expressible(exam, odd_prompts(exam.domain))
    with nullcontext() if exam.rejects else as_warning(exam, seldom(exam)):
        for prompt in prompts:
            answered(exam, [prompt])
        answered(exam, prompts)


def stop_is_respected(exam: Exam) -> None:
    """No answer continues after its end, and none contains a stop text."""
    for prompt, answer in _seen(exam):
        if rest := _behind_the_end(exam, answer):
            raise BrokenError(f"to {shown(prompt)} an answer continues after its end with {shown(rest)}")
        for stop in exam.stop:
            if stop and stop in answer:
                raise BrokenError(f"to {shown(prompt)} an answer has {shown(stop)} in it")


def limit_is_respected(exam: Exam) -> str:
    """No answer is longer than the limit."""
    for prompt, answer in _seen(exam):
        if len(answer) > exam.longest:
            raise BrokenError(f"to {shown(prompt)} an answer has {len(answer)} characters, the limit is {exam.longest}")
    return f"the longest has {max(len(answer) for _, answer in exam.seen)} characters"


OF_PREDICT = (
    Check(one_text_for_each_prompt, lambda exam: len(exam.prompts)),
    Check(batch_equals_single, lambda exam: min(len(exam.prompts), SINGLY)),
    Check(twice_is_the_same, lambda exam: len(exam.prompts)),
    Check(order_does_not_matter, lambda exam: 2 * len(exam.prompts) + 1),
    Check(prompts_are_not_changed, lambda exam: len(exam.prompts)),
    Check(odd_prompts_are_answered, lambda exam: 2 * len(odd_prompts(exam.domain))),
    *(Check(function, asks) for function, asks in WARNING_CHECKS),
    Check(stop_is_respected, lambda exam: 0),
    Check(limit_is_respected, lambda exam: 0),
)


def _compare(prompts: Sequence[str], given: Sequence[str], wanted: Sequence[str], how: str) -> None:
    for prompt, one, another in zip(prompts, given, wanted, strict=True):
        if one != another:
            at = len(commonprefix((one, another)))  # noqa: RUF071  texts, and no paths
            raise BrokenError(
                f"{how}, {shown(prompt)} is answered, from character {at} on, "
                f"with {shown(one[at:])}, otherwise with {shown(another[at:])}"
            )


def _seen(exam: Exam) -> list[tuple[str, str]]:
    if not exam.seen:
        raise BrokenError("no answers to compare")
    return list(exam.seen)


def _behind_the_end(exam: Exam, answer: str) -> str:
    """Return the text after a complete answer; empty if there is no complete answer, or if the domain's answers have
    no end, so that an answer that is too long is simply wrong.
    """
    if exam.reads(answer) or not exam.domain.answer.end:
        return ""
    ends = range(1, min(len(answer), LONGEST_FULL))
    return next((answer[end:] for end in ends if exam.reads(answer[:end])), "")


# --- verify ----------------------------------------------------------------------------------------------------------


def verify_gives_one_verdict_for_each(exam: Exam) -> None:
    """A list of drafts gets a list of as many verdicts: a count, a truth value and a margin of 0 or more."""
    for verdict in exam.verify(list(zip(exam.prompts, exam.answers, strict=True))):
        accepted, complete, margin = (getattr(verdict, name, None) for name in ("accepted", "complete", "margin"))
        if not isinstance(accepted, int) or not _number(accepted):
            raise BrokenError(f"accepted must be an int of 0 or more, got {shown(accepted)}")
        if not isinstance(complete, bool):
            raise BrokenError(f"complete must be a bool, got {shown(complete)}")
        if not _number(margin):
            raise BrokenError(f"margin must be a number of 0 or more, got {shown(margin)}")


def own_answers_are_accepted(exam: Exam) -> str:
    """The engine's own answers are complete, except those that never ended and those with an unsafe margin."""
    pairs = list(zip(exam.prompts, exam.answers, strict=True))
    aside = 0
    for (prompt, answer), verdict in zip(pairs, exam.verify(pairs), strict=True):
        # An incomplete answer may have reached the limit, or its tokens may not decode to valid text.
        if unsure(verdict) or not (verdict.complete or exam.reads(answer)):
            aside += 1
        elif not verdict.complete:
            raise BrokenError(f"to {shown(prompt)} its own answer is refused at token {verdict.accepted}")
    if aside == len(pairs):
        raise NothingToCheckError(f"all {aside} answers left aside")
    return f"{aside} of {len(pairs)} answers left aside" if aside else ""


def corrupted_drafts_are_refused_there(exam: Exam) -> None:
    """A draft with one wrong character is refused at that character's token, and each token can be refused."""
    chosen = spread(_accepted(exam), CORRUPTED)
    drafts = [_corrupted(draft) for _, draft, _ in chosen]
    pairs = [(prompt, draft) for (prompt, _, _), wrong in zip(chosen, drafts, strict=True) for draft in wrong]
    verdicts = iter(exam.verify(pairs))
    for prompt, answer, tokens in chosen:
        fault = _misplaced([next(verdicts) for _ in answer], tokens)
        if fault:
            raise BrokenError(f"of {tokens} tokens to {shown(prompt)}, {fault}")


def _corrupted(draft: str) -> list[str]:
    """Return the draft with one wrong character, once for each position."""
    return [draft[:i] + wrong_character(draft[i]) + draft[i + 1 :] for i in range(len(draft))]


def cut_and_longer_drafts_are_refused(exam: Exam) -> None:
    """An own answer without its last line, an own answer written twice, and an empty draft are not complete."""
    chosen = spread(list(zip(exam.prompts, exam.answers, strict=True)), DRAFTED)
    drafts = [(prompt, answer, draft) for prompt, answer in chosen for draft in (_cut(answer), answer * 2, "")]
    exam.refuse([(prompt, draft) for prompt, answer, draft in drafts if draft != answer], "a cut or longer draft")


def verify_agrees_with_predict(exam: Exam) -> None:
    """The answer to another prompt is complete only if it is also the engine's own answer."""
    others = zip(exam.prompts, exam.answers, _others(exam.answers), strict=True)
    drafts = [(prompt, other) for prompt, answer, other in others if other != answer]
    exam.refuse(spread(drafts, DRAFTED), "another prompt's answer")


def _verifies(exam: Exam) -> bool:
    return isinstance(exam.engine, Verifier)


def _corrupted_drafts(exam: Exam) -> int:
    return len(exam.prompts) + sum(map(len, spread(exam.own, CORRUPTED)))


OF_VERIFY = (
    Check(verify_gives_one_verdict_for_each, lambda exam: len(exam.prompts), _verifies),
    Check(own_answers_are_accepted, lambda exam: len(exam.prompts), _verifies),
    Check(corrupted_drafts_are_refused_there, _corrupted_drafts, _verifies),
    Check(cut_and_longer_drafts_are_refused, lambda exam: 3 * min(len(exam.prompts), DRAFTED), _verifies),
    Check(verify_agrees_with_predict, lambda exam: min(len(exam.prompts), DRAFTED), _verifies),
)


def _number(value: object) -> bool:
    """Return whether the value is a number of 0 or more; True and NaN are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _accepted(exam: Exam) -> list[tuple[str, str, int]]:
    """Return the prompts whose own answer is surely complete, with that answer and its number of tokens."""
    pairs = [(prompt, answer) for prompt, answer in zip(exam.prompts, exam.answers, strict=True) if answer]
    accepted = [
        (prompt, answer, verdict.accepted)
        for (prompt, answer), verdict in zip(pairs, exam.verify(pairs), strict=True)
        if verdict.complete and not unsure(verdict)
    ]
    if not accepted:
        raise NothingToCheckError(f"no own answer is complete by a margin of {SAFE_MARGIN} or more")
    return accepted


def _misplaced(verdicts: Sequence[Verdict], tokens: int) -> str:
    """Return what is wrong with the verdicts on drafts that are wrong in their first, second, ... character."""
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
    """Return the answer without its last line, or without its last character if it has one line."""
    return answer[: answer[:-1].rfind("\n") + 1] or answer[:-1]


# --- predict_with_drafts ---------------------------------------------------------------------------------------------


def drafts_change_nothing(exam: Exam) -> None:
    """With correct drafts, with the drafts of other prompts and with empty drafts, the answers are those of
    `predict`.
    """
    drafts = {"right": exam.answers, "other prompts'": _others(exam.answers), "empty": ("",) * len(exam.answers)}
    for kind, given in drafts.items():
        _compare(exam.prompts, exam.ask_with_drafts(given), exam.answers, f"with {kind} drafts")


OF_DRAFTS = (
    Check(
        drafts_change_nothing, lambda exam: 3 * len(exam.prompts), lambda exam: isinstance(exam.engine, DraftedWriter)
    ),
)


def _others(answers: tuple[str, ...]) -> tuple[str, ...]:
    """Return for each prompt the answer to the next one."""
    return (*answers[1:], answers[0])


# --- the way there ---------------------------------------------------------------------------------------------------


BREACHES = ("worker restarts", "refused batches")
"""Troubles in which the engine failed, even if asking again helped."""


def no_trouble_on_the_way(exam: Exam) -> None:
    """No worker dies, hangs or breaks the protocol, and no batch is refused."""
    counted = exam.troubles - exam.excused
    found = ", ".join(f"{name}: {count}" for name, count in counted.items())
    if any(name in BREACHES for name in counted):
        raise BrokenError(found)
    if counted:
        raise ContractWarningError(found, "a run counts them too, under its table")


ON_THE_WAY = (Check(no_trouble_on_the_way, lambda exam: 0, lambda exam: isinstance(exam.engine, Troubled)),)

ALL = (*OF_PREDICT, *OF_VERIFY, *OF_DRAFTS, *ON_THE_WAY)

CHECKS = tuple(check.name for check in ALL)
"""The names of the checks, in order."""
