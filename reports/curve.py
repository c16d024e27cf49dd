"""The curve of a training run as a picture, by matplotlib, the extra `plots`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from turncheck.reports.plots import NoPlotsError, saved

DOTS = 110
"""Dots per inch."""

STYLE: Any = {"font.family": "DejaVu Sans", "font.size": 8.0, "axes.grid": True, "grid.alpha": 0.3}


def curve_picture(
    title: str, losses: Sequence[tuple[int, float]], exact: Sequence[tuple[int, float]], rates: Sequence[float]
) -> bytes:
    """Return the picture as a PNG: above the loss and the learning rate, below the held-out texts.

    Args:
        title: its title.
        losses: steps and losses, in order.
        exact: steps and the shares of held-out texts that were answered exactly.
        rates: the learning rates at the steps of the losses.

    Raises:
        NoPlotsError: matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise NoPlotsError from error
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.6), layout="constrained")
        FigureCanvasAgg(figure)
        above, below = figure.subplots(2, 1, sharex=True)
        above.set_title(title, loc="left")
        above.plot(*_columns(losses), color="tab:blue", linewidth=1.0)
        above.set_ylabel("loss (blue)")
        if all(loss > 0 for _, loss in losses):
            above.set_yscale("log")
        beside = above.twinx()
        beside.grid(visible=False)
        beside.plot([step for step, _ in losses], rates, color="tab:grey", linewidth=0.8)
        beside.set_ylabel("learning rate (grey)")
        below.plot(*_columns(exact), color="tab:green", linewidth=1.0, marker=".", markersize=3)
        below.set_ylabel("held-out texts\nanswered exactly")
        below.set_ylim(-0.02, 1.02)
        below.set_xlabel("step")
        return saved(figure, "png", DOTS)


def _columns(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
