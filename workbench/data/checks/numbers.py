"""Rows with numbers where their format has text."""

from __future__ import annotations

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import Conversation, Sample
from workbench.i18n import _


class Numbers:
    """Counts each row once."""

    def __init__(self) -> None:
        self._found = Finding(
            "note",
            _("rows with a number, true or false in place of a text; it is trained as Python writes it"),
            _("Nothing, if that is meant; else write it as text, in quotes."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        if isinstance(sample, Conversation) and sample.numbers:
            self._found.add(place)

    def findings(self) -> list[Finding]:
        return [self._found]
