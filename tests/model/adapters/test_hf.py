"""The kind `hf:FOLDER`, compared with plain loops over the same weights, on tiny models made here."""

import json
import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.model.adapters.small_gpt2 import ENDS, GPT2, PROMPTS, SMALL, byte_tokenizer, trained
from tests.model.adapters.tiny_llama import DIGITS, END
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.learned import SAFE_MARGIN, EngineError, answers
from turncheck.engine.schema import Schema
from turncheck.model.adapters.conformance import conformance, run_conformance_test
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.weights.hf import hugging_face

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")
safetensors_torch = pytest.importorskip("safetensors.torch")

LLAMA = {
    "vocab_size": END + 1,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 64,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folders of tiny models: `gpt2` and `llama` that know SMALL by heart, `wild` ones that know nothing."""
    home = tmp_path_factory.mktemp("hf")
    verbosity = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    transformers.set_seed(0)
    texts = [[*f"{prompt}{SMALL.resolve_text(prompt)}".encode(), END] for prompt in PROMPTS]
    kinds = {
        "gpt2": (transformers.GPT2LMHeadModel, transformers.GPT2Config(**GPT2, **ENDS)),
        "llama": (transformers.LlamaForCausalLM, transformers.LlamaConfig(**LLAMA, **ENDS)),
    }
    for name, (kind, config) in kinds.items():
        trained(kind(config), texts, len(PROMPTS[0])).save_pretrained(home / name)
        wild = kind(config)
        with torch.no_grad():
            for weight in wild.parameters():
                weight.mul_(4)  # so that what it writes depends on what it reads
        wild.save_pretrained(home / f"wild-{name}")
    for name in ("gpt2", "llama", "wild-gpt2", "wild-llama"):
        byte_tokenizer().save(str(home / name / "tokenizer.json"))
    transformers.utils.logging.set_verbosity(verbosity)
    return home


@pytest.fixture
def copied(made, tmp_path):
    """A folder like `gpt2`, to be spoilt."""
    shutil.copytree(made / "gpt2", tmp_path / "mine")
    return tmp_path / "mine"


def plainly(folder, prompts, limit, stops=()):
    """What the model writes, one prompt at a time, the whole forward pass for each token."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True).float().eval()
    found = []
    for prompt in prompts:
        ids = list(prompt.encode())
        start = len(ids)
        with torch.inference_mode():
            while len(ids) - start < limit and ids[start:][-1:] != [END]:
                ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
                if any(stop in bytes(ids[start:]) for stop in stops if ids[-1] != END):
                    break
        written = bytes(token for token in ids[start:] if token != END)
        cut = min((written.index(stop) for stop in stops if stop in written), default=len(written))
        found.append(written[:cut].decode("utf-8", "replace"))
    return found


# --- it writes what the model writes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_a_model_that_is_right_answers_and_verifies_right(made, name):
    engine = hugging_face(str(made / name), domain=SMALL)
    right = [SMALL.resolve_text(prompt) for prompt in PROMPTS]
    assert engine.predict(PROMPTS) == right
    verdicts = engine.verify(PROMPTS, right)
    assert [(verdict.accepted, verdict.complete) for verdict in verdicts] == [(6, True)] * len(PROMPTS)
    assert engine.troubles() == {}


VARIED = ["1+2=\n", "", "x", "3+3=\n3+3=\n", "a longer prompt, of many bytes", "1+2=\n", "\u05d0\u05d1"]


@pytest.mark.parametrize("name", ["gpt2", "llama", "wild-gpt2", "wild-llama"])
def test_prompts_of_any_length_are_answered_as_alone_and_without_a_cache(made, name):
    engine = hugging_face(str(made / name), domain=SMALL, max_new=20)
    asked = [prompt for prompt in VARIED if prompt]
    expected = plainly(made / name, asked, 20)
    assert engine.predict(asked) == expected
    assert [engine.predict([prompt])[0] for prompt in asked] == expected
    assert len(set(expected)) > 2


@pytest.mark.parametrize("name", ["gpt2", "wild-gpt2", "wild-llama"])
def test_verifying_says_what_writing_shows(made, name):
    engine = hugging_face(str(made / name), domain=SMALL, max_new=20)
    asked = [prompt for prompt in VARIED if prompt] * 4
    own = engine.predict(asked)
    spoilt = [text[: index % 7] + "!" + text[index % 7 + 1 :] for index, text in enumerate(own)]
    for drafts in (own, spoilt, own[1:] + own[:1], [""] * len(own)):
        for answer, draft, verdict in zip(own, drafts, engine.verify(asked, drafts), strict=True):
            assert not verdict.complete or draft == answer
        assert answers(engine, asked, drafts) == own


def test_a_stop_cuts_an_answer_and_verifies(made):
    # The end token is none here: what is learned behind an answer is then a line of its own.
    engine = hugging_face(str(made / "gpt2"), domain=SMALL, stop="\n", append="\n")
    right = [SMALL.resolve_text(prompt) for prompt in PROMPTS]
    assert engine.predict(PROMPTS) == right
    assert all(verdict.complete and verdict.margin >= SAFE_MARGIN for verdict in engine.verify(PROMPTS, right))
    assert not any(verdict.complete for verdict in engine.verify(PROMPTS, [*right[1:], "sum 9\n"]))
    wild = hugging_face(str(made / "wild-llama"), domain=SMALL, stop=["q", "zz"], max_new=30)
    asked = [f"{index} times" for index in range(12)]
    assert wild.predict(asked) == plainly(made / "wild-llama", asked, 30, (b"q", b"zz"))


def test_an_answer_in_other_tokens_is_refused_and_then_written(made, copied):
    # The tokenizer would write `su` as one token; the model learned bytes, and goes on writing bytes.
    byte_tokenizer([("s", "u")]).save(str(copied / "tokenizer.json"))
    model = transformers.AutoModelForCausalLM.from_pretrained(copied, local_files_only=True)
    model.resize_token_embeddings(END + 2, mean_resizing=False)
    with torch.no_grad():
        model.get_input_embeddings().weight[-1] = 0
    model.save_pretrained(copied)
    engine = hugging_face(str(copied), domain=SMALL)
    right = [SMALL.resolve_text(prompt) for prompt in PROMPTS]
    assert not any(verdict.complete for verdict in engine.verify(PROMPTS, right))
    assert answers(engine, PROMPTS, right) == right


def test_a_prompt_that_does_not_fit_is_not_answered_and_counted(made):
    engine = hugging_face(str(made / "wild-gpt2"), domain=SMALL, max_new=5)
    asked = ["x" * 64, "x" * 65, "", "1+1=\n"]
    given = engine.predict(asked)
    assert given == [*plainly(made / "wild-gpt2", ["x" * 64], 1), "", "", *plainly(made / "wild-gpt2", asked[3:], 5)]
    assert engine.troubles()["prompts that do not fit the context"] == 2
    assert [verdict.complete for verdict in engine.verify(asked, ["a"] * 4)] == [False] * 4


def test_half_a_pair_is_read_as_a_character_that_is_none(made):
    engine = hugging_face(str(made / "wild-gpt2"), domain=SMALL, max_new=8)
    assert engine.predict(["a\ud800b"]) == engine.predict(["a\ufffdb"])


def test_a_prefix_and_a_separator_stand_around_each_prompt(made):
    engine = hugging_face(str(made / "wild-gpt2"), domain=SMALL, prefix="> ", separator="!", max_new=8)
    assert engine.predict(PROMPTS) == plainly(made / "wild-gpt2", [f"> {prompt}!" for prompt in PROMPTS], 8)


def test_words_that_a_tokenizer_puts_around_a_text_stand_there_but_no_end(made, copied):
    read = byte_tokenizer()
    read.post_processor = tokenizers.processors.TemplateProcessing(
        single="</s> $A </s>", special_tokens=[("</s>", END)]
    )
    read.save(str(copied / "tokenizer.json"))
    row = hugging_face(str(copied), domain=SMALL).texts.row("1+1=\n")
    assert row.tokens == (END, *b"1+1=\n")


def test_words_with_spaces_between_are_answers_by_themselves(tmp_path):
    domain = Domain(
        "words/1",
        prompt=Schema("{a} + {b} =", a=Int(0, 3), b=Int(0, 3), end=""),
        answer=Schema("is {sum}", sum=Int(0, 6), end=""),
        resolve=lambda case: {"sum": case.a + case.b},
        rejects=False,
    )
    words = [*"0123456", "+", "=", "is", "<end>"]
    read = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: at for at, word in enumerate(words)}, "<end>"))
    read.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    read.save(str(tmp_path / "tokenizer.json"))
    config = transformers.GPT2Config(**{**GPT2, "vocab_size": len(words)}, bos_token_id=10, eos_token_id=10)
    asked = [f"{a} + {b} =" for a, b in product(range(4), repeat=2)]
    texts = [read.encode(f"{prompt} {domain.resolve_text(prompt)} <end>").ids for prompt in asked]
    trained(transformers.GPT2LMHeadModel(config), texts, 4).save_pretrained(tmp_path)
    engine = hugging_face(str(tmp_path), domain=domain)
    right = [domain.resolve_text(prompt) for prompt in asked]
    assert (engine.predict(asked), engine.texts.joined) == (right, False)
    assert all(verdict.complete for verdict in engine.verify(asked, right))


