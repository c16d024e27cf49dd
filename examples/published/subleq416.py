"""The subleq computer of https://github.com/anadim/subleq-transformer, `round1_constructed`, as its interpreter has it.

Subleq has one instruction: subtract, and branch if the result is not positive. The memory has 416 cells of
-32768..32767. An instruction is three cells a, b, c, the first of which the counter names:

    mem[b] -= mem[a]; if mem[b] <= 0 goto c, else go on behind the instruction

- A difference beyond -32768..32767 becomes the nearer of the two.
- The computer halts, and stays as it is, where the counter is none of 0..413, or a or b is none of 0..415.

`DOMAIN` is one step; `PROGRAMS` is up to 200 of them, from the same state to the last one.
"""

from random import Random

from turncheck import Case, Domain, Int, Schema

CELLS, LOW, HIGH, CODE, DATA, STEPS = 416, -(1 << 15), (1 << 15) - 1, 384, range(384, 416), 200
STATE = Schema(
    "pc {pc}\n" + "\n".join(f"mem {{mem[{first}..{first + 15}]}}" for first in range(0, CELLS, 16)),
    pc=Int(LOW, HIGH, digits=0),
    mem=Int(LOW, HIGH, digits=0),
)


def instruction(state: Case) -> tuple[int, ...]:
    """The instruction at the counter; nothing where there is none."""
    return state.mem[state.pc : state.pc + 3] if 0 <= state.pc <= CELLS - 3 else ()


def runs(state: Case) -> bool:
    """Whether the computer goes on: there is an instruction, and a and b are cells."""
    return instruction(state) != () and all(0 <= address < CELLS for address in instruction(state)[:2])


def clamped(number: int) -> int:
    """The nearest number that a cell holds."""
    return max(LOW, min(HIGH, number))


def step(state: Case) -> dict[str, int]:
    """What an instruction changes: a cell and the counter."""
    if not runs(state):
        return {}
    a, b, c = instruction(state)
    result = clamped(state.mem[b] - state.mem[a])
    return {f"mem[{b}]": result, "pc": c if result <= 0 else state.pc + 3}


def run(state: Case) -> tuple[Case, int]:
    """The state after `STEPS` steps, or where the computer halts, and after how many steps that is."""
    mem, pc = list(state.mem), state.pc
    for steps in range(STEPS):
        if not (0 <= pc <= CELLS - 3 and 0 <= mem[pc] < CELLS and 0 <= mem[pc + 1] < CELLS):
            return state.changed(pc=pc, mem=mem), steps
        a, b, c = mem[pc : pc + 3]
        mem[b] = clamped(mem[b] - mem[a])
        pc = c if mem[b] <= 0 else pc + 3
    return state.changed(pc=pc, mem=mem), STEPS


def comes_to_no_cell(state: Case) -> bool:
    """Whether a program halts since an address is none of a cell."""
    last, steps = run(state)
    return steps < STEPS and instruction(last) != ()


def program(random: Random) -> Case:
    """A random program of 3 to 20 instructions before 32 cells of numbers, as the authors draw theirs."""
    count, mem = random.randint(3, 20), [0] * CELLS
    for place in range(0, 3 * count, 3):
        mem[place : place + 2] = random.randrange(CELLS), random.randrange(CELLS)
        mem[place + 2] = random.randint(-1, 3 * count)
    mem[CODE:] = [random.randint(-328, 327) for _ in DATA]
    return STATE.neutral.changed(mem=mem)


def single(random: Random) -> Case:
    """One instruction among small numbers, as the authors draw single steps."""
    mem, pc = [0] * CELLS, random.randrange(0, 24, 3)
    mem[24:80] = [random.randint(-300, 300) for _ in range(24, 80)]
    mem[CODE:] = [random.randint(-500, 500) for _ in DATA]
    mem[pc : pc + 3] = random.randrange(CELLS), random.randrange(CELLS), random.randint(-1, 60)
    return STATE.neutral.changed(pc=pc, mem=mem)


def full(random: Random) -> Case:
    """One instruction among numbers of the whole range."""
    mem, pc = [random.randint(LOW, HIGH) for _ in range(CELLS)], random.randint(0, CELLS - 3)
    mem[pc : pc + 3] = random.randrange(CELLS), random.randrange(CELLS), random.randint(-1, CELLS)
    return STATE.neutral.changed(pc=pc, mem=mem)


DOMAIN = Domain(
    "subleq416/1", state=STATE, step=step, start=program, rejects=False, samplers={"single": single, "full": full}
)
PROGRAMS = Domain(
    "subleq416-programs/1",
    prompt=STATE,
    answer=STATE,
    resolve=lambda state: run(state)[0],
    rejects=False,
    samplers={"program": program},
)


@DOMAIN.law(applies=lambda state: instruction(state) != () and not runs(state))
def an_address_outside_the_memory_halts(before: Case, after: Case) -> None:
    """Where a or b is no cell, nothing changes."""
    assert after == before


@DOMAIN.law(applies=runs)
def no_cell_but_b_changes(before: Case, after: Case) -> None:
    """Only the cell that is subtracted from can change."""
    assert {cell for cell in range(CELLS) if after.mem[cell] != before.mem[cell]} <= {instruction(before)[1]}


@DOMAIN.law(applies=runs)
def the_difference_is_written(before: Case, after: Case) -> None:
    """The cell b holds the difference, or the nearest number to it."""
    a, b, _ = instruction(before)
    assert after.mem[b] == clamped(before.mem[b] - before.mem[a])


@DOMAIN.law(applies=runs)
def the_counter_goes_to_c_or_to_the_next_instruction(before: Case, after: Case) -> None:
    """A result of 0 or less goes to c, any other to the next instruction."""
    _, b, c = instruction(before)
    assert after.pc == (c if after.mem[b] <= 0 else before.pc + 3)


@DOMAIN.law(applies=lambda state: runs(state) and len({*instruction(state)[:2]}) == 1)
def a_cell_less_itself_is_0(before: Case, after: Case) -> None:
    """A cell that is subtracted from itself becomes 0."""
    assert after.mem[instruction(before)[1]] == 0


@DOMAIN.law(applies=lambda state: runs(state) and state.mem[instruction(state)[0]] == 0)
def subtracting_0_changes_no_cell(before: Case, after: Case) -> None:
    """If cell a holds 0, the memory does not change."""
    assert after.mem == before.mem


@PROGRAMS.law(applies=lambda state: not comes_to_no_cell(state))
def a_program_whose_addresses_are_cells_ends_as_it_should(case: Case, answer: Case) -> None:
    """A program that uses cells alone ends in the right state: after 200 steps, or where its counter leaves them."""
    assert answer == run(case)[0]


@PROGRAMS.law(applies=comes_to_no_cell)
def an_address_outside_the_memory_halts_a_program(case: Case, answer: Case) -> None:
    """A program that comes to an address outside the memory stays as it is there."""
    assert answer == run(case)[0]
