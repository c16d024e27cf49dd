"""Derived mutants: a domain's reference with one error each, to see which laws catch which errors.

A law that is true of the reference may still check nothing; only wrong answers show whether it catches bugs. The errors
are derived from the schema and the domain's declarations. Each mutant changes the reference's answer, so many mutants
are checked against many laws in seconds (`turncheck.properties.checking.catches`).

| mutants | where |
|---|---|
| a field stays, is one more or less, is another word, is exchanged with a sibling or neighbour | `MOST_FIELDS` fields |
| nothing changes, two steps are made at once | the answer is the next state |
| a value is out of range, an answer is cut, lacks a piece, repeats one, is always the simplest | every domain |
| a symmetry or a monotone field: right for only some of the cases | declared |
| a valid prompt is rejected; a malformed prompt is answered, or rejected for another reason | the domain rejects |
| a rule is left out | the domain can leave rules out |
| the same prompt, asked again alone or in a batch, gets another answer | every domain |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any
from zlib import crc32

import attrs

from turncheck.engine.case import Case
from turncheck.engine.domain import Domain, DomainError, Monotone, Symmetry
from turncheck.engine.fields import Field, Int
from turncheck.engine.reading import MalformedTextError
from turncheck.properties.checking.law import Manner
from turncheck.properties.checking.truth import answer
from turncheck.properties.laws.generic.made import other_case

MOST_FIELDS = 12
"""Most fields of the answer, spread evenly, that have mutants."""

MOST_NAMED = 16
"""Most reasons, and most rules, that have mutants."""


@attrs.frozen
class Asked:
    """A prompt and the reference's answer, computed once for all mutants.

    Attributes:
        domain: the domain of the prompt.
        text: the prompt.
        right: the reference's answer.
    """

    domain: Domain
    text: str
    right: str

    @cached_property
    def case(self) -> Case | None:
        """The fields of the case; None if the prompt is not a case."""
        try:
            return Case(self.domain.prompt, self.domain.reader.values(self.text))
        except MalformedTextError:
            return None

    @cached_property
    def answer(self) -> Case:
        """The fields of the answer to a case."""
        return Case(self.domain.answer, self.domain.answer_reader.lenient(self.right))

    @property
    def reason(self) -> str:
        """The reason of its rejection; empty if it is a case."""
        return "" if self.case is not None else self.domain.rejected_for(self.right) or ""

    def changed(self, changes: Mapping[str, Any]) -> str:
        """Return the right answer with other values in some fields."""
        return self.domain.answer.write(self.answer.changed(changes))


Wrong = Callable[[Asked], str]
"""A function from a prompt to an answer that may be wrong."""


@attrs.frozen
class Mutant:
    """An engine with one error.

    Attributes:
        name: the error, in a few words.
        wrong: returns its answer.
        again: how it must be asked a second time to give wrong answers; None if it always does.
        of_form: whether its wrong answers to cases cannot be read, so that every law that reads them catches it.
    """

    name: str
    wrong: Wrong = attrs.field(repr=False)
    again: Manner | None = None
    of_form: bool = False

    def answer(self, asked: Asked, again: Manner | None = None) -> str:
        """Answer a prompt that is asked for the first time, or again in this manner."""
        return self.wrong(asked) if self.again is None or self.again == again else asked.right

    def predict(self, domain: Domain) -> Callable[[Sequence[str]], list[str]]:
        """Return the mutant as a learned engine, which remembers what it was asked."""
        known: set[str] = set()

        def predict(prompts: Sequence[str]) -> list[str]:
            manner: Manner = "in a batch" if len(prompts) > 1 else "alone"
            asked = [Asked(domain, prompt, domain.resolve_text(prompt)) for prompt in prompts]
            given = [self.answer(each, manner if each.text in known else None) for each in asked]
            known.update(prompts)
            return given

        return predict


def mutants_of(domain: Domain) -> tuple[Mutant, ...]:
    """Return the derived mutants of a domain, in the order of the tables."""
    return tuple(_derived(domain))


def fields_left_out(domain: Domain) -> int:
    """Return how many fields of the answer have no mutants, because there are more than `MOST_FIELDS`."""
    return max(len(domain.answer.names) - MOST_FIELDS, 0)


def _derived(domain: Domain) -> Iterator[Mutant]:
    for name in spread(domain.answer.names, MOST_FIELDS):
        yield from _of_field(domain, name)
    yield Mutant("always the simplest answer", on_cases(lambda asked: _simplest(asked.domain)))
    if domain.has_plays:
        yield Mutant("nothing changes", on_cases(_unchanged))
        yield Mutant("two steps at once", on_cases(_two_steps))
    yield from _of_range(domain)
    for what, change in BODIES.items():
        yield Mutant(what, on_cases(partial(_with_body, change)), of_form=True)
    yield from map(_of_symmetry, domain.symmetries)
    yield from (_of_monotone(domain, monotone) for monotone in domain.monotone)
    if domain.rejects:
        yield from _of_rejections(domain)
    if domain.without is not None:
        yield from _of_rules(domain, domain.without)
    yield Mutant("another answer when asked again alone", on_cases(_otherwise), again="alone")
    yield Mutant("another answer when asked again in a batch", on_cases(_otherwise), again="in a batch")


def spread(names: Sequence[str], most: int) -> list[str]:
    """Return at most that many of the names, spread evenly, including the first and the last."""
    if len(names) <= most:
        return list(names)
    return [names[place * (len(names) - 1) // (most - 1)] for place in range(most)]


def on_cases(wrong: Wrong) -> Wrong:
    """Limit wrong answers to cases: malformed prompts get the reference's answer."""
    return lambda asked: asked.right if asked.case is None else wrong(asked)


