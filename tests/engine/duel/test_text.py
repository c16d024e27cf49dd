"""The text: how it is written and read, and the reason that is given for a malformed text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.engine.duel import (
    REASONS,
    STANDARD,
    WORDS,
    Battle,
    MalformedTextError,
    Order,
    Turn,
    Unit,
    read,
    read_answer,
    read_battle,
    resolve_text,
    write,
    write_rejection,
)
from turncheck.engine.duel.state import change
from turncheck.engine.duel.tables import BLANK, FIELDS

HERO = (
    "hero hp 31/40 shield 04 poison 2 burn 0 regen 0 thorns 1 stun 0 fragile 0 "
    "cd heal 0 guard 2 cleanse 0 poison_strike 1 ignite 0 brace 0\n"
)
FOE = (
    "foe hp 22/35 shield 00 poison 0 burn 3 regen 0 thorns 0 stun 1 fragile 2 "
    "cd heal 0 guard 0 cleanse 3 poison_strike 0 ignite 0 brace 0\n"
)
BATTLE_TEXT = "turn 07\n" + HERO + FOE
TEXT = BATTLE_TEXT + "do hero poison_strike\ndo foe guard\n"
BATTLE = Battle(
    7,
    Unit(31, 40, shield=4, poison=2, thorns=1, cd_guard=2, cd_poison_strike=1),
    Unit(22, 35, burn=3, stun=1, fragile=2, cd_cleanse=3),
)
TURN = Turn(BATTLE, Order("hero", "poison_strike"), Order("foe", "guard"))
ANSWER = (
    "turn 08\n"
    "hero hp 29/40 shield 04 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 "
    "cd heal 0 guard 1 cleanse 0 poison_strike 0 ignite 0 brace 0\n"
    "foe hp 19/35 shield 00 poison 0 burn 2 regen 0 thorns 0 stun 0 fragile 1 "
    "cd heal 0 guard 0 cleanse 2 poison_strike 0 ignite 0 brace 0\n"
)
FALLEN_FOE = "foe hp 00/35 " + " ".join(
    ("cd " if field.name == "cd_heal" else "") + f"{field.label} {0:0{field.width}}" for field in FIELDS[2:]
)


def edited(*edits, text=TEXT):
    """The text with each (old, new) replaced at the one place where it stands."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


# --- what belongs ----------------------------------------------------------------------------------------------------


def test_a_turn_is_written_as_published():
    assert write(TURN) == TEXT
    assert write(BATTLE) == BATTLE_TEXT


def test_a_turn_is_read_as_published():
    assert read(TEXT) == TURN
    assert read_battle(BATTLE_TEXT) == BATTLE


def test_the_worked_example_is_answered_as_published():
    assert resolve_text(TEXT) == ANSWER


def test_either_order_may_come_first():
    text = edited(("do hero poison_strike\ndo foe guard\n", "do foe guard\ndo hero poison_strike\n"))
    assert read(text) == Turn(BATTLE, Order("foe", "guard"), Order("hero", "poison_strike"))


def test_a_finished_battle_is_answered_with_its_own_three_lines():
    text = edited((FOE, FALLEN_FOE + "\n"))
    assert resolve_text(text) == "".join(text.splitlines(keepends=True)[:3])


def test_the_words_are_the_published_ones():
    assert WORDS == (
        "turn", "hero", "foe", "hp", "shield", "poison", "burn", "regen", "thorns", "stun", "fragile", "cd", "heal",
        "guard", "cleanse", "poison_strike", "ignite", "brace", "do", "attack", "wait", "reject",
    )  # fmt: skip


def test_the_reasons_are_the_published_ones():
    assert [(rule, reason) for reason, (rule, _) in REASONS.items()] == [
        ("M1", "bad_spacing"),
        ("M2", "truncated"),
        ("M3", "trailing_text"),
        ("M4", "misplaced_label"),
        ("M5", "unknown_label"),
        ("M6", "bad_number"),
        ("M7", "out_of_range"),
        ("M8", "hp_above_max"),
        ("M9", "unknown_action"),
        ("M10", "duplicate_order"),
        ("M11", "fallen_with_status"),
    ]


