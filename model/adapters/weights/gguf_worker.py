"""llama.cpp in a separate process, through the library xllamacpp: the model that `isolated` makes for the kind gguf.

It answers one prompt at a time, keeps nothing between prompts, and has keys and values in float32, so an answer does
not depend on other prompts. The library listens on a port of this machine; a random key keeps other programs out.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # if it aborts, it must not start a debugger

import xllamacpp

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut

ERRORS_ONLY = 1
"""llama.cpp's verbosity on stderr."""

GREEDY = {"temperature": 0, "samplers": ["temperature"], "cache_prompt": False, "verbose": True}
"""Options of each request: the most likely token each time, and an answer that tells how it ended."""

SPARE = 16
"""Tokens that an answer may have beyond twice the longest correct one, if no limit is given."""


SLOWEST_LINE = 1.0
"""Seconds to wait for the line that says why llama.cpp cannot load a file."""


class LlamaEngine:
    """A learned engine of a GGUF file."""

    def __init__(
        self,
        path: str,
        context: int,
        threads: int,
        prefix: str,
        separator: str,
        stop: list[str],
        append: str,
        max_new: int,
        longest: list[str],
    ) -> None:
        """Load a model.

        Args:
            path: the path of the file.
            context: most tokens of a prompt and its answer.
            threads: threads to compute on.
            prefix: text put before each prompt.
            separator: text appended to each prompt.
            stop: texts at which an answer is cut.
            append: text appended to an answer that is cut at a stop.
            max_new: most tokens of an answer; 0 to derive it from the longest case.
            longest: the longest case and its answer, in the model's wording, and the domain's name.

        Raises:
            EngineError: llama.cpp cannot load the file, or the longest case does not fit the context.
        """
        self.prefix, self.separator, self.stop, self.append = prefix, separator, stop, append
        with _heard() as noise:
            try:
                self.server = xllamacpp.Server(_parameters(path, context, threads))
            except RuntimeError as error:
                raise EngineError(f"llama.cpp cannot load it: {_reason(noise) or error}") from error
        prompt, answer, domain = longest
        whole = self._count(f"{self._said(prompt)}{answer}", context, domain)
        asked = self._count(self._said(prompt), context, domain)
        self.max_new = max_new or 2 * max(whole - asked, 1) + SPARE

    def predict(self, prompts: Sequence[str]) -> list[str]:
        """Return the greedy continuation of each prompt, up to its end, a stop or the limit."""
        return [self._answer(self._said(prompt)) for prompt in prompts]

    def _said(self, prompt: str) -> str:
        # llama.cpp requires UTF-8, which cannot encode a lone surrogate.
        text = f"{self.prefix}{prompt}{self.separator}"
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _answer(self, text: str) -> str:
        found = self._asked(text, self.max_new, self.stop)
        if "too_long" in found:
            return ""  # like any prompt that does not fit
        written, how = str(found["content"]), found["stop_type"]
        return written + self.append if how == "word" else written

    def _count(self, text: str, context: int, domain: str) -> int:
        """Return the number of tokens of a text, which must fit the context."""
        found = self._asked(text, 1, [])
        if "too_long" in found:
            size = found["too_long"]
            raise EngineError(
                f"its context must hold a case of {domain} and its answer, {size:,} tokens, got {context:,}: "
                f"{size - context + 1:,} too few"
            )
        return int(found["tokens_evaluated"])

    def _asked(self, text: str, limit: int, stop: list[str]) -> dict[str, Any]:
        """Return llama.cpp's reply to a text, or the number of its tokens if the text is too long."""
        request = {**GREEDY, "prompt": text, "max_tokens": limit, "stop": stop}
        reply = self.server.handle_completions(request)
        if "choices" in reply:
            return dict(reply["__verbose"])
        error = reply.get("error", {})
        if error.get("type") == "exceed_context_size_error":
            return {"too_long": error["n_prompt_tokens"]}
        raise RuntimeError(f"llama.cpp does not answer: {cut(str(error.get('message', reply)), 200)}")


def _parameters(path: str, context: int, threads: int) -> Any:
    """Return the parameters with which llama.cpp is started."""
    given = xllamacpp.CommonParams()
    given.model.path = path
    given.n_ctx, given.n_parallel, given.n_gpu_layers = context, 1, 0
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = threads
    given.cache_type_k = given.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    given.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    given.fit_params, given.offline, given.ui, given.warmup = False, True, False, False
    given.cache_prompt, given.cache_ram_mib, given.endpoint_slots = False, 0, False
    given.use_jinja = given.enable_chat_template = False
    given.check_tensors = True
    given.api_keys = [secrets.token_hex()]
    given.verbosity = ERRORS_ONLY
    return given


@contextmanager
def _heard() -> Iterator[Callable[[], str]]:
    """Capture what is written to stderr meanwhile, including by native code."""
    before = os.dup(2)
    with tempfile.TemporaryFile() as file:

        def noise() -> str:
            # Without moving the position at which native code goes on writing.
            return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode("utf-8", "replace")

        os.dup2(file.fileno(), 2)
        try:
            yield noise
        finally:
            os.dup2(before, 2)
            os.close(before)


def _reason(noise: Callable[[], str]) -> str:
    """Return the line of llama.cpp's output that says why it cannot load the file; empty if none does.

    llama.cpp writes its output in a thread of its own, which may be behind.
    """
    until = time.monotonic() + SLOWEST_LINE
    while not (found := re.search(r"error loading model: (.+)\n", noise())) and time.monotonic() < until:
        time.sleep(0.01)
    found = found or re.search(r" E \w.*?: (.+)", noise())
    return cut(found[1].strip(), 200) if found else ""
