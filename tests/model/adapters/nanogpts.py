"""Runs of nanoGPT, as its train.py writes them, made here with the tests' own forward pass."""

import io
import math
import pickle
from random import Random

import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows

from tests.small_domains import adder
from turncheck.engine.fields import Int
from turncheck.engine.schema import Schema

SUMS = adder(
    prompt=Schema("{a}+{b}=", a=Int(0, 9), b=Int(0, 9), end=""),
    answer=Schema("{sum}", sum=Int(0, 18), end=""),
)
"""An adder of one digit: `7+5=` is `12`."""

CHARACTERS = "\n+0123456789="
ARGS = {"n_layer": 2, "n_head": 2, "n_embd": 32, "block_size": 24, "bias": False, "vocab_size": len(CHARACTERS)}


def random_state(args, seed=0, scale=0.3):
    """Random weights of those sizes, by nanoGPT's names."""
    torch.manual_seed(seed)
    c = args["n_embd"]

    def normed(name):
        return {f"{name}.weight": torch.ones(c)} | ({f"{name}.bias": torch.randn(c) * 0.1} if args["bias"] else {})

    def layer(name, outputs, inputs):
        weight = {f"{name}.weight": torch.randn(outputs, inputs) * scale}
        return weight | ({f"{name}.bias": torch.randn(outputs) * scale} if args["bias"] else {})

    state = {
        "transformer.wte.weight": torch.randn(args["vocab_size"], c) * scale,
        "transformer.wpe.weight": torch.randn(args["block_size"], c) * scale,
    }
    for index in range(args["n_layer"]):
        block = f"transformer.h.{index}"
        state |= normed(f"{block}.ln_1") | layer(f"{block}.attn.c_attn", 3 * c, c) | layer(f"{block}.attn.c_proj", c, c)
        state |= normed(f"{block}.ln_2") | layer(f"{block}.mlp.c_fc", 4 * c, c) | layer(f"{block}.mlp.c_proj", c, 4 * c)
    state |= normed("transformer.ln_f")
    return state | {"lm_head.weight": state["transformer.wte.weight"]}


def logits_of(state, args, tokens, approximate="none"):
    """tokens: (B, T) to logits: (B, T, vocabulary), a head at a time, softmax and mask written out."""
    length, size = tokens.shape[1], args["n_embd"] // args["n_head"]
    x = state["transformer.wte.weight"][tokens] + state["transformer.wpe.weight"][:length]

    def normed(x, name):
        centred = x - x.mean(-1, keepdim=True)
        y = centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * state[f"{name}.weight"]
        return y + state.get(f"{name}.bias", 0)

    def layer(x, name):
        return x @ state[f"{name}.weight"].T + state.get(f"{name}.bias", 0)

    mask = torch.ones(length, length).tril() == 0
    for index in range(args["n_layer"]):
        block = f"transformer.h.{index}"
        q, k, v = layer(normed(x, f"{block}.ln_1"), f"{block}.attn.c_attn").split(args["n_embd"], -1)
        heads = []
        for start in range(0, args["n_embd"], size):
            one, two, three = (each[..., start : start + size] for each in (q, k, v))
            scores = (one @ two.transpose(-1, -2) / math.sqrt(size)).masked_fill(mask, -math.inf)
            heads.append(scores.softmax(-1) @ three)
        x = x + layer(torch.cat(heads, -1), f"{block}.attn.c_proj")
        up = F.gelu(layer(normed(x, f"{block}.ln_2"), f"{block}.mlp.c_fc"), approximate=approximate)
        x = x + layer(up, f"{block}.mlp.c_proj")
    return normed(x, "transformer.ln_f") @ state["lm_head.weight"].T


def written(state, args, characters, prompt, stop, most, approximate="none"):
    """What the model writes greedily behind a prompt: each token from a pass over all before it."""
    rows = [characters.index(each) for each in prompt]
    text = ""
    while stop not in text and len(text) < most and len(rows) <= args["block_size"]:
        rows.append(int(logits_of(state, args, torch.tensor([rows]), approximate)[0, -1].argmax()))
        text += characters[rows[-1]]
    return text.partition(stop)[0]


def trained(args, steps=220):
    """A state that learned the sums, a line each, from a stream of them, as nanoGPT's train.py gives them."""
    state = random_state(args, scale=0.05)
    weights = {name: each.requires_grad_() for name, each in state.items() if name != "lm_head.weight"}
    state = weights | {"lm_head.weight": weights["transformer.wte.weight"]}
    optimizer = torch.optim.AdamW(weights.values(), lr=1e-2, weight_decay=0.0)
    random = Random(0)
    lines = [f"{a}+{b}={a + b:02}\n" for a in range(10) for b in range(10)]
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 1e-2 * (1 - step / steps)
        rows = [[CHARACTERS.index(each) for each in "".join(random.sample(lines, 3))] for _ in range(32)]
        tokens = torch.tensor(rows)
        logits = logits_of(state, args, tokens[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {name: each.detach() for name, each in state.items()}


def checkpoint(state, args, **more):
    """The bytes of a ckpt.pt."""
    kept = {
        "model": state,
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-3}]},
        "model_args": args,
        "iter_num": 100,
        "best_val_loss": torch.tensor(0.1),
        "config": {"dataset": "sums", "out_dir": "out-sums"},
    }
    return saved(kept | more)


def saved(value, **options):
    content = io.BytesIO()
    torch.save(value, content, **options)
    return content.getvalue()


def meta(characters):
    """The bytes of a meta.pkl."""
    table = dict(enumerate(characters))
    return pickle.dumps({"vocab_size": len(table), "itos": table, "stoi": {each: i for i, each in table.items()}})
