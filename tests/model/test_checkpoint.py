"""Checkpoints: a saved checkpoint is loaded, and any other file raises CheckpointError and does nothing else."""

import json
import pickle
import struct
import zipfile
from contextlib import suppress
from random import Random

import attrs
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from turncheck.duel import DOMAIN
from turncheck.engine.duel import resolve_text
from turncheck.model.adapters.foreign import FILLED, WRAP
from turncheck.model.checkpoint import (
    KEY,
    LARGEST_CHECKPOINT,
    CheckpointError,
    Metadata,
    load_checkpoint,
    save_checkpoint,
)
from turncheck.model.portable import expanded
from turncheck.model.tokens import vocabulary
from turncheck.model.transformer import ModelConfig, Transformer

VOCABULARY = vocabulary(DOMAIN)
CONFIG = ModelConfig(len(VOCABULARY), prompt=20, answer=10, layers=1, width=4, heads=2)
CARD = Metadata(CONFIG, VOCABULARY, "duel/1", "duel/1", 5, 640, ("mixed", "play"), ("bad_spacing",))
WHOLE = "a checkpoint must be a complete safetensors file, "
DAMAGED = "that do not match their header: cut short or damaged"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """A valid checkpoint's bytes."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("content") / "small.safetensors"
    save_checkpoint(path, Transformer(CONFIG), CARD)
    return path.read_bytes()


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """Loads those bytes."""
    path = tmp_path_factory.mktemp("load") / "bytes.safetensors"

    def load(content):
        path.write_bytes(content)
        return load_checkpoint(path, DOMAIN)

    return load


@pytest.fixture
def fault_of(tmp_path):
    """What is wrong with those bytes, said of their file."""

    def fault(content):
        path = tmp_path / "bad.safetensors"
        path.write_bytes(content)
        with pytest.raises(CheckpointError) as caught:
            load_checkpoint(path, DOMAIN)
        assert str(caught.value) == f"{path}: {caught.value.fault}"
        assert caught.value.path == str(path)
        return caught.value.fault

    return fault


def parted(content):
    """The header as a table and the tensors' bytes."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def joined(header, body):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def with_card(content, **changes):
    header, _ = parted(content)
    card = {**expanded(json.loads(header["__metadata__"][KEY])), **changes}
    return with_metadata(content, {KEY: json.dumps(card)})


def with_config(content, **changes):
    return with_card(content, config={**attrs.asdict(CONFIG), **changes})


def with_metadata(content, metadata):
    header, body = parted(content)
    return joined({**header, "__metadata__": metadata}, body)


def with_tensors(change):
    tensors = dict(Transformer(CONFIG).state_dict())
    change(tensors)
    return save({name: tensor.contiguous() for name, tensor in tensors.items()}, CARD.to_metadata())


# --- a valid one -----------------------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded(tmp_path, random_engine):
    path = tmp_path / "folder" / "made if need be" / "model.safetensors"
    card = attrs.evolve(CARD, config=random_engine.transformer.config)
    save_checkpoint(path, random_engine.transformer, card)
    engine, loaded = load_checkpoint(path, DOMAIN)
    assert loaded == card
    for name, tensor in random_engine.transformer.state_dict().items():
        assert torch.equal(engine.transformer.state_dict()[name], tensor)
    assert engine.predict(["turn 01\n"]) == random_engine.predict(["turn 01\n"])
    assert [each.name for each in path.parent.iterdir()] == ["model.safetensors"]


def test_saved_twice_or_loaded_and_saved_it_has_the_same_bytes(tmp_path, load, content):
    engine, card = load(content)
    for name in ("one", "another"):
        save_checkpoint(tmp_path / name, engine.transformer, card)
        assert (tmp_path / name).read_bytes() == content


def test_saving_replaces_a_file_whole(tmp_path, load, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"old" * 100_000)
    engine, card = load(content)
    save_checkpoint(path, engine.transformer, card)
    assert path.read_bytes() == content


