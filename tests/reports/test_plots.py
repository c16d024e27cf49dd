"""The picture of a map: the same bytes each time, its text as text, and a line where the library is missing."""

import sys
import xml.etree.ElementTree as ET

import pytest

from tests.reports.maps import MODELS
from turncheck.reports.plots import HOW_TO_GET, NoPlotsError, pictures

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def files():
    return pictures(MODELS)


def test_the_same_map_gives_the_same_bytes(files):
    assert pictures(MODELS) == files


def test_the_svg_has_the_figures_as_text_and_neither_a_date_nor_a_script(files):
    root = ET.fromstring(files["map.svg"])
    texts = {"".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"misspelt label", "labels", "unknown_label •", "right, by 2", "silent_acceptance", "repairs", "80"} <= texts
    assert {"breaks \\x1b[31m", "never rejects", "| hostile \\x1b[31m <b>"} <= texts
    content = files["map.svg"].decode()
    assert "dc:date" not in content
    assert "<script" not in content


def test_the_png_is_one_and_is_small(files):
    assert files["map.png"].startswith(b"\x89PNG\r\n\x1a\n")
    assert len(files["map.png"]) < 100_000


def test_without_the_library_a_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPlotsError) as caught:
        pictures(MODELS)
    assert str(caught.value) == HOW_TO_GET
    assert "\n" not in HOW_TO_GET
