"""The doctor's checks and their results, as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.learned import described
from turncheck.properties.checking.catches import Catches
from turncheck.properties.checking.doctor import answers, changes, draws, laws, variants
from turncheck.properties.checking.doctor.looked import Finding, Looked, Verdict
from turncheck.properties.checking.reference import of_simplest
from turncheck.properties.checking.trial import MISTAKES
from turncheck.reports.table import plain_table

GROUND = ("samplers", "texts", "reference")
"""The checks on which all others depend: if one of these fails, the later ones are not run."""

# fmt: off
LOOKS: Mapping[str, Callable[[Looked], Finding | None]] = {
    "samplers":       answers.samplers,
    "texts":          answers.texts,
    "reference":      answers.reference,
    "fresh process":  answers.fresh_process,
    "next states":    answers.next_states,
    "plays":          answers.plays,
    "checks":         draws.checks,
    "boundaries":     draws.boundaries,
    "strategies":     draws.strategies,
    "reasons":        draws.reasons,
    "fields":         draws.fields,
    "rules":          draws.rules,
    "alternatives":   variants.alternatives,
    "rows":           variants.rows,
    "stages":         variants.stages,
    "wordings":       draws.wordings,
    "perturbations":  changes.perturbations,
    "laws":           laws.laws,
    "laws are true":  laws.laws_are_true,
    "laws apply":     laws.laws_apply,
    "laws bite":      laws.laws_bite,
    "mutants":        laws.mutants,
    "speed":          answers.speed,
}
"""The checks, in order. A check that does not concern the domain gives no row."""
# fmt: on


@attrs.frozen
class Row:
    """A check and its result.

    Attributes:
        name: what was checked.
        verdict: `holds`; `look`: it may be intended; `fails`: it must be fixed before a run is worth anything.
        found: what was found, in one line.
        todo: what to do; empty if the check holds.
    """

    name: str
    verdict: Verdict
    found: str
    todo: str = ""


@attrs.frozen
class DomainReport:
    """The results of all checks of a domain. `str` gives tables for a terminal.

    Attributes:
        domain: the domain's name.
        rows: the checks and their results, in order.
        catches: which law catches which derived mutant; None if that was not checked.
    """

    domain: str
    rows: tuple[Row, ...]
    catches: Catches | None = attrs.field(default=None, repr=False)

    @property
    def failed(self) -> bool:
        """Whether something must be fixed before a run is worth anything."""
        return any(row.verdict == "fails" for row in self.rows)

    def row(self, name: str) -> Row:
        """Return the row of that name."""
        return next(row for row in self.rows if row.name == name)

    def __str__(self) -> str:
        parts = [plain_table([(row.name, row.verdict, row.found) for row in self.rows], ("what", "verdict", "found"))]
        parts.append("\n".join(f"{row.name}: {row.todo}" for row in self.rows if row.todo))
        if self.catches is not None and self.catches.caught_by:
            headers = ("law", "catches", "alone", "such as")
            parts.append(plain_table(self.catches.rows(), headers))
        return "\n\n".join(part for part in parts if part)


def check_domain(
    domain: Domain, *, address: str = "", seed: int = 0, begins: Callable[[str], None] = lambda name: None
) -> DomainReport:
    """Check a domain and its laws for faults.

    Args:
        domain: the domain.
        address: how a fresh process can load it: `FILE.py:NAME`, `MODULE:NAME` or the name of an installed domain; by
            default, it is looked for in the loaded modules.
        seed: the seed of everything that is drawn.
        begins: called with the name of each check before it starts.
    """
    looked, rows = Looked(domain, address, seed), []
    for name in LOOKS:
        begins(name)
        row = _row(name, looked)
        rows += [] if row is None else [row]
        if row is not None and row.verdict == "fails" and name in GROUND:
            rows.append(Row("all else", "look", "not checked", f"fix {name} first"))
            break
    return DomainReport(domain.described, tuple(rows), vars(looked).get("catches"))


def _row(name: str, looked: Looked) -> Row | None:
    try:
        finding = LOOKS[name](looked)
    except DomainError as error:
        todo = "fix the reference" if error.text else "fix what it names"
        finding = Finding("fails", str(of_simplest(looked.domain, error)), todo)
    except MISTAKES as error:
        finding = Finding("fails", str(error), "fix what it names")
    except Exception as error:
        finding = Finding("fails", described(error), "fix what raised it")
    # The message of a user's error may have several lines.
    return None if finding is None else Row(name, finding.verdict, " ".join(finding.found.split()), finding.todo)
