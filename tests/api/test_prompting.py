"""Answers made elsewhere, as a user does it: `turncheck prompts`, then `sweep --model predictions:FILE`."""

import importlib
import json
import re
import sys
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from turncheck import prompting as module
from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.engine.duel import STANDARD, resolve_text
from turncheck.engine.duel.array_samplers import STREAM
from turncheck.model.adapters.templates import template
from turncheck.properties.checking import truth
from turncheck.properties.laws.duel import LAWS

BUGGY = attrs.evolve(STANDARD, regen_heal=4)
ASKED = ("--sampler", "mixed", "--turns", "100", "--seed", "3")

MODELS = """
import attrs
from turncheck.duel import DOMAIN
from turncheck.engine.duel import STANDARD, resolve_text
from turncheck.model.adapters.templates import template

JSON = template("duel-json/1", DOMAIN)
BUGGY = attrs.evolve(STANDARD, regen_heal=4)

def buggy(prompts):
    return [resolve_text(prompt, BUGGY) for prompt in prompts]

def buggy_in_json(prompts):
    return [JSON.encode(answer) for answer in buggy([JSON.decode(prompt) for prompt in prompts])]
"""

ODD_WORDS = """
def encode(text):
    return text + "\\ud800"

def decode(text):
    return text.removesuffix("\\ud800")

def narrow(text):
    if text.startswith("turn 52"):
        raise ValueError("too late")
    return text

pair = encode, decode
narrow_pair = narrow, narrow
"""


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder that holds a module of models."""
    (tmp_path / "elsewhere_models.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda *arguments: CliRunner().invoke(main, list(arguments), prog_name="turncheck")
    sys.modules.pop("elsewhere_models", None)


def lines(path="prompts.jsonl"):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def answered(answer, but=()):
    """Goes through the prompts as a user would on a machine of theirs, and writes `answers.jsonl`."""
    with open("answers.jsonl", "w", encoding="utf-8") as file:
        for number, line in enumerate(lines()):
            if "prompt" in line:
                line["answer"] = answer(line["prompt"])
            if number not in but:
                file.write(json.dumps(line) + "\n")


def buggy(prompt):
    return resolve_text(prompt, BUGGY)


def buggy_in_json(prompt):
    words = template("duel-json/1", DOMAIN)
    return words.encode(buggy(words.decode(prompt)))


def counts(folder):
    with open(f"{folder}/state.json", encoding="utf-8") as file:
        return json.load(file)["counts"]


@pytest.mark.parametrize(
    ("beside", "answer", "name"),
    [
        ((), buggy, "buggy"),
        (("--model-arg", "rejects=false"), buggy, "buggy"),
        (("--model-arg", "template=duel-json/1"), buggy_in_json, "buggy_in_json"),
    ],
    ids=["as it is", "rejects nothing", "in JSON"],
)
def test_answers_made_elsewhere_are_counted_as_those_made_here(turncheck, beside, answer, name):
    assert turncheck("prompts", *ASKED, *beside, "--out", "prompts.jsonl").exit_code == 0
    answered(answer)
    there = turncheck("sweep", "--model", "predictions:answers.jsonl", *ASKED, *beside, "--out", "there")
    here = turncheck("sweep", "--model", f"py:elsewhere_models:{name}", *ASKED, *beside, "--out", "here")
    assert (there.exit_code, there.stderr, here.exit_code) == (0, "", 0)
    more = {law.id for law in LAWS if law.kind in ("rollout", "stability")}
    expected = counts("here")
    for of in ("applied", "broke"):
        expected[of] = {law: count for law, count in expected[of].items() if law not in more}
    assert counts("there") == expected
    assert expected["broke"]["regen_gives_three"] > 0


PLAYERS = """
import adder
import tictactoe

def forgetful(prompts):
    return [tictactoe.DOMAIN.resolve_text(prompt).replace("row x ", "row . ", 1) for prompt in prompts]

def carries_nothing(prompts):
    return [adder.DOMAIN.resolve_text(prompt).replace("1", "0", 1) for prompt in prompts]
