"""Edits of cases of any domain, and how the shrinker uses them on counterexamples."""

import attrs
import pytest

from tests.domains import ADDER, DOMAINS, FIGHT, LIFE, MACHINE, PLAIN_ADDER, SHORT_ADDER, TICTACTOE
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.sampling import sample, stream
from turncheck.engine.schema import Schema
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.edits import SchemaEdits, descent, edits_of, lower_values
from turncheck.properties.checking.shrink import BATCH, is_minimal, shrink
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of

CELLS_OF_A_ROW = LIFE.prompt.fields["row[0]"]


def agrees(domain):
    (law,) = [law for law in laws_of(domain) if law.id == "answer_agrees_with_the_reference"]
    return law


@attrs.define
class Wrong:
    """The reference, but that it answers cases of which something holds as it answers the simplest one, or nothing."""

    domain: Domain
    holds: object
    answer: str = ""
    calls: list = attrs.field(factory=list)

    def predict(self, prompts, /):
        self.calls.append(len(prompts))
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt):
        if self.domain.is_case(prompt) and self.holds(self.domain.read(prompt)):
            return self.answer
        return self.domain.resolve_text(prompt)


def shrunk(domain, holds, start):
    """What a counterexample becomes, and the engine that it is one of."""
    engine = Wrong(domain, holds)
    subject, law = Subject("mine", "py", engine, domain), agrees(domain)
    found = counterexample(law, subject, start)
    engine.calls.clear()
    small = shrink(law, subject, found)
    assert holds(small.case)
    assert small.simplicity <= found.simplicity
    assert is_minimal(law, subject, small)
    return small.case, engine


def first(domain, holds):
    """The first sampled case of which something holds."""
    return next(case for case in sample(domain, "mixed", 0, 5000) if holds(case))


def memory(cells):
    return f"pc 0\nmem {' '.join(f'{cells.get(at, 0):+04d}' for at in range(8))}\n"


def fight(hero="00/01 mood calm", foe="00/01 mood calm", deed="wait"):
    return f"round 01\nhero hp {hero}\nfoe hp {foe}\ndoes {deed} for 0\n"


# --- what counterexamples become -------------------------------------------------------------------------------------


def board(to_move, *rows):
    return f"to_move {to_move}\n{''.join(f'row {row}' + chr(10) for row in rows)}move a1\n"


# fmt: off
SHRUNK = [
    (ADDER,       lambda case: case.a + case.b >= 1000,                  "0000000000+0000001000="),
    (ADDER,       lambda case: min(case.values()) and case.a + case.b >= 1000,    "0000000001+0000000999="),
    (ADDER,       lambda case: case.a >= 4_000_000_123,                  "4000000123+0000000000="),
    (ADDER,       lambda case: case.b % 1000 == 777,                     "0000000000+0000000777="),
    (SHORT_ADDER, lambda case: case.a == case.b > 3,                     "004+004="),
    (SHORT_ADDER, lambda case: case.a + 7 == case.b,                     "000+007="),
    (PLAIN_ADDER, lambda case: 5 < case.a < case.b,                      "6+7="),
    (MACHINE,     lambda case: case.mem[2] <= -17,                       memory({2: -17})),
    (MACHINE,     lambda case: sum(case.mem) >= 100,                     memory({7: 100})),
    (MACHINE,     lambda case: case.mem[3] - case.mem[4] == 40,          memory({3: 40})),
    (FIGHT,       lambda case: 4 < case.hero.hp < case.hero.max,         fight("05/06 mood calm")),
    (FIGHT,       lambda case: case.foe.hp == 30,                        fight(foe="30/30 mood calm")),
    (FIGHT,       lambda case: case.foe.mood == case.hero.mood != "calm", fight(*2 * ["00/01 mood angry"])),
    (FIGHT,       lambda case: case.deed == "heal",                      fight(deed="heal")),
    (LIFE,        lambda case: "".join(case.row).count("#") >= 3,        ".###...\n" + 4 * ".......\n"),
    # Where the o is x must have moved before it, and one mark less makes it the other's turn.
    (TICTACTOE,   lambda case: case.b2 == "o",                           board("x", ". . .", ". o .", ". . x")),
    (TICTACTOE,   lambda case: case.player == "o" and case.c3 != ".",    board("o", ". . .", ". . .", ". . x")),
]
# fmt: on


