"""The screen for text: how lines wrap, and when there is colour."""

import io

import pytest

from turncheck.reports.screen import Screen, broken, cells, wrap


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("short", ["short"]),
        ("two words here", ["two words", "..here"]),
        ("a double  space", ["a double ", "..space"]),
        ("hp_never_rises_here", ["hp_never_", "..rises_", "..here"]),
        ("x" * 12, ["x" * 10, "..xx"]),
        ("a " + "x" * 12, ["a", "..xxxxxxxx", "..xxxx"]),
    ],
)
def test_text_is_broken_at_spaces_then_behind_signs_then_anywhere(text, lines):
    assert [line.rstrip() for line in wrap(text, 10, "..")] == [line.rstrip() for line in lines]


def test_wide_and_combining_characters_take_the_columns_that_they_take():
    assert [cells(text) for text in ("ab", "\u65e5\u672c", "e\u0301", "\uff21")] == [2, 4, 1, 2]
    assert list(broken("\u65e5" * 5, 4)) == ["\u65e5" * 2, "\u65e5" * 2, "\u65e5"]


def test_a_narrow_terminal_breaks_lines_itself():
    assert [Screen(width).width for width in (10, 60, 200)] == [60, 60, 200]


@pytest.mark.parametrize(
    ("stream", "variables", "colour"),
    [
        (Terminal, {}, True),
        (io.StringIO, {}, False),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"NO_COLOR": ""}, True),
        (Terminal, {"TERM": "dumb"}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_there_is_colour_on_a_terminal_unless_somebody_wants_none(monkeypatch, stream, variables, colour):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "123")
    assert Screen.of(stream()) == Screen(123, colour)
    assert Screen.of(stream(), not colour) == Screen(123, not colour)


def test_without_colour_text_is_as_it_is():
    assert Screen().paint("FAIL", "red", "bold") == "FAIL"
    assert Screen(colour=True).paint("FAIL", "red", "bold") == "\x1b[31;1mFAIL\x1b[0m"
    assert Screen(colour=True).paint("FAIL") == "FAIL"
