"""Untrusted text: what reaches a terminal or a page is printable, and shows what was there."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.reports.escape import LONGEST_LINE, MOST_LINES, for_markdown, shown_lines, visible

HOUSE = settings(deadline=None, database=None, derandomize=True)
EVERY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("hp 07/40", "hp 07/40"),
        ("\x00\x07\x08\x1b\x7f\x9b", "\\x00\\x07\\x08\\x1b\\x7f\\x9b"),
        ("\t\n\r\v\f", "\\t\\n\\r\\x0b\\x0c"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]8;;http://x\x1b\\", "\\x1b]8;;http://x\\x1b\\\\"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("\u202eabc\u2066\u2069\u200f", "\\u202eabc\\u2066\\u2069\\u200f"),
        ("\u200b\u200d\ufeff\u00ad", "\\u200b\\u200d\\ufeff\\xad"),
        ("\u00a0\u2028\u2029\u3000\u0085", "\\xa0\\u2028\\u2029\\u3000\\x85"),
        ("\\", "\\\\"),
        ("\\n", "\\\\n"),
        ("\\x1b", "\\\\x1b"),
        ("\U000e0041\U0010ffff", "\\U000e0041\\U0010ffff"),
        ("é 七 \U0001f600", "é 七 \U0001f600"),
    ],
)
def test_what_is_not_printable_is_shown_as_an_escape(text, shown):
    assert visible(text) == shown


@HOUSE
@given(EVERY_TEXT)
def test_what_is_visible_is_printable_and_says_exactly_what_was_there(text):
    shown = visible(text)
    assert shown.isprintable()
    assert ast.literal_eval('"' + shown.replace('"', '\\"') + '"') == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["(nothing)"]),
        ("\n", [""]),
        ("a\n", ["a"]),
        ("a", ["a  (no newline)"]),
        ("a\nb", ["a", "b  (no newline)"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\n", ["a\\r", "b"]),
        ("a\u2028b\n", ["a\\u2028b"]),
        ("x" * 400 + "\n", ["x" * 400]),
        ("x" * 401 + "\n", ["x" * 400 + "... and 1 characters more"]),
        ("x" * 10_000, ["x" * 400 + "... and 9600 characters more  (no newline)"]),
        ("a\n" * 12, ["a"] * 12),
        ("a\n" * 13, ["a"] * 12 + ["... and 1 lines more"]),
        ("a\n" * 12 + "b", ["a"] * 12 + ["... and 1 lines more"]),
        ("\n" * 5000, [""] * 12 + ["... and 4988 lines more"]),
    ],
)
def test_lines_are_shown_shortened(text, lines):
    assert shown_lines(text) == lines


@HOUSE
@given(EVERY_TEXT | st.text(st.sampled_from("\n a\x1b"), max_size=60))
def test_no_text_has_many_or_long_or_unprintable_lines(text):
    lines = shown_lines(text)
    assert 1 <= len(lines) <= MOST_LINES + 1
    assert all(line.isprintable() and len(line) <= LONGEST_LINE + 60 for line in lines)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a|b", "a\\|b"),
        ("`a`", "\\`a\\`"),
        ("*a* _b_ ~c~ $d$", "\\*a\\* \\_b\\_ \\~c\\~ \\$d\\$"),
        ("<b>&amp;", "\\<b\\>\\&amp;"),
        ("[a](b)", "\\[a\\](b)"),
        ("\\|", "\\\\\\|"),
        ("\\x1b", "\\\\x1b"),
        ("hp 07/40", "hp 07/40"),
    ],
)
def test_what_markdown_would_read_as_a_mark_is_escaped(text, markdown):
    assert for_markdown(text) == markdown
