"""The kind `onnx:TARGET`, compared with plain loops over the exported weights; and what it refuses."""

import json
import os
import random
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import attrs
import numpy as np
import pytest

from tests.model.adapters.small_gpt2 import ENDS, GPT2, PROMPTS, SMALL, byte_tokenizer, trained
from tests.model.adapters.tiny_llama import END
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.learned import EngineError, Verifier, answers
from turncheck.engine.schema import Schema
from turncheck.model.adapters.conformance import conformance, run_conformance_test
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.recognise import found_in, recognised
from turncheck.model.adapters.weights.onnx import onnx

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
library = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
safetensors_torch = pytest.importorskip("safetensors.torch")

from onnx import TensorProto, helper  # noqa: E402  it may not be here

from tests.model.adapters import graphs  # noqa: E402  it needs these libraries
from tests.model.adapters.graphs import INT64, SIZE, bigram, save, value  # noqa: E402
from turncheck.model.adapters.weights.onnx_file import read_onnx  # noqa: E402

RIGHT = [SMALL.resolve_text(prompt) for prompt in PROMPTS]

NAMES = {(None, None): "plain", (None, 1): "one", ("past", None): "past", ("past", 1): "one_past"}
KINDS = (*NAMES.values(), "merged")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of graphs of two models: one that knows SMALL by heart, and a `wild` one."""
    home = tmp_path_factory.mktemp("onnx")
    transformers.utils.logging.disable_progress_bar()
    transformers.set_seed(0)
    texts = [[*f"{prompt}{answer}".encode(), END] for prompt, answer in zip(PROMPTS, RIGHT, strict=True)]
    config = transformers.GPT2Config(**GPT2, **ENDS, loss_type="ForCausalLMLoss")
    wild = transformers.GPT2LMHeadModel(config)
    with torch.no_grad():
        for weight in wild.parameters():
            weight.mul_(4)  # so that what it writes depends on what it reads
    models = {"": trained(transformers.GPT2LMHeadModel(config), texts, len(PROMPTS[0])), "wild_": wild.eval()}
    for name, model in models.items():
        for past, rows in product((None, "past"), (None, 1)):
            graphs.export(model, home / f"{name}{NAMES[past, rows]}.onnx", past, rows)
        graphs.export(model, home / "first.onnx", "first")
        graphs.merged(home / "first.onnx", home / f"{name}past.onnx", home / f"{name}merged.onnx")
    byte_tokenizer().save(str(home / "tokenizer.json"))
    torch.save(wild.state_dict(), home / "wild.pt")
    return home


@pytest.fixture
def wild(made):
    """The wild model as torch has it."""
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(**GPT2, **ENDS))
    model.load_state_dict(torch.load(made / "wild.pt", weights_only=True))
    return model.eval()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a tokenizer of bytes."""
    monkeypatch.chdir(tmp_path)
    byte_tokenizer().save("tokenizer.json")
    return tmp_path


def plainly(model, prompts, limit):
    """What the model writes, one prompt at a time, the whole forward pass for each token."""
    found = []
    for prompt in prompts:
        ids = list(prompt.encode())
        start = len(ids)
        with torch.inference_mode():
            while len(ids) - start < limit and ids[start:][-1:] != [END]:
                ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
        found.append(bytes(token for token in ids[start:] if token != END).decode("utf-8", "replace"))
    return found


# --- it writes what the model writes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_a_model_that_is_right_answers_and_verifies_right(made, name):
    engine = onnx(str(made / f"{name}.onnx"), domain=SMALL)
    assert engine.predict(PROMPTS) == RIGHT
    assert [(each.accepted, each.complete) for each in engine.verify(PROMPTS, RIGHT)] == [(6, True)] * len(PROMPTS)
    assert (engine.troubles(), engine.findings(), engine.context) == ({}, (), 64)
    assert engine.model.keeps == (name not in ("plain", "one"))


VARIED = ["1+2=\n", "x", "3+3=\n3+3=\n", "a longer prompt, of many bytes", "1+2=\n", "\u05d0\u05d1"]


