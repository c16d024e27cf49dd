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

from turncheck.engine.duel import (
    REASONS,
    RULE_IDS,
    STANDARD,
    UNIT_NAMES,
    Battle,
    MalformedTextError,
    Play,
    Rules,
    Turn,
    UnitName,
    read,
    read_answer,
    read_play,
    write,
    write_play,
)
from turncheck.engine.duel.text import write_orders

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Kind = Literal["known answer", "invariance", "direction", "malformed", "rollout", "stability"]

KNOWN_ANSWER: Kind = "known answer"
INVARIANCE: Kind = "invariance"
DIRECTION: Kind = "direction"
MALFORMED: Kind = "malformed"
ROLLOUT: Kind = "rollout"
STABILITY: Kind = "stability"

Case = Turn | Play | str
"""What a law is about: a turn, a play of several, or a text."""

Manner = Literal["alone", "in a batch"]

ALL_RULES = ("V1", *RULE_IDS, *(rule for rule, _ in REASONS.values()))
"""Every id of the published rules, in their order."""


class UnreadableError(AssertionError):
    """An answer that is no state breaks every law that applies and reads it."""


@attrs.frozen
class Law:
    """One property.

    Attributes:
        id: its name, which is the sentence.
        rule: the rules that it follows from, as tables show them: `E1`, `A5, S2`, `M1-M11`, or `all`.
        kind: which kind of law it is.
        sentence: the law in full.
        cases: a strategy of cases, by the rules in force. Every case that it draws applies under the standard rules.
        applies: whether the law says anything about a case.
        prompts: the texts that the subject is asked next, by the case, the rules and the answers given so far.
        holds: asserts the law of a case and the answers to its prompts.
        reads: the case that a text is, by the rules; raises ValueError where it is none.
        again: for stability: how the same prompts are asked a second time; those answers follow the first ones.
        share: which part of a run's cases it is checked on, since asking again is expensive.
        asks_more: of a law about turns, whether it asks for more than the answer to the turn itself.
    """

    id: str
    rule: str
    kind: Kind
    sentence: str
    cases: Callable[[Rules], SearchStrategy[Any]] = attrs.field(repr=False)
    applies: Callable[[Any, Rules], bool] = attrs.field(repr=False)
    prompts: Callable[[Any, Rules, Sequence[str]], tuple[str, ...]] = attrs.field(repr=False)
    holds: Callable[[Any, Sequence[str], Rules], None] = attrs.field(repr=False)
    reads: Callable[[str, Rules], Any] = attrs.field(default=read, repr=False)
    again: Manner | None = None
    share: float = 1.0
    asks_more: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that it follows from, each by itself."""
        return tuple(rule for rule in ALL_RULES if _names(self.rule, rule))

    def asks(self, case: Case, rules: Rules = STANDARD, answers: Sequence[str] = ()) -> tuple[str, ...]:
        """The prompts that the law needs next: none where the answers so far are all that it needs.

        Most laws need their prompts at once: the case's own text, and that of another turn made from it where the law
        compares two. A law about a subject that is fed its own answers needs one prompt after the other.
        """
        return self.prompts(case, rules, answers)

    def check(self, case: Case, answers: Sequence[str], rules: Rules = STANDARD) -> None:
        """Asserts the law.

        Raises:
            AssertionError: the answers break it.
        """
        self.holds(case, answers, rules)


def _names(rules: str, rule: str) -> bool:
    """Whether that rule is among those: `all`, or ids and ranges of them between commas."""
    return rules == "all" or any(_spans(part, rule) for part in rules.split(", "))


def _spans(part: str, rule: str) -> bool:
    first, _, last = part.partition("-")
    (letter, low), (other, number) = _parted(first), _parted(rule)
    return letter == other and low <= number <= _parted(last or first)[1]


def _parted(rule: str) -> tuple[str, int]:
    return rule[0], int(rule[1:])


def text_of(case: Case) -> str:
    """The text of a case: of a turn five lines, of a play three and two for each turn, of a text itself."""
    if isinstance(case, str):
        return case
    return write(case) if isinstance(case, Turn) else write_play(case)


def always(case: Case, rules: Rules) -> bool:
    """For a law that applies to every turn, or every malformed text."""
    return True


@lru_cache(maxsize=4096)  # the laws of a turn read the same answers
def reading(answer: str) -> Battle | str:
    """What an answer says, read leniently: a battle, or the reason for which it rejects.

    Raises:
        UnreadableError: it is neither.
    """
    try:
        return read_answer(answer)
    except MalformedTextError as error:
        raise UnreadableError(str(error)) from error


def state(answer: str) -> Battle:
    """The battle that an answer writes, read leniently.

    Raises:
        UnreadableError: it rejects, or is no answer.
    """
    battle = reading(answer)
    if not isinstance(battle, Battle):
        raise UnreadableError(f"the answer rejects: {battle}")
    return battle


# --- laws written as functions ---------------------------------------------------------------------------------------

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

        parts = {"cases": cases, "applies": applies, "prompts": _at_once(prompts), "holds": holds}
        return _made(function, rule, kind, **parts, asks_more=also is not None)

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

        return _made(function, rule, kind, cases=cases, applies=applies, prompts=_at_once(prompts), holds=holds)

    return decorate


def text_law(
    rule: str,
    kind: Kind,
    *,
    cases: Callable[[Rules], SearchStrategy[Any]],
    applies: Callable[[Any, Rules], bool] = always,
    also: Callable[[str, Rules], str] | None = None,
    each: Callable[[Any, Rules], tuple[str, ...]] | None = None,
    again: Manner | None = None,
    share: float = 1.0,
) -> Callable[[Decorated], Law]:
    """A law about texts: malformed ones where that is its kind, else those of turns. The function gets the text and the
    answer as it was written; with `also`, which makes a second text of the first, or with `again`, the second answer
    too; and the rules in force where it has a parameter `rules`. With `each`, which makes many texts of a turn, it is
    about each of those.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def prompts(case: Case, rules: Rules) -> tuple[str, ...]:
            text = text_of(case)
            if each:
                return each(case, rules)
            return (text, also(text, rules)) if also else (text,)

        def holds(case: Case, answers: Sequence[str], rules: Rules) -> None:
            if each is None:
                call(text_of(case), *answers, rules=rules)
                return
            for text, answer in zip(each(case, rules), answers, strict=True):
                call(text, answer, rules=rules)

        reads = _malformed if kind == MALFORMED and each is None else read
        parts = {"cases": cases, "applies": applies, "prompts": _at_once(prompts), "holds": holds, "reads": reads}
        more = also is not None or each is not None
        return _made(function, rule, kind, **parts, again=again, share=share, asks_more=more)

    return decorate


