"""Exported folders: the page answers what Turncheck's own engines answer, from numpy and from graphs."""

import ast
import json
import random
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import torch

from tests.domains import SHORT_ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.learned import EngineError
from turncheck.model import portable
from turncheck.model.adapters.loading import load
from turncheck.model.checkpoint import Metadata, load_checkpoint, model_of, save_checkpoint
from turncheck.model.export import card_text, parts_of, write_folder
from turncheck.model.tokens import Tokenizer, vocabulary, vocabulary_of
from turncheck.model.transformer import ModelConfig

PLAIN = vocabulary(DOMAIN)
FIELDS = vocabulary(DOMAIN, fields=True, stages=("orders", "end"))

LETTERS = "hero foe hp 0123456789/\n> do poison_strike é漢\ud800\U0001f600\0\r\u2028٣²ſ_+-.\x7f"


@pytest.fixture(scope="module")
def asked(texts):
    """Valid and malformed texts, and texts of unusual characters and lengths."""
    draw = random.Random(7)
    unusual = ["".join(draw.choices(LETTERS, k=draw.randrange(120))) for _ in range(40)]
    return [*texts(72), *unusual, "", "\ud83d", "\ude00\ud83d", "9" * 5000, "hp 07" * 300]


def choices(tokens, answer):
    """For each place of an answer, some tokens; the stop is among them at the later ones."""
    draw = random.Random(3)
    sizes = [draw.choice([1, 4, 4, 9]) for _ in range(answer)]
    return [[*([2] if place > 60 else []), *draw.sample(range(3, tokens), size)] for place, size in enumerate(sizes)]


def sizes(kind, tokens):
    """Small sizes of a model of that kind."""
    prompt, answer = (60, 20) if kind == "autoregressive" else (110, 80)
    more = {
        "dense": {"hidden": 16, "repeats": 2, "choices": choices(tokens, answer)},
        "reader": {"hidden": 12, "answers": ("> orders\n", "> end\n", "漢\n", "")},
        "one pass": {"repeats": 2},
        "autoregressive": {},
    }[kind]
    return ModelConfig(tokens, prompt, answer, layers=2, width=8, heads=2, kind=kind, **more)


def write_checkpoint(path, kind, words=PLAIN, rounded=False, domain=DOMAIN, seed=5):
    """A checkpoint with random weights, so large that all its tokens count."""
    model = model_of(sizes(kind, len(words)))
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=1.5 if kind == "reader" else 0.5, generator=generator)
    about = Metadata(model.config, words, domain.name, domain.name, 0, 0, (), (), (), rounded)
    save_checkpoint(path, model, about)
    return path


def exported(spec, folder, graphs=False, domain=DOMAIN):
    """The page of a new folder, as a module."""
    folder.mkdir()
    if graphs:
        pytest.importorskip("onnx")
        pytest.importorskip("onnxruntime")
        from turncheck.model.graphs import graph_of
    write_folder(parts_of(str(spec), domain), folder, graph_of if graphs else None)
    return page_of(folder)


def page_of(folder):
    found = spec_from_file_location("exported_engine", folder / "engine.py")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


KINDS = ["autoregressive", "one pass", "dense", "reader"]


