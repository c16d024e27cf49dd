"""Tokens, examples, training and checkpoints of domains that are not the duel."""

from collections import Counter
from pathlib import Path

import attrs
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_domains import TICTACTOE, WALK, adder, tictactoe
from turncheck.duel import DOMAIN as DUEL
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Choice, Int
from turncheck.engine.learned import SAFE_MARGIN, answers
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.schema import Schema
from turncheck.model.checkpoint import CheckpointError, load_checkpoint
from turncheck.model.configs import CONFIGS, TrainConfig
from turncheck.model.examples import Examples, lengths
from turncheck.model.tokens import BYTES, DIGITS, MARKS, Tokenizer, vocabulary
from turncheck.model.train import ResumeError, Run

EXAMPLES = Path(__file__).parents[2] / "examples" / "domains"
LIFE = load_domain(str(EXAMPLES / "life" / "life.py"))
SUBLEQ = load_domain(str(EXAMPLES / "subleq" / "subleq.py"))
ADDER, QUIET_ADDER = adder(rejects=True), adder()
DOMAINS = (TICTACTOE, ADDER, WALK, LIFE, SUBLEQ)

EVERY_TEXT = st.text(st.characters(exclude_categories=()))
HOUSE = settings(deadline=None, database=None, derandomize=True)
TINY = TrainConfig(layers=1, width=16, heads=2, steps=30, batch=8, warmup=5, save_every=1000)
named = pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)


def words_of(domain):
    return vocabulary(domain)[len(MARKS + BYTES + DIGITS) :]


def spelled(domain, text):
    tokenizer = Tokenizer(vocabulary(domain))
    return [tokenizer.vocabulary[token] for token in tokenizer.encode(text)]


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_characters_word_is_its_byte_and_a_word_has_a_token_with_its_space_and_without():
    words = ("to_move", "row", "move", "x", "o", ".", *(f"{letter}{row}" for row in "123" for letter in "abc"))
    assert set(TICTACTOE.words) == {*words, "reject"}
    assert set(words_of(TICTACTOE)) == {
        *(word for word in (*words, "reject", *TICTACTOE.reasons) if len(word) > 1),
        *(f" {word}" for word in (*words, "reject", *TICTACTOE.reasons)),
    }


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("row . x .\n", ["row", " .", " x", " .", "<0x0A>"]),
        ("move b2\n", ["move", " b2", "<0x0A>"]),
        ("b2.", ["b2", "<0x2E>"]),
        (".b2", ["<0x2E>", "b2"]),
        ("b23", ["<0x62>", "<0x32>", "<0x33>"]),
        ("b2x", ["<0x62>", "<0x32>", "<0x78>"]),
        ("xb2", ["<0x78>", "<0x62>", "<0x32>"]),
        (" b4", ["<0x20>", "<0x62>", "<0x34>"]),
        ("row3", ["row", "<0x33>"]),
        ("xo", ["<0x78>", "<0x6F>"]),
        (" .x", [" .", "<0x78>"]),
        ("reject cell_taken\n", ["reject", " cell_taken", "<0x0A>"]),
    ],
)
def test_words_of_letters_digits_and_signs_are_tokens_where_they_stand_alone(text, tokens):
    assert spelled(TICTACTOE, text) == tokens


def test_a_word_that_another_begins_with_does_not_hide_it():
    words = ("a", "ab", "a1", "a12", "<", "<=")
    domain = Domain(
        "begun/1",
        prompt=Schema("{word}", word=Choice(*words)),
        answer=Schema("{word}", word=Choice(*words)),
        resolve=lambda case: {"word": case.word},
    )
    assert [spelled(domain, word) for word in ("ab", "a1", "a12", "<=", "<")] == [
        ["ab"],
        ["a1"],
        ["a12"],
        ["<="],
        ["<0x3C>"],
    ]
    assert spelled(domain, " a12 <= a") == [" a12", " <=", " a"]


def test_digits_without_a_space_are_bytes():
    sevens = ["<0x37>"] * 2
    assert spelled(ADDER, "77+77=") == [*sevens, "<0x2B>", *sevens, "<0x3D>"]
    assert spelled(ADDER, "154") == ["<0x31>", "<0x35>", "<0x34>"]


def test_a_sign_belongs_to_the_space_before_it_where_numbers_are_signed():
    assert spelled(SUBLEQ, "mem +007 -128") == [
        "mem",
        " +",
        *["<0x30>"] * 2,
        "<0x37>",
        " -",
        "<0x31>",
        "<0x32>",
        "<0x38>",
    ]
    assert {" +", " -"} & set(words_of(WALK)) == set()


def test_a_word_of_digits_is_no_word():
    number = Choice("0", "10", "x9")
    domain = Domain(
        "digits/1",
        prompt=Schema("give {it}", it=number),
        answer=Schema("{it}", it=number),
        resolve=lambda case: {"it": case.it},
        rejects=False,
    )
    assert words_of(domain) == ("give", " give", "x9", " x9")
    assert spelled(domain, "give 10") == ["give", " 1", "<0x30>"]


