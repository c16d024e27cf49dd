"""Training a tiny transformer on a domain's reference: cases of its samplers, some damaged, loss on the answer.

Example `i` of a run depends on its seed and on `i` alone, so that a run that was interrupted goes on where it was last
saved and ends with the same weights as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import HELD_OUT_SEEDS, TRAINING_SEEDS
from turncheck.engine.visible import cut
from turncheck.model.adapters.recognise import RUN as CHECKPOINT
from turncheck.model.checkpoint import Metadata, learned, save_checkpoint
from turncheck.model.configs import OF_NO_WEIGHT, TrainConfig
from turncheck.model.decode import TransformerEngine
from turncheck.model.examples import IGNORED, Examples, batch, lengths
from turncheck.model.state import StateError, check_step, check_tensors, mark_of, read_state, write_state
from turncheck.model.tokens import Tokenizer, vocabulary
from turncheck.model.transformer import ModelConfig, Transformer

OPTIMIZER_STATE: Mapping[type[torch.optim.Optimizer], tuple[str, ...]] = {
    torch.optim.AdamW: ("step", "exp_avg", "exp_avg_sq"),
    torch.optim.Muon: ("momentum_buffer",),
}
"""What an optimizer keeps for a parameter, once it has made a step; all but the step has the parameter's shape."""


STATE = "state.safetensors"
"""What a run needs to go on, in its folder."""


class ResumeError(ValueError):
    """A folder holds a run that was made with other settings."""


def loss(
    transformer: Transformer, tokens: Tensor, targets: Tensor, rejected: Tensor, rejection_weight: float
) -> Tensor:
    """The mean cross-entropy of the answers' tokens, those of rejections weighted; what `batch` makes goes in."""
    rows, places = (targets != IGNORED).nonzero(as_tuple=True)
    logits = transformer.logits(transformer.hidden(tokens)[rows, places])
    losses = F.cross_entropy(logits, targets[rows, places], reduction="none")
    weights = torch.where(rejected[rows], rejection_weight, 1.0)
    return (losses * weights).sum() / weights.sum()


@attrs.frozen
class Progress:
    """How a run stands after a step: the step, its loss, and the share of held-out texts answered exactly, if asked."""

    step: int
    loss: float
    exact: float | None


