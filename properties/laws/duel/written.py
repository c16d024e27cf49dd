"""Laws of the duel, written as functions that read like their sentences.

    @unit_law("E1", DIRECTION, cases=turns_with_a_poisoned_unit, who=is_poisoned_and_not_healed)
    def poison_never_lets_hp_rise(before, after):
        \"\"\"A poisoned unit that neither heals nor regenerates never ends its turn with more hp.\"\"\"
        assert after.hp <= before.hp

Cases, conditions and functions get the rules in force, which are the domain's `variant`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from turncheck.engine.domain import Domain
from turncheck.engine.duel import UNIT_NAMES, Battle, MalformedTextError, Rules, Turn, UnitName, read_answer, write
from turncheck.engine.play import Play
from turncheck.properties.checking.law import (
    MALFORMED,
    ROLLOUT,
    Form,
    Law,
    LawKind,
    Manner,
    UnreadableError,
    always,
    at_once,
    lenient_answer,
    own_next,
    reference_turns,
    states_said,
    text_of,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Decorated = Callable[..., None]
TurnCases = Callable[[Rules], "SearchStrategy[Turn]"]


def law(
    rule: str,
    kind: LawKind,
    *,
    cases: TurnCases,
    applies: Callable[[Turn, Rules], bool] | None = None,
    also: Callable[[Turn, Rules], Turn] | None = None,
) -> Callable[[Decorated], Law]:
    """Make a law about turns of a function.

    The function gets the turn and the battle after it. With `also`, which makes a second turn of the first, it gets the
    battle after the second turn too. If it has a parameter `rules`, it gets the rules in force.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def prompts(turn: Turn, domain: Domain) -> tuple[str, ...]:
            return (write(turn), write(also(turn, domain.variant))) if also else (write(turn),)

        def holds(turn: Turn, answers: Sequence[str], domain: Domain) -> None:
            call(turn, *(lenient_answer(domain, answer) for answer in answers), rules=domain.variant)

        parts = {"cases": _by_rules(cases), "applies": _where(applies), "prompts": at_once(prompts), "holds": holds}
        return _made(function, rule, kind, **parts, asks_more=also is not None)

    return decorate


def unit_law(
    rule: str, kind: LawKind, *, cases: TurnCases, who: Callable[[Turn, UnitName, Rules], bool]
) -> Callable[[Decorated], Law]:
    """Make a law about each unit of a turn that `who` picks, of a function.

    The function gets the unit before and after the turn, and those of `turn`, `name` and `rules` for which it has a
    parameter.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def applies(turn: Turn, domain: Domain) -> bool:
            return any(who(turn, name, domain.variant) for name in UNIT_NAMES)

        def holds(turn: Turn, answers: Sequence[str], domain: Domain) -> None:
            after, rules = lenient_answer(domain, answers[0]), domain.variant
            for name in UNIT_NAMES:
                if who(turn, name, rules):
                    units = turn.battle.unit(name), after.unit(name)
                    call(*units, turn=turn, name=name, rules=rules)

        def prompts(turn: Turn, domain: Domain) -> tuple[str, ...]:
            return (write(turn),)

        parts = {"cases": _by_rules(cases), "applies": applies, "prompts": at_once(prompts), "holds": holds}
        return _made(function, rule, kind, **parts)

    return decorate


def text_law(
    rule: str,
    kind: LawKind,
    *,
    cases: Callable[[Rules], SearchStrategy[Any]],
    applies: Callable[[Any, Rules], bool] | None = None,
    also: Callable[[str, Rules], str] | None = None,
    each: Callable[[Any, Rules], tuple[str, ...]] | None = None,
    again: Manner | None = None,
    share: float = 1.0,
) -> Callable[[Decorated], Law]:
    """Make a law about texts of a function: malformed texts if that is its kind, else the texts of turns.

    The function gets the text and the text of the answer. With `also`, which makes a second text of the first, or with
    `again`, it gets the second answer too. If it has a parameter `rules`, it gets the rules in force. With `each`,
    which makes several texts of a turn, the law is about each of them.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def prompts(case: Any, domain: Domain) -> tuple[str, ...]:
            text = text_of(case, domain)
            if each:
                return each(case, domain.variant)
            return (text, also(text, domain.variant)) if also else (text,)

        def holds(case: Any, answers: Sequence[str], domain: Domain) -> None:
            rules = domain.variant
            if each is None:
                call(text_of(case, domain), *answers, rules=rules)
                return
            for text, answer in zip(each(case, rules), answers, strict=True):
                call(text, answer, rules=rules)

        form: Form = "text" if kind == MALFORMED and each is None else "case"
        parts = {"cases": _by_rules(cases), "applies": _where(applies), "prompts": at_once(prompts), "holds": holds}
        more = also is not None or each is not None
        return _made(function, rule, kind, **parts, form=form, again=again, share=share, asks_more=more)

    return decorate


def play_law(
    rule: str,
    *,
    cases: Callable[[Rules], SearchStrategy[Play]],
    applies: Callable[[Play, Rules], bool] | None = None,
    fed: Literal["its own answers", "the reference's"] = "its own answers",
) -> Callable[[Decorated], Law]:
    """Make a law about a play of several turns, of a function.

    The function gets the play and the battle after each of its turns, and the rules in force if it has a parameter
    `rules`. By default, each turn is made of the subject's last answer and the next orders. If an answer leads to no
    valid turn, the play breaks the law. With `fed="the reference's"`, all turns are those of the reference's play.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def holds(play: Play, answers: Sequence[str], domain: Domain) -> None:
            call(play, states_said(play, domain, answers), rules=domain.variant)

        prompts = own_next if fed == "its own answers" else at_once(reference_turns)
        parts = {"cases": _by_rules(cases), "applies": _where(applies), "prompts": prompts, "holds": holds}
        return _made(function, rule, ROLLOUT, **parts, form="play")

    return decorate


@lru_cache(maxsize=4096)  # the laws of a turn read the same answers
def reading(answer: str) -> Battle | str:
    """Read an answer leniently: return the battle, or the reason of a rejection.

    Raises:
        UnreadableError: the answer is neither.
    """
    try:
        return read_answer(answer)
    except MalformedTextError as error:
        raise UnreadableError(str(error)) from error


@lru_cache(maxsize=1024)  # laws with the same strategy share what is drawn
def _by_rules(cases: Callable[[Rules], Any]) -> Callable[[Domain], Any]:
    return lambda domain: cases(domain.variant)


def _where(applies: Callable[[Any, Rules], bool] | None) -> Callable[[Any, Domain], bool]:
    return always if applies is None else lambda case, domain: applies(case, domain.variant)


def _made(function: Decorated, rule: str, kind: LawKind, **parts: Any) -> Law:
    return Law(function.__name__, rule, kind, inspect.getdoc(function) or "", **parts)


def _caller(function: Decorated) -> Callable[..., None]:
    """Wrap the function so that it gets only those keywords for which it has a parameter."""
    wanted = frozenset(inspect.signature(function).parameters)

    def call(*arguments: object, **offered: object) -> None:
        function(*arguments, **{name: value for name, value in offered.items() if name in wanted})

    return call
