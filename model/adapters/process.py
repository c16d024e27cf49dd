"""`exec:` a process of the user's own, in any language: it reads requests and writes answers, one line of JSON each.

The protocol is docs/protocol.md. Here the engine comes first, then what it asks, and the pipes last.
"""

from __future__ import annotations

import errno
import json
import math
import os
import selectors
import shlex
import signal
import subprocess
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn, TypeGuard, TypeVar

import attrs

from turncheck.engine.learned import EngineError, LearnedEngine, UnavailableError, Verdict

PROTOCOL = 1

LONGEST_LINE = 1 << 24
"""Bytes of a message in either direction, its newline counted."""

KEPT_NOISE = 4_000
"""Bytes that are kept of what a worker wrote to stderr last."""

LONGEST_SHOWN = 80
"""Characters of a worker's own words that a message shows."""

SECONDS_TO_END = 2.0
"""What a worker is given to end by itself once its stdin is closed."""

SECONDS_TO_DIE = 0.5
"""What is waited for the exit status of a worker whose stdout has ended."""

LONGEST_WAIT = 86_400.0
MOST_MEMORY = 1 << 30
POSIX = os.name == "posix"
PAGE = "docs/protocol.md shows a worker"
RUNNERS = {".py": "python3", ".mjs": "node", ".js": "node", ".sh": "sh"}
"""What runs a file of that name, for the way out."""

Answer = TypeVar("Answer")
Check = Callable[[dict[str, object], int], list[Answer]]
"""The answers in a message, for so many prompts, if that is what stands in it."""


class ProtocolError(ValueError):
    """A worker that does not keep to the protocol, or that answers with an error of its own.

    Attributes:
        demand: what it must do.
        value: what it did, its own words quoted and shortened.
        way_out: what to do about it; empty where the demand says it.
    """

    def __init__(self, demand: str, value: str, way_out: str = "") -> None:
        super().__init__(demand, value, way_out)
        self.demand, self.value, self.way_out = demand, value, way_out

    def __str__(self) -> str:
        return f"the worker must {self.demand}, got {self.value}" + (f": {self.way_out}" if self.way_out else "")


# --- the engine ------------------------------------------------------------------------------------------------------


@attrs.frozen
class Settings:
    """How a worker is started and asked; the fields are the options of `process`."""

    command: tuple[str, ...]
    memory: int
    hello: float
    timeout: float
    batch: int
    cwd: str | None


def process(
    target: str,
    *,
    memory: int = 0,
    hello: float = 60.0,
    timeout: float = 60.0,
    batch: int = 64,
    cwd: str | None = None,
) -> LearnedEngine:
    """The learned engine that a command is: it is started here, without a shell, and asked what it can.

    Args:
        target: the command as it is typed, quoted as for a POSIX shell.
        memory: MiB of address space that it may have, 0 for any; 0..2**30, of which Linux alone keeps any but 0.
        hello: the seconds that it may take to start; above 0, at most a day.
        timeout: the seconds that it may take for one batch; likewise.
        batch: the most prompts in one request, from 1; the worker may ask for fewer.
        cwd: the folder in which it is started.

    Raises:
        EngineError: an option is out of its range, the command cannot be started, or it gives no proper hello.
    """
    if not POSIX:
        raise EngineError("it needs pipes that can be waited for, which this system has not: try py: or openai:")
    _check_options(memory, hello, timeout, batch, cwd)
    settings = Settings(_split(target), memory, hello, timeout, batch, cwd)
    try:
        worker = _Worker(settings)
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
        raise EngineError(f"batch must be 1 or more, got {batch}: 1 sends each prompt by itself")
    if cwd is not None and not os.path.isdir(cwd):
        raise EngineError(f"cwd must be a folder, got {cwd!r}: leave it out to start the command in this one")


def _split(target: str) -> tuple[str, ...]:
    try:
        words = shlex.split(target)
    except ValueError as error:
        fault = f"it must name a command, quoted as for a shell, got {_shown(target)}"
        raise EngineError(f"{fault}: {str(error).lower()}") from error
    if not words or not words[0]:
        raise EngineError(f"it must name a command, got {_shown(target)}: as in exec:python3 worker.py")
    return tuple(words)


