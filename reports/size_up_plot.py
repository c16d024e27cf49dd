"""Models by size as a picture, by matplotlib, the extra `plots`: bytes and the bound on wrong answers, both by powers.

The same result gives the same bytes with the same version of matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from turncheck.reports.escape import visible
from turncheck.reports.plots import STYLE, NoPlotsError, saved
from turncheck.reports.size_up import SizedModel, SizeUp
from turncheck.reports.sweeps import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FRONT, OTHER, LIMIT = "#00796b", "#9e9e9e", "#b0b0b0"
"""The colours of the front, of other models and of the least bound that so many cases can show."""

LONGEST_NAME = 32

ENDINGS = (".png", ".svg")
"""The endings of the files that can be written."""


def check_plots() -> None:
    """Check that pictures can be drawn.

    Raises:
        NoPlotsError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401  only whether it is there
    except ModuleNotFoundError as error:
        raise NoPlotsError from error


def size_up_picture(result: SizeUp, ending: str) -> bytes:
    """Return the picture of the models whose size is known, in a format named by its ending, `.png` or `.svg`.

    Raises:
        NoPlotsError: matplotlib is not installed.
    """
    check_plots()
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**STYLE, "axes.linewidth": 0.6}):
        figure = Figure(figsize=(7.2, 4.4), layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure.add_subplot(), result)
        return saved(figure, ending.removeprefix("."))


def _draw(axes: Axes, result: SizeUp) -> None:
    sized = [model for model in result.measured if model.bytes is not None]
    on_front = result.front
    _set_scales(axes, sized, result)
    _draw_limit(axes, result)
    _draw_front(axes, on_front)
    for model in sorted(sized, key=lambda model: model in on_front):  # the front lies over the others
        _draw_point(axes, model, model in on_front)
    turns = ", ".join(f"{count:,} {result.noun}s of {name}" for name, count in result.turns.items())
    axes.set_title(visible(f"{result.rules}: {turns}, seed {result.seed}"), fontsize=8, loc="left")


def _set_scales(axes: Axes, sized: Sequence[SizedModel], result: SizeUp) -> None:
    """Make both axes logarithmic, with room around the models and the least bound."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    points = [_point(model) for model in sized] or [(1_000_000, 1.0)]
    axes.set_xlim(min(size for size, _ in points) / 2, max(size for size, _ in points) * 4)
    axes.set_ylim(min(result.least_bound, *(bound for _, bound in points)) / 2.5, 2)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.10g}%"))
    axes.set_xlabel("bytes")
    axes.set_ylabel(f"wrong {result.noun}s: upper bound at 95 %, worst sample")
    axes.grid(True, which="major", linewidth=0.3, color="#dddddd")
    axes.set_axisbelow(True)


def _draw_limit(axes: Axes, result: SizeUp) -> None:
    """Draw the least bound that the smallest sample can show."""
    least = result.least_bound
    axes.axhline(least, color=LIMIT, linewidth=0.8, linestyle=":")
    about = f"none wrong of {min(result.turns.values()):,}: below {percent(least)}"
    axes.annotate(about, (0.005, least), (0, -3), color="#757575", fontsize=6.5, ha="left", va="top",
                  xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip


def _point(model: SizedModel) -> tuple[int, float]:
    """Return where a model of known size stands: its bytes, at least 1 on a logarithmic axis, and its bound."""
    return max(model.bytes or 1, 1), model.bound or 1.0


def _draw_front(axes: Axes, models: Sequence[SizedModel]) -> None:
    """Draw the front as steps: what a model of so many bytes, or fewer, reaches."""
    if models:
        sizes, bounds = zip(*map(_point, models), strict=True)
        axes.step([*sizes, axes.get_xlim()[1]], [*bounds, bounds[-1]], where="post", color=FRONT, linewidth=1.2)


def _draw_point(axes: Axes, model: SizedModel, is_on_front: bool) -> None:
    """Draw a model with its name: below it if it is on the front, else above it, away from a better one of its size."""
    colour, name = FRONT if is_on_front else OTHER, visible(model.name)
    point = _point(model)
    axes.plot(*point, "o", color=colour, markersize=5)
    short = name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"
    axes.annotate(short, point, (4, -5 if is_on_front else 5), textcoords="offset points", fontsize=7,
                  va="top" if is_on_front else "bottom", color="black" if is_on_front else "#616161")  # fmt: skip
