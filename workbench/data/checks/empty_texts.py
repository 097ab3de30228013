"""Questions and answers without a word, in rows that are trained."""

from __future__ import annotations

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place, turn_field
from workbench.data.conversation import Conversation, Sample, Turn
from workbench.i18n import _


class EmptyTexts:
    """Rows that are left out because nothing in them is trained are not told again."""

    def __init__(self) -> None:
        self._by_role = {
            "user": Finding(
                "warning",
                _("empty questions; their answers are trained as answers to nothing"),
                _("Write the questions, or remove them with their answers."),
            ),
            "assistant": Finding(
                "warning",
                _("empty answers; the model learns to say nothing there"),
                _("Write the answers, or remove them with their questions."),
            ),
        }

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation) or sample.plain or sample.is_empty:
            return
        for number, turn in enumerate(sample.turns):
            if turn.role in self._by_role and _says_nothing(turn):
                self._by_role[turn.role].add(place.at(turn_field(number, turn)))

    def findings(self) -> list[Finding]:
        return list(self._by_role.values())


def _says_nothing(turn: Turn) -> bool:
    return not (turn.content.strip() or turn.tool_calls or turn.images)
