"""`py:` with `isolate=true`: the model runs in a separate process, so that it cannot end this one. The user needs no
worker: `isolated` is a worker that speaks the protocol of `exec:`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping
from typing import Any

from turncheck.engine.learned import EngineError, LearnedEngine, UnavailableError
from turncheck.model.adapters.processes import isolated as worker_script
from turncheck.model.adapters.processes.process import (
    LONGEST_WAIT,
    POSIX,
    ProcessEngine,
    VerifyingProcessEngine,
)
from turncheck.model.adapters.processes.protocol import Answer, AnswerCheck, ProtocolError, ReportedError
from turncheck.model.adapters.processes.worker import Worker, WorkerSettings

BATCH = 64
"""Most prompts in one request."""


class ModelError(Exception):
    """An error that the model raised in its own process: its class and its message."""


def isolated(target: str, beside: Collection[str], options: Mapping[str, Any]) -> LearnedEngine:
    """Return the learned engine of `py:TARGET` in a separate process. The arguments are those of `python`.

    A call has no time limit of its own: `--turncheck-timeout` limits it as in this process.

    Raises:
        EngineError: the model cannot be loaded there, or the system does not support it.
    """
    if not POSIX or not sys.executable:
        raise EngineError("isolate=true is not supported on this system: leave it out")
    settings = WorkerSettings(_command(target, beside, options), 0, LONGEST_WAIT, LONGEST_WAIT, BATCH, os.getcwd())
    try:
        worker = Worker(settings)
    except ReportedError as error:
        raise EngineError(str(error.said)) from error
    except (ProtocolError, UnavailableError) as error:
        raise EngineError(f"it cannot be loaded in a separate process: {error}") from error
    return (VerifyingIsolatedEngine if "verify" in worker.methods else IsolatedEngine)(settings, worker)


def _command(target: str, beside: Collection[str], options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command that starts the worker; it has the import path of this process."""
    said = {"path": sys.path, "target": target, "beside": list(beside), "options": dict(options)}
    try:
        return sys.executable, os.path.abspath(worker_script.__file__), json.dumps(said)
    except (TypeError, ValueError) as error:  # TOML has dates, and JSON has none
        raise EngineError("with isolate=true, options must be texts, numbers, true, false or lists of these") from error


class IsolatedEngine(ProcessEngine):
    """A Python model in a separate process. If the model raises, the engine's method raises `ModelError`."""

    def _ask(self, method: str, arguments: dict[str, list[str]], check: AnswerCheck[Answer]) -> list[Answer]:
        try:
            return super()._ask(method, arguments, check)
        except ReportedError as error:
            raise ModelError(str(error.said)) from error


class VerifyingIsolatedEngine(IsolatedEngine, VerifyingProcessEngine):
    """An isolated engine that also verifies drafts."""
