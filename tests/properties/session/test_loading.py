"""SPEC: which model a name loads, and the errors if it cannot be loaded."""

import hashlib
import sys
from pathlib import Path

import attrs
import pytest

import turncheck.model
from tests.properties import adder, tictactoe
from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Turn, resolve_text, write
from turncheck.engine.sampling import UnknownSamplerError, easy_case
from turncheck.model.adapters.calibration import Reference
from turncheck.model.adapters.recognise import NEITHER
from turncheck.properties.checking.subject import Subject
from turncheck.properties.session.loading import SpecError, given_subject, load_subject, sampler_of

NEUTRAL = write(Turn())

MODEL = """
from turncheck.engine.duel import resolve_text

def predict(prompts):
    return [resolve_text(prompt) for prompt in prompts]

class Engine:
    def __init__(self, suffix="", fails=False):
        self.suffix = suffix
        if fails:
            raise OSError("no weights")

    def predict(self, prompts):
        return predict(prompts)

engine = Engine()
number = 7

def one_text(prompts):
    return resolve_text(prompts[0])

def lazily(prompts):
    return (resolve_text(prompt) for prompt in prompts)

def nothing(prompts):
    return []

def numbers(prompts):
    return [1 for _ in prompts]

def hangs(prompts):
    import time
    time.sleep(60)

def fails(prompts):
    raise ValueError("no weights")
"""


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A current folder with modules that hold models."""
    (tmp_path / "spec_models.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "spec_raises.py").write_text("1 / 0\n", encoding="utf-8")
    (tmp_path / "spec_typo.py").write_text("raise AttributeError('no x')\n", encoding="utf-8")
    (tmp_path / "spec_exits.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    (tmp_path / "spec_imports.py").write_text("import no_such_library\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != ""])
    yield tmp_path
    for name in ("spec_models", "spec_raises", "spec_typo", "spec_exits", "spec_imports"):
        sys.modules.pop(name, None)


def test_reference_is_the_reference_engine():
    assert load_subject("reference", DOMAIN) == Subject("reference", "reference", Reference(DOMAIN), DOMAIN)
    assert load_subject("reference", DOMAIN).ask([NEUTRAL, "no turn"]) == [
        resolve_text(NEUTRAL),
        "reject bad_spacing\n",
    ]


@pytest.mark.parametrize("target", ["spec_models:predict", "spec_models:engine", "spec_models.py:engine.predict"])
def test_a_callable_or_an_object_with_predict_is_a_model(models, target):
    subject = load_subject(f"py:{target}", DOMAIN)
    assert (subject.name, subject.kind) == (f"py:{target}", "py")
    assert (subject.bytes, subject.sha256) == (None, None)
    assert subject.ask([NEUTRAL]) == [resolve_text(NEUTRAL)]


FORM = "it must be py:MODULE:ATTRIBUTE or py:FILE.py:ATTRIBUTE, as in py:my_model:predict"
SPECS = "a SPEC is the path of a checkpoint, a card or a folder, or KIND:TARGET (turncheck models lists the kinds)"
ASKED = "asked one prompt, it raised"


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("missing.safetensors", f"there is no such file; {SPECS}"),
        ("Reference", f"there is no such file; did you mean reference?; {SPECS}"),
        ("", f"there is no such file; {SPECS}"),
        ("\x1b[31m", f"there is no such file; {SPECS}"),
        ("nul\0byte", f"there is no such file; {SPECS}"),
        ("x" * 5000, f"there is no such file; {SPECS}"),
        (
            "py:spec_models",
            (
                f"{FORM}; there are py:spec_models:predict, py:spec_models:Engine, py:spec_models:one_text, "
                "py:spec_models:lazily, py:spec_models:nothing"
            ),
        ),
        ("py:", FORM),
        ("py::predict", FORM),
        ("py:spec_models:", FORM),
        ("py:spec_models:engine:predict", FORM),
        ("py:missing.py:predict", "there is no file missing.py"),
        ("py:spec_raises.py:predict", "spec_raises.py raised ZeroDivisionError: division by zero when it was imported"),
        ("py:spec_models:engine.missing", "spec_models has no engine.missing"),
        ("py:no_such_module:predict", "no_such_module cannot be imported: No module named 'no_such_module'"),
        ("py:spec_imports:predict", "spec_imports cannot be imported: No module named 'no_such_library'"),
        ("py:spec_raises:predict", "spec_raises raised ZeroDivisionError: division by zero when it was imported"),
        ("py:spec_exits:predict", "spec_exits raised SystemExit: 3 when it was imported"),
        ("py:spec_typo:predict", "spec_typo raised AttributeError: no x when it was imported"),
        ("py:spec_models:missing", "spec_models has no missing"),
        ("py:spec_models:number", "it must be a callable or have a method predict, got int"),
        ("py:spec_models:one_text", f"{ASKED} ContractError: predict must return a list of texts, got str"),
        ("py:spec_models:lazily", f"{ASKED} ContractError: predict must return a list of texts, got generator"),
        ("py:spec_models:nothing", f"{ASKED} ContractError: predict must return 1 answers, one for each prompt, got 0"),
        ("py:spec_models:numbers", f"{ASKED} ContractError: predict must return a list of texts, got a int in it"),
        ("py:spec_models:fails", f"{ASKED} ValueError: no weights"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_a_model_that_cannot_be_loaded_says_why_and_the_way_out(models, spec, fault):
    with pytest.raises(SpecError) as caught:
        load_subject(spec, DOMAIN)
    assert (caught.value.spec, caught.value.fault) == (spec, fault)
    assert isinstance(caught.value, ValueError)


def test_a_spec_is_shown_in_printable_characters():
    error = SpecError("\x1b[31m", "raised\x07")
    assert str(error) == "model \\x1b[31m: raised\\x07"


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b"hello", f"5 bytes {NEITHER}"),
        (b"<!doctype html>", "a web page: download the file itself, not the page about it"),
    ],
    ids=["empty", "foreign", "page"],
)
def test_a_file_that_is_no_model_says_what_it_is(tmp_path, content, got):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load_subject(str(path), DOMAIN)
    wanted = "a model's file must be a turncheck checkpoint (safetensors) or a card"
    assert str(caught.value) == f"model {path}: {wanted}, got {got}"


def test_arguments_make_a_python_model_of_a_factory(models):
    assert load_subject("py:spec_models:Engine", DOMAIN, ["suffix=x"]).engine.suffix == "x"
    with pytest.raises(SpecError) as caught:
        load_subject("py:spec_models:Engine", DOMAIN, ["fails=true"])
    assert caught.value.fault == "spec_models:Engine raised OSError: no weights when it was called with the options"
    with pytest.raises(SpecError) as caught:
        load_subject("py:spec_models:number", DOMAIN, ["fails=true"])
    assert caught.value.fault == "spec_models:number must be callable to be given options, got int"


def test_what_is_said_beside_a_spec_is_known_of_the_subject(tmp_path):
    (tmp_path / "hot.toml").write_text("burn_damage = 4\n", encoding="utf-8")
    path = str(tmp_path / "hot.toml")
    subject = load_subject("reference", DOMAIN, ["template=duel-json/1", "rejects=false"], path, limit=3.0)
    hot = attrs.evolve(STANDARD, burn_damage=4)
    assert (subject.domain, subject.template, subject.rejects, subject.limit) == (duel(hot), "duel-json/1", False, 3.0)


def test_a_model_that_hangs_at_its_first_turn_is_not_waited_for(models):
    with pytest.raises(SpecError) as caught:
        load_subject("py:spec_models:hangs", DOMAIN, limit=0.2)
    assert caught.value.fault == "asked one prompt, it took longer than 0.2 s"


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint of the smallest model, that was never trained."""
    pytest.importorskip("torch")
    from turncheck.model.train import Run, TrainConfig

    Run(tmp_path / "run", DOMAIN, TrainConfig(layers=1, width=8, heads=1), seed=0).save()
    return tmp_path / "run" / "checkpoint.safetensors"


