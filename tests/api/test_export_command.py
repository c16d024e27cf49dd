"""`turncheck export`: what it writes and prints, and what it refuses in one line."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.model.adapters.loading import load

pytest.importorskip("torch")
SHIPPED = Path(DOMAIN.model)
ADDER = Path(__file__).parents[2] / "examples" / "domains" / "adder"


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


def told(result):
    """The one line of an error."""
    assert (result.exit_code, result.stdout) == (4, "")
    (line,) = result.stderr.splitlines()
    return line.removeprefix("Error: ")


def test_the_folder_holds_the_weights_a_card_and_the_page_and_is_checked_by_the_last_line(turncheck, tmp_path):
    result = turncheck("export", SHIPPED, "--out", "pi/")
    assert (result.exit_code, result.stderr) == (0, "")
    *files, last = result.stdout.splitlines()
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "pi").iterdir()}
    assert files == [f"pi/{name}: {sizes[name]:,} bytes" for name in ("model.safetensors", "engine.toml", "engine.py")]
    assert set(sizes) == {"model.safetensors", "engine.toml", "engine.py"}
    assert last == "check it: turncheck check --model py:pi/engine.py:predict"
    text = write(Turn())
    page = load(result.stdout.split()[-1], (), DOMAIN).engine
    assert page.predict([text]) == load(str(SHIPPED), (), DOMAIN).engine.predict([text])


def test_the_last_line_names_the_domain_and_quotes_the_folder(turncheck):
    checkpoint = next(ADDER.rglob("*.safetensors"))
    domain = next(path for path in ADDER.glob("*.py") if "DOMAIN" in path.read_text("utf-8"))
    result = turncheck("export", checkpoint, "--domain", domain, "--out", "my pi")
    assert result.exit_code == 0, result.output
    last = result.stdout.splitlines()[-1]
    assert last == f"check it: turncheck check --domain {domain} --model 'py:my pi/engine.py:predict'"


def test_graphs_are_made_by_an_option(turncheck, tmp_path):
    pytest.importorskip("onnx")
    result = turncheck("export", SHIPPED, "--out", "pi", "--format", "onnx")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "pi").iterdir()} == {"model.onnx", "engine.toml", "engine.py"}


def test_what_cannot_be_exported_is_refused_and_no_folder_is_made(turncheck, tmp_path):
    demand = "SPEC must be a checkpoint of turncheck train or a composition of such"
    assert (
        told(turncheck("export", "reference", "--out", "pi")) == f"model reference: {demand}, got one of kind reference"
    )
    assert told(turncheck("export", "no\x1bsuch", "--out", "pi")).startswith("model no\\x1bsuch: there is no such file")
    damaged = tmp_path / "damaged.safetensors"
    content = bytearray(SHIPPED.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    assert "its digest must be " in told(turncheck("export", damaged, "--out", "pi"))
    assert not (tmp_path / "pi").exists()


def test_a_folder_with_files_is_left_as_it_is(turncheck, tmp_path):
    (tmp_path / "pi").mkdir()
    (tmp_path / "pi" / "mine").write_text("x")
    fault = "--out must be an empty folder or a new one, got pi: it has files"
    assert told(turncheck("export", SHIPPED, "--out", "pi")) == fault
    assert [path.name for path in (tmp_path / "pi").iterdir()] == ["mine"]
    fault = "pi/mine cannot be written: a file is in the place of a folder"
    assert told(turncheck("export", SHIPPED, "--out", "pi/mine")) == fault


@pytest.mark.parametrize(
    ("missing", "modules", "way_out"),
    [
        (
            "torch",
            ["export", "checkpoint"],
            "exporting needs torch, which is not installed: pip install 'turncheck[torch]'",
        ),
        (
            "onnx",
            ["graphs"],
            "--format onnx needs onnx, which is not installed: pip install onnx, or leave --format onnx out",
        ),
    ],
)
def test_what_is_not_installed_is_named(turncheck, monkeypatch, missing, modules, way_out):
    monkeypatch.setitem(sys.modules, missing, None)
    for module in modules:
        monkeypatch.delitem(sys.modules, f"turncheck.model.{module}", raising=False)
    assert told(turncheck("export", SHIPPED, "--out", "pi", "--format", "onnx")) == way_out
