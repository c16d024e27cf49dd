"""The plainest law: the answer is the reference's."""

from __future__ import annotations

from turncheck.engine.duel import Rules, resolve_text
from turncheck.properties.checking.law import KNOWN_ANSWER
from turncheck.properties.laws.duel.cases import any_or_finished_turn
from turncheck.properties.laws.duel.written import text_law


@text_law("all", KNOWN_ANSWER, cases=any_or_finished_turn)
def answer_agrees_with_the_reference(text: str, answer: str, rules: Rules) -> None:
    """Every turn is answered as the reference answers it."""
    assert answer == resolve_text(text, rules)


LAWS = (answer_agrees_with_the_reference,)
