"""`isolate=true`: a Python model answers as usual in its own process, and can end only that process."""

import os
import sys

import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.learned import EngineError, UnavailableError, Verdict, Verifier
from turncheck.model.adapters.loading import load
from turncheck.model.adapters.processes.isolation import ModelError
from turncheck.properties.checking.timeouts import can_interrupt
from turncheck.properties.session.loading import load_subject

MODELS = """
import os, sys, time

class Verifying:
    def __init__(self, suffix="!"):
        self.suffix = suffix

    def predict(self, prompts):
        return [prompt + self.suffix for prompt in prompts]

    def verify(self, prompts, drafts):
        from turncheck.engine.learned import Verdict
        pairs = zip(prompts, drafts)
        return [Verdict(len(draft), draft == prompt + self.suffix, float("inf")) for prompt, draft in pairs]

def predict(prompts):
    print("said to nobody")
    if "exit" in prompts:
        os._exit(0)
    if "stop" in prompts:
        raise SystemExit(3)
    if "raise" in prompts:
        raise ValueError("no such turn")
    if "few" in prompts:
        return []
    if "hang" in prompts:
        time.sleep(60)
    if "read" in prompts:
        return [sys.stdin.read()]
    if "long" in prompts:
        return ["x" * 900_000] * len(prompts)
    return [prompt + str(os.getpid()) for prompt in prompts]

def exits():
    os._exit(0)
"""  # fmt: skip


@pytest.fixture
def isolated(tmp_path, monkeypatch):
    """Loads one of them in a process of its own, which is ended at the end."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iso_models.py").write_text(MODELS, encoding="utf-8")
    (tmp_path / "iso_exits.py").write_text("import os\nos._exit(0)\n", encoding="utf-8")
    made = []

    def load_one(name, *arguments, module="iso_models.py"):
        made.append(load(f"py:{module}:{name}", ["isolate=true", *arguments], DOMAIN).engine)
        return made[-1]

    yield load_one
    for engine in made:
        engine.close()
    assert "iso_models" not in sys.modules


def test_it_answers_and_verifies_as_it_does_in_this_process(isolated):
    engine = isolated("Verifying", "suffix=\ud800?")
    assert isinstance(engine, Verifier)
    assert engine.predict(["a", "\ud800"]) == ["a\ud800?", "\ud800\ud800?"]
    assert engine.verify(["a", "b"], ["a\ud800?", "c"]) == [
        Verdict(3, True, float("inf")),
        Verdict(1, False, float("inf")),
    ]
    assert engine.troubles() == {}


def test_a_module_is_found_where_this_process_finds_it(isolated, tmp_path, monkeypatch):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "iso_inner.py").write_text("def predict(prompts): return prompts\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "inner"))
    assert isolated("predict", module="iso_inner").predict(["a"]) == ["a"]


def test_it_runs_elsewhere_and_reads_and_prints_nothing_here(isolated, capfd):
    engine = isolated("predict")
    (answer,) = engine.predict(["a"])
    assert answer != f"a{os.getpid()}"
    assert engine.predict(["read"]) == [""]
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("prompt", "fault"),
    [
        ("stop", "SystemExit: 3"),
        ("raise", "ValueError: no such turn"),
        ("few", "ContractError: predict must return 1 answers, one for each prompt, got 0"),
    ],
)
def test_what_it_raises_is_said_and_it_runs_on(isolated, prompt, fault):
    engine = isolated("predict")
    (before,) = engine.predict(["a"])
    with pytest.raises(ModelError) as caught:
        engine.predict([prompt])
    assert str(caught.value) == fault
    assert engine.predict(["a"]) == [before]
    assert engine.troubles() == {}


def test_answers_that_are_too_long_together_are_refused_and_it_runs_on(isolated):
    engine = isolated("predict")
    with pytest.raises(ModelError, match="answers must have at most 16,777,216 bytes together, got 27,000,"):
        engine.predict(["long"] * 30)
    assert len(engine.predict(["long"])[0]) == 900_000


def test_a_model_that_ends_its_process_has_no_answer_and_is_started_again(isolated):
    engine = isolated("predict")
    with pytest.raises(UnavailableError, match=r"^the process ended with exit status 0"):
        engine.predict(["exit"])
    assert engine.predict(["a"])[0].startswith("a")
    assert engine.troubles() == {"worker restarts": 1}


def test_a_run_goes_on_behind_a_model_that_ends_its_process(isolated, tmp_path):
    subject = load_subject("py:iso_models.py:predict", DOMAIN, ["isolate=true"])
    try:
        first, ended, last = subject.ask(["a", "exit", "b"])
    finally:
        subject.close()
    assert (first[:1], ended, last[:1]) == ("a", "", "b")
    assert subject.faults["exit"].startswith("the process ended with exit status 0")
    assert subject.kind == "py"


@pytest.mark.skipif(not can_interrupt(), reason="nothing can be interrupted here")
def test_a_call_that_takes_too_long_ends_the_process_and_no_more(isolated):
    subject = load_subject("py:iso_models.py:predict", DOMAIN, ["isolate=true"], limit=3.0)
    subject.limit = 0.3
    try:
        (hung,) = subject.ask(["hang"])
        subject.limit = 3.0
        (answer,) = subject.ask(["a"])
    finally:
        subject.close()
    assert (hung, subject.faults["hang"], answer[:1]) == ("", "it took longer than 0.3 s", "a")


@pytest.mark.parametrize(
    ("name", "module", "arguments", "fault"),
    [
        ("missing", "iso_models.py", (), "iso_models.py has no missing"),
        ("predict", "none.py", (), "there is no file none.py"),
        (
            "predict",
            "iso_exits.py",
            (),
            "it cannot be loaded in a separate process: the process ended with exit status 0",
        ),
        ("exits", "iso_models.py", ("isolated=1",), "iso_models.py:exits raised TypeError: "),
        ("Verifying", "iso_models.py", ("rejects=false", "x=1979-05-27"), "with isolate=true, options must be texts, "),
    ],
    ids=["no attribute", "no file", "exits", "wrong option", "date"],
)
def test_what_cannot_be_loaded_there_says_why(isolated, name, module, arguments, fault):
    with pytest.raises(EngineError) as caught:
        isolated(name, *arguments, module=module)
    assert str(caught.value).startswith(fault)


def test_isolate_is_of_python_models_alone():
    with pytest.raises(EngineError, match=r"^noisy has no option 'isolate'; it takes seed$"):
        load("noisy:0.1", ["isolate=true"], DOMAIN)
    with pytest.raises(EngineError, match=r"^option isolate must be true or false, got 1"):
        load("py:m:f", ["isolate=1"], DOMAIN)
