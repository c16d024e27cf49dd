"""Laws about texts that are no turns."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine import MalformedTextError, Rules, read_answer, resolve_text
from turncheck.properties.law import MALFORMED, UnreadableError, text_law
from turncheck.strategies import malformed_turns


def _malformed_texts(rules: Rules) -> st.SearchStrategy[str]:
    return malformed_turns(rules=rules)


@text_law("M1-M11", MALFORMED, cases=_malformed_texts)
def malformed_turn_gets_no_state(text: str, answer: str) -> None:
    """A text that is not a turn is rejected, for whatever reason."""
    try:
        rejection = read_answer(answer)
    except MalformedTextError as error:
        raise UnreadableError(str(error)) from error
    assert isinstance(rejection, str)


@text_law("M1-M11", MALFORMED, cases=_malformed_texts)
def malformed_turn_gets_its_reason(text: str, answer: str, rules: Rules) -> None:
    """A text that is not a turn is rejected for the first thing that is wrong with it."""
    assert answer == resolve_text(text, rules)


LAWS = (malformed_turn_gets_no_state, malformed_turn_gets_its_reason)
