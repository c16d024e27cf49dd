"""Equivalent mutants as arrays: they differ nowhere, and another mutant is noticed."""

from tests.mutants.equivalence import EQUIVALENT
from tests.mutants.on_arrays import count_differing
from turncheck.engine.duel.array_samplers import sample_arrays


def test_equivalent_mutants_differ_on_no_turn():
    for name in ("mixed", "play"):
        differing = dict.fromkeys(EQUIVALENT, 0)
        count_differing(sample_arrays(name, 1, 100_000), differing)
        assert differing == dict.fromkeys(EQUIVALENT, 0)


def test_a_mutant_that_is_not_equivalent_is_seen_to_differ():
    differing = {"without_E4": 0, "without_T5": 0}
    count_differing(sample_arrays("mixed", 1, 10_000), differing)
    assert differing["without_E4"] > 1000
    assert differing["without_T5"] > 8000
