"""Small domains on which generic code is tested: a game with orders, an adder without a state, a walk by itself."""

from turncheck.engine.domain import Domain, Monotone, Symmetry
from turncheck.engine.fields import Choice, Int
from turncheck.engine.reading import Check
from turncheck.engine.schema import Schema

# --- tic-tac-toe: a state, orders and a step -------------------------------------------------------------------------

CELLS = ("a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3")
LINES = ("a1 b1 c1", "a2 b2 c2", "a3 b3 c3", "a1 a2 a3", "b1 b2 b3", "c1 c2 c3", "a1 b2 c3", "a3 b2 c1")
BOARD = Schema(
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


def move(turn):
    """The fields that change: a finished game stays as it is."""
    if over(turn):
        return {}
    return {turn.to: turn.player, "player": "o" if turn.player == "x" else "x"}


def flipped(turn):
    """The same turn seen in a mirror: columns a and c exchanged."""
    mirror = {cell: cell.translate(str.maketrans("ac", "ca")) for cell in CELLS}
    to = {"to": mirror[turn["to"]]} if "to" in turn else {}
    return {**{mirror[cell]: turn[cell] for cell in CELLS}, **to}


COUNTED = Check(
    "wrong_count",
    "x has as many marks as o when x is to move, else one more",
    ("player", *CELLS),
    lambda board: marks(board, "x") - marks(board, "o") == (board.player == "o"),
)
FREE = Check(
    "cell_taken",
    "a move goes to an empty cell, unless the game is over",
    (*CELLS, "to"),
    lambda turn: over(turn) or turn[turn.to] == ".",
)


def tictactoe(**parts):
    """Tic-tac-toe, with some parts replaced."""
    usual = {
        "state": BOARD,
        "orders": MOVE,
        "step": move,
        "start": BOARD.neutral,
        "checks": (COUNTED, FREE),
        "symmetries": (Symmetry("mirrored_board", flipped, flipped),),
    }
    return Domain("tictactoe/1", **{**usual, **parts})


TICTACTOE = tictactoe()


# --- an adder: a prompt and an answer, and texts that do not end with a newline --------------------------------------


def adder(**parts):
    """An adder of two digits that rejects nothing, with some parts replaced."""
    usual = {
        "prompt": Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
        "answer": Schema("{sum}", sum=Int(0, 198), end=""),
        "resolve": lambda case: {"sum": case.a + case.b},
        "symmetries": (Symmetry("swapped_terms", lambda case: {"a": case.b, "b": case.a}),),
        "monotone": (Monotone("sum", of="a"),),
        "rejects": False,
    }
    return Domain("adder/1", **{**usual, **parts})


ADDER = adder()


# --- a walk: a state that goes on by itself --------------------------------------------------------------------------

TRACK = Schema(
    """
    at {x} of {width}
    facing {facing}
    """,
    x=Int(0, 9),
    width=Int(1, 9),
    facing=Choice("left", "right"),
)


def walk(state):
    """One step on, and back at an end."""
    ahead = state.x + (1 if state.facing == "right" else -1)
    if 0 <= ahead <= state.width:
        return {"x": ahead}
    return {"facing": "left" if state.facing == "right" else "right"}


WITHIN = Check("off_track", "the place is on the track", ("x", "width"), lambda state: state.x <= state.width)


def track(**parts):
    """A walk to and fro, with some parts replaced."""
    usual = {
        "state": TRACK,
        "step": walk,
        "start": TRACK.neutral,
        "checks": (WITHIN,),
        "untouched": ("width",),
    }
    return Domain("track/1", **{**usual, **parts})


WALK = track()
