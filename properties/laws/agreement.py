"""The plainest law: the answer is the reference's."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine import Rules, Turn, resolve_text
from turncheck.properties.law import KNOWN_ANSWER, text_law
from turncheck.strategies import turns


def _every_turn(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(fallen=True, rules=rules)


@text_law("all", KNOWN_ANSWER, cases=_every_turn)
def answer_agrees_with_the_reference(text: str, answer: str, rules: Rules) -> None:
    """Every turn is answered as the reference answers it."""
    assert answer == resolve_text(text, rules)


LAWS = (answer_agrees_with_the_reference,)
