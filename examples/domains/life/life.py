"""Conway's game of life on a torus of 4 by 4 cells: a board goes in, the next board comes out.

A cell has eight neighbours; opposite sides of the board are adjacent. A living cell (`#`) with two or three living
neighbours lives on, a dead cell (`.`) with three comes alive, and every other cell is dead on the next board:

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
    """Four cells in a row. A row with fewer living cells is simpler, and all rows count as boundaries."""

    pattern, simplest, width = "[.#]{4}", ROWS[0], 4

    def count(self) -> int:
        """Number of rows."""
        return len(ROWS)

    def values(self) -> Sequence[str]:
        """Return all rows."""
        return ROWS

    edges = values

    def sample(self, random: Random) -> str:
        """Draw any row."""
        return random.choice(ROWS)


def living(board: Case) -> set[tuple[int, int]]:
    """Return the living cells of a board."""
    return {(row, column) for row, cells in enumerate(board.row) for column, cell in enumerate(cells) if cell == "#"}


def drawn(alive: set[tuple[int, int]]) -> dict[str, list[str]]:
    """Make the board on which the given cells live."""
    return {"row": ["".join(".#"[(row, column) in alive] for column in range(4)) for row in range(4)]}


def around(cell: tuple[int, int]) -> set[tuple[int, int]]:
    """Return the neighbours of a cell."""
    row, column = cell
    return {((row + down) % 4, (column + right) % 4) for down, right in product((-1, 0, 1), repeat=2)} - {cell}


def step(board: Case) -> dict[str, list[str]]:
    """Return the next board."""
    alive = living(board)
    return drawn({cell for cell in CELLS if len(alive & around(cell)) in ((2, 3) if cell in alive else (3,))})


def any_board(random: Random) -> Case:
    """Draw any board, since a play may begin with any board."""
    return STATE.neutral.changed(row=random.choices(ROWS, k=4))


def moving(name: str, to: Callable[[int, int], tuple[int, int]]) -> Symmetry:
    """Return the symmetry that moves each cell of the board, and each cell of the next board in the same way."""

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
    """Choose a cell that depends on the board."""
    return CELLS[sum(4 * row + column for row, column in living(board)) % 16]


@DOMAIN.law(also=lambda board: drawn(living(board) ^ {one_cell(board)}))
def a_change_two_cells_away_does_not_matter(before: Case, after: Case, other: Case) -> None:
    """If one cell is changed, only that cell and its neighbours can change on the next board."""
    assert living(after) ^ living(other) <= around(one_cell(before)) | {one_cell(before)}


def still_life(board: Case) -> dict[str, list[str]]:
    """Make a board with a block, a tub or a diagonal; its shape and place depend on the given board."""
    row, column = one_cell(board)
    shape = (BLOCK, TUB, DIAGONAL)[len(living(board)) % 3]
    return drawn({((row + down) % 4, (column + right) % 4) for down, right in shape})


@DOMAIN.law(also=still_life)
def a_still_life_stays(before: Case, after: Case, still: Case) -> None:
    """A block, a tub and a diagonal stay as they are, wherever they are."""
    assert still.changed(still_life(before)) == still
