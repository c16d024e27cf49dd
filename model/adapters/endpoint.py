"""An OpenAI-compatible completions endpoint as a learned engine: llama.cpp's server, vLLM, Ollama.

Requests go to the address that was named and nowhere else: no proxy is asked and no redirect is followed. A key is read
from the environment, is sent to that address alone, and stands in no message.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import math
import os
import re
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import attrs

from turncheck.engine import Turn, resolve_text, write
from turncheck.engine.learned import EngineError, LearnedEngine, UnavailableError, Verdict

LARGEST = 64 * 2**20
"""Bytes of an answer that are read; a server that sends more is not read to its end."""

PAUSES = (0.25, 0.5, 1.0)
"""Seconds before a busy server is asked again, where it does not name them itself."""

BUSY = (429, 503)

ECHO = {"max_tokens": 1, "temperature": 0, "n": 1, "stream": False, "echo": True, "logprobs": 2}
"""What makes a server score a text. No stop is sent: some servers would look for it in the text itself."""

PLAIN = Verdict(0, False, 0.0)
"""The verdict that says nothing: the answer is then decoded."""

OPTION = "--turncheck-model-arg"

Item = TypeVar("Item")


class EndpointError(ValueError):
    """An endpoint that answers something else than one text for each prompt.

    Attributes:
        fault: what is wrong, and the way out, in one line.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return self.fault


