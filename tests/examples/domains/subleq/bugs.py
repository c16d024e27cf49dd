"""Bugs in the one-instruction computer. An answer is the fields that change, or a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from tests.examples.domains.planted import example, planted
from turncheck.engine.case import Case

DOMAIN = example("subleq")
Changes = dict[str, Any]


@attrs.frozen
class Machine:
    """The computer, written once more and differently, with a part for each thing that may be wrong.

    Attributes:
        order: which cells of the instruction are a, b and c.
        address: which cell an operand means.
        less: the difference, from what b holds and what a holds.
        holds: what a cell makes of it.
        jumps: whether it jumps, from the result and what b held before.
        target: where it jumps to, from c and the counter.
        size: how far the next instruction is.
        last: the highest counter.
    """

    order: tuple[int, int, int] = (0, 1, 2)
    address: Callable[[int], int] = lambda operand: operand & 31
    less: Callable[[int, int], int] = lambda b, a: b - a
    holds: Callable[[int], int] = lambda number: ((number & 255) ^ 128) - 128
    jumps: Callable[[int, int], bool] = lambda result, held: result <= 0
    target: Callable[[int, int], int] = lambda c, counter: c
    size: int = 3
    last: int = 29

    def parts(self, state: Case) -> tuple[int, int, int, int, int]:
        """The cells a and b, the target c, the result, and the counter that follows."""
        cells = [state.mem[state.counter + place] for place in self.order]
        a, b, c = self.address(cells[0]), self.address(cells[1]), cells[2]
        result = self.holds(self.less(state.mem[b], state.mem[a]))
        jumps = self.jumps(result, state.mem[b])
        return a, b, c, result, self.target(c, state.counter) if jumps else state.counter + self.size

    def __call__(self, state: Case) -> Changes:
        """What changes."""
        return self.done(state) if state.mode == "running" else {}

    def done(self, state: Case) -> Changes:
        """What changes, whatever the mode."""
        _, b, _, result, following = self.parts(state)
        goes: Changes = {"counter": following} if 0 <= following <= self.last else {"mode": "halted"}
        return {f"mem[{b}]": result, **goes}


RIGHT = Machine()


def running(answer: Callable[[Case], Changes]) -> Callable[[Case], Changes]:
    """An answer for a running computer; a halted one stays."""
    return lambda state: answer(state) if state.mode == "running" else {}


def result_in_a(state: Case) -> Changes:
    """Writes the result to a, and not to b."""
    a, b, _, result, _ = RIGHT.parts(state)
    return {**RIGHT.done(state), f"mem[{b}]": state.mem[b], f"mem[{a}]": result}


def a_cleared(state: Case) -> Changes:
    """Takes what a holds away from it."""
    a, b, *_ = RIGHT.parts(state)
    return {f"mem[{a}]": 0, **RIGHT.done(state)} if a != b else RIGHT.done(state)


def target_read_late(state: Case) -> Changes:
    """Reads c behind the subtraction."""
    _, b, _, result, _ = RIGHT.parts(state)
    return Machine(target=lambda c, counter: result if b == counter + 2 else c)(state)


def with_changes(wrong: Callable[[Case, Changes], Changes]) -> Callable[[Case], Changes]:
    """The right changes, and others in their place or besides."""
    return running(lambda state: {**RIGHT.done(state), **wrong(state, RIGHT.done(state))})


def halting(wrong: Callable[[Case], Changes]) -> Callable[[Case], Changes]:
    """Something else where a running computer halts."""
    return with_changes(lambda state, right: wrong(state) if right.get("mode") == "halted" else {})


def unwritten(cell: str) -> Callable[[Case], Changes]:
    """A cell that is never written."""
    return running(lambda state: {name: value for name, value in RIGHT.done(state).items() if name != cell})


def as_text(wrong: Callable[[str], str]) -> Callable[[Case], str]:
    """The text of the right answer, changed."""
    return lambda state: wrong(DOMAIN.write_answer(state.changed(RIGHT(state))))


def row_repeated(text: str) -> str:
    """The text with its first row of cells in place of its last."""
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:4], lines[1]])


def halted_rejected(state: Case) -> str | Changes:
    """A false rejection."""
    return DOMAIN.rejection("out_of_range") if state.mode == "halted" else RIGHT(state)


# fmt: off
ANSWERS: dict[str, Callable[[Case], str | Changes]] = {
    "b_is_taken_from_a":                  Machine(less=lambda b, a: a - b),
    "a_is_added":                         Machine(less=lambda b, a: b + a),
    "one_too_many_is_taken":              Machine(less=lambda b, a: b - a - 1),
    "the_result_is_the_number_in_a":      Machine(less=lambda b, a: a),
    "the_result_has_no_sign":             Machine(less=lambda b, a: abs(b - a)),
    "the_result_is_never_below_0":        Machine(less=lambda b, a: max(b - a, 0)),
    "the_result_is_written_to_a":         running(result_in_a),
    "a_is_cleared":                       running(a_cleared),
    "overflow_stops_at_the_ends":         Machine(holds=lambda number: max(-128, min(127, number))),
    "overflow_is_written_as_it_is":       Machine(holds=lambda number: number),
    "overflow_wraps_one_too_early":       Machine(holds=lambda number: (number + 127) % 255 - 127),
    "0_does_not_jump":                    Machine(jumps=lambda result, held: result < 0),
    "only_0_jumps":                       Machine(jumps=lambda result, held: result == 0),
    "1_jumps":                            Machine(jumps=lambda result, held: result <= 1),
    "it_always_jumps":                    Machine(jumps=lambda result, held: True),
    "it_never_jumps":                     Machine(jumps=lambda result, held: False),
    "positive_results_jump":              Machine(jumps=lambda result, held: result > 0),
    "what_b_held_before_decides":         Machine(jumps=lambda result, held: held <= 0),
    "jumps_are_relative":                 Machine(target=lambda c, counter: counter + c),
    "jumps_wrap":                         Machine(target=lambda c, counter: c % 30),
    "jumps_go_one_too_far":               Machine(target=lambda c, counter: c + 1),
    "jumps_to_0_halt":                    Machine(target=lambda c, counter: c or -1),
    "the_next_instruction_is_4_further":  Machine(size=4),
    "the_next_instruction_is_1_further":  Machine(size=1),
    "it_halts_in_the_last_place":         Machine(last=28),
    "the_counter_runs_over":              Machine(last=31),
    "the_cells_wrap_at_16":               Machine(address=lambda operand: operand % 16),
    "negative_addresses_count_from_0":    Machine(address=lambda operand: abs(operand) % 32),
    "the_sign_of_an_address_is_cell_0":   Machine(address=lambda operand: max(operand, 0) % 32),
    "a_and_b_are_exchanged":              Machine(order=(1, 0, 2)),
    "c_stands_in_front":                  Machine(order=(1, 2, 0)),
    "c_is_read_behind_the_subtraction":   running(target_read_late),
    "a_halted_computer_runs_on":          RIGHT.done,
    "it_never_halts":                     halting(lambda state: {"mode": "running"}),
    "halting_clears_the_counter":         halting(lambda state: {"counter": 0}),
    "halting_forgets_the_result":         halting(lambda state: {"mem": state.mem}),
    "the_last_cell_is_never_written":     unwritten("mem[31]"),
    "the_first_cell_is_never_written":    unwritten("mem[0]"),
    "the_counter_is_never_written":       unwritten("counter"),
    "the_first_cell_is_always_cleared":   with_changes(lambda state, right: {"mem[0]": 0}),
    "the_last_row_is_the_first":          as_text(row_repeated),
    "nothing_changes":                    lambda state: {},
    "all_cells_are_0":                    with_changes(lambda state, right: {"mem": [0] * 32}),
    "the_mode_is_left_out":               as_text(lambda text: text.replace(" running", "")),
    "halted_states_are_rejected":         halted_rejected,
}
EQUIVALENT: dict[str, Callable[[Case], str | Changes]] = {
    "bits_in_place_of_remainders":        RIGHT,
    "what_a_holds_is_added_negated":      Machine(less=lambda b, a: b + ~a + 1),
}
# fmt: on
BUGS = planted(DOMAIN, ANSWERS)
SAME = planted(DOMAIN, EQUIVALENT)
