"""Sessions over time and processes: kept witnesses, baselines, the ini file, JUnit, and pytest's own options."""

import json
import re
import shutil
import xml.etree.ElementTree as ET

import pytest

from tests.properties.sessions import LAW_IDS, row_of, rows, section
from tests.slow import mostly_slow
from turncheck.engine.duel import Turn, write

LATE = "py:plugin_models:late"
RIGHT = "py:plugin_models:right"
RISES = "turn_counter_rises_by_one"
NEUTRAL = write(Turn())


def witnesses(folder):
    """The kept witness files: their paths from the folder, and their contents."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.txt"))}


def notes(result):
    """What is said below the table."""
    return [line for line in section(result) if re.match(r"FIXED|STILL FAILS|FAILS AGAIN|MENDED|\d+ kept", line)]


# --- kept witnesses --------------------------------------------------------------------------------------------------

SWAPPED = """
from turncheck.engine.duel import resolve_text
from plugin_models import *

def predict(prompts):
    return {0}(prompts)
"""


@pytest.fixture
def becomes(pytester, monkeypatch):
    """Puts another model under the same name, as a new checkpoint takes an old one's place."""

    def put(name):
        pytester.makepyfile(plugin_checkpoint=SWAPPED.format(name))

    return put


CHECKPOINT = "py:plugin_checkpoint:predict"


def test_what_failed_is_asked_first_in_the_next_run_and_its_fate_is_said(check, becomes, pytester):
    said = []
    for model in ("late", "late", "right", "right", "late"):
        becomes(model)
        result = check("--model", CHECKPOINT, "-k", RISES, "-q")
        said.append((result.ret, row_of(result, RISES)[2], notes(result)))
    assert said == [
        (1, "FAIL", []),
        (1, "FAIL", [f"STILL FAILS {RISES} wrong_value: the neutral turn"]),
        (0, "PASS", [f"FIXED {RISES} wrong_value: the neutral turn"]),
        (0, "PASS", ["1 kept witness holds"]),
        (1, "FAIL", [f"FAILS AGAIN {RISES} wrong_value: the neutral turn"]),
    ]
    ((name, content),) = witnesses(pytester.path / ".turncheck").items()
    assert re.fullmatch(rf"witnesses/py-plugin_checkpoint-predict-[0-9a-f]{{12}}/{RISES}\.wrong_value\.txt", name)
    assert content.endswith(f"\n\n{NEUTRAL}")
    assert list((pytester.path / ".turncheck").rglob(".gitignore")) == []


def test_a_kept_witness_that_no_drawn_case_finds_again_makes_the_law_fail(check):
    options = ["--model", "py:plugin_models:in_the_nineties", "-k", RISES, "-q"]
    assert row_of(check(*options, examples=60), RISES)[2] == "FAIL"
    assert row_of(check(*options, "--turncheck-witnesses=none", examples=2), RISES)[2:] == ["PASS", "2", "0"]
    result = check(*options, examples=2)
    assert (result.ret, row_of(result, RISES)[2:6]) == (
        1,
        ["FAIL", "2", "0", "no_answer: nothing; a kept witness alone"],
    )
    assert "no_answer only in a kept witness: nothing" in result.outlines


def test_one_model_s_pass_leaves_another_s_witnesses_as_they_are(check, pytester):
    check("--model", LATE, "-k", RISES, "-q", "--turncheck-witnesses", "kept")
    before = witnesses(pytester.path / "kept")
    check("--model", RIGHT, "-k", RISES, "-q", "--turncheck-witnesses", "kept")
    assert witnesses(pytester.path / "kept") == before
    assert len(before) == 1
    assert not (pytester.path / ".turncheck").exists()
    assert list((pytester.path / "kept").rglob(".gitignore")) == []


def test_in_two_processes_the_same_witnesses_are_kept(check, pytester):
    options = ["--model", LATE, "-q", "-k", "turn_counter"]
    check(*options, "--turncheck-witnesses", "one")
    check(*options, "--turncheck-witnesses", "two", "-n", "2", subprocess=True)
    assert witnesses(pytester.path / "one") == witnesses(pytester.path / "two") != {}


