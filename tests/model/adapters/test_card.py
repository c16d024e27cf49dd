"""Cards: data only, which can name no code, no host and no file in another folder."""

import json
import os

import attrs
import pytest

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import quoted
from turncheck.model.adapters.card import Card, read_card
from turncheck.model.adapters.kinds import DATA_KINDS

ALONE = "may only be given on the command line: a card is data"


@pytest.fixture
def card(folder):
    """Reads a card that stands in the folder `mine`, of the text or of the keys and values given."""

    def read(content="", name="engine.toml", **keys):
        lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        path = folder / "mine" / name
        path.write_text(content + "\n".join(lines), encoding="utf-8")
        return read_card(path)

    return read


def test_a_card_says_what_a_model_is_and_how_it_is_read(card, folder, digest):
    (folder / "mine" / "rules.toml").write_text("burn_damage = 4\n", encoding="utf-8")
    (folder / "mine" / "vocab.txt").write_text("a\n", encoding="utf-8")
    found = card(
        kind="native",
        path="tiny.safetensors",
        sha256=digest,
        template="duel-json/1",
        rules="rules.toml",
        rejects=False,
        stop=["\n\n"],
        tokenizer="vocab.txt",
        max_new=200,
    )
    mine = folder / "mine"
    options = {"stop": ["\n\n"], "tokenizer": str(mine / "vocab.txt"), "max_new": 200}
    rules = str(mine / "rules.toml")
    path = str(mine / "tiny.safetensors")
    assert found == Card("native", path, "tiny", digest, "duel-json/1", False, rules, options)


def test_a_card_that_says_little_means_the_usual(card, folder):
    path = str(folder / "mine" / "tiny.safetensors")
    assert card(path="tiny.safetensors") == Card("native", path, "tiny", None, None, True, None, {})
    assert card(path="./tiny.safetensors").target == path


def test_a_card_of_no_file_is_called_as_its_folder_or_as_itself(card):
    assert card(kind="noisy:0.1") == Card("noisy", "0.1", "mine")
    assert card('kind = "noisy:0.1"\n[options]\nseed = 3\n') == Card("noisy", "0.1", "mine", options={"seed": 3})
    assert card(name="spoilt.toml", kind="reference") == Card("reference", "", "spoilt")


