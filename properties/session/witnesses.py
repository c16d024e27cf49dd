"""Kept witnesses: the cases on which a model broke a law, as text files, which the next run asks first.

A folder holds one folder for each model and in it one file for each law and failure mode:

    .turncheck/witnesses/shipped-9f3c2d81a6b4/hp_never_rises_under_poison.wrong_value.txt

A model is identified by what was typed and by its domain, not by its weights. So a checkpoint that replaces another is
asked the cases on which the other failed. A file has a few lines about the witness, an empty line, and the text of the
case, with unprintable characters and backslashes escaped as in Python. A single backslash at the very end means that
the text does not end with a newline.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.files import read_file, write_whole
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.session.data_file import DataFileError
from turncheck.reports.escape import visible
from turncheck.reports.modes import MODES
from turncheck.reports.records import Failure, LawResult, Replay

TITLE = "turncheck witness 1"
LARGEST = 1_000_000
"""Most bytes of a file; a text has a few hundred."""

ATTRIBUTES = ".gitattributes"
"""A file beside the witnesses. Without it, a checkout would give them the line ends of its machine."""

WitnessState = Literal["fails", "fixed"]
ABOUT = ("law", "mode", "state", "model", "sha256")
"""The facts about a witness in its file, one line each."""

STATES: tuple[WitnessState, ...] = ("fails", "fixed")


class WitnessError(DataFileError):
    """A witness file cannot be used."""

    kind = "witness"


@attrs.frozen
class Kept:
    """A kept witness.

    Attributes:
        law: the id of the law that it broke.
        mode: the failure mode in which it broke the law.
        case: the text of the case.
        state: whether it still broke the law when it was last asked.
        model: the model's name at that time.
        sha256: the hash of the model's file at that time; empty if it has no file.
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
    """Return the name of a model's folder: a readable part, and a hash of what was typed and of the domain."""
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
    """Load the witnesses in a model's folder, by law; none if there is no folder.

    Raises:
        WitnessError: a file is not a witness of one of these laws in this domain.
    """
    found: dict[str, list[Kept]] = {}
    for path in sorted(folder.glob("*.txt")):
        kept = _loaded(path, laws, domain)
        found.setdefault(kept.law, []).append(kept)
    return found


def save_kept(folder: Path, kept: Kept) -> None:
    """Write one witness, replacing the one of the same law and mode, and tell Git not to change its bytes.

    Raises:
        OSError: the file cannot be written.
    """
    content = to_text(kept).encode()
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"a witness must have at most {LARGEST:,} bytes, got {len(content):,}")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ATTRIBUTES).exists():
        write_whole(folder / ATTRIBUTES, b"* -text\n")
    write_whole(folder / kept.name, content)


def _loaded(path: Path, laws: Mapping[str, Law], domain: Domain) -> Kept:
    way_out = "fix the file or delete it"
    try:
        kept = from_text(read_file(path, LARGEST).decode())
        if kept.name != path.name:
            raise ValueError(f"it must be called {_short(kept.name)}")
        case_of(kept, laws, domain)
    except OSError as error:
        raise WitnessError(path, f"it cannot be read: {error.strerror}; {way_out}") from error
    except ValueError as error:
        raise WitnessError(path, f"{error}; {way_out}") from error
    return kept


def case_of(kept: Kept, laws: Mapping[str, Law], domain: Domain) -> AnyForm:
    """Return the case of a kept witness.

    Raises:
        ValueError: it is not a case of its law.
    """
    if kept.law not in laws:
        raise ValueError(f"law must be one that turncheck laws lists, got {_short(kept.law)}")
    law = laws[kept.law]
    try:
        case = law.reads(kept.case, domain)
    except ValueError as error:
        raise ValueError(f"its text must be a case of {law.id}, got {error}") from error
    if not law.applies(case, domain):
        raise ValueError(f"its text must be a case to which {law.id} applies")
    return case


