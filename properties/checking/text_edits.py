"""Simplify malformed texts: towards the simplest valid text, with as little damage as possible.

A text is compared with the simplest valid text token by token. A token is a word or number with the space before it.
Each difference is a hunk, as in `diff`. A smaller text has fewer or smaller hunks, so a counterexample shows only the
damage that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from random import Random

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import easy_case
from turncheck.properties.checking.edits import Edit, Step

TOKEN = re.compile(r"\s?\S+|\s")
"""A word or number with the whitespace character before it, or a single whitespace character."""

Span = tuple[int, int]
"""A range of tokens: the first, and one past the last. An edit maps it to the tokens that replace it."""

Tokens = tuple[str, ...]

Damage = tuple[int, int, int, str]
"""The damage of a text: the number of tokens that differ from the simplest valid text, the number of characters that
differ in them, the sum of their numbers, and the text itself, so that no two texts are equal.
"""


@attrs.frozen
class Hunk:
    """A difference: the tokens of the text, and the tokens of the simplest valid text in their place."""

    span: Span
    tokens: Tokens
    usual: Tokens

    @property
    def size(self) -> int:
        """The number of tokens that are replaced, missing or added."""
        return max(len(self.tokens), len(self.usual))

    @property
    def characters(self) -> int:
        """The number of characters from the first to the last that differs."""
        one, other = "".join(self.tokens), "".join(self.usual)
        start = _alike(one, other)
        end = _alike(one[start:][::-1], other[start:][::-1])
        return max(len(one), len(other)) - start - end

    @property
    def numbers(self) -> int:
        """The sum of its numbers; only the first nine digits of each count."""
        return sum(int(number[:9]) for token in self.tokens for number in re.findall("[0-9]+", token))


def damage(text: str, domain: Domain) -> Damage:
    """Return the damage of a malformed text, a sort key: the least damaged text first."""
    hunks = _hunks(_tokens(text), _usual(domain))
    return (
        sum(hunk.size for hunk in hunks),
        sum(hunk.characters for hunk in hunks),
        sum(hunk.numbers for hunk in hunks),
        text,
    )


@attrs.frozen
class TextEdits:
    """Edits of malformed texts: they replace a span of tokens. An edit that gives a valid case does not count."""

    domain: Domain

    def edited(self, text: str, edit: Edit) -> str | None:
        """Return the text with the spans replaced; None if this gives a valid case."""
        tokens = list(_tokens(text))
        for (start, end), replacement in sorted(edit.items(), reverse=True):
            tokens[start:end] = replacement
        edited = "".join(tokens)
        return None if self.domain.is_case(edited) else edited

    def unlike(self, text: str) -> int:
        """Return the number of hunks of the text."""
        return len(self._hunks(text))

    def exchanged(self, text: str) -> Sequence[str]:
        """Return nothing: a text has no parts to exchange."""
        return ()

    def pieces(self, text: str) -> Sequence[Edit]:
        """Return for each hunk the edit that undoes it, the last hunk first."""
        return [{hunk.span: hunk.usual} for hunk in reversed(self._hunks(text))]

    def steps(self) -> Sequence[Step]:
        """Return nothing: the single simplifications of a hunk are few, so no descent is needed."""
        return ()

    def neighbour(self, text: str, random: Random) -> str | None:
        """Return None: a text with other damage would rarely be simpler."""
        return None

    def singles(self, text: str) -> Iterator[Edit]:
        """Yield the edits that undo a hunk; that remove one of its tokens, or replace it by that of the simplest valid
        text; that remove or replace one of its characters; and that lower one of its numbers.
        """
        for hunk in self._hunks(text):
            yield {hunk.span: hunk.usual}
            yield from _smaller(hunk)

    def _hunks(self, text: str) -> tuple[Hunk, ...]:
        return _hunks(_tokens(text), _usual(self.domain))


def _smaller(hunk: Hunk) -> Iterator[Edit]:
    """Yield edits that leave a smaller hunk."""
    first, tokens = hunk.span[0], hunk.tokens
    for place, token in enumerate(tokens):
        span = (first + place, first + place + 1)
        usual = hunk.usual[place] if place < len(hunk.usual) else ""
        yield {span: ()}
        if usual:
            yield {span: (usual,)}
        yield from ({span: (simpler,)} for simpler in dict.fromkeys(_simpler(token, usual)) if simpler != token)
    end = hunk.span[1]
    yield from ({(end, end): (usual,)} for usual in hunk.usual[len(tokens) :])


def _simpler(token: str, usual: str) -> Iterator[str]:
    """Yield the token without one character, with one character of the usual token, and with a lower number."""
    for place in range(len(token)):
        yield token[:place] + token[place + 1 :]
        yield token[:place] + usual[place : place + 1] + token[place + 1 :]
    for number in re.finditer("[0-9]{1,9}", token):
        value, width = int(number[0]), len(number[0])
        for lower in (0, 1, value // 2, value - 1):
            if 0 <= lower < value:
                yield f"{token[: number.start()]}{lower:0{width}}{token[number.end() :]}"


# --- comparing -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # a search comes back to the same texts
def _hunks(tokens: Tokens, usual: Tokens) -> tuple[Hunk, ...]:
    """Return the differences between a text and the simplest valid text. The common start and end are skipped first,
    which makes it cheap to compare texts with little damage.
    """
    start = _alike(tokens, usual)
    end = _alike(tokens[start:][::-1], usual[start:][::-1])
    mine, theirs = tokens[start : len(tokens) - end], usual[start : len(usual) - end]
    matcher = SequenceMatcher(None, theirs, mine, autojunk=False)
    return tuple(
        hunk
        for tag, low, high, first, last in matcher.get_opcodes()
        if tag != "equal"
        for hunk in _split(Hunk((start + first, start + last), mine[first:last], theirs[low:high]))
    )


def _split(hunk: Hunk) -> Iterator[Hunk]:
    """Split a hunk into single tokens if both sides have the same number of tokens."""
    if len(hunk.tokens) != len(hunk.usual):
        yield hunk
        return
    for place, (token, usual) in enumerate(zip(hunk.tokens, hunk.usual, strict=True), hunk.span[0]):
        yield Hunk((place, place + 1), (token,), (usual,))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the common start."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _tokens(text: str) -> Tokens:
    return tuple(TOKEN.findall(text))


@lru_cache(maxsize=64)
def _usual(domain: Domain) -> Tokens:
    return _tokens(domain.write(easy_case(domain)))
