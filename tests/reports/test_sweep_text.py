"""A sweep in Markdown, and its gate and held laws in one line."""

from pathlib import Path

import attrs
import pytest

from turncheck.reports.sweep_text import gate_in_short, held_in_short, sweep_markdown
from turncheck.reports.sweeps import Row

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def sweep(report):
    return report.models[0].sweep


def test_the_section_of_a_page_is_the_one_in_the_report(sweep):
    assert sweep_markdown(sweep) in (GOLDEN / "divergence.md").read_text(encoding="utf-8")


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
