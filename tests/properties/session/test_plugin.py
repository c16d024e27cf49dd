"""The pytest plugin, seen from outside: options, exit codes, the table, the report, foreign sessions."""

# ruff: noqa: E501  rows of a table and units are longer than lines of code

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from tests.properties.sessions import MODELS, row_of, rows, section
from turncheck.engine.registry import load_domain
from turncheck.properties.laws import laws_of
from turncheck.properties.session import plugin as plugin_module
from turncheck.properties.session.outcome import form_of

LAWS = laws_of(load_domain("duel"))

FALSE_LAW = '''
import turncheck.properties.laws.duel as laws
from turncheck.properties.checking.law import KNOWN_ANSWER
from turncheck.properties.laws.duel.cases import any_turn
from turncheck.properties.laws.duel.written import law

@law("T5", KNOWN_ANSWER, cases=any_turn)
def turn_counter_stands_still(turn, after):
    """It does not."""
    assert after.turn == turn.battle.turn

@law("T5", KNOWN_ANSWER, cases=any_turn, applies=lambda turn, rules: False)
def never_applies(turn, after):
    """It is about nothing."""

laws.LAWS = (turn_counter_stands_still, never_applies, *laws.LAWS)
'''


@pytest.fixture
def false_law(pytester):
    """A plugin of pytest that adds a law which is false, and one that never applies."""
    pytester.makepyfile(plugin_false_law=FALSE_LAW)
    return "plugin_false_law"


# --- exit codes ------------------------------------------------------------------------------------------------------


def test_a_session_in_which_all_laws_hold_ends_with_0(check):
    result = check("--model", "reference", "-q")
    assert result.ret == 0
    result.assert_outcomes(passed=len(LAWS))
    assert section(result)[0] == f"reference (reference): {len(LAWS)} of {len(LAWS)} laws held"
    assert rows(result) == [law.id for law in LAWS]


BROKEN = """\
turn_counter_rises_by_one (T5, known answer)
The turn counter rises by 1, to at most 99, in a battle that is not over.

wrong_value in 1 of 5 cases: turn 03 for 02 (+1)
  turn      the neutral turn
  expected  turn 02
  given     turn 03
                 ^^
  as if     turn_step were 2, or turn were 2
"""

BROKEN_WHOLE = """\
wrong_value in 1 of 5 cases, the smallest:
turn
  turn 01
  hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd
      heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
  foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd
      heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
  do hero wait
  do foe wait
answer
- turn 02
+ turn 03
       ^^
  hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd
      heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
  foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd
      heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
wrong_value: turn 03 for 02 (+1)  (- expected, + given)
"""

BROKEN_TABLE = """\
py:plugin_models:late (py): 1 of 2 laws held (2 of 97 laws ran)

law                        rule  verdict  diverged  failure                           as if                         smallest witness
-------------------------  ----  -------  --------  --------------------------------  ----------------------------  ----------------
turn_counter_rises_by_one  T5    FAIL       1 of 5  wrong_value: turn 03 for 02 (+1)  turn_step were 2 (or 1 more)  the neutral turn
max_never_changes          A2    PASS       0 of 5
"""


def test_a_session_in_which_a_law_is_broken_ends_with_1_and_shows_the_smallest_turn(check):
    result = check("--model", "py:plugin_models:late", "-q", "-k", "counter_rises or max_never")
    assert result.ret == 1
    result.assert_outcomes(failed=1, passed=1, deselected=len(LAWS) - 2)
    start = next(index for index, line in enumerate(result.outlines) if line.startswith("turn_counter_rises_by_one ("))
    assert result.outlines[start : start + BROKEN.count("\n")] == BROKEN.splitlines()
    lines = BROKEN_TABLE.splitlines()
    assert [line.rstrip() for line in section(result)][: len(lines)] == lines
    again, kept, whole, _ = result.outlines[-4:]
    assert again.startswith("again: pytest --pyargs ")
    assert kept.startswith("its smallest case is kept in .turncheck/witnesses/")
    assert whole == "-v shows the texts of each failure in full"


