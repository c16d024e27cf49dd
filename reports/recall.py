"""Find the case that has a given short form: the inverse of `turncheck.reports.cases.describe`.

>>> from turncheck.engine.fields import Choice, Int
>>> machine = Domain(
...     "machine/1",
...     state=Schema("at {at}\\nmem {mem[0..3]}", at=Int(0, 3), mem=Int(-9, 9)),
...     orders=Schema("do {what}", what=Choice("wait", "add")),
...     step=lambda case: {},
... )
>>> recalled(machine, "at 2; mem[1] -3 mem[3] +9; do add")
('at 2\\nmem +0 -3 +0 +9\\ndo add\\n',)
>>> recalled(machine, "at 2; 3 turns: do add (2 times) / do wait")
('at 2\\nmem +0 +0 +0 +0\\ndo add\\ndo add\\ndo wait\\n',)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from turncheck.engine.domain import Domain
from turncheck.engine.play import Play
from turncheck.engine.schema import Piece, Schema
from turncheck.reports.cases import describe, noun_of

LONGEST_PLAY = 1_000
"""Most turns of a play that a short form may have."""


class RecallError(ValueError):
    """No case can be found from a short form. The message gives the cause and the way out."""


def recalled(domain: Domain, short: str) -> tuple[str, ...]:
    """Return the texts of the cases or plays with this short form: one, or a few if it fits several.

    Args:
        domain: the domain of the cases.
        short: the short form, as a failure shows it; any white space counts as one space.

    Raises:
        RecallError: no case has this short form, or the short form leaves something out.
    """
    short = " ".join(short.split())
    texts = domain.recall(short) if domain.recall is not None else tuple(_texts(domain, short))
    found = tuple(text for text in texts if describe(domain, text) == short)
    if not found:
        raise RecallError(_fault(domain, short))
    return found


def _fault(domain: Domain, short: str) -> str:
    """Return why there is no such case, and the way out."""
    if re.match(r"line \d+: ", short):
        return "the short form of a malformed text is not complete; name the file of its witness"
    if "..." in short or re.search(r"(^|; )\d+ fields? more(;|$)", short):
        return "the short form leaves out a part of the case; name the file of its witness"
    if domain.describe is not None and domain.recall is None:
        return f"{domain.described} has describe= but no recall=; name the file of the witness"
    return f"no {noun_of(domain)} of {domain.described} has this short form"


def _texts(domain: Domain, short: str) -> Iterator[str]:
    """Yield the texts that may have this short form, by the schema."""
    if len(domain.prompt.lines) == 1:
        yield f"{short}{domain.prompt.end}"
    parts = [] if short == f"the simplest {noun_of(domain)}" else short.split("; ")
    if domain.has_plays and parts and (play := re.fullmatch(r"(\d{1,4}) (?:steps?|turns: (.*))", parts[-1])):
        yield from _plays(domain, parts[:-1], int(play[1]), play[2])
    elif domain.orders is None:
        yield from _written(domain.prompt, parts)
    else:
        count = len(domain.orders.lines)
        orders = "\n".join(parts[-count:]) + domain.orders.end
        yield from (f"{state}{orders}" for state in _written(domain.answer, parts[: len(parts) - count]))


def _plays(domain: Domain, parts: Sequence[str], count: int, said: str | None) -> Iterator[str]:
    """Yield the plays with this state; `said` is the short form of their orders, if they have any."""
    if not 0 < count <= LONGEST_PLAY:
        return
    turns: list[str] = []
    for step in [] if said is None else said.split(" / "):
        done, times = re.fullmatch(r"(.*?)(?: \((\d{1,4}) times\))?", step).groups()  # type: ignore[union-attr]  # it matches anything
        turns += [done.replace(", ", "\n")] * int(times or 1)
    for state in _written(domain.answer, parts):
        if domain.orders is None:
            start = domain.read_answer(state)
            yield domain.write_play(Play(start, (None,) * count))
        elif len(turns) == count:
            yield state + "".join(f"{done}\n" for done in turns)[: None if domain.orders.end else -1]


def _written(schema: Schema, parts: Sequence[str]) -> Iterator[str]:
    """Yield the text of a schema with the fields that the parts name; all others have their simplest values."""
    texts = {name: field.write(field.simplest) for name, field in schema.fields.items()}
    lines = iter(schema.lines)
    for part in parts:
        said = next((found for line in lines if (found := _said(schema, line, part)) is not None), None)
        if said is None:
            return
        texts.update(said)
    rows = [" ".join(_piece(piece, texts) for piece in line) for line in schema.lines]
    yield "\n".join(rows) + schema.end


def _piece(piece: Piece, texts: dict[str, str]) -> str:
    parts = zip(piece.borders, [*(texts[name] for name in piece.names), ""], strict=True)
    return "".join(part for pair in parts for part in pair)


def _said(schema: Schema, line: Sequence[Piece], part: str) -> dict[str, str] | None:
    """Read a part as the fields of a line; None if it belongs to another line."""
    word = line[0].word
    names = [name for piece in line for name in piece.names]
    labels = {name: schema.label(name).removeprefix(f"{word} ") for name in names}
    starts = [part.removeprefix(f"{word} "), part] if word else [part]
    for start in starts:
        if (found := _fields(names, labels, start)) is not None:
            return found
    return None


def _fields(names: Sequence[str], labels: dict[str, str], rest: str) -> dict[str, str] | None:
    """Read the texts of fields, given in order, each after its label; None if they cannot be read."""
    if not rest:
        return {}
    for place, name in enumerate(names):
        if not rest.startswith(f"{labels[name]} "):
            continue
        value, _, more = rest[len(labels[name]) + 1 :].partition(" ")
        found = _fields(names[place + 1 :], labels, more)
        if found is not None:
            return {name: value, **found}
    return None
