"""Train the same model on the same turns in several wordings, and compare.

    python examples/formats/compare.py --out runs/formats

One dense model for each wording, with as many hidden units as fit about the same bytes. An interrupted comparison goes
on where it was.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

from tabulate import tabulate

import turncheck
from turncheck.duel import DOMAIN
from turncheck.engine.learned import LearnedEngine
from turncheck.engine.sampling import sample
from turncheck.model.adapters.templates import Template, behind
from turncheck.model.checkpoint import load_checkpoint
from turncheck.model.configs import TrainConfig
from turncheck.model.data import TextData
from turncheck.model.train import Run

sys.path.insert(0, str(Path(__file__).parent))
import wordings

#                             encode, decode            a field is one token   hidden units
FORMATS = {
    "one token a field":      (None,                    True,                  104),
    "digits and words":       (None,                    False,                 48),
    "digits, letters":        (wordings.letters,        False,                 48),
    "digits, orders first":   (wordings.orders_first,   False,                 48),
    "digits, acting first":   (wordings.acting_first,   False,                 48),
    "strokes and words":      (wordings.strokes,        False,                 34),
}  # fmt: skip


EXAMPLES = 200
"""Cases that are drawn for each law."""


def main() -> None:
    """Train, measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--turns", type=int, default=20_000, help="held-out turns of each sampler")
    options = parser.parse_args()
    rows = [measured(name, options.out / name.replace(" ", "-"), options.steps, options.turns) for name in FORMATS]
    with open(options.out / "formats.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(tabulate(rows, headers="keys", tablefmt="github", floatfmt=".4g"))


def measured(name: str, folder: Path, steps: int, turns: int) -> dict[str, object]:
    """Train a model in one wording and return its row of the table."""
    pair, fields, hidden = FORMATS[name]
    config = TrainConfig(
        kind="dense",
        layers=3,
        width=12,
        heads=1,
        hidden=hidden,
        steps=steps,
        batch=512,
        learning_rate=5e-3,
        malformed=0.0,
        save_every=500,
        fields=fields,
        pool=120_000,
    )
    run = Run(folder, DOMAIN, config, 0, encode=pair[0] if pair else None)
    # All wordings learn from the same texts, drawn one by one; rows would be drawn faster, but are other turns.
    run.data = TextData(run.examples, run.tokenizer, run.model.config, run.data_seed, config.batch, config.pool)
    began, before = time.process_time(), run.step
    for at in run.steps():
        if at.step % 500 == 0:
            print(f"{name}: step {at.step:,} of {steps:,}, loss {at.loss:.3f}", file=sys.stderr)
    seconds = time.process_time() - began
    engine, about = load_checkpoint(folder / "checkpoint.safetensors", DOMAIN)
    if pair:
        engine = behind(engine, Template(name, *pair))
    row: dict[str, object] = {
        "wording": name,
        "tokens": about.config.prompt,
        "bytes": (folder / "checkpoint.safetensors").stat().st_size,
        "ms a step": 1000 * seconds / max(1, run.step - before),
    }
    for sampler in ("mixed", "play"):
        prompts = [DOMAIN.write(case) for case in sample(DOMAIN, sampler, 0, turns)]
        answers = engine.predict(prompts)
        row[f"{sampler}, % exact"] = 100 * sum(map(str.__eq__, map(DOMAIN.resolve_text, prompts), answers)) / turns
    return row | {"laws held": laws_held(engine)}


def laws_held(engine: LearnedEngine) -> str:
    """Return how many of the laws that apply to a model without malformed texts it holds."""
    report = turncheck.check(engine, domain=DOMAIN, examples=EXAMPLES, rejects=False)
    verdicts = [law.verdict for law in report.models[0].laws if law.verdict != "NOT_APPLICABLE"]
    return f"{verdicts.count('PASS')} of {len(verdicts)}"


if __name__ == "__main__":
    main()
