"""The tokenizer: a domain's words, digits and reject reasons are one token each, everything else is bytes.

A token is a piece of text, and a text is its tokens written one after the other. As in GPT-2's vocabulary, a space
belongs to the word or digit behind it. `hp 07/40 regen 2` and a line's end are, in a domain with these words,

    hp| 0|7|/|4|0| regen| 2|<newline>

What the vocabulary does not know falls back to the bytes of its UTF-8: every text can be read and written back
exactly, lone surrogates included.

    >>> from turncheck.engine.domain import Domain
    >>> from turncheck.engine.fields import Choice, Int
    >>> from turncheck.engine.schema import Schema
    >>> counter = Domain(
    ...     "counter/1",
    ...     state=Schema("at {at}", at=Int(0, 99)),
    ...     orders=Schema("go {to}", to=Choice("up", "down")),
    ...     step=lambda turn: {"at": min(turn.at + 1, 99) if turn.to == "up" else max(turn.at - 1, 0)},
    ... )
    >>> tokenizer = Tokenizer(vocabulary(counter))
    >>> [tokenizer.vocabulary[token] for token in tokenizer.encode("at 07\\ngo x")]
    ['at', ' 0', '<0x37>', '<0x0A>', 'go', '<0x20>', '<0x78>']
    >>> text = "go d\\u00f6wn\\n"
    >>> tokenizer.decode(tokenizer.encode(text)) == text
    True
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int

PAD, ANSWER, STOP = 0, 1, 2
"""Token ids of what is no text: padding, the border between prompt and answer, the answer's end."""

MARKS = ("<pad>", "<answer>", "<stop>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
DIGITS = tuple(f" {digit}" for digit in range(10))

FIRST_BYTE = len(MARKS)


def vocabulary(domain: Domain) -> tuple[str, ...]:
    """The token of each id: marks, bytes, ten digits behind a space, then words and reasons without and with one.

    What is a token already is none again: a character of ASCII is a byte, and a word of digits is its digits. Of a
    domain with signed numbers the signs behind a space are tokens too; of one that rejects nothing no reason is.
    """
    fields = [*domain.prompt.fields.values(), *domain.answer.fields.values()]
    signs = (" +", " -") if any(isinstance(field, Int) and field.signed for field in fields) else ()
    words = [*domain.words, *(domain.reasons if domain.rejects else ())]
    spelled = [f"{space}{word}" for word in words if not word.isdecimal() for space in ("", " ")]
    tokens = dict.fromkeys(token for token in (*spelled, *signs) if len(token) > 1 or not token.isascii())
    return *MARKS, *BYTES, *DIGITS, *tokens


class VocabularyError(ValueError):
    """A vocabulary that this tokenizer cannot use."""


class Tokenizer:
    """Text to token ids and back, by a vocabulary laid out as `vocabulary` does."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        if self.vocabulary[: FIRST_BYTE + 256] != MARKS + BYTES:
            raise VocabularyError(f"vocabulary must begin with {MARKS} and the 256 bytes")
        spelled = self.vocabulary[FIRST_BYTE + 256 :]
        if len(set(spelled)) < len(spelled) or not all(spelled):
            raise VocabularyError("vocabulary must hold each token once and no empty one")
        # A character of ASCII is one byte.
        self._ids = {chr(byte): FIRST_BYTE + byte for byte in range(128)}
        self._ids.update({token: FIRST_BYTE + 256 + index for index, token in enumerate(spelled)})
        self._pattern = re.compile(_pattern({token.strip(" ") for token in spelled if token not in DIGITS}), re.DOTALL)
        self._written = [b"\xef\xbf\xbd"] * FIRST_BYTE + [bytes([byte]) for byte in range(256)]
        self._written += [token.encode("utf-8", "surrogatepass") for token in spelled]

    def __len__(self) -> int:
        return len(self.vocabulary)

    def encode(self, text: str) -> list[int]:
        """The text's token ids."""
        pieces = self._pattern.findall(text)
        try:
            return [self._ids[piece] for piece in pieces]
        except KeyError:
            return [token for piece in pieces for token in self._encode_piece(piece)]

    def _encode_piece(self, piece: str) -> list[int]:
        if piece in self._ids:
            return [self._ids[piece]]
        return [FIRST_BYTE + byte for byte in piece.encode("utf-8", "surrogatepass")]

    def decode(self, ids: Iterable[int]) -> str:
        """What those tokens write. A mark among them, or bytes that are no UTF-8, are written as U+FFFD."""
        written = b"".join(self._written[token] for token in ids)
        try:
            return written.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return written.decode("utf-8", "replace")


# --- words -----------------------------------------------------------------------------------------------------------

LETTER, DIGIT, SIGN = "A-Za-z_", "0-9A-Za-z_", ""


def _pattern(words: set[str]) -> str:
    """A regular expression of the pieces of a text: words, digits behind a space, single characters.

    A word counts only where it stands alone: `poisonous` is bytes from its first letter on, and in `a12` there is no
    `a1`. A digit does not touch a letter before it: `hp7` is a word and a digit. Signs touch nothing.
    """
    # A longer word comes before those that it begins with. What a word begins with parts it from all others.
    ordered = sorted(words - {""}, key=lambda word: (_class(word[0]), -len(word), word))
    alone = [_alone(before, list(those)) for before, those in groupby(ordered, key=lambda word: _class(word[0]))]
    return "|".join([*alone, " [0-9]", "."])


def _alone(before: str, words: Sequence[str]) -> str:
    """Those words with their space or without, which nothing of the class may stand before."""
    runs = [
        f"(?:{'|'.join(map(re.escape, run))})" + (f"(?![{after}])" if after else "")
        for after, run in groupby(words, key=lambda word: _class(word[-1]))
    ]
    start = f"(?: |(?<![{before}]))" if before else " ?"
    return start + (runs[0] if len(runs) == 1 else f"(?:{'|'.join(runs)})")


def _class(character: str) -> str:
    """What may not touch a word at the end where that character stands, as a set of a regular expression."""
    if character.isascii() and character.isdecimal():
        return DIGIT
    return LETTER if re.match("[A-Za-z_]", character) else SIGN