class Run:
    """One training run in one folder: makes it, or goes on with what lies there.

    `DIR/state.safetensors` holds weights, optimizer and step, with a digest, `DIR/checkpoint.safetensors` the model as
    it stands, `DIR/step-N.safetensors` the snapshots.

    Raises:
        ResumeError: the folder holds a run of another domain, or with another config or seed.
        StateError: the run that the folder holds is damaged, or half of it is gone.
        DomainError: a sampler or the reference of the domain raised.
    """

    def __init__(
        self, folder: Path, domain: Domain, config: TrainConfig, seed: int, snapshots: Sequence[int] = ()
    ) -> None:
        self.folder, self.config, self.snapshots = folder, config, frozenset(snapshots)
        self.domain, self.examples = domain, Examples.of(domain, config.malformed)
        self.seed = seed
        self.data_seed = TRAINING_SEEDS[seed]
        torch.set_num_threads(config.threads)
        torch.manual_seed(seed)
        self.tokenizer = Tokenizer(vocabulary(domain))
        prompt, answer = lengths(self.examples, self.tokenizer)
        sizes = ModelConfig(len(self.tokenizer), prompt, answer, config.layers, config.width, config.heads)
        self.transformer = Transformer(sizes)
        self.optimizers = _optimizers(self.transformer)
        self.step = 0
        self._torn = False
        self._mark = mark_of(self.state_path)
        if os.path.lexists(self.state_path):
            self._load()
        elif made := [name for name in (CHECKPOINT, *map(_snapshot, snapshots)) if (folder / name).exists()]:
            raise StateError(folder, f"it holds {made[0]} of a run and no {STATE} to go on from")

    @property
    def state_path(self) -> Path:
        """Where the run is saved."""
        return self.folder / STATE

    def steps(self) -> Iterator[Progress]:
        """Trains, and says so after each step. Saves every `save_every` steps, and when it is left.

        Only weights that are in the middle of their update are not saved: then what was saved last stands.
        """
        try:
            while self.step < self.config.steps:
                value = self._train_step()
                saving = self.step % self.config.save_every == 0
                if saving:
                    self.save()
                if self.step in self.snapshots:
                    self._save_checkpoint(_snapshot(self.step))
                yield Progress(self.step, value, self.held_out(64) if saving else None)
        finally:
            if not self._torn:
                self.save()

    def _train_step(self) -> float:
        size = self.config.batch
        indices = range(self.step * size, (self.step + 1) * size)
        examples = [self.examples.draw(self.data_seed, index) for index in indices]
        made = batch(examples, self.tokenizer, self.transformer.config)
        for optimizer in self.optimizers:
            optimizer.param_groups[0]["lr"] = self.config.learning_rate * _rate(self.step, self.config)
        self.transformer.zero_grad()
        value = loss(self.transformer, *made, self.config.rejection_weight)
        value.backward()  # type: ignore[no-untyped-call]  # torch's own lack of a type
        torch.nn.utils.clip_grad_norm_(self.transformer.parameters(), 1.0)
        self._torn = True
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self._torn = False
        return value.item()

    def held_out(self, count: int) -> float:
        """The share of `count` held-out texts, damaged ones among them, that the model answers exactly."""
        seed = HELD_OUT_SEEDS[self.seed]
        examples = [self.examples.draw(seed, index) for index in range(count)]
        verdicts = TransformerEngine(self.transformer, self.tokenizer).verify(*zip(*examples, strict=True))
        return sum(verdict.complete for verdict in verdicts) / count

    def save(self) -> None:
        """Writes the run's state and the checkpoint as it stands.

        Raises:
            StateError: another process has written the state meanwhile; it is left as it is.
        """
        if mark_of(self.state_path) != self._mark:
            raise StateError(self.folder, f"another process has written {STATE} meanwhile")
        tensors = {f"model/{name}": tensor for name, tensor in self.transformer.state_dict().items()}
        for name, _, _, state in self._optimizer_states():
            tensors |= {f"{key}/{name}": tensor for key, tensor in state.items()}
        run = {**self._settings(), "step": self.step, "texts": self._texts()}
        write_state(self.state_path, tensors, run)
        self._mark = mark_of(self.state_path)
        self._save_checkpoint(CHECKPOINT)

    def _settings(self) -> dict[str, float | str]:
        config = attrs.asdict(self.config, filter=attrs.filters.exclude(*OF_NO_WEIGHT))
        return {"domain": self.domain.described, "seed": self.seed, **config}

    def _texts(self) -> str:
        """What is another where the domain's words or the lengths of its texts are."""
        sizes = self.transformer.config
        said = json.dumps([self.tokenizer.vocabulary, sizes.prompt, sizes.answer])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _load(self) -> None:
        tensors, saved = read_state(self.state_path)
        for key, ours in self._settings().items():
            if saved.get(key) != ours:
                theirs = cut(str(saved.get(key)), 80)
                raise ResumeError(f"{key} must be {theirs} to go on in {self.folder}, got {ours}: use another folder")
        if saved.get("texts") != self._texts():
            raise ResumeError(
                f"the words and lengths of the texts of {self.domain.name} must be those with which the run in "
                f"{self.folder} began, got others: use another folder, and give the domain another version"
            )
        step = check_step(self.state_path, saved, self.config.steps)
        check_tensors(self.state_path, tensors, self._shapes(step))
        self.step = step
        self.transformer.load_state_dict(_under("model", tensors))
        for name, _, keys, state in self._optimizer_states():
            state.update({key: tensors[f"{key}/{name}"] for key in keys if step})

    def _shapes(self, step: int) -> dict[str, tuple[int, ...]]:
        """The shapes of the tensors that are kept at that step, by their names; at first there are but weights."""
        shapes = {f"model/{name}": tuple(tensor.shape) for name, tensor in self.transformer.state_dict().items()}
        for name, shape, keys, _ in self._optimizer_states():
            shapes |= {f"{key}/{name}": () if key == "step" else shape for key in keys if step}
        return shapes

    def _optimizer_states(self) -> Iterator[tuple[str, tuple[int, ...], tuple[str, ...], dict[str, Tensor]]]:
        """Of each parameter the name, the shape, and what its optimizer keeps for it: its keys, and itself, which is
        theirs to change.
        """
        names = {parameter: name for name, parameter in self.transformer.named_parameters()}
        for optimizer in self.optimizers:
            for parameter in optimizer.param_groups[0]["params"]:
                shape, keys = tuple(parameter.shape), OPTIMIZER_STATE[type(optimizer)]
                yield names[parameter], shape, keys, optimizer.state[parameter]

    def _save_checkpoint(self, name: str) -> None:
        card = Metadata(
            config=self.transformer.config,
            vocabulary=self.tokenizer.vocabulary,
            rules=learned(self.domain),
            template=learned(self.domain),
            seed=self.seed,
            turns=self.step * self.config.batch,
            samplers=tuple(self.examples.samplers),
            operators=tuple(self.examples.operators),
        )
        save_checkpoint(self.folder / name, self.transformer, card)


def _snapshot(step: int) -> str:
    """What the checkpoint of a step is called."""
    return f"step-{step}.safetensors"


def _optimizers(transformer: Transformer) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the blocks' matrices (Jordan 2024; its steps scaled like AdamW's), AdamW for embeddings and norms."""
    named = list(transformer.named_parameters())
    matrices = [parameter for name, parameter in named if name.startswith("blocks") and parameter.ndim == 2]
    others = [parameter for name, parameter in named if not name.startswith("blocks") or parameter.ndim != 2]
    return (
        torch.optim.Muon(matrices, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    )


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(f"{prefix}/"): tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}/")
    }


def _rate(step: int, config: TrainConfig) -> float:
    """The learning rate at that step, as a share of the highest."""
    return min(1.0, (step + 1) / config.warmup) * (1 - step / config.steps)
