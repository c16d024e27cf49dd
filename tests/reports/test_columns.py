"""A table fits: its cells wrap, and then columns are left out in a stated order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.reports.columns import Column, laid_out
from turncheck.reports.screen import cells

COLUMNS = (
    Column("law", least=8),
    Column("rule", least=4, leaves=2),
    Column("count", least=5, right=True),
    Column("found", least=10, most=20),
    Column("case", least=10, leaves=1),
)
ROW = ["hp_never_rises", "E1, E2", "7", "wrong_value: hp 3 for 2", "hero hp 05/09; foe guard"]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (100, ["law", "rule", "count", "found", "case"]),
        (45, ["law", "rule", "count", "found", "case"]),
        (44, ["law", "rule", "count", "found"]),
        (33, ["law", "rule", "count", "found"]),
        (32, ["law", "count", "found"]),
        (1, ["law", "count", "found"]),
    ],
)
def test_columns_are_left_out_in_their_order(width, shown):
    header, *_ = laid_out(COLUMNS, [ROW], width)
    assert header.split() == shown


def test_cells_are_broken_before_a_column_is_left_out():
    assert list(laid_out(COLUMNS, [ROW], 45)) == [
        "law       rule  count  found       case",
        "--------  ----  -----  ----------  ----------",
        "hp_       E1,       7  wrong_      hero hp",
        "  never_    E2           value:      05/09;",
        "  rises                  hp 3 for    foe",
        "                         2           guard",
    ]


def test_the_first_columns_have_the_room_that_is_left():
    _, dashes, first, *_ = laid_out(COLUMNS, [ROW], 60)
    assert [len(each) for each in dashes.split()] == [14, 6, 5, 17, 10]
    assert first == "hp_never_rises  E1, E2      7  wrong_value: hp 3  hero hp"


def test_a_column_is_no_wider_than_it_may_be():
    _, rule, *_ = laid_out(COLUMNS, [ROW], 200)
    assert [len(dashes) for dashes in rule.split()] == [14, 6, 5, 20, 24]


def test_cells_are_painted_by_their_header():
    *_, row = laid_out(COLUMNS[:3:2], [["a", "7"]], 40, lambda header, text: f"<{header[0]}>{text}</>")
    assert row == "<l>a</>        <c>7</>"


@settings(deadline=None, database=None, derandomize=True)
@given(st.lists(st.lists(st.text("ab_ \u65e5", max_size=30), min_size=5, max_size=5), max_size=4), st.integers(31, 90))
def test_no_line_is_wider_than_the_screen(rows, width):
    assert all(cells(line) <= width for line in laid_out(COLUMNS, rows, width))
