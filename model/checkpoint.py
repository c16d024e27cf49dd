"""Checkpoints: one safetensors file with the weights and, in its metadata, everything needed to use them.

A checkpoint is data. Loading it executes nothing, and its metadata are checked before any tensor is created.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import attrs
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.overrides import TorchFunctionMode

from turncheck.engine.domain import Domain
from turncheck.engine.learned import Training
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.foreign import WRAP, ends_of, file_of
from turncheck.model.adapters.recognise import LARGEST_CHECKPOINT, METADATA_KEY
from turncheck.model.compact import compact
from turncheck.model.decode import TransformerEngine
from turncheck.model.dense import Dense
from turncheck.model.one_pass import OnePass, OnePassEngine
from turncheck.model.portable import COMPACT, PLAIN, expanded
from turncheck.model.reader import Reader, ReaderEngine
from turncheck.model.rounding import packed, unpacked
from turncheck.model.tokens import Tokenizer, VocabularyError
from turncheck.model.transformer import AUTOREGRESSIVE, DENSE, ONE_PASS, READER, ModelConfig, Transformer

KEY = METADATA_KEY
"""The key of a checkpoint's metadata."""

DIGEST = "digest"
"""The key, in the metadata, of the hash of all other metadata and all weights; older checkpoints have none."""


class CheckpointError(ValueError):
    """A file that is no Turncheck checkpoint, or is damaged.

    Attributes:
        path: the file.
        fault: what is wrong with it, and what was expected.
    """

    def __init__(self, path: str | os.PathLike[str], fault: str) -> None:
        super().__init__(os.fspath(path), fault)
        self.path, self.fault = os.fspath(path), fault

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}"


@attrs.frozen
class Metadata:
    """The description of a checkpoint.

    Attributes:
        config: the sizes of the model.
        vocabulary: its tokens, by id.
        rules: the name and version of the domain that it learned, `duel/1`.
        template: the wording that it learned, always the domain's own, under the same name.
        seed: the seed of its training.
        turns: the number of cases that it was trained on.
        samplers: the samplers of these cases.
        operators: the operators that damaged some of them.
        stages: the stages that it learned (`turncheck.engine.stages`); none for the whole.
        rounded: whether its matrices are stored in eight bits (`turncheck.model.rounding`).
        core_hours: the processor time of its training, over all threads, in hours; 0 if nobody recorded it.
        given: the number of texts that it was given besides those that it drew: counterexamples.
        seen: the number of these that are not from training seeds, so that a sweep or a law may ask them.
    """

    config: ModelConfig
    vocabulary: tuple[str, ...]
    rules: str
    template: str
    seed: int
    turns: int
    samplers: tuple[str, ...]
    operators: tuple[str, ...]
    stages: tuple[str, ...] = ()
    rounded: bool = False
    core_hours: float = 0.0
    given: int = 0
    seen: int = 0

    def to_metadata(self, digest: str = "") -> dict[str, str]:
        """Return the metadata for safetensors: one entry, because safetensors writes several in no fixed order.

        Args:
            digest: the hash to include; empty to include none.
        """
        said = {**compact(attrs.asdict(self)), **({DIGEST: digest} if digest else {})}
        return {KEY: json.dumps(said, separators=(",", ":"))}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str], domain: Domain) -> Metadata:
        """Parse the metadata of a file.

        Args:
            metadata: the metadata.
            domain: the domain that the checkpoint must have learned.

        Raises:
            ValueError: an entry is missing or invalid.
        """
        if KEY not in metadata:
            got = quoted(sorted(metadata))
            raise ValueError(f"its metadata must have {KEY!r}, got {got}: these are weights of another program: {WRAP}")
        try:
            parts = expanded(json.loads(metadata[KEY]))
            found = parts.pop("format")
            if found != PLAIN:
                raise ValueError(f"format must be {COMPACT!r}, got {quoted(found)}")
            parts.pop(DIGEST, None)
            about = cls(**_parts(parts))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"its metadata cannot be read: {cut(repr(error), 200)}") from error
        return about._checked(learned(domain))

    def _checked(self, domain: str) -> Metadata:
        if self.rules != domain:
            got = cut(self.rules, 80) if isinstance(self.rules, str) else quoted(self.rules)
            raise ValueError(f"it must have learned {domain}, got {got}: {_way_out(got, domain)}")
        if self.template != domain:
            raise ValueError(f"its template must be {domain!r}, got {quoted(self.template)}")
        if len(self.vocabulary) != self.config.vocabulary:
            demand = f"its vocabulary must have {self.config.vocabulary} tokens (config.vocabulary)"
            raise ValueError(f"{demand}, got {len(self.vocabulary)}")
        return self


