"""Asking a server: one request for some prompts, and what comes of it."""

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
"""Seconds before a busy server is asked again, where it does not name them itself."""

LISTING = 10.0
"""Seconds in which a server lists its models."""

GREEDY = {"temperature": 0, "n": 1, "stream": False}
"""What every request asks for."""

BYTES_OF_TOKEN, BYTES_AROUND = 1024, 2**20
"""Bytes of an answer that a token which is asked for may take, with all that is said of it, and those of all else."""


class Asker:
    """Asks a server, over one connection that is kept."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self._wire = Wire(settings.address, settings.proxy)

    def choices(self, prompts: Sequence[str], asked: Mapping[str, object]) -> list[dict[str, Any]]:
        """One choice for each prompt, all in one request.

        Raises:
            EndpointError: the server answers something else.
            UnavailableError: it does not answer.
        """
        reply = self.reply(prompts, asked)
        check_status(reply, self.settings)
        return read_choices(reply, len(prompts), self.settings)

    def reply(self, prompts: Sequence[str], asked: Mapping[str, object]) -> Reply:
        """What comes back to one request for some prompts, whatever it is.

        Raises:
            UnavailableError, EndpointError: nothing does.
        """
        body: dict[str, object] = {**self._said(prompts), **asked, **GREEDY}
        if self.settings.model is not None:
            body["model"] = self.settings.model
        sent = json.dumps(body).encode("ascii")
        tokens = asked.get("max_tokens")
        written = BYTES_OF_TOKEN * (tokens if isinstance(tokens, int) else 1) * len(prompts)
        # Of what is scored more comes back than was sent: for each of its tokens several numbers.
        return self._tried(self.settings.route, sent, BYTES_AROUND + written + 256 * len(sent))

    def models(self) -> list[str] | None:
        """The names of the models that the server lists; None where it has no list, or does not give it in time."""
        try:
            with Watchdog(min(self.settings.timeout, LISTING)) as watchdog:
                return read_models(self._sent("/models", None, LARGEST, watchdog))
        except FAULTS:
            return None  # whether it is there at all the next request will tell

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        self._wire.close()

    def _said(self, prompts: Sequence[str]) -> dict[str, object]:
        """The prompts as the route wants them."""
        if self.settings.chat:
            return {"messages": [{"role": "user", "content": prompt} for prompt in prompts]}
        return {"prompt": prompts[0] if len(prompts) == 1 else list(prompts)}

    def _tried(self, path: str, body: bytes | None, most: int) -> Reply:
        """What comes back, the tries of a busy server and the pauses between them all within one time."""
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
                # What a library says is not passed on: it may repeat what the server sent.
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
    """The seconds to wait: those that the server names, if they are over before the time is up."""
    named = re.fullmatch(r"\s*(\d{1,5})\s*", reply.retry_after, re.ASCII)
    return float(named[1]) if named and float(named[1]) < left else usual
