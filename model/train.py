"""Train a tiny model on a domain's reference: cases from samplers, some damaged, with the loss on the answers.

Example `i` of a run depends only on the seed and on `i`. So an interrupted run resumes where it was last saved, and
ends with the same weights as an uninterrupted run.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from operator import eq
from pathlib import Path
from threading import current_thread, main_thread
from time import process_time
from typing import Any

import attrs
import torch
from torch import Tensor

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import HELD_OUT_SEEDS, TRAINING_SEEDS
from turncheck.engine.stages import stages_of
from turncheck.engine.visible import cut
from turncheck.model.adapters.recognise import RUN as CHECKPOINT
from turncheck.model.ahead import drawn_ahead
from turncheck.model.checkpoint import Metadata, Model, engine_of, learned, model_of, save_checkpoint
from turncheck.model.configs import OF_NO_WEIGHT, TrainConfig
from turncheck.model.data import Data, choices_of, data_of
from turncheck.model.decode import TransformerEngine
from turncheck.model.examples import Batch, Examples, lengths
from turncheck.model.given import Given, GivenData
from turncheck.model.losses import hardest, loss
from turncheck.model.rounding import is_rounded, replaced, rounded
from turncheck.model.start import Start
from turncheck.model.state import (
    StateError,
    check_seconds,
    check_step,
    check_tensors,
    mark_of,
    read_state,
    write_state,
)
from turncheck.model.tokens import Tokenizer, vocabulary, vocabulary_of
from turncheck.model.transformer import DENSE, READER, ModelConfig

OPTIMIZER_STATE: Mapping[type[torch.optim.Optimizer], tuple[str, ...]] = {
    torch.optim.AdamW: ("step", "exp_avg", "exp_avg_sq"),
    torch.optim.Muon: ("momentum_buffer",),
}
"""The state that an optimizer keeps for a parameter after its first step. All but `step` have the parameter's shape."""


ADDED_SETTINGS = {
    "kind": "autoregressive",
    "repeats": 1,
    "hidden": 1,
    "fields": False,
    "stages": [],
    "pool": 0,
    "rounded": 0.0,
    "edited": 0.0,
    "near": 0.0,
    "edges": 0.0,
    "hardest": 1.0,
    "fresh": 0.0,
    "fade": 0.0,
    "clip": 1.0,
    "from": "",
    "from_share": 0.0,
    "start": "",
}
"""The values in runs that began before these settings existed."""

MEASURED = 300
"""Examples of another wording from which its words are collected."""

STATE = "state.safetensors"
"""The file in a run's folder from which the run resumes."""


class ResumeError(ValueError):
    """The folder holds a run with other settings."""


class DivergedError(ArithmeticError):
    """The loss is no number any more. What was saved before stays."""

    def __init__(self, folder: Path, step: int, value: float) -> None:
        super().__init__(folder, step, value)
        self.folder, self.step, self.value = folder, step, value

    def __str__(self) -> str:
        way_out = "train in another folder, with another seed or a config with a lower learning rate"
        return f"{self.folder}: the loss must be finite, got {self.value} at step {self.step}: {way_out}"


@attrs.frozen
class Progress:
    """A run after a step: the step, its loss, and the share of held-out texts answered exactly, if measured: then the
    run was also saved.
    """

    step: int
    loss: float
    exact: float | None


