"""The texts of a model that is logits alone: by the options, by what lies beside it, and by what it says of itself.

It may have a tokenizer.json, as models of transformers have; characters, as runs of nanoGPT have; or the vocabulary of
turncheck's own models.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError
from turncheck.engine.visible import quoted
from turncheck.model.adapters.weights.alphabet import ENDS, Vocabulary, of_meta, of_option
from turncheck.model.adapters.weights.logits import Texts
from turncheck.model.adapters.weights.own_texts import OWN_VOCABULARY, own_texts
from turncheck.model.adapters.weights.wording import WordedTexts, worded

TOKENIZER, META = "tokenizer.json", "meta.pkl"
"""What lies beside a model, by the names that transformers and nanoGPT give it."""

CONFIGURATIONS = ("generation_config.json", "config.json")
"""Where a model of transformers says what ends a text."""

LARGEST_JSON = 1 << 26
"""Bytes of a file of JSON that is read."""


@attrs.frozen
class TextOptions:
    """What a user says of a model's texts; the options of the same names.

    Attributes:
        stop: texts at which an answer ends; None where nothing is said.
        separator: stands behind each prompt.
        prefix: stands before each prompt.
        append: is put behind an answer that is cut at a stop.
        max_new: tokens that an answer may have; None where that follows from the texts.
        tokenizer: the path of a tokenizer.json.
        vocabulary: characters, the path of a file with them, or `turncheck`.
        meta: the path of a meta.pkl.
        unknown: is read for a character that the vocabulary lacks.
    """

    stop: tuple[str, ...] | None
    separator: str
    prefix: str
    append: str
    max_new: int | None
    tokenizer: str | None
    vocabulary: str | None
    meta: str | None
    unknown: str

    def check_unused(self, what: str, *names: str) -> None:
        """Checks that nothing is said by options that mean nothing to a model of such a vocabulary.

        Raises:
            EngineError: one of them is given.
        """
        for name in names:
            if getattr(self, name):
                raise EngineError(f"{name} means nothing to a model with {what}: leave it out")


def text_options(stop: list[str] | str | None, max_new: int | None, **others: Any) -> TextOptions:
    """The options, if each can be and no two name a vocabulary.

    Raises:
        EngineError: one cannot be.
    """
    if max_new is not None and not 1 <= max_new <= 1_000_000:
        raise EngineError(f"max_new must be 1..1000000, got {max_new}")
    stops = None if stop is None else (stop,) if isinstance(stop, str) else tuple(stop)
    if stops and "" in stops and len(stops) > 1:
        raise EngineError("stop must be texts of one character or more, got an empty one")
    named = [name for name in ("meta", "vocabulary", "tokenizer") if others[name] is not None]
    if len(named) > 1:
        raise EngineError(f"a model must have one vocabulary, got {' and '.join(named)}: leave the others out")
    return TextOptions(stop=stops, max_new=max_new, **others)


@attrs.frozen
class GivenTexts:
    """The texts of a model.

    Attributes:
        texts: its own.
        size: its ids are below this.
        exact: whether the model has as many tokens, and not some that no text has.
        limit: tokens that an answer may have; None where twice those of a right one, and some, will do.
        context: tokens that a configuration beside it says it reads, at most; None where none does.
    """

    texts: Texts
    size: int
    exact: bool
    limit: int | None
    context: int | None = None

    def check_size(self, rows: int) -> None:
        """Checks the vocabulary against the logits of a place.

        Raises:
            EngineError: it is of another model.
        """
        if self.exact and self.size != rows:
            demand = f"its vocabulary must have as many tokens as the model has logits, {rows:,}, got {self.size:,}"
            raise EngineError(f"{demand}: it is of another model")
        if self.size > rows:
            demand = f"its tokenizer must have ids below {rows:,}, the logits of the model, got {self.size - 1:,}"
            raise EngineError(f"{demand}: it is the tokenizer of another model")


def given_texts(
    options: TextOptions,
    homes: Sequence[str],
    said: Mapping[str, str],
    pairs: Sequence[tuple[str, str]],
    domain: Domain,
) -> GivenTexts:
    """The texts of a model.

    Args:
        options: what the user says.
        homes: the folders in which its tokenizer may lie, the likeliest first.
        said: what the model's own file says of itself, by name.
        pairs: prompts and right answers, in the model's words.
        domain: whose they are.

    Raises:
        EngineError: it has no vocabulary, or one that does not do.
    """
    chosen = options.tokenizer is not None or options.vocabulary is not None or options.meta is not None
    if options.vocabulary == OWN_VOCABULARY or (not chosen and OWN_VOCABULARY in said):
        return _own(options, said.get(OWN_VOCABULARY), domain)
    if options.vocabulary is not None or options.meta is not None:
        words = of_option(options.vocabulary) if options.vocabulary is not None else of_meta(str(options.meta))
        return _characters(options, words, pairs)
    if tokenizer := options.tokenizer or _beside(homes, TOKENIZER):
        return _pieces(options, tokenizer, homes, pairs, domain)
    if meta := _beside(homes, META):
        return _characters(options, of_meta(meta), pairs)
    raise EngineError(
        f"its vocabulary is missing, there is no {TOKENIZER} and no {META} in {quoted(homes[0])}: say tokenizer=PATH, "
        'meta=PATH or vocabulary="..." with its characters in the order of their ids'
    )


def _beside(homes: Sequence[str], name: str) -> str | None:
    paths = [os.path.join(home, name) for home in homes]
    return next(filter(os.path.isfile, paths), None)


def _own(options: TextOptions, said: str | None, domain: Domain) -> GivenTexts:
    options.check_unused("turncheck's own vocabulary", "stop", "append", "unknown")
    texts, limit = own_texts(said, domain, options.prefix, options.separator)
    return GivenTexts(texts, len(texts.tokenizer), True, options.max_new or limit)


def _characters(options: TextOptions, words: Vocabulary, pairs: Sequence[tuple[str, str]]) -> GivenTexts:
    options.check_unused("a vocabulary of characters, where a stop leaves the answer's own newlines", "append")
    wording = worded(
        words,
        pairs,
        stop=options.stop,
        prefix=options.prefix,
        separator=options.separator,
        max_new=options.max_new,
        unknown=options.unknown,
    )
    return GivenTexts(WordedTexts(wording), words.size, True, wording.longest)


def _pieces(
    options: TextOptions, path: str, homes: Sequence[str], pairs: Sequence[tuple[str, str]], domain: Domain
) -> GivenTexts:
    options.check_unused("a tokenizer.json, which has tokens of its own for any text", "unknown")
    try:
        from turncheck.model.adapters.weights.hf_texts import Texts as Tokenized
        from turncheck.model.adapters.weights.hf_texts import check_ends, fitted, read_tokenizer
    except ModuleNotFoundError as error:
        raise EngineError(f"it needs {error.name}, which is not installed: pip install tokenizers") from error
    read = read_tokenizer(path)
    ids = frozenset(read.get_vocab(with_added_tokens=True).values())
    configurations = [_object(home, name) for name in CONFIGURATIONS for home in homes]
    ends = next((found for each in configurations if (found := _ends(each) & ids)), frozenset())
    if not ends:
        ends = frozenset(token for end in ENDS if (token := read.token_to_id(end)) is not None)
    stops = tuple(options.stop or ())
    if "" in stops:
        raise EngineError("stop must be texts of one character or more, got an empty one")
    check_ends(ends, stops, options.append, pairs, domain, "no token of its tokenizer's that ends a text")
    texts = fitted(Tokenized(read, ids, ends, stops, options.prefix, options.separator, options.append), pairs)
    sizes = [size for each in configurations if (size := _context(each))]
    return GivenTexts(texts, max(ids, default=-1) + 1, False, options.max_new, min(sizes, default=None))


def _object(home: str, name: str) -> Mapping[str, Any]:
    """What a file of JSON beside the model says; nothing where there is none that can be read."""
    try:
        with open(os.path.join(home, name), "rb") as file:
            value = json.loads(file.read(LARGEST_JSON))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _ends(values: Mapping[str, Any]) -> frozenset[int]:
    named = values.get("eos_token_id")
    return frozenset(each for each in (named if isinstance(named, list) else [named]) if type(each) is int)


def _context(values: Mapping[str, Any]) -> int | None:
    """The positions that a configuration says, by the names that kinds of models have for it."""
    found = [values.get(name) for name in ("max_position_embeddings", "n_positions", "max_seq_len")]
    return next((each for each in found if type(each) is int and each > 0), None)
