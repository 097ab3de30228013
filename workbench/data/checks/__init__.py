"""Finding what is wrong with data before it is trained on. Light: no torch, no datasets library."""

from workbench.data.checks.finding import Finding, Severity
from workbench.data.checks.measure import Measure
from workbench.data.checks.report import CheckReport
from workbench.data.checks.run import check_data

__all__ = ["CheckReport", "Finding", "Measure", "Severity", "check_data"]
