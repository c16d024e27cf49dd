"""Compositions: several engines as one, asked in batches, loaded when needed, and blamed by name."""

import pytest

from turncheck.engine.learned import Training, UnavailableError
from turncheck.engine.stages import MOST_STAGES, Composed, ExpertError, Step
from turncheck.model.composition import Composition, Route, Router


class Expert:
    """Answers each text by a function, and remembers what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked, self.closed = answer, [], False

    def predict(self, prompts):
        self.asked.append(list(prompts))
        return [self.answer(prompt) for prompt in prompts]

    def training(self):
        return Training(("mixed",), ())

    def close(self):
        self.closed = True


def raises(prompt):
    raise ValueError(f"no {prompt}")


def composed(first, /, **experts):
    """A composition of functions from a text to its answer; the second value has the experts by name."""
    made = {name: Expert(answer) for name, answer in experts.items()}
    return Composition(first, {name: lambda name=name: made[name] for name in made}), made


def by_sign(prompt):
    return f"> {'add' if '+' in prompt else 'double'}\n"


def test_each_prompt_goes_where_the_first_expert_sends_it_and_the_answers_keep_their_order():
    whole, made = composed("read", read=by_sign, add=lambda text: f"sum of {text}", double=lambda text: text * 2)
    assert whole.predict(["7", "1+2", "8", "3+4"]) == ["77", "sum of 1+2", "88", "sum of 3+4"]
    assert made["read"].asked == [["7", "1+2", "8", "3+4"]]
    assert (made["add"].asked, made["double"].asked) == ([["1+2", "3+4"]], [["7", "8"]])
    assert isinstance(whole, Composed)
    assert whole.predict([]) == []


def test_an_answer_before_the_hand_on_is_what_the_next_expert_reads():
    whole, _ = composed("one", one=lambda text: f"{text}!\n> two\n", two=str.upper)
    assert whole.steps(["hp"]) == [[Step("one", "hp", "hp!\n> two\n"), Step("two", "hp!\n", "HP!\n")]]


def test_an_expert_is_loaded_when_it_is_first_asked_and_once():
    loads = []

    def maker(name, answer):
        return lambda: loads.append(name) or Expert(answer)

    whole = Composition(
        "read", {"read": maker("read", by_sign), "add": maker("add", str), "double": maker("double", str)}
    )
    assert (whole.loaded, loads) == ((), [])
    whole.predict(["7", "8"])
    whole.predict(["9"])
    assert (whole.loaded, loads) == (("read", "double"), ["read", "double"])


def test_an_expert_that_cannot_be_loaded_is_named_and_not_tried_again():
    loads = []

    def broken():
        loads.append(1)
        raise OSError("disk full")

    whole = Composition("read", {"read": lambda: Expert(lambda text: "> add\n"), "add": broken})
    for _ in range(2):
        with pytest.raises(ExpertError, match=r"^expert add raised OSError: disk full$"):
            whole.predict(["1+2"])
    assert loads == [1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (raises, "expert add raised ValueError: no 1+2"),
        (lambda text: 7, "expert add raised ContractError: predict must return a list of texts, got a int in it"),
    ],
)
def test_an_expert_that_raises_or_returns_no_texts_is_named(answer, said):
    whole, _ = composed("read", read=by_sign, add=answer)
    with pytest.raises(ExpertError) as caught:
        whole.predict(["1+2"])
    assert str(caught.value) == said


def test_an_expert_that_returns_too_few_answers_is_named():
    class Few:
        def predict(self, prompts):
            return ["one"]

    with pytest.raises(ExpertError, match=r"^expert few raised ContractError: predict must return 2 answers, one for"):
        Composition("few", {"few": Few}).predict(["1", "2"])


def test_an_expert_that_cannot_be_reached_is_unavailable_and_not_wrong():
    def gone(text):
        raise UnavailableError("its process died")

    with pytest.raises(UnavailableError):
        composed("gone", gone=gone)[0].predict(["1"])


def test_an_answer_that_hands_on_to_nobody_is_the_last():
    whole, _ = composed("read", read=lambda text: "> nobody\n")
    assert whole.predict(["7"]) == ["> nobody\n"]


def test_a_loop_ends_after_the_most_stages():
    whole, made = composed("one", one=lambda text: "> two\n", two=lambda text: "> one\n")
    (steps,) = whole.steps(["7"])
    assert [step.stage for step in steps] == ["one", "two"] * (MOST_STAGES // 2)
    assert len(made["one"].asked) + len(made["two"].asked) == MOST_STAGES


def test_a_stated_router_takes_the_first_route_that_fits_and_no_other():
    router = Router([Route("+", "add"), Route("7", "seven"), Route("+7", "never")])
    assert router.predict(["1+7", "7", "8"]) == ["> add\n", "> seven\n", ""]
    assert Router([Route("", "any")]).predict(["", "8"]) == ["> any\n"] * 2
    whole = Composition("router", {"router": lambda: router, "add": lambda: Expert(str.upper)})
    assert whole.predict(["a+b", "8"]) == ["A+B", ""]


def test_an_expert_asked_alone_answers_what_it_can_and_nothing_where_it_raises():
    whole, made = composed("read", read=by_sign, add=lambda text: text if "+" in text else raises(text))
    assert whole.alone("add", ["1+2", "7", "3+4"]) == ["1+2", "", "3+4"]
    assert made["add"].asked == [["1+2", "7", "3+4"], ["1+2"], ["7"], ["3+4"]]
    assert whole.alone("add", []) == []


def test_closing_closes_those_that_were_loaded():
    whole, made = composed("read", read=by_sign, add=str, double=str)
    whole.predict(["1+2"])
    whole.close()
    assert {name: each.closed for name, each in made.items()} == {"read": True, "add": True, "double": False}


@pytest.mark.parametrize(
    ("of_experts", "expected"),
    [
        (
            [Training(("mixed",), ("bad_number",), 64, 0.5, 1), Training((), (), 36, 0.25, 2)],
            Training(("mixed",), ("bad_number",), 100, 0.75, 3),
        ),
        ([Training(("mixed",), (), 64, 0.5), Training((), (), 36)], Training(("mixed",), (), 100)),
        ([Training(("mixed",), (), 64, 0.5), None], Training(("mixed",), ())),
        ([None, Training(("mixed",), (), 64, 0.5)], None),
    ],
)
def test_its_training_is_what_all_experts_took_each_once(of_experts, expected):
    class Taught:
        def __init__(self, training):
            self.of = training

        def training(self):
            return self.of

        def predict(self, prompts):
            return list(prompts)

    first, other = map(Taught, of_experts)
    whole = Composition("first", {"first": lambda: first, "other": lambda: other, "again": lambda: other})
    assert whole.training() == expected


def test_an_expert_that_cannot_be_loaded_leaves_out_what_it_would_add():
    def broken():
        raise OSError("gone")

    first, _ = composed("read", read=by_sign)
    whole = Composition("read", {"read": lambda: first.expert("read"), "add": broken})
    assert whole.training() == Training(("mixed",), ())


def test_a_stated_router_was_not_trained():
    assert Composition("router", {"router": lambda: Router([])}).training() is None
