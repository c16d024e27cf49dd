"""Check every mutant with every law, and write the table of mutants and their witnesses.

    python -m tests.mutants.table

Finished parts are saved under `build/mutants`, so that an interrupted table resumes where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import click
from rich.progress import track

from tests.mutants import witnesses
from tests.mutants.catalogue import BY_NAME
from tests.mutants.catches import Catches
from tests.mutants.hunt import cases, catches_of
from tests.mutants.page import HUNTED, LAWS_BY_ID, csv_of, faults, page_of
from tests.mutants.witnesses import Kept
from turncheck.properties.checking.check import Budget
from turncheck.properties.checking.draw import EXAMPLES
from turncheck.properties.laws.duel import LAWS

ROOT = Path(__file__).parents[2]

PARTS = ("engine", "strategies", "properties", "reports", "tests/mutants")
"""The folders whose code decides what a hunt finds."""


@attrs.frozen
class Hunt:
    """One law's cases with one seed, checked on all mutants; without mutants, only on the reference."""

    law: str
    seed: int
    examples: int
    mutants: bool

    @property
    def name(self) -> str:
        """What its result is kept as."""
        return f"{self.law}-{self.seed}-{self.examples}{'' if self.mutants else '-reference'}"

    def run(self) -> dict[str, int]:
        """The first catches, by mutant."""
        law = LAWS_BY_ID[self.law]
        drawn = cases(law, Budget(self.examples, self.seed))
        return catches_of(law, drawn, HUNTED if self.mutants else ())


@attrs.frozen
class Search:
    """The smallest witness of one mutant, by a seed with which the law catches it."""

    law: str
    seed: int
    examples: int
    mutant: str

    @property
    def name(self) -> str:
        """What its result is kept as."""
        return f"{self.mutant}-by-{self.law}-{self.seed}-{self.examples}"

    def run(self) -> dict[str, str]:
        """The witness."""
        found = witnesses.find(LAWS_BY_ID[self.law], BY_NAME[self.mutant], Budget(self.examples, self.seed))
        return attrs.asdict(found)


Job = Hunt | Search


def done(job: Job, folder: Path) -> Any:
    """The result of a job, which is kept, or is worked out now and kept."""
    path = folder / f"{job.name}.json"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(job.run()), encoding="utf-8")
        unfinished.replace(path)
    return json.loads(path.read_text(encoding="utf-8"))


def folder_of_this_code() -> Path:
    """Where results are kept that hold for the code as it is."""
    digest = hashlib.sha256(version("hypothesis").encode())
    for path in sorted(path for part in PARTS for path in (ROOT / part).rglob("*.py")):
        digest.update(path.read_bytes())
    folder = ROOT / "build" / "mutants" / digest.hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# --- the command -----------------------------------------------------------------------------------------------------


@click.command()
@click.option("--seeds", type=click.IntRange(1), default=5, show_default=True, help="By which mutants are hunted.")
@click.option("--held", type=click.IntRange(1), default=20, show_default=True, help="By which the reference holds.")
@click.option("--examples", type=click.IntRange(1), default=EXAMPLES, show_default=True, help="Cases for each law.")
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
def main(seeds: int, held: int, examples: int, processes: int) -> None:
    """Write docs/mutants.md, docs/mutants.csv and the kept witnesses. Ends with 1 where a mutant slips through."""
    with ProcessPoolExecutor(processes, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        work = partial(_work, pool, folder_of_this_code())
        catches = _hunted(work, seeds, held, examples)
        kept = _searched(work, catches, examples)
    witnesses.save(kept)
    _write("mutants.csv", csv_of(catches))
    _write("mutants.md", page_of(catches, {each.mutant: each for each in kept}, examples, max(seeds, held)))
    found = faults(catches)
    print(*found, f"{len(catches.mutants)} mutants, {len(catches.laws)} laws, {len(found)} faults", sep="\n")
    sys.exit(bool(found))


Work = Callable[[Sequence[Job], str], Iterable[Any]]


def _work(pool: ProcessPoolExecutor, folder: Path, jobs: Sequence[Job], what: str) -> Iterable[Any]:
    """The results of the jobs, in their order."""
    results = pool.map(partial(done, folder=folder), jobs)
    return track(results, what, total=len(jobs), disable=not sys.stdout.isatty())


def _hunted(work: Work, seeds: int, held: int, examples: int) -> Catches:
    hunts = [Hunt(law.id, seed, examples, mutants=True) for law in LAWS for seed in range(seeds)]
    by_hunt = dict(zip(hunts, work(hunts, "hunting"), strict=True))
    list(work([Hunt(law.id, seed, examples, mutants=False) for law in LAWS for seed in range(seeds, held)], "holding"))
    found = {}
    for law in LAWS:
        firsts = [by_hunt[Hunt(law.id, seed, examples, mutants=True)] for seed in range(seeds)]
        caught = {mutant for each in firsts for mutant in each}
        found |= {(law.id, mutant): tuple(each.get(mutant) for each in firsts) for mutant in caught}
    laws, mutants = (law.id for law in LAWS), (mutant.name for mutant in HUNTED)
    return Catches(tuple(laws), tuple(mutants), seeds, found)


def _searched(work: Work, catches: Catches, examples: int) -> list[Kept]:
    searches = [
        Search(law, _first_seed(catches, law, mutant), examples, mutant) for mutant, law in catches.names.items()
    ]
    return [Kept(**found) for found in work(searches, "shrinking")]


def _first_seed(catches: Catches, law: str, mutant: str) -> int:
    return next(seed for seed, first in enumerate(catches.firsts(law, mutant)) if first is not None)


def _write(name: str, text: str) -> None:
    (ROOT / "docs" / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
