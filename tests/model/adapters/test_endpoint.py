"""Completions endpoints: requests, replies, verification, and every way in which a server may fail."""

import gc
import json
import re
import ssl
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
import pytest

from tests.model.adapters.servers import (
    END,
    Reply,
    Scoring,
    completions,
    serving,
    talking,
    tokens_of,
    truth,
    unused_port,
)
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.engine.learned import EngineError, UnavailableError, Verdict, Verifier, answers
from turncheck.model.adapters.servers import asking, wire
from turncheck.model.adapters.servers import endpoint as module
from turncheck.model.adapters.servers.address import Address, EndpointError, read_address
from turncheck.model.adapters.servers.endpoint import EndpointEngine, VerifyingEndpointEngine
from turncheck.model.adapters.servers.wire import Watchdog
from turncheck.properties.checking.subject import Subject

EXAMPLE = Path(__file__).parents[3] / "examples" / "openai" / "server.py"

NEUTRAL = write(Turn())


def endpoint(target, **options):
    return module.endpoint(target, domain=DOMAIN, **options)


PROMPTS = [NEUTRAL.replace("turn 01", f"turn {turn:02}") for turn in range(1, 6)]
ANSWERS = [resolve_text(prompt) for prompt in PROMPTS]

KEY = "sk-Very/Secret=12345"


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("TESTED_KEY", KEY)
    return "TESTED_KEY"


@contextmanager
def asked(behaviour=truth, **options):
    """An engine and its server, of which nothing was found out."""
    with serving(behaviour) as server, closing(endpoint(server.base, **{"probe": False, **options})) as engine:
        yield engine, server


def always(reply):
    return lambda request: reply


def fault_of(behaviour, prompts=PROMPTS[:1], kind=EndpointError, **options):
    """What an engine says of a server of that behaviour, its base address written BASE."""
    with asked(behaviour, **options) as (engine, server):
        with pytest.raises(kind) as caught:
            engine.predict(prompts)
        return str(caught.value).replace(server.base, "BASE")


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_the_truth_comes_through():
    with asked() as (engine, _):
        assert engine.predict(PROMPTS) == ANSWERS
        assert type(engine) is EndpointEngine


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (16, [5])])
def test_prompts_go_in_batches_of_the_size_that_was_asked_for(batch, sizes):
    with asked(batch=batch) as (engine, server):
        assert engine.predict(PROMPTS) == ANSWERS
        assert [len(request.prompts) for request in server.requests] == sizes
        assert [prompt for request in server.requests for prompt in request.prompts] == PROMPTS


def test_nothing_to_ask_is_no_request():
    with asked() as (engine, server):
        assert engine.predict([]) == []
        assert server.requests == []


PLAINEST = {"max_tokens": 512, "temperature": 0, "n": 1, "stream": False}


@pytest.mark.parametrize(
    ("options", "prompts", "body"),
    [
        ({}, PROMPTS[:1], {"prompt": PROMPTS[0], **PLAINEST}),
        ({}, PROMPTS[:2], {"prompt": PROMPTS[:2], **PLAINEST}),
        (
            {"model": "duel", "max_new": 7, "stop": ["\n\n", "###"]},
            PROMPTS[:1],
            {"prompt": PROMPTS[0], **PLAINEST, "max_tokens": 7, "model": "duel", "stop": ["\n\n", "###"]},
        ),
        ({"stop": []}, ["\ud800\x00\u202e"], {"prompt": "\ud800\x00\u202e", **PLAINEST}),
    ],
    ids=["one prompt is a plain text", "more are a list", "all options", "odd characters"],
)
def test_the_body_of_a_request_asks_for_greedy_completions(options, prompts, body):
    with asked(**options) as (engine, server):
        engine.predict(prompts)
        assert [request.body for request in server.requests] == [body]


def test_the_headers_of_a_request_have_no_key_where_none_is_named():
    with asked() as (engine, server):
        engine.predict(PROMPTS[:1])
        [request] = server.requests
        assert request.path == "/v1/completions"
        assert request.headers == {
            "Host": server.base.removeprefix("http://").removesuffix("/v1"),
            "Accept-Encoding": "identity",
            "Content-Length": request.headers["Content-Length"],
            "Content-Type": "application/json",
            "Accept": "application/json",
        }


def test_a_key_comes_from_the_environment_and_goes_along(key):
    with asked(key_env=key) as (engine, server):
        engine.predict(PROMPTS[:1])
        [request] = server.requests
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        assert KEY not in json.dumps(request.body)


def test_a_key_in_the_environment_that_nobody_named_is_not_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with asked() as (engine, server):
        engine.predict(PROMPTS[:1])
        assert "Authorization" not in server.requests[0].headers


def test_no_proxy_is_asked(monkeypatch):
    with serving() as proxy, asked() as (engine, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.base)
        assert engine.predict(PROMPTS) == ANSWERS
        assert proxy.requests == []


def test_a_slash_at_the_end_of_the_address_changes_nothing():
    with serving() as server, closing(endpoint(f"{server.base}/")) as engine:
        assert engine.predict(PROMPTS) == ANSWERS
        assert {request.path for request in server.requests} == {"/v1/models", "/v1/completions"}


# --- the connection --------------------------------------------------------------------------------------------------


def test_one_connection_serves_all_requests():
    with asked(batch=1) as (engine, server):
        engine.predict(PROMPTS)
        engine.predict(PROMPTS)
        assert (len(server.requests), len({request.peer for request in server.requests})) == (10, 1)


def test_a_connection_that_the_server_closed_meanwhile_is_opened_again():
    with asked(lambda request: Reply(truth(request).content, hangs_up=True), batch=1) as (engine, server):
        assert engine.predict(PROMPTS) == ANSWERS
        assert (len(server.requests), len({request.peer for request in server.requests})) == (5, 5)


def test_a_connection_that_the_server_says_it_closes_is_opened_again():
    with asked(lambda request: Reply(truth(request).content, headers={"Connection": "close"}), batch=1) as (engine, _):
        assert engine.predict(PROMPTS) == ANSWERS


