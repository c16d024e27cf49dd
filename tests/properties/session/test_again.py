"""The command that repeats a failure: copied from the terminal, it fails in the same way."""

import json
import shlex
from pathlib import Path

import pytest

from turncheck.properties import session

RISES = "turn_counter_rises_by_one"
LATE = """
from turncheck.engine.duel import resolve_text

def late(prompts):
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]
"""
MADE = """
def made(by=1):
    return lambda prompts: [resolve_text(prompt).replace("turn 02", f"turn 0{2 + by}") for prompt in prompts]
"""


def commands(result):
    return [line.removeprefix("again: ") for line in result.outlines if line.startswith("again: ")]


def kept(result):
    start = "its smallest case is kept in "
    return [line.removeprefix(start) for line in result.outlines if line.startswith(start)]


def failures(pytester, folder="out"):
    values = json.loads((pytester.path / folder / "divergence.json").read_bytes())
    return [(law["id"], law["failures"]) for model in values["models"] for law in model["laws"] if law["failures"]]


def test_it_repeats_the_smallest_failure_of_a_run_by_the_folder_s_name(check, pytester):
    (pytester.path / "my models.py").write_text(LATE + MADE)
    model = ["--model=my models.py:made", "--model-arg=by=4", "--turncheck-timeout=30"]
    result = check(*model, "-k", f"{RISES} or max_never", "--hypothesis-seed=3", "--turncheck-report=out", examples=30)
    assert result.ret == 1
    (command,) = commands(result)
    assert command == (
        f"pytest --pyargs 'turncheck.properties.test_laws::test_law[my models.py:made-{RISES}]' "
        "'--turncheck-model=my models.py:made' --turncheck-model-arg=by=4 "
        "--turncheck-examples=30 --turncheck-min-cases=1 --turncheck-timeout=30 --hypothesis-seed=3"
    )
    found = failures(pytester)
    (path,) = kept(result)
    assert path.startswith(".turncheck/witnesses/")
    assert (pytester.path / path).read_text().endswith(found[0][1][0]["witness"]["case"])
    again = pytester.runpytest_inprocess(
        *shlex.split(command)[1:], "--turncheck-report=again", "-p", "no:cacheprovider"
    )
    assert again.ret == 1
    again.assert_outcomes(failed=1)
    assert failures(pytester, "again") == found


def test_of_a_run_by_the_folder_s_path_it_names_the_package(pytester):
    pytester.makepyfile(late_model=LATE)
    pytester.syspathinsert()
    folder = Path(session.__file__).parents[1]
    options = ["--turncheck-examples=10", "-p", "no:cacheprovider", "-q"]
    run = pytester.runpytest_inprocess(
        folder / "test_laws.py", "--turncheck-model=late_model.py:late", "-k", RISES, *options
    )
    (command,) = commands(run)
    assert command.startswith("pytest --pyargs 'turncheck.properties.test_laws::test_law[")
    pytester.runpytest_inprocess(*shlex.split(command)[1:], "-p", "no:cacheprovider").assert_outcomes(failed=1)


def test_models_whose_items_were_numbered_are_found_by_their_own_names(check, pytester):
    for folder in ("one", "two"):
        (pytester.path / folder).mkdir()
        (pytester.path / folder / "engine.toml").write_text('kind = "noisy:1"\n')
    models = ["--model=one/engine.toml", "--model=two/engine.toml"]
    first, second = commands(check(*models, "-k", "agrees_with", "-q"))
    assert first.replace("one/", "two/") == second
    again = pytester.runpytest_inprocess(*shlex.split(second)[1:], "-q", "-p", "no:cacheprovider")
    assert again.ret == 1
    again.assert_outcomes(failed=1)


def test_it_repeats_the_failure_of_a_suite_of_one_s_own_from_a_folder_below(games, pytester, monkeypatch):
    (pytester.path / "below").mkdir()
    pytester.makeini("[pytest]\n")
    monkeypatch.chdir(pytester.path / "below")
    test = "import turncheck\nimport players\nfrom tictactoe import DOMAIN\n\n"
    test += "class TestGames:\n    test_game = staticmethod(turncheck.suite(DOMAIN, model=players.forgetful))\n"
    result = games("..", "-k", "taken_back", "-q", test_mine=test)
    (command,) = commands(result)
    assert command == (
        "pytest '../test_mine.py::TestGames::test_game[forgetful-marks_are_never_taken_back]' --turncheck-examples=20 "
        "--turncheck-min-cases=1 --hypothesis-seed=0"
    )
    again = pytester.runpytest_inprocess(*shlex.split(command)[1:], "-q", "-p", "no:cacheprovider")
    assert again.ret == 1
    again.assert_outcomes(failed=1)


def test_what_only_a_kept_witness_shows_is_repeated_with_its_folder(check):
    options = ["--model", "py:plugin_models:in_the_nineties", "-k", RISES, "-q", "--turncheck-witnesses=kept"]
    check(*options, examples=60)
    (command,) = commands(check(*options, examples=2))
    assert "--turncheck-witnesses=kept" in shlex.split(command)


@pytest.mark.parametrize("model", ["right", "late"])
def test_only_what_failed_is_repeated(check, model):
    result = check("--model", f"py:plugin_models:{model}", "-k", RISES, "-q")
    assert (len(commands(result)), len(kept(result))) == ((1, 1) if model == "late" else (0, 0))
