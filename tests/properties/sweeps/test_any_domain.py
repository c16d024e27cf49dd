"""Sweeps of domains without own samplers: a game, an adder without a state, a walk without orders."""

import json
from collections import Counter

import attrs
import numpy as np
import pytest

from tests.domains import over
from tests.small_domains import ADDER, TICTACTOE, WALK, adder, marks, tictactoe
from turncheck.engine.sampling import played_on, sample, stream
from turncheck.engine.scope import small
from turncheck.engine.table import PlainArrays, PlainCases
from turncheck.properties.checking import truth
from turncheck.properties.checking.counterexamples import FalseLawError, counterexample
from turncheck.properties.checking.shrink import is_minimal
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import damaged
from turncheck.properties.laws import laws_of
from turncheck.properties.sweeps import plan as plan_module
from turncheck.properties.sweeps import sweep as module
from turncheck.properties.sweeps.compare import Pairing, compared
from turncheck.properties.sweeps.faults import SweepError
from turncheck.properties.sweeps.gate import gate
from turncheck.properties.sweeps.kept import FOUND, STATE
from turncheck.properties.sweeps.plan import Plan, kind_of, turns_in
from turncheck.properties.sweeps.result import found
from turncheck.properties.sweeps.sweep import Sweep

COUNT = 300


class Buggy:
    """Answers cases by a function that gives the fields, or a text, and all else as the reference does."""

    def __init__(self, domain, answer):
        self.domain, self.answer = domain, answer

    def predict(self, prompts):
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt):
        if not self.domain.is_case(prompt):
            return self.domain.resolve_text(prompt)
        case = self.domain.read(prompt)
        given = self.answer(case, self.domain.outcome(case))
        return given if isinstance(given, str) else self.domain.answer.write(given)


def keeps_the_player(turn, right):
    """Whoever marks the middle is to move again; a move to the last cell is answered with nothing that can be read."""
    if turn.to == "c3":
        return "to_move nobody\n"
    return right.changed(player=turn.player) if turn.to == "b2" else right


def drops_carries(case, right):
    """7 + 5 is 2."""
    return right.changed(sum=right.sum - 10) if case.a % 10 + case.b % 10 >= 10 else right


def turns_late(state, right):
    """It goes on where it should turn, if there is room for that in a digit."""
    return right.changed(facing=state.facing, x=min(state.x + 1, 9)) if right.facing != state.facing else right


BUGS = {"game": (TICTACTOE, keeps_the_player), "adder": (ADDER, drops_carries), "walk": (WALK, turns_late)}


@pytest.fixture(autouse=True)
def more_often(monkeypatch):
    monkeypatch.setattr(truth, "TRIED", 50)
    monkeypatch.setattr(plan_module, "MORE", 4)
    for name, value in {"DAMAGED": 3, "PLAYED": 20, "AGAIN": 40, "CHUNK": 128}.items():
        monkeypatch.setattr(module, name, value)


@pytest.fixture(params=BUGS)
def subject(request):
    domain, bug = BUGS[request.param]
    return Subject("buggy", "py", Buggy(domain, bug), domain)


def swept(folder, subject, plan, laws=None):
    sweep = Sweep(subject, plan, folder, laws)
    for _ in sweep.chunks():
        pass
    return sweep


def lines(folder):
    return [json.loads(line) for line in (folder / FOUND).read_text(encoding="utf-8").splitlines()]


# --- counts ----------------------------------------------------------------------------------------------------------


def cases_by_hand(sweep, law, cases):
    """The cases on which the law is held, by the table of `turncheck.properties.sweeps.sweep`."""
    domain, kind, block = sweep.subject.domain, kind_of(law), sweep._block_at(0)
    every = {"malformed": 3, "plays": 20, "again": 40}.get(kind) or sweep.every[law.id]
    salt = law.id if kind in ("own", "more") else kind
    for index in np.flatnonzero(block.chosen(every, salt, slice(0, len(cases)))).tolist():
        case, random = cases[index], stream(f"sweep/{kind}", sweep.plan.seed, index)
        if kind == "malformed":
            case = damaged(case, random, domain)
        elif kind == "plays":
            case = played_on(domain, case, random)
        if case is not None and law.applies(case, domain):
            yield case


