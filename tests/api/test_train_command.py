"""`turncheck train`: its folder, counterexamples to learn, the final sweep, and what stops it."""

import csv
import errno
import json
import os
import shlex
import signal
import sys

import pytest
from attrs import evolve
from click.testing import CliRunner

from tests.examples.domains.planted import EXAMPLES
from tests.properties.sessions import GAMES
from turncheck.cli import main

pytest.importorskip("torch")

from turncheck.engine import registry
from turncheck.engine.sampling import TRAINING_SEEDS
from turncheck.model import checkpoint
from turncheck.model.configs import CONFIGS, TrainConfig
from turncheck.model.train import Run

TRAIN = ("train", "--domain", "adder.py", "--config", "quick", "--out", "run")
QUICK = TrainConfig("to be tried", layers=1, width=8, heads=2, steps=6, batch=4, warmup=2, save_every=2)
UNSWEPT = (*TRAIN, "--final-sweep", "0")


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder of a user's, with a config of a few steps."""
    for name, code in GAMES.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(CONFIGS, "quick", QUICK)
    yield lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments], prog_name="turncheck")
    for name in GAMES:
        sys.modules.pop(name, None)


def facts(folder, name="run.json"):
    return json.loads((folder / "run" / name).read_text(encoding="utf-8"))


def curve(folder):
    with open(folder / "run" / "curve.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def log(folder):
    """The lines of the log without their times."""
    return [line[20:] for line in (folder / "run" / "log.txt").read_text(encoding="utf-8").splitlines()]


def content(folder):
    return {path.name: path.read_bytes() for path in (folder / "run").iterdir() if path.suffix == ".safetensors"}


# --- the folder ------------------------------------------------------------------------------------------------------


def test_a_run_s_folder_says_what_it_is_how_it_went_and_what_became_of_it(turncheck, tmp_path):
    result = turncheck(*TRAIN, "--final-sweep", 8)
    assert result.exit_code == 0, result.output
    said = facts(tmp_path)
    assert said["command"] == "turncheck train --domain adder.py --config quick --out run --final-sweep 8"
    assert (said["domain"], said["seed"], said["data_seed"], said["step"], said["turns"]) == (
        "adder/1",
        0,
        10**6,
        6,
        24,
    )
    assert (said["config"]["name"], said["config"]["width"], said["from"]) == ("quick", 8, None)
    assert {"python", "turncheck", "torch"} <= set(said["versions"])
    assert said["core_hours"] >= 0
    points = curve(tmp_path)
    assert [point["step"] for point in points] == ["2", "4", "6"]
    assert all(float(point["loss"]) > 0 and float(point["held_out_exact"]) >= 0 for point in points)
    assert [float(point["learning_rate"]) for point in points] == pytest.approx([0.002, 0.001, 0.0])
    first, *counted = result.stdout.splitlines()
    assert first == "run/checkpoint.safetensors: 6 steps of 4 turns"
    assert [line.split(" are wrong")[0] for line in counted] == ["8 of 8 turns of mixed (seed 0)"]
    swept = facts(tmp_path, "sweep.json")
    (rate,) = swept["rates"]
    assert (rate["sampler"], rate["wrong"], rate["of"], rate["high"], swept["seen"]) == ("mixed", 8, 8, 1.0, 0)
    assert (tmp_path / "run" / "sweeps" / "mixed" / "state.json").is_file()
    begins, ends, *measured = log(tmp_path)
    assert begins == f"begins: {said['command']}"
    assert ends.startswith("ended after step 6, ")
    assert measured == counted
    picture = tmp_path / "run" / "curve.png"
    assert not picture.exists() or picture.read_bytes().startswith(b"\x89PNG")


def test_the_command_of_a_folder_continues_the_run_and_no_line_of_its_curve_comes_twice(
    turncheck, tmp_path, monkeypatch
):
    step = Run._train_step

    def interrupted(run, drawn):
        if run.step == 3:
            raise KeyboardInterrupt
        return step(run, drawn)

    monkeypatch.setattr(Run, "_train_step", interrupted)
    result = turncheck(*UNSWEPT, "--snapshot", 5)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "Error: stopped after step 3, saved: the same command continues",
    )
    assert [point["step"] for point in curve(tmp_path)] == ["2", "3"]
    assert facts(tmp_path)["step"] == 3
    before = facts(tmp_path)["core_hours"]
    monkeypatch.setattr(Run, "_train_step", step)
    _, *again = shlex.split(facts(tmp_path)["command"])
    assert turncheck(*again).exit_code == 0
    assert [point["step"] for point in curve(tmp_path)] == ["2", "3", "4", "6"]
    assert facts(tmp_path)["core_hours"] >= before
    assert [line.split(":")[0] for line in log(tmp_path)] == [
        "begins",
        "stopped after step 3, saved",
        "goes on after step 3",
        log(tmp_path)[-1],
    ]
    assert turncheck(*again).exit_code == 0
    assert [point["step"] for point in curve(tmp_path)] == ["2", "3", "4", "6"]


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (0, "stopped in step 1, nothing is saved yet: the same command starts again"),
        (3, "stopped in step 4, saved after step 2: the same command continues"),
    ],
)
def test_an_update_that_was_cut_is_not_said_to_be_saved(turncheck, tmp_path, monkeypatch, step, line):
    trained = Run._train_step

    def cut(run, drawn):
        if run.step == step:
            run._torn = True
            raise KeyboardInterrupt
        return trained(run, drawn)

    monkeypatch.setattr(Run, "_train_step", cut)
    result = turncheck(*UNSWEPT)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: {line}")
    monkeypatch.setattr(Run, "_train_step", trained)
    assert turncheck(*UNSWEPT).exit_code == 0
    assert [point["step"] for point in curve(tmp_path)] == ["2", "4", "6"]