@pytest.mark.parametrize("name", KINDS)
def test_prompts_of_any_length_are_answered_as_alone_and_as_torch_does(made, wild, name):
    engine = onnx(str(made / f"wild_{name}.onnx"), domain=SMALL, max_new=12)
    expected = plainly(wild, VARIED, 12)
    assert engine.predict(VARIED) == expected
    assert [engine.predict([prompt])[0] for prompt in VARIED] == expected
    assert len(set(expected)) > 2
    spoilt = [text[: at % 7] + "!" + text[at % 7 + 1 :] for at, text in enumerate(expected)]
    for drafts in (expected, spoilt, expected[1:] + expected[:1], [""] * len(VARIED)):
        for answer, draft, verdict in zip(expected, drafts, engine.verify(VARIED, drafts), strict=True):
            assert not verdict.complete or draft == answer
        assert answers(engine, VARIED, drafts) == expected


def test_a_model_that_knows_nothing_keeps_the_contract(made):
    run_conformance_test(lambda: onnx(str(made / "wild_past.onnx"), domain=SMALL, max_new=12), domain=SMALL)


def test_all_that_a_right_model_offers_is_checked_and_holds(made):
    found = conformance(onnx(str(made / "past.onnx"), domain=SMALL), SMALL)
    assert {check.verdict for check in found} == {"holds"}


def test_what_the_newer_exporter_writes_with_weights_in_a_file_beside_is_read(folder, wild):
    pytest.importorskip("onnxscript")
    ids, size = torch.zeros((2, 3), dtype=torch.int64), torch.export.Dim
    free = {"input_ids": {0: size("batch"), 1: size("tokens")}}
    graphs.exported(graphs.Plain(wild), (ids,), "model.onnx", free)
    assert (folder / "model.onnx.data").exists()
    engine = onnx("model.onnx", domain=SMALL, max_new=9)
    assert engine.predict(VARIED) == plainly(wild, VARIED, 9)
    (folder / "model.onnx.data").rename(folder / "elsewhere")
    refused(
        "model.onnx", "its weights must lie in the model's own folder, got 'model.onnx.data', which does not exist: d"
    )


def test_a_prompt_that_does_not_fit_is_not_answered_and_counted(made, wild):
    engine = onnx(str(made / "wild_past.onnx"), domain=SMALL, max_new=5)
    asked = ["x" * 64, "x" * 65, "", "1+1=\n"]
    assert engine.predict(asked) == [*plainly(wild, ["x" * 64], 1), "", "", *plainly(wild, asked[3:], 5)]
    assert engine.troubles()["prompts that do not fit the context"] == 2


# --- graphs of all sorts, put together by hand ------------------------------------------------------------------------

HELLO = Domain(
    "hello/1",
    prompt=Schema("{a}:", a=Int(0, 9), end=""),
    answer=Schema("1{sum}", sum=Int(0, 9), end=""),
    resolve=lambda case: {"sum": 2},
    rejects=False,
)
TABLE = graphs.next_letters(":12")


def one_table(path="model.onnx", table=TABLE, **options):
    """A graph that answers 12 to anything that ends with a colon."""
    outside = {name: options.pop(name) for name in ("properties", "external") if name in options}
    return save(bigram(table, **options), path, **outside)


def cast(dtype, name="ids"):
    """A graph whose token ids are of that type and have that name."""
    nodes = [
        helper.make_node("Cast", [name], ["whole"], to=INT64),
        helper.make_node("Gather", ["table", "whole"], ["y"]),
    ]
    outputs = [value("y", TensorProto.FLOAT, "b", "t", SIZE)]
    return {"inputs": [value(name, dtype, "b", "t")], "outputs": outputs, "nodes": nodes}


@pytest.mark.parametrize(
    "options",
    [
        {},
        cast(TensorProto.INT32),
        cast(INT64, "tokens"),
        {"dtype": np.float16},
        {"dtype": np.float64},
        {"inputs": [value("input_ids", INT64, 1, 8)], "outputs": [value("y", TensorProto.FLOAT, 1, 8, SIZE)]},
        {"inputs": [value("input_ids", INT64, 3, "t")], "outputs": [value("y", TensorProto.FLOAT, 3, "t", SIZE)]},
        {"inputs": [value("input_ids", INT64, "b", "t"), value("token_type_ids", INT64, "b", "t")]},
        {"inputs": [value("input_ids", INT64, "b", "t"), value("attention_mask", TensorProto.FLOAT, "b", "t")]},
        {"inputs": [value("input_ids", INT64, "b", "t"), value("position_ids", TensorProto.INT32, "t")]},
    ],
    ids=["plain", "int32", "name", "float16", "float64", "fixed", "three", "types", "mask", "places"],
)
def test_a_graph_may_name_and_shape_its_inputs_otherwise(folder, options):
    one_table(**options)
    engine = onnx("model.onnx", domain=HELLO)
    assert engine.predict(["7:", "3:", "10:", "1:"]) == ["12"] * 4
    assert [each.complete for each in engine.verify(["7:", "3:"], ["12", "13"])] == [True, False]


