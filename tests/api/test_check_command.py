"""`turncheck check`: the laws of a domain, the table and the exit code, without a test file."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import suppress

import pytest
import scipy.special  # noqa: F401  # a session within this process that is the first to load it could have no successor
from click.testing import CliRunner

from tests.properties import tictactoe
from tests.properties.session.test_suites import REFUSED, WRONG
from tests.properties.sessions import GAMES
from turncheck.cli import main
from turncheck.properties.checking import run as run_module
from turncheck.properties.checking import truth
from turncheck.properties.laws import laws_of
from turncheck.properties.session.options import OPTIONS

LAWS = [law.id for law in laws_of(tictactoe.DOMAIN)]
GAME = ("--domain", "tictactoe.py:DOMAIN", "--examples", 20, "--min-cases", 1)


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder of a user's, with two domains and players of them."""
    for name, content in {**GAMES, **WRONG}.items():
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(truth, "TRIED", 40)
    monkeypatch.setattr(run_module, "LEAST_ESTIMATE", float("inf"))  # on a slow machine too
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="turncheck")

    run.folder = tmp_path
    yield run
    for name in (*GAMES, *WRONG):
        sys.modules.pop(name, None)


def test_a_model_that_breaks_no_law_ends_with_0(turncheck):
    result = turncheck("check", *GAME, "--model", "players.py:right")
    assert (result.exit_code, result.stderr) == (0, "")
    first, _, *table = result.stdout.splitlines()
    assert first == f"py:players.py:right (py): {len(LAWS)} of {len(LAWS)} laws held (seed 0)"
    assert table == [f"{len(LAWS)} laws held (--table=all shows all)", "", *table[2:]]
    assert not {line.split(" ")[0] for line in table} & set(LAWS)
    rows = turncheck("check", *GAME, "--model", "players.py:right", "--table=all").stdout.splitlines()[2:]
    assert [line.split(" ")[0] for line in rows if line.split(" ")[0] in LAWS] == LAWS


def test_a_broken_law_ends_with_1_and_is_shown_with_a_minimal_counterexample_before_the_table(turncheck, tmp_path):
    result = turncheck("check", *GAME, "--model", "players.py:forgetful", "-k", "TAKEN", "--report", "out")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:2] == ["marks_are_never_taken_back (known answer)", "A cell that holds a mark keeps it."]
    assert re.fullmatch(r"\w+ in \d+ of \d+ cases: .*", lines[3])
    assert lines.index(f"py:players.py:forgetful (py): 0 of 1 laws held (1 of {len(LAWS)} laws ran) (seed 0)") == 9
    values = json.loads((tmp_path / "out" / "divergence.json").read_text())
    assert [law["id"] for law in values["models"][0]["laws"]] == ["marks_are_never_taken_back"]
    again = "check --domain=tictactoe.py:DOMAIN --model=players.py:forgetful -k marks_are_never_taken_back"
    assert lines[-4] == f"again: turncheck {again} --examples=20 --min-cases=1 --seed=0"
    kept = tmp_path / lines[-3].removeprefix("its smallest case is kept in ")
    assert (kept.is_file(), kept.parents[1]) == (True, tmp_path / ".turncheck" / "witnesses")
    assert lines[-2:] == ["-v shows the texts of each failure in full", "page: out/report.html"]
    assert values["models"][0]["again"] == lines[-4].removeprefix("again: ")
    assert values["models"][0]["laws"][0]["again"] == values["models"][0]["again"]
    assert values["options"] == {
        "domain": "tictactoe.py:DOMAIN",
        "model": "players.py:forgetful",
        "-k": "TAKEN",
    }
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "It breaks 1 of 1 law" in page
    assert turncheck(*shlex.split(lines[-4])[2:]).stdout.splitlines()[:3] == lines[:3]
    whole = turncheck(*shlex.split(lines[-4])[2:], "-v").stdout.splitlines()
    assert (whole[:3], whole[4]) == (lines[:3], "turn")


def test_the_seed_and_the_number_of_cases_count(turncheck):
    def shown(seed, folder):
        given = ("--model", "noisy:0.3", "-k", "agrees", "--no-shrink", "--seed", seed, "--witnesses", folder)
        return turncheck("check", *GAME, *given).stdout.replace(folder, "kept")

    one, same, other = shown(1, "one"), shown(1, "same"), shown(2, "other")
    assert one == same != other
    assert re.search(r"^answer_agrees_with_the_reference +FAIL +\d+ of (1?\d|20) ", one, re.MULTILINE)


def test_a_law_that_applies_to_too_little_ends_with_1(turncheck):
    given = ("--domain", "tictactoe.py", "--model", "reference", "--examples", 20, "--min-cases", 20)
    result = turncheck("check", *given, "-k", "again_alone")
    assert result.exit_code == 1
    assert re.search(
        "^INCONCLUSIVE: it applied to [0-9]+ different cases of 20 drawn, fewer than 20$", result.stdout, re.MULTILINE
    )


