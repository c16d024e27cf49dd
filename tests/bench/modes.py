"""The confusion table of failure modes: answers that are spoiled in a known way, and the modes that they are given.

    python -m tests.bench.modes --turns 1000

Each mode has a few ways of planting it; each turn takes one of them at random. Half of the turns are `mixed`, half
`play`. Where a way leaves the answer as it was, such as a stale copy of a turn that changes nothing, the next turn is
taken in that one's place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice
from random import Random

import attrs
import click
from tabulate import tabulate

from turncheck.duel import DOMAIN
from turncheck.engine.duel import REASONS, WORDS, Turn, resolve_text, write, write_rejection
from turncheck.engine.duel.samplers import sample
from turncheck.engine.sampling import stream
from turncheck.reports.modes import MODES, Divergence, diverge
from turncheck.reports.readings import readings
from turncheck.strategies.duel.operators import damage

ANSWERS = readings(DOMAIN)
NUMBERS = DOMAIN.answer.names
LABELS = tuple(index for index, place in enumerate(ANSWERS.places) if not place.names)
VALUES = tuple(index for index, place in enumerate(ANSWERS.places) if place.names)
"""Which places of a state hold labels, and which hold numbers."""

TWO_FIT = "two fit"
"""The last column: how many of a row's answers fit a second mode as well."""


@attrs.frozen
class Spoiled:
    """A prompt and an answer to it, as `diverge` is told of it."""

    prompt: str
    got: str
    first: str | None = None
    fault: str = ""

    def divergence(self) -> Divergence | None:
        """What the answer is named."""
        return diverge(DOMAIN, self.prompt, resolve_text(self.prompt), self.got, first=self.first, fault=self.fault)


Way = Callable[[Turn, Random], Spoiled]


def spoiling(spoil: Callable[[str, Random], str]) -> Way:
    """A way that makes a wrong answer of the right one."""
    return lambda turn, random: Spoiled(write(turn), spoil(resolve_text(write(turn)), random))


def split(text: str) -> list[str]:
    """The pieces of a text and what stands between them: place `i` of a state is at `2 * i`."""
    return re.split("([ \n])", text)


def put(state: str, index: int, piece: str) -> str:
    """The state with another piece in one of its places."""
    pieces = split(state)
    pieces[2 * index] = piece
    return "".join(pieces)


# --- whole answers ---------------------------------------------------------------------------------------------------


def raises(turn: Turn, random: Random) -> Spoiled:
    """Nothing is answered, since the model raised."""
    return Spoiled(write(turn), "", fault="ValueError: no weights")


def answers_nothing(turn: Turn, random: Random) -> Spoiled:
    """An empty text."""
    return Spoiled(write(turn), "")


def errs_the_second_time(turn: Turn, random: Random) -> Spoiled:
    """A right answer first, and then a number that is wrong by one."""
    right = resolve_text(write(turn))
    return Spoiled(write(turn), errs_by_one(right, random), first=right)


def errs_the_first_time(turn: Turn, random: Random) -> Spoiled:
    """A number that is wrong by one first, and then the right answer."""
    right = resolve_text(write(turn))
    return Spoiled(write(turn), right, first=errs_by_one(right, random))


def accepts(turn: Turn, random: Random) -> Spoiled:
    """To a malformed text the answer to the turn that it was made from."""
    return Spoiled(damaged(turn, random), resolve_text(write(turn)))


def gives_another_reason(turn: Turn, random: Random) -> Spoiled:
    """To a malformed text any of the reasons."""
    return Spoiled(damaged(turn, random), rejects("", random))


def rejects(right: str, random: Random) -> str:
    """To a valid turn any of the reasons."""
    return write_rejection(random.choice(list(REASONS)))


def damaged(turn: Turn, random: Random) -> str:
    """The turn's text, malformed for any of the reasons."""
    return damage(turn, random.choice(list(REASONS)), random.getrandbits(64))


# --- answers out of form ---------------------------------------------------------------------------------------------


def writes_another_label(right: str, random: Random) -> str:
    """In the place of one label another word of the grammar."""
    return put(right, random.choice(LABELS), random.choice(WORDS))


def swaps_two_labels(right: str, random: Random) -> str:
    """Two labels in each other's place."""
    return swaps_two(right, random, LABELS)


def swaps_two_pieces(right: str, random: Random) -> str:
    """A label and a number in each other's place."""
    return swaps_two(right, random, (random.choice(LABELS), random.choice(VALUES)))


def swaps_two(right: str, random: Random, places: tuple[int, ...]) -> str:
    """The content of two of the places exchanged."""
    one, another = random.sample(places, 2)
    pieces = split(right)
    return put(put(right, one, pieces[2 * another]), another, pieces[2 * one])


def swaps_the_units(right: str, random: Random) -> str:
    """The foe's line before the hero's."""
    turn, hero, foe = right.splitlines(keepends=True)
    return turn + foe + hero


def moves_a_newline(right: str, random: Random) -> str:
    """A newline where a space belongs, and a space where the newline does."""
    pieces = split(right)
    newline = random.choice([index for index, piece in enumerate(pieces[:-2]) if piece == "\n"])
    space = random.choice([index for index, piece in enumerate(pieces) if piece == " "])
    pieces[newline], pieces[space] = " ", "\n"
    return "".join(pieces)


