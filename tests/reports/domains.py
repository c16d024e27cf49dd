"""Small domains for tests of reports, besides the duel; each has something that the others lack."""

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.reading import Check
from turncheck.engine.schema import Schema

# --- a game: a grid of words, a check across fields ------------------------------------------------------------------

CELLS = ("a1", "b1", "c1", "a2", "b2", "c2")

GAME = Domain(
    "game/1",
    state=Schema(
        """
        to_move {player}
        row {a1} {b1} {c1}
        row {a2} {b2} {c2}
        """,
        player=Choice("x", "o"),
        **dict.fromkeys(CELLS, Choice(".", "x", "o")),
    ),
    orders=Schema("move {to}", to=Choice(*CELLS)),
    step=lambda turn: {turn.to: turn.player, "player": "o" if turn.player == "x" else "x"},
    checks=[Check("cell_taken", "a move goes to an empty cell", (*CELLS, "to"), lambda turn: turn[turn.to] == ".")],
)

# --- a machine: signed numbers, a repeated field, groups of the same shape, no orders --------------------------------


def _stepped(case):
    at = case.at
    return {"at": (at + 1) % 4, f"mem[{at}]": max(case.mem[at] - case.left.acc, -128), "left.acc": case.right.acc}


MACHINE = Domain(
    "machine/1",
    state=Schema(
        """
        at {at}
        mem {mem[0..3]}
        left acc {left.acc} flag {left.flag}
        right acc {right.acc} flag {right.flag}
        """,
        at=Int(0, 3),
        mem=Int(-128, 127),
        acc=Int(-128, 127),
        flag=Choice("up", "down", "east", "west"),
    ),
    step=_stepped,
    checks=[
        Check(
            "flag_of_nothing",
            "an empty accumulator has its flag up",
            ("left.acc", "left.flag"),
            lambda case: case.left.acc != 0 or case.left.flag == "up",
            at_line_end=True,
        )
    ],
)

# --- an adder: one piece with borders, nothing shared, no newline, no words ------------------------------------------

ADDER = Domain(
    "adder/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 999), b=Int(0, 999), end=""),
    answer=Schema("{sum}", sum=Int(0, 1998), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
)

# --- a divider: two fields in a piece, numbers as Python writes them, a field shared in another form -----------------

DIVIDER = Domain(
    "divider/1",
    prompt=Schema("{n} by {by}", n=Int(0, 9_999), by=Int(1, 99)),
    answer=Schema("{whole}/{rest} of {n}", whole=Int(0, 9_999, 0), rest=Int(0, 98, 0), n=Int(0, 99_999, 0)),
    resolve=lambda case: {"whole": case.n // case.by, "rest": case.n % case.by, "n": case.n},
)

# --- a picture: rows that are fields of their own kind ---------------------------------------------------------------


@attrs.frozen
class Row(Field):
    """A row of cells, dark or light."""

    cells: int

    @property
    def pattern(self):
        return f"[.#]{{{self.cells}}}"

    @property
    def simplest(self):
        return "." * self.cells

    def edges(self):
        return [self.simplest, "#" * self.cells]

    def sample(self, random):
        return "".join(random.choices(".#", k=self.cells))


PICTURE = Domain(
    "picture/1",
    state=Schema("{top} {bottom}\n{wide}", top=Row(4), bottom=Row(4), wide=Row(60)),
    step=lambda case: {"top": case.bottom, "bottom": case.top},
)

# --- a policy: any legal move is right -------------------------------------------------------------------------------

POLICY = Domain(
    "policy/1",
    prompt=Schema("row {a1} {b1} {c1}", **dict.fromkeys(CELLS[:3], Choice(".", "x"))),
    answer=Schema("to {to}", to=Choice(*CELLS[:3], "none")),
    resolve=lambda case: {"to": next((cell for cell in case if case[cell] == "."), "none")},
    accepts=lambda case, answer: answer.to in case and case[answer.to] == ".",
)
