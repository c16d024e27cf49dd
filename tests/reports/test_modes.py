"""Failure modes: the boundary between any two modes, and how each is described."""

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.duel import DOMAIN
from turncheck.engine.duel import REASONS, WORDS, Battle, Turn, Unit, read_answer, resolve_text, write, write_rejection
from turncheck.reports.modes import (
    MODES,
    BoundaryConfusion,
    Divergence,
    FalseRejection,
    LabelCollapse,
    NoAnswer,
    SilentAcceptance,
    StaleCopy,
    TokenDrift,
    Unstable,
    WrongReason,
    WrongValue,
    diverge,
    named,
)

TURN = write(Turn(Battle(7, Unit(31, 40, shield=4, poison=2, cd_guard=2), Unit(22, 35, burn=3, stun=1))))
STATE = resolve_text(TURN)
MALFORMED = TURN.replace("turn 07", "turn 7")
REJECTION = "reject bad_number\n"
HERO, FOE = STATE.splitlines(keepends=True)[1:]
HOUSE = settings(deadline=None, database=None, derandomize=True)
EVERY_TEXT = st.text(st.characters(exclude_categories=()))


def edited(*changes, text=STATE):
    """The text with each `(old, new)` of the changes, in its first place."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def in_the_foe(old, new):
    assert old in FOE
    return STATE.replace(FOE, FOE.replace(old, new, 1))


def test_the_reference_answers_as_these_tests_take_for_granted():
    assert STATE == (
        "turn 08\n"
        "hero hp 29/40 shield 04 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
        "cd heal 0 guard 1 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
        "foe hp 19/35 shield 00 poison 0 burn 2 regen 0 thorns 0 stun 0 fragile 0 "
        "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
    )
    assert resolve_text(MALFORMED) == REJECTION


@pytest.mark.parametrize("expected", [STATE, REJECTION])
def test_the_same_answer_is_no_divergence(expected):
    assert diverge(DOMAIN, TURN, expected, expected) is None
    assert diverge(DOMAIN, TURN, expected, expected, first=expected) is None


def test_each_mode_has_a_name_of_its_own():
    assert [mode.mode for mode in MODES] == [
        "no_answer",
        "unstable",
        "silent_acceptance",
        "wrong_reason",
        "false_rejection",
        "label_collapse",
        "boundary_confusion",
        "token_drift",
        "stale_copy",
        "wrong_value",
    ]
    assert all(issubclass(mode, Divergence) and issubclass(mode, AssertionError) for mode in MODES)


# --- the borders -----------------------------------------------------------------------------------------------------

# fmt: off
WHOLE_ANSWERS = [
    ("",                                              NoAnswer,          "nothing"),
    ("\n",                                            TokenDrift,        "bad_spacing at line 1, piece 1"),
    ("reject truncated\n",                            FalseRejection,    "truncated"),
    ("reject bad_spacing\n",                          FalseRejection,    "bad_spacing"),
    ("reject foo\n",                                  FalseRejection,    "foo"),
    ("reject foo bar\n",                              FalseRejection,    "foo bar"),
    ("reject  truncated\n",                           FalseRejection,    " truncated"),
    ("reject \x1b[31m\n",                             FalseRejection,    "\\x1b[31m"),
    ("reject " + "x" * 100 + "\n",                    FalseRejection,    "x" * 40),
    ("reject \n",                                     TokenDrift,        "bad_spacing at line 1, piece 2"),
    ("reject\n",                                      TokenDrift,        "misplaced_label at line 1, piece 1"),
    ("reject",                                        TokenDrift,        "bad_spacing at line 1, piece 1"),
    ("reject bad_spacing",                            TokenDrift,        "bad_spacing at line 1, piece 2"),
    ("reject bad_spacing\n\n",                        TokenDrift,        "bad_spacing at line 2, piece 1"),
    ("reject bad_spacing\nreject bad_spacing\n",      TokenDrift,        "misplaced_label at line 1, piece 1"),
    (" reject bad_spacing\n",                         TokenDrift,        "bad_spacing at line 1, piece 1"),
    ("Reject bad_spacing\n",                          TokenDrift,        "unknown_label at line 1, piece 1"),
    ("rejected truncated\n",                          TokenDrift,        "unknown_label at line 1, piece 1"),
    ("\ud800",                                        TokenDrift,        "bad_spacing at line 1, piece 1"),
]
OUT_OF_FORM = [
    # A label is lost, or is no word of the grammar, or the shape is lost too.
    (edited(("burn", "poison")),                      LabelCollapse,     "poison for burn"),
    (edited(("burn", "reject")),                      LabelCollapse,     "reject for burn"),
    (edited(("turn", "hero")),                        LabelCollapse,     "hero for turn"),
    (edited(("\nfoe", "\nhero")),                     LabelCollapse,     "hero for foe"),
    (in_the_foe("ignite", "guard"),                   LabelCollapse,     "guard for ignite"),
    (STATE.replace("stun", "thorns"),                 LabelCollapse,     "thorns for stun and 1 more"),
    (edited(("burn", "poison"), ("29/40", "99/00")),  LabelCollapse,     "poison for burn"),
    (edited(("burn", "poison"), ("turn", "cd")),      LabelCollapse,     "cd for turn and 1 more"),
    (edited(("burn", "born")),                        TokenDrift,        "unknown_label at line 2, piece 8"),
    (edited(("burn", "")),                            TokenDrift,        "bad_spacing at line 2, piece 8"),
    (edited(("burn", "BURN")),                        TokenDrift,        "unknown_label at line 2, piece 8"),
    (edited(("burn", "poison"), ("stun", "sun")),     TokenDrift,        "misplaced_label at line 2, piece 8"),
    (edited(("burn", "poison"), ("04", "4")),         TokenDrift,        "bad_number at line 2, piece 5"),
    (edited(("burn", "poison"), ("turn 08", "8")),    TokenDrift,        "unknown_label at line 1, piece 1"),
    (edited(("burn", "poison"))[:-1],                 TokenDrift,        "bad_spacing at line 3, piece 30"),
    # All labels, in another order.
    (edited((HERO, ""), (FOE, FOE + HERO)),           BoundaryConfusion, "foe for hero at line 2, piece 1"),
    (edited(("hero", "foe"), ("\nfoe hp 1", "\nhero hp 1")), BoundaryConfusion, "foe for hero at line 2, piece 1"),
    (edited(("poison", "burn"), ("0 burn 2", "0 poison 2")), BoundaryConfusion, "burn for poison at line 2, piece 6"),
    (edited(("poison 1 burn", "burn 1 poison")),      BoundaryConfusion, "burn for poison at line 2, piece 6"),
    (edited(("poison 1 burn", "burn 9 poison")),      BoundaryConfusion, "burn for poison at line 2, piece 6"),
    (edited(("poison 1 burn", "burn x poison")),      TokenDrift,        "misplaced_label at line 2, piece 6"),
    (edited(("turn", "brace"), ("0 brace", "0 turn")), BoundaryConfusion, "brace for turn at line 1, piece 1"),
    # All pieces, in other places.
    (edited(("turn 08", "08 turn")),                  BoundaryConfusion, "08 for turn at line 1, piece 1"),
    (edited(("poison 1", "1 poison")),                BoundaryConfusion, "1 for poison at line 2, piece 6"),
    (edited(("poison 1 ", ""), ("cd", "poison 1 cd")), BoundaryConfusion, "burn for poison at line 2, piece 6"),
    (edited(("08\nhero hp", "08 hero\nhp")),          BoundaryConfusion, "08 for 08\\n at line 1, piece 2"),
    (edited(("04 poison", "04\npoison"), ("\n", " ")), BoundaryConfusion, "08 for 08\\n at line 1, piece 2"),
    (STATE.replace("\n", " ")[:-1] + "\n",            BoundaryConfusion, "08 for 08\\n at line 1, piece 2"),
    (HERO + "turn 08\n" + FOE,                        BoundaryConfusion, "hero for turn at line 1, piece 1"),
    (HERO + "turn 09\n" + FOE,                        TokenDrift,        "misplaced_label at line 1, piece 1"),
    (edited(("turn 08", "08 turn"))[:-1],             TokenDrift,        "bad_spacing at line 3, piece 30"),
    (edited(("\n", "\n\n")),                          TokenDrift,        "bad_spacing at line 2, piece 1"),
    ("\n" + STATE[:-1],                               TokenDrift,        "bad_spacing at line 1, piece 1"),
    # The content of a number's place in another's, whose form is another.
    (edited(("poison 1", "poison 04")),               BoundaryConfusion, "04 for 1 at line 2, piece 7"),
    (edited(("poison 1", "poison 29/40")),            BoundaryConfusion, "29/40 for 1 at line 2, piece 7"),
    (edited(("29/40", "08")),                         BoundaryConfusion, "08 for 29/40 at line 2, piece 3"),
    (edited(("shield 04", "shield 2")),               BoundaryConfusion, "2 for 04 at line 2, piece 5"),
    (edited(("shield 04", "shield 2"), ("08", "19/35")), BoundaryConfusion, "19/35 for 08 at line 1, piece 2"),
    (edited(("shield 04", "shield 2"), ("29/40", "01/02")), BoundaryConfusion, "2 for 04 at line 2, piece 5"),
    (edited(("shield 04", "shield 3")),               TokenDrift,        "bad_number at line 2, piece 5"),
    (edited(("poison 1", "poison 40")),               TokenDrift,        "bad_number at line 2, piece 7"),
    (edited(("shield 04", "shield 2"), ("turn 08", "turn 8")), TokenDrift, "bad_number at line 1, piece 2"),
    (edited(("shield 04", "shield 2"), ("turn", "tern")), TokenDrift,    "unknown_label at line 1, piece 1"),
    (edited(("burn", "04")),                          TokenDrift,        "unknown_label at line 2, piece 8"),
    (edited(("shield 04", "shield shield")),          TokenDrift,        "bad_number at line 2, piece 5"),
    # Anything else.
    (STATE[:-1],                                      TokenDrift,        "bad_spacing at line 3, piece 30"),
    (STATE + "x",                                     TokenDrift,        "bad_spacing at line 4, piece 1"),
    (STATE + "x\n",                                   TokenDrift,        "trailing_text at line 4, piece 1"),
    (STATE + STATE,                                   TokenDrift,        "trailing_text at line 4, piece 1"),
    (STATE + "do hero wait\ndo foe wait\n",           TokenDrift,        "trailing_text at line 4, piece 1"),
    (TURN,                                            TokenDrift,        "trailing_text at line 4, piece 1"),
    (edited(("turn 08\n", "")),                       TokenDrift,        "misplaced_label at line 1, piece 1"),
    (edited(("turn 08", "turn 8")),                   TokenDrift,        "bad_number at line 1, piece 2"),
    (edited(("turn 08", "turn 008")),                 TokenDrift,        "bad_number at line 1, piece 2"),
    (edited(("turn 08", "turn \u0660\u0661")),        TokenDrift,        "bad_number at line 1, piece 2"),
    (edited(("turn 08", "turn  08")),                 TokenDrift,        "bad_spacing at line 1, piece 2"),
    (edited(("turn 08", "turn\u00a008")),             TokenDrift,        "bad_spacing at line 1, piece 1"),
    (edited(("turn 08\n", "turn 08\r\n")),            TokenDrift,        "bad_spacing at line 1, piece 2"),
]
WRONG_NUMBERS = [
    # The value of the number before or after, or of the other unit's.
    (edited(("29/40", "40/40")),                      BoundaryConfusion, "hero hp 40 for 29 (hero max)"),
    (edited(("29/40", "29/29")),                      BoundaryConfusion, "hero max 29 for 40 (hero hp)"),
    (edited(("29/40", "29/04")),                      BoundaryConfusion, "hero max 04 for 40 (hero shield)"),
    (edited(("29/40", "19/40")),                      BoundaryConfusion, "hero hp 19 for 29 (foe hp)"),
    (edited(("shield 04", "shield 01")),              BoundaryConfusion, "hero shield 01 for 04 (hero poison)"),
    (edited(("poison 1", "poison 4")),                BoundaryConfusion, "hero poison 4 for 1 (hero shield)"),
    (edited(("burn 0", "burn 2")),                    BoundaryConfusion, "hero burn 2 for 0 (foe burn)"),
    (in_the_foe("guard 0", "guard 1"),                BoundaryConfusion, "foe cd guard 1 for 0 (hero cd guard)"),
    (edited(("poison 1", "poison 0"), ("29/40", "40/40")), BoundaryConfusion,
     "hero hp 40 for 29 (hero max) and 1 more"),
    (HERO.join(["turn 08\n", FOE]).replace("29/40", "19/35"), BoundaryConfusion,
     "hero hp 19 for 29 (foe hp) and 1 more"),
    (edited(("08\n", "29\n")),                        WrongValue,        "turn 29 for 08 (+21)"),
    (edited(("29/40", "04/40")),                      WrongValue,        "hero hp 04 for 29 (-25)"),
    (edited(("poison 1", "poison 0"), ("29/40", "28/40")), WrongValue,   "hero hp 28 for 29 (-1) and 1 more"),
    # The value from before the turn.
    (edited(("29/40", "31/40")),                      StaleCopy,         "hero hp 31 for 29"),
    (edited(("turn 08", "turn 07")),                  StaleCopy,         "turn 07 for 08"),
    (edited(("poison 1", "poison 2")),                StaleCopy,         "hero poison 2 for 1"),
    (in_the_foe("burn 2", "burn 3"),                  StaleCopy,         "foe burn 3 for 2"),
    (TURN[: TURN.index("do")],                        StaleCopy,         "turn 07 for 08 and 6 more"),
    (edited(("29/40", "31/40"), ("poison 1", "poison 4")), WrongValue,   "hero hp 31 for 29 (+2) and 1 more"),
    (edited(("29/40", "31/40"), ("poison 1", "poison 3")), WrongValue,   "hero hp 31 for 29 (+2) and 1 more"),
    # Anything else.
    (edited(("turn 08", "turn 09")),                  WrongValue,        "turn 09 for 08 (+1)"),
    (edited(("turn 08", "turn 00")),                  WrongValue,        "turn 00 for 08 (-8)"),
    (edited(("29/40", "30/40")),                      WrongValue,        "hero hp 30 for 29 (+1)"),
    (edited(("29/40", "41/40")),                      WrongValue,        "hero hp 41 for 29 (+12)"),
    (edited(("29/40", "41/39")),                      WrongValue,        "hero hp 41 for 29 (+12) and 1 more"),
    (edited(("shield 04", "shield 99")),              WrongValue,        "hero shield 99 for 04 (+95)"),
    (edited(("guard 1", "guard 9")),                  WrongValue,        "hero cd guard 9 for 1 (+8)"),
    (STATE.replace("brace 0", "brace 1"),             WrongValue,        "hero cd brace 1 for 0 (+1) and 1 more"),
]
MALFORMED_TURN = [
    ("",                                              NoAnswer,          "nothing"),
    (STATE,                                           SilentAcceptance,  "a state for bad_number"),
    (edited(("29/40", "99/00")),                      SilentAcceptance,  "a state for bad_number"),
    ("reject truncated\n",                            WrongReason,       "truncated for bad_number"),
    ("reject foo\n",                                  WrongReason,       "foo for bad_number"),
    ("reject BAD_NUMBER\n",                           WrongReason,       "BAD_NUMBER for bad_number"),
    ("reject bad_number \n",                          WrongReason,       "bad_number  for bad_number"),
    ("reject bad_number\r\n",                         WrongReason,       "bad_number\\r for bad_number"),
    ("reject \ud800\u202e\n",                         WrongReason,       "\\ud800\\u202e for bad_number"),
    ("reject \n",                                     TokenDrift,        "bad_spacing at line 1, piece 2"),
    ("reject bad_number",                             TokenDrift,        "bad_spacing at line 1, piece 2"),
    ("reject\n",                                      TokenDrift,        "misplaced_label at line 1, piece 1"),
    ("bad_number reject\n",                           BoundaryConfusion, "bad_number for reject at line 1, piece 1"),
    ("reject\nbad_number\n",                          BoundaryConfusion, "reject\\n for reject at line 1, piece 1"),
    (edited(("burn", "poison")),                      LabelCollapse,     "poison for burn"),
    (edited((HERO, ""), (FOE, FOE + HERO)),           BoundaryConfusion, "foe for hero at line 2, piece 1"),
    (edited(("poison 1", "poison 04")),               TokenDrift,        "bad_number at line 2, piece 7"),
    (STATE + "x\n",                                   TokenDrift,        "trailing_text at line 4, piece 1"),
    (STATE + REJECTION,                               TokenDrift,        "trailing_text at line 4, piece 1"),
    (REJECTION + STATE,                               TokenDrift,        "misplaced_label at line 1, piece 1"),
    (MALFORMED,                                       TokenDrift,        "bad_number at line 1, piece 2"),
]
# fmt: on
VALID_TURN = [*WHOLE_ANSWERS, *OUT_OF_FORM, *WRONG_NUMBERS]


@pytest.mark.parametrize(
    ("prompt", "expected", "got", "mode", "said"),
    [
        *((TURN, STATE, *row) for row in VALID_TURN),
        *((MALFORMED, REJECTION, *row) for row in MALFORMED_TURN),
    ],
)
def test_an_answer_has_its_mode_and_its_words(prompt, expected, got, mode, said):
    found = diverge(DOMAIN, prompt, expected, got)
    assert (type(found), found.said) == (mode, said)
    assert str(found) == f"{mode.mode}: {said}"
    assert (found.prompt, found.expected, found.got, found.fault, found.also) == (prompt, expected, got, "", ())


@pytest.mark.parametrize("given_reason", REASONS)
@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_wrong_where_it_is_another(reason, given_reason):
    found = diverge(DOMAIN, "", write_rejection(reason), write_rejection(given_reason))
    assert (found is None) == (reason == given_reason)
    if found is not None:
        assert (type(found), found.said) == (WrongReason, f"{given_reason} for {reason}")


@pytest.mark.parametrize("word", WORDS)
def test_any_word_of_the_grammar_in_a_labels_place_is_a_lost_label(word):
    found = diverge(DOMAIN, TURN, STATE, edited(("cd", word)))
    assert found is None if word == "cd" else str(found) == f"label_collapse: {word} for cd"


# --- asked again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "got", "shown"),
    [
        (STATE, edited(("29/40", "28/40")), "unstable: 28/40 for 29/40 at line 2, piece 3"),
        (edited(("29/40", "28/40")), STATE, "unstable: 29/40 for 28/40 at line 2, piece 3"),
        (STATE, STATE[:-1], "unstable: 0 for 0\\n at line 3, piece 30"),
        (STATE[:-1], STATE, "unstable: 0\\n for 0 at line 3, piece 30"),
        (STATE, STATE + "x", "unstable: x for nothing at line 4, piece 1"),
        (STATE, "turn 08\n", "unstable: nothing for hero at line 2, piece 1"),
        (STATE, edited(("29/40", "")), "unstable: nothing for 29/40 at line 2, piece 3"),
        (STATE, "reject truncated\n", "unstable: reject for turn at line 1, piece 1"),
        ("", STATE, "unstable: turn for nothing at line 1, piece 1"),
        ("x" * 99, "\x1b" * 99, "unstable: " + "\\x1b" * 10 + f" for {'x' * 40} at line 1, piece 1"),
        (STATE, "", "no_answer: nothing"),
        (edited(("29/40", "28/40")), edited(("29/40", "28/40")), "wrong_value: hero hp 28 for 29 (-1)"),
        ("", "", "no_answer: nothing"),
    ],
)
def test_an_answer_is_compared_with_the_first_one_to_the_same_prompt(first, got, shown):
    assert str(diverge(DOMAIN, TURN, STATE, got, first=first)) == shown


def test_of_an_unstable_answer_the_first_one_is_what_was_expected():
    first, got = edited(("29/40", "28/40")), "reject truncated\n"
    found = diverge(DOMAIN, TURN, STATE, got, first=first)
    assert (type(found), found.expected, found.got) == (Unstable, first, got)
    assert diverge(DOMAIN, TURN, STATE, "", first=first).expected == STATE


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        ("", "nothing"),
        ("ValueError: no weights", "ValueError: no weights"),
        ("\x1b[31m\ud800", "\\x1b[31m\\ud800"),
        ("x" * 61, "x" * 60),
    ],
)
def test_no_answer_says_what_was_raised(fault, shown):
    found = diverge(DOMAIN, TURN, STATE, "", fault=fault)
    assert (str(found), found.fault) == (f"no_answer: {shown}", fault)


# --- two readings ----------------------------------------------------------------------------------------------------

UNHURT = write(Turn(Battle(1, Unit(40, 40, poison=1, burn=1), Unit(35, 35, burn=1))))
HURT = resolve_text(UNHURT)


@pytest.mark.parametrize(
    ("got", "mode", "also"),
    [
        (edited(("36/40", "40/40"), text=HURT), BoundaryConfusion, ("stale_copy",)),
        (edited(("36/40", "40/40"), ("32/35", "35/35"), text=HURT), BoundaryConfusion, ("stale_copy",)),
        (edited(("36/40", "32/40"), text=HURT), BoundaryConfusion, ()),
        (edited(("36/40", "40/40"), ("32/35", "36/35"), text=HURT), BoundaryConfusion, ()),
        (edited(("36/40", "40/40"), ("poison 0", "poison 1"), text=HURT), StaleCopy, ()),
        (edited(("36/40", "40/40"), ("turn 02", "turn 01"), text=HURT), StaleCopy, ()),
        (edited(("36/40", "40/40"), ("32/35", "34/35"), text=HURT), WrongValue, ()),
    ],
)
def test_where_two_modes_fit_the_first_is_given_and_the_other_named(got, mode, also):
    assert HURT.startswith("turn 02\nhero hp 36/40 shield 00 poison 0 ")
    found = diverge(DOMAIN, UNHURT, HURT, got)
    assert (type(found), found.also) == (mode, also)


@pytest.mark.parametrize(
    ("got", "off_by_one"),
    [
        (edited(("29/40", "30/40")), True),
        (edited(("29/40", "28/40")), True),
        (edited(("29/40", "28/41"), ("turn 08", "turn 09")), True),
        (edited(("29/40", "27/40")), False),
        (edited(("29/40", "28/42")), False),
    ],
)
def test_a_value_is_off_by_one_where_every_wrong_number_is(got, off_by_one):
    found = diverge(DOMAIN, TURN, STATE, got)
    assert (type(found), found.off_by_one) == (WrongValue, off_by_one)


# --- a mode that is known --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("got", "mode", "said"), VALID_TURN)
def test_a_divergence_is_had_again_by_its_mode_and_its_words(got, mode, said):
    again = named(mode.mode, TURN, STATE, got, said, "some fault")
    assert (type(again), again.said, again.fault) == (mode, said, "some fault")


def test_the_mode_alone_decides_what_a_divergence_is_had_again_as():
    assert [type(named(mode.mode, TURN, STATE, "x", "said")) for mode in MODES] == list(MODES)


def test_a_divergence_can_be_copied_and_sent():
    found = diverge(DOMAIN, UNHURT, HURT, edited(("36/40", "40/40"), text=HURT), fault="some fault")
    for again in (copy.copy(found), pickle.loads(pickle.dumps(found))):
        assert (type(again), vars(again)) == (type(found), vars(found))


# --- any text --------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from([*STATE.split(), *WORDS, "", "\u0664", "\ud800", "4", "04", "29/40", "0\n", "\nfoe"])
SPOILED = st.builds(
    lambda place, new: " ".join(new if index == place else piece for index, piece in enumerate(STATE.split(" "))),
    st.integers(0, 61),
    PIECES,
)
ANSWERS = (
    EVERY_TEXT
    | SPOILED
    | st.permutations(STATE.split(" ")).map(" ".join)
    | st.builds(lambda start, end, new: STATE[:start] + new + STATE[end:], *[st.integers(0, 300)] * 2, EVERY_TEXT)
    | st.builds(lambda at, new: STATE[:at] + new + STATE[at + 1 :], st.integers(0, 270), st.sampled_from("019"))
    | EVERY_TEXT.map("reject {}\n".format)
)


@HOUSE
@given(st.sampled_from([(TURN, STATE), (MALFORMED, REJECTION)]), ANSWERS, st.none() | ANSWERS, EVERY_TEXT)
def test_every_answer_is_right_or_wrong_in_one_way_that_can_be_said(asked, got, first, fault):
    prompt, expected = asked
    found = diverge(DOMAIN, prompt, expected, got, first=first, fault=fault)
    assert (found is None) == (got == expected and first in (None, got))
    if found is not None:
        assert str(found).isprintable()
        assert len(str(found)) < 200
        assert found.also in ((), ("stale_copy",))
        assert str(named(found.mode, prompt, found.expected, got, found.said, fault)) == str(found)


VALUE_MODES = (BoundaryConfusion, StaleCopy, WrongValue)


@HOUSE
@given(ANSWERS)
def test_an_answer_that_reads_as_a_state_is_wrong_in_its_values_alone(got):
    found = diverge(DOMAIN, TURN, STATE, got)
    try:
        answer = read_answer(got)
    except ValueError:
        answer = None
    if found is not None and isinstance(answer, Battle):
        assert isinstance(found, VALUE_MODES)
    elif found is not None:
        assert isinstance(found, NoAnswer | FalseRejection | LabelCollapse | BoundaryConfusion | TokenDrift)


LONG = 300_000


@pytest.mark.parametrize(
    "got",
    [
        " " * LONG,
        "\n" * LONG,
        "0" * LONG,
        "0 " * LONG,
        "hero\n" * LONG,
        "reject " + "x" * LONG + "\n",
        "reject " + "x" * LONG,
        "\ud800" * LONG,
        STATE * (LONG // len(STATE)),
        " ".join(STATE.split()) * (LONG // len(STATE)),
        edited(("29/40", "9" * LONG)),
        edited(("29/40", "9/" * LONG)),
        edited(("burn", "burn" * LONG)),
    ],
    ids=range(13),
)
def test_a_very_long_answer_takes_no_longer_than_its_length(got):
    """What took the square of the length would not end here within an hour."""
    for prompt, expected in ((TURN, STATE), (MALFORMED, REJECTION)):
        assert len(str(diverge(DOMAIN, prompt, expected, got))) < 200
        assert isinstance(diverge(DOMAIN, prompt, expected, got, first=got[:-1]), Unstable)
        assert len(str(diverge(DOMAIN, prompt, expected, got, first=got[:-1]))) < 200
