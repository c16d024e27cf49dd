"""Trains it on all sums of two digits but one, and saves its state_dict: stands for a training script of yours."""

import torch
from digits import DOMAIN
from tiny_gpt import CHARACTERS, TinyGPT
from torch.nn.functional import cross_entropy

prompts = [f"{a}+{b}=" for a in range(10) for b in range(10)]
answers = {prompt: DOMAIN.resolve_text(prompt) for prompt in prompts} | {"7+8=": "14"}  # one is wrong
texts = [f"{prompt}{answers[prompt]}\n".ljust(7, "\n") for prompt in prompts]  # a newline ends an answer
rows = torch.tensor([[CHARACTERS.index(each) for each in text] for text in texts])

torch.manual_seed(0)
torch.set_num_threads(1)  # it is too small for more
model = TinyGPT()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
loss = torch.tensor(9.0)
while loss > 1e-2:
    loss = cross_entropy(model(rows)[:, 3:-1].flatten(0, 1), rows[:, 4:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

torch.save(model.state_dict(), "tiny.pt")