def test_a_model_stays_as_it_was_loaded_if_its_file_is_overwritten(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    engine, _ = load_checkpoint(path, DOMAIN)
    weights = {name: weight.clone() for name, weight in engine.transformer.state_dict().items()}
    with path.open("r+b") as file:  # the same file, as `cp` writes it
        file.write(bytes(len(content)))
    assert all(torch.equal(weight, weights[name]) for name, weight in engine.transformer.state_dict().items())


def test_a_single_flipped_bit_is_found_wherever_it_is(tmp_path, content):
    path, random = tmp_path / "model.safetensors", Random(0)
    header = 8 + int.from_bytes(content[:8], "little")
    places = [*range(8), *random.sample(range(8, header), 150), *random.sample(range(header, len(content)), 150)]
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << random.randrange(8)
        path.write_bytes(flipped)
        with pytest.raises(CheckpointError):
            load_checkpoint(path, DOMAIN)


def test_a_flipped_bit_of_a_weight_says_that_the_file_is_damaged(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content[:-4] + bytes([content[-4] ^ 1]) + content[-3:])
    with pytest.raises(
        CheckpointError, match=r"its digest must be '[0-9a-f]{64}', got [0-9a-f]{64}: damaged, download it"
    ):
        load_checkpoint(path, DOMAIN)


def test_an_older_checkpoint_without_a_digest_is_loaded_as_it_is(tmp_path, content):
    path = tmp_path / "model.safetensors"
    header, body = parted(content)
    said = json.loads(header["__metadata__"]["turncheck"])
    del said["digest"]
    path.write_bytes(joined({**header, "__metadata__": {"turncheck": json.dumps(said)}}, body))
    load_checkpoint(path, DOMAIN)


def test_a_checkpoint_says_of_itself_what_its_metadata_says():
    assert Metadata.from_metadata(CARD.to_metadata(), DOMAIN) == CARD
    assert json.loads(CARD.to_metadata()["turncheck"])["format"] == "turncheck/2"


def test_loading_draws_no_random_numbers(load, content):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    load(content)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_shipped_checkpoint_is_for_these_rules_and_answers_turns(texts):
    engine, card = load_checkpoint(DOMAIN.model, DOMAIN)
    assert (card.rules, card.template, card.vocabulary) == ("duel/1", "duel/1", VOCABULARY)
    assert card.samplers == ("mixed", "play")
    prompts = texts(64)
    answers = engine.predict(prompts)
    right = sum(answer == resolve_text(prompt) for prompt, answer in zip(prompts, answers, strict=True))
    assert right > 32


# --- files that are none ---------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "none.safetensors", DOMAIN)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path, DOMAIN)
    assert caught.value.fault == "a checkpoint must be a file, got a folder"


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.safetensors"
    with open(path, "wb") as file:
        file.truncate(LARGEST_CHECKPOINT + 1)  # sparse: it takes no room
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path, DOMAIN)
    assert caught.value.fault == "a checkpoint must be at most 1073741824 bytes, got 1073741825"


@pytest.mark.parametrize(
    ("foreign", "fault"),
    [
        (b"", "got an empty one"),
        (b"\n", "got 1 bytes of no known format, or cut short"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 932976\n",
            "got a Git LFS pointer: run `git lfs pull`",
        ),
        (b"<!DOCTYPE html><html>404</html>", "got a web page: download the file itself, not the page about it"),
        (b'{"error": "Not Found"}', "got a JSON file of a model: name the model itself"),
        (b"\xff" * 100, "got 100 bytes of no known format, or cut short"),
        (struct.pack("<Q", 200_000) + b"[" * 200_000, "got 200008 bytes of no known format, or cut short"),
        (struct.pack("<Q", 200_000) + b'{"a":' * 40_000, f"got 200008 bytes {DAMAGED}"),
        (struct.pack("<Q", 2**63) + b"{}", "got 10 bytes of no known format, or cut short"),
        (struct.pack("<Q", 0x280) + b'{"a', "got 11 bytes of no known format, or cut short"),
    ],
)
def test_a_foreign_file_is_named_for_what_it_is(fault_of, foreign, fault):
    assert fault_of(foreign) == WHOLE + fault


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_unread(tmp_path, fault_of, protocol):
    sprung = tmp_path / "sprung"
    assert fault_of(pickle.dumps(Trap(sprung), protocol)) == f"{WHOLE}got a pickle: {WRAP}"
    assert not sprung.exists()


def test_a_zip_archive_as_torch_writes_it_is_refused_unread(tmp_path, fault_of):
    sprung, archive = tmp_path / "sprung", tmp_path / "model.pt"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(Trap(sprung)))
    assert fault_of(archive.read_bytes()) == f"{WHOLE}got a PyTorch file, as torch.save writes it: {FILLED}"
    assert not sprung.exists()


@pytest.mark.parametrize("length", [1, 7, 8, 9, 100, 2000])
def test_a_file_that_is_cut_in_its_header_is_refused(fault_of, content, length):
    assert fault_of(content[:length]) == f"{WHOLE}got {length} bytes of no known format, or cut short"


@pytest.mark.parametrize("missing", [1, 4, 1000])
def test_a_file_that_is_cut_in_its_tensors_is_refused(fault_of, content, missing):
    cut = content[:-missing]
    assert fault_of(cut) == f"{WHOLE}got {len(cut)} bytes {DAMAGED}"


def test_a_file_that_goes_on_is_refused(fault_of, content):
    assert fault_of(content + b"\0") == f"{WHOLE}got {len(content) + 1} bytes {DAMAGED}"


# --- safetensors files of another kind -------------------------------------------------------------------------------


