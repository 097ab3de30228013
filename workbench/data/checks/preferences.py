"""Preference pairs that prefer nothing."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import Conversation, Sample, Turn
from workbench.i18n import _


class Preferences:
    """Pairs whose two answers are the same, or lack one; and that there are pairs."""

    def __init__(self) -> None:
        self._pairs = Finding(
            "note",
            _("preference rows; only the chosen answers are trained, the rejected ones are not"),
            _("Nothing, if that is meant."),
        )
        self._same = Finding(
            "warning",
            _("preference rows whose chosen answer equals the rejected one"),
            _("Remove them: there is nothing to prefer."),
        )
        self._blank = Finding(
            "warning",
            _("preference rows whose rejected answer is empty"),
            _("Add the rejected answer, or remove the rows."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation) or not sample.rejected:
            return
        self._pairs.add(place)
        rejected = _answers(sample.rejected)
        if not any(text.strip() or calls for _role, text, calls in rejected):
            self._blank.add(place.at("rejected"))
        elif _answers(sample.turns[-len(sample.rejected) :]) == rejected:
            self._same.add(place.at("rejected"))

    def findings(self) -> list[Finding]:
        return [self._same, self._blank, self._pairs]


def _answers(turns: Sequence[Turn]) -> list[tuple[str, str, object]]:
    return [(turn.role, turn.content.strip(), turn.tool_calls) for turn in turns]
