"""docs/published.md: the adapters, options, samplers and templates that its commands name exist."""

import inspect
import re
import shlex
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from turncheck.engine.importing import attribute
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import samplers_of
from turncheck.model.adapters.templates import templates

ROOT = Path(__file__).parents[3]
PUBLISHED, LIFE = ROOT / "examples" / "published", ROOT / "examples" / "domains" / "life"
PAGE = (ROOT / "docs" / "published.md").read_text(encoding="utf-8")


def commands():
    """The sweeps of the page, as words."""
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        short = dict(re.findall(r"^(\w)='(.*)'$", block, re.MULTILINE))
        for name, words in short.items():
            block = block.replace(f"${name}", words)
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("turncheck"):
                yield shlex.split(line)


SWEEPS = [pytest.param(words, id=words[words.index("--out") + 1]) for words in commands()]


@pytest.mark.parametrize("words", SWEEPS)
def test_a_command_of_the_page_names_what_there_is(words, monkeypatch):
    assert words[:2] == ["turncheck", "sweep"]
    options = list(pairwise(words[2:]))
    given = {name: value for name, value in options if name.startswith("--")}
    arguments = dict(value.split("=", 1) for name, value in options if name == "--model-arg")
    file, _, name = given["--domain"].partition(":")
    folder = LIFE if file == "life.py" else PUBLISHED
    domain = load_domain(f"{folder / file}:{name or 'DOMAIN'}")
    assert given["--sampler"] in (*samplers_of(domain), "small")
    assert arguments.pop("template", domain.name) in templates(domain)
    assert arguments.pop("rejects", "false") == "false"
    monkeypatch.setattr(sys, "path", [*sys.path])
    adapter = given["--model"].removeprefix("py:").removesuffix(":engine")
    if adapter == "tiny_rope.py":
        pytest.importorskip("transformers")
    makes = inspect.signature(attribute("py", f"{PUBLISHED / adapter}:engine", "it"))
    makes.bind(**arguments)


def test_every_adapter_has_a_command_and_every_repository_a_commit():
    asked = {words[words.index("--model") + 1] for words in (param.values[0] for param in SWEEPS)}
    files = {path.name for path in PUBLISHED.glob("*.py")} - {"sums.py", "subleq416.py"}
    assert asked == {f"py:{name}:engine" for name in files}
    cloned = {url.removesuffix(".git") for url in re.findall(r"git clone (\S+)", PAGE)}
    assert {url for url in cloned if not re.search(rf"\({re.escape(url)}\)\s+at\s+[0-9a-f]{{7}}\b", PAGE)} == set()