def test_without_matplotlib_a_line_says_how_to_get_the_picture(turncheck, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = turncheck(*UNSWEPT)
    assert result.exit_code == 0
    assert "pip install 'turncheck[plots]'" in result.stderr.splitlines()[-1]
    assert not (tmp_path / "run" / "curve.png").exists()


def test_a_model_of_stages_is_measured_on_texts_of_its_stages(turncheck, tmp_path, monkeypatch):
    from turncheck.model import data, examples

    monkeypatch.setattr(data, "SEEN", 200)
    monkeypatch.setattr(examples, "DRAWN", 10)
    config = TrainConfig(
        kind="reader",
        layers=1,
        width=4,
        heads=1,
        hidden=4,
        steps=2,
        batch=4,
        warmup=1,
        malformed=0.5,
        stages=("read",),
    )
    monkeypatch.setitem(CONFIGS, "reads", config)
    result = turncheck("train", "--config", "reads", "--out", "run", "--final-sweep", 20)
    assert result.exit_code == 0, result.output
    (rate,) = facts(tmp_path, "sweep.json")["rates"]
    assert (rate["stages"], rate["seed"], rate["of"]) == (["read"], 2_000_000, 20)
    assert result.stdout.splitlines()[-1].startswith(f"{rate['wrong']} of 20 texts of read (seed 2000000) are wrong")


def test_the_stages_to_learn_can_be_named(turncheck, tmp_path, monkeypatch):
    from turncheck.model import data, examples

    monkeypatch.setattr(data, "SEEN", 200)
    monkeypatch.setattr(examples, "DRAWN", 10)
    monkeypatch.setitem(CONFIGS, "tries", evolve(QUICK, kind="dense", hidden=4, heads=1, malformed=0.0))
    duel = ("train", "--config", "tries", "--out", "run", "--final-sweep", 20)
    result = turncheck(*duel, "--stages", "orders,end")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].endswith("are wrong: 100.000%, 95 % interval 83.157% to 100.000%")
    assert "20 of 20 texts of orders and end (seed 2000000)" in result.stdout
    other = turncheck(*duel, "--stages", "orders,start", "--out", "other")
    assert other.exit_code == 4
    line = "Error: domain duel/1: stages must be among its own (read, orders, end), got 'start'\n"
    assert other.stderr == line
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "run" / "engine.toml").exists()