TEXTS = ("vocabulary", "samplers", "operators", "stages")
"""The entries that are lists of texts. Older checkpoints have no stages."""


def learned(domain: Domain) -> str:
    """Return the domain's name in its checkpoints; for a variant, the name of the domain that it is a variant of."""
    return (domain.base or domain).name


def _way_out(got: str, wanted: str) -> str:
    if got.partition("/")[0] == wanted.partition("/")[0]:
        return "train it again on this version, turncheck train"
    return "name its own domain with --domain, or a model of this one"


def _parts(values: dict[str, Any]) -> dict[str, Any]:
    texts = {name: _texts(name, values[name]) for name in TEXTS if name in values or name != "stages"}
    if type(values.get("rounded", False)) is not bool:
        raise TypeError(f"rounded must be true or false, got {quoted(values['rounded'])}")
    for name in ("given", "seen"):
        if type(values.get(name, 0)) is not int or values.get(name, 0) < 0:
            raise TypeError(f"{name} must be a whole number, 0 or more, got {quoted(values[name])}")
    hours = values.get("core_hours", 0.0)
    if type(hours) not in (int, float) or not 0 <= hours < inf:
        raise TypeError(f"core_hours must be a number, 0 or more, got {quoted(hours)}")
    if not isinstance(values["config"], dict):
        raise TypeError(f"config must be a table, got {type(values['config']).__name__}")
    return {**values, **texts, "config": ModelConfig(**values["config"])}


def _texts(name: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} must be a list of texts")
    return tuple(values)


def save_checkpoint(path: Path, model: Model, about: Metadata) -> None:
    """Write the checkpoint, completely or not at all."""
    tensors = {name: tensor.detach().contiguous() for name, tensor in model.state_dict().items()}
    if about.rounded:
        tensors = packed(tensors)
    write_whole(path, save(tensors, about.to_metadata(digest_of(tensors, about.to_metadata()))))


def digest_of(tensors: dict[str, Tensor], metadata: dict[str, str]) -> str:
    """Return the hash of a checkpoint: of its metadata, without the hash itself, and of its tensors."""
    said = json.loads(metadata[KEY])
    said.pop(DIGEST, None)
    return digest_of_content(said, tensors)


