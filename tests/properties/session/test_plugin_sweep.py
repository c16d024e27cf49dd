"""Sweeps in pytest sessions: the gate and its exit codes, saving and resuming, the summary and the report."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import attrs
import pytest

from tests.properties.kept_sweeps import files_of
from tests.properties.sessions import LAW_IDS, rows
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.model.adapters.calibration import Noisy
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.subject import Subject
from turncheck.properties.sweeps import sweep as module
from turncheck.properties.sweeps.faults import UntrustedError
from turncheck.properties.sweeps.gate import least_turns
from turncheck.properties.sweeps.journal import sweep_lock
from turncheck.properties.sweeps.kept import STATE
from turncheck.properties.sweeps.plan import Plan, turns_in
from turncheck.properties.sweeps.result import begin_or_resume, found
from turncheck.properties.sweeps.statistics import Rate
from turncheck.properties.sweeps.sweep import Sweep
from turncheck.reports.sweeps import Smallest

LATE = "py:plugin_models:late"
ALONE = ["-k", "test_sweep"]
AND_ONE = ["-k", "test_sweep or max_never"]


def shown(result):
    """The lines of the section of sweeps."""
    lines = result.outlines
    start = next(index for index, line in enumerate(lines) if " sweep of " in line)
    closing = re.compile(r"=====|!!!!!|\d+ (passed|failed|skipped|deselected).* in [\d.]+s")
    end = next(index for index, line in enumerate(lines) if index > start and closing.match(line))
    return "\n".join(lines[start:end]).strip().splitlines()


def reported(pytester, folder="out"):
    """The sweeps that a report holds, by model."""
    values = json.loads((pytester.path / folder / "divergence.json").read_text(encoding="utf-8"))
    assert values["schema"] == 9
    return {model["name"]: model["sweep"] for model in values["models"]}


# --- the gate --------------------------------------------------------------------------------------------------------

PASSES = "gate 5%: PASS, 0 of 400 turns of play diverge: 0.000%, 95 % interval 0.000% to 0.918%"


def test_the_truth_passes_a_gate_and_ends_with_0(check):
    swept = ["--turncheck-sweep=400", "--turncheck-gate=0.05", "--turncheck-table=failing"]
    result = check("--model", "reference", *swept, "-q", *ALONE)
    assert result.ret == 0
    result.assert_outcomes(passed=1, deselected=len(LAW_IDS))
    lines = shown(result)
    assert " sweep of play (seed 0) " in lines[0]
    assert lines[1] == "reference (reference): 400 of 400 turns of play, seed 0"
    assert re.match(r"\d+ of 97 laws were never broken, which puts their rates below 0.746% \(", lines[5])
    assert lines[-1] == PASSES
    assert " divergence (seed " not in result.stdout.str()


FAILS = r"gate 5%: FAIL, (\d+) of 80 turns of play diverge: [\d.]+%, 95 % interval [\d.]+% to [\d.]+%"


def test_a_noisy_model_fails_a_gate_below_its_rate_and_ends_with_1(check, pytester):
    gate = ["--turncheck-sweep=80", "--turncheck-gate=0.05", "--turncheck-report=out"]
    result = check("--model", "noisy:0.3", *gate, *ALONE, "--turncheck-no-shrink")
    assert result.ret == 1
    result.assert_outcomes(failed=1, deselected=len(LAW_IDS))
    said = [line for line in result.outlines if re.fullmatch(FAILS, line)]
    assert said == [shown(result)[-1]] * 2  # as the failure, and below the tables
    assert "page: out/report.html" in result.outlines
    sweep = reported(pytester)["noisy:0.3"]
    assert (sweep["gate"], sweep["verdict"]) == (0.05, "FAIL")
    assert sweep["diverged"] == int(re.fullmatch(FAILS, said[0])[1])
    assert sweep["low"] > 0.05


@pytest.mark.parametrize(("words", "code"), [("fail", 1), ("skip", 0)])
def test_a_gate_near_the_rate_is_inconclusive_and_fails_unless_it_may_be_skipped(check, words, code):
    gate = ["--turncheck-sweep=80", "--turncheck-gate=0.1", f"--turncheck-inconclusive={words}"]
    result = check("--model", "noisy:0.1", *gate, *ALONE, "-rs", "--turncheck-no-shrink")
    assert result.ret == code
    result.assert_outcomes(deselected=len(LAW_IDS), **{"failed" if code else "skipped": 1})
    line = shown(result)[-1]
    assert line.startswith("gate 10%: INCONCLUSIVE, ")
    assert line.endswith("; more turns narrow it")


def test_without_a_gate_nothing_is_demanded_and_laws_run_beside_it(check, pytester):
    result = check("--model", LATE, "--turncheck-sweep=300", "--turncheck-report=out", "-q", *AND_ONE)
    assert result.ret == 0
    result.assert_outcomes(passed=2, deselected=len(LAW_IDS) - 1)
    assert rows(result) == ["max_never_changes"]
    sweep = reported(pytester)[LATE]
    assert (sweep["done"], sweep["gate"], sweep["verdict"]) == (300, None, None)
    assert sweep["diverged"] > 0
    assert not any(line.startswith("gate ") for line in shown(result))


def late(prompts):
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]


def test_what_is_reported_is_what_a_sweep_of_the_same_turns_finds(check, pytester, tmp_path):
    options = ["--hypothesis-seed=5", "--turncheck-sampler=mixed", "--turncheck-gate=0.5", "--turncheck-report=out"]
    check("--model", LATE, "--turncheck-sweep=200", *options, *ALONE)
    sweep = Sweep(Subject(LATE, "py", PythonFunction(late), DOMAIN), Plan("mixed", 5, 200), tmp_path)
    assert [counts.done for counts in sweep.chunks()] == [200]
    expected = found(sweep, 0.5)
    assert (expected.sampler, expected.seed, expected.stream) == ("mixed", 5, "numpy-1")
    assert (expected.training_seeds, expected.verdict) == ((1_000_000, 1_999_999), "PASS")
    assert expected.diverged > 0
    turn = write(Turn())
    answer = resolve_text(turn)
    small = ("turn_counter_rises_by_one", "wrong_value", turn, "the neutral turn", "", turn, answer)
    got, said = answer.replace("turn 02", "turn 03"), "turn 03 for 02 (+1)"
    assert Smallest(*small, got, said) in expected.smallest
    assert expected.sentences["turn_counter_rises_by_one"].startswith("The turn counter rises by 1")
    assert reported(pytester) == {LATE: json.loads(json.dumps(expected.to_json()))}
    page = (pytester.path / "out" / "divergence.md").read_text(encoding="utf-8")
    assert "### Sweep: 200 of 200 turns of mixed, seed 5\n" in page


def test_several_models_have_a_sweep_each(check, pytester):
    models = ["--model", "noisy:0.3", "--model", "reference"]
    gate = ["--turncheck-sweep=80", "--turncheck-gate=0.05", "--turncheck-no-shrink", "--turncheck-report=out"]
    result = check(*models, *gate, "-q", *ALONE)
    result.assert_outcomes(passed=1, failed=1, deselected=2 * len(LAW_IDS))
    of_each = [line for line in shown(result) if " turns of play, seed 0" in line]
    assert [line.split(":")[0] for line in of_each] == ["noisy", "reference (reference)"]
    assert {name: sweep["verdict"] for name, sweep in reported(pytester).items()} == {
        "noisy:0.3": "FAIL",
        "reference": "PASS",
    }


MOODY = """
from turncheck.engine.duel import resolve_text

