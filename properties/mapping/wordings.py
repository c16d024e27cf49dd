"""A model behind the domain's other templates: the same cases in other words, to see what the format makes hard."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from turncheck.engine.learned import LearnedEngine, Listed
from turncheck.properties.checking.asking import Meter
from turncheck.properties.checking.subject import Audit, Subject


def in_other_wordings(subject: Subject) -> tuple[Mapping[str, Subject], str]:
    """Return the model behind each of the domain's templates but its own, by name, and why there are none, if so.

    A checkpoint that says what it was trained on knows one wording, and is not asked in any other.
    """
    from turncheck.model.adapters.kinds import CALIBRATION
    from turncheck.model.adapters.templates import SpeakingEngine, bare, behind, templates

    domain = subject.domain
    names = [name for name in (domain.name, *domain.templates) if name != subject.template]
    if not domain.templates or not names:
        return {}, ""
    if subject.training() is not None:
        return {}, f"it was trained on the wording {subject.template} alone, so it was not asked in another one"
    if isinstance(subject.engine, Listed):
        return {}, "its answers were made elsewhere, in one wording"
    engine, known = bare(subject.engine)[0], templates(domain)
    if isinstance(engine, SpeakingEngine):
        engine = engine.engine
    found = {}
    for name in names:
        speaking: LearnedEngine = SpeakingEngine(engine, known[name]) if subject.kind in CALIBRATION else engine
        worded = behind(speaking, known[name])
        found[name] = attrs.evolve(subject, engine=worded, template=name, audit=Audit(), meter=Meter())
    return found, ""
