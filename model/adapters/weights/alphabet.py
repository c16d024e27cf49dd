"""Vocabularies of models that other programs trained: one token per character, or the pieces of a tokenizer.json.

nanoGPT keeps its characters in `meta.pkl`. A pickle can name any function to call when it is loaded. Here an unpickler
that resolves no names reads it, so only plain dicts, texts and numbers are loaded and nothing runs.
"""

from __future__ import annotations

import io
import json
import os
import pickle
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut, quoted

LARGEST_VOCABULARY = 1 << 24
"""Most bytes of a file with a vocabulary of characters: usual ones have some thousands."""

ENDS = ("<|endoftext|>", "<|end|>", "<end>", "<eos>", "<EOS>", "[EOS]", "</s>")
"""Tokens of several characters that end a text, in vocabularies that have them."""

SHAPES = 'a list of characters in the order of their ids, {"a": 0, ...}, or an object with "itos" or "stoi"'


class Vocabulary(Protocol):
    """Converts between texts and token ids."""

    @property
    def size(self) -> int:
        """The number of tokens; ids are below it."""
        ...

    @property
    def ends(self) -> tuple[str, ...]:
        """The tokens that end a text."""
        ...

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text.

        Raises:
            UnknownCharacterError: the vocabulary lacks one of the characters.
        """
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some ids, with U+FFFD for an id beyond the vocabulary."""
        ...


class UnknownCharacterError(ValueError):
    """A text has characters that the model's vocabulary lacks.

    Attributes:
        characters: the missing characters, each once.
        known: the tokens of the text before the first missing character.
    """

    def __init__(self, characters: str, known: list[int]) -> None:
        super().__init__(characters, known)
        self.characters, self.known = characters, known

    def __str__(self) -> str:
        return f"the model's vocabulary lacks {listed(self.characters)}"


def listed(characters: str, most: int = 8) -> str:
    """Return some characters for a message."""
    more = f" and {len(characters) - most} more" if len(characters) > most else ""
    return ", ".join(ascii(each) for each in characters[:most]) + more


@attrs.frozen
class Characters:
    """One token per character. A piece of several characters, such as an end token, can be written but is never read.

    Attributes:
        pieces: the text of each id.
        ids: the id of each text.
    """

    pieces: tuple[str, ...]
    ids: Mapping[str, int] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "ids", {piece: index for index, piece in enumerate(self.pieces)})
        if len(self.ids) != len(self.pieces):
            twice = next(piece for index, piece in enumerate(self.pieces) if self.ids[piece] != index)
            raise EngineError(f"a vocabulary must have each character once, got {quoted(twice)} twice")
        if "" in self.ids or not self.pieces:
            raise EngineError(f"a vocabulary must have characters, got {'an empty one' if self.pieces else 'none'}")

    @property
    def size(self) -> int:
        """The number of tokens."""
        return len(self.pieces)

    @property
    def ends(self) -> tuple[str, ...]:
        """The tokens that end a text."""
        return tuple(end for end in ENDS if end in self.ids)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, one per character; a text that is a whole piece has that piece's id."""
        if text in self.ids:
            return [self.ids[text]]
        found = [self.ids.get(character, -1) for character in text]
        if -1 in found:
            lacking = "".join(dict.fromkeys(each for each, token in zip(text, found, strict=True) if token < 0))
            raise UnknownCharacterError(lacking, found[: found.index(-1)])
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some ids."""
        return "".join(self.pieces[token] if token < len(self.pieces) else "\ufffd" for token in ids)


class Pieces:
    """The pieces of a tokenizer.json, by the library tokenizers."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer, self.size = tokenizer, int(tokenizer.get_vocab_size())
        self.ends = tuple(end for end in ENDS if tokenizer.token_to_id(end) is not None)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without special tokens."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some ids."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=False))


# --- where they are kept ----------------------------------------------------------------------------------------------


def of_tokenizer(path: str) -> Pieces:
    """Return the pieces of the tokenizer.json at that path.

    Raises:
        EngineError: tokenizers is not installed, or cannot read the file.
    """
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise EngineError("tokenizer= needs tokenizers, which is not installed: pip install tokenizers") from error
    if not os.path.isfile(path):
        raise EngineError(f"tokenizer must be the path of a tokenizer.json, got {quoted(path)}, which is no file")
    try:
        return Pieces(Tokenizer.from_file(path))
    except Exception as error:  # the library raises bare exceptions
        got = cut(" ".join(str(error).split()), 120)
        raise EngineError(
            f"tokenizer must be a tokenizer.json that tokenizers can read, got one that fails: {got}"
        ) from error


