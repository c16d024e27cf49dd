"""A failure in a few lines: its smallest case, and the fields of both answers that differ or are not neutral.

```
wrong_value in 3 of 200 cases: foe burn 2 for 1 (+1)
  turn      foe hp 09/40 burn 2; foe guard
  expected  foe hp 07/40 shield 06 burn 1
  given     foe hp 07/40 shield 06 burn 2
                                        ^
  as if     E5 did not exist
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from turncheck.engine.domain import Domain
from turncheck.engine.schema import Piece, Schema
from turncheck.engine.visible import cut
from turncheck.reports.cases import answer_in_short, describe, noun_of
from turncheck.reports.escape import printable, visible
from turncheck.reports.marks import HANGING, Kind, compared
from turncheck.reports.records import Failure, Witness
from turncheck.reports.screen import Screen, Style, wrap

MOST_LINES = 3
"""Most differing lines of an answer that are shown."""

MOST_FIELDS = 12
"""Most fields of a line that are shown although both answers have the same value."""

AROUND = (2, 6)
"""Number of pieces shown before the first difference, and from it on, in lines without a common form."""

LONGEST = 100
"""Most characters shown of a piece, and of a line that the other answer does not have."""

NO_LINE = "(no such line)"

WIDTH_OF_LABELS = len("expected")


class Labels(NamedTuple):
    """The labels of the two answers; for an unstable model they are its first answer and a later one."""

    first: str
    second: str


def failure_in_short(failure: Failure, applied: int, domain: Domain, screen: Screen) -> str:
    """Return a failure in about five lines; `applied` is the number of cases on which the law was checked."""
    witness, noun = failure.witness, noun_of(domain)
    shown = [("play" if witness.step else noun, witness.short)]
    if witness.case != witness.turn and witness.step != 1:  # the case of a play contains its first turn
        named = f"{noun} {witness.step}" if witness.step else "becomes"
        shown.append((named, describe(domain, witness.turn)))
    labels = Labels("first", "again") if failure.mode == "unstable" else Labels("expected", "given")
    lines = [*_counted(failure, applied, screen), *(line for each in shown for line in _labelled(*each, screen))]
    lines += _answers(domain, witness.expected, witness.got, labels, screen)
    return "\n".join([*lines, *_explained(witness, screen)])


def _explained(witness: Witness, screen: Screen) -> Iterator[str]:
    """Yield which expert was wrong, and what would make the answer right; nothing of what is not known."""
    if witness.expert:
        yield from _labelled("expert", printable(witness.expert), screen)
    if witness.as_if is not None and witness.as_if.found:
        line = witness.as_if.line_within(screen.width - WIDTH_OF_LABELS)
        yield from _labelled("as if", visible(line.removeprefix("as if ")), screen)


def _counted(failure: Failure, applied: int, screen: Screen) -> Iterator[str]:
    """Yield how often the law was broken, in which way, and whether the case need not be minimal."""
    often = f"in {failure.count} of {applied} cases" if failure.count else "only in a kept witness"
    left = f" [the smallest so far ({failure.left})]" if failure.left else ""
    said = str(failure.divergence).removeprefix(failure.mode).removeprefix(": ")
    first, *more = screen.wrapped(f"{failure.mode} {often}{f': {said}' if said else ''}{left}", HANGING)
    mode = first[: len(failure.mode)]
    yield screen.paint(mode, "red", "bold") + first[len(mode) :]
    yield from more


def _labelled(label: str, text: str, screen: Screen, *styles: Style) -> Iterator[str]:
    """Yield the text beside its label, wrapped to the screen."""
    room = screen.width - WIDTH_OF_LABELS - 4
    for number, line in enumerate(wrap(text, room)):
        named = label if not number else ""
        yield f"  {screen.paint(f'{named:{WIDTH_OF_LABELS}}', 'faint')}  {screen.paint(line, *styles)}".rstrip()


def _answers(domain: Domain, expected: str, got: str, labels: Labels, screen: Screen) -> Iterator[str]:
    if not _have_lines_in_common(domain, expected, got):
        yield from _unmarked(labels, answer_in_short(domain, expected), answer_in_short(domain, got), screen)
        return
    schema = None if domain.rejected_for(expected) else domain.answer
    pairs = list(_differing(schema, expected, got))
    for first, second in pairs[:MOST_LINES]:
        if first is None or second is None:
            one, other = (NO_LINE if line is None else line for line in (first, second))
            yield from _unmarked(labels, one, other, screen)
        else:
            yield from _marked(first, second, labels, screen)
    if (beyond := len(pairs) - MOST_LINES) > 0:
        yield from _labelled("", f"... and {beyond} line{'s' * (beyond > 1)} more", screen)
    one, other = (
        "a newline at the end" if text.endswith("\n") else "no newline at the end" for text in (expected, got)
    )
    if one != other:
        yield from _unmarked(labels, one, other, screen)


def _unmarked(labels: Labels, expected: str, got: str, screen: Screen) -> Iterator[str]:
    """Yield both answers without marks."""
    yield from _labelled(labels.first, expected, screen, "green")
    yield from _labelled(labels.second, got, screen, "red")


def _have_lines_in_common(domain: Domain, expected: str, got: str) -> bool:
    """Whether to compare the answers line by line: neither is empty, and both or neither are rejections.

    They must also have the same number of lines, or a line in common.
    """
    if not (expected and got):
        return False
    both = [domain.rejected_for(text) is not None for text in (expected, got)]
    wanted, given = _lines(expected), _lines(got)
    return both[0] == both[1] and (len(wanted) == len(given) or bool(set(wanted) & set(given)))


def _marked(first: str, second: str, labels: Labels, screen: Screen) -> Iterator[str]:
    names: dict[Kind, tuple[str, tuple[Style, ...]]] = {
        " ": ("", ()),
        "-": (labels.first, ("green",)),
        "+": (labels.second, ("red",)),
        "^": ("", ("red", "bold")),
    }
    room = screen.width - WIDTH_OF_LABELS - 4
    for row in compared(first, second, room):
        label, styles = names[row.kind]
        shown = screen.paint(f"{label:{WIDTH_OF_LABELS}}", "faint")
        yield f"  {shown}  {screen.paint(row.text, *styles)}".rstrip()


# --- the lines that differ -------------------------------------------------------------------------------------------


def _differing(schema: Schema | None, expected: str, got: str) -> Iterator[tuple[str | None, str | None]]:
    """Yield the lines that differ, reduced to what is not neutral; without a schema, around the first difference.

    None stands for a line that an answer does not have.
    """
    wanted, given = _lines(expected), _lines(got)
    for number in range(max(len(wanted), len(given))):
        one = wanted[number] if number < len(wanted) else None
        other = given[number] if number < len(given) else None
        if one is None or other is None:
            yield one and cut(one, LONGEST), other and cut(other, LONGEST)
        elif one != other:
            has_form = schema is not None and number < len(schema.lines)
            yield _in_short(schema, number, one, other) if schema and has_form else _around(one, other)


def _lines(text: str) -> list[str]:
    return [visible(line) for line in text.removesuffix("\n").split("\n")]


def _in_short(schema: Schema, number: int, expected: str, got: str) -> tuple[str, str]:
    """Reduce both lines to the pieces that differ or are not neutral.

    An answer of one line is shown whole if that is not longer.
    """
    line, wanted, given = schema.lines[number], expected.split(" "), got.split(" ")
    if not len(wanted) == len(given) == len(line):
        return _around(expected, got)
    chosen = list(_chosen(line, wanted, given))
    first, second = (_joined(line, _told(schema, line, pieces, chosen)) for pieces in (wanted, given))
    is_short = len(schema.lines) == 1 and max(len(expected), len(got)) <= max(len(first), len(second))
    return (expected, got) if is_short else (first, second)


def _chosen(line: Sequence[Piece], wanted: Sequence[str], given: Sequence[str]) -> Iterator[int]:
    """Yield the places of the pieces to show."""
    left = MOST_FIELDS
    for place, piece in enumerate(line):
        usual = piece.write([field.simplest for field in piece.fields])
        if wanted[place] != given[place]:
            yield place
        elif piece.names and wanted[place] != usual and left:
            left -= 1
            yield place


def _told(schema: Schema, line: Sequence[Piece], pieces: Sequence[str], chosen: Iterable[int]) -> Iterator[str]:
    """Yield the pieces, each after the label of its field unless the piece itself shows which field it is."""
    word = line[0].word
    for place in chosen:
        piece = line[place]
        names_itself = not piece.names or piece.borders[0]
        label = "" if names_itself else schema.label(piece.names[0]).removeprefix(f"{word} ")
        yield f"{label} {_piece(pieces[place])}" if label and label != word else _piece(pieces[place])


def _joined(line: Sequence[Piece], told: Iterable[str]) -> str:
    """Join the parts of a line after its first word, unless they begin with that word."""
    word, text = line[0].word, " ".join(told)
    is_named = not word or text.startswith((f"{word} ", f"{word}["))
    return text if is_named else f"{word} {text}"


def _piece(text: str) -> str:
    return cut(text, LONGEST)


def _around(expected: str, got: str) -> tuple[str, str]:
    """Return what is around the first difference of two lines."""
    wanted, given = expected.split(" "), got.split(" ")
    pairs = zip(wanted, given, strict=False)
    first = next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(wanted), len(given)))
    start, end = max(first - AROUND[0], 0), first + AROUND[1]
    one, other = (
        " ".join(["..."] * (start > 0) + [_piece(piece) for piece in pieces[start:end]] + ["..."] * (len(pieces) > end))
        for pieces in (wanted, given)
    )
    return one, other
