"""A tiny domain, and a transformers model that is trained to know all of it by heart."""

from itertools import product

from tests.model.adapters.tiny_llama import END, alphabet
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.schema import Schema

SMALL = Domain(
    "small/1",
    prompt=Schema("{a}+{b}=\n", a=Int(0, 3), b=Int(0, 3)),
    answer=Schema("sum {sum}\n", sum=Int(0, 6)),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
)
PROMPTS = [f"{a}+{b}=\n" for a, b in product(range(4), repeat=2)]

GPT2 = {"vocab_size": END + 1, "n_positions": 64, "n_embd": 32, "n_layer": 2, "n_head": 2}
ENDS = {"bos_token_id": END, "eos_token_id": END, "pad_token_id": END}


def byte_tokenizer(merges=()):
    """Bytes, an end and some pairs."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words = {character: byte for byte, character in enumerate(alphabet())} | {"</s>": END}
    for one, another in merges:
        words[one + another] = len(words)
    made = Tokenizer(models.BPE(words, list(merges)))
    made.add_special_tokens(["</s>"])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    return made


def trained(model, texts, start):
    """The model, that writes what stands in those texts from `start` on."""
    import torch

    torch.set_num_threads(1)
    rows = torch.tensor(texts)
    model.eval()  # nothing is dropped out
    labels = rows.clone()
    labels[:, :start] = -100
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(400):
        found = model(rows, labels=labels)
        loss, right = found.loss, found.logits[:, start - 1 : -1].argmax(-1) == rows[:, start:]
        if right.all() and loss < 5e-2:
            return model
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    raise AssertionError(f"it has not learned its texts: loss {loss.item():.3g}")
