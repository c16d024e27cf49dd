"""Send requests to a server and read its replies."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from turncheck.model.adapters.servers.address import ServerSettings
from turncheck.model.adapters.servers.completions import BUSY, check_status, read_choices, read_models
from turncheck.model.adapters.servers.wire import FAULTS, LARGEST, Reply, Watchdog, Wire, explained

PAUSES = (0.25, 0.5, 1.0)
"""Seconds before a request to a busy server is repeated, unless the server names the time."""

LISTING = 10.0
"""Seconds for a server to list its models."""

GREEDY = {"temperature": 0, "n": 1, "stream": False}
"""Options of every request."""

BYTES_OF_TOKEN, BYTES_AROUND = 1024, 2**20
"""Most bytes of a reply per requested token, with all scores, and for everything else."""


class Asker:
    """Sends requests to a server, over one connection that is kept open."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self._wire = Wire(settings.address, settings.proxy)

    def choices(self, prompts: Sequence[str], asked: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return one choice for each prompt, all from one request.

        Raises:
            EndpointError: the server's reply is something else.
            UnavailableError: the server does not reply.
        """
        reply = self.reply(prompts, asked)
        check_status(reply, self.settings)
        return read_choices(reply, len(prompts), self.settings)

    def reply(self, prompts: Sequence[str], asked: Mapping[str, object]) -> Reply:
        """Return the reply to one request for some prompts, whatever it is.

        Raises:
            UnavailableError, EndpointError: there is no reply.
        """
        body: dict[str, object] = {**self._said(prompts), **asked, **GREEDY}
        if self.settings.model is not None:
            body["model"] = self.settings.model
        sent = json.dumps(body).encode("ascii")
        tokens = asked.get("max_tokens")
        written = BYTES_OF_TOKEN * (tokens if isinstance(tokens, int) else 1) * len(prompts)
        # The reply to a scored text is longer than the text: it has several numbers per token.
        return self._tried(self.settings.route, sent, BYTES_AROUND + written + 256 * len(sent))

    def models(self) -> list[str] | None:
        """Return the names of the models that the server lists; None if it has no list, or does not send it in time."""
        try:
            with Watchdog(min(self.settings.timeout, LISTING)) as watchdog:
                return read_models(self._sent("/models", None, LARGEST, watchdog))
        except FAULTS:
            return None  # the next request shows whether the server exists at all

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._wire.close()

    def _said(self, prompts: Sequence[str]) -> dict[str, object]:
        """Return the prompts in the route's format."""
        if self.settings.chat:
            return {"messages": [{"role": "user", "content": prompt} for prompt in prompts]}
        return {"prompt": prompts[0] if len(prompts) == 1 else list(prompts)}

    def _tried(self, path: str, body: bytes | None, most: int) -> Reply:
        """Return the reply. Retries of a busy server and the pauses between them share one time limit."""
        with Watchdog(self.settings.timeout) as watchdog:
            try:
                reply = self._sent(path, body, most, watchdog)
                for usual in PAUSES:
                    pause = _pause(reply, usual, watchdog.left())
                    if reply.status not in BUSY or pause >= watchdog.left():
                        break
                    time.sleep(pause)
                    reply = self._sent(path, body, most, watchdog)
            except FAULTS as error:
                # The library's error is not chained: it may repeat what the server sent.
                raise explained(error, watchdog.bitten, self.settings) from None
        return reply

    def _sent(self, path: str, body: bytes | None, most: int, watchdog: Watchdog) -> Reply:
        headers = {"Accept": "application/json"}
        if self.settings.key is not None:
            headers["Authorization"] = f"Bearer {self.settings.key}"
        if body is None:
            return self._wire.get(path, headers, watchdog, most)
        return self._wire.post(path, body, {"Content-Type": "application/json", **headers}, watchdog, most)


def _pause(reply: Reply, usual: float, left: float) -> float:
    """Return the seconds to wait: those that the server names, if the time limit allows it."""
    named = re.fullmatch(r"\s*(\d{1,5})\s*", reply.retry_after, re.ASCII)
    return float(named[1]) if named and float(named[1]) < left else usual
