"""Changes of labels: the words of the grammar, without the orders' actions unless a change says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.misspellings import (
    LOOK_ALIKES,
    doubled_letter,
    dropped_letter,
    inserted_letter,
    replaced_letter,
    swapped_letters,
)
from turncheck.strategies.page import CasePage, Position
from turncheck.strategies.perturbations.perturbation import Row
from turncheck.strategies.perturbations.places import Chunk, chunks_of, each_of, labels_on, words_on, written

EDITS = (dropped_letter, doubled_letter, swapped_letters, replaced_letter, inserted_letter)
"""One edit of a word each."""

JOINS = ("_", "", "-", "/", "+", "&", ".")
"""What joins fused labels."""

# --- the letters of one label ----------------------------------------------------------------------------------------


def misspelt_label(page: CasePage, strength: int, choices: Choices) -> str:
    """Misspell a label by that many edits."""
    place = choices.pick(labels_on(page))
    page[place] = misspelt(page[place], strength, choices, page.words)
    return page.text


def misspelt(word: str, edits: int, choices: Choices, known: Sequence[str]) -> str:
    """Return the word after that many edits: a letter dropped, doubled, replaced, inserted, or swapped with the next.

    Raises:
        NoOptionError: the choices give a word that fewer edits give, a known word, or none.
    """
    edited = word
    for done in range(1, edits + 1):
        edited = choices.pick(choices.pick(EDITS)(edited))
        if edit_distance(word, edited) != done:
            raise NoOptionError
    if not edited or edited in known:
        raise NoOptionError
    return edited


def edit_distance(one: str, other: str) -> int:
    """Return how many edits lead from one word to the other: letters dropped, inserted, replaced, or swapped with the
    next (optimal string alignment).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        following = [i + 1]
        for j, wanted in enumerate(other):
            least = min(row[j] + (letter != wanted), row[j + 1] + 1, following[j] + 1)
            if i and j and letter == other[j - 1] and one[i - 1] == wanted:
                least = min(least, before[j - 1] + 1)
            following.append(least)
        before, row = row, following
    return row[-1]


def look_alike_letters(page: CasePage, strength: int, choices: Choices) -> str:
    """Replace that many letters of a word by letters of another script that look like them."""
    place = choices.pick(words_on(page))
    letters = list(page[place])
    for at in each_of(choices, [at for at, letter in enumerate(letters) if _foreign(letter)], strength):
        letters[at] = choices.pick(_foreign(letters[at]))
    page[place] = "".join(letters)
    return page.text


def _foreign(letter: str) -> str:
    return "".join(like for like in LOOK_ALIKES.get(letter, "") if like > "\x7f")


# --- other words -----------------------------------------------------------------------------------------------------


def _replaced(page: CasePage, count: int, choices: Choices, options: Callable[[str], Sequence[str]]) -> str:
    """Replace that many words by one of their options each; actions too."""
    ways = {place: [each for each in options(page[place]) if each != page[place]] for place in words_on(page)}
    for place in each_of(choices, [place for place, texts in ways.items() if texts], count):
        page[place] = choices.pick(ways[place])
    return page.text


def synonym(page: CasePage, strength: int, choices: Choices) -> str:
    """Replace that many words by other words for the same thing, which the domain gives."""
    return _replaced(page, strength, choices, lambda word: page.domain.synonyms.get(word, ()))


def other_case(page: CasePage, strength: int, choices: Choices) -> str:
    """Write that many words in capitals, or with one capital."""
    return _replaced(
        page, strength, choices, lambda word: list(dict.fromkeys((word.capitalize(), word.upper(), word.swapcase())))
    )


def plural(page: CasePage, strength: int, choices: Choices) -> str:
    """Write that many words in the plural."""
    return _replaced(
        page, strength, choices, lambda word: _plurals(word) if word.isascii() and word[-1].isalpha() else ()
    )


def _plurals(word: str) -> list[str]:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return [word[:-1] + "ies", word + "s"]
    return [word + "es", word + "s"] if word.endswith(("s", "x", "z", "ch", "sh")) else [word + "s", word + "(s)"]


def other_label(page: CasePage, strength: int, choices: Choices) -> str:
    """Replace that many labels by other words of the grammar."""
    for place in each_of(choices, labels_on(page), strength):
        page[place] = choices.pick([word for word in page.words if word != page[place]])
    return page.text


# --- several labels --------------------------------------------------------------------------------------------------


def labels_swapped(page: CasePage, strength: int, choices: Choices) -> str:
    """Swap that many pairs of labels; what follows them stays."""
    left = labels_on(page)
    for _ in range(strength):
        first = choices.pick([place for place in left if _unlike(page, place, left)])
        second = choices.pick(_unlike(page, first, left))
        page[first], page[second] = page[second], page[first]
        left = [place for place in left if place not in (first, second)]
    return page.text


def _unlike(page: CasePage, place: Position, places: Sequence[Position]) -> list[Position]:
    """Return the later places with another word, those of the same line first."""
    later = [other for other in places if other > place and page[other] != page[place]]
    return sorted(later, key=lambda other: other[0] != place[0])


def labels_fused(page: CasePage, strength: int, choices: Choices) -> str:
    """Write a label as one word with that many of the labels that follow it in its line: `poison_burn`."""
    lines = [[place for place in labels_on(page) if place[0] == line] for line in range(len(page.lines))]
    starts = [places[at : at + 1 + strength] for places in lines for at in range(len(places) - strength)]
    fused = choices.pick(starts)
    page[fused[0]] = choices.pick(JOINS).join(page[place] for place in fused)
    return page.text


def label_overloaded(page: CasePage, strength: int, choices: Choices) -> str:
    """Write a field again behind itself, with that many other values."""
    rows = chunks_of(page)
    chunk = choices.pick([chunk for row in rows for chunk in row if chunk.has_label])
    row = next(row for row in rows if chunk in row)
    values = list(each_of(choices, _other_values(page, chunk.place), strength))
    at = row.index(chunk) + 1
    row[at:at] = [Chunk([chunk.pieces[0], value], chunk.place, True) for value in values]
    return written(page, rows)


def _other_values(page: CasePage, place: Position) -> list[str]:
    """Return other texts of the piece, each with another boundary or simple value in one of its fields."""
    piece = page.wanted(place)
    own = [page.fields[name] for name in piece.names]
    texts = [
        piece.write([*own[:at], value, *own[at + 1 :]])
        for at, field in enumerate(piece.fields)
        for value in [*field.simpler(own[at]), *field.edges()]
    ]
    return [text for text in dict.fromkeys(texts) if text != page[place]]


LABELS = (
    Row("misspelt label", misspelt_label),
    Row("synonym of a word", synonym),
    Row("capital letters", other_case),
    Row("plural of a word", plural),
    Row("look-alike letters", look_alike_letters),
    Row("another label", other_label),
    Row("labels swapped", labels_swapped),
    Row("labels fused", labels_fused),
    Row("label overloaded", label_overloaded),
)
