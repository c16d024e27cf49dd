import hashlib
import re
import subprocess
import sys
from random import Random

import attrs
import pytest

from tests.turns import WORKED
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
    resolve_text,
    write,
    write_rejection,
)
from turncheck.engine.duel.samplers import sample
from turncheck.strategies.choices import ChoiceError, Choices
from turncheck.strategies.duel.operators import OPERATORS, damage
from turncheck.strategies.duel.page import Page
from turncheck.strategies.misspellings import GARBAGE, MISSPELLINGS
from turncheck.strategies.operators import ImpossibleDamageError, UnknownReasonError

WAYS = [(reason, number) for reason, operator in OPERATORS.items() for number in range(len(operator.ways))]

BUSY = Turn(WORKED.battle, *reversed(WORKED.orders))
OVER = Turn(Battle(99, Unit(0, 99), Unit(99, 99, shield=20)), Order("hero", "heal"), Order("foe", "attack"))

UNIT = "hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0"
SLOTS = "cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0"
HERO, FOE, DO_HERO, DO_FOE = f"hero {UNIT} {SLOTS}", f"foe {UNIT} {SLOTS}", "do hero wait", "do foe wait"
SIMPLEST = {
    "bad_spacing": f"turn 01\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_FOE}",
    "truncated": "",
    "trailing_text": f"turn 01 0\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
    "misplaced_label": f"hero 01\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
    "unknown_label": f"urn 01\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
    "bad_number": f"turn 1\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
    "out_of_range": f"turn 00\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
    "hp_above_max": f"turn 01\n{HERO.replace('hp 01/01', 'hp 02/01')}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
    "unknown_action": f"turn 01\n{HERO}\n{FOE}\ndo hero ait\n{DO_FOE}\n",
    "duplicate_order": f"turn 01\n{HERO}\n{FOE}\n{DO_HERO}\n{DO_HERO}\n",
    "fallen_with_status": f"turn 01\n{HERO.replace('1/01 shield 00', '0/01 shield 01')}\n{FOE}\n{DO_HERO}\n{DO_FOE}\n",
}


@pytest.fixture(scope="module")
def turns():
    return [turn for name in ("mixed", "play") for turn in sample(name, seed=3, count=150)]


def damaged(turn, reason, count, seed=0):
    random = Random(f"{reason}/{seed}")
    return [damage(turn, reason, random.getrandbits(64)) for _ in range(count)]


# --- each reason and no other ----------------------------------------------------------------------------------------


