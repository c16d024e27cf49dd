"""The derived mutants of a domain: what is wrong with each, and which law catches it."""

import pytest

from tests.small_domains import ADDER, CELLS, TICTACTOE, WALK, adder, tictactoe, track
from turncheck.engine.domain import Domain, Monotone
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema
from turncheck.properties.checking.catches import AGREEMENT, Catches, catches, drawn_for
from turncheck.properties.checking.mutants import MOST_FIELDS, Asked, fields_left_out, mutants_of, spread
from turncheck.properties.laws import laws_of

FORM = ["the last character is lost", "a piece is lost", "a piece is repeated"]
AGAIN = ["another answer when asked again alone", "another answer when asked again in a batch"]


def names(domain):
    return [mutant.name for mutant in mutants_of(domain)]


def answer(domain, name, prompt, again=None):
    """What the mutant of that name answers."""
    mutant = next(mutant for mutant in mutants_of(domain) if mutant.name == name)
    return mutant.answer(Asked(domain, prompt, domain.resolve_text(prompt)), again)


# --- which there are -------------------------------------------------------------------------------------------------


def test_the_mutants_of_an_adder():
    assert names(ADDER) == [
        "sum is always 000",
        "sum is one more",
        "sum is one less",
        "always the simplest answer",
        "sum is out of range",
        *FORM,
        "swapped_terms holds on one side only",
        "sum is wrong where a is high",
        *AGAIN,
    ]


def test_the_mutants_of_a_walk():
    reasons = list(WALK.reasons)
    assert names(WALK) == [
        "x stays as it was",
        "x is one more",
        "x is one less",
        "width stays as it was",
        "width is one more",
        "width is one less",
        "facing stays as it was",
        "facing is another",
        "always the simplest answer",
        "nothing changes",
        "two steps at once",
        "width is out of range",
        *FORM,
        "a valid prompt is rejected",
        *(
            name
            for reason, other in zip(reasons, reasons[1:] + reasons[:1], strict=True)
            for name in (f"{reason} is not detected", f"{reason} is called {other}")
        ),
        *AGAIN,
    ]


def test_the_mutants_of_a_game_exchange_neighbours():
    assert [name for name in names(TICTACTOE) if "exchanged" in name] == [
        f"{one} and {other} are exchanged"
        for row in "123"
        for one, other in ((f"a{row}", f"b{row}"), (f"b{row}", f"c{row}"))
    ]
    assert "mirrored_board holds on one side only" in names(TICTACTOE)


def test_siblings_are_exchanged_before_neighbours():
    fight = Schema("hero {hero.hp} {hero.mp} foe {foe.hp} {foe.mp}", hp=Int(0, 9), mp=Int(0, 9))
    domain = Domain("fight/1", state=fight, step=lambda state: {})
    exchanged = [name for name in names(domain) if "exchanged" in name]
    assert exchanged[:2] == ["hero hp and foe hp are exchanged", "hero mp and foe mp are exchanged"]


def test_of_many_fields_some_are_got_wrong_spread_evenly():
    tape = Schema("{cell[0..32]}", cell=Choice(".", "x"))
    domain = Domain("tape/1", state=tape, step=lambda state: {"cell": state.cell[1:] + state.cell[:1]})
    wrong = [name.split()[0] for name in names(domain) if name.endswith("stays as it was")]
    assert len(wrong) == MOST_FIELDS == 12
    assert (wrong[0], wrong[-1]) == ("cell[0]", "cell[32]")
    assert (fields_left_out(domain), fields_left_out(TICTACTOE)) == (21, 0)


def test_names_are_spread_with_the_first_and_the_last_among_them():
    assert spread("abcdefg", 3) == ["a", "d", "g"]
    assert spread("abc", 3) == spread("abc", 9) == ["a", "b", "c"]


# --- what they answer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "prompt", "answered"),
    [
        ("sum is always 000", "07+35=", "000"),
        ("sum is one more", "07+35=", "043"),
        ("sum is one more", "99+99=", "198"),  # no more than there can be
        ("sum is one less", "07+35=", "041"),
        ("always the simplest answer", "07+35=", "000"),
        ("sum is out of range", "07+35=", "199"),
        ("the last character is lost", "07+35=", "04"),
        ("a piece is lost", "07+35=", ""),
        ("a piece is repeated", "07+35=", "042 042"),
        ("swapped_terms holds on one side only", "07+35=", "000"),
        ("swapped_terms holds on one side only", "35+07=", "042"),
        ("sum is wrong where a is high", "49+35=", "084"),
        ("sum is wrong where a is high", "50+35=", "000"),
        ("another answer when asked again alone", "07+35=", "042"),
    ],
)
def test_a_mutant_of_an_adder_has_one_thing_wrong(name, prompt, answered):
    assert answer(ADDER, name, prompt) == answered


