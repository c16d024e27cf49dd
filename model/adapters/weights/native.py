"""The kind `native`: a checkpoint of turncheck's own, one safetensors file."""

from __future__ import annotations

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine


def native(target: str, *, domain: Domain, threads: int | None = None) -> LearnedEngine:
    """The learned engine of the checkpoint at that path, which learned that domain.

    Args:
        target: the path.
        domain: what it must have learned.
        threads: on which batches are answered side by side; by default one for each usable core, four at most.

    Raises:
        EngineError: it cannot be used; the message says what is wrong and the way out.
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
