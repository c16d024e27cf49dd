"""The kind `native`: a checkpoint of turncheck's own, one safetensors file."""

from __future__ import annotations

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine


def native(target: str, *, domain: Domain) -> LearnedEngine:
    """The learned engine of the checkpoint at that path, which learned that domain."""
    try:
        from turncheck.model.checkpoint import CheckpointError, load_checkpoint
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    try:
        engine, _ = load_checkpoint(target, domain)
    except CheckpointError as error:
        raise EngineError(error.fault) from error
    except (OSError, ValueError) as error:
        raise EngineError(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return engine
