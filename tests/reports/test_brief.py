"""A failure in about five lines, in any domain: the unusual fields, with marks under the differences."""

import attrs
import pytest

from tests.reports.conftest import PLAY, THIRD, TURN
from tests.reports.domains import GAME, MACHINE
from turncheck.duel import DOMAIN
from turncheck.engine.domain import Domain
from turncheck.engine.duel import Battle, Order, Turn, Unit, resolve_text, write
from turncheck.engine.fields import Int
from turncheck.engine.schema import Schema
from turncheck.reports.brief import failure_in_short
from turncheck.reports.cases import describe
from turncheck.reports.modes import diverge
from turncheck.reports.records import Failure, Witness
from turncheck.reports.screen import Screen

HURT = write(
    Turn(Battle(hero=Unit(5, 9, burn=2), foe=Unit(9, 40, shield=6)), Order("hero", "attack"), Order("foe", "guard"))
)
ADDER = Domain(
    "adder/1",
    prompt=Schema("{a}+{b}=", end="", a=Int(0, 9), b=Int(0, 9)),
    answer=Schema("{sum}", end="", sum=Int(0, 18)),
    resolve=lambda case: {"sum": case.a + case.b},
)


def shown(domain, case, got, width=80, count=3, colour=False, kind="", **values):
    found = diverge(domain, case, domain.resolve_text(case), got, first=values.pop("first", None))
    witness = Witness(case, found.prompt, found.expected, got, found.fault, short=describe(domain, case, kind))
    failure = Failure(found.mode, count, attrs.evolve(witness, **values.pop("witness", {})), said=found.said, **values)
    return failure_in_short(failure, 200, domain, Screen(width, colour))


def test_only_the_fields_that_are_not_as_usual_or_differ_are_shown():
    got = resolve_text(HURT).replace("burn 1 regen 0 thorns 0", "burn 2 regen 0 thorns 4", 1)
    assert shown(DOMAIN, HURT, got) == (
        "wrong_value in 3 of 200 cases: hero burn 2 for 1 (+1) and 1 more\n"
        "  turn      hero hp 05/09 burn 2; foe hp 09/40 shield 06; hero attack then foe\n"
        "            guard\n"
        "  expected  hero hp 02/09 burn 1 thorns 0\n"
        "  given     hero hp 02/09 burn 2 thorns 4\n"
        "                               ^        ^"
    )


def test_what_does_not_fit_is_broken_and_the_marks_stay_under_what_they_mark():
    case = write(Turn(Battle(hero=Unit(5, 9, 1, 2, 3, 4, 1, 2, 3), foe=Unit(9, 40))))
    got = resolve_text(case).replace("fragile 2", "fragile 7")
    assert shown(DOMAIN, case, got, 60).split("\n")[-4:] == [
        "            hero hp 04/09 poison 1 burn 2 regen 3 stun 1",
        "  expected      fragile 2",
        "  given         fragile 7",
        "                        ^",
    ]


@pytest.mark.parametrize(
    ("domain", "case", "got", "lines"),
    [
        (
            GAME,
            "to_move x\nrow . . .\nrow . . o\nmove b1\n",
            "to_move o\nrow x . .\nrow . . o\n",
            ["turn      row c2 o; move b1", "expected  row a1 . b1 x", "given     row a1 x b1 .",
             "                 ^    ^"],
        ),
        (ADDER, "7+8=", "14", ["case      7+8=", "expected  15", "given     14", "          ^^"]),
        (ADDER, "7+8=", "", ["case      7+8=", "expected  15", "given     (nothing)"]),
        (ADDER, "7+8=", "15\n",
         ["case      7+8=", "expected  no newline at the end", "given     a newline at the end"]),
        (
            GAME,
            "to_move x\nrow . . .\nrow . . .\nmove b1\n",
            "to_move o\nrow . x .\n",
            ["turn      move b1", "expected  row . . .", "given     (no such line)"],
        ),
    ],
    ids=["a game", "a sum", "nothing", "a newline", "a line less"],
)  # fmt: skip
def test_it_is_shown_for_any_domain(domain, case, got, lines):
    assert shown(domain, case, got).split("\n")[1:] == [f"  {line}" for line in lines]


def test_a_repeated_field_is_named_with_its_index():
    case = MACHINE.write(MACHINE.case(at=1))
    got = MACHINE.resolve_text(case)
    wrong = got.replace("mem +000 +000", "mem +000 +007")
    assert wrong != got
    assert shown(MACHINE, case, wrong).split("\n")[-3:-1] == ["  expected  mem[1] +000", "  given     mem[1] +007"]


