"""The kind `gguf:FILE`: a model as llama.cpp has it, weights, tokenizer and all in one file.

llama.cpp runs in a process of its own, by the library xllamacpp: where its native code crashes, the session goes on.
Answers are greedy. It gives no logits of a prompt, so that every answer is written and no draft is verified.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted
from turncheck.model.adapters.processes.isolation import IsolatedEngine, isolated
from turncheck.model.adapters.templates import OWN, Template
from turncheck.model.adapters.weights.gguf_file import Header, read_header
from turncheck.model.adapters.weights.wording import said

WORKER = "turncheck.model.adapters.weights.gguf_worker:LlamaEngine"

CASES_LONG, SHORTEST, ROUNDED = 4, 1024, 256
"""What is read of a longer context: as many tokens as so many of the longest case have bytes, and no fewer than so
many, rounded up as llama.cpp wants it. Keys and values of all of them are kept.
"""

LARGE = 1 << 26
"""Bytes of a file from which on as many threads are used as there are cores; below, starting them takes longer."""


def gguf(
    target: str,
    *,
    domain: Domain,
    template: Template = OWN,
    stop: list[str] | str | None = None,
    separator: str = "",
    prefix: str = "",
    append: str = "",
    max_new: int | None = None,
    threads: int | None = None,
) -> LearnedEngine:
    """The learned engine of that file.

    Args:
        target: the path of the file.
        domain: whose texts it is asked.
        template: how they are said to it.
        stop: texts at which an answer is cut, besides its end token.
        separator: a text that stands behind each prompt.
        prefix: a text that stands before each prompt.
        append: a text put behind an answer that is cut at a stop, where the answer's own end is cut off with it.
        max_new: tokens that an answer may have; by default twice those of a right one and some.
        threads: on which llama.cpp computes; they change no answer.

    Raises:
        EngineError: it cannot be used; the message says what is wrong and the way out.
    """
    for name, value in (("max_new", max_new), ("threads", threads)):
        if value is not None and not 1 <= value <= 1_000_000:
            raise EngineError(f"{name} must be 1..1000000, got {value}")
    header = read_header(target)
    if find_spec("xllamacpp") is None:
        way_out = "pip install 'turncheck[gguf]', or name another model with --model"
        raise EngineError(f"it needs xllamacpp, which is not installed: {way_out}")
    stops = [stop] if isinstance(stop, str) else list(stop or [])
    pairs = said(domain, template)
    _check_ends(header, stops, append, pairs, domain)
    prompt, answer = max(pairs, key=lambda pair: len(f"{pair[0]}{pair[1]}".encode()))
    options = {
        "path": os.path.abspath(target),
        "context": _context(header, len(f"{prefix}{prompt}{separator}{answer}".encode()), max_new),
        "threads": threads or (1 if os.path.getsize(target) < LARGE else os.cpu_count() or 1),
        "prefix": prefix,
        "separator": separator,
        "stop": stops,
        "append": append,
        "max_new": max_new or 0,
        "longest": [prompt, answer, domain.name],
    }
    return GgufEngine(isolated(WORKER, (), options), header)  # type: ignore[arg-type]  # it offers no verify


class GgufEngine:
    """llama.cpp as a learned engine, in a process of its own."""

    def __init__(self, process: IsolatedEngine, header: Header) -> None:
        self._process, self._header = process, header

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the model writes greedily behind each prompt; raises as `ProcessEngine.predict`."""
        return self._process.predict(prompts)

    def troubles(self) -> Mapping[str, int]:
        """How often its process was started again."""
        return self._process.troubles()

    def findings(self) -> Sequence[str]:
        """That its weights were rounded, if they were."""
        if not (rounded := self._header.quantized):
            return ()
        return (
            f"its weights are quantized ({', '.join(rounded)}): these are checked, not those that they were made of",
        )

    def close(self) -> None:
        """Ends the process."""
        self._process.close()


def _check_ends(
    header: Header, stops: Sequence[str], append: str, pairs: Sequence[tuple[str, str]], domain: Domain
) -> None:
    """Checks that an answer has an end, and that no right one is cut."""
    if "" in stops:
        raise EngineError("stop must be texts of one character or more, got an empty one")
    if not stops and not header.has_end:
        raise EngineError(
            "it must be known where an answer ends, got no tokenizer.ggml.eos_token_id and no stop: "
            "say what your training text has behind an answer, as --turncheck-model-arg 'stop=\"\\n\\n\"'"
        )
    for _, answer in pairs:
        bare = answer.removesuffix(append)
        for stop in stops:
            if (place := f"{bare}{stop}".find(stop)) < len(bare):
                lost = ascii(bare[place:])[1:-1]
                raise EngineError(
                    f"stop must cut off nothing of a right answer, got {quoted(stop)}, which cuts {quoted(answer)} of "
                    f'{domain.name}: leave it out, or put it back with append="{lost}"'
                )


def _context(header: Header, size: int, max_new: int | None) -> int:
    """The tokens that are read at once, for a longest case and its answer of so many bytes."""
    wanted = -(-max(CASES_LONG * size + (max_new or 0), SHORTEST) // ROUNDED) * ROUNDED
    return min(wanted, header.context) if header.context else wanted
