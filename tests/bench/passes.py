"""Passes of a transformer: the sweep beside bare passes and loglikelihood, a bare pass beside a matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import torch
from torch import Tensor

from tests.bench.timing import Row, best, seconds, subject_of
from turncheck.engine.duel import resolve_text
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.array_text import battle_texts, turn_texts
from turncheck.engine.duel.arrays import resolve_all
from turncheck.model.decode import COMPARED, TransformerEngine
from turncheck.model.products import linear
from turncheck.model.tokens import ANSWER, PAD, STOP
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.sweep import Sweep

REQUESTS = 512
"""Turns on which passes are timed."""

BATCHES = (1, 4, 8, 16, 32, 64)
"""Batch sizes among which the peers' best is looked for."""


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


def sweep_rate(engine: TransformerEngine, turns: int) -> tuple[float, float]:
    """Turns and unique prompts a second of a sweep of `play`."""
    asked = Asked(engine)
    with TemporaryDirectory() as folder:
        sweep = Sweep(subject_of(asked), Plan("play", 0, turns), Path(folder))
        taken = seconds(lambda: list(sweep.chunks()))
    return turns / taken, len(asked.prompts) / taken


def rows_of_passes(engine: TransformerEngine, turns: int, swept: tuple[float, float]) -> list[Row]:
    """The sweep beside bare passes and loglikelihood; the bare pass beside a product.

    Args:
        engine: the engine.
        turns: turns of the sweep.
        swept: turns and unique prompts a second of that sweep.
    """
    prompts, drafts = requests(REQUESTS)
    tokens = torch.tensor(token_rows(engine, prompts, drafts))
    answer = tokens.shape[1] - int((tokens[0] == ANSWER).nonzero()[0]) - 1
    same = [draft == given for draft, given in zip(drafts, engine.predict(prompts), strict=True)]
    with torch.inference_mode():
        assert loglikelihood(engine, prompts, drafts, COMPARED) == same
        passes = {size: best(lambda size=size: bare(engine, tokens[:, :-1].split(size), answer)) for size in BATCHES}
        likely = {size: best(lambda size=size: loglikelihood(engine, prompts, drafts, size)) for size in BATCHES}
        product, library = product_rate()
    rate, prompt_rate = swept
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
