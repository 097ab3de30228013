"""The outcome of one check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from workbench.i18n import N_

Status = Literal["ok", "warning", "error"]
SYMBOLS: dict[Status, str] = {"ok": "✓", "warning": "!", "error": "✗"}
WORDS: dict[Status, str] = {"ok": N_("ok"), "warning": N_("warning"), "error": N_("error")}


@dataclass(frozen=True)
class CheckResult:
    """``detail`` is what was found; ``fix`` the next step if it is not ok."""

    name: str
    status: Status
    detail: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
