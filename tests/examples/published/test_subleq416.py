"""The domain of the published subleq computer: the authors' rules, and an adapter for steps and programs."""

import re
import sys
from pathlib import Path

import pytest

from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample
from turncheck.properties.checking.truth import first_broken
from turncheck.properties.laws import laws_of

PUBLISHED = Path(__file__).parents[3] / "examples" / "published"
STEPS = load_domain(str(PUBLISHED / "subleq416.py"))
PROGRAMS = load_domain(f"{PUBLISHED / 'subleq416.py'}:PROGRAMS")


def state(pc=0, **cells):
    return STEPS.case(pc=pc).changed({f"mem[{name[1:]}]": value for name, value in cells.items()})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (state(c0=400, c1=401, c2=9, c400=7, c401=10), {"mem[401]": 3, "pc": 3}),
        (state(c0=400, c1=401, c2=9, c400=7, c401=7), {"mem[401]": 0, "pc": 9}),
        (state(c0=400, c1=401, c2=-1, c400=7), {"mem[401]": -7, "pc": -1}),
        (state(c0=400, c1=401, c2=9, c400=-32768, c401=1), {"mem[401]": 32767, "pc": 3}),
        (state(c0=400, c1=401, c2=9, c400=32767, c401=-9), {"mem[401]": -32768, "pc": 9}),
        (state(c0=0, c1=2, c2=5), {"mem[2]": 5, "pc": 3}),
        (state(c0=416, c1=1), {}),
        (state(c0=1, c1=-1), {}),
        (state(pc=414), {}),
        (state(pc=-1), {}),
    ],
    ids=["greater", "zero", "less", "clamped high", "clamped low", "itself", "a outside", "b outside", "end", "halted"],
)
def test_a_step_is_that_of_the_authors_interpreter(before, after):
    assert STEPS.outcome(before) == before.changed(after)


def test_a_program_is_so_many_steps():
    for case in sample(PROGRAMS, "program", 0, 5):
        now = STEPS.read(PROGRAMS.write(case))
        for _ in range(200):
            now = STEPS.outcome(now)
        assert PROGRAMS.write_answer(PROGRAMS.outcome(case)) == STEPS.write(now)


@pytest.mark.parametrize("domain", [STEPS, PROGRAMS], ids=["steps", "programs"])
def test_its_laws_are_true_and_apply(domain):
    for law in laws_of(domain):
        assert first_broken(law, domain, 60) is None, law.name


STAND_IN = """
import torch

class HandCodedSUBLEQ:
    def predict_step(self, tokens):
        rows = []
        for pc, *mem in (tokens - 32768).tolist():
            if 0 <= pc < 414 and 0 <= mem[pc] < 416 and 0 <= mem[pc + 1] < 416:
                a, b, c = mem[pc : pc + 3]
                mem[b] = max(-32768, min(32767, mem[b] - mem[a]))
                pc = c if mem[b] <= 0 else pc + 3
            rows.append([pc, *mem])
        return torch.tensor(rows, dtype=torch.int64).reshape(tokens.shape) + 32768
"""


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """What the adapter makes of a clone that holds a right model."""
    pytest.importorskip("torch")
    monkeypatch.setattr(sys, "path", [*sys.path, str(PUBLISHED)])
    monkeypatch.delitem(sys.modules, "model", raising=False)
    (tmp_path / "round1_constructed").mkdir()
    (tmp_path / "round1_constructed" / "model.py").write_text(STAND_IN)
    from subleq_round1 import engine

    yield lambda **options: engine(str(tmp_path), **options)
    sys.modules.pop("model", None)


def test_the_adapter_asks_for_a_step(engine):
    prompts = [STEPS.write(case) for name in ("single", "full", "mixed") for case in sample(STEPS, name, 0, 5)]
    assert engine()(prompts) == [STEPS.resolve_text(prompt) for prompt in prompts]


def test_the_adapter_runs_programs(engine):
    prompts = [PROGRAMS.write(case) for case in sample(PROGRAMS, "program", 1, 6)]
    ended = [PROGRAMS.resolve_text(prompt) for prompt in prompts]
    assert engine(steps=200)(prompts) == ended
    assert len({re.match(r"pc \S+", text)[0] for text in ended}) > 1
