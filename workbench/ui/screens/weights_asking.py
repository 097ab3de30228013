"""What of the Checkpoints area gives scores: questions with known answers, or pairs for a reward model."""

from __future__ import annotations

from textual import work

from workbench.data.files import SUFFIXES
from workbench.i18n import _
from workbench.ui.screens.weights_screen import WeightsScreen
from workbench.ui.weights_rows import CheckpointRow, Found, Made, path_of


class WeightsAsking(WeightsScreen):
    """The part of the screen that asks for a file and starts the job."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[str, str] = {}
        """The file that was named last, by what the line asks for."""

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_score(self) -> None:
        from workbench.ui.screens.file_prompt import FilePrompt
        from workbench.ui.weights_scoring import scoring_of

        row, project = self.chosen, self.workbench.project
        if not isinstance(row, CheckpointRow | Made | Found):
            self.notify(_("Choose a checkpoint or a model to score."))
            return
        scoring = scoring_of(row, self.chosen_facts, project)
        prompt = FilePrompt(
            _("Score {name}").format(name=path.name if (path := path_of(row)) else scoring.base),
            scoring.text,
            _("tab completes the path, enter starts"),
            placeholder=scoring.placeholder,
            endings=SUFFIXES,
            check=scoring.check,
            value=self._asked.get(scoring.placeholder, ""),
        )
        if (file := await self.app.push_screen_wait(prompt)) is None:
            return
        self._asked[scoring.placeholder] = file
        base, tower = scoring.base, scoring.tower
        if base is not None and (base := await self.fetched(base)) is None:
            return
        if tower is not None and (tower := await self.fetched(tower)) is None:
            return
        self.start(lambda: scoring.start(file, base, tower))
