"""Showing what a model wrote. It is untrusted text: nothing in it may move a cursor, colour a line or break a table."""

from __future__ import annotations

from turncheck.engine.visible import visible

__all__ = ["LONGEST_LINE", "MOST_LINES", "folded", "for_markdown", "printable", "shown_lines", "visible"]

LONGEST_LINE = 400
MOST_LINES = 12


def printable(text: str) -> str:
    """A text that is in printable characters already, unless somebody changed it: then it is made so."""
    return text if text.isprintable() else visible(text)


def shown_lines(text: str, most: int = MOST_LINES) -> list[str]:
    """The text's lines, each made `visible`, shortened where there is too much of them. A last line without a newline
    says so.
    """
    if not text:
        return ["(nothing)"]
    *lines, last = text.split("\n")
    if last:
        lines.append(last)
    shown = [_shortened(visible(line)) for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"... and {len(lines) - most} lines more")
    elif last:
        shown[-1] += "  (no newline)"
    return shown


def _shortened(line: str, longest: int = LONGEST_LINE) -> str:
    return line if len(line) <= longest else f"{line[:longest]}... and {len(line) - longest} characters more"


def for_markdown(text: str) -> str:
    """One line of `visible` text as it may stand in a cell of a Markdown table."""
    return "".join(f"\\{character}" if character in "\\|`*_<>[]&~$" else character for character in text)


def folded(summary: str, content: str) -> str:
    """A part of a Markdown page that is folded away; the summary is plain words of ours."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>\n"
