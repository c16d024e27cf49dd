"""A learned engine is asked in the cheapest way that it offers, and the answers are those of `predict`."""

import numpy as np
import pytest

from turncheck.engine.learned import (
    LONGEST_ANSWER,
    SAFE_MARGIN,
    ContractError,
    DraftedWriter,
    Verdict,
    Verifier,
    answers,
    checked,
    described,
)

PROMPTS = ["one", "two", "three", "four"]
DRAFTS = ["draft of one", "draft of two", "draft of three", "draft of four"]


class Answering:
    """Answers each prompt with itself, and writes down what it was asked."""

    def __init__(self):
        self.calls = []

    def predict(self, prompts, /):
        self.calls.append(("predict", list(prompts)))
        return [f"answer to {prompt}" for prompt in prompts]


class Verifying(Answering):
    """Gives the verdicts that it was made with."""

    def __init__(self, *verdicts):
        super().__init__()
        self.verdicts = verdicts

    def verify(self, prompts, drafts, /):
        self.calls.append(("verify", list(prompts), list(drafts)))
        return self.verdicts


class Writing(Verifying):
    def predict_with_drafts(self, prompts, drafts, /):
        self.calls.append(("predict_with_drafts", list(prompts), list(drafts)))
        return [f"mended {draft}" for draft in drafts]


SURE = Verdict(accepted=9, complete=True, margin=1.0)


def test_an_engine_that_only_predicts_is_no_verifier():
    assert not isinstance(Answering(), Verifier)
    assert not isinstance(Answering(), DraftedWriter)


def test_an_engine_that_checks_drafts_is_a_verifier():
    assert isinstance(Verifying(), Verifier)
    assert not isinstance(Verifying(), DraftedWriter)


def test_an_engine_that_writes_with_drafts_is_a_drafted_writer():
    assert isinstance(Writing(), DraftedWriter)


def test_an_engine_that_only_predicts_writes_every_answer():
    engine = Answering()
    assert answers(engine, PROMPTS, DRAFTS) == ["answer to one", "answer to two", "answer to three", "answer to four"]
    assert engine.calls == [("predict", PROMPTS)]


def test_a_draft_that_is_verified_is_the_answer():
    engine = Verifying(SURE, SURE, SURE, SURE)
    assert answers(engine, PROMPTS, DRAFTS) == DRAFTS
    assert engine.calls == [("verify", PROMPTS, DRAFTS)]


def test_a_draft_that_is_refused_or_too_close_to_call_is_written():
    at_the_margin = Verdict(accepted=9, complete=True, margin=SAFE_MARGIN)
    too_close = Verdict(accepted=9, complete=True, margin=0.9 * SAFE_MARGIN)
    refused = Verdict(accepted=9, complete=False, margin=1.0)
    engine = Verifying(refused, at_the_margin, too_close, SURE)
    assert answers(engine, PROMPTS, DRAFTS) == ["answer to one", "draft of two", "answer to three", "draft of four"]
    assert engine.calls == [("verify", PROMPTS, DRAFTS), ("predict", ["one", "three"])]


def test_a_margin_below_a_thousandth_is_too_close_to_call():
    assert SAFE_MARGIN == 0.001


def test_an_engine_that_writes_with_drafts_is_given_them_and_verifies_nothing():
    engine = Writing()
    assert answers(engine, PROMPTS[:2], DRAFTS[:2]) == ["mended draft of one", "mended draft of two"]
    assert engine.calls == [("predict_with_drafts", PROMPTS[:2], DRAFTS[:2])]


@pytest.mark.parametrize(("prompts", "drafts"), [(3, 4), (4, 3)])
def test_prompts_and_drafts_are_as_many(prompts, drafts):
    with pytest.raises(ValueError, match="zip"):
        answers(Verifying(*[SURE] * drafts), PROMPTS[:prompts], DRAFTS[:drafts])


