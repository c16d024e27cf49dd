"""The curve of a training run: a line of a CSV file for each time that the run was saved. This module does not import
torch.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import attrs

from turncheck.engine.files import write_whole

HEADER = ("step", "loss", "held_out_exact", "learning_rate", "core_seconds")


@attrs.frozen
class Point:
    """A point of the curve.

    Attributes:
        step: the step.
        loss: the mean loss of the steps since the point before it.
        exact: the share of held-out texts that were answered exactly, 0..1; None if it was not measured.
        rate: the learning rate.
        seconds: the processor time of the run so far.
    """

    step: int
    loss: float
    exact: float | None
    rate: float
    seconds: float

    def line(self) -> tuple[str, ...]:
        """Return the point as a line of the file."""
        exact = "" if self.exact is None else f"{self.exact:.4f}"
        return str(self.step), f"{self.loss:.6g}", exact, f"{self.rate:.6g}", f"{self.seconds:.1f}"


class Curve:
    """The curve in a file. Lines after the step from which the run goes on, and a line that was cut, are dropped.

    Args:
        path: the file.
        step: the step at which the run is.
    """

    def __init__(self, path: Path, step: int) -> None:
        self.path, self.points, self._losses = path, list[Point](), list[float]()
        for point in _read(path):
            if (self.points[-1].step if self.points else 0) < point.step <= step:
                self.points.append(point)

    def add(self, loss: float) -> None:
        """Add the loss of a step."""
        self._losses.append(loss)

    def save(self, step: int, exact: float | None, rate: float, seconds: float) -> None:
        """Add a point for the steps since the last one, if there are any, and write the file.

        Raises:
            OSError: the file cannot be written.
        """
        if self._losses:
            mean = sum(self._losses) / len(self._losses)
            self.points.append(Point(step, mean, exact, rate, seconds))
            self._losses.clear()
        content = io.StringIO()
        csv.writer(content, lineterminator="\n").writerows([HEADER, *(point.line() for point in self.points)])
        write_whole(self.path, content.getvalue().encode(), lasts=False)


def _read(path: Path) -> list[Point]:
    """Return the points in a file; those of no curve are left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    points = []
    for line in csv.reader(lines[1:]):
        try:
            step, loss, exact, rate, seconds = line
            points.append(Point(int(step), float(loss), float(exact) if exact else None, float(rate), float(seconds)))
        except ValueError:
            continue
    return points
