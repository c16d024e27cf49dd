"""A report of two models: one fails in every way, and the other has a hostile name and hostile answers."""

import attrs
import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Battle, Order, Turn, Unit, resolve_text, write
from turncheck.engine.play import Play
from turncheck.properties.session.outcome import form_of
from turncheck.reports.as_if import AsIf, Explanation
from turncheck.reports.cases import describe
from turncheck.reports.modes import diverge
from turncheck.reports.records import Drawn, Failure, LawResult, ModelResult, Replay, Report, Step, Witness
from turncheck.reports.sweeps import Row, Smallest, SweepResult

TURN = write(Turn())
ANSWER = resolve_text(TURN)
HURT = write(Turn(Battle(hero=Unit(5, 9, poison=1))))
PLAY = Play(Battle(hero=Unit(5, 9)), ((Order("hero", "guard"), Order("foe", "wait")),) * 3)
THIRD = write(list(DOMAIN.turns(PLAY))[2])
AFTER = [DOMAIN.write_answer(DOMAIN.outcome(turn)) for turn in DOMAIN.turns(PLAY)]
TRACK = (
    Step("do hero guard\ndo foe wait\n", AFTER[0], AFTER[0]),
    Step("do hero guard\ndo foe wait\n", AFTER[1], AFTER[1].replace("burn 0", "burn 4", 1)),
    Step("do hero guard\ndo foe wait\n", AFTER[2], ""),
)
ORDER = tuple(DOMAIN.rules)
HOSTILE = "| `x` | \x1b[31mred\n| --- |\r<b>*_[l](u)_*</b> \\| \u202e~s~ $m$ &amp; \ud800\u00a0"


AS_IF = {
    "wrong_value": AsIf(tried=855),
    "silent_acceptance": AsIf((Explanation("input", 1, HOSTILE),), 700),
    "stale_copy": AsIf(
        (Explanation("rule", 1, "E5 did not exist"), Explanation("input", 1, "hero poison were 2")), 855
    ),
    "boundary_confusion": AsIf((Explanation("input", 2, "hero hp were 9 and hero poison were 0", 3),), 203_000),
}
"""What would make the answers right, by their modes."""


def failed(mode, count, turn, got, *, kind="", first=None, fault="", **figures):
    """A failure by the answer to one turn, which is what `diverge` names it."""
    found = diverge(DOMAIN, turn, resolve_text(turn), got, first=first, fault=fault)
    assert found.mode == mode
    witness = Witness(
        turn,
        found.prompt,
        found.expected,
        found.got,
        found.fault,
        short=describe(DOMAIN, turn, kind),
        as_if=AS_IF.get(mode),
    )
    return Failure(mode, count, witness, said=found.said, **figures)


def replayed(mode, outcome, case, kind=""):
    return Replay(mode, outcome, case, describe(DOMAIN, case, kind))


SWEEP = SweepResult(
    sampler="play",
    seed=7,
    stream="numpy-1",
    training_seeds=(1_000_000, 1_999_999),
    turns=20_000,
    done=20_000,
    diverged=280,
    low=0.01242,
    high=0.01573,
    unreadable=1,
    more=200,
    damaged=20,
    played=500,
    again=5000,
    laws=(
        Row("the_answer_is_the_references", "all", 20_000, 280, 0.01242, 0.01573),
        Row("poison_never_lets_hp_rise", "E1", 2_000, 0, 0.0, 0.0015),
        Row("a_play_is_played_on", "all", 200, 0, 0.0, 0.01487),
        Row("nobody_flies", "A2", 0, 0, 0.0, 1.0),
    ),
    modes=(Row("any", "", 20_000, 280, 0.01242, 0.01573), Row("wrong_value", "", 20_000, 280, 0.01242, 0.01573)),
    fields=(
        Row("hero hp changed", "", 12_000, 30, 0.00169, 0.00357),
        Row("turn unchanged", "", 0, 0, 0.0, 1.0),
        Row("foe hp unchanged", "", 8_000, 40, 0.00357, 0.0068),
    ),
    strata=(Row("hero heal, foe attack", "", 53, 7, 0.05479, 0.25337), Row("hero wait, foe wait", "", 9, 0, 0.0, 0.3)),
    silent={"a_fallen_unit_is_blank": "not true of \x1b these rules"},
    smallest=(Smallest("the_answer_is_the_references", "wrong_value", HURT, describe(DOMAIN, HURT)),),
    gate=0.015,
    verdict="INCONCLUSIVE",
    noun="turn",
    fields_title="number of the state",
    strata_title="orders",
    sentences={"the_answer_is_the_references": "The answer is the reference's."},
)


