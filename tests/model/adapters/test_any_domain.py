"""Kinds, templates, calibration and the conformance kit on domains that are not the duel."""

import json
from pathlib import Path
from random import Random

import attrs
import pytest

from tests.small_domains import TICTACTOE, WALK, adder, tictactoe
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.learned import EngineError
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample
from turncheck.engine.schema import Schema
from turncheck.model.adapters.calibration import Identity, Noisy, Reference, corrupted
from turncheck.model.adapters.conformance import conformance, run_conformance_test
from turncheck.model.adapters.kinds import kind_of, made
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.templates import OWN, bare, check_round_trip, template, templates
from turncheck.model.configs import TrainConfig
from turncheck.model.train import Run

EXAMPLES = Path(__file__).parents[3] / "examples" / "domains"
LIFE = load_domain(str(EXAMPLES / "life" / "life.py"))
SUBLEQ = load_domain(str(EXAMPLES / "subleq" / "subleq.py"))
ADDER, QUIET_ADDER = adder(rejects=True), adder()
DOMAINS = (TICTACTOE, ADDER, QUIET_ADDER, WALK, LIFE, SUBLEQ)
named = pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: f"{domain.name}-{domain.rejects}")


def prompts_of(domain, count=40):
    return [domain.write(case) for case in sample(domain, "mixed", 3, count)] + ["no case", "", domain.rejection("x")]


# --- loading ---------------------------------------------------------------------------------------------------------


@named
@pytest.mark.parametrize("spec", ["reference", "identity", "noisy:0.3"])
def test_what_is_loaded_speaks_the_domains_texts_in_any_of_its_wordings(domain, spec):
    prompts = prompts_of(domain)
    loaded = [load(spec, [f"template={name}"], domain) for name in templates(domain)]
    assert [each.card.template for each in loaded] == list(templates(domain))
    assert all(each.domain is domain and each.card.rejects == domain.rejects for each in loaded)
    assert loaded[0].engine.predict(prompts) == loaded[1].engine.predict(prompts)
    assert load(spec, [], domain).card.template == domain.name


