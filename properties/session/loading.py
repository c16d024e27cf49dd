"""SPEC names a model on the command line: here it becomes a subject. `turncheck.model.adapters` does the loading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from turncheck.engine.duel import Turn, write
from turncheck.engine.learned import EngineError, Listed, UnavailableError, checked
from turncheck.properties.checking.subject import Subject, described
from turncheck.properties.checking.timeouts import TimeUp, time_limit
from turncheck.reports.escape import visible


class SpecError(ValueError):
    """A model that cannot be loaded. The message says what is wrong and the way out.

    Attributes:
        spec: as it was typed.
        fault: what is wrong.
    """

    def __init__(self, spec: str, fault: str) -> None:
        super().__init__(spec, fault)
        self.spec, self.fault = spec, fault

    def __str__(self) -> str:
        return f"model {visible(self.spec)}: {visible(self.fault)}"


SWEEPS_ALONE = (
    "its answers were made elsewhere and nothing else can be asked of it: turncheck sweep checks such a model"
)


def load_subject(
    spec: str | None,
    arguments: Sequence[str] = (),
    rules: str | None = None,
    limit: float | None = None,
    *,
    listed: bool = False,
) -> Subject:
    """The subject that a SPEC names; the shipped checkpoint where it is None. It was asked one turn.

    Args:
        spec: `[KIND:]TARGET` as typed, or None.
        arguments: `KEY=VALUE` as typed, beside it.
        rules: the path of a rules file, else the rules as published.
        limit: the seconds that one call may take; None for any time.
        listed: whether an engine will do that has answers to a list of prompts alone. It is not asked that turn, and
            whoever takes it sees to it that all that is asked is listed (`properties.sweeps.prerecorded.check_listed`).

    Raises:
        SpecError: it cannot be loaded, does not answer one turn, or is such an engine and none is wanted.
    """
    from turncheck.model.adapters.loading import load

    typed = str(shipped_checkpoint()) if spec is None else spec
    try:
        loaded = load(typed, arguments, rules)
    except EngineError as error:
        raise SpecError(typed, error.fault) from error
    card = loaded.card
    subject = Subject(
        card.name,
        card.kind,
        loaded.engine,
        loaded.bytes,
        loaded.sha256,
        rules=loaded.rules,
        template=card.template,
        rejects=card.rejects,
        arguments=tuple(arguments),
        limit=limit,
    )
    if not isinstance(loaded.engine, Listed):
        _probe(typed, subject)
    elif not listed:
        raise SpecError(typed, SWEEPS_ALONE)
    return subject


def _probe(spec: str, subject: Subject) -> None:
    """Asks one turn: an engine that cannot answer is found before any law runs."""
    try:
        with time_limit(subject.limit):
            checked(subject.engine.predict([write(Turn())]), 1)
    except (Exception, SystemExit, TimeUp) as error:
        subject.close()
        said = described(error)
        fault = said if isinstance(error, (TimeUp, UnavailableError)) else f"it raised {said}"
        raise SpecError(spec, f"asked one turn, {fault}") from error


def shipped_checkpoint() -> Path:
    """The path of the checkpoint that comes with the package."""
    from importlib.resources import files

    return Path(str(files("turncheck.model") / "checkpoints" / "duel-small.safetensors"))