def writes_a_number_of_another_width(right: str, random: Random) -> str:
    """In the place of one number the content of another, whose width is another."""
    pieces, place = split(right)[::2], random.choice(VALUES)
    others = [pieces[index] for index in VALUES if len(pieces[index]) != len(pieces[place])]
    return put(right, place, random.choice(others))


def stops_early(right: str, random: Random) -> str:
    """The beginning of the answer."""
    return right[: random.randrange(1, len(right))]


def goes_on(right: str, random: Random) -> str:
    """The answer, and its beginning again."""
    return right + stops_early(right, random)


def stutters(right: str, random: Random) -> str:
    """One letter or digit twice."""
    place = random.choice([index for index, character in enumerate(right) if character.isalnum()])
    return right[:place] + right[place] + right[place:]


# --- answers with wrong numbers --------------------------------------------------------------------------------------


def with_number(state: str, name: str, value: int) -> str:
    """The state with another number; as it was where that has not the right width."""
    values = ANSWERS.values(state)
    index, place = next((index, place) for index, place in enumerate(ANSWERS.places) if name in place.names)
    digits = values | {name: f"{value:0{len(values[name])}}"}
    return put(state, index, "/".join(digits[number] for number in place.names))


def takes_a_neighbours_value(right: str, random: Random) -> str:
    """In the place of one number that of a neighbour, or the other unit's."""
    values = ANSWERS.values(right)
    name = random.choice([name for name in NUMBERS if ANSWERS.beside[name]])
    value = int(values[random.choice(ANSWERS.beside[name])])
    return with_number(right, name, value) if value < 10 ** len(values[name]) else right


def changes_nothing(turn: Turn, random: Random) -> Spoiled:
    """The battle as it was before the turn."""
    return Spoiled(write(turn), write(turn.battle))


def leaves_one_number(turn: Turn, random: Random) -> Spoiled:
    """One of the numbers that change as it was before the turn."""
    right = resolve_text(write(turn))
    changed = ANSWERS.wrong_values(right, write(turn.battle))
    if not changed:
        return Spoiled(write(turn), right)
    left = random.choice(changed)
    return Spoiled(write(turn), with_number(right, left.name, int(left.got)))


def errs_by_one(right: str, random: Random) -> str:
    """One number that is one too high or too low, as its digits allow."""
    name = random.choice(NUMBERS)
    digits = ANSWERS.values(right)[name]
    value = int(digits)
    higher, lower = min(value + 1, 10 ** len(digits) - 1), max(value - 1, 0)
    return with_number(right, name, random.choice([each for each in (higher, lower) if each != value]))


def errs(right: str, random: Random) -> str:
    """Any number in the place of one."""
    name = random.choice(NUMBERS)
    return with_number(right, name, random.randrange(10 ** len(ANSWERS.values(right)[name])))


# --- the table -------------------------------------------------------------------------------------------------------

# fmt: off
WAYS: dict[str, tuple[Way, ...]] = {
    "no_answer":          (raises, answers_nothing),
    "unstable":           (errs_the_second_time, errs_the_first_time),
    "silent_acceptance":  (accepts,),
    "wrong_reason":       (gives_another_reason,),
    "false_rejection":    (spoiling(rejects),),
    "label_collapse":     (spoiling(writes_another_label),),
    "boundary_confusion": (spoiling(swaps_two_labels), spoiling(swaps_two_pieces), spoiling(swaps_the_units),
                           spoiling(moves_a_newline), spoiling(writes_a_number_of_another_width),
                           spoiling(takes_a_neighbours_value)),
    "token_drift":        (spoiling(stops_early), spoiling(goes_on), spoiling(stutters)),
    "stale_copy":         (changes_nothing, leaves_one_number),
    "wrong_value":        (spoiling(errs_by_one), spoiling(errs)),
}
"""The ways of planting each mode."""
# fmt: on


def planted(mode: str, turns: int, seed: int) -> Iterator[Divergence]:
    """What that many answers are named that were spoiled in the ways of a mode."""
    return islice((found for index in count() if (found := _planted(mode, seed, index)) is not None), turns)


def _planted(mode: str, seed: int, index: int) -> Divergence | None:
    (turn,) = sample(("mixed", "play")[index % 2], seed, 1, start=index)
    random = stream(mode, seed, index)
    return random.choice(WAYS[mode])(turn, random).divergence()


def confusion(turns: int, seed: int) -> dict[str, dict[str, int]]:
    """For each planted mode how many of the answers were given which mode, and how many of them fit a second one."""
    table = {}
    for mode in WAYS:
        found = list(planted(mode, turns, seed))
        named = Counter([each.mode for each in found] + [TWO_FIT for each in found if each.also])
        table[mode] = dict(named)
    return table


@click.command()
@click.option("--turns", type=click.IntRange(1), default=1000, show_default=True, help="For each mode.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(turns: int, seed: int) -> None:
    """Plant each failure mode, and print what the answers are named."""
    columns = [*(mode.mode for mode in MODES), TWO_FIT]
    rows = [[mode, *(named.get(column) for column in columns)] for mode, named in confusion(turns, seed).items()]
    print(tabulate(rows, ["planted", *columns], tablefmt="pipe"))


if __name__ == "__main__":
    main()
