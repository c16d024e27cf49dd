"""Small domains for generic tests: a game with orders, an adder without a state, a walk without orders."""

from tests.domains import BOARD, CELLS, TICTACTOE, flipped, marks, moved
from turncheck.engine.domain import Domain, Monotone, Symmetry
from turncheck.engine.fields import Choice, Int
from turncheck.engine.reading import Check
from turncheck.engine.schema import Schema

# --- tic-tac-toe: a state, orders and a step -------------------------------------------------------------------------

__all__ = [
    "ADDER",
    "BOARD",
    "CELLS",
    "COUNTED",
    "FREE",
    "MOVE",
    "TICTACTOE",
    "TRACK",
    "WALK",
    "WITHIN",
    "adder",
    "flipped",
    "marks",
    "moved",
    "tictactoe",
    "track",
]

MOVE, (COUNTED, FREE) = TICTACTOE.orders, TICTACTOE.checks


def tictactoe(**parts):
    """Tic-tac-toe, with some parts replaced."""
    usual = {
        "state": BOARD,
        "orders": MOVE,
        "step": moved,
        "start": BOARD.neutral,
        "checks": (COUNTED, FREE),
        "symmetries": (Symmetry("mirrored_board", flipped, flipped),),
    }
    return Domain("tictactoe/1", **{**usual, **parts})


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
