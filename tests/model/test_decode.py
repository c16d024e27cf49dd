"""Greedy decoding: what is written token by token is what drafts, verdicts and batches must agree with."""

import sys
from inspect import isclass, isfunction

import pytest
import torch

from tests.slow import mostly_slow
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.engine.learned import SAFE_MARGIN, DraftedWriter, Verdict, Verifier
from turncheck.model.checkpoint import load_checkpoint
from turncheck.model.decode import COMPARED, WRITTEN, TransformerEngine
from turncheck.model.tokens import ANSWER, FIRST_BYTE, PAD, STOP, Tokenizer, vocabulary
from turncheck.model.transformer import ModelConfig, Transformer

TOKENIZER = Tokenizer(vocabulary(DOMAIN))

ODD_PROMPTS = {
    "empty": "",
    "newline": "\n",
    "emoji": "\U0001f600\U0001f469\u200d\U0001f692",
    "surrogates": "\ud800\udfff",
    "nul": "\x00",
    "ten thousand characters": "x" * 10_000,
    "ten thousand words": "hp " * 10_000,
    "as long as may be": "x" * 120,
    "one more": "x" * 121,
    "two turns": write(Turn()) * 2,
}


def verdict_on(draft, written, limit=80):
    """What a verdict should say of a draft where the model writes those tokens: accepted and complete."""
    drafted, own = [*draft, STOP][:limit], [*written, STOP][:limit]
    same = next((i for i, (one, other) in enumerate(zip(drafted, own, strict=False)) if one != other), None)
    if same is not None:
        return same, False
    assert len(drafted) == len(own)
    return len(drafted) - (drafted[-1] == STOP), drafted[-1] == STOP


# --- models made by hand, whose answers are known --------------------------------------------------------------------


def scripted_engine(script, prompt=120, answer=80):
    """A model that writes one certain token at each position of its context, whatever stands before it."""
    tokens = sorted(set(script))
    config = ModelConfig(len(TOKENIZER), prompt, answer, layers=1, width=len(tokens), heads=1)
    transformer = Transformer(config).requires_grad_(False)
    transformer.embedding.weight.zero_()
    transformer.position.weight.zero_()
    for index, token in enumerate(tokens):
        transformer.embedding.weight[token, index] = 1
    for position in range(config.context):
        transformer.position.weight[position, tokens.index(script[min(position, len(script) - 1)])] = 10
    return TransformerEngine(transformer, TOKENIZER)


A, B = FIRST_BYTE + ord("a"), FIRST_BYTE + ord("b")
STOPS_AT_5 = [A, A, A, A, A, STOP, B]


@pytest.mark.parametrize("times", [1, 10])
@pytest.mark.parametrize(
    ("length", "answer"), [(0, "aaaaa"), (1, "aaaa"), (4, "a"), (5, ""), (6, "b" * 80), (120, "b" * 80)]
)
def test_an_answer_ends_before_its_stop_or_at_its_limit(length, answer, times):
    prompts = ["x" * n for n in (length, 0, 1, 2, 3, 4, 5, 6)] * times
    known = [answer, "aaaaa", "aaaa", "aaa", "aa", "a", "", "b" * 80] * times
    assert scripted_engine(STOPS_AT_5).predict(prompts) == known


@pytest.mark.parametrize("limit", [1, 2, 80])
def test_no_answer_has_more_tokens_than_the_limit(limit):
    assert scripted_engine([A, B], answer=limit).predict([""]) == [("a" + "b" * 79)[:limit]]


@pytest.mark.parametrize("mark", [PAD, ANSWER])
def test_a_mark_in_an_answer_is_written_as_a_replacement(mark):
    assert scripted_engine([mark, A, STOP]).predict([""]) == ["\ufffda"]


@pytest.mark.parametrize(
    ("draft", "accepted", "complete"),
    [
        ("aaaaa", 5, True),
        ("aaaa", 4, False),
        ("", 0, False),
        ("aaaaaa", 5, False),
        ("aabaa", 2, False),
        ("b", 0, False),
        ("a" * 500, 5, False),
    ],
)
def test_the_verdict_on_a_draft_where_the_answer_is_five_letters(draft, accepted, complete):
    (verdict,) = scripted_engine(STOPS_AT_5).verify([""], [draft])
    assert (verdict.accepted, verdict.complete) == (accepted, complete)
    assert verdict.margin > 1


