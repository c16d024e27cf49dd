"""Subleq in six stages, each of which does one thing, and writes what it found behind the memory for the next one.

    fetch      writes the addresses of cells a and b, and c
    operands   writes what cells a and b hold
    bits       writes both numbers as eight bits each, from the lowest to the highest
    subtract   writes the bits of the difference
    number     writes the number that these are
    store      writes the next state

A halted computer's next state is written at once. The domain is `subleq.py`'s with these stages and without its own
laws: train with this file, and check with either. That one has more laws, and this one knows which stage was wrong.

    turncheck train --domain steps.py --config once --stages fetch,operands,bits,subtract,number,store --out runs/subleq
"""

import sys
from pathlib import Path

from turncheck import Domain
from turncheck.engine.stages import Stages

sys.path.insert(0, str(Path(__file__).parent))
from subleq import DOMAIN as WHOLE
from subleq import PLACES, STATE, instruction, program, step, wrapped


def parted(text: str) -> tuple[str, list[list[int]]]:
    """Return the lines of the state, and the numbers of the lines behind it."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[:5]), [[int(number) for number in line.split()[1:]] for line in lines[5:]]


def line(*numbers: int) -> str:
    """Write numbers as a line of the memory is written."""
    return f"mem {' '.join(f'{number:+04}' for number in numbers)}\n"


def in_bits(number: int) -> list[int]:
    """Return the eight bits of a signed byte, from the lowest to the highest."""
    return [number >> place & 1 for place in range(8)]


def of_bits(bits: list[int]) -> int:
    """Return the signed byte that has these bits."""
    return wrapped(sum(bit << place for place, bit in enumerate(bits)))


def fetch(text: str) -> str:
    """Write the addresses of a and b, and c, behind the state; a halted computer stays as it is."""
    state = WHOLE.read(text)
    return text if state.mode == "halted" else f"{text}{line(*instruction(state))}> operands\n"


def operands(text: str) -> str:
    """Write what the cells a and b hold."""
    state, [(a, b, _)] = parted(text)
    mem = WHOLE.read(state).mem
    return f"{text}{line(mem[a], mem[b])}> bits\n"


def bits(text: str) -> str:
    """Write the bits of both operands in place of the operands."""
    state, [places, (left, right)] = parted(text)
    return f"{state}{line(*places)}{line(*in_bits(left))}{line(*in_bits(right))}> subtract\n"


def subtract(text: str) -> str:
    """Write the bits of the difference in place of those of the operands."""
    state, [places, left, right] = parted(text)
    return f"{state}{line(*places)}{line(*in_bits(of_bits(right) - of_bits(left)))}> number\n"


def number(text: str) -> str:
    """Write the difference in place of its bits."""
    state, [places, result] = parted(text)
    return f"{state}{line(*places)}{line(of_bits(result))}> store\n"


def store(text: str) -> str:
    """Write the difference into cell b, and jump or go on."""
    before, [(_, b, c), (result,)] = parted(text)
    state = WHOLE.read(before)
    following = c if result <= 0 else state.counter + 3
    jump = {"counter": following} if following in PLACES else {"mode": "halted"}
    return WHOLE.write_answer(state.changed(**{f"mem[{b}]": result}, **jump))


STAGES = Stages("fetch", {each.__name__: each for each in (fetch, operands, bits, subtract, number, store)})
DOMAIN = Domain(WHOLE.name, state=STATE, step=step, start=program, stages=STAGES)
