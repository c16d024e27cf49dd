"""Tic-tac-toe as a user would write it: a board and a move become the next board. The tests write it into folders."""

from turncheck import Check, Choice, Domain, Schema, Symmetry

CELLS = ("a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3")
LINES = ("a1 b1 c1", "a2 b2 c2", "a3 b3 c3", "a1 a2 a3", "b1 b2 b3", "c1 c2 c3", "a1 b2 c3", "a3 b2 c1")
STATE = Schema(
    """
    to_move {player}
    row {a1} {b1} {c1}
    row {a2} {b2} {c2}
    row {a3} {b3} {c3}
    """,
    player=Choice("x", "o"),
    **dict.fromkeys(CELLS, Choice(".", "x", "o")),
)
MOVE = Schema("move {to}", to=Choice(*CELLS))


def marks(board, who):
    return sum(board[cell] == who for cell in CELLS)


def over(board):
    lines = [[board[cell] for cell in line.split()] for line in LINES]
    return ["x"] * 3 in lines or ["o"] * 3 in lines or marks(board, ".") == 0


def step(turn):
    """The fields that change: a finished game stays as it is."""
    if over(turn):
        return {}
    return {turn.to: turn.player, "player": "o" if turn.player == "x" else "x"}


def flipped(turn):
    """The same turn seen in a mirror: columns a and c exchanged."""
    mirror = {cell: cell.translate(str.maketrans("ac", "ca")) for cell in CELLS}
    to = {"to": mirror[turn["to"]]} if "to" in turn else {}
    return {**{mirror[cell]: turn[cell] for cell in CELLS}, **to}


DOMAIN = Domain(
    "tictactoe/1",
    state=STATE,
    orders=MOVE,
    step=step,
    start=STATE.neutral,
    checks=(
        Check(
            "wrong_count",
            "x has as many marks as o when x is to move, else one more",
            ("player", *CELLS),
            lambda board: marks(board, "x") - marks(board, "o") == (board.player == "o"),
        ),
        Check(
            "cell_taken",
            "a move goes to an empty cell, unless the game is over",
            (*CELLS, "to"),
            lambda turn: over(turn) or turn[turn.to] == ".",
        ),
    ),
    symmetries=(Symmetry("mirrored_board", flipped, flipped),),
)


@DOMAIN.law
def marks_are_never_taken_back(before, after):
    """A cell that holds a mark keeps it."""
    assert all(after[cell] == before[cell] for cell in CELLS if before[cell] != ".")


@DOMAIN.law
def one_mark_is_set(before, after):
    """In a game that is not over there is one empty cell less."""
    assert over(before) or marks(after, ".") == marks(before, ".") - 1
