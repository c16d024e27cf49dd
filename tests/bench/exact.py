"""Count a model's wrong answers on very many turns and malformed texts, on the small scope, and in its own battles.

    python -m tests.bench.exact --model model/checkpoints/duel-steps --turns 1000000 --seed 17

Of each wrong turn the text is kept (`--out FILE`). A turn is wrong if the answer is not the reference's, to the letter.
A battle is exact if each of its answers is the reference's answer to the battle that the model itself wrote before. A
sweep (`turncheck sweep`) also checks the laws; this only compares, so it is several times faster.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import click
from rich.progress import track

from turncheck.duel import DOMAIN
from turncheck.engine.duel import STANDARD, write
from turncheck.engine.duel.samplers import start
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.engine.stages import hand_on
from turncheck.engine.table import arrays_of
from turncheck.model.adapters.loading import load
from turncheck.properties.sweeps.statistics import Rate
from turncheck.strategies import random_edits
from turncheck.strategies.operators import operators_of

CHUNK = 8_192

EDITED = {"parts": random_edits.PARTS, "pieces": random_edits.PIECES, "values": random_edits.VALUES}
"""The sizes of the parts of a text that are edited at random."""


@click.command()
@click.option("--model", "spec", required=True, help="A SPEC.")
@click.option("--turns", type=click.IntRange(0), default=1_000_000, show_default=True, help="Of each sampler.")
@click.option("--malformed", type=click.IntRange(0), default=100_000, show_default=True)
@click.option("--edited", type=click.IntRange(0), default=20_000, show_default=True, help="Of each size of edits.")
@click.option("--battles", type=click.IntRange(0), default=1_000, show_default=True, help="Of 100 turns each.")
@click.option("--small/--no-small", default=True, show_default=True, help="The whole small scope.")
@click.option("--seed", type=click.IntRange(0, 999_999), required=True, help="A seed first named after training.")
@click.option("--reader", is_flag=True, help="The model is a reader alone: it is to answer as the stage `read` does.")
@click.option("--out", type=click.Path(), help="Keep the wrong turns in this file, one JSON text a line.")
def main(
    spec: str,
    turns: int,
    malformed: int,
    edited: int,
    battles: int,
    small: bool,
    seed: int,
    reader: bool,
    out: str | None,
) -> None:
    """Measure the model and print one line for each sample."""
    engine: Any = load(spec, (), DOMAIN).engine
    engine = HandingOn(engine) if reader else engine
    wrong: list[str] = []
    for sampler in ("mixed", "play"):
        _told(sampler, _wrong_turns(engine, arrays_of(DOMAIN, sampler).sample, sampler, seed, turns), wrong)
    if small:
        table = arrays_of(DOMAIN, "small").small()
        assert table is not None
        _told("small", _wrong_turns(engine, lambda _, __, count, at: table[at : at + count], "", 0, len(table)), wrong)
    if malformed:
        _told("malformed", _wrong_reasons(engine, seed, malformed), wrong)
    for name, size in EDITED.items() if edited else ():
        _told(f"edited {name}", _wrong_edits(engine, size, seed, edited), wrong)
    if battles and not reader:
        _told("battles", _wrong_battles(engine, seed, battles), wrong)
    if out:
        with open(out, "w") as file:
            file.writelines(f"{json.dumps(text)}\n" for text in wrong)


class HandingOn:
    """A reader whose turns are answered by the reference, so that only what it refuses or takes for a turn is wrong."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def predict(self, prompts: Sequence[str]) -> list[str]:
        """Return the reference's answers to the turns that the reader hands on, and what it says to all else."""
        answers = []
        for text, said in zip(prompts, self.reader.predict(prompts), strict=True):
            expected = DOMAIN.resolve_text(text)
            answers.append(expected if hand_on(said) and not expected.startswith("reject ") else said)
        return answers


