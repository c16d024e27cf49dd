"""Slow models in a pytest session: its messages, its budget, and what is left after an interrupt."""

import re

import pytest

from tests.properties.sessions import LAW_IDS, row_of, rows, section
from turncheck.duel import DOMAIN
from turncheck.properties.checking import run
from turncheck.properties.checking.run import finding_most_first
from turncheck.properties.laws import laws_of
from turncheck.properties.session.progress import SILENT

SLOW = """
import re
import signal
import time
from turncheck.engine.duel import resolve_text

asked = 0

def no_poison(prompts):
    return [resolve_text(re.sub(r"poison \\d", "poison 0", prompt)) for prompt in prompts]

def slow(prompts):
    time.sleep(0.05 * len(prompts))
    return no_poison(prompts)

def interrupted(prompts):
    global asked
    asked += len(prompts)
    if asked > 60:
        signal.raise_signal(signal.SIGINT)
    return no_poison(prompts)
"""
TWO = "poison_takes_its_stacks or fall_ends_no_turn"


@pytest.fixture
def slow(check, pytester):
    """Runs laws against one of the models of this file."""
    pytester.makepyfile(plugin_slow=SLOW)

    def run(model, *options, **how):
        return check("--model", f"py:plugin_slow:{model}", "--tb=short", *options, **how)

    return run


@pytest.mark.parametrize("quiet", [[], ["-q"]], ids=["loud", "quiet"])
def test_a_law_that_takes_long_has_a_line_on_stderr(slow, quiet, monkeypatch, capfd):
    monkeypatch.setattr(run, "LONG", 0.0)
    slow("no_poison", "-k", TWO, "--turncheck-no-shrink", *quiet)
    found = [line for line in capfd.readouterr().err.splitlines() if " prompts in " in line]
    assert [line.partition(":")[0] for line in found] == ["fall_ends_no_turn", "poison_takes_its_stacks"]
    assert re.fullmatch(
        r"fall_ends_no_turn: \d+ prompts in [\d.]+ s; 1 of 2 laws, \d+.* prompts, .* per answer.*", found[0]
    )


def test_under_qq_nothing_is_said(slow, monkeypatch, capfd):
    assert SILENT == -2
    monkeypatch.setattr(run, "LONG", 0.0)
    slow("no_poison", "-k", TWO, "--turncheck-no-shrink", "-qq")
    assert " prompts in " not in capfd.readouterr().err


@pytest.mark.slow
def test_each_of_several_processes_says_who_it_is(slow, pytester):
    impatient = "import turncheck.properties.checking.run\nturncheck.properties.checking.run.LONG = 0.0\n"
    pytester.makepyfile(plugin_slow=SLOW + impatient)
    result = slow("no_poison", "-k", TWO, "--turncheck-no-shrink", "-n", "2", subprocess=True)
    found = [line for line in result.errlines if " prompts in " in line]
    assert sorted(re.fullmatch(r"gw[01]: (\w+): .*; 1 law done, .*", line)[1] for line in found) == [
        "fall_ends_no_turn",
        "poison_takes_its_stacks",
    ]


def test_within_a_budget_kinds_of_laws_take_turns_and_what_is_not_reached_is_named(slow):
    result = slow("slow", "--turncheck-budget=1.5", "-q", examples=20)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    lines = [re.split("  +", line.strip()) for line in section(result) if line.split(" ")[0] in LAW_IDS]
    why = "not reached within --turncheck-budget 1.5"
    late = [law for law, *_, told in lines if told == why]
    ran = [law for law in rows(result) if law not in late]
    assert "answer_agrees_with_the_reference" in ran
    assert sorted([*ran, *late]) == sorted(LAW_IDS)
    assert set(ran) == {law.id for law in finding_most_first(laws_of(DOMAIN))[: len(ran)]}


def test_an_interrupt_leaves_the_table_and_the_counterexample_of_the_law_that_was_checked(slow):
    result = slow("interrupted", "-k", TWO, examples=20, subprocess=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED == 2
    assert rows(result) == ["fall_ends_no_turn"]
    shown = "\n".join(result.outlines)
    assert "the smallest so far (shrinking was interrupted)" in shown
    assert "KeyboardInterrupt" in shown
    assert row_of(result, "fall_ends_no_turn")[2:5] == ["FAIL", "20", "4"]
    missing = "poison_takes_its_stacks (the run was interrupted)"
    assert f"NO RESULT for 1 of what was to run, and did not pass: {missing}" in section(result)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--turncheck-budget=0"], "--turncheck-budget must be a number, 0.001 or more, got 0"),
        (["--turncheck-budget=soon"], "--turncheck-budget must be a number, 0.001 or more, got 'soon'"),
        (
            ["--turncheck-shrink=2x"],
            "--turncheck-shrink must be a number of prompts (100), or a time (30s, 5m, 1h), got '2x'",
        ),
        (
            ["--turncheck-shrink=5", "--turncheck-no-shrink"],
            "--turncheck-shrink and --turncheck-no-shrink cannot both be given: leave one out",
        ),
    ],
)
def test_a_limit_that_is_none_is_an_error_of_usage(slow, options, message):
    result = slow("slow", "-k", "fall_ends", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[-1] == f"ERROR: {message}" or f"ERROR: {message}" in result.errlines
