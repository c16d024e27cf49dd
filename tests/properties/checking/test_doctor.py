"""Checks of a domain: a healthy domain passes, and each planted fault is found, with its line."""

import itertools
from functools import lru_cache
from pathlib import Path

import pytest

from tests.small_domains import ADDER, TICTACTOE, TRACK, WALK, adder, marks, moved, tictactoe, track
from turncheck.engine.case import Case
from turncheck.engine.domain import Domain, DomainError, Monotone, Symmetry
from turncheck.engine.fields import Field, Int
from turncheck.engine.reading import Check
from turncheck.engine.registry import load_domain
from turncheck.engine.schema import Schema
from turncheck.engine.stages import Stages
from turncheck.properties.checking.counterexamples import FalseLawError
from turncheck.properties.checking.doctor import DomainReport, Row, check_domain
from turncheck.properties.checking.doctor.fresh import FreshProcessError, address_of, fresh_answers
from turncheck.properties.checking.doctor.looked import Looked
from turncheck.properties.checking.doctor.report import LOOKS
from turncheck.properties.checking.reference import check_reference
from turncheck.properties.checking.simplest import simplest
from turncheck.properties.checking.trial import try_domain
from turncheck.properties.laws import laws_of


def found(domain, name, address="none"):
    """What one row says: its verdict, what was found, what to do."""
    finding = LOOKS[name](Looked(domain, address, 0))
    return finding.verdict, finding.found, finding.todo


def otherwise(domain):
    """The rows of a report that do not hold."""
    return {row.name: (row.verdict, row.found) for row in check_domain(domain).rows if row.verdict != "holds"}


# --- healthy domains -------------------------------------------------------------------------------------------------

EVERY = ["samplers", "texts", "reference", "fresh process"]
OF_STATES = ["next states", "plays"]
OF_DRAWS = ["boundaries", "strategies"]
OF_LAWS = ["laws", "laws are true", "laws apply", "laws bite", "mutants", "speed"]


@pytest.fixture(scope="module")
def report_of():
    """Reports of whole domains, each made once."""
    return lru_cache(check_domain)


@pytest.mark.parametrize(
    ("domain", "rows"),
    [
        (TICTACTOE, [*EVERY, *OF_STATES, "checks", *OF_DRAWS, "reasons", "fields", *OF_LAWS]),
        (ADDER, [*EVERY, *OF_DRAWS, "fields", *OF_LAWS]),
        (WALK, [*EVERY, *OF_STATES, "checks", *OF_DRAWS, "reasons", "fields", *OF_LAWS]),
    ],
)
def test_of_a_healthy_domain_every_row_holds(domain, rows, report_of):
    report = report_of(domain)
    assert [(row.name, row.verdict, row.todo) for row in report.rows] == [(name, "holds", "") for name in rows]
    assert not report.failed
    assert report.domain == domain.described
    assert report.catches is not None
    assert (report.catches.missed, report.catches.idle) == ((), ())


def test_a_report_is_a_table_what_to_do_and_which_law_catches_how_many():
    report = DomainReport(
        "x/1", (Row("texts", "holds", "9 cases"), Row("laws", "fails", "it has no law", "attach one"))
    )
    assert str(report) == (
        "what    verdict    found\n"
        "------  ---------  -------------\n"
        "texts   holds      9 cases\n"
        "laws    fails      it has no law\n"
        "\n"
        "laws: attach one"
    )
    assert report.failed
    assert report.row("laws") == Row("laws", "fails", "it has no law", "attach one")


def test_the_table_of_a_whole_report_has_a_row_for_each_law(report_of):
    lines = str(report_of(ADDER)).splitlines()
    assert lines[0].split() == ["what", "verdict", "found"]
    table = lines[lines.index("") + 1 :]
    assert table[0].split() == ["law", "catches", "alone", "such", "as"]
    assert [line.split()[0] for line in table[2:]] == [
        "answer_agrees_with_the_reference",
        "answer_can_be_read",
        "values_stay_in_their_ranges",
        "swapped_terms",
        "sum_never_falls_with_a",
        "same_answer_asked_again_alone",
        "same_answer_asked_again_in_a_batch",
    ]


# --- before every run ------------------------------------------------------------------------------------------------


