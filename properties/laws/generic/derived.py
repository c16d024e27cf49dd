"""The laws that every domain gets, derived from its schema and its declarations.

| laws | where |
|---|---|
| the answer is the reference's, can be read, is not a rejection, stays in the ranges | every domain |
| a field that the step does not change stays; a field that is declared `untouched` stays | the answer is a state |
| one for each symmetry, one for each field that is declared monotone | declared |
| a malformed prompt is rejected, and for its reason | the domain rejects |
| a play is followed step by step; fed its own answers, a model ends where the reference does | the answer is a state |
| the same prompt, asked again alone or in a batch, gets the same answer | every domain |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from turncheck.engine.domain import Domain, Monotone, Symmetry
from turncheck.engine.play import Play
from turncheck.engine.reading import may_be_out_of_range
from turncheck.engine.sampling import outcome
from turncheck.properties.checking.law import (
    DIRECTION,
    INVARIANCE,
    KNOWN_ANSWER,
    MALFORMED,
    ROLLOUT,
    STABILITY,
    Form,
    Law,
    LawKind,
    Manner,
    always,
    at_once,
    lenient_answer,
    own_next,
    reading,
    reference_turns,
    states_said,
)
from turncheck.properties.laws.generic.made import is_made, other_answer, other_case

ASKED_AGAIN = 0.1
"""Share of a run's cases. Asking again decodes the answer token by token; other answers are verified in one pass."""

Holds = Callable[[Any, Sequence[str], Domain], None]


def derived_laws(domain: Domain) -> tuple[Law, ...]:
    """Return the laws derived from a domain, in the order of the tables."""
    return tuple(_derived(domain))


def _derived(domain: Domain) -> Iterator[Law]:
    every = "all" if domain.rules else ""
    yield _law(answer_agrees_with_the_reference, every)
    yield _law(answer_can_be_read, every)
    if domain.rejects:
        yield _law(valid_prompt_is_never_rejected, every)
    if any(map(may_be_out_of_range, domain.answer.fields.values())):
        yield _law(values_stay_in_their_ranges, every)
    if domain.has_plays:
        yield _law(what_does_not_change_stays, every)
    if domain.untouched:
        yield _law(untouched_fields_stay, every)
    yield from (symmetry_law(symmetry) for symmetry in domain.symmetries)
    yield from (monotone_law(monotone) for monotone in domain.monotone)
    if domain.rejects:
        yield _law(malformed_prompt_is_rejected, every, MALFORMED, form="text")
        yield _law(malformed_prompt_gets_its_reason, every, MALFORMED, form="text")
    if domain.has_plays:
        yield _law(play_is_followed_step_by_step, every, ROLLOUT, form="play")
        yield _law(own_answers_lead_where_the_reference_does, every, ROLLOUT, form="play")
    yield _law(same_answer_asked_again_alone, every, STABILITY, again="alone")
    yield _law(same_answer_asked_again_in_a_batch, every, STABILITY, again="in a batch")


# --- about one answer ------------------------------------------------------------------------------------------------


