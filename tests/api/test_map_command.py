"""`turncheck map`, run as a user runs it: what it tells, what it writes, how it goes on."""

import json
import re
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.reports import plots
from turncheck.reports.saved import read_report

PLAYERS = """
import os
import time

from sums import DOMAIN

def adds(prompts):
    return [DOMAIN.resolve_text(prompt) for prompt in prompts]

def no_carry(prompts):
    return [f"{sum(map(int, prompt[0::3])):02d}" if DOMAIN.is_case(prompt) else "000" for prompt in prompts]

def slow(prompts):
    if os.path.exists("slow") and any("." in prompt for prompt in prompts):
        print("asked", flush=True)
        time.sleep(60)
    return adds(prompts)
"""

SUMS = '''
"""Sums of two digits."""

from turncheck import Domain, Int, Schema

DOMAIN = Domain(
    "sums/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    answer=Schema("{sum}", sum=Int(0, 198), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
)
'''
FEW = ("--domain", "sums.py", "--turns", 4, "--families", "numbers,edge states")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "sums.py").write_text(SUMS, encoding="utf-8")
    (tmp_path / "sum_players.py").write_text(PLAYERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("COLUMNS", "100")
    yield tmp_path
    for name in ("sums", "sum_players"):
        sys.modules.pop(name, None)


def turncheck(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="turncheck")


def test_a_map_is_shown_and_written_as_data_as_a_page_and_as_a_picture(folder):
    pytest.importorskip("matplotlib")
    result = turncheck("map", *FEW, "--model", "py:sum_players:no_carry", "--out", "made", "--report", "out")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("py:sum_players:no_carry (py): 4 cases of mixed, seed 0, for each operator\n")
    assert result.stdout.splitlines()[-2:] == ["made: map.json, map.md, map.svg, map.png", "page: out/report.html"]
    (model,) = json.loads((folder / "made" / "map.json").read_text())["models"]
    assert {cell["family"] for cell in model["map"]["cells"]} == {"", "numbers", "edge states"}
    assert (
        (folder / "made" / "map.md").read_text().startswith("# Brittleness map\n\n## py:sum\\_players:no\\_carry (py)")
    )
    report = read_report(folder / "out" / "divergence.json")
    assert report.options == {"domain": "sums.py", "model": "py:sum_players:no_carry", "sampler": "mixed", "turns": "4"}
    assert json.loads(json.dumps(report.models[0].map.to_json())) == model["map"]
    assert "Brittleness map" in (folder / "out" / "report.html").read_text()


def test_several_models_are_mapped_side_by_side(folder):
    specs = ("--model", "py:sum_players:adds", "--model", "py:sum_players:no_carry")
    result = turncheck("map", *FEW, *specs, "--out", "made")
    assert result.exit_code == 0
    assert re.search(r"^operator +by +py:sum_players:adds +py:sum_players:no_carry$", result.stdout, re.MULTILINE)
    models = json.loads((folder / "made" / "map.json").read_text())["models"]
    assert [model["name"] for model in models] == ["py:sum_players:adds", "py:sum_players:no_carry"]


def test_without_matplotlib_one_line_says_how_to_get_it(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = turncheck("map", *FEW, "--model", "py:sum_players:adds", "--out", "made")
    assert (result.exit_code, result.stderr) == (0, f"{plots.HOW_TO_GET}\n")
    assert result.stdout.splitlines()[-1] == "made: map.json, map.md"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_map_is_interrupted_and_goes_on_to_the_same_result(folder):
    command = ("map", *FEW, "--model", "py:sum_players:slow", "--resume", "--out")
    whole = turncheck(*command, "whole")
    (folder / "slow").touch()
    started = [sys.executable, "-c", "from turncheck.cli import main; main()", *map(str, command), "parts"]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        shown, said = process.communicate(timeout=20)
    assert process.returncode == 2
    kept = re.search(
        r"^Error: stopped after (\d+) of (\d+) texts, which are saved: the same command", said, re.MULTILINE
    )
    assert 0 < int(kept[1]) < int(kept[2])
    assert f"PARTIAL: {kept[1]} of {kept[2]} are done" in shown
    (folder / "slow").unlink()
    on = turncheck(*command, "parts")
    assert (on.exit_code, on.stdout) == (0, whole.stdout.replace("whole: map.json", "parts: map.json"))
    assert (folder / "parts" / "map.json").read_bytes() == (folder / "whole" / "map.json").read_bytes()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--operators", "misspelling"), "Invalid value for '--operators': operator must be one of "),
        (("--families", "numerals"), "Invalid value for '--families': family must be one of "),
        (("--sampler", "plays"), "Invalid value for '--sampler': sampler must be one of "),
        (("--turns", "0"), "--turns must be a whole number, 1..1,000,000,000, got '0'"),
    ],
)
def test_what_cannot_be_mapped_is_refused_in_one_line(folder, given, said):
    result = turncheck("map", "--domain", "sums.py", "--model", "py:sum_players:adds", "--out", "made", *given)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.splitlines()[-1].startswith(f"Error: {said}")
    assert not (folder / "made").exists()


def test_a_folder_with_a_map_is_not_written_again(folder):
    first = turncheck("map", *FEW, "--model", "py:sum_players:adds", "--out", "made")
    again = turncheck("map", *FEW, "--model", "py:sum_players:adds", "--out", "made")
    assert (first.exit_code, again.exit_code) == (0, 4)
    assert again.stderr.endswith("made: it holds a map: --resume continues it, another --out starts a new map\n")
    on = turncheck("map", *FEW, "--model", "py:sum_players:adds", "--out", "made", "--resume")
    assert (on.exit_code, on.stdout) == (0, first.stdout)
