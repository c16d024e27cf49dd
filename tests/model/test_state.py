"""The saved state of a training run: after any damage, training does not continue and nothing is overwritten."""

import json
import os
from random import Random

import pytest
import torch
from click.testing import CliRunner
from safetensors import safe_open
from safetensors.torch import save

from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.model.checkpoint import digest_of_content, write_whole
from turncheck.model.configs import TrainConfig
from turncheck.model.state import WAY_OUT, StateError
from turncheck.model.train import ADDED_SETTINGS, ResumeError, Run

TINY = TrainConfig(layers=1, width=8, heads=2, steps=6, batch=2, warmup=2, save_every=4)
STATE = "state.safetensors"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run's state after two steps: its bytes, its tensors and what it says."""
    folder = tmp_path_factory.mktemp("run")
    steps = Run(folder, DOMAIN, TINY, 0).steps()
    assert [next(steps).step, next(steps).step] == [1, 2]
    steps.close()
    with safe_open(folder / STATE, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no dict
        return (folder / STATE).read_bytes(), tensors, json.loads(file.metadata()["run"])


@pytest.fixture
def fault_of(tmp_path):
    """What is said of a folder with such a state, which is left as it is."""

    def fault(content, error=StateError):
        (tmp_path / STATE).write_bytes(content)
        with pytest.raises(error) as caught:
            Run(tmp_path, DOMAIN, TINY, 0)
        assert (tmp_path / STATE).read_bytes() == content
        assert os.listdir(tmp_path) == [STATE]
        return str(caught.value).replace(f"{tmp_path / STATE}: ", "").removesuffix(f": {WAY_OUT}")

    return fault


def signed(tensors, run):
    """A state that says this, with a digest that is right."""
    run = {key: value for key, value in run.items() if key != "digest"}
    return save(tensors, {"run": json.dumps({**run, "digest": digest_of_content(run, tensors)})})


def test_what_is_kept_is_gone_on_with(kept, tmp_path):
    content, tensors, run = kept
    assert run["step"] == 2
    assert signed(tensors, run) == content
    (tmp_path / STATE).write_bytes(content)
    assert [progress.step for progress in Run(tmp_path, DOMAIN, TINY, 0).steps()] == [3, 4, 5, 6]


@pytest.mark.parametrize("count", [5, pytest.param(200, marks=pytest.mark.slow)])
def test_one_bit_that_was_flipped_anywhere_is_found(kept, fault_of, count):
    content, random = kept[0], Random(0)
    header = int.from_bytes(content[:8], "little") + 8
    behind = range(header, len(content))
    places = [*random.sample(range(header), count), *random.sample(behind, count), len(content) - 1]
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << random.randrange(8)
        assert fault_of(bytes(flipped)) != ""


@pytest.mark.parametrize("size", [0, 4, 8, 100, -4000, -1])
def test_a_state_that_is_cut_short_is_found(kept, fault_of, size):
    assert fault_of(kept[0][:size]).startswith("it cannot be read: a checkpoint must be a complete safetensors file, ")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"step": -5}, "step must be 0..6, got -5"),
        ({"step": 7}, "step must be 0..6, got 7"),
        ({"step": 2.0}, "step must be 0..6, got 2.0"),
        ({"step": True}, "step must be 0..6, got True"),
        ({"step": "2"}, "step must be 0..6, got '2'"),
        ({"step": None}, "step must be 0..6, got None"),
        ({"step": [[2]]}, "step must be 0..6, got [[2]]"),
        ({"step": 10**4000}, f"step must be 0..6, got 1{'0' * 76}..."),
        ({"step": 0}, "it must hold only the run's tensors, got exp_avg/blocks.0.norm1.weight"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_step_that_the_run_has_not_is_found_though_its_digest_is_right(kept, fault_of, changes, fault):
    _, tensors, run = kept
    assert fault_of(signed(tensors, {**run, **changes})) == fault


def test_a_state_of_before_the_added_settings_is_gone_on_with(kept, tmp_path):
    _, tensors, run = kept
    old = {key: value for key, value in run.items() if key not in {*ADDED_SETTINGS, "core_seconds"}}
    (tmp_path / STATE).write_bytes(signed(tensors, old))
    assert [progress.step for progress in Run(tmp_path, DOMAIN, TINY, 0).steps()] == [3, 4, 5, 6]


@pytest.mark.parametrize("seconds", [-1.0, "2", None, True, [1]])
def test_a_time_that_is_none_is_found(kept, fault_of, seconds):
    _, tensors, run = kept
    fault = f"core_seconds must be a number, 0 or more, got {seconds!r}"
    assert fault_of(signed(tensors, {**run, "core_seconds": seconds})) == fault


@pytest.mark.parametrize("values", [([1],), pytest.param(("x" * 1000, -1, {}, None), marks=pytest.mark.slow)])
def test_a_state_that_says_of_another_run_is_that_of_another_run(kept, fault_of, values):
    _, tensors, run = kept
    for key in run.keys() - {"step", "digest", "core_seconds"}:
        end = "and give the domain another version" if key == "texts" else "use another folder"
        for value in values:
            assert fault_of(signed(tensors, {**run, key: value}), ResumeError).endswith(end)
        left = {name: value for name, value in run.items() if name != key}
        if key in ADDED_SETTINGS:  # a run that began before there was such a setting
            continue
        assert fault_of(signed(tensors, left), ResumeError).endswith(end)


@pytest.mark.parametrize(
    ("metadata", "got"),
    [
        ({}, "metadata with []"),
        ({"other": "{}"}, "metadata with ['other']"),
        ({"run": ""}, "''"),
        ({"run": "[]"}, "'[]'"),
        ({"run": "7"}, "'7'"),
        ({"run": "{}"}, "'{}'"),
        ({"run": '{"step": 2}'}, "'{\"step\": 2}'"),
        ({"run": "9" * 5000}, f"'{'9' * 76}..."),
        ({"run": "[" * 5000}, f"'{'[' * 76}..."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_state_that_says_nothing_of_its_run_is_found(kept, fault_of, metadata, got):
    assert fault_of(save(kept[1], metadata)) == f"it must describe its run and hold a digest, got {got}"


@pytest.mark.parametrize("stride", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_tensors_that_are_not_the_run_s_are_found_though_their_digest_is_right(kept, fault_of, stride):
    _, tensors, run = kept
    for name, tensor in list(tensors.items())[::stride]:
        left = {other: each for other, each in tensors.items() if other != name}
        assert fault_of(signed(left, run)) == f"it lacks {name} and 0 more"
        longer = torch.cat([tensor.flatten(), torch.zeros(1)])
        shapes = f"{name} must be {tuple(tensor.shape)}, got {tuple(longer.shape)}"
        assert fault_of(signed({**tensors, name: longer}, run)) == shapes
    first = next(iter(tensors))
    spoilt = {**tensors, first: torch.full_like(tensors[first], float("nan"))}
    assert fault_of(signed(spoilt, run)) == f"{first} must be finite, got inf or NaN"
    foreign = {**tensors, "foreign": torch.zeros(1)}
    assert fault_of(signed(foreign, run)) == "it must hold only the run's tensors, got foreign"
    half = {**tensors, first: tensors[first].to(torch.bfloat16)}
    assert fault_of(save(half, {"run": json.dumps(run)})) == f"{first} must be float32, got torch.bfloat16"


def test_a_digest_of_another_state_is_found(kept, fault_of):
    _, tensors, run = kept
    fault = fault_of(save(tensors, {"run": json.dumps({**run, "digest": "0" * 64})}))
    assert fault == f"its digest must match its content, got '{'0' * 64}': it is damaged"


def test_what_is_no_file_is_no_state_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / STATE)
    with pytest.raises(StateError, match="it cannot be read: a checkpoint must be a file, got something else"):
        Run(tmp_path, DOMAIN, TINY, 0)


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "step-2.safetensors"])
def test_a_run_whose_state_is_gone_is_not_begun_again_over_it(tmp_path, name):
    (tmp_path / name).write_bytes(b"what was trained")
    result = CliRunner().invoke(main, ["train", "--config", "tiny", "--snapshot", "2", "--out", str(tmp_path)])
    fault = f"Error: {tmp_path}: it holds {name} of a run and no {STATE} to resume from: {WAY_OUT}"
    assert (result.exit_code, result.stderr.splitlines()) == (2, [fault])
    assert (tmp_path / name).read_bytes() == b"what was trained"
    assert os.listdir(tmp_path) == [name]


def test_what_is_moved_to_its_place_is_on_the_disk_before(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: order.append("fsync"))
    moved = os.replace
    monkeypatch.setattr(os, "replace", lambda *paths: order.append("replace") or moved(*paths))
    write_whole(tmp_path / "new" / "file", b"content")
    assert (order, (tmp_path / "new" / "file").read_bytes()) == (["fsync", "replace"], b"content")


def test_what_cannot_be_written_whole_leaves_the_old_and_nothing_beside_it(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", b"new")
    assert (os.listdir(tmp_path), (tmp_path / "file").read_bytes()) == (["file"], b"old")


def test_what_another_process_has_written_meanwhile_is_left_as_it_is(tmp_path):
    run, another = (Run(tmp_path, DOMAIN, TINY, 0) for _ in range(2))
    another.save()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StateError) as caught:
        run.save()
    assert str(caught.value) == f"{tmp_path}: another process has written {STATE} meanwhile: {WAY_OUT}"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept
    another.save()


def test_two_commands_do_not_train_in_one_folder(tmp_path, monkeypatch):
    wait = Run._train_step

    def meanwhile(run, drawn):
        monkeypatch.setattr(Run, "_train_step", wait)
        Run(tmp_path, DOMAIN, run.config, 0).save()
        return wait(run, drawn)

    monkeypatch.setattr(Run, "_train_step", meanwhile)
    result = CliRunner().invoke(main, ["train", "--config", "tiny", "--steps", "1", "--out", str(tmp_path)])
    fault = f"Error: {tmp_path}: another process has written {STATE} meanwhile: {WAY_OUT}"
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, fault)