@pytest.mark.parametrize("processes", [[], ["-n", "1"]], ids=["in this process", "in another"])
def test_the_texts_of_a_failure_are_shown_whole_in_colour_on_request_and_only_what_failed_has_a_row(
    check, monkeypatch, processes
):
    monkeypatch.setenv("COLUMNS", "80")
    given = ["--model", "py:plugin_models:late", "-k", "counter_rises or max_never", "--turncheck-table=failing"]
    shown = ["-v", "--color=yes", "--junitxml=out.xml"]
    result = check(*given, *shown, *processes, subprocess=bool(processes))
    assert sum(line.startswith("\x1b[31;1mwrong_value\x1b[0m in 1 of 5") for line in result.outlines) == 1
    assert "\x1b" not in Path("out.xml").read_text("utf-8")
    result.outlines[:] = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in result.outlines]
    start = next(index for index, line in enumerate(result.outlines) if line.startswith("wrong_value in 1 of 5"))
    assert result.outlines[start : start + BROKEN_WHOLE.count("\n")] == BROKEN_WHOLE.splitlines()
    assert rows(result) == ["turn_counter_rises_by_one"]
    assert "1 law held (--turncheck-table=all shows all)" in section(result)


@pytest.mark.parametrize(("colour", "has_colour"), [("yes", True), ("no", False), ("auto", False)])
def test_failures_and_tables_have_colour_where_pytest_has(check, colour, has_colour):
    result = check("--model", "py:plugin_models:late", "-k", "counter_rises", f"--color={colour}", "--junitxml=out.xml")
    shown = result.stdout.str()
    assert ("\x1b[32mturn 02\x1b[0m" in shown, "\x1b[31;1mFAIL\x1b[0m" in shown) == (has_colour, has_colour)
    assert "\x1b" not in Path("out.xml").read_text("utf-8")


THERE_ARE = ", ".join(f"py:plugin_models:{name}" for name in ("right", "late", "in_the_nineties", "raises", "hangs"))
NO_ATTRIBUTE = (
    "ERROR: model py:plugin_models: it must be py:MODULE:ATTRIBUTE or py:FILE.py:ATTRIBUTE, as in py:my_model:predict; "
    f"there are {THERE_ARE}"
)
SPECS = "a SPEC is the path of a checkpoint, a card or a folder, or KIND:TARGET (turncheck models lists the kinds)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "nowhere"], f"ERROR: model nowhere: there is no such file; {SPECS}"),
        (["--model", "reference", "--turncheck-examples=0"], "ERROR: --turncheck-examples must be an int, 1 or more, got 0"),
        (["--turncheck-model", "py:plugin_models"],
         NO_ATTRIBUTE),
    ],
    ids=["no such model", "no examples", "no attribute"],
)  # fmt: skip
def test_what_cannot_be_run_is_a_usage_error_before_any_law_runs(check, options, message):
    result = check(*options, examples=None)
    assert result.ret == pytest.ExitCode.USAGE_ERROR == 4
    assert [line for line in result.errlines if line] == [message]
    result.assert_outcomes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "nowhere"], f"ERROR: model nowhere: there is no such file; {SPECS}"),
        (["--turncheck-examples=0"], "ERROR: --turncheck-examples must be an int, 1 or more, got 0"),
    ],
    ids=["no such model", "no examples"],
)
def test_it_is_a_usage_error_in_two_processes_too(check, options, message):
    result = check(*options, "-n", "1", examples=None, subprocess=True)
    assert (result.ret, [line for line in result.errlines if line]) == (4, [message])


FAULT = (
    "INTERNAL ERROR in test_laws.py::test_law[reference-turn_counter_stands_still]: not the model's fault, see above"
)


