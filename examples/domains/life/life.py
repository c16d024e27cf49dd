"""Conway's game of life on a torus of 4 by 4 cells: a board goes in, the next one comes out.

A cell has eight neighbours; what leaves the board on one side comes in on the other. A living cell (`#`) with two or
three living neighbours lives on, a dead one (`.`) with three comes alive, and every other is dead on the next board:

    .#..        ....
    .#..   ->   ###.
    .#..        ....
    ....        ....

There are 65,536 boards: all of them are the domain's small scope.
"""

from collections.abc import Callable, Sequence
from itertools import product
from random import Random

from turncheck import Case, Domain, Field, Schema, Symmetry

CELLS = [(row, column) for row in range(4) for column in range(4)]
ROWS = sorted(map("".join, product(".#", repeat=4)), key=lambda row: row.count("#"))
BLOCK, TUB, DIAGONAL = {(0, 0), (0, 1), (1, 0), (1, 1)}, {(0, 1), (1, 0), (1, 2), (2, 1)}, {(n, n) for n in range(4)}


class Row(Field):
    """Four cells in a row: the fewer live, the simpler; none is more of a boundary than another."""

    pattern, simplest, width = "[.#]{4}", ROWS[0], 4

    def count(self) -> int:
        """How many rows there are."""
        return len(ROWS)

    def values(self) -> Sequence[str]:
        """All rows."""
        return ROWS

    edges = values

    def sample(self, random: Random) -> str:
        """Any row."""
        return random.choice(ROWS)


def living(board: Case) -> set[tuple[int, int]]:
    """The living cells of a board."""
    return {(row, column) for row, cells in enumerate(board.row) for column, cell in enumerate(cells) if cell == "#"}


def drawn(alive: set[tuple[int, int]]) -> dict[str, list[str]]:
    """The board on which those cells live."""
    return {"row": ["".join(".#"[(row, column) in alive] for column in range(4)) for row in range(4)]}


def around(cell: tuple[int, int]) -> set[tuple[int, int]]:
    """The neighbours of a cell."""
    row, column = cell
    return {((row + down) % 4, (column + right) % 4) for down, right in product((-1, 0, 1), repeat=2)} - {cell}


def step(board: Case) -> dict[str, list[str]]:
    """The next board."""
    alive = living(board)
    return drawn({cell for cell in CELLS if len(alive & around(cell)) in ((2, 3) if cell in alive else (3,))})


def any_board(random: Random) -> Case:
    """Any board: a play may begin with each."""
    return STATE.neutral.changed(row=random.choices(ROWS, k=4))


def moving(name: str, to: Callable[[int, int], tuple[int, int]]) -> Symmetry:
    """The relation that each cell of the board stands somewhere else, and so each cell of the next board."""

    def moved(board: Case) -> dict[str, list[str]]:
        return drawn({to(row, column) for row, column in living(board)})

    return Symmetry(name, moved, moved)


SYMMETRIES = (
    moving("shifted_down", lambda row, column: ((row + 1) % 4, column)),
    moving("shifted_right", lambda row, column: (row, (column + 1) % 4)),
    moving("mirrored", lambda row, column: (row, 3 - column)),
    moving("turned", lambda row, column: (column, 3 - row)),
)
STATE = Schema("{row[0]} \n {row[1]} \n {row[2]} \n {row[3]}", row=Row())
DOMAIN = Domain("life/1", state=STATE, step=step, start=any_board, symmetries=SYMMETRIES)


@DOMAIN.law
def a_living_cell_lives_on_by_two_or_three(before: Case, after: Case) -> None:
    """A living cell lives on exactly where two or three of its neighbours live."""
    alive = living(before)
    assert living(after) & alive == {cell for cell in alive if len(alive & around(cell)) in (2, 3)}


@DOMAIN.law
def a_dead_cell_comes_alive_by_three(before: Case, after: Case) -> None:
    """A dead cell comes alive exactly where three of its neighbours live."""
    alive = living(before)
    assert living(after) - alive == {cell for cell in CELLS if len(alive & around(cell)) == 3} - alive


def one_cell(board: Case) -> tuple[int, int]:
    """A cell, another for nearly every board."""
    return CELLS[sum(4 * row + column for row, column in living(board)) % 16]


@DOMAIN.law(also=lambda board: drawn(living(board) ^ {one_cell(board)}))
def a_change_two_cells_away_does_not_matter(before: Case, after: Case, other: Case) -> None:
    """Where one cell is changed, nothing else changes on the next board but that cell and its neighbours."""
    assert living(after) ^ living(other) <= around(one_cell(before)) | {one_cell(before)}


def still_life(board: Case) -> dict[str, list[str]]:
    """A block, a tub or a diagonal somewhere; the board says which and where."""
    row, column = one_cell(board)
    shape = (BLOCK, TUB, DIAGONAL)[len(living(board)) % 3]
    return drawn({((row + down) % 4, (column + right) % 4) for down, right in shape})


@DOMAIN.law(also=still_life)
def a_still_life_stays(before: Case, after: Case, still: Case) -> None:
    """A block, a tub and a diagonal stay as they are, wherever they stand."""
    assert still.changed(still_life(before)) == still