KEYS = "kind, path, sha256, template, rejects, rules, stop, tokenizer, max_new, options, first, experts, route"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"kind": "py:os:system"}, f"its kind 'py:os:system' runs code, so it {ALONE} (--model py:...)"),
        ({"kind": "exec", "path": "x"}, f"its kind 'exec' runs code, so it {ALONE} (--model exec:...)"),
        ({"kind": "openai:http://h"}, f"its kind 'openai:http://h' names a host, so it {ALONE} (--model openai:...)"),
        (
            {"kind": "openai-chat:http://h"},
            (f"its kind 'openai-chat:http://h' names a host, so it {ALONE} (--model openai-chat:...)"),
        ),
        (
            {"kind": "theirs"},
            f"its kind must be data ({', '.join(DATA_KINDS)}), got 'theirs'",
        ),
        (
            {"path": "tiny.safetensors", "template": "py:os:x"},
            f"its template 'py:os:x' runs code, so it {ALONE} (--turncheck-model-arg template=)",
        ),
        ({"kind": "reference", "path": "x"}, "a card of kind reference must have no path, got 'x'"),
        ({}, "a card of kind native must have a path: its checkpoint, in the card's folder"),
        (
            {"kind": "native:tiny.safetensors"},
            "a card of kind native must have a path: its checkpoint, in the card's folder",
        ),
        ({"weights": "x"}, f"a card's keys must be among {KEYS}, got 'weights'"),
        ({"key_env": "SECRET"}, f"a card's keys must be among {KEYS}, got 'key_env'"),
        ({"kind": "native", "first": "read"}, "first belongs to a card of kind experts, got kind native"),
        ({"kind": "experts:x"}, "its kind must be experts alone, got 'experts:x': the card names the files"),
        ({"kind": "experts", "path": "x"}, "a card of kind experts must have no path, got 'x'"),
        ({"path": 7}, "path must be a text, got 7"),
        ({"kind": ["py"]}, "kind must be a text, got ['py']"),
        ({"rejects": "no"}, "rejects must be true or false, got 'no'"),
        ({"sha256": "12"}, "sha256 must be 64 hexadecimal digits, got '12'"),
        ({"sha256": 12}, "sha256 must be 64 hexadecimal digits, got 12"),
        ({"options": 7}, "options must be a table, got 7"),
        ({"path": "tiny.safetensors", "tokenizer": 7}, "tokenizer must be a path, got 7"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_card_that_names_what_it_must_not_says_so(card, keys, message):
    with pytest.raises(EngineError) as caught:
        card(**keys)
    assert str(caught.value) == message


OUTSIDE = "which is outside the folder"


@pytest.mark.parametrize("key", ["path", "rules", "tokenizer"])
@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("/etc/passwd", OUTSIDE),
        ("../other.safetensors", OUTSIDE),
        ("sub/../../other", OUTSIDE),
        ("..", OUTSIDE),
        ("C:\\model", OUTSIDE),
        ("\\\\host\\share", OUTSIDE),
        ("sub\\..\\..\\x", OUTSIDE),
        ("http://host/model", OUTSIDE),
        ("file:model", OUTSIDE),
        ("nul\0byte", OUTSIDE),
        ("missing", "which does not exist"),
        ("x" * 5000, "which does not exist"),
        ("linked", "a link to a place outside"),
        ("linkedfolder/other", "a link to a place outside"),
        ("circle", "which does not exist"),
        ("sub", "which is no file"),
        ("", "which is no file"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_cards_files_lie_in_its_folder(card, folder, key, written, why):
    (folder / "other").write_text("", encoding="utf-8")
    (folder / "mine" / "sub").mkdir()
    (folder / "mine" / "linked").symlink_to(folder / "other")
    (folder / "mine" / "linkedfolder").symlink_to(folder)
    os.symlink("circle", folder / "mine" / "circle")
    keys = {"path": "tiny.safetensors", key: written}
    with pytest.raises(EngineError) as caught:
        card(**keys)
    assert str(caught.value) == f"its {key} must be a file in the card's own folder, got {quoted(written)}, {why}"


def test_a_link_within_the_folder_is_followed(card, folder):
    (folder / "mine" / "linked").symlink_to("tiny.safetensors")
    assert card(path="linked").target == str(folder / "mine" / "linked")


@pytest.mark.parametrize("content", ["kind = \n", 'path = "a', "kind = 1\nkind = 2\n", "a = " + "[" * 3000])
def test_a_card_that_is_no_toml_says_so(card, content):
    with pytest.raises(EngineError, match=r"^a card must be TOML: "):
        card(content)


def test_a_card_is_small(card):
    with pytest.raises(EngineError, match="a card must have at most 100,000 bytes, got 100,001"):
        card("#" * 100_001)


# --- beside the command line -----------------------------------------------------------------------------------------


def test_what_is_typed_stands_in_the_place_of_what_a_card_says():
    said = Card("noisy", "0.1", "mine", template="duel-json/1", options={"seed": 3, "other": 1})
    typed = {"template": "py:words:pair", "rejects": False, "rules": "hot.toml", "seed": 4}
    wanted = attrs.evolve(
        said, template="py:words:pair", rejects=False, rules="hot.toml", options={"seed": 4, "other": 1}
    )
    assert said.changed(typed) == wanted
    assert said.changed({}) == said


@pytest.mark.parametrize("name", ["kind", "path", "options"])
def test_what_a_spec_says_is_no_argument(name):
    with pytest.raises(EngineError) as caught:
        Card("noisy", "0.1", "x").changed({name: "y"})
    demand = f"{name} is no option: the SPEC names kind and target, and each option has its own name"
    assert str(caught.value) == demand


def test_an_argument_of_another_type_says_what_it_must_be():
    with pytest.raises(EngineError, match="rejects must be true or false, got 'maybe'"):
        Card("noisy", "0.1", "x").changed({"rejects": "maybe"})
