"""The weights with which a run begins: those of a checkpoint, instead of random ones."""

from __future__ import annotations

import os
from collections.abc import Mapping

import attrs
from torch import Tensor

from turncheck.engine.domain import Domain
from turncheck.model.checkpoint import Metadata, Model, digest_of, load_checkpoint, model_of, read_tensors
from turncheck.model.reader import Reader, grown
from turncheck.model.rounding import unpacked
from turncheck.model.tokens import Tokenizer
from turncheck.model.transformer import READER, ModelConfig


class StartError(ValueError):
    """A checkpoint with which a run cannot begin: its model is another one."""


@attrs.frozen(eq=False)
class Start:
    """A checkpoint with which a run begins.

    Attributes:
        path: its path.
        about: its description.
        tensors: its weights, float32.
    """

    path: str
    about: Metadata
    tensors: Mapping[str, Tensor]

    @classmethod
    def of(cls, path: str | os.PathLike[str], domain: Domain) -> Start:
        """Read a checkpoint.

        Raises:
            FileNotFoundError: there is no such file.
            CheckpointError: the file is no checkpoint of that domain.
        """
        _, about = load_checkpoint(path, domain)  # checks it
        return cls(os.fspath(path), about, unpacked(read_tensors(path)[0]))

    def model(self) -> Model:
        """Return the model of the checkpoint."""
        model = model_of(self.about.config)
        model.load_state_dict(dict(self.tensors))
        return model.eval()

    @property
    def digest(self) -> str:
        """A hash of the weights and of their description."""
        return digest_of(dict(self.tensors), self.about.to_metadata())[:16]

    def weights(self, model: Model) -> dict[str, Tensor]:
        """Return the weights with which a run of this model begins: its own; for a reader with a larger state, grown.

        The model must have passed `check`.
        """
        if isinstance(model, Reader) and model.config.hidden > self.about.config.hidden:
            return grown(self.tensors, model)
        return dict(self.tensors)

    def check(self, config: ModelConfig, tokenizer: Tokenizer) -> None:
        """Check that it is a model of these sizes, with these tokens. A reader's state may be smaller.

        Raises:
            StartError: it is another one.
        """
        ours, theirs = attrs.asdict(config), attrs.asdict(self.about.config)
        # A reader reads texts of any length, so the lengths in its training do not shape it.
        free = ("prompt", "answer") if config.kind == READER else ()
        if config.kind == READER and theirs["hidden"] < config.hidden:
            free = (*free, "hidden")
        for name, value in ours.items():
            if name not in free and theirs[name] != value:
                said = (
                    f"{value}, got {theirs[name]}" if isinstance(value, int | str) else "those of the run, got others"
                )
                raise StartError(f"{self.path}: its {name} must be {said}: name its own --config, or leave --start out")
        if self.about.vocabulary != tokenizer.vocabulary:
            raise StartError(f"{self.path}: its tokens must be those of the run, got others: leave --start out")
