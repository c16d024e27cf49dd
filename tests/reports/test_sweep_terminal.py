"""A sweep on a terminal: errors have rows, the rest has one line unless asked for, and no line is too wide."""

import re
from pathlib import Path

import attrs
import pytest

from turncheck.reports.screen import Screen, cells
from turncheck.reports.sweep_tables import compared_table
from turncheck.reports.sweep_terminal import sweep_text
from turncheck.reports.sweep_text import gate_in_short, sweep_markdown
from turncheck.reports.sweeps import Row

GOLDEN = Path(__file__).parent / "golden"
WIDE = Screen(240)


@pytest.fixture
def sweep(report):
    return report.models[0].sweep


@pytest.mark.parametrize(("width", "every_row"), [(80, False), (80, True), (160, True)])
def test_the_text_for_a_terminal_with_every_row_and_with_what_went_wrong_alone(sweep, width, every_row):
    shown = sweep_text("a\x1b model (py)", sweep, Screen(width), every_row, "--table=all")
    name = f"sweep-{width}{'-all' if every_row else ''}.txt"
    assert shown + "\n" == (GOLDEN / name).read_text(encoding="utf-8")
    assert max(map(cells, shown.splitlines())) <= width


def test_what_broke_comes_first_and_what_is_less_often_wrong_than_the_worst_is_counted(sweep):
    laws = [Row("held", "A1", 10, 0, 0.0, 0.26), Row("broken", "A1", 10, 1, 0.01, 0.45)]
    orders = [Row(f"order {number}", "", 10, 1 + (number > 1), 0.01, 0.45) for number in range(14)]
    found = attrs.evolve(sweep, laws=tuple(laws), fields=(), strata=(*orders, laws[0]))
    every, failing = (sweep_text("small (py)", found, WIDE, every_row).splitlines() for every_row in (True, False))
    names = [line.split(" ")[0] for line in every]
    assert names.index("broken") < names.index("held")
    assert "2 more were wrong less often; 1 of 15 were never wrong" in failing
    assert not any(line.startswith(("order 0 ", "order 1 ")) for line in failing)


def test_where_there_is_no_room_the_rule_is_left_out_first(sweep):
    long = Row("a_law_of_which_the_name_is_long_enough", "A1", 1_000_000, 0, 0.0, 0.4)
    held = attrs.evolve(sweep, laws=(long,), modes=(), fields=(), strata=())
    headers = {
        width: re.split("  +", next(line for line in shown.splitlines() if line.startswith("law ")))
        for width in (100, 80)
        for shown in [sweep_text("small (py)", held, Screen(width), every_row=True)]
    }
    assert headers[100] == ["law", "rule", "applied", "broke", "rate", "95 % interval"]
    assert headers[80] == ["law", "applied", "broke", "rate", "95 % interval"]


def test_colours_change_nothing_but_the_colour(sweep):
    plain, painted = (sweep_text("small (py)", sweep, Screen(80, colour)) for colour in (False, True))
    assert "gate 1.5%: \x1b[33;1mINCONCLUSIVE\x1b[0m," in painted
    assert "\x1b[31;1m280\x1b[0m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain


def test_of_two_sweeps_what_is_worse_comes_first_and_the_table_fits():
    names = [f"{verdict or 'same'}_{'and_some_more_' * 4}" for verdict in ("", "better", "worse")]
    rows = [(name, "12", "1,000", "2,000", "0.00012", name.partition("_")[0].replace("same", "")) for name in names]
    lines = compared_table(rows, Screen(80))
    assert max(map(len, lines)) <= 80
    assert [line.split() for line in lines[:2]] == [
        ["failed", "on", "the", "same", "turns", "both", "first", "second", "p", "second", "is"],
        ["alone", "alone"],
    ]
    assert [line.partition("_")[0] for line in lines if "1,000" in line] == ["worse", "better", "same"]


def test_what_was_not_found_has_no_table(sweep):
    right = attrs.evolve(
        sweep, diverged=0, unreadable=0, fields=(), strata=(), smallest=(), silent={}, laws=sweep.laws[1:2], gate=None
    )
    right = attrs.evolve(right, modes=(Row("any", "", 20_000, 0, 0.0, 0.00015),), verdict=None)
    lines = sweep_text("small (py)", right, WIDE).splitlines()
    assert lines[4:] == [
        "1 of 1 laws were never broken, which puts their rates below 0.150% (poison_never_lets_hp_rise, 2,000 cases)",
        "",
        "own answer  applied  broke    rate  95 % interval",
        "----------  -------  -----  ------  ------------------------",
        "any          20,000      0  0.000%  below 0.015% (one-sided)",
    ]


def test_of_a_partial_sweep_there_is_no_verdict(sweep):
    left = attrs.evolve(sweep, done=2_048, verdict=None)
    assert gate_in_short(left) == ""
    assert sweep_text("small (py)", left).splitlines()[0] == "small (py): 2,048 of 20,000 turns of play, seed 7"
    assert sweep_text("small (py)", left).splitlines()[-1] == "PARTIAL: no verdict"
    assert "- PARTIAL: no verdict\n" in sweep_markdown(left)
    assert "PARTIAL" not in sweep_text("small (py)", sweep) + sweep_markdown(sweep)


DIVERGE = "280 of 20,000 cases of mixed diverge: 1.400%, 95 % interval 1.242% to 1.573%"


def test_of_a_domain_without_turns_and_plays_neither_is_spoken_of(sweep):
    sums = attrs.evolve(
        sweep, sampler="mixed", played=0, damaged=0, noun="case", fields_title="field", strata_title="carries"
    )
    lines = sweep_text("small (py)", sums, WIDE).splitlines()
    assert lines[:3] == [
        "small (py): 20,000 of 20,000 cases of mixed, seed 7",
        "cases of random stream numpy-1; the seed is an evaluation seed, training uses seeds 1,000,000 to 1,999,999",
        "laws that ask a second prompt, made from the case: each about one per 200 cases; asking again 1 in 5,000",
    ]
    assert {"field", "carries", "law about cases"} <= {line.split("   ")[0] for line in lines}
    assert lines[-1] == f"gate 1.5%: INCONCLUSIVE, {DIVERGE}; more cases narrow it"
    assert "turn" not in sweep_text("small (py)", attrs.evolve(sums, laws=(), smallest=(), silent={}))
