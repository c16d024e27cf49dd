"""Domains: their texts and answers, faults of a reference, plays, and what is refused as a domain."""

import attrs
import pytest

from tests.small_domains import (
    ADDER,
    BOARD,
    CELLS,
    COUNTED,
    FREE,
    MOVE,
    TICTACTOE,
    TRACK,
    WALK,
    adder,
    moved,
    tictactoe,
    track,
)
from turncheck.engine.attached import LawFunctionError
from turncheck.engine.case import Case
from turncheck.engine.domain import Domain, DomainError, Monotone, Symmetry
from turncheck.engine.fields import Choice, Field, Int, SchemaError
from turncheck.engine.play import Play
from turncheck.engine.reading import Check, MalformedTextError
from turncheck.engine.schema import Schema

OPENING = """to_move x
row . . .
row . o .
row . . x
move a1
"""
AFTER = """to_move o
row x . .
row . o .
row . . x
"""


# --- texts -----------------------------------------------------------------------------------------------------------


def test_a_case_of_a_game_is_the_state_with_the_orders_behind_it():
    case = TICTACTOE.case(b2="o", c3="x")
    assert TICTACTOE.write(case) == OPENING
    assert TICTACTOE.read(OPENING) == case
    assert (TICTACTOE.prompt.names, TICTACTOE.answer) == (("player", *CELLS, "to"), BOARD)
    assert TICTACTOE.write_orders(Case(MOVE, ("c1",))) == "move c1\n"
    assert WALK.write_orders(None) == ""


def test_the_reference_answers_a_case_with_what_changes_and_any_other_text_with_its_reason():
    assert TICTACTOE.resolve_text(OPENING) == AFTER
    assert TICTACTOE.resolve_text(OPENING.replace("move a1", "move b2")) == "reject cell_taken\n"
    assert TICTACTOE.resolve_text("") == "reject truncated\n"
    assert TICTACTOE.outcome(TICTACTOE.read(OPENING)) == TICTACTOE.read_answer(AFTER)


def test_a_domain_without_a_state_answers_all_fields():
    assert ADDER.resolve_text("07+35=") == "042"
    assert ADDER.resolve_text("7+35=") == "reject bad_number"
    assert (ADDER.outcome(ADDER.case(a=99, b=99)).sum, ADDER.has_plays, ADDER.shared) == (198, False, ())


def test_a_state_that_goes_on_by_itself_is_its_own_prompt():
    assert WALK.prompt is TRACK
    assert WALK.resolve_text("at 3 of 5\nfacing right\n") == "at 4 of 5\nfacing right\n"
    assert (WALK.has_plays, WALK.shared) == (True, ("x", "width", "facing"))


@pytest.mark.parametrize(
    ("text", "is_case"), [(OPENING, True), (AFTER, False), (OPENING.replace("move a1", "move c3"), False), ("", False)]
)
def test_a_text_is_a_case_or_not(text, is_case):
    assert TICTACTOE.is_case(text) is is_case


def test_an_answer_is_read_leniently_and_may_be_a_rejection():
    assert ADDER.read_answer("199").sum == 199
    assert TICTACTOE.read_answer("reject cell_taken\n") == "cell_taken"
    for text in ("reject no_reason\n", "reject cell_taken", "reject cell_taken\n\n", "rejected\n", ""):
        assert TICTACTOE.rejected_for(text) is None
        with pytest.raises(MalformedTextError):
            TICTACTOE.read_answer(text)


def test_the_reasons_are_those_of_the_schema_and_the_checks():
    assert {reason: rule for reason, (rule, _) in TICTACTOE.reasons.items()} == {
        reason: reason
        for reason in (
            "bad_spacing",
            "truncated",
            "trailing_text",
            "misplaced_label",
            "unknown_label",
            "wrong_count",
            "cell_taken",
        )
    }
    assert TICTACTOE.reasons["cell_taken"][1] == FREE.sentence


def test_the_words_are_those_of_prompt_and_answer_and_the_word_of_rejections():
    assert TICTACTOE.words == ("to_move", "row", "move", "x", "o", ".", *CELLS, "reject")
    assert ADDER.words == ()
    assert adder(rejects=True).words == ("reject",)


