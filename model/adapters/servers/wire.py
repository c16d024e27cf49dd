"""The connection to an endpoint: one connection, kept open, with one deadline per request.

Requests go to the address that the user named, through the proxy that the environment names for it. No redirect is
followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType

import attrs

from turncheck.engine.learned import UnavailableError
from turncheck.model.adapters.servers.address import OPTION, Address, EndpointError, ServerSettings
from turncheck.model.adapters.servers.proxies import Proxy

LARGEST = 64 * 2**20
"""Most bytes of a reply that are read, whatever was requested."""


@attrs.frozen
class Reply:
    """A reply.

    Attributes:
        location: the target of a redirect.
        retry_after: the header of that name.
    """

    status: int
    content: bytes = attrs.field(repr=False)
    location: str = ""
    retry_after: str = ""


class EndlessError(Exception):
    """A server sends more than the request can need.

    Attributes:
        most: the number of bytes that were read.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class ProxyError(Exception):
    """A proxy does not connect to the address.

    Attributes:
        status: its status.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Watchdog:
    """Ends a connection when the time is up. A server that sends byte by byte would never exceed a socket's own
    timeout.
    """

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
        """Return the seconds before the time is up, never 0: a socket would not wait at all."""
        return max(self._end - time.monotonic(), 0.001)

    def watch(self, connected: socket.socket) -> None:
        """Set the connection to end."""
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
    """The connection to an address, kept open between requests."""

    def __init__(self, address: Address, proxy: Proxy | None = None) -> None:
        self._address, self._proxy = address, proxy
        self._connection: http.client.HTTPConnection | None = None
        self._handle: socket.socket | None = None

    def get(self, path: str, headers: Mapping[str, str], watchdog: Watchdog, most: int = LARGEST) -> Reply:
        """Send a GET request; raises what `post` raises."""
        return self._asked("GET", path, None, headers, watchdog, most)

    def post(
        self, path: str, body: bytes, headers: Mapping[str, str], watchdog: Watchdog, most: int = LARGEST
    ) -> Reply:
        """Send a POST request and return the reply.

        Raises:
            EndlessError: the reply has more than `most` bytes.
            ProxyError: the proxy does not connect to the address.
            OSError, http.client.HTTPException: the reply is missing, incomplete or not HTTP.
        """
        return self._asked("POST", path, body, headers, watchdog, most)

    def close(self) -> None:
        """Close the connection, if there is one."""
        connection, handle = self._connection, self._handle
        self._connection = self._handle = None
        if connection is not None:
            connection.close()
        if handle is not None:
            handle.close()

    def _asked(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], watchdog: Watchdog, most: int
    ) -> Reply:
        try:
            reply = _read(self._sent(method, path, body, headers, watchdog), min(most, LARGEST))
            if watchdog.bitten:
                raise TimeoutError  # the reply may be incomplete
        except BaseException:
            self.close()  # the rest of an answer must not be read as the next one
            raise
        return reply

    def _sent(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], watchdog: Watchdog
    ) -> http.client.HTTPResponse:
        """Return the start of the reply, over the old connection unless the server has closed it meanwhile."""
        if self._connection is not None and self._connection.sock is not None and self._handle is not None:
            watchdog.watch(self._handle)
            self._connection.sock.settimeout(watchdog.left())
            try:
                return self._begun(self._connection, method, path, body, headers)
            except (ConnectionError, ssl.SSLEOFError):
                if watchdog.bitten:
                    raise
        self.close()
        return self._begun(self._opened(watchdog), method, path, body, headers)

    def _begun(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        target, given = self._address.path + path, dict(headers)
        if self._proxy is not None and not self._address.secure:  # it is told where to go, else there is a tunnel
            target, given = f"{self._address}{path}", {**given, **self._proxy.headers}
        connection.request(method, target, body, given)
        return connection.getresponse()

    def _opened(self, watchdog: Watchdog) -> http.client.HTTPConnection:
        host, port = self._address.host, self._address.port
        connected = _connected(self._proxy or self._address, watchdog)
        try:
            # Shutting down this duplicate ends the connection at any time, even during a TLS handshake.
            self._handle = connected.dup()
            watchdog.watch(self._handle)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(watchdog.left())
            if self._address.secure:
                if self._proxy is not None:
                    _lead_on(connected, self._address, self._proxy)
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


def _lead_on(connected: socket.socket, address: Address, proxy: Proxy) -> None:
    """Make the proxy open a tunnel to the address, through which TLS is spoken with the address itself.

    Raises:
        ProxyError: it opens none.
    """
    host = f"[{address.host}]" if ":" in address.host else address.host
    head = [f"CONNECT {host}:{address.port} HTTP/1.1", f"Host: {host}:{address.port}"]
    head += [f"{name}: {value}" for name, value in proxy.headers.items()]
    connected.sendall(("\r\n".join(head) + "\r\n\r\n").encode("ascii"))
    with http.client.HTTPResponse(connected, method="CONNECT") as response:
        response.begin()
        if response.status != 200:
            raise ProxyError(response.status)


def _connected(end: Address | Proxy, watchdog: Watchdog) -> socket.socket:
    """Return a socket connected to the first of the host's addresses that accepts, all tried within one time limit."""
    fault = OSError("the host has no address")
    for family, kind, protocol, _, place in socket.getaddrinfo(end.host, end.port, type=socket.SOCK_STREAM):
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