def _told(sample: str, found: tuple[int, list[str], str], wrong: list[str]) -> None:
    count, texts, about = found
    if not count:
        return
    upper = Rate(len(texts), count).highest
    print(f"{sample}: {len(texts)} wrong of {count:,}, rate below {upper:.2e} (95 %, one-sided); {about}", flush=True)
    wrong += texts


def _chunks(count: int, what: str) -> Iterator[int]:
    starts = range(0, count, CHUNK)
    yield from track(starts, description=what, disable=not sys.stdout.isatty())


def _wrong_turns(engine: Any, sample: Any, name: str, seed: int, count: int) -> tuple[int, list[str], str]:
    began, wrong, arrays = time.perf_counter(), [], arrays_of(DOMAIN, "mixed")
    for at in _chunks(count, name or "small"):
        cases = sample(name, seed, min(CHUNK, count - at), at)
        wrong += _unlike(engine, cases.texts(), arrays.resolve(cases).texts())
    return count, wrong, f"{count / max(1e-9, time.perf_counter() - began):,.0f} turns/s"


def _wrong_reasons(engine: Any, seed: int, count: int) -> tuple[int, list[str], str]:
    operators, random = operators_of(DOMAIN), Random(f"exact/{seed}")
    names, wrong, of_reason, accepted = tuple(operators), [], Counter[str](), 0
    for at in _chunks(count, "malformed"):
        cases = arrays_of(DOMAIN, "mixed").sample("mixed", seed, min(CHUNK, count - at), at)
        texts = [
            operators[names[(at + index) % len(names)]](cases.case(index), random.getrandbits(64))
            for index in range(len(cases))
        ]
        answers = engine.predict(texts)
        for text, answer in zip(texts, answers, strict=True):
            expected = DOMAIN.resolve_text(text)
            if answer != expected:
                wrong.append(text)
                of_reason[expected.split()[1]] += 1
                accepted += not answer.startswith("reject ")
    return count, wrong, f"{accepted} answered by something else than a rejection; by reason {dict(of_reason)}"


def _wrong_edits(engine: Any, size: re.Pattern[str], seed: int, count: int) -> tuple[int, list[str], str]:
    random, wrong, accepted, refused = Random(f"edited/{seed}"), [], 0, 0
    for at in _chunks(count, "edited"):
        turns = arrays_of(DOMAIN, "mixed").sample("mixed", seed, min(CHUNK, count - at), at).texts()
        texts = [random_edits.edited(text, random, (size,)) for text in turns]
        for text, answer in zip(texts, engine.predict(texts), strict=True):
            expected = DOMAIN.resolve_text(text)
            if answer != expected:
                wrong.append(text)
                accepted += not answer.startswith("reject ")
                refused += not expected.startswith("reject ")
    return count, wrong, f"{accepted} answered by something else than a rejection, {refused} are turns"


def _wrong_battles(engine: Any, seed: int, count: int) -> tuple[int, list[str], str]:
    random = Random(f"battles/{seed}")
    states = [write(start(random, STANDARD)) for _ in range(count)]
    wrong: dict[int, str] = {}
    for _ in track(range(100), description="battles", disable=not sys.stdout.isatty()):
        prompts = [state + _orders(random) for state in states]
        states = list(engine.predict(prompts))
        for index, (prompt, state) in enumerate(zip(prompts, states, strict=True)):
            if state != DOMAIN.resolve_text(prompt):
                wrong.setdefault(index, prompt)
    return count, list(wrong.values()), "battles of 100 turns"


def _orders(random: Random) -> str:
    units = random.sample(("hero", "foe"), 2)
    return "".join(f"do {unit} {random.choice(ACTION_NAMES)}\n" for unit in units)


def _unlike(engine: Any, prompts: Sequence[str], expected: Sequence[str]) -> list[str]:
    answers = engine.predict(prompts)
    return [text for text, answer, wanted in zip(prompts, answers, expected, strict=True) if answer != wanted]


if __name__ == "__main__":
    main()
