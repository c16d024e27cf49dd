"""The kind `torch:PATH`, compared with plain passes of the named module; and what it refuses, running no code."""

import importlib
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.small_domains import adder
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.learned import EngineError, answers
from turncheck.engine.schema import Schema
from turncheck.model.adapters.conformance import conformance, run_conformance_test
from turncheck.model.adapters.loading import load as load_model
from turncheck.model.adapters.recognise import recognised

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")

from torch.nn.functional import cross_entropy  # noqa: E402  it may not be here

TINY = Path(__file__).parents[3] / "examples" / "torch" / "tiny_gpt.py"
CHARACTERS = "\n0123456789+="

SUMS = Domain(
    "sums/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 9), b=Int(0, 9), end=""),
    answer=Schema("{sum}", sum=Int(0, 18), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
)
CASES = [f"{a}+{b}=" for a in range(10) for b in range(10)]
WORDS = f"vocabulary={json.dumps(CHARACTERS)}"

VARIANTS = '''
from types import SimpleNamespace

import torch
from torch import nn

from tiny_gpt import TinyGPT


class Recurrent(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.table, self.cell, self.head = nn.Embedding(13, width), nn.GRU(width, width, batch_first=True), None
        self.head = nn.Linear(width, 13)

    def forward(self, ids):
        return self.head(self.cell(self.table(ids))[0])


class Tuple(TinyGPT):
    def forward(self, ids):
        return super().forward(ids), None


class Object(TinyGPT):
    def forward(self, ids):
        return SimpleNamespace(logits=super().forward(ids))


class Mapping(TinyGPT):
    def forward(self, ids):
        return {"logits": super().forward(ids)}


class Last(TinyGPT):
    """As nanoGPT has it."""

    def forward(self, ids, targets=None):
        logits = super().forward(ids)
        if targets is None:
            return logits[:, [-1]], None
        return logits, nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


class LastAlone(TinyGPT):
    def forward(self, ids):
        return super().forward(ids)[:, [-1]]


class Classifier(TinyGPT):
    def forward(self, ids):
        return super().forward(ids)[:, -1]


class Bidirectional(TinyGPT):
    def forward(self, ids):
        logits = super().forward(ids)
        return logits + logits.mean(1, keepdim=True)


class Words(TinyGPT):
    def forward(self, ids):
        return "logits"


class Raises(TinyGPT):
    def forward(self, ids, mask):
        return super().forward(ids)


class Tied(TinyGPT):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(32, 13, bias=False)
        self.head.weight = self.token.weight


class Small(TinyGPT):
    def __init__(self):
        super().__init__(context=5)


def fails():
    raise SystemExit(3)


def nothing():
    return {}


made = TinyGPT()
number = 3
'''


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """The modules that tests name, imported from a folder of their own."""
    home = tmp_path_factory.mktemp("modules")
    shutil.copy(TINY, home)
    (home / "variants.py").write_text(VARIANTS, encoding="utf-8")
    sys.path.insert(0, str(home))
    yield importlib.import_module("variants")
    sys.path.remove(str(home))
    for name in ("variants", "tiny_gpt"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def sums(modules):
    """A module that learned the sums."""
    texts = [f"{case}{SUMS.resolve_text(case)}\n".ljust(7, "\n") for case in CASES]
    rows = torch.tensor([[CHARACTERS.index(each) for each in text] for text in texts])
    torch.manual_seed(0)
    torch.set_num_threads(1)
    module = modules.TinyGPT()
    optimizer = torch.optim.Adam(module.parameters(), lr=5e-3)
    loss = torch.tensor(9.0)
    while loss > 2e-2:
        loss = cross_entropy(module(rows)[:, 3:-1].flatten(0, 1), rows[:, 4:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return module.eval()


@pytest.fixture
def folder(tmp_path, monkeypatch, sums):
    """The current folder, with the modules in it and the weights of one in `tiny.pt`."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(sys.modules["variants"].__file__, tmp_path)
    shutil.copy(sys.modules["tiny_gpt"].__file__, tmp_path)
    torch.save(sums.state_dict(), "tiny.pt")
    return tmp_path


def load(*arguments, spec="torch:tiny.pt", domain=SUMS, arch="arch=py:tiny_gpt:TinyGPT", words=WORDS):
    said = {each.partition("=")[0] for each in arguments}
    given = [each for each in (arch, words) if each and each.partition("=")[0] not in said]
    return load_model(spec, [*given, *arguments], domain)


def fault_of(*arguments, **options):
    with pytest.raises(EngineError) as caught:
        load(*arguments, **options)
    said = str(caught.value)
    assert "\n" not in said
    assert "weights_only" not in said
    assert "allow_pickle" not in said
    return said


def written(module, prompt, limit=9):
    """What the module writes, one pass over all for each token."""
    ids = [CHARACTERS.index(each) for each in prompt]
    start = len(ids)
    with torch.inference_mode():
        while len(ids) - start < limit:
            ids.append(int(module(torch.tensor([ids]))[0, -1].argmax()))
            if ids[-1] == 0:
                break
    return "".join(CHARACTERS[token] for token in ids[start:]).partition("\n")[0]


# --- it works ---------------------------------------------------------------------------------------------------------


def test_a_trained_module_answers_as_its_plain_pass_and_its_drafts_are_verified(folder, sums):
    loaded = load()
    assert (loaded.card.kind, loaded.bytes) == ("torch", (folder / "tiny.pt").stat().st_size)
    engine = loaded.engine
    wanted = [written(sums, case) for case in CASES]
    assert wanted == [SUMS.resolve_text(case) for case in CASES]
    assert engine.predict(CASES) == wanted
    assert [engine.predict([case])[0] for case in CASES[::9]] == wanted[::9]
    for answer, verdict in zip(wanted, engine.verify(CASES, wanted), strict=True):
        assert (verdict.accepted, verdict.complete) == (len(answer), True)
    assert not any(verdict.complete for verdict in engine.verify(CASES, ["19"] * 100))
    for drafts in ([*wanted[1:], wanted[0]], [""] * 100, ["x"] * 100, ["1\n2"] * 100, ["1" * 50] * 100):
        assert list(answers(engine, CASES, drafts)) == wanted
    assert engine.context == 16


def test_it_conforms(folder):
    run_conformance_test(lambda: load('unknown="0"').engine, domain=SUMS, stop=["\n"])
    assert {check.verdict for check in conformance(load('unknown="0"').engine, SUMS)} == {"holds"}


@pytest.mark.parametrize("name", ["Tuple", "Object", "Mapping", "Last"])
def test_a_module_may_give_its_logits_in_many_ways(folder, name):
    engine = load(f"arch=py:variants:{name}").engine
    wanted = [SUMS.resolve_text(case) for case in CASES]
    assert engine.predict(CASES) == wanted
    assert all(verdict.complete for verdict in engine.verify(CASES, wanted))


def test_a_module_that_is_no_transformer_and_knows_nothing_keeps_the_contract(folder, modules):
    torch.manual_seed(1)
    module = modules.Recurrent(8).eval()
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(6)
    torch.save(module.state_dict(), "rnn.pt")
    given = ("arch=py:variants:Recurrent", "arch_args={width=8}", "max_new=9")
    engine = load(*given, spec="torch:rnn.pt").engine
    prompts = ["1+2=", "9", "1+2=3+4=5+6=", "=", "0+0="]
    wanted = [written(module, prompt) for prompt in prompts]
    assert engine.predict(prompts) == wanted
    assert len(set(wanted)) > 1
    assert list(answers(engine, prompts, wanted)) == wanted
    run_conformance_test(lambda: load(*given, 'unknown="0"', spec="torch:rnn.pt").engine, domain=SUMS)


@pytest.mark.parametrize("arch", ["py:tiny_gpt.py:TinyGPT", "py:tiny_gpt:TinyGPT"])
def test_a_module_is_named_by_its_file_or_by_its_import(folder, arch):
    assert load(f"arch={arch}").engine.predict(["7+5="]) == ["12"]


def as_npz(state):
    content = io.BytesIO()
    np.savez_compressed(content, **{name: tensor.numpy() for name, tensor in state.items()})
    return content.getvalue()


def as_pt(value):
    content = io.BytesIO()
    torch.save(value, content)
    return content.getvalue()


@pytest.mark.parametrize(
    "write",
    [
        lambda state: safetensors_torch.save(state),
        as_npz,
        lambda state: as_pt({"epoch": 3, "state_dict": state}),
        lambda state: as_pt({"model_state_dict": state, "optimizer_state_dict": {"state": {}}}),
        lambda state: as_pt({"model": state, "model_args": {}}),
        lambda state: as_pt({f"module._orig_mod.{name}": each for name, each in state.items()}),
        lambda state: as_pt({f"model.{name}": each for name, each in state.items()}),
        lambda state: as_pt({f"net._orig_mod.{name}": each for name, each in state.items()}),
        lambda state: as_pt({name.replace("blocks.0.", "blocks.0._orig_mod."): each for name, each in state.items()}),
        lambda state: as_pt({name: each.double() for name, each in state.items()}),
    ],
    ids=["safetensors", "npz", "nested", "tutorial", "nanogpt", "ddp", "lightning", "net", "part", "double"],
)
def test_a_state_dict_may_be_written_in_many_ways(folder, sums, write):
    Path("state").write_bytes(write(sums.state_dict()))
    assert load(spec="torch:state").engine.predict(["7+5=", "0+0="]) == ["12", "00"]


def test_of_tied_weights_one_is_enough(folder, modules):
    state = modules.Tied().state_dict()
    del state["head.weight"]
    torch.save(state, "tied.pt")
    assert len(load("arch=py:variants:Tied", spec="torch:tied.pt").engine.predict(["7+5="])) == 1


def test_a_card_may_name_the_file_and_never_the_module(folder):
    (folder / "c.json").write_text(json.dumps(list(CHARACTERS)), encoding="utf-8")
    said = 'kind = "torch"\npath = "tiny.pt"\n[options]\nvocabulary = "c.json"\n'
    (folder / "engine.toml").write_text(said, encoding="utf-8")
    assert load(spec="engine.toml", words="").engine.predict(["7+5="]) == ["12"]
    (folder / "engine.toml").write_text(f'{said}arch = "py:trap.py:Trap"\n', encoding="utf-8")
    (folder / "trap.py").write_text("open('sprung', 'w').close()\n", encoding="utf-8")
    fault = "its arch 'py:trap.py:Trap' runs code, so it may only be given on the command line: a card is data"
    assert fault_of(spec="engine.toml", words="", arch="").startswith(fault)
    assert not (folder / "sprung").exists()


def test_weights_that_are_no_numbers_are_an_outcome(folder, sums):
    torch.save({name: torch.full_like(each, torch.nan) for name, each in sums.state_dict().items()}, "tiny.pt")
    engine = load().engine
    assert engine.predict(["7+5="]) != ["12"]
    assert [(each.complete, each.margin) for each in engine.verify(["7+5="], ["12"])] == [(False, 0.0)]


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ("arch=tiny_gpt:TinyGPT",),
            "a state_dict needs its module, arch=py:FILE.py:FACTORY, a class or a fu",
        ),
        (
            ("arch=py:tiny_gpt",),
            "it must be arch=py:MODULE:ATTRIBUTE or arch=py:FILE.py:ATTRIBUTE, as in arch=py:my_mo",
        ),
        (("arch=py:tiny_gpt:TinyGTP",), "tiny_gpt has no TinyGTP; did you mean TinyGPT?"),
        (("arch=py:missing.py:GPT",), "there is no file missing.py"),
        (
            ("arch=py:variants:made",),
            "py:variants:made must be a class or a function that makes a torch.nn.Module, got a",
        ),
        (
            ("arch=py:variants:number",),
            "py:variants:number must be a class or a function that makes a torch.nn.Module, go",
        ),
        (("arch=py:variants:nothing",), "py:variants:nothing must make a torch.nn.Module, got dict"),
        (
            ("arch=py:variants:fails",),
            "py:variants:fails raised SystemExit: 3 when it was called without arguments (arch",
        ),
        (("arch_args=3",), "arch_args must be a table, as arch_args={width=32}, got 3"),
        (("arch_args={depth=3}",), "py:tiny_gpt:TinyGPT raised TypeError: "),
        (
            ("arch_args={layers=3}",),
            "'tiny.pt' must have the names of the module that py:tiny_gpt:TinyGPT makes, it lacks blocks.2.before.",
        ),
        (
            ("arch_args={layers=1}",),
            "'tiny.pt' must have the names of the module that py:tiny_gpt:TinyGPT makes, it has the unexpected block",
        ),
        (
            ("arch=py:variants:Recurrent",),
            "'tiny.pt' must have the names of the module that py:variants:Recurrent makes, it lacks cell.bias_hh_l0",
        ),
        (
            ("arch_args={width=64}",),
            "'tiny.pt': token.weight must be (13, 64), as py:tiny_gpt:TinyGPT makes it, got (13, ",
        ),
        (
            ("arch=py:variants:LastAlone",),
            "the module of py:variants:LastAlone must give logits for each token, (batch, tokens, vocabulary), got",
        ),
        (
            ("arch=py:variants:Classifier",),
            "the module of py:variants:Classifier must give logits for each token, (batch, tokens, vocabulary), got",
        ),
        (("arch=py:variants:Words",), "its forward must give logits, an object with them, or a tuple, got str"),
        (("arch=py:variants:Raises",), "the module of py:variants:Raises raised TypeError: "),
        (
            ("arch=py:variants:Bidirectional",),
            "a model must generate one token after another, got one whose first tokens depend on later ones: ",
        ),
        (
            ("vocabulary='0123456789+='",),
            "its vocabulary lacks '\\n', which the answers and stop of this domain contain: ",
        ),
        (
            ("vocabulary=0123456789+=",),
            "its vocabulary lacks '\\n', which the answers and stop of this domain contain: ",
        ),
        (
            (f"vocabulary={json.dumps(CHARACTERS + 'x')}",),
            "its vocabulary must have one token for each of the model's 13 logits, got 14: it belongs to another model",
        ),
    ],
)
def test_what_will_not_do_is_said_in_one_line(folder, arguments, fault):
    said = fault_of(*arguments)
    assert said.startswith(fault), said


def test_what_is_missing_is_named(folder):
    assert fault_of(arch="").endswith("FACTORY, a class or a function that makes it, got nothing")
    fault = f"its vocabulary is missing, there is no tokenizer.json and no meta.pkl in '{folder}': give tokenizer=PATH"
    assert fault_of(words="").startswith(fault)
    assert fault_of(spec="torch:none.pt") == "torch:PATH must name the file of a state_dict, got no file at 'none.pt'"
    assert fault_of(spec="torch:.") == "torch:PATH must name the file of a state_dict, got a folder at '.'"


def test_a_context_that_is_too_short_says_by_how_much(folder, modules):
    torch.save(modules.Small().state_dict(), "small.pt")
    fault = "its context must hold a case of sums/1 and its answer, 6 tokens, got 5: 1 too few"
    assert fault_of("arch=py:variants:Small", spec="torch:small.pt") == fault


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return open, ("sprung", "w")


def flipped(content):
    at = content.index(b"data/0") + 200
    return content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :]


def objects():
    content = io.BytesIO()
    np.savez(content, x=np.array([Trap()], dtype=object))
    return content.getvalue()


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"\0" * 30_000_000)
    return content.getvalue()


DEMAND = "'state' must be a state_dict, of torch.save, safetensors or numpy.savez, got "


@pytest.mark.parametrize(
    ("write", "fault"),
    [
        (lambda state: as_pt({"x": Trap()}), "'state' must hold only tensors and plain values, and it names "),
        (
            lambda state: as_pt(sys.modules["tiny_gpt"].TinyGPT()),
            "'state' must hold only tensors and plain values, and it",
        ),
        (lambda state: flipped(as_pt(state)), "'state' is damaged: "),
        (lambda state: as_pt(state)[:-100], DEMAND),
        (
            lambda state: as_pt([1, 2]),
            "'state' must be a state_dict, tensors by name, got a list: save its state_dict alo",
        ),
        (
            lambda state: as_pt({"epoch": 3}),
            "'state' must be a state_dict, tensors by name, got a dict with ['epoch']: sav",
        ),
        (lambda state: as_pt({}), "'state' must be a state_dict, tensors by name, got a dict with []: save its state"),
        (
            lambda state: safetensors_torch.save(state)[:-9],
            f"{DEMAND}a safetensors file that is cut short or damaged",
        ),
        (lambda state: objects(), f"{DEMAND}a file whose arrays are damaged or hold other objects than numbers"),
        (lambda state: bomb(), f"{DEMAND}arrays of 30,000,000 bytes: the module has "),
        (lambda state: as_npz(state)[:-30], DEMAND),
        (
            lambda state: b"\x80\x04K\x01.",
            f"{DEMAND}a pickle: save its state_dict alone, torch.save(model.state_dict(), PA",
        ),
        (lambda state: b"", f"{DEMAND}0 bytes of no known format, or cut short"),
        (
            lambda state: as_pt({**state, "position.weight": torch.zeros(16, 32, dtype=torch.int64)}),
            "'state': position.wei",
        ),
        (
            lambda state: as_pt({**state, "position.weight": torch.zeros(1, 1).expand(16, 99_999_999)}),
            "'state': position.weight must be (16, 32), as py:tiny_gpt:TinyGPT makes it, got (16, 99999999): ",
        ),
    ],
)
def test_a_file_that_will_not_do_says_why_and_runs_nothing(folder, sums, write, fault):
    Path("state").write_bytes(write(sums.state_dict()))
    said = fault_of(spec="torch:state")
    assert said.startswith(fault), said
    assert not (folder / "sprung").exists()


def test_an_older_file_is_named(folder, sums):
    torch.save(sums.state_dict(), "old.pt", _use_new_zipfile_serialization=False)
    said = fault_of(spec="torch:old.pt")
    assert said.startswith(
        "'old.pt' must be a state_dict, of torch.save, safetensors or numpy.savez, got a PyTorch file in the"
    )


@pytest.mark.parametrize("write", [as_pt, as_npz, safetensors_torch.save])
def test_weights_by_themselves_say_what_they_want(folder, sums, write):
    (folder / "weights").write_bytes(write(sums.state_dict()))
    with pytest.raises(EngineError) as caught:
        recognised(folder / "weights")
    assert str(caught.value).endswith(
        "name it with its module, torch:FILE with arch=py:FILE.py:FACTORY, see docs/models.md"
    )


def test_a_longer_sum_needs_another_domain(folder):
    assert ", which the prompts of this domain" in fault_of(domain=adder(), words='vocabulary="0123456789\\n+x"')