def test_a_model_that_knows_nothing_keeps_the_contract(made):
    run_conformance_test(lambda: hugging_face(str(made / "wild-llama"), domain=SMALL, max_new=12), domain=SMALL)


def test_all_that_a_right_model_offers_is_checked_and_holds(made):
    found = conformance(hugging_face(str(made / "llama"), domain=SMALL), SMALL)
    assert {check.verdict for check in found} == {"holds"}


@pytest.mark.parametrize("name", ["gpt2", "llama", "wild-gpt2"])
def test_a_draft_that_is_nearly_right_is_mended_in_a_pass_for_each_wrong_token(made, name, monkeypatch):
    engine = hugging_face(str(made / name), domain=SMALL, max_new=12, stop=["\n"], append="\n")
    own = engine.predict(PROMPTS)
    passes, compared = [], engine._one_pass
    monkeypatch.setattr(engine, "_one_pass", lambda drafts: passes.append(len(drafts)) or compared(drafts))
    spoilt = [f"{answer[:2]}*{answer[3:]}" if index % 4 == 0 else answer for index, answer in enumerate(own)]
    if name != "wild-gpt2":  # one that knows nothing may be unsure, or never end
        monkeypatch.setattr(engine, "predict", lambda prompts: [str(prompts)] * len(prompts))
        assert (engine.predict_with_drafts(PROMPTS, spoilt), passes) == (own, [16, 4])
    assert engine.predict_with_drafts(PROMPTS, spoilt) == own


