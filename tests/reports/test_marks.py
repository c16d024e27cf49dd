"""Marks stand under what they mark, at any width."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.reports.marks import HANGING, compared
from turncheck.reports.screen import cells

HOUSE = settings(deadline=None, database=None, derandomize=True)
PIECES = st.lists(st.text("ab", max_size=6), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("first", "second", "width", "shown"),
    [
        ("hp 07 stun 0", "hp 07 stun 0", None, [" hp 07 stun 0"]),
        ("hp 07 stun 0", "hp 06 stun 0", None, ["-hp 07 stun 0", "+hp 06 stun 0", "^   ^^"]),
        ("hp 07 stun 0", "hp 6 stun 10", None, ["-hp 07 stun 0", "+hp 6 stun 10", "^   ^      ^^"]),
        ("hp 07", "hp", None, ["-hp 07", "+hp", "^   ^"]),
        ("hp 07 stun 0", "hp", None, ["-hp 07 stun 0", "+hp", "^   ^"]),
        ("hp", "hp 07 8", None, ["-hp", "+hp 07 8", "^   ^^ ^"]),
        ("hp 7", "hp  7", None, ["-hp 7", "+hp  7", "^   ^^"]),
        (
            "hero hp 07 stun 0 burn 2",
            "hero hp 07 stun 1 burn 2",
            16,
            [" hero hp 07 stun", "-    0 burn 2", "+    1 burn 2", "^    ^"],
        ),
        ("hp a", f"hp {'b' * 9}c", 9, ["-hp a", "+hp bbbbb", "^   ^^^^^", "+    bbbbc", "^    ^^^^^"]),
        ("hp \u65e5 7", "hp \u65e5\u65e5 8", None, ["-hp \u65e5 7", "+hp \u65e5\u65e5 8", "^   ^^^^ ^"]),
    ],
)
def test_what_differs_is_marked_where_it_stands(first, second, width, shown):
    assert [kind + text for kind, text in compared(first, second, width)] == shown


def marks_of(expected, given):
    """The marks of one row, by the pieces that differ place by place."""
    marks, start = "", 0
    for place, piece in enumerate(given):
        if place >= len(expected) or piece != expected[place]:
            marks = marks.ljust(start) + "^" * max(len(piece), 1)
        start += len(piece) + 1
    return marks


@HOUSE
@given(PIECES, PIECES, st.integers(12, 40))
def test_marks_stand_under_what_they_mark_at_any_width(expected, got, width):
    got = [*got, *expected[len(got) :]]  # no piece is missing
    rows = compared(" ".join(expected), " ".join(got), width)
    assert all(cells(text) <= width for _, text in rows)
    place = 0
    written = []
    for number, (kind, text) in enumerate(rows):
        if kind not in " +":
            continue
        indent = HANGING if written else ""
        pieces = text.removeprefix(indent).split(" ")
        marks = marks_of(expected[place : place + len(pieces)], pieces)
        below = rows[number + 1].text if number + 1 < len(rows) and rows[number + 1].kind == "^" else ""
        assert below == (" " * len(indent) + marks if marks else "")
        place += len(pieces)
        written += pieces
    assert written == got


@HOUSE
@given(
    st.text(st.characters(exclude_categories=("C", "Z")), max_size=60), st.text("ab ", max_size=60), st.integers(10, 30)
)
def test_no_row_is_wider_than_the_screen_whatever_stands_in_it(first, second, width):
    assert all(cells(text) <= width for kind, text in compared(first, second, width) if kind != "^")
