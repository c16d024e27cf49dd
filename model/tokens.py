"""The tokenizer: each of a domain's words, each digit and each reject reason is one token; everything else is bytes.

A token is a piece of text, and a text is the concatenation of its tokens. As in GPT-2's vocabulary, a space belongs to
the word or digit after it. In a domain with these words, `hp 07/40 regen 2` and a newline become

    hp| 0|7|/|4|0| regen| 2|<newline>

Text outside the vocabulary falls back to its UTF-8 bytes, so every text round-trips, including lone surrogates.

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
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.schema import Schema
from turncheck.engine.stages import HAND_ON

PAD, ANSWER, STOP = 0, 1, 2
"""Ids of tokens without text: padding, the mark between prompt and answer, and the end of the answer."""

MARKS = ("<pad>", "<answer>", "<stop>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
DIGITS = tuple(f" {digit}" for digit in range(10))

FIRST_BYTE = len(MARKS)


MOST_VALUES = 256
"""Most values of a field whose values become tokens with the text before them."""

ENDING = re.compile(r"[0-9A-Za-z_]+\Z")
"""The value at the end of a field's token; the text before it is what the schema writes before that field."""


def vocabulary(domain: Domain, *, fields: bool = False, stages: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the token of each id: marks, bytes, the ten digits with a leading space, then words and reasons, each
    without and with a leading space.

    Strings that other tokens already cover are not added: an ASCII character is a byte token, and a number is digit
    tokens. If the domain has signed numbers, the signs with a leading space are tokens too. If it rejects nothing,
    there are no reasons.

    Args:
        domain: the domain.
        fields: whether a value is one token together with all text between it and the value before, as in
            ` shield 04`, `/40` and a newline with `do hero`; of fields with at most `MOST_VALUES` values.
        stages: the names of stages to which an answer may hand on (`turncheck.engine.stages`).
    """
    every = [*domain.prompt.fields.values(), *domain.answer.fields.values()]
    signs = (" +", " -") if any(isinstance(field, Int) and field.signed for field in every) else ()
    words = [*domain.words, *(domain.reasons if domain.rejects else ())]
    spelled = [f"{space}{word}" for word in words if not word.isdecimal() for space in ("", " ")]
    whole = [*_field_tokens(domain.prompt), *_field_tokens(domain.answer)] if fields else []
    handing = [f"\n{HAND_ON} {name}" for name in stages]
    tokens = dict.fromkeys(
        token for token in (*spelled, *signs, *whole, *handing) if len(token) > 1 or not token.isascii()
    )
    return *MARKS, *BYTES, *DIGITS, *tokens


PIECES = re.compile(r" ?[A-Za-z_]+")
"""A word, as a token of texts in another wording."""


def vocabulary_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the token of each id for texts in any wording: marks, bytes, the ten digits with a leading space, and
    each word of the texts, as it stands there.
    """
    words = sorted({piece for text in texts for piece in PIECES.findall(text) if len(piece) > 1})
    return *MARKS, *BYTES, *DIGITS, *words


def _field_tokens(schema: Schema) -> Iterator[str]:
    """Yield each value of each field, with the text between it and the value before."""
    lead = ""
    for number, line in enumerate(schema.lines):
        lead += "\n" if number else ""
        for place, piece in enumerate(line):
            lead += " " if place else ""
            if piece.word:
                lead += piece.word
                continue
            for border, field in zip(piece.borders, piece.fields, strict=False):
                lead += border
                if _is_small(field):
                    texts = (f"{lead}{field.write(value)}" for value in field.values())
                    yield from filter(_is_whole, texts)
                lead = ""
            lead = piece.borders[-1]


def _is_small(field: Field) -> bool:
    return isinstance(field, Int | Choice) and (field.count() or MOST_VALUES + 1) <= MOST_VALUES


def _is_lead(text: str) -> bool:
    """Whether a token may begin with that text: something to see, and no part of a word or number at its end."""
    return bool(text.strip(" ")) and not ENDING.search(text)


class VocabularyError(ValueError):
    """A vocabulary that this tokenizer cannot use."""


class Tokenizer:
    """Converts text to token ids and back, by a vocabulary with the layout of `vocabulary`."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        if self.vocabulary[: FIRST_BYTE + 256] != MARKS + BYTES:
            raise VocabularyError(f"vocabulary must begin with {MARKS} and the 256 bytes")
        spelled = self.vocabulary[FIRST_BYTE + 256 :]
        if len(set(spelled)) < len(spelled) or not all(spelled):
            raise VocabularyError("vocabulary must hold each token once, and no empty token")
        # A character of ASCII is one byte.
        self._ids = {chr(byte): FIRST_BYTE + byte for byte in range(128)}
        self._ids.update({token: FIRST_BYTE + 256 + index for index, token in enumerate(spelled)})
        whole = [token for token in spelled if _is_whole(token)]
        self._whole = {token: self._ids[token] for token in whole}
        self._wholes = re.compile(_whole_pattern(whole))
        words = {token.strip(" ") for token in spelled if token not in DIGITS and token not in self._whole}
        self._pattern = re.compile(_pattern(words), re.DOTALL)
        self._written = [b"\xef\xbf\xbd"] * FIRST_BYTE + [bytes([byte]) for byte in range(256)]
        self._written += [token.encode("utf-8", "surrogatepass") for token in spelled]

    def __len__(self) -> int:
        return len(self.vocabulary)

    def encode(self, text: str) -> list[int]:
        """Return the text's token ids."""
        if not self._whole:
            return self._encode(text)
        # Alternately what stands between the fields and a field, which may be none of the vocabulary.
        parts = self._wholes.split(text)
        ids: list[int] = []
        between = parts[0]
        for found, after in zip(parts[1::2], parts[2::2], strict=True):
            token = self._whole.get(found)
            if token is None:
                between += found + after
                continue
            if between:
                ids += self._encode(between)
            ids.append(token)
            between = after
        return ids + self._encode(between) if between else ids

    def _encode(self, text: str) -> list[int]:
        pieces = self._pattern.findall(text)
        try:
            return [self._ids[piece] for piece in pieces]
        except KeyError:
            return [token for piece in pieces for token in self._encode_piece(piece)]

    def _encode_piece(self, piece: str) -> list[int]:
        if piece in self._ids:
            return [self._ids[piece]]
        return [FIRST_BYTE + byte for byte in piece.encode("utf-8", "surrogatepass")]

    def size_of(self, token: int) -> int:
        """Return the length of a token's text in bytes."""
        return len(self._written[token])

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of the tokens. Marks and invalid UTF-8 become U+FFFD."""
        written = b"".join(map(self._written.__getitem__, ids))
        try:
            return written.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return written.decode("utf-8", "replace")


# --- whole fields ----------------------------------------------------------------------------------------------------


def _is_whole(token: str) -> bool:
    """Whether a token of the vocabulary is the value of a field with the text before it."""
    ending = ENDING.search(token)
    return ending is not None and _is_lead(token[: ending.start()])


def _whole_pattern(tokens: Sequence[str]) -> str:
    """Return a regular expression for what may be one of the tokens. Of several that begin at the same place, the one
    with the longest text before its value counts.
    """
    leads = {ENDING.sub("", token) for token in tokens}
    ordered = sorted(leads, key=lambda lead: (-len(lead), lead))
    return f"((?:{'|'.join(map(re.escape, ordered))})[0-9A-Za-z_]+)"


# --- words -----------------------------------------------------------------------------------------------------------

LETTER, DIGIT, SIGN = "A-Za-z_", "0-9A-Za-z_", ""


def _pattern(words: set[str]) -> str:
    """Return a regular expression for the pieces of a text: words, digits with a leading space, single characters.

    A word only counts if it stands alone: `poisonous` is bytes from its first letter on, and `a12` does not contain
    `a1`. A digit may follow a letter: `hp7` is a word and a digit. Signs may touch anything.
    """
    # A longer word comes before its prefixes. Words with first characters of different classes never compete.
    ordered = sorted(words - {""}, key=lambda word: (_class(word[0]), -len(word), word))
    alone = [_alone(before, list(those)) for before, those in groupby(ordered, key=lambda word: _class(word[0]))]
    return "|".join([*alone, " [0-9]", "."])


def _alone(before: str, words: Sequence[str]) -> str:
    """Return a pattern for those words, with a leading space or without, not preceded by a character of the class."""
    runs = [
        f"(?:{'|'.join(map(re.escape, run))})" + (f"(?![{after}])" if after else "")
        for after, run in groupby(words, key=lambda word: _class(word[-1]))
    ]
    start = f"(?: |(?<![{before}]))" if before else " ?"
    return start + (runs[0] if len(runs) == 1 else f"(?:{'|'.join(runs)})")


def _class(character: str) -> str:
    """Return the characters that may not touch a word at that character, as the content of a regular expression's
    set.
    """
    if character.isascii() and character.isdecimal():
        return DIGIT
    return LETTER if re.match("[A-Za-z_]", character) else SIGN