def predict(prompts):
    if len(prompts) > 8:
        raise ValueError("so many")
    return [resolve_text(prompt) for prompt in prompts]
"""


def test_what_went_wrong_on_the_way_to_the_answers_is_told_once(check, pytester):
    pytester.makepyfile(moody=MOODY)
    for said in (ALONE, AND_ONE):
        result = check("--model", "py:moody:predict", "--turncheck-sweep=60", *said)
        assert result.ret == 0
        assert len([line for line in result.outlines if line.startswith("TROUBLE on the way to the answers: ")]) == 1


# --- usage -----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_swept_is_a_usage_error_in_one_line(check, pytester):
    result = check("--model", "reference", "--turncheck-sweep=9", "--turncheck-sampler=odd")
    message = "--turncheck-sampler must be one of mixed, play, small, got 'odd'"
    assert (result.ret, [line for line in result.errlines if line]) == (4, [f"ERROR: {message}"])
    result.assert_outcomes()
    assert not (pytester.path / ".turncheck").exists()


@pytest.mark.parametrize("gate", [1.0, 0.5, 0.05, 0.01, 0.0001])
def test_with_the_least_turns_a_gate_can_be_passed_and_with_fewer_it_cannot(gate):
    least = least_turns(gate)
    assert Rate(0, least).interval[1] < gate
    assert least == 1 or Rate(0, least - 1).interval[1] >= gate


# --- where no sweep is asked for -------------------------------------------------------------------------------------


def test_without_the_option_there_is_no_such_item(check, pytester):
    result = check("--model", "reference", "--collect-only", "-q")
    assert len([line for line in result.outlines if "::" in line]) == len(LAW_IDS)
    assert "test_sweep" not in result.stdout.str()
    result = check("--model", "reference", *AND_ONE, "--turncheck-report=out")
    result.assert_outcomes(passed=1, deselected=len(LAW_IDS) - 1)
    assert " sweep of " not in result.stdout.str()
    assert reported(pytester) == {"reference": None}


def test_the_module_alone_says_what_is_missing(pytester):
    path = Path(module.__file__).parents[1] / "test_sweeps.py"
    result = pytester.runpytest_inprocess(str(path), "--turncheck-model=reference", "-p", "no:cacheprovider", "-rs")
    result.assert_outcomes(skipped=1)
    assert "--turncheck-sweep N says how many cases to sweep" in result.stdout.str()


# --- what is kept ----------------------------------------------------------------------------------------------------

INTERRUPTED = """
import os
import signal
import turncheck.properties.sweeps.sweep
from turncheck.engine.duel import resolve_text