@pytest.mark.parametrize(("domain", "holds", "text"), SHRUNK)
def test_a_counterexample_becomes_the_one_that_one_would_write(domain, holds, text):
    small, _ = shrunk(domain, holds, first(domain, holds))
    assert domain.write(small) == text


def test_525_and_525_become_1_and_999():
    def holds(case):
        return case.a > 0 and case.b > 0 and case.a + case.b >= 1000

    small, _ = shrunk(ADDER, holds, ADDER.case(a=525, b=525))
    assert small == ADDER.case(a=1, b=999)


def test_a_number_of_ten_digits_takes_few_prompts():
    small, engine = shrunk(ADDER, lambda case: case.a >= 4_000_000_123, ADDER.case(a=9_999_999_999, b=5))
    assert small == ADDER.case(a=4_000_000_123)
    assert sum(engine.calls) < 400


def test_no_batch_of_neighbours_or_simplifications_is_larger_than_said():
    engine = Wrong(FIGHT, lambda case: case.foe.hp > 11)
    subject, law = Subject("mine", "py", engine, FIGHT), agrees(FIGHT)
    found = counterexample(law, subject, first(FIGHT, engine.holds))
    engine.calls.clear()
    shrink(law, subject, found)
    assert max(engine.calls) <= BATCH


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_what_fails_at_random_becomes_minimal_and_the_same_every_time(domain):
    def holds(case):
        return stream(domain.write(case), 0, 0).random() < 0.4

    for start in [case for case in sample(domain, "mixed", 1, 30) if holds(case)][:3]:
        once, again = (shrunk(domain, holds, start)[0] for _ in range(2))
        assert once == again


def test_a_domain_with_an_order_of_its_own_is_shrunk_by_that():
    mine = Domain(
        "mine/1",
        prompt=Schema("{a} {b}", a=Int(0, 99), b=Int(0, 99)),
        answer=Schema("{a}", a=Int(0, 99)),
        resolve=lambda case: {"a": case.a},
        size=lambda text: (-len(text), text[::-1]),
    )
    small, _ = shrunk(mine, lambda case: case.a + case.b > 90, mine.case(a=60, b=77))
    assert mine.write(small) == "91 00\n"


def test_a_domain_with_edits_of_its_own_keeps_them():
    class Own:
        pass

    mine = Domain("mine/1", prompt=ADDER.prompt, answer=ADDER.answer, resolve=ADDER.resolve, edits=Own)
    assert isinstance(edits_of(mine), Own)
    assert edits_of(ADDER) == SchemaEdits(ADDER)


# --- edits -----------------------------------------------------------------------------------------------------------


def test_an_edit_leaves_a_case_or_none():
    edits = SchemaEdits(FIGHT)
    case = FIGHT.case().changed({"hero.hp": 5, "hero.max": 9})
    assert edits.edited(case, {}) == case
    assert edits.edited(case, {"hero.hp": 9}) == case.changed({"hero.hp": 9})
    assert edits.edited(case, {"hero.hp": 41}) is None
    assert edits.edited(case, {"hero.hp": 10, "hero.max": 9}) is None


def test_where_a_check_is_not_met_another_field_that_it_names_is_changed_with_it():
    edits = SchemaEdits(FIGHT)
    case = FIGHT.case().changed({"hero.hp": 5, "hero.max": 9})
    assert edits.edited(case, {"hero.max": 1}) == FIGHT.case()
    board = TICTACTOE.case(b2="x", c2="o", to="b1")
    assert edits_of(TICTACTOE).edited(board, {"c2": "."}) == TICTACTOE.case(player="o", b2="x", to="b1")