STATE = "at 3 of 5\nfacing right\n"


@pytest.mark.parametrize(
    ("name", "prompt", "answered"),
    [
        ("x stays as it was", STATE, "at 3 of 5\nfacing right\n"),
        ("x is one more", STATE, "at 5 of 5\nfacing right\n"),
        ("facing is another", STATE, "at 4 of 5\nfacing left\n"),
        ("nothing changes", STATE, STATE),
        ("two steps at once", STATE, "at 5 of 5\nfacing right\n"),
        ("width is out of range", STATE, "at 4 of 0\nfacing right\n"),
        ("the last character is lost", STATE, "at 4 of 5\nfacing righ\n"),
        ("a piece is lost", STATE, "at 4 of\nfacing right\n"),
        ("a piece is repeated", STATE, "at 4 of 5 5\nfacing right\n"),
        ("off_track is not detected", "at 7 of 5\nfacing right\n", "at 7 of 5\nfacing left\n"),
        ("off_track is called bad_spacing", "at 7 of 5\nfacing right\n", "reject bad_spacing\n"),
        ("off_track is not detected", "at 3 of 5\nfacing up\n", "reject unknown_label\n"),
        ("truncated is not detected", "at 3\n", "at 0 of 1\nfacing left\n"),
        ("off_track is not detected", STATE, "at 4 of 5\nfacing right\n"),
        ("x is one more", "at 3\n", "reject truncated\n"),
    ],
)
def test_a_mutant_of_a_walk_has_one_thing_wrong(name, prompt, answered):
    assert answer(WALK, name, prompt) == answered


def test_a_mutant_may_reject_about_half_of_the_valid_prompts():
    cases = [f"at {x} of 9\nfacing {facing}\n" for x in range(10) for facing in ("left", "right")]
    rejected = [answer(WALK, "a valid prompt is rejected", case).startswith("reject") for case in cases]
    assert 5 < sum(rejected) < 15


def test_a_broken_symmetry_is_wrong_on_one_of_two_cases_that_it_relates():
    case, name = TICTACTOE.case(a2="x", player="o", to="c3"), "mirrored_board holds on one side only"
    other = TICTACTOE.case(c2="x", player="o", to="a3")
    wrong = [
        answer(TICTACTOE, name, text) != TICTACTOE.resolve_text(text) for text in map(TICTACTOE.write, (case, other))
    ]
    assert sorted(wrong) == [False, True]
    symmetric = TICTACTOE.write(TICTACTOE.case(to="b2"))
    assert answer(TICTACTOE, name, symmetric) == TICTACTOE.resolve_text(symmetric)


def test_a_rule_may_be_left_out():
    def without(rule):
        return adder(resolve=lambda case: {"sum": case.a})

    domain = adder(rules={"R1": "the second term counts", "R2": "it is exempt"}, exempt={"R2": "why"}, without=without)
    assert [name for name in names(domain) if name.startswith("rule")] == ["rule R1 is left out"]
    assert answer(domain, "rule R1 is left out", "07+35=") == "007"


def test_a_mutant_is_a_learned_engine():
    more = next(mutant for mutant in mutants_of(ADDER) if mutant.name == "sum is one more").predict(ADDER)
    assert more(["07+35=", "01+01="]) == ["043", "003"]
    alone, batch = (mutant.predict(ADDER) for mutant in mutants_of(ADDER)[-2:])
    assert [alone(["07+35="]), alone(["07+35=", "01+01="])] == [["042"], ["042", "002"]]
    assert alone(["07+35="]) != ["042"]
    assert batch(["07+35=", "01+01="]) == ["042", "002"]
    assert batch(["07+35="]) == ["042"]
    assert batch(["07+35=", "02+02="])[1] == "004"
    assert batch(["07+35=", "03+03="])[0] != "042"


# --- which law catches which -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "equivalent"),
    [(TICTACTOE, {"two steps at once"}), (ADDER, set()), (WALK, {"width stays as it was"})],
)
def test_every_mutant_that_changes_an_answer_is_caught_and_every_law_catches_one(domain, equivalent):
    found = catches(domain, laws_of(domain), mutants_of(domain))
    assert set(found.equivalent) == equivalent
    assert set(found.caught_by) == {*names(domain)} - equivalent
    assert (found.missed, found.idle) == ((), ())
    assert found.laws == tuple(law.id for law in laws_of(domain))


@pytest.fixture(scope="module")
def walk():
    return catches(WALK, laws_of(WALK), mutants_of(WALK))


