"""Vocabularies of models that other programs trained: one token a character, or the pieces of a tokenizer.json.

nanoGPT keeps its characters in `meta.pkl`. A pickle can name anything that is to be called when it is read; here it is
read by an unpickler that knows no name at all, so that plain dicts, texts and numbers come through and nothing runs.
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
"""Bytes of the file of a vocabulary of characters: real ones have some thousands."""

ENDS = ("<|endoftext|>", "<|end|>", "<end>", "<eos>", "<EOS>", "[EOS]", "</s>")
"""Tokens of more than one character that end a text, where a vocabulary has them."""

SHAPES = 'a list of characters in the order of their ids, {"a": 0, ...}, or an object with "itos" or "stoi"'


class Vocabulary(Protocol):
    """Texts to token ids and back."""

    @property
    def size(self) -> int:
        """How many tokens it has; ids are below this."""
        ...

    @property
    def ends(self) -> tuple[str, ...]:
        """Its tokens that end a text."""
        ...

    def encode(self, text: str) -> list[int]:
        """The ids of a text.

        Raises:
            UnknownCharacterError: it lacks one of the characters.
        """
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some ids; of one that is beyond it U+FFFD."""
        ...


class UnknownCharacterError(ValueError):
    """A text has characters that the model's vocabulary lacks.

    Attributes:
        characters: those that it lacks, each once.
        known: the tokens of the text before the first of them.
    """

    def __init__(self, characters: str, known: list[int]) -> None:
        super().__init__(characters, known)
        self.characters, self.known = characters, known

    def __str__(self) -> str:
        return f"the model's vocabulary lacks {listed(self.characters)}"


def listed(characters: str, most: int = 8) -> str:
    """Some characters as a message names them."""
    more = f" and {len(characters) - most} more" if len(characters) > most else ""
    return ", ".join(ascii(each) for each in characters[:most]) + more


@attrs.frozen
class Characters:
    """One token a character. A piece of several characters, as an end token, is written and never read.

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
        """How many tokens it has."""
        return len(self.pieces)

    @property
    def ends(self) -> tuple[str, ...]:
        """Its tokens that end a text."""
        return tuple(end for end in ENDS if end in self.ids)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, a character each; of a whole piece its own."""
        if text in self.ids:
            return [self.ids[text]]
        found = [self.ids.get(character, -1) for character in text]
        if -1 in found:
            lacking = "".join(dict.fromkeys(each for each, token in zip(text, found, strict=True) if token < 0))
            raise UnknownCharacterError(lacking, found[: found.index(-1)])
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some ids."""
        return "".join(self.pieces[token] if token < len(self.pieces) else "\ufffd" for token in ids)


class Pieces:
    """The pieces of a tokenizer.json, by the library tokenizers."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer, self.size = tokenizer, int(tokenizer.get_vocab_size())
        self.ends = tuple(end for end in ENDS if tokenizer.token_to_id(end) is not None)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, no special token put to it."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some ids."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=False))


# --- where they are kept ----------------------------------------------------------------------------------------------


def of_tokenizer(path: str) -> Pieces:
    """The pieces of the tokenizer.json at that path.

    Raises:
        EngineError: tokenizers is not installed, or the file is none that it reads.
    """
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise EngineError("tokenizer= needs tokenizers, which is not installed: pip install tokenizers") from error
    if not os.path.isfile(path):
        raise EngineError(f"tokenizer must name a file, tokenizer.json, got {quoted(path)}, which is none")
    try:
        return Pieces(Tokenizer.from_file(path))
    except Exception as error:  # the library raises bare exceptions
        got = cut(" ".join(str(error).split()), 120)
        raise EngineError(
            f"tokenizer must be a tokenizer.json that tokenizers reads, got one that fails: {got}"
        ) from error


def of_option(given: str) -> Characters:
    """What the option `vocabulary` says: the characters in the order of their ids, or the path of a file of JSON."""
    if not given.endswith(".json"):
        return Characters(tuple(given))
    content = _content("vocabulary", given)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EngineError(
            f"vocabulary must be the path of a file of JSON, got {quoted(given)}, which is none"
        ) from error
    return _characters(f"vocabulary {quoted(given)}", value, SHAPES)


class _Plain(pickle.Unpickler):
    """Reads plain values alone: whatever a pickle names, to be called or made an object of, is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise _NamedError(f"{module}.{name}")


class _NamedError(Exception):
    """A pickle names something."""


def of_meta(path: str) -> Characters:
    """The characters of a `meta.pkl`, as nanoGPT's prepare.py writes it.

    Raises:
        EngineError: it is no plain pickle of a vocabulary.
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
        got = f"got one that would run {quoted(str(error))}: nothing was run; give the characters by vocabulary="
        raise EngineError(f"meta {shown} {demand}, {got}") from error
    except BaseException as error:  # a damaged pickle raises anything
        raise EngineError(f"meta {shown} {demand}, got one that is damaged, or none") from error
    return _characters(f"meta {shown}", value, "a dict with itos or stoi")


def _content(option: str, path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            raise EngineError(f"{option} must name a file, got {quoted(path)}, which is none")
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
    """The vocabulary that a value holds: a list, {text: id}, or a dict with `itos` and `stoi`, which must agree."""
    itos, stoi = (value.get("itos"), value.get("stoi")) if isinstance(value, dict) else (value, None)
    if isinstance(value, dict) and itos is None and stoi is None:
        stoi = value
    tables = [table for table in (_by_id(itos), _by_text(stoi)) if table is not None]
    if not tables or any(sorted(table) != list(range(len(table))) for table in tables):
        raise EngineError(f"{what} must hold {demand}, its ids 0, 1, 2 and so on, got {quoted(value)}")
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
    """An id; JSON writes those of a dict as texts."""
    if type(token) is str and token.isascii() and token.isdecimal() and len(token) < 10:
        return int(token)
    return token if type(token) is int else None
