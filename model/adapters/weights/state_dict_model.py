"""A PyTorch module as a model that gives logits. It has no cache: each new token takes a pass over the whole text."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from turncheck.engine.importing import attribute
from turncheck.engine.learned import EngineError, described
from turncheck.engine.visible import quoted, type_name
from turncheck.model.adapters.weights.logits import Ids, Logits
from turncheck.model.adapters.weights.state_dict_file import fitted_to, read_state
from turncheck.model.batching import repeatable

TARGETS = "targets"
"""The argument of nanoGPT's `forward` without which it gives only the last token's logits."""


class TorchModel:
    """A causal module: `forward(ids)` gives logits, an object with `logits`, or a tuple that begins with them."""

    rows = None

    def __init__(self, module: nn.Module, arch: str) -> None:
        self.module, self.arch, self.targets = module, arch, False
        self.vocabulary = self._tried()

    def read(self, sources: Sequence[Sequence[int]]) -> None:
        """Do nothing: there is no encoder."""

    @repeatable
    def next(self, tokens: Ids, beside: Any, cache: Any) -> tuple[Logits, None]:
        """Return the logits after the last token, (B, vocabulary); there is no cache."""
        return self._pass(torch.from_numpy(tokens), False)[:, -1].numpy(), None

    @repeatable
    def whole(self, tokens: Ids, beside: Any, first: int = 0) -> Logits:
        """Return the logits after each token, (B, T, vocabulary)."""
        return self._pass(torch.from_numpy(tokens), self.targets).numpy()

    def _pass(self, ids: Tensor, targets: bool) -> Tensor:
        # With targets, the module gives the logits of every token; its loss is ignored.
        return _logits(self.module(ids, **{TARGETS: ids}) if targets else self.module(ids)).float()

    @repeatable
    def _tried(self) -> int:
        """Return the number of logits per token, from a pass over two tokens of id 0."""
        ids = torch.zeros((1, 2), dtype=torch.int64)
        try:
            shape = tuple(self._pass(ids, False).shape)
            takes = inspect.signature(self.module.forward).parameters
            if shape[:2] == (1, 1) and len(shape) == 3 and TARGETS in takes:
                self.targets, shape = True, tuple(self._pass(ids, True).shape)
        except (EngineError, KeyboardInterrupt):
            raise
        except BaseException as error:  # a user's module may raise anything
            demand = "forward must take ids of (batch, tokens), int64, and nothing else"
            raise EngineError(f"the module of {self.arch} raised {described(error)}: {demand}") from error
        if len(shape) != 3 or shape[:2] != (1, 2) or not shape[2]:
            raise EngineError(
                f"the module of {self.arch} must give logits for each token, (batch, tokens, vocabulary), got "
                f"{shape} for ids of (1, 2): do not select the last token, or accept targets= as nanoGPT does"
            )
        return int(shape[2])


def _logits(found: Any) -> Tensor:
    """Return the logits in the result of a module."""
    if isinstance(found, (tuple, list)) and found:
        found = found[0]
    elif isinstance(found, Mapping) and "logits" in found:
        found = found["logits"]
    elif not isinstance(found, Tensor):
        found = getattr(found, "logits", found)
    if not isinstance(found, Tensor):
        raise EngineError(f"its forward must give logits, an object with them, or a tuple, got {type_name(found)}")
    return found


def filled(path: str, arch: str | None, arguments: object) -> TorchModel:
    """Return the module that `arch` makes, with the weights in the file, in float32 on the CPU.

    Args:
        path: the path of the file.
        arch: `py:MODULE:FACTORY` or `py:FILE.py:FACTORY`.
        arguments: keyword arguments for the factory; None for none.

    Raises:
        EngineError: no module is named, the factory makes none, or the weights do not match it.
    """
    if arch is None or not arch.startswith("py:"):
        got = "nothing" if arch is None else quoted(arch)
        demand = "a state_dict needs its module, arch=py:FILE.py:FACTORY, a class or a function that makes it"
        raise EngineError(f"{demand}, got {got}")
    module = _made(arch, arguments)
    wanted = {name: each for name, each in module.state_dict().items() if isinstance(each, Tensor)}
    state = read_state(path, sum(each.numel() for each in wanted.values()))
    weights = fitted_to(wanted, state, path, arch)
    try:
        module.load_state_dict(weights)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may have hooks, which may raise anything
        raise EngineError(f"{quoted(path)} cannot be loaded into the module of {arch}: {described(error)}") from error
    return TorchModel(module, arch)


def _made(arch: str, arguments: object) -> nn.Module:
    """Return the module with its initial weights."""
    if arguments is not None and not isinstance(arguments, dict):
        raise EngineError(f"arch_args must be a table, as arch_args={{width=32}}, got {quoted(arguments)}")
    factory = attribute("arch=py", arch.removeprefix("py:"), "my_model:GPT")
    if isinstance(factory, nn.Module) or not callable(factory):
        got = "a module instance" if isinstance(factory, nn.Module) else type_name(factory)
        raise EngineError(f"{arch} must be a class or a function that makes a torch.nn.Module, got {got}")
    given = dict(arguments or {})
    try:
        module = factory(**given)
        if isinstance(module, nn.Module):
            return module.cpu().float().eval().requires_grad_(False)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a user's code may raise anything
        how = f"with {quoted(given)}" if given else "without arguments (arch_args={...} gives it some)"
        raise EngineError(f"{arch} raised {described(error)} when it was called {how}") from error
    raise EngineError(f"{arch} must make a torch.nn.Module, got {type_name(module)}")