def test_an_engine_that_was_closed_opens_another_connection():
    with asked() as (engine, server):
        engine.predict(PROMPTS[:1])
        engine.close()
        assert engine.predict(PROMPTS[:1]) == ANSWERS[:1]
        assert len({request.peer for request in server.requests}) == 2


def test_an_engine_that_nobody_closed_leaves_no_socket_and_no_thread():
    with serving() as server:
        engine = endpoint(server.base)
        engine.predict(PROMPTS)
        assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
        del engine
        gc.collect()  # a socket left open warns here, and warnings are errors


def test_a_request_that_was_interrupted_leaves_nothing_for_the_next_one():
    class Interrupted(BaseException):
        pass

    with asked() as (engine, _):
        read = wire._read

        def interrupted(response, most):
            raise Interrupted

        wire._read = interrupted
        try:
            with pytest.raises(Interrupted):
                engine.predict(PROMPTS[:1])
        finally:
            wire._read = read
        assert engine.predict(PROMPTS[1:]) == ANSWERS[1:]


# --- what comes back -------------------------------------------------------------------------------------------------


def indexed(*indices):
    """Answers that name their place: the i-th sent stands for prompt `indices[i]`."""
    return {"choices": [{"index": index, "text": f"text {at}"} for at, index in enumerate(indices)]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (indexed(0, 1, 2), ["text 0", "text 1", "text 2"]),
        (indexed(2, 0, 1), ["text 1", "text 2", "text 0"]),
        (indexed(0, 0, 0), ["text 0", "text 1", "text 2"]),
        (indexed(3, 2, 1), ["text 0", "text 1", "text 2"]),
        (indexed(2, 1, False), ["text 0", "text 1", "text 2"]),
        (indexed(2, None, 0), ["text 0", "text 1", "text 2"]),
        ({"choices": [{"text": "c"}, {"text": "b"}, {"text": "a"}]}, ["c", "b", "a"]),
    ],
    ids=["in order", "out of order", "all the same", "from 1", "a truth value", "one without", "none"],
)
def test_answers_stand_in_the_order_of_their_indices_where_these_number_them(content, expected):
    with asked(always(Reply(content))) as (engine, _):
        assert engine.predict(PROMPTS[:3]) == expected


def test_an_answer_may_be_any_text():
    with asked(always(Reply(completions("\ud800\x1b[31m\u202e")))) as (engine, _):
        assert engine.predict(PROMPTS[:1]) == ["\ud800\x1b[31m\u202e"]


def test_an_answer_may_come_in_chunks():
    content = json.dumps(completions("text")).encode()
    chunked = b"5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (content[:5], len(content) - 5, content[5:])
    with asked(always(Reply(chunked, headers={"Transfer-Encoding": "chunked"})), batch=1) as (engine, server):
        assert engine.predict(PROMPTS[:2]) == ["text", "text"]
        assert len({request.peer for request in server.requests}) == 1


BASE_AGAIN = "; is BASE the base that /completions is appended to?"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"it gave no JSON, but nothing{BASE_AGAIN}"),
        (b'{"choices": [', f'it gave no JSON, but {{"choices": [{BASE_AGAIN}'),
        (
            b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>It works!",
            f"it gave no JSON, but <!DOCTYPE html>\\n<html><head><title>Welcome</title></head><b...{BASE_AGAIN}",
        ),
        (b"\x1b[31m\xff", f"it gave no JSON, but \\x1b[31m\\\\xff{BASE_AGAIN}"),
        (b"[" * 100_000, f"it gave no JSON, but {'[' * 60}...{BASE_AGAIN}"),
        ([], "it gave no list of choices, but []"),
        ({"response": "text"}, 'it gave no list of choices, but {"response": "text"}'),
        ({"choices": {"text": "a"}}, 'it gave no list of choices, but {"choices": {"text": "a"}}'),
        ({"choices": ["text"]}, 'it gave no list of choices, but {"choices": ["text"]}'),
        ({"choices": [{"text": 1}]}, "it gave a choice whose text is no text, but int"),
        ({"choices": [{"text": None}]}, ("it gave a choice whose text is no text, but NoneType: for a server of chat "
                                         "completions, use openai-chat:URL")),
        ({"choices": [{"message": {}}]}, ("it gave a chat message and no text: for a server of chat completions, use "
                                       "openai-chat:URL")),
        (completions("a", "b"), "it gave 2 answers for 1 prompts"),
        (completions(), ("it gave 0 answers for 1 prompts; a server that accepts one prompt per request needs "
                        "--turncheck-model-arg batch=1")),
    ],
    ids=["nothing", "half", "html", "control characters", "deep", "list", "no choices", "one choice", "texts", "number",
         "null", "chat", "more", "none"],
)  # fmt: skip
def test_what_is_no_completion_is_refused(content, message):
    assert fault_of(always(Reply(content))) == message


def test_a_server_that_takes_one_prompt_a_request_is_told_apart():
    def first_alone(request):
        return Reply(completions(resolve_text(request.prompts[0])))

    way_out = "a server that accepts one prompt per request needs --turncheck-model-arg batch=1"
    assert fault_of(first_alone, PROMPTS[:2]) == f"it gave 1 answers for 2 prompts; {way_out}"
    with asked(first_alone, batch=1) as (engine, _):
        assert engine.predict(PROMPTS) == ANSWERS


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_an_answer_is_read_up_to_a_size(monkeypatch, drift):
    content = json.dumps(completions("x" * 1000)).encode()
    monkeypatch.setattr(wire, "LARGEST", len(content) + drift)
    if drift >= 0:
        with asked(always(Reply(content))) as (engine, _):
            assert engine.predict(PROMPTS[:1]) == ["x" * 1000]
    else:
        message = fault_of(always(Reply(content)), kind=UnavailableError)
        assert message == f"BASE gave more than {len(content) - 1} bytes for one request; {SO_MUCH}"


SO_MUCH = "limit the answers with --turncheck-model-arg max_new=NUMBER; if the server ignores that, fix the server"


