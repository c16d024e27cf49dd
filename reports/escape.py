"""Show what a model wrote. It is untrusted text: nothing in it may move a cursor, colour a line or break a table."""

from __future__ import annotations

from turncheck.engine.visible import visible

__all__ = ["LONGEST_LINE", "MOST_LINES", "folded", "for_markdown", "printable", "shown_lines", "visible"]

LONGEST_LINE = 400
MOST_LINES = 12


def printable(text: str) -> str:
    """Return a text that should be printable already; if it is not, because somebody edited it, make it `visible`."""
    return text if text.isprintable() else visible(text)


def shown_lines(text: str, most: int = MOST_LINES) -> list[str]:
    """Return the text's lines, each made `visible`. Long lines and texts are shortened.

    A last line without a newline is marked.
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
    """Escape one line of `visible` text for a cell of a Markdown table."""
    return "".join(f"\\{character}" if character in "\\|`*_<>[]&~$" else character for character in text)


def folded(summary: str, content: str) -> str:
    """Fold a part of a Markdown page into `<details>`; the summary must be our own words, since it is not escaped."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>\n"