def test_an_answer_that_stops_at_once_is_the_empty_draft():
    engine = scripted_engine([STOP, A])
    assert engine.predict([""]) == [""]
    (verdict,) = engine.verify([""], [""])
    assert (verdict.accepted, verdict.complete) == (0, True)


def test_equal_logits_are_decided_for_the_lowest_token_with_no_margin():
    engine = scripted_engine([A])
    engine.transformer.embedding.weight[B] = engine.transformer.embedding.weight[A]
    assert engine.predict([""]) == ["a" * 80]
    assert engine.verify([""], ["b"]) == [Verdict(0, False, 0.0)]


@pytest.mark.parametrize("prompt", ["", "x" * 60, "x" * 119, "x" * 120, "x" * 500])
@pytest.mark.parametrize("draft", ["a" * 79, "a" * 80, "a" * 81, "b" + "a" * 79, "a" * 79 + "b", "ab" * 4, ""])
def test_an_answer_without_a_stop_is_found_from_any_draft(prompt, draft):
    engine = scripted_engine([A])
    assert engine.predict_with_drafts([prompt], [draft]) == ["a" * 80]


@pytest.mark.parametrize("length", [78, 79])
def test_an_answer_that_just_fits_is_complete(length):
    engine = scripted_engine([A] * length + [STOP])
    assert engine.predict([""]) == ["a" * length]
    assert engine.verify([""], ["a" * length])[0].complete
    assert engine.predict_with_drafts([""] * 3, ["a" * length, "a" * 80, "b"]) == ["a" * length] * 3


# --- models that were trained or drawn -------------------------------------------------------------------------------


def test_it_verifies_and_writes_with_drafts(engine):
    assert isinstance(engine, Verifier)
    assert isinstance(engine, DraftedWriter)


def test_what_it_writes_is_the_best_token_each_time(engine, texts, tokens_written):
    prompts = [*texts(3), "x" * 200]
    _, written = tokens_written(engine, prompts)
    with torch.inference_mode():
        for prompt, tokens in zip(prompts, written, strict=True):
            row = [*engine.tokenizer.encode(prompt)[:120], ANSWER]
            own = []
            while (
                len(own) < 80 and (token := int(engine.transformer(torch.tensor([row + own]))[0, -1].argmax())) != STOP
            ):
                own.append(token)
            assert tokens == own


@pytest.fixture(scope="module")
def asked(engine, texts, tokens_written):
    """Texts, drafts (the reference's answer, the model's, that to another text, a damaged one) and what is written."""
    prompts = texts(80)
    plain, written = tokens_written(engine, prompts)
    drafts = [
        (resolve_text(prompt), plain[index], resolve_text(prompts[index - 1]), plain[index][:-1] + "?")[index % 4]
        for index, prompt in enumerate(prompts)
    ]
    return prompts, drafts, plain, written


def test_with_drafts_the_answers_are_those_without(engine, asked):
    prompts, drafts, plain, _ = asked
    assert engine.predict_with_drafts(prompts, drafts) == plain


def test_threads_change_neither_answers_nor_verdicts(engine, asked):
    several = TransformerEngine(engine.transformer, engine.tokenizer, threads=3)
    prompts, drafts, _, _ = asked
    assert several.predict(prompts) == engine.predict(prompts)
    assert several.verify(prompts, drafts) == engine.verify(prompts, drafts)
    assert several.predict_with_drafts(prompts, drafts) == engine.predict_with_drafts(prompts, drafts)
    several.close()