class ProcessEngine:
    """A process as a learned engine. It is asked by one thread at a time.

    After a fault of its own making the process is killed, and the next call starts a fresh one.
    """

    def __init__(self, settings: Settings, worker: _Worker) -> None:
        self._settings = settings
        self._methods = worker.methods
        self._worker = worker
        # It is called at the interpreter's exit as well. It must not hold the engine itself.
        self._finalizer = weakref.finalize(self, worker.end)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the process answers to each prompt, in as few requests as its batch allows.

        Raises:
            UnavailableError: it died, hung, or could not be started again.
            ProtocolError: it answered with an error, or with no answers.
        """
        given: list[str] = []
        while len(given) < len(prompts):
            chunk = list(prompts[len(given) : len(given) + self._ready().batch])
            given += self._ask("predict", {"prompts": chunk}, _texts)
        return given

    def close(self) -> None:
        """Ends the process: its stdin is closed, and what has not ended after 2 s is killed."""
        self._finalizer()

    @property
    def name(self) -> str | None:
        """What the process calls itself."""
        return self._worker.name

    def _ask(self, method: str, arguments: dict[str, list[str]], check: Check[Answer]) -> list[Answer]:
        worker = self._ready()
        # What is too long to send leaves the worker in step, and so does an error that it names: it may live on.
        request = worker.request(method, arguments)
        try:
            message = worker.exchange(request, self._settings.timeout)
            if message.get("error") is None:
                return check(message, len(arguments["prompts"]))
        except BaseException:
            # An interrupt too: the answer to this request would be taken for that to the next one.
            worker.kill()
            raise
        raise ProtocolError(f"answer {method}", f"its error {_shown(message['error'])}")

    def _ready(self) -> _Worker:
        if self._worker.running:
            return self._worker
        try:
            worker = _Worker(self._settings)
        except (EngineError, ProtocolError, UnavailableError) as error:
            raise UnavailableError(f"it could not be started again: {error}") from error
        self._finalizer.detach()
        self._worker, self._finalizer = worker, weakref.finalize(self, worker.end)
        if not self._methods <= worker.methods:
            worker.kill()
            raise UnavailableError(f"started again it offers no {', '.join(sorted(self._methods - worker.methods))}")
        return worker


class VerifyingProcessEngine(ProcessEngine):
    """A process that checks drafts too."""

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """The process's verdict on each prompt and its draft, asked and raising as `predict` does."""
        pairs = list(zip(prompts, drafts, strict=True))
        given: list[Verdict] = []
        while len(given) < len(pairs):
            chunk = pairs[len(given) : len(given) + self._ready().batch]
            arguments = {"prompts": [prompt for prompt, _ in chunk], "drafts": [draft for _, draft in chunk]}
            given += self._ask("verify", arguments, _verdicts)
        return given


# --- what a worker says ----------------------------------------------------------------------------------------------


def _object(line: bytes) -> dict[str, object]:
    """The JSON object that a line is."""
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        demand = "write nothing to stdout but JSON objects in UTF-8, one a line"
        raise ProtocolError(demand, _shown(line.decode("utf-8", "replace").rstrip("\n")), "print to stderr instead")
    return message


def _name(message: dict[str, object]) -> str | None:
    name = message.get("name")
    if name is not None and not isinstance(name, str):
        raise ProtocolError("give a string as name, or leave it out", _shown(name))
    return name


def _batch(message: dict[str, object], default: int) -> int:
    batch = message.get("batch", default)
    if not _is_whole(batch) or batch < 1:
        raise ProtocolError("give a whole number from 1 as batch, or leave it out", _shown(batch))
    return batch


def _methods(message: dict[str, object]) -> frozenset[str]:
    methods = message.get("methods")
    if not isinstance(methods, list) or not all(isinstance(method, str) for method in methods):
        raise ProtocolError("name its methods in a list", _shown(methods))
    if "predict" not in methods:
        raise ProtocolError("offer the method predict", _shown(methods))
    return frozenset(methods)