def test_a_graph_of_fixed_length_reads_no_more(folder):
    one_table(inputs=[value("input_ids", INT64, 1, 8)], outputs=[value("y", TensorProto.FLOAT, 1, 8, SIZE)])
    engine = onnx("model.onnx", domain=HELLO)
    assert (engine.context, engine.predict(["1234567:", "12345678:"])) == (8, ["1", ""])
    assert engine.troubles() == {"prompts that do not fit the context": 1, "answers cut at max_new": 1}
    long = attrs.evolve(HELLO, prompt=Schema("{a}......:", a=Int(0, 9), end=""))
    fault = "its context must hold a case of hello/1 and its answer, 10 tokens, got 8: 2 too few"
    assert refused("model.onnx", fault, domain=long) == fault


def test_a_table_of_positions_is_found_to_be_too_short(folder):
    # What stands at a place beyond the table is no index of it.
    inputs = [value("input_ids", INT64, "b", "t"), value("position_ids", INT64, "b", "t")]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("Gather", ["places", "position_ids"], ["there"]),
        helper.make_node("Add", ["words", "there"], ["logits"]),
    ]
    graph = bigram(TABLE, inputs=inputs, nodes=nodes)
    graph.initializer.append(graphs.numpy_helper.from_array(np.zeros((6, SIZE), np.float32), "places"))
    save(graph, "model.onnx")
    assert onnx("model.onnx", domain=HELLO).context == 6
    long = attrs.evolve(HELLO, prompt=Schema("{a}....:", a=Int(0, 9), end=""))
    refused("model.onnx", "its context must hold a case of hello/1 and its answer, 8 tokens, got 6: 2 too few", long)


def test_no_id_that_is_none_reaches_the_graph(folder):
    one_table()
    model = onnx("model.onnx", domain=HELLO).model
    for wrong in (-1, SIZE):
        with pytest.raises(ValueError, match=f"token ids must be 0..256, got {wrong} to {wrong}"):
            model.whole(np.array([[wrong]]), None)


def test_logits_that_are_no_numbers_are_an_outcome(folder):
    one_table(table=np.full((SIZE, SIZE), np.nan, np.float32))
    engine = onnx("model.onnx", domain=HELLO)
    assert engine.predict(["7:"]) != ["12"]
    assert [(each.complete, each.margin) for each in engine.verify(["7:"], ["12"])] == [(False, 0.0)]