@pytest.mark.parametrize("max_new", [1, 64])
def test_of_an_answer_no_more_is_read_than_the_tokens_that_were_asked_for_can_take(monkeypatch, max_new):
    monkeypatch.setattr(asking, "BYTES_AROUND", 10_000)
    longest = 10_000 + 1024 * max_new
    with asked(max_new=max_new) as (engine, server):
        server.behaviour = always(Reply(completions("x" * (longest - 100))))
        assert engine.predict(PROMPTS[:1]) == ["x" * (longest - 100)]
        server.behaviour = always(Reply(completions("x" * (longest + 100_000))))
        with pytest.raises(UnavailableError, match="gave more than"):
            engine.predict(PROMPTS[:1])


ENDLESS = Reply(b'{"choices": [{"text": "' + b"x" * 65536, endless=True)
"""What never comes to an end."""


def test_a_body_without_end_is_not_read_for_every_half_of_a_batch():
    prompts = [NEUTRAL.replace("turn 01", f"turn {turn:02}") for turn in range(1, 41)]
    with serving(always(ENDLESS)) as server, closing(endpoint(server.base, probe=False, max_new=64)) as engine:
        subject = Subject("endless", "openai", engine, DOMAIN)
        assert subject.ask(prompts) == [""] * 40
        assert len(server.requests) < 20
        assert server.sent < 200 * 2**20  # for each half anew it is gigabytes
        assert "gave more than" in subject.faults[prompts[0]]
        assert subject.faults[prompts[-1]].startswith("skipped, because 5 prompts in a row")


def test_a_server_without_end_is_refused_at_the_start():
    with serving(always(ENDLESS)) as server, pytest.raises(EngineError, match="gave more than"):
        endpoint(server.base)


# --- what a status says ----------------------------------------------------------------------------------------------

WANTS_MODEL = ", and perhaps it needs a name, --turncheck-model-arg model=NAME"
NO_KEY = "BASE requires a key: name the environment variable that holds it, --turncheck-model-arg key_env=NAME"
MUST_BE_BASE = (
    "the address must be the base that /completions is appended to; "
    "for a server that only has chat completions, use openai-chat:URL"
)


@pytest.mark.parametrize(
    ("status", "content", "message"),
    [
        (401, {"error": {"message": "no key"}}, f"{NO_KEY} (401)"),
        (403, b"", f"{NO_KEY} (403)"),
        (404, b"Not Found",
         f"BASE/completions does not exist (404): {MUST_BE_BASE}"),
        (405, b"",
         f"BASE/completions does not exist (405): {MUST_BE_BASE}"),
        (400, {"error": {"message": "no model\nwas named"}},
         f"BASE refuses the request (400){WANTS_MODEL}: no model\\nwas named"),
        (422, {"detail": "m" * 300}, f"BASE refuses the request (422): {'m' * 200}..."),
        (400, {"error": "a text"}, "BASE refuses the request (400): a text"),
        (400, {"message": "another"}, "BASE refuses the request (400): another"),
        (418, {"detail": [1]}, 'BASE refuses the request (418): {"detail": [1]}'),
        (400, b"\xffplain \x1b[2J", "BASE refuses the request (400): \\\\xffplain \\x1b[2J"),
        (201, b"made", "BASE refuses the request (201): made"),
        (400, b"", "BASE refuses the request (400): none"),
    ],
)  # fmt: skip
def test_a_status_that_would_be_the_same_again_says_the_way_out(status, content, message):
    assert fault_of(always(Reply(content, status))) == message


@pytest.mark.parametrize(
    ("status", "message", "fits"),
    [
        # vLLM, https://github.com/vllm-project/vllm/issues/3485
        (404, "The model `duel` does not exist.", True),
        # Ollama, https://github.com/netease-youdao/QAnything/issues/555 and its answer to a request without a model
        (404, 'model "duel" not found, try pulling it first', True),
        (400, "model is required", True),
        # FastAPI's words where a field is missing
        (422, '[{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]', True),
        # transformers serve
        (400, "Server is pinned to '/models/one'; requested 'two'. Which model?", True),
        (400, "prompt must be a string.", False),
        # vLLM, https://github.com/vllm-project/vllm/issues/20409
        (400, "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens", False),
        # llama-server
        (400, "request (6000 tokens) exceeds the available context size (256 tokens), try increasing it", False),
        (400, "[json.exception.parse_error.101] parse error at line 1, column 18", False),
        # Ollama, which reads a list of prompts as no text
        (400, "json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string", False),
    ],
)
def test_a_name_of_a_model_is_asked_for_only_where_the_message_is_about_one(status, message, fits):
    said = fault_of(always(Reply({"error": {"message": message}}, status)))
    assert said == f"BASE refuses the request ({status}){WANTS_MODEL if fits else ''}: {message}"
    named = fault_of(always(Reply({"error": {"message": message}}, status)), model="duel")
    assert named == said.replace("needs a name", "needs another name")


def test_a_key_that_is_refused_is_named_by_its_variable(key):
    message = fault_of(always(Reply(b"", 401)), key_env=key)
    way_out = "set it to another key, or name another variable, --turncheck-model-arg key_env=NAME"
    assert message == f"BASE refuses the key in TESTED_KEY: {way_out} (401)"


