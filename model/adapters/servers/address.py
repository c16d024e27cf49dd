"""The user's settings of an endpoint: its address, its options, and its key, which appears in no message."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

import attrs

from turncheck.engine.learned import EngineError
from turncheck.model.adapters.servers.proxies import Proxy, is_address, proxy_to

OPTION = "--turncheck-model-arg"


class EndpointError(EngineError):
    """An endpoint's reply is not one text for each prompt."""


@attrs.frozen
class Address:
    """The base address of requests.

    Attributes:
        secure: whether to use TLS.
        path: the path of the base, without a slash at its end.
    """

    secure: bool
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"


@attrs.frozen
class ServerSettings:
    """An endpoint and how to ask it.

    Attributes:
        chat: whether each prompt is sent as a user's message, instead of a text to complete.
        cuts: whether an answer is cut here at a stop; None if still to be found out.
        batch: prompts per request; None if still to be found out.
        append: text appended to each answer; None if the user did not give it.
        proxy: the proxy for requests.
    """

    address: Address
    model: str | None
    key_env: str | None
    key: str | None = attrs.field(repr=False)
    max_new: int
    stop: tuple[str, ...]
    timeout: float
    chat: bool = False
    batch: int | None = None
    cuts: bool | None = None
    append: str | None = None
    proxy: Proxy | None = None

    @property
    def route(self) -> str:
        """The route that is appended to the base."""
        return "/chat/completions" if self.chat else "/completions"

    def shown(self, text: str, longest: int) -> str:
        """Return a server's text for a message: printable, cut, and without the key, which the server may repeat."""
        if self.key is not None:
            # In JSON the key may contain backslashes, in a host it is in lower case.
            spelled = r"\\*".join(map(re.escape, self.key))
            text = re.sub(spelled, "(the key)", text, flags=re.IGNORECASE)
        escaped = ascii(text[: longest + 1])[1:-1]
        return escaped if len(escaped) <= longest else f"{escaped[:longest]}..."


def read_address(target: str) -> Address:
    """Parse the address that a user typed, without a route's name at its end.

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
    return Address(secure, host, port, re.sub(r"(/chat)?/completions/*$", "", parts.path).rstrip("/"))


def bases(address: Address) -> list[Address]:
    """Return the bases that an address may mean, the likeliest first: with a version in the path, as servers have
    it, and unchanged.
    """
    if re.search(r"/v\d+$", address.path):
        return [address]
    versioned = attrs.evolve(address, path=f"{address.path}/v1")
    return [address, versioned] if address.path else [versioned, address]


def _is_host(host: str) -> bool:
    """Return whether it is an IP address or a name that can be looked up."""
    if ":" in host:
        return is_address(host)
    labels = host.removesuffix(".").split(".")
    return all(re.fullmatch(r"[\w-]{1,63}", label, re.ASCII) for label in labels)


def _without_secrets(target: str) -> str:
    """Return an address without parts that may hold a password: before an @, and after a ? or #."""
    without_user = re.sub(r"^([a-z+.-]*://)?.*@", r"\1...@", target, flags=re.IGNORECASE)
    return re.split("[?#]", without_user)[0][:100]


def _key(name: str) -> str:
    """Return the key in an environment variable."""
    if re.fullmatch(r"[A-Z_][A-Z0-9_]{0,63}", name, re.ASCII) is None:
        # The value is not shown: a user who mistakes the option gives the key itself.
        way_out = "as in key_env=OPENAI_API_KEY, and set it to the key"
        raise EngineError(f"key_env must name an environment variable in capitals, got something else: {way_out}")
    key = os.environ.get(name, "")
    if not key:
        state = "is empty" if name in os.environ else "is not set"
        raise EngineError(f"key_env must name an environment variable that holds a key, got {name}, which {state}")
    if re.fullmatch(r"[!-~]+", key) is None:
        raise EngineError(
            f"the key in {name} must be printable ASCII without spaces, got another character: set it again, "
            "perhaps without a newline at its end"
        )
    return key


def _checked_model(model: str | None) -> str | None:
    if model == "":
        raise EngineError(
            "model must be a name that the server knows, got an empty one: leave it out if the server has only one"
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


def _checked_stop(stop: list[str] | str | None) -> tuple[str, ...]:
    texts = [] if stop is None else [stop] if isinstance(stop, str) else stop
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        way_out = f"{OPTION} stop=TEXT, or leave it out"
        raise EngineError(f"stop must be texts of one character or more, got {ascii(stop)[:100]}: {way_out}")
    return tuple(texts)


def _checked_append(append: str | None) -> str | None:
    if append is not None and (not isinstance(append, str) or len(append) > 100):
        way_out = f"{OPTION} append=TEXT, or leave it out"
        raise EngineError(f"append must be a text of at most 100 characters, got {ascii(append)[:100]}: {way_out}")
    return append


def settings_of(
    target: str,
    *,
    model: str | None,
    key_env: str | None,
    max_new: int,
    stop: list[str] | str | None,
    timeout: float,
    chat: bool = False,
    batch: int | None = None,
    cuts: bool | None = None,
    append: str | None = None,
) -> ServerSettings:
    """Check the user's settings, and add the proxy that the environment names.

    Raises:
        EngineError: a setting is invalid.
    """
    address = read_address(target)
    return ServerSettings(
        address=address,
        model=_checked_model(model),
        key_env=key_env,
        key=None if key_env is None else _key(key_env),
        max_new=_checked_count("max_new", max_new, 100_000),
        stop=_checked_stop(stop),
        batch=None if batch is None else _checked_count("batch", batch, 4096),
        timeout=_checked_timeout(timeout),
        chat=chat,
        cuts=cuts,
        append=_checked_append(append),
        proxy=proxy_to(address.host, address.port, secure=address.secure),
    )