def test_a_past_that_is_wrong_is_not_used(folder):
    # It adds the sum of what was kept, which is none of the tokens': then one pass is right, and a second is not.
    inputs = [value("input_ids", INT64, "b", "t"), value("past_key_values.0.key", TensorProto.FLOAT, "b", 1, "p", 1)]
    outputs = [
        value("logits", TensorProto.FLOAT, "b", "t", SIZE),
        value("present.0.key", TensorProto.FLOAT, "b", 1, "q", 1),
    ]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["words"]),
        helper.make_node("Cast", ["input_ids"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float", "axes"], ["new"]),
        helper.make_node("Concat", ["past_key_values.0.key", "new"], ["present.0.key"], axis=2),
        helper.make_node("ReduceSum", ["past_key_values.0.key"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "one"], ["some"]),
        helper.make_node("Mul", ["words", "some"], ["logits"]),
    ]
    graph = bigram(TABLE, inputs=inputs, outputs=outputs, nodes=nodes)
    for name, held in (("axes", np.array([1, 3])), ("one", np.ones((), np.float32))):
        graph.initializer.append(graphs.numpy_helper.from_array(held, name))
    save(graph, "model.onnx")
    engine = onnx("model.onnx", domain=HELLO)
    assert engine.findings() == ["its cache changes the logits: the cache is not used"]
    assert engine.predict(["7:", "12:"]) == ["12"] * 2


def test_a_graph_that_rounds_by_the_largest_number_of_a_pass_is_asked_alone(made, wild, folder):
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(str(made / "wild_past.onnx"), "model.onnx")
    engine = onnx("model.onnx", domain=SMALL, max_new=9)
    assert not isinstance(engine, Verifier)
    assert engine.findings()[0].startswith("it quantizes dynamically: ")
    assert engine.predict(VARIED) == [engine.predict([prompt])[0] for prompt in VARIED]
    assert len(set(engine.predict(VARIED))) > 2


def test_a_graph_that_rounds_and_takes_three_prompts_at_once_is_refused(wild, folder):
    from onnxruntime.quantization import quantize_dynamic

    graphs.export(wild, "three.onnx", rows=3)
    quantize_dynamic("three.onnx", "model.onnx")
    refused("model.onnx", "a graph with dynamic quantization must accept batche")


# --- what its tokens mean --------------------------------------------------------------------------------------------

SUMS = Domain(
    "sums/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 9), b=Int(0, 9), end=""),
    answer=Schema("{sum}", sum=Int(0, 18, digits=2), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
)
CHARACTERS = "\n0123456789+="


@pytest.fixture
def random_characters(folder):
    """A graph over characters without a tokenizer: what it writes depends on the last one."""
    (folder / "tokenizer.json").unlink()
    table = np.random.default_rng(1).normal(size=(13, 13)).astype(np.float32)
    one_table(table=table)
    return table


def follow(table, prompt, stop, limit):
    """What such a table writes."""
    at, text = CHARACTERS.index(prompt[-1]), ""
    while len(text) < limit and not (stop and text.endswith(stop)):
        at = int(table[at].argmax())
        text += CHARACTERS[at]
    return text.removesuffix(stop) if stop else text


@pytest.mark.parametrize("way", ["vocabulary", "file", "meta", "beside"])
def test_characters_may_be_given_in_many_ways(folder, random_characters, way):
    import pickle

    (folder / "v.json").write_text(json.dumps(list(CHARACTERS)), encoding="utf-8")
    itos = dict(enumerate(CHARACTERS))
    beside = {"vocabulary": CHARACTERS, "file": "v.json", "meta": "m.pkl"}
    (folder / ("meta.pkl" if way == "beside" else "m.pkl")).write_bytes(pickle.dumps({"itos": itos}))
    options = {} if way == "beside" else {"meta" if way == "meta" else "vocabulary": beside[way]}
    engine = onnx("model.onnx", domain=SUMS, max_new=4, **options)
    asked = [f"{a}+{b}=" for a, b in ((1, 2), (9, 9))]
    written = [follow(random_characters, prompt, "\n", 4) for prompt in asked]
    assert engine.predict(asked) == written


def test_a_stop_of_characters_is_the_users_and_none_ends_with_the_length(folder, random_characters):
    asked, last = "1+2=", follow(random_characters, "1+2=", "", 2)[-1]
    engine = onnx("model.onnx", domain=SUMS, vocabulary=CHARACTERS, stop="=", max_new=3)
    assert engine.predict([asked]) == [follow(random_characters, asked, "=", 3)]
    whole = onnx("model.onnx", domain=SUMS, vocabulary=CHARACTERS, stop="")
    own = [follow(random_characters, asked, "", 2)]
    assert whole.predict([asked]) == own
    assert whole.troubles() == {}
    assert [each.complete for each in whole.verify([asked] * 2, [*own, last])] == [True, False]


def test_characters_keep_the_contract(random_characters):
    run_conformance_test(lambda: onnx("model.onnx", domain=SUMS, vocabulary=CHARACTERS, unknown="0"), domain=SUMS)


def test_a_character_that_the_vocabulary_lacks_is_no_prompt_or_another(random_characters):
    engine = onnx("model.onnx", domain=SUMS, vocabulary=CHARACTERS)
    given = engine.predict(["1+x=", "1+7="])
    assert given == ["", *engine.predict(["1+7="])]
    assert engine.troubles()["prompts with characters that the vocabulary lacks"] == 1
    assert not engine.verify(["1+x="], [""])[0].complete
    other = onnx("model.onnx", domain=SUMS, vocabulary=CHARACTERS, unknown="7")
    assert other.predict(["1+x="]) == engine.predict(["1+7="])


def test_a_model_of_turnchecks_own_answers_as_it_does_there(folder, monkeypatch):
    from turncheck.model.checkpoint import Metadata
    from turncheck.model.decode import TransformerEngine
    from turncheck.model.tokens import Tokenizer, vocabulary
    from turncheck.model.transformer import ModelConfig, Transformer

    torch.manual_seed(0)
    words = vocabulary(SMALL)
    config = ModelConfig(len(words), 12, 14, layers=2, width=16, heads=2)
    transformer = Transformer(config)
    with torch.no_grad():
        for weight in transformer.parameters():
            weight.normal_(0, 0.5)
    said = Metadata(config, words, "small/1", "small/1", 0, 0, (), ()).to_metadata()
    graphs.export_own(transformer, "own.onnx", monkeypatch, said)
    own, engine = TransformerEngine(transformer, Tokenizer(words)), onnx("own.onnx", domain=SMALL)
    asked = [*PROMPTS, "", "x" * 30, "\ud800"]
    given = own.predict(asked)
    assert engine.predict(asked) == given
    for one, another in zip(own.verify(asked, given), engine.verify(asked, given), strict=True):
        assert (min(one.accepted, 13), one.complete) == (another.accepted, another.complete)  # of 14 at most
    fault = "it must have learned sums/1, got small/1: name its own domain with --domain"
    assert refused("own.onnx", fault, domain=SUMS) == fault
    graphs.export_own(transformer, "own.onnx", monkeypatch, {"turncheck": '{"format": "turncheck/1"}'})
    refused("own.onnx", "its metadata 'turncheck' must have the format turncheck/2, got '{")
    graphs.export_own(transformer, "own.onnx", monkeypatch, {})
    longer = onnx("own.onnx", domain=SMALL, vocabulary="turncheck", max_new=14)
    assert longer.predict(PROMPTS) == given[: len(PROMPTS)]
    refused("own.onnx", "stop has no effect on a model with turncheck's own", vocabulary="turncheck", stop="x")


def test_an_end_may_be_said_by_a_configuration_beside_it(folder):
    one_table(table=graphs.next_letters(":12;"))
    (folder / "config.json").write_text(f'{{"eos_token_id": {ord(";")}, "n_positions": 9}}', encoding="utf-8")
    engine = onnx("model.onnx", domain=HELLO)
    assert (engine.predict(["7:"]), engine.context) == (["12"], 9)


def test_a_folder_of_a_hub_keeps_its_tokenizer_above_its_graphs(folder):
    (folder / "onnx").mkdir()
    one_table("onnx/model.onnx")
    one_table("onnx/model_quantized.onnx")
    assert onnx("onnx", domain=HELLO).predict(["7:"]) == ["12"]


# --- by its name -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["mine", "mine/", "mine/model.onnx", "onnx:mine", "onnx:mine/model.onnx"])
def test_a_graph_has_many_names_and_just_works(folder, spec):
    (folder / "mine").mkdir()
    shutil.copy("tokenizer.json", "mine")
    one_table("mine/model.onnx")
    loaded = load(spec, (), HELLO)
    assert (loaded.card.kind, loaded.bytes) == ("onnx", (folder / "mine" / "model.onnx").stat().st_size)
    assert loaded.card.name == (spec if ":" in spec else "mine")
    assert loaded.engine.predict(["7:"]) == ["12"]


def test_a_graph_is_one_under_any_name_and_a_card_may_name_it(folder):
    one_table("weights.bin")
    assert recognised(folder / "weights.bin") == "onnx"
    (folder / "engine.toml").write_text('kind = "onnx"\npath = "weights.bin"\nmax_new = 1\n', encoding="utf-8")
    loaded = load(".", (), HELLO)
    assert loaded.engine.predict(["7:"]) == ["1"]


def test_a_folder_that_holds_weights_of_transformers_too_is_theirs(folder):
    one_table("model.onnx")
    (folder / "config.json").write_text('{"model_type": "gpt2"}', encoding="utf-8")
    assert found_in(folder) == folder / "model.onnx"
    (folder / "model.safetensors").write_bytes(safetensors_torch.save({"x": torch.zeros(2)}))
    assert found_in(folder) == folder


# --- bad input -------------------------------------------------------------------------------------------------------


def refused(target, fault, domain=SMALL, **options):
    with pytest.raises(EngineError) as caught:
        onnx(str(target), domain=domain, **options)
    said = str(caught.value)
    assert said.startswith(fault), said
    assert "\n" not in said
    return said


def test_a_path_that_is_no_graph_is_called_what_it_is(folder):
    refused("missing.onnx", "onnx:TARGET must name an ONNX file or its folder, got 'missing.onnx', wh")
    refused("", "onnx:TARGET must name an ONNX file or its folder, got nothing")
    refused(".", "a folder must hold one ONNX file, got none: name the file")
    for name in ("a.onnx", "b.onnx"):
        one_table(name)
    refused(".", "a folder must hold one ONNX file, got a.onnx, b.onnx: name one of them")
    (folder / "a.onnx").write_bytes(b"version https://git-lfs.github.com/spec/v1")
    refused("a.onnx", "'a.onnx' must be an ONNX model, got a Git LFS pointer")
    (folder / "a.onnx").write_bytes(b"")
    refused("a.onnx", "'a.onnx' must be an ONNX model, got 0 bytes of no known format, or cut short")


def test_a_file_that_is_cut_or_damaged_anywhere_is_refused_in_one_line(folder, made):
    content = (made / "merged.onnx").read_bytes()
    chance = random.Random(0)
    for place in [*range(1, 40), *(chance.randrange(len(content)) for _ in range(60))]:
        (folder / "cut.onnx").write_bytes(content[:place])
        refused("cut.onnx", "'cut.onnx' must be a")
    said = []
    for _ in range(80):  # of the beginning, where its structure stands
        place = chance.randrange(4000)
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        (folder / "bad.onnx").write_bytes(damaged)
        try:
            read_onnx(folder / "bad.onnx")
        except EngineError as error:
            said.append(str(error))
    assert len(said) > 5
    assert [each for each in said if "\n" in each] == []


FLOAT = TensorProto.FLOAT


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (
            {"inputs": [value("input_ids", INT64, "b", "t"), value("pixels", FLOAT, "b")]},
            (
                "its inputs must be among input_ids, attention_mask, position_ids, past_key_values.* and "
                "use_cache_branch, got 'pixels' too, whose values are not known: export a decoder-only model"
            ),
        ),
        (
            cast(FLOAT, "input_ids"),
            (
                "its graph must have one input of token ids, input_ids, int64 or int32 of (batch, tokens), got "
                "input_ids tensor(float) (b, t)"
            ),
        ),
        (
            {
                "inputs": [value("one", INT64, "b", "t"), value("two", INT64, "b", "t")],
                "nodes": [helper.make_node("Gather", ["table", "one"], ["logits"])],
            },
            "its graph must have one input of token ids, input_ids, int64 or int32 of (batch, tokens), got one tensor(",
        ),
        (
            {"inputs": [value("input_ids", INT64, "t")], "outputs": [value("logits", FLOAT, "t", SIZE)]},
            "its graph must have one input of token ids, input_ids, int64 or int32 of (batch, tokens), got input_",
        ),
        (
            {
                "outputs": [value("logits", FLOAT, "b", SIZE)],
                "nodes": [
                    helper.make_node("Gather", ["table", "input_ids"], ["each"]),
                    helper.make_node("ReduceMean", ["each", "axes"], ["logits"], keepdims=0),
                ],
                "axes": [1],
            },
            (
                "its graph must give logits, floats of (batch, tokens, vocabulary), got logits tensor(float) (b, 257): "
                "export a model for text generation, not a classifier"
            ),
        ),
        (
            {
                "outputs": [value("logits", FLOAT, "b", 1, SIZE)],
                "nodes": [
                    helper.make_node("Gather", ["table", "input_ids"], ["each"]),
                    helper.make_node("ReduceMean", ["each", "axes"], ["logits"], keepdims=1),
                ],
                "axes": [1],
            },
            "its graph must give logits for each token, (batch, tokens, vocabulary), got (1, 1, 257) for ids of (1,",
        ),
        (
            {
                "nodes": [
                    helper.make_node("Gather", ["table", "input_ids"], ["each"]),
                    helper.make_node("ReduceMean", ["each", "axes"], ["mean"], keepdims=1),
                    helper.make_node("Add", ["each", "mean"], ["logits"]),
                ],
                "axes": [1],
            },
            "a model must generate one token after another, got one whose first tokens depend on later ones: ",
        ),
        (
            {"inputs": [value("input_ids", INT64, "b", "t"), value("past_key_values.0.key", FLOAT, "b", 1, "p", 1)]},
            "its input 'past_key_values.0.key' must have a matching output, present.0.key",
        ),
        (
            {
                "inputs": [
                    value("input_ids", INT64, "b", "t"),
                    value("past_key_values.0.key", FLOAT, "b", "h", "p", 1),
                ],
                "outputs": [value("logits", FLOAT, "b", "t", SIZE), value("present.0.key", FLOAT, "b", "h", "q", 1)],
                "nodes": [
                    helper.make_node("Gather", ["table", "input_ids"], ["logits"]),
                    helper.make_node("Identity", ["past_key_values.0.key"], ["present.0.key"]),
                ],
            },
            (
                "its input 'past_key_values.0.key' must be (batch, heads, past, size) with a past of any length and "
                "the other sizes fixed, got (b, h, p, 1)"
            ),
        ),
        (
            {
                "outputs": [value("logits", FLOAT, "b", "t", SIZE)],
                "nodes": [helper.make_node("Nonsense", ["table", "input_ids"], ["logits"])],
            },
            "onnxruntime 1.",
        ),
    ],
    ids=["input", "floats", "two", "rank", "classifier", "last", "bidirectional", "present", "heads", "operator"],
)
def test_a_graph_that_will_not_do_says_why(folder, options, fault):
    axes = options.pop("axes", None) if (options := dict(options)) else None
    graph = bigram(TABLE, **options)
    if axes:
        graph.initializer.append(graphs.numpy_helper.from_array(np.array(axes), "axes"))
    save(graph, "model.onnx")
    said = refused("model.onnx", fault, HELLO)
    assert "ONNXRuntimeError" not in said