def test_a_server_that_fails_is_not_available():
    message = fault_of(always(Reply({"error": {"message": "out of memory"}}, 500)), kind=UnavailableError)
    assert message == "BASE failed (500): out of memory"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_busy_server_is_asked_again(status, times):
    def busy_at_first(request):
        busy = len(server.requests) <= times
        return Reply(b"", status, headers={"Retry-After": "0"}) if busy else truth(request)

    with asked() as (engine, server):
        server.behaviour = busy_at_first
        assert engine.predict(PROMPTS) == ANSWERS
        assert len(server.requests) == times + 1
        assert all(request == server.requests[0] for request in server.requests)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_always_busy_is_not_available(status):
    with asked() as (engine, server):
        server.behaviour = always(Reply({"error": "come back"}, status, headers={"Retry-After": "0"}))
        with pytest.raises(UnavailableError) as caught:
            engine.predict(PROMPTS)
        assert str(caught.value) == f"{server.base} is busy ({status}): come back"
        assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("named", "pauses"),
    [
        ("7", [7.0, 7.0, 7.0]),
        ("0", [0.0, 0.0, 0.0]),
        ("9999", [0.25, 0.5, 1.0]),
        ("Wed, 21 Oct 2026 07:28:00 GMT", [0.25, 0.5, 1.0]),
        ("-1", [0.25, 0.5, 1.0]),
        ("\u0664", [0.25, 0.5, 1.0]),
    ],
    ids=["seconds", "none", "too long", "date", "negative", "other digits"],
)
def test_a_busy_server_may_name_the_pause(monkeypatch, named, pauses):
    slept = []
    with asked() as (engine, server):
        server.behaviour = always(Reply(b"", 429, headers={"Retry-After": named.encode("utf-8").decode("latin-1")}))
        monkeypatch.setattr(asking.time, "sleep", slept.append)
        with pytest.raises(UnavailableError):
            engine.predict(PROMPTS)
        assert slept == pauses


def test_a_busy_server_is_not_waited_for_beyond_the_time(monkeypatch):
    monkeypatch.setattr(asking, "PAUSES", (0.05, 5.0, 5.0))
    with asked(timeout=0.5) as (engine, server):
        server.behaviour = always(Reply(b"", 429))
        started = time.monotonic()
        with pytest.raises(UnavailableError, match=r"is busy \(429\)"):
            engine.predict(PROMPTS)
        assert time.monotonic() - started < 2
        assert len(server.requests) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_other_server_hears_nothing(key, status):
    with serving() as other:
        moved = always(Reply(b"", status, headers={"Location": f"{other.base}/completions"}))
        message = fault_of(moved, key_env=key)
        assert other.requests == []
    way_out = "redirects are refused, because the key would be sent along: give the final address"
    assert message == f"BASE redirects ({status}) to 127.0.0.1; {way_out}"


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://user:password@other.example/v1", "other.example"),
        ("/v2/completions", "another path of it"),
        ("http://[::1", "an invalid address"),
    ],
    ids=["password", "same host", "broken"],
)
def test_a_redirect_names_the_host_alone(location, host):
    message = fault_of(always(Reply(b"", 302, headers={"Location": location})))
    assert message.startswith(f"BASE redirects (302) to {host}; ")


# --- what is not there -----------------------------------------------------------------------------------------------


def unavailable(target, **options):
    """What is said of an address at which nothing is: where it is to be found out how it is asked, and later."""
    with pytest.raises(EngineError) as at_once:
        endpoint(target, **options)
    with closing(endpoint(target, probe=False, **options)) as engine, pytest.raises(UnavailableError) as caught:
        engine.predict(PROMPTS[:1])
    assert str(at_once.value) == str(caught.value)
    return str(caught.value)


def test_a_port_on_which_nothing_listens_refuses():
    base = f"http://127.0.0.1:{unused_port()}/v1"
    assert unavailable(base) == f"{base} refuses connections: is the server running?"


def test_a_host_that_is_not_known_is_named(monkeypatch):
    def unknown(host, port, **options):
        raise wire.socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(wire.socket, "getaddrinfo", unknown)
    message = "http://no.example:80/v1 cannot be found: the host no.example is unknown"
    assert unavailable("http://no.example/v1") == message


@pytest.mark.parametrize(
    "reply",
    [
        Reply(completions("late"), delay=5),
        Reply(completions("x" * 1000), drip=0.05),
        Reply(b"", 429, headers={"Retry-After": "0"}, delay=0.2),
        Reply(b"4\r\n", headers={"Transfer-Encoding": "chunked"}, drip=0.05),
    ],
    ids=["slow", "dripping", "busy and slow", "half a chunk"],
)
@pytest.mark.parametrize("before", [[], PROMPTS[:1]], ids=["new connection", "kept connection"])
def test_a_request_that_takes_too_long_is_given_up(before, reply):
    with asked(timeout=0.3) as (engine, server):
        engine.predict(before)
        server.behaviour = always(reply)
        started = time.monotonic()
        with pytest.raises(UnavailableError) as caught:
            engine.predict(PROMPTS[:1])
        assert 0.25 < time.monotonic() - started < 1.5
        way_out = "--turncheck-model-arg timeout=SECONDS gives it more time"
        assert str(caught.value) == f"{server.base} took longer than 0.3 s; {way_out}"
        server.behaviour = truth
        assert engine.predict(PROMPTS) == ANSWERS


def test_an_answer_without_a_length_that_is_cut_by_the_time_is_not_taken_for_whole():
    endless = json.dumps(completions("text")).encode() + b" " * 1000
    # Neither a length nor chunks: such an answer ends where the connection does.
    reply = Reply(endless, headers={"Transfer-Encoding": "identity", "Connection": "close"}, drip=0.002)
    with asked(timeout=0.4) as (engine, server):
        server.behaviour = always(reply)
        with pytest.raises(UnavailableError, match=r"took longer than 0\.4 s"):
            engine.predict(PROMPTS[:1])


def test_a_connection_that_comes_when_the_time_is_up_is_ended_at_once():
    ours, theirs = wire.socket.socketpair()
    theirs.settimeout(1)
    with ours, theirs, Watchdog(0.01) as watchdog:
        watchdog._timer.join()
        watchdog.watch(ours)
        assert theirs.recv(1) == b""


@contextmanager
def silent():
    """A server that takes connections and says nothing."""
    ended = threading.Event()
    with wire.socket.create_server(("127.0.0.1", 0)) as listening:

        def talk():
            connections = []
            while not ended.is_set():
                connections.append(listening.accept()[0])
            for connected in connections:
                connected.close()

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            ended.set()
            wire.socket.create_connection(listening.getsockname()).close()
            thread.join()


