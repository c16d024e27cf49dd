"""Texts that a run is given: a part of each batch that fades by step, for each kind of model and for stages."""

from collections import Counter

import attrs
import pytest
import torch

from tests.small_domains import ADDER, TICTACTOE, adder
from turncheck.duel import DOMAIN as DUEL
from turncheck.engine.sampling import sample
from turncheck.model.batching import IGNORED
from turncheck.model.checkpoint import Metadata, load_checkpoint
from turncheck.model.configs import CONFIGS, TrainConfig
from turncheck.model.data import RowData
from turncheck.model.given import Given, GivenData, UnusableTextsError
from turncheck.model.tokens import STOP
from turncheck.model.train import ResumeError, Run

pytestmark = pytest.mark.usefixtures("fewer_drawn")

WRITER = TrainConfig(layers=1, width=8, heads=2, steps=20, batch=10, warmup=2, save_every=7)
DENSE = attrs.evolve(WRITER, kind="dense", heads=1, hidden=8, fields=True)
READER = attrs.evolve(WRITER, kind="reader", heads=1, hidden=8, malformed=0.5)
TEXTS = ("07+35=", "99+01=", "50+50=")


def counts(run):
    """How many rows of each step are given: their tokens are those of the given rows."""
    given = {tuple(row[0]) for row in run.data.rows}
    found = []
    for step in range(run.config.steps):
        rows = [tuple(row) for tokens, _, _ in run.data.batches(step) for row in tokens.tolist()]
        found.append(sum(any(row[: len(each)] == each for each in given) for row in rows))
    return found


@pytest.mark.parametrize("config", [WRITER, DENSE], ids=lambda config: config.kind)
@pytest.mark.parametrize("share", [0.2, 1.0])
def test_their_share_falls_linearly_to_nothing(tmp_path, config, share):
    run = Run(tmp_path, ADDER, config, 0, given=Given(TEXTS, share))
    made = [sum(len(tokens) for tokens, _, _ in run.data.batches(step)) for step in range(20)]
    assert made == [10] * 20
    found = counts(run)
    assert abs(sum(found) - 10 * share * 20 / 2) <= 1 + sum(found) * 0.01
    assert sum(found[:10]) == pytest.approx(3 * sum(found[10:]), abs=3)
    assert found[0] >= int(9 * share)
    assert found[-1] <= 1


def test_each_text_comes_equally_often(tmp_path):
    run = Run(tmp_path, ADDER, WRITER, 0, given=Given(TEXTS, 1.0))
    assert run.data._before(20) == 100
    used = Counter(number % 3 for number in range(100))
    assert max(used.values()) - min(used.values()) <= 1
    assert len(run.data.rows) == 3


def test_a_given_row_wants_the_references_answer(tmp_path):
    run = Run(tmp_path, ADDER, WRITER, 0, given=Given(("07+35=",), 1.0))
    ((tokens, targets, rejected),) = run.data.batches(0)[-1:]
    assert not rejected.any()
    for row in targets.tolist():
        wanted = [token for token in row if token != IGNORED]
        assert wanted == [*run.tokenizer.encode(ADDER.resolve_text("07+35=")), STOP]
    assert all(row[:6] == run.tokenizer.encode("07+35=")[:6] for row in tokens.tolist())


