"""Kinds of models: entry points of Turncheck and of other packages; options are a factory's parameters."""

import sys
from importlib.metadata import entry_points

import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD
from turncheck.engine.learned import EngineError
from turncheck.model.adapters import kinds as kinds_module
from turncheck.model.adapters.calibration import Reference
from turncheck.model.adapters.kinds import GROUP, kind_of, kinds, made

OURS = [
    "native",
    "experts",
    "hf",
    "reference",
    "identity",
    "noisy",
    "py",
    "exec",
    "openai",
    "openai-chat",
    "predictions",
    "nanogpt",
    "gguf",
    "onnx",
    "torch",
]
HOT = duel(STANDARD.with_action("attack", power=7))

THEIRS = """
from turncheck.engine.learned import EngineError

class Engine:
    def __init__(self, **said):
        self.said = said

    def predict(self, prompts):
        return list(prompts)

def plain(target, *, threads: int = 1, scale: float = 1.0, name: "str | None" = None, words: list[str] = ()):
    return Engine(target=target, threads=threads, scale=scale, name=name, words=words)

def any_option(target, **options):
    return Engine(target=target, **options)

def with_rules(target, rules, quick=False):
    return Engine(target=target, rules=rules, quick=quick)

def unknown_annotation(target, *, shape: "Nowhere" = None):
    return Engine(shape=shape)

def refuses(target):
    raise EngineError(f"no {target} here")

def fails(target):
    raise RuntimeError("boom")

def exits(target):
    raise SystemExit(3)

number = 7
"""