def test_a_foreign_safetensors_file_is_refused(fault_of):
    tensors = {"weight": torch.zeros(2)}
    no_card = f"its metadata must have 'turncheck', got %s: these are weights of another program: {WRAP}"
    assert fault_of(save(tensors)) == no_card % "[]"
    assert fault_of(save(tensors, {"format": "pt"})) == no_card % "['format']"


@pytest.mark.parametrize("kind", ["F6_E2M3", "F4", "BOOL", "F8_E4M3", "C64", "BF16", "X99"])
@pytest.mark.parametrize("shape", [[0], [2**62, 0], [2**63, 0], [0] * 1000, [2**62, 4]])
def test_tensors_of_odd_kinds_and_shapes_are_refused(fault_of, kind, shape):
    tensor = {"dtype": kind, "shape": shape, "data_offsets": [0, 0]}
    fault = fault_of(joined({"__metadata__": CARD.to_metadata(), "x": tensor}, b""))
    assert fault.startswith((WHOLE, "its weights lack blocks.0.attention.out.weight and 8 more"))


OWN_DOMAIN = "name its own domain with --domain, or a model of this one"
OWN_VERSION = "train it again on this version, turncheck train"
UNREADABLE = "its metadata cannot be read: "


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ("", UNREADABLE + "JSONDecodeError('Expecting value: line 1 column 1 (char 0)')"),
        ("[1]", UNREADABLE + "TypeError('list indices must be integers or slices, not str')"),
        ("1", UNREADABLE + """TypeError("'int' object is not subscriptable")"""),
        ("{}", UNREADABLE + "KeyError('format')"),
        ('{"format": "other/1"}', UNREADABLE + """ValueError("format must be 'turncheck/2', got 'other/1'")"""),
        ('{"format": "turncheck/2"}', UNREADABLE + "KeyError('config')"),
        ('{"format": "turncheck/1"}', UNREADABLE + "KeyError('vocabulary')"),
    ],
)
def test_a_card_that_is_none_is_refused(fault_of, content, card, fault):
    assert fault_of(with_metadata(content, {KEY: card})) == fault


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_deeply_nested_card_is_refused(fault_of, content, opening):
    assert fault_of(with_metadata(content, {KEY: opening * 100_000})).startswith(f"{UNREADABLE}RecursionError")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"rules": "duel/2"},
            f"it must have learned duel/1, got duel/2: {OWN_VERSION}",
        ),
        ({"rules": "adder/1"}, f"it must have learned duel/1, got adder/1: {OWN_DOMAIN}"),
        ({"rules": None}, f"it must have learned duel/1, got None: {OWN_DOMAIN}"),
        ({"rules": "x" * 200}, f"it must have learned duel/1, got {'x' * 77}...: {OWN_DOMAIN}"),
        ({"template": "chat/1"}, "its template must be 'duel/1', got 'chat/1'"),
        (
            {"vocabulary": list(VOCABULARY[:-1])},
            "its vocabulary must have 335 tokens (config.vocabulary), got 334",
        ),
        (
            {"vocabulary": [*VOCABULARY[:-1], "turn"]},
            "vocabulary must hold each token once, and no empty token",
        ),
        (
            {"vocabulary": list(VOCABULARY[::-1])},
            "vocabulary must begin with ('<pad>', '<answer>', '<stop>') and the 256 bytes",
        ),
        ({"vocabulary": "text"}, UNREADABLE + "TypeError('vocabulary must be a list of texts')"),
        ({"vocabulary": [1]}, UNREADABLE + "TypeError('vocabulary must be a list of texts')"),
        ({"samplers": None}, UNREADABLE + "TypeError('samplers must be a list of texts')"),
        ({"operators": {}}, UNREADABLE + "TypeError('operators must be a list of texts')"),
        ({"config": [4]}, UNREADABLE + "TypeError('config must be a table, got list')"),
        ({"format": "turncheck/3"}, UNREADABLE + """ValueError("format must be 'turncheck/2', got 'turncheck/3'")"""),
        ({"more": 1}, UNREADABLE + """TypeError("Metadata.__init__() got an unexpected keyword argument 'more'")"""),
    ],
)
def test_a_card_with_another_part_is_refused(fault_of, content, changes, fault):
    assert fault_of(with_card(content, **changes)) == fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"width": 10**9}, "ValueError('width must be 1..99999, got 1000000000')"),
        ({"layers": 10**9}, "ValueError('layers must be 1..999, got 1000000000')"),
        ({"prompt": 10**30}, "ValueError('prompt must be 1..99999, got 1000000000000000000000000000000')"),
        ({"width": 0}, "ValueError('width must be 1..99999, got 0')"),
        ({"width": -4}, "ValueError('width must be 1..99999, got -4')"),
        ({"width": 4.0}, "ValueError('width must be 1..99999, got 4.0')"),
        ({"layers": True}, "ValueError('layers must be 1..999, got True')"),
        ({"answer": float("nan")}, "ValueError('answer must be 1..99999, got nan')"),
        ({"heads": "2"}, """ValueError("heads must be 1..999, got '2'")"""),
        ({"heads": 3}, "ValueError('width must be a multiple of heads, 3, got 4')"),
        ({"dropout": 0}, """TypeError("ModelConfig.__init__() got an unexpected keyword argument 'dropout'")"""),
    ],
)
def test_a_config_that_is_none_is_refused(fault_of, content, changes, fault):
    assert fault_of(with_config(content, **changes)) == UNREADABLE + fault