@pytest.mark.parametrize(
    ("mutant", "law"),
    [
        ("width is one more", "untouched_fields_stay"),
        ("width is out of range", "values_stay_in_their_ranges"),
        ("a piece is lost", "answer_can_be_read"),
        ("a valid prompt is rejected", "valid_prompt_is_never_rejected"),
        ("off_track is not detected", "malformed_prompt_is_rejected"),
        ("off_track is called bad_spacing", "malformed_prompt_gets_its_reason"),
        ("another answer when asked again alone", "same_answer_asked_again_alone"),
        ("another answer when asked again in a batch", "same_answer_asked_again_in_a_batch"),
        ("nothing changes", "answer_agrees_with_the_reference"),
    ],
)
def test_a_mutant_is_named_by_the_most_specific_law_that_catches_it(walk, mutant, law):
    assert walk.named_by(mutant) == law


def test_what_agreement_alone_catches_is_known(walk):
    assert walk.by_agreement_alone == ("x stays as it was", "facing stays as it was", "nothing changes")
    assert {law for mutant in walk.by_agreement_alone for law in walk.caught_by[mutant]} == {*AGREEMENT}


def test_the_same_seed_catches_the_same():
    once, again = (catches(WALK, laws_of(WALK), mutants_of(WALK), 40, 1) for _ in range(2))
    assert once == again


def test_a_table_has_a_row_for_each_law():
    found = Catches(
        ("one", "answer_agrees_with_the_reference", "none"),
        {"a": ("one", "answer_agrees_with_the_reference"), "b": ("answer_agrees_with_the_reference",), "c": ()},
        equivalent=("d",),
        applied={"one": 9, "answer_agrees_with_the_reference": 9, "none": 0},
        idle=(),
    )
    assert found.rows() == [
        ("one", 1, "", "a"),
        ("answer_agrees_with_the_reference", 2, "1", "b"),
        ("none", 0, "", ""),
    ]
    assert (found.missed, found.by_agreement_alone, found.named_by("c")) == (("c",), ("b",), "")


def test_a_law_that_says_nothing_is_idle_though_answers_that_cannot_be_read_break_it():
    domain = track()

    @domain.law
    def all_is_well(before, after):
        """All is well."""
        assert True

    found = catches(domain, laws_of(domain), mutants_of(domain), 60)
    assert found.idle == ("all_is_well",)
    assert [row[1:] for row in found.rows() if row[0] == "all_is_well"] == [(0, "", "")]
    assert [mutant for mutant, laws in found.caught_by.items() if "all_is_well" in laws] == [
        *FORM,
        "a valid prompt is rejected",
    ]


def test_a_law_that_applies_to_few_sampled_cases_is_tried_on_cases_of_its_own():
    domain = tictactoe()
    won = dict(zip(CELLS, "xxxoo....", strict=True))

    @domain.law(cases=domain.cases(**won))
    def a_game_that_is_won_stays_as_it_is(before, after):
        """What is won stays won."""
        assert all(after[cell] == before[cell] for cell in CELLS)

    laws = {law.id: law for law in laws_of(domain)}
    found = catches(domain, [laws["a_game_that_is_won_stays_as_it_is"]], mutants_of(domain), 40)
    assert found.applied["a_game_that_is_won_stays_as_it_is"] > 5
    assert found.idle == ()
    assert "a1 is another" in found.caught_by


def test_a_mutant_all_of_whose_answers_are_accepted_changes_nothing():
    policy = Domain(
        "policy/1",
        prompt=Schema("from {a} to {b}", a=Int(0, 4), b=Int(5, 9)),
        answer=Schema("{n}", n=Int(0, 9)),
        resolve=lambda case: {"n": case.a},
        accepts=lambda case, answer: case.a <= answer.n <= case.b,
    )
    found = catches(policy, laws_of(policy), mutants_of(policy), 60)
    assert "n is one more" in found.equivalent
    assert "n is one less" in found.caught_by


def test_a_law_whose_cases_cannot_be_drawn_has_none():
    domain = adder()

    @domain.law(applies=lambda case: case.a > 200)
    def large_sums(case, answer):
        """Never."""
        assert answer.sum > 200

    law = next(law for law in laws_of(domain) if law.id == "large_sums")
    assert drawn_for(law, domain, 10, 0) == []


def test_a_monotone_field_that_never_rises_gives_way_upwards():
    domain = adder(
        answer=Schema("{left}", left=Int(0, 198), end=""),
        resolve=lambda case: {"left": 198 - case.a - case.b},
        monotone=Monotone("left", of="b", rises=False),
    )
    assert answer(domain, "left is wrong where b is high", "07+60=") == "198"
    found = catches(domain, laws_of(domain), mutants_of(domain), 60)
    assert "left_never_rises_with_b" in found.caught_by["left is wrong where b is high"]