@pytest.fixture
def others(tmp_path, monkeypatch):
    """Installs packages: each name gets entry points of the group, as `kind = value` lines."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "theirs.py").write_text(THEIRS, encoding="utf-8")
    (tmp_path / "broken.py").write_text("import no_such_library\n", encoding="utf-8")

    def install(package, *lines):
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        (folder / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]) + "\n", encoding="utf-8")

    yield install
    for name in ("theirs", "broken"):
        sys.modules.pop(name, None)


def test_our_kinds_are_entry_points_like_anybodys():
    assert list(kinds()) == OURS
    assert {entry.name for entry in entry_points(group=GROUP)} == set(OURS)
    assert [kind.state for kind in kinds().values()] == ["yes"] * len(OURS)


def test_listing_imports_nothing(others):
    others("alpha", "first = theirs:plain", "second = broken:x", "third = not_there:x")
    listed = list(kinds().values())
    assert [(kind.about, kind.state) for kind in listed[len(OURS) :]] == [
        (("first:TARGET", "of alpha (theirs:plain)", "theirs"), "yes"),
        (("second:TARGET", "of alpha (broken:x)", "broken"), "yes"),
        (("third:TARGET", "of alpha (not_there:x)", "not_there"), "no: not_there is not installed"),
    ]
    assert not {"theirs", "broken"} & sys.modules.keys()


def test_a_broken_package_hides_no_other(others):
    others("alpha", "bad = broken:make", "number = theirs:number", "none = theirs:none")
    others("beta", "good = theirs:plain")
    assert list(kinds())[len(OURS) :] == ["bad", "good", "none", "number"]
    assert made(kind_of("good"), "x", {}, DOMAIN).predict(["a"]) == ["a"]
    faults = {
        "bad": "kind bad of alpha cannot be loaded: ModuleNotFoundError: No module named 'no_such_library'",
        "number": "kind number of alpha (theirs:number) must be callable, got int",
        "none": "kind none of alpha cannot be loaded: AttributeError: module 'theirs' has no attribute 'none'",
    }
    for name, fault in faults.items():
        with pytest.raises(EngineError) as caught:
            kind_of(name).factory()
        assert str(caught.value) == fault


def test_two_packages_with_one_name_are_both_named(others):
    others("alpha", "same = theirs:plain")
    others("beta", "same = theirs:any_option")
    others("gamma", "py = theirs:plain")
    assert (kind_of("same").state, len(kind_of("same").entries)) == ("no: more than one package has it", 2)
    with pytest.raises(EngineError) as caught:
        kind_of("same").factory()
    shown = str(caught.value)
    assert shown in {
        f"kind same is defined by {one} and by {two}: uninstall one of them"
        for one, two in [
            ("alpha (theirs:plain)", "beta (theirs:any_option)"),
            ("beta (theirs:any_option)", "alpha (theirs:plain)"),
        ]
    }
    with pytest.raises(EngineError, match=r"kind py is defined by .*turncheck.model.adapters.python:python"):
        kind_of("py").factory()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("opneai", "; did you mean openai?"), ("noise", "; did you mean noisy?"), ("tflite", ""), ("", "")],
)
def test_an_unknown_kind_names_the_nearest(name, hint):
    with pytest.raises(EngineError) as caught:
        kind_of(name)
    listed = ", ".join(OURS)
    assert str(caught.value) == f"there is no kind {name!r}{hint} (kinds: {listed}; see turncheck models)"


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(others):
    """Makes a model by one of the factories of another package."""
    others(
        "alpha", *(f"{name} = theirs:{name}" for name in ("plain", "any_option", "with_rules", "unknown_annotation"))
    )
    others("beta", *(f"{name} = theirs:{name}" for name in ("refuses", "fails", "exits")))

    def make(kind, **options):
        return made(kind_of(kind), "x", options, HOT)

    return make


def test_a_factory_gets_the_target_and_its_options_by_name(theirs):
    said = {"target": "x", "threads": 2, "scale": 3.0, "name": "n", "words": ["a"]}
    found = theirs("plain", threads=2, scale=3, name="n", words=["a"]).said
    assert (found, type(found["scale"])) == (said, float)
    assert theirs("any_option", whatever=[1]).said == {"target": "x", "whatever": [1]}
    assert theirs("unknown_annotation", shape=7).said == {"shape": 7}


def test_a_factory_gets_the_rules_if_it_asks_for_them(theirs):
    assert theirs("with_rules", quick=True).said == {"target": "x", "rules": HOT.variant, "quick": True}
    assert made(kind_of("reference"), "", {}, HOT) == Reference(HOT)


TAKES = "it takes threads, scale, name, words"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"thread": 2}, f"plain has no option 'thread'; did you mean threads? {TAKES}"),
        ({"zzz": 2}, f"plain has no option 'zzz'; {TAKES}"),
        ({"target": "y"}, f"plain has no option 'target'; {TAKES}"),
        ({"threads": "2x"}, "option threads must be an int, got '2x'"),
        ({"threads": True}, "option threads must be an int, got True"),
        ({"threads": 2.5}, "option threads must be an int, got 2.5"),
        ({"scale": "a"}, "option scale must be a number, got 'a'"),
        ({"name": 7}, "option name must be a text, got 7 (as a text: name='\"7\"')"),
        ({"words": "a"}, "option words must be a list of texts, got 'a'"),
        ({"words": [1]}, "option words must be a list of texts, got [1]"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_option_that_is_unknown_or_of_another_type_says_so(theirs, options, message):
    with pytest.raises(EngineError) as caught:
        theirs("plain", **options)
    assert str(caught.value) == message


def test_the_rules_in_force_are_no_option(theirs):
    with pytest.raises(EngineError, match="with_rules has no option 'rules'; it takes quick"):
        theirs("with_rules", rules=HOT.variant)
    with pytest.raises(EngineError, match="identity has no option 'seed'; it takes none"):
        made(kind_of("identity"), "", {"seed": 3}, DOMAIN)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("refuses", "no x here"),
        ("fails", "kind fails raised RuntimeError: boom"),
        ("exits", "kind exits raised SystemExit: 3"),
    ],
)
def test_what_a_factory_raises_is_said(theirs, name, message):
    with pytest.raises(EngineError) as caught:
        theirs(name)
    assert str(caught.value) == message


def test_the_native_kind_needs_torch(monkeypatch):
    monkeypatch.setattr(kinds_module, "_is_there", lambda module: module != "torch")
    assert kind_of("native").state == "no: torch is not installed"