@pytest.mark.parametrize("verdicts", [0, 3, 5])
def test_verdicts_are_as_many_as_drafts(verdicts):
    with pytest.raises(ContractError, match=f"^verify must return 4 verdicts, one for each draft, got {verdicts}$"):
        answers(Verifying(*[SURE] * verdicts), PROMPTS, DRAFTS)


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_written_in_place_of_refused_drafts_is_as_many(count):
    engine = Verifying(*[Verdict(0, False, 1.0)] * 2, SURE)
    engine.predict = lambda prompts: ["answer"] * count
    with pytest.raises(ContractError, match=f"^predict must return 2 answers, one for each prompt, got {count}$"):
        answers(engine, PROMPTS[:3], DRAFTS[:3])


def test_a_verdict_is_frozen():
    with pytest.raises(AttributeError):
        SURE.complete = False


# --- what a model's own code gives -----------------------------------------------------------------------------------


class FalseText(str):
    """A text whose class says otherwise of all that it is asked."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def __len__(self):
        raise ValueError("no length")

    def __getitem__(self, key):
        return "other"

    def __str__(self):
        raise SystemExit(0)

    __repr__ = __format__ = __str__


class NoText:
    """Says that it is a text, and is none."""

    __class__ = str


class FalseList(list):
    """A list that says that it has one item."""

    def __len__(self):
        return 1


class EndlessList(FalseList):
    def __iter__(self):
        while True:
            yield "a"


class RaisingList(list):
    def __iter__(self):
        raise ZeroDivisionError("no items")


@pytest.mark.parametrize("text", [FalseText("a"), np.str_("a"), "a"], ids=["false", "numpy", "plain"])
def test_an_answer_is_copied_as_the_characters_that_it_holds(text):
    (answer,) = checked([text], 1)
    assert type(answer) is str
    assert answer == "a"


@pytest.mark.parametrize("kind", [str, FalseText], ids=["plain", "false"])
def test_an_answer_that_is_too_long_is_cut_and_says_so(kind):
    whole, longer = checked([kind("x" * LONGEST_ANSWER), kind("x" * (LONGEST_ANSWER + 1))], 2)
    assert whole == "x" * LONGEST_ANSWER
    assert longer == "x" * LONGEST_ANSWER + "... (cut, of 1,000,001 characters)"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([NoText()], "a list of texts, got a NoText in it"),
        (FalseList(["a", "b"]), "1 answers, one for each prompt, got 2 or more"),
        (EndlessList(), "1 answers, one for each prompt, got 2 or more"),
        (RaisingList(["a"]), "a list of texts, got a RaisingList that raised ZeroDivisionError: no items"),
        ([[]] * 10**6, "1 answers, one for each prompt, got 1000000"),
    ],
    ids=["no text", "false length", "endless", "raising", "many"],
)
def test_what_only_says_that_it_is_a_list_of_texts_is_refused(given, message):
    with pytest.raises(ContractError) as caught:
        checked(given, 1)
    assert str(caught.value) == f"predict must return {message}"


class RaisingError(Exception):
    """An exception that can say nothing of itself."""

    def __init__(self, raised):
        self.raised = raised

    def __str__(self):
        raise self.raised


class LyingError(Exception):
    def __str__(self):
        return FalseText("said")


class Meta(type):
    @property
    def __name__(cls):
        raise ValueError("no name")


class NamelessError(Exception, metaclass=Meta):
    pass


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RaisingError(ValueError("again")), "RaisingError: (a message that raised ValueError)"),
        (RaisingError(SystemExit(0)), "RaisingError: (a message that raised SystemExit)"),
        (RaisingError(KeyboardInterrupt()), "RaisingError: (a message that raised KeyboardInterrupt)"),
        (LyingError(), "LyingError: said"),
        (NamelessError("said"), "NamelessError: said"),
        (GeneratorExit(), "GeneratorExit"),
        (ValueError("x" * 10**6), "ValueError: " + "x" * 285 + "..."),
        (type("x" * 10**6, (Exception,), {})("said"), "x" * 77 + "...: said"),
    ],
    ids=["raises", "exits", "interrupts", "no plain text", "no name", "nothing", "long", "long name"],
)
def test_any_exception_is_described(error, expected):
    assert described(error) == expected
    assert type(described(error)) is str