def test_a_false_law_ends_the_session_with_3_as_an_internal_error(check, false_law):
    result = check("--model", "reference", "-p", false_law, "-k", "turn_counter", "--tb=line", subprocess=True)
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR == 3
    result.assert_outcomes(failed=1, passed=3, deselected=len(LAWS) - 2)
    assert "reference (reference): 3 of 4 laws held, 1 without a result (3 of 99 laws ran)" in result.outlines
    assert [line for line in result.outlines if line.startswith("INTERNAL ERROR")] == [FAULT]
    assert "turn_counter_stands_still does not hold for the reference" in result.stdout.str()


def test_a_false_law_is_told_where_no_other_law_ran(check, false_law):
    result = check("--model", "reference", "-p", false_law, "-k", "stands_still", "--tb=no", subprocess=True)
    assert result.ret == 3
    assert [line for line in result.outlines if line.startswith("INTERNAL ERROR")] == [FAULT]


def test_a_law_that_applied_to_nothing_fails_as_inconclusive(check, false_law):
    result = check("--model", "reference", "-p", false_law, "-k", "never_applies", subprocess=True)
    assert result.ret == 1
    start = result.outlines.index("never_applies (T5, known answer)")
    assert result.outlines[start : start + 3] == [
        "never_applies (T5, known answer)",
        "It is about nothing.",
        "INCONCLUSIVE: no case was drawn to which it applies: look at its cases, its also= and what narrows them",
    ]
    assert row_of(result, "never_applies")[:5] == ["never_applies", "T5", "INCONCLUSIVE", "0", "0"]


# --- which models, which laws ----------------------------------------------------------------------------------------


def summaries(result):
    return [line for line in section(result) if " laws held" in line]


def test_models_stand_in_the_order_of_the_command_line_each_once(check):
    specs = ["--model", "py:plugin_models:late", "--turncheck-model", "reference", "--model", "py:plugin_models:right"]
    result = check(*specs, "--model", "reference", "-q", "-k", "max_never")
    assert summaries(result) == [
        "py:plugin_models:late (py): 1 of 1 laws held (1 of 97 laws ran)",
        "reference (reference): 1 of 1 laws held (1 of 97 laws ran)",
        "py:plugin_models:right (py): 1 of 1 laws held (1 of 97 laws ran)",
    ]


@pytest.mark.parametrize("option", ["--model", "--turncheck-model"])
def test_the_short_and_the_long_option_are_one(check, option):
    result = check(f"{option}=py:plugin_models:right", "-q", "-k", "max_never")
    assert summaries(result) == ["py:plugin_models:right (py): 1 of 1 laws held (1 of 97 laws ran)"]


def test_only_what_ran_has_a_row(check):
    result = check("--model", "py:plugin_models:late", "-x", "-k", "turn_counter or max")
    assert result.ret == 1
    assert rows(result) == ["turn_counter_rises_by_one"]


def test_without_a_law_there_is_no_table(check):
    result = check("--model", "reference", "-k", "no_such_law")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "divergence" not in result.stdout.str()


def test_the_seed_of_hypothesis_is_the_seed(check):
    result = check("--model", "reference", "-q", "-k", "max_never", "--hypothesis-seed=7")
    assert "= divergence (seed 7) =" in result.stdout.str()


# --- the report ------------------------------------------------------------------------------------------------------

