"""The divergence table: as Markdown, as files, and its notes; a model's answers cannot break it."""

import json
import re
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.reports.cases import describe
from turncheck.reports.modes import diverge
from turncheck.reports.page import report_page
from turncheck.reports.records import Failure, LawResult, ModelResult, Replay, Report, Witness
from turncheck.reports.table import by_domain, notes, summary, to_markdown, way_back, write_report

GOLDEN = Path(__file__).parent / "golden"
HOUSE = settings(deadline=None, database=None, derandomize=True)
TEXT = write(Turn())
ANSWER = resolve_text(TEXT)
HOSTILE_TEXTS = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("|\\`\n a*\x1b\ud800"))


def golden(name):
    return (GOLDEN / name).read_text(encoding="utf-8")


def cells(row):
    """The cells of a row of a Markdown table: what stands between pipes that no backslash escapes."""
    return re.split(r"(?<!\\)\|", row)


def law(verdict, *counts, known=False, **values):
    """A law that was broken in one way for each of the counts."""
    witness = Witness(TEXT, TEXT, ANSWER, "reject truncated\n")
    failures = tuple(Failure("false_rejection", count, witness, known=known, said="truncated") for count in counts)
    return LawResult("a_law", "E1", "direction", verdict, 100, failures, **values)


def model(*laws):
    return ModelResult("small", "native", None, None, laws, "duel/1", rules_order=tuple(DOMAIN.rules))


# --- golden files ----------------------------------------------------------------------------------------------------


def test_the_tables_as_markdown(report):
    assert to_markdown(report) == golden("divergence.md")


def test_the_files_are_the_same_bytes_each_time(report, tmp_path):
    for folder in (tmp_path / "one", tmp_path / "made" / "if need be"):
        write_report(report, folder)
        write_report(report, folder)
        assert {path.name for path in folder.iterdir()} == {"divergence.json", "divergence.md", "report.html"}
        for name in ("divergence.json", "divergence.md"):
            assert (folder / name).read_bytes() == golden(name).encode()
        assert (folder / "report.html").read_bytes() == report_page(report).encode()


def test_the_files_are_ascii_and_end_with_one_newline(report, tmp_path):
    write_report(report, tmp_path)
    for path in tmp_path.glob("divergence.*"):
        assert path.read_bytes().isascii()
        assert re.search(rb"[^\n]\n\Z", path.read_bytes())


def test_the_json_file_holds_the_report(report, tmp_path):
    write_report(report, tmp_path)
    values = json.loads((tmp_path / "divergence.json").read_text(encoding="utf-8"))
    assert Report.from_json(values) == report


# --- one line of a model ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("laws", "held"),
    [
        ((), "0 of 0 laws held"),
        ((law("PASS"),), "1 of 1 laws held"),
        ((law("PASS"), law("FAIL", 3)), "1 of 2 laws held"),
        (
            (law("PASS"), law("INCONCLUSIVE"), law("NOT_APPLICABLE"), law("FAIL", 3)),
            "1 of 3 laws held, 1 not applicable",
        ),
        ((law("PASS"), law("FAIL", 3, known=True)), "1 of 2 laws held, 1 failed as known"),
    ],
)
def test_only_a_law_that_passed_counts_as_held(laws, held):
    assert summary(model(*laws)) == f"small (native): {held}"


@pytest.mark.parametrize(
    ("name", "size", "sha256", "shown"),
    [
        ("small", 932_976, "0123456789abcdef" * 4, "small (py, 932,976 bytes, sha256 0123456789ab): "),
        ("small", 0, None, "small (py, 0 bytes): "),
        ("a\nb\x1b[1m\u202e", None, None, "a\\nb\\x1b[1m\\u202e (py): "),
    ],
)
def test_a_model_is_named_with_its_size_and_hash(name, size, sha256, shown):
    assert summary(ModelResult(name, "py", size, sha256, (), "duel/1")) == f"{shown}0 of 0 laws held"


def test_a_model_is_named_with_its_template_and_its_rules_where_they_are_not_the_usual():
    said = ModelResult("small", "py", None, None, (), "duel/1", "py:w\x1b:t", "duel/1 with burn_damage 4")
    assert summary(said) == "small (py, template py:w\\x1b:t, rules duel/1 with burn_damage 4): 0 of 0 laws held"


def test_what_became_of_accepted_drafts_is_noted():
    assert notes(ModelResult("small", "py", None, None, (law("PASS"),), "duel/1", audited=200), 10) == [
        "accepted drafts that the model also wrote without a draft: 200, all identical"
    ]
    (said,) = notes(ModelResult("small", "py", None, None, (law("PASS"),), "duel/1", audited=200, refuted=3), 10)
    assert said == (
        "VERIFY IS WRONG: 3 of 200 drafts that it accepted are not what the model writes; verify was no longer used, "
        "and the run fails (see turncheck conform)"
    )


# --- rows ------------------------------------------------------------------------------------------------------------


