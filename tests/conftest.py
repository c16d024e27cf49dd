"""What all tests share: `pytester`, which runs a pytest session within a test, and Ctrl-C."""

import signal

pytest_plugins = "pytester"

# A shell starts what runs in the background with Ctrl-C ignored, and so are its children: here some are interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