# --- what does not ---------------------------------------------------------------------------------------------------

GUARD, STRIKE = "do foe guard\n", "do hero poison_strike\n"

MALFORMED = [
    # --- M1: looked for in the whole text first
    ("no newline at the end", TEXT[:-1], "bad_spacing", 5, 3),
    ("one word and no newline", "turn", "bad_spacing", 1, 1),
    ("one space", " ", "bad_spacing", 1, 2),
    ("one newline", "\n", "bad_spacing", 1, 1),
    ("an empty line first", "\n" + TEXT, "bad_spacing", 1, 1),
    ("an empty line in the middle", edited(("turn 07\n", "turn 07\n\n")), "bad_spacing", 2, 1),
    ("an empty line last", TEXT + "\n", "bad_spacing", 6, 1),
    ("a space at the start", " " + TEXT, "bad_spacing", 1, 1),
    ("a space at the end of a line", edited(("turn 07\n", "turn 07 \n")), "bad_spacing", 1, 3),
    ("two spaces in a row", edited(("turn 07", "turn  07")), "bad_spacing", 1, 2),
    ("CRLF", TEXT.replace("\n", "\r\n"), "bad_spacing", 1, 2),
    ("a carriage return", edited(("turn 07\n", "turn 07\r")), "bad_spacing", 1, 2),
    ("bad spacing at the end of a text that is wrong from the start", "Turn 7\n" + TEXT[:-1], "bad_spacing", 6, 3),
    ("a tab in a word", edited(("turn", "tu\trn")), "bad_spacing", 1, 1),
    ("a no-break space for a space", edited(("hp 31", "hp\xa031")), "bad_spacing", 2, 2),
    ("a line separator for a newline", edited(("turn 07\n", "turn 07\u2028")), "bad_spacing", 1, 2),
    ("a null character after all else", TEXT + "\x00\n", "bad_spacing", 6, 1),
    # --- M2
    ("an empty text", "", "truncated", 1, 1),
    ("a line that ends before its number", "turn\n", "truncated", 1, 2),
    ("no hero", "turn 07\n", "truncated", 2, 1),
    ("no foe", "turn 07\n" + HERO, "truncated", 3, 1),
    ("no orders", BATTLE_TEXT, "truncated", 4, 1),
    ("one order", edited((GUARD, "")), "truncated", 5, 1),
    ("an order without its unit", edited((STRIKE, "do\n")), "truncated", 4, 2),
    ("an order without its action", edited((STRIKE, "do hero\n")), "truncated", 4, 3),
    ("a unit without its last number", edited(("brace 0\nfoe", "brace\nfoe")), "truncated", 2, 30),
    ("a unit without its last pair", edited((" brace 0\nfoe", "\nfoe")), "truncated", 2, 29),
    ("a unit that ends early, before a line that is wrong", edited((" brace 0\nfoe", "\nfob")), "truncated", 2, 29),
    # --- M3
    ("a third piece beside the counter", edited(("turn 07", "turn 07 08")), "trailing_text", 1, 3),
    ("one more number", edited(("brace 0\nfoe", "brace 0 0\nfoe")), "trailing_text", 2, 31),
    ("a word after the action", edited(("foe guard", "foe guard now")), "trailing_text", 5, 4),
    ("a sixth line", TEXT + GUARD, "trailing_text", 6, 1),
    ("a sixth line that is no line", TEXT + "!\n", "trailing_text", 6, 1),
    ("trailing text before the next line", edited(("turn 07\nhero", "turn 07 x\nHero")), "trailing_text", 1, 3),
    (
        "trailing text before a fallen unit with a status",
        edited(("31/40", "00/40"), ("brace 0\nfoe", "brace 0 0\nfoe")),
        "trailing_text",
        2,
        31,
    ),
    # --- M4
    ("no turn line", edited(("turn 07\n", "")), "misplaced_label", 1, 1),
    ("no hero in the middle", edited((HERO, "")), "misplaced_label", 2, 1),
    ("no foe in the middle", edited((FOE, "")), "misplaced_label", 3, 1),
    ("foe before hero", "turn 07\n" + FOE + HERO + STRIKE + GUARD, "misplaced_label", 2, 1),
    ("two labels swapped", edited(("heal 0 guard 2", "guard 2 heal 0")), "misplaced_label", 2, 19),
    ("an action's name for the unit", edited(("do foe guard", "do guard foe")), "misplaced_label", 5, 2),
    ("a word that no line holds in its place", edited(("do foe", "reject foe")), "misplaced_label", 5, 1),
    ("an order without do", edited((GUARD, "foe guard\n")), "misplaced_label", 5, 1),
    ("a rejection", "reject bad_spacing\n", "misplaced_label", 1, 1),
    ("a misplaced word at the end of its line", "turn 07\nhero shield\n", "misplaced_label", 2, 2),
    # --- M5
    ("a capital", edited(("turn", "Turn")), "unknown_label", 1, 1),
    ("all capitals", edited(("hero hp", "HERO hp")), "unknown_label", 2, 1),
    ("a capital in an order's unit", edited(("do foe", "do Foe")), "unknown_label", 5, 2),
    ("a letter left out", edited(("poison 2", "poson 2")), "unknown_label", 2, 6),
    ("a letter that looks alike", edited(("hero hp", "h\u0435ro hp")), "unknown_label", 2, 1),
    ("max, which is no word", edited(("hero hp", "hero max")), "unknown_label", 2, 2),
    ("a number for a word", edited(("poison 2 ", "2 ")), "unknown_label", 2, 6),
    ("a zero-width space, which is no white space", edited(("do foe", "\u200bdo foe")), "unknown_label", 5, 1),
    ("a byte order mark", "\ufeff" + TEXT, "unknown_label", 1, 1),
    ("a lone surrogate", edited(("turn", "\ud800")), "unknown_label", 1, 1),
    # --- M6
    ("one digit for two", edited(("turn 07", "turn 7")), "bad_number", 1, 2),
    ("three digits for two", edited(("turn 07", "turn 007")), "bad_number", 1, 2),
    ("two digits for one", edited(("poison 2", "poison 02")), "bad_number", 2, 7),
    ("one digit for the shield", edited(("shield 04", "shield 4")), "bad_number", 2, 5),
    ("a sign", edited(("turn 07", "turn +7")), "bad_number", 1, 2),
    ("a minus sign", edited(("poison 2", "poison -")), "bad_number", 2, 7),
    ("an underscore", edited(("turn 07", "turn 0_7")), "bad_number", 1, 2),
    ("a letter", edited(("turn 07", "turn O7")), "bad_number", 1, 2),
    ("a word of the grammar", edited(("poison 2 burn 0", "poison burn 0")), "bad_number", 2, 7),
    ("Arabic digits", edited(("turn 07", "turn \u0660\u0667")), "bad_number", 1, 2),
    ("full-width digits", edited(("poison 2", "poison \uff12")), "bad_number", 2, 7),
    ("a superscript digit", edited(("poison 2", "poison \u00b2")), "bad_number", 2, 7),
    ("a lone surrogate for a digit", edited(("poison 2", "poison \udfff")), "bad_number", 2, 7),
    ("hp without max", edited(("31/40", "31")), "bad_number", 2, 3),
    ("hp of one digit", edited(("31/40", "1/40")), "bad_number", 2, 3),
    ("max of one digit", edited(("31/40", "31/4")), "bad_number", 2, 3),
    ("two slashes", edited(("31/40", "31/40/")), "bad_number", 2, 3),
    ("hp and max in two pieces", edited(("31/40", "31 /40")), "bad_number", 2, 3),
    ("hp of a wrong width and above max", edited(("31/40", "041/40")), "bad_number", 2, 3),
    # --- M7
    ("turn 0", edited(("turn 07", "turn 00")), "out_of_range", 1, 2),
    ("shield 21", edited(("shield 04", "shield 21")), "out_of_range", 2, 5),
    ("burn 6", edited(("burn 3", "burn 6")), "out_of_range", 3, 9),
    ("regen 9", edited(("poison 2 burn 0 regen 0", "poison 2 burn 0 regen 9")), "out_of_range", 2, 11),
    ("thorns 6", edited(("thorns 1", "thorns 6")), "out_of_range", 2, 13),
    ("stun 4", edited(("stun 1", "stun 4")), "out_of_range", 3, 15),
    ("fragile 6", edited(("fragile 2", "fragile 6")), "out_of_range", 3, 17),
    ("a slot at 6", edited(("guard 2", "guard 6")), "out_of_range", 2, 22),
    ("max 0 is out of range before hp is above max", edited(("31/40", "05/00")), "out_of_range", 2, 3),
    ("max 0 of a fallen unit", edited(("31/40", "00/00")), "out_of_range", 2, 3),
    ("out of range before a wrong word", edited(("turn 07\nhero", "turn 00\nHero")), "out_of_range", 1, 2),
    ("a wrong word before out of range", edited(("hp 31/40 shield 04", "pp 31/40 shield 21")), "unknown_label", 2, 2),
    # --- M8
    ("hp one above max", edited(("31/40", "41/40")), "hp_above_max", 2, 3),
    ("hp above max before a shield out of range", edited(("31/40 shield 04", "41/40 shield 21")), "hp_above_max", 2, 3),
    ("a shield out of range before the foe's hp", edited(("04", "21"), ("22/35", "36/35")), "out_of_range", 2, 5),
    # --- M9
    ("no action of the duel", edited(("hero poison_strike", "hero dance")), "unknown_action", 4, 3),
    ("a word that is no action", edited(("foe guard", "foe hero")), "unknown_action", 5, 3),
    ("a status for an action", edited(("foe guard", "foe poison")), "unknown_action", 5, 3),
    ("an action with a capital", edited(("foe guard", "foe Guard")), "unknown_action", 5, 3),
    ("a number for an action", edited(("foe guard", "foe 07")), "unknown_action", 5, 3),
    ("a lone surrogate for an action", edited(("foe guard", "foe \ud83d")), "unknown_action", 5, 3),
    ("an unknown action before trailing text", edited(("foe guard", "foe dance now")), "unknown_action", 5, 3),
    ("an unknown action before a sixth line", edited(("foe guard", "foe dance")) + GUARD, "unknown_action", 5, 3),
    # --- M10
    ("two orders for one unit", edited((GUARD, "do hero guard\n")), "duplicate_order", 5, 2),
    ("two orders for the foe", edited((STRIKE, "do foe wait\n")), "duplicate_order", 5, 2),
    ("two orders for one unit, before the action is read", edited((GUARD, "do hero 7\n")), "duplicate_order", 5, 2),
    ("two orders for one unit, before the action is missed", edited((GUARD, "do hero\n")), "duplicate_order", 5, 2),
    ("a first order without its action comes before", edited((STRIKE, "do foe\n")), "truncated", 4, 3),
    # --- M11
    ("a fallen hero with a shield", edited(("31/40", "00/40")), "fallen_with_status", 2, 30),
    ("a fallen foe with a burn", edited(("22/35", "00/35")), "fallen_with_status", 3, 30),
    ("a fallen hero before the next line", edited(("31/40", "00/40"), ("\nfoe", "\nFoe")), "fallen_with_status", 2, 30),
    ("out of range on a fallen unit's line", edited(("31/40 shield 04", "00/40 shield 21")), "out_of_range", 2, 5),
    ("a fallen unit's short line", edited(("31/40", "00/40"), (" brace 0\nfoe", "\nfoe")), "truncated", 2, 29),
]  # fmt: skip