def endpoint(
    target: str,
    *,
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
    settings = Settings(
        address=read_address(target),
        model=_checked_model(model),
        key_env=key_env,
        key=None if key_env is None else _key(key_env),
        max_new=_checked_count("max_new", max_new, 100_000),
        stop=_checked_stop(stop),
        batch=_checked_count("batch", batch, 4096),
        timeout=_checked_timeout(timeout),
    )
    verifying = VerifyingEndpointEngine(settings)
    if verifying.can_verify():
        return verifying
    verifying.close()
    return EndpointEngine(settings)


# --- what a user names -----------------------------------------------------------------------------------------------


@attrs.frozen
class Address:
    """Where requests go.

    Attributes:
        secure: whether over TLS.
        path: of the base, without a slash at its end.
    """

    secure: bool
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"


@attrs.frozen
class Settings:
    """An endpoint and how it is asked."""

    address: Address
    model: str | None
    key_env: str | None
    key: str | None = attrs.field(repr=False)
    max_new: int
    stop: tuple[str, ...]
    batch: int
    timeout: float

    def shown(self, text: str, longest: int) -> str:
        """What a server sent, as it may stand in a message: printable, cut, and without the key that it may repeat."""
        if self.key is not None:
            # As JSON it may have backslashes in it, as a host it is in lower case.
            spelled = r"\\*".join(map(re.escape, self.key))
            text = re.sub(spelled, "(the key)", text, flags=re.IGNORECASE)
        escaped = ascii(text[: longest + 1])[1:-1]
        return escaped if len(escaped) <= longest else f"{escaped[:longest]}..."


def read_address(target: str) -> Address:
    """The address that a user typed.

    Raises:
        EngineError: requests cannot go there.
    """
    example = "as in openai:http://127.0.0.1:8080/v1"
    if re.fullmatch(r"[!-~]+", target) is None:
        raise EngineError(f"the address must be printable ASCII without spaces, got {ascii(target)[:100]}: {example}")
    if "@" in target:
        way_out = f"name the environment variable of a key, {OPTION} key_env=NAME"
        raise EngineError(f"the address must have no user, password or @, got {_without_secrets(target)}: {way_out}")
    if "?" in target or "#" in target:
        raise EngineError(f"the address must end before ? and #, got {_without_secrets(target)}?...: {example}")
    try:
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise EngineError(f"the address must have a host and a port 1..65535, got {target[:100]}: {example}") from error
    if parts.scheme not in ("http", "https"):
        raise EngineError(f"the address must begin with http:// or https://, got {target[:100]}: {example}")
    if not _is_host(host) or ("[" in parts.netloc) != (":" in host):
        raise EngineError(f"the address must have a host, got {target[:100]}: {example}")
    secure = parts.scheme == "https"
    if port is None and not parts.netloc.endswith(":"):
        port = 443 if secure else 80
    if not port:
        raise EngineError(f"the address must have a port 1..65535, got {target[:100]}: {example}")
    return Address(secure, host, port, parts.path.rstrip("/"))


def _is_host(host: str) -> bool:
    """Whether it is a number or a name that can be looked up."""
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    labels = host.removesuffix(".").split(".")
    return all(re.fullmatch(r"[\w-]{1,63}", label, re.ASCII) for label in labels)


def _without_secrets(target: str) -> str:
    """An address without what may be a password in it: all before an @, all behind a ? or #."""
    without_user = re.sub(r"^([a-z+.-]*://)?.*@", r"\1...@", target, flags=re.IGNORECASE)
    return re.split("[?#]", without_user)[0][:100]


def _key(name: str) -> str:
    """The key that an environment variable holds."""
    if re.fullmatch(r"[A-Z_][A-Z0-9_]{0,63}", name, re.ASCII) is None:
        # It is not shown: who mistakes the option gives the key itself.
        way_out = "as in key_env=OPENAI_API_KEY, and set it to the key"
        raise EngineError(f"key_env must name an environment variable in capitals, got something else: {way_out}")
    key = os.environ.get(name, "")
    if not key:
        state = "is empty" if name in os.environ else "is not set"
        raise EngineError(f"key_env must name an environment variable that holds a key, got {name}, which {state}")
    if re.fullmatch(r"[!-~]+", key) is None:
        raise EngineError(
            f"the key in {name} must be printable ASCII without spaces, got another character: set it anew, "
            "perhaps without the end of its line"
        )
    return key


def _checked_model(model: str | None) -> str | None:
    if model == "":
        raise EngineError(
            "model must be a name that the server knows, got an empty one: leave it out if it has but one"
        )
    return model


def _checked_count(field: str, value: int, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= highest:
        raise EngineError(f"{field} must be 1..{highest}, got {ascii(value)[:40]}: {OPTION} {field}=NUMBER")
    return value


def _checked_timeout(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86400:
        way_out = f"{OPTION} timeout=SECONDS"
        raise EngineError(f"timeout must be more than 0 and at most 86400 seconds, got {ascii(value)[:40]}: {way_out}")
    return value


def _checked_stop(stop: list[str] | None) -> tuple[str, ...]:
    texts = [] if stop is None else stop
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        way_out = f"{OPTION} stop=TEXT, or leave it out"
        raise EngineError(f"stop must be texts of one character at least, got {ascii(stop)[:100]}: {way_out}")
    return tuple(texts)


# --- the engine ------------------------------------------------------------------------------------------------------


class EndpointEngine:
    """Texts that a server completes greedily."""

    def __init__(self, settings: Settings) -> None:
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
                raise _explained(error, watchdog.bitten, self.settings) from None
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

    def can_verify(self) -> bool:
        """Whether the server scores the text that it is sent, asked with one turn."""
        prompt = write(Turn())
        whole = prompt + resolve_text(prompt)
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


# --- what a server answers -------------------------------------------------------------------------------------------


@attrs.frozen
class Reply:
    """What came back.

    Attributes:
        location: where a redirect points.
        retry_after: the header of that name.
    """

    status: int
    content: bytes = attrs.field(repr=False)
    location: str = ""
    retry_after: str = ""


def _pause(reply: Reply, usual: float, left: float) -> float:
    """The seconds to wait: those that the server names, if they are over before the time is up."""
    named = re.fullmatch(r"\s*(\d{1,5})\s*", reply.retry_after, re.ASCII)
    return float(named[1]) if named and float(named[1]) < left else usual


def check_status(reply: Reply, settings: Settings) -> None:
    """Tells what a status other than 200 means.

    Raises:
        EndpointError: asked again, the server would say the same.
        UnavailableError: it might not.
    """
    status = reply.status
    if status == 200:
        return
    if status in BUSY:
        raise UnavailableError(f"{settings.address} is busy ({status}): {_message(reply, settings)}")
    if status >= 500:
        raise UnavailableError(f"{settings.address} failed ({status}): {_message(reply, settings)}")
    if 300 <= status < 400:
        host = settings.shown(_host(reply.location), 100)
        way_out = "redirects are refused, since the key would go along: give the address itself"
        raise EndpointError(f"{settings.address} redirects ({status}) to {host}; {way_out}")
    if status in (401, 403):
        raise EndpointError(f"{settings.address} {_key_fault(settings)} ({status})")
    if status == 404:
        way_out = f"the address must be the base that /completions is appended to{_perhaps_model(settings)}"
        raise EndpointError(f"{settings.address}/completions is not there (404): {way_out}")
    raise EndpointError(
        f"{settings.address} refuses the request ({status}){_perhaps_model(settings)}: {_message(reply, settings)}"
    )


def _key_fault(settings: Settings) -> str:
    if settings.key_env is None:
        return f"wants a key: name the environment variable that holds it, {OPTION} key_env=NAME"
    return f"refuses the key in {settings.key_env}: set it to another one, or {OPTION} key_env=NAME to name another"


def _perhaps_model(settings: Settings) -> str:
    return "" if settings.model is not None else f", and perhaps it wants {OPTION} model=NAME"


def _host(location: str) -> str:
    try:
        return urlsplit(location).hostname or "another path of it"
    except ValueError:
        return "an address that is none"


def _message(reply: Reply, settings: Settings) -> str:
    """The server's own words, in any of the forms that servers give them."""
    text = _text(reply)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return settings.shown(text, 200)
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    return settings.shown(found if isinstance(found, str) else text, 200)


def _text(reply: Reply) -> str:
    return reply.content.decode("utf-8", "backslashreplace")


def read_choices(reply: Reply, count: int, settings: Settings) -> list[dict[str, Any]]:
    """The choices of an answer, in the order of their prompts, each with a text.

    Raises:
        EndpointError: it has not one for each of `count` prompts.
    """
    try:
        answer = json.loads(reply.content)
    except (ValueError, RecursionError):
        way_out = f"is {settings.address} the base that /completions is appended to?"
        raise EndpointError(f"it gave no JSON but {settings.shown(_text(reply), 60) or 'nothing'}; {way_out}") from None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise EndpointError(f"it gave no list of choices but {settings.shown(_text(reply), 60)}")
    if len(choices) != count:
        way_out = f"; a server that takes one prompt a request wants {OPTION} batch=1" if len(choices) < count else ""
        raise EndpointError(f"it gave {len(choices)} answers for {count} prompts{way_out}")
    for choice in choices:
        if not isinstance(choice.get("text"), str):
            raise EndpointError(f"it gave a choice whose text is no text but {type(choice.get('text')).__name__}")
    return _ordered(choices)


def _ordered(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The choices by their indices, or as they came where the indices number them not."""
    placed = {choice["index"]: choice for choice in choices if type(choice.get("index")) is int}
    if placed.keys() != set(range(len(choices))):
        return choices
    return [placed[index] for index in range(len(choices))]


# --- verdicts --------------------------------------------------------------------------------------------------------


@attrs.frozen
class Best:
    """The best token at its place, and its distance in logits to the second best; 0 where that is not told."""

    token: str
    margin: float


@attrs.frozen
class Echo:
    """A text that a server has scored.

    Attributes:
        tokens: of the text, in order; joined they are the text.
        best: what the model would have written at the place of each, None where that is not told; and at last, behind
            the text.
        written: the one token that it wrote behind the text; empty where that was its end, or can't be shown.
        stopped: whether it stopped by itself.
    """

    tokens: tuple[str, ...]
    best: tuple[Best | None, ...]
    written: str
    stopped: bool


def read_echo(choice: Mapping[str, Any], sent: str) -> Echo | None:
    """The text that was sent as the server has scored it; None where anything about it is odd."""
    text, scores = choice["text"], choice.get("logprobs")
    names = ("tokens", "token_logprobs", "top_logprobs", "text_offset")
    columns: list[Any] = [scores.get(name) for name in names] if isinstance(scores, dict) else []
    if not columns or not all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):
        return None
    tokens, _, tops, offsets = columns
    if not text.startswith(sent) or not all(isinstance(token, str) for token in tokens):
        return None
    count = _count_of(sent, tokens)
    starts = list(accumulate(map(len, tokens), initial=0))
    if count is None or len(tokens) > count + 1 or offsets != starts[:-1]:
        return None
    written = text[len(sent) :]
    if written and tokens[count:] != [written]:
        return None
    best = (*map(_best, tops), None)[: count + 1]
    return Echo(tuple(tokens[:count]), best, written, choice.get("finish_reason") == "stop")


def _count_of(sent: str, tokens: Sequence[str]) -> int | None:
    """How many tokens, from the first, are the text that was sent; None where that is none of them."""
    at = 0
    for count, token in enumerate(tokens):
        if at == len(sent):
            return count
        if not token or not sent.startswith(token, at):
            return None
        at += len(token)
    return len(tokens) if at == len(sent) else None


def _best(top: object) -> Best | None:
    """The best of the tokens that a server lists at a place."""
    if not isinstance(top, dict) or not top:
        return None
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in top.values()):
        return None
    (token, first), *others = sorted(top.items(), key=lambda item: item[1], reverse=True)
    return Best(token, first - others[0][1] if others else 0.0)


def judged(draft: str, alone: Echo | None, whole: Echo | None, settings: Settings) -> Verdict:
    """The verdict on a draft, of its prompt's echo alone and of both together."""
    if alone is None or whole is None or whole.tokens[: len(alone.tokens)] != alone.tokens:
        return PLAIN
    start, end = len(alone.tokens), len(whole.tokens)
    accepted, margin = 0, math.inf
    for token, best in zip(whole.tokens[start:], whole.best[start:end], strict=True):
        if best is None:
            return PLAIN
        margin = min(margin, best.margin)
        if best.token != token:
            return Verdict(accepted, False, margin)
        accepted += 1
    last = whole.best[end]
    margin = min(margin, last.margin if last is not None else 0.0)
    return Verdict(accepted, accepted < settings.max_new and _ends(draft, whole, settings.stop), margin)


def _ends(draft: str, whole: Echo, stop: Sequence[str]) -> bool:
    """Whether an answer that began with the draft would be the draft: cut at no earlier place, and ending there."""
    found = {(draft + whole.written).find(text) for text in stop} - {-1}
    if whole.written:
        return found == {len(draft)}
    return whole.stopped and not found


# --- the wire --------------------------------------------------------------------------------------------------------


class Watchdog:
    """Ends a connection when the time is up. A server that drips bytes would never meet a socket's own timeout."""

    def __init__(self, seconds: float) -> None:
        self.bitten = False
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._bite)
        self._timer.daemon = True

    def __enter__(self) -> Watchdog:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def left(self) -> float:
        """The seconds before the time is up, never 0: to a socket that would mean not to wait."""
        return max(self._end - time.monotonic(), 0.001)

    def watch(self, connected: socket.socket) -> None:
        """Names the connection that is to be ended."""
        with self._lock:
            self._watched = connected
            if self.bitten:
                _shut(connected)

    def _bite(self) -> None:
        with self._lock:
            self.bitten = True
            if self._watched is not None:
                _shut(self._watched)


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):  # it may have ended already
        connected.shutdown(socket.SHUT_RDWR)


class Wire:
    """The connection to an address, kept between requests."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None
        self._handle: socket.socket | None = None

    def post(self, path: str, body: bytes, headers: Mapping[str, str], watchdog: Watchdog) -> Reply:
        """Sends a request and reads what comes back.

        Raises:
            EndpointError: more than `LARGEST` bytes come back.
            OSError, http.client.HTTPException: nothing, not all or no HTTP comes back.
        """
        try:
            reply = _read(self._sent(path, body, headers, watchdog))
            if watchdog.bitten:
                raise TimeoutError  # what was read may be cut off
        except BaseException:
            self.close()  # the rest of an answer must not be read as the next one
            raise
        return reply

    def close(self) -> None:
        """Closes the connection, if there is one."""
        connection, handle = self._connection, self._handle
        self._connection = self._handle = None
        if connection is not None:
            connection.close()
        if handle is not None:
            handle.close()

    def _sent(self, path: str, body: bytes, headers: Mapping[str, str], watchdog: Watchdog) -> http.client.HTTPResponse:
        """The answer's beginning, over the old connection where the server has not closed it meanwhile."""
        if self._connection is not None and self._connection.sock is not None and self._handle is not None:
            watchdog.watch(self._handle)
            self._connection.sock.settimeout(watchdog.left())
            try:
                return self._begun(self._connection, path, body, headers)
            except (ConnectionError, ssl.SSLEOFError):
                if watchdog.bitten:
                    raise
        self.close()
        return self._begun(self._opened(watchdog), path, body, headers)

    def _begun(
        self, connection: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        connection.request("POST", self._address.path + path, body, dict(headers))
        return connection.getresponse()

    def _opened(self, watchdog: Watchdog) -> http.client.HTTPConnection:
        host, port = self._address.host, self._address.port
        connected = _connected(host, port, watchdog)
        try:
            # Shut down, the handle ends the connection at any time, in the midst of a TLS handshake too.
            self._handle = connected.dup()
            watchdog.watch(self._handle)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(watchdog.left())
            if self._address.secure:
                context = ssl.create_default_context()
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, context=context)
                connection.sock = context.wrap_socket(connected, server_hostname=host)
            else:
                connection = http.client.HTTPConnection(host, port)
                connection.sock = connected
        except BaseException:
            connected.close()
            raise
        self._connection = connection
        return connection


def _connected(host: str, port: int, watchdog: Watchdog) -> socket.socket:
    """A socket connected to the first of the host's addresses that takes it, all tried within one time."""
    fault = OSError("the host has no address")
    for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connected = socket.socket(family, kind, protocol)
        try:
            connected.settimeout(watchdog.left())
            connected.connect(place)
        except OSError as error:
            connected.close()
            fault = error
        except BaseException:
            connected.close()
            raise
        else:
            return connected
    raise fault


def _read(response: http.client.HTTPResponse) -> Reply:
    """The whole of an answer."""
    with response:
        content = response.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise EndpointError(f"it gave more than {LARGEST} bytes for one request: {OPTION} batch=1 asks for less")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        location, retry_after = response.getheader("Location", ""), response.getheader("Retry-After", "")
        return Reply(response.status, content, location, retry_after)


def _explained(
    error: OSError | http.client.HTTPException, bitten: bool, settings: Settings
) -> UnavailableError | EndpointError:
    """Why nothing came back."""
    address = settings.address
    if bitten or isinstance(error, TimeoutError):
        way_out = f"{OPTION} timeout=SECONDS gives it longer"
        return UnavailableError(f"{address} took longer than {settings.timeout:g} s; {way_out}")
    if isinstance(error, ConnectionRefusedError):
        return UnavailableError(f"{address} refuses connections: is the server running?")
    if isinstance(error, socket.gaierror):
        return UnavailableError(f"{address} is not there: the host {address.host} is not known")
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = settings.shown(error.verify_message, 100)
        return UnavailableError(f"{address} has a certificate that this system does not trust: {reason}")
    if isinstance(error, ssl.SSLError):
        reason = settings.shown(str(error.reason), 60)
        return UnavailableError(f"{address} cannot be spoken to over TLS ({reason}): is it an http:// address?")
    if isinstance(error, OSError | http.client.IncompleteRead):
        reason = settings.shown((isinstance(error, OSError) and error.strerror) or "it was closed", 60)
        return UnavailableError(f"the connection to {address} broke: {reason}")
    return EndpointError(f"{address} does not answer in HTTP: is it an https:// address, or another program's port?")
