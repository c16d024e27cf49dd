"""Domains by name: from installed packages, files and modules; and errors that list what is available."""

import sys
from importlib.metadata import EntryPoint

import pytest

from turncheck.engine import registry
from turncheck.engine.domain import Domain
from turncheck.engine.registry import UnknownDomainError, domains, load_domain

ECHO = """
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.schema import Schema

NUMBER = Schema("{n}", n=Int(0, 9))
DOMAIN = Domain("echo/1", prompt=NUMBER, answer=NUMBER, resolve=dict)
OTHER = Domain("other/1", prompt=NUMBER, answer=NUMBER, resolve=dict)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which modules can be named, and which leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def offer(monkeypatch, **values):
    """As if packages were installed that offer these."""
    entries = {name: EntryPoint(name, value, registry.GROUP) for name, value in values.items()}
    monkeypatch.setattr(
        registry, "entry_points", lambda group: list(entries.values()) if group == registry.GROUP else []
    )


def test_the_duel_is_a_domain_that_is_offered_and_the_usual_one():
    assert domains()["duel"].value == "turncheck.duel:DOMAIN"
    assert load_domain() is load_domain("duel")
    assert load_domain().name == "duel/1"


def test_a_name_is_what_an_installed_package_calls_so(folder, monkeypatch):
    (folder / "their_echo.py").write_text(ECHO)
    monkeypatch.syspath_prepend(folder)
    offer(monkeypatch, echo="their_echo:DOMAIN")
    assert list(domains()) == ["echo"]
    assert "their_echo" not in sys.modules
    assert load_domain("echo").name == "echo/1"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("my_echo.py", "echo/1"),
        ("my_echo.py:DOMAIN", "echo/1"),
        ("my_echo.py:OTHER", "other/1"),
        ("my_echo:OTHER", "other/1"),
        ("./my_echo.py", "echo/1"),
    ],
)
def test_a_file_or_a_module_has_domains_as_attributes(folder, name, found):
    (folder / "my_echo.py").write_text(ECHO)
    assert load_domain(name).name == found


def test_a_file_is_run_once(folder):
    (folder / "my_echo.py").write_text(ECHO)
    assert load_domain("my_echo.py") is load_domain("my_echo.py:DOMAIN")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("echo", "unknown (installed: duel; else FILE.py:NAME or MODULE:NAME)"),
        ("dual", "unknown; did you mean duel? (installed: duel; else FILE.py:NAME or MODULE:NAME)"),
        ("", "unknown (installed: duel; else FILE.py:NAME or MODULE:NAME)"),
        ("nowhere.py", "there is no file nowhere.py"),
        ("no_module:DOMAIN", "no_module cannot be imported: No module named 'no_module'"),
        ("my_echo.py:", "it must be MODULE:ATTRIBUTE or FILE.py:ATTRIBUTE, as in my_game.py:DOMAIN"),
        (":DOMAIN", "it must be MODULE:ATTRIBUTE or FILE.py:ATTRIBUTE, as in my_game.py:DOMAIN"),
        ("my_echo.py:ECHO", "my_echo.py has no ECHO; its domains: DOMAIN, OTHER"),
        ("my_echo:ECHO", "my_echo has no ECHO; its domains: DOMAIN, OTHER"),
        ("my_echo.py:NUMBER", "it must be a Domain, got Schema"),
        ("empty.py", "empty.py has no DOMAIN; it has no domain: make one, DOMAIN = Domain(...)"),
        ("raises.py", "raises.py raised ZeroDivisionError: division by zero when it was imported"),
        ("leaves.py", "leaves.py raised SystemExit: 3 when it was imported"),
        ("odd.py", "odd.py raised SchemaError: Int's high must be 5 (its low) or more, got 4 when it was imported"),
    ],
)
def test_what_is_no_domain_says_in_one_line_what_there_is(folder, monkeypatch, name, fault):
    offer(monkeypatch, duel="turncheck.duel:DOMAIN")
    (folder / "my_echo.py").write_text(ECHO)
    (folder / "empty.py").write_text("X = 1\n")
    (folder / "raises.py").write_text("1 / 0\n")
    (folder / "leaves.py").write_text("raise SystemExit(3)\n")
    (folder / "odd.py").write_text("from turncheck.engine.fields import Int\nInt(5, 4)\n")
    with pytest.raises(UnknownDomainError) as caught:
        load_domain(name)
    assert str(caught.value) == f"domain {name}: {fault}"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("their_echo:NUMBER", "it must be a Domain, got Schema"),
        ("their_echo:NOTHING", "it cannot be loaded: AttributeError: module 'their_echo' has no attribute 'NOTHING'"),
        ("no_echo:DOMAIN", "it cannot be loaded: ModuleNotFoundError: No module named 'no_echo'"),
    ],
)
def test_a_package_that_offers_no_domain_is_named(folder, monkeypatch, value, fault):
    (folder / "their_echo.py").write_text(ECHO)
    monkeypatch.syspath_prepend(folder)
    offer(monkeypatch, echo=value)
    with pytest.raises(UnknownDomainError) as caught:
        load_domain("echo")
    assert str(caught.value) == f"domain echo: {fault}"


def test_a_file_that_raised_may_be_mended_and_loaded(folder):
    (folder / "mended.py").write_text("1 / 0\n")
    with pytest.raises(UnknownDomainError):
        load_domain("mended.py")
    (folder / "mended.py").write_text(ECHO)
    assert isinstance(load_domain("mended.py"), Domain)
