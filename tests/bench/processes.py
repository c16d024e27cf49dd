"""Commands as a user runs them: seconds until a text is on the terminal and until the end, and peak memory.

    python -m tests.bench.processes PATTERN COMMAND...

runs the command on a terminal of its own and prints both as JSON. A process of its own does that, which imports nothing
large: Linux counts what the process that starts another one holds in memory as the other one's.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

SIZE = (24, 80)
"""Rows and columns of the terminal."""

CONTROL = r"(?:\x1b\[[0-9;?]*[A-Za-z])*"
"""Colours, and moves of the cursor."""

FAILURE = rf"(?m)^{CONTROL}\s+{CONTROL}(?:given|again)\b"
"""The line of a failure that shows the model's answer."""

KEPT = 10_000
"""Characters at the end of what was written that are kept, and searched."""

UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts memory."""


class Run(NamedTuple):
    """How a command went.

    Attributes:
        status: its exit status.
        first: seconds until the pattern was shown; None if it never was.
        seconds: until the end.
        peak: bytes of memory, at most, of the process or of one that it started.
        shown: the end of what it wrote.
    """

    status: int
    first: float | None
    seconds: float
    peak: int
    shown: str


def run(command: list[str], pattern: str = FAILURE) -> Run:
    """Run a command in the repository's root."""
    runner = [sys.executable, "-m", "tests.bench.processes", pattern, *command]
    return Run(*json.loads(subprocess.run(runner, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout))


def watched(pattern: str, command: list[str]) -> Run:
    """Run a command on a new terminal, from a process that is small."""
    terminal, its_end = pty.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    begun, shown, first = time.monotonic(), "", None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=its_end, stderr=its_end)
    os.close(its_end)
    while written := _read(terminal):
        shown = (shown + written)[-KEPT:]
        if first is None and re.search(pattern, shown):
            first = time.monotonic() - begun
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    os.close(terminal)
    return Run(process.returncode, first, seconds, usage.ru_maxrss * UNIT, shown)


def _read(terminal: int) -> str:
    """Return what was written meanwhile; nothing at the end, which Linux tells by an error."""
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    print(json.dumps(watched(sys.argv[1], sys.argv[2:])))
