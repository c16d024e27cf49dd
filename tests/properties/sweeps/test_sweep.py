"""Sweeps: the counts are those of checking every case by hand, and an interrupted sweep resumes where it stopped."""

import json
from collections import Counter

import attrs
import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, resolve, resolve_text, write
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.small import small
from turncheck.engine.sampling import UnknownSamplerError, played_on, stream
from turncheck.model.adapters.calibration import Noisy, Reference
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.law import MALFORMED
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import damaged
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.sweeps import plan as plan_module
from turncheck.properties.sweeps import sweep as module
from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.faults import SweepError
from turncheck.properties.sweeps.kept import FOUND, STATE
from turncheck.properties.sweeps.plan import Plan, kind_of, turns_in
from turncheck.properties.sweeps.rates import law_rows, mode_rows
from turncheck.properties.sweeps.sweep import Sweep

BUGGY = attrs.evolve(STANDARD, regen_heal=4)
PLAN = Plan("play", 3, 700)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 256)


def subject_of(engine, domain=DOMAIN, **said):
    return Subject("mine", "py", engine, domain, **said)


def buggy(prompts):
    return [resolve_text(prompt, BUGGY) for prompt in prompts]


def swept(folder, subject, plan=PLAN, laws=LAWS):
    sweep = Sweep(subject, plan, folder, laws)
    for _ in sweep.chunks():
        pass
    return sweep


def lines(folder):
    return [json.loads(line) for line in (folder / FOUND).read_text(encoding="utf-8").splitlines()]


def test_the_truth_breaks_nothing_and_leaves_no_line(tmp_path):
    sweep = swept(tmp_path, subject_of(Reference(DOMAIN)))
    counts = sweep.counts
    assert (counts.done, counts.diverged, counts.unreadable, +counts.broke, counts.modes) == (700, 0, 0, Counter(), {})
    assert lines(tmp_path) == []
    assert sum(wrong for _, wrong in counts.fields.values()) == 0
    assert sweep.whole


@pytest.fixture
def more_often(monkeypatch):
    for name, every in {"MORE": 4, "PILOT": 100}.items():
        monkeypatch.setattr(plan_module, name, every)
    for name, every in {"DAMAGED": 3, "PLAYED": 20, "AGAIN": 40}.items():
        monkeypatch.setattr(module, name, every)


def cases_by_hand(sweep, law, turns):
    """The cases on which the law is held, by the table of `turncheck.properties.sweeps.sweep`."""
    kind, block = kind_of(law), sweep._block_at(0)
    every = {"malformed": 3, "plays": 20, "again": 40}.get(kind) or sweep.every[law.id]
    salt = kind if kind in ("malformed", "plays", "again") else law.id
    chosen = block.chosen(every, salt, slice(0, len(turns)))
    for index in chosen.nonzero()[0].tolist():
        turn, random = turns[index], stream(f"sweep/{kind}", PLAN.seed, index)
        case = turn
        if kind == "malformed":
            case = damaged(turn, random, DOMAIN)
        elif kind == "plays":
            case = played_on(DOMAIN, turn, random)
        if case is not None and law.applies(case, DOMAIN):
            yield case


@pytest.mark.usefixtures("more_often")
@pytest.mark.parametrize("engine", [PythonFunction(buggy), Noisy(DOMAIN, 0.1)], ids=["a bug", "noise"])
def test_the_counts_are_those_of_checking_every_case(tmp_path, engine):
    sweep = swept(tmp_path, subject_of(engine))
    arrays = sample_arrays(PLAN.sampler, PLAN.seed, PLAN.turns)
    turns = [arrays.turn(index) for index in range(PLAN.turns)]
    subject = subject_of(engine)
    expected = {}
    for law in LAWS:
        cases = list(cases_by_hand(sweep, law, turns))
        expected[law.id] = len(cases), sum(counterexample(law, subject, case) is not None for case in cases)
    assert {law.id: (sweep.counts.applied[law.id], sweep.counts.broke[law.id]) for law in LAWS} == expected
    wrong = [turn for turn in turns if subject.ask([write(turn)]) != [write(resolve(turn))]]
    assert sweep.counts.diverged == len(wrong) == sum(sweep.counts.modes.values())
    kinds = {kind_of(law) for law in LAWS if expected[law.id][0] > 0}
    assert kinds == {"own", "more", "malformed", "plays", "again"}


