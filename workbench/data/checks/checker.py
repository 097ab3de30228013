"""What a check is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import Sample


class Checker(Protocol):
    """One topic. It sees every row once, in order, and must not remember them all."""

    def look(self, place: Place, sample: Sample) -> None: ...
    def findings(self) -> Iterable[Finding]:
        """What was found, after the last row; those that found nothing may be among them."""