def test_a_model_of_all_stages_has_a_card_with_which_it_answers_whole_prompts(turncheck, tmp_path, monkeypatch):
    from turncheck.model.adapters.loading import load

    monkeypatch.setitem(CONFIGS, "tries", evolve(QUICK, kind="one pass", fields=True, malformed=0.0))
    steps = EXAMPLES / "subleq" / "steps.py"
    result = turncheck(*UNSWEPT, "--config", "tries", "--domain", f"{steps}:DOMAIN", "--stages", "all")
    assert result.exit_code == 0, result.output
    card = (tmp_path / "run" / "engine.toml").read_text()
    assert card.startswith('kind = "experts"\nfirst = "places"\nrejects = false\n\n[experts]\nplaces = "checkpoint')
    domain = registry.load_domain(f"{steps}:DOMAIN")
    loaded = load("run", (), domain)
    assert not loaded.card.rejects
    assert domain.stages.first == "places"
    assert loaded.engine.predict([domain.write(domain.case())])
    (tmp_path / "run" / "engine.toml").write_text("# mine")
    again = turncheck(*UNSWEPT, "--config", "tries", "--domain", f"{steps}:DOMAIN", "--stages", "all")
    assert again.exit_code == 0, again.output
    assert (tmp_path / "run" / "engine.toml").read_text() == "# mine"


# --- counterexamples -------------------------------------------------------------------------------------------------


def given(folder):
    lines = (folder / "run" / "from.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_sweep_s_divergences_are_learned_and_counted_as_seen(turncheck, tmp_path):
    swept = ("sweep", "--domain", "adder.py", "--model", "players.py:carries_nothing", "--sampler", "mixed")
    assert turncheck(*swept, "--turns", 30, "--seed", 7, "--out", "swept").exit_code == 0
    result = turncheck(*UNSWEPT, "--from", "swept", "--from-share", "0.5")
    assert result.exit_code == 0, result.output
    header, *lines = given(tmp_path)
    assert header["sources"] == ["swept"]
    assert lines
    assert {line["seed"] for line in lines} == {7}
    count = len(lines)
    told = f"{count} texts are 50% of the first batch, and 0 % of the last, {count} of them not from training seeds"
    assert told in result.stderr
    assert facts(tmp_path)["from"] == {"sources": ["swept"], "texts": count, "seen": count, "share": 0.5}
    shown = turncheck("evaluate", "--domain", "adder.py", "--model", "run/checkpoint.safetensors", "--turns", 8)
    assert f"it has learned {count} texts that are not from training seeds" in shown.stderr


def test_what_is_mined_is_from_training_seeds_and_nothing_of_it_is_seen(turncheck, tmp_path):
    command = (*UNSWEPT, "--mine", "players.py:carries_nothing", "--mine-turns", 30)
    result = turncheck(*command)
    assert result.exit_code == 0, result.output
    header, *lines = given(tmp_path)
    assert header["sources"] == ["30 turns asked of players.py:carries_nothing"]
    assert {line["seed"] for line in lines} == {TRAINING_SEEDS[-1]}
    assert f" errs on {len(lines)} of 30 turns of training seed 1999999: " in result.stderr
    assert facts(tmp_path)["from"]["seen"] == 0
    before = content(tmp_path)
    result = turncheck(*command)  # it reads what it kept
    assert (result.exit_code, content(tmp_path)) == (0, before)
    assert "errs on" not in result.stderr


def test_a_model_without_errors_leaves_nothing_to_learn(turncheck, tmp_path):
    result = turncheck(*UNSWEPT, "--mine", "reference", "--mine-turns", 10)
    assert result.exit_code == 0, result.output
    assert "errs on 0 of 10 turns" in result.stderr
    assert facts(tmp_path)["from"]["texts"] == 0


def test_a_run_that_was_begun_with_other_sources_is_not_resumed(turncheck, tmp_path):
    assert turncheck(*UNSWEPT).exit_code == 0
    before = content(tmp_path)
    result = turncheck(*UNSWEPT, "--mine", "reference")
    demand = "--from, --mine and --hard must be nothing to resume the run in run"
    fault = f"Error: {demand}, got 20,000 turns asked of reference: use another folder\n"
    assert (result.exit_code, result.stderr, content(tmp_path)) == (4, fault, before)


@pytest.mark.parametrize("what", ["adder.py", "empty"])
def test_what_holds_no_turns_is_one_line_and_nothing_is_begun(turncheck, tmp_path, what):
    (tmp_path / "empty").mkdir()
    result = turncheck(*UNSWEPT, "--from", what)
    assert result.exit_code == 4
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: --from {what}: it must ")
    assert not (tmp_path / "run").exists()


def test_texts_of_another_domain_are_one_line(turncheck, tmp_path):
    (tmp_path / "turns.jsonl").write_text('{"schema": "turncheck-turns/1", "domain": "duel/1"}\n', encoding="utf-8")
    result = turncheck(*UNSWEPT, "--from", "turns.jsonl")
    fault = "Error: --from turns.jsonl: line 1: domain must be adder/1, got 'duel/1'\n"
    assert (result.exit_code, result.stderr) == (4, fault)


def test_an_interruption_while_mining_is_one_line(turncheck, tmp_path, monkeypatch):
    from turncheck.model.examples import Examples

    def interrupt(*given):
        raise KeyboardInterrupt

    draw = Examples.draw
    monkeypatch.setattr(
        Examples, "draw", lambda self, seed, index: interrupt() if seed > 1_999_000 else draw(self, seed, index)
    )
    result = turncheck(*UNSWEPT, "--mine", "reference")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: stopped while turns to learn were searched: nothing was trained\n",
    )


