"""A play as the page shows it: its turns in a row, the reference's states, and where the model diverges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import attrs

from turncheck.reports.page.laying import cell, lay_out, shortened
from turncheck.reports.records import Form, Step, Witness

MOST_STEPS, MOST_BEHIND = 30, 4
"""Most turns of a play that are shown, and most of these after the first divergence, where all turns differ."""

MOST_CHANGES = 4
"""Most fields named for a turn of a play."""


@attrs.frozen
class Turn:
    """A turn of a play.

    Attributes:
        number: its number, from 1.
        done: its orders.
        state: `same`, `first` (the first divergence), `apart` (after it), `left` (the model did not get so far).
        reference: what the turn changes, by the reference.
        model: how the model's state differs from the reference's.
    """

    number: int
    done: list[str]
    state: str
    reference: list[str]
    model: list[str]


def turns_of(witness: Witness, form: Form | None) -> list[Turn]:
    """Return the turns of a witness that is a play, as far as they are shown; `form` is that of an answer."""
    return list(islice(_turns(witness, form), _last_shown(witness)))


def _last_shown(witness: Witness) -> int:
    """Return the number of the last turn that is shown."""
    apart = (number for number, step in enumerate(witness.track, 1) if step.given != step.expected)
    return min(next(apart, MOST_STEPS) + MOST_BEHIND, MOST_STEPS)


def _turns(witness: Witness, form: Form | None) -> Iterator[Turn]:
    """Yield the turns of a play, the reference's and the model's."""
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
    """Return the state in which the play of a witness begins."""
    if form is None:
        return ""
    count = form.text.count("\n")
    return "".join(f"{line}\n" for line in witness.case.split("\n")[:count])


def _changes(before: str, after: str, form: Form | None) -> list[str]:
    """Return the fields of a state that change."""
    was, now = lay_out(form, before), lay_out(form, after)
    if was is None or now is None:
        return [shortened(line, 80) for line in after.split("\n")[:MOST_CHANGES] if line]
    found = [f"{piece.name} {cell(text)}" for piece, text in now.pieces.items() if was.pieces[piece] != text]
    return _some(found)


def _apart(step: Step, state: str, form: Form | None) -> list[str]:
    if state == "left":
        return ["an earlier answer led to no turn"]
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
    return _some(found) or ["the words differ from the reference's"]


def _some(found: list[str]) -> list[str]:
    beyond = len(found) - MOST_CHANGES
    return found[:MOST_CHANGES] + ([f"and {beyond} more"] if beyond > 0 else [])