def test_every_reason_has_a_text():
    assert {reason for _, _, reason, _, _ in MALFORMED} == set(REASONS)


@pytest.mark.parametrize(
    ("text", "reason", "line", "piece"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED]
)
def test_the_first_thing_that_is_wrong_names_the_reason_and_its_place(text, reason, line, piece):
    with pytest.raises(MalformedTextError) as caught:
        read(text)
    assert (caught.value.reason, caught.value.line, caught.value.piece) == (reason, line, piece)
    assert resolve_text(text) == f"reject {reason}\n"


def test_an_error_says_where_and_why():
    with pytest.raises(MalformedTextError) as caught:
        read(edited(("31/40", "41/40")))
    assert str(caught.value) == "hp_above_max at line 2, piece 3: hp is above max (M8)"
    assert isinstance(caught.value, ValueError)


FORBIDDEN = [chr(code) for code in range(0x110000) if chr(code).isspace() or code < 32 or 127 <= code < 160]


def test_every_white_space_and_control_character_but_space_and_newline_is_bad_spacing():
    characters = [character for character in FORBIDDEN if character not in " \n"]
    assert len(characters) == 82
    answers = {character: resolve_text(edited(("foe guard", f"foe gu{character}ard"))) for character in characters}
    assert answers == dict.fromkeys(characters, "reject bad_spacing\n")


