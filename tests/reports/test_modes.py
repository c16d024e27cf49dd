"""Failure modes: on which side of each border an answer falls, and what is said of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.engine import REASONS, Battle, Turn, Unit, read_answer, resolve_text, write, write_rejection
from turncheck.reports.modes import (
    MODES,
    Divergence,
    FalseRejection,
    MalformedAnswer,
    SilentAcceptance,
    WrongReason,
    WrongValue,
    diverge,
    wrong_values,
)

TURN = write(Turn(Battle(7, Unit(31, 40, shield=4, poison=2, cd_guard=2), Unit(22, 35, burn=3, stun=1))))
STATE = resolve_text(TURN)
MALFORMED = TURN.replace("turn 07", "turn 7")
REJECTION = "reject bad_number\n"
HOUSE = settings(deadline=None, database=None, derandomize=True)
EVERY_TEXT = st.text(st.characters(exclude_categories=()))


def edited(old, new, text=STATE):
    assert text.count(old) == 1
    return text.replace(old, new)


def test_the_reference_answers_as_these_tests_take_for_granted():
    assert STATE.startswith("turn 08\nhero hp 29/40 shield 04 poison 1 ")
    assert resolve_text(MALFORMED) == REJECTION


@pytest.mark.parametrize("expected", [STATE, REJECTION])
def test_the_same_answer_is_no_divergence(expected):
    assert diverge(TURN, expected, expected) is None


def test_each_mode_has_a_name_of_its_own():
    assert [mode.mode for mode in MODES] == [
        "silent_acceptance",
        "wrong_reason",
        "false_rejection",
        "malformed_answer",
        "wrong_value",
    ]
    assert all(issubclass(mode, Divergence) and issubclass(mode, AssertionError) for mode in MODES)


# fmt: off
VALID_TURN = [
    ("reject truncated\n",                            FalseRejection,  "truncated"),
    ("reject bad_spacing\n",                          FalseRejection,  "bad_spacing"),
    ("reject foo\n",                                  FalseRejection,  "foo"),
    ("reject foo bar\n",                              FalseRejection,  "foo bar"),
    ("reject  truncated\n",                           FalseRejection,  " truncated"),
    ("reject \x1b[31m\n",                             FalseRejection,  "\\x1b[31m"),
    ("reject " + "x" * 100 + "\n",                    FalseRejection,  "x" * 40),
    ("reject \n",                                     MalformedAnswer, "bad_spacing at line 1, piece 2"),
    ("reject\n",                                      MalformedAnswer, "misplaced_label at line 1, piece 1"),
    ("reject",                                        MalformedAnswer, "bad_spacing at line 1, piece 1"),
    ("reject bad_spacing",                            MalformedAnswer, "bad_spacing at line 1, piece 2"),
    ("reject bad_spacing\n\n",                        MalformedAnswer, "bad_spacing at line 2, piece 1"),
    ("reject bad_spacing\nreject bad_spacing\n",      MalformedAnswer, "misplaced_label at line 1, piece 1"),
    (" reject bad_spacing\n",                         MalformedAnswer, "bad_spacing at line 1, piece 1"),
    ("Reject bad_spacing\n",                          MalformedAnswer, "unknown_label at line 1, piece 1"),
    ("rejected truncated\n",                          MalformedAnswer, "unknown_label at line 1, piece 1"),
    ("",                                              MalformedAnswer, "truncated at line 1, piece 1"),
    ("\n",                                            MalformedAnswer, "bad_spacing at line 1, piece 1"),
    ("\ud800",                                        MalformedAnswer, "bad_spacing at line 1, piece 1"),
    (STATE[:-1],                                      MalformedAnswer, "bad_spacing at line 3, piece 30"),
    (STATE + "x",                                     MalformedAnswer, "bad_spacing at line 4, piece 1"),
    (STATE + "x\n",                                   MalformedAnswer, "trailing_text at line 4, piece 1"),
    (STATE + STATE,                                   MalformedAnswer, "trailing_text at line 4, piece 1"),
    (STATE + "do hero wait\ndo foe wait\n",           MalformedAnswer, "trailing_text at line 4, piece 1"),
    (edited("turn 08\n", ""),                         MalformedAnswer, "misplaced_label at line 1, piece 1"),
    (edited("turn 08", "turn 8"),                     MalformedAnswer, "bad_number at line 1, piece 2"),
    (edited("turn 08", "turn 008"),                   MalformedAnswer, "bad_number at line 1, piece 2"),
    (edited("turn 08", "turn \u0660\u0661"),          MalformedAnswer, "bad_number at line 1, piece 2"),
    (edited("turn 08", "turn  08"),                   MalformedAnswer, "bad_spacing at line 1, piece 2"),
    (edited("turn 08", "turn\u00a008"),               MalformedAnswer, "bad_spacing at line 1, piece 1"),
    (edited("turn 08", "turn 09"),                    WrongValue,      "turn 09 for 08"),
    (edited("turn 08", "turn 00"),                    WrongValue,      "turn 00 for 08"),
    (edited("29/40", "30/40"),                        WrongValue,      "hero hp 30/40 for 29/40"),
    (edited("29/40", "41/40"),                        WrongValue,      "hero hp 41/40 for 29/40"),
    (edited("29/40", "00/40"),                        WrongValue,      "hero hp 00/40 for 29/40"),
    (edited("shield 04", "shield 99"),                WrongValue,      "hero shield 99 for 04"),
    (edited("guard 1", "guard 9"),                    WrongValue,      "hero cd guard 9 for 1"),
    (edited("turn 08", "turn 07").replace("burn 0", "burn 1"), WrongValue, "turn 07 for 08 and 1 more"),
    (STATE.replace("shield 0", "shield 1"),           WrongValue,      "hero shield 14 for 04 and 1 more"),
    (STATE.replace("brace 0", "brace 1"),             WrongValue,      "hero cd brace 1 for 0 and 1 more"),
]
MALFORMED_TURN = [
    (STATE,                                           SilentAcceptance, "a state for bad_number"),
    (edited("29/40", "99/00"),                        SilentAcceptance, "a state for bad_number"),
    ("reject truncated\n",                            WrongReason,      "truncated for bad_number"),
    ("reject foo\n",                                  WrongReason,      "foo for bad_number"),
    ("reject BAD_NUMBER\n",                           WrongReason,      "BAD_NUMBER for bad_number"),
    ("reject bad_number \n",                          WrongReason,      "bad_number  for bad_number"),
    ("reject bad_number\r\n",                         WrongReason,      "bad_number\\r for bad_number"),
    ("reject \ud800\u202e\n",                         WrongReason,      "\\ud800\\u202e for bad_number"),
    ("reject \n",                                     MalformedAnswer,  "bad_spacing at line 1, piece 2"),
    ("reject bad_number",                             MalformedAnswer,  "bad_spacing at line 1, piece 2"),
    ("reject\n",                                      MalformedAnswer,  "misplaced_label at line 1, piece 1"),
    ("",                                              MalformedAnswer,  "truncated at line 1, piece 1"),
    (STATE + "x\n",                                   MalformedAnswer,  "trailing_text at line 4, piece 1"),
    (STATE + REJECTION,                               MalformedAnswer,  "trailing_text at line 4, piece 1"),
    (REJECTION + STATE,                               MalformedAnswer,  "misplaced_label at line 1, piece 1"),
    (MALFORMED,                                       MalformedAnswer,  "bad_number at line 1, piece 2"),
]
# fmt: on


@pytest.mark.parametrize(
    ("prompt", "expected", "got", "mode", "in_short"),
    [
        *((TURN, STATE, *row) for row in VALID_TURN),
        *((MALFORMED, REJECTION, *row) for row in MALFORMED_TURN),
    ],
)
def test_an_answer_has_its_mode_and_its_words(prompt, expected, got, mode, in_short):
    found = diverge(prompt, expected, got)
    assert type(found) is mode
    assert found.in_short() == in_short
    assert str(found) == f"{mode.mode}: {in_short}"
    assert (found.prompt, found.expected, found.got) == (prompt, expected, got)


@pytest.mark.parametrize("given_reason", REASONS)
@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_wrong_where_it_is_another(reason, given_reason):
    found = diverge("", write_rejection(reason), write_rejection(given_reason))
    assert (found is None) == (reason == given_reason)
    if found is not None:
        assert (type(found), found.in_short()) == (WrongReason, f"{given_reason} for {reason}")


def test_the_wrong_values_of_a_state_are_named_each():
    got = STATE.replace("turn 08", "turn 99").replace("hp 29/40", "hp 29/41").replace("cleanse 0", "cleanse 5")
    assert wrong_values(STATE, got) == [
        ("turn", "08", "99"),
        ("hero hp", "29/40", "29/41"),
        ("hero cd cleanse", "0", "5"),
        ("foe cd cleanse", "0", "5"),
    ]


@HOUSE
@given(
    st.sampled_from([STATE, REJECTION]),
    EVERY_TEXT
    | st.builds(lambda start, end, new: STATE[:start] + new + STATE[end:], *[st.integers(0, 300)] * 2, EVERY_TEXT)
    | st.builds(
        lambda place, new: STATE[:place] + new + STATE[place + 1 :], st.integers(0, 270), st.sampled_from("019")
    )
    | EVERY_TEXT.map("reject {}\n".format),
)
def test_every_answer_is_right_or_wrong_in_one_way_that_can_be_said(expected, got):
    found = diverge(TURN, expected, got)
    assert (found is None) == (got == expected)
    if found is not None:
        assert str(found).isprintable()
        assert isinstance(found, MalformedAnswer | FalseRejection | WrongReason) or isinstance(read_answer(got), Battle)