def nested(node):
    """A graph that has the node in a branch of a branch."""
    logits = value("logits", FLOAT, "b", "t", SIZE)
    plain = helper.make_node("Gather", ["table", "input_ids"], ["logits"])
    inner = helper.make_graph([node], "inner", [], [logits])
    other = helper.make_graph([plain], "other", [], [logits])
    middle = helper.make_node("If", ["truth"], ["logits"], then_branch=inner, else_branch=other)
    outer = helper.make_graph([middle], "outer", [], [logits])
    top = helper.make_node("If", ["truth"], ["logits"], then_branch=outer, else_branch=other)
    graph = bigram(TABLE, nodes=[top])
    graph.initializer.append(graphs.numpy_helper.from_array(np.array([False]), "truth"))
    return graph


@pytest.mark.parametrize("wrap", [lambda node: bigram(TABLE, nodes=[node]), nested], ids=["plain", "nested"])
def test_operators_of_a_library_are_refused(folder, wrap):
    node = helper.make_node("Trap", ["table", "input_ids"], ["logits"], domain="evil.ops")
    save(wrap(node), "model.onnx", imports=["evil.ops"])
    said = refused("model.onnx", "its operators must be those of ONNX or onnxruntime, got Trap of evil.ops, which ")
    assert said.endswith("none is loaded: export the model without them")


