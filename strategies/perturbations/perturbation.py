"""A perturbation: a named, seeded pure change of a case's text, with a strength."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.page import CasePage

Way = Callable[[CasePage, int, Choices], str]
"""A change of the pieces of a text: from a page, a strength and choices to the changed text."""

Change = Callable[[AnyCase, int, Choices], str]
"""Any change: from a case, a strength and choices to a text."""

TRIES = 64
"""Most integers that a perturbation tries, in order. Each drops one more of the lowest bits of the choice."""


class StrengthError(ValueError):
    """A perturbation does not have this strength.

    Attributes:
        name: the perturbation's name.
        strengths: its strengths.
        value: the strength that was given.
    """

    def __init__(self, name: str, strengths: tuple[int, ...], value: object) -> None:
        super().__init__(name, strengths, value)
        self.name, self.strengths, self.value = name, strengths, value

    def __str__(self) -> str:
        return f"strength of {self.name!r} must be one of {', '.join(map(str, self.strengths))}, got {self.value!r}"


@attrs.frozen
class Row:
    """A change of a text's pieces, with its name and its strengths, as the topics list it."""

    name: str
    way: Way
    strengths: tuple[int, ...] = (1, 2, 3)
    keeps_valid: bool = False
    tries: int = TRIES

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        return sentence_of(self.way)


@attrs.frozen(eq=False)
class Perturbation:
    """A named change of a case's text.

    Attributes:
        name: the name, unique in a library.
        family: the family, for tables: `labels`, `fields`, `numbers` and so on.
        strengths: the strengths, weakest first: how many places are changed, or how far; `(1,)` if there is one.
        keeps_valid: True if the text is always another valid case, False if it is always malformed.
        domain: the domain of the cases.
        change: the change itself; its texts are checked.
        about: what it does, in a sentence, in which `that many` is the strength.
        tries: number of integers to try; fewer for a change that is a search itself.
    """

    name: str
    family: str
    strengths: tuple[int, ...]
    keeps_valid: bool
    domain: Domain = attrs.field(repr=False)
    change: Change = attrs.field(repr=False)
    about: str = attrs.field(default="", repr=False)
    tries: int = attrs.field(default=TRIES, repr=False)

    def apply(self, case: AnyCase, strength: int, choice: int) -> str:
        """Return the changed text of the case: never the case's own text, and the same for the same arguments.

        Args:
            case: a valid case.
            strength: one of `strengths`.
            choice: where and how, 0 or more, read by `turncheck.strategies.choices.Choices`. 0 is the least damage;
                random 64-bit integers spread over the places.

        Raises:
            StrengthError: there is no such strength.
            ChoiceError: the choice is not an int of 0 or more.
            ImpossibleDamageError: this case cannot be changed so.
        """
        if strength not in self.strengths:
            raise StrengthError(self.name, self.strengths, strength)
        Choices(choice)
        own = self.domain.write(case)
        for text in self._tried(case, strength, choice):
            if text != own and self.domain.is_case(text) == self.keeps_valid:
                return text
        fault = f"{own!r:.200} was not changed by {self.name!r} at strength {strength}: take another case or strength"
        raise ImpossibleDamageError(self.name, fault)

    def _tried(self, case: AnyCase, strength: int, choice: int) -> Iterator[str]:
        """Yield the texts that the choice, and others derived from it, select."""
        for number in range(self.tries):
            start = (choice >> number) + number
            choices = Choices(start)
            try:
                yield self.change(case, strength, choices)
            except NoOptionError:
                if start and choices.left == start:  # nothing was picked, so other integers lead to the same
                    return


def sentence_of(function: object) -> str:
    """Return the first paragraph of a function's docstring, as one line; empty if it has none."""
    return " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())


def of_pages(domain: Domain, way: Way) -> Change:
    """Return the change that a way makes of the case's page."""
    return lambda case, strength, choices: way(CasePage.of(domain, case, ()), strength, choices)
