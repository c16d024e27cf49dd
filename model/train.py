"""Train a tiny transformer on a domain's reference: cases from samplers, some damaged, with the loss on the answers.

Example `i` of a run depends only on the seed and on `i`. So an interrupted run resumes where it was last saved, and
ends with the same weights as an uninterrupted run.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from operator import eq
from pathlib import Path

import attrs
import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import HELD_OUT_SEEDS, TRAINING_SEEDS
from turncheck.engine.visible import cut
from turncheck.model.adapters.recognise import RUN as CHECKPOINT
from turncheck.model.checkpoint import Metadata, engine_of, learned, model_of, save_checkpoint
from turncheck.model.configs import OF_NO_WEIGHT, TrainConfig
from turncheck.model.examples import IGNORED, Batch, Examples, batches, lengths
from turncheck.model.one_pass import OnePass, OnePassEngine
from turncheck.model.state import StateError, check_step, check_tensors, mark_of, read_state, write_state
from turncheck.model.tokens import Tokenizer, vocabulary
from turncheck.model.transformer import ModelConfig, Transformer

OPTIMIZER_STATE: Mapping[type[torch.optim.Optimizer], tuple[str, ...]] = {
    torch.optim.AdamW: ("step", "exp_avg", "exp_avg_sq"),
    torch.optim.Muon: ("momentum_buffer",),
}
"""The state that an optimizer keeps for a parameter after its first step. All but `step` have the parameter's shape."""


ADDED_SETTINGS = {"one_pass": False, "repeats": 1, "whole_numbers": False}
"""The values in runs that began before these settings existed."""

STATE = "state.safetensors"
"""The file in a run's folder from which the run resumes."""


class ResumeError(ValueError):
    """The folder holds a run with other settings."""


def loss(model: Transformer | OnePass, batches: Sequence[Batch], rejection_weight: float) -> Tensor:
    """Return the mean cross-entropy of the answers' tokens, with those of rejections weighted.

    Args:
        model: the model to train.
        batches: what `turncheck.model.examples.batches` makes.
        rejection_weight: how much a rejection's token counts; all others count 1.
    """
    sums = []
    for tokens, targets, rejected in batches:
        rows, places = (targets != IGNORED).nonzero(as_tuple=True)
        logits = model.logits(model.hidden(tokens)[rows, places])
        losses = F.cross_entropy(logits, targets[rows, places], reduction="none")
        weights = torch.where(rejected[rows], rejection_weight, 1.0)
        sums.append(torch.stack([(losses * weights).sum(), weights.sum()]))
    total = torch.stack(sums).sum(0)
    return total[0] / total[1]


@attrs.frozen
class Progress:
    """A run after a step: the step, its loss, and the share of held-out texts answered exactly, if measured."""

    step: int
    loss: float
    exact: float | None


