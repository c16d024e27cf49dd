"""What a check costs, beside what it could cost: one table, each figure a ratio to a peer measured in the same run.

    python -m tests.bench.speed

Everything is of one checkpoint, on one thread. Outputs are compared before anything is timed. Seconds are of the
process, so that other work on the machine counts little. The peers:

- plain Hypothesis: the same laws, seed and budget; each case is asked as it is drawn, one turn a call, written token by
  token with a cache of keys and values; the first failure is shrunk.
- the floor: twice what the laws take with a subject that does nothing, and the unique prompts at the sweep's rate.
- the bare forward pass: over tensors made beforehand, of the sweep's batch and length, logits of the answer's places.
- loglikelihood: what evaluation harnesses do: each request is tokenized, padded, passed, and the log-softmax of all its
  logits taken, at the batch size at which that is fastest.
- a large float32 matrix product, by the faster of PyTorch's two libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import attrs
import click
import torch
from hypothesis.errors import HypothesisException
from tabulate import tabulate
from torch import Tensor

from tests.bench import shrink
from turncheck.duel import DOMAIN
from turncheck.engine.duel import resolve_text
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.array_text import battle_texts, turn_texts
from turncheck.engine.duel.arrays import resolve_all
from turncheck.engine.learned import LearnedEngine
from turncheck.model.decode import COMPARED, WRITTEN, TransformerEngine
from turncheck.model.memory import keep_freed_memory
from turncheck.model.products import linear
from turncheck.model.tokens import ANSWER, PAD, STOP
from turncheck.properties.checking.check import Budget, check_law
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.draw import run
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.session.loading import load_subject
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.sweep import Sweep

REQUESTS = 512
"""Turns on which passes are timed; the best of `REPEATS` counts."""

REPEATS = 3

BATCHES = (1, 4, 8, 16, 32, 64)
"""Batch sizes among which the peers' best is looked for."""

Row = tuple[str, str, str, str, str]


@attrs.define
class Asked:
    """An engine that counts the prompts that it is asked.

    Attributes:
        engine: which answers; None does nothing: it gives the drafts back, and what is written is the reference's.
        prompts: all prompts so far.
    """

    engine: TransformerEngine | None
    prompts: set[str] = attrs.field(factory=set)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The engine's answers."""
        self.prompts.update(prompts)
        return self.engine.predict(prompts) if self.engine else [resolve_text(prompt) for prompt in prompts]

    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[str]:
        """The engine's answers, by drafts."""
        self.prompts.update(prompts)
        return self.engine.predict_with_drafts(prompts, drafts) if self.engine else list(drafts)


@attrs.frozen
class Plain:
    """An engine that can do nothing but write, token by token."""

    engine: LearnedEngine

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The engine's answers, one prompt a call."""
        return [self.engine.predict([prompt])[0] for prompt in prompts]


def seconds(work: Callable[[], object]) -> float:
    """What it takes."""
    begun = process_time()
    work()
    return process_time() - begun


def best(work: Callable[[], object]) -> float:
    """What it takes at best."""
    work()
    return min(seconds(work) for _ in range(REPEATS))


# --- the laws --------------------------------------------------------------------------------------------------------


def hold(laws: Sequence[Law], engine: LearnedEngine, budget: Budget) -> dict[str, tuple[float, bool]]:
    """Holds the laws as a run does: one subject, whose memory serves all of them.

    Returns:
        For each law the seconds that it takes, and whether it holds.
    """
    subject, taken = subject_of(engine), {}
    for law in laws:
        begun = process_time()
        result = check_law(law, subject, budget)
        taken[law.id] = process_time() - begun, result.verdict != "FAIL"
    return taken


def hold_plainly(law: Law, engine: LearnedEngine, budget: Budget) -> None:
    """Holds a law as Hypothesis does by itself."""
    subject = subject_of(Plain(engine))

    def on_case(case: AnyForm) -> None:
        if law.applies(case, DOMAIN) and counterexample(law, subject, case) is not None:
            raise shrink.Failed

    with suppress(shrink.Failed, HypothesisException):
        run(law, DOMAIN, budget, on_case, shrink=True)


def subject_of(engine: LearnedEngine) -> Subject:
    """A subject without a memory."""
    return Subject("bench", "native", engine, DOMAIN)


# --- passes ----------------------------------------------------------------------------------------------------------


def requests(count: int) -> tuple[list[str], list[str]]:
    """Turns of `play` and the reference's answers."""
    turns = sample_arrays("play", 0, count)
    return turn_texts(turns), battle_texts(resolve_all(turns))


