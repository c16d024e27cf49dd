"""A listed engine in a sweep: all its prompts are known before, and other prompts are not asked."""

import json
from collections import Counter

import attrs
import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine import table as table_module
from turncheck.engine.duel import STANDARD, resolve_text
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.array_text import turn_texts
from turncheck.engine.duel.table import DuelArrays
from turncheck.engine.learned import EngineError, Listed
from turncheck.model.adapters.calibration import Noisy, Reference
from turncheck.properties.checking import check as check_module
from turncheck.properties.checking.check import NotApplicableError, check_says_something
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.session.loading import SpecError, load_subject
from turncheck.properties.sweeps import prerecorded as module
from turncheck.properties.sweeps import sweep as sweep_module
from turncheck.properties.sweeps.kept import FOUND
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.prerecorded import check_listed, prompts_asked
from turncheck.properties.sweeps.rates import smallest
from turncheck.properties.sweeps.sweep import Sweep

BUGGY = attrs.evolve(STANDARD, regen_heal=4)
PLAN = Plan("mixed", 3, 300)
NOT_ASKED = {
    "rollout": "its answers were made elsewhere: a rollout asks prompts that follow from earlier answers",
    "stability": "its answers were made elsewhere: no prompt can be asked a second time",
}


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sweep_module, "CHUNK", 128)


class Elsewhere:
    """Answers of an engine to the prompts of a list, as if they had been made elsewhere; keeps what it is asked."""

    def __init__(self, engine, prompts=None):
        self.engine, self.prompts, self.asked = engine, prompts, []

    def predict(self, prompts):
        assert self.unlisted(prompts) == []
        self.asked += prompts
        return self.engine.predict(prompts)

    def unlisted(self, prompts):
        return [] if self.prompts is None else [prompt for prompt in prompts if prompt not in self.prompts]


def subject_of(engine, domain=DOMAIN, **said):
    return Subject("theirs", "predictions", engine, domain, **said)


def all_asked(subject, plan=PLAN):
    return [prompt for part in prompts_asked(subject, plan) for prompt in part.prompts]


def swept(subject, folder, plan=PLAN):
    sweep = Sweep(subject, plan, folder)
    for _ in sweep.chunks():
        pass
    return sweep


class Repeated(DuelArrays):
    """The same turns in every block."""

    def sample(self, name, seed, count, start=0):
        return super().sample(name, seed, count)


class Silent:
    """It may not be asked."""

    def predict(self, prompts):
        raise AssertionError(prompts)

    unlisted = predict


@pytest.mark.parametrize(("sampler", "rejects"), [("mixed", True), ("play", False), ("small", True)])
def test_the_prompts_are_those_that_a_sweep_asks_whatever_is_answered(tmp_path, sampler, rejects):
    plan = Plan(sampler, 3, 201)
    prompts = all_asked(subject_of(Silent(), rejects=rejects), plan)
    assert len(set(prompts)) == len(prompts)
    for name, engine in {"wrong": Noisy(DOMAIN, 1.0), "often": Noisy(DOMAIN, 0.3)}.items():
        elsewhere = Elsewhere(engine)
        swept(subject_of(elsewhere, rejects=rejects), tmp_path / name, plan)
        assert set(elsewhere.asked) == set(prompts)
    assert any(resolve_text(prompt).startswith("reject") for prompt in prompts) == rejects


def test_under_other_rules_they_are_of_the_laws_that_are_true_there(tmp_path, monkeypatch):
    false = {"swapped_units_swap_the_answer", "malformed_turn_gets_its_reason"}
    monkeypatch.setattr(check_module, "first_broken", lambda law, rules: "x" if law.id in false else None)
    prompts = all_asked(subject_of(Silent(), domain=duel(BUGGY)))
    elsewhere = Elsewhere(Noisy(duel(BUGGY), 0.5))
    sweep = swept(subject_of(elsewhere, domain=duel(BUGGY)), tmp_path)
    assert set(elsewhere.asked) == set(prompts) < set(all_asked(subject_of(Silent())))
    assert false < set(sweep.silent)


def test_each_part_says_how_many_turns_are_done():
    parts = list(prompts_asked(subject_of(Silent()), PLAN))
    assert [part.done for part in parts] == [128, 256, 300]
    own = turn_texts(sample_arrays("mixed", 3, 300))
    for part, start in zip(parts, (0, 128, 256), strict=True):
        assert part.prompts[: part.done - start] == own[start : part.done]


def test_a_prompt_of_an_earlier_part_is_not_given_again(monkeypatch):
    monkeypatch.setattr(sweep_module, "CHUNK", 20)
    monkeypatch.setattr(table_module, "_own", lambda domain: Repeated(block=20))
    first, second = prompts_asked(subject_of(Silent()), Plan("mixed", 0, 40))
    own = [prompt for prompt in first.prompts if not resolve_text(prompt).startswith("reject")]
    assert len(own) >= 20
    assert not set(second.prompts) & set(first.prompts)


def test_the_subject_s_own_count_of_drafts_is_left_alone():
    subject = subject_of(Silent())
    all_asked(subject)
    assert (subject.audit.checked, subject.audit.refuted) == (0, 0)


