"""Read the replies of a completions endpoint: errors, texts, and the scores from which verdicts are made."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

import attrs

from turncheck.engine.learned import UnavailableError, Verdict
from turncheck.model.adapters.servers.address import OPTION, EndpointError, ServerSettings
from turncheck.model.adapters.servers.wire import Reply

BUSY = (429, 503)
"""Statuses after which a request is repeated."""

LONGEST_NAME = 500
"""Most characters of a model's name; longer names are ignored."""

PLAIN = Verdict(0, False, 0.0)
"""A verdict without information: the answer is then decoded."""


OTHER_FAULT = re.compile(r"context|too long|too many|token|length|json|pars|unmarshal|\bprompt\b|\bmax_", re.IGNORECASE)
"""Words in a message that is about the request, even if it also mentions the model."""


def check_status(reply: Reply, settings: ServerSettings) -> None:
    """Raise the error for a status other than 200.

    Raises:
        EndpointError: the same request would fail again.
        UnavailableError: the same request might succeed later.
    """
    status = reply.status
    if status == 200:
        return
    if status in BUSY:
        raise UnavailableError(f"{settings.address} is busy ({status}): {message_of(reply, settings)}")
    if status >= 500:
        raise UnavailableError(f"{settings.address} failed ({status}): {message_of(reply, settings)}")
    if 300 <= status < 400:
        host = settings.shown(_host(reply.location), 100)
        way_out = "redirects are refused, because the key would be sent along: give the final address"
        raise EndpointError(f"{settings.address} redirects ({status}) to {host}; {way_out}")
    if status in (401, 403):
        raise EndpointError(f"{settings.address} {_key_fault(settings)} ({status})")
    if status == 407 and settings.proxy is not None:
        way_out = f"as in {settings.proxy.variable}=http://USER:PASSWORD@HOST"
        raise EndpointError(f"the proxy {settings.proxy} requires a user name and a password (407): {way_out}")
    if is_not_there(reply, settings):
        way_out = f"the address must be the base that {settings.route} is appended to{_other_route(settings)}"
        raise EndpointError(f"{settings.address}{settings.route} does not exist ({status}): {way_out}")
    message = message_of(reply, settings)
    raise EndpointError(
        f"{settings.address} refuses the request ({status}){_perhaps_model(message, settings)}: {message or 'none'}"
    )


def is_not_there(reply: Reply, settings: ServerSettings) -> bool:
    """Return whether the server lacks the route. A server that lacks the model also answers 404, and mentions the
    model.
    """
    is_about_model = re.search(r"\bmodel\b", message_of(reply, settings), re.IGNORECASE)
    return reply.status == 405 or (reply.status == 404 and is_about_model is None)


def _key_fault(settings: ServerSettings) -> str:
    if settings.key_env is None:
        return f"requires a key: name the environment variable that holds it, {OPTION} key_env=NAME"
    return (
        f"refuses the key in {settings.key_env}: set it to another key, or name another variable, {OPTION} key_env=NAME"
    )


def _perhaps_model(message: str, settings: ServerSettings) -> str:
    """Return the hint that the server may need a model's name, or another one, if its message is about that."""
    if re.search(r"\bmodel\b", message, re.IGNORECASE) is None or OTHER_FAULT.search(message):
        return ""
    wants = "a name" if settings.model is None else "another name"
    return f", and perhaps it needs {wants}, {OPTION} model=NAME"


def _other_route(settings: ServerSettings) -> str:
    """Return the hint to the kind for servers that only have the other route."""
    kind, has = ("openai", "completions of texts") if settings.chat else ("openai-chat", "chat completions")
    return f"; for a server that only has {has}, use {kind}:URL"


def _host(location: str) -> str:
    try:
        return urlsplit(location).hostname or "another path of it"
    except ValueError:
        return "an invalid address"


def message_of(reply: Reply, settings: ServerSettings) -> str:
    """Return the server's message, from any of the usual forms."""
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


def read_models(reply: Reply) -> list[str] | None:
    """Return the names of the models that a server lists; None if it has no list."""
    try:
        answer = json.loads(reply.content)
    except (ValueError, RecursionError):
        return None
    models = answer.get("data") if isinstance(answer, dict) else None
    if reply.status != 200 or not isinstance(models, list):
        return None
    names = [model.get("id") for model in models if isinstance(model, dict)]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME))


