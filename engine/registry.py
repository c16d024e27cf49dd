"""Domains by name: from files, from modules and from entry points of the group `turncheck.domains`.

    duel                     the name of a domain in an installed package
    my_game.py:DOMAIN        an attribute of a file; `:DOMAIN` may be left out
    my_package.game:DOMAIN   an attribute of a module

Turncheck's own domains are entry points too. Naming a file or a module executes it. Listing the names imports nothing.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from turncheck.engine.domain import Domain
from turncheck.engine.importing import MissingAttributeError, attribute
from turncheck.engine.learned import EngineError, described

GROUP = "turncheck.domains"

DEFAULT = "duel"
"""The domain if none is named."""

USUAL = "DOMAIN"
"""The attribute of a file if none is named."""


class UnknownDomainError(ValueError):
    """A name that names no domain.

    Attributes:
        name: the name as typed.
        fault: what is wrong, and the way out.
    """

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name, fault)
        self.name, self.fault = name, fault

    def __str__(self) -> str:
        return f"domain {self.name}: {self.fault}"


def domains() -> dict[str, EntryPoint]:
    """Return the domains of installed packages by name; imports nothing."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def load_domain(name: str = DEFAULT) -> Domain:
    """Return the domain of that name.

    Raises:
        UnknownDomainError: there is no such domain, or loading it raised.
    """
    offered = domains()
    if name in offered:
        return _checked(name, _loaded(name, offered[name]))
    home, parted, _ = name.rpartition(":")
    target = name if parted and (home.endswith(".py") or not name.endswith(".py")) else f"{name}:{USUAL}"
    if not parted and not name.endswith(".py"):
        near = get_close_matches(name, offered, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join(offered)
        raise UnknownDomainError(name, f"unknown{hint} (installed: {known}; else FILE.py:NAME or MODULE:NAME)")
    try:
        found = attribute("", target, "my_game.py:DOMAIN")
    except MissingAttributeError as error:
        raise UnknownDomainError(name, f"{error.fault}; {_domains_in(error.module)}") from error
    except EngineError as error:
        raise UnknownDomainError(name, error.fault) from error
    return _checked(name, found)


def _domains_in(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if isinstance(value, Domain)]
    return f"its domains: {', '.join(names)}" if names else "it has no domain: make one, DOMAIN = Domain(...)"


def _loaded(name: str, entry: EntryPoint) -> object:
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        raise UnknownDomainError(name, f"it cannot be loaded: {described(error)}") from error


def _checked(name: str, found: object) -> Domain:
    if not isinstance(found, Domain):
        raise UnknownDomainError(name, f"it must be a Domain, got {type(found).__name__}")
    return found
