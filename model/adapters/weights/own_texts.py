"""Texts of Turncheck's own models, for weights that were exported to another format. The metadata of the file hold what
the checkpoint's metadata held, under the same name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.recognise import METADATA_KEY
from turncheck.model.adapters.weights.logits import Row
from turncheck.model.portable import COMPACT, PLAIN, expanded
from turncheck.model.tokens import ANSWER, STOP, Tokenizer, VocabularyError, vocabulary

OWN_VOCABULARY = METADATA_KEY
"""The name of the metadata, and of this vocabulary in the option `vocabulary`."""

UNLIMITED = 1 << 31


@attrs.frozen
class OwnTexts:
    """The texts of one of Turncheck's own models.

    Attributes:
        tokenizer: the tokenizer of its vocabulary.
        prompt: most tokens of a prompt; the rest is cut off.
        prefix: text put before each prompt.
        separator: text appended to each prompt.
    """

    tokenizer: Tokenizer = attrs.field(repr=False)
    prompt: int
    prefix: str
    separator: str
    encodes = False

    def row(self, prompt: str) -> Row:
        """Return a prompt as tokens, followed by the answer mark."""
        text = f"{self.prefix}{prompt}{self.separator}"
        return Row(text, (*self.tokenizer.encode(text)[: self.prompt], ANSWER))

    def drafted(self, row: Row, answer: str) -> tuple[list[int], int]:
        """Return the ids of an answer, and their number; the stop is what the model writes next."""
        tokens = self.tokenizer.encode(answer)
        return tokens, len(tokens)

    def answer(self, row: Row, written: Sequence[int]) -> tuple[str, bool]:
        """Return the written answer, up to its stop, and whether it has a stop."""
        ended = STOP in written
        return self.tokenizer.decode(written[: written.index(STOP)] if ended else written), ended

    def has_ended(self, written: Sequence[int]) -> bool:
        """Return whether the last of these tokens is the stop."""
        return written[-1] == STOP


def own_texts(said: str | None, domain: Domain, prefix: str, separator: str) -> tuple[OwnTexts, int | None]:
    """Return the texts of a model, and the most tokens of an answer with its stop.

    Args:
        said: the model's metadata, as JSON; None if there are none: the model then has the domain's vocabulary.
        domain: the domain that it learned.
        prefix: text put before each prompt.
        separator: text appended to each prompt.

    Raises:
        EngineError: the metadata are damaged, or the model learned another domain.
    """
    base = domain.base or domain
    if said is None:
        return OwnTexts(Tokenizer(vocabulary(base)), UNLIMITED, prefix, separator), None
    try:
        parts = expanded(json.loads(said))
        tokens, config, learned = parts["vocabulary"], parts["config"], parts["rules"]
        if parts["format"] != PLAIN or not _are_texts(tokens):
            raise ValueError("another format")
        prompt, answer = _size(config["prompt"]), _size(config["answer"])
        texts = OwnTexts(Tokenizer(tokens), prompt, prefix, separator)
    except (KeyError, TypeError, ValueError, RecursionError, VocabularyError) as error:
        raise EngineError(
            f"its metadata {OWN_VOCABULARY!r} must have the format {COMPACT}, got {quoted(said)}"
        ) from error
    if learned != base.name:
        got = cut(learned, 80) if isinstance(learned, str) else quoted(learned)
        raise EngineError(f"it must have learned {base.name}, got {got}: name its own domain with --domain")
    return texts, answer


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _size(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 99_999:
        raise ValueError("no size")
    return value
