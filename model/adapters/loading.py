"""From a SPEC to a learned engine: `[KIND:]TARGET`, the arguments beside it, the card that it may name."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine, Listed, described
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.card import Card, read_card
from turncheck.model.adapters.digests import of_file, of_folder
from turncheck.model.adapters.kinds import CALIBRATION, FOLDER_KINDS, kind_of, kinds, made
from turncheck.model.adapters.recognise import LARGEST_CARD, NANOGPT_RUN, ONNX_NAMES, RUN, found_in, onnx_in, recognised
from turncheck.model.adapters.templates import SpeakingEngine, Template, behind, check_round_trip, template

FORM = "a SPEC is the path of a checkpoint, a card or a folder, or KIND:TARGET (turncheck models lists the kinds)"


@attrs.frozen
class Loaded:
    """A learned engine that was made of a SPEC.

    Attributes:
        card: what it is and how it is read, its template named and `rejects` false where the domain rejects nothing.
        engine: it answers texts of the domain; a template stands before it where the card says so.
        domain: what it is held against: the one that was asked for, or a variant of it.
        bytes: the size of its file, or of its folder's; None where it has none.
        sha256: the hash of its file, likewise; of a folder's as `digests.of_folder` has it.
    """

    card: Card
    engine: LearnedEngine
    domain: Domain
    bytes: int | None
    sha256: str | None


def load(spec: str, arguments: Sequence[str], domain: Domain, rules: str | None = None) -> Loaded:
    """The learned engine that a SPEC names.

    Args:
        spec: as typed.
        arguments: `KEY=VALUE` as typed: the kind's options, and what a card may say.
        domain: which it learned.
        rules: the path of a rules file that all models of the run are held against: of a variant of the domain.

    Raises:
        EngineError: it cannot be loaded; the message says what is wrong and the way out.
    """
    given = arguments_of(arguments)
    named = card_of(spec)
    try:
        card, in_force, words = _read(named, given, domain, rules)
    except EngineError as error:
        raise EngineError(error.fault + _own_names(named, given)) from error
    card = attrs.evolve(card, template=words.name, rejects=card.rejects and in_force.rejects)
    if card.kind == "native":
        _check_native(card.target)
    facts = _file_facts(card) if card.sha256 is not None else None  # of what is known, nothing else is loaded
    engine = made(kind_of(card.kind), card.target, card.options, in_force, tuple(given), words)
    size, digest = facts or _file_facts(card)
    check_round_trip(words, in_force, card.rejects)
    if card.kind in CALIBRATION and not words.is_bare:
        engine = SpeakingEngine(engine, words)
    return Loaded(card, _behind(engine, words), in_force, size, digest)


def _read(named: Card, given: Mapping[str, Any], domain: Domain, rules: str | None) -> tuple[Card, Domain, Template]:
    """How the model is read: its card as the command line has it, what it is held against, and its words."""
    card = named.changed(given)
    if card.rules is not None and rules is not None and Path(card.rules).resolve() != Path(rules).resolve():
        raise EngineError(f"its own rules are {card.rules} and those of the run {rules}: leave one of them out")
    in_force = _variant(domain, card.rules or rules)
    return card, in_force, template(card.template, in_force)


def _own_names(named: Card, given: Mapping[str, Any]) -> str:
    """What is said where a key of ours was perhaps meant for a Python model's own parameter of that name."""
    ours = [name for name in ("template", "rejects", "rules", "sha256") if name in given]
    if named.kind != "py" or not ours:
        return ""
    return (
        f" ({ours[0]}= is turncheck's own: if a parameter of the model's was meant, rename it, to model_{ours[0]} say)"
    )


def _behind(engine: LearnedEngine, words: Template) -> LearnedEngine:
    """The engine behind the template; a listed one is asked in its words what it has no answer to."""
    if words.is_bare or not isinstance(engine, Listed):
        return behind(engine, words)
    from turncheck.model.adapters.predictions import TemplatedPredictions  # with numpy, which no other kind needs

    return TemplatedPredictions(engine, words)


def arguments_of(typed: Sequence[str]) -> dict[str, Any]:
    """The arguments by name: parted at the first `=`, the value read as TOML where it is TOML, else as text.

    Raises:
        EngineError: one has no `=`, or a name comes twice.
    """
    arguments: dict[str, Any] = {}
    for each in typed:
        name, parted, value = each.partition("=")
        if not parted or not name.isidentifier():
            raise EngineError(f"a model's argument must be KEY=VALUE, got {quoted(each)}")
        if name in arguments:
            raise EngineError(f"a model's argument must be given once, got {name} twice")
        arguments[name] = _value(value)
    return arguments


