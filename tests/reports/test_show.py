"""A turn and its answers side by side, in full."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.reports.modes import diverge
from turncheck.reports.records import Failure, Witness
from turncheck.reports.show import show_answer, show_divergence, show_failure

BLANK = (
    "hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
    "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0"
)
TURN = write(Turn())
ANSWER = resolve_text(TURN)
ASKED = f"turn\n  turn 01\n  hero {BLANK}\n  foe {BLANK}\n  do hero wait\n  do foe wait\nanswer\n"


@pytest.mark.parametrize(
    ("got", "shown"),
    [
        (ANSWER, f"  turn 02\n  hero {BLANK}\n  foe {BLANK}"),
        (
            ANSWER.replace("turn 02", "turn 03"),
            f"- turn 02\n+ turn 03\n       ^^\n  hero {BLANK}\n  foe {BLANK}",
        ),
        (
            ANSWER.replace("turn 02", "turn"),
            f"- turn 02\n+ turn\n       ^\n  hero {BLANK}\n  foe {BLANK}",
        ),
        (
            ANSWER.replace("turn 02", "turn 02 "),
            f"- turn 02\n+ turn 02 \n          ^\n  hero {BLANK}\n  foe {BLANK}",
        ),
        (
            ANSWER.replace("turn 02", "turn 02 x yy"),
            f"- turn 02\n+ turn 02 x yy\n          ^ ^^\n  hero {BLANK}\n  foe {BLANK}",
        ),
        (
            ANSWER.replace("hero hp 01/01", "hero hp 00/01"),
            f"  turn 02\n- hero {BLANK}\n+ hero hp 00/01{BLANK[8:]}\n          ^^^^^\n  foe {BLANK}",
        ),
        (
            ANSWER[:-1],
            f"  turn 02\n  hero {BLANK}\n- foe {BLANK}\n+ foe {BLANK}  (no newline)\n{' ' * 136}^^^^ ^^^^^^^^",
        ),
        (
            "reject truncated\n",
            f"- turn 02\n+ reject truncated\n  ^^^^^^ ^^^^^^^^^\n- hero {BLANK}\n- foe {BLANK}",
        ),
        (
            "",
            f"- turn 02\n+ (nothing)\n  ^^^^^^^^^ ^\n- hero {BLANK}\n- foe {BLANK}",
        ),
        (
            ANSWER + "\x1b[2J\n",
            f"  turn 02\n  hero {BLANK}\n  foe {BLANK}\n+ \\x1b[2J",
        ),
        (
            ANSWER + "x\n" * 20,
            f"  turn 02\n  hero {BLANK}\n  foe {BLANK}\n" + "+ x\n" * 9 + "+ ... and 11 lines more",
        ),
    ],
    ids=lambda value: "",
)
def test_what_differs_is_marked_and_nothing_else(got, shown):
    assert show_answer(TURN, ANSWER, got) == ASKED + shown


def test_a_divergence_is_shown_with_its_mode():
    got = ANSWER.replace("turn 02", "turn 03")
    assert show_divergence(diverge(DOMAIN, TURN, ANSWER, got)) == (
        f"{ASKED}- turn 02\n+ turn 03\n       ^^\n  hero {BLANK}\n  foe {BLANK}\n"
        "wrong_value: turn 03 for 02 (+1)  (- expected, + given)"
    )


def test_an_unstable_answer_is_shown_beside_the_first_one():
    first = ANSWER.replace("turn 02", "turn 09")
    assert show_divergence(diverge(DOMAIN, TURN, ANSWER, ANSWER, first=first)) == (
        f"{ASKED}- turn 09\n+ turn 02\n       ^^\n  hero {BLANK}\n  foe {BLANK}\n"
        "unstable: 02 for 09 at line 1, piece 2  (- first time, + another time)"
    )


def test_what_a_model_raised_is_shown_under_its_answer():
    assert show_divergence(diverge(DOMAIN, TURN, ANSWER, "", fault="ValueError: \x1b[1m\n" + "x" * 70)) == (
        f"{ASKED}- turn 02\n+ (nothing)\n  ^^^^^^^^^ ^\n- hero {BLANK}\n- foe {BLANK}\n"
        f"fault\n  ValueError: \\x1b[1m\n  {'x' * 70}\n"
        f"no_answer: ValueError: \\x1b[1m\\n{'x' * 39}  (- expected, + given)"
    )


# --- failures --------------------------------------------------------------------------------------------------------

WRONG = ANSWER.replace("turn 02", "turn 04")
SHOWN = (
    f"answer\n- turn 02\n+ turn 04\n       ^^\n  hero {BLANK}\n  foe {BLANK}\n"
    "wrong_value: turn 04 for 02 (+2)  (- expected, + given)"
)


def shown(count, case, step=0):
    witness = Witness(case, TURN, ANSWER, WRONG, "", step)
    return show_failure(Failure("wrong_value", count, witness, said="turn 04 for 02 (+2)"), 200)


def test_a_failure_is_shown_with_how_often_it_was_found():
    asked = ASKED.removesuffix("answer\n")
    assert shown(3, TURN) == f"wrong_value in 3 of 200 cases, the smallest:\n{asked}{SHOWN}"
    assert shown(0, TURN, step=1) == f"wrong_value only in a kept witness:\n{asked}{SHOWN}"


def test_a_turn_that_a_law_made_of_another_is_shown_after_that_one():
    case, made = TURN.replace("turn 01", "turn 77"), ASKED.removeprefix("turn\n").removesuffix("answer\n")
    assert shown(3, case) == (
        "wrong_value in 3 of 200 cases, the smallest:\n"
        f"case\n{made.replace('turn 01', 'turn 77')}turn made of it\n{made}{SHOWN}"
    )


def test_of_a_domain_without_turns_a_case_is_called_so():
    failure = Failure("wrong_value", 2, Witness("1+2=", "2+1=", "03", "04"), said="sum 04 for 03 (+1)")
    assert show_failure(failure, 9, "case") == (
        "wrong_value in 2 of 9 cases, the smallest:\n"
        "case\n  1+2=  (no newline)\ncase made of it\n  2+1=  (no newline)\n"
        "answer\n- 03  (no newline)\n+ 04  (no newline)\n  ^^\n"
        "wrong_value: sum 04 for 03 (+1)  (- expected, + given)"
    )


def test_a_play_is_shown_whole_and_then_the_turn_that_diverges():
    case, made = TURN + "do hero wait\ndo foe wait\n" * 15, ASKED.removeprefix("turn\n").removesuffix("answer\n")
    orders = "  do hero wait\n  do foe wait\n" * 15
    assert shown(3, case, step=4) == (
        f"wrong_value in 3 of 200 cases, the smallest:\nplay\n{made}{orders}turn 4 of it\n{made}{SHOWN}"
    )


def test_a_malformed_turn_is_shown_as_it_is():
    prompt = "turn 1\n\x1b[31m\ndo"
    assert show_divergence(diverge(DOMAIN, prompt, resolve_text(prompt), ANSWER)) == (
        "turn\n  turn 1\n  \\x1b[31m\n  do  (no newline)\nanswer\n"
        f"- reject bad_spacing\n+ turn 02\n  ^^^^ ^^\n+ hero {BLANK}\n+ foe {BLANK}\n"
        "silent_acceptance: a state for bad_spacing  (- expected, + given)"
    )


@settings(deadline=None, database=None, derandomize=True)
@given(*[st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from(" a\n"))] * 2)
def test_whatever_is_shown_has_printable_lines_of_a_known_kind(prompt, got):
    lines = show_answer(prompt, ANSWER, got).split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith(("  ", "- ", "+ ")) for line in lines if line not in ("turn", "answer"))
    assert all(line.strip() for line in lines if set(line) <= {" ", "^"} and "^" in line)