# --- fields ----------------------------------------------------------------------------------------------------------


def _of_field(domain: Domain, name: str) -> Iterator[Mutant]:
    field, label = domain.answer.fields[name], domain.answer.label(name)

    def mutant(what: str, value: Callable[[Asked], Any]) -> Mutant:
        return Mutant(f"{label} {what}", on_cases(lambda asked: _put(asked, name, value(asked))))

    if name in domain.shared:
        yield mutant("stays as it was", lambda asked: asked.case[name])  # type: ignore[index]  # a case is asked
    else:
        yield mutant(f"is always {field.write(field.simplest)}", lambda asked: field.simplest)
    if isinstance(field, Int):
        yield mutant("is one more", lambda asked: asked.answer[name] + 1)
        yield mutant("is one less", lambda asked: asked.answer[name] - 1)
    else:
        yield mutant("is another", lambda asked: _another(field, asked.answer[name]))
    partner = _partner(domain, name)
    if partner is not None:
        yield Mutant(
            f"{label} and {domain.answer.label(partner)} are exchanged",
            on_cases(lambda asked: asked.changed({name: asked.answer[partner], partner: asked.answer[name]})),
        )


def _with_values(changes: Mapping[str, Any], asked: Asked) -> str:
    return asked.changed(changes)


def _put(asked: Asked, name: str, value: Any) -> str:
    """Return the right answer with this value in a field, if the field allows it."""
    return asked.changed({name: value}) if asked.domain.answer.fields[name].allows(value) else asked.right


def _another(field: Field, value: Any) -> Any:
    """Return the edge after the value; the first edge for a value that is not an edge."""
    edges = list(field.edges())
    return edges[(edges.index(value) + 1) % len(edges)] if value in edges else edges[0]


def _partner(domain: Domain, name: str) -> str | None:
    """Return a sibling, or else a neighbour after it, with the same kind of value; None if there is none."""
    schema = domain.answer
    behind = [each for each in schema.neighbours[name] if schema.places[each] > schema.places[name]]
    for other in (*schema.siblings[name], *behind):
        if schema.fields[other] == schema.fields[name]:
            return other
    return None


def _otherwise(asked: Asked) -> str:
    """Return a readable wrong answer: another value in the first field that has one."""
    for name, field in asked.domain.answer.fields.items():
        value = asked.answer[name]
        for other in (_another(field, value), field.simplest, *field.edges()):
            if other != value:
                return asked.changed({name: other})
    return asked.right


def _of_range(domain: Domain) -> Iterator[Mutant]:
    """Put a number out of range in the first field whose digits allow one."""
    beyond = [(name, value) for name, field in domain.answer.fields.items() for value in _beyond(field)]
    for name, value in beyond[:1]:
        wrong = on_cases(partial(_with_values, {name: value}))
        yield Mutant(f"{domain.answer.label(name)} is out of range", wrong)


def _beyond(field: Field) -> list[int]:
    if not isinstance(field, Int):
        return []
    return [each for each in (field.high + 1, field.low - 1) if re.fullmatch(field.pattern, field.write(each))]


# --- whole answers ---------------------------------------------------------------------------------------------------


def _simplest(domain: Domain) -> str:
    return domain.answer.write(domain.answer.neutral)


def _unchanged(asked: Asked) -> str:
    assert asked.case is not None
    return asked.domain.answer.write(asked.case.part(asked.domain.answer))


