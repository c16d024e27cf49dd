"""The pages in examples/, followed as a reader does: in an empty folder, with the package installed. What is to be
saved there is saved there, and each command is run where it stands and ends as the page says.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
PAGES = sorted(path for path in EXAMPLES.glob("*.md") if path.name != "README.md")
DOMAINS = sorted((EXAMPLES / "domains").glob("*/README.md"))
PUBLISHED = ROOT / "docs" / "published.md"
"""A page whose commands need what others published: they are not run."""


def parts(page):
    """What a page has a reader do, in order: files to save, blocks of commands, and what it shows of their output."""
    text = page.read_text(encoding="utf-8")
    for prose, kind, block in re.findall(r"(.*?)^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for sentence in re.findall(r"\bSave (.*?)(?=[.:;,]\s|$)", prose, re.DOTALL):
            for name, target in re.findall(r"\[([\w.]+)\]\(([^)]+)\)", sentence):
                yield "save", (page.parent / target, name)
        if kind == "sh":
            yield "run", block
        elif block.startswith("$ "):
            command, shown = re.fullmatch(r"\$ ((?:[^\n]*\\\n)*[^\n]*\n)(.*)", block, re.DOTALL).groups()
            yield "run", command
            yield "show", shown


def script(page):
    """All that a reader does, as a script that stops where a command does not end as its comment says."""
    lines = ["set -u"]
    for what, value in parts(page):
        if what == "save":
            lines.append(f"cp {shlex.quote(str(value[0]))} {value[1]}")
        elif what == "run":
            for command in re.findall(r"(?:.*\\\n)*.+\n", value):
                lines += [command.rstrip("\n"), *([] if command.endswith("&\n") else [ended_as(command)])]
    return "\n".join(lines)


def ended_as(command):
    """A line that stops the script where the command before it did not end as its comment says."""
    said = re.search(r"  # ends with (\d)$", command.rstrip("\n"))
    return f'code=$?; test $code -eq {said[1] if said else 0} || {{ echo "ended with $code"; exit 9; }}'


def followed(page, folder):
    """What comes of following a page in that folder."""
    # No profile and no option of the session around this one.
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COLUMNS"))}
    environment = {**outside, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{outside['PATH']}"}
    command = ["bash", "-m", "-c", script(page)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=590, check=False
    )


SLOW = (
    "checkpoint.md",
    "rules.md",
    "huggingface.md",
    "gguf.md",
    "nanogpt.md",
    "adder/README.md",
    "life/README.md",
    "subleq/README.md",
)
"""The pages whose commands take longest: `make test-slow` runs them."""


NEEDED = {
    "huggingface": ("transformers",),
    "gguf": ("transformers", "gguf", "xllamacpp"),
    "onnx": ("torch", "onnxscript", "onnxruntime"),
    "state_dict": ("torch",),
}
"""The libraries that a page needs, which may not be here."""


def marked(page):
    """The page as a parameter of a test."""
    marks = [pytest.mark.slow] if str(page).endswith(SLOW) else []
    return pytest.param(page, marks=marks, id=page.parent.name if page in DOMAINS else page.stem)


@pytest.mark.parametrize("page", [marked(page) for page in (*PAGES, *DOMAINS)])
def test_every_command_of_the_page_ends_as_it_says_and_prints_what_is_shown(page, tmp_path):
    if "node " in page.read_text(encoding="utf-8") and shutil.which("node") is None:
        pytest.skip("there is no Node here")
    for library in NEEDED.get(page.stem, ()):
        pytest.importorskip(library)
    folder = tmp_path / page.parent.name
    folder.mkdir()
    done = followed(page, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = set(done.stdout.splitlines())
    shown = [line for what, value in parts(page) if what == "show" for line in value.splitlines() if line != "..."]
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("page", [*PAGES, *DOMAINS], ids=lambda page: page.stem if page in PAGES else page.parent.name)
def test_what_is_to_be_saved_is_there_under_the_name_that_is_said(page):
    saved = [value for what, value in parts(page) if what == "save"]
    assert [(target, name) for target, name in saved if not target.is_file() or target.name != name] == []
    named = set(
        re.findall(r"[\w/]+\.(?:py|mjs|toml)\b", "".join(value for what, value in parts(page) if what == "run"))
    )
    made = set(re.findall(r"> ([\w/.]+)$", script(page), re.MULTILINE))
    assert named <= {name for _, name in saved} | made


def test_every_page_is_listed():
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES] == sorted(re.findall(r"^\| \[(\w+\.md)\]", listed, re.MULTILINE))


def test_every_file_beside_the_pages_is_saved_by_one():
    pages = (*PAGES, *DOMAINS, PUBLISHED)
    saved = {
        target.resolve() for page in pages for what, value in parts(page) if what == "save" for target in value[:1]
    }
    files = {path for path in EXAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in files if path.suffix != ".md"} == saved