def test_the_counts_are_those_of_checking_every_case(tmp_path, subject):
    domain = subject.domain
    plan = Plan("mixed", 3, COUNT)
    sweep = swept(tmp_path, subject, plan)
    cases, afresh, expected = list(sample(domain, "mixed", 3, COUNT)), subject.without_memory(), {}
    for law in laws_of(domain):
        held = list(cases_by_hand(sweep, law, cases))
        expected[law.id] = len(held), sum(counterexample(law, afresh, case) is not None for case in held)
    assert {law: (sweep.counts.applied[law], sweep.counts.broke[law]) for law in expected} == expected
    wrong = [case for case in cases if afresh.ask([domain.write(case)])[0] != domain.resolve_text(domain.write(case))]
    assert sweep.counts.diverged == len(wrong) == sum(sweep.counts.modes.values()) > 0
    assert len([line for line in lines(tmp_path) if not line["law"]]) == len(wrong)
    assert sum(broke for _, broke in expected.values()) == len([line for line in lines(tmp_path) if line["law"]])


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("game", {"own", "more", "malformed", "plays", "again"}),
        ("adder", {"own", "more", "again"}),  # it rejects nothing and has no state
        ("walk", {"own", "malformed", "plays", "again"}),  # it declares no symmetry
    ],
)
def test_laws_are_held_on_what_the_domain_has(tmp_path, name, kinds):
    domain, bug = BUGS[name]
    sweep = swept(tmp_path, Subject("buggy", "py", Buggy(domain, bug), domain), Plan("mixed", 3, COUNT))
    assert {kind_of(law) for law in sweep.laws if sweep.counts.applied[law.id]} == kinds == sweep.kinds
    result = found(sweep, searches=False)
    stated = {"malformed": result.damaged, "plays": result.played, "again": result.again}
    assert {kind for kind, every in stated.items() if every} == kinds - {"own", "more"}


def test_a_model_that_rejects_nothing_is_not_asked_malformed_texts(tmp_path):
    engine = Buggy(TICTACTOE, keeps_the_player)
    sweep = swept(tmp_path, Subject("mine", "py", engine, TICTACTOE, rejects=False), Plan("play", 3, COUNT))
    assert set(sweep.silent) == {"malformed_prompt_is_rejected", "malformed_prompt_gets_its_reason"}
    assert "malformed" not in sweep.kinds


def test_fields_of_a_state_are_counted_by_whether_they_change(tmp_path):
    sweep = swept(tmp_path, Subject("mine", "py", Buggy(WALK, turns_late), WALK), Plan("uniform", 0, COUNT))
    expected = {f"{name} {how}": [0, 0] for name in WALK.answer.names for how in ("changed", "unchanged")}
    for state in sample(WALK, "uniform", 0, COUNT):
        right = WALK.outcome(state)
        given = turns_late(state, right)
        for name in WALK.answer.names:
            entry = expected[f"{name} {'unchanged' if right[name] == state[name] else 'changed'}"]
            entry[0] += 1
            entry[1] += given[name] != right[name]
    assert sweep.counts.fields == expected
    assert expected["facing changed"][1] > 0
    assert expected["x unchanged"][1] > 0


def test_fields_that_the_prompt_has_not_are_counted_as_they_are(tmp_path):
    sweep = swept(tmp_path, Subject("mine", "py", Buggy(ADDER, drops_carries), ADDER), Plan("uniform", 0, COUNT))
    assert sweep.counts.fields == {"sum": [COUNT, sweep.counts.diverged]}
    assert sweep.counts.diverged > 0
    result = found(sweep, searches=False)
    assert (result.noun, result.fields_title, result.strata) == ("case", "number of the answer", ())


def test_an_answer_that_cannot_be_read_is_wrong_in_no_field(tmp_path):
    turns = list(sample(TICTACTOE, "play", 5, COUNT))
    sweep = swept(tmp_path, Subject("m", "py", Buggy(TICTACTOE, keeps_the_player), TICTACTOE), Plan("play", 5, COUNT))
    unreadable = sum(turn.to == "c3" for turn in turns)
    kept = sum(turn.to == "b2" and not over(turn) for turn in turns)
    assert (sweep.counts.unreadable, sweep.counts.diverged) == (unreadable, unreadable + kept)
    assert {name: wrong for name, (_, wrong) in sweep.counts.fields.items() if wrong} == {"player changed": kept}


def test_cases_are_told_apart_by_the_choices_of_their_orders(tmp_path):
    turns = list(sample(TICTACTOE, "play", 5, COUNT))
    sweep = swept(tmp_path, Subject("m", "py", Buggy(TICTACTOE, keeps_the_player), TICTACTOE), Plan("play", 5, COUNT))
    cases = Counter(f"to {turn.to}" for turn in turns)
    wrong = Counter(f"to {turn.to}" for turn in turns if turn.to == "c3" or (turn.to == "b2" and not over(turn)))
    assert sweep.counts.strata == {name: [count, wrong[name]] for name, count in cases.items()}
    result = found(sweep, searches=False)
    assert [row.name for row in result.strata] == sorted(cases)
    assert (result.noun, result.fields_title, result.strata_title) == ("turn", "field of the state", "orders")


