"""Stands for nanoGPT's prepare.py and train.py: teaches a tiny GPT all sums of two digits but one, a line each, and
leaves what a run leaves, out-digits/ckpt.pt and data/digits/meta.pkl.
"""

import os
import pickle

import torch
from digits import DOMAIN
from torch import nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

ARGS = {"n_layer": 2, "n_head": 2, "n_embd": 32, "block_size": 32, "bias": False, "vocab_size": 13, "dropout": 0.0}


class Block(nn.Module):
    """Attention, then a perceptron, each added to what comes in."""

    def __init__(self, width):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        attention = {"c_attn": nn.Linear(width, 3 * width, bias=False), "c_proj": nn.Linear(width, width, bias=False)}
        layers = {"c_fc": nn.Linear(width, 4 * width, bias=False), "c_proj": nn.Linear(4 * width, width, bias=False)}
        self.attn, self.mlp = nn.ModuleDict(attention), nn.ModuleDict(layers)

    def forward(self, x):
        """x: (B, T, width) to (B, T, width)."""
        heads = (*x.shape[:2], ARGS["n_head"], -1)
        q, k, v = (part.view(heads).transpose(1, 2) for part in self.attn.c_attn(self.ln_1(x)).chunk(3, -1))
        y = scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + self.attn.c_proj(y)
        return x + self.mlp.c_proj(gelu(self.mlp.c_fc(self.ln_2(x))))


class GPT(nn.Module):
    """GPT-2 as nanoGPT has it, with its names for the weights."""

    def __init__(self, n_layer, n_embd, block_size, vocab_size, **others):
        super().__init__()
        parts = {"wte": nn.Embedding(vocab_size, n_embd), "wpe": nn.Embedding(block_size, n_embd)}
        blocks = nn.ModuleList(Block(n_embd) for _ in range(n_layer))
        self.transformer = nn.ModuleDict({**parts, "h": blocks, "ln_f": nn.LayerNorm(n_embd, bias=False)})
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        for weight in self.parameters():
            if weight.dim() > 1:
                nn.init.normal_(weight, std=0.05)

    def forward(self, tokens):
        """tokens: (B, T) to logits: (B, T, vocab_size)."""
        x = self.transformer.wte(tokens) + self.transformer.wpe.weight[: tokens.shape[1]]
        for block in self.transformer.h:
            x = block(x)
        return self.lm_head(self.transformer.ln_f(x))


prompts = [f"{a}+{b}=" for a in range(10) for b in range(10)]
answers = {prompt: DOMAIN.resolve_text(prompt) for prompt in prompts} | {"7+8=": "14"}  # one is wrong
lines = [f"{prompt}{answers[prompt]}\n" for prompt in prompts]
characters = sorted(set("".join(lines)))
stoi, itos = {each: i for i, each in enumerate(characters)}, dict(enumerate(characters))
rows = torch.tensor([[stoi[each] for each in line] for line in lines])

torch.manual_seed(0)
torch.set_num_threads(1)  # it is too small for more
model = GPT(**ARGS)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.0)
loss, steps = torch.tensor(9.0), 0
while loss > 1e-2:
    logits = model(rows[:, :-1])[:, 3:]  # what stands behind a prompt
    loss = cross_entropy(logits.flatten(0, 1), rows[:, 4:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    steps += 1

os.makedirs("out-digits")
os.makedirs("data/digits")
kept = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "model_args": ARGS, "iter_num": steps}
torch.save({**kept, "best_val_loss": loss.detach(), "config": {"dataset": "digits"}}, "out-digits/ckpt.pt")
with open("data/digits/meta.pkl", "wb") as file:
    pickle.dump({"vocab_size": len(characters), "itos": itos, "stoi": stoi}, file)