def test_verdicts_are_those_of_the_tokens_it_writes(engine, asked):
    prompts, drafts, _, written = asked
    verdicts = engine.verify(prompts, drafts)
    wanted = [verdict_on(engine.tokenizer.encode(draft), own) for draft, own in zip(drafts, written, strict=True)]
    sure = [index for index, verdict in enumerate(verdicts) if verdict.margin >= SAFE_MARGIN]
    assert [(verdicts[i].accepted, verdicts[i].complete) for i in sure] == [wanted[i] for i in sure]
    assert len(sure) > 70


def test_a_prompt_is_answered_alone_as_in_a_batch(engine, asked):
    prompts, drafts, plain, _ = asked
    assert [engine.predict([prompt])[0] for prompt in prompts[:12]] == plain[:12]
    together = engine.verify(prompts, drafts)[:40]
    alone = [engine.verify([prompt], [draft])[0] for prompt, draft in zip(prompts[:40], drafts[:40], strict=True)]
    assert [(v.accepted, v.complete) for v in alone] == [(v.accepted, v.complete) for v in together]
    assert [v.margin for v in alone] == pytest.approx([v.margin for v in together], abs=SAFE_MARGIN / 2)


COUNTS = [0, 1, 2, COMPARED + 1, WRITTEN // 4, WRITTEN // 4 + 1, WRITTEN, WRITTEN + 1]


@pytest.mark.parametrize("count", mostly_slow(COUNTS, 0, 1, 3, -1))
def test_there_is_one_answer_for_each_prompt_in_their_order(trained_engine, texts, count):
    prompts = texts(count)
    alone = [trained_engine.predict([prompt])[0] for prompt in prompts]
    assert trained_engine.predict(prompts) == alone
    assert trained_engine.predict_with_drafts(prompts, [""] * count) == alone
    assert len(trained_engine.verify(prompts, [""] * count)) == count


@pytest.mark.parametrize("position", [0, 1, 5, 37, 74, 75])
def test_a_draft_that_is_wrong_at_one_token_is_refused_there(shipped_engine, texts, tokens_written, position):
    (prompt,) = texts(1)
    (plain,), (written,) = tokens_written(shipped_engine, [prompt])
    pieces = [shipped_engine.tokenizer.decode([token]) for token in written]
    assert len(pieces) == 76
    draft = "".join([*pieces[:position], "#", *pieces[position + 1 :]])
    (verdict,) = shipped_engine.verify([prompt], [draft])
    assert (verdict.accepted, verdict.complete) == (position, False)
    assert shipped_engine.predict_with_drafts([prompt], [draft]) == [plain]


@pytest.mark.parametrize("length", [0, 1, 40, 75])
def test_a_draft_that_is_cut_is_refused_at_its_end(shipped_engine, texts, tokens_written, length):
    (prompt,) = texts(1)
    (plain,), (written,) = tokens_written(shipped_engine, [prompt])
    draft = shipped_engine.tokenizer.decode(written[:length])
    (verdict,) = shipped_engine.verify([prompt], [draft])
    assert (verdict.accepted, verdict.complete) == (length, False)
    assert shipped_engine.predict_with_drafts([prompt], [draft]) == [plain]


@pytest.mark.parametrize("more", ["#", " ", "turn 01\n", "#" * 10_000, "\ud800"])
def test_a_draft_that_goes_on_is_refused_behind_the_answer(shipped_engine, texts, more):
    (prompt,) = texts(1)
    (plain,) = shipped_engine.predict([prompt])
    (verdict,) = shipped_engine.verify([prompt], [plain + more])
    assert (verdict.accepted, verdict.complete) == (76, False)
    assert shipped_engine.predict_with_drafts([prompt], [plain + more]) == [plain]


@pytest.mark.parametrize("prompt", ODD_PROMPTS.values(), ids=ODD_PROMPTS)
def test_an_odd_prompt_is_answered_whatever_the_draft(engine, prompt):
    (plain,) = engine.predict([prompt])
    drafts = [plain, "", "reject truncated\n", "#" * 10_000, "\U0001f600\ud800"]
    assert engine.predict_with_drafts([prompt] * 5, drafts) == [plain] * 5
    assert engine.predict([prompt] * 20) == [plain] * 20


def test_of_a_prompt_that_is_too_long_the_first_120_tokens_count(engine):
    assert engine.predict(["x" * 120]) == engine.predict(["x" * 120 + "y"]) == engine.predict(["x" * 10_000])


def test_prompts_and_drafts_must_be_as_many(trained_engine):
    for ask in (trained_engine.verify, trained_engine.predict_with_drafts):
        with pytest.raises(ValueError, match="shorter"):
            ask(["a", "b"], ["a"])


# --- checkpoints, on many texts --------------------------------------------------------------------------------------


MANY = [
    ("duel-small", 300),
    ("duel-small-early", 200),
    pytest.param(("duel-small", 10_000), marks=pytest.mark.slow),
    pytest.param(("duel-small-early", 10_000), marks=pytest.mark.slow),
]


@pytest.fixture(scope="module", params=MANY, ids=lambda param: "-".join(map(str, param)))
def asked_much(request, texts, tokens_written):
    """A checkpoint and many texts, each with the reference's answer as its draft, every tenth with that of the text
    before it; what it writes plainly, and with which tokens. A quarter of the texts is malformed, and one in
    twenty-five or more is answered wrong.
    """
    name, count = request.param
    engine, _ = load_checkpoint(DOMAIN.model.with_name(f"{name}.safetensors"), DOMAIN)
    many = texts(count, start=1000)
    right = [resolve_text(prompt) for prompt in many]
    drafts = [right[index - (index % 10 == 9)] for index in range(len(many))]
    plain, written = tokens_written(engine, many)
    assert sum(answer.startswith("reject") for answer in right) == len(many) // 4
    assert len(many) // 50 < sum(one != another for one, another in zip(plain, right, strict=True)) < len(many) // 2
    return engine, many, drafts, plain, written


def test_with_drafts_many_answers_are_those_of_plain_greedy_decoding(asked_much):
    engine, prompts, drafts, plain, _ = asked_much
    assert engine.predict_with_drafts(prompts, drafts) == plain


def test_many_verdicts_are_those_of_plain_greedy_decoding(asked_much):
    engine, prompts, drafts, plain, written = asked_much
    sure = 0
    for verdict, draft, answer, own in zip(engine.verify(prompts, drafts), drafts, plain, written, strict=True):
        if verdict.margin >= SAFE_MARGIN:
            sure += 1
            assert verdict.complete == (draft == answer)
            assert (verdict.accepted, verdict.complete) == verdict_on(engine.tokenizer.encode(draft), own)
    assert sure >= len(prompts) * 0.98


# --- an answer comes from the weights alone --------------------------------------------------------------------------


def without_reference(monkeypatch):
    """Makes every function and every class of the reference engine raise, under all names that it was given."""

    def raises(*arguments, **options):
        raise AssertionError("the reference engine was asked")

    rooms = (
        "turncheck.engine.duel.resolve",
        "turncheck.engine.duel.text",
        "turncheck.engine.duel.rules",
        "turncheck.engine.duel.state",
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == "turncheck"]:
        for attribute, value in list(vars(sys.modules[name]).items()):
            if getattr(value, "__module__", None) not in rooms:
                continue
            if isfunction(value):
                monkeypatch.setattr(sys.modules[name], attribute, raises)
            elif isclass(value):
                monkeypatch.setattr(value, "__init__", raises)


def test_the_answers_are_the_same_where_the_reference_engine_raises(engine, texts, monkeypatch):
    prompts = texts(24)
    before = engine.predict(prompts)
    drafts = [answer if index % 2 else "" for index, answer in enumerate(before)]
    verdicts = engine.verify(prompts, drafts)
    without_reference(monkeypatch)
    from turncheck.engine import duel as reference

    for work in (
        lambda: reference.resolve(None),
        lambda: reference.resolve_text(prompts[0]),
        lambda: reference.read(prompts[0]),
        lambda: reference.Unit(),
    ):
        with pytest.raises(AssertionError, match="the reference engine was asked"):
            work()
    assert engine.predict(prompts) == before
    assert engine.predict_with_drafts(prompts, drafts) == before
    assert engine.verify(prompts, drafts) == verdicts
