"""Render the page: fill in the template, with its style and script, which the policy names by their hashes.

Everything that a model, a domain or a file wrote is escaped and shown in printable characters. The content security
policy stops the page from loading or sending anything, and from running any script but its own.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from turncheck.reports.escape import visible
from turncheck.reports.page.brittle import maps_side_by_side
from turncheck.reports.page.pairs import pairs
from turncheck.reports.page.views import MOST_WITNESSES, model_views
from turncheck.reports.records import Report


def report_page(report: Report, before: Report | None = None) -> str:
    """Return the report as one HTML page.

    Args:
        report: the report of the run, as `divergence.json` holds it.
        before: the report of an earlier run of the same models; None without one.
    """
    models = model_views(report, before)
    style, script = _own("page.css"), _own("page.js")
    page = _environment().get_template("template.html.j2")
    return page.render(
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        style=Markup(style),
        script=Markup(script),
        report=report,
        models=models,
        pairs=list(pairs(tuple(model for model in report.models if not model.is_mapped_alone))),
        maps=maps_side_by_side(report.models),
        has_laws=not report.models or not all(model.is_mapped_alone for model in report.models),
        facts=_facts(report),
        most_witnesses=MOST_WITNESSES,
    )


def _facts(report: Report) -> list[tuple[str, str]]:
    """Return the facts of the run, each with its name."""
    drawn = [("seed", str(report.seed))]
    if report.examples:
        drawn += [
            ("examples for each law", f"{report.examples:,}"),
            ("least cases for a verdict", f"{report.min_cases:,}"),
        ]
    drawn += [("baseline", report.baseline)] if report.baseline else []
    return [(visible(name), visible(value)) for name, value in [*drawn, *report.options.items()]]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("turncheck.reports", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "breaks": _breaks,
        "number": lambda value: f"{value:,}",
        "px": lambda value: f"{value:.0f}",
        "visible": visible,
    }
    environment.filters.update(filters)
    return environment


def _breaks(name: str) -> Markup:
    """Allow a line break after each underscore of a name."""
    return Markup("_<wbr>").join(name.split("_"))


def _own(name: str) -> str:
    """Read a file from this module's folder."""
    return (files("turncheck.reports") / "page" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a content security policy names a text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
