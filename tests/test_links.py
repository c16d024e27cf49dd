"""Every relative link on a page leads to a file, and its anchor to a heading there."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(ROOT / "model" / "checkpoints").glob("*.md"),
    ]
)


def prose(page):
    """A page without its blocks of code, in which brackets are no links."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    found, counts = set(), {}
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = counts[slug] = counts.get(slug, -1) + 1
        found.add(f"{slug}-{number}" if number else slug)
    return found


def links(page):
    """The targets of a page's links, but those to other hosts."""
    targets = re.findall(r"\]\(([^()\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page)))
    return [target for target in targets if not re.match(r"[a-z][a-z+.-]*:", target)]


def is_dead(page, target):
    """Whether a link leads to no file, or to no heading of a page."""
    path, _, anchor = unquote(target).partition("#")
    file = page.parent / path if path else page
    return not file.exists() or bool(anchor and file.suffix == ".md" and anchor not in anchors(file))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page):
    assert [target for target in links(page) if is_dead(page, target)] == []


def test_dead_links_are_found(tmp_path):
    (tmp_path / "there.md").write_text("# One `two`\n\n# One two\n\n```sh\n# no heading\n```\n", encoding="utf-8")
    page = tmp_path / "page.md"
    lines = ["[a](there.md#one-two)", "[b](there.md#one-two-1)", "[c](there.md)", "`[no](link)`", "[d](https://x.y/#z)"]
    dead = ["there.md#three", "there.md#no-heading", "gone.md", "#here"]
    page.write_text("\n".join([*lines, *(f"![e]({target})" for target in dead)]), encoding="utf-8")
    assert [target for target in links(page) if is_dead(page, target)] == dead