def answer_agrees_with_the_reference(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """Every prompt is answered as the reference answers it."""
    expected = domain.write_answer(outcome(domain, case))
    assert domain.agrees(domain.write(case), answers[0], expected)


def answer_can_be_read(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """The answer to a valid prompt follows the schema."""
    assert reading(domain, answers[0]) is not None


def valid_prompt_is_never_rejected(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """A valid prompt is not rejected."""
    assert not answers[0].startswith("reject ")


def values_stay_in_their_ranges(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """No answer has a value outside its field's range."""
    answer = domain.answer_fields(lenient_answer(domain, answers[0]))
    fields = domain.answer.fields
    assert [name for name, value in answer.items() if not fields[name].allows(value)] == []


def what_does_not_change_stays(before: Any, answers: Sequence[str], domain: Domain) -> None:
    """A field that the step does not change has the same value in the answer."""
    after, right = (
        domain.answer_fields(lenient_answer(domain, answers[0])),
        domain.answer_fields(outcome(domain, before)),
    )
    was = domain.fields_of(before)
    assert [name for name in domain.shared if right[name] == was[name] != after[name]] == []


def untouched_fields_stay(before: Any, answers: Sequence[str], domain: Domain) -> None:
    """A field that no step changes has the same value as before."""
    after, was = domain.answer_fields(lenient_answer(domain, answers[0])), domain.fields_of(before)
    assert [name for name in domain.untouched if after[name] != was[name]] == []


# --- about two answers -----------------------------------------------------------------------------------------------


def symmetry_law(symmetry: Symmetry) -> Law:
    """Make the law of a symmetry: the answers to two cases are related as its functions say."""
    name = f"symmetry {symmetry.name}"

    def applies(case: Any, domain: Domain) -> bool:
        return is_made(domain, symmetry.of_case, case, name)

    def prompts(case: Any, domain: Domain) -> tuple[str, ...]:
        return domain.write(case), domain.write(other_case(domain, symmetry.of_case, case, name))

    def holds(case: Any, answers: Sequence[str], domain: Domain) -> None:
        one, other = (lenient_answer(domain, answer) for answer in answers)
        assert domain.answer_fields(other) == other_answer(domain, symmetry.of_answer, one)

    sentence = f"The answer to the case under {symmetry.name} follows from the answer to the case."
    return _about_two(symmetry.name, INVARIANCE, sentence, applies, prompts, holds)


def monotone_law(monotone: Monotone) -> Law:
    """Make the law that a field of the answer does not fall, or does not rise, if a field of the prompt rises."""
    direction = "falls" if monotone.rises else "rises"

    def raised(case: Any, domain: Domain) -> Any:
        fields, highest = domain.fields_of(case), _highest(domain, monotone.of)
        value = fields[monotone.of]
        return domain.codec.case(fields.changed({monotone.of: value + max((highest - value) // 2, 1)}).values_)

    def applies(case: Any, domain: Domain) -> bool:
        value = domain.fields_of(case)[monotone.of]
        return bool(value < _highest(domain, monotone.of)) and domain.is_case(domain.write(raised(case, domain)))

    def prompts(case: Any, domain: Domain) -> tuple[str, ...]:
        return domain.write(case), domain.write(raised(case, domain))

    def holds(case: Any, answers: Sequence[str], domain: Domain) -> None:
        less, more = (domain.answer_fields(lenient_answer(domain, answer))[monotone.field] for answer in answers)
        assert more >= less if monotone.rises else more <= less

    field, of = (re.sub(r"\W+", "_", name).strip("_") for name in (monotone.field, monotone.of))
    sentence = f"Where {monotone.of} rises and all else stays, {monotone.field} never {direction}."
    return _about_two(f"{field}_never_{direction}_with_{of}", DIRECTION, sentence, applies, prompts, holds)


def _highest(domain: Domain, name: str) -> int:
    highest: int = domain.prompt.fields[name].high  # type: ignore[attr-defined]  # a monotone law needs an Int
    return highest


# --- about malformed prompts -----------------------------------------------------------------------------------------


def malformed_prompt_is_rejected(text: str, answers: Sequence[str], domain: Domain) -> None:
    """A text that is not a case is rejected, for any reason."""
    assert isinstance(reading(domain, answers[0]), str)


def malformed_prompt_gets_its_reason(text: str, answers: Sequence[str], domain: Domain) -> None:
    """A text that is not a case is rejected for the first thing that is wrong with it."""
    assert answers[0] == domain.resolve_text(text)


# --- about plays -----------------------------------------------------------------------------------------------------


def play_is_followed_step_by_step(play: Play, answers: Sequence[str], domain: Domain) -> None:
    """In a play of the reference, each turn is answered as the reference answers it."""
    turns = zip(domain.turns(play), answers, strict=True)
    assert all(domain.agrees(domain.write(case), answer) for case, answer in turns)


def own_answers_lead_where_the_reference_does(play: Play, answers: Sequence[str], domain: Domain) -> None:
    """Fed its own answers, turn after turn, a model ends at the state at which the reference ends."""
    *_, last = domain.turns(play)
    ended = domain.answer_fields(states_said(play, domain, answers)[-1])
    assert ended == domain.answer_fields(domain.outcome(last))


# --- about asking again ----------------------------------------------------------------------------------------------


def same_answer_asked_again_alone(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """A prompt that is asked a second time, alone, is answered as it was the first time."""
    first, again = answers
    assert again == first


def same_answer_asked_again_in_a_batch(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """A prompt that is asked a second time, among others, is answered as it was the first time."""
    first, again = answers
    assert again == first


# --- laws made of these functions ------------------------------------------------------------------------------------


def _law(
    holds: Holds, rule: str, kind: LawKind = KNOWN_ANSWER, *, form: Form = "case", again: Manner | None = None
) -> Law:
    sentence = " ".join((holds.__doc__ or "").split())
    prompts: Any = at_once(lambda case, domain: (case if isinstance(case, str) else domain.write(case),))
    if form == "play":
        prompts = at_once(reference_turns) if holds is play_is_followed_step_by_step else own_next
    share = ASKED_AGAIN if again else 1.0
    return Law(
        holds.__name__, rule, kind, sentence, partial(_cases_of, form), always, prompts, holds, form, again, share
    )


def _about_two(
    name: str,
    kind: LawKind,
    sentence: str,
    applies: Callable[[Any, Domain], bool],
    prompts: Callable[[Any, Domain], tuple[str, ...]],
    holds: Holds,
) -> Law:
    """Make a law about the answers to a case and to a second case made from it."""

    def cases(domain: Domain) -> Any:
        return _cases_of("case", domain).filter(lambda case: applies(case, domain))

    return Law(name, "", kind, sentence, cases, applies, at_once(prompts), holds, asks_more=True)


def _cases_of(form: Form, domain: Domain) -> Any:
    from turncheck.strategies import cases, malformed, plays

    makers: dict[Form, Callable[[Domain], Any]] = {"case": cases, "text": malformed, "play": plays}
    return makers[form](domain)
