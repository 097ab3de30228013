"""What of the Chat area votes: for one of several answers to a question, with names hidden or shown."""

from __future__ import annotations

from hashlib import sha256

from textual import work

from workbench.chat.votes import Vote, keep_vote, kept_votes, standings
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.chat_exchange import Place
from workbench.ui.screens.chat_asking import ChatAsking
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.widgets.transcript import Transcript

TIE = 0
"""The number that stands for none being better, where columns have theirs from 1."""


class ChatVoting(ChatAsking):
    """The part of the screen for votes: on the chosen question while the conversation has the focus, else the last."""

    @property
    def chosen_place(self) -> Place | None:
        """The message that a key is about; None is the last."""
        return self.query_one(Transcript).chosen

    @property
    def question_meant(self) -> int:
        """The number of the question that a key is about."""
        place = self.chosen_place
        last = len(self.chat.questions) - 1
        if place is None:
            return last
        rows = self.query_one(Transcript).rows()[: place.exchange + 1]
        return sum(row[0] is not None and row[0].question is not None for row in rows) - 1

    @property
    def voted_on(self) -> int | None:
        """The number of the question that is meant, if its answers can be voted on: two or more, and none is coming."""
        if not self.sides.are_several or self._answering:
            return None
        question = self.question_meant
        return question if len(self._answered(question)) > 1 else None

    def _answered(self, question: int) -> list[int]:
        """The numbers of the models that have answered a question."""
        return [number for number, chat in enumerate(self.sides.all) if chat.turns_to_answer(question)]

    def asked(self, question: int) -> str:
        """The beginning of a question, on one line."""
        return printable(" ".join(self.chat.questions[question].content[:200].split()))

    def answers_to_choose(self, question: int) -> list[Choice]:
        """The answers to a question by the numbers of their columns, from 1, and the names above them."""
        places = sorted(self.blind.column_of(question, model) for model in self._answered(question))
        return [Choice(str(place + 1), printable(self.name_at(question, place)), number=place + 1) for place in places]

    async def action_vote(self, column: int) -> None:
        """The answer in this column, from 1, to the question that is meant is the best; 0 is a tie."""
        question = self.voted_on
        if question is None:
            self.note(_("There is nothing to vote on: two models or more must have answered."))
        elif column > len(self.sides.all) or (
            column != TIE and self.blind.model_in(question, column - 1) not in self._answered(question)
        ):
            self.note(_("There is no answer {number} to this question.").format(number=column))
        else:
            await self._vote(question, column)

    async def _vote(self, question: int, column: int) -> None:
        winner = None if column == TIE else self.blind.model_in(question, column - 1)
        was_blind = self.blind.hides(question)
        models = [self.sides.all[number].weights_to_answer(question) for number in self._answered(question)]
        if len(set(models)) < len(models):
            self.note(_("There is nothing to vote on: the same model gave several of these answers."))
            return
        vote = Vote(
            about=self._about(question),
            question=self.chat.questions[question].content,
            models=models,
            winner=None if winner is None else self.sides.all[winner].weights_to_answer(question),
            blind=was_blind,
        )
        keep_vote(self.workbench.project, vote)
        self.blind.reveal(question)
        self.chat.save_if_possible()
        if was_blind:
            await self.repaint()
        name = self.name_at(question, max(column - 1, 0))
        said = _("A tie.") if winner is None else _("Better: {name}.").format(name=name)
        if question < len(self.chat.questions) - 1:
            said = _("Question {number}: {said}").format(number=question + 1, said=said)
        self.note(printable(said))

    def _about(self, question: int) -> str:
        """How the answers to a question are named in votes; other answers to it are another vote."""
        conversation = self.chat.conversation
        assert conversation is not None
        answers = [self.chat.questions[question].content]
        answers += [turn.content for chat in self.sides.all for turn in chat.turns_to_answer(question)[-1:]]
        digest = sha256("\0".join(answers).encode()).hexdigest()[:8]
        return f"{conversation.file_name}:{question + 1}:{digest}"

    def best_of(self, question: int) -> int | None:
        """The number of the model whose answer to a question is the best by the vote; None if there is none."""
        about = self._about(question)
        winner = next((vote.winner for vote in kept_votes(self.workbench.project) if vote.about == about), None)
        models = [chat.weights_to_answer(question) for chat in self.sides.all]
        return models.index(winner) if winner in models else None

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_choose_vote(self) -> None:
        """Ask which answer is the best."""
        question = self.voted_on
        if question is None:
            await self.action_vote(TIE)  # says why there is nothing to vote on
            return
        choices = self.answers_to_choose(question)
        tie = Choice(str(TIE), _("none: a tie"), number=TIE)
        dialog = ChoiceDialog(_("Which answer is the best?"), self.asked(question), [*choices, tie])
        if chosen := await self.app.push_screen_wait(dialog):
            await self._vote(question, int(chosen))

    def may_name(self) -> bool:
        """Whether all names may be seen; says so if not."""
        hidden = [question for question in self.blind.hidden if question < len(self.chat.questions)]
        if hidden:
            said = _(
                "Names of the answers to these questions are hidden until you vote, and would stand in it: {numbers}. "
                "f12 also shows them without a vote."
            )
            self.note(said.format(numbers=", ".join(str(number + 1) for number in hidden)))
        return not hidden

    async def action_reveal(self) -> None:
        """Show all names that are still hidden, without a vote."""
        for question in self.blind.hidden:
            self.blind.reveal(question)
        self.chat.save_if_possible()
        self.note("")
        await self.repaint()

    async def action_blind(self) -> None:
        """Hide the names of who answers the next questions until the vote, or no longer."""
        self.blind.is_on = not self.blind.is_on
        self.chat.save_if_possible()
        on = _("From the next question on, names are hidden and answers mixed until you vote.")
        self.note(on if self.blind.is_on else _("Names are shown again from the next question on."))
        self.show_status()

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_win_rates(self) -> None:
        """Show who won how often in this project."""
        from workbench.ui.screens.win_rates import WinRates

        await self.app.push_screen_wait(WinRates(standings(kept_votes(self.workbench.project))))
