"""The report as one self-contained HTML page, made only from what `divergence.json` holds."""

from turncheck.reports.page.rendering import report_page

__all__ = ["report_page"]
