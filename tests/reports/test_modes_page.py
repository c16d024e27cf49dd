"""The page of failure modes agrees with the code: the order, every example, and the modes of planted errors."""

import re
from pathlib import Path

import pytest

from tests.bench.modes import WAYS, confusion
from turncheck.duel import DOMAIN
from turncheck.engine.duel import resolve_text
from turncheck.reports.modes import MODES, diverge

PAGE = (Path(__file__).parents[2] / "docs" / "modes.md").read_text(encoding="utf-8")
TURN, STATE = re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MALFORMED = TURN.replace("turn 07", "turn 7")
NAMES = [mode.mode for mode in MODES]
WORDS = {"everything": None, "nothing": "", "the right answer above": STATE}


def test_the_page_has_a_section_for_each_mode_in_their_order():
    assert re.findall(r"^## (\d+)\. (\w+)$", PAGE, re.MULTILINE) == [
        (str(number), name) for number, name in enumerate(NAMES, start=1)
    ]


def test_the_right_answers_are_right():
    assert resolve_text(TURN) == STATE
    assert resolve_text(MALFORMED) == "reject bad_number\n"


def examples():
    """The rows of the tables of examples: what they are examples of, what is left out, what stands there, its name."""
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        for row in re.findall(r"^\| (.+) \| (.+) \| `(.+: .+)` \|$", section, re.MULTILINE):
            yield section.split()[1], *row


def text(cell):
    return WORDS[cell] if cell in WORDS else cell.strip("`").replace("\\n", "\n")


def test_each_mode_has_an_example():
    assert list(dict.fromkeys(mode for mode, *_ in examples())) == NAMES


@pytest.mark.parametrize(("mode", "left_out", "put", "shown"), list(examples()))
def test_an_example_is_named_as_the_page_says(mode, left_out, put, shown):
    malformed = mode in ("silent_acceptance", "wrong_reason")
    prompt, right = (MALFORMED, resolve_text(MALFORMED)) if malformed else (TURN, STATE)
    old, new = text(left_out), text(put)
    got = new if old is None else right.replace(old, new, 1)
    first = STATE if mode == "unstable" else None
    fault = "ValueError: no weights" if mode == "no_answer" else ""
    assert str(diverge(DOMAIN, prompt, right, got, first=first, fault=fault)) == shown


# --- planted and named -----------------------------------------------------------------------------------------------


def test_planted_modes_are_named_as_they_were_planted_but_for_chance():
    assert confusion(turns=50, seed=1) == {
        **{name: {name: 50} for name in NAMES[:6]},
        "boundary_confusion": {"boundary_confusion": 50, "two fit": 1},
        "token_drift": {"token_drift": 48, "boundary_confusion": 2},
        "stale_copy": {"stale_copy": 43, "boundary_confusion": 7, "two fit": 7},
        "wrong_value": {"wrong_value": 44, "boundary_confusion": 5, "stale_copy": 1, "two fit": 1},
    }


def test_every_mode_is_planted():
    assert list(WAYS) == NAMES


def test_the_table_on_the_page_has_the_modes_in_their_order():
    rows = re.findall(r"^\| (\w+) .*\|$", PAGE[PAGE.index("## How well the modes are told apart") :], re.MULTILINE)
    assert rows == ["planted", *NAMES]
