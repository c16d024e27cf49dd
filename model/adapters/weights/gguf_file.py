"""The header of a GGUF file (ggml/docs/gguf.md).

    magic, version, tensors, pairs        "GGUF" u32 u64 u64
    each pair                             key, type, value
    each tensor                           name, dimensions, type, place in the data
    data                                  from the next multiple of the alignment on

The header is read before llama.cpp opens the file, so that a fault is reported in one line and a file that is cut short
is refused.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from typing import BinaryIO

import attrs

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut, quoted

MAGIC = b"GGUF"
VERSIONS = (2, 3)

LARGEST_HEADER = 1 << 28
"""Most bytes of a header that are read: the largest vocabularies take about 10 MB."""

ALIGNMENT = 32
"""Alignment of the data, if the header names no other."""

TEXT, ARRAY = 8, 9
NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
"""Types of values, with their codes in `struct`."""

# fmt: off
TENSORS = {
    #    name     numbers of a block, bytes of it
    0:  ("F32",     1,   4),
    1:  ("F16",     1,   2),
    2:  ("Q4_0",   32,  18),
    3:  ("Q4_1",   32,  20),
    6:  ("Q5_0",   32,  22),
    7:  ("Q5_1",   32,  24),
    8:  ("Q8_0",   32,  34),
    10: ("Q2_K",  256,  84),
    11: ("Q3_K",  256, 110),
    12: ("Q4_K",  256, 144),
    13: ("Q5_K",  256, 176),
    14: ("Q6_K",  256, 210),
    30: ("BF16",    1,   2),
}
# fmt: on
"""Types of tensors (ggml.h). The size of other types is not known here; llama.cpp checks them."""

PLAIN = ("F32", "F16", "BF16")
"""Types that store numbers without quantization."""

OTHERS = {"adapter": "a LoRA adapter: merge it into its model", "mmproj": "an image projector: name its model"}
"""Files that are no model (general.type), with the way out."""

Value = str | float | int | bool | None


@attrs.frozen
class Header:
    """The content of a header.

    Attributes:
        values: texts and numbers by key; for an array, its length.
        types: the types of the tensors, the most frequent first.
        end: the least size of the whole file, in bytes.
    """

    values: Mapping[str, Value] = attrs.field(repr=False)
    types: tuple[str, ...]
    end: int

    @property
    def architecture(self) -> str:
        """The architecture, such as `llama`."""
        return str(self.values.get("general.architecture", ""))

    @property
    def context(self) -> int:
        """The context length that the model was trained with; 0 if the header does not give it."""
        found = self.values.get(f"{self.architecture}.context_length")
        return found if type(found) is int else 0

    @property
    def has_end(self) -> bool:
        """Whether the header names a token that ends a text."""
        return type(self.values.get("tokenizer.ggml.eos_token_id")) is int

    @property
    def quantized(self) -> tuple[str, ...]:
        """The types of its quantized tensors."""
        return tuple(name for name in self.types if name not in PLAIN)


class DamagedError(ValueError):
    """A header that is cut short or holds an invalid value."""


def read_header(path: str) -> Header:
    """Return the header of a model that generates text.

    Raises:
        EngineError: the file is no complete GGUF file, or holds another kind of model.
    """
    if not os.path.isfile(path):
        got = "a folder" if os.path.isdir(path) else "no file" if path else "nothing"
        raise EngineError(f"gguf:FILE must name a GGUF file, got {got} at {quoted(path)}")
    try:
        with open(path, "rb") as file:
            start, size = file.read(len(MAGIC)), os.fstat(file.fileno()).st_size
            if start != MAGIC:
                way_out = "llama.cpp's convert_hf_to_gguf.py makes one of a Hugging Face folder"
                raise EngineError(f"gguf:FILE must name a GGUF file, got {quoted(path)}, which is not one: {way_out}")
            header = _Reader(file, min(size, LARGEST_HEADER)).header()
    except OSError as error:
        raise EngineError(f"{quoted(path)} cannot be read: {error.strerror}") from error
    except (DamagedError, UnicodeDecodeError) as error:
        raise EngineError(f"{quoted(path)} must be a complete GGUF file, got one {error}: download it again") from error
    if header.end > size:
        fault = f"got {size:,} bytes of {header.end:,}"
        raise EngineError(f"{quoted(path)} must be a complete GGUF file, {fault}: download it again")
    _check_kind(path, header)
    return header


def _check_kind(path: str, header: Header) -> None:
    kind = str(header.values.get("general.type", "model"))
    if kind in OTHERS or header.architecture == "clip":
        raise EngineError(f"{quoted(path)} must be a model, got {OTHERS.get(kind, OTHERS['mmproj'])}")
    if header.values.get(f"{header.architecture}.attention.causal") is False:
        got = f"got a {cut(header.architecture, 40)} model that reads in both directions"
        raise EngineError(f"{quoted(path)} must be a model that generates one token after another, {got}")
    words, tokens = header.values.get("tokenizer.ggml.model"), header.values.get("tokenizer.ggml.tokens")
    if not tokens or words in (None, "no_vocab"):
        raise EngineError(
            f"{quoted(path)} must hold its tokenizer (tokenizer.ggml.tokens), got none: convert it with its vocabulary"
        )
    if header.values.get("split.no") not in (None, 0):
        raise EngineError(
            f"{quoted(path)} must be the first part of its model: name the file with 00001-of- in its name"
        )


class _Reader:
    """Reads values from a file up to a limit."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.file, self.limit, self.place = file, limit, len(MAGIC)

    def header(self) -> Header:
        version = self.number("I")
        if version not in VERSIONS:
            raise DamagedError(f"of version {version:,}, not {VERSIONS[0]} or {VERSIONS[1]}")
        tensors, pairs = self.number("Q"), self.number("Q")
        values = dict(self.pair() for _ in range(self.count(pairs, 13)))
        infos = [self.tensor() for _ in range(self.count(tensors, 24))]
        alignment = values.get("general.alignment", ALIGNMENT)
        if type(alignment) is not int or not 0 < alignment <= LARGEST_HEADER:
            raise DamagedError(f"with an alignment of {quoted(alignment)}")
        data = -(-self.place // alignment) * alignment
        names = [name for name, _ in infos]
        types = sorted(set(names), key=lambda name: (-names.count(name), name))
        return Header(values, tuple(types), data + max((end for _, end in infos), default=0))

    def pair(self) -> tuple[str, Value]:
        key = self.text()
        return key, self.value(self.number("I"))

    def value(self, kind: int) -> Value:
        """Read a value of that type; for an array, return its length."""
        if kind == TEXT:
            return self.text()
        if kind != ARRAY:
            return self.number(self.known(kind))
        inner, count = self.number("I"), self.number("Q")
        if inner in (TEXT, ARRAY):
            for _ in range(self.count(count, 8)):
                self.value(inner) if inner == ARRAY else self.skip(self.number("Q"))
        else:
            self.skip(count * struct.calcsize(f"<{self.known(inner)}"))
        return count

    def tensor(self) -> tuple[str, int]:
        """Return a tensor's type, and the offset in the data at which it ends, as far as its size is known."""
        self.skip(self.number("Q"))
        sizes = [self.number("Q") for _ in range(self.count(self.number("I"), 8))]
        kind, offset = self.number("I"), self.number("Q")
        name, numbers, size = TENSORS.get(kind, (f"type {kind}", 1, 0))
        whole = 1
        for each in sizes:
            whole *= each
        return name, offset + -(-whole // numbers) * size

    def known(self, kind: int) -> str:
        if kind not in NUMBERS:
            raise DamagedError(f"with a value of unknown type {kind:,}")
        return NUMBERS[kind]

    def count(self, count: int, least: int) -> int:
        """Check that `count` items of at least `least` bytes each fit the rest of the file; return their number."""
        if count * least > self.limit - self.place:
            raise DamagedError("that is cut short")
        return count

    def number(self, code: str) -> int:
        return struct.unpack(f"<{code}", self.read(struct.calcsize(f"<{code}")))[0]  # type: ignore[no-any-return]  # or a float

    def text(self) -> str:
        return self.read(self.number("Q")).decode()

    def read(self, size: int) -> bytes:
        self.count(size, 1)
        self.place += size
        content = self.file.read(size)
        if len(content) < size:
            raise DamagedError("that is cut short")
        return content

    def skip(self, size: int) -> None:
        self.count(size, 1)
        self.place += size
        self.file.seek(self.place)
