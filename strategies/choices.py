"""An integer read as a sequence of choices: what is made from them is a pure function and shrinks with the integer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import attrs

Option = TypeVar("Option")


class ChoiceError(ValueError):
    """A choice is no integer of 0 or more.

    Attributes:
        value: the choice that was given.
    """

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value

    def __str__(self) -> str:
        return f"choice must be an int, 0 or more, got {self.value!r}; draw one with random.getrandbits(64)"


class NoOptionError(LookupError):
    """There is nothing to choose from."""


def _is_a_choice(holder: Choices, attribute: attrs.Attribute[int], value: int) -> None:
    if type(value) is not int or value < 0:
        raise ChoiceError(value)


@attrs.define
class Choices:
    """The digits of an integer, lowest first; the base of each digit is the number of options of that choice.

    0 always picks the first option. A random 64-bit integer makes nearly uniform choices, as long as the product of
    the bases stays far below 2**64. When the integer is used up, all further choices pick the first option.

    >>> choices = Choices(7)
    >>> choices.pick("abc"), choices.pick("abc"), choices.pick("abc")
    ('b', 'c', 'a')
    """

    left: int = attrs.field(validator=_is_a_choice)

    def pick(self, options: Sequence[Option]) -> Option:
        """Pick one of the options.

        Raises:
            NoOptionError: there are no options.
        """
        if not options:
            raise NoOptionError
        self.left, index = divmod(self.left, len(options))
        return options[index]

    def take_all(self) -> int:
        """Return what is left of the integer, as a seed for `random.Random`, and leave 0."""
        left, self.left = self.left, 0
        return left
