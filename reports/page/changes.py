"""What changed since another report, the baseline, or the witnesses that earlier runs kept."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from turncheck.reports.records import ModelResult, Report

Way = tuple[str, str]
"""A law, and the failure mode in which it was broken."""


@attrs.frozen
class Changes:
    """The ways in which laws are broken: which are new, still there, or gone.

    Attributes:
        since: what this run was compared with.
        new: ways that were not known.
        still: ways that were known and occurred again.
        mended: ways that were known and did not occur.
    """

    since: str
    new: tuple[Way, ...]
    still: tuple[Way, ...]
    mended: tuple[Way, ...]


def changes(report: Report, model: ModelResult, before: ModelResult | None) -> Changes | None:
    """Return what changed for a model: since an earlier report, else since the baseline, else since kept witnesses.

    Args:
        report: the report of the run.
        model: one of its models.
        before: the result of the same model in an earlier report; None without one.
    """
    now = [(law.id, failure.mode) for law in model.laws for failure in law.failures]
    if before is not None:
        was = [(law.id, failure.mode) for law in before.laws for failure in law.failures]
        decided = {law.id for law in model.laws if law.verdict in ("PASS", "FAIL")}
        return _compared("the earlier report", now, [way for way in was if way[0] in decided or way in now])
    if report.baseline:
        known = [(law.id, failure.mode) for law in model.laws for failure in law.failures if failure.known]
        mended = [(law.id, mode) for law in model.laws for mode in law.mended]
        return _compared(f"the baseline {report.baseline}", now, [*known, *mended])
    kept = [(law.id, replay.mode) for law in model.laws for replay in law.replayed if replay.outcome != "HOLDS"]
    if any(law.replayed for law in model.laws):
        return _compared("the witnesses that earlier runs kept", now, kept)
    return None


def _compared(since: str, now: Iterable[Way], was: Iterable[Way]) -> Changes:
    these, those = dict.fromkeys(now), dict.fromkeys(was)
    return Changes(
        since,
        tuple(way for way in these if way not in those),
        tuple(way for way in these if way in those),
        tuple(way for way in those if way not in these),
    )


def before_of(model: ModelResult, report: Report, before: Report | None) -> ModelResult | None:
    """Return the model's result in an earlier report: the one of its name, or the only one if each has only one."""
    if before is None:
        return None
    same = [each for each in before.models if each.domain == model.domain]
    named = [each for each in same if each.name == model.name]
    if named:
        return named[0]
    return same[0] if len(same) == 1 and len(report.models) == 1 else None
