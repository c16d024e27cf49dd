"""Changes of whole fields: a label and its value, moved, dropped, doubled, or with the value of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from turncheck.engine.case import Case
from turncheck.engine.reading import Check
from turncheck.strategies.changes import allows, another_value, fields_named
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.perturbation import Row
from turncheck.strategies.perturbations.places import Chunk, chunks_of, each_of, fields_of, written

CHANGES = 24
"""Number of changes of a case to try, for each choice, for values that contradict each other."""

# --- where they stand ------------------------------------------------------------------------------------------------


def moved_in_its_line(page: CasePage, strength: int, choices: Choices) -> str:
    """Move a field, with its label, by that many places of its line."""
    rows = chunks_of(page)
    row, chunk = choices.pick([(row, chunk) for row, chunk in fields_of(rows) if len(row) > strength])
    at = row.index(chunk)
    row.remove(chunk)
    row.insert(choices.pick([to for to in (at + strength, at - strength) if 0 <= to <= len(row)]), chunk)
    return written(page, rows)


def moved_to_another_line(page: CasePage, strength: int, choices: Choices) -> str:
    """Move that many adjacent fields, but not a whole line, to another line: to the same place in it, where it has one.

    A line of the same form comes first: that of another group, such as the other unit of a battle.
    """
    rows = chunks_of(page)
    blocks = [
        (row, row[at : at + strength]) for row in rows for at in range(len(row) - strength + 1) if len(row) > strength
    ]
    row, block = choices.pick([(row, block) for row, block in blocks if all(chunk.is_field for chunk in block)])
    others = sorted((other for other in rows if other is not row), key=lambda other: len(other) != len(row))
    at, to = row.index(block[0]), choices.pick(others)
    del row[at : at + strength]
    to[at:at] = block
    return written(page, rows)


def dropped(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out that many fields, with their labels."""
    rows = chunks_of(page)
    for row, chunk in each_of(choices, fields_of(rows), strength):
        row.remove(chunk)
    return written(page, rows)


def doubled(page: CasePage, strength: int, choices: Choices) -> str:
    """Write that many fields twice, with their labels."""
    rows = chunks_of(page)
    for row, chunk in each_of(choices, fields_of(rows), strength):
        row.insert(row.index(chunk), chunk)
    return written(page, rows)


def value_dropped(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out the values of that many fields, but not their labels."""
    return _cut(page, strength, choices, slice(0, 1))


def label_dropped(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out the labels of that many fields, but not their values."""
    return _cut(page, strength, choices, slice(1, 2))


def _cut(page: CasePage, strength: int, choices: Choices, kept: slice) -> str:
    rows = chunks_of(page)
    labelled: list[Chunk] = [chunk for row in rows for chunk in row if chunk.has_label]
    for chunk in each_of(choices, labelled, strength):
        chunk.pieces = chunk.pieces[kept]
    return written(page, rows)


# --- what they hold --------------------------------------------------------------------------------------------------


def values_exchanged(page: CasePage, strength: int, choices: Choices) -> str:
    """Exchange the values of that many pairs of fields, so that the values contradict each other."""
    schema, changed = page.domain.prompt, page.fields
    left = fields_named(page.domain, choices.pick(page.domain.checks))
    for _ in range(strength):
        first = choices.pick(left)
        near = (*schema.neighbours[first], *schema.siblings[first], *left)
        second = choices.pick([name for name in dict.fromkeys(near) if _exchangeable(changed, first, name)])
        changed = changed.changed({first: changed[second], second: changed[first]})
        left = [name for name in left if name not in (first, second)]
    return schema.write(changed)


def _exchangeable(case: Case, one: str, other: str) -> bool:
    fields = case.schema.fields
    if case[one] == case[other]:
        return False
    return allows(fields[one], case[other]) and allows(fields[other], case[one])


def contradicting_values(page: CasePage, strength: int, choices: Choices) -> str:
    """Give that many fields other allowed values, with which the case fails one of the domain's checks."""
    check = choices.pick(page.domain.checks)
    for changed in _changed(page, check, strength, choices.take_all()):
        if page.domain.unmet(changed.values_) is not None:
            return page.domain.prompt.write(changed)
    raise NoOptionError


def _changed(page: CasePage, check: Check, count: int, choice: int) -> Iterator[Case]:
    """Yield cases with that many of the fields that the check names changed; the first boundaries if choice is 0."""
    names, random = fields_named(page.domain, check), Random(f"{check.reason}/{choice}")
    if len(names) < count:
        return
    if not choice and count == 1:
        yield from (page.fields.changed({name: edge}) for name in names for edge in _edges(page, name))
    for _ in range(CHANGES):
        chosen = random.sample(names, count)
        values = {name: _another(page, name, names, random) for name in chosen}
        if all(values[name] != page.fields[name] for name in chosen):
            yield page.fields.changed(values)


def _another(page: CasePage, name: str, names: Sequence[str], random: Random) -> object:
    """Return another value, half of the time a boundary."""
    edges = _edges(page, name)
    return random.choice(edges) if edges and random.random() < 0.5 else another_value(page.fields, name, names, random)


def _edges(page: CasePage, name: str) -> list[object]:
    field = page.domain.prompt.fields[name]
    return sorted((edge for edge in field.edges() if edge != page.fields[name]), key=field.rank)


FIELDS = (
    Row("field moved in its line", moved_in_its_line),
    Row("fields moved to another line", moved_to_another_line),
    Row("field dropped", dropped),
    Row("field doubled", doubled),
    Row("value dropped", value_dropped),
    Row("label dropped", label_dropped),
    Row("values exchanged", values_exchanged),
    Row("contradicting values", contradicting_values, tries=6),
)
