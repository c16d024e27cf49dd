"""Short forms of cases: what differs from the simplest case, the orders of a play, and errors of a malformed text."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.domains import ADDER, DIVIDER, GAME, MACHINE, PICTURE, POLICY
from turncheck.duel import DOMAIN
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema
from turncheck.reports.cases import describe, noun_of

GAME_TEXT = "to_move x\nrow . . .\nrow . . .\n"
MACHINE_TEXT = "at 0\nmem +000 +000 +000 +000\nleft acc +000 flag up\nright acc +000 flag up\n"

TAPE = Domain(
    "tape/1",
    state=Schema("{cell[0..19]}", cell=Int(0, 9)),
    orders=Schema(
        "write {what}\nat {place}\nnote {note}", what=Int(0, 9), place=Int(0, 19), note=Choice("-", "n" * 50)
    ),
    step=lambda case: {f"cell[{case.place}]": case.what},
)
TAPE_TEXT = "0 " * 19 + "0\n"

LINE = Domain(
    "line/1",
    prompt=Schema("{cell[0..20]}", cell=Int(0, 9), end=""),
    answer=Schema("{sum}", sum=Int(0, 189)),
    resolve=lambda case: {"sum": sum(case.cell)},
)


@pytest.mark.parametrize(
    ("domain", "text", "shown"),
    [
        (GAME, f"{GAME_TEXT}move a1\n", "move a1"),
        (GAME, f"{GAME_TEXT}move b2\n", "move b2"),
        (GAME, "to_move o\nrow . x .\nrow o . x\nmove a1\n", "to_move player o; row b1 x; row a2 o c2 x; move a1"),
        (MACHINE, MACHINE_TEXT, "the simplest turn"),
        (MACHINE, MACHINE_TEXT.replace("at 0", "at 3"), "at 3"),
        (
            MACHINE,
            "at 0\nmem +000 -128 +000 +007\nleft acc +001 flag down\nright acc +000 flag east\n",
            "mem[1] -128 mem[3] +007; left acc +001 flag down; right flag east",
        ),
        (ADDER, "000+000=", "000+000="),
        (ADDER, "123+456=", "123+456="),
        (DIVIDER, "0987 by 08\n", "0987 by 08"),
        (POLICY, "row . x .\n", "row . x ."),
        (PICTURE, f".... .#..\n{'.' * 60}\n", "bottom .#.."),
        (PICTURE, f".... ....\n{'.' * 30}{'#' * 30}\n", f"wide {'.' * 30}{'#' * 10}..."),
        (LINE, "0 7 " + "0 " * 18 + "3", "cell[1] 7 cell[20] 3"),
        (LINE, "0 " * 20 + "0", "the simplest case"),
        (TAPE, TAPE_TEXT.replace("0 0 ", "0 7 ", 1) + "write 0\nat 00\nnote -\n", "cell[1] 7; write 0; at 00; note -"),
        (
            TAPE,
            "1 " * 12 + "0 " * 7 + "0\nwrite 0\nat 00\nnote -\n",
            " ".join(f"cell[{place}] 1" for place in range(12)) + "; write 0; at 00; note -",
        ),
        (
            TAPE,
            "1 " * 13 + "0 " * 6 + "0\nwrite 5\nat 00\nnote -\n",
            " ".join(f"cell[{place}] 1" for place in range(12)) + "; 1 field more; write 5; at 00; note -",
        ),
    ],
)
def test_a_case_is_named_by_its_fields_that_are_unlike_the_simplest_and_by_its_orders(domain, text, shown):
    assert domain.is_case(text)
    assert describe(domain, text) == describe(domain, text, "known answer") == shown


@pytest.mark.parametrize(
    ("domain", "text", "shown"),
    [
        (GAME, f"{GAME_TEXT}move b2\nmove a1\n", "2 turns: move b2 / move a1"),
        (
            GAME,
            f"{GAME_TEXT}move b2\n".replace(". .\nrow", ". x\nrow", 1) + "move a1\nmove a2\n",
            "row c1 x; 3 turns: move b2 / move a1 / move a2",
        ),
        (
            TAPE,
            TAPE_TEXT + "write 1\nat 02\nnote -\n" * 3 + "write 0\nat 02\nnote -\n",
            "4 turns: write 1, at 02, note - (3 times) / write 0, at 02, note -",
        ),
        (
            TAPE,
            TAPE_TEXT + "".join(f"write {what}\nat 02\nnote -\n" for what in range(8)),
            "8 turns: " + "".join(f"write {what}, at 02, note - / " for what in range(6)) + "...",
        ),
        (MACHINE, f"{MACHINE_TEXT}steps 1\n", "1 step"),
        (MACHINE, f"{MACHINE_TEXT}steps 12\n".replace("at 0", "at 1"), "at 1; 12 steps"),
        (
            TAPE,
            TAPE_TEXT + "write 1\nat 02\nnote -\nwrite 3\nat 04\nnote " + "n" * 50 + "\n",
            f"2 turns: write 1, at 02, note - / write 3, at 04, note {'n' * 35}...",
        ),
    ],
)
def test_a_play_is_named_by_its_state_and_what_is_done_in_each_turn(domain, text, shown):
    assert domain.write_play(domain.read_play(text)) == text
    assert describe(domain, text) == describe(domain, text, "rollout") == shown


@pytest.mark.parametrize(
    ("domain", "text", "shown"),
    [
        (GAME, "", "line 1: nothing"),
        (GAME, f"{GAME_TEXT}move b2", "line 4: move b2 (no newline)"),
        (GAME, f"{GAME_TEXT}move b2\nmove a1\n", "line 5: move a1"),
        (GAME, GAME_TEXT, "line 4: nothing"),
        (GAME, GAME_TEXT.replace(". .\n", ". \x1b\n", 1), "line 2: ... . . \\x1b"),
        (GAME, "to_move x\nrow . x .\nrow . . .\nmove b1\n", "line 4: move b1"),
        (ADDER, "1+456=", "line 1: 1+456="),
        (ADDER, "123+456=\n", "line 2: nothing"),
        (MACHINE, MACHINE_TEXT.replace("+000 +000\n", "0 +000\n"), "line 2: ... +000 +000 0 +000"),
        (MACHINE, MACHINE_TEXT.replace("flag up", "flag east", 1), "line 3: left flag east"),
        (MACHINE, f"{MACHINE_TEXT}steps 2\n", "line 5: steps 2"),
    ],
)
def test_a_malformed_text_is_named_by_the_place_that_is_wrong(domain, text, shown):
    assert not domain.is_case(text)
    assert describe(domain, text, "malformed") == shown


@pytest.mark.parametrize("text", ["", "x\n", f"{GAME_TEXT}move b2", f"{GAME_TEXT}move b2\nmove\n"])
def test_what_is_no_play_either_is_named_as_a_malformed_text_whatever_the_law(text):
    assert describe(GAME, text) == describe(GAME, text, "rollout") == describe(GAME, text, "malformed")


def test_what_a_domain_says_itself_is_said():
    own = attrs.evolve(ADDER, describe=lambda text, kind: f"{kind}: {text}")
    assert describe(own, "1+", "malformed") == "malformed: 1+"
    assert describe(own, "\x1b\n", "malformed") == "malformed: \\x1b\\n"


def test_a_case_is_a_turn_where_the_answer_is_the_next_state():
    assert [noun_of(domain) for domain in (DOMAIN, GAME, MACHINE, ADDER)] == ["turn", "turn", "turn", "case"]


HOSTILE_TEXTS = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("|\\`\n a*\x1b\ud800"))


@settings(deadline=None, database=None, derandomize=True)
@given(
    st.sampled_from([GAME, MACHINE, ADDER, TAPE]),
    HOSTILE_TEXTS | st.integers(0, 40).map(lambda at: GAME_TEXT[:at] + "\x1b" + GAME_TEXT[at:]),
    st.sampled_from(["", "malformed"]),
)
def test_any_text_is_named_in_few_printable_characters(domain, text, kind):
    assert describe(domain, text, kind).isprintable()
    assert 0 < len(describe(domain, text, kind)) < 90
