"""Which expert of a composition was wrong: by the reference's stages, or by whole answers."""

import pytest

from tests.small_domains import ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.engine.learned import UnavailableError
from turncheck.engine.stages import stages_of
from turncheck.model.adapters.python import PythonFunction
from turncheck.model.composition import Composition, Route, Router
from turncheck.properties.explaining import WrongExpert, count_experts, wrong_expert
from turncheck.properties.explaining.experts import MISSING

STAGES = stages_of(DOMAIN)
TURN = write(Turn()).replace("do hero wait", "do hero guard")


def expert(answer):
    return lambda: PythonFunction(lambda prompts: [answer(prompt) for prompt in prompts])


def composed(first="read", without=(), **others):
    """A composition of the reference's stages, some of them left out or replaced by other functions."""
    answers = {name: answer for name, answer in {**STAGES.answers, **others}.items() if name not in without}
    return Composition(first, {name: expert(answer) for name, answer in answers.items()})


def spoilt(stage, old, new):
    return lambda text: STAGES.answers[stage](text).replace(old, new)


def test_nobody_is_wrong_where_the_answer_is_right():
    for prompt in (TURN, "turn 1\n", ""):
        assert wrong_expert(DOMAIN, composed(), prompt) is None


@pytest.mark.parametrize(
    ("stage", "old", "new"),
    [("read", "> orders", "> end"), ("orders", "turn 01", "turn 02"), ("end", "turn 02", "turn 03")],
)
def test_the_first_expert_whose_answer_is_not_its_stages_is_wrong(stage, old, new):
    found = wrong_expert(DOMAIN, composed(**{stage: spoilt(stage, old, new)}), TURN)
    assert (found.expert, found.expected) == (stage, STAGES.answers[stage](found.asked))
    assert found.answered == found.expected.replace(old, new) != found.expected
    assert found.line().startswith(f"{stage}, asked 'turn 01\\nhero hp ")


def test_of_two_wrong_experts_the_first_is_to_blame():
    whole = composed(orders=spoilt("orders", "turn 01", "turn 02"), end=spoilt("end", "turn 03", "turn 04"))
    assert wrong_expert(DOMAIN, whole, TURN).expert == "orders"


def test_an_expert_that_hands_on_what_is_no_text_of_that_stage_is_wrong():
    found = wrong_expert(DOMAIN, composed(read=lambda text: "nonsense\n> orders\n", orders=lambda text: text), TURN)
    assert (found.expert, found.answered, found.expected) == ("read", "nonsense\n> orders\n", "> orders\n")


def test_a_router_that_hands_a_stage_what_it_cannot_read_is_wrong():
    whole = Composition("router", {"router": lambda: Router([Route("", "end")]), "end": expert(lambda text: "")})
    assert wrong_expert(DOMAIN, whole, "no turn") == WrongExpert("router", "no turn", "> end\n", "")


def test_a_stage_that_no_expert_has_is_missing():
    found = wrong_expert(DOMAIN, composed(without=["end"]), TURN)
    assert (found.expert, found.answered, found.expected) == ("end", MISSING, "")
    assert found.line().endswith(f"answered '{MISSING}'")


def test_a_malformed_text_accepted_is_the_fault_of_the_expert_that_reads():
    found = wrong_expert(DOMAIN, composed(read=lambda text: "> orders\n", orders=lambda text: ""), "turn 1\n")
    assert found == WrongExpert("read", "turn 1\n", "> orders\n", "reject bad_number\n")


def test_an_expert_that_raises_is_wrong():
    def raises(text):
        raise ValueError("no memory")

    found = wrong_expert(DOMAIN, composed(end=raises), TURN)
    assert found == WrongExpert("end", STAGES.steps(TURN)[-1].prompt, "ValueError: no memory", "")
    found = wrong_expert(DOMAIN, composed(read=raises), TURN)
    assert found == WrongExpert("read", TURN, "ValueError: no memory", "")


def test_a_line_shows_where_the_answers_differ_in_printable_characters():
    found = WrongExpert("end", "a" * 99, "same\nhp \x1b[31m\n", "same\nhp 07\n")
    assert found.line() == f"end, asked '{'a' * 56}..., answered 'hp \\x1b[31m\\n', expected 'hp 07\\n'"
    assert WrongExpert("end", "", "", "x").line() == "end, asked '', answered '', expected 'x'"


# --- without stages --------------------------------------------------------------------------------------------------


def sums(**answers):
    """A composition whose router sends everything to the expert `one`."""
    made = {name: expert(answer) for name, answer in {"router": lambda text: "> one\n", **answers}.items()}
    return Composition("router", made)


def test_without_stages_the_router_is_wrong_if_another_expert_alone_is_right():
    found = wrong_expert(ADDER, sums(one=lambda text: "000", two=ADDER.resolve_text), "07+35=")
    assert found == WrongExpert("router", "07+35=", "> one\n", "> two\n")


def test_without_stages_and_with_no_right_expert_the_last_answer_is_wrong():
    found = wrong_expert(ADDER, sums(one=lambda text: "000", two=lambda text: "001"), "07+35=")
    assert found == WrongExpert("one", "07+35=", "000", "042")
    assert found.line() == "one, asked '07+35=', answered '000', expected '042'"


def test_of_a_text_between_experts_no_right_answer_is_known():
    whole = Composition("one", {"one": expert(lambda text: "text\n> two\n"), "two": expert(lambda text: "000")})
    assert wrong_expert(ADDER, whole, "07+35=") == WrongExpert("two", "text\n", "000", "")


def test_experts_are_counted_and_right_answers_are_not():
    even = {"one": lambda text: "000" if text[1] in "13579" else ADDER.resolve_text(text)}
    counts = count_experts(ADDER, sums(**even), ["07+35=", "08+35=", "09+01="])
    assert counts == {"one": 2}


def test_an_expert_out_of_reach_is_not_blamed():
    def gone(text):
        raise UnavailableError("its process died")

    assert wrong_expert(ADDER, sums(one=gone), "07+35=") is None
