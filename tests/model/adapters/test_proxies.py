"""Proxies: which one is used, what it is sent, and the error if it does not work."""

import base64
import threading
from contextlib import closing, contextmanager, suppress

import pytest

from tests.model.adapters.servers import Reply, Ways, serving, unused_port
from tests.model.adapters.tiny_llama import DIGITS, PROMPTS
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.servers import wire
from turncheck.model.adapters.servers.endpoint import endpoint
from turncheck.model.adapters.servers.proxies import Proxy, is_loopback, proxy_to

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
RIGHT = Ways(DIGITS.resolve_text, length=5, route="http://model.example:80/v1/completions")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in (*NAMES, "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("named", "host", "secure", "proxy"),
    [
        ({}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p:3128"}, "a.example", False, Proxy("HTTP_PROXY", "p", 3128)),
        ({"http_proxy": "http://p:3128/"}, "a.example", False, Proxy("HTTP_PROXY", "p", 3128)),
        ({"HTTP_PROXY": "http://p:3128"}, "a.example", True, None),
        ({"HTTPS_PROXY": "http://p"}, "a.example", True, Proxy("HTTPS_PROXY", "p", 80)),
        ({"HTTPS_PROXY": "p:3128"}, "a.example", True, Proxy("HTTPS_PROXY", "p", 3128)),
        ({"ALL_PROXY": "http://[::1]:8"}, "a.example", True, Proxy("ALL_PROXY", "::1", 8)),
        ({"HTTP_PROXY": "http://p", "ALL_PROXY": "http://q"}, "a.example", False, Proxy("HTTP_PROXY", "p", 80)),
        ({"HTTP_PROXY": "", "ALL_PROXY": "http://q"}, "a.example", False, Proxy("ALL_PROXY", "q", 80)),
        ({"HTTP_PROXY": "http://p", "REQUEST_METHOD": "GET"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "b.example, a.example"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": ".example"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "example"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "*"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "A.EXAMPLE:8000"}, "a.example", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "a.example:9"}, "a.example", False, Proxy("HTTP_PROXY", "p", 80)),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "ample"}, "a.example", False, Proxy("HTTP_PROXY", "p", 80)),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "[fd00::1]"}, "fd00::1", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "fd00::1"}, "fd00::1", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "192.168.0.0/16,10.0.0.0/8"}, "10.0.0.1", False, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "192.168.0.0/16"}, "10.0.0.1", False, Proxy("HTTP_PROXY", "p", 80)),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "a/b,10.0.0.0/8"}, "a.example", False, Proxy("HTTP_PROXY", "p", 80)),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": ""}, "10.0.0.1", False, Proxy("HTTP_PROXY", "p", 80)),
    ],
)
def test_the_environment_names_a_proxy(monkeypatch, named, host, secure, proxy):
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert proxy_to(host, 8000, secure=secure) == proxy


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::"]
)
@pytest.mark.parametrize("secure", [False, True])
def test_what_is_on_this_machine_is_asked_through_no_proxy(monkeypatch, host, secure):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://p:3128")
    assert is_loopback(host)
    assert proxy_to(host, 80, secure=secure) is None


@pytest.mark.parametrize("host", ["localhost.example", "notlocalhost", "128.0.0.1", "::2", "10.0.0.1"])
def test_other_hosts_are_not_on_this_machine(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("socks5://p:1080", ("HTTP_PROXY must name a proxy that speaks http, got one of socks5://: "
                             "as in HTTP_PROXY=http://127.0.0.1:3128, or name the host in NO_PROXY")),
        ("https://p", ("HTTP_PROXY must name a proxy that speaks http, got one of https://: "
                       "as in HTTP_PROXY=http://127.0.0.1:3128, or name the host in NO_PROXY")),
        ("http://user:secret@p:x", ("HTTP_PROXY must name the host and the port of a proxy, got something else: "
                                    "as in HTTP_PROXY=http://127.0.0.1:3128, or name the host in NO_PROXY")),
        ("http://", ("HTTP_PROXY must name the host and the port of a proxy, got something else: "
                     "as in HTTP_PROXY=http://127.0.0.1:3128, or name the host in NO_PROXY")),
        ("http://\x1b[31m", ("HTTP_PROXY must name the host and the port of a proxy, got something else: "
                            "as in HTTP_PROXY=http://127.0.0.1:3128, or name the host in NO_PROXY")),
    ],
)  # fmt: skip
def test_a_proxy_that_cannot_be_spoken_to_is_refused(monkeypatch, value, message):
    monkeypatch.setenv("HTTP_PROXY", value)
    with pytest.raises(EngineError) as caught:
        endpoint("http://model.example/v1", domain=DIGITS)
    assert str(caught.value) == message


