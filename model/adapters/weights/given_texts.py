"""Choose how a model that only gives logits reads and writes texts: by options, by files beside it, or by its metadata.

The model may have a tokenizer.json, as models of transformers have; a vocabulary of characters, as runs of nanoGPT
have; or the vocabulary of Turncheck's own models.
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
"""Files beside a model, by the names that transformers and nanoGPT give them."""

CONFIGURATIONS = ("generation_config.json", "config.json")
"""Files in which a model of transformers names the tokens that end a text."""

LARGEST_JSON = 1 << 26
"""Most bytes of a JSON file that are read."""


@attrs.frozen
class TextOptions:
    """The options about a model's texts.

    Attributes:
        stop: texts that end an answer; None if not given.
        separator: text appended to each prompt.
        prefix: text put before each prompt.
        append: text appended to an answer that is cut at a stop.
        max_new: most tokens of an answer; None to derive it from the texts.
        tokenizer: the path of a tokenizer.json.
        vocabulary: characters, the path of a file with them, or `turncheck`.
        meta: the path of a meta.pkl.
        unknown: a character to read instead of each character that the vocabulary lacks.
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
        """Check that options without an effect on such a vocabulary are not given.

        Raises:
            EngineError: one of them is given.
        """
        for name in names:
            if getattr(self, name):
                raise EngineError(f"{name} has no effect on a model with {what}: leave it out")


def text_options(stop: list[str] | str | None, max_new: int | None, **others: Any) -> TextOptions:
    """Check and return the options.

    Raises:
        EngineError: an option is out of range, or two options name a vocabulary.
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
    """A model's texts.

    Attributes:
        texts: converts between texts and tokens.
        size: the number of ids; each id is below it.
        exact: whether the model has exactly this many tokens; False if it may have tokens that no text uses.
        limit: most tokens of an answer; None for twice the longest correct answer and some more.
        context: most tokens that the model reads, by a configuration beside it; None if there is none.
    """

    texts: Texts
    size: int
    exact: bool
    limit: int | None
    context: int | None = None

    def check_size(self, rows: int) -> None:
        """Check the vocabulary's size against the model's.

        Args:
            rows: the number of logits for each token.

        Raises:
            EngineError: the vocabulary belongs to another model.
        """
        if self.exact and self.size != rows:
            demand = f"its vocabulary must have one token for each of the model's {rows:,} logits, got {self.size:,}"
            raise EngineError(f"{demand}: it belongs to another model")
        if self.size > rows:
            demand = f"its tokenizer must have ids below {rows:,} (the model's logits), got {self.size - 1:,}"
            raise EngineError(f"{demand}: it belongs to another model")


def given_texts(
    options: TextOptions,
    homes: Sequence[str],
    said: Mapping[str, str],
    pairs: Sequence[tuple[str, str]],
    domain: Domain,
) -> GivenTexts:
    """Return a model's texts.

    Args:
        options: the user's options.
        homes: the folders in which its tokenizer may be, the likeliest first.
        said: the metadata of the model's file.
        pairs: prompts and correct answers, in the model's wording.
        domain: their domain.

    Raises:
        EngineError: the model has no vocabulary, or one that cannot be used.
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
        f"its vocabulary is missing, there is no {TOKENIZER} and no {META} in {quoted(homes[0])}: give tokenizer=PATH, "
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
    options.check_unused("a vocabulary of characters, where a stop keeps the answer's own newlines", "append")
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
    options.check_unused("a tokenizer.json, which has tokens for any text", "unknown")
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
    check_ends(ends, stops, options.append, pairs, domain, "no end token in its tokenizer")
    texts = fitted(Tokenized(read, ids, ends, stops, options.prefix, options.separator, options.append), pairs)
    sizes = [size for each in configurations if (size := _context(each))]
    return GivenTexts(texts, max(ids, default=-1) + 1, False, options.max_new, min(sizes, default=None))


def _object(home: str, name: str) -> Mapping[str, Any]:
    """Return the JSON object in a file beside the model; an empty one if it cannot be read."""
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
    """Return the number of positions that a configuration gives, by any of its usual names."""
    found = [values.get(name) for name in ("max_position_embeddings", "n_positions", "max_seq_len")]
    return next((each for each in found if type(each) is int and each > 0), None)
