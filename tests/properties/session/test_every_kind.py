"""One engine behind every kind of model: the truth breaks no law, and one planted bug breaks the same laws everywhere,
with the same smallest turns.
"""

import shlex
import sys
from pathlib import Path

import pytest

from tests.model.adapters.servers import Reply, completions, serving
from turncheck.duel import DOMAIN
from turncheck.model.adapters.kinds import GROUP
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.laws import laws_of
from turncheck.properties.session.loading import load_subject

ENGINES = """
import json
import sys

import attrs
from turncheck.engine.duel import STANDARD, resolve_text
from turncheck.duel import DOMAIN
from turncheck.model.adapters.templates import template

JSON = template("duel-json/1", DOMAIN)
BUGGY = attrs.evolve(STANDARD, regen_heal=4)

def truth(prompts):
    return [resolve_text(prompt) for prompt in prompts]

def buggy(prompts):
    return [resolve_text(prompt, BUGGY) for prompt in prompts]

def truth_in_json(prompts):
    return [JSON.encode(answer) for answer in truth([JSON.decode(prompt) for prompt in prompts])]

def buggy_in_json(prompts):
    return [JSON.encode(answer) for answer in buggy([JSON.decode(prompt) for prompt in prompts])]

def upper(text):
    return text.swapcase()

words = upper, upper

def truth_in_words(prompts):
    return [answer.swapcase() for answer in truth([prompt.swapcase() for prompt in prompts])]

def buggy_in_words(prompts):
    return [answer.swapcase() for answer in buggy([prompt.swapcase() for prompt in prompts])]

class Engine:
    def __init__(self, predict):
        self.predict = predict

def kind(target):
    return Engine(globals()[target])

class Verifying(Engine):
    def verify(self, prompts, drafts):
        from turncheck.engine.learned import Verdict
        answers = self.predict(prompts)
        return [Verdict(0, draft == answer, 9.0) for draft, answer in zip(drafts, answers)]

truth_verified, buggy_verified = Verifying(truth), Verifying(buggy)

if __name__ == "__main__":
    predict = globals()[sys.argv[1]]
    for line in sys.stdin:
        request = json.loads(line)
        asks_hello = request["method"] == "hello"
        said = {"protocol": 1, "methods": ["predict"]} if asks_hello else {"answers": predict(request["prompts"])}
        print(json.dumps({"id": request["id"], **said}), flush=True)
"""

BUDGET = Budget(12, seed=3, min_cases=1)


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """A current folder with the engines in `every_kind.py`, and a package that makes a kind of them."""
    folder = tmp_path_factory.mktemp("engines")
    (folder / "every_kind.py").write_text(ENGINES, encoding="utf-8")
    package = folder / "every-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: every\nVersion: 1.0\n", encoding="utf-8")
    (package / "entry_points.txt").write_text(f"[{GROUP}]\nevery = every_kind:kind\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield folder
    sys.modules.pop("every_kind", None)


A_FEW = [law for index, law in enumerate(laws_of(DOMAIN)) if index % 8 == 2 or law.id == "regen_gives_three"]
A_THIRD = [law for index, law in enumerate(laws_of(DOMAIN)) if index % 3 == 0 or "regen" in law.id]
"""Some laws, and those that are about what the bug is in: shrinking costs the same behind every kind."""


@pytest.fixture(scope="module", params=[A_FEW, pytest.param(A_THIRD, marks=pytest.mark.slow)], ids=["few", "a third"])
def laws(request):
    return request.param


def results_of(laws, spec, arguments=()):
    subject = load_subject(spec, DOMAIN, arguments)
    try:
        return [check_law(law, subject, BUDGET) for law in laws]
    finally:
        subject.close()


def served(predict):
    def behave(request):
        choices = completions(*predict(request.prompts))["choices"]
        return Reply({"choices": [{**choice, "message": {"content": choice["text"]}} for choice in choices]})

    return serving(behave)


def ways(folder, name):
    """SPEC and arguments of the engine of that name, by what stands between it and the laws."""
    worker = f"exec:{shlex.quote(sys.executable)} {shlex.quote(str(folder / 'every_kind.py'))}"
    return {
        "py:FILE": (f"py:{folder / 'every_kind.py'}:{name}", []),
        "a verifier": (f"py:every_kind:{name}_verified", []),
        "exec": (f"{worker} {name}", []),
        "a third party's kind": (f"every:{name}", []),
        "duel-json/1": (f"py:every_kind:{name}_in_json", ["template=duel-json/1"]),
        "words of their own": (f"py:every_kind:{name}_in_words", ["template=py:every_kind:words"]),
    }


WAYS = list(ways(Path(), ""))


@pytest.fixture(scope="module")
def expected(engines, laws):
    """How each law fares with each engine, called in this process."""
    return {name: results_of(laws, f"py:every_kind:{name}") for name in ("truth", "buggy")}


def test_the_truth_breaks_no_law_and_the_bug_some(expected, laws):
    assert {result.verdict for result in expected["truth"]} == {"PASS"}
    broken = {result.id for result in expected["buggy"] if result.verdict == "FAIL"}
    assert broken >= {law.id for law in laws} & {"answer_agrees_with_the_reference", "regen_gives_three"}
    assert "regen_gives_three" in broken
    assert len(broken) < len(laws) / 2


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["truth", "buggy"])
def test_a_kind_changes_nothing(engines, laws, expected, way, name):
    assert results_of(laws, *ways(engines, name)[way]) == expected[name]


@pytest.mark.parametrize("kind", ["openai", "openai-chat"])
@pytest.mark.parametrize("name", ["truth", "buggy"])
def test_an_endpoint_changes_nothing(laws, expected, name, kind):
    import every_kind

    with served(getattr(every_kind, name)) as server:
        assert results_of(laws, f"{kind}:{server.base}") == expected[name]


def test_the_reference_is_the_truth(laws, expected):
    assert results_of(laws, "reference") == expected["truth"]
    assert results_of(laws, "noisy:0") == expected["truth"]