def cell(result, column):
    """What the rows of one law say in one column."""
    return [
        cells(row)[column].strip()
        for row in to_markdown(Report(0, 200, 10, (model(result),))).split("\n")[8:-1]
        if row.startswith("|")
    ]


VERDICT, FAILURE, WITNESS = 3, 6, 7


def test_the_verdict_of_a_law_that_fails_as_known_is_known():
    assert cell(law("FAIL", 3, 2, known=True), VERDICT) == ["KNOWN", ""]
    assert cell(law("FAIL", 3, 2), VERDICT) == ["FAIL", ""]


def test_what_is_known_is_marked_where_not_all_is():
    mixed = attrs.evolve(law("FAIL"), failures=(*law("FAIL", 3, known=True).failures, *law("FAIL", 2).failures))
    assert cell(mixed, VERDICT) == ["FAIL", ""]
    assert cell(mixed, FAILURE) == ["false\\_rejection: truncated; known", "false\\_rejection: truncated"]
    assert cell(law("FAIL", 3, known=True), FAILURE) == ["false\\_rejection: truncated"]


@pytest.mark.parametrize(
    ("count", "off_by_one", "shown"),
    [
        (3, 2, "wrong\\_value: turn 03 for 02 (+1); 2 of 3 off by one"),
        (3, 0, "wrong\\_value: turn 03 for 02 (+1)"),
        (1, 1, "wrong\\_value: turn 03 for 02 (+1)"),
        (0, 0, "wrong\\_value: turn 03 for 02 (+1); a kept witness alone"),
    ],
)
def test_how_many_are_off_by_one_is_said_where_there_are_several(count, off_by_one, shown):
    witness = Witness(TEXT, TEXT, ANSWER, ANSWER.replace("turn 02", "turn 03"))
    failures = (Failure("wrong_value", count, witness, off_by_one=off_by_one, said="turn 03 for 02 (+1)"),)
    assert cell(attrs.evolve(law("FAIL"), failures=failures), FAILURE) == [shown]


@pytest.mark.parametrize(
    ("step", "steps", "shown"),
    [(0, 0, "a case"), (1, 1, "a case"), (2, 3, "a case; diverges at turn 2 of 3"), (0, 3, "a case")],
)
def test_where_a_play_diverges_is_said_where_it_has_several_turns(step, steps, shown):
    failures = (Failure("false_rejection", 1, Witness(TEXT, TEXT, ANSWER, "", "", step, steps, "a case")),)
    assert cell(attrs.evolve(law("FAIL"), failures=failures), WITNESS) == [shown]


# --- notes -----------------------------------------------------------------------------------------------------------


def replays(*outcomes):
    return law("PASS", replayed=tuple(Replay("no_answer", outcome, TEXT, "the neutral turn") for outcome in outcomes))


@pytest.mark.parametrize(
    ("laws", "noted"),
    [
        ((), ["INCONCLUSIVE: no law applies to this model, so it passed nothing"]),
        (
            (law("NOT_APPLICABLE"), law("NOT_APPLICABLE")),
            ["INCONCLUSIVE: no law applies to this model, so it passed nothing"],
        ),
        ((law("NOT_APPLICABLE"), law("PASS")), []),
        ((law("PASS"),), []),
        ((replays("FIXED"),), ["FIXED a_law no_answer: the neutral turn"]),
        ((replays("STILL FAILS"),), ["STILL FAILS a_law no_answer: the neutral turn"]),
        ((replays("FAILS AGAIN"),), ["FAILS AGAIN a_law no_answer: the neutral turn"]),
        ((replays("HOLDS"),), ["1 kept witness holds"]),
        (
            (replays("HOLDS", "FIXED"), replays("HOLDS", "HOLDS")),
            ["FIXED a_law no_answer: the neutral turn", "3 kept witnesses hold"],
        ),
        (
            (law("PASS", mended=("unstable", "no_answer")),),
            [
                "MENDED a_law unstable: no longer in this run; write the baseline anew to drop it",
                "MENDED a_law no_answer: no longer in this run; write the baseline anew to drop it",
            ],
        ),
        ((law("PASS", at_work={"E1": 10, "M3": 11}),), ["every rule was at work in at least 10 cases"]),
        (
            (law("PASS", at_work={"M1": 3, "M2": 10, "E1": 4}), law("PASS", at_work={"E1": 5, "T1": 0})),
            ["rules at work in fewer than 10 of the run's cases: T1 (0), E1 (9), M1 (3)"],
        ),
        (
            (law("PASS", at_work={"E1": 4}), law("PASS", at_work={"E1": 6})),
            ["every rule was at work in at least 10 cases"],
        ),
        ((law("FAIL", 2, 3), law("FAIL", 4)), ["divergences that fit a second mode as well: 0 of 9"]),
        (
            (attrs.evolve(law("FAIL"), failures=(attrs.evolve(law("FAIL", 4).failures[0], ambiguous=2),)),),
            ["divergences that fit a second mode as well: 2 of 4"],
        ),
        ((law("FAIL", 0),), []),
    ],
)
def test_what_is_noted_under_a_table(laws, noted):
    assert notes(model(*laws), 10) == noted


