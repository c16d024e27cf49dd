"""The end of a training run: a sweep of its checkpoint or, for a model of stages, a test on held-out texts."""

from __future__ import annotations

import hashlib
import json
from operator import ne
from typing import TYPE_CHECKING, Any

from turncheck.arguments import Place
from turncheck.options import subject_of

if TYPE_CHECKING:
    from turncheck.model.train import Run
    from turncheck.properties.sweeps.statistics import Rate

SCHEMA = "turncheck-final-sweep/1"

SEED = 0
"""The evaluation seed of the sweep."""

CHUNK = 1024
"""Number of texts of stages that a model is asked at a time."""


TURNS, TEXTS = 2_000, 10_000
"""The usual number of turns of each sampler, and of texts of stages: a model of one stage is faster."""


def final_sweep(run: Run, out: Place, count: int | None) -> list[str]:
    """Measure the checkpoint in a run's folder, write `sweep.json`, and return the rates, a line each.

    Args:
        run: the run.
        out: its folder.
        count: the number of turns of each sampler, or of texts; None for the usual number.

    Raises:
        OSError: a file cannot be written.
        SweepError: the folder of a sweep cannot be written.
    """
    from turncheck.engine.files import write_whole

    checkpoint = out.path / "checkpoint.safetensors"
    measured = _of_stages(run, count or TEXTS) if run.examples.stages else _of_turns(run, out, count or TURNS)
    facts = {"schema": SCHEMA, "sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest(), "seen": run.given.seen}
    rows = [{**about, **_numbers(rate)} for about, rate in measured]
    write_whole(out.path / "sweep.json", (json.dumps({**facts, "rates": rows}, indent=1) + "\n").encode())
    return [_line(about, rate) for about, rate in measured]


def _of_turns(run: Run, out: Place, count: int) -> list[tuple[dict[str, Any], Rate]]:
    """Sweep turns of each sampler that the run drew from. What diverged is in a folder for each."""
    from turncheck.properties.sweeps.plan import Plan
    from turncheck.properties.sweeps.progress import run as go_on
    from turncheck.properties.sweeps.statistics import Rate
    from turncheck.properties.sweeps.sweep import Sweep

    subject = subject_of(run.domain, str(out.path / "checkpoint.safetensors"), (), None, None, tells=False)
    measured = []
    for sampler in run.examples.samplers:
        folder = out.path / "sweeps" / sampler
        # Laws hold wherever answers are right, so the answers alone say what there is to say in little time.
        sweep = Sweep(subject.without_memory(), Plan(sampler, SEED, count), folder, laws=(), anew=True)
        go_on(sweep)
        measured.append(({"sampler": sampler, "seed": SEED}, Rate(sweep.counts.diverged, sweep.counts.done)))
    return measured


def _of_stages(run: Run, count: int) -> list[tuple[dict[str, Any], Rate]]:
    """Ask the checkpoint held-out texts of its stages."""
    from turncheck.engine.sampling import HELD_OUT_SEEDS
    from turncheck.model.checkpoint import load_checkpoint
    from turncheck.properties.sweeps.statistics import Rate

    engine, _ = load_checkpoint(run.folder / "checkpoint.safetensors", run.domain)
    seed, wrong = HELD_OUT_SEEDS[run.seed], 0
    for start in range(0, count, CHUNK):
        drawn = [run.examples.draw(seed, index) for index in range(start, min(start + CHUNK, count))]
        texts, expected = zip(*drawn, strict=True)
        wrong += sum(map(ne, engine.predict(texts), expected))
    return [({"stages": list(run.examples.stages), "seed": seed}, Rate(wrong, count))]


def _numbers(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {"wrong": rate.broke, "of": rate.applied, "low": low, "high": high if rate.broke else rate.highest}


def _line(about: dict[str, Any], rate: Rate) -> str:
    from turncheck.reports.sweeps import percent

    what = f"turns of {about['sampler']}" if "sampler" in about else f"texts of {' and '.join(about['stages'])}"
    counted = f"{rate.broke:,} of {rate.applied:,} {what} (seed {about['seed']}) are wrong"
    if not rate.broke:
        return f"{counted}, which puts the rate below {percent(rate.highest)} (95 %)"
    low, high = rate.interval
    return f"{counted}: {percent(rate.value)}, 95 % interval {percent(low)} to {percent(high)}"
