"""`turncheck sweep` and `turncheck compare`, run as a user runs them: their output, exit codes and files."""

import os
import re
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.properties.kept_sweeps import change_state, files_of, write_lines
from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.engine.duel.array_samplers import STREAM
from turncheck.properties.laws import laws_of
from turncheck.properties.sweeps import rates
from turncheck.properties.sweeps import sweep as sweep_module
from turncheck.properties.sweeps.kept import read_state
from turncheck.properties.sweeps.sweep import Sweep
from turncheck.reports.saved import read_report

LAWS = laws_of(DOMAIN)

MODELS = """
import os
import time
from turncheck.engine.duel import resolve_text

def right(prompts):
    return [resolve_text(prompt) for prompt in prompts]

def late(prompts):
    return [answer.replace("turn 0", "turn 1") for answer in right(prompts)]

def moody(prompts):
    if len(prompts) > 8:
        raise ValueError("so many")
    return right(prompts)

def wanders(prompts):
    os.chdir("elsewhere") if os.path.isdir("elsewhere") else None
    return right(prompts)

def slow(prompts):
    if len(prompts) > 1:
        print("asked", len(prompts), flush=True)
        time.sleep(60)
    return right(prompts)
"""


@pytest.fixture
def turncheck(monkeypatch):
    """Runs the command with those arguments, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "240")

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="turncheck")

    return run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder with some models."""
    (tmp_path / "swept_models.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("swept_models", None)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(sweep_module, "CHUNK", 20)


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_sweep_tells_rates_by_law_mode_number_and_orders(turncheck, folder):
    result = turncheck("sweep", "--model", "noisy:0.1", "--turns", 300, "--out", "swept")
    assert (result.exit_code, result.stderr) == (0, "")
    first, second, third, *lines = result.stdout.splitlines()
    assert first == "noisy:0.1 (noisy): 300 of 300 turns of play, seed 0"
    seeds = "the seed is an evaluation seed, training uses seeds 1,000,000 to 1,999,999"
    assert second == f"turns of random stream {STREAM}; {seeds}"
    more = "laws that ask a second prompt, made from the turn: each about one per 400 turns"
    assert third == f"{more}; malformed texts 1 in 50, plays 1 in 1,000, asking again 1 in 5,000"
    rates = [line for line in lines if line.endswith(("%", "(one-sided)"))]
    cells = {line.split("  ")[0]: re.split(r"  +", line) for line in rates}
    assert cells["answer_agrees_with_the_reference"][:3] == ["answer_agrees_with_the_reference", "all", "300"]
    assert cells["any"][2] == cells["answer_agrees_with_the_reference"][3]
    titles = [line.split("  ")[0] for line in lines if "95 % interval" in line]
    assert titles == ["law", "own answer", "number of the state (the worst 12)", "orders (the worst 12)"]
    shown = lines[next(place for place, line in enumerate(lines) if line.startswith("law about turns")) + 2 :]
    assert len(shown) > 5
    assert {line.split(" ")[0] for line in shown} <= {"", *(law.id for law in LAWS)}
    assert {path.name for path in (folder / "swept").iterdir()} == {".lock", "divergences.jsonl", "state.json"}


def test_a_sweep_writes_a_report_of_what_it_found_with_both_answers(turncheck, folder):
    result = turncheck(
        "sweep", "--model", "noisy:0.1", "--turns", 300, "--out", "swept", "--report", "out", "--no-shrink"
    )
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "page: out/report.html")
    found = read_report(folder / "out" / "divergence.json")
    assert (found.examples, found.options) == (0, {"model": "noisy:0.1", "sampler": "play", "turns": "300"})
    (model,) = found.models
    assert (model.laws, model.sweep.done, model.noun) == ((), 300, "turn")
    broken = {row.name for row in model.sweep.laws if row.broke}
    assert set(model.sweep.sentences) == broken
    small = model.sweep.smallest[0]
    assert DOMAIN.resolve_text(small.turn) == small.expected != small.got
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert f"It breaks {len(broken)} of" in page
    assert f'id="m1-{small.law}--{small.mode}"' in page
    assert (
        (folder / "out" / "divergence.md")
        .read_text()
        .startswith("# Divergence\n\nseed 0\n\n## noisy:0.1 (noisy): swept\n")
    )


@pytest.mark.parametrize(("gate", "verdict", "code"), [(0.9, "PASS", 0), (0.1, "FAIL", 1), (0.5, "INCONCLUSIVE", 1)])
def test_a_gate_ends_with_0_only_where_it_surely_passes(turncheck, folder, gate, verdict, code):
    result = turncheck("sweep", "--model", "noisy:0.5", "--turns", 60, "--out", "swept", "--gate", gate)
    last = result.stdout.splitlines()[-1]
    assert result.exit_code == code
    assert re.match(rf"gate {gate * 100:.6g}%: {verdict}, \d+ of 60 turns of play diverge: ", last)