def test_every_reason_has_its_operator():
    assert list(OPERATORS) == list(REASONS)
    assert [operator.reason for operator in OPERATORS.values()] == list(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_a_damaged_text_is_rejected_for_exactly_its_reason(reason, turns):
    random = Random(reason)
    choices = [random.getrandbits(64) for _ in turns]
    texts = [damage(turn, reason, choice) for turn, choice in zip(turns, choices, strict=True)]
    assert [resolve_text(text) for text in texts] == [write_rejection(reason)] * len(turns)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("turn", [Turn(), OVER], ids=["neutral", "over"])
def test_small_choices_damage_for_exactly_that_reason_too(reason, turn):
    answers = {resolve_text(damage(turn, reason, choice)) for choice in range(200)}
    assert answers == {write_rejection(reason)}


@pytest.mark.parametrize(("reason", "number"), WAYS)
def test_each_way_damages_for_exactly_its_reason(reason, number, turns):
    random = Random(f"{reason}/{number}")
    ways = len(OPERATORS[reason].ways)
    choices = [number + ways * random.getrandbits(58) for _ in range(60)]
    answers = {resolve_text(damage(turn, reason, choice)) for turn, choice in zip(turns[::5], choices, strict=True)}
    assert answers == {write_rejection(reason)}


@pytest.mark.parametrize("reason", REASONS)
def test_texts_are_damaged_under_the_widest_rules_too(reason):
    rules = STANDARD
    for row in STANDARD.fields:
        rules = rules.with_field(row.name, high=row.widest)
    random = Random(reason)
    texts = [damage(turn, reason, random.getrandbits(64), rules) for turn in sample("mixed", 3, 40, rules=rules)]
    assert {resolve_text(text, rules) for text in texts} == {write_rejection(reason)}


@pytest.mark.parametrize("reason", REASONS)
def test_texts_are_damaged_under_narrow_rules_too(reason):
    rules = STANDARD.with_field("max", high=8).with_field("hp", high=9).with_field("turn", high=9)
    random = Random(reason)
    texts = [damage(turn, reason, random.getrandbits(64), rules) for turn in sample("mixed", 3, 100, rules=rules)]
    assert {resolve_text(text, rules) for text in texts} == {write_rejection(reason)}


# --- pure, and pinned ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", REASONS)
def test_the_same_choice_gives_the_same_text_and_leaves_the_turn_alone(reason):
    before = write(BUSY)
    assert damaged(BUSY, reason, 50) == damaged(BUSY, reason, 50)
    assert write(BUSY) == before


@pytest.mark.parametrize("reason", REASONS)
def test_choice_0_is_the_simplest_damage(reason):
    assert damage(Turn(), reason, 0) == SIMPLEST[reason]


def test_how_an_integer_is_read_never_changes():
    """Models were trained on such texts. A change of this digest is a change of what they saw: say so in the log."""
    texts = [text for reason in REASONS for turn in (Turn(), BUSY, OVER) for text in damaged(turn, reason, 200)]
    digest = hashlib.sha256("\0\0".join(texts).encode()).hexdigest()
    assert digest[:16] == "484267778cc11710"


@pytest.mark.parametrize("reason", REASONS)
def test_a_text_grows_little_unless_lines_or_spaces_of_it_are_repeated(reason):
    repeats = reason in ("bad_spacing", "trailing_text", "misplaced_label")
    length = len(write(BUSY))
    assert max(map(len, damaged(BUSY, reason, 300))) <= (2 * length if repeats else length + 20)


# --- the ways --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "number"), WAYS)
def test_each_way_is_reached_by_its_number(reason, number):
    operator = OPERATORS[reason]
    assert operator(BUSY, number) == operator.ways[number](Page.of(BUSY, STANDARD), Choices(0))


@pytest.mark.parametrize("reason", REASONS)
def test_random_choices_give_many_texts_of_one_turn(reason):
    assert len(set(damaged(BUSY, reason, 200))) > 50


# fmt: off
SEEN = [
    ("bad_spacing", "no last newline",             r"brace 0\ndo foe guard\ndo hero poison_strike\Z"),
    ("bad_spacing", "cut within a word",           r" poi\Z"),
    ("bad_spacing", "a doubled space",             r"\w  \w"),
    ("bad_spacing", "a space at a line's start",   r"\n h"),
    ("bad_spacing", "a space at a line's end",     r"\w \n"),
    ("bad_spacing", "an empty line",               r"\n\n\w"),
    ("bad_spacing", "an empty line first",         r"\A\nt"),
    ("bad_spacing", "an empty line last",          r"\n\n\Z"),
    ("bad_spacing", "a tab for a space",           r"\w\t\w"),
    ("bad_spacing", "a carriage return",           r"\r\n"),
    ("bad_spacing", "a carriage return alone",     r"\r[^\n]"),
    ("bad_spacing", "a no-break space",            "\xa0"),
    ("bad_spacing", "a line separator",            "\u2028"),
    ("bad_spacing", "a next line",                 "\x85"),
    ("bad_spacing", "a null",                      "\x00"),
    ("bad_spacing", "a delete",                    "\x7f"),
    ("bad_spacing", "an ideographic space",        "\u3000"),
    ("bad_spacing", "an escape",                   "\x1b"),
    ("bad_spacing", "nothing but space",           r"\A\s+\Z"),
    ("bad_spacing", "another fault before it",     r"\A(?!turn 07).*\n\n"),
    ("truncated", "empty",                         r"\A\Z"),
    ("truncated", "one line",                      r"\Aturn 07\n\Z"),
    ("truncated", "no orders",                     r"\A[^\n]+\n[^\n]+\nfoe [^\n]* brace 0\n\Z"),
    ("truncated", "one order",                     r"\ndo foe guard\n\Z"),
    ("truncated", "a line cut, the rest kept",     r"\nhero hp 31/40 shield 04\nfoe hp"),
    ("truncated", "a line cut, the rest dropped",  r"\nfoe hp 22/35 shield 00( [\w ]*)?\n\Z"),
    ("truncated", "an order without its action",   r"\ndo foe\ndo hero poison_strike\n\Z"),
    ("truncated", "an order without its unit",     r"\ndo foe guard\ndo\n\Z"),
    ("trailing_text", "a number",                  r"\Aturn 07 \d+\n"),
    ("trailing_text", "the last piece again",      r"do foe guard guard\n"),
    ("trailing_text", "a word of the grammar",     r"brace 0 [a-z_]+\nfoe"),
    ("trailing_text", "garbage",                   r"\Aturn 07 [^\s\w]+\n"),
    ("trailing_text", "two lines joined",          r"\Aturn 07 hero"),
    ("trailing_text", "all lines joined",          r"\A[^\n]*\n\Z"),
    ("trailing_text", "a garbage line",            r"poison_strike\nhero wins\n\Z"),
    ("trailing_text", "an order line again",       r"(do hero poison_strike\n){2}\Z"),
    ("trailing_text", "a third order",             r"(do \w+ \w+\n){3}\Z"),
    ("trailing_text", "a whole unit line",         r"poison_strike\nhero hp [^\n]*\n\Z"),
    ("trailing_text", "the whole text again",      r"\A([\s\S]+)\1\Z"),
    ("misplaced_label", "a label replaced",        r"31/40 (?!shield)[a-z_]+ 04 poison 2 burn"),
    ("misplaced_label", "do replaced",             r"\n(?!do)\w+ foe guard\n"),
    ("misplaced_label", "a unit replaced",         r"\ndo (?!foe|hero)[a-z]+ guard\n"),
    ("misplaced_label", "do and its unit swapped", r"\nfoe do guard\n"),
    ("misplaced_label", "two labels swapped",      r"hero hp 31/40 (\w+) 04 [\w ]*shield \d"),
    ("misplaced_label", "two fields swapped",      r"hero hp 31/40 poison 2 shield 04"),
    ("misplaced_label", "two lines swapped",       r"foe hp [^\n]*\nhero hp"),
    ("misplaced_label", "a line left out",         r"\Aturn 07\nfoe [^\n]*\ndo"),
    ("misplaced_label", "the counter left out",    r"\Ahero [^\n]*\nfoe"),
    ("misplaced_label", "a line again",            r"\Aturn 07\nturn 07\n"),
    ("misplaced_label", "a field left out",        r"shield 04 burn"),
    ("misplaced_label", "a field again",           r"poison 2 poison 2"),
    ("misplaced_label", "a unit left out",         r"\ndo guard\n"),
    ("misplaced_label", "cd left out",             r"fragile 0 heal"),
    ("misplaced_label", "an answer",               r"\Areject out_of_range\n\Z"),
    ("unknown_label", "a letter dropped",          r" (shild|hield|sield|sheld|shiel|oison|poson|stn|tun|brn|bun) "),
    ("unknown_label", "a letter doubled",          r"hhp|hpp|cdd|ccd|sshield|shieeld"),
    ("unknown_label", "letters swapped",           r" ph | dc |\nof |\nehro |\nofe "),
    ("unknown_label", "upper case",                r" [A-Z]{2,} "),
    ("unknown_label", "a capital",                 r"\b[A-Z][a-z]+ "),
    ("unknown_label", "a Cyrillic letter",         "[\u0430-\u045f]"),
    ("unknown_label", "a digit for a letter",      r"p0ison|h3ro|5hield|5tun|bu2n|f0e|d0 |c1eanse"),
    ("unknown_label", "an emoji",                  "\N{SLIGHTLY SMILING FACE}|\N{SKULL AND CROSSBONES}"),
    ("unknown_label", "a colon",                   r"\w: "),
    ("unknown_label", "a label left out",          r"\A07\n|shield 04 2 burn"),
    ("unknown_label", "a number before its label", r" 2 poison "),
    ("unknown_label", "joined with its number",    r"[a-z]=\d"),
    ("unknown_label", "joined with its unit",      r"\ndo[:_./-]?foe"),
    ("unknown_label", "a number in its place",     r"hero \d+ 31/40"),
    ("bad_number", "too few digits",               r"\Aturn [07]\n"),
    ("bad_number", "too many digits",              r"poison \d\d"),
    ("bad_number", "a letter O",                   r" [oO]\d? |O4"),
    ("bad_number", "a sign",                       r" -\d"),
    ("bad_number", "a plus",                       r" \+\d"),
    ("bad_number", "a decimal point",              r"\d\.\d"),
    ("bad_number", "Arabic-Indic digits",          "[\u0660-\u0669]"),
    ("bad_number", "fullwidth digits",             "[\uff10-\uff19]"),
    ("bad_number", "a word in its place",          r"(poison|burn|stun|guard) (none|null|wait|hero) "),
    ("bad_number", "no slash",                     r"hp \d+ shield"),
    ("bad_number", "another separator",            r"hp 31[-:,.|]40"),
    ("bad_number", "two slashes",                  r"hp 31//40"),
    ("bad_number", "three numbers",                r"hp \d+/\d+/\d+"),
    ("bad_number", "spaces at the slash",          r"hp 31 / 40"),
    ("bad_number", "three digits of hp",           r"hp \d{3}/\d\d shield"),
    ("bad_number", "a number left out",            r"poison burn"),
    ("bad_number", "a number split",               r"shield 0 4"),
    ("bad_number", "joined with the next label",   r" \d[a-z]+ \d"),
    ("bad_number", "swapped with a wider one",     r"hp \d shield"),
    ("unknown_action", "a word of the grammar",    r"do foe stun\n"),
    ("unknown_action", "a unit",                   r"do foe hero\n"),
    ("unknown_action", "upper case",               r"do foe [A-Z]+\n"),
    ("unknown_action", "a number",                 r"do foe \d+\n"),
    ("unknown_action", "a typo",                   r"do foe gaurd\n|do foe guad\n|do foe gurd\n"),
    ("unknown_action", "an action cut short",      r"do hero poison\n|do hero poison_\n"),
    ("unknown_action", "a hyphen",                 r"poison-strike\n"),
    ("unknown_action", "a target",                 r"do foe hero guard\n"),
    ("unknown_action", "the second order",         r"do foe guard\ndo hero (?!poison_strike\n)"),
    ("duplicate_order", "both to the hero",        r"do hero guard\ndo hero poison_strike\n\Z"),
    ("duplicate_order", "both to the foe",         r"do foe guard\ndo foe poison_strike\n\Z"),
    ("duplicate_order", "the same order twice",    r"(do foe guard\n){2}\Z"),
    ("duplicate_order", "the order again between", r"(do foe guard\n){2}do hero"),
    ("duplicate_order", "an unknown action",       r"do (\w+) \w+\ndo \1 (stun|x|Wait|0)\n\Z"),
    ("fallen_with_status", "the hero as it stood", r"hero hp 00/40 shield 04 poison 2 burn 0"),
    ("fallen_with_status", "the foe",              r"foe hp 00/35"),
    ("fallen_with_status", "a slot alone",         r"hp 00/\d\d shield 00 [a-z 0]+ fragile 0 cd"),
    ("fallen_with_status", "everything",           r"hp 00/\d\d shield 20 poison 9 burn 5 regen 5"),
    ("hp_above_max", "one too many",               r"hp 41/40"),
    ("hp_above_max", "max one too low",            r"hp 31/30"),
    ("hp_above_max", "the foe",                    r"foe hp 36/35"),
    ("hp_above_max", "far above",                  r"hp 9\d/\d\d"),
]
# fmt: on


@pytest.fixture(scope="module")
def many():
    return {reason: damaged(BUSY, reason, 2500) for reason in REASONS}


@pytest.mark.parametrize(("reason", "what", "pattern"), SEEN, ids=[f"{reason}: {what}" for reason, what, _ in SEEN])
def test_many_ways_of_going_wrong_are_among_the_texts(reason, what, pattern, many):
    assert any(re.search(pattern, text) for text in many[reason]), what


@pytest.mark.parametrize("reason", ["misplaced_label", "unknown_label"])
def test_every_label_is_damaged_at_some_time(reason, many):
    page = Page.of(BUSY, STANDARD)
    assert set(page.labels) <= {fault(text) for text in many[reason]}


def test_every_number_is_damaged_at_some_time(many):
    page = Page.of(BUSY, STANDARD)
    assert {fault(text) for text in many["bad_number"]} == set(page.numbers)


def test_every_number_but_poison_and_hp_goes_out_of_range(many):
    page = Page.of(BUSY, STANDARD)
    poison = {place for place, _ in page.fields((STANDARD.field("poison"),))}
    assert {fault(text) for text in many["out_of_range"]} == set(page.numbers) - poison


@pytest.mark.parametrize(
    "value", ["turn 00", "/00 ", "shield 21", "shield 99", "burn 6", "burn 9", "stun 4", "stun 9", "heal 6", "brace 9"]
)
def test_numbers_are_just_and_far_out_of_range(value, many):
    assert any(value in text for text in many["out_of_range"])


def test_a_line_is_cut_after_every_piece_but_its_last(many):
    page = Page.of(BUSY, STANDARD)
    cuts = {(line, index + 1) for line, index in page.places if not page.is_last((line, index))}
    assert cuts <= {fault(text) for text in many["truncated"]}


def test_a_piece_is_added_to_every_line_and_after_the_last(many):
    assert {line for line, _ in map(fault, many["trailing_text"])} == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("reason", ["misplaced_label", "unknown_label", "bad_number", "out_of_range", "hp_above_max"])
def test_what_comes_after_the_fault_may_be_missing_or_wrong(reason, many):
    length = len(write(BUSY).splitlines())
    assert any(len(text.splitlines()) < length - 1 for text in many[reason])
    assert any(re.search(r" (99/01|\?)( [a-z_]+ \d)*\n", text) for text in many[reason])


def fault(text):
    with pytest.raises(MalformedTextError) as error:
        read(text)
    return error.value.line - 1, error.value.piece - 1


@pytest.mark.parametrize("misspelling", MISSPELLINGS, ids=lambda misspelling: misspelling.__name__)
def test_every_word_can_be_misspelt_in_every_way(misspelling):
    for word in WORDS:
        misspelt = [piece for piece in misspelling(word) if piece not in WORDS]
        assert {resolve_text(f"{piece}\n") for piece in misspelt} == {"reject unknown_label\n"}


def test_garbage_holds_no_space_and_no_word_of_the_grammar():
    assert {resolve_text(f"{piece}\n") for piece in GARBAGE} == {"reject unknown_label\n"}
    assert max(map(len, GARBAGE)) <= 12


# --- errors ----------------------------------------------------------------------------------------------------------


def test_an_unknown_reason_is_named_with_those_that_there_are():
    with pytest.raises(UnknownReasonError) as error:
        damage(Turn(), "too_long", 0)
    assert str(error.value) == (
        "reason must be one of bad_spacing, truncated, trailing_text, misplaced_label, unknown_label, bad_number, "
        "out_of_range, hp_above_max, unknown_action, duplicate_order, fallen_with_status, got 'too_long'"
    )
    assert error.value.reason == "too_long"


def test_a_negative_choice_is_refused():
    with pytest.raises(ChoiceError) as error:
        damage(Turn(), "truncated", -3)
    assert str(error.value) == "choice must be an int, 0 or more, got -3; draw one with random.getrandbits(64)"


# Rules under which no number but the turn counter can be above 1: so no action may have an effect or a cooldown.
TINY = attrs.evolve(
    STANDARD,
    fields=tuple(attrs.evolve(row, high=1 if row.name in ("hp", "max") else 0) for row in STANDARD.fields),
    actions=tuple(attrs.evolve(action, cooldown=0, effects=()) for action in STANDARD.actions),
    broken_fragile=0,
)


@pytest.mark.parametrize("choice", range(3))
def test_rules_that_leave_no_hp_above_max_are_named(choice):
    with pytest.raises(ImpossibleDamageError) as error:
        damage(Turn(), "hp_above_max", choice, TINY)
    assert str(error.value) == "hp's highest must be 2 or more for a text with hp_above_max, got 1"


@pytest.mark.parametrize("choice", range(4))
def test_rules_that_leave_a_fallen_unit_nothing_to_have_are_named(choice):
    with pytest.raises(ImpossibleDamageError) as error:
        damage(Turn(), "fallen_with_status", choice, TINY)
    assert str(error.value) == "shield's highest must be 1 or more for a text with fallen_with_status, got 0"


@pytest.mark.parametrize(
    "reason", [reason for reason in REASONS if reason not in ("hp_above_max", "fallen_with_status")]
)
def test_the_tiniest_rules_leave_room_for_every_other_damage(reason):
    answers = {resolve_text(damage(Turn(), reason, choice, TINY), TINY) for choice in range(100)}
    assert answers == {write_rejection(reason)}


def test_a_module_that_damages_texts_does_without_hypothesis():
    code = "import sys, turncheck.strategies.duel.operators; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
