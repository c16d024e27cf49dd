"""The texts of turncheck's own models, for weights of theirs in a file of another program: what they learned stands in
that file's metadata, under the name and in the form in which a checkpoint has it.
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
from turncheck.model.tokens import ANSWER, STOP, Tokenizer, VocabularyError, vocabulary

OWN_VOCABULARY = METADATA_KEY
"""What the option `vocabulary` calls it, and the metadata."""

FORMAT = "turncheck/1"

UNLIMITED = 1 << 31


@attrs.frozen
class OwnTexts:
    """The texts of a model of turncheck's own.

    Attributes:
        tokenizer: by its vocabulary.
        prompt: tokens of a prompt that are read; what is longer is cut behind them.
        prefix: stands before each prompt.
        separator: stands behind each prompt.
    """

    tokenizer: Tokenizer = attrs.field(repr=False)
    prompt: int
    prefix: str
    separator: str
    encodes = False

    def row(self, prompt: str) -> Row:
        """A prompt as tokens, and the mark behind it."""
        text = f"{self.prefix}{prompt}{self.separator}"
        return Row(text, (*self.tokenizer.encode(text)[: self.prompt], ANSWER))

    def drafted(self, row: Row, answer: str) -> tuple[list[int], int]:
        """The ids of an answer; its stop is what the model writes behind them."""
        tokens = self.tokenizer.encode(answer)
        return tokens, len(tokens)

    def answer(self, row: Row, written: Sequence[int]) -> tuple[str, bool]:
        """The answer that is written, up to its stop, and whether it has one."""
        ended = STOP in written
        return self.tokenizer.decode(written[: written.index(STOP)] if ended else written), ended

    def has_ended(self, written: Sequence[int]) -> bool:
        """Whether the last of these tokens is the stop."""
        return written[-1] == STOP


def own_texts(said: str | None, domain: Domain, prefix: str, separator: str) -> tuple[OwnTexts, int | None]:
    """The texts of a model that learned a domain, and the most tokens of an answer with its stop.

    Args:
        said: what its metadata say, as JSON; None where they say nothing, so that it has the domain's vocabulary.
        domain: which it learned.
        prefix: stands before each prompt.
        separator: stands behind each prompt.

    Raises:
        EngineError: the metadata are damaged, or it learned another domain.
    """
    base = domain.base or domain
    if said is None:
        return OwnTexts(Tokenizer(vocabulary(base)), UNLIMITED, prefix, separator), None
    try:
        parts = json.loads(said)
        tokens, config, learned = parts["vocabulary"], parts["config"], parts["rules"]
        if parts["format"] != FORMAT or not _are_texts(tokens):
            raise ValueError("another format")
        prompt, answer = _size(config["prompt"]), _size(config["answer"])
        texts = OwnTexts(Tokenizer(tokens), prompt, prefix, separator)
    except (KeyError, TypeError, ValueError, RecursionError, VocabularyError) as error:
        raise EngineError(f"its metadata {OWN_VOCABULARY!r} must be those of {FORMAT}, got {quoted(said)}") from error
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