@pytest.mark.parametrize("content", ["turn 1\n", "turncheck witness 1\n"])
def test_a_witness_file_that_is_no_turn_is_a_usage_error_and_stays_as_it_is(check, pytester, content):
    check("--model", LATE, "-k", RISES, "-q", "--turncheck-witnesses", "kept")
    (path,) = (pytester.path / "kept").rglob("*.txt")
    path.write_text(content)
    result = check("--model", LATE, "-k", RISES, "-q", "--turncheck-witnesses", "kept")
    (line,) = [line for line in result.errlines if line]
    assert (result.ret, line[:34]) == (4, "ERROR: witness kept/py-plugin_mode")
    assert line.endswith("; fix the file or delete it")
    assert path.read_text() == content


# --- the baseline ----------------------------------------------------------------------------------------------------


def test_known_divergences_do_not_fail_a_new_one_does_and_a_mended_one_is_said(check, becomes, pytester):
    options = ["--model", CHECKPOINT, "-k", f"{RISES} or max_never", "-q", "--turncheck-baseline", "known.json"]
    becomes("late")
    wrote = check(*options, "--turncheck-write-baseline")
    content = json.loads((pytester.path / "known.json").read_text())
    assert (wrote.ret, content) == (0, {"schema": 1, "known": {RISES: ["wrong_value"]}})
    wrote.assert_outcomes(xfailed=1, passed=1, deselected=len(LAW_IDS) - 2)
    again = check(*options)
    assert (again.ret, row_of(again, RISES)[2]) == (0, "KNOWN")
    again.assert_outcomes(xfailed=1, passed=1, deselected=len(LAW_IDS) - 2)
    becomes("right")
    mended = check(*options)
    assert mended.ret == 0
    assert [line[: len(f"MENDED {RISES} wrong_value")] for line in notes(mended)][-1] == f"MENDED {RISES} wrong_value"
    becomes("rejects")
    new = check(*options)
    assert (new.ret, row_of(new, RISES)[2]) == (1, "FAIL")
    assert json.loads((pytester.path / "known.json").read_text()) == content


ANEW = "write it anew with --turncheck-write-baseline"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--turncheck-baseline=other.json"],
            "baseline other.json: schema must be 1, got 7; write it anew with --turncheck-write-baseline",
        ),
        (
            ["--turncheck-baseline=other.json", "--turncheck-write-baseline"],
            "baseline other.json: schema must be 1, got 7; write it anew with --turncheck-write-baseline",
        ),
        (
            ["--turncheck-baseline=law.json"],
            f"baseline law.json: law must be one that turncheck laws lists, got odd; {ANEW}",
        ),
    ],
    ids=lambda value: value[0].removeprefix("--turncheck-") if isinstance(value, list) else "",
)  # fmt: skip
def test_a_baseline_that_cannot_be_used_is_one_line_and_nothing_is_overwritten(check, pytester, options, message):
    (pytester.path / "other.json").write_text('{"schema": 7}')
    (pytester.path / "law.json").write_text('{"schema": 1, "known": {"odd": ["wrong_value"]}}')
    result = check("--model", LATE, *options)
    assert (result.ret, [line for line in result.errlines if line]) == (4, [f"ERROR: {message}"])
    assert {path.name for path in pytester.path.iterdir() if path.suffix == ".json"} == {"other.json", "law.json"}
    assert (pytester.path / "other.json").read_text() == '{"schema": 7}'


# --- verdicts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "code"), [("fail", 1), ("skip", 0)])
def test_an_inconclusive_law_fails_unless_it_may_be_skipped(check, words, code):
    # Some cases of this law are drawn twice.
    options = [f"--turncheck-inconclusive={words}", "--turncheck-min-cases=200", "-rs", "-k", "thick_shield"]
    result = check("--model", "reference", *options, examples=200)
    assert (result.ret, row_of(result, "thick_shield_takes_an_attack")[2]) == (code, "INCONCLUSIVE")
    assert ("SKIPPED" in result.stdout.str()) == (words == "skip")


