"""Changes of whole lines: cut, left out, repeated, swapped, interleaved."""

from __future__ import annotations

from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.perturbation import Row
from turncheck.strategies.perturbations.places import each_of


def line_cut(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out that many pieces at the end of a line, but not the whole line."""
    line = choices.pick([line for line in page.lines if len(line) > 1])
    if len(line) <= strength:
        raise NoOptionError
    del line[-strength:]
    return page.text


def text_cut(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out that many lines at the end of the text."""
    if len(page.lines) < strength:
        raise NoOptionError
    del page.lines[-strength:]
    return page.text


def line_dropped(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out that many lines anywhere."""
    for line in sorted(each_of(choices, range(len(page.lines)), strength), reverse=True):
        del page.lines[line]
    return page.text


def line_repeated(page: CasePage, strength: int, choices: Choices) -> str:
    """Write that many lines twice."""
    for line in sorted(each_of(choices, range(len(page.lines)), strength), reverse=True):
        page.lines.insert(line, list(page.lines[line]))
    return page.text


def lines_swapped(page: CasePage, strength: int, choices: Choices) -> str:
    """Swap that many pairs of lines."""
    left = list(range(len(page.lines)))
    for _ in range(strength):
        first, second = each_of(choices, left, 2)
        page.lines[first], page.lines[second] = page.lines[second], page.lines[first]
        left = [line for line in left if line not in (first, second)]
    return page.text


def lines_interleaved(page: CasePage, strength: int, choices: Choices) -> str:
    """Write a line and that many of the lines that follow as one, with their pieces in turn."""
    line = choices.pick(range(len(page.lines) - strength))
    mixed = page.lines[line : line + 1 + strength]
    longest = max(map(len, mixed))
    page.lines[line : line + 1 + strength] = [[row[at] for at in range(longest) for row in mixed if at < len(row)]]
    return page.text


LINES = (
    Row("line cut", line_cut),
    Row("text cut", text_cut),
    Row("line dropped", line_dropped),
    Row("line repeated", line_repeated),
    Row("lines swapped", lines_swapped, (1, 2)),
    Row("lines interleaved", lines_interleaved),
)