def test_a_tls_handshake_that_never_ends_is_given_up():
    with silent() as base:
        secure = base.replace("http:", "https:")
        way_out = "--turncheck-model-arg timeout=SECONDS gives it more time"
        assert unavailable(secure, timeout=0.3) == f"{secure} took longer than 0.3 s; {way_out}"


def test_a_server_without_tls_is_told_apart():
    with talking(b"HTTP/1.0 400 Bad Request\r\n\r\n") as base:
        secure = base.replace("http:", "https:")
        message = unavailable(secure)
    pattern = rf"{re.escape(secure)} cannot be reached over TLS \([A-Z_]+\): is it an http:// address\?"
    assert re.fullmatch(pattern, message)


def test_a_certificate_that_is_not_trusted_is_named(monkeypatch):
    error = ssl.SSLCertVerificationError(1, "[SSL] raw")
    error.verify_message = "self-signed certificate"

    def untrusted(self, connected, server_hostname):
        raise error

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", untrusted)
    with talking(b"") as base:
        secure = base.replace("http:", "https:")
        reason = "has a certificate that this system does not trust: self-signed certificate"
        assert unavailable(secure) == f"{secure} {reason}"


def test_certificates_are_verified_against_the_host(monkeypatch):
    contexts = []

    def recorded(self, connected, server_hostname):
        contexts.append((self.verify_mode, self.check_hostname, server_hostname))
        raise ConnectionResetError

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", recorded)
    with talking(b"") as base:
        unavailable(base.replace("http:", "https:"))
    assert set(contexts) == {(ssl.CERT_REQUIRED, True, "127.0.0.1")}


def test_an_answer_that_breaks_off_is_no_answer():
    message = fault_of(always(Reply(completions("text"), cut=10)), kind=UnavailableError)
    assert message == "the connection to BASE broke: it was closed"


def test_a_program_that_is_no_web_server_is_told_apart():
    with talking(b"220 mail\r\n") as base, pytest.raises(EndpointError) as caught:
        endpoint(base)
    assert str(caught.value) == f"{base} does not answer in HTTP: is it an https:// address, or another program's port?"


# --- the key stands in no message ------------------------------------------------------------------------------------

REPEATED = [KEY, json.dumps(KEY), KEY.replace("/", "\\/"), KEY.upper(), "x" * 50 + KEY, "x" * 190 + KEY]


@pytest.mark.parametrize("repeated", REPEATED, ids=range(len(REPEATED)))
@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 429, 500])
def test_a_server_that_repeats_the_key_does_not_get_it_shown(monkeypatch, key, status, repeated):
    monkeypatch.setattr(asking, "PAUSES", ())
    for content in (f"Bearer {repeated}".encode(), {"error": {"message": f"wrong key {repeated}"}}):
        reply = Reply(content, status, headers={"Location": f"http://other.example/{KEY}"})
        message = fault_of(always(reply), kind=(EndpointError, UnavailableError), key_env=key)
        assert "very" not in message.lower()


def test_a_host_that_repeats_the_key_does_not_get_it_shown(monkeypatch, key):
    monkeypatch.setenv(key, "sk-Very-Secret")
    moved = always(Reply(b"", 302, headers={"Location": "http://sk-Very-Secret.example/v1"}))
    assert fault_of(moved, key_env=key).startswith("BASE redirects (302) to (the key).example; ")


def test_the_key_stands_in_no_repr(key):
    with asked(key_env=key) as (engine, _):
        assert KEY not in repr(engine) + repr(engine.settings) + str(engine.settings)


HOLDS_A_KEY = "key_env must name an environment variable that holds a key"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("TESTED_KEY", None, f"{HOLDS_A_KEY}, got TESTED_KEY, which is not set"),
        ("TESTED_KEY", "", f"{HOLDS_A_KEY}, got TESTED_KEY, which is empty"),
        ("TESTED_KEY", "a\nHost: b", ("the key in TESTED_KEY must be printable ASCII without spaces, got another "
                                     "character: set it again, perhaps without a newline at its end")),
        ("TESTED_KEY", "k\u00e9y", ("the key in TESTED_KEY must be printable ASCII without spaces, got another "
                                   "character: set it again, perhaps without a newline at its end")),
        (KEY, None, ("key_env must name an environment variable in capitals, got something else: "
                    "as in key_env=OPENAI_API_KEY, and set it to the key")),
        ("", None, ("key_env must name an environment variable in capitals, got something else: "
                   "as in key_env=OPENAI_API_KEY, and set it to the key")),
    ],
    ids=["not set", "empty", "a line's end", "not ascii", "the key itself", "no name"],
)  # fmt: skip
def test_a_key_that_cannot_be_sent_is_refused(monkeypatch, name, value, message):
    monkeypatch.delenv("TESTED_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv(name, value)
    with pytest.raises(EngineError) as caught:
        endpoint("http://127.0.0.1:1/v1", key_env=name)
    assert str(caught.value) == message


# --- what a user names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "address", "shown"),
    [
        ("http://127.0.0.1:8080/v1", Address(False, "127.0.0.1", 8080, "/v1"), "http://127.0.0.1:8080/v1"),
        ("HTTPS://Api.Example/v1/", Address(True, "api.example", 443, "/v1"), "https://api.example:443/v1"),
        ("http://[::1]:1", Address(False, "::1", 1, ""), "http://[::1]:1"),
        ("http://host_a", Address(False, "host_a", 80, ""), "http://host_a:80"),
    ],
)
def test_an_address_is_read(target, address, shown):
    assert read_address(target) == address
    assert str(address) == shown