# --- what is missing -------------------------------------------------------------------------------------------------


def test_a_list_that_has_all_is_let_through_whatever_else_it_has():
    prompts = all_asked(subject_of(Silent()))
    check_listed(subject_of(Elsewhere(Reference(DOMAIN), {*prompts, "another"})), PLAN)


def test_missing_answers_are_counted_and_the_first_is_shown():
    prompts = all_asked(subject_of(Silent()))
    missing = [prompts[7], prompts[100], prompts[-1]]
    with pytest.raises(SpecError) as caught:
        check_listed(subject_of(Elsewhere(Reference(DOMAIN), set(prompts) - set(missing))), PLAN)
    first = missing[0][:60].replace("\n", "\\n")
    fault = f"model theirs: 3 of the {len(prompts):,} prompts of this sweep have no answer in it (first: {first})"
    command = "turncheck prompts --sampler mixed --turns 300 --seed 3, with the same --domain, --rules and --model-arg"
    assert str(caught.value) == f"{fault}: {command}, writes them all"


def test_a_list_that_cannot_be_read_any_more_says_so():
    class Gone(Silent):
        def unlisted(self, prompts):
            raise EngineError("it is gone")

    with pytest.raises(SpecError, match=r"^model theirs: it is gone$"):
        check_listed(subject_of(Gone()), PLAN)


def test_another_engine_is_asked_nothing(monkeypatch):
    monkeypatch.setattr(module, "prompts_asked", None)
    check_listed(subject_of(Reference(DOMAIN)), PLAN)


def test_how_far_it_is_is_told():
    done = []
    check_listed(subject_of(Elsewhere(Reference(DOMAIN))), PLAN, done.append)
    assert done == [128, 256, 300]


# --- what cannot be asked --------------------------------------------------------------------------------------------


def test_laws_that_ask_for_more_than_a_list_say_nothing_and_why(tmp_path):
    sweep = Sweep(subject_of(Elsewhere(Reference(DOMAIN))), PLAN, tmp_path)
    assert sweep.silent == {law.id: NOT_ASKED[law.kind] for law in LAWS if law.kind in NOT_ASKED}
    assert Counter(law.kind for law in LAWS if law.id in sweep.silent) == {"rollout": 7, "stability": 2}


@pytest.mark.parametrize("law", [law for law in LAWS if law.kind in NOT_ASKED], ids=lambda law: law.id)
def test_they_are_held_against_every_other_engine(law):
    check_says_something(law, subject_of(Reference(DOMAIN)))
    with pytest.raises(NotApplicableError):
        check_says_something(law, subject_of(Elsewhere(Reference(DOMAIN))))


def test_the_counts_are_those_of_the_same_engine_at_hand(tmp_path):
    there, here = (
        swept(subject_of(Elsewhere(Noisy(DOMAIN, 0.2))), tmp_path / "a"),
        swept(subject_of(Noisy(DOMAIN, 0.2)), tmp_path / "b"),
    )
    asked = [law.id for law in LAWS if law.kind not in NOT_ASKED]
    for name in asked:
        assert (there.counts.applied[name], there.counts.broke[name]) == (
            here.counts.applied[name],
            here.counts.broke[name],
        )
    left = ("done", "diverged", "unreadable", "modes", "fields", "strata")
    assert {name: getattr(there.counts, name) for name in left} == {name: getattr(here.counts, name) for name in left}
    assert sum(there.counts.broke.values()) > 100


def test_witnesses_are_the_simplest_that_were_met(tmp_path):
    prompts = set(all_asked(subject_of(Silent())))
    sweep = swept(subject_of(Elsewhere(Noisy(DOMAIN, 0.2), prompts)), tmp_path)
    met = {}
    for line in (tmp_path / FOUND).read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        met.setdefault((found["law"], found["mode"]), []).append(found["case"] if found["law"] else "")
    expected = {key: min(cases, key=DOMAIN.simplicity) for key, cases in met.items()}
    shown = {(each.law, each.mode): each.case for each in smallest(sweep)}
    about_turns = {law.id for law in LAWS if law.form == "case"}
    assert shown == {key: case for key, case in expected.items() if key[0] in about_turns}
    assert len(shown) > 10


# --- a SPEC ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def spec(tmp_path, monkeypatch):
    """The SPEC of a file with one answer, to a prompt that is no turn."""
    (tmp_path / "answers.jsonl").write_text('{"prompt": "a", "answer": "1"}\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "predictions:answers.jsonl"


def test_a_listed_engine_is_not_asked_a_turn_where_one_is_wanted(spec):
    subject = load_subject(spec, DOMAIN, listed=True)
    assert (subject.name, subject.kind, subject.bytes) == (spec, "predictions", 31)
    assert isinstance(subject.engine, Listed)
    assert subject.ask(["a"]) == ["1"]


def test_where_more_is_asked_it_is_refused_with_the_way_out(spec):
    with pytest.raises(SpecError) as caught:
        load_subject(spec, DOMAIN)
    why = "its answers were made elsewhere and nothing else can be asked of it: turncheck sweep checks such a model"
    assert str(caught.value) == f"model {spec}: {why}"
