"""action.yml, and the files of examples/ci/: they are YAML of the right shape, and their commands are ours."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from turncheck.cli import main
from turncheck.properties.session.options import OPTIONS

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "action.yml", ROOT / "examples" / "ci" / "github.yml", ROOT / "examples" / "ci" / "gitlab.yml")

yaml = pytest.importorskip("yaml")


def loaded(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_option_that_is_named_is_one(path):
    text = path.read_text(encoding="utf-8")
    flags = {option.flag for option in OPTIONS}
    assert set(re.findall(r"--turncheck-[a-z-]+", text)) - flags == set()
    context = click.Context(main.commands["report"])
    known = {option for parameter in main.commands["report"].get_params(context) for option in parameter.opts}
    for line in re.findall(r"turncheck report (.*)", text):
        assert set(re.findall(r"--[a-z]+", line)) <= known


def test_the_action_takes_its_inputs_through_the_environment_alone():
    action = loaded(ROOT / "action.yml")
    steps = action["runs"]["steps"]
    given = [value for step in steps for value in (*step.get("env", {}).values(), *step.get("with", {}).values())]
    used = {name for value in given for name in re.findall(r"\$\{\{ inputs\.(\w+) \}\}", value)}
    assert used == set(action["inputs"])
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert {step["shell"] for step in steps if "run" in step} == {"bash"}
    assert all(set(about) == {"description", "default"} for about in action["inputs"].values())


@pytest.mark.parametrize(("name", "arguments"), [("github.yml", "jobs"), ("gitlab.yml", "turncheck")])
def test_the_examples_have_what_such_a_file_has(name, arguments):
    assert arguments in loaded(ROOT / "examples" / "ci" / name)


def test_the_steps_of_the_action_check_a_model_write_its_report_and_compare_it(tmp_path):
    action = loaded(ROOT / "action.yml")
    given = {name: about["default"] for name, about in action["inputs"].items()}
    given |= {"model": "reference", "examples": "20", "options": "-q -k max_never", "before": "before.json"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    (tmp_path / "before.json").write_text('{"schema": 7, "seed": 0, "examples": 20, "min_cases": 10, "models": []}')
    said = []
    for name in ("Check", "Compare"):
        (step,) = [each for each in action["runs"]["steps"] if each["name"] == name]
        inputs = {
            key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda at: given[at[1]], value)
            for key, value in step["env"].items()
        }
        environment = {**outside, "PATH": path, **inputs}
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(done.stdout)
    assert "1 of 1 laws held" in said[0]
    assert said[1] == "page: turncheck-report/report.html\n"