EXAMPLE_ADDRESS = "as in openai:http://127.0.0.1:8080/v1"
NAME_A_KEY = "name the environment variable of a key, --turncheck-model-arg key_env=NAME"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("", f"the address must be printable ASCII without spaces, got '': {EXAMPLE_ADDRESS}"),
        ("http://a b", f"the address must be printable ASCII without spaces, got 'http://a b': {EXAMPLE_ADDRESS}"),
        ("http://a\n", f"the address must be printable ASCII without spaces, got 'http://a\\n': {EXAMPLE_ADDRESS}"),
        ("http://\u00e9", f"the address must be printable ASCII without spaces, got 'http://\\xe9': {EXAMPLE_ADDRESS}"),
        ("127.0.0.1:8080", f"the address must begin with http:// or https://, got 127.0.0.1:8080: {EXAMPLE_ADDRESS}"),
        ("ftp://a/v1", f"the address must begin with http:// or https://, got ftp://a/v1: {EXAMPLE_ADDRESS}"),
        ("file:///v1", f"the address must begin with http:// or https://, got file:///v1: {EXAMPLE_ADDRESS}"),
        ("http:///v1", f"the address must have a host, got http:///v1: {EXAMPLE_ADDRESS}"),
        ("http://:80", f"the address must have a host, got http://:80: {EXAMPLE_ADDRESS}"),
        ("http://a..b", f"the address must have a host, got http://a..b: {EXAMPLE_ADDRESS}"),
        (f"http://{'a' * 64}", f"the address must have a host, got http://{'a' * 64}: {EXAMPLE_ADDRESS}"),
        ("http://[::1", f"the address must have a host and a port 1..65535, got http://[::1: {EXAMPLE_ADDRESS}"),
        ("http://[v1.a]", f"the address must have a host, got http://[v1.a]: {EXAMPLE_ADDRESS}"),
        ("http://a:x", f"the address must have a host and a port 1..65535, got http://a:x: {EXAMPLE_ADDRESS}"),
        ("http://a:65536", f"the address must have a host and a port 1..65535, got http://a:65536: {EXAMPLE_ADDRESS}"),
        ("http://a:0", f"the address must have a port 1..65535, got http://a:0: {EXAMPLE_ADDRESS}"),
        ("http://a:/v1", f"the address must have a port 1..65535, got http://a:/v1: {EXAMPLE_ADDRESS}"),
        ("http://me:pass@a/v1", f"the address must have no user, password or @, got http://...@a/v1: {NAME_A_KEY}"),
        ("me:pass@a/v1", f"the address must have no user, password or @, got ...@a/v1: {NAME_A_KEY}"),
        ("http://me:p?s@a#b", f"the address must have no user, password or @, got http://...@a: {NAME_A_KEY}"),
        ("http://a/v1?key=pass", f"the address must end before ? and #, got http://a/v1?...: {EXAMPLE_ADDRESS}"),
        ("http://a/v1#pass", f"the address must end before ? and #, got http://a/v1?...: {EXAMPLE_ADDRESS}"),
    ],
)
def test_an_address_to_which_no_request_can_go_is_refused(target, message):
    with pytest.raises(EngineError) as caught:
        endpoint(target)
    assert str(caught.value) == message


STOP_OR_NONE = "--turncheck-model-arg stop=TEXT, or leave it out"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_new": 0}, "max_new must be 1..100000, got 0: --turncheck-model-arg max_new=NUMBER"),
        ({"max_new": 100_001}, "max_new must be 1..100000, got 100001: --turncheck-model-arg max_new=NUMBER"),
        ({"max_new": True}, "max_new must be 1..100000, got True: --turncheck-model-arg max_new=NUMBER"),
        ({"max_new": "9"}, "max_new must be 1..100000, got '9': --turncheck-model-arg max_new=NUMBER"),
        ({"batch": 0}, "batch must be 1..4096, got 0: --turncheck-model-arg batch=NUMBER"),
        ({"batch": 4097}, "batch must be 1..4096, got 4097: --turncheck-model-arg batch=NUMBER"),
        ({"timeout": 0.0}, ("timeout must be more than 0 and at most 86400 seconds, got 0.0: --turncheck-model-arg "
                           "timeout=SECONDS")),
        ({"timeout": float("nan")}, ("timeout must be more than 0 and at most 86400 seconds, got nan: "
                                    "--turncheck-model-arg timeout=SECONDS")),
        ({"timeout": float("inf")}, ("timeout must be more than 0 and at most 86400 seconds, got inf: "
                                    "--turncheck-model-arg timeout=SECONDS")),
        ({"stop": [""]}, f"stop must be texts of one character or more, got ['']: {STOP_OR_NONE}"),
        ({"stop": ""}, f"stop must be texts of one character or more, got '': {STOP_OR_NONE}"),
        ({"append": 7}, ("append must be a text of at most 100 characters, got 7: --turncheck-model-arg append=TEXT, "
                        "or leave it out")),
        ({"model": ""}, ("model must be a name that the server knows, got an empty one: leave it out if the server has "
                         "only one")),
    ],
)  # fmt: skip
def test_an_option_out_of_its_range_is_refused_before_any_request(options, message):
    with serving() as server:
        with pytest.raises(EngineError) as caught:
            endpoint(server.base, **options)
        assert server.requests == []
    assert str(caught.value) == message


# --- verifying -------------------------------------------------------------------------------------------------------

ASK = "hero strikes foe\n"
ANSWER = "foe hp 07\nhero hp 10\n"
BY_HEART = {ASK: ANSWER, NEUTRAL: resolve_text(NEUTRAL), "go \n\n": "reject bad\n", "none": ""}


@contextmanager
def scoring(distances=None, mangle=lambda choice: None, answers=BY_HEART, **options):
    """A verifying engine and its server, whose choices are mangled once it was found to verify."""
    stop = tuple(options.pop("stop", ()))
    with asked(Scoring(answers, distances or {}), probe=True, **options) as (made, server):
        assert isinstance(made, VerifyingEndpointEngine)
        engine = VerifyingEndpointEngine(attrs.evolve(made.settings, stop=stop))  # a stop of right answers is refused
        server.requests.clear()
        server.behaviour = Scoring(answers, distances or {}, mangle)
        yield engine, server