@pytest.mark.parametrize("words", [PLAIN, FIELDS], ids=["plain", "fields"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_answers_what_the_checkpoint_answers(tmp_path, kind, words, asked):
    path = write_checkpoint(tmp_path / "x.safetensors", kind, words, rounded=words is FIELDS)
    asked = asked[:: 3 if kind == "autoregressive" else 1]
    wanted = load_checkpoint(path, DOMAIN)[0].predict(asked)
    assert len(set(wanted)) > (2 if kind == "reader" else len(asked) // 3)
    page = exported(path, tmp_path / "out")
    assert page.predict(asked) == wanted
    assert [page.predict([text])[0] for text in asked[::11]] == wanted[::11]
    assert page.predict([]) == []
    assert (tmp_path / "out" / "model.safetensors").read_bytes() == path.read_bytes()


def written(folder):
    """The names of the files that were exported; Python may have added bytecode when the page was imported."""
    return {file.name for file in folder.iterdir() if file.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_answers_what_the_checkpoint_answers(tmp_path, kind, asked):
    some = asked[::3]
    path = write_checkpoint(tmp_path / "x.safetensors", kind, FIELDS, rounded=True)
    page = exported(path, tmp_path / "out", graphs=True)
    assert page.predict(some) == load_checkpoint(path, DOMAIN)[0].predict(some)
    assert written(tmp_path / "out") == {"engine.py", "engine.toml", "model.onnx"}


def test_a_rounded_models_graph_keeps_its_eight_bits(tmp_path):
    sizes_of = {}
    for rounded in (False, True):
        path = write_checkpoint(tmp_path / f"{rounded}.safetensors", "dense", FIELDS, rounded)
        exported(path, tmp_path / f"out{rounded}", graphs=True)
        sizes_of[rounded] = (tmp_path / f"out{rounded}" / "model.onnx").stat().st_size
    numbers = sum(tensor.numel() for tensor in load_checkpoint(path, DOMAIN)[0].model.parameters())
    assert sizes_of[False] - sizes_of[True] > 2.5 * numbers


CARD = """kind = "experts"
{first}
[experts]
read = "read.safetensors"
orders = "steps.safetensors"
end = "steps.safetensors"
{routes}"""

ROUTES = '[[route]]\ncontains = "hero \\u007f\\\\\\""\nexpert = "end"\n[[route]]\nexpert = "read"\n'


@pytest.mark.parametrize(
    ("first", "routes"), [('first = "read"', ""), ("", ROUTES)], ids=["an expert reads", "a stated router"]
)
@pytest.mark.parametrize("graphs", [False, True], ids=["numpy", "graphs"])
def test_a_composition_hands_on_as_turncheck_does(tmp_path, first, routes, graphs, asked):
    home = tmp_path / "card"
    home.mkdir()
    write_checkpoint(home / "read.safetensors", "reader", FIELDS)
    write_checkpoint(home / "steps.safetensors", "dense", FIELDS, rounded=True)
    (home / "engine.toml").write_text(CARD.format(first=first, routes=routes), "utf-8")
    prompts = [*asked, 'hero \x7f\\"']
    wanted = load(str(home), (), DOMAIN).engine.predict(prompts)
    assert len(set(wanted)) > len(prompts) // 4  # so many that most come from the last model
    page = exported(home, tmp_path / "out", graphs)
    assert page.predict(prompts) == wanted
    names = {"read.onnx", "orders.onnx"} if graphs else {"read.safetensors", "orders.safetensors"}
    assert written(tmp_path / "out") == {"engine.py", "engine.toml", *names}
    if not graphs:
        assert load(str(tmp_path / "out"), (), DOMAIN).engine.predict(prompts) == wanted


class Says:
    """A model of fixed answers, counted."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def predict(self, prompts):
        self.asked += prompts
        return [self.answer for _ in prompts]


def composed(tmp_path, **answers):
    """The page's engine over models of fixed answers."""
    files = "".join(f'{name} = "{name}"\n' for name in answers)
    (tmp_path / "engine.toml").write_text(f'kind = "experts"\nfirst = "a"\n[experts]\n{files}', "utf-8")
    engine = portable.Engine(tmp_path)
    models = {name: Says(answer) for name, answer in answers.items()}
    engine.model = models.__getitem__
    return engine, models


def test_the_text_before_the_line_goes_on_and_without_one_the_same_text(tmp_path):
    engine, models = composed(tmp_path, a="> b\n", b="left\n> c", c="done")
    assert engine.predict(["x", "y"]) == ["done", "done"]
    assert (models["b"].asked, models["c"].asked) == (["x", "y"], ["left\n", "left\n"])


def test_an_answer_that_hands_on_to_nobody_or_without_end_is_the_last(tmp_path):
    assert composed(tmp_path, a="x\n> z\n")[0].predict([""]) == ["x\n> z\n"]
    engine, models = composed(tmp_path, a="> a\n")
    assert engine.predict([""]) == ["> a\n"]
    assert len(models["a"].asked) == portable.MOST_STAGES


def test_a_single_model_hands_on_to_nobody(tmp_path):
    (tmp_path / "engine.toml").write_text('kind = "native"\npath = "model.safetensors"\n', "utf-8")
    engine = portable.Engine(tmp_path)
    model = Says("> model\n")
    engine.model = {"model.safetensors": model}.__getitem__
    assert (engine.predict(["x"]), model.asked) == (["> model\n"], ["x"])


OTHERS = {
    "adder": vocabulary(SHORT_ADDER),
    "another wording": vocabulary_of(["Turn 1: a1 hp7 _x do_it", " é hp"]),
    "digits and signs": (*PLAIN[:269], "1st", " 1st", "1s", "a1", "a1b", " ->", "é", "ab-", "x7"),
}


@pytest.mark.parametrize("words", [PLAIN, FIELDS, *OTHERS.values()], ids=["plain", "fields", *OTHERS])
def test_both_tokenizers_are_one(words, asked):
    ours, theirs = Tokenizer(words), portable.Tokenizer(words)
    draw = random.Random(9)
    joined = ["".join(draw.choices([*words[259:], "x", "_", "7", " ", "\n", "é"], k=12)) for _ in range(300)]
    for text in [*asked, *joined]:
        assert theirs.encode(text) == ours.encode(text)
        assert theirs.decode(theirs.encode(text)) == text
    for _ in range(100):
        ids = draw.choices(range(len(words)), k=9)
        assert theirs.decode(ids) == ours.decode(ids)


def test_the_page_imports_numpy_and_the_standard_library_and_reads_texts(tmp_path, asked):
    page = exported(write_checkpoint(tmp_path / "x.safetensors", "one pass"), tmp_path / "out")
    named = list(ast.walk(ast.parse(Path(page.__file__).read_text("utf-8"))))
    modules = {node.module for node in named if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in named if isinstance(node, ast.Import) for alias in node.names}
    outside = {name.split(".")[0] for name in modules} - sys.stdlib_module_names
    assert outside == {"numpy", "onnxruntime"}
    few = asked[::40]
    given = "".join(f"{json.dumps(text)}\n" for text in few)
    done = run(page, "--json", given=given.encode())
    assert [json.loads(line) for line in done.splitlines()] == page.predict(few)
    assert run(page, given=b"hero \xff\r\n") == page.predict(["hero \udcff\r\n"])[0].encode("utf-8", "surrogatepass")


def run(page, *arguments, given):
    """What the page prints, in a process in which it finds nothing but numpy's and Python's own modules."""
    hidden = "import sys; sys.modules.update(dict.fromkeys(['torch', 'turncheck', 'safetensors', 'attrs', 'onnx']))"
    code = (
        f"{hidden}; import runpy; sys.argv[1:] = {list(arguments)}; runpy.run_path({page.__file__!r}, None, '__main__')"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], input=given, capture_output=True, check=True
    ).stdout


# --- what is refused -------------------------------------------------------------------------------------------------


def refused(spec, domain=DOMAIN):
    with pytest.raises(EngineError) as error:
        parts_of(str(spec), domain)
    return error.value.fault


def test_a_model_of_another_kind_or_wording_is_refused(tmp_path):
    wanted = "SPEC must be a checkpoint of turncheck train or a composition of such"
    assert refused("noisy:0.1") == f"{wanted}, got one of kind noisy"
    path = write_checkpoint(tmp_path / "x.safetensors", "reader")
    card = tmp_path / "engine.toml"
    card.write_text('path = "x.safetensors"\ntemplate = "duel-json/1"\n', "utf-8")
    assert refused(card) == "SPEC must have the domain's own wording, got template 'duel-json/1'"
    card.write_text('kind = "experts"\nfirst = "a"\n[experts]\na = "x.safetensors"\nb = "b.toml"\n', "utf-8")
    (tmp_path / "b.toml").write_text('kind = "reference"\n', "utf-8")
    assert refused(card) == "expert b must be a checkpoint of turncheck train, got one of kind reference"
    (tmp_path / "b.toml").write_text('path = "y.safetensors"\n', "utf-8")
    (tmp_path / "y.safetensors").write_bytes(path.read_bytes()[:-9])
    assert refused(card).startswith("expert b: b.toml: a checkpoint must be a complete safetensors file, got ")


def test_the_folders_card_keeps_whether_the_model_rejects(tmp_path):
    write_checkpoint(tmp_path / "x.safetensors", "reader")
    card = tmp_path / "engine.toml"
    card.write_text('path = "x.safetensors"\nrejects = false\n', "utf-8")
    text = card_text(parts_of(str(card), DOMAIN), ".safetensors")
    assert text == 'kind = "native"\npath = "model.safetensors"\nrejects = false\n'