LATE = ["--model", "py:plugin_models:late", "--model", "reference", "-k", "counter_rises"]
SMALLEST = (
    "turn {}\n"
    "hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
    "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
    "foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
    "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
)
DUEL = load_domain("duel")
NEVER = {"replayed": [], "mended": [], "why": ""}
SENTENCE = "The turn counter rises by 1, to at most 99, in a battle that is not over."
RISES = {
    "id": "turn_counter_rises_by_one",
    "rule": "T5",
    "kind": "known answer",
    "applied": 5,
    "at_work": {"T5": 1},
    **NEVER,
}
HELD = {"verdict": "PASS", "failures": []}
WITNESS = {
    "case": SMALLEST.format("01") + "do hero wait\ndo foe wait\n",
    "turn": SMALLEST.format("01") + "do hero wait\ndo foe wait\n",
    "expected": SMALLEST.format("02"),
    "got": SMALLEST.format("03"),
    "fault": "",
    "step": 0,
    "steps": 0,
    "short": "the neutral turn",
    "track": [],
    "as_if": {
        "found": [
            {"kind": "rule", "changes": 1, "words": "turn_step were 2", "ways": 1, "values": {}},
            {"kind": "input", "changes": 1, "words": "turn were 2", "ways": 1, "values": {"turn": "02"}},
        ],
        "tried": 854,
        "cut": "",
    },
    "expert": "",
}
LATE_BY_ONE = {
    "mode": "wrong_value",
    "count": 1,
    "witness": WITNESS,
    "ambiguous": 0,
    "off_by_one": 1,
    "known": False,
    "said": "turn 03 for 02 (+1)",
    "left": "",
    "fields": {"turn changed": 1},
    "strata": {"hero wait, foe wait": 1},
    "at": [0],
    "simplest": [{"at": 0, "case": WITNESS["case"], "short": "the neutral turn"}],
}
NO_FILE = {
    "bytes": None,
    "sha256": None,
    "domain": "duel/1",
    "template": "duel/1",
    "rules": "duel/1",
    "rules_order": list(DUEL.rules),
    "exempt": list(DUEL.exempt),
    "audited": 0,
    "refuted": 0,
    "missing": {},
    "in_all": 97,
    "troubles": {},
    "sweep": None,
    "map": None,
    "noun": "turn",
    "prompt": attrs.asdict(form_of(DUEL.prompt)),
    "answer": attrs.asdict(form_of(DUEL.answer)),
}
JSON = {
    "schema": 9,
    "seed": 0,
    "examples": 5,
    "min_cases": 1,
    "models": [
        {
            "name": "py:plugin_models:late",
            "kind": "py",
            **NO_FILE,
            "again": "pytest --pyargs 'turncheck.properties.test_laws::test_law[py:plugin_models:late-turn_counter_rises_by_one]'"
            " --turncheck-model=py:plugin_models:late --turncheck-examples=5 --turncheck-min-cases=1 --hypothesis-seed=0",
            "laws": [
                {**RISES, "verdict": "FAIL", "failures": [LATE_BY_ONE], "sentence": SENTENCE},
            ],
        },
        {
            "name": "reference",
            "kind": "reference",
            **NO_FILE,
            "again": "",
            "witness": "",
            "laws": [{**RISES, **HELD, "sentence": SENTENCE, "again": "", "kept": ""}],
        },
    ],
    "baseline": "",
    "options": {"model": "py:plugin_models:late, reference"},
}


def report_of(folder):
    files = ("divergence.json", "divergence.md", "report.html")
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    return tuple((folder / name).read_bytes() for name in files)


def test_a_report_is_written_and_is_the_same_in_each_run_and_in_two_processes(check, pytester):
    for folder, options in {"one": [], "deep/two": ["-q"], "three": ["-n", "2"]}.items():
        kept = f"kept-{len(folder)}"
        given = [*LATE, *options, "--turncheck-report", folder, "--turncheck-witnesses", kept]
        assert check(*given, subprocess="-n" in options).ret == 1
    content, page, html = report_of(pytester.path / "one")
    values = json.loads(content)
    kept = values["models"][0].pop("witness")
    assert re.fullmatch(r"kept-3/py-plugin_models-late-[0-9a-f]{12}/turn_counter_rises_by_one\.wrong_value\.txt", kept)
    assert values.pop("versions").keys() >= {"python", "turncheck", "hypothesis", "numpy"}
    law = values["models"][0]["laws"][0]
    assert (law.pop("again"), law.pop("kept")) == (values["models"][0]["again"], kept)
    assert values == JSON
    assert page.decode("utf-8").startswith(
        "# Divergence\n\nseed 0, 5 examples and at least 1 cases for each law\n\n## py:plugin\\_models:late (py): 0 of 1 laws held (1 of 97 laws ran)\n"
    )
    for folder, kept in (("deep/two", b"kept-8"), ("three", b"kept-5")):
        assert tuple(each.replace(kept, b"kept-3") for each in report_of(pytester.path / folder)) == (
            content,
            page,
            html,
        )


