"""What to fix next: a planted weakness is named, with its figures, and nothing else is."""

import attrs
import pytest

from tests.properties.maps import OPERATORS, Replacing, begun, repaired, right, run, subject
from turncheck.duel import DOMAIN
from turncheck.properties.mapping import advice as advice_module
from turncheck.properties.mapping.regions import conditions_of, worst_regions
from turncheck.properties.mapping.result import found


def advice_for(folder, model, **options):
    (result,) = found(run(begun(folder, model, **options)))
    return list(result.map.advice)


def wrong_where(holds):
    """A model that gives the wrong turn where that holds of a case."""

    def answer(prompt):
        said = right(prompt)
        if not DOMAIN.is_case(prompt) or not holds(DOMAIN.fields_of(DOMAIN.read(prompt))):
            return said
        return f"turn {'98' if said[5:7] == '99' else '99'}{said[7:]}"

    return answer


def test_a_model_that_is_wrong_exactly_with_thorns_has_thorns_named(tmp_path):
    model = subject(wrong_where(lambda case: case["hero.thorns"] > 0), operators=["misspelt"])
    regions = [each for each in advice_for(tmp_path, model, operators={}, turns=30) if each.kind == "region"]
    (named,) = regions
    assert named.name == "hero.thorns is above 0"
    assert named.wrong.count == named.wrong.of > 50
    assert named.rest.count == 0
    assert named.text.startswith(f"where hero.thorns is above 0: {named.wrong.percent} of {named.wrong.of} (")
    assert "the samplers of its training (play) draw it in " in named.text
    assert 0.1 < named.drawn < 0.9


def test_without_the_weakness_it_is_not_named(tmp_path):
    assert advice_for(tmp_path, subject(right, operators=["misspelt"]), operators={}, turns=30) == []


def test_of_many_conditions_none_stands_out_by_chance(tmp_path):
    for seed in range(3):
        model = subject(wrong_where(lambda case, seed=seed: hash((seed, case.values_)) % 3 == 0))
        found = advice_for(tmp_path / str(seed), model, operators={}, turns=20, seed=seed)
        assert [each for each in found if each.kind == "region"] == []


def test_two_weaknesses_are_named_and_their_companions_are_not():
    cases = [(hero, foe, other) for hero in range(6) for foe in range(6) for other in range(9)]
    domain = _of_three()
    wrong = [hero == 5 or foe == 0 for hero, foe, _ in cases]
    names = [region.condition.name for region in worst_regions(domain, cases, wrong)]
    assert set(names) == {"b is 0", "a is 5, its most"}


def _of_three():
    from turncheck import Domain, Int, Schema

    schema = Schema("{a}+{b}+{c}=", a=Int(0, 5), b=Int(0, 5), c=Int(0, 8), end="")
    return Domain("three/1", prompt=schema, answer=Schema("{sum}", sum=Int(0, 18), end=""),
                  resolve=lambda case: {"sum": case.a + case.b + case.c})  # fmt: skip


def test_every_field_has_conditions():
    names = {condition.name for condition in conditions_of(DOMAIN)}
    assert {
        "hero.thorns is 0",
        "hero.thorns is above 0",
        "hero.thorns is 5, its most",
        "first.action is brace",
    } <= names


def test_a_rule_that_is_left_out_is_blamed_by_its_own_cases(tmp_path):
    model = subject(DOMAIN.without("S4").resolve_text)
    first, *_ = [each for each in advice_for(tmp_path, model, operators={}, turns=30) if each.kind == "rule"]
    assert first.name == "S4"
    assert first.wrong.count == first.wrong.of > 5
    assert first.text.startswith("rule S4 (")


def test_malformed_texts_that_pass_are_named_by_operator(tmp_path):
    advice = advice_for(tmp_path, subject(repaired, operators=["unknown_label"]))
    (passing,) = [each for each in advice if each.kind == "acceptance"]
    assert (passing.name, passing.wrong.count, passing.wrong.of) == ("misspelt 1", 10, 10)
    assert passing.text.endswith("the right reason is unknown_label; it never saw them")


def test_the_label_that_is_misjudged_is_named(tmp_path):
    operators = {**OPERATORS, "stun": Replacing("stun", "stun", "stum"), "burn": Replacing("burn", "burn", "bum")}
    (label,) = [each for each in advice_for(tmp_path, subject(repaired), operators=operators) if each.kind == "label"]
    assert (label.name, label.wrong.rate, label.rest.rate) == ("poison", 1.0, 0.0)


def test_a_wording_in_which_it_goes_better_is_named(tmp_path):
    to_json, from_json = DOMAIN.templates["duel-json/1"]

    def reads_json(prompt):
        if prompt.startswith("{"):
            return to_json(right(from_json(prompt)))
        return "reject truncated\n"

    (wording,) = [each for each in advice_for(tmp_path, subject(reads_json), operators={}, turns=10)
                  if each.kind == "wording"]  # fmt: skip
    assert (wording.name, wording.wrong.rate, wording.rest.rate) == ("duel-json/1", 1.0, 0.0)


@pytest.mark.parametrize(("share", "end"), [(0.02, "draw it more often"), (0.4, "then train longer")])
def test_how_often_the_samplers_draw_a_region_decides_what_to_do(share, end):
    assert advice_module._drawn(share, ("play",), "the samplers").endswith(end)


def test_samplers_that_the_domain_does_not_have_are_said(tmp_path):
    model = subject(wrong_where(lambda case: case["hero.thorns"] > 0))
    model = attrs.evolve(model, engine=_trained_elsewhere(model.engine))
    (region,) = [each for each in advice_for(tmp_path, model, operators={}, turns=20) if each.kind == "region"]
    assert region.drawn is None
    assert region.text.endswith("how often the samplers of its training (mine) draw it is not known")


def _trained_elsewhere(engine):
    from turncheck.engine.learned import Training

    engine._training = Training(("mine",), ("misspelt",))
    return engine
