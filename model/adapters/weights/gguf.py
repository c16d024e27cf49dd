"""The kind `gguf:FILE`: a llama.cpp model, with weights and tokenizer in one file.

llama.cpp runs in a separate process, through the library xllamacpp, so that a crash of its native code does not end the
session. Answers are greedy. It gives no logits for a prompt, so every answer is decoded and no draft is verified.
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
from turncheck.model.adapters.weights.wording import worded_pairs

WORKER = "turncheck.model.adapters.weights.gguf_worker:LlamaEngine"

CASES_LONG, SHORTEST, ROUNDED = 4, 1024, 256
"""The context that is used of a longer one: `CASES_LONG` times the bytes of the longest case, at least `SHORTEST`
tokens, rounded up to a multiple of `ROUNDED` as llama.cpp requires. Keys and values of the whole context are allocated.
"""

LARGE = 1 << 26
"""Size in bytes from which all cores are used; for smaller files, starting threads takes longer than it saves."""


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
    """Return the learned engine of a GGUF file.

    Args:
        target: the path of the file.
        domain: the domain whose texts the model answers.
        template: the wording of prompts and answers.
        stop: texts at which an answer is cut, besides its end token.
        separator: text appended to each prompt.
        prefix: text put before each prompt.
        append: text appended to an answer that is cut at a stop, to restore an end of the answer that is cut off with
            it.
        max_new: most tokens of an answer; by default twice those of a correct answer and some more.
        threads: threads of llama.cpp; they change no answer.

    Raises:
        EngineError: the file or an option cannot be used; the message gives the fault and the way out.
    """
    for name, value in (("max_new", max_new), ("threads", threads)):
        if value is not None and not 1 <= value <= 1_000_000:
            raise EngineError(f"{name} must be 1..1000000, got {value}")
    header = read_header(target)
    if find_spec("xllamacpp") is None:
        way_out = "pip install 'turncheck[gguf]', or name another model with --model"
        raise EngineError(f"it needs xllamacpp, which is not installed: {way_out}")
    stops = [stop] if isinstance(stop, str) else list(stop or [])
    pairs = worded_pairs(domain, template)
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
    """llama.cpp as a learned engine, in a separate process."""

    def __init__(self, process: IsolatedEngine, header: Header) -> None:
        self._process, self._header = process, header

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the greedy continuation of each prompt; raises what `ProcessEngine.predict` raises."""
        return self._process.predict(prompts)

    def troubles(self) -> Mapping[str, int]:
        """Return how often the process was restarted."""
        return self._process.troubles()

    def findings(self) -> Sequence[str]:
        """Return that its weights are quantized, if they are."""
        if not (rounded := self._header.quantized):
            return ()
        return (f"its weights are quantized ({', '.join(rounded)}): these weights are checked, not the original ones",)

    def close(self) -> None:
        """End the process."""
        self._process.close()


def _check_ends(
    header: Header, stops: Sequence[str], append: str, pairs: Sequence[tuple[str, str]], domain: Domain
) -> None:
    """Check that an answer has an end, and that no correct answer is cut."""
    if "" in stops:
        raise EngineError("stop must be texts of one character or more, got an empty one")
    if not stops and not header.has_end:
        raise EngineError(
            "the end of an answer must be defined, got no tokenizer.ggml.eos_token_id and no stop: "
            "name the text that follows an answer in your training data, as --turncheck-model-arg 'stop=\"\\n\\n\"'"
        )
    for _, answer in pairs:
        bare = answer.removesuffix(append)
        for stop in stops:
            if (place := f"{bare}{stop}".find(stop)) < len(bare):
                lost = ascii(bare[place:])[1:-1]
                raise EngineError(
                    f"stop must not cut a correct answer, got {quoted(stop)}, which cuts {quoted(answer)} of "
                    f'{domain.name}: leave it out, or restore the rest with append="{lost}"'
                )


def _context(header: Header, size: int, max_new: int | None) -> int:
    """Return the context to use if the longest case and its answer have `size` bytes."""
    wanted = -(-max(CASES_LONG * size + (max_new or 0), SHORTEST) // ROUNDED) * ROUNDED
    return min(wanted, header.context) if header.context else wanted
