"""A full disk, or a folder that cannot be written: one line, exit code 4, if possible before the work begins."""

import errno
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.properties.sessions import GAMES
from turncheck import options
from turncheck.cli import main
from turncheck.model.adapters import calibration
from turncheck.properties.checking import truth

ADDER = ("--domain", "adder.py")
CHECK = ("check", *ADDER, "--model", "reference", "-k", "agrees", "--examples", "12", "--min-cases", "1")
TRAIN = ("train", *ADDER, "--config", "micro", "--steps", "1", "--final-sweep", "0")
PROMPTS = ("prompts", *ADDER, "--turns", "20")
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
READ_ONLY = OSError(errno.EROFS, os.strerror(errno.EROFS))


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder of a user's."""
    (tmp_path / "adder.py").write_text(GAMES["adder"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(truth, "TRIED", 40)
    yield lambda *arguments: CliRunner().invoke(main, arguments, prog_name="turncheck")
    sys.modules.pop("adder", None)


def raising(error):
    def raises(*given, **named):
        raise error

    return raises


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*CHECK, "--report", "adder.py/out"), "adder.py/out"),
        ((*PROMPTS, "--out", "adder.py/new.jsonl"), "adder.py/new.jsonl"),
        ((*TRAIN, "--out", "adder.py/run"), "adder.py/run"),
    ],
    ids=["report", "prompts", "train"],
)
def test_a_file_in_the_way_of_a_folder_is_one_line(turncheck, arguments, said):
    if arguments[0] == "train":
        pytest.importorskip("torch")
    result = turncheck(*arguments)
    fault = "a file is in the place of a folder"
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", f"Error: {said} cannot be written: {fault}\n")


@pytest.mark.parametrize("error", [FULL, READ_ONLY], ids=["full", "read-only"])
@pytest.mark.parametrize("arguments", [(*CHECK, "--report", "out"), (*TRAIN, "--out", "out")], ids=["report", "train"])
def test_a_folder_that_cannot_be_written_is_told_before_the_work(turncheck, monkeypatch, arguments, error):
    if arguments[0] == "train":
        pytest.importorskip("torch")
    monkeypatch.setattr(options, "TemporaryFile", raising(error))
    monkeypatch.setattr(calibration, "reference", raising(AssertionError("the model was loaded")))
    result = turncheck(*arguments)
    line = f"Error: out cannot be written: {error.strerror}\n"
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", line)


def test_a_disk_that_gets_full_under_a_report_is_told_behind_the_table(turncheck, monkeypatch):
    monkeypatch.setattr(Path, "write_text", raising(FULL))
    result = turncheck(*CHECK, "--report", "out")
    assert (result.exit_code, result.stderr) == (4, "Error: out cannot be written: No space left on device\n")
    assert result.stdout.startswith("reference (reference): 1 of 1 laws held")


def test_a_disk_that_gets_full_under_a_training_is_one_line(turncheck, monkeypatch):
    pytest.importorskip("torch")
    from turncheck.model.train import Run

    monkeypatch.setattr(Run, "save", raising(FULL))
    result = turncheck(*TRAIN, "--out", "run")
    assert (result.exit_code, result.stderr) == (4, "Error: run cannot be written: No space left on device\n")


def test_a_disk_that_gets_full_under_prompts_leaves_nothing(turncheck, monkeypatch, tmp_path):
    monkeypatch.setattr("turncheck.prompting._line", raising(FULL))
    result = turncheck(*PROMPTS, "--out", "new/prompts.jsonl")
    line = "Error: new/prompts.jsonl cannot be written: No space left on device\n"
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", line)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_new_folder_is_whole_or_not_there(turncheck, monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "write_text", raising(FULL))
    result = turncheck("new", "my_game")
    line = "Error: my_game cannot be written: No space left on device\n"
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", line)
    assert not (tmp_path / "my_game").exists()


GOES_AWAY = """
import os
os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""


def test_what_was_named_stays_where_it_is_when_a_domain_s_file_goes_to_another_folder(turncheck, tmp_path):
    (tmp_path / "adder.py").write_text(GAMES["adder"] + GOES_AWAY, encoding="utf-8")
    (tmp_path / "sum.txt").write_text("07+35=", encoding="utf-8")
    assert turncheck(*CHECK, "--report", "out").exit_code == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"divergence.json", "divergence.md", "report.html"}
    os.chdir(tmp_path)
    assert turncheck("show", *ADDER, "--model", "reference", "sum.txt").exit_code == 0