@pytest.fixture(scope="session")
def report():
    wrong = failed(
        "wrong_value",
        12,
        TURN,
        ANSWER.replace("hero hp 01", "hero hp 03"),
        off_by_one=3,
        fields={"hero hp changed": 7, "hero hp unchanged": 4, "foe shield unchanged": 1},
        strata={"hero heal, foe attack": 9, "hero wait, foe wait": 3},
        at=(3, 4, 5),
        simplest=(Drawn(4, TURN, describe(DOMAIN, TURN)),),
    )
    stale = failed("stale_copy", 2, HURT, resolve_text(HURT).replace("poison 0", "poison 1", 1), known=True)
    play = DOMAIN.write_play(PLAY)
    played = attrs.evolve(
        stale.witness, case=play, turn=THIRD, step=3, steps=3, short=describe(DOMAIN, play, "rollout"), track=TRACK
    )
    laws = (
        LawResult("poison_never_lets_hp_rise", "E1", "direction", "PASS", 300, at_work={"E1": 300}),
        LawResult(
            "the_answer_is_the_references",
            "T2",
            "known answer",
            "FAIL",
            200,
            (
                wrong,
                failed("no_answer", 5, TURN, "", fault="ValueError: no weights"),
                failed("false_rejection", 3, TURN, "reject bad_spacing\n"),
                failed("boundary_confusion", 3, HURT, resolve_text(HURT).replace("04/09", "09/09"), ambiguous=2),
                stale,
                failed("token_drift", 1, TURN, ANSWER[:-1]),
                failed("label_collapse", 0, TURN, ANSWER.replace("burn", "poison", 1)),
            ),
            at_work={"T2": 4, "O1": 0},
            sentence="The answer is the reference's.",
            again="pytest -k the_answer_is_the_references",
            kept=".turncheck/witnesses/duel-small/the_answer_is_the_references.wrong_value.txt",
            replayed=(
                replayed("label_collapse", "STILL FAILS", TURN),
                replayed("no_answer", "FAILS AGAIN", HURT),
                replayed("wrong_reason", "HOLDS", TURN),
            ),
        ),
        LawResult(
            "a_malformed_turn_is_rejected",
            "M6",
            "malformed",
            "FAIL",
            50,
            (
                failed("silent_acceptance", 2, TURN.replace("turn 01", "turn 1"), ANSWER, kind="malformed"),
                failed("wrong_reason", 1, TURN.replace("foe wait", "foe hop"), "reject truncated\n", kind="malformed"),
            ),
            replayed=(replayed("token_drift", "FIXED", TURN + "do hero wait\ndo foe wait\n", "malformed"),),
        ),
        LawResult(
            "a_play_is_played_on",
            "all",
            "rollout",
            "FAIL",
            100,
            (attrs.evolve(stale, witness=played),),
            mended=("no_answer", "wrong_value"),
        ),
        LawResult(
            "the_answer_is_the_same_again",
            "all",
            "stability",
            "FAIL",
            20,
            (failed("unstable", 1, TURN, "reject truncated\n", first=ANSWER),),
        ),
        LawResult("an_order_of_a_stunned_unit_does_nothing", "O2", "invariance", "INCONCLUSIVE", 4, at_work={"O2": 4}),
        LawResult("a_fallen_unit_is_blank", "T4", "direction", "NOT_APPLICABLE", 0, why="not true of \x1b these rules"),
    )
    hostile = LawResult(
        "the_answer_is_the_references",
        "T2",
        "known answer",
        "FAIL",
        9,
        (
            failed("token_drift", 5, TURN, HOSTILE),
            failed("no_answer", 3, TURN, "", fault=HOSTILE),
            failed("false_rejection", 2, TURN, f"reject {HOSTILE[:16]}\n"),
            failed("silent_acceptance", 1, TURN.replace("do foe wait", HOSTILE), ANSWER),
            failed("wrong_reason", 1, TURN.replace("wait\n", f"{'|' * 90}\n", 1), "reject |\\|\n"),
        ),
        replayed=(replayed("token_drift", "STILL FAILS", HOSTILE),),
    )
    return Report(
        7,
        200,
        10,
        (
            ModelResult(
                "duel-small",
                "native",
                932_976,
                "0123456789abcdef" * 4,
                laws,
                "duel/1",
                rules_order=ORDER,
                exempt=("A8", "S1"),
                sweep=SWEEP,
                noun="turn",
                prompt=form_of(DOMAIN.prompt),
                answer=form_of(DOMAIN.answer),
            ),
            ModelResult(HOSTILE, "py", None, None, (hostile,), "duel/1"),
        ),
        baseline="known.json",
        options={"model": HOSTILE},
        versions={"python": "3.11.9", "turncheck": "0.1.0"},
    )