def _malformed(text: str, rules: Rules) -> str:
    """The text, which must be no turn: the one that is turned away here is a turn."""
    try:
        read(text, rules)
    except MalformedTextError:
        return text
    raise ValueError("a valid turn, where a malformed one is wanted")


def play_law(
    rule: str, *, cases: Callable[[Rules], SearchStrategy[Play]], applies: Callable[[Play, Rules], bool] = always,
    fed: Literal["its own answers", "the reference's"] = "its own answers",
) -> Callable[[Decorated], Law]:  # fmt: skip
    """A law about a play of several turns. The function gets the play and the battle after each of its turns, and the
    rules in force where it has a parameter `rules`.

    The subject is asked one turn after the other, each made of its own last answer and the next orders, until an
    answer leads to no valid turn: such a play breaks the law. Or all turns are those of the reference's own play.
    """

    def decorate(function: Decorated) -> Law:
        call = _caller(function)

        def holds(play: Play, answers: Sequence[str], rules: Rules) -> None:
            battles = [state(answer) for answer in answers]
            if len(battles) < len(play.orders):
                raise UnreadableError(f"answer {len(battles)} of the play leads to no turn")
            call(play, battles, rules=rules)

        prompts = _own_next if fed == "its own answers" else _at_once(_reference_turns)
        parts = {"cases": cases, "applies": applies, "prompts": prompts, "holds": holds, "reads": read_play}
        return _made(function, rule, ROLLOUT, **parts)

    return decorate


def _own_next(play: Play, rules: Rules, answers: Sequence[str]) -> tuple[str, ...]:
    if len(answers) == len(play.orders):
        return ()
    prompt = (answers[-1] if answers else write(play.battle)) + write_orders(play.orders[len(answers)])
    return (prompt,) if _is_turn(prompt, rules) else ()


def _reference_turns(play: Play, rules: Rules) -> tuple[str, ...]:
    return tuple(write(turn) for turn in play.turns(rules))


def _is_turn(text: str, rules: Rules) -> bool:
    try:
        read(text, rules)
    except MalformedTextError:
        return False
    return True


def _at_once(
    prompts: Callable[[Any, Rules], tuple[str, ...]],
) -> Callable[[Any, Rules, Sequence[str]], tuple[str, ...]]:
    """Prompts that all stand before the first answer."""
    return lambda case, rules, answers: () if answers else prompts(case, rules)


def _made(function: Decorated, rule: str, kind: Kind, **parts: Any) -> Law:
    return Law(function.__name__, rule, kind, inspect.getdoc(function) or "", **parts)


def _caller(function: Decorated) -> Callable[..., None]:
    """The function, which of the keywords offered takes those for which it has a parameter."""
    wanted = frozenset(inspect.signature(function).parameters)

    def call(*arguments: object, **offered: object) -> None:
        function(*arguments, **{name: value for name, value in offered.items() if name in wanted})

    return call
