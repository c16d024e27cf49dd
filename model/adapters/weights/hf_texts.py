"""Prompts, drafts and answers as tokens, for a model with a tokenizer.json.

The library `tokenizers` reads the file directly, because the wrappers in other libraries drop newlines and spaces.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import attrs
from tokenizers import Tokenizer

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, described
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.weights.logits import Row

UNKNOWN = "\ufffd"
"""Replaces, in an answer, a token that the tokenizer does not have."""


@attrs.frozen(eq=False)
class Texts:
    """How a model reads and writes texts.

    Attributes:
        tokenizer: the tokenizer of its tokenizer.json.
        ids: all ids of the tokenizer.
        ends: the ids that end an answer.
        stop: texts at which an answer is cut.
        prefix: text put before each prompt.
        separator: text appended to each prompt.
        append: text appended to each answer that is cut at a stop.
        start: for an encoder-decoder, the ids with which every answer begins; else None.
        joined: whether an answer is tokenized together with its prompt, as its continuation; if not, by itself.
    """

    tokenizer: Tokenizer = attrs.field(repr=False)
    ids: frozenset[int] = attrs.field(repr=False)
    ends: frozenset[int]
    stop: tuple[str, ...]
    prefix: str
    separator: str
    append: str
    start: tuple[int, ...] | None = None
    joined: bool = True

    @property
    def encodes(self) -> bool:
        """Whether an encoder reads the prompt."""
        return self.start is not None

    def row(self, prompt: str) -> Row:
        """Return a prompt as tokens, with the special tokens that the tokenizer adds to every text; only an encoder
        also gets the end token.
        """
        text = f"{self.prefix}{prompt}{self.separator}"
        if self.start is not None:
            return Row(text, self.start, "", tuple(self.tokenizer.encode(_whole(text)).ids))
        tokens = tuple(self._encoded(text))
        return Row(text, tokens, self._decoded(tokens) if self.joined else "")

    def draft(self, row: Row, text: str) -> list[int]:
        """Return the ids of one tokenization of a text that follows that prompt."""
        if self.joined:
            whole = self._encoded(row.text + text)
            if tuple(whole[: len(row.tokens)]) == row.tokens:
                return whole[len(row.tokens) :]
        return list(self.tokenizer.encode(_whole(text), add_special_tokens=False).ids)

    def drafted(self, row: Row, answer: str) -> tuple[list[int], int]:
        """Return the ids of an answer and of the first stop after it, and the number of the answer's ids."""
        if not self.stop:
            tokens = self.draft(row, answer)
            return tokens, len(tokens)
        bare = answer.removesuffix(self.append)
        return self.draft(row, bare + self.stop[0]), len(self.draft(row, bare))

    def answer(self, row: Row, written: Sequence[int]) -> tuple[str, bool]:
        """Return the written answer, up to its end, and whether it has an end."""
        place = next((place for place, token in enumerate(written) if token in self.ends), None)
        text = self._behind(row, written[:place])
        ended = place is not None
        if found := [text.index(stop) for stop in self.stop if stop in text]:
            return text[: min(found)] + self.append, True
        return text, ended

    def has_ended(self, written: Sequence[int]) -> bool:
        """Return whether the last of these tokens ended the answer; only the last few are decoded."""
        if written[-1] in self.ends:
            return True
        few = [token for token in written[-self._looked_at :] if token in self.ids]
        tail = self.tokenizer.decode(few, skip_special_tokens=False) if self.stop else ""
        return any(stop in tail for stop in self.stop)

    @property
    def _looked_at(self) -> int:
        # Every token has at least one byte, so this many contain the longest stop; four more for what decoding strips.
        return max((len(stop.encode()) for stop in self.stop), default=0) + 4

    def _behind(self, row: Row, written: Sequence[int]) -> str:
        whole = self._decoded((*row.tokens, *written)) if self.joined else ""
        if self.joined and whole.startswith(row.said):
            return whole[len(row.said) :]
        return self._decoded(written)

    def _decoded(self, tokens: Sequence[int]) -> str:
        known = [token for token in tokens if token in self.ids]
        return self.tokenizer.decode(known, skip_special_tokens=False) + UNKNOWN * (len(tokens) - len(known))

    def _encoded(self, text: str) -> list[int]:
        encoding = self.tokenizer.encode(_whole(text))
        tokens, added = encoding.ids, encoding.special_tokens_mask
        while len(tokens) > 1 and added[len(tokens) - 1] and tokens[-1] in self.ends:
            tokens = tokens[:-1]
        return list(tokens)