def test_a_server_that_scores_offers_to_verify():
    with scoring() as (engine, server):
        assert isinstance(engine, Verifier)
        assert engine.predict([ASK, "none"]) == [ANSWER, ""]
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        truth,
        always(Reply(b"", 500)),
        always(Reply(b"", 400)),
        always(Reply(b"<html>")),
        always(Reply(completions("a"))),
    ],
    ids=["it ignores echo", "it fails", "it refuses", "it gives a page", "it takes one prompt"],
)
def test_a_server_that_does_not_score_offers_no_verifying(behaviour):
    with asked(behaviour) as (engine, _):
        assert not isinstance(engine, Verifier)


def test_what_is_asked_to_verify_is_the_prompt_alone_and_with_its_draft():
    with scoring(model="duel", stop=["###"]) as (engine, server):
        engine.verify([ASK], [ANSWER])
        assert [request.body for request in server.requests] == [
            {
                "prompt": [ASK, ASK + ANSWER],
                **PLAINEST,
                "max_tokens": 1,
                "echo": True,
                "logprobs": 2,
                "model": "duel",
            }
        ]


PLAIN = Verdict(0, False, 0.0)
FOUR = pytest.approx(4.0)
COUNT = len(tokens_of(ANSWER))


@pytest.mark.parametrize(
    ("prompt", "draft", "verdict"),
    [
        (ASK, ANSWER, Verdict(COUNT, True, FOUR)),
        (ASK, ANSWER.replace(" 07", " 08"), Verdict(2, False, FOUR)),
        (ASK, ANSWER.replace(" 10", " 11"), Verdict(6, False, FOUR)),
        (ASK, ANSWER.replace("foe", "hero"), Verdict(0, False, FOUR)),
        (ASK, "foe hp 07", Verdict(3, False, FOUR)),
        (ASK, "", Verdict(0, False, FOUR)),
        (ASK, ANSWER + "hero", Verdict(COUNT, False, FOUR)),
        ("none", "", Verdict(0, True, FOUR)),
        ("none", "sense", PLAIN),
        ("go \n\n", "reject bad\n", PLAIN),
    ],
    ids=["right", "wrong third token", "wrong seventh token", "wrong first token", "too short", "nothing", "too long",
         "rightly nothing", "a token over the border", "a prompt that the draft cuts otherwise"],
)  # fmt: skip
def test_a_draft_is_judged_token_by_token(prompt, draft, verdict):
    assert tokens_of("go \n\n") != tokens_of("go \n\nreject")[:-1]
    with scoring() as (engine, _):
        assert engine.verify([prompt], [draft]) == [verdict]


def test_drafts_are_judged_in_their_order_whatever_the_batches():
    prompts, drafts = [ASK, ASK, "none", ASK], [ANSWER, "foe", "", "hero"]
    verdicts = [Verdict(COUNT, True, FOUR), Verdict(1, False, FOUR), Verdict(0, True, FOUR), Verdict(0, False, FOUR)]
    for batch, sizes in [(1, [1] * 8), (2, [2] * 4), (5, [4, 4]), (16, [8])]:
        with scoring(batch=batch) as (engine, server):
            assert engine.verify(prompts, drafts) == verdicts
            assert [len(request.prompts) for request in server.requests] == sizes


@pytest.mark.parametrize(
    ("before", "draft", "margin"),
    [
        (ASK, ANSWER, 0.5),
        (f"{ASK}foe hp", ANSWER, 0.5),
        (f"{ASK}foe hp", "foe hp 08", 0.5),
        (f"{ASK}foe hp 07", "foe hp 08", 4.0),
        (ASK + ANSWER, ANSWER, 0.5),
        (ASK[:4], ANSWER, 4.0),
    ],
    ids=["first", "third", "at the fault", "behind the fault", "end", "in the prompt"],
)
def test_the_margin_is_the_smallest_distance_that_was_compared(before, draft, margin):
    with scoring({before: 0.5}) as (engine, _):
        assert [verdict.margin for verdict in engine.verify([ASK], [draft])] == [pytest.approx(margin)]


def test_an_answer_of_as_many_tokens_as_are_asked_for_is_not_taken_for_complete():
    for max_new, complete in [(COUNT - 1, False), (COUNT, False), (COUNT + 1, True)]:
        with scoring(max_new=max_new) as (engine, _):
            assert engine.verify([ASK], [ANSWER]) == [Verdict(COUNT, complete, FOUR)]


@pytest.mark.parametrize(
    ("stop", "draft", "complete"),
    [
        (["hero"], "foe hp 07\n", True),
        (["he"], "foe hp 07\n", True),
        (["he", "hero", "!"], "foe hp 07\n", True),
        (["hero hp"], "foe hp 07\n", False),
        (["ero"], "foe hp 07\n", False),
        (["he", "ero"], "foe hp 07\n", False),
        (["\nhero"], "foe hp 07\n", False),
        (["hp", "hero"], "foe hp 07\n", False),
        ([], "foe hp 07\n", False),
        (["hp"], ANSWER, False),
    ],
    ids=["the token", "its beginning", "two of three", "more than it", "within it", "at two places",
         "begins in the draft", "in the draft too", "none", "in the whole answer"],
)  # fmt: skip
def test_a_draft_ends_where_a_stop_begins_and_none_before(stop, draft, complete):
    with scoring(stop=stop) as (engine, _):
        [verdict] = engine.verify([ASK], [draft])
        assert verdict.complete is complete
        if complete:
            assert engine.predict([ASK]) == [draft]


def scores(change):
    """Changes the scores of a choice."""
    return lambda choice: change(choice["logprobs"])


def put(name, at, value):
    return scores(lambda found: found[name].__setitem__(at, value))


def inserted(at, token):
    """Puts a token among the scores, consistent with all of them."""

    def insert(found):
        offsets = [*found["text_offset"], found["text_offset"][-1] + len(found["tokens"][-1])]
        for name, value in [("token_logprobs", -0.1), ("top_logprobs", {token: -0.1, "!": -4.1}), ("tokens", token)]:
            found[name].insert(at, value)
        found["text_offset"].insert(at, offsets[at])

    return scores(insert)


