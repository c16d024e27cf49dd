"""The kinds of models: entry points of the group `turncheck.engines`, in Turncheck and in other packages.

A kind's name is the part before the colon in `KIND:TARGET`. Its value is a factory: it gets the part after the colon,
and returns a learned engine or raises `EngineError` with the way out.

    def gguf(target: str, *, threads: int = 1) -> LearnedEngine: ...

Its other parameters are its options, by name. If they are annotated with a plain type, values are checked against it.
Three parameters are no options: `domain` gets the domain against which the model is checked, `rules` gets the rules in
force if the domain has variants (`Domain.variant`), and `template` gets the wording of prompts
(`turncheck.model.adapters.templates.Template`). Listing the kinds imports none of them.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine, described
from turncheck.engine.visible import quoted, type_name

if TYPE_CHECKING:
    from turncheck.model.adapters.templates import Template

GROUP = "turncheck.engines"

Factory = Callable[..., LearnedEngine]

CALIBRATION = ("reference", "identity", "noisy")
"""Kinds that only know the domain's own wording. With a template they translate both ways, which tests the template."""

GIVEN = ("domain", "rules", "template", "beside_the_spec")
"""Parameters of a factory that are no options. The last is for `py:`, whose options have arbitrary names: it gets
the names of all arguments given with the SPEC, including the keys that every kind has.
"""

FILE_KINDS = {
    "native": "its checkpoint",
    "predictions": "its answers",
    "nanogpt": "its ckpt.pt",
    "gguf": "its weights",
    "onnx": "its graph",
    "torch": "its state_dict",
}
"""Kinds made from one data file, and what the file holds: a card may name a file in its own folder."""

FOLDER_KINDS = ("hf",)
"""Kinds made from a folder of data: a card may stand for its own folder."""

DATA_KINDS = ("native", "experts", "hf", *CALIBRATION, "predictions", "nanogpt", "gguf", "onnx", "torch")
"""Kinds that a card may name: they execute nothing that the card names, and contact no host."""


# fmt: off
ABOUT = {
    #                how it is named                    what it is                              what it needs
    "native":      ("PATH or native:PATH",             "a turncheck checkpoint",               "torch, safetensors"),
    "experts":     ("CARD or FOLDER with a card",      "several models behind one card",       ""),
    "hf":          ("FOLDER or hf:FOLDER",             "a Hugging Face folder",                "transformers, torch"),
    "reference":   ("reference",                       "the domain's reference",               ""),
    "identity":    ("identity",                        "a copier: answers what it reads",      ""),
    "noisy":       ("noisy:P",                         "the reference with random errors",     ""),
    "py":          ("py:MODULE:ATTR, py:FILE.py:ATTR", "a callable, in this process",          ""),
    "exec":        ("exec:COMMAND",                    "your own process, JSON lines",         ""),
    "openai":      ("openai:URL",                      "an OpenAI-compatible completions API", ""),
    "openai-chat": ("openai-chat:URL",                 "an OpenAI-compatible chat API",        ""),
    "predictions": ("predictions:FILE",                "answers that were made elsewhere",     ""),
    "nanogpt":     ("PATH or nanogpt:PATH",            "a nanoGPT run: ckpt.pt, meta.pkl",     "torch"),
    "gguf":        ("PATH or gguf:PATH",               "a llama.cpp model, one file",          "xllamacpp"),
    "onnx":        ("PATH or onnx:PATH",               "an ONNX graph that gives logits",      "onnxruntime"),
    "torch":       ("torch:PATH",                      "a state_dict, with arch=py:FILE:NAME", "torch"),
}
# fmt: on


@attrs.frozen
class Kind:
    """A kind: its name and its entry points; more than one if several packages define the name."""

    name: str
    entries: tuple[EntryPoint, ...]

    @property
    def homes(self) -> list[str]:
        """The packages that define it, each with the object that it names."""
        return [f"{_package(entry)} ({entry.value})" for entry in self.entries]

    @property
    def about(self) -> tuple[str, str, str]:
        """How a model of this kind is named, what it is, and which modules it needs."""
        entry = self.entries[0]
        if self.name in ABOUT and _package(entry) == "turncheck":
            return ABOUT[self.name]
        return f"{self.name}:TARGET", " and ".join(f"of {home}" for home in self.homes), entry.module.partition(".")[0]

    @property
    def state(self) -> str:
        """Whether it can be used here; imports nothing."""
        if len(self.entries) > 1:
            return "no: more than one package has it"
        return f"no: {self.missing} is not installed" if self.missing else "yes"

    @property
    def missing(self) -> str:
        """The first required module that is not installed; empty if all are. Imports nothing."""
        _, _, needed = self.about
        return next((module for module in needed.split(", ") if module and not _is_there(module)), "")

    def factory(self) -> Factory:
        """Import and return the factory.

        Raises:
            EngineError: two packages have a kind of that name, or importing it raised.
        """
        if len(self.entries) > 1:
            raise EngineError(f"kind {self.name} is defined by {' and by '.join(self.homes)}: uninstall one of them")
        (entry,) = self.entries
        try:
            factory: object = entry.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise EngineError(f"kind {self.name} of {_package(entry)} cannot be loaded: {described(error)}") from error
        if not callable(factory):
            raise EngineError(f"kind {self.name} of {self.homes[0]} must be callable, got {type_name(factory)}")
        return factory

    def takes(self, option: str) -> bool:
        """Return whether it has an option of that name.

        Raises:
            EngineError: as `factory`.
        """
        return option in inspect.signature(self.factory()).parameters and option not in GIVEN


