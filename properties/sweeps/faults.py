"""The errors of a sweep's folder that cannot be used."""

from __future__ import annotations

from pathlib import Path


class SweepError(ValueError):
    """A sweep cannot begin, resume or be read in a folder.

    Attributes:
        folder: the folder.
        fault: what is wrong with it, and the way out.
    """

    def __init__(self, folder: Path, fault: str) -> None:
        super().__init__(folder, fault)
        self.folder, self.fault = folder, fault

    def __str__(self) -> str:
        return f"sweep {self.folder}: {self.fault}"


class OtherSweepError(SweepError):
    """The folder holds another sweep, or a sweep of another version."""


class NoVerdictError(SweepError):
    """The content of the folder gives no verdict."""


class UntrustedError(NoVerdictError):
    """The folder holds something that no sweep wrote, or only a part of what a sweep wrote."""

    def __init__(self, folder: Path, fault: str) -> None:
        super().__init__(folder, f"{fault}: restore the folder, or delete it and sweep anew")


class BusyError(NoVerdictError):
    """Another process sweeps in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "another process is sweeping in it: wait for its end, or give another folder")


class PartialError(NoVerdictError):
    """The sweep is not finished."""

    def __init__(self, folder: Path, done: int, turns: int) -> None:
        super().__init__(folder, f"it holds {done:,} of {turns:,} turns: --resume continues it")


class LostError(NoVerdictError):
    """A chunk could not be saved; earlier chunks are unchanged, if the folder still exists."""

    @classmethod
    def of(cls, folder: Path, done: int, why: str | None) -> LostError:
        """Make the error for a file that could not be written, after that many cases."""
        kept = f"the first {done:,} turns are kept" if done else "nothing is kept yet"
        return cls(folder, f"it cannot be written ({why}): {kept}, and once that is fixed, the sweep can be resumed")
