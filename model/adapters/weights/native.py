"""The kind `native`: a checkpoint of Turncheck's own, one safetensors file."""

from __future__ import annotations

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine


def native(target: str, *, domain: Domain, threads: int | None = None) -> LearnedEngine:
    """Return the learned engine of a checkpoint.

    Args:
        target: the path of the checkpoint.
        domain: the domain that it must have learned.
        threads: threads that answer batches in parallel; by default one for each usable core, at most four.

    Raises:
        EngineError: the checkpoint cannot be used; the message gives the fault and the way out.
    """
    if threads is not None and not 1 <= threads <= 256:
        raise EngineError(f"threads must be 1..256, got {threads}")
    try:
        from turncheck.model.checkpoint import CheckpointError, load_checkpoint
        from turncheck.model.parallel import usable_cores
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]', or name another model with --model"
        raise EngineError(f"it needs {error.name}, which is not installed: {way_out}") from error
    try:
        engine, _ = load_checkpoint(target, domain, threads or usable_cores())
    except CheckpointError as error:
        raise EngineError(error.fault) from error
    except (OSError, ValueError) as error:
        raise EngineError(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return engine
