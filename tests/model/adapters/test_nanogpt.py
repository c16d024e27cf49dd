"""The kind nanogpt: a run of nanoGPT, read as data, answers as its own forward pass does, and nothing in it is run."""

import json
import pickle
import zipfile

import attrs
import pytest
import torch

from tests.model.adapters.nanogpts import (
    ARGS,
    CHARACTERS,
    SUMS,
    checkpoint,
    logits_of,
    meta,
    random_state,
    saved,
    trained,
    written,
)
from turncheck.duel import DOMAIN
from turncheck.engine.learned import EngineError, answers
from turncheck.model.adapters.conformance import conformance, run_conformance_test
from turncheck.model.adapters.loading import load as load_model
from turncheck.model.adapters.weights import torch_file

CASES = [f"{a}+{b}=" for a in range(10) for b in range(10)]


@pytest.fixture(scope="module")
def sums():
    """A state that learned the sums."""
    return trained(ARGS)


@pytest.fixture
def run(tmp_path, monkeypatch, sums):
    """The current folder, and in it the folder `out` of a run."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "out", checkpoint(sums, ARGS), meta(CHARACTERS))
    return tmp_path / "out"


def put(folder, ckpt, vocabulary=None):
    folder.mkdir(exist_ok=True)
    (folder / "ckpt.pt").write_bytes(ckpt)
    if vocabulary is not None:
        (folder / "meta.pkl").write_bytes(vocabulary)


def load(spec, *arguments, domain=SUMS):
    return load_model(spec, arguments, domain, None)


def fault_of(spec, *arguments, domain=SUMS):
    with pytest.raises(EngineError) as caught:
        load(spec, *arguments, domain=domain)
    assert "\n" not in str(caught.value)
    assert "weights_only" not in str(caught.value)
    return str(caught.value)


# --- it works ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["out", "out/", "out/ckpt.pt", "nanogpt:out", "nanogpt:out/ckpt.pt"])
def test_a_run_has_many_names_and_just_works(run, spec):
    loaded = load(spec)
    assert (loaded.card.kind, loaded.bytes) == ("nanogpt", (run / "ckpt.pt").stat().st_size)
    assert loaded.card.name == (spec if ":" in spec else "out")
    assert loaded.engine.predict(["7+5=", "0+0="]) == ["12", "00"]


def test_a_trained_model_answers_as_the_plain_forward_pass_and_its_drafts_are_verified(run, sums):
    engine = load("out").engine
    wanted = [written(sums, ARGS, CHARACTERS, case, "\n", 8) for case in CASES]
    assert engine.predict(CASES) == wanted
    assert sum(answer == SUMS.resolve_text(case) for case, answer in zip(CASES, wanted, strict=True)) > 80
    for case, answer, verdict in zip(CASES, wanted, engine.verify(CASES, wanted), strict=True):
        tokens = torch.tensor([[CHARACTERS.index(each) for each in f"{case}{answer}"]])
        top = logits_of(sums, ARGS, tokens)[0, len(case) - 1 :].topk(2).values
        assert (verdict.accepted, verdict.complete) == (2, True)
        assert verdict.margin == pytest.approx(float((top[:, 0] - top[:, 1]).min()), abs=1e-3)


def test_drafts_change_no_answer(run):
    engine = load("out").engine
    right = engine.predict(CASES)
    for drafts in (right, [*right[1:], right[0]], [""] * 100, ["x"] * 100, ["1\n2"] * 100, ["1" * 50] * 100):
        assert list(answers(engine, CASES, drafts)) == right
    (verdict,) = engine.verify(["7+5="], ["13"])
    assert (verdict.accepted, verdict.complete) == (1, False)


def test_it_conforms(run):
    run_conformance_test(lambda: attrs.evolve(load("out")).engine, domain=SUMS, stop=["\n"])
    verdicts = {check.name: check.verdict for check in conformance(load("out").engine, SUMS)}
    assert verdicts["own_answers_are_accepted"] == verdicts["corrupted_drafts_are_refused_there"] == "holds"


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("gelu", ["exact", "tanh"])
def test_a_random_model_answers_as_the_plain_forward_pass(run, bias, gelu):
    args = {**ARGS, "bias": bias, "n_head": 4}
    state = random_state(args, seed=3)
    put(run, checkpoint(state, args))
    engine = load("out", f"gelu={gelu}", "max_new=9").engine
    plain = {"exact": "none", "tanh": "tanh"}[gelu]
    cases = CASES[::6]
    wanted = [written(state, args, CHARACTERS, case, "\n", 9, plain) for case in cases]
    assert engine.predict(cases) == wanted
    assert engine.predict(cases[5:6]) == wanted[5:6]
    assert list(answers(engine, cases, wanted)) == wanted


def test_turns_of_the_duel_keep_their_last_newline(run):
    turn = DOMAIN.write(DOMAIN.case())
    answer = DOMAIN.resolve_text(turn)
    characters = "".join(sorted(set(turn + answer + "abcdefghijklmnopqrstuvwxyz0123456789_")))
    args = {**ARGS, "vocab_size": len(characters), "block_size": 700}
    put(run, checkpoint(random_state(args), args), meta(characters))
    wording = load("out", "rejects=false", domain=DOMAIN).engine.wording
    assert (wording.ends, wording.tail) == (("\n\n",), "\n")
    assert wording.answer(f"{answer}\nturn 03") == answer
    draft = wording.draft(answer)
    assert (len(draft.tokens), draft.own, draft.whole) == (len(answer) + 1, len(answer), True)
    assert not wording.draft(answer.removesuffix("\n")).whole


def test_names_may_have_prefixes_and_masks_may_be_kept(run, sums):
    for prefix in ("_orig_mod.", "module.", "module._orig_mod."):
        state = {f"{prefix}{name}": each for name, each in sums.items()}
        state[f"{prefix}transformer.h.0.attn.bias"] = torch.ones(1, 1, 24, 24).tril()
        put(run, checkpoint(state, ARGS))
        assert load("out").engine.predict(["7+5="]) == ["12"]


def test_half_precision_is_cast_up_and_a_tied_head_may_be_missing(run, sums):
    state = {name: each.half() for name, each in sums.items() if name != "lm_head.weight"}
    put(run, checkpoint(state, ARGS))
    engine = load("out").engine
    assert {each.dtype for each in engine.gpt.weights.values()} == {torch.float32}
    assert engine.predict(["7+5="]) == ["12"]


def test_weights_that_are_no_numbers_are_an_outcome(run, sums):
    put(run, checkpoint({name: each * torch.nan for name, each in sums.items()}, ARGS))
    engine = load("out").engine
    assert len(engine.predict(CASES[:3])) == 3
    assert [verdict.margin for verdict in engine.verify(CASES[:1], ["00"])] == [0.0]


@pytest.mark.parametrize(
    "written_as",
    [list(CHARACTERS), {each: i for i, each in enumerate(CHARACTERS)}, {"itos": dict(enumerate(CHARACTERS))}],
)
def test_the_vocabulary_may_be_given(run, written_as):
    (run / "meta.pkl").rename("elsewhere.pkl")
    (run / "vocabulary.json").write_text(json.dumps(written_as), encoding="utf-8")
    for option in (f"vocabulary={CHARACTERS}", "vocabulary=out/vocabulary.json", "meta=elsewhere.pkl"):
        assert load("out", option).engine.predict(["7+5="]) == ["12"]


def test_a_card_may_name_it_and_files_of_its_own_folder(run):
    (run / "meta.pkl").rename(run / "mine.pkl")
    card = run / "engine.toml"
    card.write_text('kind = "nanogpt"\npath = "ckpt.pt"\n[options]\nmeta = "mine.pkl"\n', encoding="utf-8")
    assert load("out").engine.predict(["7+5="]) == ["12"]
    card.write_text('kind = "nanogpt"\npath = "ckpt.pt"\n[options]\nmeta = "../mine.pkl"\n', encoding="utf-8")
    assert fault_of("out").startswith("its meta must be a file in the card's own folder, got '../mine.pkl'")


def test_a_text_may_stand_before_and_behind_a_prompt_and_a_model_may_have_no_stop(run, sums):
    wanted = written(sums, ARGS, CHARACTERS, "1+1=02\n7+5=", "\n", 8)
    assert load("out", 'prefix="1+1=02\\n"').engine.predict(["7+5="]) == [wanted]
    engine = load("out", "stop=").engine
    assert engine.predict(["7+5="]) == ["12"]
    assert [verdict.complete for verdict in engine.verify(["7+5="] * 3, ["12", "1", "13"])] == [True, False, False]
    assert load("out", "separator==").engine.predict(["7+5"]) == ["12"]


def test_a_character_may_stand_for_the_unknown_ones(run):
    assert load("out", 'unknown="0"').engine.predict(["7+x=", "7+\U0001f600="]) == ["07", "07"]


# --- at run time ------------------------------------------------------------------------------------------------------


def test_a_prompt_that_cannot_be_read_has_an_empty_answer_and_is_counted(run):
    engine = load("out").engine
    asked = ["7+5=", "7-\u00e9=", "1" * 30, "", "\ud800", "0+0="]
    assert engine.predict(asked) == ["12", "", "", "", "", "00"]
    lacking, long = "prompts with characters that the vocabulary lacks", "prompts that do not fit the context"
    assert engine.troubles() == {lacking: 2, long: 2}
    assert [verdict.complete for verdict in engine.verify(asked, ["12"] * 6)] == [True] + [False] * 5
    assert list(answers(engine, asked, ["12", "12", "", "", "x", "00"])) == ["12", "", "", "", "", "00"]


def test_it_conforms_where_malformed_texts_have_characters_that_it_never_saw(run):
    rejecting = attrs.evolve(SUMS, rejects=True)
    found = conformance(load("out", domain=rejecting).engine, rejecting)
    assert {check.name: check.verdict for check in found if check.verdict not in ("holds", "not offered")} == {
        "no_trouble_on_the_way": "warning"
    }


def test_an_answer_ends_where_the_context_does(run, sums):
    engine = load("out", "max_new=100", 'stop="="').engine
    prompt = "7+5=12\n" * 3
    assert engine.predict([prompt, "7+5="])[0] == written(sums, ARGS, CHARACTERS, prompt, "=", 100)


# --- what is wrong is said at once ------------------------------------------------------------------------------------


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return open, ("sprung", "w")


@pytest.mark.parametrize(
    "hostile",
    [
        lambda state: {"model": state, "model_args": ARGS, "iter_num": Trap()},
        lambda state: {"model": {**state, "x": Trap()}, "model_args": ARGS, "iter_num": 0},
        lambda state: Trap(),
    ],
)
def test_a_checkpoint_that_would_run_something_is_refused_and_runs_nothing(run, sums, hostile):
    put(run, saved(hostile(sums)))
    assert "must hold only tensors and plain values, and it names" in fault_of("nanogpt:out")
    fault_of("out")
    put(run, saved(hostile(sums), _use_new_zipfile_serialization=False))
    assert ", got a " in fault_of("nanogpt:out")
    put(run, pickle.dumps(Trap()))
    assert fault_of("nanogpt:out").endswith(", got a pickle")
    assert not (run.parent / "sprung").exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_meta_that_would_run_something_is_refused_and_runs_nothing(run, protocol):
    for hostile in (Trap(), {"itos": {0: "a"}, "stoi": Trap()}):
        (run / "meta.pkl").write_bytes(pickle.dumps(hostile, protocol))
        assert "got one that would run 'io.open': nothing was run" in fault_of("out").replace("_io.open", "io.open")
    assert not (run.parent / "sprung").exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is damaged, or no pickle"),
        (b"\x80\x04", "is damaged, or no pickle"),
        (pickle.dumps([1, 2]), "must hold a dict with itos or stoi, with the ids 0, 1, 2 and so on, got [1, 2]"),
        (pickle.dumps({"itos": {0: "a", 2: "b"}}), "with the ids 0, 1, 2 and so on"),
        (pickle.dumps({"itos": {0: "a"}, "stoi": {"b": 0}}), "an itos that is the reverse of its stoi"),
        (pickle.dumps({"itos": ["a", "a"]}), "must have each character once, got 'a' twice"),
        (meta(CHARACTERS[:-1]), "must have one token for each of the model's 13 embeddings, got 12"),
        (
            meta(CHARACTERS.replace("=", "x")),
            "its vocabulary lacks '=', which the prompts of this domain contain: was it trained on texts like '0+0='?",
        ),
        (meta(CHARACTERS.replace("\n", "x")), "its vocabulary lacks '\\n', which the answers and stop of this domain"),
    ],
    ids=range(9),
)
def test_a_meta_that_will_not_do_says_why(run, content, fault):
    (run / "meta.pkl").write_bytes(content)
    assert fault in fault_of("out")


def test_a_missing_vocabulary_is_named_with_its_likely_place(run):
    (run / "meta.pkl").unlink()
    missing = "its vocabulary is missing, there is no meta.pkl beside 'out/ckpt.pt': give"
    other = 'or vocabulary="..." with its 13 characters in the order of their ids'
    assert fault_of("out") == f"{missing} meta=PATH, likely data/sums/meta.pkl where it was trained, {other}"
    place = run.parent / "data" / "sums"
    place.mkdir(parents=True)
    (place / "meta.pkl").write_bytes(meta(CHARACTERS))
    assert fault_of("out") == f"{missing} meta={place / 'meta.pkl'}, {other}"
    assert load("out", f"meta={place / 'meta.pkl'}").engine.predict(["7+5="]) == ["12"]


def test_a_model_of_gpt2s_tokens_wants_its_tokenizer(run):
    args = {**ARGS, "vocab_size": 50_304, "n_embd": 4}
    put(run, checkpoint(random_state(args), args))
    (run / "meta.pkl").unlink()
    assert "give tokenizer=PATH with GPT-2's tokenizer.json" in fault_of("out")
    assert "got 'nowhere.json', which is no file" in fault_of("out", "tokenizer=nowhere.json")


def test_the_pieces_of_a_tokenizer_are_read(run):
    tokenizers = pytest.importorskip("tokenizers")
    pieces = {each: i for i, each in enumerate(["12", "7+", "5=", "\n", *"0123456789+="])}
    kept = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, [("1", "2"), ("7", "+"), ("5", "=")]))
    kept.decoder = tokenizers.decoders.Fuse()
    kept.save("tokenizer.json")
    args = {**ARGS, "vocab_size": 64}
    state = random_state(args, seed=5)
    put(run, checkpoint(state, args))
    (run / "meta.pkl").unlink()
    engine = load("out", "tokenizer=tokenizer.json", "max_new=6").engine
    assert engine.wording.prompt("7+5=") == [1, 2]
    assert engine.wording.draft("12").tokens == [0, 3]
    rows = [1, 2]
    for _ in range(6):
        rows.append(int(logits_of(state, args, torch.tensor([rows]))[0, -1].argmax()))
    wanted = kept.decode(rows[2:]).partition("\n")[0]
    assert engine.predict(["7+5="]) == [wanted]


def changed(state, **changes):
    """The state with some tensors in the place of its own; those that are None left out."""
    return {name: each for name, each in {**state, **changes}.items() if each is not None}


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda state: saved(state), "got a bare state_dict: it lacks model and model_args"),
        (lambda state: saved({"a": 1}), "got a dict with ['a']: it lacks model and model_args"),
        (lambda state: saved([1]), "got a list"),
        (
            lambda state: saved({"pytorch-lightning_version": "2", "state_dict": state}),
            "got one of Lightning: save its model's state_dict with its model_args",
        ),
        (lambda state: checkpoint(state, {**ARGS, "n_layer": 0}), "must have a n_layer of 1..999, got 0"),
        (lambda state: checkpoint(state, {**ARGS, "n_head": True}), "must have a n_head of 1..999, got True"),
        (lambda state: checkpoint(state, {**ARGS, "n_head": 3}), "n_embd must be a multiple of n_head, 3, got 32"),
        (
            lambda state: checkpoint(state, {**ARGS, "block_size": 99_999}),
            "wpe.weight must be (99999, 32), as its model_args say, got (24, 32)",
        ),
        (
            lambda state: checkpoint(
                changed(state, **{"transformer.wpe.weight": torch.zeros(1, 1).expand(9_999_999, 32)}),
                {**ARGS, "block_size": 9_999_999},
            ),
            "must have all 319,999,968 numbers in the file",
        ),
        (
            lambda state: checkpoint(state, {**ARGS, "bias": True}),
            "lacks h.0.ln_1.bias, h.0.ln_2.bias, h.0.attn.c_attn.bias and 10 more",
        ),
        (
            lambda state: checkpoint({**state, "transformer.h.7.ln_1.weight": torch.ones(32)}, ARGS),
            "its model has h.7.ln_1.weight too",
        ),
        (
            lambda state: checkpoint(changed(state, **{"transformer.ln_f.weight": None}), ARGS),
            "its model lacks ln_f.weight, which its model_args require",
        ),
        (
            lambda state: checkpoint(
                changed(state, **{"transformer.ln_f.weight": torch.ones(32, dtype=torch.int)}), ARGS
            ),
            "ln_f.weight must be a plain tensor of floats, got torch.int32",
        ),
        (
            lambda state: checkpoint(
                changed(state, **{"transformer.ln_f.weight": torch.ones(32, device="meta")}), ARGS
            ),
            "ln_f.weight must be a plain tensor of floats",
        ),
        (lambda state: checkpoint({**state, "module.lm_head.weight": torch.ones(1)}, ARGS), "'lm_head.weight' twice"),
        (lambda state: checkpoint(state, ARGS)[:-2000], "got"),
    ],
    ids=range(16),
)
def test_a_checkpoint_that_will_not_do_says_why(run, sums, make, fault):
    put(run, make(sums))
    assert fault in fault_of("nanogpt:out")


def test_a_flipped_bit_is_found(run, sums):
    content = bytearray((run / "ckpt.pt").read_bytes())
    with zipfile.ZipFile(run / "ckpt.pt") as archive:
        name = max(archive.infolist(), key=lambda entry: entry.file_size)
    content[name.header_offset + 500] ^= 1
    put(run, bytes(content))
    assert "has another CRC; download it again" in fault_of("out")


def test_other_archives_are_refused(run):
    for name, fault in (("m/code/__torch__.py", "a TorchScript program"), ("m/x", "a compressed archive")):
        with zipfile.ZipFile(run / "ckpt.pt", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, "0" * 1000)
        assert f"got {fault}" in fault_of("nanogpt:out")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["gelu=new"], "gelu must be exact or tanh, got 'new'"),
        (["max_new=0"], "max_new must be 1..1000000, got 0"),
        (["stop=0"], "option stop must be a text, got 0 (as a text: stop='\"0\"')"),
        (['stop="0"'], "stop must follow an answer"),
        (['stop="#"'], "its vocabulary lacks '#', which the answers and stop of this domain"),
        (["meta=a", "vocabulary=b"], "a model must have one vocabulary, got meta and vocabulary: leave the others out"),
        (["meta=nowhere.pkl"], "meta must be the path of a file, got 'nowhere.pkl', which is no file"),
        (["prefix=#"], "its vocabulary lacks '#', which the prompts of this domain"),
        (["temperature=1"], "nanogpt has no option 'temperature'"),
    ],
)
def test_an_option_that_will_not_do_says_why(run, arguments, fault):
    assert fault in fault_of("out", *arguments)


def test_a_context_that_is_too_short_says_by_how_much(run):
    args = {**ARGS, "block_size": 5}
    put(run, checkpoint(random_state(args), args))
    demand = "its context (block_size) must hold a prompt and its answer, 6 tokens, got 5: 1 too few"
    assert demand in fault_of("out")


def test_other_targets_are_named(run):
    (run / "empty").mkdir()
    assert fault_of("nanogpt:out/empty").endswith("got a folder without ckpt.pt at 'out/empty'")
    assert fault_of("nanogpt:nowhere").endswith("got no file at 'nowhere'")
    assert fault_of("nanogpt:").endswith("got nothing")


def test_an_older_torch_is_refused(run, monkeypatch):
    monkeypatch.setattr(torch_file.torch, "__version__", "2.9.1")
    assert "needs torch 2.10 or later" in fault_of("out")


def test_earlier_states_of_a_run_lie_beside_the_last(run):
    (run / "ckpt_50.pt").write_bytes((run / "ckpt.pt").read_bytes())
    assert load("out").card.target == "out/ckpt.pt"
    (run / "ckpt.pt").rename(run / "ckpt_100.pt")
    assert "got ckpt_100.pt, ckpt_50.pt: name one of them" in fault_of("out")