def test_of_a_domain_that_rejects_nothing_no_reason_is_a_word():
    silent = tictactoe(rejects=False)
    assert {word.strip() for word in words_of(silent)} & {"reject", *silent.reasons} == set()


@named
def test_no_vocabulary_has_a_token_twice(domain):
    tokens = vocabulary(domain)
    assert len(set(tokens)) == len(tokens)
    assert len(Tokenizer(tokens)) == len(tokens)


@named
def test_cases_and_answers_are_read_back_exactly(domain):
    tokenizer = Tokenizer(vocabulary(domain))
    for name in samplers_of(domain):
        for case in sample(domain, name, 0, 50):
            for text in (domain.write(case), domain.resolve_text(domain.write(case))):
                assert tokenizer.decode(tokenizer.encode(text)) == text


@HOUSE
@given(
    st.sampled_from(DOMAINS),
    st.lists(st.sampled_from([*"ab12 .+-x#\n", "move", " b2", "\ud800"]) | EVERY_TEXT).map("".join),
)
def test_every_text_is_read_back_exactly(domain, text):
    tokenizer = Tokenizer(vocabulary(domain))
    assert tokenizer.decode(tokenizer.encode(text)) == text


# --- lengths ---------------------------------------------------------------------------------------------------------


def lengths_of(domain):
    return lengths(Examples.of(domain, 0.16), Tokenizer(vocabulary(domain)))


def test_the_duels_models_look_at_120_tokens_and_write_80():
    assert lengths_of(DUEL) == (120, 80)


def test_where_nothing_malformed_is_asked_a_prompt_has_no_headroom():
    assert (lengths_of(ADDER), lengths_of(QUIET_ADDER)) == ((16, 8), (8, 8))


def test_the_longest_numbers_count_whether_they_are_drawn_or_not():
    rare = Domain(
        "rare/1",
        prompt=Schema("{n}", n=Int(0, 10**30, digits=0), end=""),
        answer=Schema("{n}", n=Int(0, 10**30, digits=0), end=""),
        resolve=lambda case: {"n": case.n},
        rejects=False,
        samplers={"mixed": lambda random: rare.case(n=random.randrange(9)), "uniform": None},
    )
    assert lengths_of(rare) == (32, 32)


@named
def test_all_that_is_drawn_fits(domain):
    prompt, answer = lengths_of(domain)
    tokenizer = Tokenizer(vocabulary(domain))
    examples = Examples.of(domain, 0.0)
    for index in range(200):
        text, wanted = examples.draw(1_000_000, index)
        assert len(tokenizer.encode(text)) <= prompt
        assert len(tokenizer.encode(wanted)) < answer


# --- examples --------------------------------------------------------------------------------------------------------


@named
def test_an_examples_answer_is_the_references_and_depends_on_its_number_alone(domain):
    examples = Examples.of(domain, 0.5)
    drawn = [examples.draw(1_000_000, index) for index in range(60)]
    assert [examples.draw(1_000_000, index) for index in reversed(range(60))] == drawn[::-1]
    assert [answer for _, answer in drawn] == [domain.resolve_text(text) for text, _ in drawn]
    assert 10 < sum(answer.startswith("reject ") for _, answer in drawn) < 50


def test_all_reasons_are_drawn_alike():
    examples = Examples.of(TICTACTOE, 1.0)
    counted = Counter(examples.draw(1_000_000, index)[1].split()[1] for index in range(900))
    assert set(counted) == set(TICTACTOE.reasons)
    assert all(90 < count < 170 for count in counted.values())


def test_the_samplers_are_mixed_play_and_the_domains_own():
    assert tuple(Examples.of(TICTACTOE, 0.1).samplers) == ("mixed", "play")
    assert tuple(Examples.of(ADDER, 0.1).samplers) == ("mixed",)
    examples = Examples.of(tictactoe(samplers={"late": lambda random: TICTACTOE.case(to="c3")}), 0.0)
    assert tuple(examples.samplers) == ("mixed", "play", "late")
    late = TICTACTOE.write(TICTACTOE.case(to="c3"))
    assert 70 < sum(examples.draw(1_000_000, index)[0] == late for index in range(300)) < 150


def test_a_domain_that_rejects_nothing_is_learned_undamaged():
    examples = Examples.of(QUIET_ADDER, 1.0)
    assert all(QUIET_ADDER.is_case(examples.draw(1_000_000, index)[0]) for index in range(50))


def test_a_sampler_that_raises_is_named():
    def broken(random):
        raise RuntimeError("no more cases")

    domain = adder(samplers={"mixed": broken})
    with pytest.raises(DomainError) as caught:
        Run("unused", domain, TINY, 0)
    assert str(caught.value) == "domain adder/1: sampler mixed raised RuntimeError: no more cases"


# --- training --------------------------------------------------------------------------------------------------------