def _two_steps(asked: Asked) -> str:
    """Return the reference's answer to its own answer with the same orders, if these make a case."""
    domain = asked.domain
    _, orders = domain.codec.parted(domain.codec.case(asked.case.values_))  # type: ignore[union-attr]  # a case is asked
    following = domain.write(domain.codec.joined(domain.codec.answer(asked.answer.values_), orders))
    return answer(following, domain) if domain.is_case(following) else asked.right


def _with_body(change: Callable[[str], str], asked: Asked) -> str:
    """Return the right answer with its text changed, except its end."""
    end = asked.domain.answer.end
    return change(asked.right.removesuffix(end)) + end


def _one_lost(body: str) -> str:
    """Leave out the last piece of the first line, or the line if it has no other piece."""
    first, *rest = body.split("\n")
    kept = first.rpartition(" ")[0]
    return "\n".join([kept, *rest] if kept else rest)


def _one_twice(body: str) -> str:
    first, *rest = body.split("\n")
    return "\n".join([f"{first} {first.rpartition(' ')[2]}", *rest])


BODIES: Mapping[str, Callable[[str], str]] = {
    "the last character is lost": lambda body: body[:-1],
    "a piece is lost": _one_lost,
    "a piece is repeated": _one_twice,
}
"""Changes of the text of an answer, except its end."""


# --- relations -------------------------------------------------------------------------------------------------------


def _of_symmetry(symmetry: Symmetry) -> Mutant:
    """Make a mutant that is wrong on one of two cases that the symmetry relates: the one whose text sorts first."""

    def wrong(asked: Asked) -> str:
        case = asked.domain.codec.case(asked.case.values_)  # type: ignore[union-attr]  # a case is asked
        other = asked.domain.write(other_case(asked.domain, symmetry.of_case, case, symmetry.name))
        return _otherwise(asked) if asked.text < other else asked.right

    return Mutant(f"{symmetry.name} holds on one side only", on_cases(wrong))


def _of_monotone(domain: Domain, monotone: Monotone) -> Mutant:
    """Make a mutant whose field has its lowest or highest value in the upper half of the range it depends on."""
    of, field = domain.prompt.fields[monotone.of], domain.answer.fields[monotone.field]
    assert isinstance(of, Int)
    assert isinstance(field, Int)
    middle, worst = (of.low + of.high) / 2, field.low if monotone.rises else field.high

    def wrong(asked: Asked) -> str:
        value = asked.case[monotone.of]  # type: ignore[index]  # a case is asked
        return asked.changed({monotone.field: worst}) if value > middle else asked.right

    return Mutant(f"{domain.answer.label(monotone.field)} is wrong where {monotone.of} is high", on_cases(wrong))


# --- rejections and rules --------------------------------------------------------------------------------------------


def _of_rejections(domain: Domain) -> Iterator[Mutant]:
    reasons = list(domain.reasons)
    half = on_cases(lambda asked: domain.rejection(reasons[0]) if crc32(asked.text.encode()) % 2 else asked.right)
    yield Mutant("a valid prompt is rejected", half, of_form=True)
    for reason in spread(reasons, MOST_NAMED):
        other = reasons[(reasons.index(reason) + 1) % len(reasons)]
        yield Mutant(f"{reason} is not detected", partial(_not_seen, reason))
        yield Mutant(f"{reason} is called {other}", partial(_called_otherwise, reason, other))


def _not_seen(reason: str, asked: Asked) -> str:
    return _accepted(asked) if asked.reason == reason else asked.right


def _called_otherwise(reason: str, other: str, asked: Asked) -> str:
    return asked.domain.rejection(other) if asked.reason == reason else asked.right


def _accepted(asked: Asked) -> str:
    """Answer a malformed prompt as if it were a case, if it has the form of one; else give the simplest answer."""
    domain = asked.domain
    try:
        return domain.write_answer(domain.outcome(domain.codec.case(domain.reader.lenient(asked.text))))
    except (MalformedTextError, DomainError):
        return _simplest(domain)


def _of_rules(domain: Domain, without: Callable[[str], Domain]) -> Iterator[Mutant]:
    reasons = {rule for rule, _ in domain.reasons.values()}
    rules = [rule for rule in domain.rules if rule not in domain.exempt and rule not in reasons]
    for rule in spread(rules, MOST_NAMED):
        yield Mutant(f"rule {rule} is left out", partial(_by_other, without(rule)))


def _by_other(other: Domain, asked: Asked) -> str:
    return answer(asked.text, other)