# --- an encoder and a decoder ----------------------------------------------------------------------------------------

T5 = {"vocab_size": END + 1, "d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2}
BART = {
    "vocab_size": END + 1,
    "d_model": 32,
    "max_position_embeddings": 64,
    "forced_bos_token_id": END,
    **{f"{side}_{part}": size for side in ("encoder", "decoder") for part, size in (("layers", 1), ("ffn_dim", 32))},
    **{f"{side}_attention_heads": 2 for side in ("encoder", "decoder")},
}


def two_sided(folder, kind, wild=1.0):
    """A model of that kind with weights so much larger; a text has an end behind it, of BART one before it too."""
    transformers.set_seed(3)
    read = byte_tokenizer()
    if kind == "t5":
        config = transformers.T5Config(**T5, decoder_start_token_id=0, **ENDS)
        model, single = transformers.T5ForConditionalGeneration(config), "$A </s>"
    else:
        config = transformers.BartConfig(**BART, decoder_start_token_id=0, **ENDS)
        model, single = transformers.BartForConditionalGeneration(config), "</s> $A </s>"
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(wild)
    read.post_processor = tokenizers.processors.TemplateProcessing(single=single, special_tokens=[("</s>", END)])
    model.save_pretrained(folder)
    read.save(str(folder / "tokenizer.json"))
    return model.eval()


@pytest.mark.parametrize("kind", ["t5", "bart"])
def test_an_encoder_and_a_decoder_write_and_verify_what_they_write_plainly(tmp_path, kind):
    model = two_sided(tmp_path, kind, 2 if kind == "t5" else 8)
    engine = hugging_face(str(tmp_path), domain=SMALL, max_new=10)
    asked = [prompt for prompt in VARIED if prompt] + PROMPTS[:5]
    start, before = ([0], []) if kind == "t5" else ([0, END], [END])
    expected = []
    for prompt in asked:
        ids = list(start)
        source = torch.tensor([[*before, *prompt.encode(), END]])
        with torch.inference_mode():
            while len(ids) < len(start) + 10 and ids[len(start) :][-1:] != [END]:
                logits = model(input_ids=source, decoder_input_ids=torch.tensor([ids])).logits
                ids.append(int(logits[0, -1].argmax()))
        expected.append(bytes(token for token in ids[len(start) :] if token != END).decode("utf-8", "replace"))
    assert len(set(expected)) > 2
    assert engine.predict(asked) == expected
    assert [engine.predict([prompt])[0] for prompt in asked[:5]] == expected[:5]
    for drafts in (expected, [*expected[1:], ""]):
        assert answers(engine, asked, drafts) == expected
        verdicts = engine.verify(asked, drafts)
        assert all(a == b for a, b, each in zip(expected, drafts, verdicts, strict=True) if each.complete)


def test_an_encoder_and_a_decoder_that_are_right_are_complete(tmp_path):
    model = two_sided(tmp_path, "t5")
    sources = torch.tensor([[*prompt.encode(), END] for prompt in PROMPTS])
    labels = torch.tensor([[*SMALL.resolve_text(prompt).encode(), END] for prompt in PROMPTS])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(400):
        found = model(input_ids=sources, labels=labels)
        if (found.logits.argmax(-1) == labels).all() and found.loss < 5e-2:
            break
        optimizer.zero_grad()
        found.loss.backward()
        optimizer.step()
    model.save_pretrained(tmp_path)
    engine = hugging_face(str(tmp_path), domain=SMALL)
    right = [SMALL.resolve_text(prompt) for prompt in PROMPTS]
    assert engine.predict([*PROMPTS, "7" * 100_000]) == [*right, ""]  # its context is not limited, the memory is
    assert engine.troubles() == {"prompts that do not fit the context": 1}
    assert all(verdict.complete for verdict in engine.verify(PROMPTS, right))
    run_conformance_test(lambda: hugging_face(str(tmp_path), domain=SMALL, max_new=7), domain=SMALL)


def test_a_decoder_whose_start_is_not_said_is_refused(tmp_path):
    two_sided(tmp_path, "t5")
    (tmp_path / "generation_config.json").unlink(missing_ok=True)
    changed(tmp_path, decoder_start_token_id=None)
    refused(tmp_path, "config.json must name the decoder's first token (decoder_start_token_id), got none: set it")


# --- by its name -----------------------------------------------------------------------------------------------------


def test_a_bare_folder_is_recognised_and_a_card_may_name_its_own(made, copied):
    for spec in (str(made / "gpt2"), f"hf:{made / 'gpt2'}"):
        loaded = load(spec, (), SMALL)
        assert (loaded.card.kind, loaded.engine.predict(["1+2=\n"])) == ("hf", ["sum 3\n"])
    (copied / "engine.toml").write_text('kind = "hf"\nmax_new = 3\n', encoding="utf-8")
    loaded = load(str(copied), (), SMALL)
    assert (loaded.card.name, loaded.engine.predict(["1+2=\n"])) == ("mine", ["sum"])


def test_the_hash_of_a_folder_is_that_of_its_files_list(copied):
    listing = subprocess.run(
        "sha256sum *.json *.safetensors | sha256sum",
        shell=True,
        cwd=copied,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    digest = listing.stdout.split()[0]
    (copied / "README.md").write_text("another file changes nothing", encoding="utf-8")
    loaded = load(str(copied), [f"sha256={digest}"], SMALL)
    assert loaded.sha256 == digest
    assert loaded.bytes == sum(file.stat().st_size for file in copied.iterdir() if file.suffix != ".md")
    changed(copied, bos_token_id=1)
    with pytest.raises(EngineError, match=f"its sha256 must be {digest}, got .*: these are other files, or damaged"):
        load(str(copied), [f"sha256={digest}"], SMALL)


def test_a_card_may_not_name_another_folder_nor_lead_out_of_its_own(made, copied):
    (copied / "engine.toml").write_text('kind = "hf"\npath = "other"\n', encoding="utf-8")
    with pytest.raises(EngineError, match="a card of kind hf must have no path, got 'other'"):
        load(str(copied), (), SMALL)
    (copied / "engine.toml").write_text('kind = "hf"\n', encoding="utf-8")
    (copied / "tokenizer.json").unlink()
    (copied / "tokenizer.json").symlink_to(made / "gpt2" / "tokenizer.json")
    with pytest.raises(EngineError, match=r"its tokenizer.json must be a file in the card's own folder"):
        load(str(copied), (), SMALL)


def test_shards_of_the_folder_are_read(copied):
    whole = safetensors_torch.load_file(copied / "model.safetensors")
    names = sorted(whole)
    shards = {"a.safetensors": names[:5], "b.safetensors": names[5:]}
    for shard, keys in shards.items():
        safetensors_torch.save_file({key: whole[key] for key in keys}, copied / shard, {"format": "pt"})
    (copied / "model.safetensors").unlink()
    named = {key: shard for shard, keys in shards.items() for key in keys}
    index = copied / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": named}), encoding="utf-8")
    assert hugging_face(str(copied), domain=SMALL).predict(["1+2=\n"]) == ["sum 3\n"]
    (copied / "b.safetensors").unlink()
    refused(copied, "the folder must have every file that model.safetensors.index.json names, got no b.safetensors: ")
    index.write_text(json.dumps({"weight_map": {"a": "../b.safetensors"}}), encoding="utf-8")
    refused(copied, "model.safetensors.index.json must name files in its own folder, got '../b.safe")


# --- bad input -------------------------------------------------------------------------------------------------------


def refused(folder, fault, domain=SMALL, **options):
    with pytest.raises(EngineError) as caught:
        hugging_face(str(folder), domain=domain, **options)
    said = str(caught.value)
    assert said.startswith(fault), said
    assert "\n" not in said
    return said


def changed(folder, **values):
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, **values}), encoding="utf-8")