class Run:
    """A training run in a folder: begins it, or resumes the run there.

    `DIR/state.safetensors` holds weights, optimizer state and step, with a digest; `DIR/checkpoint.safetensors` the
    current model; `DIR/step-N.safetensors` the snapshots. With `encode`, the model learns another wording of the
    domain's texts; its checkpoint is then checked with the template that has this function. With `start`, it begins
    with the weights of a checkpoint. It computes on `device`, a device of PyTorch's, and `workers` other processes draw
    what it learns: neither changes what it learns, but another device, like more threads, rounds differently.

    Attributes:
        step: the number of steps that were made.
        saved: the step from which the run would resume; None if nothing is saved.

    Raises:
        ResumeError: the folder holds a run of another domain, or with another config or seed.
        StateError: the run in the folder is damaged or incomplete.
        DomainError: a sampler or the reference of the domain raised.
        UnusableTextsError: texts are given, and the model can learn none of them.
        StartError: the checkpoint to begin with is one of another model.
    """

    def __init__(
        self,
        folder: Path,
        domain: Domain,
        config: TrainConfig,
        seed: int,
        snapshots: Sequence[int] = (),
        encode: Callable[[str], str] | None = None,
        given: Given = Given(),  # noqa: B008  it is frozen
        start: Start | None = None,
        device: str = "cpu",
        workers: int = 0,
    ) -> None:
        self.folder, self.config, self.snapshots = folder, config, frozenset(snapshots)
        self.domain, self.examples = domain, examples_of(domain, config, encode)
        self.seed, self.device, self.workers = seed, torch.device(device), workers
        self.data_seed = TRAINING_SEEDS[seed]
        torch.set_num_threads(config.threads)
        torch.backends.cudnn.allow_tf32 = False  # by default, a GPU's recurrent layers keep ten bits of a number
        torch.manual_seed(seed)
        sizes, self.tokenizer = shape_of(config, self.examples)
        self.model = model_of(sizes)
        if start is not None:
            start.check(self.model.config, self.tokenizer)
            self.model.load_state_dict(start.weights(self.model))
        self.model.to(self.device)
        self._start = start.digest if start is not None else ""
        self.given, self.data = given, self._data(given)
        self.optimizers = _optimizers(self.model)
        self.step = 0
        self._spent, self._began = 0.0, inf
        self._torn = self._diverged = False
        self.saved: int | None = None
        self._mark = mark_of(self.state_path)
        if os.path.lexists(self.state_path):
            self._load()
        elif made := [name for name in (CHECKPOINT, *map(_snapshot, snapshots)) if (folder / name).exists()]:
            raise StateError(folder, f"it holds {made[0]} of a run and no {STATE} to resume from")

    def _data(self, given: Given) -> Data:
        about = (self.examples, self.tokenizer, self.model.config, self.data_seed, self.config.batch)
        data = data_of(*about, self.config.pool, self.config.fresh)
        return GivenData(data, given, *about, self.config.steps) if given.texts else data

    @property
    def core_seconds(self) -> float:
        """The processor time of the run's steps so far, over all threads, also before it was resumed, to 0.1 s."""
        return round(self._spent + max(0.0, process_time() - self._began), 1)

    @property
    def learning_rate(self) -> float:
        """The learning rate at the current step."""
        return self.config.learning_rate * _rate(self.step, self.config)

    @property
    def state_path(self) -> Path:
        """The file in which the run is saved."""
        return self.folder / STATE

    def steps(self) -> Iterator[Progress]:
        """Train, and yield the progress after each step. Save every `save_every` steps, and when the iteration ends.

        If an exception interrupts the update of the weights, they are not saved; the last saved state stays.
        """
        if self.step < self.config.steps:
            self._began = min(self._began, process_time())
        try:
            for made, seconds in drawn_ahead(self.data, self.step, self.config.steps, self.workers):
                self._spent += seconds
                value = self._train_step(made)
                saving = self.step % self.config.save_every == 0
                if saving:
                    self.save()
                if self.step in self.snapshots:
                    self._save_checkpoint(_snapshot(self.step), self.core_seconds)
                yield Progress(self.step, value, self.held_out(64) if saving else None)
        finally:
            if not self._torn and not self._diverged:
                self.save()

    def _train_step(self, drawn: Sequence[Batch]) -> float:
        on = self.device
        made = [(tokens.to(on), targets.to(on), rejected.to(on)) for tokens, targets, rejected in drawn]
        for optimizer in self.optimizers:
            optimizer.param_groups[0]["lr"] = self.learning_rate
        self.model.zero_grad()
        value = self._loss(made)
        if not bool(value.isfinite()):
            self._diverged = True
            raise DivergedError(self.folder, self.step, value.item())
        value.backward()  # type: ignore[no-untyped-call]  # torch's own lack of a type
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        with _ctrl_c_waiting():
            self._torn = True
            for optimizer in self.optimizers:
                optimizer.step()
            self.step += 1
            self._torn = False
        return value.item()

    def _loss(self, made: Sequence[Batch]) -> Tensor:
        """Return the loss on the data; in the last part of a run that asks for it, with rounded weights."""
        if self.step < self.config.steps * (1 - self.config.rounded):
            return self._loss_as_it_is(made)
        exact = {name: parameter for name, parameter in self.model.named_parameters() if is_rounded(parameter)}
        with replaced(self.model, {name: rounded(parameter) for name, parameter in exact.items()}):
            return self._loss_as_it_is(made)

    def _loss_as_it_is(self, made: Sequence[Batch]) -> Tensor:
        if self.config.hardest < 1:
            made = hardest(self.model, made, self.config.hardest)
        return loss(self.model, made, self.config.rejection_weight, _earlier(self.step, self.config))

    def held_out(self, count: int) -> float:
        """Return the share of `count` held-out texts, including damaged ones, that the model answers exactly."""
        seed = HELD_OUT_SEEDS[self.seed]
        prompts, expected = zip(*(self.examples.draw(seed, index) for index in range(count)), strict=True)
        engine = engine_of(self._on_the_cpu(), self.tokenizer)
        if isinstance(engine, TransformerEngine):
            return sum(verdict.complete for verdict in engine.verify(prompts, expected)) / count
        return float(sum(map(eq, engine.predict(prompts), expected))) / count

    def _on_the_cpu(self) -> Model:
        """Return the model, or a copy of one that is on another device: an engine computes on the processor."""
        if self.device.type == "cpu":
            return self.model
        made = model_of(self.model.config)
        made.load_state_dict(self.model.state_dict())
        return made

    def save(self) -> None:
        """Write the run's state and the current checkpoint.

        Raises:
            StateError: another process has written the state meanwhile; that state stays.
        """
        if mark_of(self.state_path) != self._mark:
            raise StateError(self.folder, f"another process has written {STATE} meanwhile")
        tensors = {f"model/{name}": tensor for name, tensor in self.model.state_dict().items()}
        for name, _, _, state in self._optimizer_states():
            tensors |= {f"{key}/{name}": tensor for key, tensor in state.items()}
        spent = self.core_seconds
        run = {**self._settings(), "step": self.step, "texts": self._texts(), "core_seconds": spent}
        write_state(self.state_path, {name: tensor.cpu() for name, tensor in tensors.items()}, run)
        self._mark, self.saved = mark_of(self.state_path), self.step
        self._save_checkpoint(CHECKPOINT, spent)

    def _settings(self) -> dict[str, Any]:
        config = attrs.asdict(self.config, filter=attrs.filters.exclude(*OF_NO_WEIGHT))
        given = {"from": self.given.digest, "from_share": self.given.share, "start": self._start}
        about = {"domain": self.domain.described, "seed": self.seed}
        return {**about, **config, "stages": list(self.config.stages), **given}

    def _texts(self) -> str:
        """Return a digest of the vocabulary and of the lengths of texts, which changes if either changes."""
        sizes = self.model.config
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
        self.step, self.saved, self._spent = step, step, check_seconds(self.state_path, saved)
        self.model.load_state_dict(_under("model", tensors))
        for name, _, keys, state in self._optimizer_states():
            state.update({key: tensors[f"{key}/{name}"].to(self.device) for key in keys if step})

    def _shapes(self, step: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the saved tensors at that step, by name; at step 0 there are only weights."""
        shapes = {f"model/{name}": tuple(tensor.shape) for name, tensor in self.model.state_dict().items()}
        for name, shape, keys, _ in self._optimizer_states():
            shapes |= {f"{key}/{name}": () if key == "step" else shape for key in keys if step}
        return shapes

    def _optimizer_states(self) -> Iterator[tuple[str, tuple[int, ...], tuple[str, ...], dict[str, Tensor]]]:
        """Yield for each parameter its name and shape, the keys of its optimizer state, and that state, which the
        caller may change.
        """
        names = {parameter: name for name, parameter in self.model.named_parameters()}
        for optimizer in self.optimizers:
            for parameter in optimizer.param_groups[0]["params"]:
                shape, keys = tuple(parameter.shape), OPTIMIZER_STATE[type(optimizer)]
                yield names[parameter], shape, keys, optimizer.state[parameter]

    def _save_checkpoint(self, name: str, seconds: float) -> None:
        card = Metadata(
            config=self.model.config,
            vocabulary=self.tokenizer.vocabulary,
            rules=learned(self.domain),
            template=learned(self.domain),
            seed=self.seed,
            turns=self.step * self.config.batch,
            samplers=tuple(self.examples.samplers),
            operators=tuple(self.examples.operators),
            stages=self.examples.stages,
            rounded=self.config.rounded > 0,
            core_hours=float(f"{seconds / 3600:.3g}"),
            given=len(self.given.texts),
            seen=self.given.seen,
        )
        save_checkpoint(self.folder / name, self._on_the_cpu(), card)


@contextmanager
def _ctrl_c_waiting() -> Iterator[None]:
    """Within it, Ctrl-C waits: an update of the weights takes milliseconds, and half of one cannot be saved."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or current_thread() is not main_thread():
        yield
        return
    heard = []
    signal.signal(signal.SIGINT, lambda *given: heard.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if heard:
        raise KeyboardInterrupt


def _snapshot(step: int) -> str:
    """Return the file name of a step's checkpoint."""
    return f"step-{step}.safetensors"


def examples_of(domain: Domain, config: TrainConfig, encode: Callable[[str], str] | None = None) -> Examples:
    """Return the examples that a run with this config learns.

    Raises:
        DomainError: the domain has no such stages.
    """
    examples = Examples.of(domain, config.malformed, tuple(config.stages))
    return attrs.evolve(examples, encode=encode, edited=config.edited, near=config.near, edges=config.edges)


def shape_of(config: TrainConfig, examples: Examples) -> tuple[ModelConfig, Tokenizer]:
    """Return the sizes of the model that a run trains, and its tokenizer."""
    tokenizer = Tokenizer(_vocabulary(examples, config))
    return _sizes(config, examples, tokenizer), tokenizer


def _vocabulary(examples: Examples, config: TrainConfig) -> tuple[str, ...]:
    if examples.encode:
        return vocabulary_of(text for index in range(MEASURED) for text in examples.draw(0, index))
    known = stages_of(examples.domain)
    names = tuple(known.answers) if known is not None and config.stages else ()
    return vocabulary(examples.domain, fields=config.fields, stages=names)


def _sizes(config: TrainConfig, examples: Examples, tokenizer: Tokenizer) -> ModelConfig:
    """Return the sizes of the model that a run trains."""
    prompt, answer = lengths(examples, tokenizer)
    return ModelConfig(
        len(tokenizer),
        prompt,
        answer,
        config.layers,
        config.width,
        config.heads,
        config.kind,
        config.repeats,
        config.hidden,
        choices_of(examples, tokenizer, answer) if config.kind == DENSE else (),
        examples.answers() if config.kind == READER else (),
    )


def _optimizers(model: Model) -> tuple[torch.optim.Optimizer, ...]:
    """Return Muon for the blocks' matrices (Jordan 2024, with steps scaled like AdamW's), AdamW for everything else."""
    named = list(model.named_parameters())
    matrices = [parameter for name, parameter in named if name.startswith("blocks") and parameter.ndim == 2]
    others = [parameter for name, parameter in named if not name.startswith("blocks") or parameter.ndim != 2]
    adamw = torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    if not matrices:
        return (adamw,)
    return torch.optim.Muon(matrices, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"), adamw


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(f"{prefix}/"): tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}/")
    }


def _rate(step: int, config: TrainConfig) -> float:
    """Return the learning rate at that step, as a share of the highest."""
    return min(1.0, (step + 1) / config.warmup) * (1 - step / config.steps)


def _earlier(step: int, config: TrainConfig) -> float:
    """Return how much at that step an answer of a reader counts that it gives before the end of a text."""
    return max(0.0, 1 - step / (config.steps * config.fade)) if config.fade else 1.0
