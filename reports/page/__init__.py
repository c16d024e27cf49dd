"""The report as one page of HTML that needs nothing else: made from what `divergence.json` holds, and from no more."""

from turncheck.reports.page.rendering import report_page

__all__ = ["report_page"]