def test_a_path_that_is_not_there_is_no_name_on_a_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("openai-community/gpt2", "missing", "a\0b"):
        said = refused(name, "hf:FOLDER must name a folder, got ")
        assert said.endswith("names on a hub are not looked up: download the model and name its folder")
    (tmp_path / "file").write_bytes(b"x")
    refused("file", "hf:FOLDER must name a folder, got the file 'file': name the folder that it is in")


TRAP = "open('sprung', 'w').close()\n"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"auto_map": {"AutoConfig": "trap.Trap"}}, "config.json must not name code, got auto_map"),
        ({"text_config": {"auto_map": {}}}, "config.json must not name code, got auto_map"),
        ({"quantization_config": {"quant_method": "awq"}}, "its weights must be plain numbers, got quantized ones"),
        ({"transformers_weights": "../x.safetensors"}, "config.json must not name its weights"),
        ({"model_type": "nowhere"}, "config.json must have a model_type that transformers "),
        ({"model_type": 7}, "config.json must have a model_type that transformers "),
        ({"architectures": ["GPT2ForSequenceClassification"]}, "a model must generate one token after another"),
        ({"model_type": "bert", "architectures": ["BertForMaskedLM"]}, "a model must generate one token after another"),
        ({"is_encoder_decoder": True}, "a model must generate one token after another"),
        ({"model_type": "t5", "architectures": ["T5EncoderModel"]}, "a model must generate one token after another"),
        ({"n_layer": 10**9}, "config.json must describe the weights, got 1,000,000,000 layers and "),
        ({"n_embd": 10**6}, "config.json must describe the weights, got a model of "),
        ({"n_layer": 3}, "its weights must match config.json, they lack transformer.h.2.attn."),
        ({"n_layer": 1}, "its weights must match config.json, they have the unexpected"),
        (
            {"n_positions": 128},
            "its weights must match config.json, they have other shapes for trans",
        ),
        ({"n_head": "many"}, "transformers "),
        ({"eos_token_id": None}, "the end of an answer must be defined, got no eos_token_id"),
        ({"eos_token_id": 50256}, "the end of an answer must be defined, got no eos_token_id"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_a_configuration_that_does_not_fit_is_refused_and_nothing_of_it_runs(copied, monkeypatch, values, fault):
    monkeypatch.chdir(copied)
    (copied / "trap.py").write_text(TRAP, encoding="utf-8")
    (copied / "generation_config.json").unlink(missing_ok=True)
    changed(copied, **values)
    refused(copied, fault)
    assert not (copied / "sprung").exists()


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return open, ("sprung", "w")


def test_an_encoder_with_a_head_of_words_is_refused(copied):
    sizes = {name: LLAMA[name] for name in LLAMA if name not in ("max_position_embeddings",)}
    config = transformers.BertConfig(**sizes, is_decoder=False, eos_token_id=END)
    transformers.BertLMHeadModel(config).save_pretrained(copied)
    demand = "a model must generate one token after another (CausalLM, or an encoder and a decoder)"
    refused(copied, f"{demand}, got one whose first logits depend on later tokens: is_decoder may be missing")


def test_a_pickle_of_weights_is_not_read(copied, monkeypatch):
    monkeypatch.chdir(copied)
    (copied / "model.safetensors").unlink()
    refused(copied, "a Hugging Face folder must hold model.safetensors, got no weights in '")
    torch.save({"x": Trap()}, copied / "pytorch_model.bin")
    said = refused(
        copied, "its weights must be in model.safetensors, got pytorch_model.bin, a format that can run code"
    )
    assert "save_pretrained" in said
    assert not (copied / "sprung").exists()


def test_a_missing_key_is_named(copied):
    whole = safetensors_torch.load_file(copied / "model.safetensors")
    del whole["transformer.h.0.attn.c_attn.weight"]
    safetensors_torch.save_file(whole, copied / "model.safetensors", {"format": "pt"})
    end = "they lack transformer.h.0.attn.c_attn.weight"
    assert refused(copied, "its weights must match config.json").endswith(end)


def test_files_that_are_cut_short_are_refused(copied):
    content = (copied / "model.safetensors").read_bytes()
    (copied / "model.safetensors").write_bytes(content[:-7])
    refused(copied, "model.safetensors must be a complete safetensors file, got SafetensorError: ")
    (copied / "tokenizer.json").write_text("{", encoding="utf-8")
    (copied / "model.safetensors").write_bytes(content)
    refused(copied, f"{copied / 'tokenizer.json'} must be a tokenizer.json, got Exception: ")
    (copied / "tokenizer.json").unlink()
    refused(copied, f"a model must have a tokenizer.json, got none at {copied}/tokenizer.json: write one, Auto")
    (copied / "config.json").write_text("[]", encoding="utf-8")
    refused(copied, "config.json must be a JSON object, got []")
    (copied / "config.json").unlink()
    refused(copied, "a Hugging Face folder must hold config.json, got none in ")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"model_type": ' * 9999, b'"gpt2"', b""])
def test_a_configuration_that_is_no_json_is_refused(copied, content):
    (copied / "config.json").write_bytes(content)
    refused(copied, "config.json must be a JSON object, got ")
    with pytest.raises(EngineError, match=r"got weights with a config.json that is not from transformers, or is"):
        load(str(copied), (), SMALL)


def test_an_adapter_of_peft_is_refused_with_the_way_out(copied):
    (copied / "adapter_config.json").write_text('{"peft_type": "LORA"}', encoding="utf-8")
    refused(copied, "a folder must hold a whole model, got a PEFT adapter: merge it, merge_and_unload()")
    for name in ("config.json", "model.safetensors"):
        (copied / name).unlink()
    with pytest.raises(EngineError, match=r"got a PEFT adapter: "):
        load(str(copied), (), SMALL)


def test_a_tokenizer_that_loses_something_is_refused(copied):
    read = byte_tokenizer()
    read.normalizer = tokenizers.normalizers.Strip()
    read.save(str(copied / "tokenizer.json"))
    refused(
        copied, "its tokenizer must round-trip the domain's prompts, got '0+0=' for '0+0=\\n', different from charac"
    )
    words = {"</s>": 0, "0": 1, "?": 2}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, "?"))
    made.save(str(copied / "tokenizer.json"))
    refused(copied, "its tokenizer must round-trip the domain's prompts, got '?", stop="#")


