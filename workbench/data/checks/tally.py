"""What becomes of the rows: read = kept + left out, by reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from workbench.data.conversation import Conversation, Sample
from workbench.i18n import N_

Reason = Literal[
    "bad",
    "system_only",
    "no_answer",
    "excluded",
    "leading",
    "no_labels",
    "refused",
    "picture",
    "bad_image",
    "no_preference",
    "nothing_left",
]
REASONS: dict[Reason, str] = {
    "bad": N_("not readable, or not of their format"),
    "system_only": N_("with nothing but a system text"),
    "no_answer": N_("without an answer"),
    "excluded": N_("with all answers excluded"),
    "leading": N_("with answers before the first question only"),
    "no_labels": N_("of tokens of which none is trained"),
    "refused": N_("refused by the prompt template"),
    "picture": N_("with a picture, which this training does not read"),
    "bad_image": N_("with a picture that cannot be used"),
    "no_preference": N_("without two different answers to compare"),
    "nothing_left": N_("without a trained token once their end is cut"),
}

STOPPING: frozenset[Reason] = frozenset({"bad", "refused", "picture"})
"""Rows at which a training stops, unless ``bad_rows`` says to leave them out."""


@dataclass
class Tally:
    """Counts of rows."""

    read: int = 0
    left_out: dict[Reason, int] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        return self.read - sum(self.left_out.values())

    def reasons(self) -> list[tuple[Reason, int]]:
        """Why rows are left out and how many, always in the same order."""
        return [(reason, self.left_out[reason]) for reason in REASONS if reason in self.left_out]

    def leave_out(self, reason: Reason) -> None:
        """Count a row that was read and is not trained."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def why_empty(sample: Sample) -> Reason | None:
    """Why nothing of a row can be trained; None if something can."""
    if not sample.is_empty:
        return None
    if not isinstance(sample, Conversation):
        return "no_labels"
    if any(turn.role == "assistant" and (turn.content.strip() or turn.tool_calls) for turn in sample.turns):
        return "excluded"
    if sample.answers_left_out:
        return "leading"
    roles = {turn.role for turn in sample.turns}
    return "system_only" if roles == {"system"} else "no_answer"
