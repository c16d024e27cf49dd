"""`turncheck conform`: each check is shown when it is done, and slow steps are reported meanwhile."""

import re
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from click.testing import CliRunner

from turncheck import conform_command
from turncheck.cli import main
from turncheck.model.adapters.conformance import CHECKS
from turncheck.model.adapters.warning_checks import NEVER
from turncheck.properties.checking.timeouts import can_interrupt

MODELS = """
import time

from turncheck.engine.duel import resolve_text

def right(prompts):
    return [resolve_text(prompt) for prompt in prompts]

asked = []

def counting(prompts):
    asked.append(prompts)
    return [f"turn {len(asked)}\\n" for _ in prompts]

def hangs(prompts):
    if any("\\0" in prompt for prompt in prompts):
        time.sleep(60)
    return right(prompts)

def first(prompts):
    prompts[0]
    return right(prompts)

def slow(prompts):
    time.sleep(0.1 * len(prompts))
    return right(prompts)

class Found:
    def predict(self, prompts):
        return right(prompts)

    def findings(self):
        return ["it accepts one prompt per request: batch=1"]
"""


@pytest.fixture
def conform(tmp_path, monkeypatch):
    """Runs the command with those arguments, in a folder with some models."""
    (tmp_path / "conform_models.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*arguments):
        return CliRunner().invoke(main, ["conform", *map(str, arguments)], prog_name="turncheck")

    yield run
    sys.modules.pop("conform_models", None)


def rows(stdout):
    """The lines of the checks, by their names."""
    parted = [re.split(r"  +", line, maxsplit=2) for line in stdout.splitlines()]
    return {row[1]: row for row in parted if len(row) > 1}


def test_it_ends_with_0_where_the_contract_is_kept(conform):
    result = conform("noisy:0.5", "--model-arg", "template=duel-json/1")
    assert (result.exit_code, result.stderr) == (0, "")
    first, *_, last = result.stdout.splitlines()
    assert (first, last) == ("noisy:0.5 (noisy)", "12 holds, 7 not offered")
    assert [(name, row[0]) for name, row in rows(result.stdout).items()] == [
        *((name, "holds") for name in CHECKS[:12]),
        *((name, "not offered") for name in CHECKS[12:]),
    ]


def test_it_ends_with_1_where_it_is_not_and_says_what_was_found(conform):
    result = conform("py:conform_models:counting")
    assert result.exit_code == 1
    assert rows(result.stdout)["twice_is_the_same"][0] == "fails"


def test_a_warning_comes_with_its_way_out_and_ends_with_0(conform):
    result = conform("py:conform_models:first")
    assert result.exit_code == 0
    found = f"to no prompts: IndexError: list index out of range; {NEVER}"
    assert rows(result.stdout)["no_prompts_are_answered"] == ["warning", "no_prompts_are_answered", found]
    assert result.stdout.endswith("11 holds, 1 warning, 7 not offered\n")


def test_what_was_found_out_about_a_server_is_said(conform):
    result = conform("py:conform_models:Found", "--prompts", 4)
    assert result.stdout.splitlines()[1] == "it accepts one prompt per request: batch=1"


@pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")
def test_no_call_is_waited_for_longer_than_it_is_told(conform):
    result = conform("py:conform_models:hangs", "--timeout", 0.2)
    line = rows(result.stdout)["odd_prompts_are_answered"]
    assert (result.exit_code, line[2].endswith("TimeoutError: it took longer than 0.2 s")) == (1, True)


def test_what_takes_long_is_said_beforehand_and_meanwhile(conform, monkeypatch):
    monkeypatch.setattr(conform_command, "LONG", 0.15)
    monkeypatch.setattr(conform_command, "EVERY", 0.15)
    result = conform("py:conform_models:slow", "--prompts", 2)
    assert result.exit_code == 0
    meanwhile, priced, beforehand, *more = result.stderr.splitlines()
    assert meanwhile == "one_text_for_each_prompt: asking 2 prompts, 0 s so far"
    left = r"the remaining checks ask 33 prompts, about \d\.\d s; --prompts asks fewer"
    assert re.fullmatch(rf"2 prompts took 0 s, [\d.e+]+ ms per answer; {left}", priced)
    assert re.fullmatch(r"batch_equals_single asks 2 prompts, about 0\.\d s", beforehand)
    odd = [line.partition(": ")[2] for line in more if line.startswith("odd_prompts_are_answered: ")]
    assert re.fullmatch(r"\d+ of 14 prompts answered, asking \d prompts?, [12] s so far", odd[-1])


def test_each_check_is_printed_as_it_is_made(tmp_path):
    (tmp_path / "conform_models.py").write_text(MODELS, encoding="utf-8")
    command = [sys.executable, "-c", "from turncheck.cli import main; main()", "conform", "conform_models.py:slow"]
    process = subprocess.Popen([*command, "--prompts", "2"], stdout=subprocess.PIPE, cwd=tmp_path)
    try:
        lines = [(process.stdout.readline().split()[0], time.monotonic()) for _ in range(4)]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert [verdict for verdict, _ in lines] == [b"py:conform_models.py:slow", b"holds", b"holds", b"holds"]
    assert all(later - earlier > 0.1 for (_, earlier), (_, later) in pairwise(lines))
