"""The kind `exec:`: a process of the user's own, in any language, that reads requests and writes answers as JSON lines.

docs/protocol.md defines the protocol; `protocol` has its messages, `worker` the pipes, and this module the requests.
"""

from __future__ import annotations

import os
import shlex
import weakref
from collections.abc import Sequence

from turncheck.engine.learned import EngineError, LearnedEngine, UnavailableError, Verdict
from turncheck.engine.visible import quoted
from turncheck.model.adapters.processes.protocol import (
    Answer,
    AnswerCheck,
    ProtocolError,
    ReportedError,
    answers_in,
    shown,
    verdicts_in,
)
from turncheck.model.adapters.processes.worker import Worker, WorkerSettings

LONGEST_WAIT = 86_400.0
MOST_MEMORY = 1 << 30
POSIX = os.name == "posix"
PAGE = "see docs/protocol.md for a worker"


def process(
    target: str,
    *,
    memory: int = 0,
    hello: float = 60.0,
    timeout: float = 60.0,
    batch: int = 64,
    cwd: str | None = None,
) -> LearnedEngine:
    """Start a command, without a shell, and return it as a learned engine.

    Args:
        target: the command as typed, quoted as for a POSIX shell.
        memory: MiB of address space for the process, 0 for no limit; 0..2**30; only Linux supports a limit.
        hello: seconds for the process to start; above 0, at most a day.
        timeout: seconds for one batch; above 0, at most a day.
        batch: most prompts in one request, 1 or more; the worker may ask for fewer.
        cwd: the folder in which it is started.

    Raises:
        EngineError: an option is out of range, the command cannot be started, or its hello is invalid.
    """
    if not POSIX:
        raise EngineError("exec: is not supported on this system: use py: or openai:")
    _check_options(memory, hello, timeout, batch, cwd)
    # The folder is made absolute, because a model in this process may change the current folder before a restart.
    settings = WorkerSettings(_split(target), memory, hello, timeout, batch, os.path.abspath(cwd or "."))
    try:
        worker = Worker(settings)
    except (ProtocolError, UnavailableError) as error:
        raise EngineError(f"no hello: {error}: {PAGE}") from error
    kind = VerifyingProcessEngine if "verify" in worker.methods else ProcessEngine
    return kind(settings, worker)


def _check_options(memory: int, hello: float, timeout: float, batch: int, cwd: str | None) -> None:
    if not 0 <= memory <= MOST_MEMORY:
        raise EngineError(f"memory must be 0..{MOST_MEMORY} MiB, got {memory}: 0 sets no limit")
    for name, seconds in (("hello", hello), ("timeout", timeout)):
        if not 0 < seconds <= LONGEST_WAIT:
            raise EngineError(f"{name} must be above 0 s and at most {LONGEST_WAIT:g} s, got {seconds:g}: 60 is usual")
    if batch < 1:
        raise EngineError(f"batch must be 1 or more, got {batch}: 1 sends prompts one by one")
    if cwd is not None and not os.path.isdir(cwd):
        raise EngineError(f"cwd must be a folder, got {quoted(cwd)}: leave it out to use the current folder")


def _split(target: str) -> tuple[str, ...]:
    try:
        words = shlex.split(target)
    except ValueError as error:
        fault = f"it must name a command, quoted as for a shell, got {shown(target)}"
        raise EngineError(f"{fault}: {str(error).lower()}") from error
    if not words or not words[0]:
        raise EngineError(f"it must name a command, got {shown(target)}: as in exec:python3 worker.py")
    return tuple(words)


class ProcessEngine:
    """A process as a learned engine. Only one thread at a time may ask it.

    After a fault of the process, it is killed, and the next call starts a new one.
    """

    def __init__(self, settings: WorkerSettings, worker: Worker) -> None:
        self._settings = settings
        self._methods = worker.methods
        self._worker = worker
        self._restarts = 0
        # The finalizer also runs at the interpreter's exit. It must not reference the engine.
        self._finalizer = weakref.finalize(self, worker.end)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the process's answer to each prompt, in as few requests as its batch allows.

        Raises:
            UnavailableError: it died, hung, or could not be started again.
            ProtocolError: it replied with an error, or with something other than answers.
        """
        given: list[str] = []
        while len(given) < len(prompts):
            chunk = list(prompts[len(given) : len(given) + self._ready().batch])
            given += self._ask("predict", {"prompts": chunk}, answers_in)
        return given

    def close(self) -> None:
        """End the process: close its stdin, and kill it if it has not ended after 2 s."""
        self._finalizer()

    def troubles(self) -> dict[str, int]:
        """Return how often the process was restarted because it died, hung or broke the protocol."""
        return {"worker restarts": self._restarts} if self._restarts else {}

    @property
    def name(self) -> str | None:
        """The process's name for itself."""
        return self._worker.name

    def _ask(self, method: str, arguments: dict[str, list[str]], check: AnswerCheck[Answer]) -> list[Answer]:
        worker = self._ready()
        # A request that is too long is not sent, and a reported error is a valid reply: the worker may go on.
        request = worker.request(method, arguments)
        try:
            message = worker.exchange(request, self._settings.timeout)
            if message.get("error") is None:
                return check(message, len(arguments["prompts"]))
        except BaseException:
            # After an interrupt too: the reply to this request would be read as the reply to the next one.
            worker.kill()
            raise
        raise ReportedError(f"answer {method}", message["error"])

    def _ready(self) -> Worker:
        if self._worker.running:
            return self._worker
        self._restarts += 1
        try:
            worker = Worker(self._settings)
        except (EngineError, ProtocolError, UnavailableError) as error:
            raise UnavailableError(f"it could not be restarted: {error}") from error
        self._finalizer.detach()
        self._worker, self._finalizer = worker, weakref.finalize(self, worker.end)
        if not self._methods <= worker.methods:
            worker.kill()
            raise UnavailableError(
                f"after a restart it lacks the method {', '.join(sorted(self._methods - worker.methods))}"
            )
        return worker


class VerifyingProcessEngine(ProcessEngine):
    """A process that also verifies drafts."""

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Return the process's verdict on each prompt and its draft; raises what `predict` raises."""
        pairs = list(zip(prompts, drafts, strict=True))
        given: list[Verdict] = []
        while len(given) < len(pairs):
            chunk = pairs[len(given) : len(given) + self._ready().batch]
            arguments = {"prompts": [prompt for prompt, _ in chunk], "drafts": [draft for _, draft in chunk]}
            given += self._ask("verify", arguments, verdicts_in)
        return given
