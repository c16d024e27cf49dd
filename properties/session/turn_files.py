"""Turns from files, for a model to learn: kept witnesses, reports, sweeps, and files that only hold turns.

Each text comes with the seed that it was drawn with, or None if that is not known: witnesses are shrunk, and so they
are not what was drawn. A model that learns a text of an evaluation seed, or of no known seed, has seen what a later run
may ask. So its checkpoint counts these texts.

A file of turns is JSON lines: `{"schema": "turncheck-turns/1", "domain": "duel/1"}`, then `{"prompt": "...", "seed":
1999999}` for each text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from turncheck.engine.domain import Domain
from turncheck.engine.files import read_file, write_whole
from turncheck.engine.reading import MalformedTextError
from turncheck.properties.laws import laws_of
from turncheck.properties.session.data_file import DataFileError
from turncheck.properties.session.witnesses import TITLE, from_text
from turncheck.properties.sweeps.faults import SweepError
from turncheck.properties.sweeps.kept import FOUND, STATE, read_state
from turncheck.properties.sweeps.lines import read_lines
from turncheck.reports.saved import read_report

SCHEMA = "turncheck-turns/1"
"""The schema of a file of turns."""

LARGEST = 256_000_000
"""Most bytes of a file."""

KINDS = "kept witnesses, a divergence.json, the folder of a sweep, or a file of turns"

Turns = dict[str, int | None]
"""The seed of each text; None if it is not known."""


class TurnsError(DataFileError):
    """A file or a folder holds no turns to learn."""

    kind = "--from"


def read_turns(path: Path, domain: Domain) -> Turns:
    """Return the texts in a file, or in all files of a folder that hold any.

    Args:
        path: a witness, a `divergence.json`, a sweep's folder or a file in it, a file of turns, or a folder of these.
        domain: the domain of the turns.

    Raises:
        TurnsError: there are none, or a file is damaged or of another domain.
    """
    found: Turns = {}
    try:
        files = _files(path)
    except OSError as error:
        raise TurnsError(path, f"it cannot be read: {error.strerror}") from error
    for file in files:
        try:
            found |= _read(file, domain)
        except OSError as error:
            raise TurnsError(file, f"it cannot be read: {error.strerror}") from error
        except SweepError as error:
            raise TurnsError(file, error.fault) from error
        except ValueError as error:
            raise TurnsError(file, str(error)) from error
    if not found:
        raise TurnsError(path, f"it must hold turns ({KINDS}), got none")
    return found


def _files(path: Path) -> list[Path]:
    """Return the files to read; of a sweep the file that describes it."""
    if not path.is_dir():
        return [path.with_name(STATE) if path.name == FOUND else path]
    return [each for each in sorted(path.rglob("*")) if _is_known(each)]


def _is_known(path: Path) -> bool:
    """Return whether a file in a folder holds turns. Other texts, such as the log of a run, are left out."""
    if path.name == STATE:
        return (path.parent / FOUND).is_file()
    return path.is_file() and (path.name == "divergence.json" or (path.suffix == ".txt" and _is_witness(path)))


def _is_witness(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(TITLE) + 3).removeprefix(b"\xef\xbb\xbf").startswith(TITLE.encode())


def _read(path: Path, domain: Domain) -> Turns:
    if path.name == STATE:
        return _of_sweep(path.parent, domain)
    try:
        content = read_file(path, LARGEST).decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"it must be {KINDS}, got bytes that are no text") from error
    if content.removeprefix("\ufeff").startswith(TITLE):
        return dict.fromkeys(_of_witness(content, domain))
    if content.startswith(f'{{"schema": "{SCHEMA}"'):
        return _of_turns(content, domain)
    if content.lstrip().startswith("{"):
        return dict.fromkeys(_of_report(path, domain))
    raise ValueError(f"it must be {KINDS}, got something else")


def _of_witness(content: str, domain: Domain) -> list[str]:
    kept = from_text(content)
    forms = {law.id: law.form for law in laws_of(domain)}
    try:
        return _prompts(kept.case, forms.get(kept.law), domain)
    except ValueError as error:
        raise ValueError(f"its text must be a case of {domain.name}, got {error}") from error


def _prompts(case: str, form: str | None, domain: Domain) -> list[str]:
    """Return the prompts of a law's case. The law may be unknown here; then the text must be a case or a play.

    Raises:
        ValueError: the text has another form.
    """
    if form == "text" or domain.is_case(case):
        return [case]
    if domain.has_plays:
        return [domain.write(turn) for turn in domain.turns(domain.read_play(case))]
    domain.read(case)  # raises
    raise AssertionError("it was no case")


def _of_report(path: Path, domain: Domain) -> Iterator[str]:
    for model in read_report(path).models:
        if model.domain != domain.name:
            raise ValueError(f"its models must have been asked {domain.name}, got {model.domain}")
        failures = [failure for law in model.laws for failure in law.failures]
        yield from (failure.witness.turn for failure in failures)
        for each in (drawn for failure in failures for drawn in failure.simplest):
            yield from _cases(each.case, domain)
        yield from (each.turn for each in (model.sweep.smallest if model.sweep else ()) if each.turn)


def _cases(case: str, domain: Domain) -> list[str]:
    """Return the prompts of a case that a run drew; none of a malformed text, which may read as a play."""
    return [case] if domain.is_case(case) else []


def _of_sweep(folder: Path, domain: Domain) -> Turns:
    state = read_state(folder)
    if state.about["domain"] != domain.name:
        raise ValueError(f"its cases must be of {domain.name}, got {state.about['domain']}")
    seed: int = state.about["seed"]
    return {line["prompt"]: seed for line in read_lines(folder, state)}


# --- files of turns --------------------------------------------------------------------------------------------------


def write_turns(path: Path, turns: Mapping[str, int | None], domain: Domain, sources: Sequence[str] = ()) -> None:
    """Write a file of turns, completely or not at all.

    Args:
        path: the file.
        turns: the texts with their seeds.
        domain: the domain of the turns.
        sources: where the texts come from, in the words of the command line.
    """
    lines: list[dict[str, object]] = [{"schema": SCHEMA, "domain": domain.name, "sources": list(sources)}]
    lines += [{"prompt": text, "seed": seed} for text, seed in turns.items()]
    write_whole(path, "".join(json.dumps(line) + "\n" for line in lines).encode())


def sources_of(path: Path) -> list[str]:
    """Return where the texts of a file of turns come from.

    Raises:
        TurnsError: it is no such file.
    """
    try:
        header = json.loads(read_file(path, LARGEST).split(b"\n", 1)[0])
        found = header["sources"]
        if not isinstance(found, list):
            raise TypeError("sources")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TurnsError(path, f"it must be a file of turns: {error}") from error
    return [str(each) for each in found]


def _of_turns(content: str, domain: Domain) -> Turns:
    header, *lines = content.splitlines()
    _parsed(1, header, lambda values: _check_header(values, domain))
    found: Turns = {}
    for number, line in enumerate(lines, 2):
        values = _parsed(number, line, lambda values: _check_line(values, domain))
        found[values["prompt"]] = values.get("seed")  # type: ignore[index,assignment]  # checked
    return found


def _parsed(number: int, line: str, check: Callable[[dict[str, object]], None]) -> dict[str, object]:
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise ValueError("it must be an object")
        check(values)
    except RecursionError as error:
        raise ValueError(f"line {number}: it is nested too deeply") from error
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
    return values


def _check_header(values: dict[str, object], domain: Domain) -> None:
    if values.get("domain") != domain.name:
        raise ValueError(f"domain must be {domain.name}, got {values.get('domain')!r:.60}")


def _check_line(values: dict[str, object], domain: Domain) -> None:
    prompt, seed = values.get("prompt"), values.get("seed")
    if not isinstance(prompt, str):
        raise ValueError(f"prompt must be a text, got {prompt!r:.60}")
    if seed is not None and (type(seed) is not int or seed < 0):
        raise ValueError(f"seed must be a whole number or null, got {seed!r:.60}")
    if not domain.rejects:
        _check_case(prompt, domain)


def _check_case(prompt: str, domain: Domain) -> None:
    try:
        domain.read(prompt)
    except MalformedTextError as error:
        raise ValueError(f"prompt must be a case of {domain.name}, got {error}") from error
