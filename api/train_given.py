"""What a training run is given to learn: counterexamples, those that are mined from a model, and hard turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from turncheck.arguments import Place
from turncheck.options import BadInputError, NoVerdictError, subject_of

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.model.configs import TrainConfig
    from turncheck.model.given import Given
    from turncheck.model.start import Start
    from turncheck.properties.session.turn_files import Turns

FILE = "from.jsonl"
"""The file in a run's folder that lists the texts, each with its seed."""

CHUNK = 1024
"""Number of prompts that a model is asked at a time."""


@attrs.frozen
class Asked:
    """What the command line says about texts to learn.

    Attributes:
        places: the files and folders that hold them.
        share: their share of the first batch, 0..1.
        spec: the model whose divergences are mined; None for no model.
        turns: the number of turns that it is asked.
        start: the checkpoint with which the run begins; None for random weights.
        hard: the number of turns among which the hardest for that checkpoint are searched; None for no search.
    """

    places: tuple[Place, ...]
    share: float
    spec: str | None
    turns: int
    start: Place | None = None
    hard: int | None = None

    @property
    def sources(self) -> list[str]:
        """The sources, as typed."""
        mined = [] if self.spec is None else [f"{self.turns:,} turns asked of {self.spec}"]
        hard = [] if self.hard is None or self.start is None else [f"{self.hard:,} turns, hard for {self.start.typed}"]
        return [*(place.typed for place in self.places), *mined, *hard]


def turns_for(
    out: Place, domain: Domain, config: TrainConfig, seed: int, asked: Asked, start: Start | None
) -> tuple[Turns, list[str]]:
    """Return the texts to learn, and what to tell about them: collected or, if the run was begun, those of its folder.

    Args:
        out: the run's folder.
        domain: the domain.
        config: the config of the run.
        seed: the seed of the run.
        asked: what the command line says.
        start: the checkpoint with which the run begins.

    Raises:
        BadInputError: a file holds no turns, a model cannot be used, or the run was begun with other sources.
        NoVerdictError: it was interrupted.
    """
    from turncheck.engine.visible import visible
    from turncheck.properties.session.turn_files import TurnsError, read_turns, sources_of

    try:
        if (out.path / "state.safetensors").exists():
            began = sources_of(out.path / FILE) if (out.path / FILE).exists() else []
            _check_same(out, began, asked.sources)
            return (read_turns(out.path / FILE, domain) if began else {}), []
        turns: Turns = {}
        for place in asked.places:
            turns |= read_turns(place.path, domain)
    except TurnsError as error:
        raise BadInputError(str(error)) from error
    told = [f"{visible(place.typed)} is learned too" for place in asked.places]
    try:
        if asked.spec is not None:
            mined, line = mine(domain, asked.spec, asked.turns, config.malformed, seed)
            turns, told = {**mined, **turns}, [*told, line]
        if asked.hard is not None and start is not None:
            hard, line = search(domain, config, seed, start, asked.hard)
            turns, told = {**hard, **turns}, [*told, line]
    except KeyboardInterrupt:
        raise NoVerdictError("stopped while turns to learn were searched: nothing was trained") from None
    return turns, told


def _check_same(out: Place, began: Sequence[str], now: Sequence[str]) -> None:
    from turncheck.engine.visible import visible

    if list(began) != list(now):
        names = [visible(", ".join(sources)) or "nothing" for sources in (began, now)]
        demand = f"--from, --mine and --hard must be {names[0]} to resume the run in {visible(out.typed)}"
        raise BadInputError(f"{demand}, got {names[1]}: use another folder")


def mine(domain: Domain, spec: str, count: int, malformed: float, seed: int) -> tuple[Turns, str]:
    """Return the texts on which a model errs among those of a training seed, and how many these are in a line.

    Raises:
        BadInputError: the model cannot be loaded.
    """
    from turncheck.engine.sampling import TRAINING_SEEDS
    from turncheck.engine.visible import visible
    from turncheck.model.examples import Examples

    subject = subject_of(domain, spec, (), None, None)
    # Training draws with the seeds from the other end.
    mining = TRAINING_SEEDS[-1 - seed]
    examples = Examples.of(domain, malformed if subject.rejects else 0.0)
    wrong: Turns = {}
    for start in range(0, count, CHUNK):
        drawn = dict(examples.draw(mining, index) for index in range(start, min(start + CHUNK, count)))
        fresh = subject.without_memory()
        fresh.expect(drawn)
        answers = fresh.ask(list(drawn))
        wrong |= {text: mining for text, got in zip(drawn, answers, strict=True) if not fresh.is_right(text, got)}
    share = len(wrong) / count
    return (
        wrong,
        f"{visible(subject.name)} errs on {len(wrong):,} of {count:,} turns of training seed {mining}: {share:.3%}",
    )


def search(domain: Domain, config: TrainConfig, seed: int, start: Start, count: int) -> tuple[Turns, str]:
    """Return the texts of which a checkpoint is least sure (`turncheck.model.hard`), and how many these are in a line.

    Raises:
        BadInputError: the checkpoint is none of the run's sizes.
    """
    from turncheck.engine.sampling import TRAINING_SEEDS
    from turncheck.engine.visible import visible
    from turncheck.model.hard import Search
    from turncheck.model.start import StartError
    from turncheck.model.train import examples_of, shape_of
    from turncheck.properties.session.progress import reaching

    examples = examples_of(domain, config)
    try:
        start.check(*shape_of(config, examples))
    except StartError as error:
        raise BadInputError(visible(str(error))) from error
    searching = TRAINING_SEEDS[-1 - seed]
    searched = Search(start, examples, searching, count)
    with reaching("searching hard turns", count) as reached:
        for made in searched.steps():
            reached(made)
    found = searched.hardest()
    least = f"; the loss of {visible(start.path)} on each is {searched.losses[found[-1]]:.3g} or more" if found else ""
    return (
        dict.fromkeys(found, searching),
        f"the {len(found):,} hardest of {count:,} turns of training seed {searching} and near them are learned{least}",
    )


def given_of(turns: Turns, share: float) -> Given:
    """Return texts as a run is given them. Those of no known seed, or of one that is not for training, are seen."""
    from turncheck.engine.sampling import TRAINING_SEEDS
    from turncheck.model.given import Given

    seen = sum(seed not in TRAINING_SEEDS for seed in turns.values())
    return Given(tuple(turns), share if turns else 0.0, seen)
