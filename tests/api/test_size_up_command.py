"""`turncheck size-up`, run as a user runs it: the table, the files, and models that cannot be measured."""

import csv
import json
import re
import signal
import subprocess
import sys

import attrs
import pytest
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.properties.session.loading import load_subject
from turncheck.properties.sizing import models
from turncheck.reports import plots

SUMS = '''
"""Sums of two digits, and players."""

import os
import time

from turncheck import Domain, Int, Schema

DOMAIN = Domain(
    "sums/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    answer=Schema("{sum}", sum=Int(0, 198), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
)

def adds(prompts):
    return [DOMAIN.resolve_text(prompt) for prompt in prompts]

def no_carry(prompts):
    return [answer if answer[:6] == "reject" else f"{int(answer) % 100:03d}" for answer in adds(prompts)]

def hangs(prompts):
    if len(prompts) > 1:
        print("asked", flush=True)
        time.sleep(60)
    return adds(prompts)

def raises(prompts):
    raise ValueError("no weights")
'''
FEW = ("--domain", "sized_sums.py:DOMAIN", "--turns", 40, "--malformed", 8, "--examples", 10)
ADDS, NO_CARRY = "py:sized_sums:adds", "py:sized_sums:no_carry"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "sized_sums.py").write_text(SUMS, encoding="utf-8")
    (tmp_path / "large").write_bytes(b"x" * 900)
    (tmp_path / "small").write_bytes(b"x" * 100)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("COLUMNS", "140")
    yield tmp_path
    sys.modules.pop("sized_sums", None)


def size_up(*arguments):
    return CliRunner().invoke(main, ["size-up", *map(str, arguments)], prog_name="turncheck")


def test_models_are_measured_alike_and_shown_by_size(folder):
    files = ("--file", f"{ADDS}=large", "--file", f"{NO_CARRY}=small")
    written = ("--csv", "made/sizes.csv", "--json", "made/sizes.json")
    result = size_up(*FEW, ADDS, NO_CARRY, "noisy:0.5", *files, *written)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "sums/1, seed 0: 40 cases of mixed, 8 malformed texts, 10 cases for each law"
    order = [line.split()[:3] for line in lines[4:7]]
    assert order == [["*", NO_CARRY, "100"], ["*", ADDS, "900"], ["noisy:0.5", "-", lines[6].split()[2]]]
    assert "of unknown size, so not compared by it: noisy:0.5" in lines
    assert re.search(rf"^ +1 +10\.000% +{ADDS}, 900 bytes$", result.stdout, re.MULTILINE)
    assert lines[-1] == "written: made/sizes.csv, made/sizes.json"
    rows = list(csv.DictReader((folder / "made" / "sizes.csv").read_text().splitlines()))
    assert [(row["model"], row["bytes"], row["mixed_turns"]) for row in rows] == [
        (NO_CARRY, "100", "40"), (ADDS, "900", "40"), ("noisy:0.5", "", "40"),
    ]  # fmt: skip
    values = json.loads((folder / "made" / "sizes.json").read_text())
    assert [model["front"] for model in values["models"]] == [True, True, False]
    assert values["models"][0]["held"] == values["models"][0]["laws"]


def test_the_same_sizes_are_the_same_but_for_the_speed(folder):
    for name in ("a", "b"):
        size_up(*FEW, ADDS, NO_CARRY, "--json", f"{name}.json")
    first, second = (json.loads((folder / f"{name}.json").read_text()) for name in ("a", "b"))
    for values in (first, second):
        for model in values["models"]:
            assert min(model.pop("speed").values()) > 0
    assert first == second


def test_a_picture_is_drawn(folder):
    pytest.importorskip("matplotlib")
    result = size_up(*FEW, "--no-laws", ADDS, "--file", f"{ADDS}=large", "--plot", "sizes.png")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "written: sizes.png")
    assert (folder / "sizes.png").read_bytes().startswith(b"\x89PNG")


def test_a_spec_that_is_named_twice_is_measured_once(folder):
    result = size_up(*FEW, "--no-laws", ADDS, ADDS)
    assert len(re.findall(f"^{ADDS} ", result.stdout, re.MULTILINE)) == 1


def test_without_a_spec_the_domain_s_own_model_is_measured(folder):
    result = size_up(*FEW)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("Error: domain sums/1 comes with no model; name one: --model SPEC")


