"""Ask the same domain in a fresh process with another hash seed: it must draw and answer the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from turncheck.engine.domain import Domain
from turncheck.engine.registry import domains, load_domain
from turncheck.engine.sampling import sample, samplers_of

COUNT = 100
"""Number of cases that are asked again."""

WAIT = 60.0
"""Most seconds that the process may take."""

_MARK = "TURNCHECK_FRESH"
"""The environment variable that marks a fresh process, so that it starts no other."""

Answers = list[tuple[str, str]]
"""Prompts and the reference's answers."""

_CODE = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from turncheck.properties.checking.doctor import fresh
fresh.write_answers(sys.argv[2], int(sys.argv[3]))
"""


class FreshProcessError(Exception):
    """The domain could not be asked in a fresh process. The message says why."""


def sampled_answers(domain: Domain, seed: int, count: int = COUNT) -> Answers:
    """Return the first cases of each sampler, and the reference's answers."""
    names = list(samplers_of(domain))
    cases = [case for name in names for case in sample(domain, name, seed, -(-count // len(names)))]
    return [(domain.write(case), domain.write_answer(domain.outcome(case))) for case in cases]


def write_answers(address: str, seed: int) -> None:
    """Print the sampled answers in the last line: this is what a fresh process runs."""
    print(f"\n{json.dumps(sampled_answers(load_domain(address), seed))}")


def fresh_answers(address: str, seed: int) -> Answers:
    """Return what the domain at the address draws and answers in a fresh process.

    Raises:
        FreshProcessError: the process did not give any answers.
    """
    if _MARK in os.environ:
        raise FreshProcessError("it is one itself")
    # If an order depends on hashes, as that of sets, another hash seed changes it.
    environment = {**os.environ, "PYTHONHASHSEED": "20261126", _MARK: "1"}
    command = [sys.executable, "-c", _CODE, json.dumps([str(Path.cwd()), *sys.path]), address, str(seed)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False, env=environment)
    except subprocess.TimeoutExpired as error:
        raise FreshProcessError(f"it took more than {WAIT:.0f} s") from error
    except OSError as error:
        raise FreshProcessError(f"it cannot be run: {error}") from error
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        said = done.stderr.strip().splitlines() or ["nothing was written"]
        raise FreshProcessError(f"it ended with {done.returncode}: {said[-1]}")
    return [(prompt, answer) for prompt, answer in json.loads(lines[-1])]


def address_of(domain: Domain) -> str:
    """Return how a fresh process can load the domain; empty if no loaded module has it as an attribute."""
    found = [*_installed(domain), *_attributes(domain)]
    return found[0] if found else ""


def _installed(domain: Domain) -> Iterator[str]:
    for name, entry in domains().items():
        module = sys.modules.get(entry.module)
        if module is not None and getattr(module, entry.attr, None) is domain:
            yield name


def _attributes(domain: Domain) -> Iterator[str]:
    """Yield the module attributes that hold the domain; the module with the shortest name is most likely its home."""
    for name, module in sorted(sys.modules.items(), key=lambda each: (each[0] == "__main__", len(each[0]), each[0])):
        file = getattr(module, "__file__", None)
        names = [attribute for attribute, value in list(getattr(module, "__dict__", {}).items()) if value is domain]
        if names and file is not None:
            # A file that was loaded by its path is loaded by its path again; a module in a package is imported.
            yield f"{name if '.' in name else file}:{names[0]}"