@pytest.mark.usefixtures("more_often")
def test_a_turn_whose_own_answer_is_right_may_break_a_law_about_two(tmp_path):
    def wrong_at_1_hp(prompts):
        return [resolve_text(prompt, BUGGY if "hero hp 01/" in prompt else STANDARD) for prompt in prompts]

    swaps = [law for law in LAWS if law.id == "swapped_units_swap_the_answer"]
    sweep = swept(tmp_path, subject_of(PythonFunction(wrong_at_1_hp)), Plan("mixed", 0, 4000), swaps)
    broken = [line for line in lines(tmp_path) if line["law"]]
    assert sweep.counts.broke["swapped_units_swap_the_answer"] == len(broken) > 0
    assert any(line["case"] != line["prompt"] for line in broken)


def test_a_line_says_which_turn_which_law_and_how(tmp_path):
    swept(tmp_path, subject_of(PythonFunction(buggy)))
    found = lines(tmp_path)
    assert {frozenset(line) for line in found} == {
        frozenset({"turn", "law", "mode", "prompt", "expected", "got"}),
        frozenset({"turn", "law", "mode", "case", "prompt", "expected", "got"}),
    }
    arrays = sample_arrays(PLAN.sampler, PLAN.seed, PLAN.turns)
    for line in found:
        assert line["expected"] == resolve_text(line["prompt"]) != line["got"] == resolve_text(line["prompt"], BUGGY)
        if not line["law"]:
            assert line["prompt"] == write(arrays.turn(line["turn"]))


def test_numbers_and_orders_are_counted_by_hand(tmp_path):
    sweep = swept(tmp_path, subject_of(PythonFunction(buggy)), Plan("mixed", 0, 300))
    arrays = sample_arrays("mixed", 0, 300)
    turns = [arrays.turn(index) for index in range(300)]
    counted = Counter()
    for turn in turns:
        right, given = resolve(turn), resolve(turn, BUGGY)
        for name in ("hero", "foe"):
            was, wanted, got = turn.battle.unit(name).hp, right.unit(name).hp, given.unit(name).hp
            key = f"{name} hp {'changed' if was != wanted else 'unchanged'}"
            counted[key, "turns"] += 1
            counted[key, "wrong"] += wanted != got
    for key in ("hero hp changed", "hero hp unchanged", "foe hp changed", "foe hp unchanged"):
        assert sweep.counts.fields[key] == [counted[key, "turns"], counted[key, "wrong"]]
    assert sum(turns for turns, _ in sweep.counts.strata.values()) == 300
    assert sum(wrong for _, wrong in sweep.counts.strata.values()) == sweep.counts.diverged > 0
    assert sum(turns for turns, _ in sweep.counts.fields.values()) == 31 * 300


def test_an_interrupted_sweep_goes_on_and_ends_as_one_that_was_not(tmp_path):
    whole = swept(tmp_path / "whole", subject_of(Noisy(DOMAIN, 0.1)))
    first = Sweep(subject_of(Noisy(DOMAIN, 0.1)), PLAN, tmp_path / "parts")
    next(iter(first.chunks()))
    with open(tmp_path / "parts" / FOUND, "ab") as found:
        found.write(b'{"half a li')  # killed in the midst of the next chunk
    second = Sweep(subject_of(Noisy(DOMAIN, 0.1)), PLAN, tmp_path / "parts", resume=True)
    assert second.counts.done == 256
    for _ in second.chunks():
        pass
    assert second.counts == whole.counts
    for name in (FOUND, STATE):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_of_a_chunk_that_is_interrupted_nothing_is_counted(tmp_path, monkeypatch):
    sweep, held = Sweep(subject_of(Noisy(DOMAIN, 0.5)), PLAN, tmp_path), Sweep._held

    def interrupted(work, law, subject, cases):
        yield from held(work, law, subject, cases)
        if work.counts.done == 256:
            assert work.counts.diverged > kept["diverged"]  # some of the second chunk is counted by now
            raise KeyboardInterrupt

    monkeypatch.setattr(Sweep, "_held", interrupted)
    chunks = sweep.chunks()
    kept = json.loads(json.dumps(next(chunks).to_json()))
    with pytest.raises(KeyboardInterrupt):
        next(chunks)
    assert json.loads(json.dumps(sweep.counts.to_json())) == kept
    assert json.loads((tmp_path / STATE).read_text(encoding="utf-8"))["counts"] == kept


def test_a_sampler_that_the_domain_has_not_is_named_with_those_that_it_has(tmp_path):
    with pytest.raises(UnknownSamplerError) as caught:
        Sweep(subject_of(Reference(DOMAIN)), Plan("uniform", 0, 10), tmp_path)
    assert str(caught.value) == "sampler must be one of mixed, play, small, got 'uniform'"
    assert list(tmp_path.iterdir()) == []


