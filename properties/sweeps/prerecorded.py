"""What a sweep asks of an engine whose answers were made elsewhere: all of its prompts stand before the first answer.

No such engine plays on from its own answers or is asked twice, and every other law asks the same whatever is answered.
So the prompts are those that a sweep asks of a recorder that answers as the reference does.
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
    """What a part of a sweep asks.

    Attributes:
        done: the turns of the sample so far.
        prompts: those that were not asked in a part before, each once.
    """

    done: int
    prompts: list[str]


def prompts_asked(subject: Subject, plan: Plan) -> Generator[Asked, None, None]:
    """The prompts that a sweep asks of a listed engine, a chunk at a time. It is to be closed: it has a folder open.

    Args:
        subject: its domain, and whether it rejects, say which laws there are. It is not asked itself.
        plan: of the sweep.
    """
    recorder = _Recorder(subject.domain)
    stand_in = attrs.evolve(subject, engine=recorder, limit=None, audit=Audit(), meter=Meter(), repaired=Counter())
    with TemporaryDirectory() as folder:
        for counts in Sweep(stand_in, plan, Path(folder), lasts=False).chunks():
            yield Asked(counts.done, recorder.taken())


def check_listed(subject: Subject, plan: Plan, told: Callable[[int], None] = lambda done: None) -> None:
    """Looks at whether a listed engine has an answer to all that a sweep will ask; of other engines it asks nothing.

    Args:
        subject: whose engine may be one.
        plan: of the sweep.
        told: gets the number of turns that are done, now and then.

    Raises:
        SpecError: it has not; the prompts without one are counted.
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
    """Answers as the reference does, and keeps what it is asked. A listed engine by its interface."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._known: set[bytes] = set()
        self._new: list[str] = []

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        self._record(prompts)
        return [self.domain.resolve_text(prompt) for prompt in prompts]

    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[str]:
        """The drafts: they are the reference's answers, which need not be worked out twice."""
        self._record(prompts)
        return list(drafts)

    def unlisted(self, prompts: Sequence[str], /) -> list[str]:
        return []

    def taken(self) -> list[str]:
        """What was asked first since the last call."""
        taken, self._new = self._new, []
        return taken

    def _record(self, prompts: Sequence[str]) -> None:
        for prompt in prompts:
            # A hash is kept and not the prompt: there may be millions.
            key = blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            if key not in self._known:
                self._known.add(key)
                self._new.append(prompt)