def test_a_model_that_hangs_is_no_answer_and_the_session_goes_on(check):
    result = check(
        "--model", "py:plugin_models:hangs", "-k", "stunned_unit or max_never", "--turncheck-timeout=0.1", "-q"
    )
    assert result.ret == 1
    row = row_of(result, "stunned_unit_does_nothing")
    assert (row[2:4], row[5]) == (["FAIL", "5"], "no_answer: it took longer than 0.1 s")


def test_a_model_that_never_says_the_same_twice_is_unstable_and_not_flaky(check):
    result = check("--model", "py:plugin_models:moody", "-k", "again or rollout or max_never", "-q")
    assert result.ret == 1
    assert row_of(result, "same_answer_asked_again_alone")[2] == "FAIL"
    assert row_of(result, "same_answer_asked_again_alone")[5].startswith("unstable: ")
    assert "Flaky" not in result.stdout.str() + result.stderr.str()


def test_rules_that_were_hardly_at_work_are_named(check):
    options = ["--model", "reference", "-q", "-k"]
    (line,) = [line for line in section(check(*options, RISES, examples=20)) if "at work" in line]
    assert line.startswith("every rule was at work in at least 1 ")
    (line,) = [line for line in section(check(*options, "agrees", examples=20)) if "at work" in line]
    assert line.startswith("rules at work in fewer than 1 of the run's cases: ")
    assert "O1 (0)" in line


# --- the seed under CI -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", mostly_slow(["CI", "GITHUB_ACTIONS", "TF_BUILD"], 0))
def test_the_seed_is_honoured_under_any_ci_variable(check, pytester, monkeypatch, variable):
    def cases(seed, subprocess=False):
        options = [f"--hypothesis-seed={seed}", "--turncheck-report=r", "--model", LATE, "-q", "-k", RISES]
        check(*options, subprocess=subprocess, examples=60)
        shutil.rmtree(pytester.path / ".turncheck")
        return json.loads((pytester.path / "r" / "divergence.json").read_text())["models"]

    plain = [cases(seed) for seed in (1, 2)]
    monkeypatch.setenv(variable, "true")
    assert [cases(seed, subprocess=True) for seed in (1, 2)] == plain  # Hypothesis looks for it as it is imported
    assert plain[0] != plain[1]


# --- the ini file ----------------------------------------------------------------------------------------------------


def test_every_option_can_stand_in_the_ini_file_and_the_command_line_wins(check, pytester):
    pytester.makepyprojecttoml(
        f"""
        [tool.pytest.ini_options]
        turncheck_model = ["{LATE}", "reference"]
        turncheck_examples = 7
        turncheck_min_cases = "2"
        turncheck_inconclusive = "skip"
        turncheck_table = "all"
        turncheck_timeout = 20
        turncheck_report = "out/report"
        turncheck_witnesses = "out/kept"
        turncheck_baseline = "known.json"
        turncheck_write_baseline = false
        """
    )
    (pytester.path / "known.json").write_text(json.dumps({"schema": 1, "known": {RISES: ["wrong_value"]}}))
    result = check("-q", "-k", RISES, examples=None)
    assert (result.ret, row_of_first(result)) == (0, ["KNOWN", "1 of 7"])
    values = json.loads((pytester.path / "out/report/divergence.json").read_text())
    assert (values["examples"], values["min_cases"], len(values["models"])) == (7, 2, 2)
    assert len(witnesses(pytester.path / "out/kept")) == 1
    result = check("-q", "-k", RISES, "--turncheck-examples=6", "--model", RIGHT, examples=None)
    assert (result.ret, row_of_first(result)) == (0, ["PASS", "0 of 6"])


def row_of_first(result):
    """The verdict of the first law in the first table, and in how many of the cases it was broken."""
    line = next(line for line in section(result) if line.split(" ")[0] in LAW_IDS)
    return re.split(r"  +", line)[2:4]


# --- JUnit and two processes -----------------------------------------------------------------------------------------


def properties(path):
    """The properties of each test case of a JUnit file, by the case's name."""
    cases = ET.parse(path).getroot().iter("testcase")
    return {case.get("name"): {each.get("name"): each.get("value") for each in case.iter("property")} for case in cases}