def test_a_reference_that_does_nothing_wrong_is_asked_and_nothing_is_said():
    for domain in (TICTACTOE, ADDER, WALK):
        check_reference(domain)


class Wavering:
    """A reference that answers each case otherwise the second time."""

    def __init__(self):
        self.calls = 0

    def __call__(self, case):
        self.calls += 1
        return {"sum": case.a + case.b if case.a < 50 else self.calls % 100}


def test_a_reference_that_wavers_is_refused_with_the_simplest_case():
    with pytest.raises(DomainError) as caught:
        check_reference(adder(resolve=Wavering()))
    assert caught.value.fault.startswith("its reference must always give the same answer to a case, got '0")
    assert caught.value.text == "50+00="


@pytest.mark.parametrize(
    ("resolve", "fault", "text"),
    [
        (lambda case: {"sum": 100 // (case.b - 60)}, "its reference must return a value of Int(low=0, hi", "00+00="),
        (lambda case: {"sum": 1 // (case.a < 31)}, "its resolve raised ZeroDivisionError: integer division", "31+00="),
        (lambda case: {"sum": 2 * case.b}, "its reference must return a value of Int(low=0, high=150, ", "00+76="),
        (
            lambda case: {"carry": 1} if case.a + case.b > 99 else {"sum": 0},
            "its reference returned an unknown field",
            "01+99=",
        ),
        (lambda case: None if case.b > 70 else {"sum": 0}, "its reference must return fields by name, got N", "00+71="),
    ],
)
def test_a_reference_that_gives_what_is_no_answer_is_refused_with_the_simplest_case(resolve, fault, text):
    low = Schema("{sum}", sum=Int(0, 150), end="")
    with pytest.raises(DomainError) as caught:
        check_reference(adder(answer=low if "150" in fault else ADDER.answer, resolve=resolve))
    assert caught.value.fault.startswith(fault)
    assert caught.value.text == text


def test_what_a_played_case_met_is_shown_by_the_simplest_case_too():
    wrong = tictactoe(step=lambda turn: {"b5": "x"} if turn.b2 == "o" else moved(turn))
    with pytest.raises(DomainError) as caught:
        check_reference(wrong)
    assert caught.value.fault.startswith("its reference returned an unknown field")
    case = TICTACTOE.read(caught.value.text)
    assert (case.b2, marks(case, "x"), marks(case, "o"), case.to) == ("o", 1, 1, "a1")
    row = check_domain(wrong).rows[0]
    assert (row.name, row.verdict, row.todo) == ("samplers", "fails", "fix the reference")
    assert row.found == f"domain tictactoe/1: {caught.value.fault}; shown by {caught.value.text!r}"


def test_a_run_begins_with_it():
    with pytest.raises(DomainError, match="its reference must always give the same answer to a case"):
        try_domain(adder(resolve=Wavering()), ())
    try_domain(adder(resolve=Wavering(), held=True), ())


def test_a_run_ends_with_the_simplest_case_on_which_a_law_is_false():
    domain = adder()

    @domain.law
    def sums_are_small(case, answer):
        """No sum is above 120."""
        assert answer.sum <= 120

    with pytest.raises(FalseLawError) as caught:
        try_domain(domain, laws_of(domain))
    assert (caught.value.law, caught.value.case) == ("sums_are_small", "22+99=")


def test_a_check_that_looks_at_more_than_it_names_is_refused():
    check = Check("too_much", "the sum is small", "a", lambda case: case.a + case.b < 190)
    with pytest.raises(DomainError) as caught:
        check_reference(adder(checks=check))
    assert caught.value.fault == "check too_much must name every field that it uses, but lacks 'b'"


def test_a_reference_whose_own_answer_is_not_accepted_is_refused():
    with pytest.raises(DomainError, match="its accepts must be true of its reference's answer, got '1"):
        check_reference(adder(accepts=lambda case, answer: answer.sum < 100))


class Numbers:
    """Answers that are numbers, of any size."""

    def case(self, values):
        return Case(ADDER.prompt, values)

    def case_values(self, case):
        return case.values_

    def answer(self, values):
        return values[0]

    def answer_values(self, answer):
        return (answer,)


@pytest.mark.parametrize(
    ("resolve", "fault"),
    [
        (
            lambda case: 199 if case.a == 7 else 0,
            "its reference must return for sum a value of Int(low=0, high=198, digits=3",
        ),
        (
            lambda case: 5000 if case.a == 7 else 0,
            "its reference must return an answer that can be written and r",
        ),
        (
            lambda case: "many" if case.a == 7 else 0,
            "its reference must return an answer that can be written and",
        ),
    ],
)
def test_an_answer_of_the_domains_own_class_is_looked_at_too(resolve, fault):
    domain = adder(
        codec=Numbers(), resolve=resolve, samplers={"sevens": lambda random: ADDER.case(a=7, b=random.randint(0, 9))}
    )
    with pytest.raises(DomainError) as caught:
        check_reference(domain)
    assert caught.value.fault.startswith(fault)
    assert caught.value.text == "07+00="


# --- faults of what is drawn and answered ----------------------------------------------------------------------------


def test_a_sampler_that_takes_its_randomness_elsewhere_fails():
    numbers = itertools.count()
    domain = adder(samplers={"own": lambda random: ADDER.case(a=next(numbers) % 97)})
    assert found(domain, "samplers") == (
        "fails",
        "sampler own draws other cases with the same seed",
        "take all randomness from the random.Random that it is given",
    )


def test_a_sampler_that_draws_no_case_fails():
    domain = track(samplers={"own": lambda random: WALK.case(x=2)})
    verdict, said, _ = found(domain, "samplers")
    assert (verdict, said) == ("fails", "sampler own draws an invalid case: 'at 2 of 1\\nfacing left\\n'")


def test_a_sampler_that_draws_one_case_alone_is_shown():
    domain = adder(samplers={"own": lambda random: ADDER.case(a=3)})
    assert found(domain, "samplers")[:2] == ("look", "sampler own draws only one case")


def test_checks_that_refuse_nearly_all_fail():
    domain = adder(checks=Check("odd", "a is b", ("a", "b"), lambda case: case.a == case.b == 7))
    report = check_domain(domain)
    assert [(row.name, row.verdict) for row in report.rows] == [
        ("samplers", "fails"),
        ("all else", "look"),
    ]
    fault = "its checks refused 1,000 cases in a row: give it a start, a sampler of its own, or fewer checks"
    assert report.rows[0].found == f"domain adder/1: {fault}"
    assert report.rows[-1].todo == "fix samplers first"
    assert (report.failed, report.catches) == (True, None)


def test_checks_that_refuse_much_are_shown_where_cases_are_not_made_otherwise():
    rare = Check("rare", "b is 7 more than a", ("a", "b"), lambda case: case.b - case.a == 7)
    verdict, said, todo = found(adder(checks=rare), "checks")
    assert (verdict, todo) == ("look", "give it a start, or its own sampler, which makes valid cases")
    assert said.endswith("% of what is drawn field by field is refused")
    made = {"seven_more": lambda random: ADDER.case(a=5, b=12)}
    assert found(adder(checks=rare, samplers=made), "checks")[0] == "holds"


class Doubled(Numbers):
    """Cases that are not read back as they were."""

    def case(self, values):
        return Case(ADDER.prompt, (values[0], min(values[1], 50)))


def test_a_case_that_is_read_back_otherwise_fails():
    domain = adder(codec=Doubled(), resolve=lambda case: case.a + case.b)
    verdict, said, todo = found(
        Domain(
            "adder/1",
            prompt=domain.prompt,
            answer=domain.answer,
            resolve=domain.resolve,
            codec=domain.codec,
            samplers={"high": lambda random: Case(ADDER.prompt, (1, 77))},
        ),
        "texts",
    )
    assert (verdict, said, todo) == (
        "fails",
        "'01+77=' is not read back unchanged",
        "fix the codec, or a field's read and write",
    )


class Blot(Field):
    """A field that writes two of its values alike."""

    pattern = "[ab]"
    simplest = "a"

    def edges(self):
        return ["a", "b"]

    def sample(self, random):
        return random.choice("ab")

    def allows(self, value):
        return value in ("a", "b", "B")

    def write(self, value):
        return value.lower()


def test_a_field_that_writes_two_values_alike_fails():
    class Rare(Blot):
        def sample(self, random):
            return "B" if random.random() < 0.2 else "a"

    letter = Schema("{letter}", letter=Rare())
    domain = Domain("letters/1", state=letter, step=lambda state: {}, start=lambda random: letter.neutral)
    assert found(domain, "texts")[:2] == ("fails", "'b\\n' is not read back unchanged")


def test_a_reference_that_wavers_fails_and_nothing_else_is_looked_at():
    assert otherwise(adder(resolve=Wavering())).keys() == {"reference", "all else"}


def test_a_state_that_its_own_checks_refuse_fails():
    astray = track(step=lambda state: {"x": min(state.x + 1, 9)}, start=None)
    verdict, said, todo = found(astray, "next states")
    assert (verdict, todo) == ("fails", "fix the step or the check")
    assert said.endswith("is a state that the check off_track refuses")


def test_states_from_which_nothing_can_be_done_are_shown():
    of_orders = Check("first", "it is the first turn", ("a1", "to"), lambda turn: turn.a1 == ".")
    once = tictactoe(start=None, step=lambda turn: {"a1": "o"}, checks=of_orders)
    assert found(once, "next states")[:2] == ("look", "no orders are valid in any state that it leads to")


# --- a fresh process -------------------------------------------------------------------------------------------------

UNSTEADY = """
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema

WORDS = ("ash", "birch", "cedar", "date", "elm", "fir", "gum", "hazel", "ivy", "juniper")
print("a module may print")
DOMAIN = Domain(
    "trees/1",
    prompt=Schema("{n}", n=Int(0, 9)),
    answer=Schema("{tree}", tree=Choice(*WORDS)),
    resolve=lambda case: {"tree": [*{*WORDS}][case.n]},
)
STEADY = Domain(
    "trees/1", prompt=DOMAIN.prompt, answer=DOMAIN.answer, resolve=lambda case: {"tree": sorted(WORDS)[case.n]}
)
DRAWN = Domain(
    "trees/1",
    prompt=DOMAIN.prompt,
    answer=DOMAIN.answer,
    resolve=STEADY.resolve,
    samplers={"own": lambda random: STEADY.case(n=hash("ash") % 10)},
)
"""


@pytest.fixture
def trees(tmp_path, monkeypatch):
    """The file of a domain that depends on the order of a set, and of one that does not."""
    import sys

    monkeypatch.setattr(sys, "path", [*sys.path])
    path = tmp_path / "trees.py"
    path.write_text(UNSTEADY)
    yield path
    sys.modules.pop("trees", None)


def test_a_reference_that_depends_on_the_order_of_a_set_fails_in_a_fresh_process(trees):
    verdict, said, todo = found(load_domain(f"{trees}:DOMAIN"), "fresh process", f"{trees}:DOMAIN")
    assert (verdict, todo) == ("fails", "make the reference depend only on its case, and not on the order of a set")
    assert said.startswith("a fresh process answers '")
    verdict, said, todo = found(load_domain(f"{trees}:DRAWN"), "fresh process", f"{trees}:DRAWN")
    assert (verdict, todo) == ("fails", "make the samplers independent of the order of sets and of the clock")
    assert said.startswith("a fresh process draws other cases: '")


def test_the_address_of_a_domain_is_looked_for_among_the_modules_that_are_loaded(trees):
    domain = load_domain(f"{trees}:STEADY")
    assert address_of(domain) == f"{trees}:STEADY"
    assert found(domain, "fresh process", "") == ("holds", "100 cases are drawn and answered alike", "")
    assert address_of(load_domain("duel")) == "duel"
    assert address_of(adder()) == ""


def test_a_domain_that_no_module_has_is_not_asked_in_a_fresh_process():
    assert found(adder(), "fresh process", "") == (
        "look",
        "not checked: no module has the domain as an attribute",
        "make it an attribute of a module, or give address='FILE.py:NAME'",
    )


def test_a_fresh_process_that_cannot_load_the_domain_says_why():
    verdict, said, todo = found(ADDER, "fresh process", "nowhere.py:DOMAIN")
    assert (verdict, todo) == ("look", "make sure that nowhere.py:DOMAIN can be loaded by itself")
    assert said.endswith("UnknownDomainError: domain nowhere.py:DOMAIN: there is no file nowhere.py")


def test_a_fresh_process_starts_no_other(monkeypatch):
    monkeypatch.setenv("TURNCHECK_FRESH", "1")
    with pytest.raises(FreshProcessError, match="it is one itself"):
        fresh_answers("duel", 0)


# --- faults of what is declared --------------------------------------------------------------------------------------


def test_a_boundary_that_is_never_drawn_is_shown():
    never = Check("never_full", "a is no 99", "a", lambda case: case.a != 99)
    assert found(adder(checks=never), "boundaries") == (
        "look",
        "never drawn by any sampler: a 99",
        "see whether the checks allow it; if so, give it a sampler (and strategies) that draws it",
    )


def test_a_reason_that_no_text_is_rejected_for_is_shown():
    idle = Check("too_far", "the place is below ten", "x", lambda state: state.x < 10)
    verdict, said, todo = found(track(checks=(*WALK.checks, idle)), "reasons")
    assert (verdict, said) == ("look", "no text was found that is rejected for too_far")
    assert todo.startswith("drop the check")


def test_a_field_that_no_step_changes_is_shown_unless_it_is_declared():
    assert found(track(untouched=()), "fields") == (
        "look",
        "never changed: width",
        "see whether the step ever changes it; if not, declare untouched=('width',)",
    )
    stuck = adder(
        answer=Schema("{sum} {carry}", sum=Int(0, 198), carry=Int(0, 1), end=""),
        resolve=lambda case: {"sum": case.a + case.b, "carry": 0},
        monotone=(),
    )
    assert found(stuck, "fields")[:2] == ("look", "the same in every answer: carry")
    tape = Schema("{at} {cell[0..1]}", at=Int(0, 9), cell=Int(0, 1))
    domain = Domain("tape/1", state=tape, step=lambda state: {"at": (state.at + 1) % 10}, untouched="cell")
    assert found(domain, "fields")[0] == "holds"


def test_a_rule_that_changes_nothing_when_it_is_left_out_is_shown_unless_it_is_exempt():
    def without(rule):
        return adder(resolve=lambda case: {"sum": case.a}) if rule == "R1" else adder()

    rules = {"R1": "the terms are added", "R2": "nothing else happens"}
    domain = adder(rules=rules, without=without)
    assert found(domain, "rules")[:2] == ("look", "changes no answer if left out: R2")
    domain = adder(rules=rules, without=without, exempt={"R2": "it says what does not happen"})
    assert found(domain, "rules")[:2] == ("holds", "each of 1 rules changes an answer when it is left out")


def test_harmless_changes_and_edge_states_make_other_valid_cases_the_same_when_called_again():
    assert LOOKS["perturbations"](Looked(ADDER, "none", 0)) is None
    good = adder(harmless={"more": lambda case, random: {"b": random.randint(0, 99)}})
    holds = ("holds", "each of 1 harmless changes and edge states makes other valid cases", "")
    assert found(good, "perturbations") == holds
    bad = adder(edge_states={"too much": lambda case, random: {"a": 100} if case.b > 9 else None})
    assert found(bad, "perturbations")[:2] == ("fails", f"'too much' makes an invalid case: '100+{_second(bad)}='")
    count = iter(range(100_000))
    odd = adder(harmless={"next": lambda case, random: {"a": next(count) % 97}})
    assert found(odd, "perturbations")[:2] == ("fails", "'next' makes another case when it is called again")
    idle = adder(harmless={"same": lambda case, random: case, "none": lambda case, random: None})
    assert found(idle, "perturbations")[:2] == ("look", "changes none of the cases: same, none")


def _second(domain):
    """The second term of the first case of the doctor in which it has two digits."""
    return next(f"{case.b:02}" for case in Looked(domain, "none", 0).cases if case.b > 9)


def test_alternatives_must_be_domains_with_the_same_fields():
    assert LOOKS["alternatives"](Looked(ADDER, "none", 0)) is None
    good = adder(alternatives=lambda: {"the sum were doubled": adder(resolve=lambda case: {"sum": case.a * 2})})
    assert found(good, "alternatives")[:2] == ("holds", "1 alternatives have the fields of the domain")
    bad = adder(alternatives=lambda: {"the board were larger": TICTACTOE})
    assert found(bad, "alternatives")[:2] == ("fails", "the domain where 'the board were larger' has other fields")
    assert found(adder(alternatives=lambda: [ADDER]), "alternatives")[:2] == ("fails", "alternatives() returns a list")
    wrong = adder(alternatives=lambda: {"it": None})
    assert found(wrong, "alternatives")[:2] == ("fails", "alternatives() has 'it': None")


def test_arrays_that_resolve_rows_otherwise_than_the_reference_fail():
    class Rows:
        def resolve_rows(self, rows):
            return rows.sum(axis=1, keepdims=True) + (rows[:, :1] == 7)

    domain = adder(arrays=Rows())
    verdict, said, todo = found(domain, "rows")
    assert (verdict, todo) == ("fails", "fix the arrays, or leave resolve_rows out")
    assert said.startswith("resolve_rows and the reference answer '07+")


def test_stages_that_end_otherwise_than_the_reference_fail():
    split = {"split": lambda text: f"{text}\n> add\n"}
    good = {**split, "add": lambda text: ADDER.resolve_text(text.rstrip("\n"))}
    assert found(adder(stages=Stages("split", good)), "stages")[:2] == (
        "holds",
        "the stages split, add end with the reference's answer",
    )
    verdict, said, todo = found(adder(stages=lambda: Stages("split", {**split, "add": lambda text: "7"})), "stages")
    assert (verdict, todo) == ("fails", "fix the stages, or leave them out")
    assert said.startswith("the stages end with '7' for '")


def test_a_wording_that_does_not_lead_back_fails():
    there, back = (lambda text: text.replace("+", " plus ")), (lambda text: text.replace(" plus ", "+"))
    assert found(adder(templates={"words": (there, back)}), "wordings")[0] == "holds"
    assert found(adder(templates={"words": (there, lambda text: text)}), "wordings")[0] == "fails"


# --- faults of laws --------------------------------------------------------------------------------------------------


def test_no_law_at_all_fails():
    domain = adder(derives=False)
    assert found(domain, "laws") == ("fails", "it has no law", "attach one, @DOMAIN.law, or leave derives=True")
    assert otherwise(domain).keys() == {"fresh process", "laws"}


def test_a_law_that_the_reference_breaks_fails_with_its_simplest_case():
    domain = adder()

    @domain.law
    def sums_are_small(case, answer):
        """No sum is above 120."""
        assert answer.sum <= 120

    verdict, said, todo = found(domain, "laws are true")
    assert (verdict, todo) == ("fails", "fix the law or narrow its cases, or fix the reference")
    assert said.startswith("sums_are_small is not true of the reference, shown by '22+99='")


@pytest.mark.parametrize(
    ("parts", "law"),
    [
        ({"symmetries": Symmetry("doubled", lambda case: {"a": case.b, "b": case.b})}, "doubled"),
        ({"monotone": Monotone("sum", of="a", rises=False)}, "sum_never_rises_with_a"),
    ],
)
def test_what_is_declared_and_not_true_fails(parts, law):
    verdict, said, _ = found(adder(**parts), "laws are true")
    assert verdict == "fails"
    assert said.startswith(f"{law} is not true of the reference, shown by '")


def test_a_field_that_is_declared_untouched_and_changes_fails():
    verdict, said, _ = found(track(untouched=("width", "facing")), "laws are true")
    assert verdict == "fails"
    assert said.startswith("untouched_fields_stay is not true of the reference, shown by 'at 0 of 1\\nfacing left\\n'")


def test_a_symmetry_that_raises_fails_with_its_name():
    domain = adder(symmetries=Symmetry("swapped", lambda case: {"a": case.c}))
    row = check_domain(domain).row("laws are true")
    assert row.verdict == "fails"
    assert "symmetry swapped must return a case, or values of fields, for every case" in row.found


def test_a_law_that_never_applies_is_shown():
    domain = adder()

    @domain.law(applies=lambda case: case.a > 200)
    def large_sums(case, answer):
        """Never."""
        assert answer.sum > 200

    assert found(domain, "laws apply")[:2] == ("look", "never apply: large_sums")


def test_a_law_that_no_sampled_case_meets_is_shown():
    domain = Domain(
        "long/1",
        prompt=Schema("{a} {b}", a=Int(0, 10**9), b=Int(0, 10**9)),
        answer=Schema("{c}", c=Int(0, 10**9)),
        resolve=lambda case: {"c": case.a},
    )

    @domain.law(cases=domain.cases(a=123456789))
    def one_number(case, answer):
        """It stays."""
        assert answer.c == 123456789

    verdict, said, _ = found(domain, "laws apply")
    assert (verdict, said) == ("look", "apply to no sampled case, so a sweep never checks them: one_number")


def test_a_law_that_says_nothing_is_named():
    domain = track()

    @domain.law
    def all_is_well(before, after):
        """All is well."""
        assert True

    @domain.law
    def the_end_is_not_passed(before, after):
        """Nobody walks off the track."""
        assert 0 <= after.x <= before.width

    assert found(domain, "laws bite") == (
        "look",
        "catch no derived mutant: all_is_well",
        "see whether they check anything: a law that no wrong answer breaks passes every model",
    )


def test_mutants_that_no_law_catches_are_named():
    domain = adder(derives=False)

    @domain.law
    def even_stays_even(case, answer):
        """Two even numbers have an even sum."""
        assert case.a % 2 or case.b % 2 or answer.sum % 2 == 0

    verdict, said, _ = found(domain, "mutants")
    assert verdict == "look"
    assert said.startswith("caught by no law: sum is always 000, always the simplest answer, swapped_terms holds on o")


def test_what_somebodys_code_raised_stands_in_one_line():
    def raising(random):
        raise ValueError("one line\nand another")

    row = check_domain(adder(samplers={"own": raising})).rows[0]
    assert row.found == "domain adder/1: sampler own raised ValueError: one line and another"


def test_a_law_that_raises_is_named():
    from turncheck.properties.checking.law import KNOWN_ANSWER, Law

    def prompts(case, domain, answers):
        raise KeyError("nothing")

    odd = Law("odd", "", KNOWN_ANSWER, "It is odd.", None, lambda case, domain: True, prompts, None)
    row = check_domain(adder(derives=False, laws=(odd,))).row("laws are true")
    assert (row.verdict, row.found) == ("fails", "law odd: it raised KeyError: 'nothing': fix it, or narrow its cases")


# --- the domains that are there --------------------------------------------------------------------------------------

EXAMPLES = Path(__file__).parents[3] / "examples" / "domains"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["duel", *(f"{EXAMPLES / name / name}.py" for name in ("adder", "life", "subleq"))])
def test_nothing_has_to_be_mended_in_the_domains_that_are_there(name):
    report = check_domain(load_domain(name), address=name)
    assert [row for row in report.rows if row.verdict == "fails"] == []
    assert (report.catches.missed, report.catches.idle) == ((), ())


# --- the simplest case -----------------------------------------------------------------------------------------------


def test_a_case_is_made_simpler_field_by_field_as_long_as_it_is_so():
    case = ADDER.case(a=77, b=88)
    assert simplest(ADDER, case, lambda other: other.a > 20 and other.b % 2 == 0) == ADDER.case(a=21)
    assert simplest(ADDER, case, lambda other: True) == ADDER.case()
    assert simplest(ADDER, case, lambda other: other == case) == case


def test_what_is_simpler_is_a_case_still():
    odd = adder(checks=Check("odd", "a is odd", "a", lambda case: case.a % 2 == 1))
    assert simplest(odd, ADDER.case(a=77, b=88), lambda other: True).a % 2 == 1


def test_a_play_is_made_shorter_and_a_text_stays_as_it_is():
    from turncheck.engine.play import Play

    play = Play(TRACK.neutral, (None,) * 9)
    assert simplest(WALK, play, lambda other: len(other.orders) > 3) == Play(TRACK.neutral, (None,) * 4)
    assert simplest(WALK, play, lambda other: False) == play
    assert simplest(WALK, "at 1", lambda other: True) == "at 1"


def test_no_more_cases_are_tried_than_are_allowed():
    tried = []

    def is_so(case):
        tried.append(case)
        return False

    simplest(ADDER, ADDER.case(a=77, b=88), is_so, tries=3)
    assert len(tried) == 3
