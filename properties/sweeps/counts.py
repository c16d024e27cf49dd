"""The counts of a sweep, and whether saved counts can belong to a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs

from turncheck.reports.modes import MODES


@attrs.define
class Counts:
    """The counts of a sweep so far.

    Attributes:
        done: cases of the sample.
        diverged: cases whose own answer is wrong.
        unreadable: wrong answers that are not well-formed.
        applied: for each law, the cases to which it applied.
        broke: for each law, the cases in which it was broken.
        modes: the cases whose own answer diverged, by failure mode.
        fields: for each field of the answer, such as `hero hp`: cases, and wrong ones. A field that the prompt also has
            is there twice, as `hero hp changed` and `hero hp unchanged`, by whether the reference changes it.
        strata: for each stratum, such as `hero attack, foe wait`: cases, and wrong ones.
    """

    done: int = 0
    diverged: int = 0
    unreadable: int = 0
    applied: Counter[str] = attrs.field(factory=Counter)
    broke: Counter[str] = attrs.field(factory=Counter)
    modes: Counter[str] = attrs.field(factory=Counter)
    fields: dict[str, list[int]] = attrs.field(factory=dict)
    strata: dict[str, list[int]] = attrs.field(factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Counts:
        """Return the counts from the values of `to_json`."""
        counters = {name: Counter(values[name]) for name in COUNTERS}
        return cls(**{**values, **counters})


COUNTERS, PAIRS = ("applied", "broke", "modes"), ("fields", "strata")


def checked_counts(values: object, turns: int, laws: list[str]) -> Counts:
    """Check and return the counts in a file.

    Args:
        values: the values in the file.
        turns: the number of cases of the sweep.
        laws: the laws of the sweep.

    Raises:
        ValueError: the values cannot be the counts of such a sweep.
    """
    names = [field.name for field in attrs.fields(Counts)]
    if not isinstance(values, dict) or set(values) != set(names):
        raise ValueError(f"counts must have {', '.join(names)}, got {_short(values)}")
    done = whole("counts done", values["done"], turns)
    diverged = whole("counts diverged", values["diverged"], done)
    readable = diverged - whole("counts unreadable", values["unreadable"], diverged)
    applied = _counted("applied", values["applied"], dict.fromkeys(laws, done))
    _counted("broke", values["broke"], {law: applied.get(law, 0) for law in laws})
    modes = _counted("modes", values["modes"], dict.fromkeys([mode.mode for mode in MODES], diverged))
    if sum(modes.values()) != diverged:
        raise ValueError(f"counts modes must have {diverged:,} cases together, got {sum(modes.values()):,}")
    _paired("fields", values["fields"], done, readable)
    wrong = _paired("strata", values["strata"], done, diverged)
    if wrong > diverged:
        raise ValueError(f"counts strata must have at most {diverged:,} wrong cases together, got {wrong:,}")
    return Counts.from_json(values)


def whole(field: str, value: object, most: int, least: int = 0) -> int:
    """Return the value if it is an integer in that closed range.

    Raises:
        ValueError: it is not.
    """
    if type(value) is not int or not least <= value <= most:  # True is an int too
        raise ValueError(f"{field} must be {least:,}..{most:,}, got {_short(value)}")
    return value


def _counted(name: str, values: object, most: Mapping[str, int]) -> dict[str, int]:
    """Return numbers by name, after checking each against its maximum."""
    if not isinstance(values, dict):
        raise ValueError(f"counts {name} must be numbers by name, got {_short(values)}")
    for key, value in values.items():
        if key not in most:
            raise ValueError(f"counts {name} must have names of this sweep, got {_short(key)}")
        whole(f"counts {name} {key}", value, most[key])
    return values


def _paired(name: str, values: object, cases: int, wrong: int) -> int:
    """Check pairs of numbers by name, cases and wrong ones; return the total of the wrong ones."""
    if not isinstance(values, dict) or not all(isinstance(pair, list) and len(pair) == 2 for pair in values.values()):
        raise ValueError(f"counts {name} must be pairs of numbers by name, got {_short(values)}")
    for key, (first, second) in values.items():
        of = whole(f"counts {name} {key}", first, cases)
        whole(f"counts {name} {key}", second, min(of, wrong))
    return sum(pair[1] for pair in values.values())


def _short(value: object) -> str:
    return f"{value!r:.60}"
