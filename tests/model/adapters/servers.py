"""Completions servers for tests: real servers on loopback, each with one behaviour."""

import json
import re
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs

from turncheck.engine.duel import resolve_text


@attrs.frozen
class Request:
    """One request as it came. `peer` is the port of the connection."""

    path: str
    headers: dict
    body: dict
    peer: int

    @property
    def prompts(self):
        if "messages" in self.body:
            return [message["content"] for message in self.body["messages"]]
        prompt = self.body["prompt"]
        return [prompt] if isinstance(prompt, str) else prompt


@attrs.frozen
class Reply:
    """What a server sends back.

    `delay`: seconds before it; `drip`: seconds between its bytes; `hangs_up`: it closes the connection behind it
    without a word; `cut`: bytes that it announces and does not send; `endless`: it sends the content again and again.
    """

    content: object = b""
    status: int = 200
    headers: dict = attrs.field(factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    hangs_up: bool = False
    cut: int = 0
    endless: bool = False

    @property
    def bytes(self):
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


def completions(*texts):
    return {"choices": [{"index": index, "text": text} for index, text in enumerate(texts)]}


def truth(request):
    """Answers with the reference's answers; it cannot score."""
    return Reply(completions(*map(resolve_text, request.prompts)))


class Server(ThreadingHTTPServer):
    """A server that keeps the requests it gets and asks `behaviour` for its replies."""

    daemon_threads = False  # they are waited for
    behaviour = staticmethod(truth)
    models = None

    def __init__(self, host="127.0.0.1"):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Handler)
        self.requests = []
        self.sent = 0
        self.ended = threading.Event()
        self._open = set()

    @property
    def base(self):
        host = self.server_address[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}/v1"

    def process_request(self, request, client_address):
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self):
        """Ends all connections that are still open, so that no thread waits for another request."""
        for request in list(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request, client_address):
        pass  # a client that went away


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = Request(self.path, dict(self.headers), body, self.client_address[1])
        self.server.requests.append(request)
        reply = self.server.behaviour(request)
        self.server.ended.wait(reply.delay)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in reply.headers and not reply.endless:
            self.send_header("Content-Length", str(len(reply.bytes) + reply.cut))
        self.end_headers()
        self._write(reply)
        self.close_connection = reply.hangs_up or reply.cut > 0

    def do_GET(self):
        self.server.requests.append(Request(self.path, dict(self.headers), {}, self.client_address[1]))
        listed = {"object": "list", "data": [{"id": name} for name in self.server.models or ()]}
        body = json.dumps(listed).encode() if self.path.endswith("/models") and self.server.models is not None else b""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _write(self, reply):
        while reply.endless and not self.server.ended.is_set():
            self.wfile.write(reply.bytes)
            self.server.sent += len(reply.bytes)
        if not reply.drip:
            self.wfile.write(reply.bytes)
            return
        for byte in reply.bytes:
            self.wfile.write(bytes([byte]))
            if self.server.ended.wait(reply.drip):
                return

    def log_message(self, format, *arguments):
        pass


@contextmanager
def serving(behaviour=truth, host="127.0.0.1"):
    """A server of that behaviour, until the block ends."""
    with Server(host) as server:
        server.behaviour = behaviour
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()
            server.hang_up()


@contextmanager
def talking(data):
    """A program that is no web server: it sends these bytes to whoever connects. Gives its base address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk():
            while True:
                try:
                    connected, _ = listening.accept()
                except OSError:
                    return
                with connected:
                    connected.recv(65536)
                    connected.sendall(data)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def unused_port():
    """A port of loopback that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


# --- a server that scores --------------------------------------------------------------------------------------------

TOKEN = re.compile(r" ?\w+| ?[^\s\w]+|\s+(?!\S)|\s+")
"""Words with the space before them. As in real tokenizers white space is cut by what stands behind it."""

END = "</s>"


def tokens_of(text):
    return TOKEN.findall(text)


