"""The divergence table: on the terminal, as Markdown, as files; and that nothing a model writes can break it."""

import json
import re
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.engine import Battle, Order, Turn, Unit, resolve_text, write
from turncheck.reports.modes import diverge
from turncheck.reports.records import Failure, LawResult, ModelResult, Report, Witness
from turncheck.reports.table import divergence_table, in_short, summary, to_markdown, write_report

GOLDEN = Path(__file__).parent / "golden"
HOUSE = settings(deadline=None, database=None, derandomize=True)
TEXT = write(Turn())
HOSTILE_TEXTS = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("|\\`\n a*\x1b\ud800"))


def golden(name):
    return (GOLDEN / name).read_text(encoding="utf-8")


def cells(row):
    """The cells of a row of a Markdown table: what stands between pipes that no backslash escapes."""
    return re.split(r"(?<!\\)\|", row)


# --- golden files ----------------------------------------------------------------------------------------------------


def test_the_table_for_a_terminal(report):
    shown = "\n".join(f"{summary(model)}\n{divergence_table(model)}\n" for model in report.models)
    assert shown == golden("table.txt")


def test_the_tables_as_markdown(report):
    assert to_markdown(report) == golden("divergence.md")


def test_the_files_are_the_same_bytes_each_time(report, tmp_path):
    for folder in (tmp_path / "one", tmp_path / "made" / "if need be"):
        write_report(report, folder)
        write_report(report, folder)
        assert {path.name for path in folder.iterdir()} == {"divergence.json", "divergence.md"}
        for name in ("divergence.json", "divergence.md"):
            assert (folder / name).read_bytes() == golden(name).encode()


def test_the_files_are_ascii_and_end_with_one_newline(report, tmp_path):
    write_report(report, tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes().isascii()
        assert re.search(rb"[^\n]\n\Z", path.read_bytes())


def test_the_json_file_holds_the_report(report, tmp_path):
    write_report(report, tmp_path)
    values = json.loads((tmp_path / "divergence.json").read_text(encoding="utf-8"))
    assert [LawResult.from_json(law) for law in values["models"][0]["laws"]] == list(report.models[0].laws)
    assert [(model["name"], model["bytes"]) for model in values["models"]] == [
        (model.name, model.bytes) for model in report.models
    ]


# --- one line of a model ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "held"),
    [
        ((), "0 of 0 laws held"),
        (("PASS",), "1 of 1 laws held"),
        (("PASS", "FAIL"), "1 of 2 laws held"),
        (("PASS", "INCONCLUSIVE", "NOT_APPLICABLE", "FAIL"), "1 of 4 laws held"),
    ],
)
def test_only_a_law_that_passed_counts_as_held(verdicts, held):
    laws = tuple(LawResult("a_law", "E1", "direction", verdict, 1) for verdict in verdicts)
    assert summary(ModelResult("small", "native", None, None, laws)) == f"small (native): {held}"


@pytest.mark.parametrize(
    ("name", "size", "sha256", "shown"),
    [
        ("small", 932_976, "0123456789abcdef" * 4, "small (py, 932,976 bytes, sha256 0123456789ab): "),
        ("small", 0, None, "small (py, 0 bytes): "),
        ("a\nb\x1b[1m\u202e", None, None, "a\\nb\\x1b[1m\\u202e (py): "),
    ],
)
def test_a_model_is_named_with_its_size_and_hash(name, size, sha256, shown):
    assert summary(ModelResult(name, "py", size, sha256, ())) == f"{shown}0 of 0 laws held"


# --- hostile texts ---------------------------------------------------------------------------------------------------


@HOUSE
@given(HOSTILE_TEXTS, HOSTILE_TEXTS, HOSTILE_TEXTS.map("reject {}\n".format) | HOSTILE_TEXTS)
def test_nothing_that_a_model_writes_breaks_a_row(name, prompt, got):
    found = diverge(prompt, resolve_text(prompt), got)
    failures = () if found is None else (Failure(found.mode, 1, Witness.of(found)),)
    law = LawResult("a_law", "T2", "known answer", "FAIL", 1, failures)
    model = ModelResult(name, "py", None, None, (law, law))

    lines = [summary(model), *divergence_table(model).split("\n")]
    assert all(line.isprintable() for line in lines)

    title, _, seed, _, heading, _, header, rule, *rows = to_markdown(Report(0, (model,))).split("\n")
    assert (title, seed, heading[:3], rows[2:]) == ("# Divergence", "seed 0", "## ", [""])
    assert [len(cells(row)) for row in (header, rule, *rows[:2])] == [9] * 4
    assert all(line.isprintable() for line in (heading, *rows))


@HOUSE
@given(HOSTILE_TEXTS)
def test_any_prompt_is_named_in_few_printable_characters(prompt):
    assert in_short(prompt).isprintable()
    assert 0 < len(in_short(prompt)) < 90


# --- a turn in a few words -------------------------------------------------------------------------------------------


def turn(first="hero wait", second="foe wait", number=1, hero=None, foe=None):
    return Turn(Battle(number, hero or Unit(), foe or Unit()), Order(*first.split()), Order(*second.split()))


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        (turn(), "the neutral turn"),
        (turn(number=99), "turn 99"),
        (turn("hero heal"), "hero heal"),
        (turn("hero heal", "foe attack"), "hero heal then foe attack"),
        (turn("foe wait", "hero wait"), "foe first"),
        (turn("foe wait", "hero heal"), "hero heal"),
        (turn("foe attack", "hero heal"), "foe attack then hero heal"),
        (turn(hero=Unit(5, 9, poison=2)), "hero hp 05/09 poison 2"),
        (turn(foe=Unit(1, 1, cd_heal=1, cd_brace=5)), "foe cd heal 1 cd brace 5"),
        (
            turn("foe ignite", "hero guard", 7, Unit(31, 40, shield=4, thorns=1), Unit(0, 35)),
            "turn 07; hero hp 31/40 shield 04 thorns 1; foe hp 00/35; foe ignite then hero guard",
        ),
    ],
)
def test_a_turn_is_named_by_what_is_not_neutral(case, shown):
    assert in_short(write(case)) == shown


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("", "line 1: nothing"),
        ("\n", "line 1: nothing"),
        ("turn 1\n", "line 1: turn 1"),
        ("turn 01\n", "line 2: nothing"),
        (TEXT[:-1], "line 5: do foe wait (no newline)"),
        (TEXT + "x\n", "line 6: x"),
        (TEXT.replace("foe wait", "foe hop"), "line 5: do foe hop"),
        (TEXT.replace("hero hp 01", "hero hp 1"), "line 2: hero hp 1/01 shield ..."),
        (
            TEXT.replace("hero hp 01/01 shield 00 poison 0", "hero hp 01/01 shield 00 poison x"),
            "line 2: ... 00 poison x burn ...",
        ),
        (TEXT.replace("turn 01", "turn \x1b[31m"), "line 1: turn \\x1b[31m"),
        (TEXT.replace("turn 01", f"turn {'9' * 99}"), f"line 1: turn {'9' * 55}"),
    ],
)
def test_a_malformed_turn_is_named_by_the_place_that_is_wrong(prompt, shown):
    assert in_short(prompt) == shown


def test_the_records_are_left_as_they_are(report):
    before = attrs.asdict(report)
    to_markdown(report)
    assert attrs.asdict(report) == before
