"""A law as a value: a sentence about answers that is exactly true of the reference.

A law defines the cases to which it applies, the prompts for the subject, and what it asserts about the answers. The
pytest suite, sweeps, the shrinker and the table of mutants use the same value. `turncheck.properties.laws` has the laws
of a domain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import attrs

from turncheck.engine.domain import AnyAnswer, Domain
from turncheck.engine.play import Play
from turncheck.engine.reading import MalformedTextError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LawKind = Literal["known answer", "invariance", "direction", "malformed", "rollout", "stability"]

KNOWN_ANSWER: LawKind = "known answer"
INVARIANCE: LawKind = "invariance"
DIRECTION: LawKind = "direction"
MALFORMED: LawKind = "malformed"
ROLLOUT: LawKind = "rollout"
STABILITY: LawKind = "stability"

Form = Literal["case", "text", "play"]
"""What a law is about: a valid case, a malformed text, or a play of several turns."""

AnyForm = Any
"""A case of the domain, a text or a play."""

Manner = Literal["alone", "in a batch", "of its experts"]

OF_EXPERTS: Manner = "of its experts"
"""Asks the experts of a composition: see `Subject.ask_again`."""


class UnreadableError(AssertionError):
    """An answer cannot be read as the law needs it. It breaks every law that applies and reads it."""


class RaisingError(UnreadableError):
    """A user's function raised something other than an AssertionError.

    On a learned engine's answers, which can be anything, that breaks the law. On the reference's answers, it is a
    mistake in the function.
    """


@attrs.frozen
class Law:
    """One property.

    Attributes:
        id: its name, which reads like its sentence.
        rule: the rules that it follows from, as tables show them: `E1`, `A5, S2`, `M1-M11`, or `all`.
        kind: the kind of law.
        sentence: the law in full.
        cases: makes a strategy for cases in a domain. In the law's own domain, the law applies to every case drawn.
        applies: whether the law applies to a case.
        prompts: returns the next prompts for the subject, from the case, the domain and the answers so far.
        holds: asserts the law for a case and the answers to its prompts.
        form: what a case of the law is.
        again: how the same prompts are asked a second time, for stability or of a composition's experts. The second
            answers follow the first ones.
        share: the share of a run's cases on which it is checked; below 1 if asking is expensive.
        asks_more: for a law about valid cases: whether it asks more than the case itself.
    """

    id: str
    rule: str
    kind: LawKind
    sentence: str
    cases: Callable[[Domain], SearchStrategy[Any]] = attrs.field(repr=False)
    applies: Callable[[Any, Domain], bool] = attrs.field(repr=False)
    prompts: Callable[[Any, Domain, Sequence[str]], tuple[str, ...]] = attrs.field(repr=False)
    holds: Callable[[Any, Sequence[str], Domain], None] = attrs.field(repr=False)
    form: Form = "case"
    again: Manner | None = None
    share: float = 1.0
    asks_more: bool = False

    def rules(self, domain: Domain) -> tuple[str, ...]:
        """Return the ids of the domain's rules that the law follows from."""
        return tuple(rule for rule in domain.rules if _names(self.rule, rule))

    def asks(self, case: AnyForm, domain: Domain, answers: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the prompts that the law needs next; none if it has all answers that it needs.

        Most laws need all prompts at once: the case's own text and, if the law compares two cases, the text of another
        case made from it. A law about a subject that is fed its own answers needs one prompt after the other.
        """
        return self.prompts(case, domain, answers)

    def check(self, case: AnyForm, answers: Sequence[str], domain: Domain) -> None:
        """Assert the law.

        Raises:
            AssertionError: the answers break the law.
        """
        self.holds(case, answers, domain)

    def reads(self, text: str, domain: Domain) -> AnyForm:
        """Read a text as a case of this law.

        Raises:
            ValueError: the text does not have this law's form.
        """
        if self.form == "play":
            return domain.read_play(text)
        if self.form == "case":
            return domain.read(text)
        if domain.is_case(text):
            raise ValueError("a valid case instead of a malformed text")
        return text


def _names(rules: str, rule: str) -> bool:
    """Whether `rules` includes the rule: `all`, or ids separated by commas, and ranges of ids that end in a number."""
    return rules == "all" or any(_spans(part, rule) for part in rules.split(", "))


def _spans(part: str, rule: str) -> bool:
    if part == rule:
        return True
    first, parted, last = part.partition("-")
    if not parted:
        return False
    (letter, low), (other, number) = _parted(first), _parted(rule)
    return letter == other and low <= number <= _parted(last)[1]


def _parted(rule: str) -> tuple[str, int]:
    letters = rule.rstrip("0123456789")
    return letters, int(rule[len(letters) :] or -1)


def text_of(case: AnyForm, domain: Domain) -> str:
    """Return the text of a case or a play; return a text unchanged."""
    if isinstance(case, str):
        return case
    return domain.write_play(case) if isinstance(case, Play) else domain.write(case)


def always(case: Any, domain: Domain) -> bool:
    """Return True: for a law that applies to every case."""
    return True


def at_once(
    prompts: Callable[[Any, Domain], tuple[str, ...]],
) -> Callable[[Any, Domain, Sequence[str]], tuple[str, ...]]:
    """Make the `prompts` of a law that knows all its prompts before the first answer."""
    return lambda case, domain, answers: () if answers else prompts(case, domain)


# --- reading answers -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # the laws of a case read the same answers
def reading(domain: Domain, answer: str) -> AnyAnswer | str:
    """Read an answer leniently: return an answer of the domain, or the reason of a rejection.

    Raises:
        UnreadableError: the answer is neither.
    """
    try:
        return domain.read_answer(answer)
    except MalformedTextError as error:
        raise UnreadableError(str(error)) from error


def lenient_answer(domain: Domain, answer: str) -> AnyAnswer:
    """Read an answer leniently, as an answer of the domain.

    Raises:
        UnreadableError: the text is a rejection, or not an answer.
    """
    found = reading(domain, answer)
    if isinstance(found, str):
        raise UnreadableError(f"the answer rejects: {found}")
    return found


# --- plays -----------------------------------------------------------------------------------------------------------


def own_next(play: Play, domain: Domain, answers: Sequence[str]) -> tuple[str, ...]:
    """Return the next prompt of a play in which the subject is fed its own answers; none if there is no next case."""
    if len(answers) == len(play.orders):
        return ()
    state = answers[-1] if answers else domain.write_answer(play.state)
    prompt = state + domain.write_orders(play.orders[len(answers)])
    return (prompt,) if domain.is_case(prompt) else ()


def reference_turns(play: Play, domain: Domain) -> tuple[str, ...]:
    """Return the prompts of a play as the reference plays it."""
    return tuple(domain.write(case) for case in domain.turns(play))


def states_said(play: Play, domain: Domain, answers: Sequence[str]) -> list[AnyAnswer]:
    """Return the states after the turns of a play, as the subject wrote them.

    Raises:
        UnreadableError: a state cannot be read, or leads to no case before the end of the play.
    """
    states = [lenient_answer(domain, answer) for answer in answers]
    if len(states) < len(play.orders):
        raise UnreadableError(f"answer {len(states)} of the play leads to no case")
    return states