ODD = {
    "no scores": lambda choice: choice.update(logprobs=None),
    "scores that are a list": lambda choice: choice.update(logprobs=[]),
    "no offsets": scores(lambda found: found.pop("text_offset")),
    "fewer scores": scores(lambda found: found["token_logprobs"].pop()),
    "no best ones": scores(lambda found: found.update(top_logprobs=None)),
    "another token": put("tokens", 1, " hits"),
    "an empty token": put("tokens", 1, ""),
    "a token that is a number": put("tokens", 1, 7),
    "another offset": put("text_offset", 2, 5),
    "another text": lambda choice: choice.update(text="the end"),
    "no echo": lambda choice: choice.update(text=""),
    "an empty token more": inserted(6, ""),
    "a token more at the end": inserted(4 + COUNT + 1, "?"),
    "another token written": lambda choice: choice.update(text=choice["text"] + "hero"),
    "nothing best at a place": put("top_logprobs", 6, None),
    "an empty best at a place": put("top_logprobs", 6, {}),
    "a best without a number": put("top_logprobs", 6, {" 07": "high", "!": -1}),
    "an infinite best": put("top_logprobs", 6, {" 07": -0.1, "!": float("-inf")}),
}


@pytest.mark.parametrize("mangle", ODD.values(), ids=ODD)
def test_an_odd_score_leads_to_decoding(mangle):
    def of_draft(choice):
        if "foe hp" in choice["text"]:
            mangle(choice)

    with scoring(mangle=of_draft) as (engine, _):
        assert engine.verify(["none", ASK], ["", ANSWER]) == [Verdict(0, True, FOUR), PLAIN]
        assert answers(engine, ["none", ASK], ["", ANSWER]) == ["", ANSWER]


@pytest.mark.parametrize(
    ("mangle", "verdict"),
    [
        (put("top_logprobs", 6, {" 07": -0.1}), Verdict(COUNT, True, 0.0)),
        (put("top_logprobs", 6, {" 07": -0.1, "!": -0.1}), Verdict(COUNT, True, 0.0)),
        (put("top_logprobs", 6, {"!": -9, "?": -8.5, " 07": -0.5}), Verdict(COUNT, True, FOUR)),
        (put("top_logprobs", -1, None), Verdict(COUNT, True, 0.0)),
        (lambda choice: [column.pop() for column in choice["logprobs"].values()], Verdict(COUNT, True, 0.0)),
        (put("tokens", -1, ""), Verdict(COUNT, True, FOUR)),
        (lambda choice: choice.update(finish_reason="length"), Verdict(COUNT, False, FOUR)),
        (lambda choice: choice.update(text=choice["text"] + END), Verdict(COUNT, False, FOUR)),
    ],
    ids=[
        "one alone",
        "two alike",
        "three",
        "none at the end",
        "no end",
        "an end that is not shown",
        "no stop",
        "a shown end",
    ],
)
def test_what_is_not_told_is_not_taken_for_sure(mangle, verdict):
    def of_draft(choice):
        if "foe hp" in choice["text"]:
            mangle(choice)

    with scoring(mangle=of_draft) as (engine, _):
        assert engine.verify([ASK], [ANSWER]) == [verdict]


@pytest.mark.parametrize("reply", [Reply(b"", 400), Reply(b"<html>"), Reply(completions("a"))])
def test_a_server_that_scores_no_more_leads_to_decoding(reply):
    with scoring() as (engine, server):
        server.behaviour = always(reply)
        assert engine.verify([ASK, "none"], [ANSWER, ""]) == [PLAIN, PLAIN]


def test_a_server_that_has_gone_verifies_nothing():
    with scoring() as (engine, server):
        server.behaviour = always(Reply(b"", 500))
        with pytest.raises(UnavailableError):
            engine.verify([ASK], [ANSWER])


def test_verified_answers_are_those_that_would_be_written():
    drafts = [ANSWER, "foe hp 08\n", ""]
    with scoring() as (engine, server):
        assert answers(engine, [ASK, ASK, "none"], drafts) == [ANSWER, ANSWER, ""]
        assert [request.body.get("echo", False) for request in server.requests] == [True, False]


# --- the example -----------------------------------------------------------------------------------------------------


@contextmanager
def example_server():
    """The base address of the example, running."""
    command = [sys.executable, str(EXAMPLE), "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stderr.readline()
            assert line.startswith("stand-in: turncheck.engine.resolve_text, no model; it listens on http://127.0.0.1:")
            yield line.split()[-1]
        finally:
            process.kill()


@pytest.fixture(scope="module")
def example():
    with example_server() as base:
        yield base


def test_the_truth_comes_through_the_example(example):
    with closing(endpoint(example)) as engine:
        assert engine.predict([*PROMPTS, "\ud800"]) == [*ANSWERS, resolve_text("\ud800")]
        assert engine.predict(PROMPTS[:1]) == ANSWERS[:1]
        assert engine.predict([PROMPTS[0] + ANSWERS[0][:20]]) == [ANSWERS[0][20:]]
        assert type(engine) is EndpointEngine
        assert engine.findings() == (
            "it answers a list of prompts in order, batch=16",
            "it does not score what it is sent (echo and logprobs), so every answer is written",
        )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"stop": ["\n"]}, "turn 02"),
        ({"stop": ["foe", "hero"]}, "turn 02\n"),
        ({"max_new": 4}, "turn"),
        ({"max_new": 4, "stop": ["r"]}, "tu"),
    ],
)
def test_the_example_cuts_its_answers_as_it_is_asked_to(example, options, expected):
    with closing(endpoint(example, probe=False, **options)) as engine:
        assert engine.predict(PROMPTS[:1]) == [expected]


def test_the_example_says_what_it_has_not(example):
    with pytest.raises(EndpointError, match=r"/v2/completions does not exist \(404\)"):
        endpoint(example.replace("/v1", "/v2"))


@pytest.mark.parametrize("arguments", [[], ["x"], ["65536"], ["1", "2"]])
def test_the_example_says_how_it_is_started(arguments):
    done = subprocess.run([sys.executable, str(EXAMPLE), *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: python server.py PORT\n")
