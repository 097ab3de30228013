"""What a check found: figures and findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.data.checks.finding import Finding
from workbench.data.checks.lengths import Lengths, PackFigures
from workbench.data.checks.tally import REASONS, Tally
from workbench.data.languages import Language
from workbench.i18n import _


@dataclass(frozen=True)
class Recognised:
    """A format, why files were read with it, and how many were."""

    format: str
    reason: str
    files: int


@dataclass
class CheckReport:
    """All findings, and the figures of the data.

    Args:
        unread: files that could not be read, or not to their end; those of their rows are not counted.
        stops: whether training stops at bad rows instead of leaving them out; ``stops_at_pictures``: at those that
            cannot be used.
        near_rows_compared: among how many rows near-duplicates were looked for; rows beyond them were not compared.
        pictures: how often rows name one.
        template: what the tokens were counted with, and why that one if nobody named it.
        lengths, packs: None if the rows were not measured in tokens.
    """

    tally: Tally = field(default_factory=Tally)
    unread: int = 0
    stops: bool = False
    stops_at_pictures: bool = False
    recognised: list[Recognised] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    languages: Counter[Language] = field(default_factory=Counter)
    pictures: int = 0
    near_rows_compared: int = 0
    different_rows: int = 0
    template: str | None = None
    template_reason: str = ""
    lengths: Lengths | None = None
    packs: PackFigures | None = None

    @property
    def rows(self) -> int:
        """Rows read: those kept and those left out."""
        return self.tally.read

    @property
    def formats(self) -> list[str]:
        return list(dict.fromkeys(known.format for known in self.recognised))

    @property
    def tokens(self) -> int | None:
        """Tokens of the rows kept that training sees: what is cut is not among them."""
        return self.lengths.tokens if self.lengths else None

    @property
    def longest(self) -> int | None:
        """Tokens of the longest row kept, before it is cut."""
        return self.lengths.longest if self.lengths else None

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def has_warnings(self) -> bool:
        return any(finding.severity == "warning" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "kept": self.tally.kept,
            "left_out": [
                {"reason": reason, "what": _(REASONS[reason]), "count": count} for reason, count in self.tally.reasons()
            ],
            "files_not_read": self.unread,
            "formats": self.formats,
            "recognised": [asdict(known) for known in self.recognised],
            "languages": dict(self.languages),
            "pictures": self.pictures,
            "different_rows": self.different_rows,
            "near_rows_compared": self.near_rows_compared,
            "prompt_template": self.template,
            "tokens": self.tokens,
            "longest": self.longest,
            "lengths": _lengths_json(self.lengths),
            "packs": asdict(self.packs) if self.packs else None,
            "findings": [found.as_json() for found in self.findings],
        }

    def as_text(self) -> str:
        """For a terminal of 80 columns."""
        from workbench.data.checks.report_text import report_text

        return report_text(self)


def _lengths_json(lengths: Lengths | None) -> dict[str, Any] | None:
    if lengths is None:
        return None
    return {
        "pairs": lengths.pairs,
        "trained": lengths.trained,
        "cut": lengths.cut,
        "median": lengths.share_below(0.5),
        "p95": lengths.share_below(0.95),
        "histogram": [asdict(bucket) for bucket in lengths.histogram()],
    }
