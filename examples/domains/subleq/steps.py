"""Subleq in ten stages, each of which does one thing, and writes what it found behind the memory for the next one.

    places     writes where the three cells of the instruction stand: line and column of each
    lines      writes these three lines of the memory
    fetch      writes their cells: a, b and c
    addresses  writes where the cells a and b stand
    both       writes these two lines
    operands   writes what the cells a and b hold
    bits       writes both numbers as eight bits each, from the lowest to the highest
    subtract   writes the bits of the difference
    number     writes the number that these are
    store      writes the next state

A halted computer's next state is written at once. The domain is `subleq.py`'s with these stages and without its own
laws: train with this file, and check with either. That one has more laws, and this one knows which stage was wrong.

    turncheck train --domain steps.py --config once --stages all --steps 6000 --out runs/subleq
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from turncheck import Case, Domain
from turncheck.engine.stages import Stages

sys.path.insert(0, str(Path(__file__).parent))
from subleq import DOMAIN as WHOLE
from subleq import PLACES, STATE, program, step, wrapped


def parted(text: str) -> tuple[str, Case, list[list[int]]]:
    """Return the lines of the state, the state, and the numbers of the lines behind it."""
    lines = text.splitlines(keepends=True)
    state = "".join(lines[:5])
    return state, WHOLE.read(state), [[int(number) for number in line.split()[1:]] for line in lines[5:]]


def written(state: str, *lines: Sequence[int], then: str) -> str:
    """Return a state with lines of numbers behind it, and the stage that goes on."""
    return state + "".join(f"mem: {' '.join(f'{number:+04}' for number in each)}\n" for each in lines) + f"> {then}\n"


# --- where to look ---------------------------------------------------------------------------------------------------


def place(cell: int) -> tuple[int, int]:
    """Return the line of the memory in which a cell stands, and the column: cell 11 is at 3 in line 1."""
    return divmod(cell % 32, 8)


def places(text: str) -> str:
    """Write the places of the instruction's cells behind the state; a halted computer stays as it is."""
    state, case, _ = parted(text)
    if case.mode == "halted":
        return text
    return written(state, [number for at in range(3) for number in place(case.counter + at)], then="lines")


def lines(text: str) -> str:
    """Write the lines in which these cells stand, and keep their columns."""
    return looked_up(text, then="fetch")


def fetch(text: str) -> str:
    """Write the cells a, b and c."""
    state, _, (columns, *found) = parted(text)
    return written(state, picked(columns, found), then="addresses")


def addresses(text: str) -> str:
    """Write where the cells a and b stand; keep c."""
    state, _, [(a, b, c)] = parted(text)
    return written(state, [*place(a), *place(b)], [*place(b), c], then="both")


def both(text: str) -> str:
    """Write the lines in which these two stand, and keep their columns."""
    return looked_up(text, then="operands")


def operands(text: str) -> str:
    """Write what the cells a and b hold."""
    state, _, (columns, *found, rest) = parted(text)
    return written(state, picked(columns, found), rest, then="bits")


def looked_up(text: str, then: str) -> str:
    """Write the columns of the places in the first line, and for each place the line of the memory."""
    state, case, (found, *rest) = parted(text)
    return written(state, found[1::2], *(case.mem[8 * line : 8 * line + 8] for line in found[::2]), *rest, then=then)


def picked(columns: list[int], found: list[list[int]]) -> list[int]:
    """Return of each line the number in its column."""
    return [line[column] for line, column in zip(found, columns, strict=True)]


# --- what to do ------------------------------------------------------------------------------------------------------


def in_bits(number: int) -> list[int]:
    """Return the eight bits of a signed byte, from the lowest to the highest."""
    return [number >> place & 1 for place in range(8)]


def of_bits(bits: list[int]) -> int:
    """Return the signed byte that has these bits."""
    return wrapped(sum(bit << place for place, bit in enumerate(bits)))


def bits(text: str) -> str:
    """Write the bits of both operands in place of the operands."""
    state, _, ((a, b), rest) = parted(text)
    return written(state, in_bits(a), in_bits(b), rest, then="subtract")


def subtract(text: str) -> str:
    """Write the bits of the difference in place of those of the operands."""
    state, _, (a, b, rest) = parted(text)
    return written(state, in_bits(of_bits(b) - of_bits(a)), rest, then="number")


def number(text: str) -> str:
    """Write the difference in place of its bits."""
    state, _, (result, rest) = parted(text)
    return written(state, [of_bits(result)], rest, then="store")


def store(text: str) -> str:
    """Write the difference into cell b, and jump or go on."""
    _, case, ((result,), (line, column, c)) = parted(text)
    following = c if result <= 0 else case.counter + 3
    jump = {"counter": following} if following in PLACES else {"mode": "halted"}
    return WHOLE.write_answer(case.changed(**{f"mem[{8 * line + column}]": result}, **jump))


ALL = (places, lines, fetch, addresses, both, operands, bits, subtract, number, store)
STAGES = Stages("places", {each.__name__: each for each in ALL})
DOMAIN = Domain(WHOLE.name, state=STATE, step=step, start=program, stages=STAGES)
