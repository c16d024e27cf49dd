"""Perturbations of any domain: each text is malformed or a case, as its perturbation says, and never the case's own."""

import hashlib
from random import Random

import attrs
import pytest

from tests.domains import ADDER, DOMAINS, FIGHT, LIFE, MACHINE, SHORT_ADDER, TICTACTOE
from tests.small_domains import WALK, tictactoe
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Int
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample
from turncheck.engine.schema import Schema
from turncheck.strategies import cases, perturbed
from turncheck.strategies.choices import ChoiceError
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.perturbations import FAMILIES, StrengthError, UnknownPerturbationError, perturbations_of
from turncheck.strategies.perturbations.labels import edit_distance
from turncheck.strategies.perturbations.perturbation import TRIES

DUEL, SUBLEQ = load_domain("duel"), load_domain("examples/domains/subleq/subleq.py")
ALL = (DUEL, SUBLEQ, WALK, *DOMAINS)
DRAWS = 3


def texts(domain, perturbation, strength, count=DRAWS, seed=0):
    """Changed texts of sampled cases, with the cases' own texts."""
    random = Random(f"{perturbation.name}/{strength}/{seed}")
    for case in sample(domain, "mixed", seed, count):
        try:
            yield domain.write(case), perturbation.apply(case, strength, random.getrandbits(64))
        except ImpossibleDamageError:
            continue


def each(domain):
    return [(each, strength) for each in perturbations_of(domain).values() for strength in each.strengths]


# --- every text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ALL, ids=str)
def test_the_reference_rejects_what_is_malformed_and_answers_what_is_a_case(domain):
    drawn = 0
    for perturbation, strength in each(domain):
        for own, text in texts(domain, perturbation, strength):
            is_rejected = domain.rejected_for(domain.resolve_text(text)) is not None
            assert (is_rejected, text != own) == (not perturbation.keeps_valid, True), (perturbation.name, text)
            drawn += 1
    assert drawn > 2 * len(each(domain))


@pytest.mark.parametrize("domain", [DUEL, MACHINE], ids=str)
def test_the_same_arguments_give_the_same_text_from_a_library_made_anew_too(domain):
    again = perturbations_of.__wrapped__(domain)
    assert list(again) == list(perturbations_of(domain))
    for name, perturbation in perturbations_of(domain).items():
        found = [text for _, text in texts(domain, perturbation, perturbation.strengths[-1], 2)]
        assert found == [text for _, text in texts(domain, again[name], again[name].strengths[-1], 2)]


def test_how_a_choice_is_read_never_changes():
    """Maps are resumed, and what a model did with a text is kept. A change of this digest is a change of the texts."""
    made = [text for each_of in each(FIGHT) for _, text in texts(FIGHT, *each_of, count=4)]
    assert hashlib.sha256("\0\0".join(made).encode()).hexdigest()[:16] == "b81ccb16645c1527"


@pytest.mark.parametrize("domain", [DUEL, FIGHT, TICTACTOE, MACHINE], ids=str)
def test_every_reason_is_reached_by_two_perturbations_besides_its_own(domain):
    reached = {reason: set() for reason in domain.reasons}
    damages = [each for each in perturbations_of(domain).values() if not each.keeps_valid]
    for seed in range(8):
        for perturbation in damages:
            if perturbation.family != "reject reasons" and min(map(len, reached.values())) < 2:
                for _, text in texts(domain, perturbation, perturbation.strengths[0], 10, seed):
                    reached[domain.rejected_for(domain.resolve_text(text))].add(perturbation.name)
    assert {reason: names for reason, names in reached.items() if len(names) < 2} == {}


# --- strengths -------------------------------------------------------------------------------------------------------