def test_where_other_answers_are_accepted_they_are_right(tmp_path):
    near = adder(accepts=lambda case, answer: abs(answer.sum - case.a - case.b) <= 1, symmetries=(), monotone=())
    engine = Buggy(near, lambda case, right: right.changed(sum=right.sum + (case.a % 5 == 0) + (case.a == 50)))
    sweep = swept(tmp_path, Subject("mine", "py", engine, near), Plan("small", 0, turns_in("small", 10**6, near)))
    assert (sweep.counts.done, sweep.counts.diverged) == (10_000, 100)  # off by one in 2,000, by two in those with 50
    assert {line["law"] for line in lines(tmp_path)} == {"", "answer_agrees_with_the_reference"}


# --- the small scope -------------------------------------------------------------------------------------------------


def test_the_small_scope_of_a_small_domain_is_every_case_of_it(tmp_path):
    assert (turns_in("small", 10**9, ADDER), turns_in("small", 10**9, WALK)) == (100 * 100, 54 * 2)
    plan = Plan("small", 0, turns_in("small", 10**9, ADDER))
    agrees = [law for law in laws_of(ADDER) if law.id == "answer_agrees_with_the_reference"]
    sweep = swept(tmp_path, Subject("mine", "py", Buggy(ADDER, drops_carries), ADDER), plan, agrees)
    assert (sweep.counts.done, sweep.counts.diverged) == (10_000, 4_500)  # 45 of 100 pairs of last digits carry
    result = found(sweep, searches=False)
    assert (result.stream, result.sampler) == (None, "small")


def test_a_part_of_the_small_scope_begins_with_the_simplest(tmp_path):
    swept(tmp_path, Subject("mine", "py", Buggy(ADDER, lambda case, right: "?"), ADDER), Plan("small", 0, 200))
    asked = [line["prompt"] for line in lines(tmp_path) if not line["law"]]
    assert asked == [ADDER.write(case) for case in small(ADDER)][:200]
    assert asked[:2] == ["00+00=", "00+01="]


# --- going on --------------------------------------------------------------------------------------------------------


def test_an_interrupted_sweep_goes_on_and_ends_as_one_that_was_not(tmp_path, subject):
    plan = Plan("mixed", 3, 300)
    whole = swept(tmp_path / "whole", subject, plan)
    next(iter(Sweep(subject, plan, tmp_path / "parts").chunks()))
    with open(tmp_path / "parts" / FOUND, "ab") as file:
        file.write(b'{"half a li')
    second = Sweep(subject, plan, tmp_path / "parts", resume=True)
    assert second.counts.done == 128
    for _ in second.chunks():
        pass
    assert second.counts == whole.counts
    for name in (FOUND, STATE):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_sweep_of_another_domain_is_not_gone_on_with(tmp_path):
    plan, few = Plan("uniform", 3, 20), laws_of(WALK)[:1]
    swept(tmp_path, Subject("mine", "py", Buggy(WALK, turns_late), WALK), plan, few)
    with pytest.raises(SweepError, match="with other domain, model, rules: give another --out"):
        Sweep(Subject("mine", "py", Buggy(ADDER, drops_carries), ADDER), plan, tmp_path, few, resume=True)


# --- verdicts --------------------------------------------------------------------------------------------------------


def test_a_gate_and_a_comparison(tmp_path):
    plan = Plan("mixed", 3, 300)
    right = Subject("right", "py", Buggy(WALK, lambda state, right: right), WALK)
    late = Subject("late", "py", Buggy(WALK, turns_late), WALK)
    sweeps = {subject.name: swept(tmp_path / subject.name, subject, plan) for subject in (right, late)}
    assert [gate(sweep.counts, plan, 0.02) for sweep in sweeps.values()] == ["PASS", "FAIL"]
    own, *laws = compared(tmp_path / "right", tmp_path / "late").pairs
    assert own == Pairing("own answer", 0, 0, sweeps["late"].counts.diverged)
    assert own.verdict == "worse"
    broken = [law.id for law in laws_of(WALK) if sweeps["late"].counts.broke[law.id]]
    assert [pair.name for pair in laws] == broken
    assert {pair.name: pair.second for pair in laws} == {law: sweeps["late"].counts.broke[law] for law in broken}


# --- the simplest cases ----------------------------------------------------------------------------------------------