def token_rows(engine: TransformerEngine, prompts: Sequence[str], drafts: Sequence[str]) -> list[list[int]]:
    """Prompt, mark, answer and stop of each request, as token ids."""
    encode = engine.tokenizer.encode
    return [[*encode(one), ANSWER, *encode(another), STOP] for one, another in zip(prompts, drafts, strict=True)]


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """(B, T) int64."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])


def bare(engine: TransformerEngine, batches: Sequence[Tensor], answer: int) -> None:
    """The forward pass over tensors, with the logits of the answer's places."""
    for batch in batches:
        engine.transformer.logits(engine.transformer.hidden(batch)[:, -answer:])


def loglikelihood(engine: TransformerEngine, prompts: Sequence[str], drafts: Sequence[str], size: int) -> list[bool]:
    """Whether each draft is what the model writes greedily, with its log-likelihood worked out on the way."""
    greedy = []
    for start in range(0, len(prompts), size):
        rows = token_rows(engine, prompts[start : start + size], drafts[start : start + size])
        tokens = padded(rows)
        likely = torch.log_softmax(engine.transformer(tokens[:, :-1]), -1)
        for row, tokens_of in enumerate(rows):
            answer = torch.tensor(tokens_of[tokens_of.index(ANSWER) + 1 :])
            of_answer = likely[row, len(tokens_of) - 1 - len(answer) : len(tokens_of) - 1]
            float(of_answer.gather(1, answer[:, None]).sum())
            greedy.append(bool((of_answer.argmax(-1) == answer).all()))
    return greedy


def operations(engine: TransformerEngine, batch: int, length: int, answer: int) -> float:
    """The float operations of a bare pass: products with weights, and attention over what stands before each token."""
    config = engine.transformer.config
    of_weights = 2 * 12 * config.width**2 * config.layers * length
    of_attention = 2 * 2 * config.width * config.layers * length * (length + 1) / 2
    return batch * (of_weights + of_attention + 2 * config.width * config.vocabulary * answer)


def product_rate() -> tuple[float, str]:
    """Float operations a second of a large product, by the faster library, and which that is."""
    one, another = torch.randn(2048, 2048), torch.randn(2048, 2048)
    ways = {"MKL": lambda: one @ another, "oneDNN": lambda: linear(one, another)}
    name, least = min(((name, best(way)) for name, way in ways.items()), key=lambda each: each[1])
    return 2 * 2048**3 / least, name


# --- the table -------------------------------------------------------------------------------------------------------


def sweep_rate(engine: TransformerEngine, turns: int) -> tuple[float, float]:
    """Turns and unique prompts a second of a sweep of `play`."""
    asked = Asked(engine)
    with TemporaryDirectory() as folder:
        sweep = Sweep(subject_of(asked), Plan("play", 0, turns), Path(folder))
        taken = seconds(lambda: list(sweep.chunks()))
    return turns / taken, len(asked.prompts) / taken


def rows_of_laws(engine: TransformerEngine, budget: Budget, every: int, swept: float) -> list[Row]:
    """A part of the laws beside plain Hypothesis, those that hold by themselves too; all of them beside the floor."""
    part = LAWS[::every]
    ours = hold(part, engine, budget)
    theirs = {law.id: seconds(lambda law=law: hold_plainly(law, engine, budget)) for law in part}
    parts = {"the laws": list(ours), "those that hold": [law for law, (_, holds) in ours.items() if holds]}
    rows = [_beside_plain(title, laws, ours, theirs) for title, laws in parts.items() if laws]
    asked, nothing = Asked(engine), Asked(None)
    whole = seconds(lambda: hold(LAWS, asked, budget))
    passes = 2 * seconds(lambda: hold(LAWS, nothing, budget))
    floor = passes + len(asked.prompts) / swept
    detail = f"two passes {passes:.1f} s, {len(asked.prompts):,} prompts"
    last = (f"the laws (all {len(LAWS)})", f"{whole:.1f} s", f"the floor: {detail}", f"{floor:.1f} s")
    return [*rows, (*last, f"{whole / floor:.2f} times the floor")]


def _beside_plain(
    title: str, laws: Sequence[str], ours: dict[str, tuple[float, bool]], theirs: dict[str, float]
) -> Row:
    own, peer = sum(ours[law][0] for law in laws), sum(theirs[law] for law in laws)
    of = f"{title} ({len(laws)} of {len(LAWS)})"
    return of, f"{own:.1f} s", "plain Hypothesis", f"{peer:.1f} s", f"{peer / own:.1f} times faster"


