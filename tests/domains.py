"""Domains of different shapes for generic tests. None of them is the duel."""

from collections import Counter

import attrs

from turncheck.engine.domain import Domain, Symmetry
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.reading import Check
from turncheck.engine.schema import Schema

# --- a game with a start, orders and checks --------------------------------------------------------------------------

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


def marks(board, who):
    return sum(board[cell] == who for cell in CELLS)


def over(board):
    won = any({board[cell] for cell in line.split()} in ({"x"}, {"o"}) for line in LINES)
    return won or marks(board, ".") == 0


def moved(turn):
    return {} if over(turn) else {turn.to: turn.player, "player": "o" if turn.player == "x" else "x"}


def flipped(turn):
    """The same turn seen in a mirror: columns a and c exchanged."""
    mirror = {cell: cell.translate(str.maketrans("ac", "ca")) for cell in CELLS}
    move = {"to": mirror[turn["to"]]} if "to" in turn else {}
    return {**turn, **{mirror[cell]: turn[cell] for cell in CELLS}, **move}


TICTACTOE = Domain(
    "tictactoe/1",
    state=BOARD,
    orders=Schema("move {to}", to=Choice(*CELLS)),
    step=moved,
    start=BOARD.neutral,
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

# --- one piece, no words, no newline ---------------------------------------------------------------------------------


def adder(digits, written=None):
    high = 10**digits - 1
    number = Int(0, high, digits if written is None else written)
    return Domain(
        f"adder{digits}/1",
        prompt=Schema("{a}+{b}=", a=number, b=number, end=""),
        answer=Schema("{sum}", sum=Int(0, 2 * high), end=""),
        resolve=lambda case: {"sum": case.a + case.b},
    )


ADDER = adder(10)
SHORT_ADDER = adder(3)
PLAIN_ADDER = adder(4, written=0)

# --- repeated signed numbers, a state that goes on by itself ---------------------------------------------------------


def stepped(state):
    """`mem[b] -= mem[a]; if mem[b] <= 0 goto c`, as far as there is room."""
    at = state.pc
    if at + 2 > 7:
        return {}
    source, target, to = state.mem[at : at + 3]
    if not (0 <= source < 8 and 0 <= target < 8):
        return {}
    left = (state.mem[target] - state.mem[source] + 128) % 256 - 128
    if max(left, *(cell for index, cell in enumerate(state.mem) if index != target)) < 0:
        return {}
    return {f"mem[{target}]": left, "pc": to if left <= 0 and 0 <= to < 8 else at + 1}


MACHINE = Domain(
    "machine/1",
    state=Schema("pc {pc}\nmem {mem[0..7]}", pc=Int(0, 7), mem=Int(-128, 127)),
    step=stepped,
    checks=(Check("all_negative", "not all cells are below 0", ("mem",), lambda state: max(state.mem) >= 0),),
)

# --- groups, fields that belong together, choices with a reason of their own -----------------------------------------

FIGHT = Domain(
    "fight/1",
    state=Schema(
        """
        round {round}
        hero hp {hero.hp}/{hero.max} mood {hero.mood}
        foe hp {foe.hp}/{foe.max} mood {foe.mood}
        """,
        round=Int(1, 99),
        hp=Int(0, 40),
        max=Int(1, 40),
        mood=Choice("calm", "angry", "tired", reason="unknown_mood"),
    ),
    orders=Schema("does {deed} for {much}", deed=Choice("wait", "hit", "heal"), much=Int(0, 9)),
    step=lambda turn: {
        "round": min(turn.round + 1, 99),
        "foe.hp": max(turn.foe.hp - turn.much, 0) if turn.deed == "hit" else turn.foe.hp,
    },
    start=lambda random: FIGHT.state.neutral.changed(
        {"hero.hp": 20, "hero.max": 20, "foe.hp": random.randint(1, 20), "foe.max": 20}
    ),
    checks=tuple(
        Check("hp_above_max", "hp is at most max", (f"{who}.hp", f"{who}.max"), up_to_max)
        for who, up_to_max in (
            ("hero", lambda turn: turn["hero.hp"] <= turn["hero.max"]),
            ("foe", lambda turn: turn["foe.hp"] <= turn["foe.max"]),
        )
    ),
)

# --- a field of one's own --------------------------------------------------------------------------------------------


@attrs.frozen
class Cells(Field):
    """A row of cells, dead or alive, as a text of dots and hashes."""

    cells: int

    @property
    def pattern(self):
        return f"[.#]{{{self.cells}}}"

    @property
    def width(self):
        return self.cells

    @property
    def simplest(self):
        return "." * self.cells

    def edges(self):
        return [self.simplest, "#" * self.cells]

    def sample(self, random):
        return "".join(random.choices(".#", k=self.cells))


ROWS, COLUMNS = 5, 7


def next_board(case):
    """Conway's game of life on a torus."""
    alive = Counter(
        ((row + down) % ROWS, (column + right) % COLUMNS)
        for row in range(ROWS)
        for column in range(COLUMNS)
        if case.row[row][column] == "#"
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    )

    def lives(row, column):
        return alive[row, column] == 3 or (alive[row, column] == 2 and case.row[row][column] == "#")

    rows = ["".join(".#"[lives(row, column)] for column in range(COLUMNS)) for row in range(ROWS)]
    return {"row": rows}


LIFE = Domain(
    "life/1",
    state=Schema("\n".join(f"{{row[{row}]}}" for row in range(ROWS)), row=Cells(COLUMNS)),
    step=next_board,
    start=lambda random: LIFE.state.neutral.changed({"row": [Cells(COLUMNS).sample(random) for _ in range(ROWS)]}),
)

DOMAINS = (TICTACTOE, ADDER, SHORT_ADDER, PLAIN_ADDER, MACHINE, FIGHT, LIFE)
