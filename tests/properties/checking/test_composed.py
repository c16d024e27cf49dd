"""The laws of compositions: they hold where a composition is as good as its parts, and apply to nothing else."""

import attrs
import pytest

from tests.small_domains import ADDER
from turncheck import check
from turncheck.duel import DOMAIN
from turncheck.engine.learned import UnavailableError
from turncheck.engine.stages import stages_of
from turncheck.model.adapters.calibration import Reference
from turncheck.model.adapters.python import PythonFunction
from turncheck.model.composition import Composition, Route, Router
from turncheck.properties.checking.check import Budget, check_law
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import first_broken
from turncheck.properties.laws import laws_of
from turncheck.properties.session.loading import is_composed
from turncheck.properties.sweeps.plan import kind_of

AS_GOOD, REJECTS = (law for law in laws_of(DOMAIN, composed=True) if law.id.startswith("composition_"))
(ADDS_AS_WELL,) = (law for law in laws_of(ADDER, composed=True) if law.id.startswith("composition_"))
BUDGET = Budget(100, seed=1)


def expert(answer):
    return lambda: PythonFunction(lambda prompts: [answer(prompt) for prompt in prompts])


def carries(prompt):
    return int(prompt[1]) + int(prompt[4]) >= 10


def right_if(knows):
    """An expert for a part of the adder's prompts, which raises on texts that are none."""
    return lambda prompt: ADDER.resolve_text(prompt) if knows(prompt) else f"{int(prompt[:2]):03}"


CARRY, PLAIN = right_if(carries), right_if(lambda prompt: not carries(prompt))


def adder(router):
    return Composition("router", {"carry": expert(CARRY), "plain": expert(PLAIN), "router": router})


BY_CARRY = expert(lambda prompt: f"> {'carry' if carries(prompt) else 'plain'}\n")
BY_NINE = lambda: Router([Route("9", "carry"), Route("", "plain")])  # noqa: E731  5+5 carries too


def result(law, engine, domain=DOMAIN):
    return check_law(law, Subject("mine", "experts", engine, domain), BUDGET)


@pytest.mark.parametrize("law", [AS_GOOD, REJECTS, ADDS_AS_WELL], ids=lambda law: law.id)
def test_the_laws_hold_on_the_reference(law):
    assert first_broken(law, ADDER if law is ADDS_AS_WELL else DOMAIN, 300) is None


def test_a_composition_that_asks_the_right_part_is_as_good_as_its_parts():
    assert (result(ADDS_AS_WELL, adder(BY_CARRY), ADDER).verdict) == "PASS"


def test_a_wrong_stated_router_breaks_the_law_and_is_blamed():
    found = result(ADDS_AS_WELL, adder(BY_NINE), ADDER)
    assert found.verdict == "FAIL"
    (failure,) = [each for each in found.failures if each.mode == "wrong_value"]
    prompt = failure.witness.turn
    sent, right = ("carry", "plain") if "9" in prompt else ("plain", "carry")
    assert carries(prompt) == (right == "carry")
    router = f"router, asked '{prompt}', answered '> {sent}\\n', expected '> {right}\\n'"
    assert failure.witness.expert == router


def test_a_composition_wrong_where_all_its_parts_are_wrong_is_as_good_as_they_are():
    wrong = {"one": expert(lambda prompt: "000"), "two": expert(lambda prompt: "")}
    assert result(ADDS_AS_WELL, Composition("one", wrong), ADDER).verdict == "PASS"


def test_an_expert_that_raises_on_what_is_not_for_it_breaks_nothing_and_leaves_no_fault():
    def raises(prompt):
        raise ValueError("not for me")

    whole = Composition("one", {"one": expert(lambda prompt: "000"), "two": expert(raises)})
    subject = Subject("mine", "experts", whole, ADDER)
    assert check_law(ADDS_AS_WELL, subject, BUDGET).verdict == "PASS"
    assert (subject.faults, subject.troubles()) == ({}, {})


def test_experts_are_asked_only_where_the_composition_is_wrong():
    asked = []
    spare = expert(lambda prompt: asked.append(prompt) or ADDER.resolve_text(prompt))
    broken = Composition("plain", {"plain": expert(PLAIN), "spare": spare})
    found = result(ADDS_AS_WELL, broken, ADDER)
    assert found.verdict == "FAIL"
    assert asked
    assert all(map(carries, asked))


def test_the_references_stages_are_as_good_as_their_parts_and_a_lost_step_is_not():
    answers = stages_of(DOMAIN).answers
    whole = {name: expert(answer) for name, answer in answers.items()}
    assert [result(law, Composition("read", whole)).verdict for law in (AS_GOOD, REJECTS)] == ["PASS", "PASS"]
    lost = {**whole, "all": expert(DOMAIN.resolve_text), "orders": expert(lambda text: "> end\n")}
    found = result(AS_GOOD, Composition("read", lost))
    assert found.verdict == "FAIL"
    assert {failure.witness.expert.partition(",")[0] for failure in found.failures} == {"orders"}


def test_a_malformed_text_that_a_part_rejects_is_rejected():
    parts = {"all": expert(DOMAIN.resolve_text), "cut": expert(lambda text: "reject truncated\n")}
    router = lambda: Router([Route("turn 0", "all"), Route("", "cut")])  # noqa: E731  not every malformed text has it
    found = result(REJECTS, Composition("router", {**parts, "router": router}))
    assert found.verdict == "FAIL"
    assert found.failures[0].mode == "wrong_reason"
    assert found.failures[0].witness.expert.startswith("router, asked ")


def test_the_laws_apply_to_no_other_model():
    for law in (AS_GOOD, REJECTS):
        found = result(law, Reference(DOMAIN))
        assert (found.verdict, found.why) == ("NOT_APPLICABLE", "the model is no composition of experts")
    assert {kind_of(AS_GOOD), kind_of(REJECTS)} == {"own", "malformed"}
    known = [law.id for law in laws_of(DOMAIN)]
    assert {AS_GOOD.id, REJECTS.id}.isdisjoint(known)
    assert len(laws_of(DOMAIN, composed=True)) == len(known) + 2


def test_turncheck_check_adds_them_for_a_composition():
    laws = [ADDS_AS_WELL, *laws_of(ADDER)[:1]]
    report = check(adder(BY_NINE), domain=ADDER, examples=30)
    assert ADDS_AS_WELL.id in [law.id for law in report.models[0].laws]
    assert report.models[0].in_all == len(laws_of(ADDER)) + 1
    assert len(check(Reference(ADDER), domain=ADDER, laws=laws, examples=10).models[0].laws) == 2


def test_a_spec_is_a_composition_if_its_card_is_one(tmp_path):
    (tmp_path / "engine.toml").write_text("kind = 'experts'\n", encoding="utf-8")
    (tmp_path / "one.toml").write_text("kind = 'reference'\n", encoding="utf-8")
    assert is_composed(str(tmp_path), DOMAIN)
    assert is_composed(adder(BY_NINE), ADDER)
    assert is_composed(None, attrs.evolve(ADDER, model=tmp_path))
    specs = (str(tmp_path / "one.toml"), str(tmp_path / "missing"), "reference", "nonsense:x")
    for other in (*specs, None, Reference(ADDER)):
        assert not is_composed(other, ADDER)


def test_an_expert_out_of_reach_is_no_right_answer():
    def gone(prompt):
        raise UnavailableError("its process died")

    whole = Composition("one", {"one": expert(lambda prompt: "000"), "two": expert(gone)})
    assert result(ADDS_AS_WELL, whole, ADDER).verdict == "PASS"
