"""The prompts of a sweep for an engine whose answers were made elsewhere: all are known before the first answer.

Such an engine does not continue from its own answers and is not asked twice, and every other law asks the same prompts
whatever the answers are. So the prompts are those that a sweep asks of a recorder that answers like the reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, Listed
from turncheck.properties.checking.asking import Meter
from turncheck.properties.checking.subject import Audit, Subject
from turncheck.properties.session.loading import SpecError
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.sweep import Sweep


@attrs.frozen
class Asked:
    """The prompts of a part of a sweep.

    Attributes:
        done: the turns of the sample so far.
        prompts: the prompts that no earlier part asked, each once.
    """

    done: int
    prompts: list[str]


def prompts_asked(subject: Subject, plan: Plan) -> Generator[Asked, None, None]:
    """Yield the prompts that a sweep asks of a listed engine, a chunk at a time. Close the generator: it keeps a folder
    open.

    Args:
        subject: its domain, and whether it rejects, decide which laws there are. It is not asked itself.
        plan: the plan of the sweep.
    """
    recorder = _Recorder(subject.domain)
    stand_in = attrs.evolve(subject, engine=recorder, limit=None, audit=Audit(), meter=Meter(), repaired=Counter())
    with TemporaryDirectory() as folder:
        for counts in Sweep(stand_in, plan, Path(folder), lasts=False).chunks():
            yield Asked(counts.done, recorder.taken())


def check_listed(subject: Subject, plan: Plan, told: Callable[[int], None] = lambda done: None) -> None:
    """Check that a listed engine has an answer to every prompt of a sweep; for other engines, do nothing.

    Args:
        subject: the subject, whose engine may be listed.
        plan: the plan of the sweep.
        told: called with the number of turns that are done, from time to time.

    Raises:
        SpecError: answers are missing; the error counts the prompts without an answer.
    """
    engine = subject.engine
    if not isinstance(engine, Listed):
        return
    asked, missing, first = 0, 0, ""
    try:
        with closing(prompts_asked(subject, plan)) as parts:
            for part in parts:
                unlisted = engine.unlisted(part.prompts)
                first = first or next(iter(unlisted), "")
                asked += len(part.prompts)
                missing += len(unlisted)
                told(part.done)
    except EngineError as error:
        raise SpecError(subject.name, error.fault) from error
    if missing:
        fault = f"{missing:,} of the {asked:,} prompts of this sweep have no answer in it (first: {first[:60]})"
        command = f"turncheck prompts --sampler {plan.sampler} --turns {plan.turns} --seed {plan.seed}"
        raise SpecError(
            subject.name, f"{fault}: {command}, with the same --domain, --rules and --model-arg, writes them all"
        )


class _Recorder:
    """Answers like the reference, and records its prompts. It has the interface of a listed engine."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._known: set[bytes] = set()
        self._new: list[str] = []

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        self._record(prompts)
        return [self.domain.resolve_text(prompt) for prompt in prompts]

    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[str]:
        """Return the drafts: they are the reference's answers, which need not be computed twice."""
        self._record(prompts)
        return list(drafts)

    def unlisted(self, prompts: Sequence[str], /) -> list[str]:
        return []

    def taken(self) -> list[str]:
        """Return the new prompts since the last call."""
        taken, self._new = self._new, []
        return taken

    def _record(self, prompts: Sequence[str]) -> None:
        for prompt in prompts:
            # A hash is kept and not the prompt: there may be millions.
            key = blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            if key not in self._known:
                self._known.add(key)
                self._new.append(prompt)