def test_a_domain_without_variants_takes_no_rules_file(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text("", encoding="utf-8")
    fault = f"rules file {path}: domain adder/1 has no variants: leave it out"
    for arguments, rules in (([], str(path)), ([f"rules={path}"], None)):
        with pytest.raises(EngineError) as caught:
            load("reference", arguments, ADDER, rules)
        assert str(caught.value) == fault


def wider(text):
    """A variant with as many cells as a rules file says."""
    most = json.loads(text)["most"]
    return adder(resolve=lambda case: {"sum": min(case.a + case.b, most)}, base=ADDER, variant=most)


def test_a_rules_file_makes_a_variant_of_the_domain(tmp_path):
    path, bad = tmp_path / "rules.json", tmp_path / "bad.json"
    path.write_text('{"most": 50}', encoding="utf-8")
    bad.write_text('{"least": 50}', encoding="utf-8")
    capped = adder(variants=wider)
    loaded = load("reference", [], capped, str(path))
    assert (loaded.domain.base, loaded.domain.variant) == (ADDER, 50)
    assert loaded.engine.predict(["40+40="]) == ["050"]
    with pytest.raises(EngineError) as caught:
        load("reference", [], capped, str(bad))
    assert str(caught.value) == f"rules file {bad}: adder/1 raised KeyError: 'most' on it"


def test_a_factory_gets_the_domain_and_the_variants_rules(monkeypatch):
    def factory(target, *, domain, rules, size=1):
        return target, domain, rules, size

    monkeypatch.setattr(type(kind_of("py")), "factory", lambda kind: factory)
    hot = attrs.evolve(ADDER, variant="hot")
    assert made(kind_of("py"), "x", {"size": 2}, hot) == ("x", hot, "hot", 2)
    with pytest.raises(EngineError, match="py has no option 'domain'; it takes size"):
        made(kind_of("py"), "x", {"domain": 2}, hot)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """The path of a checkpoint of each domain, hardly trained."""
    made = {}

    def path_of(domain):
        if domain not in made:
            run = Run(tmp_path_factory.mktemp("run"), domain, TrainConfig(layers=1, width=8, heads=1, steps=2), 0)
            run.save()
            made[domain] = run.folder / "checkpoint.safetensors"
        return made[domain]

    return path_of


def test_a_checkpoint_of_another_domain_is_refused_in_one_line(checkpoint):
    assert load(str(checkpoint(ADDER)), [], ADDER).card.kind == "native"
    with pytest.raises(EngineError) as caught:
        load(str(checkpoint(ADDER)), [], WALK)
    way_out = "name its own domain with --domain, or a model of this one"
    assert str(caught.value) == f"it must have learned track/1, got adder/1: {way_out}"


# --- wordings --------------------------------------------------------------------------------------------------------


def test_a_domains_wordings_are_its_own_texts_one_in_json_and_those_that_it_gives():
    upper = str.upper, str.lower
    domain = tictactoe(templates={"loud/1": upper})
    assert list(templates(domain)) == ["tictactoe/1", "tictactoe-json/1", "loud/1"]
    assert template("loud/1", domain).encode("row") == "ROW"
    own = tictactoe(templates={"tictactoe-json/1": upper})
    assert list(templates(own)) == ["tictactoe/1", "tictactoe-json/1"]
    assert template("tictactoe-json/1", own).encode("row") == "ROW"
    with pytest.raises(EngineError) as caught:
        template("duel-json/1", domain)
    fault = "template must be tictactoe/1, tictactoe-json/1, loud/1 or py:MODULE:ATTRIBUTE, got 'duel-json/1'"
    assert str(caught.value) == fault


@named
def test_every_wording_of_a_domain_round_trips(domain):
    for each in templates(domain).values():
        check_round_trip(each, domain, domain.rejects)


def test_the_engine_and_its_wording_are_told_apart():
    loaded = load("reference", ["template=track-json/1"], WALK)
    engine, words = bare(loaded.engine)
    assert words.name == "track-json/1"
    assert engine.predict([words.encode("at 3 of 5\nfacing right\n")]) == ['{"x":4,"width":5,"facing":"right"}']
    assert bare(Reference(WALK)) == (Reference(WALK), OWN)


# --- calibration -----------------------------------------------------------------------------------------------------


def test_the_copier_answers_a_state_line_by_line_whatever_it_is():
    state = "at 3 of 5\nfacing right\n"
    assert Identity(WALK).predict([state, "at 3\n", "a\nb\nc\n", ""]) == [state, "at 3\n", "a\nb\n", ""]
    board = TICTACTOE.write(TICTACTOE.case())
    assert Identity(TICTACTOE).predict([board]) == [board.removesuffix("move a1\n")]


def test_the_copier_copies_the_values_of_the_fields_that_an_answer_shares():
    number, name = Int(0, 99), Choice("cat", "dog")
    domain = Domain(
        "shared/1",
        prompt=Schema("give {n} to {who}", n=number, who=name),
        answer=Schema("{who} {n} {left}", n=Int(0, 9, digits=3), who=name, left=number),
        resolve=lambda case: {"who": case.who, "n": case.n % 10, "left": 1},
    )
    prompts = ["give 07 to dog\n", "give 70 to dog\n", "give 7 to dog\n"]
    assert Identity(domain).predict(prompts) == ["dog 007 00\n", "dog 000 00\n", "cat 000 00\n"]
    assert Identity(ADDER).predict(["07+35="]) == ["000"]


@named
def test_what_is_spoilt_is_one_field_or_the_reason(domain):
    random = Random(0)
    for prompt in prompts_of(domain):
        truth = domain.resolve_text(prompt)
        wrong = corrupted(domain, truth, random)
        assert wrong != truth
        if domain.rejected_for(truth) is not None:
            assert domain.rejected_for(wrong) is not None
            continue
        before, after = (domain.answer_fields(domain.read_answer(text)) for text in (truth, wrong))
        assert sum(before[name] != after[name] for name in domain.answer.names) == 1


@named
def test_noise_spoils_as_many_answers_as_was_asked_for_by_the_prompt_alone(domain):
    prompts = list(dict.fromkeys(prompts_of(domain, 300)))
    truth = Reference(domain).predict(prompts)
    given = Noisy(domain, 0.3, 5).predict(prompts)
    wrong = sum(one != other for one, other in zip(given, truth, strict=True))
    assert 0.15 * len(prompts) < wrong < 0.45 * len(prompts)
    assert Noisy(domain, 0.3, 5).predict(prompts[::-1]) == given[::-1]
    assert Noisy(domain, 0.0).predict(prompts) == truth


def test_where_there_is_nothing_else_an_answer_is_spoilt_to_nothing():
    always = Domain(
        "always/1",
        prompt=Schema("{n}", n=Int(0, 9)),
        answer=Schema("yes {x}", x=Choice("sir")),
        resolve=lambda case: {"x": "sir"},
        reasons={"bad_number": ("bad_number", "no number stands there")},
    )
    assert corrupted(always, "yes sir\n", Random(0)) == ""
    assert corrupted(always, "reject bad_number\n", Random(0)) == ""


# --- the conformance kit ---------------------------------------------------------------------------------------------


@named
def test_the_truth_and_what_is_noisy_conform(domain):
    for engine in (Reference(domain), Noisy(domain, 0.5)):
        found = {check.name: check.found for check in conformance(engine, domain) if check.verdict == "fails"}
        assert found == {}


@pytest.mark.parametrize("domain", [ADDER, QUIET_ADDER, LIFE, TICTACTOE], ids=lambda domain: domain.name)
def test_a_checkpoint_conforms_in_all_that_it_offers(domain, checkpoint):
    engine = load(str(checkpoint(domain)), [], domain).engine
    run_conformance_test(lambda: engine, domain=domain)


def test_of_answers_without_an_end_none_goes_on_behind_it():
    class Long:
        def predict(self, prompts, /):
            return [f"{QUIET_ADDER.resolve_text(prompt)}7" for prompt in prompts]

    verdicts = {check.name: check.verdict for check in conformance(Long(), QUIET_ADDER)}
    assert verdicts["stop_is_respected"] == "holds"


def test_of_answers_with_an_end_one_that_goes_on_is_found():
    class Long:
        def predict(self, prompts, /):
            return [f"{WALK.resolve_text(prompt)}at 1" for prompt in prompts]

    (found,) = [check.found for check in conformance(Long(), WALK) if check.verdict == "fails"]
    assert found.endswith("an answer continues after its end with 'at 1'")
