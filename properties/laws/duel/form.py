"""Laws about the form of an answer: a valid turn is answered with a state within the rules' ranges."""

from __future__ import annotations

from turncheck.engine.duel import UNIT_NAMES, Battle, Rules, Turn
from turncheck.engine.duel.tables import BLANK
from turncheck.properties.checking.law import KNOWN_ANSWER
from turncheck.properties.laws.duel.cases import any_or_finished_turn
from turncheck.properties.laws.duel.written import law, reading, text_law


@text_law("all", KNOWN_ANSWER, cases=any_or_finished_turn)
def valid_turn_is_never_rejected(text: str, answer: str) -> None:
    """A valid turn is not rejected."""
    assert not answer.startswith("reject")


@text_law("all", KNOWN_ANSWER, cases=any_or_finished_turn)
def answer_can_be_read(text: str, answer: str) -> None:
    """The answer to a valid turn follows the grammar: three lines, or one that rejects."""
    assert reading(answer)


def _out_of_range(battle: Battle, rules: Rules) -> list[str]:
    fields = [
        f"{name} {field.name}"
        for name in UNIT_NAMES
        for field in rules.fields
        if not field.low <= getattr(battle.unit(name), field.name) <= field.high
    ]
    return fields if rules.turn.low <= battle.turn <= rules.turn.high else ["turn", *fields]


@law("T5, A3, A5", KNOWN_ANSWER, cases=any_or_finished_turn)
def numbers_stay_in_their_ranges(turn: Turn, after: Battle, rules: Rules) -> None:
    """No turn takes a number out of its field's range: a value never exceeds its cap."""
    assert _out_of_range(after, rules) == []


@law("V1, T4", KNOWN_ANSWER, cases=any_or_finished_turn)
def fallen_unit_is_blank_in_every_answer(turn: Turn, after: Battle) -> None:
    """No answer leaves a fallen unit a shield, a status or a cooldown slot above 0."""
    fallen = [unit for unit in (after.hero, after.foe) if unit.fallen]
    assert [field for unit in fallen for field in BLANK if getattr(unit, field)] == []


LAWS = (
    valid_turn_is_never_rejected,
    answer_can_be_read,
    numbers_stay_in_their_ranges,
    fallen_unit_is_blank_in_every_answer,
)