def test_a_function_of_the_model_itself_is_no_library(folder):
    node = helper.make_node("Look", ["table", "input_ids"], ["logits"], domain="mine")
    model = save(bigram(TABLE, nodes=[node]), "model.onnx", imports=["mine"])
    body = [helper.make_node("Gather", ["a", "b"], ["c"])]
    model.functions.append(helper.make_function("mine", "Look", ["a", "b"], ["c"], body, [helper.make_opsetid("", 18)]))
    library.save(model, "model.onnx")
    assert onnx("model.onnx", domain=HELLO).predict(["7:"]) == ["12"]
    del model.functions[0].node[:]
    model.functions[0].node.append(helper.make_node("Trap", ["a", "b"], ["c"], domain="evil"))
    library.save(model, "model.onnx")
    refused("model.onnx", "its operators must be those of ONNX or onnxruntime, got Trap of evil, ")


def test_weights_in_a_file_beside_are_read_and_elsewhere_are_refused(folder):
    (folder / "mine").mkdir()
    (folder / "outside").write_bytes(b"\0" * SIZE * SIZE * 4)
    shutil.copy("tokenizer.json", "mine")
    one_table("mine/model.onnx", external="weights.bin")
    assert onnx("mine/model.onnx", domain=HELLO).predict(["7:"]) == ["12"]
    model = library.load("mine/model.onnx", load_external_data=False)
    entries = model.graph.initializer[0].external_data
    place = next(each for each in entries if each.key == "location")
    demand = "its weights must lie in the model's own folder, got "
    (folder / "mine" / "link").symlink_to("../outside")
    (folder / "mine" / "up").symlink_to("..")
    for location, fault in {
        "../outside": "'../outside', which is outside the folder: move the file there",
        "/outside": "'/outside', which is outside the folder: ",
        "a/../../outside": "'a/../../outside', which is outside the folder: ",
        "..\\outside": "'..\\\\outside', which is outside the folder: ",
        "C:outside": "'C:outside', which is outside the folder: ",
        "link": "'link', a link to a place outside: ",
        "up/outside": "'up/outside', a link to a place outside: ",
        "missing": "'missing', which does not exist: download it",
        "": "'', which is no file",
        "*/_ORT_MEM_ADDR_/*": "'*/_ORT_MEM_ADDR_/*', a place in memory",
    }.items():
        place.value = location
        library.save(model, "mine/model.onnx")
        refused("mine/model.onnx", demand + fault, HELLO)