def test_a_run_s_checkpoint_is_named_by_its_folder_and_known_by_its_hash(checkpoint):
    subject = load_subject(str(checkpoint), DOMAIN)
    content = checkpoint.read_bytes()
    assert (subject.name, subject.kind, subject.bytes) == ("run", "native", len(content))
    assert subject.sha256 == hashlib.sha256(content).hexdigest()


def test_without_a_spec_the_domain_s_own_model_is_loaded(checkpoint):
    assert DOMAIN.model == Path(turncheck.model.__path__[0]) / "checkpoints" / "duel-small.safetensors"
    named = attrs.evolve(adder.DOMAIN, model=Path("mine.safetensors"))
    with pytest.raises(SpecError, match=r"^model mine\.safetensors: there is no such file; "):
        load_subject(None, named)


def test_of_a_domain_without_a_model_one_must_be_named():
    with pytest.raises(SpecError) as caught:
        load_subject(None, tictactoe.DOMAIN)
    assert str(caught.value) == (
        "domain tictactoe/1 comes with no model; name one: --model SPEC, or --turncheck-model SPEC to pytest "
        "(reference is always there)"
    )


def test_a_checkpoint_of_another_domain_is_refused(checkpoint):
    with pytest.raises(SpecError) as caught:
        load_subject(str(checkpoint), tictactoe.DOMAIN)
    assert "duel/1" in caught.value.fault
    assert "tictactoe/1" in caught.value.fault


