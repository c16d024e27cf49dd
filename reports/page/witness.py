"""A witness as the page shows it: the prompt, the expected and the given answer, and the difference in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from turncheck.engine.visible import cut
from turncheck.reports.escape import printable, shown_lines
from turncheck.reports.page.laying import (
    LaidOut,
    Part,
    Piece,
    apart,
    by_group,
    cell,
    groups_of,
    is_best_as_text,
    lay_out,
    parts_of,
    places_of,
    shortened,
)
from turncheck.reports.page.plays import Turn, turns_of
from turncheck.reports.records import ModelResult, Step, Witness

MOST_DIFFERENCES = 6
"""Most differing fields that are named."""

LONGEST_TEXT = 6_000
"""Most characters of a text that are compared and shown."""

DIGITS = 18
"""Most digits of a number for which the difference is shown."""


@attrs.frozen
class Cells:
    """The values of a field of one group, in printable characters.

    Attributes:
        before: the value in the prompt; None if the prompt does not have the field.
        expected: the value in the reference's answer.
        given: the value in the model's answer.
        dim_before, dim_expected, dim_given: whether this is the simplest value.
        differs: whether the answers differ.
    """

    before: str | None
    expected: str
    given: str
    dim_before: bool
    dim_expected: bool
    dim_given: bool
    differs: bool


@attrs.frozen
class Side:
    """The expected and the given answer side by side, by field.

    Attributes:
        singles: the fields without a group, each with its label, if other fields have groups.
        groups: the columns, each with before, expected and given; one without a name if there are no groups. A group
            with only simplest values has no column.
        rows: the label of each row, and the cells of each group.
        quiet: the labels of rows and groups with only simplest values.
        has_before: whether the prompt has any of the fields.
    """

    singles: list[tuple[str, Cells]]
    groups: list[str]
    rows: list[tuple[str, list[Cells | None]]]
    quiet: list[str]
    has_before: bool


@attrs.frozen
class Shown:
    """A witness as the page shows it.

    Attributes:
        short: the short form of the case.
        case: the text of the case, if it differs from the prompt.
        prompt: the lines of the prompt.
        orders: the lines of the prompt with the orders, if the table shows the rest.
        side: the answers by field; None if they are shown as text.
        expected, given: the answers as text.
        words: what differs, in words.
        expert: which expert of a composition was wrong, and how; empty for any other model.
        as_if: what would make the answer right; empty if nothing is known.
        fault: what the model raised.
        step: which turn of a play diverges, of how many; empty if the case is not a play.
        turns: the turns of a play.
        beyond: the number of turns that are not shown.
    """

    short: str
    case: list[str]
    prompt: list[str]
    orders: list[str]
    side: Side | None
    expected: list[list[Part]]
    given: list[list[Part]]
    words: list[str]
    expert: str
    as_if: str
    fault: str
    step: str
    turns: list[Turn]
    beyond: int


def show(witness: Witness, model: ModelResult, said: str) -> Shown:
    """Return a witness of a model as the page shows it; `said` is the short form of what is wrong."""
    witness = _bounded(witness)
    side = _side(witness, model)
    turns = turns_of(witness, model.answer)
    return Shown(
        short=_said(witness.short or "the case"),
        case=[] if witness.case == witness.turn or turns else shown_lines(witness.case),
        prompt=shown_lines(witness.turn),
        orders=[] if side is None else list(_orders(witness.turn, model)),
        side=side,
        expected=parts_of(witness.expected, witness.got),
        given=parts_of(witness.got, witness.expected),
        words=_words(witness, model, said),
        expert=_said(f"wrong: expert {witness.expert}") if witness.expert else "",
        as_if=_said(witness.as_if_line),
        fault=shortened(witness.fault),
        step=f"turn {witness.step} of {witness.steps}" if witness.step and witness.steps > 1 else "",
        turns=turns,
        beyond=len(witness.track) - len(turns),
    )


def _bounded(witness: Witness) -> Witness:
    """Cut the texts of a witness that are too long to read."""
    return attrs.evolve(
        witness,
        case=_start(witness.case),
        turn=_start(witness.turn),
        expected=_start(witness.expected),
        got=_start(witness.got),
        fault=_start(witness.fault),
        track=tuple(Step(*map(_start, attrs.astuple(step))) for step in witness.track),
    )


def _start(text: str) -> str:
    beyond = len(text) - LONGEST_TEXT
    return text if beyond <= 0 else f"{text[:LONGEST_TEXT]}... and {beyond:,} characters more"


def _said(text: str) -> str:
    """Cut a short form. It is already printable, unless somebody edited the file."""
    return printable(cut(text, 400))


# --- by field --------------------------------------------------------------------------------------------------------


def _side(witness: Witness, model: ModelResult) -> Side | None:
    expected, given = lay_out(model.answer, witness.expected), lay_out(model.answer, witness.got)
    if expected is None or given is None or not (expected.has_labels and given.has_labels):
        return None
    if is_best_as_text(model.answer, witness.turn, witness.expected):
        return None
    prompt = lay_out(model.prompt, witness.turn)
    before = {} if prompt is None else {piece.name: text for piece, text in prompt.pieces.items()}

    def cells_of(piece: Piece | None) -> Cells | None:
        return None if piece is None else _cells(piece, expected, given, before)

    singles, pieces = apart(list(expected.pieces))
    alone = [(piece.name, _cells(piece, expected, given, before)) for piece in singles]
    rows = [(label, [cells_of(each) for each in row]) for label, row in by_group(pieces)]
    shown = [row for row in rows if not _is_quiet(row[1])]
    quiet = list(_in_ranges(label for label, cells in rows if _is_quiet(cells)))
    groups = groups_of(pieces)
    loud = [place for place in range(len(groups)) if not _is_quiet([cells[place] for _, cells in shown])]
    return Side(
        alone,
        [groups[place] for place in loud],
        [(label, [cells[place] for place in loud]) for label, cells in shown],
        [f"all of {group}" for place, group in enumerate(groups) if place not in loud] + quiet,
        any(piece.name in before for piece in pieces),
    )


def _cells(piece: Piece, expected: LaidOut, given: LaidOut, before: dict[str, str]) -> Cells:
    was, wanted, got = before.get(piece.name), expected.pieces[piece], given.pieces[piece]
    dim_was, dim_wanted, dim_got = (text == piece.neutral for text in (was, wanted, got))
    shown = None if was is None else cell(was)
    return Cells(shown, cell(wanted), cell(got), dim_was, dim_wanted, dim_got, wanted != got)


def _is_quiet(row: Sequence[Cells | None]) -> bool:
    cells = [each for each in row if each is not None]
    return all(each.dim_expected and each.dim_given and (each.before is None or each.dim_before) for each in cells)


def _in_ranges(labels: Iterable[str]) -> Iterator[str]:
    """Yield the labels; consecutive members of a repeated field become one label: `mem[4..14]`."""
    runs: list[list[str]] = []
    for label in labels:
        if runs and label == _next_member(runs[-1][-1]):
            runs[-1].append(label)
        else:
            runs.append([label])
    for run in runs:
        yield run[0] if len(run) == 1 else f"{run[0].removesuffix(']')}..{run[-1].rpartition('[')[2]}"


def _next_member(label: str) -> str:
    """Return the label of the next member of a repeated field; empty for any other label."""
    name, _, number = label.removesuffix("]").rpartition("[")
    return f"{name}[{int(number) + 1}]" if label.endswith("]") and number.isdecimal() else ""


def _orders(prompt: str, model: ModelResult) -> Iterator[str]:
    """Yield the lines of a prompt whose fields the answer does not have."""
    if model.prompt is None or model.answer is None:
        return
    known = {place.name for row in places_of(model.answer) for place in row if isinstance(place, Piece)}
    lines = zip(places_of(model.prompt), prompt.split("\n"), strict=False)
    for row, line in lines:
        pieces = [place.name for place in row if isinstance(place, Piece)]
        if pieces and not known.intersection(pieces):
            yield shortened(line)


# --- in words --------------------------------------------------------------------------------------------------------


def _words(witness: Witness, model: ModelResult, said: str) -> list[str]:
    """Return what differs, one line for each field; for answers that are not laid out, the recorded words."""
    expected, given = lay_out(model.answer, witness.expected), lay_out(model.answer, witness.got)
    if expected is None or given is None or not given.has_labels:
        return [_said(said)] if said else []
    found = list(_differences(expected, given))
    beyond = len(found) - MOST_DIFFERENCES
    return found[:MOST_DIFFERENCES] + ([f"and {beyond} more"] if beyond > 0 else [])


def _differences(expected: LaidOut, given: LaidOut) -> Iterator[str]:
    for piece, wanted in expected.pieces.items():
        got = given.pieces[piece]
        if got != wanted:
            yield f"{piece.name}: expected {cell(wanted)}, given {cell(got)}{_by_how_much(wanted, got)}"


def _by_how_much(wanted: str, got: str) -> str:
    """Return how much too high the given value is; empty if the values are not numbers, or are too long."""
    try:
        return f" ({int(got[:DIGITS]) - int(wanted[:DIGITS]):+})" if max(len(got), len(wanted)) <= DIGITS else ""
    except ValueError:
        return ""