def to_text(kept: Kept) -> str:
    """Return the content of a witness's file."""
    head = [TITLE, *(f"{name}: {visible(getattr(kept, name))}".rstrip() for name in ABOUT)]
    body = "\n".join(map(visible, kept.case.split("\n")))
    return "\n".join(head) + "\n\n" + (body if kept.case.endswith("\n") else body + "\\\n")


def from_text(content: str) -> Kept:
    """Read a witness from a file's content.

    A byte order mark at the start and carriage returns at the ends of lines are ignored: an editor or a checkout may
    have added them.

    Raises:
        ValueError: the content is not a witness.
    """
    content = content.removeprefix("\ufeff").replace("\r\n", "\n")
    head, parted, body = content.partition("\n\n")
    title, *lines = head.split("\n")
    if title != TITLE:
        raise ValueError(f"its first line must be {TITLE!r}, got {title[:40]!r}")
    pairs = [line.partition(":")[::2] for line in lines]
    values = {name: value.removeprefix(" ") for name, value in pairs}
    if sorted(name for name, _ in pairs) != sorted(ABOUT) or not parted:
        raise ValueError("it must give law, mode, state, model and sha256, then an empty line and the text")
    if values["mode"] not in {mode.mode for mode in MODES}:
        raise ValueError(f"mode must be one of {', '.join(mode.mode for mode in MODES)}, got {_short(values['mode'])}")
    if values["state"] not in STATES:
        raise ValueError(f"state must be one of {', '.join(STATES)}, got {_short(values['state'])}")
    if not re.fullmatch("[0-9a-f]*", values["sha256"]):
        raise ValueError(f"sha256 must be hexadecimal, or empty, got {_short(values['sha256'])}")
    state: WitnessState = "fails" if values["state"] == "fails" else "fixed"
    model = _unescaped("model", values["model"])
    return Kept(values["law"], values["mode"], _unescaped_text(body), state, model, values["sha256"])


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:60]}..."


def _unescaped_text(body: str) -> str:
    """Unescape a text whose lines were escaped one by one.

    If an odd number of backslashes ends it, the last one is not an escape, and the text ends without a newline. Any
    other text ends with a newline, even if an editor removed it.
    """
    end = body.removesuffix("\n")
    is_open = (len(end) - len(end.rstrip("\\"))) % 2 == 1
    return _unescaped("its text", end[:-1] if is_open else f"{end}\n")


def _unescaped(field: str, text: str) -> str:
    """Unescape a text. Raises ValueError if it is not escaped correctly."""
    wrong = [character for character in text if not character.isprintable() and character != "\n"]
    wrong += [escape[0] for escape in _ESCAPE.finditer(text) if _character(escape) is None]
    if wrong:
        raise ValueError(f"{field} must be escaped as Python escapes it, got {wrong[0]!r}")
    return _ESCAPE.sub(lambda escape: _character(escape) or "", text)


_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.|$)", re.DOTALL)


def _character(escape: re.Match[str]) -> str | None:
    """Return the character of an escape; None if there is no such escape."""
    code = escape[1]
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= sys.maxunicode else None
    return {"\\": "\\", "t": "\t", "r": "\r", "n": "\n"}.get(code)


# --- after a run -----------------------------------------------------------------------------------------------------


def replays(kept: list[Kept], still: set[str], in_short: Callable[[str], str]) -> tuple[Replay, ...]:
    """Return the outcomes of the kept witnesses.

    Args:
        kept: the witnesses.
        still: the texts of those that still break their law.
        in_short: returns the short form of a text.
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
    """Return the witnesses to keep after a run: the smallest of each mode that occurred, and the others' new states."""

    def fresh(failure: Failure) -> Kept:
        return Kept(result.id, failure.mode, failure.witness.case, "fails", model, sha256)

    occurred = {failure.mode for failure in result.failures}
    others = [each for each in kept if each.mode not in occurred]
    states = [attrs.evolve(each, state="fails" if each.case in still else "fixed") for each in others]
    return [*map(fresh, result.failures), *states]
