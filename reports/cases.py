"""The short form of a case: what differs from the simplest case, or where a malformed text is wrong.

>>> from turncheck.engine.fields import Choice, Int
>>> from turncheck.engine.schema import Schema
>>> machine = Domain(
...     "machine/1",
...     state=Schema("at {at}\\nmem {mem[0..3]}", at=Int(0, 3), mem=Int(-9, 9)),
...     orders=Schema("do {what}", what=Choice("wait", "add")),
...     step=lambda case: {},
... )
>>> describe(machine, "at 2\\nmem +0 -3 +0 +9\\ndo add\\n")
'at 2; mem[1] -3 mem[3] +9; do add'
>>> describe(machine, "at 2\\nmem +0 +0 +0 +0\\ndo add\\ndo add\\ndo wait\\n")
'at 2; 3 turns: do add (2 times) / do wait'
>>> describe(machine, "at 2\\nmem +0 0 +0 +0\\ndo add\\n", "malformed")
'line 2: mem +0 0 +0 ...'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import groupby

from turncheck.engine.domain import Domain
from turncheck.engine.play import Play
from turncheck.engine.reading import MalformedTextError
from turncheck.engine.schema import Piece, Schema
from turncheck.engine.visible import around, visible

LONGEST = 40
"""Most characters of a text that is shown whole: a prompt of one line, a value, the orders of a turn."""

MOST_FIELDS = 12
"""Most fields of a case that the short form names."""

MOST_STEPS = 6
"""Most different turns of a play that the short form names."""


def describe(domain: Domain, text: str, kind: str = "") -> str:
    """Return the short form of a case, from its text and the kind of its law.

    A domain can define it with `describe`. By default, a short case of one line is shown whole. Any other case is shown
    by the fields that are not at their simplest, and by its orders; a play by its state and the orders of each turn; a
    malformed text by the pieces around its first fault. A text with the orders of several turns is a play, unless the
    law is about malformed texts.
    """
    if domain.describe is not None:
        said = domain.describe(text, kind)
        return said if said.isprintable() else visible(said)
    try:
        domain.read(text)
    except MalformedTextError as error:
        fault = error
    else:
        return _case_in_short(domain, text)
    if kind != "malformed" and domain.has_plays:
        with suppress(MalformedTextError):
            return _play_in_short(domain, domain.read_play(text))
    return _malformed_in_short(domain, text, fault)


def answer_in_short(domain: Domain, text: str) -> str:
    """Return the short form of an answer: the fields that are not at their simplest, or the start if it cannot be read.

    >>> from turncheck.engine.fields import Int
    >>> adder = Domain("adder/1", prompt=Schema("{a}+{b}=", end="", a=Int(0, 9), b=Int(0, 9)),
    ...     answer=Schema("sum {sum}\\nof {a} and {b}", sum=Int(0, 18), a=Int(0, 9), b=Int(0, 9)), resolve=dict)
    >>> answer_in_short(adder, "sum 07\\nof 0 and 7\\n"), answer_in_short(adder, "sum 7\\nof 0\\n" * 40)
    ('sum 07; of b 7', 'sum 7 ... (80 lines)')
    """
    if not text:
        return "(nothing)"
    texts = domain.answer_reader.texts(text)
    if texts is not None and not (len(domain.answer.lines) == 1 and len(text) <= LONGEST):
        unlike = _unlike(domain.answer, dict(zip(domain.answer.names, texts, strict=True)))
        return "; ".join(unlike) or "the simplest answer"
    first, *others = text.removesuffix("\n").split("\n")
    more = f" ... ({len(others) + 1:,} lines)" if others else ""
    return f"{_shown(first)}{more}"


def noun_of(domain: Domain) -> str:
    """Return the word for a case: `turn` if the answer is the next state, else `case`."""
    return "turn" if domain.has_plays else "case"


def _case_in_short(domain: Domain, text: str) -> str:
    schema = domain.prompt
    if len(schema.lines) == 1 and len(text) <= LONGEST:
        return visible(text.removesuffix("\n"))
    texts = dict(zip(schema.names, domain.reader.texts(text) or (), strict=True))
    if domain.orders is None:
        return "; ".join(_unlike(schema, texts)) or f"the simplest {noun_of(domain)}"
    # Orders are shown in full, since the simplest orders are carried out too.
    orders = text.removesuffix("\n").split("\n")[len(domain.answer.lines) :]
    return "; ".join([*_unlike(domain.answer, texts), *map(_shown, orders)])


def _play_in_short(domain: Domain, play: Play) -> str:
    values = domain.codec.answer_values(play.state)
    state = {
        name: field.write(value) for (name, field), value in zip(domain.answer.fields.items(), values, strict=True)
    }
    count = len(play.orders)
    if domain.orders is None:
        return "; ".join([*_unlike(domain.answer, state), f"{count} step{'s' if count > 1 else ''}"])
    runs = [(said, len(list(run))) for said, run in groupby(map(domain.write_orders, play.orders))]
    steps = [", ".join(map(_shown, said.removesuffix("\n").split("\n"))) for said, _ in runs[:MOST_STEPS]]
    told = [f"{step} ({run} times)" if run > 1 else step for step, (_, run) in zip(steps, runs, strict=False)]
    more = ["..."] if len(runs) > MOST_STEPS else []
    return "; ".join([*_unlike(domain.answer, state), f"{count} turns: {' / '.join(told + more)}"])


def _malformed_in_short(domain: Domain, text: str, fault: MalformedTextError) -> str:
    """Return the pieces around the first fault, or all that is not neutral if the fault is the whole line."""
    if not any(check.at_line_end for check in domain.checks if check.reason == fault.reason):
        return around(text, fault.line, fault.piece, ended=bool(domain.prompt.end))
    line, written = domain.prompt.lines[fault.line - 1], text.split("\n")[fault.line - 1].split(" ")
    texts: dict[str, str] = {}
    for piece, part in zip(line, written, strict=True):  # a check at the end of a line runs only on a well-formed line
        found = re.fullmatch(piece.pattern, part)
        texts.update(zip(piece.names, found.groups() if found else (), strict=True))
    unlike = [name for name in texts if texts[name] != _usual(domain.prompt, name)]
    return f"line {fault.line}: {_line_in_short(domain.prompt, line, texts, unlike)}"


# --- the fields of a case --------------------------------------------------------------------------------------------


def _unlike(schema: Schema, texts: Mapping[str, str]) -> list[str]:
    """Return, for each line that has them, the fields that are not at their simplest."""
    unlike = [name for name in schema.names if texts[name] != _usual(schema, name)]
    lines = [_line_in_short(schema, line, texts, unlike[:MOST_FIELDS]) for line in schema.lines]
    beyond = len(unlike) - MOST_FIELDS
    more = [f"{beyond} field{'s' if beyond > 1 else ''} more"] if beyond > 0 else []
    return [*(line for line in lines if line), *more]


def _line_in_short(schema: Schema, line: Sequence[Piece], texts: Mapping[str, str], shown: Collection[str]) -> str:
    """Return the line's first word, if it has one, and those of its fields that are to be shown."""
    word = line[0].word
    names = [name for piece in line for name in piece.names if name in shown]
    labels = [schema.label(name).removeprefix(f"{word} ") for name in names]
    told = " ".join(f"{label} {_shown(texts[name])}" for label, name in zip(labels, names, strict=True))
    is_named = not word or told.startswith((f"{word} ", f"{word}["))
    return told if is_named or not told else f"{word} {told}"


def _usual(schema: Schema, name: str) -> str:
    field = schema.fields[name]
    return field.write(field.simplest)


def _shown(text: str) -> str:
    return visible(text) if len(text) <= LONGEST else f"{visible(text[:LONGEST])[:LONGEST]}..."
