"""An OpenAI-compatible endpoint as a learned engine: llama.cpp's server, vLLM, Ollama, `transformers serve`.

`address` knows what a user names of it, `probe` finds out the rest, `asking` makes requests, `wire` has the connection,
`completions` reads what a server answers.
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
"""What is counted where a server ended an answer because it was as long as was asked for."""

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
    """The engine behind a base address, as in `http://127.0.0.1:8080/v1`, to which /completions is appended.

    What is not given is found out by asking two cases. It can verify where the server scores the text that it is sent.

    Args:
        target: the base address.
        domain: two cases of which it is asked at the start.
        template: how they are said to it.
        model: the model's name; by default the only one that the server lists.
        key_env: the environment variable that holds the key; without it no key is sent.
        max_new: tokens that an answer may have, 1..100000.
        stop: texts at which an answer ends.
        batch: prompts in one request, 1..4096; by default 16 where the server takes a list of prompts, else 1.
        timeout: seconds that one request may take in all. The time in which the system finds a host's address is its
            own.
        cut_stop: whether an answer is cut here where a stop begins in it; by default where the server leaves it in.
        append: a text that is put behind each answer, for a server that drops white space there.
        probe: whether anything is found out; else the server is taken for one that does what the protocol says.

    Raises:
        EngineError: one of these is not as it must be, or the server does not answer or cannot be asked so.
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
    """The engine behind a base address to which /chat/completions is appended: each prompt is the message of a user.

    What the model reads is what the server's chat template makes of that. One prompt goes in each request, and nothing
    can be verified.

    Args:
        target: the base address.
        domain: two cases of which it is asked at the start.
        template: how they are said to it.
        model: the model's name; by default the only one that the server lists.
        key_env: the environment variable that holds the key; without it no key is sent.
        max_new: tokens that an answer may have, 1..100000.
        stop: texts at which an answer ends.
        timeout: seconds that one request may take in all.
        cut_stop: whether an answer is cut here where a stop begins in it; by default where the server leaves it in.
        append: a text that is put behind each answer, for a server that drops white space there.
        probe: whether anything is found out; else the server is taken for one that does what the protocol says.

    Raises:
        EngineError: one of these is not as it must be, or the server does not answer or cannot be asked so.
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
    """Texts that a server completes greedily."""

    def __init__(self, settings: ServerSettings, findings: Sequence[str] = ()) -> None:
        self.settings = settings
        self._findings = tuple(findings)
        self._cut = 0
        self._asker = Asker(settings)
        # An engine that nobody closes closes its connection when it is collected.
        weakref.finalize(self, self._asker.close)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the server's model writes greedily behind each prompt, up to its end, a stop or `max_new` tokens.

        Raises:
            EndpointError: the server answers something else.
            UnavailableError: it does not answer.
        """
        asked: dict[str, object] = {"max_tokens": self.settings.max_new}
        if self.settings.stop:
            asked["stop"] = list(self.settings.stop)
        return [self._answer(choice) for choice in self._complete(prompts, asked)]

    @property
    def stop(self) -> tuple[str, ...]:
        """The texts at which an answer ends; none where what the server leaves of them is asked for."""
        return self.settings.stop if self.settings.cuts else ()

    def findings(self) -> tuple[str, ...]:
        """What the server was found to do, and what follows from it, one line each."""
        return self._findings

    def troubles(self) -> dict[str, int]:
        """How many answers the server cut, if any."""
        return {CUT: self._cut} if self._cut else {}

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        self._asker.close()

    def _answer(self, choice: Mapping[str, Any]) -> str:
        """The answer that a choice is, cut at a stop where the server has not done it."""
        text = str(choice["text"])
        ends = [text.find(stop) for stop in self.settings.stop if stop in text] if self.settings.cuts else []
        if ends:
            return text[: min(ends)] + (self.settings.append or "")
        if is_cut(choice):
            self._cut += 1
            return text
        return text + (self.settings.append or "")

    def _complete(self, prompts: Sequence[str], asked: Mapping[str, object]) -> list[dict[str, Any]]:
        """One choice for each prompt."""
        batches = _batches(prompts, self.settings.batch or BATCH)
        return [choice for batch in batches for choice in self._asker.choices(batch, asked)]


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
        most = max(1, (self.settings.batch or BATCH) // 2)  # each pair is two texts
        return [verdict for batch in _batches(pairs, most) for verdict in self._verdicts(batch)]

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
