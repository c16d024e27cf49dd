"""The kind `experts`: a card that puts several models together.

    kind = "experts"
    first = "read"

    [experts]
    read = "read.safetensors"
    orders = "steps.safetensors"
    end = "steps.safetensors"

The model named by `first` reads a prompt. An answer that ends with a line `> NAME` hands on to the model of that name
(`turncheck.engine.stages`). Instead of `first`, a card may state who gets which prompts; the first that fits counts:

    [[route]]
    contains = "do hero attack"
    expert = "attack"

    [[route]]
    expert = "others"

Each file lies in the card's own folder. It is a model's file, or a card that is no composition itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted
from turncheck.model.adapters.card import Card, inside, loaded, read_card
from turncheck.model.adapters.digests import facts, files_in
from turncheck.model.adapters.kinds import FOLDER_KINDS, kind_of
from turncheck.model.adapters.loading import check_native, made_of
from turncheck.model.adapters.recognise import recognised
from turncheck.model.adapters.templates import behind, template
from turncheck.model.composition import Composition, Route, Router

ROUTER = "router"
"""The name of the stated router among the experts."""

MOST_EXPERTS = 100


@attrs.frozen
class Plan:
    """A composition as its card says it.

    Attributes:
        first: the expert that reads a prompt; `ROUTER` if routes are stated.
        files: the file of each expert, by name.
        routes: the stated routes; none if an expert decides.
    """

    first: str
    files: Mapping[str, Path]
    routes: tuple[Route, ...]


def experts(target: str, *, domain: Domain, threads: int | None = None) -> LearnedEngine:
    """Return the composition that a card describes.

    Args:
        target: the path of the card.
        domain: the domain that it answers.
        threads: threads of each expert whose kind has that option; by default as its kind says.

    Raises:
        EngineError: the card is no composition, or one of its files is no model.
    """
    plan = read_plan(Path(target))
    cards = {name: _on(threads, expert_card(name, path)) for name, path in plan.files.items()}
    # Experts of one file are one engine.
    of_file = {path: cache(_maker(name, cards[name], domain)) for name, path in plan.files.items()}
    makers: dict[str, Callable[[], LearnedEngine]] = {name: of_file[path] for name, path in plan.files.items()}
    if plan.routes:
        makers[ROUTER] = lambda: Router(plan.routes)
    return Composition(plan.first, makers)


def _maker(name: str, card: Card, domain: Domain) -> Callable[[], LearnedEngine]:
    try:
        words = template(card.template, domain)
    except EngineError as error:
        raise EngineError(f"expert {name}: {error.fault}") from error

    def make() -> LearnedEngine:
        return behind(made_of(card, domain, words), words)

    return make


def expert_card(name: str, path: Path) -> Card:
    """Return what an expert's file is.

    Raises:
        EngineError: it is no model, or its hash is another.
    """
    try:
        kind = recognised(path)
        card = read_card(path) if kind == "card" else Card(kind, str(path), path.stem)
        if card.kind == "experts":
            raise EngineError("an expert must be a model, got another composition: name its models in this card")
        if card.rules is not None:
            raise EngineError("an expert's card must have no rules: they belong to the whole, in this card")
        if card.kind == "predictions":
            raise EngineError("an expert must be a model that can be asked, got answers that were made elsewhere")
        if card.kind == "native":
            check_native(card.target)
        if card.sha256 is not None:
            facts(card)  # raises: the hash is another
    except EngineError as error:
        raise EngineError(f"expert {name}: {path.name}: {error.fault}") from error
    return card


def files_of(target: str) -> list[Path]:
    """Return the card and its experts' files, each once, in the card's order.

    Raises:
        EngineError: the card is no composition, or one of its files is no model.
        OSError: a folder cannot be read.
    """
    path = Path(target)
    files = [path]
    for name, file in read_plan(path).files.items():
        card = expert_card(name, file)
        weights = Path(card.target)
        files += [file, *(files_in(weights) if card.kind in FOLDER_KINDS else [weights] if weights.is_file() else [])]
    found: dict[Path, Path] = {}
    for file in files:
        found.setdefault(file.resolve(), file)
    return list(found.values())


def read_plan(path: Path) -> Plan:
    """Return the composition that a card describes, with its files, which exist.

    Raises:
        EngineError: the card is no composition, or names a file outside its folder.
    """
    values = loaded(path)
    table = values.get("experts")
    if not isinstance(table, dict) or not 0 < len(table) <= MOST_EXPERTS:
        raise EngineError(f"experts must be a table of 1 to {MOST_EXPERTS} names and files, got {quoted(table)}")
    for name, file in table.items():
        if not isinstance(file, str):
            raise EngineError(f"experts: {quoted(name)} must name a file, got {quoted(file)}")
        if not re.fullmatch("[a-z][a-z0-9_]*", name) or name == ROUTER:
            demand = f"a word of small letters, digits and _, and not {ROUTER}"
            raise EngineError(f"experts: a name must be {demand}, got {quoted(name)}")
    files = {name: inside(path.parent, f"expert {name}", file) for name, file in table.items()}
    routes = tuple(_route(each, files) for each in _tables(values.get("route", [])))
    first = values.get("first")
    if (first is None) == (not routes):
        raise EngineError("a card of kind experts must have either first or [[route]]: who reads a prompt")
    if first is not None and not (isinstance(first, str) and first in files):
        raise EngineError(f"first must be one of its experts ({', '.join(files)}), got {quoted(first)}")
    return Plan(first or ROUTER, files, routes)


def _tables(values: Any) -> list[dict[str, Any]]:
    if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
        raise EngineError(f"route must be a list of tables, [[route]], got {quoted(values)}")
    return values


def _route(values: Mapping[str, Any], files: Mapping[str, Path]) -> Route:
    if unknown := sorted(values.keys() - {"contains", "expert"}):
        raise EngineError(f"a route's keys must be contains and expert, got {quoted(unknown[0])}")
    contains, expert = values.get("contains", ""), str(values.get("expert"))
    if not isinstance(contains, str):
        raise EngineError(f"a route's contains must be a text, got {quoted(contains)}")
    if expert not in files:
        raise EngineError(f"a route's expert must be one of {', '.join(files)}, got {quoted(expert)}")
    return Route(contains, expert)


def _on(threads: int | None, card: Card) -> Card:
    """Return the card with that number of threads, if its kind takes one."""
    if threads is None or not kind_of(card.kind).takes("threads"):
        return card
    return attrs.evolve(card, options={**card.options, "threads": threads})