def test_junit_properties_and_the_table_are_the_same_in_one_process_and_in_two(check, pytester):
    options = ["--model", LATE, "--model", "reference", "-q", "-k", "counter_rises or no_state or guard"]
    one = check(*options, "--junit-xml=one.xml", "--turncheck-report=one")
    two = check(*options, "--junit-xml=two.xml", "--turncheck-report=two", "-n", "2", subprocess=True)
    assert one.ret == two.ret == 1
    assert properties(pytester.path / "one.xml") == properties(pytester.path / "two.xml")
    assert properties(pytester.path / "one.xml")[f"test_law[{LATE}-{RISES}]"] == {
        "turncheck_model": LATE,
        "turncheck_law": RISES,
        "turncheck_rule": "T5",
        "turncheck_verdict": "FAIL",
        "turncheck_checked": "5",
        "turncheck_diverged": "1",
        "turncheck_seed": "0",
        "turncheck_wrong_value": "1",
    }
    kept = re.compile("FAILS|kept|^page: ")
    assert [line for line in section(one) if not kept.search(line)] == [
        line for line in section(two) if not kept.search(line)
    ]


@pytest.mark.parametrize("laws", mostly_slow(["turn_counter", "counter or count_down or burn or again"], 0))
def test_the_order_of_execution_changes_no_row(check, pytester, monkeypatch, laws):
    pytester.makeconftest(
        "def pytest_collection_modifyitems(items):\n    import os\n    if os.environ.get('BACK'): items.reverse()\n"
    )
    options = ["--model", "py:plugin_models:raises", "-q", "-k", laws, "--turncheck-witnesses"]
    forth = check(*options, "one")
    monkeypatch.setenv("BACK", "1")
    back = check(*options, "two")
    # Which batches a law's prompts come in depends on what was asked before.
    aside = re.compile("TROUBLE|its smallest case is kept in (one|two)/")
    told, told_back = ([line for line in section(run) if not aside.match(line)] for run in (forth, back))
    assert told == told_back


# --- pytest's own options --------------------------------------------------------------------------------------------


def test_x_stops_at_the_first_broken_law(check):
    result = check("--model", LATE, "-x", "-q", "-k", "turn_counter or max_never")
    assert result.ret == 1
    assert rows(result) == [RISES]


def test_lf_runs_what_failed(check, pytester):
    options = ["--model", LATE, "-q", "-k", "turn_counter or max_never", "-p", "cacheprovider"]
    first = check(*options)
    again = check(*options, "--lf")
    assert len(rows(first)) > len(rows(again)) > 0
    assert all(row_of(first, law)[2] == row_of(again, law)[2] == "FAIL" for law in rows(again))


def test_no_summary_means_no_table(check):
    result = check("--model", "reference", "-k", "max_never", "--no-summary")
    assert (result.ret, "divergence" in result.stdout.str()) == (0, False)


def test_each_option_is_in_pytest_s_help_with_its_default(pytester):
    shown = " ".join(pytester.runpytest_subprocess("--help", "-p", "no:cacheprovider").stdout.str().split())
    for name in (
        "domain",
        "model",
        "examples",
        "min-cases",
        "inconclusive",
        "timeout",
        "report",
        "witnesses",
        "baseline",
    ):
        assert f"--turncheck-{name}" in shown
        assert f"turncheck_{name.replace('-', '_')}" in shown
    assert "(default: 200)" in shown


def test_a_baseline_keeps_what_it_knows_of_a_law_that_nobody_can_say_anything_about(check, pytester):
    known = {"schema": 1, "known": {"thick_shield_takes_an_attack": ["wrong_value"]}}
    (pytester.path / "known.json").write_text(json.dumps(known))
    options = ["--turncheck-baseline=known.json", "--turncheck-write-baseline", "--turncheck-min-cases=200"]
    result = check("--model", "reference", *options, "-k", "thick_shield", "-q", examples=200)
    assert (result.ret, row_of(result, "thick_shield_takes_an_attack")[2]) == (1, "INCONCLUSIVE")
    assert json.loads((pytester.path / "known.json").read_text()) == known