def test_a_domain_shows_its_name_or_how_it_differs():
    assert repr(TICTACTOE) == "Domain('tictactoe/1')"
    assert (TICTACTOE.described, TICTACTOE.fingerprint) == ("tictactoe/1", "tictactoe/1")
    other = tictactoe(described="tictactoe/1, o begins", base=TICTACTOE)
    assert (repr(other), other.fingerprint) == ("Domain('tictactoe/1, o begins')", "tictactoe/1, o begins")


def test_an_answer_that_begins_with_reject_is_no_rejection_where_nothing_is_rejected():
    verdict = Schema("{verdict} {why}", verdict=Choice("accept", "reject"), why=Choice("truncated", "long"), end="")
    parts = {"answer": verdict, "resolve": lambda case: {"verdict": "reject", "why": "truncated"}}
    domain = adder(**parts, symmetries=(), monotone=())
    assert domain.resolve_text("01+01=") == "reject truncated"
    assert dict(domain.read_answer("reject truncated")) == {"verdict": "reject", "why": "truncated"}
    with pytest.raises(DomainError) as caught:
        adder(**parts, symmetries=(), monotone=(), rejects=True)
    assert str(caught.value) == (
        "domain adder/1: its answers must not begin with reject, as rejections do: use another word, or set "
        "rejects=False"
    )


def test_an_answer_of_one_piece_is_told_from_a_rejection():
    yes = Schema("{verdict}", verdict=Choice("accept", "reject"), end="")
    domain = adder(answer=yes, resolve=lambda case: {"verdict": "reject"}, symmetries=(), monotone=(), rejects=True)
    assert (domain.read_answer("reject").verdict, domain.read_answer("reject truncated")) == ("reject", "truncated")


# --- which answers are right -----------------------------------------------------------------------------------------


def test_the_right_answer_is_the_references():
    assert ADDER.agrees("07+35=", "042")
    assert ADDER.agrees("07+35=", "041", expected="041")
    assert not ADDER.agrees("07+35=", "41")


def test_a_domain_may_accept_other_answers_to_a_case():
    policy = Domain(
        "policy/1",
        prompt=BOARD,
        answer=MOVE,
        resolve=lambda board: {"to": next((cell for cell in CELLS if board[cell] == "."), "a1")},
        checks=(COUNTED,),
        accepts=lambda board, answer: board[answer.to] == ".",
    )
    board = BOARD.write(BOARD.neutral.changed(a1="x", b1="o"))
    answers = {cell: policy.agrees(board, f"move {cell}\n") for cell in ("c1", "c3", "a1", "d4")}
    assert answers == {"c1": True, "c3": True, "a1": False, "d4": False}
    assert not policy.agrees(board, "reject wrong_count\n")
    assert not policy.agrees(board.replace("to_move x", "to_move o"), "move c1\n")
    assert policy.agrees(board.replace("to_move x", "to_move o"), "reject wrong_count\n")


# --- what a reference must not do ------------------------------------------------------------------------------------

SIMPLEST = "shown by '00+00='"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (None, "its reference must return fields by name, got NoneType"),
        (42, "its reference must return fields by name, got int"),
        ("042", "its reference must return fields by name, got str"),
        ({}, "its reference must also return sum"),
        ({"total": 0}, "its reference returned an unknown field: a field must be one of sum, got 'total'"),
        ({"sum": 0, "a": 0}, "its reference returned an unknown field: a field must be one of sum, got 'a'"),
        ({"sum": 199}, "its reference must return a value of Int(low=0, high=198, digits=3, signed=False, simple"),
        ({"sum": 7.0}, "its reference must return a value of Int(low=0, high=198, digits=3, signed=False, simple"),
        ({"sum": None}, "its reference must return a value of Int(low=0, high=198, digits=3, signed=False, simpl"),
    ],
)
def test_a_reference_that_gives_something_else_is_refused_with_the_case(given, fault):
    with pytest.raises(DomainError) as caught:
        adder(resolve=lambda case: given).outcome(ADDER.case())
    assert str(caught.value).startswith(f"domain adder/1: {fault}")
    assert str(caught.value).endswith(SIMPLEST)
    assert caught.value.text == "00+00="


