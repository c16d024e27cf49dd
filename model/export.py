"""Exporting: a folder with the files of a model and one Python page that runs them without Turncheck.

The page is `turncheck.model.portable`, copied as it is. Beside it lie the files of the models and a card that names
them. Nothing here executes anything that a checkpoint holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError
from turncheck.engine.visible import quoted
from turncheck.model import portable
from turncheck.model.adapters.card import Card
from turncheck.model.adapters.loading import card_of, load
from turncheck.model.adapters.templates import template
from turncheck.model.adapters.weights.experts import expert_card, read_plan
from turncheck.model.checkpoint import CheckpointError, load_checkpoint, write_whole
from turncheck.model.composition import Route

PAGE = "engine.py"
"""The name of the page in the folder."""

KINDS = ("native", "experts")
"""The kinds of models that can be exported."""

MODEL = "model"
"""The name of the only model of a folder."""


@attrs.frozen
class Parts:
    """A model as its files.

    Attributes:
        card: its card.
        files: the checkpoint of each expert, by name; of a single model under the name `MODEL`.
        first: the expert that reads a prompt; None if routes are stated, or for a single model.
        routes: the stated routes.
    """

    card: Card
    files: Mapping[str, Path]
    first: str | None = None
    routes: tuple[Route, ...] = ()

    @property
    def is_composed(self) -> bool:
        """Whether it is a composition."""
        return self.card.kind == "experts"

    def unique(self) -> dict[Path, str]:
        """Return the checkpoints, each once, with the name of the first expert that it is."""
        found: dict[Path, str] = {}
        for name, path in self.files.items():
            found.setdefault(path.resolve(), name)
        return found


def parts_of(spec: str, domain: Domain) -> Parts:
    """Return the checked parts of a model.

    Args:
        spec: the SPEC, as typed.
        domain: the domain that the model learned.

    Raises:
        EngineError: it is no checkpoint of Turncheck's own and no composition of such, or cannot be used.
    """
    _check_own(card_of(spec), domain, "SPEC")
    loaded = load(spec, (), domain)
    close = getattr(loaded.engine, "close", None)
    if callable(close):
        close()
    card = attrs.evolve(loaded.card, rejects=loaded.card.rejects or not domain.rejects)
    if card.kind == "native":
        return Parts(card, {MODEL: Path(card.target)})
    plan = read_plan(Path(card.target))
    files = {}
    for name, path in plan.files.items():
        expert = expert_card(name, path)
        _check_own(expert, domain, f"expert {name}", KINDS[:1])
        files[name] = Path(expert.target)
        try:
            load_checkpoint(files[name], domain)
        except CheckpointError as error:
            raise EngineError(f"expert {name}: {path.name}: {error.fault}") from error
    return Parts(card, files, None if plan.routes else plan.first, plan.routes)


def _check_own(card: Card, domain: Domain, what: str, kinds: tuple[str, ...] = KINDS) -> None:
    if card.kind not in kinds:
        demand = "a checkpoint of turncheck train" + (" or a composition of such" if "experts" in kinds else "")
        raise EngineError(f"{what} must be {demand}, got one of kind {card.kind}")
    if not template(card.template, domain).is_bare:
        raise EngineError(f"{what} must have the domain's own wording, got template {quoted(card.template)}")


def write_folder(parts: Parts, folder: Path, convert: Callable[[Path], bytes] | None = None) -> list[Path]:
    """Write the files of a model, its card and the page into a folder. Return what was written.

    Args:
        parts: the model.
        folder: an empty folder.
        convert: makes the ONNX graph of a checkpoint; None to copy the checkpoints as they are.

    Raises:
        OSError: a file cannot be read or written.
    """
    suffix = ".safetensors" if convert is None else ".onnx"
    contents = {
        f"{name}{suffix}": path.read_bytes() if convert is None else convert(path)
        for path, name in parts.unique().items()
    }
    contents["engine.toml"] = card_text(parts, suffix).encode()
    contents[PAGE] = Path(portable.__file__).read_bytes()
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


def card_text(parts: Parts, suffix: str) -> str:
    """Return the folder's own card: the files by their new names."""
    names = parts.unique()
    rejects = "" if parts.card.rejects else "rejects = false\n"
    if not parts.is_composed:
        kind = "native" if suffix == ".safetensors" else "onnx"
        return f'kind = "{kind}"\npath = "{MODEL}{suffix}"\n{rejects}'
    first = f'first = "{parts.first}"\n' if parts.first is not None else ""
    experts = "".join(f'{name} = "{names[path.resolve()]}{suffix}"\n' for name, path in parts.files.items())
    routes = "".join(
        f'\n[[route]]\ncontains = {_toml(route.contains)}\nexpert = "{route.expert}"\n' for route in parts.routes
    )
    return f'kind = "experts"\n{first}{rejects}\n[experts]\n{experts}{routes}'


def _toml(text: str) -> str:
    """Return a text as a TOML string: what JSON writes, except for one character that only TOML escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