def test_pieces_are_what_is_not_at_its_simplest_the_last_one_first():
    edits = SchemaEdits(MACHINE)
    case = MACHINE.case(pc=3).changed({"mem[2]": -7})
    assert edits.pieces(case) == [{"mem[2]": 0}, {"pc": 0}]
    assert edits.unlike(case) == 2


def test_groups_of_the_same_shape_and_symmetric_cases_are_exchanged():
    case = FIGHT.case(deed="hit").changed({"hero.hp": 3, "hero.max": 4, "foe.mood": "tired"})
    (other,) = SchemaEdits(FIGHT).exchanged(case)
    assert other == FIGHT.case(deed="hit").changed({"foe.hp": 3, "foe.max": 4, "hero.mood": "tired"})
    board = TICTACTOE.case(player="o", a1="x", to="a2")
    assert SchemaEdits(TICTACTOE).exchanged(board) == [TICTACTOE.case(player="o", c1="x", to="c2")]


def test_singles_move_amounts_and_exchange_values():
    singles = list(SchemaEdits(SHORT_ADDER).singles(SHORT_ADDER.case(a=525, b=475)))
    assert {"a": 1, "b": 999} in singles
    assert {"a": 262, "b": 738} in singles
    assert {"a": 50, "b": 0} in singles
    assert {"a": 475, "b": 525} in singles
    assert {"a": 25} in singles
    assert all(SHORT_ADDER.prompt.fields[name].allows(value) for edit in singles for name, value in edit.items())


def test_singles_lower_siblings_at_once():
    case = FIGHT.case().changed({"hero.mood": "tired", "foe.mood": "tired"})
    assert {"foe.mood": "angry", "hero.mood": "angry"} in list(SchemaEdits(FIGHT).singles(case))


def test_of_many_numbers_only_those_that_stand_together_are_tried_together():
    wide = Domain("wide/1", state=Schema("{mem[0..49]}", mem=Int(0, 99)), step=lambda state: {})
    case = wide.case(mem=tuple(range(50)))
    pairs = {tuple(edit) for edit in SchemaEdits(wide).singles(case) if len(edit) == 2}
    assert {tuple(sorted(pair)) for pair in pairs} == {
        tuple(sorted((f"mem[{place}]", f"mem[{place + 1}]"))) for place in range(49)
    }


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_neighbours_are_cases_and_many(domain):
    edits, random = SchemaEdits(domain), stream("neighbours", 0, 0)
    case = next(case for case in sample(domain, "mixed", 3, 50) if edits.unlike(case) > 1)
    found = [other for other in (edits.neighbour(case, random) for _ in range(100)) if other is not None]
    assert all(domain.is_case(domain.write(other)) for other in found)
    assert len({domain.write(other) for other in found}) > 20


# --- lower values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "lower"),
    [
        (Int(0, 99), 9, [0, 4, 8]),
        (Int(-9, 9), -6, [0, -3, -5, 6]),
        (Int(0, 9999), 4071, [0, 2035, 4070, 1, 4070, 4001, 71, 4000, 71]),
        (Choice("a", "b", "c", "d"), "d", ["a", "b", "c"]),
        (CELLS_OF_A_ROW, ".#..##.", [".......", "....##.", ".#...#.", ".#..#.."]),
        (Int(5, 5), 5, []),
    ],
)
def test_a_value_has_lower_ones(field, value, lower):
    found = list(lower_values(field, value))
    assert set(found) == set(lower)
    assert all(field.rank(each) < field.rank(value) for each in found)


def test_one_goes_down_in_few_steps():
    assert list(descent(Int(-999, 999), -40)) == [0, -1, -20, -30, -35, -38, -39]
    assert list(descent(CELLS_OF_A_ROW, "###.###"))[:5] == [".......", "....###", "###...#", "###.##.", ".##.###"]
