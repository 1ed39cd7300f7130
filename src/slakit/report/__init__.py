"""Reports: the whole month of a desk as one value that renders as text, Markdown and HTML."""

from slakit.report.monthly import Figure, MonthlyReport, monthly

__all__ = ["Figure", "MonthlyReport", "monthly"]
