"""llama.cpp in a process of its own, by the library xllamacpp: what `isolated` makes the model of, for the kind gguf.

One prompt at a time, nothing kept between prompts, keys and values in float32: so an answer does not hang on what else
was asked. The library listens on a port of this machine; a key that nobody knows keeps others out.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # where it aborts, no debugger is started

import xllamacpp

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut

ERRORS_ONLY = 1
"""How much llama.cpp writes to stderr."""

GREEDY = {"temperature": 0, "samplers": ["temperature"], "cache_prompt": False, "verbose": True}
"""How it is asked: the most likely token each time, and an answer that says how it ended."""

SPARE = 16
"""Tokens that an answer may have beyond twice the longest right one, where no limit is given."""


class LlamaEngine:
    """A learned engine of a file of GGUF."""

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
        """A model that reads so many tokens at once.

        Args:
            path: of the file.
            context: tokens of a prompt and its answer.
            threads: on which it computes.
            prefix: stands before each prompt.
            separator: stands behind each prompt.
            stop: texts at which an answer is cut.
            append: is put behind an answer that is cut at a stop.
            max_new: tokens that an answer may have; 0 where that follows from the longest.
            longest: the longest case and its answer, in the model's words, and the domain's name.

        Raises:
            EngineError: llama.cpp cannot load it, or the longest case has no room.
        """
        self.prefix, self.separator, self.stop, self.append = prefix, separator, stop, append
        with _heard() as noise:
            try:
                self.server = xllamacpp.Server(_parameters(path, context, threads))
            except RuntimeError as error:
                raise EngineError(f"llama.cpp cannot load it: {_reason(noise()) or error}") from error
        prompt, answer, domain = longest
        whole = self._count(f"{self._said(prompt)}{answer}", context, domain)
        asked = self._count(self._said(prompt), context, domain)
        self.max_new = max_new or 2 * max(whole - asked, 1) + SPARE

    def predict(self, prompts: Sequence[str]) -> list[str]:
        """What the model writes greedily behind each prompt, up to its end, a stop or the limit."""
        return [self._answer(self._said(prompt)) for prompt in prompts]

    def _said(self, prompt: str) -> str:
        # Half of a surrogate pair is no text of UTF-8, which llama.cpp wants.
        text = f"{self.prefix}{prompt}{self.separator}"
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _answer(self, text: str) -> str:
        found = self._asked(text, self.max_new, self.stop)
        if "too_long" in found:
            return ""  # as of any prompt that does not fit
        written, how = str(found["content"]), found["stop_type"]
        return written + self.append if how == "word" else written

    def _count(self, text: str, context: int, domain: str) -> int:
        """The tokens of a text, which must have room."""
        found = self._asked(text, 1, [])
        if "too_long" in found:
            size = found["too_long"]
            raise EngineError(
                f"its context must hold a case of {domain} and its answer, {size:,} tokens, got {context:,}: "
                f"{size - context + 1:,} too few"
            )
        return int(found["tokens_evaluated"])

    def _asked(self, text: str, limit: int, stop: list[str]) -> dict[str, Any]:
        """What llama.cpp says of a text: as its server does, or how many tokens too long a text has."""
        request = {**GREEDY, "prompt": text, "max_tokens": limit, "stop": stop}
        reply = self.server.handle_completions(request)
        if "choices" in reply:
            return dict(reply["__verbose"])
        error = reply.get("error", {})
        if error.get("type") == "exceed_context_size_error":
            return {"too_long": error["n_prompt_tokens"]}
        raise RuntimeError(f"llama.cpp does not answer: {cut(str(error.get('message', reply)), 200)}")


def _parameters(path: str, context: int, threads: int) -> Any:
    """What llama.cpp is started with."""
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
    """Keeps what is written to stderr meanwhile, by native code too."""
    before = os.dup(2)
    with tempfile.TemporaryFile() as file:

        def noise() -> str:
            file.seek(0)
            return file.read().decode("utf-8", "replace")

        os.dup2(file.fileno(), 2)
        try:
            yield noise
        finally:
            os.dup2(before, 2)
            os.close(before)


def _reason(noise: str) -> str:
    """Of what llama.cpp wrote the line that says why it loads nothing."""
    found = re.search(r"error loading model: (.+)", noise) or re.search(r" E \w.*?: (.+)", noise)
    return cut(found[1].strip(), 200) if found else ""
