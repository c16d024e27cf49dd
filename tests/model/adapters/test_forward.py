"""logits_engine: a function from token ids to logits writes as a plain loop would, and verifies what it would write."""

import inspect
import re
from pathlib import Path

import pytest
import torch

from turncheck import Domain, Int, Schema, logits_engine, run_conformance_test
from turncheck.engine.learned import SAFE_MARGIN, answers

SUMS = Domain(
    "forward-sums/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    answer=Schema("{sum}", sum=Int(0, 198), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
)
CHARACTERS = "0123456789+=."
STOP = CHARACTERS.index(".")


def knowing(texts, characters=CHARACTERS):
    """A causal function that goes on with those texts, as far as a row is the start of one of them."""
    following = {text[:place]: text[place] for text in texts for place in range(1, len(text))}

    def forward(ids):
        assert ids.dtype == torch.int64
        logits = torch.zeros((*ids.shape, len(characters)))
        for row, tokens in enumerate(ids.tolist()):
            text = "".join(characters[token] for token in tokens)
            for place in range(len(text)):
                logits[row, place, characters.index(following.get(text[: place + 1], "0"))] = 5.0
        return logits

    return forward


def drawn(seed=0, width=8, dtype=torch.float32):
    """A causal function with weights drawn at random: what is behind a place follows from the mean of all before it."""
    random = torch.Generator().manual_seed(seed)
    embedding, head = (torch.randn((len(CHARACTERS), width), generator=random, dtype=dtype) for _ in range(2))

    def forward(ids):
        seen = torch.arange(1, ids.shape[1] + 1)[:, None]
        return torch.tanh(embedding[ids].cumsum(1) / seen.sqrt() * 3) @ head.T

    return forward


def looped(forward, prompt, longest, stop=()):
    """What the function writes behind a prompt, token by token."""
    tokens = [CHARACTERS.index(each) for each in prompt]
    for _ in range(longest):
        tokens.append(int(forward(torch.tensor([tokens]))[0, -1].argmax()))
        if tokens[-1] in stop:
            return "".join(CHARACTERS[token] for token in tokens[len(prompt) : -1])
    return "".join(CHARACTERS[token] for token in tokens[len(prompt) :])


PROMPTS = [f"{a}+{b}=" for a in (0, 7, 42, 99) for b in (1, 30, 88)] * 3


@pytest.mark.parametrize("stop", [(), (STOP,), (3, 5, STOP)])
@pytest.mark.parametrize("batch", [1, 10, 256])
def test_it_writes_what_a_plain_loop_does(stop, batch):
    for seed in range(4):
        forward = drawn(seed)
        engine = logits_engine(forward, CHARACTERS, longest=6, stop=stop, batch=batch)
        assert engine.predict(PROMPTS) == [looped(forward, prompt, 6, stop) for prompt in PROMPTS]


@pytest.mark.parametrize("stop", [(), (STOP,), (3, 5, STOP)])
def test_a_draft_is_complete_where_it_is_what_would_be_written(stop):
    for seed in range(4):
        engine = logits_engine(drawn(seed), CHARACTERS, longest=6, stop=stop)
        own = engine.predict(PROMPTS)
        accepted = engine.verify(PROMPTS, own)
        # An answer that reached its length without a stop had no end: it is written.
        ends = [not stop or len(answer) < 6 for answer in own]
        assert [verdict.complete for verdict in accepted] == ends
        assert [verdict.accepted for verdict in accepted] == [len(answer) for answer in own]
        others = [*own[1:], own[0]]
        for prompt, answer, other, verdict in zip(PROMPTS, own, others, engine.verify(PROMPTS, others), strict=True):
            alike = next((i for i, (x, y) in enumerate(zip(answer, other, strict=False)) if x != y), None)
            alike = min(len(answer), len(other)) if alike is None else alike
            assert (verdict.complete, verdict.accepted) == (answer == other and bool(ends[0]), alike), prompt
        assert list(answers(engine, PROMPTS, others)) == own


def texts(end):
    return [f"{a:02}+{b:02}={a + b:03}{end}" for a in range(100) for b in range(100)]


@pytest.mark.parametrize("settings", [{"longest": 3}, {"longest": 4, "stop": (STOP,)}], ids=["by length", "by a stop"])
def test_it_keeps_the_contract(settings):
    end = "." if "stop" in settings else ""
    forward = knowing(texts(end))
    run_conformance_test(lambda: logits_engine(forward, CHARACTERS, **settings), domain=SUMS)


def test_a_wrong_sum_is_found():
    wrong = [text.replace("07+05=012", "07+05=002") for text in texts("")]
    engine = logits_engine(knowing(wrong), CHARACTERS, longest=3)
    assert list(answers(engine, ["07+05=", "07+06="], ["012", "013"])) == ["002", "013"]