"""


@pytest.mark.parametrize(("name", "player"), [("tictactoe", "forgetful"), ("adder", "carries_nothing")])
def test_so_are_those_to_the_prompts_of_another_domain(turncheck, tmp_path, monkeypatch, name, player):
    for module_name in ("adder", "tictactoe"):
        source = Path(__file__).parents[1] / "properties" / f"{module_name}.py"
        (tmp_path / f"{module_name}.py").write_text(source.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "players.py").write_text(PLAYERS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(truth, "TRIED", 50)
    asked = ("--domain", f"{name}.py:DOMAIN", *ASKED)
    try:
        result = turncheck("prompts", *asked, "--out", "prompts.jsonl")
        assert (result.exit_code, result.stderr) == (0, "")
        header, *prompts = lines()
        assert {key: header[key] for key in ("domain", "rules", "stream")} == {
            "domain": f"{name}/1",
            "rules": f"{name}/1",
            "stream": "python-1",
        }
        predict = getattr(importlib.import_module("players"), player)
        answered(lambda prompt: predict([prompt])[0])
        there = turncheck("sweep", *asked, "--model", "predictions:answers.jsonl", "--out", "there")
        here = turncheck("sweep", *asked, "--model", f"py:players:{player}", "--out", "here")
    finally:
        for module_name in ("adder", "tictactoe", "players"):
            sys.modules.pop(module_name, None)
    assert (there.exit_code, there.stderr, here.exit_code, here.stderr) == (0, "", 0, "")
    assert len(prompts) > 80
    found, expected = counts("there"), counts("here")
    for of in ("applied", "broke"):
        assert found[of] == {law: count for law, count in expected[of].items() if law in found[of]}
    left = ("done", "diverged", "unreadable", "modes", "fields", "strata")
    assert {of: found[of] for of in left} == {of: expected[of] for of in left}
    assert expected["diverged"] > 10


def test_the_lines_of_the_page_make_answers(turncheck):
    page = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    exec(compile(code, "sweeps.md", "exec"), {"my_model": buggy})
    header, *entries = lines("answers.jsonl")
    assert header == lines()[0]
    assert entries == [{**line, "answer": buggy(line["prompt"])} for line in lines()[1:]]
    assert turncheck("sweep", "--model", "predictions:answers.jsonl", *ASKED, "--out", "swept").exit_code == 0


def test_what_cannot_be_asked_is_said_and_no_turn_is_called_a_smallest(turncheck):
    turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    answered(buggy)
    shown = turncheck("sweep", "--model", "predictions:answers.jsonl", *ASKED, "--out", "swept").stdout
    silent = [line.split(": ")[0] for line in shown.splitlines() if line.startswith("NOT_APPLICABLE ")]
    assert silent == [f"NOT_APPLICABLE {law.id}" for law in LAWS if law.kind in ("rollout", "stability")]
    (titles,) = [line for line in shown.splitlines() if line.startswith("law about turns")]
    assert titles.split("  ")[-1].strip() == "the simplest turn that was found, not shrunk"
    assert "no single simplification" not in shown
    first = shown.splitlines()[0]
    assert first == "predictions:answers.jsonl (predictions): 100 of 100 turns of mixed, seed 3"


def test_the_file_says_what_its_prompts_are_of(turncheck):
    result = turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    header, *entries = lines()
    assert header == {
        "schema": "turncheck-prompts/1",
        "domain": "duel/1",
        "sampler": "mixed",
        "stream": STREAM,
        "seed": 3,
        "turns": 100,
        "rules": "duel/1",
        "template": "duel/1",
        "rejects": True,
    }
    assert {tuple(entry) for entry in entries} == {("prompt",)}
    said = f"prompts.jsonl: {len(entries):,} prompts of a sweep of 100 turns of mixed, seed 3\n"
    assert (result.exit_code, result.stdout, result.stderr) == (0, said, "")


def test_it_is_the_same_each_time_and_the_start_of_a_longer_one(turncheck):
    turncheck("prompts", *ASKED, "--out", "first.jsonl")
    turncheck("prompts", *ASKED, "--out", "second.jsonl")
    turncheck("prompts", "--sampler", "mixed", "--turns", "200", "--seed", "3", "--out", "longer.jsonl")
    first, longer = lines("first.jsonl"), lines("longer.jsonl")
    assert lines("second.jsonl") == first
    prompts, more = ({line["prompt"] for line in of[1:]} for of in (first, longer))
    assert prompts < more


def test_other_words_are_written_as_the_model_was_trained_on_them(turncheck):
    turncheck("prompts", *ASKED, "--out", "plain.jsonl")
    turncheck("prompts", *ASKED, "--model-arg", "template=duel-json/1", "--out", "json.jsonl")
    words = template("duel-json/1", DOMAIN)
    header, *entries = lines("json.jsonl")
    assert header["template"] == "duel-json/1"
    assert entries == [{"prompt": words.encode(entry["prompt"])} for entry in lines("plain.jsonl")[1:]]


def test_missing_answers_are_counted_and_nothing_is_swept(turncheck, tmp_path):
    turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    answered(buggy, but=(3, 50))
    missing = lines()[3]["prompt"][:60].replace("\n", "\\n")
    result = turncheck("sweep", "--model", "predictions:answers.jsonl", *ASKED, "--out", "swept")
    count = len(lines()) - 1
    fault = f"model predictions:answers.jsonl: 2 of the {count} prompts of this sweep have no answer in it"
    command = "turncheck prompts --sampler mixed --turns 100 --seed 3, with the same --domain, --rules and --model-arg"
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.splitlines()[-1] == f"Error: {fault} (first: {missing}): {command}, writes them all"
    assert not (tmp_path / "swept").exists()


def test_more_answers_than_a_sweep_asks_for_do(turncheck):
    turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    answered(buggy)
    asked = ("--sampler", "mixed", "--turns", "50", "--seed", "3", "--model-arg", "rejects=false")
    assert turncheck("sweep", "--model", "predictions:answers.jsonl", *asked, "--out", "swept").exit_code == 0


def test_prompts_for_other_words_are_missing_all(turncheck):
    turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    answered(buggy)
    asked = (*ASKED, "--model-arg", "template=duel-json/1")
    result = turncheck("sweep", "--model", "predictions:answers.jsonl", *asked, "--out", "swept")
    count = len(lines()) - 1
    assert result.exit_code == 4
    assert f"{count} of the {count} prompts of this sweep have no answer in it" in result.stderr


@pytest.mark.parametrize("command", [("evaluate", "--model"), ("conform",), ("show", "--model")])
def test_what_asks_other_turns_sends_to_the_sweep(turncheck, tmp_path, command):
    (tmp_path / "answers.jsonl").write_text('{"prompt": "a", "answer": "1"}\n', encoding="utf-8")
    (tmp_path / "turn.txt").write_text("turn", encoding="utf-8")
    last = ("turn.txt",) if command[0] == "show" else ()
    result = turncheck(*command, "predictions:answers.jsonl", *last)
    why = "its answers were made elsewhere and nothing else can be asked of it: turncheck sweep checks such a model"
    assert (result.exit_code, result.stderr) == (4, f"Error: model predictions:answers.jsonl: {why}\n")


# --- what can go wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "elsewhere_models.py"), "elsewhere_models.py exists already: choose another --out"),
        (
            ("--out", "elsewhere_models.py/x"),
            "elsewhere_models.py/x cannot be written: a file is in the place of a folder",
        ),
        (("--out", "x", "--model-arg", "stop=a"), "model reference: reference has no option 'stop'; it takes none"),
        (
            ("--out", "x", "--model-arg", "template=words"),
            "model reference: template must be duel/1, duel-json/1 or py:MODULE:ATTRIBUTE, got 'words'",
        ),
        (("--out", "x", "--model-arg", "rejects=no"), "model reference: rejects must be true or false, got 'no'"),
        ((), "Missing option '--out'."),
    ],
    ids=["there already", "no folder but a file", "an option", "no template", "no truth value", "no file"],
)
def test_it_ends_with_4_where_it_cannot_write(turncheck, tmp_path, arguments, message):
    before = sorted(tmp_path.iterdir())
    result = turncheck("prompts", "--turns", "5", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.splitlines()[-1]) == (4, "", f"Error: {message}")
    assert sorted(tmp_path.iterdir()) == before


def test_it_makes_the_folder_of_its_file(turncheck, tmp_path):
    assert turncheck("prompts", "--turns", "5", "--out", "a/new/folder.jsonl").exit_code == 0
    assert [path.name for path in (tmp_path / "a" / "new").iterdir()] == ["folder.jsonl"]


def test_an_interrupted_one_leaves_nothing(turncheck, tmp_path, monkeypatch):
    before = sorted(tmp_path.iterdir())
    written = module._line

    def interrupted(value):
        if "prompt" in value:
            assert (tmp_path / "prompts.jsonl.part").exists()
            raise KeyboardInterrupt
        return written(value)

    monkeypatch.setattr(module, "_line", interrupted)
    result = turncheck("prompts", *ASKED, "--out", "prompts.jsonl")
    assert (result.exit_code, result.stderr.split()) == (2, ["interrupted"])
    assert sorted(tmp_path.iterdir()) == before


def test_a_prompt_with_a_lone_surrogate_is_written_and_answered(turncheck, tmp_path):
    (tmp_path / "odd_words.py").write_text(ODD_WORDS, encoding="utf-8")
    asked = (*ASKED, "--model-arg", "template=py:odd_words:pair")
    try:
        assert turncheck("prompts", *asked, "--out", "prompts.jsonl").exit_code == 0
        answered(lambda prompt: resolve_text(prompt.removesuffix("\ud800")) + "\ud800")
        result = turncheck("sweep", "--model", "predictions:answers.jsonl", *asked, "--out", "swept")
    finally:
        sys.modules.pop("odd_words", None)
    assert (result.exit_code, result.stderr, counts("swept")["diverged"]) == (0, "", 0)


def test_a_template_that_cannot_say_a_prompt_is_one_line_of_error(turncheck, tmp_path):
    (tmp_path / "odd_words.py").write_text(ODD_WORDS, encoding="utf-8")
    asked = ("--sampler", "mixed", "--turns", "300", "--model-arg", "rejects=false")
    words = ("--model-arg", "template=py:odd_words:narrow_pair")
    try:
        turncheck("prompts", *asked, "--out", "prompts.jsonl")
        answered(resolve_text)
        before = sorted(tmp_path.iterdir())
        written = turncheck("prompts", *asked, *words, "--out", "others.jsonl")
        swept = turncheck("sweep", "--model", "predictions:answers.jsonl", *asked, *words, "--out", "swept")
    finally:
        sys.modules.pop("odd_words", None)
    fault = "template py:odd_words:narrow_pair raised ValueError: too late on 'turn 52"
    assert written.stderr.splitlines()[-1].startswith(f"Error: {fault}")
    assert swept.stderr.splitlines()[-1].startswith(f"Error: model predictions:answers.jsonl: {fault}")
    assert (written.exit_code, swept.exit_code) == (4, 4)
    assert sorted(each for each in tmp_path.iterdir() if each.name != "__pycache__") == before