def distance(one, other):
    """How many characters differ between two texts, without what they begin and end with alike."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return len(other) if len(other) > 1000 else edit_distance(one, other)


@pytest.mark.parametrize("name", perturbations_of(FIGHT))
def test_a_greater_strength_changes_more(name):
    perturbation = perturbations_of(FIGHT)[name]
    cases = list(sample(FIGHT, "mixed", 3, 6))
    far = []
    for strength in perturbation.strengths:
        for choice, case in enumerate(cases):
            try:
                [perturbation.apply(case, every, choice) for every in perturbation.strengths]
            except ImpossibleDamageError:
                continue
            far.append((strength, distance(FIGHT.write(case), perturbation.apply(case, strength, choice))))
    sums = [sum(d for s, d in far if s == strength) for strength in perturbation.strengths]
    assert sums == sorted(set(sums))


@pytest.mark.parametrize("name", ["misspelt label", "misspelt action"])
def test_a_word_is_misspelt_by_exactly_so_many_edits(name):
    for strength in (1, 2, 3):
        for own, text in texts(DUEL, perturbations_of(DUEL)[name], strength, 40):
            pieces = zip(own.split(), text.split(), strict=True)
            assert [edit_distance(one, other) for one, other in pieces if one != other] == [strength]


def test_letters_that_are_swapped_are_one_edit():
    words = ["turn", "trun", "urn", "tturn", "torn", "urnt"]
    assert [edit_distance("turn", word) for word in words] == [0, 1, 1, 1, 1, 2]


# fmt: off
SIMPLEST = {
    ("misspelt label", 1):            "ound 01\n",
    ("misspelt label", 3):            "nd 01\n",
    ("capital letters", 2):           "Round 01\nHero",
    ("labels swapped", 1):            "hero 01\nround hp",
    ("labels fused", 1):              "round 01\nhero_hp hp",
    ("label overloaded", 1):          "round 01 round 02\n",
    ("field moved in its line", 1):   "round 01\nhero mood calm hp 00/01\n",
    ("field dropped", 1):             "hero hp",
    ("value dropped", 1):             "round\n",
    ("signed number", 1):             "round -01\n",
    ("unpadded number", 2):           "round 1\nhero hp 0/01",
    ("number in words", 1):           "round one\n",
    ("number out of range", 1):       "round 00\n",
    ("tab for a space", 1):           "round\t01\n",
    ("trailing spaces", 2):           "round 01  \n",
}
# fmt: on


@pytest.mark.parametrize(("name", "strength"), SIMPLEST)
def test_choice_0_is_the_least_damage(name, strength):
    assert perturbations_of(FIGHT)[name].apply(FIGHT.case(), strength, 0).startswith(SIMPLEST[name, strength])


# --- what a library has ----------------------------------------------------------------------------------------------


def families(domain):
    return list(dict.fromkeys(each.family for each in perturbations_of(domain).values()))


def test_the_duel_has_every_family_in_order():
    assert families(DUEL) == list(FAMILIES)


def test_a_library_lacks_what_can_change_no_case():
    assert families(SHORT_ADDER) == [
        "fields", "numbers", "spacing", "lines", "surroundings", "reject reasons", "edge states",
    ]  # fmt: skip
    assert "numbers" not in families(LIFE)
    assert "numbers" not in families(TICTACTOE)
    assert perturbations_of(SHORT_ADDER)["signed number"].strengths == (1, 2)


def test_each_reject_reason_is_a_perturbation():
    found = [each.name for each in perturbations_of(FIGHT).values() if each.family == "reject reasons"]
    assert found == list(FIGHT.reasons)


def test_symmetries_harmless_changes_and_edge_states_of_a_domain_are_its_own_perturbations():
    mine = tictactoe(
        synonyms={"row": ["line"]},
        harmless={"finished": lambda turn, random: None if turn.a1 == "." else turn.changed(to="a1")},
        edge_states={"nearly empty": lambda turn, random: {"a1": "x", "player": "o", "to": "b1"}},
    )
    found = perturbations_of(mine)
    assert [each.name for each in found.values() if each.family == "harmless"] == ["mirrored_board", "finished"]
    empty = mine.case()
    assert found["mirrored_board"].apply(empty, 1, 0).endswith("move c1\n")
    assert found["nearly empty"].apply(empty, 1, 0) == "to_move o\nrow x . .\nrow . . .\nrow . . .\nmove b1\n"
    assert found["synonym of a word"].apply(empty, 2, 0).count("line") == 2


def test_a_name_that_stands_twice_is_refused():
    mine = tictactoe(harmless={"line cut": lambda turn, random: None})
    with pytest.raises(DomainError) as error:
        perturbations_of(mine)
    assert str(error.value) == (
        "domain tictactoe/1: its harmless changes, edge states and symmetries must have unique names, got 'line cut' "
        "twice"
    )


def test_a_function_that_raises_is_named():
    def broken(turn, random):
        raise RuntimeError("no such cell")

    with pytest.raises(DomainError, match=r"corner must return a case, .* it raised RuntimeError: no such cell"):
        perturbations_of(tictactoe(edge_states={"corner": broken}))


SYNONYMS = [
    ({"line": ["row"]}, "each key must be"),
    ({"row": ["move"]}, "synonyms of row"),
    ({"row": ["a b"]}, "white"),
]


@pytest.mark.parametrize(("synonyms", "message"), SYNONYMS)
def test_synonyms_are_other_words_for_words_of_the_grammar(synonyms, message):
    with pytest.raises(DomainError, match=message):
        tictactoe(synonyms=synonyms)


def test_a_word_of_the_answers_is_misplaced_where_the_only_word_of_the_prompts_belongs():
    answer = Schema("{a}", a=Int(0, 9))
    domain = Domain("mine/1", prompt=Schema("x {a}", a=Int(0, 9)), answer=answer, resolve=lambda case: {"a": 0})
    text = perturbations_of(domain)["another label"].apply(domain.case(), 1, 0)
    assert (text, domain.resolve_text(text)) == ("reject 0\n", "reject misplaced_label\n")
    assert "misplaced_label" in domain.reasons


# --- what cannot be --------------------------------------------------------------------------------------------------


def test_a_case_that_cannot_be_changed_so_is_refused_after_a_limited_number_of_tries():
    asked = []

    def nothing(case, strength, choices):
        asked.append(choices.pick(range(100)))
        return ADDER.write(case)

    idle = attrs.evolve(perturbations_of(ADDER)["signed number"], change=nothing)
    with pytest.raises(ImpossibleDamageError) as error:
        idle.apply(ADDER.case(), 1, 5)
    assert len(asked) == TRIES
    assert str(error.value) == (
        "'0000000000+0000000000=' was not changed by 'signed number' at strength 1: take another case or strength"
    )


def test_a_strength_that_is_none_and_a_choice_that_is_none_are_refused():
    signed = perturbations_of(ADDER)["signed number"]
    with pytest.raises(StrengthError) as error:
        signed.apply(ADDER.case(), 3, 0)
    assert str(error.value) == "strength of 'signed number' must be one of 1, 2, got 3"
    with pytest.raises(ChoiceError):
        signed.apply(ADDER.case(), 1, -1)


# --- Hypothesis ------------------------------------------------------------------------------------------------------


def test_what_is_drawn_shrinks_to_the_least_damage_of_the_simplest_case(smallest):
    assert smallest(perturbed(SHORT_ADDER, "signed number")) == "-000+000="
    two = smallest(perturbed(SHORT_ADDER, "signed number"), lambda text: text.count("-") == 2)
    assert two == "-000+-000="
    assert smallest(perturbed(FIGHT, "misspelt label")).startswith("ound 01\n")


def test_any_perturbation_is_drawn_of_the_cases_that_are_given(examples_of):
    drawn = examples_of(perturbed(SHORT_ADDER), 300)
    answers = {SHORT_ADDER.rejected_for(SHORT_ADDER.resolve_text(text)) for text in drawn}
    assert answers == {*SHORT_ADDER.reasons, None}
    sevens = (SHORT_ADDER.cases(a=7), cases(SHORT_ADDER, SHORT_ADDER.cases(a=7)))
    for given in sevens:
        assert all("7" in text for text in examples_of(perturbed(SHORT_ADDER, "padded number", given), 30))


def test_an_unknown_perturbation_is_named_with_those_that_there_are():
    with pytest.raises(UnknownPerturbationError) as error:
        perturbed(LIFE, "tab")
    assert str(error.value).startswith("perturbation must be one of field dropped, field doubled, ")
    assert str(error.value).endswith(", fields at an edge, got 'tab'")