@pytest.mark.parametrize("spec", ["spec_models.py:predict", "./spec_models.py:engine"])
def test_a_file_of_python_needs_no_kind(models, spec):
    assert load_subject(spec, DOMAIN).name == f"py:{spec}"


def test_a_python_object_is_a_subject():
    def mine(prompts):
        return [resolve_text(prompt) for prompt in prompts]

    subject = given_subject(mine, DOMAIN, limit=3.0)
    assert (subject.name, subject.kind, subject.limit) == ("mine", "py", 3.0)
    assert subject.ask([NEUTRAL]) == [resolve_text(NEUTRAL)]
    assert given_subject(Reference(DOMAIN), DOMAIN).name == "Reference"
    with pytest.raises(TypeError):
        given_subject(7, DOMAIN)
    with pytest.raises(SpecError, match=r"^model silent: asked one prompt, it raised ContractError: "):
        given_subject(silent, DOMAIN)


def silent(prompts):
    return None


def test_a_sweep_is_of_play_unless_another_sampler_is_asked_for():
    assert [sampler_of(name, DOMAIN) for name in (None, "mixed", "small")] == ["play", "mixed", "small"]
    assert sampler_of(None, adder.DOMAIN) == "mixed"
    with pytest.raises(UnknownSamplerError, match="sampler must be one of mixed, uniform, small, got 'play'"):
        sampler_of("play", adder.DOMAIN)


def test_without_torch_a_checkpoint_is_refused_in_one_sentence_with_the_way_out(checkpoint, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("turncheck.model.") and "adapters" not in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SpecError) as caught:
        load_subject(str(checkpoint), DOMAIN)
    assert str(caught.value) == (
        f"model {checkpoint}: it needs torch, which is not installed: "
        "pip install 'turncheck[torch]', or name another model with --model"
    )


# --- models that are not trusted -------------------------------------------------------------------------------------

ENDS = """
import os
from turncheck.engine.duel import resolve_text

def ends(prompts):
    if len(prompts) > 1:
        os._exit(0)
    return [resolve_text(prompt) for prompt in prompts]
"""


def test_an_isolated_model_ends_no_process_but_its_own(tmp_path):
    (tmp_path / "ending.py").write_text(ENDS, encoding="utf-8")
    subject = load_subject(f"{tmp_path}/ending.py:ends", DOMAIN, isolate=True)
    smallest = DOMAIN.write(easy_case(DOMAIN))
    texts = [smallest, smallest.replace("turn 01", "turn 02")]
    assert subject.ask(texts) == [DOMAIN.resolve_text(text) for text in texts]
    assert subject.troubles()["worker restarts"] == 1
    assert (subject.kind, subject.arguments) == ("py", ())
    subject.close()


@pytest.mark.parametrize("spec", ["reference", "noisy:0.1", None])
def test_only_a_python_model_can_be_isolated(spec):
    with pytest.raises(SpecError, match=r": --isolate must have a py: model, .*: leave it out$"):
        load_subject(spec, DOMAIN, isolate=True)