def test_the_rules_that_are_never_at_work_are_named_beside_those_that_hardly_were():
    def noted(law):
        return notes(attrs.evolve(model(law), exempt=("A8", "S1")), 10)

    aside = " (left aside, since leaving them out changes nothing: A8, S1)"
    assert noted(law("PASS", at_work={"E1": 10})) == [f"every rule was at work in at least 10 cases{aside}"]
    assert noted(law("PASS", at_work={"E1": 9})) == [
        f"rules at work in fewer than 10 of the run's cases: E1 (9){aside}"
    ]
    assert noted(law("PASS")) == []


def test_laws_without_a_result_did_not_hold():
    many = {f"law_{number}": "the run was interrupted" for number in range(10)}
    left = attrs.evolve(
        model(law("PASS"), law("NOT_APPLICABLE")), missing={"one": "its process died", **many, "two": "it was skipped"}
    )
    assert summary(left) == "small (native): 1 of 13 laws held, 1 not applicable, 12 without a result"
    named = ", ".join(list(many)[:8])
    said = f"one (its process died); {named} and 2 more (the run was interrupted); two (it was skipped)"
    assert notes(left, 10) == [f"NO RESULT for 12 of what was to run, and did not pass: {said}"]


@pytest.mark.parametrize(("in_all", "said"), [(0, ""), (2, ""), (3, " (2 of 3 laws ran)"), (97, " (2 of 97 laws ran)")])
def test_where_not_all_laws_ran_it_is_said_how_many_did(in_all, said):
    some = attrs.evolve(model(law("PASS"), law("FAIL")), in_all=in_all)
    assert summary(some) == f"small (native): 1 of 2 laws held{said}"


def test_what_went_wrong_on_the_way_is_noted():
    troubled = attrs.evolve(model(law("PASS")), troubles={"worker restarts": 4, "refused\nbatches": 12_000})
    said = "TROUBLE on the way to the answers: worker restarts: 4, refused\\nbatches: 12,000"
    assert notes(troubled, 10) == [said]


def test_the_command_that_repeats_a_failure_can_be_copied_from_the_terminal_and_from_the_page():
    command = "pytest 'test_game.py::test_game[a*b|c-law_1]' --turncheck-model='py:m*:f'"
    failed = attrs.evolve(model(law("FAIL")), again=command, witness="kept/law_1.txt")
    assert list(way_back(failed)) == [f"again: {command}", "its smallest case is kept in kept/law_1.txt"]
    page = to_markdown(Report(0, 200, 10, (failed,)))
    assert page.endswith(f"- again: `{command}`\n- its smallest case is kept in kept/law\\_1.txt\n")


def test_a_command_with_what_a_terminal_would_obey_is_escaped():
    failed = attrs.evolve(model(law("FAIL")), again="pytest '\x1b[31m'")
    assert list(way_back(failed)) == ["again: pytest '\\x1b[31m'"]


def test_models_are_compared_with_those_of_their_own_domain(report):
    others = tuple(attrs.evolve(each, domain="adder/1") for each in report.models)
    both = attrs.evolve(report, models=(*report.models, *others))
    assert by_domain(both) == [report, attrs.evolve(report, models=others)]
    assert to_markdown(both).count("## Side by side\n") == 2


# --- hostile texts ---------------------------------------------------------------------------------------------------


@HOUSE
@given(HOSTILE_TEXTS, HOSTILE_TEXTS, HOSTILE_TEXTS.map("reject {}\n".format) | HOSTILE_TEXTS, HOSTILE_TEXTS)
def test_nothing_that_a_model_writes_breaks_a_row_or_a_note(name, prompt, got, fault):
    found = diverge(DOMAIN, prompt, resolve_text(prompt), got, fault=fault)
    short = describe(DOMAIN, prompt, "malformed")
    failures = ()
    if found is not None:
        witness = Witness(prompt, prompt, found.expected, got, fault, short=short)
        failures = (Failure(found.mode, 1, witness, said=found.said),)
    replayed = (Replay("no_answer", "FIXED", prompt, short),)
    hostile = LawResult("a_law", "T2", "malformed", "FAIL", 1, failures, replayed=replayed)
    result = ModelResult(name, "py", None, None, (hostile, hostile), "duel/1")

    assert all(line.isprintable() for line in [summary(result), *notes(result, 10)])

    title, _, seed, _, heading, _, header, rule, *rest = to_markdown(Report(0, 200, 10, (result,))).split("\n")
    rows, noted = rest[:2], rest[3:-1]
    assert (title, seed[:8], heading[:3], rest[2], rest[-1]) == ("# Divergence", "seed 0, ", "## ", "", "")
    assert [len(cells(row)) for row in (header, rule, *rows)] == [9] * 4
    assert [line[:8] for line in noted] == ["- FIXED "] * 2 + ["- diverg"] * len(failures)
    assert all(line.isprintable() for line in (heading, *rows, *noted))


def test_the_records_are_left_as_they_are(report):
    before = attrs.asdict(report)
    to_markdown(report)
    assert attrs.asdict(report) == before
