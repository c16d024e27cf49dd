"""Bugs in the game of life. A board is sixteen cells of 0 and 1 in an array of 4 by 4; an answer is one, or a text."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from tests.examples.domains.planted import example, planted
from turncheck.engine.case import Case

DOMAIN = example("life")
Board = NDArray[np.int64]
Step = Callable[[Board], Board]
ALL, SIDES, CORNERS = (
    [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if abs(down) + abs(right) in far]
    for far in ((1, 2), (1,), (2,))
)


def board_of(case: Case) -> Board:
    """A case's cells."""
    return np.array([[cell == "#" for cell in row] for row in case.row], dtype=np.int64)


def rows_of(board: Board) -> list[str]:
    """A board's rows as they are written."""
    return ["".join(".#"[cell] for cell in row) for row in board]


def counts(board: Board, around: Collection[tuple[int, int]] = ALL, mode: tuple[str, str] = ("wrap", "wrap")) -> Board:
    """How many neighbours of each cell live; beyond the border of each axis it wraps or is dead."""
    total = np.zeros_like(board)
    padded = board
    for axis, how in enumerate(mode):
        pad = [(1, 1) if each == axis else (0, 0) for each in (0, 1)]
        padded = np.pad(padded, pad, mode="wrap") if how == "wrap" else np.pad(padded, pad)
    for down, right in around:
        total += padded[1 + down : 5 + down, 1 + right : 5 + right]
    return total


def rule(
    born: Collection[int] = (3,),
    stays: Collection[int] = (2, 3),
    around: Collection[tuple[int, int]] = ALL,
    mode: tuple[str, str] = ("wrap", "wrap"),
) -> Step:
    """A step by the numbers of neighbours by which a cell is born or stays."""

    def step(board: Board) -> Board:
        number = counts(board, around, mode)
        return np.where(board == 1, np.isin(number, list(stays)), np.isin(number, list(born))).astype(np.int64)

    return step


RIGHT = rule()


def in_place(board: Board) -> Board:
    """Looks at what is changed already."""
    board = board.copy()
    for row in range(4):
        for column in range(4):
            board[row, column] = RIGHT(board)[row, column]
    return board


def with_cells(wrong: Callable[[Board, Board], object]) -> Step:
    """The right board, some cells of which are then changed, by the board before and the one behind."""

    def step(board: Board) -> Board:
        after = RIGHT(board)
        wrong(board, after)
        return after

    return step


def put(place: tuple[int, ...], value: Callable[[Board, Board], object]) -> Step:
    """Puts what follows from both boards in a place."""
    return with_cells(lambda before, after: after.__setitem__(place, value(before, after)))


def near(board: Board) -> Board:
    """By neighbours with a weight: the cell itself counts as one of them."""
    number = counts(board) + board
    return ((number == 3) | ((board == 1) & (number == 4))).astype(np.int64)


# fmt: off
BOARDS: dict[str, Step] = {
    "six_neighbours_give_birth":          rule(born=(3, 6)),
    "two_neighbours_give_birth":          rule(born=(2, 3)),
    "four_neighbours_give_birth":         rule(born=(3, 4)),
    "only_two_neighbours_give_birth":     rule(born=(2,)),
    "nothing_gives_birth":                rule(born=()),
    "only_two_neighbours_keep_alive":     rule(stays=(2,)),
    "only_three_neighbours_keep_alive":   rule(stays=(3,)),
    "one_neighbour_keeps_alive":          rule(stays=(1, 2, 3)),
    "four_neighbours_keep_alive":         rule(stays=(2, 3, 4)),
    "eight_neighbours_keep_alive":        rule(stays=(2, 3, 8)),
    "nothing_dies":                       rule(stays=range(9)),
    "no_diagonal_neighbours":             rule(around=SIDES),
    "diagonal_neighbours_alone":          rule(around=CORNERS),
    "one_neighbour_is_forgotten":         rule(around=ALL[1:]),
    "a_cell_is_its_own_neighbour":        rule(around=[*ALL, (0, 0)]),
    "the_border_is_dead":                 rule(mode=("dead", "dead")),
    "rows_do_not_wrap":                   rule(mode=("wrap", "dead")),
    "columns_do_not_wrap":                rule(mode=("dead", "wrap")),
    "cells_change_one_after_the_other":   in_place,
    "nothing_changes":                    lambda board: board,
    "every_cell_dies":                    np.zeros_like,
    "every_cell_lives":                   np.ones_like,
    "the_dead_live_and_the_living_die":   lambda board: 1 - RIGHT(board),
    "the_board_comes_shifted":            lambda board: np.roll(RIGHT(board), 1, axis=1),
    "the_board_comes_mirrored":           lambda board: RIGHT(board)[:, ::-1],
    "the_board_comes_turned":             lambda board: np.rot90(RIGHT(board)),
    "the_board_comes_transposed":         lambda board: RIGHT(board).T,
    "two_steps_at_once":                  lambda board: RIGHT(RIGHT(board)),
    "a_corner_is_never_alive":            put((0, 0), lambda before, after: 0),
    "a_corner_stays_as_it_is":            put((3, 3), lambda before, after: before[3, 3]),
    "the_last_row_stays_as_it_is":        put((3,), lambda before, after: before[3]),
    "the_last_row_is_the_first":          put((3,), lambda before, after: after[0]),
    "the_second_row_is_the_third":        put((1,), lambda before, after: after[2]),
    "a_cell_looks_two_cells_away":        put((1, 1), lambda before, after: after[1, 1] ^ before[3, 3]),
    "the_whole_board_decides_of_a_cell":  put((2, 1), lambda before, after: before.sum() % 2),
}
TEXTS: dict[str, Callable[[str], str]] = {
    "one_line":                           lambda text: text.replace("\n", " ").strip() + "\n",
    "without_the_last_line_end":          lambda text: text.removesuffix("\n"),
    "another_sign_for_the_living":        lambda text: text.replace("#", "o"),
    "one_row_too_few":                    lambda text: text[5:],
    "empty_boards_are_rejected":          lambda text: text if "#" in text else DOMAIN.rejection("truncated"),
}
EQUIVALENT: dict[str, Step] = {
    "counts_with_the_cell_itself":        near,
    "turned_there_and_back":              lambda board: np.rot90(RIGHT(np.rot90(board)), -1),
}
# fmt: on


def _board(step: Step) -> Callable[[Case], dict[str, list[str]]]:
    return lambda case: {"row": rows_of(step(board_of(case)))}


def _text(wrong: Callable[[str], str]) -> Callable[[Case], str]:
    return lambda case: wrong(DOMAIN.write_answer(case.changed(row=rows_of(RIGHT(board_of(case))))))


BUGS = planted(DOMAIN, {name: _board(each) for name, each in BOARDS.items()})
BUGS += planted(DOMAIN, {name: _text(each) for name, each in TEXTS.items()})
SAME = planted(DOMAIN, {name: _board(each) for name, each in EQUIVALENT.items()})