# --- what a model writes is shown, and does nothing ------------------------------------------------------------------


@pytest.mark.parametrize("processes", [[], ["-n", "1"]], ids=["in this process", "in another"])
def test_hostile_answers_reach_neither_the_terminal_nor_the_report_raw(check, pytester, processes):
    options = ["--model", "py:plugin_models:hostile", "-k", "max_never", "--turncheck-report", "out", "-v", *processes]
    result = check(*options, subprocess=bool(processes))
    assert result.ret == 1
    shown = result.stdout.str() + result.stderr.str()
    assert "+ \\x1b[31m|`*\\ud800\\r\\u202eAAAA" in shown
    assert "... and 99625 characters more  (no newline)" in shown
    assert [character for character in shown if not character.isprintable() and character != "\n"] == []
    page = (pytester.path / "out" / "divergence.md").read_text("utf-8")
    assert [character for character in page if not character.isprintable() and character != "\n"] == []
    answer = json.loads((pytester.path / "out" / "divergence.json").read_bytes())
    (failure,) = answer["models"][0]["laws"][0]["failures"]
    assert failure["witness"]["got"] == f"\x1b[31m|`*\ud800\r\u202e{'A' * 100_000}"


def test_a_hostile_reason_breaks_no_table(check, pytester):
    result = check("--model", "py:plugin_models:rejects", "-k", "max_never", "--turncheck-report", "out")
    (row,) = [line for line in section(result) if line.startswith("max_never_changes")]
    assert row.split("  ")[-2:] == ["false_rejection: \\x1b[31m|`*<b>", "the neutral turn"]
    page = (pytester.path / "out" / "divergence.md").read_text("utf-8")
    assert next(line for line in page.splitlines() if line.startswith("| max")).split(" | ")[-2:] == [
        "false\\_rejection: \\\\x1b\\[31m\\|\\`\\*\\<b\\>", "the neutral turn   |"
    ]  # fmt: skip


@pytest.mark.parametrize("ci", ["", "true"])
def test_what_a_model_raised_is_shown_once_in_printable_characters(check, monkeypatch, ci):
    # Under CI pytest shortens no message in its summary.
    monkeypatch.setenv("CI", ci)
    result = check("--model", "py:plugin_models:raises", "-k", "statuses_count")
    assert result.ret == 1
    shown = [line for line in result.outlines if line.startswith("no_answer in ")]
    assert shown == ["no_answer in 2 of 5 cases: ValueError: no\\x1b[31m weights"]


# --- sessions that are not ours --------------------------------------------------------------------------------------

FOREIGN = """
import sys

def test_nothing_of_ours_is_loaded():
    loaded = {name for name in sys.modules if name.split(".")[0] in ("turncheck", "torch", "numpy", "hypothesis")}
    assert loaded - {name for name in loaded if name.split(".")[0] == "hypothesis"} == {
        "turncheck",
        "turncheck.properties",
        "turncheck.properties.session",
        "turncheck.properties.session.options",
        "turncheck.properties.session.plugin",
        "turncheck.properties.session.stash",
    }
    assert "hypothesis" not in loaded
"""


def test_a_foreign_session_loads_the_plugin_and_nothing_else(pytester):
    pytester.makepyfile(test_foreign=FOREIGN)
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider")
    assert result.ret == 0
    result.assert_outcomes(passed=1)
    assert "divergence" not in result.stdout.str()


