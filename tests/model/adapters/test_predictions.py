"""Answers made elsewhere: the format of their file, line by line, and the answers read from it."""

import hashlib
import json
import os

import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.engine.learned import EngineError, Listed
from turncheck.model.adapters import predictions as module
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.predictions import ANSWERS, PROMPTS, SHAPE, predictions
from turncheck.model.adapters.templates import template

NEUTRAL = write(Turn())
SCHEMA = "answers.jsonl line 1 must name the schema turncheck-answers/1 (or turncheck-prompts/1), got"
THIS_VERSION = "write the prompts with this version's turncheck prompts"
LEAVE_OUT = "write the model's answer beside each prompt"
AS_JSON = "json.dumps writes it, a line each"
OUTSIDE = "its path must be a file in the card's own folder, got '../answers.jsonl', which is outside the folder"


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Writes `answers.jsonl` in the current folder: bytes as they are, all else as a line of JSON."""
    monkeypatch.chdir(tmp_path)

    def written(*lines):
        content = [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines]
        (tmp_path / "answers.jsonl").write_bytes(b"".join(content))
        return predictions("answers.jsonl")

    return written


def entry(prompt, answer):
    return {"prompt": prompt, "answer": answer}


def test_it_answers_what_it_has_in_any_order_and_names_what_it_has_not(answers):
    engine = answers(entry("a", "1"), entry("b", ""), entry("c", "3"))
    assert isinstance(engine, Listed)
    assert engine.predict(["c", "a", "b", "a"]) == ["3", "1", "", "1"]
    assert engine.unlisted(["d", "a", "", "c", "e"]) == ["d", "", "e"]
    assert (engine.predict([]), engine.unlisted([])) == ([], [])


def test_a_prompt_that_it_does_not_have_is_no_answer(answers):
    engine = answers(entry("a", "1"))
    with pytest.raises(EngineError) as caught:
        engine.predict(["a", "b"])
    path = os.path.abspath("answers.jsonl")
    assert str(caught.value) == f"{path} has no answer to this prompt, or was changed meanwhile"


@pytest.mark.parametrize(
    "prompt", ["\ud800", "\udfff\ud800", "\x85\u2028\0\x1b", "\N{SKULL}", "a\r\nb", "\ud83d\n\ude00"]
)
def test_any_text_is_found_as_it_was(answers, prompt):
    engine = answers(entry("other", "0"), entry(prompt, prompt))
    assert (engine.predict([prompt]), engine.unlisted([prompt])) == ([prompt], [])


@pytest.mark.parametrize(
    "first",
    [{"schema": ANSWERS}, {"schema": PROMPTS, "sampler": "play"}, b'\xef\xbb\xbf{"schema": "turncheck-answers/1"}\r\n'],
    ids=["answers", "prompts, passed through", "with a byte order mark"],
)
def test_a_header_is_no_answer(answers, first):
    engine = answers(first, entry("a", "1"))
    assert (len(engine.keys), engine.predict(["a"])) == (1, ["1"])


def test_how_a_line_is_written_does_not_matter(answers):
    engine = answers(b'\xef\xbb\xbf{"answer":"1", "prompt":"a"}\r\n', ' {"prompt": "é", "answer": "2"} '.encode())
    assert engine.predict(["a", "é"]) == ["1", "2"]


def test_the_same_answer_twice_is_one(answers):
    assert answers(entry("a", "1"), entry("b", "2"), entry("a", "1")).predict(["a", "b"]) == ["1", "2"]


def test_two_answers_to_a_prompt_are_an_error_that_names_both_lines(answers):
    with pytest.raises(EngineError) as caught:
        answers({"schema": ANSWERS}, entry("a", "1"), entry("b", "2"), entry("a", "3"))
    fault = "answers.jsonl must have one answer to each prompt, got two in lines 2 and 4: decode greedily"
    assert str(caught.value) == fault


def test_prompts_with_the_same_hash_are_told_apart(answers, monkeypatch):
    monkeypatch.setattr(module, "_key", lambda prompt: 7)
    engine = answers(entry("a", "1"), entry("b", "2"), entry("c", "3"))
    assert (engine.predict(["c", "a", "b"]), engine.unlisted(["d", "a"])) == (["3", "1", "2"], ["d"])


def test_keys_that_are_not_known_are_left_alone(answers):
    engine = answers({"schema": ANSWERS, "model": "m"}, {**entry("a", "1"), "id": 7, "finish_reason": "stop"})
    assert engine.predict(["a"]) == ["1"]


def test_what_is_written_over_the_file_meanwhile_is_no_answer(answers):
    engine = answers(entry("a", "1"), entry("b", "2"))
    with open("answers.jsonl", "wb") as file:
        file.write(json.dumps(entry("c", "1")).encode() + b"\n")
    assert engine.unlisted(["a"]) == ["a"]
    with pytest.raises(EngineError, match=r"answers\.jsonl must be JSON"):
        engine.predict(["b"])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], f"answers.jsonl must hold answers, a line each ({SHAPE}), got none"),
        ([{"schema": ANSWERS}], f"answers.jsonl must hold answers, a line each ({SHAPE}), got none"),
        (
            [{"schema": "turncheck-answers/2"}],
            f"{SCHEMA} 'turncheck-answers/2': {THIS_VERSION}",
        ),
        (
            [{"schema": ["x"]}],
            f"{SCHEMA} a list: {THIS_VERSION}",
        ),
        (
            [entry("a", "1"), {"schema": ANSWERS}],
            f"answers.jsonl line 2 must be {SHAPE}, got one of 'schema': {LEAVE_OUT}",
        ),
        (
            [{"schema": PROMPTS}, {"prompt": "a"}],
            f"answers.jsonl line 2 must be {SHAPE}, got one of 'prompt': {LEAVE_OUT}",
        ),
        (
            [dict.fromkeys(["prompt", "text", "id", "score", "y"], "a")],
            f"answers.jsonl line 1 must be {SHAPE}, got one of 'prompt', 'text', 'id', 'score' and more: {LEAVE_OUT}",
        ),
        ([{}], f"answers.jsonl line 1 must be {SHAPE}, got an empty one: {LEAVE_OUT}"),
        ([["a", "b"]], f"answers.jsonl line 1 must be {SHAPE}, got a list: {LEAVE_OUT}"),
        ([7.5], f"answers.jsonl line 1 must be {SHAPE}, got 7.5: {LEAVE_OUT}"),
        ([entry("a", None)], f'answers.jsonl line 1 must be {SHAPE}, got None in it: no answer at all is ""'),
        ([entry(["a"], "b")], f'answers.jsonl line 1 must be {SHAPE}, got a list in it: no answer at all is ""'),
        (
            [entry("a", "1"), b'{"prompt": "cut sho'],
            f"answers.jsonl line 2 must be JSON, {SHAPE}, got '{{\"prompt\": \"cut sho': {AS_JSON}",
        ),
        (
            [entry("a", "1"), b"\n", entry("b", "2")],
            f"answers.jsonl line 2 must be JSON, {SHAPE}, got '': {AS_JSON}",
        ),
        (
            [b"[" * 500_000],
            f"answers.jsonl line 1 must be JSON, {SHAPE}, got '{'[' * 76}...: {AS_JSON}",
        ),
        (
            [b"9" * 10_000],
            f"answers.jsonl line 1 must be JSON, {SHAPE}, got '{'9' * 76}...: {AS_JSON}",
        ),
        (
            [b'{"prompt": "caf\xe9", "answer": ""}'],
            "answers.jsonl line 1 must be UTF-8, got byte 0xe9: json.dumps writes ASCII",
        ),
        (
            ['{"prompt": "a", "answer": "1"}\n'.encode("utf-16")],
            "answers.jsonl line 1 must be UTF-8, got byte 0xff: json.dumps writes ASCII",
        ),
        (
            [entry("a", "1"), entry("b", "x" * 1_000_000)],
            "answers.jsonl line 2 must have at most 1,000,000 bytes, got more: limit the tokens of an answer",
        ),
    ],
    ids=[
        "empty", "a header alone", "another schema", "a schema that is no text", "a header further down", "no answer",
        "other keys", "no keys", "a list", "a number", "null", "a prompt of texts", "cut short", "an empty line",
        "too deep", "too long a number", "Latin-1", "UTF-16", "too long",
    ],
)  # fmt: skip
def test_a_line_that_is_no_answer_says_what_is_wrong(answers, lines, message):
    with pytest.raises(EngineError) as caught:
        answers(*lines)
    assert str(caught.value) == message


@pytest.mark.parametrize("depth", [100, 500, 900, 2000, 20_000, 60_000])
def test_however_deep_a_line_is_it_is_one_line_of_error(answers, depth):
    with pytest.raises(EngineError, match=r"^answers\.jsonl line 1 must be .* got .{,70}: "):
        answers(b'{"prompt": ' + b"[" * depth + b"]" * depth + b', "answer": "a"}')


@pytest.mark.parametrize(
    ("target", "got"),
    [
        ("", "nothing"),
        ("no.jsonl", "no file at no.jsonl"),
        ("folder", "a folder at folder"),
        ("a\0b", "no file at a\0b"),
    ],
)
def test_a_target_that_is_no_file_says_so(tmp_path, monkeypatch, target, got):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(EngineError) as caught:
        predictions(target)
    assert str(caught.value) == f"predictions:FILE must name a file of answers, got {got}"


def test_it_keeps_sixteen_bytes_of_a_line(answers):
    engine = answers(*(entry(str(number), "x" * 500) for number in range(1000)))
    assert engine.keys.nbytes + engine.places.nbytes == 16_000


# --- how it is loaded ------------------------------------------------------------------------------------------------


def test_it_is_known_by_the_size_and_the_hash_of_its_file(answers):
    answers(entry("a", "1"))
    with open("answers.jsonl", "rb") as file:
        content = file.read()
    loaded = load("predictions:answers.jsonl", [], DOMAIN)
    assert (loaded.card.name, loaded.card.kind) == ("predictions:answers.jsonl", "predictions")
    assert (loaded.bytes, loaded.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with pytest.raises(EngineError, match=r"its sha256 must be 0+, got"):
        load("predictions:answers.jsonl", ["sha256=" + "0" * 64], DOMAIN)
    with pytest.raises(EngineError, match="predictions has no option 'stop'; it takes none"):
        load("predictions:answers.jsonl", ["stop=x"], DOMAIN)


def test_behind_a_template_its_prompts_and_answers_are_in_the_template_s_words(answers):
    words = template("duel-json/1", DOMAIN)
    answers(entry(words.encode(NEUTRAL), words.encode(resolve_text(NEUTRAL))), entry(words.encode("?"), "nonsense"))
    engine = load("predictions:answers.jsonl", ["template=duel-json/1"], DOMAIN).engine
    assert isinstance(engine, Listed)
    assert engine.predict([NEUTRAL, "?"]) == [resolve_text(NEUTRAL), "unreadable: nonsense"]
    assert engine.unlisted(["!", NEUTRAL, "turn 01\n"]) == ["!", "turn 01\n"]


def test_a_card_may_name_answers_of_its_own_folder(answers, tmp_path):
    answers(entry("a", "1"))
    card = tmp_path / "engine.toml"
    card.write_text('kind = "predictions"\npath = "answers.jsonl"\nrejects = false\n', encoding="utf-8")
    loaded = load(str(tmp_path), [], DOMAIN)
    assert (loaded.card.kind, loaded.card.name, loaded.card.rejects) == ("predictions", "answers", False)
    assert (loaded.domain, loaded.engine.predict(["a"])) == (DOMAIN, ["1"])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('path = "../answers.jsonl"', OUTSIDE),
        ("", "a card of kind predictions must have a path: its answers, in the card's folder"),
    ],
    ids=["outside", "none"],
)
def test_a_card_names_no_other_answers(tmp_path, keys, message):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "engine.toml").write_text(f'kind = "predictions"\n{keys}\n', encoding="utf-8")
    (tmp_path / "answers.jsonl").write_text(json.dumps(entry("a", "1")), encoding="utf-8")
    with pytest.raises(EngineError) as caught:
        load(str(tmp_path / "mine"), [], DOMAIN)
    assert str(caught.value) == message
