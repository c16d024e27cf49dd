"""What mkdocs does besides: examples/, and the files outside docs/ to which pages link, are part of the site.

On the site a page of docs/ stands at its path in docs/, and every other file at its path in the repository. Links are
written as they work in the repository, and rewritten here. The page of the API gets the docstrings of its names.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
LINK = re.compile(r"\]\((?![a-z][a-z+.-]*:)([^()\s#]+)(#[^()\s]*)?\)")


def site_path(file: Path) -> str:
    """Where a file of the repository stands on the site."""
    return file.relative_to(DOCS if file.is_relative_to(DOCS) else ROOT).as_posix()


def linked(page: Path) -> Iterator[Path]:
    """The files of the repository to which a page links."""
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        file = (page.parent / target).resolve()
        if file.is_file() and file.is_relative_to(ROOT):
            yield file


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of examples/, and the files outside docs/ to which any page links."""
    pages = [*DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md"), ROOT / "CONTRIBUTING.md"]
    wanted = {file for page in pages for file in (page, *linked(page)) if not file.is_relative_to(DOCS)}
    for file in sorted(wanted):
        files.append(File.generated(config, site_path(file), abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Rewrite links that lead out of docs/, and write the docstrings of the API out."""
    here = Path(str(page.file.abs_src_path))
    folder = posixpath.dirname(page.file.src_uri)

    def rewritten(link: re.Match[str]) -> str:
        file = (here.parent / link[1]).resolve()
        if not file.is_file():
            return link[0]
        return f"]({posixpath.relpath(site_path(file), folder or '.')}{link[2] or ''})"

    # The site has no listings of folders: of a link to one the words stay.
    markdown = LINK.sub(rewritten, re.sub(r"\[([^\]]*)\]\([^()\s:]+/\)", r"\1", markdown))
    return with_docstrings(markdown) if page.file.src_uri == "api.md" else markdown


def with_docstrings(markdown: str) -> str:
    """The page of the API with the docstrings of each table's names below the table."""

    def below(table: re.Match[str]) -> str:
        names = [name for cell in re.findall(r"^\| (`.*?`) \|", table[0], re.MULTILINE) for name in cell.split(", ")]
        return table[0] + "".join(f"\n::: turncheck.{name.strip('`')}\n" for name in names)

    return re.sub(r"(?:^\|.*\n)+", below, markdown, flags=re.MULTILINE)