def test_a_foreign_session_may_have_an_option_called_model(pytester):
    pytester.makeconftest(
        "def pytest_addoption(parser):\n    parser.addoption('--model')\n\n"
        "def pytest_report_header(config):\n    return f\"the model is {config.getoption('--model')}\"\n"
    )
    pytester.makepyfile("def test_nothing():\n    pass\n")
    result = pytester.runpytest_subprocess("--model=T", "-p", "no:cacheprovider")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["the model is T"])


# --- the short names -------------------------------------------------------------------------------------------------

OWN = """
def pytest_addoption(parser):
    parser.addoption({name!r}, default="mine")

def pytest_report_header(config):
    return f"theirs is {{config.getoption({name!r})}}"
"""
FOLDER = Path(plugin_module.__file__).parents[1]
BY_NAME = ["--pyargs", "turncheck.properties"]


@pytest.mark.parametrize(
    "folders",
    [BY_NAME, [".", *BY_NAME], [*BY_NAME, "."], [".", str(FOLDER)], [str(FOLDER), "."]],
    ids=["by name", "by name, behind it", "by name, before it", "by path, behind it", "by path, before it"],
)
def test_a_conftest_file_may_have_an_option_called_model_and_the_long_name_names_ours(pytester, folders):
    pytester.makepyfile(plugin_models=MODELS)
    pytester.syspathinsert()
    pytester.makeconftest(OWN.format(name="--model"))
    options = ["--turncheck-model=py:plugin_models:late", "--model=theirs", "-k", "max_never", "-p", "no:cacheprovider"]
    result = pytester.runpytest_inprocess(*folders, *options, "--turncheck-examples=2")
    assert result.ret == 0
    assert "theirs is theirs" in result.outlines
    assert section(result)[0] == "py:plugin_models:late (py): 1 of 1 laws held (1 of 97 laws ran)"


@pytest.mark.parametrize("name", ["--model", "--model-arg"])
def test_where_the_short_name_is_another_s_no_model_is_checked_that_nobody_named(check, pytester, name):
    pytester.makeconftest(OWN.format(name=name))
    result = check(name, "a=b", "-k", "max_never")
    said = f"ERROR: {name} is an option of another plugin or conftest file here: use --turncheck-{name[2:]}"
    assert (result.ret, [line for line in result.errlines if line]) == (4, [said])


def test_a_model_of_the_ini_file_is_checked_where_the_short_name_is_another_s(check, pytester):
    pytester.makeconftest(OWN.format(name="--model"))
    pytester.makeini("[pytest]\nturncheck_model = reference\n")
    result = check("--model", "theirs", "-k", "max_never")
    assert result.ret == 0
    assert summaries(result) == ["reference (reference): 1 of 1 laws held (1 of 97 laws ran)"]


def test_the_short_name_names_a_model_where_the_folder_is_run_by_its_path(pytester):
    options = ["--model", "reference", "-k", "max_never", "-p", "no:cacheprovider", "--turncheck-examples=2"]
    result = pytester.runpytest_inprocess(str(FOLDER / "test_laws.py"), *options)
    assert (result.ret, summaries(result)) == (0, ["reference (reference): 1 of 1 laws held (1 of 97 laws ran)"])


ROOT = Path(__file__).parents[3]


def test_the_folder_is_run_by_its_name_with_warnings_as_errors():
    command = [
        sys.executable,
        "-m",
        "pytest",
        "properties/",
        "--model=reference",
        "--turncheck-examples=2",
        "--turncheck-min-cases=1",
        "-q",
    ]
    found = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "CI": "true"}
    )
    # How long it takes is said where the machine is slow.
    said = [line for line in found.stderr.splitlines() if " left, estimated from the first " not in line]
    assert (found.returncode, said) == (0, [])
    assert f"reference (reference): {len(LAWS)} of {len(LAWS)} laws held\n" in found.stdout
