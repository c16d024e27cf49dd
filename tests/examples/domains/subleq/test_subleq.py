"""The one-instruction computer, checked with programs that were worked out by hand."""

from random import Random

import pytest

from tests.examples.domains.planted import EXAMPLES, example
from tests.examples.domains.subleq.bugs import RIGHT
from turncheck.engine.play import Play
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample
from turncheck.engine.stages import stages_of

DOMAIN = example("subleq")
STAGED = load_domain(f"{EXAMPLES / 'subleq' / 'steps.py'}:DOMAIN")
SEVEN_PLUS_FIVE = """\
counter 00 running
mem +012 +014 +003 +014 +013 +006 +014 +014
mem -001 +000 +000 +000 +007 +005 +000 +000
mem +000 +000 +000 +000 +000 +000 +000 +000
mem +000 +000 +000 +000 +000 +000 +000 +000
"""
"""Cells 12 to 14 are x, y and z. Three instructions: z -= x; y -= z; z -= z and halt."""


def computer(*program, counter=0, mode="running", **cells):
    """A computer with that program from its first cell on, and numbers in other cells."""
    state = DOMAIN.case(counter=counter, mode=mode).changed({f"mem[{cell}]": each for cell, each in enumerate(program)})
    return state.changed({f"mem[{name[1:]}]": value for name, value in cells.items()})


def after(state):
    """What changes: the new values by name."""
    answer = DOMAIN.outcome(state)
    return {name: value for name, value in answer.items() if value != state[name]}


def test_a_program_adds_seven_to_five_in_three_steps():
    state = DOMAIN.read(SEVEN_PLUS_FIVE)
    changes = []
    for _ in range(4):
        changes.append(after(state))
        state = DOMAIN.outcome(state)
    assert changes == [
        {"mem[14]": -7, "counter": 3},  # at most 0: it jumps to cell 3, which is the next instruction too
        {"mem[13]": 12, "counter": 6},  # positive: the next instruction
        {"mem[14]": 0, "mode": "halted"},  # 0: it jumps to -1
        {},
    ]
    assert state["mem[13]"] == 12


def test_the_text_of_a_state_is_read_and_written_back():
    assert DOMAIN.write(DOMAIN.read(SEVEN_PLUS_FIVE)) == SEVEN_PLUS_FIVE


@pytest.mark.parametrize(
    ("b", "a", "result", "counter"),
    [
        (5, 3, 2, 3),
        (3, 3, 0, 9),
        (3, 5, -2, 9),
        (-128, 1, 127, 3),  # wraps, and what it wraps to decides
        (127, -1, -128, 9),
        (-128, 127, 1, 3),
        (0, -128, -128, 9),
    ],
)
def test_a_result_of_0_or_less_jumps(b, a, result, counter):
    assert after(computer(20, 21, 9, _20=a, _21=b)) == {"mem[21]": result, "counter": counter} | (
        {"mem[21]": result} if result != b else {}
    )


def test_a_cell_less_itself_is_0_and_jumps():
    assert after(computer(20, 20, 9, _20=77)) == {"mem[20]": 0, "counter": 9}


def test_an_instruction_may_change_its_own_cells_and_its_target_was_read_before():
    assert after(computer(20, 2, 9, _20=9)) == {"mem[2]": 0, "counter": 9}
    assert after(computer(20, 0, 9, _20=25)) == {"mem[0]": -5, "counter": 9}


@pytest.mark.parametrize(("operand", "cell"), [(33, 1), (-31, 1), (-1, 31), (127, 31), (-128, 0)])
def test_an_address_counts_modulo_32(operand, cell):
    state = computer(_10=20, _11=operand, _20=1, counter=10).changed({f"mem[{cell}]": 10})
    assert after(state) == {f"mem[{cell}]": 9, "counter": 13}


@pytest.mark.parametrize("target", [-1, -128, 30, 31, 127])
def test_a_jump_to_where_no_instruction_fits_halts_behind_the_subtraction(target):
    assert after(computer(20, 21, target, _20=1)) == {"mem[21]": -1, "mode": "halted"}