def test_the_smallest_cases_are_minimal_and_said_in_a_few_words(tmp_path):
    engine = Buggy(TICTACTOE, keeps_the_player)
    subject = Subject("mine", "py", engine, TICTACTOE)
    sweep = swept(tmp_path, subject, Plan("play", 3, COUNT))
    result = found(sweep)
    about_cases = {law.id: law for law in laws_of(TICTACTOE) if law.form == "case"}
    met = {(line["law"], line["mode"]) for line in lines(tmp_path) if line["law"] in about_cases}
    assert {(each.law, each.mode) for each in result.smallest} == met
    assert result.shrunk
    for each in result.smallest:
        law, turn = about_cases[each.law], TICTACTOE.read(each.case)
        assert is_minimal(law, subject, counterexample(law, subject, turn))
    (unread,) = [each for each in result.smallest if each.law == "answer_can_be_read"]
    assert unread.case == "to_move x\nrow . . .\nrow . . .\nrow . . .\nmove c3\n"
    assert (unread.mode, unread.short) == ("token_drift", "move c3")


# --- what is wrong with a domain -------------------------------------------------------------------------------------


def test_a_law_that_the_reference_breaks_is_a_fault_of_the_law(tmp_path):
    domain = tictactoe()

    @domain.law
    def x_has_the_last_word(before, after):
        """After a turn x is to move."""
        assert after.player == "x"

    with pytest.raises(FalseLawError, match="x_has_the_last_word does not hold for the reference"):
        Sweep(Subject("mine", "py", Buggy(domain, keeps_the_player), domain), Plan("play", 3, COUNT), tmp_path)


def test_a_law_of_a_user_s_own_is_swept(tmp_path):
    domain = tictactoe()

    @domain.law(cases=domain.cases(b2="."))
    def the_middle_is_marked_in_turn(before, after):
        """Where the middle is marked somebody else is to move."""
        assert after.b2 == before.b2 or after.player != before.player

    sweep = swept(tmp_path, Subject("m", "py", Buggy(domain, keeps_the_player), domain), Plan("play", 5, COUNT))
    turns = list(sample(domain, "play", 5, COUNT))
    name = "the_middle_is_marked_in_turn"
    unreadable = sum(turn.b2 == "." and turn.to == "c3" for turn in turns)
    kept = sum(turn.to == "b2" and not over(turn) for turn in turns)
    assert sweep.counts.applied[name] == sum(turn.b2 == "." for turn in turns)
    assert sweep.counts.broke[name] == unreadable + kept


# --- arrays of one's own ---------------------------------------------------------------------------------------------


@attrs.frozen(eq=False, slots=False)
class Counted(PlainArrays):
    """The plain way, for one sampler, in blocks of its own; turns are told apart by how many marks there are."""

    drawn: list = attrs.field(factory=list)

    @property
    def samplers(self):
        return ("play",)

    def small(self):
        return None

    def sample(self, name, seed, count, start=0):
        assert name == "play"
        self.drawn.append((start, count))
        return PlainCases(self.domain, list(sample(self.domain, name, seed, count, start)))

    def stratum(self, case):
        return f"{9 - marks(case, '.')} marks"

    def strata(self, cases):
        return dict(Counter(map(self.stratum, cases.cases)))


def test_arrays_of_the_domain_s_own_are_used_for_the_samplers_that_they_have(tmp_path):
    domain = tictactoe(arrays=lambda: own)
    own = Counted(domain, stream="mine-1", block=100, strata_title="marks")
    given, plain = (Subject("mine", "py", Buggy(each, keeps_the_player), each) for each in (domain, TICTACTOE))
    by_arrays = swept(tmp_path / "own", given, Plan("play", 3, 250))
    assert own.drawn == [(0, 100), (0, 100), (100, 100), (200, 50)]  # the pilot, then the blocks
    plainly = swept(tmp_path / "plain", plain, Plan("play", 3, 250))
    assert (tmp_path / "own" / FOUND).read_text() != ""
    left = ("done", "diverged", "unreadable", "modes", "fields")
    one, other = by_arrays.counts, plainly.counts
    assert [getattr(one, name) for name in left] == [getattr(other, name) for name in left]
    assert sum(cases for cases, _ in one.strata.values()) == 250
    assert sum(wrong for _, wrong in one.strata.values()) == one.diverged
    result = found(by_arrays, searches=False)
    assert (result.stream, result.strata_title) == ("mine-1", "marks")
    swept(tmp_path / "uniform", given, Plan("uniform", 3, 10))
    assert len(own.drawn) == 4
