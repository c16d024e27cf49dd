"""`python -m turncheck`, and the command itself: Ctrl-C prints one line, even while the command is still loading."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command and end the process."""
    try:
        from turncheck.cli import main
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(2)
    main(prog_name="turncheck")


if __name__ == "__main__":
    run()
