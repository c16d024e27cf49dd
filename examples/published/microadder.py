"""MicroAdder, by Arseniy Zarechnev: https://github.com/evindor/MicroAdder. Trained; `params` is 57, 67, 74..."""

import importlib
import sys

from turncheck import logits_engine


def engine(clone, params=57):
    """The model of its folder for so many parameters."""
    sys.path.insert(0, f"{clone}/submission_{params}p")
    model, _ = importlib.import_module(f"submission_{params}p").build_model()

    def encode(text):  # + and = are 0, as their place says what they are
        return [int(character) if character.isdigit() else 0 for character in text]

    return logits_engine(model, "0123456789", encode=encode, longest=11)