def rows_of_passes(engine: TransformerEngine, turns: int) -> list[Row]:
    """The sweep beside bare passes and loglikelihood; the bare pass beside a product."""
    prompts, drafts = requests(REQUESTS)
    tokens = torch.tensor(token_rows(engine, prompts, drafts))
    answer = tokens.shape[1] - int((tokens[0] == ANSWER).nonzero()[0]) - 1
    same = [draft == given for draft, given in zip(drafts, engine.predict(prompts), strict=True)]
    with torch.inference_mode():
        assert loglikelihood(engine, prompts, drafts, COMPARED) == same
        rate, prompt_rate = sweep_rate(engine, turns)
        passes = {size: best(lambda size=size: bare(engine, tokens[:, :-1].split(size), answer)) for size in BATCHES}
        likely = {size: best(lambda size=size: loglikelihood(engine, prompts, drafts, size)) for size in BATCHES}
        product, library = product_rate()
    of_same = REQUESTS / passes[COMPARED]
    fastest, likeliest = (min(found, key=lambda size: found[size]) for found in (passes, likely))
    peer = REQUESTS / likely[likeliest]
    flops = operations(engine, REQUESTS, tokens.shape[1] - 1, answer) / passes[fastest]
    swept = f"{rate:.0f} turns/s ({prompt_rate:.0f} prompts/s)"
    title = f"sweep of {turns:,} turns, batches of {COMPARED}"
    return [
        (title, swept, f"bare forward pass, batch {COMPARED}", f"{of_same:.0f}/s", f"{rate / of_same:.2f} of it"),
        (title, swept, f"loglikelihood, batch {likeliest}", f"{peer:.0f}/s", f"{rate / peer:.2f} times"),
        (
            f"bare forward pass, batch {fastest}",
            f"{flops / 1e9:.0f} GFLOP/s",
            f"product of 2048 x 2048, {library}",
            f"{product / 1e9:.0f} GFLOP/s",
            f"{flops / product:.2f} of it",
        ),
    ]


def row_of_shrinking(failures: int, budget: Budget) -> Row:
    """Both shrinkers on failures of three subjects."""
    most = -(-failures // len(shrink.SUBJECTS))
    results = [shrink.compared(name, most, budget) for name in shrink.SUBJECTS]
    count = sum(each.failures for each in results)
    theirs, ours = sum(each.peer.seconds for each in results), sum(each.ours.seconds for each in results)
    smaller, larger = sum(each.smaller for each in results), sum(each.larger for each in results)
    sizes = f"smaller in {smaller / count:.0%}, larger in {larger / count:.0%}"
    title = f"{count} failures to smallest turns, {len(results)} subjects"
    return (
        title,
        f"{ours:.1f} s",
        "Hypothesis's shrinker",
        f"{theirs:.1f} s",
        f"{theirs / ours:.1f} times faster, {sizes}",
    )


@click.command()
@click.option("--model", "spec", metavar="PATH", help="A checkpoint of turncheck's own; else the shipped one.")
@click.option("--examples", type=click.IntRange(1), default=200, show_default=True, help="Cases drawn for a law.")
@click.option(
    "--every", type=click.IntRange(1), default=8, show_default=True, help="Plain Hypothesis: 1 law in so many."
)
@click.option("--turns", type=click.IntRange(1), default=32_768, show_default=True, help="Of the sweep.")
@click.option("--failures", type=click.IntRange(3), default=60, show_default=True, help="To be shrunk, at most.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(spec: str | None, examples: int, every: int, turns: int, failures: int, seed: int) -> None:
    """Measure all, and print the table."""
    engine = load_subject(spec, DOMAIN, ["threads=1"]).engine
    if not isinstance(engine, TransformerEngine):
        raise click.UsageError("a turncheck checkpoint is needed, whose passes can be timed by themselves")
    torch.set_num_threads(1)
    keep_freed_memory()  # as the command does
    print(f"one thread; drafts in batches of at most {COMPARED}, answers in batches of 1 or {WRITTEN}; seed {seed}")
    rows = rows_of_passes(engine, turns)
    _, prompt_rate = sweep_rate(engine, turns)
    rows = [*rows_of_laws(engine, Budget(examples, seed), every, prompt_rate), *rows]
    rows.append(row_of_shrinking(failures, Budget(min(examples, 100), seed)))
    print(tabulate(rows, ("what", "ours", "peer", "peer's", "ratio")))


if __name__ == "__main__":
    main()