@attrs.frozen
class Scoring:
    """A model that writes `answers` by heart, and its server, which scores what it is sent.

    Attributes:
        answers: by prompt.
        distances: the distance between the best and the second best token, where it is not 4: by the text before it.
        mangle: changes a choice before it is sent.
    """

    answers: dict
    distances: dict = attrs.field(factory=dict)
    mangle: object = staticmethod(lambda choice: None)

    def __call__(self, request):
        if not request.body.get("echo"):
            written = [self._rest(prompt) for prompt in request.prompts]
            return Reply(completions(*(_cut(text, request.body.get("stop", [])) for text in written)))
        choices = [self._scored(text) for text in request.prompts]
        for choice in choices:
            self.mangle(choice)
        return Reply({"choices": [{"index": index, **choice} for index, choice in enumerate(choices)]})

    def _rest(self, before):
        """What the model writes behind a text; of what it has not by heart the reference's answer."""
        for prompt, answer in self.answers.items():
            written = before[len(prompt) :]
            if before.startswith(prompt) and answer.startswith(written):
                return answer[len(written) :]
        return resolve_text(before)

    def _next(self, before):
        """The token that the model writes behind a text."""
        for prompt, answer in self.answers.items():
            written = before[len(prompt) :]
            if before.startswith(prompt) and answer.startswith(written):
                rest = TOKEN.match(answer, len(written))
                return rest[0] if rest else END
        return "?"

    def _top(self, before):
        return {self._next(before): -0.01, "!": -0.01 - self.distances.get(before, 4.0)}

    def _scored(self, text):
        tokens = tokens_of(text)
        offsets = [sum(map(len, tokens[:at])) for at in range(len(tokens) + 1)]
        tops = [self._top(text[:offset]) for offset in offsets]
        written = self._next(text)
        tokens.append(written)
        scores = {
            "tokens": tokens,
            "token_logprobs": [None, *(top.get(token, -9.0) for top, token in zip(tops, tokens, strict=True))][1:],
            "top_logprobs": [None, *tops[1:]],
            "text_offset": offsets,
        }
        ended = written == END
        shown = "" if ended else written
        return {"text": text + shown, "finish_reason": "stop" if ended else "length", "logprobs": scores}


def _cut(text, stop):
    return text[: min((text.find(end) for end in stop if end in text), default=len(text))]


# --- a server with the ways of real ones -----------------------------------------------------------------------------


@attrs.frozen
class Ways:
    """A model that is always right, and the server before it, which has its own ways. Its tokens are characters.

    Attributes:
        answer: of the model, by prompt.
        length: characters of a prompt; what stands behind them is the beginning of an answer, which it goes on with.
        tail: what the model writes behind each answer.
        refuses_lists: what it says to a list of prompts; nothing where it takes them.
        first_alone: whether it answers the first of several prompts alone.
        backward: whether the choices come in reverse; with their indices or without.
        numbered: whether the choices have indices.
        stop: what it does with a stop.
        strips: the ends of an answer at which it drops white space.
        pads: what it puts before an answer.
        templated: whether it puts prompts into a chat template, so that it goes on with none.
        chat: whether it takes and gives messages.
        route: where it is asked.
        model: the name that it wants; none where any will do.
        no_model: its status and its words where another model is asked for.
        no_empty: its status where the prompt is empty.
    """

    answer: object
    length: int
    tail: str = ""
    refuses_lists: str = ""
    first_alone: bool = False
    backward: bool = False
    numbered: bool = True
    stop: str = "cut"
    strips: tuple = ()
    pads: str = ""
    templated: bool = False
    chat: bool = False
    route: str = "/v1/completions"
    model: str = ""
    no_model: tuple = (404, "The model does not exist.")
    no_empty: int = 200

    def __call__(self, request):
        if request.path != self.route:
            return Reply({"detail": "Not Found"}, 404)
        if self.model and request.body.get("model") != self.model:
            status, words = self.no_model
            return Reply({"error": {"message": words}}, status)
        if isinstance(request.body.get("prompt"), list) and self.refuses_lists:
            return Reply({"detail": self.refuses_lists}, 400)
        if "" in request.prompts and self.no_empty != 200:
            return Reply(b"Internal Server Error", self.no_empty)
        prompts = request.prompts[:1] if self.first_alone else request.prompts
        choices = [self._choice(index, prompt, request.body) for index, prompt in enumerate(prompts)]
        return Reply({"choices": choices[::-1] if self.backward else choices})

    def _choice(self, index, prompt, body):
        text, reason = self._ended(self._written(prompt), body.get("stop") or [])
        if len(text) > body["max_tokens"]:
            text, reason = text[: body["max_tokens"]], "length"
        text = text.lstrip() if "start" in self.strips else text
        text = self.pads + (text.rstrip() if "end" in self.strips else text)
        shown = {"message": {"role": "assistant", "content": text}} if self.chat else {"text": text}
        return {**({"index": index} if self.numbered else {}), "finish_reason": reason, **shown}

    def _written(self, prompt):
        case, begun = prompt[: self.length], prompt[self.length :]
        if self.templated and begun:
            return "I see.\n"
        whole = self.answer(case) + self.tail
        return whole[len(begun) :] if whole.startswith(begun) else "?"

    def _ended(self, text, stops):
        found = [(text.find(stop), stop) for stop in stops if stop in text]
        if not found or self.stop == "ignored":
            return text, "stop"
        at, stop = min(found)
        kept = {"cut": "", "kept": stop, "in part": stop[: len(stop) // 2]}[self.stop]
        return text[:at] + kept, "stop"