TRAINED = (ADDER, LIFE, TICTACTOE, WALK)
trained = pytest.mark.parametrize("domain", TRAINED, ids=lambda domain: domain.name)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A finished run of each domain, made when it is first asked for, with the losses of its steps."""
    done = {}

    def run_of(domain):
        if domain.name not in done:
            run = Run(tmp_path_factory.mktemp("run"), domain, TINY, 0)
            done[domain.name] = run, [at.loss for at in run.steps()]
        return done[domain.name]

    return run_of


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@trained
def test_the_loss_falls(domain, runs):
    _, losses = runs(domain)
    assert max(losses[-5:]) < losses[0] * 0.9


@trained
def test_a_run_that_is_left_and_resumed_ends_with_the_same_bytes(domain, runs, tmp_path):
    left = Run(tmp_path, domain, TINY, 0).steps()
    for _ in range(11):
        next(left)
    left.close()
    resumed = Run(tmp_path, domain, TINY, 0)
    assert [at.step for at in resumed.steps()] == list(range(12, 31))
    assert content(tmp_path) == content(runs(domain)[0].folder)


@trained
def test_a_checkpoint_says_which_domain_it_learned(domain, runs):
    run, _ = runs(domain)
    engine, card = load_checkpoint(run.folder / "checkpoint.safetensors", domain)
    assert (card.rules, card.template, card.turns) == (domain.name, domain.name, 240)
    assert (card.samplers, card.operators) == (tuple(run.examples.samplers), tuple(run.examples.operators))
    assert card.vocabulary == vocabulary(domain)
    assert torch.equal(engine.transformer.embedding.weight, run.model.embedding.weight)


def test_a_checkpoint_of_another_domain_or_version_says_the_way_out(runs):
    path = runs(ADDER)[0].folder / "checkpoint.safetensors"
    newer = attrs.evolve(ADDER, name="adder/2")
    for domain, fault in (
        (
            TICTACTOE,
            "it must have learned tictactoe/1, got adder/1: name its own domain with --domain, or a model of this one",
        ),
        (newer, "it must have learned adder/2, got adder/1: train it again on this version, turncheck train"),
    ):
        with pytest.raises(CheckpointError) as caught:
            load_checkpoint(path, domain)
        assert caught.value.fault == fault


def test_a_variant_is_learned_as_the_domain_that_it_is_one_of(runs):
    path = runs(ADDER)[0].folder / "checkpoint.safetensors"
    variant = attrs.evolve(ADDER, base=ADDER, described="adder/1 in another way")
    assert load_checkpoint(path, variant)[1].rules == "adder/1"


@trained
def test_with_drafts_the_answers_are_those_of_plain_greedy_decoding(domain, runs):
    run, _ = runs(domain)
    engine, _ = load_checkpoint(run.folder / "checkpoint.safetensors", domain)
    prompts = [Examples.of(domain, 0.3).draw(0, index)[0] for index in range(40)]
    right = [domain.resolve_text(prompt) for prompt in prompts]
    plain = engine.predict(prompts)
    mixed = [own if index % 3 else reference for index, (own, reference) in enumerate(zip(plain, right, strict=True))]
    for drafts in (right, plain, mixed, [""] * 40):
        assert list(answers(engine, prompts, drafts)) == plain
        for verdict, draft, answer in zip(engine.verify(prompts, drafts), drafts, plain, strict=True):
            if (
                verdict.margin >= SAFE_MARGIN
                and len(engine.tokenizer.encode(answer)) < engine.transformer.config.answer
            ):
                assert verdict.complete == (draft == answer)


def test_a_run_of_another_domain_is_not_resumed(tmp_path):
    Run(tmp_path, ADDER, TINY, 0).save()
    with pytest.raises(ResumeError) as caught:
        Run(tmp_path, TICTACTOE, TINY, 0)
    fault = f"domain must be adder/1 to resume the run in {tmp_path}, got tictactoe/1: use another folder"
    assert str(caught.value) == fault


def test_a_run_of_a_domain_that_was_changed_since_is_not_resumed(tmp_path):
    Run(tmp_path, ADDER, TINY, 0).save()
    wider = attrs.evolve(ADDER, prompt=Schema("{a} + {b}", a=Int(0, 9), b=Int(0, 9), end=""))
    with pytest.raises(ResumeError) as caught:
        Run(tmp_path, wider, TINY, 0)
    assert str(caught.value) == (
        f"the vocabulary and the lengths of texts of adder/1 must be those with which the run in {tmp_path} began, got "
        "others: use another folder, and give the domain another version"
    )


@named
def test_a_checkpoint_of_a_small_domain_has_less_than_100_kb(domain, tmp_path):
    Run(tmp_path, domain, CONFIGS["micro"], 0).save()
    assert (tmp_path / "checkpoint.safetensors").stat().st_size < 100_000


def test_every_configuration_says_what_it_is_for():
    assert all(config.about for config in CONFIGS.values())