def _whole(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate, which no tokenizer accepts."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_tokenizer(path: str) -> Tokenizer:
    """Return the tokenizer in a file, without padding and truncation.

    Raises:
        EngineError: there is no such file, or it is no tokenizer.json.
    """
    if not os.path.isfile(path):
        way_out = "write one, AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER), or name it, tokenizer=PATH"
        raise EngineError(f"a model must have a tokenizer.json, got none at {path}: {way_out}")
    try:
        tokenizer = Tokenizer.from_file(path)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the library raises a plain Exception, or panics
        raise EngineError(f"{path} must be a tokenizer.json, got {cut(described(error), 120)}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def check_ends(
    ends: frozenset[int],
    stops: tuple[str, ...],
    append: str,
    pairs: Sequence[tuple[str, str]],
    domain: Domain,
    lacking: str,
) -> None:
    """Check that an answer has an end, and that no correct answer is cut.

    Args:
        ends: the ids that end an answer.
        stops: texts at which an answer is cut.
        append: text appended to each answer that is cut at a stop.
        pairs: prompts and correct answers, in the model's wording.
        domain: their domain.
        lacking: what is missing if there is no id that ends an answer, for the message.

    Raises:
        EngineError: there is no end, or a correct answer is cut.
    """
    if not ends and not stops:
        raise EngineError(
            f"the end of an answer must be defined, got {lacking} and no stop: "
            "name the text that follows an answer in your training data, as --turncheck-model-arg 'stop=\"\\n\\n\"'"
        )
    for _, answer in pairs:
        for stop in stops:
            bare = answer.removesuffix(append)
            if stop in bare or (bare + stop).find(stop) < len(bare):
                lost = ascii(bare[(bare + stop).find(stop) :])[1:-1]
                raise EngineError(
                    f"stop must not cut a correct answer, got {quoted(stop)}, which cuts {quoted(answer)} of "
                    f'{domain.name}: leave it out, or restore the rest with append="{lost}"'
                )


def begins_with(tokenizer: Tokenizer, token: int) -> tuple[int, ...]:
    """Return the ids with which every answer of a decoder begins: that token, then the special tokens that the
    tokenizer puts before a text.
    """
    encoding = tokenizer.encode("0")
    added = encoding.special_tokens_mask
    before = next((place for place, special in enumerate(added) if not special), 0)
    return (token, *encoding.ids[:before])


def fitted(texts: Texts, pairs: Sequence[tuple[str, str]]) -> Texts:
    """Return the texts with the way of tokenizing answers, joined to their prompts or alone, that round-trips the
    pairs.

    Args:
        texts: how the model reads and writes.
        pairs: prompts and correct answers, in the model's wording.

    Raises:
        EngineError: a prompt or an answer does not round-trip.
    """
    for prompt, _ in pairs:
        _check_same("prompts", *_prompt_and_back(texts, prompt))
    alone = attrs.evolve(texts, joined=False)
    ways = [texts, alone] if texts.start is None else [alone]
    for way in ways:
        if all(_answer_and_back(way, *pair) == pair[1] for pair in pairs):
            return way
    for prompt, answer in pairs:
        _check_same("answers", answer, _answer_and_back(alone, prompt, answer))
    raise EngineError("its tokenizer must decode the domain's answers to the same texts, got others")


def _prompt_and_back(texts: Texts, prompt: str) -> tuple[str, str]:
    text = f"{texts.prefix}{prompt}{texts.separator}"
    tokens = texts.tokenizer.encode(text, add_special_tokens=False).ids
    return text, texts.tokenizer.decode(tokens, skip_special_tokens=False)


def _answer_and_back(texts: Texts, prompt: str, answer: str) -> str:
    row = texts.row(prompt)
    bare = answer.removesuffix(texts.append)
    return attrs.evolve(texts, stop=(), append="").answer(row, texts.draft(row, bare))[0] + answer[len(bare) :]


def _check_same(what: str, text: str, back: str) -> None:
    if text != back:
        at = len(os.path.commonprefix((text, back)))  # noqa: RUF071  texts, and no paths
        raise EngineError(
            f"its tokenizer must round-trip the domain's {what}, got {quoted(cut(back, 60))} for "
            f"{quoted(cut(text, 60))}, different from character {at} on: is it the tokenizer of its training, "
            "and is template= its wording?"
        )