def test_what_is_swept_is_kept_in_the_state(tmp_path):
    swept(tmp_path, subject_of(Reference(DOMAIN), sha256="ab", arguments=("seed=1",)), Plan("play", 3, 10), LAWS[:2])
    kept = json.loads((tmp_path / STATE).read_text(encoding="utf-8"))
    model = {"name": "mine", "kind": "py", "sha256": "ab", "template": "duel/1", "arguments": ["seed=1"]}
    plan = {"sampler": "play", "seed": 3, "turns": 10}
    laws = [law.id for law in LAWS[:2]]
    rules = {"domain": "duel/1", "rules": repr(STANDARD)}
    assert kept["about"] == {"schema": 4, **plan, "model": model, **rules, "laws": laws}


def test_another_sweep_is_not_gone_on_with(tmp_path):
    few = LAWS[:2]
    swept(tmp_path, subject_of(Reference(DOMAIN)), Plan("play", 3, 10), few)
    with pytest.raises(SweepError, match="it holds a sweep: --resume continues it, another --out starts a new sweep"):
        Sweep(subject_of(Reference(DOMAIN)), Plan("play", 3, 10), tmp_path, few)
    with pytest.raises(SweepError, match="it holds another sweep, with other seed, turns: give another --out"):
        Sweep(subject_of(Reference(DOMAIN)), Plan("play", 4, 20), tmp_path, few, resume=True)
    with pytest.raises(SweepError, match="it holds another sweep, with other laws: give another --out"):
        Sweep(subject_of(Reference(DOMAIN)), Plan("play", 3, 10), tmp_path, LAWS[:3], resume=True)
    with pytest.raises(SweepError, match="it holds another sweep, with other model: give another --out"):
        Sweep(subject_of(Reference(DOMAIN), arguments=("seed=1",)), Plan("play", 3, 10), tmp_path, few, resume=True)
    with pytest.raises(SweepError, match="it holds another sweep, with other rules: give another --out"):
        Sweep(subject_of(Reference(duel(BUGGY)), duel(BUGGY)), Plan("play", 3, 10), tmp_path, few, resume=True)
    kept = json.loads((tmp_path / STATE).read_text(encoding="utf-8"))
    kept["about"] |= {"schema": 2, "domain": "duel/0"}
    (tmp_path / STATE).write_text(json.dumps({**kept, "counts": {}}), encoding="utf-8")
    with pytest.raises(SweepError, match="its schema must be 4, got 2: sweep again with this version"):
        Sweep(subject_of(Reference(DOMAIN)), Plan("play", 3, 10), tmp_path, few, resume=True)


def test_counts_come_back_from_json():
    counts = Counts(
        7, 2, 1, Counter(a=3), Counter(a=1), Counter(wrong_value=2), {"turn changed": [5, 1]}, {"x": [7, 2]}
    )
    assert Counts.from_json(json.loads(json.dumps(counts.to_json()))) == counts


def test_of_a_model_that_rejects_nothing_no_law_about_rejecting_is_swept(tmp_path):
    sweep = swept(tmp_path, subject_of(Reference(DOMAIN), rejects=False), Plan("play", 0, 50))
    assert set(sweep.silent) == {law.id for law in LAWS if law.kind == MALFORMED}
    assert {row.name for row in law_rows(sweep)} == {law.id for law in LAWS if law.kind != MALFORMED}


def test_the_rows_say_how_sure_a_rate_is(tmp_path):
    sweep = swept(tmp_path, subject_of(Noisy(DOMAIN, 0.1)), Plan("mixed", 1, 500))
    (agrees,) = [row for row in law_rows(sweep) if row.name == "answer_agrees_with_the_reference"]
    assert (agrees.applied, agrees.broke) == (500, sweep.counts.diverged)
    assert agrees.low < agrees.broke / 500 < agrees.high
    (never,) = [row for row in law_rows(sweep) if row.name == "valid_turn_is_never_rejected"]
    assert (never.applied, never.broke, never.low) == (500, 0, 0.0)
    assert never.interval == f"below {never.high:.3%} (one-sided)"
    assert mode_rows(sweep.counts)[0].broke == sweep.counts.diverged


def test_the_small_scope_is_swept_whole_and_no_more(tmp_path):
    assert turns_in("small", 10**9, DOMAIN) == len(small())
    assert (turns_in("small", 300, DOMAIN), turns_in("play", 10**9, DOMAIN)) == (300, 10**9)
    agrees = [law for law in LAWS if law.id == "answer_agrees_with_the_reference"]
    sweep = swept(tmp_path, subject_of(PythonFunction(buggy)), Plan("small", 0, 1500), agrees)
    arrays = small()
    wrong = sum(resolve(arrays.turn(index)) != resolve(arrays.turn(index), BUGGY) for index in range(1500))
    assert sweep.counts.broke["answer_agrees_with_the_reference"] == wrong
