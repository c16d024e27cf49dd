"""docs/json.md: it lists each key of divergence.json, and no other."""

import re
from pathlib import Path

import attrs
import pytest

from turncheck.reports.as_if import AsIf, Explanation
from turncheck.reports.brittleness import Advice, CellResult, MapResult, Portion
from turncheck.reports.failures import Failure, Replay, Step, Witness
from turncheck.reports.records import SCHEMA, LawResult, ModelResult, Report
from turncheck.reports.size_up import SizedModel, SizeUp

PAGE = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")


def rows(heading):
    """The first and the second cells of the table under a heading."""
    section = re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| (`.*?`) \| (.*) \|$", section, re.MULTILINE)


def names(cells):
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "record", "besides"),
    [
        ("divergence.json", Report, {"schema"}),
        ("A model", ModelResult, set()),
        ("A law", LawResult, set()),
        ("A failure", Failure, set()),
        ("A map", MapResult, set()),
        ("A cell", CellResult, set()),
        ("A portion", Portion, set()),
        ("Advice", Advice, set()),
        ("As if", AsIf, set()),
        ("Size-ups", SizeUp, {"nines"}),
        ("A sized model", SizedModel, {"bound", "nines", "front"}),
    ],
)
def test_the_keys_of_each_record_are_those_of_its_table(heading, record, besides):
    assert names(cell for cell, _ in rows(heading)) == {each.name for each in attrs.fields(record)} | besides


@pytest.mark.parametrize(
    ("heading", "key", "records"),
    [
        ("A failure", "`witness`", (Witness, Step)),
        ("A law", "`replayed`", (Replay,)),
        ("As if", "`found`", (Explanation,)),
    ],
)
def test_so_are_those_of_what_is_in_a_record(heading, key, records):
    (said,) = [value for cell, value in rows(heading) if cell == key]
    values = {"rule", "input"} if key == "`found`" else set()
    assert names([said]) == {each.name for record in records for each in attrs.fields(record)} | values


def test_the_schema_is_the_one_that_is_written():
    assert f'`"schema": {SCHEMA}`' in PAGE