def digest_of_content(said: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """Return the hash of values that JSON can express, and of tensors."""
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"\n{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no reader sees an incomplete one: to a temporary file in the same folder, which is then
    renamed.

    The content is flushed to the disk before the rename. Otherwise, a machine that crashes may keep the new name
    without the content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")  # another process may be writing the same file
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def load_checkpoint(path: str | os.PathLike[str], domain: Domain, threads: int = 1) -> tuple[Engine, Metadata]:
    """Return the learned engine in a file, and its description.

    Args:
        path: the path of the file.
        domain: the domain that the model must have learned.
        threads: threads that answer batches in parallel.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is no Turncheck checkpoint, is damaged, learned another domain, or its weights do not
            match its config.
    """
    tensors, metadata = read_tensors(path)
    try:
        about = Metadata.from_metadata(metadata, domain)
        tokenizer = Tokenizer(about.vocabulary)
    except (ValueError, VocabularyError) as error:
        raise CheckpointError(path, str(error)) from error
    # On the meta device a transformer needs no memory, so a config of any size can be compared with the weights first.
    with torch.device("meta"), _Uninitialised():
        model = model_of(about.config)
    _check_tensors(path, tensors, _stored(model.state_dict(), about.rounded))
    _check_digest(path, tensors, metadata)
    model.load_state_dict(unpacked(tensors), assign=True)
    training = Training(about.samplers, about.operators, about.turns, about.core_hours or None, about.seen)
    return engine_of(model, tokenizer, threads, training), about


Model = Transformer | OnePass | Dense | Reader
Engine = TransformerEngine | OnePassEngine | ReaderEngine

MODELS: Mapping[str, type[Model]] = {AUTOREGRESSIVE: Transformer, ONE_PASS: OnePass, DENSE: Dense, READER: Reader}
"""The class of each kind of model."""


def model_of(config: ModelConfig) -> Model:
    """Return a new model of these sizes, of the kind that they say."""
    return MODELS[config.kind](config)


def engine_of(model: Model, tokenizer: Tokenizer, threads: int = 1, training: Training | None = None) -> Engine:
    """Return the learned engine of a model."""
    if isinstance(model, Transformer):
        return TransformerEngine(model, tokenizer, threads, training)
    if isinstance(model, Reader):
        return ReaderEngine(model, tokenizer, training)
    return OnePassEngine(model, tokenizer, threads, training)


def _stored(tensors: Mapping[str, Tensor], is_rounded: bool) -> dict[str, Tensor]:
    """Return the tensors that a checkpoint of a model with those tensors holds."""
    return packed(tensors) if is_rounded else dict(tensors)


class _Uninitialised(TorchFunctionMode):
    """Within it, modules are made without initial weights: on the meta device, drawing those would import PyTorch's
    compiler, which takes longer than everything else here.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Leave out what `torch.nn.init` does; call any other function."""
        given = kwargs or {}
        if getattr(func, "__module__", "") == "torch.nn.init":
            return given.get("tensor", args[0] if args else None)
        return func(*args, **given)


def read_tensors(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the tensors and the metadata of a safetensors file.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is no safetensors file, or is damaged.
    """
    size = os.stat(path).st_size
    if not Path(path).is_file():
        got = "a folder" if Path(path).is_dir() else "something else"
        raise CheckpointError(path, f"a checkpoint must be a file, got {got}")
    if size > LARGEST_CHECKPOINT:
        raise CheckpointError(path, f"a checkpoint must be at most {LARGEST_CHECKPOINT} bytes, got {size}")
    try:
        with safe_open(path, framework="pt") as file:
            # Cloned: a tensor that is mapped from the file changes if another program writes the file meanwhile.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118  no dict
            return tensors, file.metadata() or {}
    except (SafetensorError, ValueError, TypeError, RuntimeError, OSError) as error:
        raise CheckpointError(path, f"a checkpoint must be a complete safetensors file, {_got(path, size)}") from error


def _got(path: str | os.PathLike[str], size: int) -> str:
    if size == 0:
        return "got an empty one"
    start, end, size = ends_of(Path(path))
    header = int.from_bytes(start[:8], "little")
    if start[8:9] == b"{" and header + 8 <= size:
        return f"got {size} bytes that do not match their header: cut short or damaged"
    what = None if start[8:9] == b"{" else file_of(start, end, size)
    return f"got {what}" if what else f"got {size} bytes of no known format, or cut short"


def _check_tensors(path: str | os.PathLike[str], got: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    if missing := sorted(wanted.keys() - got.keys()):
        raise CheckpointError(path, f"its weights lack {missing[0]} and {len(missing) - 1} more")
    if foreign := sorted(got.keys() - wanted.keys()):
        raise CheckpointError(path, f"its weights must match its config, got the unexpected {cut(foreign[0], 80)}")
    for name, tensor in wanted.items():
        shape, expected = tuple(got[name].shape), tuple(tensor.shape)
        if shape != expected or got[name].dtype != tensor.dtype:
            raise CheckpointError(path, f"{name} must be {expected} {tensor.dtype}, got {shape} {got[name].dtype}")
        if not bool(got[name].isfinite().all()):
            raise CheckpointError(path, f"{name} must be finite, got inf or NaN")


def _check_digest(path: str | os.PathLike[str], tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    written = json.loads(metadata[KEY]).get(DIGEST)
    if written is not None and written != (found := digest_of(tensors, metadata)):
        raise CheckpointError(path, f"its digest must be {quoted(written)}, got {found}: damaged, download it again")
