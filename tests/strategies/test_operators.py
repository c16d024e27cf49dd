"""Damaged texts of any domain: each is rejected for exactly the requested reason."""

import hashlib
import re
import subprocess
import sys
from random import Random

import attrs
import pytest

from tests.domains import ADDER, BOARD, DOMAINS, FIGHT, LIFE, MACHINE, PLAIN_ADDER, SHORT_ADDER, TICTACTOE
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.reading import Check, MalformedTextError
from turncheck.engine.sampling import sample
from turncheck.engine.schema import Schema
from turncheck.strategies.choices import ChoiceError
from turncheck.strategies.operators import (
    ImpossibleDamageError,
    UnknownReasonError,
    damage,
    operators_of,
    reachable,
)

REASONS = [(domain, reason) for domain in DOMAINS for reason in domain.reasons]


def damaged(domain, reason, count, seed=0):
    """Texts of sampled cases."""
    random = Random(f"{reason}/{seed}")
    cases = list(sample(domain, "mixed", seed, 50))
    return [damage(domain, cases[index % 50], reason, random.getrandbits(64)) for index in range(count)]


def fault(domain, text):
    with pytest.raises(MalformedTextError) as error:
        domain.read(text)
    return error.value.reason, error.value.line, error.value.piece


# --- each reason and no other ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("domain", "reason"), REASONS, ids=str)
def test_a_damaged_text_is_rejected_for_exactly_its_reason(domain, reason):
    texts = damaged(domain, reason, 1000)
    assert {domain.resolve_text(text) for text in texts} == {domain.rejection(reason)}


@pytest.mark.parametrize(("domain", "reason"), REASONS, ids=str)
def test_small_choices_damage_the_simplest_case_for_exactly_that_reason_too(domain, reason):
    answers = {domain.resolve_text(damage(domain, domain.case(), reason, choice)) for choice in range(50)}
    assert answers == {domain.rejection(reason)}


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_every_reason_of_these_domains_has_an_operator_in_their_order(domain):
    assert list(operators_of(domain)) == list(domain.reasons)


@pytest.mark.parametrize(("domain", "reason"), REASONS, ids=str)
def test_random_choices_give_many_texts(domain, reason):
    # Of one piece alone only the empty text is too short.
    few = reason == "truncated" and len(domain.prompt.lines) == 1
    assert len(set(damaged(domain, reason, 200))) > (0 if few else 60)


# --- pure, and pinned ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_the_same_choice_gives_the_same_text(domain):
    for reason in domain.reasons:
        assert damaged(domain, reason, 20) == damaged(domain, reason, 20)


def test_how_an_integer_is_read_never_changes():
    """Models were trained on such texts. A change of this digest is a change of what they saw: say so in the log."""
    texts = [text for domain in DOMAINS for reason in domain.reasons for text in damaged(domain, reason, 40)]
    assert hashlib.sha256("\0\0".join(texts).encode()).hexdigest()[:16] == "9c6f987ef86e9283"


# fmt: off
SIMPLEST = [
    (SHORT_ADDER, "bad_spacing",     "000+000=\n"),
    (SHORT_ADDER, "truncated",       ""),
    (SHORT_ADDER, "trailing_text",   "000+000= 0"),
    (SHORT_ADDER, "bad_number",      "00+000="),
    (PLAIN_ADDER, "out_of_range",    "10000+0="),
    (MACHINE,     "out_of_range",    "pc 8\nmem +000 +000 +000 +000 +000 +000 +000 +000\n"),
    (MACHINE,     "misplaced_label", "mem 0\nmem +000 +000 +000 +000 +000 +000 +000 +000\n"),
    (LIFE,        "bad_value",       "......\n.......\n.......\n.......\n.......\n"),
    (TICTACTOE,   "unknown_label",   "o_move x\nrow . . .\nrow . . .\nrow . . .\nmove a1\n"),
    (TICTACTOE,   "wrong_count",     "to_move o\nrow . . .\nrow . . .\nrow . . .\nmove a1\n"),
    (FIGHT,       "unknown_mood",    "round 01\nhero hp 00/01 mood alm\nfoe hp 00/01 mood calm\ndoes wait for 0\n"),
    (FIGHT,       "hp_above_max",    "round 01\nhero hp 39/01 mood calm\nfoe hp 00/01 mood calm\ndoes wait for 0\n"),
]
# fmt: on