def test_a_run_in_which_no_law_applied_ends_with_1(turncheck):
    result = turncheck("check", *GAME, "--model", "reference", "--model-arg", "rejects=false", "-k", "malformed")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].endswith(": 0 of 0 laws held, 2 not applicable (2 of 13 laws ran) (seed 0)")
    assert re.search("^NOT_APPLICABLE, 2 laws \\(.*\\): ", result.stdout, re.MULTILINE)
    assert "INCONCLUSIVE: no law applies to this model, so it passed nothing" in result.stdout


# --- the same as pytest ----------------------------------------------------------------------------------------------


def test_it_has_every_option_of_the_pytest_plugin():
    ours = {name.lstrip("-") for parameter in main.commands["check"].params for name in parameter.opts}
    assert [option.name for option in OPTIONS if option.name not in ours] == []


@pytest.mark.parametrize(
    "models",
    [
        ["players.py:right", "players.py:forgetful"],
        ["--model", "players.py:right", "--model=players.py:forgetful"],
        ["--model", "players.py:right", "players.py:forgetful", "players.py:right"],
    ],
    ids=["by place", "by option", "both"],
)
def test_several_models_stand_side_by_side_however_they_are_named(turncheck, models):
    result = turncheck("check", *GAME, "-k", "taken_back", *models)
    assert (result.exit_code, result.stderr) == (1, "")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert [line.partition(": ")[0] for line in lines if " laws held (1 of 13" in line] == [
        "py:players.py:right (py)",
        "py:players.py:forgetful (py)",
    ]
    start = lines.index("side by side, the laws that one of them broke")
    assert lines[start + 2].split() == ["law", "py:players.py:right", "py:players.py:forgetful"]
    assert re.fullmatch(r"marks_are_never_taken_back +PASS +FAIL \d+ of \d+", lines[start + 4])
    assert lines[0] == "py:players.py:forgetful: marks_are_never_taken_back (known answer)"


SWEPT = ["--sweep", 300, "--gate", 0.02, "--sampler", "mixed"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["players.py:right"], 0),
        (["players.py:forgetful"], 1),
        (["players.py:right", "players.py:forgetful"], 1),
        (["players.py:right", "--min-cases", 20], 1),
        (["players.py:right", "--min-cases", 20, "--inconclusive", "skip"], 0),
        (["players.py:forgetful", "--baseline", "known.json", "--write-baseline"], 0),
        (["players.py:forgetful", "--baseline", "no.json"], 4),
        (["players.py:right", *SWEPT], 0),
        (["players.py:forgetful", *SWEPT], 1),
        (["players.py:right", "--gate", 0.1], 4),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, list) else "",
)
def test_a_run_ends_as_that_of_pytest_does_and_finds_the_same(turncheck, pytester, monkeypatch, options, code):
    monkeypatch.chdir(turncheck.folder)
    laws = ["-k", "same_answer_asked_again_alone"] if 20 in options else ["-k", "taken_back"]
    given = ["--domain", "tictactoe.py", "--examples", 20, *([] if 20 in options else ["--min-cases", 1])]
    ours = turncheck("check", *given, *laws, *options, "--report", "ours", "--witnesses", "kept-ours", "--sweeps", "a")
    assert ours.exit_code == code, ours.output
    names = {"--seed": "--hypothesis-seed"}
    theirs, models = [], []
    for each in map(str, [*given, *options, "--report", "theirs", "--witnesses", "kept-theirs", "--sweeps", "b"]):
        is_model = each.startswith("players")
        theirs += [] if is_model else [names.get(each, each.replace("--", "--turncheck-"))]
        models += [f"--model={each}"] if is_model else []
    plain = ["--pyargs", "turncheck.properties", "-p", "no:cacheprovider", "-p", "no:randomly", *laws]
    more = [f"{laws[1]} or sweep"] if "--sweep" in options else []
    result = pytester.runpytest_inprocess(*plain[:-1], *(more or plain[-1:]), *models, *theirs)
    assert result.ret == code
    if code == 4:
        return
    one, other = (json.loads((turncheck.folder / name / "divergence.json").read_text()) for name in ("ours", "theirs"))
    for report in (one, other):
        for model in report["models"]:
            for told in ("again", "witness", "audited"):
                model.pop(told)
            for law in model["laws"]:
                law.pop("again"), law.pop("kept")
    assert one["models"] == other["models"]


def test_known_divergences_pass(turncheck):
    given = (*GAME, "players.py:forgetful", "-k", "taken_back", "--baseline", "known.json")
    assert turncheck("check", *given, "--write-baseline").exit_code == 0
    known = turncheck("check", *given)
    assert known.exit_code == 0
    assert "\nKNOWN, 1 law (the baseline has all their failure modes): marks_are_never_taken_back\n" in known.stdout
    assert "again: " not in known.stdout


