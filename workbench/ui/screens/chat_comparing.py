"""What of the Chat area compares: more columns and fewer, and question files."""

from __future__ import annotations

from textual import work

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.chat_sides import MOST_SIDES
from workbench.ui.screens.chat_voting import ChatVoting
from workbench.ui.screens.choice import Choice, ChoiceDialog, SuddenChoice


class ChatComparing(ChatVoting):
    """The part of the screen for comparing."""

    # -- columns

    @work(group="chat-columns", exit_on_error=False)  # another dialog meanwhile does not end the loading
    async def action_add_column(self) -> None:
        """Choose a model to put beside those that are asked."""
        from workbench.ui.screens.model_picker import ModelPicker

        first = self.chat.chosen
        if self.is_busy():
            return
        if first is None:
            self.note(_("Choose a model first: f9."))
        elif self._loading is not None:
            self.note(_("A model is being loaded; wait until it is ready."))
        elif not self.models.is_ready(first):
            self.note(_("The model is not loaded yet; enter loads it."))
        elif len(self.sides.all) == MOST_SIDES:
            self.note(_("{count} models side by side are the most; f12 takes one away.").format(count=MOST_SIDES))
        elif (
            (chosen := await self.app.push_screen_wait(ModelPicker(self.workbench.project, first, self.sides.chosen)))
            and not self._answering
            and await self.add_beside(chosen)
        ):
            await self.repaint()
            if not self._answering:  # else it is answered with what is being answered
                self.answer()

    async def action_next_columns(self) -> None:
        """Show the columns for which there was no room."""
        await self.show_next_columns()

    async def remove_column(self, number: int) -> None:
        """Go on without the model of this number, from 0."""
        if not self.sides.remove(number):
            self.note(_("The next model has not answered all questions yet: ctrl+r asks it."))
            return
        await self.repaint()

    async def may_end_comparison(self) -> bool:
        """Ask whether to go on with one model alone, if several stand side by side."""
        if not self.sides.are_several:
            return True
        said = _(
            "It takes the place of the first one; what the others said stays on disk, each as a conversation of its own."
        )
        title = _("End the comparison of {count}?").format(count=len(self.sides.all))
        choices = [
            Choice("stay", _("No, leave them side by side")),
            Choice("end", _("Yes, go on with this model alone")),
        ]
        answer: str | None = await self.app.push_screen_wait(SuddenChoice(title, said, choices))
        return answer == "end"

    # -- everything else, by name

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_comparison(self) -> None:
        """Ask what to do with what stands side by side."""
        several = self.sides.are_several
        blind = _("show names again") if self.blind.is_on else _("hide names until the vote")
        several_choices = [
            Choice("choose_vote", _("vote for the best answer")),
            Choice("blind", blind),
            *(
                [Choice("reveal", _("show the names that are still hidden, without a vote"))]
                if self.blind.hidden
                else []
            ),
            Choice("fewer", _("take a model away")),
        ]
        choices = [
            *(several_choices if several else []),
            Choice("question_file", _("ask all of a question file, and see a table")),
            Choice("tables", _("tables of question files")),
            Choice("win_rates", _("win rates")),
        ]
        chosen = await self.app.push_screen_wait(ChoiceDialog(_("Compare"), "", choices))
        if chosen is not None:
            self.workbench.run_later(chosen, self)

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_fewer(self) -> None:
        """Ask which model to go on without."""
        if self.is_busy():
            return
        names = self.speakers
        choices = [Choice(str(number), printable(name)) for number, name in enumerate(names)]
        title, said = _("Go on without which model?"), _("Its conversation stays on disk.")
        if (chosen := await self.app.push_screen_wait(ChoiceDialog(title, said, choices))) is not None:
            await self.remove_column(int(chosen))

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_question_file(self) -> None:
        """Ask every model what a file holds, in a job of its own, and show the table."""
        from workbench.ui.question_files import ENDINGS, ask_file, require_questions
        from workbench.ui.screens.file_prompt import FilePrompt
        from workbench.ui.screens.question_table import QuestionTable

        chosen, project = self.sides.chosen, self.workbench.project
        if not chosen:
            self.note(_("Choose a model first: f9."))
            return
        about = _(
            "Each model is asked every question by itself and gives its likeliest answer. This goes on in a job of its own, "
            "which loads the models once more, one after the other."
        )
        title, hint = _("Which questions?"), _("JSON, JSON lines, CSV or a question a line; answers in it are scored")
        prompt = FilePrompt(title, about, hint, placeholder="questions.json", endings=ENDINGS, check=require_questions)
        if file := await self.app.push_screen_wait(prompt):
            job = ask_file(project, file, chosen, self.chat.system)
            await self.app.push_screen_wait(QuestionTable(job))

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_tables(self) -> None:
        """Choose a table of a question file that was asked before."""
        from workbench.actions.compare import comparisons
        from workbench.ui.screens.question_table import QuestionTable

        jobs = comparisons(self.workbench.project)
        if not jobs:
            self.note(_("No question file was asked here yet."))
            return
        choices = [Choice(str(number), printable(job.id)) for number, job in enumerate(jobs)]
        chosen = await self.app.push_screen_wait(ChoiceDialog(_("Tables of question files"), "", choices))
        if chosen is not None:
            await self.app.push_screen_wait(QuestionTable(jobs[int(chosen)]))
