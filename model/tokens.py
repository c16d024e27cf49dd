"""The tokenizer: words, digits and reject reasons are one token each, everything else is bytes.

A token is a piece of text, and a text is its tokens written one after the other. As in GPT-2's vocabulary, a space
belongs to the word or digit behind it. `hero hp 07/40 regen 2` and a line's end are

    hero | hp| 0|7|/|4|0| regen| 2|<newline>

so a valid turn has 84 tokens and an answer 76. What the vocabulary does not know falls back to the bytes of its UTF-8:
every text can be read and written back exactly, lone surrogates included.

    >>> tokenizer = Tokenizer()
    >>> text = "do hero pois\\u00f6n\\n"
    >>> tokenizer.decode(tokenizer.encode(text)) == text
    True
    >>> [tokenizer.vocabulary[token] for token in tokenizer.encode("do hero x")]
    ['do', ' hero', '<0x20>', '<0x78>']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from turncheck.engine.duel import REASONS, WORDS

PAD, ANSWER, STOP = 0, 1, 2
"""Token ids of what is no text: padding, the border between prompt and answer, the answer's end."""

_BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
_SPELLED = tuple(f"{space}{word}" for word in (*WORDS, *REASONS) for space in ("", " "))

VOCABULARY = ("<pad>", "<answer>", "<stop>", *_BYTES, *(f" {digit}" for digit in range(10)), *_SPELLED)
"""The token of each id: marks, bytes, ten digits behind a space, then words and reasons without and with one."""

FIRST_BYTE = 3


class VocabularyError(ValueError):
    """A vocabulary that this tokenizer cannot use."""


class Tokenizer:
    """Text to token ids and back, by a vocabulary laid out as `VOCABULARY` is."""

    def __init__(self, vocabulary: Sequence[str] = VOCABULARY) -> None:
        self.vocabulary = tuple(vocabulary)
        if self.vocabulary[: FIRST_BYTE + 256] != VOCABULARY[: FIRST_BYTE + 256]:
            raise VocabularyError(f"vocabulary must begin with {VOCABULARY[:3]} and the 256 bytes")
        spelled = self.vocabulary[FIRST_BYTE + 256 :]
        if len(set(spelled)) < len(spelled) or not all(spelled):
            raise VocabularyError("vocabulary must hold each token once and no empty one")
        # A character of ASCII is one byte.
        self._ids = {chr(byte): FIRST_BYTE + byte for byte in range(128)}
        self._ids.update({token: FIRST_BYTE + 256 + index for index, token in enumerate(spelled)})
        self._pattern = _pattern(spelled)
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


def _pattern(spelled: Sequence[str]) -> re.Pattern[str]:
    # A word counts only where it stands alone: `poisonous` is bytes from its first letter on.
    words = sorted({token.strip(" ") for token in spelled if not token[-1].isdigit()}, key=len, reverse=True)
    alone = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?: |(?<![A-Za-z_]))(?:{alone})(?![A-Za-z_])| [0-9]|.", re.DOTALL)
