"""Checks of what a domain draws and answers: one function each, which returns what it finds and what to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.sampling import next_case, played_on, sample, stream
from turncheck.properties.checking.doctor.fresh import FreshProcessError, address_of, fresh_answers, sampled_answers
from turncheck.properties.checking.doctor.looked import SAMPLED, Finding, Looked
from turncheck.properties.checking.reference import first_fault

PLAYED = 30
"""Number of cases that are continued as plays."""

SLOW = 20_000
"""A read or a step that takes more microseconds is slow."""


def samplers(looked: Looked) -> Finding:
    """Check that each sampler draws valid cases, the same for the same seed."""
    domain = looked.domain
    for name, cases in looked.by_sampler.items():
        texts = [domain.write(case) for case in cases]
        again = [domain.write(case) for case in sample(domain, name, looked.seed, len(cases))]
        if texts != again:
            todo = "take all randomness from the random.Random that it is given"
            return Finding("fails", f"sampler {name} draws other cases with the same seed", todo)
        for text in texts:
            if not domain.is_case(text):
                return Finding("fails", f"sampler {name} draws an invalid case: {text!r:.200}", "draw only valid cases")
    always = [name for name, cases in looked.by_sampler.items() if len({*map(domain.write, cases)}) == 1]
    if always and len(looked.cases) > 1:
        return Finding("look", f"sampler {always[0]} draws only one case", "let it draw others, or drop it: NAME=None")
    drawn = sum(map(len, looked.by_sampler.values()))
    return Finding("holds", f"{drawn} cases of {', '.join(looked.by_sampler)}, {len(looked.cases)} of them different")


def texts(looked: Looked) -> Finding:
    """Check that each case is read back unchanged."""
    domain = looked.domain
    for case in looked.cases:
        values = domain.codec.case_values(case)
        text = domain.prompt.write_values(values)
        read = domain.reader.values(text)
        again = domain.codec.case_values(domain.codec.case(read))
        if read != values or again != values or domain.prompt.write_values(again) != text:
            return Finding(
                "fails", f"{text!r:.200} is not read back unchanged", "fix the codec, or a field's read and write"
            )
    return Finding("holds", f"{len(looked.cases)} cases are read back as they were")


def reference(looked: Looked) -> Finding:
    """Check that the reference answers each case, always with the same, valid answer."""
    fault, text = first_fault(looked.domain, looked.cases)
    if fault:
        return Finding("fails", f"{fault}; shown by {text!r:.200}", "fix the reference")
    return Finding("holds", f"{len(looked.cases)} cases are answered, the same when asked again, within all ranges")


def fresh_process(looked: Looked) -> Finding:
    """Check that a fresh process draws the same cases and gives the same answers."""
    address = looked.address or address_of(looked.domain)
    if not address:
        todo = "make it an attribute of a module, or give address='FILE.py:NAME'"
        return Finding("look", "not checked: no module has the domain as an attribute", todo)
    try:
        fresh = fresh_answers(address, looked.seed)
    except FreshProcessError as error:
        return Finding("look", f"not checked: {error}", f"make sure that {address} can be loaded by itself")
    here = sampled_answers(looked.domain, looked.seed)
    for (prompt, answered), (other, otherwise) in zip(here, fresh, strict=False):
        if prompt != other:
            todo = "make the samplers independent of the order of sets and of the clock"
            return Finding("fails", f"a fresh process draws other cases: {prompt!r:.100}, {other!r:.100}", todo)
        if answered != otherwise:
            todo = "make the reference depend only on its case, and not on the order of a set"
            return Finding("fails", f"a fresh process answers {prompt!r:.200} differently", todo)
    return Finding("holds", f"{len(here)} cases are drawn and answered alike")


def next_states(looked: Looked) -> Finding | None:
    """Check, if the answer is the next state, that the checks of states pass on it, and that plays continue from it."""
    domain = looked.domain
    if not domain.has_plays:
        return None
    of_states = [check for check in domain.checks if _are_all(check.fields, domain)]
    for case in looked.cases:
        after = domain.answer_fields(domain.outcome(case))
        for check in of_states:
            if not check.holds(after):
                text = domain.write(case)
                found = f"the answer to {text!r:.200} is a state that the check {check.reason} refuses"
                return Finding("fails", found, "fix the step or the check")
    ends = sum(_ends(domain, case, stream("doctor", looked.seed, at)) for at, case in enumerate(looked.cases[:PLAYED]))
    if ends == len(looked.cases[:PLAYED]):
        return Finding("look", "no orders are valid in any state that it leads to", "let a state have valid orders")
    return Finding("holds", f"{len(looked.cases)} answers are states, from which plays go on")


def _are_all(names: Iterable[str], domain: Domain) -> bool:
    return all(name in domain.answer.places or name in domain.answer.repeated for name in names)


def _ends(domain: Domain, case: AnyCase, random: Any) -> bool:
    return next_case(domain, domain.outcome(case), random) is None


def plays(looked: Looked) -> Finding | None:
    """Check that plays are read back unchanged."""
    domain = looked.domain
    if not domain.has_plays:
        return None
    for index, case in enumerate(looked.cases[:PLAYED]):
        play = played_on(domain, case, stream("doctor", looked.seed, index))
        text = domain.write_play(play)
        if domain.write_play(domain.read_play(text)) != text:
            return Finding("fails", f"the play {text!r:.200} is not read back unchanged", "fix the codec")
    return Finding("holds", f"{len(looked.cases[:PLAYED])} plays are read back as they were")


def speed(looked: Looked) -> Finding:
    """Check that a read and a step are fast."""
    domain, prompts = looked.domain, [looked.domain.write(case) for case in looked.cases[:SAMPLED]]
    read, step = _microseconds(domain.read, prompts), _microseconds(domain.outcome, looked.cases[:SAMPLED])
    found = f"a read takes {read:,.0f} us, a step {step:,.0f} us"
    if max(read, step) > SLOW:
        return Finding("look", found, "make the checks or the step faster: 100,000 turns would take an hour")
    return Finding("holds", found)


def _microseconds(function: Callable[[Any], Any], arguments: Sequence[Any]) -> float:
    began = time.process_time()
    for argument in arguments:
        function(argument)
    return (time.process_time() - began) / len(arguments) * 1e6