turncheck.properties.sweeps.sweep.CHUNK = 40
STOP = {stop!r}

def predict(prompts):
    if STOP in prompts and not os.environ.get("GO_ON"):
        signal.raise_signal(signal.SIGINT)
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]
"""
MINE = "py:plugin_interrupted:predict"
KEPT = "what was done is kept, and the same command with --turncheck-resume, if the model is still the same, continues"


@pytest.fixture
def interrupted(check, pytester, monkeypatch):
    """Sweeps 120 turns in chunks of 40 and interrupts at turn 60, unless it goes on."""
    monkeypatch.setattr(module, "CHUNK", 40)  # so that what a session within this process sets it to does not stay
    pytester.makepyfile(plugin_interrupted=INTERRUPTED.format(stop=write(sample_arrays("play", 0, 1, 60).turn(0))))

    def run(*options, goes_on=False):
        if goes_on:
            monkeypatch.setenv("GO_ON", "1")
        sweep = ["--model", MINE, "--turncheck-sweep=120", "--turncheck-report=out", *ALONE]
        return check(*sweep, *options, subprocess=not goes_on)

    return run


def test_an_interrupted_sweep_is_partial_has_no_verdict_and_resumes_to_the_same_counts(interrupted, pytester):
    gate = "--turncheck-gate=0.9"
    left = interrupted(gate)
    assert left.ret == pytest.ExitCode.INTERRUPTED == 2
    lines = shown(left)
    assert re.fullmatch(
        rf"{MINE} \(py\): 40 of 120 turns of play, seed 0, \d+ of them diverged", lines[1]
    )  # fmt: skip
    assert lines[2] == f"PARTIAL, no verdict: {KEPT}"
    partial = reported(pytester)[MINE]
    assert (partial["done"], partial["turns"], partial["gate"], partial["verdict"]) == (40, 120, None, None)
    (folder,) = (pytester.path / ".turncheck" / "sweeps").rglob("play-0-120")
    assert json.loads((folder / STATE).read_text())["counts"]["done"] == 40
    assert (pytester.path / ".turncheck" / "sweeps" / ".gitignore").read_text() == "*\n"
    assert not (pytester.path / ".turncheck" / ".gitignore").exists()

    whole = interrupted(gate, "--turncheck-sweeps=another", goes_on=True)
    from_the_beginning = reported(pytester)[MINE]
    on = interrupted(gate, "--turncheck-resume", goes_on=True)
    assert (whole.ret, on.ret) == (0, 0)
    assert reported(pytester)[MINE] == from_the_beginning
    assert (from_the_beginning["done"], from_the_beginning["verdict"]) == (120, "PASS")
    assert from_the_beginning["diverged"] > partial["diverged"] > 0


def test_of_a_process_that_is_interrupted_in_a_sweep_it_is_said_that_there_is_no_verdict(interrupted, pytester):
    result = interrupted("-n", "1", "--turncheck-gate=0.9")
    assert result.ret == 2
    said = [line for line in result.outlines if line.startswith("a sweep ")]
    assert said == [f"a sweep that had begun has no verdict: {KEPT}"]
    (state,) = pytester.path.rglob(STATE)
    assert json.loads(state.read_text())["counts"]["done"] == 40


@pytest.fixture
def parts(monkeypatch, tmp_path):
    """Begins a sweep of 60 turns in chunks of 20, and leaves it where it is told to."""
    monkeypatch.setattr(module, "CHUNK", 20)

    def sweep(may_resume, done=60, sha256="ab", seed=0):
        subject = Subject("mine", "native", Noisy(DOMAIN, 0.2), DOMAIN, sha256=sha256)
        work = begin_or_resume(subject, Plan("play", seed, 60), tmp_path / "sweep", may_resume)
        before = work.counts.done
        for counts in work.chunks():
            if counts.done == done:
                break
        return before, attrs.asdict(work.counts)

    return sweep


def test_a_sweep_that_was_left_is_resumed_where_it_may_be(parts):
    _, whole = parts(False)
    assert parts(False, done=40)[0] == 0
    assert parts(True) == (40, whole)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ({"done": 40}, {"may_resume": False}),
        ({"done": 60}, {"may_resume": True}),
        ({"done": 40, "sha256": "cd"}, {"may_resume": True}),
        ({"done": 40, "seed": 1}, {"may_resume": True}),
    ],
    ids=["it may not", "it is whole", "of another file", "of other turns"],
)
def test_every_other_sweep_begins_anew(parts, left, said):
    _, whole = parts(False)
    parts(False, **left)
    assert parts(**said) == (0, whole)


@pytest.mark.parametrize("content", ["", "{}", "[]"])
def test_a_sweep_whose_state_cannot_be_read_stays_as_it_is(parts, tmp_path, content):
    parts(True, done=40)
    (tmp_path / "sweep" / STATE).write_text(content)
    before = files_of(tmp_path / "sweep")
    with pytest.raises(UntrustedError):
        parts(True)
    assert files_of(tmp_path / "sweep") == before


def test_a_sweep_leaves_nothing_in_the_memory_of_its_subject(tmp_path):
    asked = []

    def predict(prompts):
        asked.extend(prompts)
        return [resolve_text(prompt) for prompt in prompts]

    subject = Subject("mine", "py", PythonFunction(predict), DOMAIN)
    work = begin_or_resume(subject, Plan("play", 0, 50), tmp_path, may_resume=False)
    assert [counts.done for counts in work.chunks()] == [50]
    found(work)
    first = write(sample_arrays("play", 0, 1).turn(0))
    before = asked.count(first)
    assert subject.ask([first]) == [resolve_text(first)]
    assert asked.count(first) == before + 1 > 1


def errors(result):
    return [line for line in result.outlines if line.startswith("ERROR: ")]


def test_a_folder_that_cannot_be_written_is_said_and_is_bad_input(check, pytester):
    (pytester.path / "file").write_text("")
    result = check("--model", "reference", "--turncheck-sweep=20", "--turncheck-sweeps=file/sweeps", *ALONE)
    result.assert_outcomes(failed=1, deselected=len(LAW_IDS))
    (said,) = errors(result)
    assert re.fullmatch(r"ERROR: sweep .*-0-20: it cannot be written \(Not a directory\): give another folder", said)
    assert result.ret == pytest.ExitCode.USAGE_ERROR == 4


@pytest.mark.parametrize("options", [[], pytest.param(["-n", "1"], marks=pytest.mark.slow)])
def test_a_sweep_that_cannot_be_trusted_ends_with_2_and_stays_as_it_is(check, pytester, options):
    command = ["--model", "reference", "--turncheck-sweep=20", "--turncheck-resume", *ALONE]
    check(*command)
    (state,) = pytester.path.rglob(STATE)
    state.write_bytes(state.read_bytes().replace(b'"diverged": 0', b'"diverged": 1'))
    before = files_of(state.parent)
    result = check(*command, *options, subprocess=bool(options))
    (said,) = errors(result)
    assert said.startswith(f"ERROR: sweep {state.parent}: its {STATE} cannot be read (its digest must match its ")
    assert said.endswith(": restore the folder, or delete it and sweep anew")
    assert (result.ret, files_of(state.parent)) == (2, before)
    state.unlink()
    assert check(*command).ret == 0  # there were no lines to lose
    with sweep_lock(state.parent):
        busy = check(*command)
    assert errors(busy) == [f"ERROR: sweep {state.parent}: another process is sweeping in it: {BUSY}"]
    assert busy.ret == 2


BUSY = "wait for its end, or give another folder"


def test_of_the_small_scope_no_more_is_swept_than_there_is(check, pytester):
    options = ["--turncheck-sampler=small", "--turncheck-sweep=30", "--turncheck-report=out"]
    check("--model", "reference", *options, *ALONE)
    sweep = reported(pytester)["reference"]
    assert (sweep["sampler"], sweep["stream"], sweep["turns"], sweep["done"]) == ("small", None, 30, 30)
    assert turns_in("small", 10**9, DOMAIN) == 539_904


# --- what is committed -----------------------------------------------------------------------------------------------


def git(folder, *arguments):
    said = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "core.autocrlf=true", *arguments]
    return subprocess.run(["git", *said], cwd=folder, check=True, capture_output=True, text=True).stdout.split("\n")[
        :-1
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="git")
def test_whoever_commits_the_folder_commits_the_witnesses_and_a_checkout_leaves_them_alone(check, pytester):
    home = pytester.path / ".turncheck"
    home.mkdir()
    (home / ".gitignore").write_bytes(b"*\n")  # as an earlier version left it
    check("--model", LATE, "--turncheck-sweep=40", "-k", "test_sweep or rises_by_one")
    git(pytester.path, "init", "-q")
    git(pytester.path, "add", ".turncheck")
    staged = git(pytester.path, "diff", "--cached", "--name-only")
    (witness,) = home.rglob("*.txt")
    assert staged == [f"{witness.parent.relative_to(pytester.path).as_posix()}/{name}" for name in (
        ".gitattributes", "turn_counter_rises_by_one.wrong_value.txt"
    )]  # fmt: skip
    assert list((home / "sweeps").rglob(STATE))
    git(pytester.path, "commit", "-qm", "witnesses")
    git(pytester.path, "clone", "-q", ".", "elsewhere")
    (cloned,) = (pytester.path / "elsewhere").rglob("*.txt")
    assert cloned.read_bytes() == witness.read_bytes()
    assert b"\r" not in cloned.read_bytes()


@pytest.mark.parametrize("content", ["*\n", "*\n\n", "*", "sweeps/\n"])
def test_only_what_an_earlier_version_wrote_is_taken_away(check, pytester, content):
    home = pytester.path / ".turncheck"
    home.mkdir()
    (home / ".gitignore").write_bytes(content.encode())
    check("--model", "reference", "--turncheck-sweep=5", *ALONE)
    assert (home / ".gitignore").exists() == (content != "*\n")


# --- other ways of running -------------------------------------------------------------------------------------------


def test_in_two_processes_the_summary_and_the_report_are_the_same(check, pytester):
    options = ["--model", LATE, "--model", "reference", "--turncheck-sweep=100", "-q", *AND_ONE]
    one = check(*options, "--turncheck-report=one")
    two = check(*options, "--turncheck-report=two", "-n", "2", subprocess=True)
    assert one.ret == two.ret == 0
    assert shown(one)[:-1] == shown(two)[:-1]
    assert (shown(one)[-1], shown(two)[-1]) == ("page: one/report.html", "page: two/report.html")
    assert reported(pytester, "one") == reported(pytester, "two")
    assert [sweep["done"] for sweep in reported(pytester, "two").values()] == [100, 100]


def test_the_options_can_stand_in_the_ini_file(check, pytester):
    pytester.makepyprojecttoml(
        """
        [tool.pytest.ini_options]
        turncheck_model = ["reference"]
        turncheck_sweep = 200
        turncheck_sampler = "mixed"
        turncheck_gate = "0.2"
        turncheck_sweeps = "out/sweeps"
        turncheck_resume = true
        turncheck_report = "out"
        """
    )
    assert check(*ALONE).ret == 0
    sweep = reported(pytester)["reference"]
    assert (sweep["sampler"], sweep["turns"], sweep["gate"], sweep["verdict"]) == ("mixed", 200, 0.2, "PASS")
    assert [folder.name for folder in (pytester.path / "out" / "sweeps").glob("*/*")] == ["mixed-0-200"]
    assert not (pytester.path / ".turncheck").exists()


def test_junit_has_the_rate_and_the_verdict(check, pytester):
    check("--model", "reference", "--turncheck-sweep=400", "--turncheck-gate=0.05", "--junit-xml=x.xml", *ALONE)
    (case,) = ET.parse(pytester.path / "x.xml").getroot().iter("testcase")
    values = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert values == {
        "turncheck_model": "reference",
        "turncheck_sampler": "play",
        "turncheck_turns": "400",
        "turncheck_diverged": "0",
        "turncheck_low": "0.0",
        "turncheck_high": str(Rate(0, 400).interval[1]),
        "turncheck_verdict": "PASS",
        "turncheck_seed": "0",
    }


def test_each_option_is_in_pytest_s_help(pytester):
    shown = " ".join(pytester.runpytest_subprocess("--help", "-p", "no:cacheprovider").stdout.str().split())
    for name in ("sweep", "sampler", "gate", "sweeps", "resume"):
        assert f"--turncheck-{name}" in shown
        assert f"turncheck_{name}" in shown
    assert "(default: .turncheck/sweeps)" in shown


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_alone(pytester, is_terminal):
    outer, inner = os.openpty()
    options = ["--pyargs", "turncheck.properties", "--turncheck-model=reference", "--turncheck-sweep=60", *ALONE]
    command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    errors = inner if is_terminal else subprocess.PIPE
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=pytester.path)
    os.close(inner)
    written = os.read(outer, 100_000).decode("utf-8", "replace") if is_terminal else done.stderr.decode()
    os.close(outer)
    assert done.returncode == 0
    assert bool(re.search(r"turns .*60/60\S* 0 diverged, ", written)) == is_terminal
    assert is_terminal or written == ""