def test_a_run_that_is_given_texts_learns_the_same_where_it_is_resumed(tmp_path):
    given = Given(TEXTS, 0.5, seen=2)
    whole = Run(tmp_path / "whole", ADDER, WRITER, 0, given=given)
    for _ in whole.steps():
        pass
    left = Run(tmp_path / "left", ADDER, WRITER, 0, given=given).steps()
    for _ in range(9):
        next(left)
    left.close()
    for _ in Run(tmp_path / "left", ADDER, WRITER, 0, given=given).steps():
        pass
    files = [(tmp_path / name / "state.safetensors").read_bytes() for name in ("whole", "left")]
    assert files[0] == files[1]
    _, about = load_checkpoint(tmp_path / "left" / "checkpoint.safetensors", ADDER)
    assert (about.given, about.seen) == (3, 2)
    without = Run(tmp_path / "without", ADDER, WRITER, 0)
    for _ in without.steps():
        pass
    assert (tmp_path / "without" / "state.safetensors").read_bytes() != files[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Given(), "from must be .{16} to resume the run in .*, got : use another folder"),
        (Given(TEXTS[:2], 0.5), "from must be .{16} to resume the run in .*, got .{16}: use another folder"),
        (Given(TEXTS, 0.25), "from_share must be 0.5 to resume the run in .*, got 0.25: use another folder"),
    ],
)
def test_a_run_that_was_given_other_texts_is_not_resumed(tmp_path, given, message):
    Run(tmp_path, ADDER, WRITER, 0, given=Given(TEXTS, 0.5)).save()
    with pytest.raises(ResumeError, match=message):
        Run(tmp_path, ADDER, WRITER, 0, given=given)


def test_a_reader_is_given_texts_with_their_faults(tmp_path):
    domain = adder(rejects=True)
    run = Run(tmp_path, domain, READER, 0, given=Given(("07+35=", "x7+35="), 1.0))
    answers = run.model.config.answers
    ends = {answers[row[1][-1]] for row in run.data.rows}
    assert domain.resolve_text("x7+35=") in ends


def test_texts_that_a_model_cannot_learn_are_left_out(tmp_path):
    turns = [TICTACTOE.write(case) for case in sample(TICTACTOE, "play", 0, 3)]
    config = attrs.evolve(DENSE, malformed=0.0)
    run = Run(tmp_path, TICTACTOE, config, 0, given=Given((*turns, "no board"), 0.5))
    assert len(run.data.rows) == len({*turns})
    with pytest.raises(UnusableTextsError) as caught:
        Run(tmp_path, TICTACTOE, config, 0, given=Given(("no board", "none either"), 0.5))
    said = "a model of tictactoe/1 must be able to learn some of the 2 texts given, and can learn none"
    assert str(caught.value) == said


def test_a_turn_becomes_the_texts_of_the_stages(tmp_path):
    config = attrs.evolve(CONFIGS["steps"], layers=1, width=8, hidden=8, batch=16, steps=4)
    turns = tuple(DUEL.write(case) for case in sample(DUEL, "mixed", 0, 4))
    run = Run(tmp_path, DUEL, config, 0, given=Given(turns, 0.5))
    assert isinstance(run.data, GivenData)
    assert isinstance(run.data.data, RowData)
    asked = {step for turn in turns for step in run.examples.asked(turn)}
    assert len(run.data.rows) == len(asked) > len(turns)
    drawn, given = run.data.batches(0)
    assert (len(drawn[0]), len(given[0])) == (9, 7)
    texts = {run.tokenizer.decode([token for token in row if token > STOP]) for row in given[0].tolist()}
    assert texts <= {text for text, _ in asked}
    assert all(torch.equal(one, two) for one, two in zip(drawn, run.data.batches(0)[0], strict=True))
    run.save()
    assert [at.step for at in run.steps()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("entry", "value", "fault"),
    [
        ("seen", -1, "seen must be a whole number, 0 or more, got -1"),
        ("given", True, "given must be a whole number, 0 or more, got True"),
        ("core_hours", "2", "core_hours must be a number, 0 or more, got '2'"),
        ("core_hours", -0.5, "core_hours must be a number, 0 or more, got -0.5"),
    ],
)
def test_what_a_checkpoint_says_of_its_training_is_checked(tmp_path, entry, value, fault):
    run = Run(tmp_path, ADDER, WRITER, 0)
    run.save()
    _, about = load_checkpoint(tmp_path / "checkpoint.safetensors", ADDER)
    said = attrs.evolve(about, **{entry: value}).to_metadata()
    with pytest.raises(ValueError, match=fault):
        Metadata.from_metadata(said, ADDER)
