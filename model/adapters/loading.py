"""Load a learned engine from a SPEC: `[KIND:]TARGET`, the arguments given with it, and the card that it may name."""

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
from turncheck.model.adapters.digests import facts, of_files
from turncheck.model.adapters.kinds import CALIBRATION, kind_of, kinds, made
from turncheck.model.adapters.recognise import (
    CARD,
    LARGEST_CARD,
    NANOGPT_RUN,
    ONNX_NAMES,
    RUN,
    found_in,
    onnx_in,
    recognised,
)
from turncheck.model.adapters.templates import SpeakingEngine, Template, behind, check_round_trip, template

FORM = "a SPEC is the path of a checkpoint, a card or a folder, or KIND:TARGET (turncheck models lists the kinds)"


@attrs.frozen
class Loaded:
    """A learned engine that was made from a SPEC.

    Attributes:
        card: what the model is and how it is read, with the template's name, and `rejects` False if the domain rejects
            nothing.
        engine: answers texts of the domain, through the template that the card names.
        domain: the domain against which the model is checked: the requested domain, or a variant of it.
        bytes: the size of its file or folder; None without one.
        sha256: the hash of its file; for a folder, see `digests.of_folder`.
    """

    card: Card
    engine: LearnedEngine
    domain: Domain
    bytes: int | None
    sha256: str | None


def load(spec: str, arguments: Sequence[str], domain: Domain, rules: str | None = None) -> Loaded:
    """Load the learned engine that a SPEC names.

    Args:
        spec: the SPEC, as typed.
        arguments: `KEY=VALUE`, as typed: options of the kind, and keys of a card.
        domain: the domain that the model learned.
        rules: the path of a rules file for all models of the run: they are checked against this variant of the domain.

    Raises:
        EngineError: the model cannot be loaded; the message gives the fault and the way out.
    """
    given = arguments_of(arguments)
    named = card_of(spec)
    try:
        card, in_force, words = _read(named, given, domain, rules)
    except EngineError as error:
        raise EngineError(error.fault + _own_names(named, given)) from error
    card = attrs.evolve(card, template=words.name, rejects=card.rejects and in_force.rejects)
    if card.kind == "native":
        check_native(card.target)
    known = _file_facts(card) if card.sha256 is not None else None  # a wrong hash is refused before anything is loaded
    engine = made_of(card, in_force, words, tuple(given))
    size, digest = known or _file_facts(card)
    check_round_trip(words, in_force, card.rejects)
    return Loaded(card, _behind(engine, words), in_force, size, digest)


def made_of(card: Card, domain: Domain, words: Template, beside: Sequence[str] = ()) -> LearnedEngine:
    """Return the engine of a card, which speaks the template's wording.

    Args:
        card: the card.
        domain: the domain, or the variant, against which the model is checked.
        words: the card's template.
        beside: the names of all arguments given with the SPEC.

    Raises:
        EngineError: the model cannot be made.
    """
    engine = made(kind_of(card.kind), card.target, card.options, domain, beside, words)
    return SpeakingEngine(engine, words) if card.kind in CALIBRATION and not words.is_bare else engine


def _read(named: Card, given: Mapping[str, Any], domain: Domain, rules: str | None) -> tuple[Card, Domain, Template]:
    """Return the card with the command line's changes, the domain or variant, and the template."""
    card = named.changed(given)
    if card.rules is not None and rules is not None and Path(card.rules).resolve() != Path(rules).resolve():
        raise EngineError(f"its rules are {card.rules}, the run's rules are {rules}: leave one of them out")
    if card.kind == "experts" and card.template not in (None, domain.name):
        raise EngineError("a composition must have no template: give one to the cards of its experts")
    in_force = _variant(domain, card.rules or rules)
    return card, in_force, template(card.template, in_force)


def _own_names(named: Card, given: Mapping[str, Any]) -> str:
    """Return the hint for a key of Turncheck's own that may have been meant for a parameter of a Python model."""
    ours = [name for name in ("template", "rejects", "rules", "sha256") if name in given]
    if named.kind != "py" or not ours:
        return ""
    return (
        f" ({ours[0]}= belongs to turncheck: if you meant a parameter of the model, rename it, say, to model_{ours[0]})"
    )


def _behind(engine: LearnedEngine, words: Template) -> LearnedEngine:
    """Return the engine behind the template; a listed engine's list is translated too."""
    if words.is_bare or not isinstance(engine, Listed):
        return behind(engine, words)
    from turncheck.model.adapters.predictions import TemplatedPredictions  # with numpy, which no other kind needs

    return TemplatedPredictions(engine, words)