def _texts(message: dict[str, object], count: int) -> list[str]:
    texts = _list(message, "answers", count)
    for text in texts:
        if not isinstance(text, str):
            raise ProtocolError("give a list of strings as answers", f"{_shown(text)} in it")
    return texts  # type: ignore[return-value]  # each of them was looked at


def _verdicts(message: dict[str, object], count: int) -> list[Verdict]:
    return [_verdict(entry) for entry in _list(message, "verdicts", count)]


def _verdict(entry: object) -> Verdict:
    if not isinstance(entry, dict):
        raise ProtocolError("give an object as each verdict", _shown(entry))
    accepted, complete = entry.get("accepted"), entry.get("complete")
    if not _is_whole(accepted) or accepted < 0:
        raise ProtocolError("give a whole number from 0 as accepted", _shown(accepted))
    if not isinstance(complete, bool):
        raise ProtocolError("give true or false as complete", _shown(complete))
    return Verdict(accepted, complete, _margin(entry.get("margin")))


def _margin(value: object) -> float:
    try:
        margin = float(value) if _is_whole(value) or isinstance(value, float) else math.nan
    except OverflowError:
        margin = math.nan
    if math.isnan(margin):
        raise ProtocolError("give a number as margin", _shown(value))
    return margin


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(message: dict[str, object], key: str, count: int) -> list[object]:
    values = message.get(key)
    if not isinstance(values, list):
        raise ProtocolError(f"give a list as {key}", _shown(values))
    if len(values) != count:
        raise ProtocolError(f"give {count} {key}, one for each prompt", str(len(values)))
    return values


def _shown(value: object) -> str:
    """The value in one line of printable characters, a long one shortened: a text quoted, all else as JSON."""
    if isinstance(value, str):
        return repr(value[:LONGEST_SHOWN]) + ("..." if len(value) > LONGEST_SHOWN else "")
    text = "nothing" if value is None else json.dumps(value)
    return text[:LONGEST_SHOWN] + ("..." if len(text) > LONGEST_SHOWN else "")


# --- the process -----------------------------------------------------------------------------------------------------


