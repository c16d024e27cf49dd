"""`turncheck domain`: lists domains and finds their faults; and every command with a user's own domain."""

import sys

import pytest
from click.testing import CliRunner

from tests.properties.session.test_suites import REFUSED, WRONG
from tests.properties.sessions import GAMES
from turncheck.cli import main
from turncheck.properties.checking import truth


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder of a user's, with two domains and players of them."""
    for name, content in {**GAMES, **WRONG}.items():
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    (tmp_path / "turn.txt").write_text("to_move x\nrow . . .\nrow . . .\nrow . . .\nmove b2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(truth, "TRIED", 40)

    def run(*arguments, input=None):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=input, prog_name="turncheck")

    yield run
    for name in (*GAMES, *WRONG):
        sys.modules.pop(name, None)


# --- the domain ------------------------------------------------------------------------------------------------------


def test_list_names_what_packages_offer_and_what_else_can_be_named(turncheck):
    result = turncheck("domain", "list")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            "domain    where",
            "--------  ---------------------",
            "duel      turncheck.duel:DOMAIN",
            "",
            "you can also name a domain as FILE.py:NAME or MODULE:NAME; FILE.py means FILE.py:DOMAIN",
        ],
    )


def test_check_ends_with_0_where_nothing_must_be_mended(turncheck):
    result = turncheck("domain", "check", "adder.py:DOMAIN")
    assert (result.exit_code, result.stderr) == (0, "")
    first, _, headers, *rows = result.stdout.splitlines()
    assert (first, headers.split()) == ("adder/1", ["what", "verdict", "found"])
    assert any(row.startswith("reference ") and " holds " in row for row in rows)


def test_check_ends_with_1_where_something_must_and_says_what_to_do(turncheck):
    result = turncheck("domain", "check", "breaks.py")
    assert (result.exit_code, result.stderr) == (1, "")
    (row,) = [line for line in result.stdout.splitlines() if line.startswith("reference ")]
    assert "fails" in row
    assert "its resolve raised ZeroDivisionError" in row
    assert any(line.startswith("all else: ") for line in result.stdout.splitlines())


NOWHERE = [each for each in REFUSED if each[1].startswith(("domain missing", "domain tictactoe", "domain no_such"))]


@pytest.mark.parametrize(("domain", "message"), NOWHERE, ids=[domain for domain, _ in NOWHERE])
def test_check_ends_with_4_where_there_is_no_such_domain(turncheck, domain, message):
    result = turncheck("domain", "check", domain)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert result.stderr[: len(message) + 7] == f"Error: {message}"


# --- every command of it ---------------------------------------------------------------------------------------------


def test_resolve_answers_as_the_domain_does(turncheck):
    assert turncheck("resolve", "--domain", "adder.py", input="07+35=").stdout == "042"
    assert turncheck("resolve", "--domain", "adder.py", input="7+35=").stdout == "reject bad_number"


def test_laws_lists_those_of_the_domain(turncheck):
    lines = turncheck("laws", "--domain", "tictactoe.py").stdout.splitlines()
    named = [line.split("|")[1].strip() for line in lines[2:]]
    assert named[0] == "answer_agrees_with_the_reference"
    assert named[-2:] == ["marks_are_never_taken_back", "one_mark_is_set"]


def test_show_marks_what_differs(turncheck):
    result = turncheck("show", "--domain", "tictactoe.py", "--model", "identity", "turn.txt")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:9] == [
        "turn",
        "  to_move x",
        "  row . . .",
        "  row . . .",
        "  row . . .",
        "  move b2",
        "answer",
        "- to_move o",
        "+ to_move x",
    ]


def test_evaluate_counts_by_sampler_and_by_reason(turncheck):
    result = turncheck("evaluate", "--domain", "tictactoe.py", "--model", "reference", "--turns", 12)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[3:]]
    assert [row[0] for row in rows][:4] == ["mixed", "play", "uniform", "malformed"]
    assert {"wrong_count", "cell_taken", "bad_spacing"} <= {row[0] for row in rows}
    assert {row[-1] for row in rows} == {"100.00%"}


def test_of_a_domain_that_rejects_nothing_no_malformed_text_is_counted(turncheck):
    result = turncheck("evaluate", "--domain", "adder.py", "--model", "players.py:adds", "--turns", 12)
    assert [line.split()[0] for line in result.stdout.splitlines()[3:]] == ["mixed", "uniform"]


def test_conform_asks_texts_of_the_domain(turncheck):
    result = turncheck("conform", "players.py:adds", "--domain", "adder.py")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "py:players.py:adds (py)")


def test_a_sweep_and_the_prompts_of_one(turncheck, tmp_path):
    given = ("--domain", "adder.py", "--turns", 40, "--seed", 3)
    result = turncheck("prompts", *given, "--out", "prompts.jsonl")
    assert result.exit_code == 0
    assert result.stdout.endswith(" prompts of a sweep of 40 turns of mixed, seed 3\n")
    result = turncheck("sweep", *given, "--model", "players.py:carries_nothing", "--out", "swept", "--gate", 0.9)
    assert result.exit_code in (0, 1)
    assert result.stdout.startswith("py:players.py:carries_nothing (py): 40 of 40 ")
    result = turncheck("sweep", *given, "--model", "reference", "--out", "other", "--sampler", "play")
    assert result.exit_code == 4
    assert result.stderr.endswith("'--sampler': sampler must be one of mixed, uniform, small, got 'play'\n")


def test_train_learns_the_domain_and_another_domain_refuses_the_checkpoint(turncheck):
    pytest.importorskip("torch")
    command = ("train", "--domain", "adder.py", "--config", "micro", "--out", "run", "--steps", 2, "--final-sweep", 0)
    result = turncheck(*command)
    assert result.exit_code == 0, result.output
    model = ("--model", "run/checkpoint.safetensors", "--examples", 10, "-k", "agrees")
    assert turncheck("check", "--domain", "adder.py", *model).exit_code == 1
    result = turncheck("check", "--domain", "tictactoe.py", *model)
    assert (result.exit_code, result.stderr.count("\n")) == (4, 1)
    assert "adder/1" in result.stderr
    assert "tictactoe/1" in result.stderr


def test_a_mistake_in_a_domain_is_one_line_in_any_command(turncheck):
    result = turncheck("evaluate", "--domain", "breaks.py", "--model", "reference", "--turns", 200)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert "ZeroDivisionError" in result.stderr
