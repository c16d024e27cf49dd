"""Operators that damage a text. For each reason there is one, and its texts are rejected for exactly that reason.

An operator is a pure function of a case and an integer. It does not need Hypothesis, because training uses it too. The
integer is read as a sequence of choices (`turncheck.strategies.choices`): the first is the *way* to damage the text,
the next ones are where and how. How an integer is read never changes within a version of a domain.

    >>> from turncheck.engine.domain import Domain
    >>> from turncheck.engine.fields import Int
    >>> from turncheck.engine.schema import Schema
    >>> adder = Domain(
    ...     "adder/1",
    ...     prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    ...     answer=Schema("{sum}", sum=Int(0, 198), end=""),
    ...     resolve=lambda case: {"sum": case.a + case.b},
    ... )
    >>> damage(adder, adder.case(a=7), "bad_number", 0)
    '7+00='

The ways follow from the schema. The operator reads each text before it returns it. If the text is rejected for another
reason, or is a case, the operator tries other integers, which it derives from the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import attrs

from turncheck.engine.domain import AnyCase, Domain, DomainError
from turncheck.engine.reading import MalformedTextError, may_be_out_of_range
from turncheck.engine.sampling import sample, samplers_of
from turncheck.strategies import broken_ends as ends
from turncheck.strategies import broken_pieces as pieces
from turncheck.strategies import broken_spacing as spacing
from turncheck.strategies import broken_values as values
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.page import CasePage, Position, fault_of, followed, places_for, split

Way = Callable[[CasePage, Choices], str]
"""One way to damage a text: from a page to the damaged text."""

AnyOperator = Callable[[AnyCase, int], str]
"""From a case and a choice of 0 or more to a damaged text."""

TRIES = 64
"""Number of integers that an operator tries, in order. Each drops one more of the lowest bits of the choice."""

SEARCHES = 3
"""Number of tries per way for an operator whose ways are searches themselves."""

TRIAL_CASES = 3
"""Number of sampled cases on which a derived operator is tried before the domain gets it."""


class UnknownReasonError(KeyError):
    """No reason has this name.

    Attributes:
        reason: the name that was given.
        known: the names of all reasons.
    """

    def __init__(self, reason: str, known: Iterable[str]) -> None:
        super().__init__(reason)
        self.reason, self.known = reason, tuple(known)

    def __str__(self) -> str:
        return f"reason must be one of {', '.join(self.known)}, got {self.reason!r}"


class ImpossibleDamageError(ValueError):
    """No text was found that is rejected for this reason.

    Attributes:
        reason: the reason for which the text should be rejected.
        fault: the message: why there is no such text.
    """

    def __init__(self, reason: str, fault: str) -> None:
        super().__init__(reason, fault)
        self.reason, self.fault = reason, fault

    def __str__(self) -> str:
        return self.fault


# --- what everybody uses ---------------------------------------------------------------------------------------------


def damage(domain: Domain, case: AnyCase, reason: str, choice: int) -> str:
    """Damage the case's text so that it is rejected for that reason.

    Raises:
        UnknownReasonError: the domain has no such reason.
        ChoiceError: the choice is not an int of 0 or more.
        ImpossibleDamageError: no text was found that is rejected for that reason.
    """
    if reason not in domain.reasons:
        raise UnknownReasonError(reason, domain.reasons)
    operators = operators_of(domain)
    if reason not in operators:
        raise ImpossibleDamageError(reason, f"no case of domain {domain.name} could be damaged for {reason}")
    return operators[reason](case, choice)


@lru_cache(maxsize=64)  # a domain never changes
def operators_of(domain: Domain) -> Mapping[str, AnyOperator]:
    """Return the operator of each reason: the domain's own, else one derived from the schema.

    A reason has no derived operator if that operator can damage none of a few trial cases.
    """
    own = domain.operators or {}
    missing = [reason for reason in domain.reasons if reason not in own]
    trials = _trial_cases(domain) if missing else []
    found: dict[str, AnyOperator] = {}
    for reason in domain.reasons:
        operator = own[reason] if reason in own else derived(domain, reason)
        if reason in own or _example(operator, trials) is not None:
            found[reason] = operator
    return found


def reachable(domain: Domain, cases: Sequence[AnyCase]) -> dict[str, str | None]:
    """Return a text that is rejected for each of the domain's reasons, made from one of the cases; None if none is."""
    own = domain.operators or {}
    found = {reason: _example(own.get(reason, derived(domain, reason)), cases) for reason in domain.reasons}
    return {reason: text if _is_rejected_for(domain, text, reason) else None for reason, text in found.items()}


def _is_rejected_for(domain: Domain, text: str | None, reason: str) -> bool:
    fault = None if text is None else fault_of(domain, text)
    return fault is not None and fault.reason == reason


def _example(operator: AnyOperator, cases: Sequence[AnyCase]) -> str | None:
    """Return a text that the operator makes from one of the cases; None if it can damage none of them."""
    for choice, case in enumerate(cases):
        try:
            return operator(case, choice)
        except ImpossibleDamageError:
            continue
    return None


def _trial_cases(domain: Domain) -> list[AnyCase]:
    simplest = domain.case()
    cases = [simplest] if domain.is_case(domain.write(simplest)) else []
    samplers = samplers_of(domain)
    try:
        return cases + list(sample(domain, "mixed" if "mixed" in samplers else next(iter(samplers)), 0, TRIAL_CASES))
    except DomainError:
        return cases


