"""What all tests share: `pytester`, which runs a pytest session within a test, garbage, and Ctrl-C."""

import gc
import signal

import pytest

pytest_plugins = "pytester"


@pytest.fixture(scope="module", autouse=True)
def no_garbage_is_looked_for_in_what_is_there():
    """Freezes what exists before a module's tests. At its end each pytest session collects garbage five times. In a
    process that holds ten thousand tests that takes seconds, and some hundred sessions run within it.
    """
    gc.collect()
    gc.freeze()


# A shell starts what runs in the background with Ctrl-C ignored, and so are its children: here some are interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
