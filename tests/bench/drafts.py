"""What drafts save: a checkpoint in a Hugging Face folder, asked with drafts, beside its own `generate`.

    python -m tests.bench.drafts

Two GPT-2 models of about 50,000 and 200,000 parameters, with a token for each character, are trained for a moment on
turns of the duel, until they write what looks like an answer. Then the same prompts are answered in one process, on one
thread, by three ways:

- `generate` of transformers, greedy, with its cache of keys and values, one prompt a call;
- the same in batches, padded on the left behind a mask;
- `hf:` with drafts, as every run of turncheck asks.

The answers are compared before anything is timed. A draft is the reference's answer. A model that is worth a check
gives that nearly always, and one that was trained for a moment never does: so the drafts here are the model's own
answers, of which a stated share is spoilt by a digit, as if the model were wrong there. What was spoilt is written
token by token. Seconds are of the process, so that other work on the machine counts little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import click
import torch
import transformers
from tabulate import tabulate
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from turncheck.duel import DOMAIN
from turncheck.engine.learned import LearnedEngine, answers
from turncheck.engine.sampling import sample
from turncheck.model.adapters.weights.hf import hugging_face

SIZES = {"50k": (2, 32, 2), "200k": (3, 64, 4)}
"""Layers, width and heads."""

CONTEXT, LIMIT, BATCH, REPEATS = 640, 300, 64, 3
"""Positions of the models; tokens of an answer, at most; prompts of a batch of `generate`; timings of each way,
of which the best counts.
"""

SPOILT = (0.0, 0.01, 0.05)
"""Shares of the drafts that are not what the model writes."""

END = "<end>"


def turns(seed: int, count: int) -> list[str]:
    """Prompts of the duel."""
    return [DOMAIN.write(case) for case in islice(sample(DOMAIN, "play", seed, count), count)]


def save_model(folder: Path, size: str, steps: int, seed: int) -> int:
    """Trains a model of that size, saves it, and returns the number of its parameters."""
    tokenizer = characters()
    layers, width, heads = SIZES[size]
    end = tokenizer.token_to_id(END)
    transformers.set_seed(seed)
    config = transformers.GPT2Config(
        vocab_size=tokenizer.get_vocab_size(),
        n_positions=CONTEXT,
        n_layer=layers,
        n_embd=width,
        n_head=heads,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=end,
    )
    model = transformers.GPT2LMHeadModel(config).eval()
    train(model, tokenizer, steps, seed)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return sum(weight.numel() for weight in model.parameters())


def characters() -> Tokenizer:
    """A token for each character of the duel, and one for the end."""
    prompts = turns(0, 500)
    found = sorted({each for prompt in prompts for each in prompt + DOMAIN.resolve_text(prompt)} | set("0123456789"))
    shown = {bytes_of: token for token, bytes_of in enumerate(map(_as_bytes, found))}
    tokenizer = Tokenizer(models.BPE(shown, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return tokenizer


def _as_bytes(character: str) -> str:
    """What a pre-tokenizer of bytes makes of a character."""
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(character)[0][0]


def train(model: Any, tokenizer: Tokenizer, steps: int, seed: int) -> None:
    """Trains on turns until the form of an answer is learned; what stands in it is not."""
    prompts = turns(seed + 1, 8 * steps)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    end = tokenizer.token_to_id(END)
    with click.progressbar(range(steps), label="training") as shown:
        for step in shown:
            asked = prompts[8 * step : 8 * step + 8]
            rows = [tokenizer.encode(prompt).ids for prompt in asked]
            answered = [[*tokenizer.encode(DOMAIN.resolve_text(prompt)).ids, end] for prompt in asked]
            longest = max(len(row) + len(answer) for row, answer in zip(rows, answered, strict=True))
            tokens, labels = torch.zeros((8, longest), dtype=torch.int64), torch.full((8, longest), -100)
            for index, (row, answer) in enumerate(zip(rows, answered, strict=True)):
                tokens[index, : len(row) + len(answer)] = torch.tensor(row + answer)
                labels[index, len(row) : len(row) + len(answer)] = torch.tensor(answer)
            loss = model(tokens, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()


def generated(model: Any, tokenizer: Tokenizer, prompts: Sequence[str], size: int) -> list[str]:
    """What `generate` writes, so many prompts a call."""
    found = []
    for start in range(0, len(prompts), size):
        rows = [tokenizer.encode(prompt).ids for prompt in prompts[start : start + size]]
        longest = max(map(len, rows))
        tokens = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        with torch.inference_mode():
            whole = model.generate(tokens, attention_mask=mask, max_new_tokens=LIMIT, do_sample=False, use_cache=True)
        found += [tokenizer.decode(row.tolist(), skip_special_tokens=True) for row in whole[:, longest:]]
    return found


def spoilt(own: Sequence[str], share: float, seed: int) -> list[str]:
    """The answers, of which a share has another digit somewhere."""
    random, found = Random(seed), list(own)
    for index in random.sample(range(len(own)), round(share * len(own))):
        place = random.choice([place for place, each in enumerate(own[index]) if each.isdecimal()])
        other = random.choice([digit for digit in "0123456789" if digit != own[index][place]])
        found[index] = own[index][:place] + other + own[index][place + 1 :]
    return found


def rate(work: Callable[[], object], count: int) -> float:
    """Turns a second, at best."""
    taken = []
    for _ in range(REPEATS):
        begun = process_time()
        work()
        taken.append(process_time() - begun)
    return count / min(taken)


def rows_of(folder: Path, size: str, parameters: int, count: int, seed: int) -> list[tuple[str, ...]]:
    """The rows of one model."""
    model = transformers.GPT2LMHeadModel.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    engine: LearnedEngine = hugging_face(str(folder), domain=DOMAIN, max_new=LIMIT)
    prompts = turns(seed + 2, count)
    own, few = generated(model, tokenizer, prompts, BATCH), prompts[: max(count // 16, 4)]
    assert generated(model, tokenizer, few, 1) == own[: len(few)]
    drafts = {share: spoilt(own, share, seed) for share in SPOILT}
    assert all(list(answers(engine, prompts, drafted)) == own for drafted in drafts.values())
    alone = rate(lambda: generated(model, tokenizer, few, 1), len(few))
    batched = rate(lambda: generated(model, tokenizer, prompts, BATCH), count)
    rows = []
    for share, drafted in drafts.items():
        ours = rate(lambda drafted=drafted: answers(engine, prompts, drafted), count)  # type: ignore[misc]
        of = f"{size}: {parameters:,} parameters, {share:.0%} of the drafts refused"
        rows.append(
            (of, f"{ours:.1f}", f"{alone:.2f}", f"{ours / alone:.0f}", f"{batched:.1f}", f"{ours / batched:.1f}")
        )
    return rows


@click.command()
@click.option("--turns", "count", type=click.IntRange(64), default=256, show_default=True, help="Asked of each model.")
@click.option("--steps", type=click.IntRange(1), default=150, show_default=True, help="Of training.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(count: int, steps: int, seed: int) -> None:
    """Measure both models, and print the table."""
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    rows = []
    with TemporaryDirectory() as home:
        for size in SIZES:
            folder = Path(home) / size
            parameters = save_model(folder, size, steps, seed)
            rows += rows_of(folder, size, parameters, count, seed)
    print(f"one thread; {count} turns of play; turns a second")
    print(tabulate(rows, ("model", "drafts", "generate", "times", f"generate, batches of {BATCH}", "times")))


if __name__ == "__main__":
    main()