# --- derived operators -----------------------------------------------------------------------------------------------


@attrs.frozen
class Operator:
    """Makes texts that are rejected for one reason, in any of its ways.

    Choice 0 is the simplest damage. Random 64-bit choices spread over the ways and, within each, over the places.

    Attributes:
        domain: the domain of the cases.
        reason: why the texts are rejected.
        ways: the ways to damage a text.
        targets: the places where a wrong piece causes this reason.
        tries: number of integers to try.
    """

    domain: Domain
    reason: str
    ways: tuple[Way, ...]
    targets: tuple[Position, ...]
    tries: int = TRIES

    def __call__(self, case: AnyCase, choice: int) -> str:
        """Damage the case's text as the choice selects.

        Raises:
            ChoiceError: the choice is not an int of 0 or more.
            ImpossibleDamageError: no text was found that is rejected for the reason.
        """
        Choices(choice)
        if self.ways:
            for number in range(self.tries):
                if (text := self._damaged(case, Choices((choice >> number) + number))) is not None:
                    return text
        fault = f"no way was found to damage {self.domain.write(case)!r:.200} so that it is rejected for {self.reason}"
        raise ImpossibleDamageError(self.reason, fault)

    def _damaged(self, case: AnyCase, choices: Choices) -> str | None:
        """Return the damaged text; None if it is not rejected for the reason."""
        way, page = choices.pick(self.ways), CasePage.of(self.domain, case, self.targets)
        try:
            text = way(page, choices)
        except NoOptionError:
            return None
        fault = fault_of(self.domain, text)
        if fault is None or fault.reason != self.reason:
            return None
        return self._followed(text, fault, choices)

    def _followed(self, text: str, fault: MalformedTextError, choices: Choices) -> str:
        """Vary what follows the fault, as long as the text is still rejected for the reason."""
        if self.reason in ("bad_spacing", "truncated", "trailing_text"):
            return text
        end = self.domain.prompt.end
        page = CasePage(split(text, end), self.domain, self.domain.prompt.neutral, (), end=end)
        other = followed(page, (fault.line - 1, fault.piece - 1), choices)
        again = fault_of(self.domain, other)
        return other if again is not None and again.reason == self.reason else text


def derived(domain: Domain, reason: str) -> Operator:
    """Derive the operator for that reason from the domain's schema and checks."""
    ways, targets = tuple(_ways(domain, reason)), tuple(places_for(domain.prompt, reason))
    only_checks = len(ways) == sum(check.reason == reason for check in domain.checks)
    return Operator(domain, reason, ways, targets, SEARCHES * len(ways) if only_checks else TRIES)


def _ways(domain: Domain, reason: str) -> Iterator[Way]:
    if reason in WAYS:
        yield from WAYS[reason]
    elif places_for(domain.prompt, reason):
        yield from OF_PIECES
    if reason == "out_of_range" and any(map(may_be_out_of_range, domain.prompt.fields.values())):
        yield values.out_of_range
    yield from (values.unmet(check, reason) for check in domain.checks if check.reason == reason)


def wrong_besides(page: CasePage, choices: Choices) -> str:
    """Break the spacing behind another fault: spacing is checked first in the whole text, so only spacing counts."""
    page.targets = page.places
    other = (pieces.replaced_by_garbage, pieces.misspelt, pieces.left_out)
    page.lines = split(choices.pick(other)(page, choices), page.end)
    odd = (spacing.ends_otherwise, spacing.extra_space, spacing.empty_line, spacing.odd_newline, spacing.odd_character)
    return choices.pick(odd)(page, choices)


# fmt: off
WAYS: Mapping[str, tuple[Way, ...]] = {
    "bad_spacing": (
        spacing.ends_otherwise, spacing.extra_space, spacing.space_at_an_edge, spacing.empty_line, spacing.odd_space,
        spacing.odd_newline, spacing.odd_character, spacing.ended_anywhere, spacing.odd_everywhere,
        spacing.nothing_but_space, wrong_besides,
    ),
    "truncated": (
        ends.lines_missing, ends.line_ended, ends.last_pieces_missing,
    ),
    "trailing_text": (
        ends.piece_at_the_end, ends.line_at_the_end, ends.lines_joined, ends.line_again_at_the_end,
        ends.lines_again_at_the_end,
    ),
    "misplaced_label": (
        pieces.replaced_by_a_word, pieces.swapped, pieces.left_out, pieces.one_before_it_again,
        pieces.replaced_by_another_piece, pieces.line_left_out, pieces.line_again, pieces.lines_swapped,
        pieces.an_answer,
    ),
    "unknown_label": (
        pieces.misspelt, pieces.replaced_by_garbage, pieces.joined, pieces.left_out, pieces.swapped, pieces.torn,
    ),
}
"""The ways of the reasons that every schema has. A field's own reason has the ways `OF_PIECES`."""

OF_PIECES: tuple[Way, ...] = (
    # The first way is listed twice: it has double weight.
    pieces.misspelt, pieces.misspelt, pieces.replaced_by_a_word, pieces.replaced_by_another_piece,
    pieces.replaced_by_garbage, pieces.left_out, pieces.one_before_it_again, pieces.swapped, pieces.joined,
    pieces.torn, pieces.line_left_out, pieces.lines_swapped, pieces.an_answer,
)
# fmt: on
