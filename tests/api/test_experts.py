"""Compositions in the commands: their laws, and which expert was wrong."""

import json

import pytest
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.reports.saved import read_report

CARD = """kind = "experts"

[experts]
attack = "attack.toml"
others = "others.toml"

[[route]]
contains = "do hero attack"
expert = "attack"

[[route]]
expert = "others"
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command in a folder with a composition in `team`, one of whose experts is wrong about attacks."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "team").mkdir()
    files = {"engine.toml": CARD, "attack.toml": 'kind = "noisy:1"\n', "others.toml": 'kind = "reference"\n'}
    for name, content in files.items():
        (tmp_path / "team" / name).write_text(content, encoding="utf-8")
    return lambda *words: CliRunner().invoke(main, words, prog_name="turncheck")


def row_of(output, name):
    (row,) = [line for line in output.splitlines() if line.startswith(f"{name} ")]
    return row.split()


def test_a_sweep_counts_which_expert_was_wrong(run, tmp_path):
    result = run("sweep", "--model", "team", "--turns", "200", "--out", "swept", "--report", "report", "--shrink", "5")
    assert result.exit_code == 0
    lines = (tmp_path / "swept" / "divergences.jsonl").read_text(encoding="utf-8").splitlines()
    kept = {json.loads(line)["prompt"] for line in lines}
    assert len(kept) > 5
    assert row_of(result.stdout, "router")[:3] == ["router", str(len(kept)), str(len(kept))]
    assert row_of(result.stdout, "which")[:4] == ["which", "expert", "was", "wrong"]
    swept = read_report(tmp_path / "report" / "divergence.json").models[0].sweep
    assert [(row.name, row.applied, row.broke) for row in swept.experts] == [("router", len(kept), len(kept))]
    assert "| which expert was wrong" in (tmp_path / "report" / "divergence.md").read_text(encoding="utf-8")
    assert row_of(result.stdout, "composition_is_as_good_as_")[3] == row_of(result.stdout, "any")[2]


def test_a_model_that_may_not_be_asked_again_and_one_that_is_no_composition_have_no_such_rows(run):
    for model, shrink in (("team", ["--no-shrink"]), ("noisy:0.5", [])):
        result = run("sweep", "--model", model, "--turns", "20", "--out", model[:5], *shrink)
        assert result.exit_code == 0
        assert "which expert" not in result.stdout


def test_show_says_which_expert_was_wrong(run):
    result = run("show", "--model", "team", "hero attack")
    assert result.exit_code == 1
    assert "wrong: expert router, asked 'turn 01\\nhero hp 01/01 " in result.stdout
    assert "answered '> attack\\n', expected '> others\\n'" in " ".join(result.stdout.split())
    assert "wrong: expert" not in run("show", "--model", "team", "hero wait").stdout
    assert "wrong: expert" not in run("show", "--model", "noisy:1", "hero wait").stdout


def test_check_names_the_expert_below_a_failure_and_show_asks_its_witness(run, tmp_path):
    result = run("check", "team", "-k", "composition_is", "--examples", "40")
    assert result.exit_code == 1
    assert "  expert    router, asked 'turn " in result.stdout
    assert "0 of 1 laws held (1 of 99 laws ran)" in " ".join(result.stdout.split())
    (witness,) = (tmp_path / ".turncheck" / "witnesses").glob("*/composition_is*.txt")
    shown = run("show", "--model", "team", str(witness))
    assert shown.exit_code == 1
    assert "wrong: expert router, asked 'turn " in shown.stdout


def test_the_laws_of_compositions_are_none_for_other_models(run):
    result = run("check", "reference", "-k", "composition_is", "--examples", "40")
    assert result.exit_code != 0
    assert "no law of domain duel/1 has 'composition_is' in its name" in result.stderr
