"""Cards: what a model is and how it is read, as data in a file `engine.toml` beside its weights.

    kind = "native"
    path = "duel-small.safetensors"
    sha256 = "326acbac..."
    template = "duel/1"
    rejects = true
    rules = "rules.toml"

    [options]

A card may come from a download. So it names no code and no host: only kinds that are data, built-in templates, and
files in its own folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.kinds import DATA_KINDS, FILE_KINDS, FOLDER_KINDS
from turncheck.model.adapters.recognise import CARD, LARGEST_CARD

OPTIONS = ("stop", "tokenizer", "max_new")
"""Options of many kinds: in a card they are top-level keys, not entries of `options`."""

PATHS = ("tokenizer", "meta", "vocabulary")
"""Options that name a file (`vocabulary` may): a card may only name files in its own folder."""

COMPOSED = ("first", "experts", "route")
"""The keys of a card that puts several models together (`turncheck.model.adapters.weights.experts`)."""

KEYS = ("kind", "path", "sha256", "template", "rejects", "rules", *OPTIONS, "options", *COMPOSED)

COMMAND_LINE = "may only be given on the command line: a card is data"


@attrs.frozen
class Card:
    """What a model is and how it is read, from a card or from the command line.

    Attributes:
        kind: its kind.
        target: what the kind makes it from: a path, a command, an address; empty if the kind needs nothing.
        name: its name in tables.
        sha256: the required hash of its file; None if not given.
        template: the wording of prompts and answers; None for the domain's own.
        rejects: whether it was trained to reject malformed texts.
        rules: the file of the rules that it was trained on, for a variant of the domain; None for the domain itself.
        options: the kind's own options, by name.
    """

    kind: str
    target: str
    name: str
    sha256: str | None = None
    template: str | None = None
    rejects: bool = True
    rules: str | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)

    def changed(self, arguments: Mapping[str, Any]) -> Card:
        """Return the card with the values from the command line in place of its own.

        Raises:
            EngineError: a value has another type, or a name is no option.
        """
        plain = {name: value for name, value in arguments.items() if name in ("sha256", "template", "rejects", "rules")}
        check_types(plain)
        if refused := arguments.keys() & {"kind", "path", "options"}:
            name = sorted(refused)[0]
            way_out = f"; rename the parameter, for example to model_{name}" if self.kind == "py" else ""
            raise EngineError(
                f"{name} is no option: the SPEC names kind and target, and each option has its own name{way_out}"
            )
        options = {name: value for name, value in arguments.items() if name not in plain}
        return attrs.evolve(self, **plain, options={**self.options, **options})


def read_card(path: Path) -> Card:
    """Return the card in a file.

    Raises:
        EngineError: the file is no card, or names what a card must not name.
    """
    values = loaded(path)
    if unknown := sorted(values.keys() - set(KEYS)):
        raise EngineError(f"a card's keys must be among {', '.join(KEYS)}, got {quoted(unknown[0])}")
    check_types(values)
    folder = path.parent
    kind, target = _kind(values, path)
    rules = values.get("rules")
    template = values.get("template")
    if template is not None and template.startswith("py:"):
        raise EngineError(
            f"its template {quoted(template)} runs code, so it {COMMAND_LINE} (--turncheck-model-arg template=)"
        )
    options = {**values.get("options", {}), **{name: values[name] for name in OPTIONS if name in values}}
    if kind == "torch" and "arch" in options:
        raise EngineError(f"its arch {quoted(options['arch'])} runs code, so it {COMMAND_LINE} (--model-arg arch=)")
    for name in PATHS:
        if name in options and (name != "vocabulary" or str(options[name]).endswith(".json")):
            check_types({name: options[name]})
            options[name] = str(inside(folder, name, options[name]))
    return Card(
        kind,
        target,
        Path(target).stem if values.get("path") else path.absolute().parent.name if path.name == CARD else path.stem,
        values.get("sha256"),
        template,
        values.get("rejects", True),
        str(inside(folder, "rules", rules)) if rules is not None else None,
        options,
    )


def loaded(path: Path) -> dict[str, Any]:
    """Return the content of a card.

    Raises:
        EngineError: it cannot be read, or is no TOML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_CARD:
        raise EngineError(f"a card must have at most {LARGEST_CARD:,} bytes, got {len(content):,}")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise EngineError(f"a card must be TOML: {toml_fault(error)}") from error


