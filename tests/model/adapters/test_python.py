"""The kind `py:`: the name is a model or a factory, or the error says what is wrong with it."""

import sys

import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.loading import load

MODELS = """
import pytest

class Model:
    def __init__(self, path="weights.pt", suffix="."):
        self.path, self.suffix = path, suffix

    def predict(self, prompts):
        return [self.path + self.suffix for prompt in prompts]

class Open(Model):
    def __init__(self, *more, **options):
        super().__init__(str(sorted(options.items())))

class Callable:
    def __call__(self, prompts):
        return ["called" for prompt in prompts]

class Needs(Model):
    def __init__(self, weights, device): ...

class NeedsPath(Model):
    def __init__(self, path): ...

class Rules(Model):
    def __init__(self, rules=None, rejects=True, size=1):
        super().__init__(str(rules))

class Raises(Model):
    def __init__(self):
        raise OSError("no weights")

class Skips(Model):
    def __init__(self):
        pytest.skip("not today")

class NoModel: ...

class Surprises:
    predict = staticmethod(lambda prompts: prompts)

    @property
    def verify(self):
        raise ValueError("not yet")

class Skipping:
    @property
    def predict(self):
        pytest.skip("not today")

def predict(prompts):
    return ["plain" for prompt in prompts]

def _hidden(prompts): ...

number = 7
"""


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    """A current folder with a module that holds them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "py_models.py").write_text(MODELS, encoding="utf-8")
    for name, source in {"skips": "import pytest\npytest.skip('x', allow_module_level=True)", "stops": "1 / 0"}.items():
        (tmp_path / f"py_{name}.py").write_text(source, encoding="utf-8")
    yield tmp_path
    for name in ("py_models", "py_skips", "py_stops"):
        sys.modules.pop(name, None)


def answer_of(name, *arguments):
    (answer,) = load(f"py:py_models.py:{name}", arguments, DOMAIN).engine.predict(["a"])
    return answer


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("predict", (), "plain"),
        ("Model", (), "weights.pt."),
        ("Model", ("suffix=!",), "weights.pt!"),
        ("Open", (), "[]."),
        ("Open", ("a=1", "b=x"), "[('a', 1), ('b', 'x')]."),
        ("Callable", (), "called"),
        ("Rules", ("size=2",), "None."),
    ],
)
def test_a_class_is_made_before_it_is_asked(name, arguments, answer):
    assert answer_of(name, *arguments) == answer


def fault_of(name, *arguments, module="py_models.py"):
    with pytest.raises(EngineError) as caught:
        load(f"py:{module}:{name}", arguments, DOMAIN)
    return str(caught.value)


def own(name, target):
    return (
        f"parameter {name} of py_models.py:{target}cannot be given, because {name}= with a SPEC belongs to turncheck: "
        f"rename the parameter, for example to model_{name}, or give it a default"
    )


def meant(name):
    return f"({name}= belongs to turncheck: if you meant a parameter of the model, rename it, say, to model_{name})"


@pytest.mark.parametrize(
    ("name", "arguments", "fault"),
    [
        (
            "Needs",
            (),
            ("py_models.py:Needs is a class that needs weights, device: give weights=VALUE as a model argument "
            "(--model-arg), or name a function of a list of texts"),
        ),
        (
            "Needs",
            ("weights=x",),
            ("py_models.py:Needs is a class that needs device: give device=VALUE as a model argument "
            "(--model-arg), or name a function of a list of texts"),
        ),
        ("NeedsPath", (), own("path", "NeedsPath")),
        (
            "Model",
            ("path=x.pt",),
            ("path is no option: the SPEC names kind and target, and each option has its own name; "
            "rename the parameter, for example to model_path"),
        ),
        ("Rules", ("rejects=false",), own("rejects", "Rules")),
        ("Rules", ("rejects=no",), f"rejects must be true or false, got 'no' {meant('rejects')}"),
        (
            "Rules",
            ("template=chat",),
            f"template must be duel/1, duel-json/1 or py:MODULE:ATTRIBUTE, got 'chat' {meant('template')}",
        ),
        ("Raises", (), "py_models.py:Raises raised OSError: no weights when it was called without arguments"),
        ("Skips", (), "py_models.py:Skips raised Skipped: not today when it was called without arguments"),
        ("Surprises", (), "py_models.py:Surprises raised ValueError: not yet when it was inspected"),
        ("Skipping", (), "py_models.py:Skipping raised Skipped: not today when it was inspected"),
        ("NoModel", (), "it must be a callable or have a method predict, got NoModel"),
        ("number", (), "it must be a callable or have a method predict, got int"),
        ("number", ("a=1",), "py_models.py:number must be callable to be given options, got int"),
        ("predikt", (), "py_models.py has no predikt; did you mean predict?"),
        ("Model.size", (), "py_models.py has no Model.size"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_what_is_no_model_says_why_and_the_way_out(name, arguments, fault):
    assert fault_of(name, *arguments) == fault


def test_a_module_that_skips_or_raises_is_at_fault_itself():
    skipped = "py_skips.py raised Skipped: x when it was imported"
    assert fault_of("predict", module="py_skips.py") == skipped
    stopped = "py_stops.py raised ZeroDivisionError: division by zero when it was imported"
    assert fault_of("predict", module="py_stops.py") == stopped


def test_a_module_without_an_attribute_names_those_it_may_have():
    with pytest.raises(EngineError) as caught:
        load("py:py_models.py", (), DOMAIN)
    assert str(caught.value) == (
        "it must be py:MODULE:ATTRIBUTE or py:FILE.py:ATTRIBUTE, as in py:my_model:predict; there are "
        "py:py_models.py:predict, py:py_models.py:Model, py:py_models.py:NoModel, py:py_models.py:Open, "
        "py:py_models.py:Callable"
    )