def test_a_tokenizer_of_a_larger_vocabulary_is_refused(copied):
    byte_tokenizer([("x", "y")]).save(str(copied / "tokenizer.json"))
    refused(copied, "its tokenizer must have ids below 257 (the rows of its embedding), got 257: it belongs to another")


def test_a_context_that_is_too_short_says_by_how_much(made):
    long = Domain(
        "long/1",
        prompt=Schema("{a}" + "." * 60, a=Int(0, 3), end=""),
        answer=Schema("sum {sum}", sum=Int(0, 6), end=""),
        resolve=lambda case: {"sum": case.a},
        rejects=False,
    )
    fault = "its context must hold a case of long/1 and its answer, 66 tokens, got 64: 2 too few"
    assert refused(made / "gpt2", fault, long) == fault


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (
            {"stop": "\n"},
            "stop must not cut a correct answer, got '\\n', which cuts 'sum 0\\n' of small/1: le",
        ),
        (
            {"stop": ["\n\n"]},
            "stop must not cut a correct answer, got '\\n\\n', which cuts 'sum 0\\n' of small/1",
        ),
        ({"stop": ["#", ""]}, "stop must be texts of one character or more, got an empty one"),
        ({"max_new": 0}, "max_new must be 1 or more, got 0"),
    ],
)
def test_options_that_cannot_be_are_refused(made, options, fault):
    refused(made / "gpt2", fault, **options)


def test_a_library_that_is_missing_is_named_with_the_command(made, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("turncheck.model.adapters.weights.hf_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    refused(made / "gpt2", "it needs tokenizers, which is not installed: pip install 'turncheck[hf]'")


def test_weights_that_are_no_numbers_are_an_outcome(copied):
    whole = safetensors_torch.load_file(copied / "model.safetensors")
    whole["transformer.ln_f.weight"][:] = float("nan")
    safetensors_torch.save_file(whole, copied / "model.safetensors", {"format": "pt"})
    engine = hugging_face(str(copied), domain=SMALL)
    assert engine.predict(["1+2=\n"]) != ["sum 3\n"]
    assert [(each.complete, each.margin) for each in engine.verify(["1+2=\n"], ["sum 3\n"])] == [(False, 0.0)]


def test_the_environment_is_as_before(made):
    before = dict(os.environ)
    hugging_face(str(made / "gpt2"), domain=DIGITS)
    assert dict(os.environ) == before
    assert Path(made / "gpt2").is_dir()