def of_option(given: str) -> Characters:
    """Return the vocabulary of the option `vocabulary`: the characters in the order of their ids, or the path of a JSON
    file.
    """
    if not given.endswith(".json"):
        return Characters(tuple(given))
    content = _content("vocabulary", given)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EngineError(
            f"vocabulary must be the path of a JSON file, got {quoted(given)}, which is not JSON"
        ) from error
    return _characters(f"vocabulary {quoted(given)}", value, SHAPES)


class _Plain(pickle.Unpickler):
    """An unpickler for plain values only: it refuses whatever the pickle names to be called or instantiated."""

    def find_class(self, module: str, name: str) -> Any:
        raise _NamedError(f"{module}.{name}")


class _NamedError(Exception):
    """A pickle names an object."""


def of_meta(path: str) -> Characters:
    """Return the characters of a `meta.pkl`, as nanoGPT's prepare.py writes it.

    Raises:
        EngineError: the file is no plain pickle of a vocabulary.
    """
    content = _content("meta", path)
    shown, demand = (
        quoted(path),
        "must be a pickle of plain dicts, texts and numbers, as nanoGPT's prepare.py writes it",
    )
    try:
        value = _Plain(io.BytesIO(content)).load()
    except KeyboardInterrupt:
        raise
    except _NamedError as error:
        got = f"got one that would run {quoted(str(error))}: nothing was run; give the characters with vocabulary="
        raise EngineError(f"meta {shown} {demand}, {got}") from error
    except BaseException as error:  # a damaged pickle may raise anything
        raise EngineError(f"meta {shown} {demand}, got one that is damaged, or no pickle") from error
    return _characters(f"meta {shown}", value, "a dict with itos or stoi")


def _content(option: str, path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            raise EngineError(f"{option} must be the path of a file, got {quoted(path)}, which is no file")
        with open(path, "rb") as file:
            content = file.read(LARGEST_VOCABULARY + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, EngineError):
            raise
        raise EngineError(f"{option} {quoted(path)} cannot be read: {getattr(error, 'strerror', error)}") from error
    if len(content) > LARGEST_VOCABULARY:
        raise EngineError(f"{option} {quoted(path)} must have at most {LARGEST_VOCABULARY:,} bytes")
    return content


def _characters(what: str, value: object, demand: str) -> Characters:
    """Return the vocabulary in a value: a list, {text: id}, or a dict with `itos` and `stoi`, which must agree."""
    itos, stoi = (value.get("itos"), value.get("stoi")) if isinstance(value, dict) else (value, None)
    if isinstance(value, dict) and itos is None and stoi is None:
        stoi = value
    tables = [table for table in (_by_id(itos), _by_text(stoi)) if table is not None]
    if not tables or any(sorted(table) != list(range(len(table))) for table in tables):
        raise EngineError(f"{what} must hold {demand}, with the ids 0, 1, 2 and so on, got {quoted(value)}")
    if tables[0] != tables[-1]:
        raise EngineError(f"{what} must have an itos that is the reverse of its stoi, got two that differ")
    return Characters(tuple(tables[0][token] for token in range(len(tables[0]))))


def _by_id(itos: object) -> dict[int, str] | None:
    items = enumerate(itos) if isinstance(itos, list) else itos.items() if isinstance(itos, dict) else ()
    table = {_id(token): text for token, text in items}
    return table if table and None not in table and all(type(text) is str for text in table.values()) else None  # type: ignore[return-value]


def _by_text(stoi: object) -> dict[int, str] | None:
    if not isinstance(stoi, dict):
        return None
    found = _by_id({token: text for text, token in stoi.items() if type(token) in (int, str)})
    return found if found is not None and len(found) == len(stoi) else None


def _id(token: object) -> int | None:
    """Return an id; JSON writes the ids in a dict's keys as texts."""
    if type(token) is str and token.isascii() and token.isdecimal() and len(token) < 10:
        return int(token)
    return token if type(token) is int else None
