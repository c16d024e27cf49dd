"""An OpenAI-compatible endpoint as a learned engine: llama.cpp's server, vLLM, Ollama, `transformers serve`.

`address` checks what the user gives, `probe` finds out the rest, `asking` sends requests, `wire` has the connection,
`completions` reads replies.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, LearnedEngine, UnavailableError, Verdict
from turncheck.model.adapters.servers.address import EndpointError, ServerSettings, settings_of
from turncheck.model.adapters.servers.asking import Asker
from turncheck.model.adapters.servers.completions import PLAIN, is_cut, judged, read_echo
from turncheck.model.adapters.servers.probe import BATCH, ECHO, Known, probed, unasked
from turncheck.model.adapters.templates import OWN, Template

CUT = "answers cut at max_new"
"""Counted if a server ended an answer at the token limit."""

Item = TypeVar("Item")


def endpoint(
    target: str,
    *,
    domain: Domain,
    template: Template = OWN,
    model: str | None = None,
    key_env: str | None = None,
    max_new: int = 512,
    stop: list[str] | str | None = None,
    batch: int | None = None,
    timeout: float = 60.0,
    cut_stop: bool | None = None,
    append: str | None = None,
    probe: bool = True,
) -> LearnedEngine:
    """Return the engine behind a base address, such as `http://127.0.0.1:8080/v1`, to which /completions is appended.

    What is not given is found out by asking two cases. The engine can verify drafts if the server scores the text that
    it is sent.

    Args:
        target: the base address.
        domain: the domain of the two cases.
        template: the wording of prompts and answers.
        model: the model's name; by default the only one that the server lists.
        key_env: the environment variable that holds the key; without it, no key is sent.
        max_new: most tokens of an answer, 1..100000.
        stop: texts that end an answer.
        batch: prompts per request, 1..4096; by default 16 if the server accepts a list of prompts, else 1.
        timeout: seconds for one request in all, without the system's lookup of the host's address.
        cut_stop: whether to cut an answer here at a stop; by default if the server leaves the stop in.
        append: text appended to each answer, for a server that drops white space at the end.
        probe: whether to find out what is not given; if not, the server is assumed to follow the protocol.

    Raises:
        EngineError: an argument is invalid, or the server does not reply or cannot be asked this way.
    """
    settings = settings_of(
        target,
        model=model,
        key_env=key_env,
        max_new=max_new,
        stop=stop,
        timeout=timeout,
        batch=batch,
        cuts=cut_stop,
        append=append,
    )
    known = _known(settings, domain, template, probe)
    return (VerifyingEndpointEngine if known.verifies else EndpointEngine)(known.settings, known.findings)


def chat(
    target: str,
    *,
    domain: Domain,
    template: Template = OWN,
    model: str | None = None,
    key_env: str | None = None,
    max_new: int = 512,
    stop: list[str] | str | None = None,
    timeout: float = 60.0,
    cut_stop: bool | None = None,
    append: str | None = None,
    probe: bool = True,
) -> LearnedEngine:
    """Return the engine behind a base address to which /chat/completions is appended: each prompt is a user's message.

    The model reads what the server's chat template makes of the message. Each request has one prompt, and nothing can
    be verified.

    Args:
        target: the base address.
        domain: the domain of the two cases that are asked at the start.
        template: the wording of prompts and answers.
        model: the model's name; by default the only one that the server lists.
        key_env: the environment variable that holds the key; without it, no key is sent.
        max_new: most tokens of an answer, 1..100000.
        stop: texts that end an answer.
        timeout: seconds for one request in all.
        cut_stop: whether to cut an answer here at a stop; by default if the server leaves the stop in.
        append: text appended to each answer, for a server that drops white space at the end.
        probe: whether to find out what is not given; if not, the server is assumed to follow the protocol.

    Raises:
        EngineError: an argument is invalid, or the server does not reply or cannot be asked this way.
    """
    settings = settings_of(
        target,
        model=model,
        key_env=key_env,
        max_new=max_new,
        stop=stop,
        timeout=timeout,
        cuts=cut_stop,
        append=append,
        chat=True,
    )
    known = _known(settings, domain, template, probe)
    return EndpointEngine(known.settings, known.findings)


def _known(settings: ServerSettings, domain: Domain, template: Template, probe: bool) -> Known:
    try:
        return probed(settings, domain, template) if probe else unasked(settings)
    except UnavailableError as error:
        raise EngineError(str(error)) from error


class EndpointEngine:
    """A learned engine that asks a server for greedy completions."""

    def __init__(self, settings: ServerSettings, findings: Sequence[str] = ()) -> None:
        self.settings = settings
        self._findings = tuple(findings)
        self._cut = 0
        self._asker = Asker(settings)
        # If nobody closes the engine, its connection is closed when it is garbage-collected.
        weakref.finalize(self, self._asker.close)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the server's greedy completion of each prompt, up to its end, a stop or `max_new` tokens.

        Raises:
            EndpointError: the server's reply is something else.
            UnavailableError: the server does not reply.
        """
        asked: dict[str, object] = {"max_tokens": self.settings.max_new}
        if self.settings.stop:
            asked["stop"] = list(self.settings.stop)
        return [self._answer(choice) for choice in self._complete(prompts, asked)]

    @property
    def stop(self) -> tuple[str, ...]:
        """The texts that end an answer; none if stops that the server leaves in are kept."""
        return self.settings.stop if self.settings.cuts else ()

    def findings(self) -> tuple[str, ...]:
        """Return what was found out about the server and its consequences, one line each."""
        return self._findings

    def troubles(self) -> dict[str, int]:
        """Return how many answers the server cut, if any."""
        return {CUT: self._cut} if self._cut else {}

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._asker.close()

    def _answer(self, choice: Mapping[str, Any]) -> str:
        """Return the answer of a choice, cut at a stop if the server did not do it."""
        text = str(choice["text"])
        ends = [text.find(stop) for stop in self.settings.stop if stop in text] if self.settings.cuts else []
        if ends:
            return text[: min(ends)] + (self.settings.append or "")
        if is_cut(choice):
            self._cut += 1
            return text
        return text + (self.settings.append or "")

    def _complete(self, prompts: Sequence[str], asked: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return one choice for each prompt."""
        batches = _batches(prompts, self.settings.batch or BATCH)
        return [choice for batch in batches for choice in self._asker.choices(batch, asked)]


class VerifyingEndpointEngine(EndpointEngine):
    """A learned engine behind a server that also scores texts.

    The scores are the server's own. A server that computes in less than float32, or scores with other kernels than it
    writes with, may contradict itself on close calls; `margin` tells how close they are.
    """

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Return one verdict for each prompt and its draft; if anything is odd, a verdict that leads to decoding.

        Raises:
            UnavailableError: the server does not reply.
        """
        pairs = list(zip(prompts, drafts, strict=True))
        most = max(1, (self.settings.batch or BATCH) // 2)  # each pair is two texts
        return [verdict for batch in _batches(pairs, most) for verdict in self._verdicts(batch)]

    def _verdicts(self, pairs: Sequence[tuple[str, str]]) -> list[Verdict]:
        # The prompt is also scored alone, to see whether the draft changes its tokens.
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
