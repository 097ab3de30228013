"""One kind of thing found, with a bounded number of its places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.data.checks.place import Place

Severity = Literal["error", "warning", "note"]
PLACES_KEPT = 1000
"""Places kept of one finding; all are counted."""


@dataclass
class Finding:
    """One kind of thing found.

    Args:
        what: what is wrong, translated.
        fix: what to do, translated.
        count: how often it was found, at most once a place.
        places: file:row or file:row:field of the first `PLACES_KEPT`.
        details: of each place what is particular there, or an empty text.
    """

    severity: Severity
    what: str
    fix: str
    count: int = 0
    places: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, place: Place | str, detail: str = "") -> None:
        """Count one more; its place is kept if there is room."""
        self.count += 1
        if len(self.places) < PLACES_KEPT:
            self.places.append(str(place))
            self.details.append(detail)

    def as_json(self) -> dict[str, Any]:
        facts = {"severity": self.severity, "what": self.what, "fix": self.fix, "count": self.count}
        return facts | {"places": self.places} | ({"details": self.details} if any(self.details) else {})


def found(findings: Iterable[Finding]) -> list[Finding]:
    """Those that found something."""
    return [finding for finding in findings if finding.count]