def test_weights_are_found_wherever_a_graph_keeps_them(folder):
    # In a branch, in an attribute, in sparse tensors: what names a file is looked at all the same.
    tensor = graphs.numpy_helper.from_array(TABLE, "inner")
    library.external_data_helper.set_external_data(tensor, "../outside")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    sparse = library.SparseTensorProto(values=tensor, indices=graphs.numpy_helper.from_array(np.arange(4), "at"))
    node = helper.make_node("Constant", [], ["x"], value=tensor)
    sparse_node = helper.make_node("Constant", [], ["x"], sparse_value=sparse)
    with_sparse = bigram(TABLE)
    with_sparse.sparse_initializer.append(sparse)
    for graph in (nested(node), bigram(TABLE, nodes=[node]), bigram(TABLE, nodes=[sparse_node]), with_sparse):
        save(graph, "model.onnx")
        refused(
            "model.onnx", "its weights must lie in the model's own folder, got '../outside', which is outside", HELLO
        )


def test_what_is_read_of_a_file_is_what_its_library_reads(made, folder):
    def operators(graph):
        found = set()
        for node in graph.node:
            found.add(node.op_type)
            for each in node.attribute:
                for inner in [each.g, *each.graphs]:
                    found |= operators(inner)
        return found

    for path in sorted(made.glob("*.onnx")):
        model = library.load(path)
        helper.set_model_props(model, {"one": "1", "turn": "\u00e9"})
        library.save(model, "same.onnx")
        read = read_onnx(folder / "same.onnx")
        assert (read.operators, read.properties) == (operators(model.graph), {"one": "1", "turn": "\u00e9"})


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (
            {"stop": "1"},
            "stop must not cut a correct answer, got '1', which cuts '12' of hello/1: leave it out",
        ),
        ({"stop": ""}, "stop must be texts of one character or more, got an empty one"),
        ({"stop": ["#", ""]}, "stop must be texts of one character or more, got an empty one"),
        ({"max_new": 0}, "max_new must be 1..1000000, got 0"),
        ({"unknown": "?"}, "unknown has no effect on a model with a tokenizer.json, which has tokens for any text"),
        ({"append": "?", "vocabulary": "0123:"}, "append has no effect on a model with a vocabulary of characters"),
        ({"meta": "m", "tokenizer": "t"}, "a model must have one vocabulary, got meta and tokenizer: leave the others"),
        (
            {"vocabulary": "0123456789:\n"},
            "its vocabulary must have one token for each of the model's 257 logits, got 12: ",
        ),
        (
            {"vocabulary": "01234\n"},
            "its vocabulary lacks ':', ",
        ),
        ({"tokenizer": "t.json"}, "a model must have a tokenizer.json, got none at t.json: write one"),
    ],
)
def test_options_that_cannot_be_are_refused(folder, options, fault):
    one_table()
    refused("model.onnx", fault, HELLO, **options)


