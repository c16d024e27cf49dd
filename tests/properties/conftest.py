"""pytest sessions that check models with the laws."""

import sys

import pytest
import scipy.special  # noqa: F401  # a session within this process that is the first to load it could have no successor

from tests.properties.sessions import GAMES, MODELS
from turncheck.properties.checking import truth


@pytest.fixture
def check(pytester, monkeypatch):
    """Runs the laws in a folder of its own, which holds some models in `plugin_models.py`. All laws have rows, and the
    terminal is wide, unless the options say otherwise.
    """
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makepyfile(plugin_models=MODELS)
    pytester.syspathinsert()

    def run(*options, examples=5, subprocess=False):
        given = [
            "--pyargs",
            "turncheck.properties",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            "--turncheck-table=all",
        ]
        if examples is not None:
            given += [f"--turncheck-examples={examples}", "--turncheck-min-cases=1"]
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return start(*given, *options)

    return run


@pytest.fixture
def games(pytester, monkeypatch):
    """Runs pytest in a folder of a user's, with two domains and players of them; `files` are written beside these."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in GAMES:  # another test of this process may have imported a module of the same name
        sys.modules.pop(name, None)
    pytester.makepyfile(**GAMES)
    pytester.syspathinsert()
    monkeypatch.setattr(truth, "TRIED", 40)

    def run(*options, examples=20, subprocess=False, **files):
        if files:
            pytester.makepyfile(**files)
        given = ["-p", "no:cacheprovider", "-p", "no:randomly", f"--turncheck-examples={examples}"]
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return start(*given, "--turncheck-min-cases=1", *options)

    return run
