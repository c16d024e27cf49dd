"""The kind gguf: a llama.cpp model alone, in its own process."""

import json
import os
import signal
import struct
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

import turncheck
from tests.model.adapters.tiny_llama import DIGITS, PROMPTS
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.learned import EngineError, UnavailableError
from turncheck.engine.schema import Schema
from turncheck.model.adapters.conformance import conformance, run_conformance_test
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.weights import gguf as kind
from turncheck.model.adapters.weights.gguf import gguf
from turncheck.model.adapters.weights.gguf_file import read_header

needs_llama = pytest.mark.skipif(find_spec("xllamacpp") is None, reason="pip install turncheck[gguf]")


@pytest.fixture(scope="module")
def file(tiny_llama):
    """The model as a file of GGUF."""
    return str(tiny_llama / "tiny.gguf")


@pytest.fixture(scope="module")
def known(tiny_llama):
    """What the same weights write greedily in PyTorch, by prompt: behind each answer a mark."""
    return json.loads((tiny_llama / "answers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def engine(file):
    with closing(gguf(file, domain=DIGITS, stop="#")) as made:
        yield made


# --- it works --------------------------------------------------------------------------------------------------------


@needs_llama
def test_it_answers_as_the_same_weights_do_in_any_order_and_alone(engine, known):
    right = [known[prompt].removesuffix("#") for prompt in PROMPTS]
    assert right == [DIGITS.resolve_text(prompt) for prompt in PROMPTS]
    assert engine.predict(PROMPTS) == right
    assert engine.predict(PROMPTS[::-1]) == right[::-1]
    assert [engine.predict([prompt])[0] for prompt in PROMPTS[:5]] == right[:5]
    assert (engine.troubles(), engine.findings()) == ({}, ())


@needs_llama
def test_without_a_stop_an_answer_ends_with_the_end_token(file, known):
    with closing(gguf(file, domain=DIGITS)) as made:
        assert made.predict(PROMPTS) == list(known.values())
    with closing(gguf(file, domain=DIGITS, max_new=4)) as made:
        assert made.predict(PROMPTS[:2]) == ["sum "] * 2


@needs_llama
def test_what_stands_around_prompts_and_behind_a_stop(file):
    with closing(gguf(file, domain=DIGITS, stop=["\n"], append="\n")) as made:
        assert made.predict(["1+2=\n", "9+9=\n"]) == ["sum 03\n", "sum 18\n"]
        assert made.predict(["1+2=\nsum 03\n#"]) == [""]  # an end token is no stop
    with closing(gguf(file, domain=DIGITS, stop="#", prefix="1+", separator="=\n")) as made:
        assert made.predict(["2"]) == ["sum 03\n"]


@needs_llama
def test_odd_prompts_are_answered_by_something(engine):
    given = engine.predict(["", "7" * 3000, "a\ud800b", "a\ufffdb", "\0", "1+2=\n"])
    assert given[:2] == ["", ""]
    assert given[2] == given[3]
    assert given[-1] == "sum 03\n"


@needs_llama
def test_a_right_model_breaks_no_law_and_conforms(file):
    run_conformance_test(lambda: gguf(file, domain=DIGITS, stop="#"), domain=DIGITS, stop=["#"])
    with closing(gguf(file, domain=DIGITS, stop="#")) as made:
        found = {check.name: check.verdict for check in conformance(made, DIGITS)}
        report = turncheck.check(made, domain=DIGITS, examples=20)
    assert set(found.values()) <= {"holds", "warns", "not offered"}, found
    assert {law.verdict for law in report.models[0].laws} == {"PASS"}


@needs_llama
def test_a_bare_file_is_recognised_and_a_card_may_name_one_of_its_folder(file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "tiny.gguf").write_bytes(Path(file).read_bytes())
    (tmp_path / "card.toml").write_text('kind = "gguf"\npath = "mine/tiny.gguf"\nstop = ["#"]\n', encoding="utf-8")
    for spec in (file, f"gguf:{file}", str(tmp_path / "mine"), str(tmp_path / "card.toml")):
        loaded = load(spec, [] if spec.endswith("toml") else ["stop=#"], DIGITS)
        with closing(loaded.engine):
            assert (loaded.card.kind, loaded.engine.predict(["1+2=\n"])) == ("gguf", ["sum 03\n"])
            assert loaded.bytes == os.path.getsize(file)


@needs_llama
def test_a_process_that_dies_is_started_again_and_counted(file):
    with closing(gguf(file, domain=DIGITS, stop="#")) as made:
        os.kill(made._process._worker._process.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError, match="the process was ended by signal 9"):
            made.predict(["1+2=\n"])
        assert made.predict(["1+2=\n"]) == ["sum 03\n"]
        assert made.troubles() == {"worker restarts": 1}


# --- what is wrong is said at once -----------------------------------------------------------------------------------


def refused(path, fault, domain=DIGITS, **options):
    with pytest.raises(EngineError) as caught:
        gguf(str(path), domain=domain, **options)
    assert "\n" not in str(caught.value)
    assert fault in str(caught.value)


def text(value):
    return struct.pack("<Q", len(value)) + value


def pair(key, value):
    if isinstance(value, list):  # of texts
        return text(key) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    if isinstance(value, bytes):
        return text(key) + struct.pack("<I", 8) + text(value)
    if isinstance(value, bool):
        return text(key) + struct.pack("<I?", 7, value)
    return text(key) + struct.pack("<II", 4, value)


def tensor(kind=0, *sizes, offset=0):
    shape = struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)
    return text(b"token_embd.weight") + shape + struct.pack("<IQ", kind, offset)


WORDS = {b"tokenizer.ggml.model": b"gpt2", b"tokenizer.ggml.tokens": [b"a", b"b"]}
LLAMA = {b"general.architecture": b"llama", **WORDS, b"tokenizer.ggml.eos_token_id": 1}


def header(values=LLAMA, *tensors, version=3, data=0):
    """The bytes of a file with those pairs and tensors, and so many bytes of data."""
    start = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    content = start + b"".join(pair(key, value) for key, value in values.items()) + b"".join(tensors)
    return content + bytes(-len(content) % 32 + data)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "gguf:FILE must name a GGUF file, got "),
        (b"PK\x03\x04", "which is not one: llama.cpp's convert_hf_to_gguf.py makes one of a Hugging Face folder"),
        (b"GGUF", "must be a complete GGUF file, got one that is cut short: download it again"),
        (header(version=1), "got one of version 1, not 2 or 3"),
        (header()[:60], "got one that is cut short"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "got one that is cut short"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "got one that is cut short"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 63) + bytes(99), "got one that is cut short"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text(b"a") + struct.pack("<I", 77) + bytes(9),
            "got one with a value of unknown type 77",
        ),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text(b"a") + struct.pack("<IIQ", 9, 10, 1 << 60) + bytes(9),
            "got one that is cut short",
        ),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text(b"\xff") + bytes(20), "must be a complete GGUF file, got one "),
        (header({**LLAMA, b"general.alignment": 0}), "got one with an alignment of 0"),
        (header(LLAMA, tensor(0, 8, 4), data=64), "must be a complete GGUF file, got 352 bytes of 416"),
        (header(LLAMA, tensor(8, 64, offset=1 << 40), data=64), "bytes of 1,099,511,628,132"),
        (header({b"general.architecture": b"llama"}), "must hold its tokenizer (tokenizer.ggml.tokens), got none"),
        (header({**LLAMA, b"tokenizer.ggml.model": b"no_vocab"}), "must hold its tokenizer"),
        (
            header({**LLAMA, b"general.type": b"adapter"}),
            "must be a model, got a LoRA adapter: merge it into its model",
        ),
        (header({**LLAMA, b"general.architecture": b"clip"}), "must be a model, got an image projector"),
        (
            header({**LLAMA, b"llama.attention.causal": False}),
            "must be a model that generates one token after another, got a llama model that reads in both directions",
        ),
        (header({**LLAMA, b"split.no": 1}), "must be the first part of its model"),
        (
            header({b"general.architecture": b"llama", **WORDS}),
            "the end of an answer must be defined, got no tokenizer.ggml.eos_token_id and no stop: name the text",
        ),
    ],
    ids=range(21),
)
def test_a_file_that_will_not_do_says_why(tmp_path, monkeypatch, content, fault):
    monkeypatch.setattr(kind, "find_spec", lambda name: name)
    (tmp_path / "model.gguf").write_bytes(content)
    refused(tmp_path / "model.gguf", fault)


