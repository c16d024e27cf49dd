"""Laws about asking again: an engine has one answer to a prompt."""

from __future__ import annotations

from turncheck.properties.checking.law import STABILITY
from turncheck.properties.laws.duel.cases import any_turn
from turncheck.properties.laws.duel.written import text_law

SHARE = 0.1
"""Share of a run's cases. Asking again decodes the answer token by token; other answers are verified in one pass."""


@text_law("all", STABILITY, cases=any_turn, again="alone", share=SHARE)
def same_answer_asked_again_alone(text: str, answer: str, again: str) -> None:
    """A prompt that is asked a second time, alone, is answered as it was the first time."""
    assert again == answer


@text_law("all", STABILITY, cases=any_turn, again="in a batch", share=SHARE)
def same_answer_asked_again_in_a_batch(text: str, answer: str, again: str) -> None:
    """A prompt that is asked a second time, among others, is answered as it was the first time."""
    assert again == answer


LAWS = (same_answer_asked_again_alone, same_answer_asked_again_in_a_batch)
