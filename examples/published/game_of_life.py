"""James McGuigan's: https://github.com/JamesMcGuigan/ai-games, puzzles/game_of_life. Trained; `name`: which."""

import importlib
import sys
from types import SimpleNamespace

import torch


def engine(clone, name="GameOfLifeForward_1"):
    """The network of that name in neural_networks/hardcoded."""
    sys.path.insert(0, f"{clone}/puzzles/game_of_life")
    sys.modules.update(dict.fromkeys(("humanize", "utils", "utils.util"), SimpleNamespace(batch=None)))  # for training
    model = getattr(importlib.import_module(f"neural_networks.hardcoded.{name}"), name)().eval()
    model.load_state_dict(torch.load(model.filename, map_location="cpu", weights_only=True))
    model.loaded = True  # else it would look for weights of a GPU, find none here, and draw some at random

    def predict(prompts):
        boards = torch.tensor([[[float(cell == "#") for cell in row] for row in prompt.split()] for prompt in prompts])
        alive = model.cast_bool(model(boards))[:, 0].tolist()
        return ["".join("".join(".#"[cell] for cell in row) + "\n" for row in board) for board in alive]

    return predict
