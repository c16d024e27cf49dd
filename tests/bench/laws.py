"""The laws beside plain Hypothesis, and beside the least that they could take.

Plain Hypothesis is a test as a user would write it for one law: `@given` draws a case, the model is asked each prompt
in a call of its own and writes the answer token by token, and the law is asserted. Nothing is batched, remembered or
shared between laws. It is timed in two ways:

- to the end of a check: plain Hypothesis stops at the first failure and shrinks it, while Turncheck counts all failures
  and shrinks one for each failure mode;
- in cases a second: neither stops at a failure, and neither shrinks. Plain Hypothesis draws fewer cases of each law, so
  the seconds that it takes for a case are multiplied by the cases that Turncheck checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from time import process_time

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisException

from tests.bench.passes import Asked
from tests.bench.timing import Row, seconds, subject_of
from turncheck.duel import DOMAIN
from turncheck.engine.learned import LearnedEngine
from turncheck.model.decode import TransformerEngine
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.run import Run
from turncheck.properties.laws.duel import LAWS


@attrs.frozen
class Checked:
    """A law that was checked.

    Attributes:
        seconds: process time.
        cases: cases on which it was checked; a plain test that shrinks counts what it tries, too.
        broken: whether a case broke the law.
    """

    seconds: float
    cases: int
    broken: bool


def checked(laws: Iterable[Law], engine: LearnedEngine, budget: Budget) -> dict[str, Checked]:
    """Check the laws as a session does: one run and one subject, whose memory serves all laws."""
    subject, laws = subject_of(engine), list(laws)
    run, found = Run([(subject, law) for law in laws], budget), {}
    for law in laws:
        begun = process_time()
        result = run.check(law, subject)
        found[law.id] = Checked(process_time() - begun, result.applied, result.failed)
    return found


def checked_plainly(law: Law, engine: LearnedEngine, budget: Budget, *, stops: bool) -> Checked:
    """Check a law with a plain test.

    Args:
        law: the law.
        engine: asked one prompt a call.
        budget: cases and seed.
        stops: whether the first failure ends the search and is shrunk.
    """
    cases, broken = 0, False

    @seed(budget.seed)
    @settings(
        max_examples=budget.of(law),
        phases=(Phase.generate, Phase.shrink) if stops else (Phase.generate,),
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(law.cases(DOMAIN))
    def test(case: AnyForm) -> None:
        nonlocal cases, broken
        cases += 1
        try:
            law.check(case, _answers(law, engine, case), DOMAIN)
        except AssertionError:
            broken = True
            if stops:
                raise

    begun = process_time()
    with suppress(AssertionError, HypothesisException):
        test()
    return Checked(process_time() - begun, cases, broken)


def _answers(law: Law, engine: LearnedEngine, case: AnyForm) -> list[str]:
    """Return the answers that the law is asserted of, each of a call of its own."""
    prompts: list[str] = []
    answers: list[str] = []
    while more := law.asks(case, DOMAIN, answers):
        prompts += more
        answers += [engine.predict([prompt])[0] for prompt in more]
    return answers + [engine.predict([prompt])[0] for prompt in prompts if law.again]


# --- rows of the table -----------------------------------------------------------------------------------------------


def rows_of_laws(engine: TransformerEngine, budget: Budget, every: int, swept: float) -> list[Row]:
    """The laws beside plain Hypothesis and beside the floor.

    Args:
        engine: the engine.
        budget: cases of each law, and the seed.
        every: plain Hypothesis checks one law in so many to the end, and of all laws one case in so many.
        swept: unique prompts a second of a sweep.
    """
    checked_plainly(LAWS[0], engine, Budget(5), stops=False)  # Hypothesis reads the source of local modules once
    return [
        *_rows_to_the_end(engine, budget, every),
        _row_of_rates(engine, budget, every),
        _floor(engine, budget, swept),
    ]


def _rows_to_the_end(engine: TransformerEngine, budget: Budget, every: int) -> list[Row]:
    """A part of the laws, and those of them that hold."""
    part = LAWS[::every]
    ours = checked(part, engine, budget)
    theirs = {law.id: checked_plainly(law, engine, budget, stops=True) for law in part}
    parts = {"the laws": list(ours), "those that hold": [law for law, each in ours.items() if not each.broken]}
    return [_beside_plain(title, laws, ours, theirs) for title, laws in parts.items() if laws]


def _beside_plain(title: str, laws: Sequence[str], ours: Mapping[str, Checked], theirs: Mapping[str, Checked]) -> Row:
    own, peer = (sum(each[law].seconds for law in laws) for each in (ours, theirs))
    of = f"{title} ({len(laws)} of {len(LAWS)})"
    return of, f"{own:.1f} s", "plain Hypothesis", f"{peer:.1f} s", f"{peer / own:.1f} times faster"


def _row_of_rates(engine: TransformerEngine, budget: Budget, every: int) -> Row:
    """Cases a second of all laws."""
    ours = checked(LAWS, engine, attrs.evolve(budget, shrink=Limit(prompts=0)))
    less = attrs.evolve(budget, examples=max(budget.examples // every, 1))
    theirs = {law.id: checked_plainly(law, engine, less, stops=False) for law in LAWS}
    own, peer = rates(ours, theirs)
    title = f"cases of all {len(LAWS)} laws, nothing shrunk"
    return title, f"{own:.0f} cases/s", "plain Hypothesis", f"{peer:.0f} cases/s", f"{own / peer:.1f} times faster"


def rates(ours: Mapping[str, Checked], theirs: Mapping[str, Checked]) -> tuple[float, float]:
    """Return the cases a second of both, on the cases that are ours."""
    cases = sum(each.cases for each in ours.values())
    own = sum(each.seconds for each in ours.values())
    peer = sum(each.cases * theirs[law].seconds / theirs[law].cases for law, each in ours.items())
    return cases / own, cases / peer


def _floor(engine: TransformerEngine, budget: Budget, swept: float) -> Row:
    """All laws beside two passes with a subject that does nothing, and the unique prompts at a sweep's rate."""
    asked, nothing = Asked(engine), Asked(None)
    whole = seconds(lambda: checked(LAWS, asked, budget))
    passes = 2 * seconds(lambda: checked(LAWS, nothing, budget))
    floor = passes + len(asked.prompts) / swept
    detail = f"two passes {passes:.1f} s, {len(asked.prompts):,} prompts"
    title = f"the laws (all {len(LAWS)})"
    return title, f"{whole:.1f} s", f"the floor: {detail}", f"{floor:.1f} s", f"{whole / floor:.2f} times the floor"