def test_rejections_and_states_are_not_marked_against_each_other():
    assert shown(DOMAIN, TURN, "reject truncated\n").split("\n")[1:] == [
        "  turn      the neutral turn",
        "  expected  turn 02",
        "  given     reject truncated",
    ]
    malformed = TURN.replace("turn 01", "turn 1")
    assert shown(DOMAIN, malformed, "reject truncated\n", kind="malformed").split("\n")[1:] == [
        "  turn      line 1: turn 1",
        "  expected  reject bad_number",
        "  given     reject truncated",
        "                   ^^^^^^^^^",
    ]


def test_a_line_without_the_form_is_shown_around_its_first_difference():
    got = resolve_text(TURN).replace("stun 0 fragile 0", "stun 0 0 fragile 0", 1)
    assert shown(DOMAIN, TURN, got).split("\n")[-3:] == [
        "  expected  ... stun 0 fragile 0 cd heal 0 guard ...",
        "  given     ... stun 0 0 fragile 0 cd heal 0 ...",
        "                       ^ ^^^^^^^ ^ ^^ ^^^^ ^",
    ]


def test_of_many_lines_that_differ_the_first_are_compared():
    case = MACHINE.write(MACHINE.case(at=1))
    got = MACHINE.resolve_text(case).replace("+000", "+001").replace("at 2", "at 3").replace("flag", "flog")
    lines = shown(MACHINE, case, got).split("\n")
    assert len([line for line in lines if line.startswith("  expected")]) == 3
    assert lines[-1] == "            ... and 1 line more"


def test_a_play_is_shown_with_the_turn_that_diverges_unless_that_is_its_first():
    got = resolve_text(THIRD).replace("hero hp 04", "hero hp 05").replace("turn 04", "turn 03")
    play = DOMAIN.write_play(PLAY)
    of_play = {"case": play, "short": describe(DOMAIN, play, "rollout"), "steps": 3}
    third = shown(DOMAIN, THIRD, got, witness={**of_play, "step": 3}).split("\n")[1:3]
    assert third == [
        "  play      hero hp 05/09; 3 turns: hero guard (3 times)",
        "  turn 3    turn 03; hero hp 05/09 shield 05 cd guard 1; hero guard",
    ]
    first = shown(DOMAIN, THIRD, got, witness={**of_play, "step": 1}).split("\n")[1:3]
    assert first == [third[0], "  expected  turn 04"]


def test_a_case_that_a_law_made_of_another_is_shown_after_that_one():
    case = {"case": HURT, "short": "hero hp 05/09 burn 2"}
    lines = shown(DOMAIN, TURN, "reject truncated\n", witness=case).split("\n")
    assert lines[1:3] == ["  turn      hero hp 05/09 burn 2", "  becomes   the neutral turn"]


def test_an_unstable_answer_is_shown_beside_the_first_one():
    first = resolve_text(TURN).replace("turn 02", "turn 09")
    assert shown(DOMAIN, TURN, resolve_text(TURN), first=first).split("\n") == [
        "unstable in 3 of 200 cases: 02 for 09 at line 1, piece 2",
        "  turn      the neutral turn",
        "  first     turn 09",
        "  again     turn 02",
        "                 ^^",
    ]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"count": 0}, "wrong_value only in a kept witness: turn 04 for 02 (+2)"),
        (
            {"left": "shrinking stopped at 100 prompts"},
            (
                "wrong_value in 3 of 200 cases: turn 04 for 02 (+2) [the smallest so far\n"
                "    (shrinking stopped at 100 prompts)]"
            ),
        ),
    ],
)
def test_the_first_line_says_how_often_and_whether_the_case_need_not_be_minimal(values, line):
    text = shown(DOMAIN, TURN, resolve_text(TURN).replace("turn 02", "turn 04"), **values)
    assert text.startswith(f"{line}\n  turn ")


def test_colours_change_nothing_but_the_colour():
    got = resolve_text(HURT).replace("burn 1", "burn 2")
    plain, painted = (shown(DOMAIN, HURT, got, colour=colour) for colour in (False, True))
    codes = ("\x1b[31;1m", "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m")
    assert [code for code in codes if code not in painted] == []
    for code in codes:
        painted = painted.replace(code, "")
    assert painted == plain
