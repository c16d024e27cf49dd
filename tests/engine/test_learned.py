"""A learned engine is asked by the cheapest way that it offers, and its answers are those of `predict`."""

import pytest

from turncheck.engine.learned import SAFE_MARGIN, DraftedWriter, Verdict, Verifier, answers

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


@pytest.mark.parametrize(("prompts", "drafts", "verdicts"), [(3, 4, 4), (4, 3, 4), (4, 4, 3), (4, 4, 5)])
def test_prompts_drafts_and_verdicts_are_as_many(prompts, drafts, verdicts):
    with pytest.raises(ValueError, match="zip"):
        answers(Verifying(*[SURE] * verdicts), PROMPTS[:prompts], DRAFTS[:drafts])


def test_a_verdict_is_frozen():
    with pytest.raises(AttributeError):
        SURE.complete = False