def test_no_other_character_is_bad_spacing():
    others = "".join(sorted({chr(code) for code in range(0x10000)} - set(FORBIDDEN)))
    assert resolve_text(edited(("turn", others))) == "reject unknown_label\n"


@pytest.mark.parametrize("field", [field for field in FIELDS if field.name in BLANK], ids=lambda field: field.name)
def test_a_fallen_unit_with_any_number_left_is_refused(field):
    cd = "cd " if field.name == "cd_heal" else ""
    line = edited((f" {cd}{field.label} {0:0{field.width}}", f" {cd}{field.label} {1:0{field.width}}"), text=FALLEN_FOE)
    assert resolve_text(edited((FOE, FALLEN_FOE + "\n"))).startswith("turn 07\n")
    assert resolve_text(edited((FOE, line + "\n"))) == "reject fallen_with_status\n"


def test_a_text_is_checked_against_the_rules_in_force():
    higher = edited(("shield 04", "shield 25"))
    assert read(higher, STANDARD.with_field("shield", high=30)).battle.hero.shield == 25
    assert resolve_text(higher) == "reject out_of_range\n"
    assert resolve_text(TEXT, STANDARD.with_action("guard", effects=()).with_field("shield", high=3)) == (
        "reject out_of_range\n"
    )


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        (TEXT, "trailing_text", 4),
        ("turn 07\n" + HERO, "truncated", 3),
        (BATTLE_TEXT.replace("31/40", "41/40"), "hp_above_max", 2),
    ],
)
def test_a_battle_is_three_lines_and_is_read_strictly(text, reason, line):
    with pytest.raises(MalformedTextError) as caught:
        read_battle(text)
    assert (caught.value.reason, caught.value.line) == (reason, line)


