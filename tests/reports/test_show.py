"""A turn and its answers side by side, whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.engine import Turn, resolve_text, write
from turncheck.reports.modes import diverge
from turncheck.reports.show import show_answer, show_divergence

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
    assert show_divergence(diverge(TURN, ANSWER, got)) == (
        f"{ASKED}- turn 02\n+ turn 03\n       ^^\n  hero {BLANK}\n  foe {BLANK}\n"
        "wrong_value: turn 03 for 02  (- expected, + given)"
    )


def test_a_malformed_turn_is_shown_as_it_is():
    prompt = "turn 1\n\x1b[31m\ndo"
    assert show_divergence(diverge(prompt, resolve_text(prompt), ANSWER)) == (
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
