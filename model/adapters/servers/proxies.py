"""The proxy that the environment names, as other programs read it: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
`NO_PROXY`, in capitals or not. Addresses of this machine are never reached through a proxy.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

import attrs

from turncheck.engine.learned import EngineError


@attrs.frozen
class Proxy:
    """A proxy, contacted over plain HTTP.

    Attributes:
        variable: the environment variable that names it.
        credentials: the value of the header `Proxy-Authorization`; None without credentials.
    """

    variable: str
    host: str
    port: int
    credentials: str | None = attrs.field(default=None, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port} of {self.variable}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request to the proxy itself."""
        return {} if self.credentials is None else {"Proxy-Authorization": self.credentials}


def proxy_to(host: str, port: int, *, secure: bool) -> Proxy | None:
    """Return the proxy for a host; None for a direct connection.

    Raises:
        EngineError: the variable names no usable proxy.
    """
    if is_loopback(host):
        return None
    named = getproxies_environment()
    scheme = next((scheme for scheme in ("https" if secure else "http", "all") if named.get(scheme)), None)
    if scheme is None or _is_left_out(host, port, named.get("no", "")):
        return None
    return _read(f"{scheme.upper()}_PROXY", named[scheme])


def _is_left_out(host: str, port: int, names: str) -> bool:
    """Return whether NO_PROXY covers a host: all hosts, the host itself, a domain above it, or a network that
    contains it; with the port or without.
    """
    for name in names.split(","):
        wanted = name.strip().lower().strip("[]").removeprefix("*.").removeprefix(".")
        if wanted == "*" or _is_in_net(host, wanted):
            return True
        for known in (host.lower(), f"{host.lower()}:{port}", f"[{host.lower()}]:{port}"):
            if wanted and (known == wanted or known.endswith(f".{wanted}")):
                return True
    return False


def _is_in_net(host: str, net: str) -> bool:
    """Return whether a host is an IP address in a network such as 10.0.0.0/8."""
    if "/" not in net or not is_address(host):
        return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(net, strict=False)
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by name or address."""
    if is_address(host):
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    return re.fullmatch(r"(.*\.)?localhost\.?", host, re.IGNORECASE) is not None


def is_address(host: str) -> bool:
    """Return whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _read(variable: str, typed: str) -> Proxy:
    """Parse a proxy as a variable names it; its scheme may be left out."""
    way_out = f"as in {variable}=http://127.0.0.1:3128, or name the host in NO_PROXY"
    scheme, parted, rest = typed.rpartition("://")
    if parted and scheme.lower() != "http":
        shown = re.sub(r"[^a-z0-9+.-]", "?", scheme.lower())[:20]
        raise EngineError(f"{variable} must name a proxy that speaks http, got one of {shown}://: {way_out}")
    try:
        parts = urlsplit(f"http://{rest}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if not host or re.fullmatch(r"[!-~]+", host) is None:
        # The value is not shown, because it may contain a password.
        raise EngineError(f"{variable} must name the host and the port of a proxy, got something else: {way_out}")
    if parts.username is None:
        return Proxy(variable, host, port)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(variable, host, port, f"Basic {base64.b64encode(pair.encode()).decode()}")
