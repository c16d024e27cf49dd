"""Checkpoints: one safetensors file that holds the weights and, as its metadata, all that is needed to read them.

A checkpoint is data. Loading it executes nothing, and what it says is checked before any tensor is made.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from turncheck.engine.domain import Domain
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.foreign import WRAP, ends_of, file_of
from turncheck.model.adapters.recognise import LARGEST_CHECKPOINT, METADATA_KEY
from turncheck.model.decode import TransformerEngine
from turncheck.model.tokens import Tokenizer, VocabularyError
from turncheck.model.transformer import ModelConfig, Transformer

KEY, FORMAT = METADATA_KEY, "turncheck/1"
"""Under which metadata a checkpoint says what it is, and the version of how it says so."""

DIGEST = "digest"
"""What the metadata call the hash of all else that they say and of all weights; older checkpoints have none."""


class CheckpointError(ValueError):
    """A file that is no checkpoint of ours, or a damaged one.

    Attributes:
        path: the file.
        fault: what is wrong with it and what was expected.
    """

    def __init__(self, path: str | os.PathLike[str], fault: str) -> None:
        super().__init__(os.fspath(path), fault)
        self.path, self.fault = os.fspath(path), fault

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}"


@attrs.frozen
class Metadata:
    """What a checkpoint says of itself.

    Attributes:
        config: the sizes of the model.
        vocabulary: its tokens, by id.
        rules: the domain that it learned, by its name with its version, `duel/1`.
        template: how a case is put to it, likewise: the case's text as it is.
        seed: the seed of its training.
        turns: how many cases it was trained on.
        samplers: the samplers that they came from.
        operators: the operators that damaged some of them.
    """

    config: ModelConfig
    vocabulary: tuple[str, ...]
    rules: str
    template: str
    seed: int
    turns: int
    samplers: tuple[str, ...]
    operators: tuple[str, ...]

    def to_metadata(self, digest: str = "") -> dict[str, str]:
        """As safetensors wants it. One entry, since safetensors writes several in no fixed order.

        Args:
            digest: that of the tensors beside it, if it is to be written.
        """
        return {KEY: json.dumps({"format": FORMAT, **attrs.asdict(self), **({DIGEST: digest} if digest else {})})}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str], domain: Domain) -> Metadata:
        """What those metadata say.

        Args:
            metadata: of a file.
            domain: which the checkpoint must have learned.

        Raises:
            ValueError: a part is missing or is not what it should be.
        """
        if KEY not in metadata:
            got = quoted(sorted(metadata))
            raise ValueError(f"its metadata must have {KEY!r}, got {got}: weights of another program: {WRAP}")
        try:
            parts = json.loads(metadata[KEY])
            found = parts.pop("format")
            if found != FORMAT:
                raise ValueError(f"format must be {FORMAT!r}, got {quoted(found)}")
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


def learned(domain: Domain) -> str:
    """What the checkpoints of a domain say that they learned; those of a variant say so of the domain itself."""
    return (domain.base or domain).name


def _way_out(got: str, wanted: str) -> str:
    if got.partition("/")[0] == wanted.partition("/")[0]:
        return "train it anew on this version, turncheck train"
    return "name its own domain with --domain, or a model of this one"


def _parts(values: dict[str, Any]) -> dict[str, Any]:
    texts = {name: _texts(name, values[name]) for name in ("vocabulary", "samplers", "operators")}
    if not isinstance(values["config"], dict):
        raise TypeError(f"config must be a table, got {type(values['config']).__name__}")
    return {**values, **texts, "config": ModelConfig(**values["config"])}


def _texts(name: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} must be a list of texts")
    return tuple(values)


def save_checkpoint(path: Path, transformer: Transformer, about: Metadata) -> None:
    """Writes the checkpoint, whole or not at all."""
    tensors = {name: tensor.detach().contiguous() for name, tensor in transformer.state_dict().items()}
    write_whole(path, save(tensors, about.to_metadata(digest_of(tensors, about.to_metadata()))))


def digest_of(tensors: dict[str, Tensor], metadata: dict[str, str]) -> str:
    """The hash of a checkpoint's content: of what its metadata say but the hash itself, and of its tensors."""
    said = json.loads(metadata[KEY])
    said.pop(DIGEST, None)
    return digest_of_content(said, tensors)


