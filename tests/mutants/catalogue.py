"""All mutants, group by group, in the order in which tables show them."""

from __future__ import annotations

from tests.mutants import of_form, of_memory, of_orders, of_reading, of_rules, of_values
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *of_rules.MUTANTS,
    *of_orders.MUTANTS,
    *of_values.MUTANTS,
    *of_form.MUTANTS,
    *of_reading.MUTANTS,
    *of_memory.MUTANTS,
)

BY_NAME: dict[str, Mutant] = {mutant.name: mutant for mutant in MUTANTS}