def test_a_reference_that_raises_is_refused_with_the_case():
    with pytest.raises(DomainError) as caught:
        adder(resolve=lambda case: {"sum": 1 // case.a}).resolve_text("00+05=")
    raised = "its resolve raised ZeroDivisionError: integer division or modulo by zero"
    assert str(caught.value) == f"domain adder/1: {raised}; shown by '00+05='"
    with pytest.raises(DomainError, match="its step raised UnknownFieldError: a field must be one of"):
        tictactoe(step=lambda turn: {turn.where: "x"}).resolve_text(OPENING)


@pytest.mark.parametrize(
    "step",
    [
        moved,
        lambda turn: turn.changed(moved(turn)),
        lambda turn: turn.part(BOARD).changed(moved(turn)),
        lambda turn: {**turn.part(BOARD), **moved(turn)},
    ],
)
def test_a_step_gives_what_changes_or_the_whole_next_state(step):
    assert tictactoe(step=step).resolve_text(OPENING) == AFTER


def test_a_step_may_give_a_repeated_field_whole_and_one_of_its_members():
    tape = Schema("at {at} tape {cell[0..2]}", at=Int(0, 2), cell=Choice(".", "x"))
    for given in ({"cell": (".", "x", ".")}, {"cell[1]": "x"}):
        domain = Domain("tape/1", state=tape, step=lambda state, given=given: given)
        assert domain.resolve_text("at 0 tape . . .\n") == "at 0 tape . x .\n"
    for given, fault in (
        ({"cell": (".", "x")}, "cell must be 3 values, one for each member, got ('.', 'x')"),
        ({"cell": 5}, "cell must be 3 values, one for each member, got 5"),
        ({"cell": (".", "x", "y")}, "its reference must return a value of Choice('.', 'x') for cell[2], got 'y'"),
    ):
        domain = Domain("tape/1", state=tape, step=lambda state, given=given: given)
        with pytest.raises(DomainError) as caught:
            domain.resolve_text("at 0 tape . . .\n")
        assert fault in str(caught.value)


def test_a_resolve_may_give_a_repeated_field_whole():
    row = Schema("{cell[0..2]}", cell=Choice(".", "x"))
    domain = Domain("row/1", prompt=row, answer=row, resolve=lambda case: {"cell": case.cell[::-1]})
    assert domain.resolve_text("x . .\n") == ". . x\n"


class Wavering(Field):
    """A field whose methods raise at one text."""

    pattern = "[a-z!?]"
    simplest = "a"

    def edges(self):
        return ["a", "b"]

    def sample(self, random):
        return "c"

    def read(self, text):
        return dict.fromkeys("abcz?", text)[text]

    def allows(self, value):
        return "abc?".index(value) < 3


def test_a_part_of_the_domains_own_that_raises_is_named_with_the_text():
    domain = Domain(
        "odd/1",
        prompt=Schema("{a}", a=Wavering(), end=""),
        answer=Schema("{b}", b=Wavering(), end=""),
        resolve=lambda case: {"b": case.a},
        checks=(Check("odd", "it is odd", "a", lambda case: 1 // (case.a != "b") == 1),),
    )
    for read, text, fault in (
        (domain.read, "b", "check odd raised ZeroDivisionError: integer division or modulo by zero"),
        (domain.is_case, "!", "field a: its read of '!' raised KeyError: '!'"),
        (domain.read_answer, "!", "field b: its read of '!' raised KeyError: '!'"),
        (domain.resolve_text, "z", "field a: its allows of 'z' raised ValueError: substring not found"),
    ):
        with pytest.raises(DomainError) as caught:
            read(text)
        assert str(caught.value) == f"domain odd/1: {fault}; shown by {text!r}"
    assert (domain.resolve_text("c"), domain.resolve_text("?")) == ("c", "reject out_of_range")


# --- cases -----------------------------------------------------------------------------------------------------------


def test_the_simplest_case_takes_values_of_fields_and_of_repeated_fields():
    assert dict(ADDER.case(b=7)) == {"a": 0, "b": 7}
    tape = Schema("{cell[0..2]} {hero.hp}", cell=Choice(".", "x"), hp=Int(0, 9))
    domain = Domain("tape/1", state=tape, step=lambda state: {})
    assert domain.case(cell=("x", ".", "x"), **{"hero.hp": 3}).values_ == ("x", ".", "x", 3)


@attrs.frozen
class Sum:
    """A case of one's own."""

    a: int
    b: int


class SumCodec:
    """Sums as cases, numbers as answers."""

    def case(self, values):
        return Sum(*values)

    def case_values(self, case):
        return case.a, case.b

    def answer(self, values):
        return values[0]

    def answer_values(self, answer):
        return (answer,)


def test_cases_and_answers_may_be_of_the_domains_own_classes():
    domain = adder(codec=SumCodec(), resolve=lambda case: case.a + case.b)
    assert domain.read("07+35=") == Sum(7, 35)
    assert (domain.outcome(Sum(7, 35)), domain.resolve_text("07+35=")) == (42, "042")
    assert (domain.write(Sum(1, 2)), domain.case(a=3), domain.read_answer("005")) == ("01+02=", Sum(3, 0), 5)
    assert dict(domain.fields_of(Sum(1, 2))) == {"a": 1, "b": 2}
    assert dict(domain.answer_fields(5)) == {"sum": 5}


# --- plays -----------------------------------------------------------------------------------------------------------


def orders(*cells):
    return tuple(Case(MOVE, (cell,)) for cell in cells)


def test_a_play_is_written_as_its_state_and_its_orders_and_read_back():
    play = Play(BOARD.neutral.changed(b2="x", player="o"), orders("a1", "c3", "a2"))
    text = BOARD.write(play.state) + "move a1\nmove c3\nmove a2\n"
    assert TICTACTOE.write_play(play) == text
    assert TICTACTOE.read_play(text) == play
    assert [TICTACTOE.write(turn).splitlines()[0] for turn in TICTACTOE.turns(play)] == [
        "to_move o",
        "to_move x",
        "to_move o",
    ]


def test_a_play_without_orders_says_how_many_steps_it_has():
    play = Play(TRACK.neutral, (None,) * 12)
    assert WALK.write_play(play) == "at 0 of 1\nfacing left\nsteps 12\n"
    assert WALK.read_play(WALK.write_play(play)) == play
    assert [state.facing for state in WALK.turns(Play(TRACK.neutral, (None,) * 3))] == ["left", "right", "right"]


def test_plays_of_texts_without_a_newline_at_their_end_are_read_back():
    counter = Schema("{n}", n=Int(0, 9), end="")
    domain = Domain("counter/1", state=counter, step=lambda state: {"n": (state.n + 1) % 10})
    play = Play(counter.neutral, (None, None))
    assert domain.write_play(play) == "0\nsteps 2\n"
    assert domain.read_play("0\nsteps 2\n") == play
    steps = Schema("add {by}", by=Int(0, 9), end="")
    whole = Schema("{n}", n=Int(0, 99))
    domain = Domain("steps/1", state=whole, orders=steps, step=lambda turn: {"n": (turn.n + turn.by) % 100})
    play = Play(whole.neutral, (Case(steps, (3,)), Case(steps, (4,)), Case(steps, (5,))))
    assert domain.write_play(play) == "00\nadd 3\nadd 4\nadd 5"
    assert domain.read_play(domain.write_play(play)) == play
    assert domain.read_play("00\nadd 3") == Play(whole.neutral, (Case(steps, (3,)),))


def test_orders_that_are_valid_in_the_state_that_a_play_comes_to_are_read():
    state, load = (
        Schema("loaded {loaded}", loaded=Choice("no", "yes")),
        Schema("do {what}", what=Choice("load", "fire")),
    )
    gun = Domain(
        "gun/1",
        state=state,
        orders=load,
        step=lambda turn: {"loaded": "yes" if turn.what == "load" else "no"},
        checks=(
            Check(
                "empty",
                "what fires is loaded",
                ("loaded", "what"),
                lambda turn: turn.what == "load" or turn.loaded == "yes",
            ),
        ),
    )
    play = Play(state.neutral, (Case(load, ("load",)), Case(load, ("fire",))))
    assert gun.read_play("loaded no\ndo load\ndo fire\n") == play
    for text, line in (("loaded no\ndo fire\n", 2), ("loaded no\ndo load\ndo fire\ndo fire\n", 4)):
        with pytest.raises(MalformedTextError) as caught:
            gun.read_play(text)
        assert (caught.value.reason, caught.value.line, caught.value.piece) == ("empty", line, 2)


BEGUN = "to_move x\nrow . . .\nrow . . .\nrow . . .\n"


@pytest.mark.parametrize(
    ("domain", "text", "reason", "line", "piece"),
    [
        (TICTACTOE, "", "truncated", 1, 1),
        (TICTACTOE, BEGUN, "truncated", 5, 1),
        (TICTACTOE, BEGUN.replace("to_move x", "to_move o") + "move a1\n", "wrong_count", 4, 4),
        (TICTACTOE, BEGUN + "move d1\n", "unknown_label", 5, 2),
        (TICTACTOE, BEGUN + "move a1\nmove b1\nmove\n", "truncated", 7, 2),
        (TICTACTOE, BEGUN + "move a1\nmove b1\nmove a1\n", "cell_taken", 7, 2),
        (TICTACTOE, BEGUN + "move a1\nmove b1", "bad_spacing", 6, 2),
        (TICTACTOE, BEGUN + "move a1\n\n", "bad_spacing", 6, 1),
        (WALK, "at 0 of 1\nfacing left\n", "truncated", 3, 1),
        (WALK, "at 2 of 1\nfacing left\nsteps 1\n", "off_track", 1, 4),
        (WALK, "at 0 of 1\nfacing left\nsteps 0\n", "unknown_label", 3, 1),
        (WALK, "at 0 of 1\nfacing left\nsteps 1\nsteps 1\n", "unknown_label", 3, 1),
    ],
)
def test_a_text_that_is_no_play_says_where_it_is_wrong(domain, text, reason, line, piece):
    with pytest.raises(MalformedTextError) as caught:
        domain.read_play(text)
    assert (caught.value.reason, caught.value.line, caught.value.piece) == (reason, line, piece)


def test_a_state_that_the_reference_comes_to_and_the_checks_refuse_is_shown_at_the_next_orders():
    lazy = tictactoe(step=lambda turn: {turn.to: turn.player})
    with pytest.raises(MalformedTextError) as caught:
        lazy.read_play(BEGUN + "move a1\nmove b1\n")
    assert (caught.value.reason, caught.value.line) == ("wrong_count", 6)


def test_a_play_has_one_turn_at_least():
    with pytest.raises(ValueError, match="orders"):
        Play(TRACK.neutral, ())


# --- order -----------------------------------------------------------------------------------------------------------


def test_what_has_fewer_fields_unlike_the_simplest_is_simpler_then_what_has_lower_values():
    texts = ["00+00=", "01+00=", "00+01=", "00+02=", "99+00=", "01+01=", "50+50="]
    assert sorted(texts, key=ADDER.simplicity) == ["00+00=", "00+01=", "01+00=", "00+02=", "99+00=", "01+01=", "50+50="]
    assert ADDER.simplicity("99+01=") == (0, 2, 200, "99+01=")


def test_texts_that_are_no_cases_have_an_order_too():
    texts = ["", "1+1=", "00+00= 1", "12345678901234567890"]
    assert sorted(texts, key=ADDER.simplicity) == ["", "1+1=", "12345678901234567890", "00+00= 1"]


def test_a_domain_may_order_texts_in_its_own_way():
    assert sorted(["aa", "b", "ccc"], key=adder(size=lambda text: -len(text)).simplicity) == ["ccc", "aa", "b"]


# --- laws of a user's own --------------------------------------------------------------------------------------------


def test_a_law_is_attached_by_its_function_which_stays_as_it_is():
    domain = adder()

    @domain.law
    def adds_nothing(case, answer):
        """Nothing is added."""

    @domain.law(rule="A1", kind="direction", cases=domain.cases(a=0))
    def adds_little(case, answer):
        """Little
        is added.
        """

    assert [(law.name, law.sentence, law.rule, law.kind, dict(law.cases.fields)) for law in domain.attached] == [
        ("adds_nothing", "Nothing is added.", "", "", {}),
        ("adds_little", "Little is added.", "A1", "direction", {"a": 0}),
    ]
    assert domain.attached[0].function is adds_nothing
    assert ADDER.attached == []


def test_two_laws_of_a_domain_have_names_of_their_own():
    domain = adder()

    def law(case, answer):
        """It holds."""

    domain.law(law)
    with pytest.raises(DomainError, match="each law must have a unique name, got law twice"):
        domain.law(law)


def test_a_law_without_a_sentence_is_refused():
    with pytest.raises(LawFunctionError, match="law <lambda>: it must have a docstring, which is the sentence"):
        adder().law(lambda case, answer: None)


def test_cases_of_a_field_that_there_is_not_are_refused():
    with pytest.raises(DomainError) as caught:
        ADDER.cases(c=3)
    assert str(caught.value) == "domain adder/1: a field must be one of a, b, got 'c'"


# --- what cannot be a domain -----------------------------------------------------------------------------------------

PROMPT, ANSWER = ADDER.prompt, ADDER.answer


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Domain("adder", prompt=PROMPT, answer=ANSWER, resolve=len), "its name must be a word and a version"),
        (lambda: Domain("a b/1", prompt=PROMPT, answer=ANSWER, resolve=len), "its name must be a word and a version"),
        (lambda: Domain(5, prompt=PROMPT, answer=ANSWER, resolve=len), "its name must be a word and a version, as"),
        (lambda: Domain("x/1"), "it must have a state (with orders and a step), or a prompt and an answer"),
        (lambda: Domain("x/1", prompt=PROMPT, resolve=len), "it must have a state (with orders and a step), or a"),
        (lambda: Domain("x/1", prompt="{a}", answer=ANSWER, resolve=len), "its prompt must be a Schema, got str"),
        (lambda: Domain("x/1", state=TRACK, orders=Int(0, 9), step=len), "its orders must be a Schema, got Int"),
        (lambda: Domain("x/1", state=TRACK, prompt=PROMPT, step=len), "prompt and answer must be left out if there is"),
        (lambda: adder(orders=MOVE), "orders, start and untouched must be left out if there is no state"),
        (lambda: adder(start=BOARD.neutral), "orders, start and untouched must be left out if there is no state"),
        (lambda: adder(untouched=("sum",)), "orders, start and untouched must be left out if there is no state"),
        (lambda: adder(resolve=None), "it must have a state with a step, or a prompt and an answer with resolve"),
        (lambda: adder(resolve=None, step=len), "it must have a state with a step, or a prompt and an answer"),
        (lambda: track(resolve=len), "it must have a state with a step, or a prompt and an answer with resolve"),
        (
            lambda: adder(checks=Check("odd", "", ("a", "c"), bool)),
            "check odd: a field must be one of a, b, got 'c'",
        ),
        (lambda: track(untouched="wide"), "untouched: a field must be one of x, width, facing, got 'wide'"),
        (lambda: adder(monotone=Monotone("a", of="b")), "monotone: a field must be an Int, one of sum, got 'a'"),
        (lambda: adder(monotone=Monotone("sum", of="sum")), "monotone: a field must be an Int, one of a, b, got 'sum'"),
        (
            lambda: track(monotone=Monotone("facing", of="x")),
            "monotone: a field must be an Int, one of x, width, got 'facing'",
        ),
    ],
)
def test_parts_that_are_missing_or_contradict_each_other_are_refused(make, fault):
    with pytest.raises(DomainError) as caught:
        make()
    assert caught.value.fault.startswith(fault)
    assert "\n" not in str(caught.value)


def test_parts_given_by_themselves_are_as_good_as_in_a_tuple():
    domain = track(checks=Check("odd", "", "x", lambda state: state.x < 9), untouched="width", monotone=())
    assert (len(domain.checks), domain.untouched) == (1, ("width",))
    assert domain.resolve_text("at 9 of 9\nfacing left\n") == "reject odd\n"


@pytest.mark.parametrize("name", ["Mirrored", "mirrored board", "", 5])
def test_a_symmetry_is_named_as_a_law_is(name):
    with pytest.raises(SchemaError, match="a symmetry's name must be one word of small letters, digits and _, as mir"):
        Symmetry(name, dict)


def test_a_domain_error_has_its_parts():
    error = DomainError("x/1", "it is odd", "a text\n")
    assert (error.domain, error.fault, error.text) == ("x/1", "it is odd", "a text\n")
    assert str(error) == "domain x/1: it is odd; shown by 'a text\\n'"
