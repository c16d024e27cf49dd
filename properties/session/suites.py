"""Suites: the laws of a domain, checked for some models. One suite represents the folder `turncheck.properties`; the
others are test functions of users (`test_game = turncheck.suite(DOMAIN)`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import FrameType

import attrs
import pytest

from turncheck.engine.domain import Domain
from turncheck.engine.registry import DEFAULT, UnknownDomainError, load_domain
from turncheck.properties.checking.law import Law
from turncheck.properties.laws import RepeatedLawError, laws_of
from turncheck.properties.session.loading import is_composed, name_of
from turncheck.properties.session.settings import domain_of, specs_of

SUITE = "turncheck_suite"
"""The attribute of a test function with what it checks (`Asked`)."""


@attrs.frozen
class Asked:
    """The arguments of `turncheck.suite`: the domain, and the model as a SPEC or a Python object; None if not given."""

    domain: Domain
    model: object = None


@attrs.frozen(slots=False)  # a cached property needs a __dict__
class Suite:
    """The laws of a domain, checked for some models.

    Attributes:
        title: the title of its results; empty for `turncheck.properties` with the default domain.
        domain: the domain of the laws.
        models: each a SPEC, a Python object, or None for the domain's own model.
        names_its_own: whether the models are the suite's own, and not those of the options.
    """

    title: str
    domain: Domain
    models: tuple[object, ...]
    names_its_own: bool = False

    @cached_property
    def laws(self) -> Mapping[str, Law]:
        """Its laws by name, in the order of the tables; with a composition, those of compositions too."""
        composed = any(is_composed(model, self.domain) for model in self.models)
        return {law.id: law for law in laws_of(self.domain, composed=composed)}


@attrs.frozen
class Chosen:
    """A model of a session: the number of its suite, and its number among the suite's models."""

    suite: int
    model: int


@attrs.define
class Suites:
    """The suites of a session by their numbers, which are the same in each of pytest-xdist's processes.

    Attributes:
        all: the suites, in the order in which they were collected.
        faults: why other suites cannot be used.
    """

    all: list[Suite] = attrs.field(factory=list)
    faults: list[str] = attrs.field(factory=list)
    _numbers: dict[str, int | None] = attrs.field(factory=dict)

    def number_of(self, name: str, asked: Asked | None, config: pytest.Config) -> int | None:
        """Return the number of a suite.

        Args:
            name: the node id of its test function.
            asked: what the function checks; None for the suite of `turncheck.properties`.
            config: the options, for a suite that does not name its domain or models.

        Returns:
            None if the suite cannot be used; `faults` has the reason.
        """
        key = name if asked is not None else ""
        if key not in self._numbers:
            self._numbers[key] = self._added(name, asked, config)
        return self._numbers[key]

    def _added(self, name: str, asked: Asked | None, config: pytest.Config) -> int | None:
        try:
            suite = _of_folder(config) if asked is None else _of_function(name, asked, config)
            if not suite.laws:
                raise UnknownDomainError(suite.domain.name, NO_LAWS)
        except (UnknownDomainError, RepeatedLawError) as error:
            self.faults.append(str(error))
            return None
        self.all.append(suite)
        return len(self.all) - 1


NO_LAWS = "it has no laws: attach one with @DOMAIN.law, or leave derives=False out"


def _of_folder(config: pytest.Config) -> Suite:
    typed = domain_of(config)
    domain = load_domain(typed or DEFAULT)
    return Suite(domain.described if typed else "", domain, specs_of(config))


def _of_function(name: str, asked: Asked, config: pytest.Config) -> Suite:
    title = f"{asked.domain.described} in {name}"
    if asked.model is None:
        return Suite(title, asked.domain, specs_of(config))
    return Suite(title, asked.domain, (asked.model,), names_its_own=True)


def suite_function(asked: Asked, caller: FrameType) -> Callable[..., None]:
    """Make a test function that checks the laws of a domain, one item for each law and model.

    Its source location is that of the caller, so pytest shows that place.
    """

    @pytest.mark.turncheck
    def test_suite(turncheck_law: Law | None, turncheck_model: Chosen, request: pytest.FixtureRequest) -> None:
        """Check one law for one model. Fails with a minimal counterexample."""
        from turncheck.properties.session.items import hold

        hold(request, turncheck_law, turncheck_model)

    code = test_suite.__code__.replace(co_filename=caller.f_code.co_filename, co_firstlineno=caller.f_lineno)
    test_suite.__code__ = code
    test_suite.__module__ = caller.f_globals.get("__name__", __name__)
    setattr(test_suite, SUITE, asked)
    return test_suite


def item_id(model: object) -> str:
    """Return the name of a model in an item's id, without folders, because a slash there separates paths."""
    if model is None:
        return "shipped"
    if not isinstance(model, str):
        return name_of(model)
    kind, parted, target = model.partition(":")
    return f"{kind}:{target.replace('/', '-')}" if parted else Path(model).stem