def test_a_model_that_cannot_be_measured_has_a_row_and_the_others_are_measured(folder):
    result = size_up(*FEW, "--no-laws", "nowhere", "py:sized_sums:raises", ADDS, "--json", "sizes.json")
    assert result.exit_code == 4
    assert result.stderr == "Error: 2 of 3 models could not be measured: the lines below the table say why\n"
    assert "nowhere was not measured: there is no such file; a SPEC is the path" in result.stdout
    assert (
        "py:sized_sums:raises was not measured: asked one prompt, it raised ValueError: no weights\n" in result.stdout
    )
    found = json.loads((folder / "sizes.json").read_text())["models"]
    assert [bool(model["fault"]) for model in found] == [True, True, False]
    assert found[2]["samples"][0]["broke"] == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--turns", "0"), "--turns must be a whole number, 1..1,000,000,000, got '0'"),
        (("--malformed", "0"), "--malformed must be a whole number, 1..1,000,000,000, got '0'"),
        (("--examples", "0"), "--examples must be a whole number, 1..1,000,000,000, got '0'"),
        (("--seed", "1000000"), "--seed must be a whole number, 0..999,999, got '1000000'"),
        (("--samplers", "mixed,plays"), "Invalid value for '--samplers': sampler must be one of "),
        (("--plot", "sizes.gif"), "--plot must end with .png or .svg, got 'sizes.gif'"),
        (("--csv", "large/sizes.csv"), "large cannot be written: a file is in the place of a folder"),
        (("--file", "reference=large"), "--file must be SPEC=FILE with a SPEC of this command, got 'reference=large'"),
        (("--file", f"{ADDS}=gone"), f"--file must name a file after '{ADDS}', got 'gone'"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_measured(folder, given, said):
    result = size_up("--domain", "sized_sums.py:DOMAIN", ADDS, *given)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.splitlines()[-1].startswith(f"Error: {said}")


def test_without_matplotlib_a_picture_is_refused_before_anything_is_measured(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = size_up(*FEW, ADDS, "--plot", "sizes.png")
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", f"Error: {plots.HOW_TO_GET}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_shows_and_writes_the_models_that_were_measured(folder):
    command = [*FEW, "--no-laws", ADDS, "py:sized_sums:hangs", "--json", "sizes.json"]
    started = [sys.executable, "-c", "from turncheck.cli import main; main()", "size-up", *map(str, command)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        shown, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert said.splitlines()[-1] == "Error: stopped after 1 of 2 models, which are in the table"
    assert ADDS in shown
    assert [model["name"] for model in json.loads((folder / "sizes.json").read_text())["models"]] == [ADDS]


# --- resuming --------------------------------------------------------------------------------------------------------


@pytest.fixture
def known(folder, monkeypatch):
    """Models are known by their names, as those with files are by their hashes; sizes.json has one of them."""

    def with_hash(spec, *given, **named):
        return attrs.evolve(load_subject(spec, *given, **named), sha256=f"hash of {spec}")

    monkeypatch.setattr(models, "load_subject", with_hash)
    assert size_up(*FEW, "--no-laws", ADDS, "--json", "sizes.json").exit_code == 0
    return folder / "sizes.json"


def read(file):
    return {model["name"]: model for model in json.loads(file.read_text())["models"]}


def test_a_run_that_is_resumed_measures_only_what_is_not_in_its_file(known):
    before = read(known)
    result = size_up(*FEW, "--no-laws", NO_CARRY, ADDS, "--json", "sizes.json", "--resume")
    assert (result.exit_code, list(read(known))) == (0, [NO_CARRY, ADDS])
    assert read(known)[ADDS]["speed"] == before[ADDS]["speed"]


def test_a_model_of_another_size_is_measured_again(known):
    before = read(known)
    size_up(*FEW, "--no-laws", ADDS, "--file", f"{ADDS}=large", "--json", "sizes.json", "--resume")
    assert read(known)[ADDS]["bytes"] == 900
    assert read(known)[ADDS]["speed"] != before[ADDS]["speed"]


def test_without_a_file_yet_a_run_that_is_resumed_begins(folder):
    assert size_up(*FEW, "--no-laws", ADDS, "--json", "new.json", "--resume").exit_code == 0


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("--turns", "41"), 4, "sizes.json holds models measured with turns {'mixed': 40}, this run {'mixed': 41}: "),
        (("--seed", "1"), 4, "sizes.json holds models measured with seed 0, this run 1: name another file, or leave"),
    ],
)
def test_models_that_were_measured_in_another_way_are_not_mixed_in(known, given, code, said):
    before = known.read_bytes()
    result = size_up(*FEW, "--no-laws", NO_CARRY, "--json", "sizes.json", "--resume", *given)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(f"Error: {said}")
    assert known.read_bytes() == before


@pytest.mark.parametrize("damage", [
    lambda text: text[:-20],
    lambda text: "[]",
    lambda text: text.replace('"schema": 1', '"schema": 2'),
    lambda text: text.replace('"broke": 0', '"broke": 0.5'),
    lambda text: text.replace('"nines": 1', '"nines": 2'),
])  # fmt: skip
def test_a_file_that_cannot_be_trusted_ends_the_command(known, damage):
    known.write_text(damage(known.read_text()))
    result = size_up(*FEW, "--no-laws", ADDS, "--json", "sizes.json", "--resume")
    assert (result.exit_code, result.stdout) == (2, "")
    said = "sizes.json must be what size-up --json wrote, and cannot be read: name another file, or leave out --resume"
    assert result.stderr == f"Error: {said}\n"


def test_resuming_needs_the_file(folder):
    result = size_up(*FEW, ADDS, "--resume")
    assert result.exit_code == 4
    assert result.stderr.endswith("Error: --resume must have the file of the run to continue: add --json FILE\n")