class Run:
    """A training run in a folder: begins it, or resumes the run there.

    `DIR/state.safetensors` holds weights, optimizer state and step, with a digest; `DIR/checkpoint.safetensors` the
    current model; `DIR/step-N.safetensors` the snapshots.

    Raises:
        ResumeError: the folder holds a run of another domain, or with another config or seed.
        StateError: the run in the folder is damaged or incomplete.
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
        self.tokenizer = Tokenizer(vocabulary(domain, whole_numbers=config.whole_numbers))
        prompt, answer = lengths(self.examples, self.tokenizer)
        self.transformer = model_of(
            ModelConfig(
                len(self.tokenizer),
                prompt,
                answer,
                config.layers,
                config.width,
                config.heads,
                config.one_pass,
                config.repeats,
            )
        )
        self.optimizers = _optimizers(self.transformer)
        self.step = 0
        self._torn = False
        self._mark = mark_of(self.state_path)
        if os.path.lexists(self.state_path):
            self._load()
        elif made := [name for name in (CHECKPOINT, *map(_snapshot, snapshots)) if (folder / name).exists()]:
            raise StateError(folder, f"it holds {made[0]} of a run and no {STATE} to resume from")

    @property
    def state_path(self) -> Path:
        """The file in which the run is saved."""
        return self.folder / STATE

    def steps(self) -> Iterator[Progress]:
        """Train, and yield the progress after each step. Save every `save_every` steps, and when the iteration ends.

        If an exception interrupts the update of the weights, they are not saved; the last saved state stays.
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
        made = batches(examples, self.tokenizer, self.transformer.config)
        for optimizer in self.optimizers:
            optimizer.param_groups[0]["lr"] = self.config.learning_rate * _rate(self.step, self.config)
        self.transformer.zero_grad()
        value = loss(self.transformer, made, self.config.rejection_weight)
        value.backward()  # type: ignore[no-untyped-call]  # torch's own lack of a type
        torch.nn.utils.clip_grad_norm_(self.transformer.parameters(), 1.0)
        self._torn = True
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self._torn = False
        return value.item()

    def held_out(self, count: int) -> float:
        """Return the share of `count` held-out texts, including damaged ones, that the model answers exactly."""
        seed = HELD_OUT_SEEDS[self.seed]
        prompts, expected = zip(*(self.examples.draw(seed, index) for index in range(count)), strict=True)
        engine = engine_of(self.transformer, self.tokenizer)
        if isinstance(engine, OnePassEngine):
            return float(sum(map(eq, engine.predict(prompts), expected))) / count
        return sum(verdict.complete for verdict in engine.verify(prompts, expected)) / count

    def save(self) -> None:
        """Write the run's state and the current checkpoint.

        Raises:
            StateError: another process has written the state meanwhile; that state stays.
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
        """Return a digest of the vocabulary and of the lengths of texts, which changes if either changes."""
        sizes = self.transformer.config
        said = json.dumps([self.tokenizer.vocabulary, sizes.prompt, sizes.answer])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _load(self) -> None:
        tensors, saved = read_state(self.state_path)
        saved = ADDED_SETTINGS | saved
        for key, ours in self._settings().items():
            if saved.get(key) != ours:
                theirs = cut(str(saved.get(key)), 80)
                demand = f"{key} must be {theirs} to resume the run in {self.folder}"
                raise ResumeError(f"{demand}, got {ours}: use another folder")
        if saved.get("texts") != self._texts():
            raise ResumeError(
                f"the vocabulary and the lengths of texts of {self.domain.name} must be those with which the run in "
                f"{self.folder} began, got others: use another folder, and give the domain another version"
            )
        step = check_step(self.state_path, saved, self.config.steps)
        check_tensors(self.state_path, tensors, self._shapes(step))
        self.step = step
        self.transformer.load_state_dict(_under("model", tensors))
        for name, _, keys, state in self._optimizer_states():
            state.update({key: tensors[f"{key}/{name}"] for key in keys if step})

    def _shapes(self, step: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the saved tensors at that step, by name; at step 0 there are only weights."""
        shapes = {f"model/{name}": tuple(tensor.shape) for name, tensor in self.transformer.state_dict().items()}
        for name, shape, keys, _ in self._optimizer_states():
            shapes |= {f"{key}/{name}": () if key == "step" else shape for key in keys if step}
        return shapes

    def _optimizer_states(self) -> Iterator[tuple[str, tuple[int, ...], tuple[str, ...], dict[str, Tensor]]]:
        """Yield for each parameter its name and shape, the keys of its optimizer state, and that state, which the
        caller may change.
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
    """Return the file name of a step's checkpoint."""
    return f"step-{step}.safetensors"


def _optimizers(transformer: Transformer | OnePass) -> tuple[torch.optim.Optimizer, ...]:
    """Return Muon for the blocks' matrices (Jordan 2024, with steps scaled like AdamW's), AdamW for everything else."""
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
    """Return the learning rate at that step, as a share of the highest."""
    return min(1.0, (step + 1) / config.warmup) * (1 - step / config.steps)