def test_a_proxy_is_told_the_whole_address_and_the_key_and_its_own_password(monkeypatch):
    monkeypatch.setenv("A_KEY", "sk-secret")
    with serving(RIGHT) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:pass%20word@127.0.0.1:{proxy.server_port}")
        with closing(endpoint("http://model.example/v1", domain=DIGITS, key_env="A_KEY")) as engine:
            assert engine.predict(PROMPTS[:3]) == [DIGITS.resolve_text(prompt) for prompt in PROMPTS[:3]]
            assert engine.findings()[0] == (
                f"it is asked through the proxy http://127.0.0.1:{proxy.server_port} of HTTP_PROXY"
            )
            assert "secret" not in repr(engine.settings)
            assert "pass" not in repr(engine.settings)
        request = proxy.requests[-1]
    assert request.path == "http://model.example:80/v1/completions"
    assert request.headers["Host"] == "model.example:80"
    assert request.headers["Authorization"] == "Bearer sk-secret"
    pair = base64.b64encode(b"me:pass word").decode()
    assert request.headers["Proxy-Authorization"] == f"Basic {pair}"


@contextmanager
def proxy(answer):
    """A proxy that notes what each connection begins with, and answers so."""
    heard = []
    with wire.socket.create_server(("127.0.0.1", 0)) as listening:

        def talk():
            while True:
                try:
                    connected, _ = listening.accept()
                except OSError:
                    return
                with connected, suppress(OSError):
                    heard.append(connected.recv(65536))
                    connected.sendall(answer)
                    if b" 200 " in answer:
                        heard.append(connected.recv(65536))

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            listening.shutdown(wire.socket.SHUT_RDWR)
            thread.join()


def test_through_a_tunnel_tls_is_spoken_with_the_address_itself(monkeypatch):
    with proxy(b"HTTP/1.1 200 Connection established\r\n\r\n") as (port, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:word@127.0.0.1:{port}")
        with pytest.raises(EngineError):
            endpoint("https://model.example/v1", domain=DIGITS)
    asked, hello = heard[:2]
    pair = base64.b64encode(b"me:word").decode()
    assert asked.decode().split("\r\n") == [
        "CONNECT model.example:443 HTTP/1.1",
        "Host: model.example:443",
        f"Proxy-Authorization: Basic {pair}",
        "",
        "",
    ]
    assert hello[:1] == b"\x16"  # the first byte of a TLS handshake
    assert b"model.example" in hello


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
         "the proxy PROXY requires a user name and a password (407): as in HTTPS_PROXY=http://USER:PASSWORD@HOST"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n",
         "the proxy PROXY does not connect to https://model.example:443/v1 (403); NO_PROXY=model.example bypasses it"),
        (b"220 mail\r\n",
         ("https://model.example:443/v1 does not answer in HTTP: is it an https:// address, or another program's "
          "port?")),
    ],
)  # fmt: skip
def test_a_proxy_that_does_not_lead_on_is_told(monkeypatch, answer, said):
    with proxy(answer) as (port, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(EngineError) as caught:
            endpoint("https://model.example/v1", domain=DIGITS)
    assert str(caught.value) == said.replace(
        "PROXY requires", f"http://127.0.0.1:{port} of HTTPS_PROXY requires"
    ).replace("PROXY does", f"http://127.0.0.1:{port} of HTTPS_PROXY does")


def test_a_proxy_that_wants_a_password_is_told_where_there_is_no_tunnel(monkeypatch):
    with serving(lambda request: Reply(b"", 407)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.server_port}")
        with pytest.raises(EngineError) as caught:
            endpoint("http://model.example/v1", domain=DIGITS)
        shown = f"http://127.0.0.1:{proxy.server_port} of HTTP_PROXY"
    way_out = "as in HTTP_PROXY=http://USER:PASSWORD@HOST"
    assert str(caught.value) == f"the proxy {shown} requires a user name and a password (407): {way_out}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_not_the_server(monkeypatch, scheme):
    port = unused_port()
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{port}")
    with pytest.raises(EngineError) as caught:
        endpoint(f"{scheme}://model.example/v1", domain=DIGITS)
    assert str(caught.value) == (
        f"the proxy http://127.0.0.1:{port} of ALL_PROXY refuses connections: is it running? "
        "NO_PROXY=model.example bypasses it"
    )
