"""Sessions of pytest that hold some models against the laws."""

import pytest

from tests.properties.sessions import MODELS


@pytest.fixture
def check(pytester):
    """Runs the laws in a folder of its own, which holds some models in `plugin_models.py`."""
    pytester.makepyfile(plugin_models=MODELS)
    pytester.syspathinsert()

    def run(*options, examples=5, subprocess=False):
        given = ["--pyargs", "turncheck.properties", "-p", "no:cacheprovider", "-p", "no:randomly"]
        if examples is not None:
            given += [f"--turncheck-examples={examples}", "--turncheck-min-cases=1"]
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return start(*given, *options)

    return run
