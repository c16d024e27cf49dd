"""A small completions endpoint to try `--model openai:...` with: `python server.py PORT`, on loopback alone.

It has no model: turncheck's own reference answers in one's place, so that every law holds. To hold a model of yours
against the laws, put what it writes greedily into `complete`; everything else here is the protocol.
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from turncheck.engine.duel import resolve_text

MODEL = "stand-in: turncheck.engine.resolve_text, no model"

LARGEST = 16 * 2**20
"""Bytes of a request that are read."""


def complete(prompt: str) -> str:
    """What a model would write behind the prompt, which may have the beginning of an answer behind its case."""
    for end in (at + 1 for at, character in enumerate(prompt) if character == "\n"):
        begun, answer = prompt[end:], resolve_text(prompt[:end])
        if begun and answer.startswith(begun):
            return answer[len(begun) :]
    return resolve_text(prompt)


def choice(index: int, prompt: str, most: int, stop: list[str]) -> dict[str, Any]:
    """The completion of one prompt, cut before the first stop and after `most` characters, this server's tokens."""
    text = complete(prompt)
    text = text[: min((text.find(end) for end in stop if end in text), default=len(text))]
    return {"index": index, "text": text[:most], "finish_reason": "stop" if len(text) < most else "length"}


def answer(request: Any) -> dict[str, Any]:
    """The answer to a request for completions.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(request, dict):
        raise ValueError("the request must be a JSON object")
    prompts, stop, most = request.get("prompt"), request.get("stop") or [], request.get("max_tokens", 16)
    prompts = [prompts] if isinstance(prompts, str) else prompts
    stop = [stop] if isinstance(stop, str) else stop
    if not _are_texts(prompts) or not prompts:
        raise ValueError("prompt must be a text or a list of texts")
    if not _are_texts(stop) or not all(stop):
        raise ValueError("stop must be a text or a list of texts, none of them empty")
    if type(most) is not int or most < 0:
        raise ValueError("max_tokens must be a number from 0")
    choices = [choice(index, prompt, most, stop) for index, prompt in enumerate(prompts)]
    return {"object": "text_completion", "model": MODEL, "choices": choices}


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


class Handler(BaseHTTPRequestHandler):
    """Answers POST .../completions."""

    protocol_version = "HTTP/1.1"  # keeps connections open
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # the name that http.server calls
        """Reads a request and answers it, or says what is wrong with it."""
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > LARGEST:
            self.close_connection = True  # its body is not read
            return self.send(413, {"error": {"message": f"a request has a length, of at most {LARGEST} bytes"}})
        body = self.rfile.read(int(length))
        if self.path != "/v1/completions":
            return self.send(404, {"error": {"message": "there is only /v1/completions"}})
        try:
            content = answer(json.loads(body))
        except (ValueError, RecursionError) as error:
            return self.send(400, {"error": {"message": str(error)}})
        return self.send(200, content)

    def send(self, status: int, content: dict[str, Any]) -> None:
        """Sends JSON."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: there are many requests."""


class Server(ThreadingHTTPServer):
    """Does not wait, when it ends, for connections that are kept open."""

    daemon_threads = True


def main(arguments: list[str]) -> int:
    """Serves until it is interrupted; port 0 is any free one."""
    if len(arguments) != 1 or not arguments[0].isdecimal() or not int(arguments[0]) < 65536:
        print("usage: python server.py PORT", file=sys.stderr)
        return 2
    with Server(("127.0.0.1", int(arguments[0])), Handler) as server:
        print(f"{MODEL}; it listens on http://127.0.0.1:{server.server_port}/v1", file=sys.stderr, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
