"""The table on a terminal of any width, and the lines about laws without rows."""

from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.domains import MACHINE
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.properties.session.summary import laws_shown, next_steps
from turncheck.reports.brief import failure_in_short
from turncheck.reports.cases import describe
from turncheck.reports.modes import diverge
from turncheck.reports.records import Failure, LawResult, ModelResult, Report, Witness
from turncheck.reports.screen import Screen, cells
from turncheck.reports.show import show_failure
from turncheck.reports.terminal import comparison, divergence_table

GOLDEN = Path(__file__).parent / "golden"
TEXT = write(Turn())


# --- golden files: the tables, each failure in short and whole, and the last lines -----------------------------------


def failure(domain, count, case, got):
    found = diverge(domain, case, domain.resolve_text(case), got)
    witness = Witness(case, found.prompt, found.expected, got, found.fault, short=describe(domain, case))
    return Failure(found.mode, count, witness, said=found.said)


def machine_report():
    """Two models of a domain without a clock, a path or orders."""
    case = MACHINE.write(MACHINE.case(at=2, **{"left.acc": 9}))
    right = MACHINE.resolve_text(case)
    wrong = failure(MACHINE, 12, case, right.replace("mem +000", "mem +003", 1))
    sign = failure(MACHINE, 3, case, right.replace("-009", "+009"))
    raised = failure(MACHINE, 1, case, "reject out_of_range\n")
    agrees = LawResult("answer_agrees_with_the_reference", "all", "known answer", "FAIL", 40, (wrong, sign, raised))
    few = LawResult("same_answer_asked_again", "all", "stability", "INCONCLUSIVE", 4, why="it applied to 4 cases")
    silent = "the model was not trained to reject"
    others = [LawResult(f"law_{number}", "all", "malformed", "NOT_APPLICABLE", 0, why=silent) for number in range(10)]
    held = LawResult("steps_are_counted", "all", "invariance", "PASS", 40)
    laws = (held, few, *others, agrees)
    again = "turncheck check --domain=machine.py --model=mine.py:predict -k answer_agrees_with_the_reference --seed=0"
    kept = "kept/mine/answer_agrees_with_the_reference.wrong_value.txt"
    mine = ModelResult("mine.py:predict", "py", None, None, laws, "machine/1", again=again, witness=kept)
    passes = tuple(attrs.evolve(law, verdict="PASS", failures=(), why="") for law in laws)
    return Report(0, 40, 10, (mine, ModelResult("reference", "reference", None, None, passes, "machine/1")))


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", ["duel", "machine"])
def test_a_run_on_a_terminal(report, name, width):
    domain, shown = (DOMAIN, report) if name == "duel" else (MACHINE, machine_report())
    screen, parts = Screen(width), []
    for law in shown.models[0].laws:
        parts += [failure_in_short(each, law.applied, domain, screen) for each in law.failures]
    parts += [show_failure(shown.models[0].laws[-1 if name == "machine" else 1].failures[0], 40, "turn", screen)]
    parts += ["\n".join(laws_shown(shown, screen, False, "--turncheck-table=all"))]
    parts += ["\n".join(next_steps(shown))]
    text = "\n\n".join(parts) + "\n"
    assert text == (GOLDEN / f"{name}-{width}.txt").read_text(encoding="utf-8")
    too_wide = [line for line in text.splitlines() if cells(line) > width]
    assert [line for line in too_wide if not line.startswith(("again: ", "its smallest case is kept in "))] == []


# --- rows ------------------------------------------------------------------------------------------------------------


def law(id, verdict, count=0, **values):
    witness = Witness(TEXT, TEXT, resolve_text(TEXT), "reject truncated\n", short="the neutral turn")
    failures = (Failure("false_rejection", count, witness, said="truncated", known=values.pop("known", False)),)
    return LawResult(id, "E1", "direction", verdict, 100, failures if count else (), **values)


def model(*laws, name="small"):
    return ModelResult(name, "native", None, None, laws, "duel/1")


MIXED = model(
    law("a", "PASS"),
    law("b", "FAIL", 3, known=True),
    law("c", "INCONCLUSIVE", why="it applied to 2 cases"),
    law("d", "FAIL", 7),
    law("e", "NOT_APPLICABLE", why="not true of these rules"),
    law("f", "TIMED_OUT", why="an alarm"),
    law("g", "INCONCLUSIVE", why="not reached within --budget 3"),
    law("h", "PASS"),
)


def test_what_failed_stands_first_and_alone_and_all_else_is_named_with_its_reason():
    assert [line.rstrip() for line in divergence_table(MIXED, Screen(100), option="--table=all").split("\n")] == [
        "law  rule  verdict       diverged  failure                     smallest witness",
        "---  ----  ------------  --------  --------------------------  ----------------",
        "d    E1    FAIL          7 of 100  false_rejection: truncated  the neutral turn",
        "f    E1    TIMED_OUT     0 of 100  an alarm",
        "c    E1    INCONCLUSIVE  0 of 100  it applied to 2 cases",
        "",
        "INCONCLUSIVE, 1 law (not reached within --budget 3): g",
        "KNOWN, 1 law (the baseline has all their failure modes): b",
        "NOT_APPLICABLE, 1 law (not true of these rules): e",
        "2 laws held (--table=all shows all)",
    ]