@pytest.mark.parametrize(("counter", "changes"), [(26, {"counter": 29}), (27, {"mode": "halted"})])
def test_a_counter_that_leaves_the_memory_halts(counter, changes):
    state = computer(_1=9, counter=counter).changed({f"mem[{counter + 1}]": 1})
    assert after(state) == changes  # 9 less 0 stays 9


def test_a_halted_computer_stays():
    assert after(computer(20, 21, 9, _20=1, mode="halted")) == {}


def test_every_text_of_the_right_form_is_a_case():
    assert all(DOMAIN.is_case(DOMAIN.write(case)) for case in sample(DOMAIN, "uniform", 0, 1_000))


def test_a_computer_that_is_written_differently_does_the_same():
    for case in sample(DOMAIN, "mixed", 0, 1_500):
        assert case.changed(RIGHT(case)) == DOMAIN.outcome(case)


def test_random_programs_begin_at_0_and_both_halt_and_run_on():
    random, modes = Random(0), []
    for _ in range(300):
        state = DOMAIN.start(random)
        assert (state.counter, state.mode) == (0, "running")
        *_, last = DOMAIN.turns(Play(state, (None,) * 30))
        modes.append(last.mode)
    assert min(modes.count("halted"), modes.count("running")) > 50


def test_a_play_is_written_as_its_state_and_the_number_of_its_steps():
    play = Play(DOMAIN.read(SEVEN_PLUS_FIVE), (None,) * 3)
    assert DOMAIN.write_play(play) == SEVEN_PLUS_FIVE + "steps 3\n"
    assert DOMAIN.read_play(DOMAIN.write_play(play)) == play


def test_the_laws_of_the_file_are_these():
    assert [law.name for law in DOMAIN.attached] == [
        "a_halted_computer_stays_as_it_is",
        "no_cell_but_b_changes",
        "the_counter_goes_to_c_or_to_the_next_instruction",
        "a_cell_less_itself_is_0",
        "nothing_is_subtracted_by_0",
        "one_more_in_a_is_one_less_in_b",
        "what_an_idle_cell_holds_does_not_matter",
    ]


def test_the_file_has_at_most_60_lines(lines_of_code):
    assert lines_of_code(EXAMPLES / "subleq" / "subleq.py") <= 60


@pytest.mark.parametrize("sampler", ["uniform", "mixed", "play"])
def test_ten_stages_end_with_the_next_state(sampler):
    stages = stages_of(STAGED)
    for state in sample(DOMAIN, sampler, 0, 200):
        text = DOMAIN.write(state)
        steps = stages.steps(text)
        assert [step.stage for step in steps] == list(stages.answers)[: 1 if state.mode == "halted" else 10]
        assert steps[-1].answer == DOMAIN.resolve_text(text)


def test_what_the_stages_write():
    *begun, stored = stages_of(STAGED).steps(SEVEN_PLUS_FIVE)
    instruction, data = (SEVEN_PLUS_FIVE.splitlines()[line].removeprefix("mem") for line in (1, 2))
    assert [step.answer.removeprefix(SEVEN_PLUS_FIVE) for step in begun] == [
        "mem: +000 +000 +000 +001 +000 +002\n> lines\n",
        f"mem: +000 +001 +002\nmem:{instruction}\nmem:{instruction}\nmem:{instruction}\n> fetch\n",
        "mem: +012 +014 +003\n> addresses\n",
        "mem: +001 +004 +001 +006\nmem: +001 +006 +003\n> both\n",
        f"mem: +004 +006\nmem:{data}\nmem:{data}\nmem: +001 +006 +003\n> operands\n",
        "mem: +007 +000\nmem: +001 +006 +003\n> bits\n",
        (
            "mem: +001 +001 +001 +000 +000 +000 +000 +000\nmem: +000 +000 +000 +000 +000 +000 +000 +000\n"
            "mem: +001 +006 +003\n> subtract\n"
        ),
        "mem: +001 +000 +000 +001 +001 +001 +001 +001\nmem: +001 +006 +003\n> number\n",
        "mem: -007\nmem: +001 +006 +003\n> store\n",
    ]
    assert stored.answer == DOMAIN.resolve_text(SEVEN_PLUS_FIVE)