def test_a_kept_witness_is_asked_first_in_the_next_run(turncheck):
    given = (*GAME, "-k", "taken_back")
    found = turncheck("check", *given, "players.py:forgetful").stdout.splitlines()[3].partition(" in ")[0]
    again = turncheck("check", *given, "players.py:forgetful").stdout
    assert f"STILL FAILS marks_are_never_taken_back {found}: " in again


def test_colour_is_shown_where_it_is_asked_for(turncheck):
    given = (*GAME, "players.py:forgetful", "-k", "taken_back")
    assert "\x1b[31;1mFAIL\x1b[0m" in turncheck("check", *given, "--color", "yes").stdout
    assert "\x1b" not in turncheck("check", *given).stdout


def test_an_interrupted_run_ends_with_2_and_shows_what_has_a_result(turncheck, tmp_path):
    (tmp_path / "leaves.py").write_text(
        "import signal\nfrom tictactoe import DOMAIN\n\ncalls = []\n\n\n"
        "def predict(prompts):\n    calls.append(prompts)\n"
        "    if len(calls) == 3:\n        signal.raise_signal(signal.SIGINT)\n"
        "    return [DOMAIN.resolve_text(prompt) for prompt in prompts]\n"
    )
    result = turncheck("check", *GAME, "--model", "leaves.py:predict")
    sys.modules.pop("leaves", None)
    assert result.exit_code == 2
    assert re.search(r"^py:leaves.py:predict \(py\): \d+ of \d+ laws held, \d+ without a result", result.stdout, re.M)
    assert re.fullmatch(rf"interrupted after \d+ of {len(LAWS)} laws\n", result.stderr)
    assert "\nNO RESULT for " in result.stdout


@pytest.mark.parametrize(("domain", "message"), REFUSED, ids=[domain for domain, _ in REFUSED])
def test_what_is_no_domain_is_said_in_its_first_line_and_ends_with_4(turncheck, domain, message):
    result = turncheck("check", "--domain", domain, "--model", "reference")
    has_a_case = domain in ("false.py", "typo.py")
    assert (result.exit_code, result.stdout, result.stderr.count("\n") > 1) == (4, "", has_a_case)
    assert ("\nshown by\n  to_move x\n" in result.stderr) == has_a_case
    said = message.partition(", or leave")[0]
    assert result.stderr[: len(said) + 7] == f"Error: {said}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "nowhere"], "model nowhere: there is no such file; a SPEC is the path of "),
        ([], "domain tictactoe/1 comes with no model; name one: --model SPEC, "),
        (["--model", "reference", "-k", "no_such"], "no law of domain tictactoe/1 has 'no_such' in its name "),
    ],
    ids=["unknown model", "no model", "no law"],
)
def test_what_cannot_be_checked_is_one_line_and_ends_with_4(turncheck, arguments, message):
    result = turncheck("check", "--domain", "tictactoe.py", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert result.stderr[: len(message) + 7] == f"Error: {message}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--examples", 5, "--min-cases", 6], "--examples must be 6 or more (--min-cases), got 5"),
        (["--examples", 0], "--examples must be a whole number, 1..1,000,000,000, got '0'"),
        (["--zz"], "No such option '--zz'."),
    ],
    ids=["too few", "none", "unknown"],
)
def test_an_argument_that_is_wrong_ends_with_4_too(turncheck, arguments, message):
    result = turncheck("check", "--domain", "tictactoe.py", "--model", "reference", *arguments)
    assert result.exit_code == 4
    assert result.stderr.endswith(f"Error: {message}\n")


CHECK = ["--domain", "duel", "--model", "reference", "-k", "max_never", "--examples=20"]


def checking(**streams):
    """The command in a process of its own, with those streams."""
    command = [sys.executable, "-c", "from turncheck.cli import main; main()", "check", *CHECK]
    return subprocess.Popen(command, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"}, **streams)


def written_to(terminal):
    """All that is written to a terminal, as long as somebody has it open."""
    parts = []
    with suppress(OSError):  # how Linux says that nobody has
        while part := os.read(terminal, 4096):
            parts.append(part)
    return b"".join(parts).decode("utf-8", "replace")


def test_a_bar_is_shown_on_a_terminal(turncheck):
    outer, inner = os.openpty()
    process = checking(stdout=subprocess.DEVNULL, stderr=inner)
    os.close(inner)
    written = written_to(outer)
    os.close(outer)
    assert process.wait() == 0
    assert "0/1" in written


def test_no_bar_is_shown_where_there_is_no_terminal(turncheck):
    process = checking(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, written = process.communicate()
    assert (process.returncode, written) == (0, b"")
    assert said.startswith(b"reference (reference): 1 of 1 laws held")
