"""Sizing up: what is counted of a model, how fast it is, and what a model that raises costs."""

import time
from pathlib import Path

import attrs
import pytest

from tests.properties.adder import DOMAIN as ADDER
from turncheck import Domain, Int, Schema
from turncheck.engine.learned import Training, Verdict
from turncheck.engine.sampling import UnknownSamplerError, sample
from turncheck.properties.checking.subject import Subject
from turncheck.properties.session.loading import SpecError, load_subject
from turncheck.properties.sizing import speed as speed_module
from turncheck.properties.sizing.measure import Sizing
from turncheck.properties.sizing.models import Loader
from turncheck.properties.sizing.plan import SizingPlan, malformed_texts, usual_samplers
from turncheck.properties.sizing.speed import PROMPTS, TOGETHER, speed

SUMS = Domain(
    "sums/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    answer=Schema("{sum}", sum=Int(0, 198), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
)


class Model:
    """A model made of a function from a text to a text. It keeps the sizes of its calls."""

    def __init__(self, answer, training=None):
        self.answer, self._training, self.sizes = answer, training, []

    def predict(self, prompts):
        self.sizes.append(len(prompts))
        return [self.answer(prompt) for prompt in prompts]

    def training(self):
        return self._training


def subject(answer, domain=SUMS, **more):
    return Subject("a model", "py", Model(answer, **more), domain)


def sizing(domain=SUMS, samplers=("mixed",), turns=300, malformed=40, examples=12):
    plan = SizingPlan.of(domain, samplers, 0, turns, malformed, examples)
    return Sizing(load_subject("reference", domain), plan)


def measured(answer, work=None, **more):
    work = sizing() if work is None else work
    model = subject(answer, work.domain, **more)
    return work.measured(model, model)


def no_carry(prompt):
    said = SUMS.resolve_text(prompt)
    return said if said.startswith("reject") else f"{int(said) % 100:03d}"


# --- the plan --------------------------------------------------------------------------------------------------------


def test_the_usual_samplers_are_mixed_and_play_as_far_as_the_domain_has_them():
    assert usual_samplers(SUMS) == ("mixed",)
    assert usual_samplers(load_subject("reference", _duel()).domain) == ("mixed", "play")


def _duel():
    from turncheck import load_domain

    return load_domain()


def test_a_plan_takes_each_sampler_once_and_knows_the_small_scope():
    plan = SizingPlan.of(SUMS, ("uniform", "small", "uniform"), 3, 10**6, 10, 0)
    assert [each.sampler for each in plan.samples] == ["uniform", "small"]
    assert plan.samples[0].turns == 10**6 > plan.samples[1].turns
    with pytest.raises(UnknownSamplerError):
        SizingPlan.of(SUMS, ("plays",), 0, 10, 10, 0)


def test_malformed_texts_have_their_reasons_in_equal_shares():
    texts = malformed_texts(SUMS, 0, 60)
    assert all(SUMS.resolve_text(text) == SUMS.rejection(reason) for reason, text in texts)
    counts = {reason: sum(each == reason for each, _ in texts) for reason, _ in texts}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert malformed_texts(ADDER, 0, 60) == []


# --- what is measured ------------------------------------------------------------------------------------------------


def test_wrong_answers_are_those_of_the_sample():
    found = measured(no_carry)
    cases = list(sample(SUMS, "mixed", 0, 300))
    wrong = sum(case.a + case.b > 99 for case in cases)
    (row,) = found.samples
    assert (row.name, row.applied, row.broke) == ("mixed", 300, wrong)
    assert 0 < wrong < 300


def test_the_reference_is_right_and_holds_every_law():
    found = measured(SUMS.resolve_text)
    assert (found.samples[0].broke, found.rejected.broke, found.rejected.applied) == (0, 0, 40)
    assert found.held == found.laws > 3
    assert (found.notes, found.fault, found.refuted) == ((), "", 0)


def test_a_model_that_breaks_laws_holds_fewer_of_the_same_laws():
    work = sizing(turns=1, malformed=1, examples=40)
    right, wrong = measured(SUMS.resolve_text, work), measured(no_carry, work)
    assert wrong.laws == right.laws
    assert 0 < wrong.held < right.held


def test_a_model_that_never_rejects_rejects_no_malformed_text_rightly():
    found = measured(lambda prompt: SUMS.resolve_text(prompt) if SUMS.is_case(prompt) else "000")
    assert (found.rejected.broke, found.rejected.applied) == (40, 40)


def test_where_nothing_is_rejected_no_malformed_text_is_asked():
    assert measured(ADDER.resolve_text, sizing(ADDER)).rejected is None
    never = attrs.evolve(subject(SUMS.resolve_text), rejects=False)
    assert sizing(examples=0).measured(never, never).rejected is None


def test_without_examples_no_laws_are_checked():
    found = measured(no_carry, sizing(examples=0))
    assert (found.laws, found.held) == (None, None)