@pytest.mark.parametrize(("domain", "reason", "text"), SIMPLEST, ids=lambda each: str(each)[:40])
def test_choice_0_is_a_simple_damage(domain, reason, text):
    assert damage(domain, domain.case(), reason, 0) == text


# --- everywhere ------------------------------------------------------------------------------------------------------


def test_every_place_goes_wrong_at_some_time():
    labels = {fault(FIGHT, text)[1:] for reason in ("unknown_label", "misplaced_label")
              for text in damaged(FIGHT, reason, 600)}  # fmt: skip
    assert labels == {(1, 1), (2, 1), (2, 2), (2, 4), (3, 1), (3, 2), (3, 4), (4, 1), (4, 2), (4, 3)}
    assert {fault(FIGHT, text)[1:] for text in damaged(FIGHT, "bad_number", 400)} == {(1, 2), (2, 3), (3, 3), (4, 4)}
    assert {fault(FIGHT, text)[1:] for text in damaged(FIGHT, "unknown_mood", 200)} == {(2, 5), (3, 5)}


def test_every_member_of_a_repeated_field_goes_wrong_at_some_time():
    for reason in ("bad_number", "out_of_range"):
        found = {fault(MACHINE, text)[1:] for text in damaged(MACHINE, reason, 400)}
        assert found == {(1, 2), *((2, piece) for piece in range(2, 10))}


@pytest.fixture(scope="module")
def miswritten():
    case, random = SHORT_ADDER.case(a=7, b=35), Random(0)
    return {damage(SHORT_ADDER, case, "bad_number", random.getrandbits(64)) for _ in range(4000)}


# fmt: off
WRONG = [
    "07[+]035=", "007-035=", "007035=", "[\uff10-\uff19]{3}[+]035=", "00[A-Za-z][+]035=", "007[+]0350=", "007[+]035",
    "007[+]-35=", "007[+]35=", "007 [+]035=", "007=035=", "#007[+]035=", "reject bad_number",
]
# fmt: on


@pytest.mark.parametrize("pattern", WRONG)
def test_both_numbers_of_one_piece_and_what_stands_between_them_go_wrong(pattern, miswritten):
    assert any(re.fullmatch(pattern, text) for text in miswritten)


def test_numbers_are_below_and_above_their_range_just_and_far():
    texts = damaged(MACHINE, "out_of_range", 1000)
    assert all(any(number in text for text in texts) for number in ("+128", "-129", "+9", "-9"))


def test_both_checks_of_the_same_reason_are_broken():
    assert {fault(FIGHT, text) for text in damaged(FIGHT, "hp_above_max", 100)} == {
        ("hp_above_max", 2, 3),
        ("hp_above_max", 3, 3),
    }


def test_a_check_is_broken_where_that_takes_several_fields_at_once():
    text = damage(TICTACTOE, TICTACTOE.case(), "cell_taken", 12345)
    assert TICTACTOE.resolve_text(text) == "reject cell_taken\n"


def test_what_comes_after_the_fault_may_be_missing_or_wrong():
    case = FIGHT.case()
    random = Random(1)
    texts = [damage(FIGHT, case, "bad_number", random.getrandbits(64)) for _ in range(400)]
    assert any(text.count("\n") < 3 for text in texts)
    assert any("?" in text.splitlines()[-1] for text in texts)


# --- what cannot be --------------------------------------------------------------------------------------------------


def domain_of(prompt, **more):
    answer = Schema("{a}", a=Int(0, 9))
    return Domain("mine/1", prompt=prompt, answer=answer, resolve=lambda case: {"a": 0}, **more)


NEVER_BROKEN = domain_of(
    Schema("{a} {b}", a=Int(0, 9), b=Int(0, 9)),
    checks=(
        Check("negative_sum", "the sum is 0 or more", ("a", "b"), lambda case: case.a + case.b >= 0),
        Check("unequal", "a is b", ("a", "b"), lambda case: case.a == case.b),
    ),
)