def arguments_of(typed: Sequence[str]) -> dict[str, Any]:
    """Return the arguments by name: split at the first `=`, the value parsed as TOML if possible, else as text.

    Raises:
        EngineError: an argument has no `=`, or a name occurs twice.
    """
    arguments: dict[str, Any] = {}
    for each in typed:
        name, parted, value = each.partition("=")
        if not parted or not name.isidentifier():
            raise EngineError(f"a model argument must be KEY=VALUE, got {quoted(each)}")
        if name in arguments:
            raise EngineError(f"a model argument must be given once, got {name} twice")
        arguments[name] = _value(value)
    return arguments


def _value(text: str) -> Any:
    if "\n" in text or "\r" in text:  # TOML would read more than one value
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # a number of more digits than Python reads is a ValueError
        return text


def card_of(spec: str) -> Card:
    """Return what a SPEC alone says: its kind and target, or the content of the card that it names.

    Raises:
        EngineError: it names nothing.
    """
    name, parted, target = spec.partition(":")
    known = kinds()
    if name == "experts":
        return _composition(Path(target))
    if name in known:
        return Card(name, _file_of_run(name, target), spec)
    if os.path.exists(spec):  # False for a path that is too long or contains NUL
        return _card_of_path(Path(spec))
    if name in ("http", "https"):
        raise EngineError(f"an address alone is no model, and nothing is downloaded: name an endpoint as openai:{spec}")
    if parted and re.fullmatch("[A-Za-z][A-Za-z0-9_.+-]+", name):  # longer than a drive's letter
        kind_of(name)  # raises: the kind is unknown; the message names the nearest
    if re.fullmatch(r"[\w.-]+/[\w.-]+", spec) and not os.path.exists(os.path.dirname(spec)):
        raise EngineError(
            f"there is no such file; names on a hub are not looked up: download the model and name its folder; {FORM}"
        )
    near = f"; did you mean {found}?" if (found := _near(spec, list(known))) else ""
    raise EngineError(f"there is no such file{near}; {FORM}")


def _file_of_run(kind: str, target: str) -> str:
    """Return the target, or the file that a folder of such a kind stands for, whose size and hash are the model's."""
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


def _composition(path: Path) -> Card:
    """Return the card of a composition, named with its kind: a card holds more of a composition than its file."""
    card = read_card(path / CARD if path.is_dir() else path)
    if card.kind != "experts":
        raise EngineError(f"experts:PATH must name a card of kind experts, got kind {card.kind}: leave out experts:")
    return card


def _variant(domain: Domain, path: str | None) -> Domain:
    """Return the domain, or the variant that a rules file describes."""
    if path is None:
        return domain
    if domain.variants is None:
        raise EngineError(f"rules file {path}: domain {domain.name} has no variants: leave it out")
    content = _content(path)
    try:
        return domain.variants(content)
    except ValueError as error:
        raise EngineError(f"rules file {path}: {cut(str(error), 400)}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the domain's own parser may raise anything
        raise EngineError(f"rules file {path}: {domain.name} raised {described(error)} on it") from error


def _content(path: str) -> str:
    """Return the text of a rules file."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_CARD + 1)
        if len(content) > LARGEST_CARD:
            raise ValueError(f"it must have at most {LARGEST_CARD:,} bytes")
        return content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        fault = f"rules file {path}: {getattr(error, 'strerror', None) or error}"
        raise EngineError(f"{fault}; it must be UTF-8 text, see docs/models.md") from error


def check_native(target: str) -> None:
    """Check that a file may be a checkpoint, before hashing or reading it, which is slow for large files.

    Raises:
        EngineError: it is no checkpoint.
    """
    if os.path.isdir(target):
        raise EngineError(f"native:PATH must name a file, got a folder: name it without native:, --model {target}")
    # A path that is too long or contains NUL does not exist: its reader reports that.
    if os.path.exists(target) and (found := recognised(Path(target))) != "native":
        raise EngineError(f"native:PATH must name a checkpoint, got a {found}: name it without native:")


def _file_facts(card: Card) -> tuple[int | None, str | None]:
    """Return the size and the hash of the model's file or folder; None for a model without data files.

    Raises:
        EngineError: the hash is not the required one.
    """
    if card.kind == "experts":
        return _facts_of_experts(card)
    return facts(card)


def _facts_of_experts(card: Card) -> tuple[int, str]:
    """Return the size and the hash of a composition: of its card and all its files.

    Raises:
        EngineError: a file cannot be read, or the card requires a hash, which would have to hash itself.
    """
    from turncheck.model.adapters.weights.experts import files_of

    if card.sha256 is not None:
        raise EngineError("a card of kind experts must have no sha256: give one to the cards of its experts")
    try:
        return of_files(files_of(card.target))
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
