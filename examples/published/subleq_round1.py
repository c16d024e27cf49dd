"""The hand-coded computer of https://github.com/anadim/subleq-transformer, `round1_constructed`.

`model` is the clone's model.py. With steps=200 the model runs a program. As in the authors' loop, a program whose
counter is outside the memory is at its end.
"""

import re
import sys

import torch


def engine(clone, steps=1):
    """The model, asked for so many steps."""
    sys.path.insert(0, f"{clone}/round1_constructed")
    from model import HandCodedSUBLEQ

    model, form = HandCodedSUBLEQ(), "pc %d\n" + 26 * f"mem{16 * ' %d'}\n"

    def predict(prompts):
        states = torch.tensor([[int(word) for word in re.findall(r"-?\d+", prompt)] for prompt in prompts])
        for state in states.split(1) * steps:
            going = (state[:, 0] >= 0) & (state[:, 0] < 414)
            state[going] = model.predict_step(state[going] + 32768) - 32768
        return [form % (*state,) for state in states.tolist()]

    return predict