def test_rows_of_one_length_are_asked_together_and_in_few_shapes():
    asked, forward = [], drawn()

    def counted(ids):
        asked.append(tuple(ids.shape))
        return forward(ids)

    engine = logits_engine(counted, CHARACTERS, longest=2, batch=16)
    engine.predict(["0+0="] * 19 + ["10+10="] * 5 + ["100+100="])
    assert asked == [(16, 4), (16, 5), (8, 4), (8, 5), (8, 6), (8, 7), (1, 8), (1, 9)]
    asked.clear()
    engine.verify(["0+0="] * 19 + ["10+10="], ["00"] * 20)
    assert asked == [(16, 5), (3, 5), (1, 7)]


def test_a_prompt_may_be_said_in_other_tokens_than_an_answer():
    forward = knowing(["7|5|12", "5|5|10"], "0123456789|")
    engine = logits_engine(
        forward, "0123456789|", encode=lambda text: [int(each) if each.isdigit() else 10 for each in text], longest=2
    )
    assert engine.predict(["7+5=", "5+5="]) == ["12", "10"]
    assert [verdict.complete for verdict in engine.verify(["7+5="] * 2, ["12", "13"])] == [True, False]


def test_a_tokenizer_takes_the_place_of_a_vocabulary():
    pieces = ["ab", "a", "b", "|"]

    def encode(text):
        return [0] * text.count("ab") if set(text) <= set("ab") else [pieces.index(each) for each in text]

    follow = torch.tensor([[0.0, 0, 0, 9], [9, 0, 0, 0], [9, 0, 0, 0], [9, 0, 0, 0]])
    engine = logits_engine(
        lambda ids: follow[ids], encode=encode, decode=lambda ids: "".join(pieces[i] for i in ids), longest=3, stop=(3,)
    )
    assert engine.predict(["|"]) == ["ab"]
    # A draft whose tokens are read as another text is not what was asked.
    assert [each.complete for each in engine.verify(["|"] * 3, ["ab", "aba", "?"])] == [True, False, False]


def test_double_precision_is_kept():
    apart = torch.tensor([1.0, 1.0 + 1e-12], dtype=torch.float64)
    engine = logits_engine(lambda ids: apart.expand(*ids.shape, 2), "ab", longest=2)
    assert engine.predict(["a"]) == ["bb"]
    (verdict,) = engine.verify(["a"], ["bb"])
    assert verdict.complete
    assert 0 < verdict.margin < SAFE_MARGIN


@pytest.mark.parametrize(("logits", "margin"), [([2.0, 2.0], 0.0), ([3.5, 1.0], 2.5), ([float("nan"), 1.0], 0.0)])
def test_the_margin_is_the_distance_to_the_second_best(logits, margin):
    engine = logits_engine(lambda ids: torch.tensor(logits).expand(*ids.shape, 2), "ab", longest=2)
    (verdict,) = engine.verify(["b"], ["aa"])
    assert (verdict.complete, verdict.accepted, verdict.margin) == (True, 2, margin)


def test_of_equal_logits_the_lowest_token_is_written():
    assert logits_engine(lambda ids: torch.zeros(*ids.shape, 3), "abc", longest=2).predict(["c"]) == ["aa"]


def test_logits_may_be_an_array():
    engine = logits_engine(lambda ids: drawn()(ids).numpy(), CHARACTERS, longest=3)
    assert engine.predict(PROMPTS) == logits_engine(drawn(), CHARACTERS, longest=3).predict(PROMPTS)


def test_one_that_is_not_causal_verifies_nothing():
    assert not hasattr(logits_engine(drawn(), CHARACTERS, longest=3, verifies=False), "verify")


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"longest": 0}, "longest must be 1 or more, got 0"),
        ({"longest": 3, "batch": 0}, "batch must be 1 or more, got 0"),
        (
            {"longest": 3, "vocabulary": "", "encode": list},
            "vocabulary must have one or more tokens, got none: give it, or both encode and decode",
        ),
    ],
)
def test_what_it_cannot_be_made_of_is_said(settings, fault):
    with pytest.raises(ValueError, match="must") as caught:
        logits_engine(drawn(), **{"vocabulary": CHARACTERS, **settings})
    assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("forward", "prompt", "fault"),
    [
        (drawn(), "", "encode must give one or more tokens for a prompt, got none"),
        (drawn(), "1-1=", "vocabulary must have each character of a text, but lacks '-'"),
        (lambda ids: drawn()(ids)[:, -1], "1+1=", "forward must give logits of shape (1, 4, vocabulary), got (1, 13)"),
        (
            lambda ids: drawn()(ids)[:, 1:],
            "1+1=",
            "forward must give logits of shape (1, 4, vocabulary), got (1, 3, 13)",
        ),
    ],
)
def test_what_cannot_be_asked_raises_in_one_line(forward, prompt, fault):
    engine = logits_engine(forward, CHARACTERS, longest=3)
    with pytest.raises(ValueError, match="must") as caught:
        engine.predict([prompt])
    assert str(caught.value) == fault
    with pytest.raises(ValueError, match="must"):
        engine.verify([prompt], ["002"])


def test_every_argument_has_a_row_in_the_documentation():
    page = (Path(__file__).parents[3] / "docs" / "models" / "python.md").read_text(encoding="utf-8")
    section = page.split("## A function that gives logits\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(inspect.signature(logits_engine).parameters)
