"""Subleq, a computer with one instruction: subtract, and jump if the result is not positive.

The memory has 32 cells of -128..127. An instruction is three cells a, b, c, and the counter is the index of a:

    mem[b] -= mem[a]; if mem[b] <= 0 goto c, else continue after the instruction

- A difference wraps like a signed byte: -128 minus 1 is 127.
- An address is taken modulo 32, so any number is an address: 33 and -31 both mean cell 1.
- The counter is 0..29, where a whole instruction fits. If it would leave this range, the computer halts: the result is
  written, and the counter stays. A jump to -1 is the usual way to halt.
- A halted computer stays as it is.

So every well-formed text is a case, and every state has a next state.
"""

from random import Random

from turncheck import Case, Choice, Domain, Int, Schema

CELLS, PLACES = range(32), range(30)
STATE = Schema(
    "counter {counter} {mode} \n mem {mem[0..7]} \n mem {mem[8..15]} \n mem {mem[16..23]} \n mem {mem[24..31]}",
    counter=Int(0, PLACES[-1]),
    mode=Choice("running", "halted"),
    mem=Int(-128, 127),
)


def wrapped(number: int) -> int:
    """Wrap the number to a signed byte."""
    return (number + 128) % 256 - 128


def instruction(state: Case) -> tuple[int, int, int]:
    """Return the instruction at the counter: the cells a and b, and the target of the jump."""
    a, b, c = state.mem[state.counter : state.counter + 3]
    return a % 32, b % 32, c


def step(state: Case) -> dict[str, object]:
    """Return what an instruction changes: a cell, and the counter or the mode."""
    if state.mode == "halted":
        return {}
    a, b, c = instruction(state)
    result = wrapped(state.mem[b] - state.mem[a])
    following = c if result <= 0 else state.counter + 3
    return {f"mem[{b}]": result} | ({"counter": following} if following in PLACES else {"mode": "halted"})


def program(random: Random) -> Case:
    """Draw a random program at its start: one to eight instructions, followed by four cells of small numbers.

    Addresses are mostly those of the four cells, and sometimes those of the program itself.
    """
    end = 3 * random.randint(1, 8)
    code = [random.randrange(random.choice((0, end, end, end)), end + 4) for _ in range(end)]
    code[2::3] = random.choices([*range(0, end, 3), -1], k=end // 3)
    return STATE.neutral.changed(mem=[*code, *random.choices(range(-9, 10), k=4), *[0] * (28 - end)])


DOMAIN = Domain("subleq/1", state=STATE, step=step, start=program)
RUNNING = DOMAIN.cases(mode="running")


def a_is_apart(state: Case) -> bool:
    """Whether a is neither b nor one of the instruction's cells."""
    return instruction(state)[0] not in {instruction(state)[1], *range(state.counter, state.counter + 3)}


@DOMAIN.law(cases=DOMAIN.cases(mode="halted"))
def a_halted_computer_stays_as_it_is(before: Case, after: Case) -> None:
    """Nothing of a halted computer changes."""
    assert after == before


@DOMAIN.law
def no_cell_but_b_changes(before: Case, after: Case) -> None:
    """Only the cell that is subtracted from can change."""
    assert {cell for cell in CELLS if after.mem[cell] != before.mem[cell]} <= {instruction(before)[1]}


@DOMAIN.law(cases=RUNNING)
def the_counter_goes_to_c_or_to_the_next_instruction(before: Case, after: Case) -> None:
    """A result of 0 or less goes to c, any other to the next instruction; if none fits there, the computer halts."""
    _, b, c = instruction(before)
    goal = c if after.mem[b] <= 0 else before.counter + 3
    assert (after.counter, after.mode) == ((goal, "running") if goal in PLACES else (before.counter, "halted"))


@DOMAIN.law(cases=RUNNING, applies=lambda state: instruction(state)[0] == instruction(state)[1])
def a_cell_less_itself_is_0(before: Case, after: Case) -> None:
    """A cell that is subtracted from itself becomes 0."""
    assert after.mem[instruction(before)[1]] == 0


@DOMAIN.law(cases=RUNNING, applies=lambda state: state.mem[instruction(state)[0]] == 0)
def nothing_is_subtracted_by_0(before: Case, after: Case) -> None:
    """If cell a holds 0, the memory does not change."""
    assert after.mem == before.mem


def with_one_more_in_a(state: Case) -> dict[str, int]:
    """Change the number in cell a to one more."""
    return {f"mem[{instruction(state)[0]}]": state.mem[instruction(state)[0]] + 1}


@DOMAIN.law(cases=RUNNING, applies=a_is_apart, also=with_one_more_in_a)
def one_more_in_a_is_one_less_in_b(before: Case, after: Case, other: Case) -> None:
    """If cell a holds one more, the result is one less, and wraps."""
    assert other.mem[instruction(before)[1]] == wrapped(after.mem[instruction(before)[1]] - 1)


def with_another_idle_number(state: Case) -> dict[str, int]:
    """Change the first cell from b on that is not part of the instruction and that it does not use."""
    a, b, _ = instruction(state)
    used = {a, b, *range(state.counter, state.counter + 3)}
    idle = next(cell % 32 for cell in range(b, b + 32) if cell % 32 not in used)
    return {f"mem[{idle}]": ~state.mem[idle]}


@DOMAIN.law(also=with_another_idle_number)
def what_an_idle_cell_holds_does_not_matter(before: Case, after: Case, other: Case) -> None:
    """Changing a cell that is not part of the instruction and that it does not use changes only that cell."""
    assert other == after.changed(with_another_idle_number(before))