def toml_fault(error: ValueError | RecursionError) -> str:
    """Return why a text cannot be parsed as TOML."""
    if isinstance(error, RecursionError):
        return "its tables are too deep"
    if isinstance(error, (UnicodeDecodeError, tomllib.TOMLDecodeError)):
        return cut(str(error), 200)
    return "a number has too many digits"


def _kind(values: Mapping[str, Any], path: Path) -> tuple[str, str]:
    """Return the card's kind and target."""
    folder = path.parent
    kind, _, target = values.get("kind", "native").partition(":")
    if kind in ("py", "exec"):
        raise EngineError(f"its kind {quoted(values['kind'])} runs code, so it {COMMAND_LINE} (--model {kind}:...)")
    if kind in ("openai", "openai-chat"):
        raise EngineError(f"its kind {quoted(values['kind'])} names a host, so it {COMMAND_LINE} (--model {kind}:...)")
    if kind not in DATA_KINDS:
        raise EngineError(f"its kind must be data ({', '.join(DATA_KINDS)}), got {quoted(values['kind'])}")
    if kind == "experts" and target:
        raise EngineError(f"its kind must be experts alone, got {quoted(values['kind'])}: the card names the files")
    if kind != "experts" and (given := [name for name in COMPOSED if name in values]):
        raise EngineError(f"{given[0]} belongs to a card of kind experts, got kind {kind}")
    if kind not in FILE_KINDS:
        if "path" in values:
            raise EngineError(f"a card of kind {kind} must have no path, got {quoted(values['path'])}")
        if kind == "experts":
            return kind, str(path)
        return kind, _own_folder(folder) if kind in FOLDER_KINDS else target
    if target or "path" not in values:
        raise EngineError(f"a card of kind {kind} must have a path: {FILE_KINDS[kind]}, in the card's folder")
    return kind, str(inside(folder, "path", values["path"]))


def _own_folder(folder: Path) -> str:
    """Return the card's folder, as a model's folder; check that its files lie in it, following links."""
    for file in sorted(folder.iterdir()):
        if file.suffix in (".json", ".safetensors"):
            inside(folder, file.name, file.name)
    return str(folder)


def inside(folder: Path, name: str, written: str) -> Path:
    """Return the path of a file that a card names, after checking that it lies in the card's folder, following links.

    Raises:
        EngineError: the file lies elsewhere, or does not exist.
    """
    demand = f"its {name} must be a file in the card's own folder, got {quoted(written)}"
    if "\0" in written or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]", written) or ".." in re.split(r"[/\\]", written):
        raise EngineError(f"{demand}, which is outside the folder")
    path = folder / written
    try:
        found = path.resolve(strict=True)
        if not any(found.is_relative_to(home) for home in homes(folder.resolve(strict=True))):
            raise EngineError(f"{demand}, a link to a place outside")
    except (OSError, RuntimeError) as error:  # a RuntimeError for a loop of links
        raise EngineError(f"{demand}, which does not exist") from error
    if not path.is_file():
        raise EngineError(f"{demand}, which is no file")
    return path


def homes(folder: Path) -> tuple[Path, ...]:
    """Return the folders in which a card's files may lie, following links: its own, and for a snapshot in Hugging
    Face's cache (MODEL/snapshots/REVISION with links to MODEL/blobs) the blobs of its repository.
    """
    repository = folder.parent.parent
    blobs = (repository / "blobs").resolve()
    cached = folder.parent.name == "snapshots" and blobs == repository / "blobs" and blobs.is_dir()
    return (folder, blobs) if cached else (folder,)


TYPES: Mapping[str, tuple[type, str]] = {
    "kind": (str, "a text"),
    "path": (str, "a text"),
    "sha256": (str, "64 hexadecimal digits"),
    "template": (str, "a text"),
    "rejects": (bool, "true or false"),
    "rules": (str, "the path of a rules file"),
    "tokenizer": (str, "a path"),
    "meta": (str, "a path"),
    "vocabulary": (str, "a text"),
    "options": (dict, "a table"),
}


def check_types(values: Mapping[str, Any]) -> None:
    """Check the types of the keys that every kind has, from a card or the command line.

    Raises:
        EngineError: a value has another type.
    """
    for name, value in values.items():
        wanted, demand = TYPES.get(name, (type(value), ""))
        if type(value) is not wanted:
            raise EngineError(f"{name} must be {demand}, got {quoted(value)}")
    if not re.fullmatch("[0-9a-f]{64}", values.get("sha256", "0" * 64)):
        raise EngineError(f"sha256 must be 64 hexadecimal digits, got {quoted(values['sha256'])}")
