"""docs/models.md, the pages of docs/models/ and docs/protocol.md list what exists, and nothing else."""

import inspect
import re
import tomllib
from pathlib import Path

import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel.variants import ACTION_KEYS, NUMBERS, read_rules
from turncheck.model.adapters.card import KEYS
from turncheck.model.adapters.kinds import GIVEN, kinds
from turncheck.model.adapters.processes.process import process
from turncheck.model.adapters.servers.endpoint import endpoint
from turncheck.model.adapters.templates import templates
from turncheck.model.adapters.weights.hf import hugging_face
from turncheck.model.adapters.weights.nanogpt import nanogpt
from turncheck.model.adapters.weights.onnx import onnx
from turncheck.model.adapters.weights.state_dict import state_dict
from turncheck.properties.session.options import OPTIONS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def page_of(kind):
    return (ROOT / "docs" / "models" / f"{kind}.md").read_text(encoding="utf-8")


def section(title):
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(text):
    """The names in the first column of a section's table."""
    cells = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_kind_has_a_row():
    assert first_cells(section("SPEC")) == list(kinds())


def test_every_key_of_a_card_is_shown():
    (card,) = re.findall(r"```toml\n(.*?)```", section("Cards"), re.DOTALL)
    assert set(tomllib.loads(card)) == set(KEYS)


def test_every_template_has_a_row():
    assert first_cells(section("Templates")) == [*templates(DOMAIN), "py:MODULE:ATTRIBUTE"]


def test_every_number_of_the_rules_is_named_and_the_example_is_read():
    text = section("Rules files")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert read_rules(example).burn_damage == 4
    assert {name for name in (*NUMBERS, *ACTION_KEYS, "regen_capped") if f"`{name}`" not in text} == set()


@pytest.mark.parametrize(
    ("factory", "table"),
    [
        (endpoint, page_of("endpoint").split("\n## ")[0]),
        (process, PROTOCOL.split("## The command")[1].split("\n## ")[0]),
        (hugging_face, page_of("huggingface")),
        (nanogpt, page_of("nanogpt")),
        (onnx, page_of("onnx")),
        (state_dict, page_of("state_dict")),
    ],
    ids=["openai", "exec", "hf", "nanogpt", "onnx", "torch"],
)
def test_every_option_of_a_kind_has_a_row_with_its_default(factory, table):
    parameters = [each for each in inspect.signature(factory).parameters.values() if each.name not in GIVEN][1:]
    shown = dict(re.findall(r"^\| `(\w+)` \| (\S*) ?\|", table, re.MULTILINE))
    assert shown == {each.name: _said(each.default) for each in parameters}


def _said(default):
    if default is None or isinstance(default, str):
        return default or ""
    return str(default).lower() if isinstance(default, bool) else f"{default:g}"


def test_every_option_of_the_plugin_is_in_a_table_of_the_readme_or_of_a_page():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = re.findall(r"^\| `--(?:turncheck-)?([a-z-]+)", text, re.MULTILINE)
    assert {option.name for option in OPTIONS} <= set(named)
