"""The small scope: every case of a small domain, else few fields at a boundary, and its bound."""

import pytest

from tests.engine.test_fields import Cells
from tests.small_domains import ADDER, TICTACTOE, WALK, adder
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema
from turncheck.engine.scope import MOST, Scope, scope_of, small


def of_fields(text, **fields):
    return Domain("x/1", state=Schema(text, **fields), step=lambda state: {})


FOUR = of_fields("{a} {b} {c} {d}", a=Int(0, 99), b=Int(0, 99), c=Int(5, 99), d=Choice("x", "o", "."))


@pytest.mark.parametrize(
    ("domain", "most", "scope"),
    [
        (ADDER, MOST, Scope(whole=True, unlike=2, bound=10_000)),
        (WALK, MOST, Scope(whole=True, unlike=3, bound=180)),
        (WALK, 180, Scope(whole=True, unlike=3, bound=180)),
        # Each field but the last has three boundaries that are not its simplest, the last has two.
        (FOUR, MOST, Scope(whole=False, unlike=3, bound=1 + (3 * 3 + 2) + (3 * 9 + 3 * 6) + (27 + 3 * 18))),
        (FOUR, 57, Scope(whole=False, unlike=2, bound=57)),
        (FOUR, 56, Scope(whole=False, unlike=1, bound=12)),
        (FOUR, 5, Scope(whole=False, unlike=1, bound=12)),
        (TICTACTOE, MOST, Scope(whole=False, unlike=3, bound=1 + 27 + 314 + 2112)),
        (of_fields("{mem[0..499]}", mem=Int(0, 9)), MOST, Scope(whole=False, unlike=1, bound=1501)),
        (of_fields("{row}", row=Cells(3)), MOST, Scope(whole=False, unlike=1, bound=2)),
    ],
)
def test_a_scope_is_whole_or_has_as_many_fields_at_a_boundary_as_its_bound_allows(domain, most, scope):
    assert scope_of(domain, most) == scope


def test_the_whole_scope_has_every_case_once():
    assert [case.values_ for case in small(of_fields("{a} {b}", a=Int(1, 3), b=Choice("x", "o")))] == [
        (1, "x"),
        (1, "o"),
        (2, "x"),
        (2, "o"),
        (3, "x"),
        (3, "o"),
    ]
    assert len({*map(ADDER.write, small(ADDER))}) == 10_000


def test_a_scope_that_is_not_whole_begins_with_the_simplest_case_and_changes_one_field_after_the_other():
    found = [case.values_ for case in small(FOUR, 12)]
    simplest = (0, 0, 5, "x")
    assert found[0] == simplest
    assert len({*found}) == len(found) == 12
    assert all(sum(map(lambda one, other: one != other, values, simplest)) == 1 for values in found[1:])
    assert {values[2] for values in found} == {5, 6, 98, 99}
    assert len({case.values_ for case in small(FOUR, 57)}) == 57


def test_what_the_checks_refuse_is_not_in_the_scope():
    states = [case.values_ for case in small(WALK)]
    assert len(states) == 2 * sum(width + 1 for width in range(1, 10))
    assert all(x <= width for x, width, _ in states)


def test_a_scope_gives_the_domains_own_cases():
    from tests.engine.test_domain import Sum, SumCodec

    domain = adder(codec=SumCodec(), resolve=lambda case: case.a + case.b)
    assert next(small(domain)) == Sum(0, 0)
