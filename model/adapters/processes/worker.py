"""A running process that speaks the protocol of `exec:`: its pipes, its time limits, its end."""

from __future__ import annotations

import errno
import json
import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

import attrs

from turncheck.engine.learned import EngineError, UnavailableError
from turncheck.model.adapters.processes import protocol
from turncheck.model.adapters.processes.protocol import (
    PROTOCOL,
    ProtocolError,
    ReportedError,
    batch_in,
    is_whole,
    message_of,
    methods_in,
    name_in,
    shown,
)

KEPT_NOISE = 4_000
"""Bytes of a worker's latest stderr output that are kept."""

SECONDS_TO_END = 2.0
"""Seconds for a worker to end by itself after its stdin is closed."""

SECONDS_TO_DIE = 0.5
"""Seconds to wait for the exit status of a worker whose stdout has ended."""

RUNNERS = {".py": "python3", ".mjs": "node", ".js": "node", ".sh": "sh"}
"""The program that runs a file with that suffix, for the way out."""


@attrs.frozen
class WorkerSettings:
    """How a worker is started and asked; the fields are the options of `process`."""

    command: tuple[str, ...]
    memory: int
    hello: float
    timeout: float
    batch: int
    cwd: str | None


class Worker:
    """A running process that has said hello: it gets one line and writes one line.

    Attributes:
        name: its name for itself.
        methods: its methods.
        batch: most prompts in one request.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._owner = os.getpid()
        self._noise = b""
        self._asked = 0
        self._listens_for_room = self._killed = False
        self._process = _popen(settings)
        self._selector = selectors.DefaultSelector()
        try:
            self._open_pipes()
            if settings.memory:
                _limit_memory(self._process.pid, settings.memory << 20)
            self._greet(settings)
        except BaseException:
            self.kill()
            raise

    def _open_pipes(self) -> None:
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._stdin, self._stdout, self._stderr = (pipe.fileno() for pipe in pipes if pipe is not None)
        for descriptor in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(descriptor, False)
        for descriptor in (self._stdout, self._stderr):
            self._selector.register(descriptor, selectors.EVENT_READ)

    def _greet(self, settings: WorkerSettings) -> None:
        request = json.dumps({"id": 0, "method": "hello", "protocol": PROTOCOL, "longest_line": protocol.LONGEST_LINE})
        message = self.exchange(request.encode() + b"\n", settings.hello)
        if message.get("error") is not None:
            raise ReportedError("say hello", message["error"])
        spoken = message.get("protocol")
        if not is_whole(spoken) or spoken != PROTOCOL:
            raise ProtocolError(f"speak protocol {PROTOCOL}", shown(spoken))
        self.name = name_in(message)
        self.methods = methods_in(message)
        self.batch = min(batch_in(message, settings.batch), settings.batch)

    @property
    def running(self) -> bool:
        """Whether it may be asked; a process that ended by itself is only noticed by asking it."""
        return self._process.returncode is None

    def request(self, method: str, arguments: dict[str, list[str]]) -> bytes:
        """Return the line of a request, with a new id.

        Raises:
            ProtocolError: the line would be too long.
        """
        line = json.dumps({"id": self._asked + 1, "method": method, **arguments}).encode() + b"\n"
        if len(line) > protocol.LONGEST_LINE:
            value = f"a request of {len(line)} bytes to send"
            raise ProtocolError(f"be sent at most {protocol.LONGEST_LINE} bytes a line", value, "lower batch")
        self._asked += 1
        return line

    def exchange(self, request: bytes, seconds: float) -> dict[str, object]:
        """Return the reply to a request. The worker's stderr is read meanwhile, so that a full pipe never blocks it.

        Raises:
            UnavailableError: it died, closed its stdout or its stdin, or the time is up.
            ProtocolError: its output is no reply to this request.
        """
        deadline = time.monotonic() + seconds
        self._refuse_early_output()
        unsent = self._write(memoryview(request))
        answer = bytearray()
        while not answer.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0:
                raise UnavailableError(self._late(seconds))
            for key, _ in self._selector.select(left):
                if key.fd == self._stdout:
                    self._read(answer)
                elif key.fd == self._stderr:
                    self._hear(key.fd)
                else:
                    unsent = self._write(unsent)
        if unsent:
            self._refuse_extra(answer, b"")
        message = message_of(bytes(answer))
        number = message.get("id")
        if not is_whole(number) or number != self._asked:
            raise ProtocolError(f"answer with id {self._asked}", shown(number))
        return message

    def _refuse_early_output(self) -> None:
        try:
            early = os.read(self._stdout, 1 << 16)
        except BlockingIOError:
            return
        if not early:
            self._raise_gone()
        self._refuse_extra(early, early)

    def _refuse_extra(self, line: bytes | bytearray, extra: bytes) -> NoReturn:
        """Report output that was not requested; if it is no message, report it as noise."""
        message_of(bytes(line.partition(b"\n")[0]))
        found = shown((extra or bytes(line)).decode("utf-8", "replace"))
        raise ProtocolError("write one line for each request, after reading it", f"{found} out of turn")

    def _write(self, unsent: memoryview) -> memoryview:
        """Write what the pipe accepts, return the rest, and wait for room if there is a rest."""
        try:
            unsent = unsent[os.write(self._stdin, unsent) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._raise_gone()
        self._listen_for_room(bool(unsent))
        return unsent

    def _listen_for_room(self, wanted: bool) -> None:
        if wanted and not self._listens_for_room:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        if self._listens_for_room and not wanted:
            self._selector.unregister(self._stdin)
        self._listens_for_room = wanted

    def _read(self, answer: bytearray) -> None:
        chunk = os.read(self._stdout, 1 << 16)
        if not chunk:
            self._raise_gone()
        answer += chunk
        if len(answer) > protocol.LONGEST_LINE:
            value = f"a longer one, beginning with {shown(answer[:400].decode('utf-8', 'replace'))}"
            raise ProtocolError(f"write at most {protocol.LONGEST_LINE} bytes a line", value)
        end = chunk.find(b"\n")
        if end not in (-1, len(chunk) - 1):
            self._refuse_extra(answer, chunk[end + 1 :])

    def _hear(self, descriptor: int) -> None:
        """Read a pipe, and keep the latest output if it is stderr."""
        try:
            chunk = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return
        if not chunk and descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)  # the selector would report the end again and again
        if descriptor == self._stderr:
            self._noise = (self._noise + chunk)[-KEPT_NOISE:]

    # --- its end ---

    def end(self) -> None:
        """Close its stdin, let it end by itself, and then kill what is left of it."""
        if not self.running or os.getpid() != self._owner:
            return  # a fork of this process has the pipes too, but does not own the worker
        try:
            self._listen_for_room(False)
            _close(self._process.stdin)
            self._ends_within(SECONDS_TO_END)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill the worker and what it started, and close the pipes."""
        if not self._killed:
            # Until the process is waited for, no other process can have its id, which is also its group's. If the
            # group is empty, Linux raises the first error, macOS the second.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._killed = True
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            _close(pipe)
        self._selector.close()

    def _ends_within(self, seconds: float) -> bool:
        """Return whether it ends within that time; its output is read meanwhile, because a full pipe would block it."""
        deadline = time.monotonic() + seconds
        self._listen_for_room(False)
        while not self._has_ended():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self._selector.select(min(left, 0.002)):
                self._hear(key.fd)
        return True

    def _has_ended(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        try:
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def _raise_gone(self) -> NoReturn:
        raise UnavailableError(self._death() if self._ends_within(SECONDS_TO_DIE) else self._left())

    def _left(self) -> str:
        return f"the process closed its stdin or its stdout, but still runs{self._last_words()}"

    def _late(self, seconds: float) -> str:
        if self._has_ended():
            return self._death()
        return f"the process took longer than {seconds:g} s{self._last_words()}"

    def _death(self) -> str:
        """Return how it ended, once it has ended."""
        self._hear(self._stderr)
        self.kill()
        status = self._process.returncode
        if status >= 0:
            return f"the process ended with exit status {status}{self._last_words()}"
        return f"the process was ended by signal {_signal_name(-status)}{self._last_words()}"

    def _last_words(self) -> str:
        lines = self._noise.decode("utf-8", "replace").rstrip().splitlines()
        return f"; the last line of its stderr: {shown(lines[-1])}" if lines else ""


def _popen(settings: WorkerSettings) -> subprocess.Popen[bytes]:
    """Start the process in a new session, so that the user's Ctrl-C does not reach it and everything that it starts can
    be killed.

    Raises:
        EngineError: it cannot be started.
    """
    try:
        return subprocess.Popen(
            settings.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=settings.cwd,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(_start_fault(settings, error)) from error
    except ValueError as error:
        raise EngineError(f"{shown(settings.command[0])} cannot be started: {error}") from error


def _start_fault(settings: WorkerSettings, error: OSError) -> str:
    """Return why a command could not be started, and the nearest way out."""
    name = settings.command[0]
    file = Path(settings.cwd or ".", name)
    runner = RUNNERS.get(file.suffix, "python3")
    if error.errno == errno.ENOENT and file.is_file():
        if "/" in name:
            return f"the first line of {shown(name)} names a program that does not exist: exec:{runner} {name}"
        return f"there is no command {shown(name)}, but a file: exec:{runner} {name}, or exec:./{name} if it can run"
    if error.errno == errno.ENOENT:
        return f"there is no command {shown(name)}: give one on PATH or a path, as in exec:python3 worker.py"
    if error.errno in (errno.EACCES, errno.ENOEXEC) and file.is_file():
        return f"{shown(name)} cannot be run: name the program that runs it, as in exec:{runner} {name}"
    return f"{shown(name)} cannot be started: {error.strerror}"


def _limit_memory(pid: int, size: int) -> None:
    import resource

    if not hasattr(resource, "prlimit"):
        raise EngineError(f"memory must be 0 here, got {size >> 20}: no limit can be set on this system")
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (size, size))
    except ProcessLookupError:
        pass  # it has ended already, which the hello reports
    except (OSError, ValueError) as error:
        raise EngineError(f"memory could not be set, got {size >> 20}: {error}: 0 sets no limit") from error


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()


def _signal_name(number: int) -> str:
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:
        return str(number)
