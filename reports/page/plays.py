"""A play as the page shows it: its turns in a row, how the reference goes on, and where the model leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import attrs

from turncheck.reports.page.laying import cell, lay_out, shortened
from turncheck.reports.records import Form, Step, Witness

MOST_STEPS, MOST_BEHIND = 30, 4
"""Turns of a play that are shown, and of these the ones behind the first divergence: all that follows differs."""

MOST_CHANGES = 4
"""Fields of a turn of a play that are named."""


@attrs.frozen
class Turn:
    """A turn of a play.

    Attributes:
        number: from 1.
        done: its orders.
        state: `same`, `first` (the first divergence), `apart` (one behind it), `left` (the model came not so far).
        reference: what the turn changes, by the reference.
        model: what of the model's state differs from that.
    """

    number: int
    done: list[str]
    state: str
    reference: list[str]
    model: list[str]


def turns_of(witness: Witness, form: Form | None) -> list[Turn]:
    """The turns of a witness that is a play, as far as they are shown; `form` is that of an answer."""
    return list(islice(_turns(witness, form), _last_shown(witness)))


def _last_shown(witness: Witness) -> int:
    """The number of the last turn that is shown."""
    apart = (number for number, step in enumerate(witness.track, 1) if step.given != step.expected)
    return min(next(apart, MOST_STEPS) + MOST_BEHIND, MOST_STEPS)


def _turns(witness: Witness, form: Form | None) -> Iterator[Turn]:
    """The turns of a play: how the reference goes on, and where the model leaves it."""
    before, apart = _first_state(witness, form), False
    for number, step in enumerate(witness.track, 1):
        state = "same" if step.given == step.expected else "apart" if apart else "first"
        state = "left" if apart and not step.given else state
        apart = apart or state == "first"
        yield Turn(
            number,
            [shortened(line, 80) for line in step.done.removesuffix("\n").split("\n") if line],
            state,
            _changes(before, step.expected, form) or ["nothing changes"],
            _apart(step, state, form),
        )
        before = step.expected


def _first_state(witness: Witness, form: Form | None) -> str:
    """The state in which the play of a witness begins."""
    if form is None:
        return ""
    count = form.text.count("\n")
    return "".join(f"{line}\n" for line in witness.case.split("\n")[:count])


def _changes(before: str, after: str, form: Form | None) -> list[str]:
    """What of a state changes."""
    was, now = lay_out(form, before), lay_out(form, after)
    if was is None or now is None:
        return [shortened(line, 80) for line in after.split("\n")[:MOST_CHANGES] if line]
    found = [f"{piece.name} {cell(text)}" for piece, text in now.pieces.items() if was.pieces[piece] != text]
    return _some(found)


def _apart(step: Step, state: str, form: Form | None) -> list[str]:
    if state == "left":
        return ["its answer led to no turn"]
    if state == "same":
        return ["the same"]
    expected, given = lay_out(form, step.expected), lay_out(form, step.given)
    if expected is None or given is None:
        return [shortened(line, 80) for line in (step.given or "nothing").split("\n")[:2] if line]
    found = [
        f"{piece.name} {cell(given.pieces[piece])} for {cell(text)}"
        for piece, text in expected.pieces.items()
        if given.pieces[piece] != text
    ]
    return _some(found) or ["other words than the reference's"]


def _some(found: list[str]) -> list[str]:
    beyond = len(found) - MOST_CHANGES
    return found[:MOST_CHANGES] + ([f"and {beyond} more"] if beyond > 0 else [])