# --- hard turns ------------------------------------------------------------------------------------------------------


HARD = (*UNSWEPT[:-3], "second", "--final-sweep", "0", "--start", "run/checkpoint.safetensors", "--hard", 40)


def test_the_turns_that_are_hard_for_its_start_are_learned(turncheck, tmp_path):
    assert turncheck(*UNSWEPT).exit_code == 0
    result = turncheck(*HARD)
    assert result.exit_code == 0, result.output
    lines = (tmp_path / "second" / "from.jsonl").read_text(encoding="utf-8").splitlines()
    header, *found = [json.loads(line) for line in lines]
    assert header["sources"] == ["40 turns, hard for run/checkpoint.safetensors"]
    assert (len(found), {line["seed"] for line in found}) == (10, {TRAINING_SEEDS[-1]})
    first, second, *_ = result.stderr.splitlines()
    told = f"the 10 hardest of 40 turns of training seed {TRAINING_SEEDS[-1]} and near them are learned"
    assert first.startswith(f"{told}; the loss of run/checkpoint.safetensors on each is ")
    assert second == "10 texts are 10% of the first batch, and 0 % of the last"
    again = turncheck(*HARD)  # it reads what it kept
    assert (again.exit_code, "hardest" in again.stderr) == (0, False)
    other = turncheck(*HARD[:-1], 41)
    demand = (
        "--from, --mine and --hard must be 40 turns, hard for run/checkpoint.safetensors to resume the run in second"
    )
    fault = f"Error: {demand}, got 41 turns, hard for run/checkpoint.safetensors: use another folder\n"
    assert (other.exit_code, other.stderr) == (4, fault)


def test_nothing_is_hard_without_a_start(turncheck, tmp_path):
    result = turncheck(*UNSWEPT, "--hard", 40)
    assert result.exit_code == 4
    assert "--hard must come with --start, the checkpoint for which turns are hard" in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_start_of_another_size_is_refused_before_any_turn_is_searched(turncheck, tmp_path, monkeypatch):
    from turncheck.model.hard import Search

    assert turncheck(*UNSWEPT).exit_code == 0
    monkeypatch.setitem(CONFIGS, "quick", evolve(QUICK, width=16))
    monkeypatch.setattr(Search, "steps", lambda self: pytest.fail("it was searched"))
    result = turncheck(*HARD)
    fault = (
        "Error: run/checkpoint.safetensors: its width must be 16, got 8: name its own --config, or leave --start out\n"
    )
    assert (result.exit_code, result.stderr) == (4, fault)


# --- what stops it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("full", ["state.safetensors", "checkpoint.safetensors"])
def test_a_disk_that_gets_full_leaves_the_last_good_checkpoint_and_the_run_goes_on_later(
    turncheck, tmp_path, monkeypatch, full
):
    step, write = Run._train_step, checkpoint.write_whole
    disk = {"full": False}

    def fills(run, drawn):
        disk["full"] = run.step >= 2
        return step(run, drawn)

    def writes(path, bytes_):
        if disk["full"] and path.name == full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, bytes_)

    monkeypatch.setattr(Run, "_train_step", fills)
    monkeypatch.setattr("turncheck.model.checkpoint.write_whole", writes)
    monkeypatch.setattr("turncheck.model.state.write_whole", writes)
    result = turncheck(*UNSWEPT)
    assert result.exit_code == 4
    assert result.stderr.splitlines()[-1] == "Error: run cannot be written: No space left on device"
    checkpoint.load_checkpoint(tmp_path / "run" / "checkpoint.safetensors", domain())
    assert not list((tmp_path / "run").glob("*.part"))
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(CONFIGS, "quick", QUICK)
    assert turncheck(*UNSWEPT).exit_code == 0
    assert facts(tmp_path)["step"] == 6


