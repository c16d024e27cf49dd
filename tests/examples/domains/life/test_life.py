"""The game of life, checked with well-known boards, scipy and CellPyLib."""

import hashlib
import importlib.util
import sys
from itertools import islice
from types import ModuleType

import attrs
import numpy as np
import pytest
from scipy.signal import convolve2d

from tests.examples.domains.life.bugs import board_of, rows_of
from tests.examples.domains.planted import EXAMPLES, example
from tests.slow import mostly_slow
from turncheck.engine.scope import Scope, scope_of, small

DOMAIN = example("life")
CELLPYLIB = {
    1: "d36bad1fa8f9b1daacb48744610ccf2f64f45f736d144e6649a800e6eecfe199",
    16: "ea27035517ecd17f7cc1159c6b945c81383ad27e9bc8f6d61b5d5b2269bc8468",
}
"""SHA-256 of the answers of CellPyLib 2.4.0 to all boards, and to every 16th, in the order of the small scope."""


def board(text):
    """The board of rows between slashes, with a line end."""
    return text.replace("/", "\n") + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("..../..../..../....", "..../..../..../...."),
        ("#.../..../..../....", "..../..../..../...."),
        ("##../##../..../....", "##../##../..../...."),  # a block
        (".#../.#../.#../....", "..../###./..../...."),  # a blinker, here next to itself on no side
        ("####/..../..../....", "####/####/..../####"),  # round the torus: three rows of three neighbours each
        ("####/####/####/####", "..../..../..../...."),
        ("#..#/..../..../#...", "#..#/..../..../#..#"),  # a corner of three, across all borders, becomes a block
        ("..../###./..../....", ".#../.#../.#../...."),
    ],
)
def test_boards_that_everybody_knows(before, after):
    assert DOMAIN.resolve_text(board(before)) == board(after)


def test_the_small_scope_is_all_65536_boards():
    assert scope_of(DOMAIN) == Scope(whole=True, unlike=4, bound=65_536)
    assert len({DOMAIN.write(case) for case in small(DOMAIN)}) == 65_536


def test_what_is_no_board_is_rejected_for_its_place():
    assert DOMAIN.resolve_text("....\n..o.\n....\n....\n") == "reject bad_value\n"
    assert DOMAIN.resolve_text("....\n....\n....\n") == "reject truncated\n"
    assert DOMAIN.resolve_text("....\n....\n....\n.... .\n") == "reject trailing_text\n"


def test_the_file_has_at_most_60_lines(lines_of_code):
    assert lines_of_code(EXAMPLES / "life" / "life.py") <= 60


# --- peers -----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Games:
    """Boards and the domain's answers.

    Attributes:
        nth: which boards of the small scope they are: every one, or every 16th.
        boards: (N, 4, 4).
        answers: as texts.
    """

    nth: int
    boards: np.ndarray
    answers: list[str]


@pytest.fixture(scope="module", params=mostly_slow([16, 1], 0))
def games(request):
    """The games that the domain plays."""
    cases = list(islice(small(DOMAIN), 0, None, request.param))
    answers = [DOMAIN.write_answer(DOMAIN.outcome(case)) for case in cases]
    return Games(request.param, np.array([board_of(case) for case in cases]), answers)


def written(after):
    """The texts of boards."""
    return ["\n".join(rows_of(each)) + "\n" for each in after]


def test_scipy_answers_as_the_domain_does(games):
    ring = [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    number = np.array([convolve2d(each, ring, mode="same", boundary="wrap") for each in games.boards])
    after = (number == 3) | ((number == 2) & (games.boards == 1))
    assert written(after.astype(int)) == games.answers


def test_cellpylib_answered_as_the_domain_does(games):
    assert hashlib.sha256("".join(games.answers).encode()).hexdigest() == CELLPYLIB[games.nth]


@pytest.fixture
def cellpylib(monkeypatch):
    """CellPyLib, where it is installed. It imports matplotlib, for its plots alone: without it empty modules do."""
    if importlib.util.find_spec("matplotlib") is None:
        names = ["pyplot", "animation", "collections"]
        plotting = {f"matplotlib.{name}": ModuleType(name) for name in names}
        plotting["matplotlib"] = ModuleType("matplotlib")
        plotting["mpl_toolkits"], plotting["mpl_toolkits.mplot3d"] = ModuleType("kits"), ModuleType("mplot3d")
        plotting["mpl_toolkits.mplot3d"].Axes3D = None
        for name, module in plotting.items():
            monkeypatch.setitem(sys.modules, name, module)
    yield pytest.importorskip("cellpylib")
    for name in [name for name in sys.modules if name.partition(".")[0] == "cellpylib"]:
        del sys.modules[name]


def test_cellpylib_answers_as_the_domain_does(cellpylib, games):
    rule = cellpylib.game_of_life_rule
    steps = [cellpylib.evolve2d(each[None], timesteps=2, apply_rule=rule)[-1] for each in games.boards[::10]]
    assert written(steps) == games.answers[::10]
