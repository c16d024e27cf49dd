"""One table of exit codes: each command is run into each of its outcomes."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.properties.session.test_suites import WRONG
from tests.properties.sessions import GAMES
from turncheck.__main__ import run
from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.exit_codes import ABOUT, ENDS, as_table, endings
from turncheck.properties.checking import truth
from turncheck.reports.records import Report

PAGE = Path(__file__).parents[2] / "docs" / "exit-codes.md"

LIARS = """
from turncheck.engine.learned import Verdict

class Liar:
    def predict(self, prompts):
        return ["" for _ in prompts]

    def verify(self, prompts, drafts):
        return [Verdict(9, True, 9.0) for _ in prompts]

liar = Liar()
asked = []

def counting(prompts):
    asked.append(prompts)
    return [str(len(asked)) for _ in prompts]
"""

SHIPPED = str(DOMAIN.model)
ADDER = ("--domain", "adder.py", "--model")
SOME = ("-k", "agrees", "--examples", "12", "--min-cases", "1")
SWEEP = ("--domain", "adder.py", "--turns", "40")
SIZED = ("--domain", "adder.py", "--turns", "8", "--malformed", "8", "--no-laws")
FEW = ("--domain", "adder.py", "--turns", "2", "--families", "numbers")

OUTCOMES = [
    ("check", 0, ("check", *ADDER, "players.py:adds", *SOME)),
    ("check", 1, ("check", *ADDER, "liars.py:counting", *SOME)),
    ("check", 4, ("check", *ADDER, "nowhere")),
    ("compare", 0, ("compare", "worse", "good")),
    ("compare", 1, ("compare", "good", "worse")),
    ("compare", 2, ("compare", "good", "damaged")),
    ("compare", 4, ("compare", "good", "nowhere")),
    ("conform", 0, ("conform", "players.py:adds", "--domain", "adder.py")),
    ("conform", 1, ("conform", "liars.py:counting", "--domain", "adder.py")),
    ("conform", 4, ("conform", "nowhere")),
    ("domain check", 0, ("domain", "check", "adder.py")),
    ("domain check", 1, ("domain", "check", "breaks.py")),
    ("domain check", 4, ("domain", "check", "missing.py")),
    ("domain list", 0, ("domain", "list")),
    ("evaluate", 0, ("evaluate", *ADDER, "players.py:carries_nothing", "--turns", "8")),
    ("evaluate", 1, ("evaluate", *ADDER, "liars.py:liar", "--turns", "8")),
    ("evaluate", 4, ("evaluate", *ADDER, "nowhere")),
    ("export", 0, ("export", SHIPPED, "--out", "new")),
    ("export", 4, ("export", "reference", "--out", "new")),
    ("laws", 0, ("laws", "--domain", "adder.py")),
    ("laws", 4, ("laws", "--domain", "missing.py")),
    ("map", 0, ("map", *FEW, "--model", "players.py:carries_nothing", "--out", "new")),
    ("map", 1, ("map", *FEW, "--model", "liars.py:liar", "--out", "new")),
    ("map", 2, ("map", *FEW, "--model", "players.py:adds", "--out", "damaged", "--resume")),
    ("map", 4, ("map", *FEW, "--model", "nowhere", "--out", "new")),
    ("models", 0, ("models",)),
    ("new", 0, ("new", "fresh")),
    ("new", 4, ("new", "json")),
    ("prompts", 0, ("prompts", *SWEEP, "--out", "new.jsonl")),
    ("prompts", 4, ("prompts", *SWEEP, "--out", "adder.py")),
    ("report", 0, ("report", "saved.json")),
    ("report", 4, ("report", "sum.txt")),
    ("resolve", 0, ("resolve", "--domain", "adder.py")),
    ("resolve", 4, ("resolve", "--domain", "missing.py")),
    ("show", 0, ("show", *ADDER, "players.py:adds", "sum.txt")),
    ("show", 1, ("show", *ADDER, "liars.py:counting", "sum.txt")),
    ("show", 4, ("show", *ADDER, "players.py:adds", "adder.py")),
    ("size-up", 0, ("size-up", *SIZED, "players.py:adds", "players.py:carries_nothing")),
    ("size-up", 1, ("size-up", *SIZED, "liars.py:liar")),
    ("size-up", 4, ("size-up", *SIZED, "nowhere", "players.py:adds")),
    ("sweep", 0, ("sweep", *SWEEP, "--model", "players.py:carries_nothing", "--out", "new")),
    ("sweep", 1, ("sweep", *SWEEP, "--model", "players.py:carries_nothing", "--out", "new", "--gate", "0.1")),
    ("sweep", 2, ("sweep", *SWEEP, "--model", "players.py:adds", "--out", "damaged", "--resume")),
    ("sweep", 4, ("sweep", *SWEEP, "--model", "nowhere", "--out", "new")),
    (
        "train",
        0,
        ("train", "--domain", "adder.py", "--config", "micro", "--steps", "1", "--final-sweep", "8", "--out", "run"),
    ),
    ("train", 2, ("train", "--config", "micro", "--steps", "1", "--out", "damaged")),
    ("train", 4, ("train", "--config", "huge", "--out", "run")),
]
"""Of each command its outcomes but those that every command has: interrupted, a fault of ours, an unknown option."""


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder of a user's."""
    games = {**GAMES, "liars": LIARS, "breaks": WRONG["breaks"]}
    for name, content in games.items():
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    (tmp_path / "sum.txt").write_text("07+35=", encoding="utf-8")
    (tmp_path / "saved.json").write_text(json.dumps(Report(0, 200, 10, ()).to_json()), encoding="utf-8")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "state.safetensors").write_bytes(b"damaged")
    (tmp_path / "damaged" / "state.json").write_bytes(b"damaged")
    (tmp_path / "damaged" / "answers.jsonl").write_bytes(b"damaged\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(truth, "TRIED", 40)
    yield lambda *arguments: CliRunner().invoke(main, arguments, input="07+35=", prog_name="turncheck")
    for name in games:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(("name", "code", "arguments"), OUTCOMES, ids=[f"{name}-{code}" for name, code, _ in OUTCOMES])
def test_each_command_ends_as_the_table_says(turncheck, name, code, arguments):
    if name in ("train", "export"):
        pytest.importorskip("torch")
    if name == "compare":
        for folder, player in (("good", "adds"), ("worse", "carries_nothing")):
            turncheck("sweep", *SWEEP, "--model", f"players.py:{player}", "--out", folder)
    result = turncheck(*arguments)
    assert result.exit_code == code, result.output
    assert code in endings(name)
    assert code < 2 or result.stderr.splitlines()[-1].startswith("Error: ")


def leaves(group, path=()):
    """The commands that are no groups: their names, and how one of them is had."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(leaves(main))


def test_the_table_has_every_command_and_each_of_its_codes_is_tried():
    assert set(ENDS) == set(COMMANDS)
    tried = {(name, code) for name, code, _ in OUTCOMES}
    assert {(name, code) for name in ENDS for code in ENDS[name]} <= tried


def test_the_page_has_the_table():
    page = PAGE.read_text(encoding="utf-8")
    assert f"\n{as_table()}\n" in page
    assert "".join(f"| {code} | {about} |\n" for code, about in ABOUT.items()) in page


GIVEN = {
    "compare": ("one", "two"),
    "conform": ("reference",),
    "domain check": ("duel",),
    "export": ("reference", "--out", "new"),
    "map": ("--out", "new"),
    "new": ("fresh",),
    "prompts": ("--out", "new"),
    "report": ("saved.json",),
    "show": ("sum.txt",),
    "sweep": ("--out", "new"),
    "train": ("--out", "run"),
}
"""What a command cannot do without."""


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 2, ["", "interrupted"]),
        (OSError(28, "No space left"), 4, ["Error: the output cannot be read or written: No space left"]),
        (OSError(30, "Read-only file system", "x"), 4, ["Error: x cannot be read or written: Read-only file system"]),
    ],
    ids=["interrupted", "disk full", "read-only"],
)  # fmt: skip
def test_whatever_stops_a_command_is_told_in_a_line(turncheck, monkeypatch, name, raised, code, said):
    def stops(**given):
        raise raised

    monkeypatch.setattr(COMMANDS[name], "callback", stops)
    result = turncheck(*name.split(), *GIVEN.get(name, ()))
    assert (result.exit_code, result.stdout, result.stderr.splitlines()) == (code, "", said)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_fault_of_ours_ends_with_3_and_is_not_blamed_on_the_user(turncheck, monkeypatch, name):
    monkeypatch.setattr(COMMANDS[name], "callback", lambda **given: {}["missing"])
    result = turncheck(*name.split(), *GIVEN.get(name, ()))
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    fault = "this is a bug in Turncheck, not in your model or your domain: please report it with the lines above"
    assert result.stderr.endswith(f"KeyError: 'missing'\nError: {fault}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_ends_with_4(turncheck, name):
    result = turncheck(*name.split(), "--no-such")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "No such option '--no-such'" in result.stderr or "No such option: --no-such" in result.stderr


def test_an_unknown_command_ends_with_4_and_a_known_one_is_proposed(turncheck):
    result = turncheck("chek")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "No such command 'chek'" in result.stderr


@pytest.mark.parametrize("name", ["", "domain", *COMMANDS])
def test_the_help_ends_with_the_exit_codes(turncheck, name):
    codes = endings(name) if name in COMMANDS else ABOUT
    shown = turncheck(*name.split(), "--help").output.partition("\nExit codes:\n")[2]
    expected = [f"{code} {about}" for code, about in codes.items()]
    assert " ".join(shown.split()) == " ".join(" ".join(expected).split())


def test_without_a_command_the_help_is_shown_and_it_ends_with_4(turncheck):
    result = turncheck()
    assert result.exit_code == 4
    assert "Commands:\n" in result.stderr


COMMAND = [sys.executable, "-m", "turncheck", "laws"]


def test_who_reads_no_further_ends_it_with_2_and_no_complaint():
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert (process.wait(), process.stderr.read()) == (2, b"")
    process.stderr.close()


def test_ctrl_c_while_the_command_is_still_loaded_is_one_line(monkeypatch, capsys):
    class Interrupts:
        def find_spec(self, name, path, target=None):
            if name == "turncheck.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "turncheck.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupts(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        run()
    assert (ended.value.code, capsys.readouterr().err) == (2, "\ninterrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full here")
def test_a_full_disk_behind_the_output_is_one_line():
    with open("/dev/full", "wb") as full:
        found = subprocess.run(COMMAND, stdout=full, stderr=subprocess.PIPE)
    assert found.returncode == 4
    assert found.stderr == b"Error: the output cannot be read or written: No space left on device\n"


FAULTS = {
    "no such model": ("nowhere", ()),
    "a kind that is not there": ("ecko:turn", ()),
    "an option that the kind has not": ("reference", ("--model-arg", "size=3")),
    "no such rules file": ("reference", ("--rules", "missing.toml")),
    "rules of a domain that has none": ("reference", ("--domain", "adder.py", "--rules", "adder.py")),
    "no such template": ("reference", ("--model-arg", "template=klingon/1")),
    "no such domain": ("reference", ("--domain", "missing.py")),
    "a damaged checkpoint": ("damaged/state.safetensors", ()),
    "a model that raises": ("players.py:nobody", ("--domain", "adder.py")),
}
ASKING = {
    "check": ("check", "--model"),
    "conform": ("conform",),
    "evaluate": ("evaluate", "--model"),
    "show": ("show", "sum.txt", "--model"),
    "map": ("map", "--out", "new", "--model"),
    "size-up": ("size-up",),
    "sweep": ("sweep", "--out", "new", "--model"),
}
"""The commands that ask a model, up to its name."""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_fault_ends_every_command_in_the_same_way(turncheck, fault):
    spec, beside = FAULTS[fault]
    results = [turncheck(*command, spec, *beside) for command in ASKING.values()]
    assert [result.exit_code for result in results] == [4] * len(ASKING)
    assert {result.stdout for result in results} == {""}
    (said,) = {result.stderr for result in results}
    assert said.startswith("Error: ")
    assert said.count("\n") == 1


# --- pytest ----------------------------------------------------------------------------------------------------------

LEAVES = """
import signal
from turncheck import resolve_text

def predict(prompts):
    if len(prompts) > 1:
        signal.raise_signal(signal.SIGINT)
    return [resolve_text(prompt) for prompt in prompts]
"""

SESSIONS = [
    (0, "reference", "max_never"),
    (1, "identity", "turn_counter_rises"),
    (2, "leaves.py:predict", "max_never"),
    (3, "reference", "max_never"),
    (4, "nowhere", "max_never"),
    (5, "reference", "no_such_law"),
]


@pytest.mark.parametrize(("code", "model", "law"), SESSIONS, ids=[f"pytest-{code}" for code, *_ in SESSIONS])
def test_pytest_ends_by_the_same_table(pytester, monkeypatch, code, model, law):
    def broken(*given, **named):
        raise KeyError("a fault of ours")

    if code == 3:
        monkeypatch.setattr(import_module("turncheck.properties.checking.check"), "applicable", broken)
    pytester.makepyfile(leaves=LEAVES)
    given = ["--pyargs", "turncheck.properties", "-p", "no:cacheprovider", "-p", "no:randomly", "-k", law]
    given += ["--turncheck-model", model, "--turncheck-examples=20"]
    result = pytester.runpytest_inprocess(*given, no_reraise_ctrlc=True)
    assert result.ret == code
    sys.modules.pop("leaves", None)
