"""A report of two models to show: one that fails in every way, one whose name and answers are hostile."""

import pytest

from turncheck.engine import Turn, resolve_text, write
from turncheck.reports.modes import diverge
from turncheck.reports.records import Failure, LawResult, ModelResult, Report, Witness

TURN = write(Turn())
ANSWER = resolve_text(TURN)
HOSTILE = "| `x` | \x1b[31mred\n| --- |\r<b>*_[l](u)_*</b> \\| \u202e~s~ $m$ &amp; \ud800\u00a0"


def failed(mode, count, turn, got):
    divergence = diverge(turn, resolve_text(turn), got)
    assert divergence.mode == mode
    return Failure(mode, count, Witness.of(divergence))


@pytest.fixture(scope="session")
def report():
    laws = (
        LawResult("poison_never_lets_hp_rise", "E1", "direction", "PASS", 300),
        LawResult(
            "the_answer_is_the_references",
            "T2",
            "known answer",
            "FAIL",
            200,
            (
                failed("wrong_value", 12, TURN, ANSWER.replace("hero hp 01", "hero hp 02")),
                failed("false_rejection", 3, TURN, "reject bad_spacing\n"),
                failed("malformed_answer", 1, TURN, ANSWER[:-1]),
            ),
        ),
        LawResult(
            "a_malformed_turn_is_rejected",
            "M6",
            "malformed",
            "FAIL",
            50,
            (
                failed("silent_acceptance", 2, TURN.replace("turn 01", "turn 1"), ANSWER),
                failed("wrong_reason", 1, TURN.replace("foe wait", "foe hop"), "reject truncated\n"),
            ),
        ),
        LawResult("an_order_of_a_stunned_unit_does_nothing", "O2", "invariance", "INCONCLUSIVE", 4),
        LawResult("a_fallen_unit_is_blank", "T4", "direction", "NOT_APPLICABLE", 0),
    )
    hostile = LawResult(
        "the_answer_is_the_references",
        "T2",
        "known answer",
        "FAIL",
        9,
        (
            failed("malformed_answer", 5, TURN, HOSTILE),
            failed("false_rejection", 2, TURN, f"reject {HOSTILE[:16]}\n"),
            failed("silent_acceptance", 1, TURN.replace("do foe wait", HOSTILE), ANSWER),
            failed("wrong_reason", 1, TURN.replace("wait\n", f"{'|' * 90}\n", 1), "reject |\\|\n"),
        ),
    )
    return Report(
        7,
        (
            ModelResult("duel-small", "native", 932_976, "0123456789abcdef" * 4, laws),
            ModelResult(HOSTILE, "py", None, None, (hostile,)),
        ),
    )