def _read(response: http.client.HTTPResponse, most: int) -> Reply:
    """Return the whole reply."""
    with response:
        content = response.read(most + 1)
        if len(content) > most:
            raise EndlessError(most)
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        location, retry_after = response.getheader("Location", ""), response.getheader("Retry-After", "")
        return Reply(response.status, content, location, retry_after)


FAULTS = (OSError, http.client.HTTPException, EndlessError, ProxyError)
"""The errors that `explained` handles."""


def explained(error: Exception, bitten: bool, settings: ServerSettings) -> UnavailableError | EndpointError:
    """Return the error that says why there is no reply."""
    address = settings.address
    if isinstance(error, EndlessError):
        # A model that never ends counts as unavailable: after several of these in a row it is not asked any more.
        way_out = f"limit the answers with {OPTION} max_new=NUMBER; if the server ignores that, fix the server"
        return UnavailableError(f"{address} gave more than {error.most} bytes for one request; {way_out}")
    if bitten or isinstance(error, TimeoutError):
        way_out = f"{OPTION} timeout=SECONDS gives it more time"
        return UnavailableError(f"{address} took longer than {settings.timeout:g} s; {way_out}")
    if settings.proxy is not None and (fault := _proxy_fault(error, settings.proxy, address)):
        return UnavailableError(fault)
    if isinstance(error, ConnectionRefusedError):
        return UnavailableError(f"{address} refuses connections: is the server running?")
    if isinstance(error, socket.gaierror):
        return UnavailableError(f"{address} cannot be found: the host {address.host} is unknown")
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = settings.shown(error.verify_message, 100)
        return UnavailableError(f"{address} has a certificate that this system does not trust: {reason}")
    if isinstance(error, ssl.SSLError):
        reason = settings.shown(str(error.reason), 60)
        return UnavailableError(f"{address} cannot be reached over TLS ({reason}): is it an http:// address?")
    if isinstance(error, OSError | http.client.IncompleteRead):
        reason = settings.shown((isinstance(error, OSError) and error.strerror) or "it was closed", 60)
        return UnavailableError(f"the connection to {address} broke: {reason}")
    return EndpointError(f"{address} does not answer in HTTP: is it an https:// address, or another program's port?")


def _proxy_fault(error: Exception, proxy: Proxy, address: Address) -> str:
    """Return what is wrong with the proxy; empty if the proxy is not the cause."""
    way_out = f"NO_PROXY={address.host} bypasses it"
    if isinstance(error, ProxyError) and error.status == 407:
        return f"the proxy {proxy} requires a user name and a password (407): as in {proxy.variable}=http://USER:PASSWORD@HOST"
    if isinstance(error, ProxyError):
        return f"the proxy {proxy} does not connect to {address} ({error.status}); {way_out}"
    if isinstance(error, ConnectionRefusedError):
        return f"the proxy {proxy} refuses connections: is it running? {way_out}"
    if isinstance(error, socket.gaierror):
        return f"the proxy {proxy} cannot be found: its host is unknown; {way_out}"
    return ""
