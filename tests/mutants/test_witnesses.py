"""Each mutant breaks the law that names it, and every law catches a mutant: `make mutants` found this, checked anew."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest

from tests.mutants.catalogue import BY_NAME
from tests.mutants.catches import AGREEMENT
from tests.mutants.hunt import Asked, counterexample_by_itself, holds, is_caught, reference
from tests.mutants.page import HUNTED, LAWS_BY_ID
from tests.mutants.witnesses import load
from turncheck.duel import DOMAIN
from turncheck.properties.checking.draw import Budget, run
from turncheck.properties.laws.duel import LAWS

KEPT = load()
TABLE = Path(__file__).parents[2] / "docs" / "mutants.csv"
WAY_OUT = "run `make mutants`"


def rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- the kept witnesses ----------------------------------------------------------------------------------------------


def test_every_mutant_that_is_not_equivalent_has_a_witness():
    assert list(KEPT) == [mutant.name for mutant in HUNTED], WAY_OUT


def test_no_mutant_is_named_by_agreement():
    assert [each.mutant for each in KEPT.values() if each.law in AGREEMENT] == []


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_a_witness_breaks_the_law_that_names_its_mutant(kept):
    law, case = LAWS_BY_ID[kept.law], kept.replayed()
    assert counterexample_by_itself(law, case, BY_NAME[kept.mutant].subject()).mode.mode == kept.mode
    assert counterexample_by_itself(law, case, reference()) is None


# --- one seed --------------------------------------------------------------------------------------------------------


class AllCaughtError(BaseException):
    """Ends the drawing of cases."""


def catches(law, mutant, asked):
    if mutant.answer is None:
        return counterexample_by_itself(law, asked.case, mutant.subject()) is not None
    return is_caught(law, asked, mutant)


@pytest.mark.parametrize("law", sorted({kept.law for kept in KEPT.values()}))
def test_a_law_catches_the_mutants_that_it_names_by_every_seed_within_a_run(law):
    law = LAWS_BY_ID[law]
    # What is wrong at one turn counter of 99 is caught by each seed, and by another law each time.
    always = {row["mutant"] for row in rows() if row[law.id] == "5"}
    left = [BY_NAME[name] for name, kept in KEPT.items() if kept.law == law.id and name in always]

    def look(case):
        asked = Asked.of(law, case)
        assert holds(law, case, asked.right)
        left[:] = [mutant for mutant in left if not catches(law, mutant, asked)]
        if not left:
            raise AllCaughtError

    with suppress(AllCaughtError):
        run(law, DOMAIN, Budget(seed=0), look)
    assert left == []


# --- the table -------------------------------------------------------------------------------------------------------


def test_the_table_has_a_row_for_each_mutant_and_a_column_for_each_law():
    assert [row["mutant"] for row in rows()] == [mutant.name for mutant in HUNTED], WAY_OUT
    assert list(rows()[0]) == ["mutant", *(law.id for law in LAWS)], WAY_OUT


def test_every_law_catches_a_mutant_by_every_seed():
    assert [law.id for law in LAWS if all(row[law.id] != "5" for row in rows())] == []


def test_every_mutant_is_caught_by_a_law_besides_agreement():
    named = [law.id for law in LAWS if law.id not in AGREEMENT]
    assert [row["mutant"] for row in rows() if all(row[law] == "0" for law in named)] == []
