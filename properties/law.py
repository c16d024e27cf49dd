"""A law is a value: a sentence about answers that is true of the reference, exactly.

It says for which cases it holds, what it asks of the subject, and what it asserts of the answers. The pytest suite and
whatever else checks models uses the same value. Written as a decorated function it reads like its sentence:

    @unit_law("E1", DIRECTION, cases=turns_with_a_poisoned_unit, who=is_poisoned_and_not_healed)
    def poison_never_lets_hp_rise(before, after):
        \"\"\"A poisoned unit that neither heals nor regenerates never ends its turn with more hp.\"\"\"
        assert after.hp <= before.hp
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import attrs

from turncheck.engine import (
    STANDARD,
    UNIT_NAMES,
    Battle,
    MalformedTextError,
    Rules,
    Turn,
    UnitName,
    read_answer,
    write,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Kind = Literal["known answer", "invariance", "direction", "malformed", "stability"]

KNOWN_ANSWER: Kind = "known answer"
INVARIANCE: Kind = "invariance"
DIRECTION: Kind = "direction"
MALFORMED: Kind = "malformed"
STABILITY: Kind = "stability"

Case = Turn | str
"""What a law is about: a turn, or a text that is none."""

Manner = Literal["alone", "in a batch"]


class UnreadableError(AssertionError):
    """An answer that is no state breaks every law that applies and reads it."""


@attrs.frozen
class Law:
    """One property.

    Attributes:
        id: its name, which is the sentence.
        rule: the id of the rule that it follows from.
        kind: which kind of law it is.
        sentence: the law in full.
        cases: a strategy of cases, by the rules in force. Every case that it draws applies under the standard rules.
        applies: whether the law says anything about a case.
        prompts: the texts that the subject is asked for a case.
        holds: asserts the law of a case and the answers to its prompts.
        again: for stability: how the same prompts are asked a second time; those answers follow the first ones.
        share: which part of a run's cases it is checked on, since asking again is expensive.
    """

    id: str
    rule: str
    kind: Kind
    sentence: str
    cases: Callable[[Rules], SearchStrategy[Any]] = attrs.field(repr=False)
    applies: Callable[[Any, Rules], bool] = attrs.field(repr=False)
    prompts: Callable[[Any, Rules], tuple[str, ...]] = attrs.field(repr=False)
    holds: Callable[[Any, Sequence[str], Rules], None] = attrs.field(repr=False)
    again: Manner | None = None
    share: float = 1.0

    def asks(self, case: Case, rules: Rules = STANDARD) -> tuple[str, ...]:
        """The prompts of a case: its own text, and that of another turn made from it where the law compares two."""
        return self.prompts(case, rules)

    def check(self, case: Case, answers: Sequence[str], rules: Rules = STANDARD) -> None:
        """Asserts the law.

        Raises:
            AssertionError: the answers break it.
        """
        self.holds(case, answers, rules)


def always(case: Case, rules: Rules) -> bool:
    """For a law that applies to every turn, or every malformed text."""
    return True


@lru_cache(maxsize=4096)  # the laws of a turn read the same answers
def state(answer: str) -> Battle:
    """The battle that an answer writes, read leniently.

    Raises:
        UnreadableError: it rejects, or is no answer.
    """
    try:
        battle = read_answer(answer)
    except MalformedTextError as error:
        raise UnreadableError(str(error)) from error
    if not isinstance(battle, Battle):
        raise UnreadableError(f"the answer rejects: {battle}")
    return battle


Decorated = Callable[..., None]
TurnCases = Callable[[Rules], "SearchStrategy[Turn]"]


def law(
    rule: str,
    kind: Kind,
    *,
    cases: TurnCases,
    applies: Callable[[Turn, Rules], bool] = always,
    also: Callable[[Turn, Rules], Turn] | None = None,
) -> Callable[[Decorated], Law]:
    """A law about turns. The function gets the turn and the battle after it; with `also`, which makes a second turn of
    the first, the battle after that one too; and the rules in force where it has a parameter `rules`.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def prompts(turn: Turn, rules: Rules) -> tuple[str, ...]:
            return (write(turn), write(also(turn, rules))) if also else (write(turn),)

        def holds(turn: Turn, answers: Sequence[str], rules: Rules) -> None:
            call(turn, *map(state, answers), rules=rules)

        return _made(function, rule, kind, cases=cases, applies=applies, prompts=prompts, holds=holds)

    return decorate


def unit_law(
    rule: str, kind: Kind, *, cases: TurnCases, who: Callable[[Turn, UnitName, Rules], bool]
) -> Callable[[Decorated], Law]:
    """A law about each unit of a turn that `who` picks. The function gets that unit before and after the turn, and of
    `turn`, `name` and `rules` those for which it has a parameter.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def applies(turn: Turn, rules: Rules) -> bool:
            return any(who(turn, name, rules) for name in UNIT_NAMES)

        def holds(turn: Turn, answers: Sequence[str], rules: Rules) -> None:
            after = state(answers[0])
            for name in UNIT_NAMES:
                if who(turn, name, rules):
                    units = turn.battle.unit(name), after.unit(name)
                    call(*units, turn=turn, name=name, rules=rules)

        def prompts(turn: Turn, rules: Rules) -> tuple[str, ...]:
            return (write(turn),)

        return _made(function, rule, kind, cases=cases, applies=applies, prompts=prompts, holds=holds)

    return decorate


def text_law(
    rule: str,
    kind: Kind,
    *,
    cases: Callable[[Rules], SearchStrategy[Any]],
    again: Manner | None = None,
    share: float = 1.0,
) -> Callable[[Decorated], Law]:
    """A law about texts. The function gets the text and the answer as it was written, and the second one if `again`."""

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def prompts(case: Case, rules: Rules) -> tuple[str, ...]:
            return (case if isinstance(case, str) else write(case),)

        def holds(case: Case, answers: Sequence[str], rules: Rules) -> None:
            call(*prompts(case, rules), *answers, rules=rules)

        parts = {"cases": cases, "applies": always, "prompts": prompts, "holds": holds}
        return _made(function, rule, kind, **parts, again=again, share=share)

    return decorate


def _made(function: Decorated, rule: str, kind: Kind, **parts: Any) -> Law:
    return Law(function.__name__, rule, kind, inspect.getdoc(function) or "", **parts)


def _caller(function: Decorated) -> Callable[..., None]:
    """The function, which of the keywords offered takes those for which it has a parameter."""
    wanted = frozenset(inspect.signature(function).parameters)

    def call(*arguments: object, **offered: object) -> None:
        function(*arguments, **{name: value for name, value in offered.items() if name in wanted})

    return call