# --- answers, which are read leniently -------------------------------------------------------------------------------

LENIENT = [
    ("a counter of 0", ("turn 07", "turn 00"), change(BATTLE, turn=0)),
    ("a shield of 99", ("shield 04", "shield 99"), change(BATTLE, hero=change(BATTLE.hero, shield=99))),
    ("a stun of 9", ("stun 1", "stun 9"), change(BATTLE, foe=change(BATTLE.foe, stun=9))),
    ("hp above max", ("31/40", "99/40"), change(BATTLE, hero=change(BATTLE.hero, hp=99))),
    ("max 0", ("31/40", "00/00"), change(BATTLE, hero=change(BATTLE.hero, hp=0, max=0))),
    ("a fallen unit with statuses", ("22/35", "00/35"), change(BATTLE, foe=change(BATTLE.foe, hp=0))),
]


@pytest.mark.parametrize(("edit", "battle"), [row[1:] for row in LENIENT], ids=[row[0] for row in LENIENT])
def test_an_answer_may_hold_numbers_that_no_state_may(edit, battle):
    answer = edited(edit, text=BATTLE_TEXT)
    assert read_answer(answer) == battle
    assert write(read_answer(answer)) == answer
    with pytest.raises(MalformedTextError):
        read_battle(answer)


@pytest.mark.parametrize("reason", REASONS)
def test_a_rejection_is_read_as_its_reason(reason):
    assert write_rejection(reason) == f"reject {reason}\n"
    assert read_answer(f"reject {reason}\n") == reason