def test_all_laws_have_rows_where_all_are_asked_for():
    rows = divergence_table(MIXED, Screen(100), every_law=True).split("\n")[2:]
    assert [row.split()[0::2][:2] for row in rows] == [
        ["d", "FAIL"],
        ["f", "TIMED_OUT"],
        ["c", "INCONCLUSIVE"],
        ["g", "INCONCLUSIVE"],
        ["b", "KNOWN"],
        ["e", "NOT_APPLICABLE"],
        ["a", "PASS"],
        ["h", "PASS"],
    ]


def test_where_all_laws_hold_there_is_one_line():
    assert divergence_table(model(law("a", "PASS"), law("b", "PASS"))) == "2 laws held"


@pytest.mark.parametrize(
    ("width", "header"),
    [
        (140, ["law", "rule", "verdict", "diverged", "failure", "smallest witness"]),
        (100, ["law", "rule", "verdict", "diverged", "failure"]),
        (80, ["law", "rule", "verdict", "diverged", "failure"]),
        (77, ["law", "verdict", "diverged", "failure"]),
        (60, ["law", "verdict", "diverged", "failure"]),
    ],
)
def test_the_smallest_witness_is_left_out_first_and_then_the_rule(width, header):
    long = LawResult("law_" * 10, "T3, E1-E4", "direction", "INCONCLUSIVE", 100, why="x " * 40)
    with_witness = attrs.evolve(law("d", "FAIL", 7), id="law_" * 10)
    witness = attrs.evolve(with_witness.failures[0].witness, short="y " * 40)
    with_witness = attrs.evolve(with_witness, failures=(attrs.evolve(with_witness.failures[0], witness=witness),))
    first, *_ = divergence_table(model(long, with_witness), Screen(width)).split("\n")
    assert [each.strip() for each in first.split("  ") if each.strip()] == header


def test_verdicts_have_colours_where_there_is_colour_and_nothing_else_changes():
    plain, painted = (divergence_table(MIXED, Screen(100, colour)) for colour in (False, True))
    assert "\x1b" not in plain
    for code in ("\x1b[31;1mFAIL", "\x1b[33;1mINCONCLUSIVE", "\x1b[33mKNOWN", "\x1b[32m2 laws held"):
        assert code in painted
    for code in ("31;1", "33;1", "33", "32", "2", "0"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == plain


@settings(deadline=None, database=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=()), max_size=80), st.integers(80, 160))
def test_nothing_that_a_model_writes_breaks_a_table_or_makes_it_wider(hostile, width):
    found = diverge(DOMAIN, TEXT, resolve_text(TEXT), hostile, fault=hostile)
    if found is None:
        return
    short = describe(DOMAIN, hostile, "malformed")
    failures = (
        Failure(found.mode, 1, Witness(TEXT, TEXT, found.expected, hostile, hostile, short=short), said=found.said),
    )
    broken = LawResult("a_law", "T2", "malformed", "FAIL", 1, failures)
    lines = divergence_table(ModelResult(hostile, "py", None, None, (broken,), "duel/1"), Screen(width)).split("\n")
    lines += failure_in_short(failures[0], 1, DOMAIN, Screen(width)).split("\n")
    assert all(line.isprintable() for line in lines)
    assert max(map(cells, lines)) <= width


# --- several models --------------------------------------------------------------------------------------------------


def of(name, *outcomes):
    return model(*(law(id, verdict, count, known=known) for id, verdict, count, known in outcomes), name=name)


def test_several_models_stand_side_by_side_by_the_laws_that_one_of_them_broke():
    right = of("right", *((id, "PASS", 0, False) for id in "abce"), ("d", "NOT_APPLICABLE", 0, False))
    wrong = of("wr\x1bong", ("a", "PASS", 0, False), ("c", "FAIL", 2, True), ("b", "FAIL", 7, False))
    assert [line.rstrip() for line in comparison(Report(0, 200, 10, (right, wrong))).split("\n")] == [
        "law        right   wr\\x1bong",
        "---------  ------  --------------",
        "b          PASS    FAIL 7 of 100",
        "c          PASS    KNOWN 2 of 100",
        "laws held  4 of 4  1 of 3",
    ]


def test_of_more_models_than_fit_the_others_stand_below():
    long = "own_answers_lead_where_the_reference_does"
    models = tuple(of(f"runs/step-{number}/model.pt", (long, "FAIL", number, False)) for number in range(1, 6))
    lines = comparison(Report(0, 200, 10, models), Screen(80)).split("\n")
    assert max(map(len, lines)) <= 80
    assert [len(line.split()) for line in lines if line.startswith("---")] == [4, 3]
    assert "FAIL 5 of 100" in lines[-3] or "FAIL 5 of 100" in "\n".join(lines[-4:])


# --- the last lines --------------------------------------------------------------------------------------------------


def test_the_last_lines_say_what_to_do_next():
    failed = attrs.evolve(model(law("d", "FAIL", 7)), again="turncheck check -k d", witness="kept/d.txt")
    report = Report(0, 200, 10, (failed, model(law("a", "PASS"))))
    assert next_steps(report) == [
        "again: turncheck check -k d",
        "its smallest case is kept in kept/d.txt",
        "-v shows the texts of each failure in full",
    ]
    assert next_steps(Report(0, 200, 10, (model(law("a", "PASS")),))) == []