def domain():
    from turncheck.engine.registry import load_domain

    return load_domain("adder.py")


@pytest.mark.parametrize("file", ["run.json", "curve.csv", "log.txt"])
def test_a_file_beside_the_checkpoint_that_cannot_be_written_is_one_line(turncheck, tmp_path, file):
    (tmp_path / "run" / file / "in the way").mkdir(parents=True)
    result = turncheck(*UNSWEPT)
    assert result.exit_code == 4
    assert result.stderr.splitlines()[-1].startswith("Error: run cannot be written: ")


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_loss_that_is_no_number_is_one_line_and_the_last_good_checkpoint_is_kept(
    turncheck, tmp_path, monkeypatch, value
):
    import torch

    loss, kept = Run._loss, {}

    def diverges(run, made):
        if run.step < 3:
            return loss(run, made)
        kept.update(content(tmp_path))
        return torch.tensor(float(value))

    monkeypatch.setattr(Run, "_loss", diverges)
    result = turncheck(*UNSWEPT)
    fault = f"the loss must be finite, got {value} at step 3"
    way_out = "train in another folder, with another seed or a config with a lower learning rate"
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: run: {fault}: {way_out}")
    assert content(tmp_path) == kept
    assert facts(tmp_path)["step"] == 2
    assert log(tmp_path)[-1] == f"run: {fault}: {way_out}"


def test_a_run_of_another_config_is_one_line_and_left_as_it_is(turncheck, tmp_path, monkeypatch):
    assert turncheck(*UNSWEPT).exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    result = turncheck(*UNSWEPT, "--steps", 7)
    fault = "Error: steps must be 6 to resume the run in run, got 7: use another folder\n"
    assert (result.exit_code, result.stderr) == (4, fault)
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_an_interruption_of_the_final_sweep_is_one_line(turncheck, tmp_path, monkeypatch):
    from turncheck.properties.sweeps import sweep

    def interrupt(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep.Sweep, "chunks", interrupt)
    result = turncheck(*TRAIN, "--final-sweep", 8)
    fault = "Error: stopped in the final sweep: the run is finished, the same command sweeps again"
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, fault)
    assert facts(tmp_path)["step"] == 6


# --- where it computes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["cuda:99", "gpu", "meta", ""])
def test_a_device_on_which_pytorch_cannot_compute_is_one_line(turncheck, tmp_path, device):
    result = turncheck(*UNSWEPT, "--device", device)
    assert result.exit_code == 4
    demand = f"Error: --device: a device must be one on which PyTorch can compute here, got {device!r}: "
    assert result.stderr.startswith(demand)
    assert result.stderr.endswith(": leave it out for cpu\n")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_other_processes_need_a_system_that_can_fork(turncheck, tmp_path, monkeypatch):
    monkeypatch.setattr("turncheck.model.ahead.can_draw_ahead", lambda: False)
    result = turncheck(*UNSWEPT, "--workers", 2)
    fault = "--workers must be 0 on a system that cannot fork processes, got 2: leave it out"
    assert (result.exit_code, result.stderr) == (4, f"Error: {fault}\n")
    assert not (tmp_path / "run").exists()


def test_a_process_that_ends_is_one_line_and_what_was_saved_stays(turncheck, tmp_path, monkeypatch):
    from turncheck.model.data import TextData

    monkeypatch.setattr(TextData, "batches", lambda self, step, fewer=0: os.kill(os.getpid(), signal.SIGKILL))
    result = turncheck(*UNSWEPT, "--workers", 1)
    assert result.exit_code == 2
    demand = "each process of --workers must draw to the end of the run, and one has ended: "
    assert result.stderr.splitlines()[-1].startswith(f"Error: {demand}")
    assert (tmp_path / "run" / "state.safetensors").exists()