UNREADABLE = [
    ("", "truncated"),
    ("\n", "bad_spacing"),
    (BATTLE_TEXT[:-1], "bad_spacing"),
    (TEXT, "trailing_text"),
    ("turn 7\n" + HERO + FOE, "bad_number"),
    ("turn 07\n" + HERO, "truncated"),
    ("turn 07\n" + FOE + HERO, "misplaced_label"),
    ("reject\n", "misplaced_label"),
    ("reject no_such_reason\n", "misplaced_label"),
    ("reject bad_spacing", "bad_spacing"),
    ("reject bad_spacing\n\n", "bad_spacing"),
    ("reject  bad_spacing\n", "bad_spacing"),
    ("reject bad_spacing now\n", "misplaced_label"),
    ("reject bad_spacing\nreject bad_spacing\n", "misplaced_label"),
    ("rejects bad_spacing\n", "unknown_label"),
]


@pytest.mark.parametrize(("answer", "reason"), UNREADABLE)
def test_an_answer_that_is_neither_battle_nor_rejection_is_refused(answer, reason):
    with pytest.raises(MalformedTextError) as caught:
        read_answer(answer)
    assert caught.value.reason == reason


# --- any text at all -------------------------------------------------------------------------------------------------

ANY_CHARACTER = st.characters(exclude_categories=())
PIECES = st.sampled_from(
    [*WORDS, "0", "7", "07", "31/40", "00/40", "00/00", " ", "\n", "\r\n", "\t", "\u2028", "\ud800"]
)


@st.composite
def damaged_texts(draw):
    """The worked example with one to four slices replaced by pieces of texts."""
    text = TEXT
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + draw(st.one_of(st.just(""), PIECES, st.text(ANY_CHARACTER, max_size=3))) + text[end:]
    return text


REJECTIONS = {f"reject {reason}\n" for reason in REASONS}
quick = settings(max_examples=150, deadline=None, database=None)


def is_an_answer(text):
    return text in REJECTIONS or text == write(read_battle(text))


@quick
@given(st.text(ANY_CHARACTER))
def test_any_text_is_answered(text):
    assert is_an_answer(resolve_text(text))


@quick
@given(damaged_texts())
def test_any_damaged_turn_is_answered(text):
    assert is_an_answer(resolve_text(text))


@quick
@given(damaged_texts())
def test_a_text_is_rejected_unless_it_is_exactly_what_its_turn_is_written_as(text):
    try:
        turn = read(text)
    except MalformedTextError:
        assert resolve_text(text) in REJECTIONS
    else:
        assert write(turn) == text


@quick
@given(st.one_of(st.text(ANY_CHARACTER), damaged_texts()))
def test_any_answer_is_read_or_refused_with_a_reason(text):
    try:
        answer = read_answer(text)
    except MalformedTextError as refusal:
        answer = refusal
    if isinstance(answer, MalformedTextError):
        assert answer.reason in REASONS
    else:
        assert text == (write_rejection(answer) if isinstance(answer, str) else write(answer))
