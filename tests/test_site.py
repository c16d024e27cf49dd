"""mkdocs.yml: the menu has every page, and the site can be built where mkdocs is installed (`make docs`)."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import turncheck

ROOT = Path(__file__).parents[1]
yaml = pytest.importorskip("yaml")


def menu(entries):
    """The paths in a menu, in order."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            yield from menu(entry.values())
        else:
            yield from menu(entry)


def linked_pages(page):
    """The other pages of the repository to which a page links: they are on the site too (`docs/hooks.py`)."""
    for target in re.findall(r"\]\(([^()\s#:]+\.md)[^()\s]*\)", page.read_text(encoding="utf-8")):
        if (file := (page.parent / target).resolve()).is_file():
            yield file


def test_every_page_is_in_the_menu_once():
    found = [*menu(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])]
    own = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"), ROOT / "CONTRIBUTING.md"]
    pages = {*own, *(file for page in own for file in linked_pages(page))}
    docs = {page.relative_to(ROOT / "docs").as_posix() for page in pages if page.is_relative_to(ROOT / "docs")}
    others = {page.relative_to(ROOT).as_posix() for page in pages if not page.is_relative_to(ROOT / "docs")}
    assert sorted(found) == sorted({*docs, *others})


def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    if find_spec("mkdocs") is None:
        pytest.skip("mkdocs is not installed: make docs installs it")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = [*tmp_path.rglob("*.html")]
    assert (tmp_path / "examples" / "py" / "my_model.py").exists()
    api = (tmp_path / "api.html").read_text(encoding="utf-8")
    assert [name for name in turncheck.__all__ if f"turncheck.{name}" not in re.findall(r'id="?([\w.]+)', api)] == []
    loaded = [
        tag
        for page in pages
        for tag in re.findall(r"<(?:script|link|img)[^>]*>", page.read_text(encoding="utf-8"))
        if re.search(r"(?:src|href)=\"?(?:https?:)?//", tag) and 'rel="canonical"' not in tag
    ]
    assert loaded == []
