"""The saved table of mutants: `docs/mutants.csv`, mutants by laws, and the page `docs/mutants.md`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median

from tabulate import tabulate

from tests.mutants.catalogue import MUTANTS
from tests.mutants.catches import AGREEMENT, Catches
from tests.mutants.equivalence import EQUIVALENT
from tests.mutants.mutant import Mutant
from tests.mutants.witnesses import Kept
from turncheck.engine.duel.describe import describe
from turncheck.properties.laws.duel import LAWS
from turncheck.reports.escape import for_markdown

HUNTED = tuple(mutant for mutant in MUTANTS if mutant.name not in EQUIVALENT)
"""The mutants that are to be caught."""

LAWS_BY_ID = {law.id: law for law in LAWS}


def csv_of(catches: Catches) -> str:
    """Mutants by laws: by how many seeds the law caught the mutant."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["mutant", *catches.laws])
    writer.writerows([mutant, *(catches.times(law, mutant) for law in catches.laws)] for mutant in catches.mutants)
    return written.getvalue()


def faults(catches: Catches) -> list[str]:
    """What is not as it has to be: a mutant that only agreement catches by some seed, a law that catches nothing."""
    missed = {mutant: catches.missed(mutant) for mutant in catches.mutants}
    return [
        *(
            f"{mutant} is caught by agreement at most, by seed {_listed(seeds)}"
            for mutant, seeds in missed.items()
            if seeds
        ),
        *(f"{law} catches no mutant by every seed" for law in catches.idle()),
    ]


def _listed(seeds: Sequence[int]) -> str:
    return " and ".join(map(str, seeds))


# --- the page --------------------------------------------------------------------------------------------------------

INTRODUCTION = """\
# Mutants

A law that nothing breaks proves nothing. So the laws are checked on mutants, engines with one error each: the reference
under other rules, and the reference with wrong answers. `make mutants` draws {examples} cases for each law, as a run
does, with seeds 0 to {last}. It writes this page, the complete table of [mutants by laws](mutants.csv), which says with
how many of the {seeds} seeds a law caught a mutant, and a small counterexample for each mutant, which `make test`
replays.

The law that *names* a mutant is the most specific law: among the laws that catch this mutant with every seed, the law
that catches the fewest mutants. Laws that compare whole answers with the reference's answers catch every difference and
name nothing. They are called agreement here:

{agreement}

A mutant is *equivalent* if it gives the reference's answers on 1,000,000 sampled turns, which
`python -m tests.mutants.equivalence` checks.
"""

COLUMNS = """\
In the tables, *laws* is the number of laws that catch the mutant with every seed. *cases* is the number of cases that
the naming law needs: the median over the seeds, and the worst seed in parentheses.
"""


def page_of(catches: Catches, witnesses: Mapping[str, Kept], examples: int, held: int) -> str:
    """The page, by what a hunt found, the witnesses, the cases of a law and the seeds by which the reference held."""
    introduction = INTRODUCTION.format(
        examples=examples,
        last=catches.seeds - 1,
        seeds=catches.seeds,
        agreement="\n".join(f"- `{law}`" for law in AGREEMENT),
    )
    parts = [
        introduction,
        _summary(catches, held),
        COLUMNS,
        *_groups(catches, witnesses),
        _equivalents(),
        _laws(catches),
    ]
    return "\n".join(parts)


def _summary(catches: Catches, held: int) -> str:
    caught = [mutant for mutant in catches.mutants if not catches.missed(mutant)]
    usual = {mutant: median(catches.counted(law, mutant)) for mutant, law in catches.names.items()}
    worst = {mutant: max(catches.counted(law, mutant)) for mutant, law in catches.names.items()}
    slowest = max(worst, key=lambda mutant: worst[mutant])
    lines = [
        f"{len(MUTANTS)} mutants, {len(EQUIVALENT)} of them equivalent",
        f"{len(caught)} of the other {len(catches.mutants)} are caught by a law other than agreement, with every seed",
        f"{len(catches.laws) - len(catches.idle())} of {len(catches.laws)} laws catch a mutant with every seed",
        f"the reference breaks no law, with {held} seeds",
        f"the law that names a mutant needs {median(usual.values()):g} cases in the median over the mutants",
        f"the slowest is `{slowest}`: {worst[slowest]} cases with its worst seed",
        *faults(catches),
    ]
    return "".join(f"- {line}\n" for line in lines)


def _groups(catches: Catches, witnesses: Mapping[str, Kept]) -> Iterator[str]:
    headers = ("mutant", "what is wrong", "laws", "named by", "cases", "smallest witness")
    for group, mutants in groupby(HUNTED, key=lambda mutant: mutant.group):
        rows = [_row(catches, mutant, witnesses.get(mutant.name)) for mutant in mutants]
        yield f"## {group.capitalize()}\n\n{_table(rows, headers)}"


def _row(catches: Catches, mutant: Mutant, kept: Kept | None) -> list[str]:
    law, laws = catches.names.get(mutant.name), catches.catchers(mutant.name)
    cases = _cases(catches, law, mutant.name) if law else ""
    named = f"`{law}`" if law else "agreement alone" if laws else "no law"
    witness = for_markdown(describe(kept.case, LAWS_BY_ID[kept.law].kind)) if kept else ""
    return [f"`{mutant.name}`", for_markdown(mutant.wrong), str(len(laws)), named, cases, witness]


def _cases(catches: Catches, law: str, mutant: str) -> str:
    counted = catches.counted(law, mutant)
    missing = "" if catches.always(law, mutant) else f", by {len(counted)} of {catches.seeds} seeds"
    return f"{median(counted):g} ({max(counted)}){missing}"


def _equivalents() -> str:
    wrong = {mutant.name: for_markdown(mutant.wrong) for mutant in MUTANTS}
    rows = [[f"`{name}`", wrong[name], for_markdown(reason)] for name, reason in EQUIVALENT.items()]
    return f"## Equivalent mutants\n\n{_table(rows, ('mutant', 'what is wrong', 'why it is equivalent'))}"


def _laws(catches: Catches) -> str:
    names = list(catches.names.values())
    rows = [[f"`{law}`", LAWS_BY_ID[law].rule, len(catches.caught(law)), names.count(law)] for law in catches.laws]
    return f"## Laws\n\n{_table(rows, ('law', 'rule', 'mutants caught by every seed', 'named'))}"


def _table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    return tabulate(rows, headers, tablefmt="pipe", disable_numparse=True) + "\n"
