"""The models that are sized up: loaded one after the other, and once more on one thread for their speed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from turncheck.engine.domain import Domain
from turncheck.properties.checking.subject import Subject
from turncheck.properties.session.loading import SpecError, load_subject

THREADS = "threads"
"""The option of the kinds that can answer on several threads."""


@attrs.frozen
class Loader:
    """Loads models that are all measured in the same way.

    Attributes:
        domain: the domain that they learned.
        in_force: the domain that they are checked against: `domain`, or a variant of it.
        arguments: the `KEY=VALUE` options of all models, as typed.
        rules: the path of a rules file; None without one.
        timeout: seconds that one call may take; None for no limit.
        isolate: whether to run `py:` models in separate processes.
    """

    domain: Domain
    in_force: Domain
    arguments: tuple[str, ...] = ()
    rules: str | None = None
    timeout: float | None = None
    isolate: bool = False

    def load(self, spec: str | None, files: Sequence[Path] = ()) -> Subject:
        """Load a model.

        Args:
            spec: the SPEC as typed, or None for the domain's own model.
            files: files that belong to it besides its own; they count in its size.

        Raises:
            SpecError: it cannot be loaded, or its rules are not those of the others.
            OSError: one of the files cannot be read.
        """
        subject = self._loaded(spec, self.arguments)
        if subject.domain.fingerprint != self.in_force.fingerprint:
            subject.close()
            demand = f"models that are sized up must have the same rules ({self.in_force.described})"
            raise SpecError(spec or subject.name, f"{demand}, got {subject.domain.described}: size it up by itself")
        if not files:
            return subject
        return attrs.evolve(subject, bytes=(subject.bytes or 0) + sum(file.stat().st_size for file in files))

    def alone(self, spec: str | None, subject: Subject) -> Subject:
        """Return the model on one thread: loaded again, if its kind takes a number of threads and none was given.

        Raises:
            SpecError: it cannot be loaded.
        """
        from turncheck.model.adapters.kinds import kind_of

        is_given = any(each.partition("=")[0] == THREADS for each in self.arguments)
        if is_given or not kind_of(subject.kind).takes(THREADS):
            return subject
        return self._loaded(spec, (*self.arguments, f"{THREADS}=1"))

    def _loaded(self, spec: str | None, arguments: Sequence[str]) -> Subject:
        return load_subject(spec, self.domain, arguments, self.rules, self.timeout, isolate=self.isolate)