class _Worker:
    """One running process that has said hello: one line to it, one line back.

    Attributes:
        name: what it calls itself.
        methods: what it can be asked.
        batch: the most prompts that it is sent at once.
    """

    def __init__(self, settings: Settings) -> None:
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

    def _greet(self, settings: Settings) -> None:
        request = json.dumps({"id": 0, "method": "hello", "protocol": PROTOCOL, "longest_line": LONGEST_LINE})
        message = self.exchange(request.encode() + b"\n", settings.hello)
        if message.get("error") is not None:
            raise ProtocolError("say hello", f"its error {_shown(message['error'])}")
        protocol = message.get("protocol")
        if not _is_whole(protocol) or protocol != PROTOCOL:
            raise ProtocolError(f"speak protocol {PROTOCOL}", _shown(protocol))
        self.name = _name(message)
        self.methods = _methods(message)
        self.batch = min(_batch(message, settings.batch), settings.batch)

    @property
    def running(self) -> bool:
        """Whether it may be asked; one that ended by itself is found out by asking it."""
        return self._process.returncode is None

    def request(self, method: str, arguments: dict[str, list[str]]) -> bytes:
        """The line that asks for this, with an id of its own.

        Raises:
            ProtocolError: it would be longer than a line may be.
        """
        line = json.dumps({"id": self._asked + 1, "method": method, **arguments}).encode() + b"\n"
        if len(line) > LONGEST_LINE:
            value = f"a request of {len(line)} bytes to send"
            raise ProtocolError(f"be sent at most {LONGEST_LINE} bytes a line", value, "lower batch")
        self._asked += 1
        return line

    def exchange(self, request: bytes, seconds: float) -> dict[str, object]:
        """The message that answers the request. What stands in stderr is read meanwhile: it never blocks the worker.

        Raises:
            UnavailableError: it died, closed its stdout or its stdin, or the time is up.
            ProtocolError: what it wrote is no answer to this request.
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
        message = _object(bytes(answer))
        number = message.get("id")
        if not _is_whole(number) or number != self._asked:
            raise ProtocolError(f"answer with id {self._asked}", _shown(number))
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
        """What was not asked for is said to be noise, if that is what it is."""
        _object(bytes(line.partition(b"\n")[0]))
        shown = _shown((extra or bytes(line)).decode("utf-8", "replace"))
        raise ProtocolError("write one line for each request, once it has read it", f"{shown} out of turn")

    def _write(self, unsent: memoryview) -> memoryview:
        """Writes what the pipe takes, gives what is left, and listens for room as long as some is."""
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
        if len(answer) > LONGEST_LINE:
            value = f"a longer one, which begins {_shown(answer[:400].decode('utf-8', 'replace'))}"
            raise ProtocolError(f"write at most {LONGEST_LINE} bytes a line", value)
        end = chunk.find(b"\n")
        if end not in (-1, len(chunk) - 1):
            self._refuse_extra(answer, chunk[end + 1 :])

    def _hear(self, descriptor: int) -> None:
        """Reads what stands in a pipe and keeps the end of it, if it is stderr."""
        try:
            chunk = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return
        if not chunk and descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)  # An end is reported again and again.
        if descriptor == self._stderr:
            self._noise = (self._noise + chunk)[-KEPT_NOISE:]

    # --- its end ---

    def end(self) -> None:
        """Closes its stdin, lets it end by itself, and kills what is left of it then."""
        if not self.running or os.getpid() != self._owner:
            return  # A fork of this process has the pipes too, but the worker is not its own.
        try:
            self._listen_for_room(False)
            _close(self._process.stdin)
            self._ends_within(SECONDS_TO_END)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kills it and what it started, and closes the pipes."""
        if not self._killed:
            # Before it is waited for, its id, which is its group's too, can be nobody else's. That nobody is left in
            # the group is said by the one error on Linux, by the other on macOS.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._killed = True
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            _close(pipe)
        self._selector.close()

    def _ends_within(self, seconds: float) -> bool:
        """Whether it ends within that time; what it writes meanwhile is read, since a full pipe would hold it."""
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
        return f"the process closed its stdin or its stdout, and runs on{self._last_words()}"

    def _late(self, seconds: float) -> str:
        if self._has_ended():
            return self._death()
        return f"the process took longer than {seconds:g} s{self._last_words()}"

    def _death(self) -> str:
        """How it ended; it is known to have."""
        self._hear(self._stderr)
        self.kill()
        status = self._process.returncode
        if status >= 0:
            return f"the process ended with exit status {status}{self._last_words()}"
        return f"the process was ended by signal {_signal_name(-status)}{self._last_words()}"

    def _last_words(self) -> str:
        lines = self._noise.decode("utf-8", "replace").rstrip().splitlines()
        return f"; the last line of its stderr: {_shown(lines[-1])}" if lines else ""


def _popen(settings: Settings) -> subprocess.Popen[bytes]:
    """The process, in a session of its own: an interrupt of the user's is not for it, and all that it starts is known.

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
        raise EngineError(f"{_shown(settings.command[0])} cannot be started: {error}") from error


def _start_fault(settings: Settings, error: OSError) -> str:
    """Why a command could not be started, and the nearest way out."""
    name = settings.command[0]
    file = Path(settings.cwd or ".", name)
    runner = RUNNERS.get(file.suffix, "python3")
    if error.errno == errno.ENOENT and file.is_file():
        if "/" in name:
            return f"the first line of {_shown(name)} names a program that is not there: exec:{runner} {name}"
        return f"there is no command {_shown(name)}, but a file: exec:{runner} {name}, or exec:./{name} if it can run"
    if error.errno == errno.ENOENT:
        return f"there is no command {_shown(name)}: give one on PATH or a path, as in exec:python3 worker.py"
    if error.errno in (errno.EACCES, errno.ENOEXEC) and file.is_file():
        return f"{_shown(name)} is no program that can be run: name what runs it, as in exec:{runner} {name}"
    return f"{_shown(name)} cannot be started: {error.strerror}"


def _limit_memory(pid: int, size: int) -> None:
    import resource

    if not hasattr(resource, "prlimit"):
        raise EngineError(f"memory must be 0 here, got {size >> 20}: no limit can be set on this system")
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (size, size))
    except ProcessLookupError:
        pass  # It ended already, which its hello will tell.
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
