"""A law is a value: a sentence about answers that is true of the reference, exactly.

It says for which cases it holds, what it asks of the subject, and what it asserts of the answers. The pytest suite,
sweeps, the shrinker and the table of mutants use the same value. `turncheck.properties.laws` has the laws of a domain.
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
"""What a law is about: a valid case, a text that is none, or a play of several turns."""

AnyForm = Any
"""A case of the domain, a text or a play."""

Manner = Literal["alone", "in a batch"]


class UnreadableError(AssertionError):
    """An answer that says nothing of what a law is about breaks every law that applies and reads it."""


class RaisingError(UnreadableError):
    """A user's function raised something that is no AssertionError: of a learned engine's answers it may, since those
    can be anything; of the reference's answers it is a mistake in the function.
    """


@attrs.frozen
class Law:
    """One property.

    Attributes:
        id: its name, which is the sentence.
        rule: the rules that it follows from, as tables show them: `E1`, `A5, S2`, `M1-M11`, or `all`.
        kind: which kind of law it is.
        sentence: the law in full.
        cases: a strategy of cases, by the domain. Every case that it draws applies in the domain that the law is of.
        applies: whether the law says anything about a case.
        prompts: the texts that the subject is asked next, by the case, the domain and the answers given so far.
        holds: asserts the law of a case and the answers to its prompts.
        form: what a case of it is.
        again: for stability: how the same prompts are asked a second time; those answers follow the first ones.
        share: which part of a run's cases it is checked on, since asking again is expensive.
        asks_more: of a law about valid cases, whether it asks for more than the answer to the case itself.
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
        """The ids of the domain's rules that it follows from, each by itself."""
        return tuple(rule for rule in domain.rules if _names(self.rule, rule))

    def asks(self, case: AnyForm, domain: Domain, answers: Sequence[str] = ()) -> tuple[str, ...]:
        """The prompts that the law needs next: none where the answers so far are all that it needs.

        Most laws need their prompts at once: the case's own text, and that of another case made from it where the law
        compares two. A law about a subject that is fed its own answers needs one prompt after the other.
        """
        return self.prompts(case, domain, answers)

    def check(self, case: AnyForm, answers: Sequence[str], domain: Domain) -> None:
        """Asserts the law.

        Raises:
            AssertionError: the answers break it.
        """
        self.holds(case, answers, domain)

    def reads(self, text: str, domain: Domain) -> AnyForm:
        """The case that a text is.

        Raises:
            ValueError: it is none of this law's form.
        """
        if self.form == "play":
            return domain.read_play(text)
        if self.form == "case":
            return domain.read(text)
        if domain.is_case(text):
            raise ValueError("a valid case, where a malformed text is wanted")
        return text


def _names(rules: str, rule: str) -> bool:
    """Whether that rule is among those: `all`, or ids between commas, and ranges of ids that end in a number."""
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
    """The text of a case, of a play, or of a text itself."""
    if isinstance(case, str):
        return case
    return domain.write_play(case) if isinstance(case, Play) else domain.write(case)


def always(case: Any, domain: Domain) -> bool:
    """For a law that applies to every case."""
    return True


def at_once(
    prompts: Callable[[Any, Domain], tuple[str, ...]],
) -> Callable[[Any, Domain, Sequence[str]], tuple[str, ...]]:
    """Prompts that all stand before the first answer."""
    return lambda case, domain, answers: () if answers else prompts(case, domain)


# --- reading answers -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # the laws of a case read the same answers
def reading(domain: Domain, answer: str) -> AnyAnswer | str:
    """What an answer says, read leniently: an answer of the domain, or the reason for which it rejects.

    Raises:
        UnreadableError: it is neither.
    """
    try:
        return domain.read_answer(answer)
    except MalformedTextError as error:
        raise UnreadableError(str(error)) from error


def said(domain: Domain, answer: str) -> AnyAnswer:
    """The answer that a text is, read leniently.

    Raises:
        UnreadableError: it rejects, or is no answer.
    """
    found = reading(domain, answer)
    if isinstance(found, str):
        raise UnreadableError(f"the answer rejects: {found}")
    return found


# --- plays -----------------------------------------------------------------------------------------------------------


def own_next(play: Play, domain: Domain, answers: Sequence[str]) -> tuple[str, ...]:
    """The next prompt of a play in which the subject is fed its own answers; none where an answer leads to no case."""
    if len(answers) == len(play.orders):
        return ()
    state = answers[-1] if answers else domain.write_answer(play.state)
    prompt = state + domain.write_orders(play.orders[len(answers)])
    return (prompt,) if domain.is_case(prompt) else ()


def reference_turns(play: Play, domain: Domain) -> tuple[str, ...]:
    """The prompts of a play as the reference plays it."""
    return tuple(domain.write(case) for case in domain.turns(play))


def states_said(play: Play, domain: Domain, answers: Sequence[str]) -> list[AnyAnswer]:
    """The states after the turns of a play, as the subject wrote them.

    Raises:
        UnreadableError: one cannot be read, or leads to no case before the play has ended.
    """
    states = [said(domain, answer) for answer in answers]
    if len(states) < len(play.orders):
        raise UnreadableError(f"answer {len(states)} of the play leads to no case")
    return states
