"""Failure modes in domains of other shapes than the duel: the boundary between any two modes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.domains import ADDER, DIVIDER, GAME, MACHINE, PICTURE, POLICY
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice
from turncheck.engine.sampling import sample
from turncheck.engine.schema import Schema
from turncheck.reports.modes import (
    BoundaryConfusion,
    FalseRejection,
    TokenDrift,
    Unstable,
    WrongValue,
    diverge,
)

MOVED = "to_move x\nrow . . o\nrow x . .\nmove b1\n"
STEPPED = "at 1\nmem +005 -003 +127 +000\nleft acc -002 flag east\nright acc +007 flag down\n"
SUM = "123+456="
DIVIDED = "0987 by 08\n"
SHOWN = f".##. #...\n{'.' * 60}\n"

ANSWERS = {
    MOVED: "to_move o\nrow . x o\nrow x . .\n",
    STEPPED: "at 2\nmem +005 -001 +127 +000\nleft acc +007 flag east\nright acc +007 flag down\n",
    SUM: "0579",
    DIVIDED: "123/3 of 987\n",
    SHOWN: f"#... .##.\n{'.' * 60}\n",
    "row . x .\n": "to a1\n",
}
DOMAINS = dict(zip(ANSWERS, (GAME, MACHINE, ADDER, DIVIDER, PICTURE, POLICY), strict=True))


def spoiled(prompt, *changes):
    """The right answer with each `(old, new)` of the changes, in its first place."""
    text = ANSWERS[prompt]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("prompt", ANSWERS)
def test_the_reference_answers_as_these_tests_take_for_granted(prompt):
    assert DOMAINS[prompt].resolve_text(prompt) == ANSWERS[prompt]


@pytest.mark.parametrize("prompt", ANSWERS)
def test_the_same_answer_is_no_divergence(prompt):
    answer = ANSWERS[prompt]
    assert diverge(DOMAINS[prompt], prompt, answer, answer) is None
    assert diverge(DOMAINS[prompt], prompt, answer, answer, first=answer) is None


# --- the borders -----------------------------------------------------------------------------------------------------

FAR = spoiled(SHOWN, ("." * 60, "." * 50 + "#" + "." * 9))

# fmt: off
FORMS = [
    (MOVED,   "",                                               "no_answer: nothing"),
    (SUM,     "",                                               "no_answer: nothing"),
    # Rejections end as answers do.
    (SUM,     "reject truncated",                               "false_rejection: truncated"),
    (SUM,     "reject whatever it is",                          "false_rejection: whatever it is"),
    (SUM,     "reject truncated\n",                             "token_drift: bad_spacing at line 2, piece 1"),
    (SUM,     "reject ",                                        "token_drift: bad_spacing at line 1, piece 2"),
    (MOVED,   "reject cell_taken\n",                            "false_rejection: cell_taken"),
    (MOVED,   "reject cell_taken",                              "token_drift: bad_spacing at line 1, piece 2"),
    # A label is a word of the text; what a choice holds is none.
    (MOVED,   spoiled(MOVED, ("row", "to_move")),               "label_collapse: to_move for row"),
    (MOVED,   spoiled(MOVED, ("row", "move")),                  "label_collapse: move for row"),
    (MOVED,   spoiled(MOVED, ("row", "b1")),                    "label_collapse: b1 for row"),
    (MOVED,   spoiled(MOVED, ("row", "x"), ("row", "x")),       "label_collapse: x for row and 1 more"),
    (MOVED,   spoiled(MOVED, ("row", "rows")),                  "token_drift: unknown_label at line 2, piece 1"),
    (MOVED,   spoiled(MOVED, (". x", "row x")),                 "token_drift: misplaced_label at line 2, piece 2"),
    (MOVED,   spoiled(MOVED, ("row", "x"), (". x", "row x")),   "token_drift: misplaced_label at line 2, piece 1"),
    (MOVED,   spoiled(MOVED, ("row", "x"), (". x", "y x")),     "token_drift: misplaced_label at line 2, piece 1"),
    (STEPPED, spoiled(STEPPED, ("right", "left")),              "label_collapse: left for right"),
    (STEPPED, spoiled(STEPPED, ("right", "left"), ("+005", "5")), "token_drift: bad_number at line 2, piece 2"),
    (DIVIDED, spoiled(DIVIDED, ("of", "by")),                   "label_collapse: by for of"),
    (DIVIDED, spoiled(DIVIDED, ("of", "off")),                  "token_drift: unknown_label at line 1, piece 2"),
    # All labels, or all pieces, in another order.
    (STEPPED, spoiled(STEPPED, ("\nright", "\nx"), ("\nleft", "\nright"), ("\nx", "\nleft")),
     "boundary_confusion: right for left at line 3, piece 1"),
    (STEPPED, spoiled(STEPPED, ("acc +007 flag east", "flag +007 acc east")),
     "boundary_confusion: flag for acc at line 3, piece 2"),
    (STEPPED, spoiled(STEPPED, ("flag east", "east flag")),     "boundary_confusion: east for flag at line 3, piece 4"),
    (MOVED,   spoiled(MOVED, ("row . x o", "x row . o")),       "boundary_confusion: x for row at line 2, piece 1"),
    (MOVED,   spoiled(MOVED, ("o\nrow", "row\no")),             "boundary_confusion: row for o at line 1, piece 2"),
    (DIVIDED, "of 123/3 987\n",                                 "boundary_confusion: of for 123/3 at line 1, piece 1"),
    (DIVIDED, "of 123/3 988\n",                                 "token_drift: bad_number at line 1, piece 1"),
    # The content of one place in another, whose form is another.
    (STEPPED, spoiled(STEPPED, ("at 2", "at +127")),            "boundary_confusion: +127 for 2 at line 1, piece 2"),
    (STEPPED, spoiled(STEPPED, ("at 2", "at east")),            "boundary_confusion: east for 2 at line 1, piece 2"),
    (STEPPED, spoiled(STEPPED, ("at 2", "at west")),            "token_drift: bad_number at line 1, piece 2"),
    (STEPPED, spoiled(STEPPED, ("at 2", "at mem")),             "token_drift: bad_number at line 1, piece 2"),
    (DIVIDED, "123/3 of 123/3\n",                               "boundary_confusion: 123/3 for 987 at line 1, piece 3"),
    (DIVIDED, "123/3 of 123/4\n",                               "token_drift: bad_number at line 1, piece 3"),
    (SHOWN,   spoiled(SHOWN, ("#...", "." * 60)),
     f"boundary_confusion: {'.' * 40} for #... at line 1, piece 1"),
    # Anything else.
    (SUM,     "579",                                            "token_drift: bad_number at line 1, piece 1"),
    (SUM,     "0579\n",                                         "token_drift: bad_spacing at line 2, piece 1"),
    (SUM,     "0579 0579",                                      "token_drift: trailing_text at line 1, piece 2"),
    (SUM,     "123+456=0579",                                   "token_drift: bad_number at line 1, piece 1"),
    (DIVIDED, "123/3 of 0987\n",                                "token_drift: bad_number at line 1, piece 3"),
    (DIVIDED, "123/3 of 987",                                   "token_drift: bad_spacing at line 1, piece 3"),
    (DIVIDED, f"{'1' * 40}/3 of 987\n",
     f"wrong_value: whole {'1' * 40} for 123 (+{'1' * 36}0988)"),
    (DIVIDED, f"{'1' * 41}/3 of 987\n",                         f"wrong_value: whole {'1' * 40} for 123"),
    (DIVIDED, f"{'1' * 9_000}/3 of 987\n",                      "token_drift: bad_number at line 1, piece 1"),
    (STEPPED, spoiled(STEPPED, ("+000", "-000")),               "token_drift: bad_number at line 2, piece 5"),
    (SHOWN,   spoiled(SHOWN, ("#...", "#..")),                  "token_drift: bad_value at line 1, piece 1"),
]
VALUES = [
    # The value of the field before or behind, or of the same one of another group.
    (STEPPED, spoiled(STEPPED, ("-001", "+005")),               "boundary_confusion: mem[1] +005 for -001 (mem[0])"),
    (STEPPED, spoiled(STEPPED, ("-001", "+127")),               "boundary_confusion: mem[1] +127 for -001 (mem[2])"),
    (STEPPED, spoiled(STEPPED, ("-001", "+000")),               "wrong_value: mem[1] +000 for -001 (+1)"),
    (STEPPED, spoiled(STEPPED, ("flag east", "flag down")),
     "boundary_confusion: left flag down for east (right flag)"),
    (STEPPED, spoiled(STEPPED, ("flag east", "flag west")),     "wrong_value: left flag west for east"),
    (STEPPED, spoiled(STEPPED, ("flag east", "flag down"), ("-001", "+127")),
     "boundary_confusion: mem[1] +127 for -001 (mem[2]) and 1 more"),
    (STEPPED, spoiled(STEPPED, ("flag east", "flag down"), ("-001", "+000")),
     "wrong_value: mem[1] +000 for -001 (+1) and 1 more"),
    (DIVIDED, "3/3 of 987\n",                                   "boundary_confusion: whole 3 for 123 (rest)"),
    (DIVIDED, "123/987 of 987\n",                               "boundary_confusion: rest 987 for 3 (n)"),
    (DIVIDED, "987/3 of 987\n",                                 "wrong_value: whole 987 for 123 (+864)"),
    # Of three values one is a neighbour's too often.
    (MOVED,   spoiled(MOVED, (". x o", ". o o")),               "wrong_value: b1 o for x"),
    # The value from the prompt.
    (MOVED,   spoiled(MOVED, (". x o", ". . o")),               "stale_copy: b1 . for x"),
    (MOVED,   spoiled(MOVED, (". x o", ". . o"), ("move o", "move x")), "stale_copy: player x for o and 1 more"),
    (MOVED,   spoiled(MOVED, (". x o", ". o o"), ("move o", "move x")), "wrong_value: player x for o and 1 more"),
    (STEPPED, spoiled(STEPPED, ("at 2", "at 1")),               "stale_copy: at 1 for 2"),
    (STEPPED, spoiled(STEPPED, ("at 2", "at 0")),               "wrong_value: at 0 for 2 (-2)"),
    (STEPPED, spoiled(STEPPED, ("-001", "-003")),               "stale_copy: mem[1] -003 for -001"),
    (SHOWN,   SHOWN.replace("#...", "#..#"),                    "wrong_value: top .##. for #... and 1 more"),
    # The adder's answer has no field of the prompt's.
    (SUM,     "0123",                                           "wrong_value: sum 0123 for 0579 (-456)"),
    (SUM,     "0456",                                           "wrong_value: sum 0456 for 0579 (-123)"),
    # Anything else.
    (SUM,     "0580",                                           "wrong_value: sum 0580 for 0579 (+1)"),
    (SUM,     "9999",                                           "wrong_value: sum 9999 for 0579 (+9420)"),
    (STEPPED, spoiled(STEPPED, ("+127", "+999")),               "wrong_value: mem[2] +999 for +127 (+872)"),
    (SHOWN,   FAR,
     f"wrong_value: wide ...{'.' * 20}#{'.' * 9} for ...{'.' * 30}"),
    ("row . x .\n", "to none\n",                                "wrong_value: to none for a1"),
    ("row . x .\n", "to b1\n",                                  "wrong_value: to b1 for a1"),
]
# fmt: on


@pytest.mark.parametrize(("prompt", "got", "shown"), [*FORMS, *VALUES])
def test_an_answer_has_its_mode_and_its_words(prompt, got, shown):
    found = diverge(DOMAINS[prompt], prompt, ANSWERS[prompt], got)
    assert (str(found), f"{found.mode}: {found.said}") == (shown, shown)
    assert (found.prompt, found.expected, found.got, found.fault, found.also) == (prompt, ANSWERS[prompt], got, "", ())


# fmt: off
MALFORMED = [
    (GAME,  MOVED[:-1], "reject bad_spacing\n", ANSWERS[MOVED], "silent_acceptance: a state for bad_spacing"),
    (GAME,  MOVED[:-1], "reject bad_spacing\n", "reject truncated\n", "wrong_reason: truncated for bad_spacing"),
    (GAME,  MOVED[:-1], "reject bad_spacing\n", "reject bad_spacing", "token_drift: bad_spacing at line 1, piece 2"),
    (GAME,  MOVED[:-1], "reject bad_spacing\n", "bad_spacing reject\n",
     "boundary_confusion: bad_spacing for reject at line 1, piece 1"),
    (GAME,  MOVED.replace("move b1", "move c1"), "reject cell_taken\n", "reject truncated\n",
     "wrong_reason: truncated for cell_taken"),
    (ADDER, "1+1=",     "reject bad_number",    "0002",         "silent_acceptance: an answer for bad_number"),
    (ADDER, "1+1=",     "reject bad_number",    "reject truncated", "wrong_reason: truncated for bad_number"),
    (ADDER, "1+1=",     "reject bad_number",    "reject why",   "wrong_reason: why for bad_number"),
    (ADDER, "1+1=",     "reject bad_number",    "reject bad_number\n", "token_drift: bad_spacing at line 2, piece 1"),
    (ADDER, "1+1=",     "reject bad_number",    "2",            "token_drift: bad_number at line 1, piece 1"),
    (POLICY, "row y\n", "reject unknown_label\n", "to unknown_label\n",
     "token_drift: unknown_label at line 1, piece 2"),
]
# fmt: on


@pytest.mark.parametrize(("domain", "prompt", "expected", "got", "shown"), MALFORMED)
def test_an_answer_to_a_malformed_text_has_its_mode_and_its_words(domain, prompt, expected, got, shown):
    assert domain.resolve_text(prompt) == expected
    assert str(diverge(domain, prompt, expected, got)) == shown


@pytest.mark.parametrize(
    ("first", "got", "shown"),
    [
        ("0579", "0580", "unstable: 0580 for 0579 at line 1, piece 1"),
        ("0580", "0579", "unstable: 0579 for 0580 at line 1, piece 1"),
        ("0579", "0579\n", "unstable: 0579\\n for 0579 at line 1, piece 1"),
        ("0579", "reject why", "unstable: reject for 0579 at line 1, piece 1"),
        ("0579", "", "no_answer: nothing"),
        ("0580", "0580", "wrong_value: sum 0580 for 0579 (+1)"),
    ],
)
def test_an_answer_is_compared_with_the_first_one_to_the_same_prompt(first, got, shown):
    assert str(diverge(ADDER, SUM, "0579", got, first=first)) == shown


# --- what is right ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "mode"),
    [
        ("to a1\n", None),
        ("to c1\n", None),
        ("to b1\n", WrongValue),
        ("to none\n", WrongValue),
        ("reject truncated\n", FalseRejection),
        ("c1 to\n", TokenDrift),
        ("a1 to\n", BoundaryConfusion),
    ],
)
def test_where_many_answers_are_right_each_of_them_is(got, mode):
    found = diverge(POLICY, "row . x .\n", "to a1\n", got)
    assert (None if found is None else type(found)) is mode


def test_where_many_answers_are_right_two_of_them_are_unstable():
    assert type(diverge(POLICY, "row . x .\n", "to a1\n", "to c1\n", first="to a1\n")) is Unstable


def test_a_prompt_that_is_rejected_has_one_right_answer():
    found = diverge(POLICY, "row\n", "reject truncated\n", "to a1\n")
    assert str(found) == "silent_acceptance: an answer for truncated"


# --- two readings, wrong by one, a field in two forms ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "got", "shown", "also"),
    [
        (SHOWN, SHOWN, "boundary_confusion: top .##. for #... (bottom) and 1 more", ("stale_copy",)),
        (SHOWN, SHOWN.replace("#...", ".##."), "boundary_confusion: top .##. for #... (bottom)", ("stale_copy",)),
        (STEPPED, spoiled(STEPPED, ("-001", "+127")), "boundary_confusion: mem[1] +127 for -001 (mem[2])", ()),
        (STEPPED, spoiled(STEPPED, ("-001", "-003")), "stale_copy: mem[1] -003 for -001", ()),
        (MOVED, spoiled(MOVED, (". x o", ". . o")), "stale_copy: b1 . for x", ()),
    ],
)
def test_where_two_modes_fit_the_first_is_given_and_the_other_named(prompt, got, shown, also):
    found = diverge(DOMAINS[prompt], prompt, ANSWERS[prompt], got)
    assert (str(found), found.also) == (shown, also)


@pytest.mark.parametrize(
    ("prompt", "got", "off_by_one"),
    [
        (SUM, "0580", True),
        (SUM, "0578", True),
        (SUM, "0577", False),
        (STEPPED, spoiled(STEPPED, ("-001", "+000")), True),
        (STEPPED, spoiled(STEPPED, ("-001", "+000"), ("+005", "+004")), True),
        (STEPPED, spoiled(STEPPED, ("-001", "+001")), False),
        (STEPPED, spoiled(STEPPED, ("-001", "+000"), ("flag east", "flag west")), False),
        (MOVED, spoiled(MOVED, (". x o", ". o o")), False),
    ],
)
def test_an_answer_is_off_by_one_where_every_wrong_value_is_a_number_that_is(prompt, got, off_by_one):
    found = diverge(DOMAINS[prompt], prompt, ANSWERS[prompt], got)
    assert (type(found), found.off_by_one) == (WrongValue, off_by_one)


def test_a_field_that_the_prompt_writes_in_another_form_is_copied_by_its_value():
    halved = Domain(
        "halved/1",
        prompt=Schema("from {n}", n=DIVIDER.prompt.fields["n"]),
        answer=Schema("to {n}", n=DIVIDER.answer.fields["n"]),
        resolve=lambda case: {"n": case.n // 2},
    )
    assert str(diverge(halved, "from 0090\n", "to 45\n", "to 90\n")) == "stale_copy: n 90 for 45"
    assert str(diverge(halved, "from 0090\n", "to 45\n", "to 91\n")) == "wrong_value: n 91 for 45 (+46)"


def test_where_answers_may_begin_as_rejections_do_they_are_answers():
    said = Domain(
        "said/1",
        prompt=Schema("say {word}", word=Choice("yes", "no")),
        answer=Schema("{what} {word}", what=Choice("say", "reject"), word=Choice("yes", "no", "truncated")),
        resolve=lambda case: {"what": "say", "word": case.word},
        rejects=False,
    )
    assert (
        str(diverge(said, "say no\n", "say no\n", "reject truncated\n"))
        == "wrong_value: what reject for say and 1 more"
    )
    assert str(diverge(said, "say no\n", "say no\n", "reject else\n")) == "false_rejection: else"
    assert str(diverge(said, "say no\n", "say no\n", "reject no\n")) == "wrong_value: what reject for say"


# --- any text --------------------------------------------------------------------------------------------------------

EVERY_TEXT = st.text(st.characters(exclude_categories=()))


@st.composite
def asked(draw):
    """A domain, one of its prompts, the right answer to it, and any other text."""
    domain = draw(st.sampled_from(list(DOMAINS.values())))
    (case, other) = sample(domain, "mixed", 0, 2, draw(st.integers(0, 99)))
    prompt, answer = domain.write(case), domain.resolve_text(domain.write(case))
    another = domain.resolve_text(domain.write(other))
    pieces = answer.split(" ")
    at = draw(st.integers(0, len(answer)))
    got = draw(
        EVERY_TEXT
        | st.sampled_from([another, prompt, domain.rejection("truncated"), answer[:at], answer + answer])
        | st.permutations(pieces).map(" ".join)
        | st.sampled_from([*answer, *"0x+ \n\ud800"]).map(lambda one: answer[:at] + one + answer[at + 1 :])
    )
    return domain, draw(st.sampled_from([prompt, prompt + "x"])), got


@settings(deadline=None, database=None, derandomize=True)
@given(asked(), st.none() | EVERY_TEXT, EVERY_TEXT)
def test_every_answer_is_right_or_wrong_in_one_way_that_can_be_said(case, first, fault):
    domain, prompt, got = case
    expected = domain.resolve_text(prompt)
    found = diverge(domain, prompt, expected, got, first=first, fault=fault)
    is_stable = first is None or not got or got == first
    assert (found is None) == (is_stable and domain.agrees(prompt, got, expected))
    if found is not None:
        assert str(found).isprintable()
        assert len(str(found)) < 250
        assert found.also in ((), ("stale_copy",))