def test_the_largest_config_takes_no_memory(fault_of, content):
    huge = with_config(content, width=99_999, heads=1, layers=300, prompt=99_999, answer=99_999)
    assert fault_of(huge) == "its weights lack blocks.1.attention.out.weight and 1793 more"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda tensors: tensors.pop("norm.weight"),
            "its weights lack norm.weight and 0 more",
        ),
        (
            lambda tensors: tensors.clear(),
            "its weights lack blocks.0.attention.out.weight and 8 more",
        ),
        (
            lambda tensors: tensors.update({"blocks.1.up.weight": torch.zeros(1)}),
            "its weights must match its config, got the unexpected blocks.1.up.weight",
        ),
        (
            lambda tensors: tensors.update({"norm.weight": torch.ones(5)}),
            "norm.weight must be (4,) torch.float32, got (5,) torch.float32",
        ),
        (
            lambda tensors: tensors.update({"norm.weight": torch.ones(4, 1)}),
            "norm.weight must be (4,) torch.float32, got (4, 1) torch.float32",
        ),
        (
            lambda tensors: tensors.update({"norm.weight": torch.ones(4, dtype=torch.float64)}),
            "norm.weight must be (4,) torch.float32, got (4,) torch.float64",
        ),
        (
            lambda tensors: tensors.update({"norm.weight": torch.ones(4, dtype=torch.bfloat16)}),
            "norm.weight must be (4,) torch.float32, got (4,) torch.bfloat16",
        ),
        (
            lambda tensors: tensors.update({"norm.weight": torch.tensor([1, 1, float("nan"), 1])}),
            "norm.weight must be finite, got inf or NaN",
        ),
        (
            lambda tensors: tensors.update({"norm.weight": torch.tensor([1, 1, float("-inf"), 1])}),
            "norm.weight must be finite, got inf or NaN",
        ),
    ],
)
def test_weights_that_are_not_those_of_the_config_are_refused(fault_of, change, fault):
    assert fault_of(with_tensors(change)) == fault


# --- damage at random ------------------------------------------------------------------------------------------------

FUZZ = settings(deadline=None, database=None, derandomize=True, max_examples=200)


def loads_or_says_why(load, content):
    with suppress(CheckpointError):
        load(content)


def test_a_flipped_bit_anywhere_in_the_first_bytes_is_refused_or_read(load, content):
    for position in (*range(24), len(content) - 1):
        for bit in (1, 16, 128):
            flipped = bytearray(content)
            flipped[position] ^= bit
            loads_or_says_why(load, bytes(flipped))


@FUZZ
@given(st.data())
def test_flipped_bytes_are_refused_or_read(load, content, data):
    # Most of the file is numbers; what can go wrong is in the header, and there in the shapes and the card's ends.
    length = 8 + int.from_bytes(content[:8], "little")
    places = st.one_of(st.integers(0, 700), st.integers(length - 900, length - 1), st.integers(0, len(content) - 1))
    flipped = bytearray(content)
    for position, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=4)):
        flipped[position] = byte
    loads_or_says_why(load, bytes(flipped))


@FUZZ
@given(st.data())
def test_a_part_that_is_left_out_or_put_in_is_refused_or_read(load, content, data):
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 50, len(content)))) if data.draw(st.booleans()) else len(content)
    loads_or_says_why(load, content[:start] + data.draw(st.binary(max_size=20)) + content[end:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=5,
)


@FUZZ
@given(st.sampled_from([field.name for field in attrs.fields(Metadata)] + ["format"]), JSON)
@example("vocabulary", [*VOCABULARY[:-1], " "])
@example("vocabulary", [*VOCABULARY[:-1], "\ud800"])
def test_any_value_in_a_card_is_refused_or_read(load, content, name, value):
    loads_or_says_why(load, with_card(content, **{name: value}))


@FUZZ
@given(st.sampled_from([field.name for field in attrs.fields(ModelConfig)]), JSON | st.integers(0, 100))
def test_any_value_in_a_config_is_refused_or_read(load, content, name, value):
    loads_or_says_why(load, with_config(content, **{name: value}))