def test_what_went_wrong_on_the_way_to_the_answers_is_told_in_front_of_the_verdict(turncheck, folder):
    result = turncheck("sweep", "--model", "py:swept_models:moody", "--turns", 60, "--out", "swept", "--gate", 0.9)
    *_, trouble, gate = result.stdout.splitlines()
    assert re.fullmatch(r"TROUBLE on the way to the answers: batches that failed .*: \d+", trouble)
    assert gate.startswith("gate 90%: PASS, 0 of 60 ")


@pytest.mark.parametrize(("gate", "least"), [(0.001, "3,688"), (0.03, "122")])
def test_a_gate_that_so_few_turns_cannot_pass_is_refused_at_once(turncheck, folder, gate, least):
    result = turncheck("sweep", "--model", "py:nothing:at_all", "--turns", 100, "--out", "swept", "--gate", gate)
    demand = f"--turns must be {least} or more for a gate of {gate}, got 100"
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.splitlines()[-1] == f"Error: {demand}: fewer could not pass even without a divergence"
    assert not (folder / "swept").exists()


def test_a_gate_of_nothing_is_refused(turncheck, folder):
    result = turncheck("sweep", "--model", "reference", "--turns", 100, "--out", "swept", "--gate", 0)
    fault = "--gate must be above 0, got 0: no sample can show a rate of 0"
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (4, f"Error: {fault}")


# --- what is stopped -------------------------------------------------------------------------------------------------

COMMAND = ("sweep", "--model", "py:swept_models:late", "--turns", 60, "--sampler", "mixed", "--out", "parts")
ABOUT = "py:swept_models:late (py): {} of 60 turns of mixed, seed 0"


@pytest.fixture
def stop_at(monkeypatch, small_chunks):
    """Interrupts the sweep at the chunk that begins with that turn, once."""

    def stop(turn):
        chunk, left = Sweep._chunk, [turn]

        def interrupted(work, block, part):
            if block.start + part.start in left:
                left.clear()
                raise KeyboardInterrupt
            return chunk(work, block, part)

        monkeypatch.setattr(Sweep, "_chunk", interrupted)

    return stop


def test_an_interrupted_sweep_shows_its_part_and_the_same_command_goes_on(turncheck, folder, stop_at):
    stop_at(40)
    stopped = turncheck(*COMMAND)
    said = "Error: stopped after 40 of 60 turns, which are saved: the same command with --resume continues\n"
    assert (stopped.exit_code, stopped.stderr) == (2, said)
    lines = stopped.stdout.splitlines()
    assert (lines[0], lines[-1]) == (ABOUT.format(40), "PARTIAL: no verdict")
    assert any(line.startswith("answer_agrees_with_the_reference  ") for line in lines)
    refused = turncheck(*COMMAND)
    kept = "it holds a sweep: --resume continues it, another --out starts a new sweep"
    assert (refused.exit_code, refused.stderr) == (4, f"Error: sweep {folder / 'parts'}: {kept}\n")
    assert turncheck(*COMMAND, "--resume").stdout.splitlines()[0] == ABOUT.format(60)
    whole = turncheck(*COMMAND[:-1], "whole")
    assert turncheck(*COMMAND, "--resume").stdout == whole.stdout
    assert files_of(folder / "parts") == files_of(folder / "whole")


def test_of_a_sweep_that_is_interrupted_in_its_first_chunk_it_is_said_that_nothing_is_kept(turncheck, folder, stop_at):
    stop_at(0)
    stopped = turncheck(*COMMAND)
    said = "Error: stopped before the first chunk of turns was done: nothing is saved, the same command starts again\n"
    assert (stopped.exit_code, stopped.stdout, stopped.stderr) == (2, "", said)
    assert turncheck(*COMMAND).stdout.splitlines()[0] == ABOUT.format(60)


def test_a_sweep_that_is_interrupted_while_it_is_shrunk_is_whole(turncheck, folder, monkeypatch, small_chunks):
    def interrupted(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rates, "counterexample", interrupted)
        stopped = turncheck(*COMMAND, "--gate", 0.9)
    kept = "all 60 turns are saved, and the same command with --resume searches again"
    said = f"Error: stopped while looking for the smallest turns: {kept}\n"
    assert (stopped.exit_code, stopped.stderr) == (2, said)
    lines = stopped.stdout.splitlines()
    assert lines[0] == ABOUT.format(60)
    assert lines[-1].startswith("gate 90%: PASS, ")
    again = turncheck(*COMMAND, "--gate", 0.9, "--resume")
    assert again.exit_code == 0
    (met,) = [place for place, line in enumerate(lines) if line.startswith("law about turns")]
    assert lines[met].split("  ")[-1].strip() == "the simplest turn that was found, not shrunk"
    assert set(lines[:met]) < set(again.stdout.splitlines())


