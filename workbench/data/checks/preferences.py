"""Preference pairs that prefer nothing, and rows that the stage does not take."""

from __future__ import annotations

from workbench.configs.model_settings import Stage
from workbench.configs.preference_settings import PAIR_STAGES
from workbench.data.checks.finding import Finding, Severity
from workbench.data.checks.place import Place
from workbench.data.checks.tally import Reason
from workbench.data.conversation import Conversation, Sample
from workbench.data.prepare.pairs import why_nothing_is_preferred
from workbench.data.stage_fit import Misfit, misfit
from workbench.i18n import _


class Preferences:
    """Pairs whose two answers are the same, or lack one; and that there are pairs.

    Args:
        stage: what the rows are for; None if that is not known.
        severity: of rows that the stage does not take.
    """

    why_left_out: Reason | None = None
    """Why the training leaves the last row out, if it does."""

    def __init__(self, stage: Stage | None = None, severity: Severity = "error") -> None:
        self._stage = stage
        self._severity = severity
        self._misfits: dict[Misfit, Finding] = {}
        self._pairs = Finding(
            "note",
            _("preference rows; only the chosen answers are trained, the rejected ones are not")
            if stage
            else _("preference rows; dpo, orpo and reward compare their answers, sft trains the chosen ones only"),
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
        self.why_left_out = None
        if self._stage and (unfit := misfit(sample, self._stage)):
            self._misfits.setdefault(unfit, Finding(self._severity, *unfit)).add(place)
            self.why_left_out = "bad"
        if not isinstance(sample, Conversation) or not sample.rejected:
            return
        if self._stage not in PAIR_STAGES:
            self._pairs.add(place)
        prefers_nothing = why_nothing_is_preferred(sample)
        if prefers_nothing is None:
            return
        found = self._blank if prefers_nothing == "blank" else self._same
        found.add(place.at("rejected"))
        if self._stage in PAIR_STAGES:
            self.why_left_out = "no_preference"

    def findings(self) -> list[Finding]:
        return [*self._misfits.values(), self._same, self._blank, self._pairs]
