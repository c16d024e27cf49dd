"""Real servers, on loopback, before a tiny model that is right: `transformers serve` and llama.cpp's server.

Both are started once, with the same weights, which a process of its own trains. They need the extra `servers`.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from importlib.util import find_spec
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

import turncheck
from tests.model.adapters.conftest import OFFLINE
from tests.model.adapters.servers import unused_port
from tests.model.adapters.tiny_llama import DIGITS, PROMPTS
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.servers.endpoint import chat, endpoint

NEEDED = ("torch", "transformers", "fastapi", "uvicorn", "openai", "gguf", "xllamacpp")
MISSING = [name for name in NEEDED if find_spec(name) is None]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} not installed: pip install turncheck[servers,torch]"
)

PATIENCE = 180
"""Seconds that a server may take to start on a busy machine."""

TRANSFORMERS = """
import sys
from transformers.cli.transformers import main

sys.argv = ["transformers", "serve", sys.argv[1], "--host", "127.0.0.1", "--port", sys.argv[2], "--device", "cpu"]
main()
"""

LLAMA = """
import sys
import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.port = int(sys.argv[2])
parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads = 1024, 4, 1
server = xllamacpp.Server(parameters)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def tiny(tiny_llama):
    """The folder with the model's files."""
    return tiny_llama


@contextmanager
def started(folder, code, model, health):
    """The address of a server with no path, running; what it writes goes into the folder."""
    port = unused_port()
    address = f"http://127.0.0.1:{port}"
    with open(folder / "server.log", "ab") as log:
        command = [sys.executable, "-c", code, str(folder / model), str(port)]
        process = subprocess.Popen(command, env=os.environ | OFFLINE, stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            _wait_for(f"{address}{health}", process, folder / "server.log")
            yield address
        finally:
            process.kill()
            process.communicate()


def _wait_for(address, process, log):
    straight = build_opener(ProxyHandler({}))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with straight.open(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def transformers(tiny):
    with started(tiny, TRANSFORMERS, "hf", "/health") as address:
        yield address


@pytest.fixture(scope="module")
def llama(tiny):
    with started(tiny, LLAMA, "tiny.gguf", "/health") as address:
        yield address


@pytest.fixture(scope="module")
def known(tiny):
    """What the same weights write greedily in a process of their own."""
    return json.loads((tiny / "answers.json").read_text(encoding="utf-8"))


NO_SCORES = "it does not score what it is sent (echo and logprobs), so every answer is written"


def asked(address, prompts=PROMPTS, **options):
    """The findings about a server, its answers and its troubles."""
    with closing(endpoint(address, domain=DIGITS, **options)) as engine:
        answers = engine.predict(prompts)
        return list(engine.findings()), answers, engine.troubles()


LAWS = {law.id: "PASS" for law in turncheck.laws_of(DIGITS)}


def laws_held(address):
    """The verdict of each law on what is behind the address, whose answers end with the mark."""
    with closing(endpoint(address, domain=DIGITS, stop="#")) as engine:
        report = turncheck.check(engine, domain=DIGITS, examples=20)
    return {law.id: law.verdict for law in report.models[0].laws}


def test_the_tiny_model_is_right_and_writes_a_mark_behind_each_answer(known):
    assert known == {prompt: f"{DIGITS.resolve_text(prompt)}#" for prompt in PROMPTS}


def test_transformers_serve_answers_as_the_same_weights_do(transformers, known, tiny):
    findings, answers, troubles = asked(transformers)
    assert findings == [
        f"it answers at {transformers}/v1",
        f"it asks its only model, {tiny / 'hf'}",
        "it accepts one prompt per request, batch=1; with two prompts: prompt must be a string. (400)",
        NO_SCORES,
    ]
    assert (answers, troubles) == ([known[prompt] for prompt in PROMPTS], {})


def test_what_transformers_serve_leaves_of_a_stop_is_cut(transformers):
    findings, answers, _ = asked(f"{transformers}/v1", PROMPTS[:10], stop="#")
    assert findings[2:] == ["it leaves the stop in the answer, which is then cut there", NO_SCORES]
    assert answers == [DIGITS.resolve_text(prompt) for prompt in PROMPTS[:10]]
    kept = asked(f"{transformers}/v1", PROMPTS[:10], stop="#", cut_stop=False)
    assert (kept[0], kept[1]) == (findings[:2] + findings[3:], [f"{answer}#" for answer in answers])


def test_a_right_model_behind_transformers_serve_breaks_no_law(transformers):
    assert laws_held(transformers) == LAWS


def test_transformers_serve_says_how_it_ended_an_answer(transformers):
    findings, answers, troubles = asked(f"{transformers}/v1", PROMPTS[:3], max_new=5)
    assert "an answer was cut at max_new=5 tokens" in findings
    assert (answers, troubles) == (["sum 0"] * 3, {"answers cut at max_new": 3})


def test_a_prompt_that_transformers_serve_cannot_take_is_not_answered(transformers):
    with closing(endpoint(transformers, domain=DIGITS)) as engine, pytest.raises(Exception, match=r"failed \(500\)"):
        engine.predict([""])


def test_llama_server_answers_as_the_same_weights_do(llama, known, tiny):
    findings, answers, troubles = asked(llama)
    assert findings == [
        f"it answers at {llama}/v1",
        f"it asks its only model, {tiny / 'tiny.gguf'}",
        "it answers a list of prompts in order, batch=16",
        NO_SCORES,
    ]
    assert (answers, troubles) == ([known[prompt] for prompt in PROMPTS], {})


def test_llama_server_cuts_an_answer_before_a_stop(llama):
    findings, answers, _ = asked(f"{llama}/v1/", stop="#")
    assert findings[2:] == ["it cuts an answer before the stop", NO_SCORES]
    assert answers == [DIGITS.resolve_text(prompt) for prompt in PROMPTS]


def test_a_right_model_behind_llama_server_breaks_no_law(llama):
    assert laws_held(llama) == LAWS


def test_a_context_that_is_too_short_is_no_missing_model(llama):
    with closing(endpoint(llama, domain=DIGITS)) as engine, pytest.raises(EngineError) as caught:
        engine.predict(["7" * 3000])
    assert str(caught.value) == (
        f"{llama}/v1 refuses the request (400): request (3000 tokens) exceeds the available context size (256 tokens), "
        "try increasing it"
    )


def test_a_chat_with_llama_server_reads_what_its_template_makes_of_a_prompt(llama):
    with closing(chat(llama, domain=DIGITS)) as engine:
        assert engine.findings()[2:] == ("what the model reads is what the server's chat template makes of a prompt",)
        answers = engine.predict(PROMPTS[:2])
    assert len(answers) == 2
    assert answers != [f"{DIGITS.resolve_text(prompt)}#" for prompt in PROMPTS[:2]]
