"""SPEC names a model on the command line: here it becomes a subject. `turncheck.model.adapters` does the loading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError, Listed, UnavailableError, checked
from turncheck.engine.sampling import UnknownSamplerError, easy_case, samplers_of
from turncheck.engine.stages import Composed
from turncheck.engine.visible import cut
from turncheck.properties.checking.interrupts import hearing_interrupts, is_interrupt
from turncheck.properties.checking.subject import Subject, described
from turncheck.properties.checking.timeouts import TimeUp, time_limit
from turncheck.reports.escape import visible


class SpecError(ValueError):
    """A model that cannot be loaded. The message says what is wrong and the way out.

    Attributes:
        spec: the SPEC as typed; empty if no model was named.
        fault: what is wrong.
    """

    def __init__(self, spec: str, fault: str) -> None:
        super().__init__(spec, fault)
        self.spec, self.fault = spec, fault

    def __str__(self) -> str:
        return f"model {cut(visible(self.spec), 200)}: {visible(self.fault)}" if self.spec else visible(self.fault)


SWEEPS_ALONE = (
    "its answers were made elsewhere and nothing else can be asked of it: turncheck sweep checks such a model"
)


def load_subject(
    spec: str | None,
    domain: Domain,
    arguments: Sequence[str] = (),
    rules: str | None = None,
    limit: float | None = None,
    *,
    listed: bool = False,
    isolate: bool = False,
) -> Subject:
    """Load the model that a SPEC names, or the domain's own model if `spec` is None, and ask it one prompt.

    Args:
        spec: `[KIND:]TARGET` as typed, where FILE.py:ATTRIBUTE stands for py:FILE.py:ATTRIBUTE; or None.
        domain: the domain that the model learned.
        arguments: the `KEY=VALUE` options of the model, as typed.
        rules: the path of a rules file for a variant of the domain; None for the domain itself.
        limit: seconds that one call may take; None for no limit.
        listed: whether to accept an engine with answers to a fixed list of prompts. Such an engine is not asked that
            prompt, and the caller must make sure that every prompt is on the list
            (`properties.sweeps.prerecorded.check_listed`).
        isolate: whether to run a `py:` model in a separate process.

    Raises:
        SpecError: no model is named and the domain has none; or the model cannot be loaded, does not answer one prompt,
            or has a fixed list of prompts and `listed` is False.
    """
    from turncheck.model.adapters.loading import load

    typed = _typed(spec, domain)
    if isolate and not is_python(spec):
        raise SpecError(typed, "--isolate must have a py: model, which it runs in a separate process: leave it out")
    try:
        with _blaming(typed):
            loaded = load(typed, [*arguments, *(["isolate=true"] if isolate else [])], domain, rules)
    except EngineError as error:
        raise SpecError(typed, error.fault) from error
    card = loaded.card
    assert card.template is not None  # what was loaded has one
    subject = Subject(
        card.name,
        card.kind,
        loaded.engine,
        loaded.domain,
        loaded.bytes,
        loaded.sha256,
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


def given_subject(model: object, domain: Domain, limit: float | None = None) -> Subject:
    """Make a subject from a Python object: a function from texts to texts, or an object with a method `predict`.

    Raises:
        TypeError: it is neither.
        SpecError: it does not answer one prompt.
    """
    from turncheck.model.adapters.python import as_engine

    subject = Subject(name_of(model), "py", as_engine(model), domain, limit=limit)
    _probe(subject.name, subject)
    return subject


def name_of(model: object) -> str:
    """Return the name of a model that is a Python object."""
    return str(getattr(model, "__name__", type(model).__name__))


def sampler_of(asked: str | None, domain: Domain) -> str:
    """Return the sampler of a sweep: by default `play` if the domain has it, else the domain's first sampler.

    Raises:
        UnknownSamplerError: the domain has no sampler of that name.
    """
    known = (*samplers_of(domain), "small")
    if asked is None:
        return "play" if "play" in known else known[0]
    if asked not in known:
        raise UnknownSamplerError(asked, known)
    return asked


def is_python(spec: object) -> bool:
    """Return whether a SPEC names a `py:` model."""
    return isinstance(spec, str) and _of_python(spec).startswith("py:")


def is_composed(model: object, domain: Domain) -> bool:
    """Return whether a model is a composition: a SPEC names one, the domain's own model is one, or an object is one.

    Of a file it reads the card alone. A SPEC that cannot be used is none; loading it says why.
    """
    from turncheck.model.adapters.loading import card_of

    if model is not None and not isinstance(model, str):
        return isinstance(model, Composed)
    with suppress(EngineError, OSError, SpecError):
        return card_of(_typed(model, domain)).kind == "experts"
    return False


def _of_python(spec: str) -> str:
    return f"py:{spec}" if re.match(r"(?![a-z]+:)[^:]+\.py:|[A-Za-z]:[^:]+\.py:", spec) else spec


def _typed(spec: str | None, domain: Domain) -> str:
    if spec is None:
        if domain.model is None:
            way_out = "name one: --model SPEC, or --turncheck-model SPEC to pytest (reference is always there)"
            raise SpecError("", f"domain {domain.name} comes with no model; {way_out}")
        return str(domain.model)
    return f"py:{spec}" if re.match(r"(?![a-z]+:)[^:]+\.py:|[A-Za-z]:[^:]+\.py:", spec) else spec


@contextmanager
def _blaming(spec: str) -> Iterator[None]:
    """Context for a model's code: turn what is not an Exception, such as pytest's outcomes, into a SpecError."""
    with hearing_interrupts():
        try:
            yield
        except BaseException as error:
            if isinstance(error, Exception) or is_interrupt(error):
                raise
            raise SpecError(spec, f"when it was loaded, it raised {described(error)}") from error


def _probe(spec: str, subject: Subject) -> None:
    """Ask one prompt, to find an engine that cannot answer before any law runs."""
    with hearing_interrupts():
        try:
            with subject.meter.asking(1), time_limit(subject.limit):
                checked(subject.engine.predict([subject.domain.write(easy_case(subject.domain))]), 1)
        except BaseException as error:
            if is_interrupt(error):
                raise
            subject.close()
            said = described(error)
            fault = said if isinstance(error, (TimeUp, UnavailableError)) else f"it raised {said}"
            raise SpecError(spec, f"asked one prompt, {fault}") from error
