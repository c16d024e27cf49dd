"""Kept witnesses: the cases on which a model once broke a law, as text files, to be asked first in the next run.

A folder holds one folder for each model and in it one file for each law and failure mode:

    .turncheck/witnesses/shipped-9f3c2d81a6b4/hp_never_rises_under_poison.wrong_value.txt

A model is known by what was typed and by its domain, not by its weights: so a checkpoint that takes another's place
meets the cases that the other failed on. A file is a few lines about the witness, an empty line, and the text of the
case, its characters that are not printable and its backslashes escaped as Python escapes them. A lone backslash at the
very end says that the text does not end with a newline.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import attrs

from turncheck.engine.domain import Domain
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.session.data_file import DataFileError
from turncheck.reports.escape import visible
from turncheck.reports.modes import MODES
from turncheck.reports.records import Failure, LawResult, Replay

TITLE = "turncheck witness 1"
LARGEST = 1_000_000
"""Bytes of a file; a text is a few hundred."""

WitnessState = Literal["fails", "fixed"]
STATES: tuple[WitnessState, ...] = ("fails", "fixed")


class WitnessError(DataFileError):
    """A witness file that cannot be used."""

    kind = "witness"


@attrs.frozen
class Kept:
    """A kept witness.

    Attributes:
        law: the id of the law that it broke.
        mode: how it broke it.
        case: the text of the case.
        state: whether it still broke the law when it was last asked.
        model: the model's name then.
        sha256: the hash of the model's file then; empty where it has none.
    """

    law: str
    mode: str
    case: str = attrs.field(repr=False)
    state: WitnessState = "fails"
    model: str = ""
    sha256: str = ""

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.law}.{self.mode}.txt"


def folder_of(spec: str | None, arguments: Sequence[str], template: str, domain: Domain, slug: str) -> str:
    """The name of a model's folder: a readable part, and a hash of what was typed and what it was held against."""
    base = domain if domain.base is None else domain.base
    identity: dict[str, object] = {
        "spec": spec,
        "options": sorted(arguments),
        "template": template,
        "rules": [base.name, domain.fingerprint],
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', slug)[:40].strip('.-') or 'model'}-{digest[:12]}"


# --- files -----------------------------------------------------------------------------------------------------------


def load_kept(folder: Path, laws: Mapping[str, Law], domain: Domain) -> dict[str, list[Kept]]:
    """The witnesses in a model's folder, by law; none where there is no folder.

    Raises:
        WitnessError: a file is no witness of one of those laws in that domain.
    """
    found: dict[str, list[Kept]] = {}
    for path in sorted(folder.glob("*.txt")):
        kept = _loaded(path, laws, domain)
        found.setdefault(kept.law, []).append(kept)
    return found


def save_kept(folder: Path, kept: Kept) -> None:
    """Writes one witness, in the place of the one of the same law and mode."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{kept.name}.part"
    part.write_text(to_text(kept), encoding="utf-8", newline="\n")
    os.replace(part, folder / kept.name)


def _loaded(path: Path, laws: Mapping[str, Law], domain: Domain) -> Kept:
    way_out = "mend the file or delete it"
    try:
        if (size := path.stat().st_size) > LARGEST:
            raise ValueError(f"it must have at most {LARGEST:,} bytes, got {size:,}")
        kept = from_text(path.read_bytes().decode())
        if kept.name != path.name:
            raise ValueError(f"it must be called {kept.name}")
        case_of(kept, laws, domain)
    except OSError as error:
        raise WitnessError(path, f"it cannot be read: {error.strerror}; {way_out}") from error
    except ValueError as error:
        raise WitnessError(path, f"{error}; {way_out}") from error
    return kept


def case_of(kept: Kept, laws: Mapping[str, Law], domain: Domain) -> AnyForm:
    """The case that a kept witness is.

    Raises:
        ValueError: it is none of its law.
    """
    if kept.law not in laws:
        raise ValueError(f"law must be one that turncheck laws lists, got {kept.law}")
    law = laws[kept.law]
    try:
        case = law.reads(kept.case, domain)
    except ValueError as error:
        raise ValueError(f"its text must be one that {law.id} is about, got {error}") from error
    if not law.applies(case, domain):
        raise ValueError(f"its text must be one to which {law.id} applies")
    return case


def to_text(kept: Kept) -> str:
    """The content of a witness's file."""
    about = ("law", "mode", "state", "model", "sha256")
    head = [TITLE, *(f"{name}: {visible(getattr(kept, name))}".rstrip() for name in about)]
    body = "\n".join(map(visible, kept.case.split("\n")))
    return "\n".join(head) + "\n\n" + (body if kept.case.endswith("\n") else body + "\\\n")


def from_text(content: str) -> Kept:
    """The witness that a file's content is.

    Raises:
        ValueError: it is none.
    """
    head, parted, body = content.partition("\n\n")
    title, *lines = head.split("\n")
    if title != TITLE:
        raise ValueError(f"its first line must be {TITLE!r}, got {title[:40]!r}")
    values = dict(line.partition(": ")[::2] for line in lines)
    values = {name.rstrip(":"): value for name, value in values.items()}
    if set(values) != {"law", "mode", "state", "model", "sha256"} or not parted:
        raise ValueError("it must say law, mode, state, model and sha256, then an empty line and the text")
    if values["mode"] not in {mode.mode for mode in MODES}:
        raise ValueError(f"mode must be one of {', '.join(mode.mode for mode in MODES)}, got {values['mode']}")
    if values["state"] not in STATES:
        raise ValueError(f"state must be one of {', '.join(STATES)}, got {values['state']}")
    state: WitnessState = "fails" if values["state"] == "fails" else "fixed"
    return Kept(values["law"], values["mode"], _unescaped(body), state, values["model"], values["sha256"])


def _unescaped(body: str) -> str:
    """The text whose lines were escaped one by one. An odd number of backslashes ends it: the last one is no escape."""
    end = body.removesuffix("\n")
    is_open = (len(end) - len(end.rstrip("\\"))) % 2 == 1
    return _ESCAPE.sub(_character, end[:-1] if is_open else body)


_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", re.DOTALL)


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    if code in "\\trn":
        return {"\\": "\\", "t": "\t", "r": "\r", "n": "\n"}[code]
    raise ValueError(f"its text must be escaped as Python escapes it, got {escape[0]!r}")


# --- what became of them ---------------------------------------------------------------------------------------------


def replays(kept: list[Kept], still: set[str], in_short: Callable[[str], str]) -> tuple[Replay, ...]:
    """What became of the kept witnesses.

    Args:
        kept: which.
        still: the texts of those that still break their law.
        in_short: a text in a few words.
    """
    outcomes: dict[tuple[WitnessState, bool], Literal["FIXED", "STILL FAILS", "FAILS AGAIN", "HOLDS"]] = {
        ("fails", True): "STILL FAILS",
        ("fails", False): "FIXED",
        ("fixed", True): "FAILS AGAIN",
        ("fixed", False): "HOLDS",
    }
    return tuple(
        Replay(each.mode, outcomes[each.state, each.case in still], each.case, in_short(each.case)) for each in kept
    )


def to_keep(result: LawResult, kept: list[Kept], still: set[str], model: str, sha256: str) -> list[Kept]:
    """The witnesses as they stand after a run: the smallest of each mode that occurred, and the rest with its state."""

    def fresh(failure: Failure) -> Kept:
        return Kept(result.id, failure.mode, failure.witness.case, "fails", model, sha256)

    occurred = {failure.mode for failure in result.failures}
    others = [each for each in kept if each.mode not in occurred]
    states = [attrs.evolve(each, state="fails" if each.case in still else "fixed") for each in others]
    return [*map(fresh, result.failures), *states]