def kinds() -> dict[str, Kind]:
    """Return all kinds by name: Turncheck's own first, then those of other packages."""
    found: dict[str, dict[tuple[str, str], EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, {})[_package(entry), entry.value] = entry
    names = [*(name for name in ABOUT if name in found), *sorted(found.keys() - ABOUT.keys())]
    return {name: Kind(name, tuple(found[name].values())) for name in names}


def kind_of(name: str) -> Kind:
    """Return the kind of that name.

    Raises:
        EngineError: there is no such kind.
    """
    known = kinds()
    if name not in known:
        near = get_close_matches(name, known, 1, cutoff=0.7)
        hint = f"; did you mean {near[0]}?" if near else _module_hint(name)
        raise EngineError(f"there is no kind {quoted(name)}{hint} (kinds: {', '.join(known)}; see turncheck models)")
    return known[name]


def _module_hint(name: str) -> str:
    """Return the hint for a kind that is the name of a module in the current folder."""
    file = f"{name.replace('.', '/')}.py"
    return f"; a function in {file} is py:{name}:FUNCTION" if os.path.isfile(file) else ""


def made(
    kind: Kind,
    target: str,
    options: Mapping[str, Any],
    domain: Domain,
    beside: Collection[str] = (),
    template: Template | None = None,
) -> LearnedEngine:
    """Return the learned engine that the kind makes of a target.

    Args:
        kind: the kind.
        target: the part of the SPEC after the colon.
        options: the options, by name.
        domain: the domain, or the variant, against which the model is checked.
        beside: the names of all arguments given with the SPEC.
        template: the wording of prompts; None for the domain's own.

    Raises:
        EngineError: an option is unknown or of another type, or the factory refused the target.
    """
    factory = kind.factory()
    try:
        parameters = dict(inspect.signature(factory, eval_str=True).parameters)
    except (NameError, TypeError, ValueError, SyntaxError):  # annotations that cannot be evaluated, or no signature
        parameters = dict(inspect.signature(factory).parameters)
    given = checked(kind.name, options, parameters)
    ours = {"domain": domain, "rules": domain.variant, "beside_the_spec": beside}
    ours |= {} if template is None else {"template": template}
    given |= {name: value for name, value in ours.items() if name in parameters}
    try:
        return factory(target, **given)
    except EngineError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a factory may raise anything, pytest's outcomes included
        raise EngineError(f"kind {kind.name} raised {described(error)}") from error


# --- options ---------------------------------------------------------------------------------------------------------


LARGEST_INT = 1 << 63
"""Integer options must be smaller than this in absolute value."""


def checked(kind: str, options: Mapping[str, Any], parameters: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """Check and return the options.

    Raises:
        EngineError: an option is unknown, or its value is of another type.
    """
    named = {name: each for name, each in list(parameters.items())[1:] if name not in GIVEN}
    takes_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in named.values())
    known = [name for name, each in named.items() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    given = {}
    for name, value in options.items():
        if name not in known and not takes_any:
            raise EngineError(f"{kind} has no option {quoted(name)}{_hint(name, known)}")
        given[name] = _fitting(name, value, named[name].annotation) if name in known else value
    return given


def _hint(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0.7)
    takes = f"it takes {', '.join(known)}" if known else "it takes none"
    return (f"; did you mean {near[0]}? " if near else "; ") + takes


_WORDS = {bool: "true or false", int: "an int", float: "a number", str: "a text", list: "a list of texts"}


def _fitting(name: str, value: Any, annotation: Any) -> Any:
    """Return the value if it has the annotated type; an int is accepted as a float. Unknown annotations accept
    anything.
    """
    wanted = [each for each in _plain_types(annotation) if each in _WORDS]
    if type(value) is int and abs(value) >= LARGEST_INT:
        raise EngineError(f"option {name} must be a number below 2**63, got one of {value.bit_length():,} bits")
    if not wanted or (type(value) in wanted and (type(value) is not list or _are_texts(value))):
        return value
    if float in wanted and type(value) is int:
        return float(value)
    demand, shown = " or ".join(_WORDS[each] for each in wanted), quoted(value)
    hint = f" (as a text: {name}='\"{shown}\"')" if str in wanted and type(value) in (int, float, bool) else ""
    raise EngineError(f"option {name} must be {demand}, got {shown}{hint}")


def _plain_types(annotation: Any) -> list[Any]:
    """Return the types in an annotation such as `list[str] | None`."""
    members = getattr(annotation, "__args__", ()) if getattr(annotation, "__origin__", None) is not list else ()
    found = [each for member in members for each in _plain_types(member)]
    return found or [getattr(annotation, "__origin__", annotation)]


def _are_texts(value: list[Any]) -> bool:
    return all(isinstance(each, str) for each in value)


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "an unknown package"


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