def read_choices(reply: Reply, count: int, settings: ServerSettings) -> list[dict[str, Any]]:
    """Return the choices of a reply in the order of their prompts, each with a text; for a chat, the text of its
    message.

    Raises:
        EndpointError: there is not exactly one choice for each of `count` prompts.
    """
    try:
        answer = json.loads(reply.content)
    except (ValueError, RecursionError):
        way_out = f"is {settings.address} the base that {settings.route} is appended to?"
        raise EndpointError(
            f"it gave no JSON, but {settings.shown(_text(reply), 60) or 'nothing'}; {way_out}"
        ) from None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise EndpointError(f"it gave no list of choices, but {settings.shown(_text(reply), 60)}")
    if len(choices) != count:
        way_out = (
            f"; a server that accepts one prompt per request needs {OPTION} batch=1" if len(choices) < count else ""
        )
        raise EndpointError(f"it gave {len(choices)} answers for {count} prompts{way_out}")
    told = [{**choice, "text": _written(choice)} for choice in choices] if settings.chat else choices
    for choice, read in zip(choices, told, strict=True):
        if not isinstance(read.get("text"), str):
            raise EndpointError(_no_text(choice, settings))
    return _ordered(told)


def _written(choice: dict[str, Any]) -> object:
    """Return the content of a chat message: a text, or joined parts; empty if the limit was reached before any text."""
    message = choice.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else part for part in content]
        texts = [part for part in parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(parts) else None
    return "" if content is None and is_cut(choice) and isinstance(message, dict) else content


def _no_text(choice: Mapping[str, Any], settings: ServerSettings) -> str:
    """Return what is wrong with a choice that has no text."""
    if settings.chat:
        return "it gave a choice whose message has no text" + (
            "; for a server that completes texts, use openai:URL" if isinstance(choice.get("text"), str) else ""
        )
    if "message" in choice:
        return "it gave a chat message and no text: for a server of chat completions, use openai-chat:URL"
    fault = f"it gave a choice whose text is no text, but {type(choice.get('text')).__name__}"
    return (
        fault if choice.get("text") is not None else f"{fault}: for a server of chat completions, use openai-chat:URL"
    )


def is_cut(choice: Mapping[str, Any]) -> bool:
    """Return whether the server ended the answer at the token limit."""
    return choice.get("finish_reason") == "length"


def _ordered(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the choices sorted by index; unchanged if the indices are not 0, 1, 2 and so on."""
    placed = {choice["index"]: choice for choice in choices if type(choice.get("index")) is int}
    if placed.keys() != set(range(len(choices))):
        return choices
    return [placed[index] for index in range(len(choices))]


# --- verdicts ---------------------------------------------------------------------------------------------------------


@attrs.frozen
class Best:
    """The best token at a position, and its distance in logits to the second best; 0 if not reported."""

    token: str
    margin: float


@attrs.frozen
class Echo:
    """A text that a server has scored.

    Attributes:
        tokens: the tokens of the text, in order; joined, they are the text.
        best: the model's best token at the position of each token, and at the position after the text; None if not
            reported.
        written: the one token that the server wrote after the text; empty if that was the end, or cannot be shown.
        stopped: whether the server stopped by itself.
    """

    tokens: tuple[str, ...]
    best: tuple[Best | None, ...]
    written: str
    stopped: bool


def read_echo(choice: Mapping[str, Any], sent: str) -> Echo | None:
    """Return the sent text as the server scored it; None if anything about the reply is odd."""
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
    """Return how many tokens, from the first, make up the sent text; None if no number does."""
    at = 0
    for count, token in enumerate(tokens):
        if at == len(sent):
            return count
        if not token or not sent.startswith(token, at):
            return None
        at += len(token)
    return len(tokens) if at == len(sent) else None


def _best(top: object) -> Best | None:
    """Return the best of the tokens that a server lists for a position."""
    if not isinstance(top, dict) or not top:
        return None
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in top.values()):
        return None
    (token, first), *others = sorted(top.items(), key=lambda item: item[1], reverse=True)
    return Best(token, first - others[0][1] if others else 0.0)


def judged(draft: str, alone: Echo | None, whole: Echo | None, settings: ServerSettings) -> Verdict:
    """Return the verdict on a draft, from the echo of its prompt alone and of both together."""
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
    """Return whether an answer that begins with the draft would be exactly the draft: not cut earlier, and ending
    there.
    """
    found = {(draft + whole.written).find(text) for text in stop} - {-1}
    if whole.written:
        return found == {len(draft)}
    return whole.stopped and not found