def test_a_vocabulary_that_is_missing_or_too_large_is_named(folder):
    one_table(table=TABLE[:200, :200])
    refused("model.onnx", "its tokenizer must have ids below 200 (the model's logits), got 256: it belongs", HELLO)
    os.rename("tokenizer.json", "t.json")
    refused(
        "model.onnx", f"its vocabulary is missing, there is no tokenizer.json and no meta.pkl in '{folder}': give tok"
    )
    assert onnx("model.onnx", domain=HELLO, vocabulary="".join(map(chr, range(200)))).predict(["7:"]) != []


def test_a_library_that_is_missing_is_named_with_the_command(folder, monkeypatch):
    one_table()
    for name in [name for name in sys.modules if name.startswith("turncheck.model.adapters.weights.onnx_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    refused("model.onnx", "it needs onnxruntime, which is not installed: pip install 'turncheck[onnx]'")


def test_a_graph_needs_no_torch(folder):
    one_table()
    ask = "from turncheck.model.adapters.loading import load; import digits, sys; "
    ask += (
        "assert load('model.onnx', (), digits.DOMAIN).engine.predict(['7+8=']) != []; assert 'torch' not in sys.modules"
    )
    shutil.copy(Path(__file__).parents[3] / "examples" / "hf" / "digits.py", "digits.py")
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
