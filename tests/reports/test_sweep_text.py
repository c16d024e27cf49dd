"""A sweep, shown: on the terminal with every law or with the broken ones alone, as Markdown, its gate in a line."""

from pathlib import Path

import attrs
import pytest

from turncheck.reports.sweep_text import gate_in_short, held_in_short, sweep_markdown, sweep_text
from turncheck.reports.sweeps import Row

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def sweep(report):
    return report.models[0].sweep


def test_the_text_for_a_terminal_with_every_law_and_with_the_broken_ones_alone(sweep):
    shown = [sweep_text("duel-small (native)", sweep), sweep_text("a\x1b model (py)", sweep, every_law=False)]
    assert "\n\n".join(shown) + "\n" == (GOLDEN / "sweep.txt").read_text(encoding="utf-8")


def test_the_section_of_a_page_is_the_one_in_the_report(sweep):
    assert sweep_markdown(sweep) in (GOLDEN / "divergence.md").read_text(encoding="utf-8")


def test_what_was_not_found_has_no_table(sweep):
    right = attrs.evolve(
        sweep, diverged=0, unreadable=0, fields=(), strata=(), smallest=(), silent={}, laws=sweep.laws[1:2], gate=None
    )
    right = attrs.evolve(right, modes=(Row("any", "", 20_000, 0, 0.0, 0.00015),), verdict=None)
    lines = sweep_text("small (py)", right, every_law=False).splitlines()
    assert lines[4:] == [
        "1 of 1 laws were never broken, which puts their rates below 0.150% (poison_never_lets_hp_rise, 2,000 cases)",
        "",
        "own answer      applied    broke    rate  95 % interval",
        "------------  ---------  -------  ------  ------------------------",
        "any              20,000        0  0.000%  below 0.015% (one-sided)",
    ]


def test_of_a_partial_sweep_there_is_no_verdict(sweep):
    left = attrs.evolve(sweep, done=2_048, verdict=None)
    assert gate_in_short(left) == ""
    assert sweep_text("small (py)", left).splitlines()[0] == "small (py): 2,048 of 20,000 turns of play, seed 7"
    assert sweep_text("small (py)", left).splitlines()[-1] == "PARTIAL: no verdict"
    assert "- PARTIAL: no verdict\n" in sweep_markdown(left)
    assert "PARTIAL" not in sweep_text("small (py)", sweep) + sweep_markdown(sweep)


def test_of_a_domain_without_turns_and_plays_neither_is_spoken_of(sweep):
    sums = attrs.evolve(
        sweep, sampler="mixed", played=0, damaged=0, noun="case", fields_title="field", strata_title="carries"
    )
    lines = sweep_text("small (py)", sums).splitlines()
    assert lines[:3] == [
        "small (py): 20,000 of 20,000 cases of mixed, seed 7",
        "cases of random stream numpy-1; the seed is an evaluation seed, training uses seeds 1,000,000 to 1,999,999",
        "laws that ask a second prompt, made from the case: each about one per 200 cases; asking again 1 in 5,000",
    ]
    assert {"field (the worst 12)", "carries (the worst 12)", "law about cases"} <= {
        line.split("   ")[0] for line in lines
    }
    assert (
        lines[-1]
        == f"gate 1.5%: INCONCLUSIVE, {DIVERGE.format('mixed').replace('turns', 'cases')}; more cases narrow it"
    )
    assert "turn" not in sweep_text("small (py)", attrs.evolve(sums, laws=(), smallest=(), silent={}))


DIVERGE = "280 of 20,000 turns of {} diverge: 1.400%, 95 % interval 1.242% to 1.573%"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"gate": 0.02, "verdict": "PASS"}, f"gate 2%: PASS, {DIVERGE.format('play')}"),
        ({"gate": 0.00125, "verdict": "FAIL"}, f"gate 0.125%: FAIL, {DIVERGE.format('play')}"),
        ({}, f"gate 1.5%: INCONCLUSIVE, {DIVERGE.format('play')}; more turns narrow it"),
        ({"sampler": "small", "stream": None}, f"gate 1.5%: INCONCLUSIVE, {DIVERGE.format('small')}"),
        ({"gate": None, "verdict": None}, ""),
    ],
)
def test_the_gate_in_a_line(sweep, said, shown):
    assert gate_in_short(attrs.evolve(sweep, **said)) == shown


def test_how_sure_it_is_that_a_law_was_never_broken():
    rows = [
        Row("one", "A1", 1, 0, 0.0, 0.95),
        Row("many", "A1", 1_000, 0, 0.0, 0.003),
        Row("some", "A1", 10, 0, 0.0, 0.26),
        Row("broken", "A1", 10, 1, 0.01, 0.45),
        Row("none", "A1", 0, 0, 0.0, 1.0),
    ]
    ends = "0.300% (many, 1,000 cases) to 95.000% (one, 1 case)"
    assert held_in_short(rows) == [
        f"3 of 5 laws were never broken, which puts their rates below {ends}",
        "1 applied to no case: none",
    ]
    assert held_in_short(rows[3:4]) == []
