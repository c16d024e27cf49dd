"""`python -m turncheck`, and the command itself: Ctrl-C is told in a line while it is still being loaded, too."""

from __future__ import annotations

import sys


def run() -> None:
    """Runs the command, and ends the process."""
    try:
        from turncheck.cli import main
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(2)
    main(prog_name="turncheck")


if __name__ == "__main__":
    run()