def test_a_header_says_how_the_numbers_are_rounded_and_how_long_a_text_may_be(tmp_path):
    values = {**LLAMA, b"llama.context_length": 4096}
    (tmp_path / "x").write_bytes(
        header(values, tensor(12, 512), tensor(12, 256), tensor(14, 256), tensor(1, 8), data=900)
    )
    found = read_header(str(tmp_path / "x"))
    assert (found.architecture, found.context, found.has_end) == ("llama", 4096, True)
    assert (found.types, found.quantized) == (("Q4_K", "F16", "Q6_K"), ("Q4_K", "Q6_K"))


@needs_llama
def test_what_llama_cpp_cannot_load_is_said_in_its_words(tmp_path):
    (tmp_path / "x.gguf").write_bytes(header({**LLAMA, b"general.architecture": b"nowhere"}))
    refused(tmp_path / "x.gguf", "llama.cpp cannot load it: unknown model architecture: 'nowhere'")
    (tmp_path / "x.gguf").write_bytes(header())
    refused(
        tmp_path / "x.gguf", "llama.cpp cannot load it: error loading model hyperparameters: key not found in model"
    )


@needs_llama
def test_a_file_that_llama_cpp_crashes_on_ends_its_process_and_no_other(file, tmp_path):
    content, key = Path(file).read_bytes(), b"llama.block_count"
    place = content.index(key) + len(key) + 4
    (tmp_path / "x.gguf").write_bytes(content[:place] + struct.pack("<I", 0) + content[place + 4 :])
    refused(tmp_path / "x.gguf", "in a separate process: the process was ended by signal 6 (SIGABRT)")


def test_other_targets_and_options_are_refused(file, tmp_path):
    refused(tmp_path, "gguf:FILE must name a GGUF file, got a folder at")
    refused("nowhere.gguf", "got no file at 'nowhere.gguf'")
    refused(file, "max_new must be 1..1000000, got 0", max_new=0)
    refused(file, "threads must be 1..1000000, got 0", threads=0)
    refused(file, "stop must be texts of one character or more, got an empty one", stop=["#", ""])
    refused(file, "got '\\n', which cuts 'sum 00\\n' of digits/1: leave it out, or restore the rest with", stop="\n")


LONG = Domain(
    "long/1",
    prompt=Schema("{a}" + "." * 300, a=Int(0, 3), end=""),
    answer=Schema("sum {sum}", sum=Int(0, 6), end=""),
    resolve=lambda case: {"sum": case.a},
    rejects=False,
)


@needs_llama
def test_a_context_that_is_too_short_says_by_how_much(file):
    fault = "its context must hold a case of long/1 and its answer, 306 tokens, got 256: 51 too few"
    refused(file, fault, LONG)


def test_a_library_that_is_missing_is_named_with_the_command(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.setattr(kind, "find_spec", lambda name: None)
    refused(file, "it needs xllamacpp, which is not installed: pip install 'turncheck[gguf]'")
