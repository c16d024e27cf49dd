"""The wire to an endpoint: one connection, kept open, with one deadline for each request.

Requests go to the address that was named and nowhere else: no proxy is asked and no redirect is followed.
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
from turncheck.model.adapters.address import OPTION, Address, EndpointError, ServerSettings

LARGEST = 64 * 2**20
"""Bytes of an answer that are read; a server that sends more is not read to its end."""


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


def explained(
    error: OSError | http.client.HTTPException, bitten: bool, settings: ServerSettings
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