def test_a_reason_that_no_text_can_have_has_no_operator():
    assert list(operators_of(NEVER_BROKEN)) == ["bad_spacing", "truncated", "trailing_text", "bad_number", "unequal"]
    with pytest.raises(ImpossibleDamageError) as error:
        damage(NEVER_BROKEN, NEVER_BROKEN.case(), "negative_sum", 0)
    assert str(error.value) == "no case of domain mine/1 could be damaged for negative_sum"


def test_reachable_shows_a_text_for_each_reason_or_none():
    cases = [NEVER_BROKEN.case(), NEVER_BROKEN.case(a=3, b=3)]
    assert reachable(NEVER_BROKEN, cases) == {
        "bad_spacing": "0 0",
        "truncated": "",
        "trailing_text": "0 0 0\n",
        "bad_number": "00 0\n",
        "negative_sum": None,
        "unequal": "1 0\n",
    }


def test_a_domain_with_operators_of_its_own_keeps_them_and_gets_the_others():
    def shorter(case, choice):
        return "0\n"

    mine = domain_of(NEVER_BROKEN.prompt, operators={"truncated": shorter})
    assert operators_of(mine)["truncated"] is shorter
    assert mine.resolve_text(damage(mine, mine.case(), "bad_number", 3)) == "reject bad_number\n"
    assert damage(mine, mine.case(), "truncated", 7) == "0\n"


def test_an_operator_of_ones_own_that_damages_otherwise_is_not_taken_for_an_example():
    mine = domain_of(NEVER_BROKEN.prompt, operators={"truncated": lambda case, choice: "0 0 0\n"})
    assert reachable(mine, [mine.case()])["truncated"] is None


def test_an_unknown_reason_is_named_with_those_that_there_are():
    with pytest.raises(UnknownReasonError) as error:
        damage(ADDER, ADDER.case(), "too_long", 0)
    assert str(error.value) == (
        "reason must be one of bad_spacing, truncated, trailing_text, bad_number, got 'too_long'"
    )


@pytest.mark.parametrize("choice", [-3, 1.5, True])
def test_a_choice_that_is_none_is_refused(choice):
    with pytest.raises(ChoiceError):
        damage(ADDER, ADDER.case(), "truncated", choice)


# --- other shapes ----------------------------------------------------------------------------------------------------


@attrs.frozen
class Name(Field):
    """A name of capital letters, of any length, with a reason of its own."""

    reason = "bad_name"
    pattern = "[A-Z]+"
    simplest = "A"

    def edges(self):
        return ["A", "Z", "ZZZZ"]

    def sample(self, random):
        return "".join(random.choices("ABCXYZ", k=random.randint(1, 6)))


SHAPES = {
    "a choice alone": Schema("{a}", a=Choice("yes", "no"), end=""),
    "a choice beside a number": Schema("{kind}:{a}", kind=Choice("km", "m"), a=Int(0, 50)),
    "numbers without a border": Schema("{a}{b}", a=Int(0, 99), b=Int(0, 99), end=""),
    "a name": Schema("hello {name} !", name=Name()),
    "a single word": Schema("x {a}", a=Int(1, 1)),
}


@pytest.mark.parametrize("prompt", SHAPES.values(), ids=SHAPES)
def test_a_domain_of_any_shape_can_be_damaged_for_each_reason_that_its_texts_can_have(prompt):
    domain = domain_of(prompt)
    for reason in operators_of(domain):
        texts = damaged(domain, reason, 200)
        assert {domain.resolve_text(text) for text in texts} == {domain.rejection(reason)}
    # Of a piece that begins with a choice the reason is the choice's, whatever is wrong behind it.
    assert set(domain.reasons) - set(operators_of(domain)) <= {"bad_number"}


def test_a_board_that_is_no_prompt_is_a_domain_too():
    life_like = Domain("board/1", state=BOARD, step=lambda state: {})
    assert life_like.resolve_text(damage(life_like, life_like.case(a1="x"), "misplaced_label", 99)) == (
        "reject misplaced_label\n"
    )


def test_damaging_a_text_does_without_hypothesis():
    code = "import sys, turncheck.strategies.operators; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