def test_prompts_on_which_a_model_raises_count_as_wrong_and_are_told():
    def fails(prompt):
        if prompt.startswith("00"):
            raise ValueError("no\x1b[31m zeros")
        return SUMS.resolve_text(prompt)

    found = measured(fails, sizing(examples=0, malformed=1))
    zeros = sum(case.a == 0 for case in sample(SUMS, "mixed", 0, 300))
    assert found.samples[0].broke == zeros > 0
    assert found.notes[0] == f"it raised on {zeros} prompts, which count as wrong: ValueError: no\\x1b[31m zeros"


def test_a_wrong_verify_is_noted_and_its_drafts_count_for_nothing():
    class Liar(Model):
        def verify(self, prompts, drafts):
            return [Verdict(9, True, 9.0) for _ in prompts]

    work = sizing(examples=0)
    liar = Subject("liar", "py", Liar(lambda prompt: "000"), SUMS)
    found = work.measured(liar, liar)
    assert found.refuted > 0
    assert found.samples[0].broke > 250
    assert "verify is wrong" in found.notes[-1]


@pytest.mark.parametrize(("training", "turns"), [(None, None), (Training((), ()), None), (Training((), (), 64), 64)])
def test_the_turns_of_the_training_are_those_that_the_model_knows(training, turns):
    assert measured(no_carry, sizing(examples=0, turns=8), training=training).training == turns


def test_the_result_has_the_same_numbers_for_all_models():
    work = sizing(turns=30)
    found = work.result([work.measured(each, each) for each in (subject(no_carry), subject(SUMS.resolve_text))])
    assert {row.applied for model in found.models for row in model.samples} == {30} == set(found.turns.values())
    assert found.needs[:3] == (29, 299, 2995)


# --- speed -----------------------------------------------------------------------------------------------------------


def test_speed_is_measured_in_calls_of_that_size_and_of_writing_alone():
    prompts = sizing().fresh
    assert len(prompts) == PROMPTS
    asked = subject(no_carry)
    assert speed(asked, prompts, 1) > speed_module.ROUNDS
    assert set(asked.engine.sizes) == {1}
    asked = subject(no_carry)
    assert speed(asked, prompts, TOGETHER) > TOGETHER
    assert asked.engine.sizes == [speed_module.FIRST, *[TOGETHER] * 6]


def test_a_model_that_sleeps_is_as_slow_as_it_sleeps(monkeypatch):
    monkeypatch.setattr(speed_module, "SECONDS", 0.02)

    def sleeps(prompt):
        time.sleep(0.01)
        return ""

    assert 20 < speed(subject(sleeps), sizing().fresh, 1) < 100


def test_calls_that_would_take_too_long_are_not_asked(monkeypatch):
    monkeypatch.setattr(speed_module, "PATIENCE", 0.0)
    asked = subject(no_carry)
    assert speed(asked, sizing().fresh, TOGETHER) is None
    assert asked.engine.sizes == [speed_module.FIRST]


def test_a_model_that_raises_has_no_speed():
    def fails(prompt):
        raise ValueError

    assert speed(subject(fails), sizing().fresh, 1) is None


def test_the_speed_of_the_small_scope_is_that_of_other_cases():
    assert len(sizing(samplers=("small",)).fresh) == PROMPTS


# --- loading ---------------------------------------------------------------------------------------------------------

SHIPPED = Path(__file__).parents[3] / "model" / "checkpoints" / "duel-small.safetensors"


def test_further_files_count_in_the_size(tmp_path):
    (tmp_path / "weights").write_bytes(b"12345")
    (tmp_path / "vocabulary").write_bytes(b"678")
    loader = Loader(SUMS, SUMS)
    files = [tmp_path / "weights", tmp_path / "vocabulary"]
    assert (loader.load("identity").bytes, loader.load("identity", files).bytes) == (None, 8)


def test_models_with_other_rules_are_refused(tmp_path):
    duel = _duel()
    with pytest.raises(SpecError, match="must have the same rules"):
        Loader(duel, duel.without("S4")).load("reference")


def test_kinds_tell_their_options():
    from turncheck.model.adapters.kinds import kind_of

    assert kind_of("native").takes("threads")
    assert kind_of("experts").takes("threads")
    assert not kind_of("reference").takes("threads")
    assert not kind_of("reference").takes("domain")


def test_a_model_that_takes_threads_is_loaded_again_on_one():
    pytest.importorskip("torch")
    duel = _duel()
    loader = Loader(duel, duel)
    asked = loader.load(str(SHIPPED))
    assert loader.alone(str(SHIPPED), asked).arguments == ("threads=1",)
    assert asked.training().turns == 768_000
    given = attrs.evolve(loader, arguments=("threads=2",))
    assert given.alone(str(SHIPPED), asked) is asked
    other = loader.load("reference")
    assert loader.alone("reference", other) is other
