"""The error for a file that a run needs and cannot use."""

from __future__ import annotations

from pathlib import Path

from turncheck.reports.escape import visible


class DataFileError(ValueError):
    """A file cannot be used.

    Attributes:
        path: the path of the file.
        fault: what is wrong with it, and the way out.
    """

    kind = "file"

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(path, fault)
        self.path, self.fault = path, fault

    def __str__(self) -> str:
        return f"{self.kind} {visible(near(self.path))}: {visible(self.fault)}"


def near(path: Path) -> str:
    """Return the path relative to the working folder, if it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
