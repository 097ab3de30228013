"""Rows and files that cannot be read, by what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from workbench.data.checks.finding import Finding, Severity
from workbench.data.checks.tally import Tally
from workbench.data.shown_names import renamed
from workbench.errors import WorkbenchError
from workbench.i18n import _

_KINDS_TOLD_APART = 200


class BadRows:
    """Takes errors as a reader finds them. ``tally`` counts each as a row that is left out."""

    def __init__(self, tally: Tally | None, severity: Severity) -> None:
        self._tally = tally
        self.severity = severity
        self._file, self._name = Path(), ""
        self._kinds: dict[tuple[str, str], Finding] = {}
        self._others = Finding(
            severity, _("rows with other things wrong than those above"), _("Mend those above, and check again.")
        )

    def of_file(self, file: Path, name: str) -> None:
        """From now on errors are of this file, which is called by ``name``."""
        self._file, self._name = file, name

    def append(self, error: WorkbenchError, /) -> None:
        """Count an error, with those that say the same."""
        if self._tally is not None:
            self._tally.read += 1
            self._tally.leave_out("bad")
        key = (error.what, error.fix or "")
        if key not in self._kinds and len(self._kinds) < _KINDS_TOLD_APART:
            self._kinds[key] = Finding(self.severity, *key)
        self._kinds.get(key, self._others).add(renamed(error.where or "", self._file, self._name))

    def findings(self) -> list[Finding]:
        return [*self._kinds.values(), self._others]
