"""An OpenAI-compatible completions endpoint as a learned engine: llama.cpp's server, vLLM, Ollama.

`address` knows what a user names of it, `wire` the connection, `completions` what a server answers.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from turncheck.engine.domain import Domain
from turncheck.engine.learned import LearnedEngine, UnavailableError, Verdict
from turncheck.engine.sampling import easy_case
from turncheck.model.adapters.address import EndpointError, ServerSettings, settings_of
from turncheck.model.adapters.completions import BUSY, PLAIN, check_status, judged, read_choices, read_echo
from turncheck.model.adapters.wire import Reply, Watchdog, Wire, explained

PAUSES = (0.25, 0.5, 1.0)
"""Seconds before a busy server is asked again, where it does not name them itself."""

ECHO = {"max_tokens": 1, "temperature": 0, "n": 1, "stream": False, "echo": True, "logprobs": 2}
"""What makes a server score a text. No stop is sent: some servers would look for it in the text itself."""

Item = TypeVar("Item")


def endpoint(
    target: str,
    *,
    domain: Domain,
    model: str | None = None,
    key_env: str | None = None,
    max_new: int = 512,
    stop: list[str] | None = None,
    batch: int = 16,
    timeout: float = 60.0,
) -> LearnedEngine:
    """The engine behind a base address, as in `http://127.0.0.1:8080/v1`, to which /completions is appended.

    It can verify where the server scores the text that it is sent, which one request finds out.

    Args:
        target: the base address.
        domain: a case of which is what it is asked.
        model: the model's name, where the server has several.
        key_env: the environment variable that holds the key; without it no key is sent.
        max_new: tokens that an answer may have, 1..100000.
        stop: texts at which an answer ends.
        batch: prompts in one request, 1..4096.
        timeout: seconds that one request may take in all. The time in which the system finds a host's address is its
            own.

    Raises:
        EngineError: one of these is not as it must be.
    """
    settings = settings_of(target, model, key_env, max_new, stop, batch, timeout)
    verifying = VerifyingEndpointEngine(settings)
    if verifying.can_verify(domain):
        return verifying
    verifying.close()
    return EndpointEngine(settings)


class EndpointEngine:
    """Texts that a server completes greedily."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self._wire = Wire(settings.address)
        # An engine that nobody closes closes its connection when it is collected.
        weakref.finalize(self, self._wire.close)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the server's model writes greedily behind each prompt, up to its end, a stop or `max_new` tokens.

        Raises:
            EndpointError: the server answers something else.
            UnavailableError: it does not answer.
        """
        asked: dict[str, object] = {"max_tokens": self.settings.max_new, "temperature": 0, "n": 1, "stream": False}
        if self.settings.stop:
            asked["stop"] = list(self.settings.stop)
        return [choice["text"] for choice in self._complete(prompts, asked)]

    @property
    def stop(self) -> tuple[str, ...]:
        """The texts at which an answer ends."""
        return self.settings.stop

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        self._wire.close()

    def _complete(self, prompts: Sequence[str], asked: Mapping[str, object]) -> list[dict[str, Any]]:
        """One choice for each prompt."""
        return [choice for batch in _batches(prompts, self.settings.batch) for choice in self._choices(batch, asked)]

    def _choices(self, prompts: Sequence[str], asked: Mapping[str, object]) -> list[dict[str, Any]]:
        """One choice for each prompt of one request."""
        body: dict[str, object] = {"prompt": prompts[0] if len(prompts) == 1 else list(prompts), **asked}
        if self.settings.model is not None:
            body["model"] = self.settings.model
        reply = self._ask(json.dumps(body).encode("ascii"))
        check_status(reply, self.settings)
        return read_choices(reply, len(prompts), self.settings)

    def _ask(self, body: bytes) -> Reply:
        """What comes back, the tries of a busy server and the pauses between them all within one time."""
        with Watchdog(self.settings.timeout) as watchdog:
            try:
                reply = self._post(body, watchdog)
                for usual in PAUSES:
                    pause = _pause(reply, usual, watchdog.left())
                    if reply.status not in BUSY or pause >= watchdog.left():
                        break
                    time.sleep(pause)
                    reply = self._post(body, watchdog)
            except (OSError, http.client.HTTPException) as error:
                # What a library says is not passed on: it may repeat what the server sent.
                raise explained(error, watchdog.bitten, self.settings) from None
        return reply

    def _post(self, body: bytes, watchdog: Watchdog) -> Reply:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.settings.key is not None:
            headers["Authorization"] = f"Bearer {self.settings.key}"
        return self._wire.post("/completions", body, headers, watchdog)


class VerifyingEndpointEngine(EndpointEngine):
    """Texts that a server completes greedily, and scores.

    The scores are the server's own. One that computes in less than float32, or that scores a text by other kernels
    than it writes with, may disagree with itself on close calls; `margin` tells how close they were.
    """

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """One verdict for each prompt and its draft; where anything is odd one that leads to decoding.

        Raises:
            UnavailableError: the server does not answer.
        """
        pairs = list(zip(prompts, drafts, strict=True))
        most = max(1, self.settings.batch // 2)  # each pair is two texts
        return [verdict for batch in _batches(pairs, most) for verdict in self._verdicts(batch)]

    def can_verify(self, domain: Domain) -> bool:
        """Whether the server scores the text that it is sent, asked with one case and the answer to it."""
        prompt = domain.write(easy_case(domain))
        whole = prompt + domain.resolve_text(prompt)
        try:
            alone, scored = self._complete([prompt, whole], ECHO)
        except (EndpointError, UnavailableError):
            return False
        return read_echo(alone, prompt) is not None and read_echo(scored, whole) is not None

    def _verdicts(self, pairs: Sequence[tuple[str, str]]) -> list[Verdict]:
        # The prompt is scored alone too, to see whether the draft changes the tokens that it is cut into.
        texts = [text for prompt, draft in pairs for text in (prompt, prompt + draft)]
        try:
            choices = self._complete(texts, ECHO)
        except EndpointError:
            return [PLAIN] * len(pairs)
        echoes = [read_echo(choice, text) for choice, text in zip(choices, texts, strict=True)]
        return [
            judged(draft, alone, whole, self.settings)
            for (_, draft), alone, whole in zip(pairs, echoes[::2], echoes[1::2], strict=True)
        ]


def _batches(items: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]


def _pause(reply: Reply, usual: float, left: float) -> float:
    """The seconds to wait: those that the server names, if they are over before the time is up."""
    named = re.fullmatch(r"\s*(\d{1,5})\s*", reply.retry_after, re.ASCII)
    return float(named[1]) if named and float(named[1]) < left else usual