def test_what_is_interrupted_before_it_began_says_so(turncheck, folder, monkeypatch):
    def interrupted(*given, **said):
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep_module, "how_often", interrupted)
    stopped = turncheck(*COMMAND)
    assert (stopped.exit_code, stopped.stderr) == (2, "Error: stopped before the first turn was asked\n")


# --- what is kept ----------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(turncheck, folder):
    """Two sweeps of the same turns, the second of a worse model."""
    for name, model in (("good", "right"), ("bad", "late")):
        turncheck("sweep", "--model", f"py:swept_models:{model}", "--turns", 60, "--out", name)
    return folder


def test_compare_ends_with_a_verdict_that_names_both_and_with_1_where_the_second_is_worse(turncheck, pair):
    worse, better, same = (turncheck("compare", *names.split()) for names in ("good bad", "bad good", "good good"))
    assert [result.exit_code for result in (worse, better, same)] == [1, 0, 0]
    first = worse.stdout.splitlines()[2]
    assert (first.startswith("own answer"), first.endswith("worse")) == (True, True)
    good, bad = "py:swept_models:right (good)", "py:swept_models:late (bad)"
    cases = "60 cases of play, seed 0"
    said = [result.stdout.splitlines()[-1] for result in (worse, better, same)]
    assert re.fullmatch(rf"worse: {re.escape(bad)} is, than {re.escape(good)}, in own answer and .*; {cases}", said[0])
    assert re.fullmatch(rf"better: {re.escape(good)} is, than {re.escape(bad)}, in own answer and .*; {cases}", said[1])
    assert said[2] == f"no difference shown: {good} and {good}; {cases}"


def test_compare_says_in_a_line_what_it_cannot_compare(turncheck, pair):
    missing = turncheck("compare", "good", "nothing")
    assert (missing.exit_code, missing.stdout) == (4, "")
    assert missing.stderr == "Error: sweep nothing: there is no such folder: turncheck sweep --out makes one\n"
    write_lines(pair / "bad", b"", signed=False)
    spoilt = turncheck("compare", "good", "bad")
    assert (spoilt.exit_code, spoilt.stdout, spoilt.stderr.count("\n")) == (2, "", 1)
    assert spoilt.stderr.endswith(": restore the folder, or delete it and sweep anew\n")


def test_a_sweep_whose_state_was_changed_is_not_gone_on_with(turncheck, folder):
    command = ("sweep", "--model", "py:swept_models:late", "--turns", 60, "--out", "swept")
    turncheck(*command)
    change_state(folder / "swept", lambda state: state["counts"].update(done=5000))
    before = files_of(folder / "swept")
    for said in ((), ("--resume",)):
        result = turncheck(*command, *said)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert "counts done must be 0..60, got 5000" in result.stderr
    assert files_of(folder / "swept") == before


def test_a_model_that_changes_the_folder_does_not_take_the_sweep_along(turncheck, folder):
    (folder / "elsewhere").mkdir()
    result = turncheck("sweep", "--model", "py:swept_models:wanders", "--turns", 30, "--out", "swept")
    assert result.exit_code == 0
    assert os.getcwd() == str(folder / "elsewhere")
    assert read_state(folder / "swept").is_whole
    assert list((folder / "elsewhere").iterdir()) == []


def command_line(*arguments):
    return [sys.executable, "-c", "from turncheck.cli import main; main()", *map(str, arguments)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, 2), pytest.param(signal.SIGKILL, -9, marks=pytest.mark.slow)]
)
def test_of_two_commands_with_one_folder_the_second_is_told_and_after_a_crash_it_may(turncheck, folder, how, code):
    command = ("sweep", "--model", "py:swept_models:slow", "--turns", 30, "--out", "swept")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    first = subprocess.Popen(command_line(*command), cwd=folder, **pipes)
    assert first.stdout.readline().startswith(b"asked")
    second = turncheck("sweep", "--model", "reference", "--turns", 30, "--out", "swept")
    fault = "another process is sweeping in it: wait for its end, or give another folder"
    assert (second.exit_code, second.stderr) == (2, f"Error: sweep {folder / 'swept'}: {fault}\n")
    first.send_signal(how)
    _, said = first.communicate(timeout=20)
    assert first.returncode == code
    if how == signal.SIGINT:
        told = "stopped before the first chunk of turns was done: nothing is saved, the same command starts again"
        assert said.decode() == f"Error: {told}\n"
    assert turncheck("sweep", "--model", "reference", "--turns", 30, "--out", "swept").exit_code == 0