def _value(text: str) -> Any:
    if "\n" in text or "\r" in text:  # it would be more than a value
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # a number of more digits than Python reads is a ValueError
        return text


def card_of(spec: str) -> Card:
    """What a SPEC says by itself: its kind and target, or what the card says that it names.

    Raises:
        EngineError: it names nothing.
    """
    name, parted, target = spec.partition(":")
    known = kinds()
    if name in known:
        return Card(name, _file_of_run(name, target), spec)
    if os.path.exists(spec):  # a path that is too long, or holds NUL, is none
        return _card_of_path(Path(spec))
    if name in ("http", "https"):
        raise EngineError(f"an address alone is no model, and nothing is downloaded: an endpoint is openai:{spec}")
    if parted and re.fullmatch("[A-Za-z][A-Za-z0-9_.+-]+", name):  # longer than a drive's letter
        kind_of(name)  # raises: the kind is unknown, and the nearest is named
    if re.fullmatch(r"[\w.-]+/[\w.-]+", spec) and not os.path.exists(os.path.dirname(spec)):
        raise EngineError(
            f"there is no such file; a name on a hub is not looked up: download the model and name its folder; {FORM}"
        )
    near = f"; did you mean {found}?" if (found := _near(spec, list(known))) else ""
    raise EngineError(f"there is no such file{near}; {FORM}")


def _file_of_run(kind: str, target: str) -> str:
    """The target, or the file that a folder of such a kind stands for: its size and its hash are the model's."""
    if not target or not os.path.isdir(target):
        return target
    if kind == "onnx":
        return os.path.join(target, onnx_in(Path(target)))
    path = os.path.join(target, NANOGPT_RUN)
    return path if kind == "nanogpt" and os.path.isfile(path) else target


def _near(spec: str, known: list[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(spec.lower(), known, 1)), "") if len(spec) < 40 else ""


def _card_of_path(path: Path) -> Card:
    if path.is_dir():
        path = found_in(path)
    if path.is_dir():
        return Card("hf", str(path), path.absolute().name)
    kind = recognised(path)
    if kind == "card":
        return read_card(path)
    by_folder = path.name in (RUN, NANOGPT_RUN, *ONNX_NAMES)
    return Card(kind, str(path), path.absolute().parent.name if by_folder else path.stem)


def _variant(domain: Domain, path: str | None) -> Domain:
    """The domain, or the variant of it that the rules file at that path makes."""
    if path is None:
        return domain
    if domain.variants is None:
        raise EngineError(f"rules file {path}: domain {domain.name} has no variants that rules make: leave it out")
    content = _content(path)
    try:
        return domain.variants(content)
    except ValueError as error:
        raise EngineError(f"rules file {path}: {cut(str(error), 400)}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # what reads the rules is the domain's own
        raise EngineError(f"rules file {path}: {domain.name} raised {described(error)} on it") from error


def _content(path: str) -> str:
    """The text of a rules file."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_CARD + 1)
        if len(content) > LARGEST_CARD:
            raise ValueError(f"it must have at most {LARGEST_CARD:,} bytes")
        return content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        fault = f"rules file {path}: {getattr(error, 'strerror', None) or error}"
        raise EngineError(f"{fault}; it must be a text in UTF-8, as docs/models.md shows it") from error


def _check_native(target: str) -> None:
    """Checks that a file may be a checkpoint: before it is hashed or read, which takes long where it is large.

    Raises:
        EngineError: it is none.
    """
    if os.path.isdir(target):
        raise EngineError(f"native:PATH must name a file, got a folder: name it without native:, --model {target}")
    # A path that is too long, or holds NUL, is none: its reader says so.
    if os.path.exists(target) and (found := recognised(Path(target))) != "native":
        raise EngineError(f"native:PATH must name a checkpoint, got a {found}: name it without native:")


def _file_facts(card: Card) -> tuple[int | None, str | None]:
    """The size and the hash of the model's file, or of its folder's; nothing where it is no data.

    Raises:
        EngineError: the hash is not the one that was asked for.
    """
    whole = card.kind in FOLDER_KINDS and os.path.isdir(card.target)
    if card.kind in ("py", "exec") or not (whole or os.path.isfile(card.target)):
        if card.sha256 is not None:
            raise EngineError(f"sha256 is of a model's file, and {card.name} has none")
        return None, None
    try:
        size, digest = (of_folder if whole else of_file)(card.target)
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    if card.sha256 not in (None, digest):
        other = "other files, or damaged ones" if whole else "another file, or a damaged one"
        raise EngineError(f"its sha256 must be {card.sha256}, got {digest}: {other}")
    return size, digest
