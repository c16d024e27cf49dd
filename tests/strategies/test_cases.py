"""Cases, plays and malformed texts of any domain: draws, narrowing and shrinking."""

import subprocess
import sys
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.domains import (
    ADDER,
    BOARD,
    DOMAINS,
    FIGHT,
    LIFE,
    MACHINE,
    PLAIN_ADDER,
    SHORT_ADDER,
    TICTACTOE,
    marks,
)
from turncheck.engine.attached import Narrowed
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.play import Play
from turncheck.engine.reading import Check
from turncheck.engine.schema import Schema
from turncheck.properties.checking.draw import no_constants_of_loaded_modules
from turncheck.strategies import cases, malformed, plays
from turncheck.strategies.drawn_cases import refused
from turncheck.strategies.operators import ImpossibleDamageError, UnknownReasonError

PLAYED = tuple(domain for domain in DOMAINS if domain.has_plays)


def drawn(strategy, count=200, by=0):
    """That many examples by a seed, as a run draws them."""
    found = []

    @seed(by)
    @settings(max_examples=count, phases=[Phase.generate], database=None, deadline=None, derandomize=False,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def collect(example):
        found.append(example)

    with no_constants_of_loaded_modules():
        collect()
    return found


def domain_of(prompt, **more):
    answer = Schema("{a}", a=Int(0, 9))
    return Domain("mine/1", prompt=prompt, answer=answer, resolve=lambda case: {"a": 0}, **more)


# --- any case --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_what_is_drawn_is_a_case(domain):
    found = drawn(cases(domain))
    assert len(found) == 200
    assert all(domain.is_case(domain.write(case)) for case in found)


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_most_of_what_is_drawn_is_different(domain):
    assert len({domain.write(case) for case in drawn(cases(domain))}) > 120


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_every_boundary_of_every_field_is_drawn(domain):
    found = [domain.fields_of(case) for case in drawn(cases(domain), 400)]
    for name, field in domain.prompt.fields.items():
        assert set(field.edges()) - {case[name] for case in found} == set(), name


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_what_is_no_boundary_is_drawn_too(domain):
    found = [domain.fields_of(case) for case in drawn(cases(domain))]
    for name, field in domain.prompt.fields.items():
        if field.count() != len(field.edges()):
            assert sum(case[name] not in field.edges() for case in found) > 20, name


def test_numbers_of_any_length_are_drawn():
    lengths = {len(str(number)) for case in drawn(cases(ADDER), 600) for number in (case.a, case.b)}
    assert lengths == set(range(1, 11))


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_a_seed_draws_the_same_cases_again_and_another_seed_others(domain):
    once, again, other = ([domain.write(case) for case in drawn(cases(domain), 60, by)] for by in (3, 3, 4))
    assert once == again != other


def test_played_cases_are_among_them_and_such_as_no_play_reaches():
    found = drawn(cases(TICTACTOE), 400)
    assert {9 - marks(case, ".") for case in found} == set(range(10))
    # No game goes on when one of both has won, so that no play leads to two rows.
    rows = [{case[f"{column}{row}"] for column in "abc"} for case in found for row in "123"]
    assert sum(len(row) == 1 and row != {"."} for row in rows) > 20


def test_where_the_checks_refuse_nearly_all_cases_are_drawn_all_the_same():
    in_order = Check(
        "out_of_order", "each is at least the one before", ("n",), lambda case: sorted(case.n) == [*case.n]
    )
    sums = Check("odd_one_out", "the last is above the first", ("n",), lambda case: case.n[5] > case.n[0])
    mine = domain_of(Schema("{n[0..5]}", n=Int(0, 9)), checks=(in_order, sums))
    assert refused(mine) > 0.98
    assert len({mine.write(case) for case in drawn(cases(mine))}) > 40


# --- what it shrinks to ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS[:5], ids=str)
def test_a_case_shrinks_to_the_simplest_of_all_or_the_first_turn_of_a_play(domain, smallest):
    assert smallest(cases(domain)) == domain.case()


# fmt: off
SMALLEST = [
    (ADDER,       lambda case: case.a >= 525,                 {"a": 525}),
    (ADDER,       lambda case: case.b >= 3_000_000_000,       {"b": 3_000_000_000}),
    (SHORT_ADDER, lambda case: case.b >= 47,                  {"b": 47}),
    (SHORT_ADDER, lambda case: case.a == 999,                 {"a": 999}),
    (PLAIN_ADDER, lambda case: case.a > 9 and case.b == 0,    {"a": 10}),
    (MACHINE,     lambda case: case.mem[3] <= -50,            {"mem[3]": -50}),
    (MACHINE,     lambda case: case.mem[7] >= 77,             {"mem[7]": 77}),
    (MACHINE,     lambda case: case.mem[0] < 0,               {"mem[0]": -1}),
    (MACHINE,     lambda case: case.pc > 2,                   {"pc": 3}),
    (FIGHT,       lambda case: case.much >= 4 and case["round"] == 1 and case.foe.max < 20,
                                                              {"much": 4}),
    (FIGHT,       lambda case: case.hero.mood == "tired",     {"hero.mood": "tired"}),
    (TICTACTOE,   lambda case: case.to == "c2",               {"to": "c2"}),
]
# fmt: on


@pytest.mark.parametrize(("domain", "holds", "changed"), SMALLEST)
def test_a_case_shrinks_to_the_simplest_of_which_something_holds(domain, holds, changed, smallest):
    found = smallest(cases(domain), holds)
    assert found == domain.case(**{name: value for name, value in changed.items() if "[" not in name}).changed(
        {name: value for name, value in changed.items() if "[" in name}
    )


def test_a_field_of_ones_own_that_has_a_width_shrinks_character_by_character(smallest):
    mine = domain_of(Schema("{row[0..3]}", row=LIFE.prompt.fields["row[0]"]))
    found = smallest(cases(mine), lambda case: case.row[2].count("#") >= 2)
    assert [row.count("#") for row in found.row] == [0, 0, 2, 0]


# --- narrowed --------------------------------------------------------------------------------------------------------


def even(value):
    return value % 2 == 0


# fmt: off
NARROWED = [
    (TICTACTOE,   {"player": "o"}),
    (TICTACTOE,   {"to": ("a1", "c3"), "b2": "x"}),
    (TICTACTOE,   {"a1": lambda cell: cell != "."}),
    (ADDER,       {"a": 7, "b": range(1000, 1_000_000)}),
    (ADDER,       {"a": even, "b": even}),
    (SHORT_ADDER, {"a": {1, 10, 100}, "b": range(0, 1000, 37)}),
    (MACHINE,     {"pc": [2, 3], "mem[0]": range(-200, 0), "mem[1]": 5}),
    (MACHINE,     {"mem": (0, 1, 2, 3, 4, 5, 6, 7)}),
    (MACHINE,     {"mem": lambda cells: cells[0] <= cells[1]}),
    (FIGHT,       {"deed": "hit", "foe.hp": range(5, 41), "hero.mood": ("angry", "tired")}),
    (LIFE,        {"row[1]": "#######", "row[2]": (".......", "...#...")}),
]
# fmt: on


@pytest.mark.parametrize(("domain", "to"), NARROWED)
def test_narrowed_fields_are_drawn_only_from_what_they_are_narrowed_to(domain, to):
    narrowed = domain.cases(**to)
    found = drawn(cases(domain, narrowed), 60)
    assert len(found) == 60
    assert all(domain.is_case(domain.write(case)) and narrowed.has(domain.fields_of(case)) for case in found)


@pytest.mark.parametrize(("domain", "to"), NARROWED)
def test_all_that_a_field_is_narrowed_to_is_drawn(domain, to):
    found = [domain.fields_of(case) for case in drawn(cases(domain, domain.cases(**to)), 150)]
    for name, values in to.items():
        if isinstance(values, list | set | tuple) and name != "mem":
            assert {case[name] for case in found} == set(values)


def test_both_ends_of_what_a_number_is_narrowed_to_are_drawn():
    found = {case.b for case in drawn(cases(ADDER, ADDER.cases(b=range(1000, 1_000_000))))}
    assert {1000, 1001, 999_998, 999_999} <= found


def test_narrowed_cases_shrink_to_the_simplest_of_them(smallest):
    narrowed = ADDER.cases(a=range(30, 5000), b=(9, 44, 6))
    assert smallest(cases(ADDER, narrowed)) == ADDER.case(a=30, b=6)
    assert smallest(cases(ADDER, narrowed), lambda case: case.a > 1234) == ADDER.case(a=1235, b=6)


# fmt: off
NOTHING = [
    (TICTACTOE, {"player": "z"},          "player must be narrowed to values of Choice('x', 'o'), got 'z'"),
    (ADDER,     {"a": range(-5, 0)},      ("a must be narrowed to values of Int(low=0, high=9999999999, digits=10, "
                                          "signed=False, simplest=0), got range(-5, 0)")),
    (MACHINE,   {"pc": lambda pc: pc > 9}, None),
    (MACHINE,   {"mem": (1, 2)},          "mem must be narrowed to a tuple of 8 values or a function, got (1, 2)"),
    (MACHINE,   {"mem": 5},               "mem must be narrowed to a tuple of 8 values or a function, got 5"),
]
# fmt: on


@pytest.mark.parametrize(("domain", "to", "fault"), NOTHING)
def test_a_field_that_is_narrowed_to_nothing_is_named_at_once(domain, to, fault):
    with pytest.raises(DomainError) as error:
        cases(domain, Narrowed(to))
    assert fault is None or str(error.value) == f"domain {domain.name}: {fault}"


# --- fields and strategies of one's own ------------------------------------------------------------------------------


@attrs.frozen
class Name(Field):
    """A name of capital letters, of any length."""

    pattern = "[A-Z]+"
    simplest = "A"

    def edges(self):
        return ["A", "Z", "ZZZZ"]

    def sample(self, random):
        return "".join(random.choices("ABCXYZ", k=random.randint(1, 6)))


class Prime(Name):
    """A number that is prime, with a strategy of its own."""

    pattern = "[0-9]+"
    simplest = 2

    def edges(self):
        return [2, 3, 97]

    def read(self, text):
        return int(text)

    def allows(self, value):
        return value in (2, 3, 5, 7, 97)

    def sample(self, random):
        return random.choice([2, 3, 5, 7, 97])

    def strategy(self):
        return st.sampled_from([2, 3, 5, 7, 97, 4])


def test_a_field_of_any_width_is_drawn_by_its_pattern_and_at_its_boundaries(smallest):
    mine = domain_of(Schema("hello {name}", name=Name()))
    found = {case.name for case in drawn(cases(mine))}
    assert {"A", "Z", "ZZZZ"} < found
    assert len(found) > 30
    assert smallest(cases(mine)) == mine.case()


def test_a_field_with_a_strategy_of_its_own_is_drawn_by_that_as_far_as_it_is_valid():
    mine = domain_of(Schema("{p}", p=Prime()))
    assert {case.p for case in drawn(cases(mine), 50)} == {2, 3, 5, 7, 97}
    assert {case.p for case in drawn(cases(mine, mine.cases(p=lambda value: value > 3)), 50)} == {5, 7, 97}


# fmt: off
RANGES = [
    (0, 0), (5, 6), (0, 2), (0, 9), (0, 99), (1, 120), (0, 199), (0, 256), (1, 400), (0, 4999), (-1, 1), (-9, 0),
    (-40, 9), (-60, 60), (-128, 127), (-9, 200), (-999, 5), (-2000, 2000),
]
# fmt: on


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_every_number_of_a_range_can_be_drawn_and_no_other(low, high):
    mine = domain_of(Schema("{n}", n=Int(low, high)))
    found = {case.n for case in drawn(cases(mine), 200)}
    assert {low, high} <= found <= set(range(low, high + 1))
    assert len(found) >= min(high - low + 1, 70)


@pytest.mark.parametrize("count", [2, 9, 200, 300, 1000])
def test_every_word_of_a_choice_can_be_drawn(count):
    words = [f"w{number}" for number in range(count)]
    mine = domain_of(Schema("{w}", w=Choice(*words)))
    found = {case.w for case in drawn(cases(mine), 400)}
    assert len(found) >= min(count, 9) or count > 9
    assert len(found) > min(count, 150) - 60
    assert found <= set(words)


def test_many_fields_take_little_longer_than_few():
    # Hypothesis counts each choice that is made.
    from hypothesis.internal.conjecture.data import ConjectureData

    choices = []

    @settings(max_examples=20, phases=[Phase.generate], database=None, deadline=None)
    @given(st.data())
    def count(data):
        conjecture: ConjectureData = data.conjecture_data
        data.draw(cases(MACHINE))
        choices.append(len(conjecture.nodes))

    count()
    assert set(choices) == {2}  # bytes, and characters for the numbers of 256 values


def test_fields_of_more_bytes_than_can_be_drawn_are_drawn_all_the_same():
    mine = domain_of(Schema("{n[0..8999]}", n=Int(0, 99)))
    assert max(len(set(case.n)) for case in drawn(cases(mine), 3)) > 50


def test_strategies_of_a_domains_own_are_used():
    mine = domain_of(
        Schema("{a} {b}", a=Int(0, 9), b=Int(0, 9)),
        strategies=SimpleNamespace(
            cases=lambda domain: st.integers(0, 9).map(lambda b: domain.case(a=3, b=b)),
            malformed=lambda domain, reason: st.just(f"{reason}!"),
        ),
    )
    assert {case.a for case in drawn(cases(mine), 20)} == {3}
    assert {(case.a, case.b) for case in drawn(cases(mine, mine.cases(b=(1, 2))), 20)} == {(3, 1), (3, 2)}
    assert {(case.a, case.b) for case in drawn(cases(mine, mine.cases(a=5, b=2)), 20)} == {(5, 2)}
    assert drawn(malformed(mine, "truncated"), 3)[0] == "truncated!"


# --- how many draws are refused --------------------------------------------------------------------------------------


def test_the_share_of_refused_draws_is_measured():
    assert refused(ADDER) == 0
    assert refused(TICTACTOE) > 0.9
    assert 0.5 < refused(FIGHT) < 0.9
    assert refused(FIGHT, 50, 7) == refused(FIGHT, 50, 7) != refused(FIGHT, 50, 8)


# --- plays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", PLAYED, ids=str)
def test_each_turn_of_a_play_is_a_case_where_the_reference_has_it(domain):
    found = drawn(plays(domain), 60)
    assert len(found) == 60
    for play in found:
        assert all(domain.is_case(domain.write(case)) for case in domain.turns(play))
        assert domain.read_play(domain.write_play(play)) == play


@pytest.mark.parametrize("domain", PLAYED, ids=str)
def test_a_play_has_1_to_16_turns(domain):
    lengths = {len(play.orders) for play in drawn(plays(domain), 200)}
    assert {1, 15} < lengths <= set(range(1, 17))


def test_a_play_begins_at_a_start_or_anywhere():
    starts = [play.state for play in drawn(plays(TICTACTOE), 100)]
    assert 20 < sum(state == BOARD.neutral for state in starts) < 90


def test_the_same_orders_come_many_times_in_a_row():
    found = drawn(plays(FIGHT), 200)
    assert any(len(play.orders) > 5 and len({orders.deed for orders in play.orders}) == 1 != play.orders[0].deed
               for play in found)  # fmt: skip


def test_a_play_shrinks_to_the_turns_that_matter(smallest):
    def hits(play):
        return sum(orders.deed == "hit" and orders.much == 3 for orders in play.orders) == 2

    found = smallest(plays(FIGHT), hits)
    hit = FIGHT.orders.neutral.changed(deed="hit", much=3)
    assert found == Play(found.state, (hit, hit))


def test_a_play_of_a_state_that_goes_on_by_itself_shrinks_to_few_turns(smallest):
    found = smallest(plays(MACHINE), lambda play: len(play.orders) >= 3)
    assert found == Play(MACHINE.state.neutral, (None, None, None))


def test_a_game_can_be_played_to_its_end():
    found = drawn(plays(TICTACTOE), 100)
    ends = [TICTACTOE.outcome(list(TICTACTOE.turns(play))[-1]) for play in found]
    assert any(marks(end, ".") == 0 for end in ends)


def test_where_an_answer_is_no_state_nothing_is_played():
    with pytest.raises(DomainError) as error:
        plays(ADDER)
    assert str(error.value) == ("domain adder10/1: it must have a state to be played: an answer must be the next state")


# --- malformed texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_a_malformed_text_is_rejected_and_every_reason_is_drawn(domain):
    answers = {domain.resolve_text(text) for text in drawn(malformed(domain), 200)}
    assert answers == {domain.rejection(reason) for reason in domain.reasons}


@pytest.mark.parametrize("reason", TICTACTOE.reasons)
def test_a_malformed_text_is_rejected_for_the_reason_that_is_named(reason):
    answers = {TICTACTOE.resolve_text(text) for text in drawn(malformed(TICTACTOE, reason), 60)}
    assert answers == {TICTACTOE.rejection(reason)}


@pytest.mark.parametrize(("reason", "text"), [("bad_number", "00+000="), ("trailing_text", "000+000= 0")])
def test_a_malformed_text_shrinks_to_the_simplest_damage_of_the_simplest_case(reason, text, smallest):
    assert smallest(malformed(SHORT_ADDER, reason)) == text


def test_a_reason_that_there_is_not_or_that_no_text_has_is_named():
    with pytest.raises(UnknownReasonError):
        malformed(ADDER, "too_long")
    never = Check("negative", "the sum is 0 or more", ("a",), lambda case: case.a >= 0)
    with pytest.raises(ImpossibleDamageError):
        malformed(domain_of(Schema("{a}", a=Int(0, 9)), checks=(never,)), "negative")


# --- names -----------------------------------------------------------------------------------------------------------


def test_the_room_opens_without_hypothesis_and_says_what_it_has_not():
    code = "import sys, turncheck.strategies; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    import turncheck.strategies

    with pytest.raises(AttributeError, match="has no attribute 'turns'"):
        turncheck.strategies.turns  # noqa: B018
