"""Reports to show: one of the largest size, and one of a domain that is laid out as text."""

import attrs
import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.properties.session.outcome import form_of
from turncheck.reports.modes import MODES
from turncheck.reports.records import Failure, Form, LawResult, ModelResult, Report, Step, Witness

TURN = write(Turn())
ANSWER = resolve_text(TURN)
LONG = "<script>hacked = true</script>" + "&\u202e\x1b[31m" * 25_000


def large(laws=97, models=1):
    """A report in which every law is broken in several ways, by answers of 100,000 characters and plays of 35 turns."""
    track = (Step("do hero guard\ndo foe wait\n", ANSWER, LONG),) * 35
    witness = Witness(LONG, TURN, ANSWER, LONG, LONG, 2, 35, LONG, track, expert=LONG)
    labels = map(DOMAIN.answer.label, DOMAIN.answer.names)
    fields = {f"{name} {change}": 3 for name in labels for change in ("changed", "unchanged")}
    strata = {f"hero {one}, foe {other}": 3 for one in DOMAIN.words for other in DOMAIN.words[:5]}
    failures = tuple(
        Failure(mode.mode, 9 - place, witness, said=LONG, fields=fields, strata=strata)
        for place, mode in enumerate(MODES[:4])
    )
    broken = tuple(
        LawResult(f"law_{number}", "E1, T2", "direction", "FAIL", 200, failures, sentence=LONG[:300], again=LONG[:300])
        for number in range(laws)
    )
    forms = {"noun": "turn", "prompt": form_of(DOMAIN.prompt), "answer": form_of(DOMAIN.answer)}
    model = ModelResult("large", "py", None, None, broken, "duel/1", **forms)
    return Report(0, 200, 10, tuple(attrs.evolve(model, name=f"large {number}") for number in range(models)))


BOARD = Form("to_move {player}\nrow {a1} {b1}\nrow {a2} {b2}\n", "to_move x\nrow . .\nrow . .\n")


@pytest.fixture(scope="session")
def board():
    """A report of one model and one failure: a game on a board of 2 by 2."""
    before, after, given = (f"to_move {who}\nrow {a1} {b1}\nrow . o\n" for who, a1, b1 in ("x..", "ox.", "o.x"))
    witness = Witness(before, before, after, given, short="o at b2")
    failure = Failure(
        "wrong_value", 2, witness, said="a1 . for x", fields={"a1 changed": 2, "b1 unchanged": 2}, strata={"to a1": 2}
    )
    law = LawResult("moves_are_made", "", "known answer", "FAIL", 20, (failure,), sentence="A move is made.")
    model = ModelResult("player", "py", None, None, (law,), "game/1", noun="turn", prompt=BOARD, answer=BOARD)
    return Report(0, 20, 10, (model,))