def digest_of_content(said: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """The hash of what is said, which JSON has, and of tensors."""
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"\n{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that nobody ever sees half of it: beside its place first, then moved there.

    It is on the disk before it is moved: else a machine that stops may keep the new name and not the content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")  # another process may write the same file
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def load_checkpoint(
    path: str | os.PathLike[str], domain: Domain, threads: int = 1
) -> tuple[TransformerEngine, Metadata]:
    """The learned engine that the file holds, and what it says of itself.

    Args:
        path: of the file.
        domain: which the model must have learned.
        threads: on which batches are answered side by side.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is no checkpoint of ours, is damaged, learned another domain, or its weights are not those
            of its config.
    """
    tensors, metadata = read_tensors(path)
    try:
        about = Metadata.from_metadata(metadata, domain)
        tokenizer = Tokenizer(about.vocabulary)
    except (ValueError, VocabularyError) as error:
        raise CheckpointError(path, str(error)) from error
    # On the meta device a transformer costs nothing, so that a config of any size can be compared first.
    with torch.device("meta"):
        transformer = Transformer(about.config)
    _check_tensors(path, tensors, transformer.state_dict())
    _check_digest(path, tensors, metadata)
    transformer.load_state_dict(tensors, assign=True)
    return TransformerEngine(transformer, tokenizer, threads), about


def read_tensors(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a safetensors file.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is no safetensors file, or a damaged one.
    """
    size = os.stat(path).st_size
    if not Path(path).is_file():
        got = "a folder" if Path(path).is_dir() else "something that is none"
        raise CheckpointError(path, f"a checkpoint must be a file, got {got}")
    if size > LARGEST_CHECKPOINT:
        raise CheckpointError(path, f"a checkpoint must be at most {LARGEST_CHECKPOINT} bytes, got {size}")
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118  no dict
    except (SafetensorError, ValueError, TypeError, RuntimeError, OSError) as error:
        raise CheckpointError(path, f"a checkpoint must be a whole safetensors file, {_got(path, size)}") from error


def _got(path: str | os.PathLike[str], size: int) -> str:
    if size == 0:
        return "got an empty one"
    start, end, size = ends_of(Path(path))
    header = int.from_bytes(start[:8], "little")
    if start[8:9] == b"{" and header + 8 <= size:
        return f"got {size} bytes that do not hold what their header says: cut short or damaged"
    what = None if start[8:9] == b"{" else file_of(start, end, size)
    return f"got {what}" if what else f"got {size} bytes that are none, or are cut short"


def _check_tensors(path: str | os.PathLike[str], got: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    if missing := sorted(wanted.keys() - got.keys()):
        raise CheckpointError(path, f"its weights must have {missing[0]} and {len(missing) - 1} more that it has not")
    if foreign := sorted(got.keys() - wanted.keys()):
        raise CheckpointError(path, f"its weights must be those of its config, got {cut(foreign[0], 80)} too")
    for name, tensor in wanted.items():
        shape, expected = tuple(got[name].shape), tuple(tensor.shape)
        if shape != expected or got[name].dtype != torch.float32:
            raise CheckpointError(path, f"{name} must be {expected} torch.float32, got {shape} {got[name].dtype}")
        if not bool(got[name].isfinite().all()):
            raise CheckpointError(path, f"{name} must be finite, got a number that is not")


def _check_digest(path: str | os.PathLike[str], tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    written = json.loads(metadata[KEY]).get(DIGEST)
    if written is not None and written != (found := digest_of(tensors, metadata)):
        raise CheckpointError(path, f"its digest must be {quoted(written)}, got {found}: damaged, get the file anew")
