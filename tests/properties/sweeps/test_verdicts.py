"""Gates and comparisons of sweeps."""

import json
from pathlib import Path

import attrs
import pytest

from tests.properties.kept_sweeps import change_state
from turncheck.duel import DOMAIN
from turncheck.model.adapters.calibration import Noisy, Reference
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.sweeps import sweep as module
from turncheck.properties.sweeps.compare import Comparison, Pairing, Swept, compared
from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.faults import SweepError
from turncheck.properties.sweeps.gate import gate
from turncheck.properties.sweeps.kept import FOUND
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.sweep import Sweep

PLAN = Plan("play", 3, 700)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 256)


def subject_of(engine):
    return Subject("mine", "py", engine, DOMAIN)


def swept(folder, subject, plan=PLAN, laws=LAWS):
    for _ in Sweep(subject, plan, folder, laws).chunks():
        pass


def lines(folder):
    return [json.loads(line) for line in (folder / FOUND).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("diverged", "rate", "verdict"),
    [(0, 0.01, "PASS"), (2, 0.01, "PASS"), (8, 0.01, "INCONCLUSIVE"), (30, 0.01, "FAIL"), (0, 0.0, "INCONCLUSIVE")],
)
def test_a_gate_passes_and_fails_only_where_the_whole_interval_does(diverged, rate, verdict):
    assert gate(Counts(done=1000, diverged=diverged), Plan("play", 0, 1000), rate) == verdict


def test_a_part_of_a_sweep_gets_no_verdict():
    with pytest.raises(ValueError, match="a gate needs the whole sweep, got 999 of 1,000 turns: --resume continues it"):
        gate(Counts(done=999), Plan("play", 0, 1000), 0.5)


def test_two_sweeps_are_compared_turn_by_turn(tmp_path):
    for name, engine in (("truth", Reference(DOMAIN)), ("some", Noisy(DOMAIN, 0.02)), ("more", Noisy(DOMAIN, 0.2))):
        swept(tmp_path / name, subject_of(engine))
    own, *laws = compared(tmp_path / "some", tmp_path / "more").pairs
    failed = {name: {line["turn"] for line in lines(tmp_path / name) if not line["law"]} for name in ("some", "more")}
    both = failed["some"] & failed["more"]
    assert own == Pairing("own answer", len(both), len(failed["some"] - both), len(failed["more"] - both))
    assert (own.verdict, own.p < 1e-6) == ("worse", True)
    assert compared(tmp_path / "more", tmp_path / "some").pairs[0].verdict == "better"
    assert {pair.name for pair in laws} <= {law.id for law in LAWS}
    same = compared(tmp_path / "some", tmp_path / "some").pairs
    assert {(pair.first, pair.second, pair.p, pair.verdict) for pair in same} == {(0, 0, 1.0, "")}
    assert compared(tmp_path / "truth", tmp_path / "truth").pairs == (Pairing("own answer", 0, 0, 0),)


def test_sweeps_of_other_turns_are_not_compared(tmp_path):
    few = LAWS[:2]
    swept(tmp_path / "one", subject_of(Reference(DOMAIN)), Plan("play", 0, 20), few)
    swept(tmp_path / "another", subject_of(Reference(DOMAIN)), Plan("play", 1, 20), few)
    with pytest.raises(SweepError, match=r"its seed must be 0, as of .*one, got 1"):
        compared(tmp_path / "one", tmp_path / "another")
    with pytest.raises(SweepError, match="there is no such folder: turncheck sweep --out makes one"):
        compared(tmp_path / "one", tmp_path / "nothing")
    next(iter(Sweep(subject_of(Reference(DOMAIN)), Plan("play", 0, 700), tmp_path / "part", few).chunks()))
    with pytest.raises(SweepError, match="it holds 256 of 700 turns: --resume continues it"):
        compared(tmp_path / "one", tmp_path / "part")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("domain", "chess/1", "its domain must be 'duel/1', as of .*one, got 'chess/1'"),
        ("rules", "others", "its rules must be .*, as of .*one, got 'others'"),
        ("schema", 2, "its schema must be 4, got 2: sweep again with this version"),
    ],
)
def test_sweeps_of_another_domain_rules_or_version_are_not_compared(tmp_path, name, value, message):
    for folder in ("one", "another"):
        swept(tmp_path / folder, subject_of(Reference(DOMAIN)), Plan("play", 0, 20), LAWS[:2])
    change_state(tmp_path / "another", lambda state: state["about"].update({name: value}))
    with pytest.raises(SweepError, match=message):
        compared(tmp_path / "one", tmp_path / "another")


@attrs.frozen
class Sample:
    """Pairings by name: both, the first alone, the second alone."""

    own: tuple
    laws: dict = attrs.field(factory=dict)

    def compared(self):
        rows = {"own answer": self.own, **self.laws}
        pairs = tuple(Pairing(name, *row) for name, row in rows.items())
        before, after = Swept(Path("sweeps/before"), "noisy:0.1"), Swept(Path("sweeps/after"), "noisy:0.2")
        return Comparison(before, after, "play", 3, 12_000, pairs)


BEFORE, AFTER = "noisy:0.1 (sweeps/before)", "noisy:0.2 (sweeps/after)"
CASES = "12,000 cases of play, seed 3"


@pytest.mark.parametrize(
    ("sample", "verdict", "line"),
    [
        (Sample((5, 0, 20)), "worse", f"worse: {AFTER} is, than {BEFORE}, in own answer; {CASES}"),
        (Sample((5, 20, 0)), "better", f"better: {AFTER} is, than {BEFORE}, in own answer; {CASES}"),
        (Sample((5, 3, 3)), "no difference shown", f"no difference shown: {AFTER} and {BEFORE}; {CASES}"),
        (
            Sample((5, 0, 20), {"a": (0, 0, 9), "b": (0, 0, 9), "c": (0, 1, 1)}),
            "worse",
            f"worse: {AFTER} is, than {BEFORE}, in own answer and 2 laws; {CASES}",
        ),
        (
            Sample((5, 20, 0), {"a": (0, 0, 9), "b": (0, 9, 0)}),
            "worse",
            f"worse: {AFTER} is, than {BEFORE}, in a, but better in own answer and b; {CASES}",
        ),
    ],
    ids=["worse", "better", "neither", "laws", "worse in one"],
)
def test_a_comparison_says_in_a_line_which_model_is_worse_and_in_what(sample, verdict, line):
    comparison = sample.compared()
    assert (comparison.verdict, comparison.in_short) == (verdict, line)
