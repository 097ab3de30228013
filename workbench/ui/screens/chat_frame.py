"""What the Chat area shows: the conversation, or up to four side by side, and what is said around it."""

from __future__ import annotations

from pydantic import ValidationError
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from workbench.chat.agent_choice import AgentChoice
from workbench.chat.conversations import opened_conversations
from workbench.i18n import N_, _
from workbench.paths import user_state
from workbench.told_apart import alike_told_apart
from workbench.ui.blind import Blind
from workbench.ui.chat_exchange import Column
from workbench.ui.chat_models import ChatModels
from workbench.ui.chat_sides import MOST_SIDES, ChatSides
from workbench.ui.chat_state import ChatState
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.columns_shown import ColumnsShown, even_columns, mixed_columns
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.attached_pictures import AttachedPictures
from workbench.ui.widgets.name_line import NameLine
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.transcript import Transcript

BUSY = N_("The model is still answering; escape stops it.")
STOPPING = N_("Stopping …")


class ChatFrame(AreaScreen):
    """The widgets, and what they show."""

    AREA = "chat"

    def __init__(self) -> None:
        super().__init__()
        self.models = ChatModels(user_state())
        self.window = ColumnsShown()
        self._sides: ChatSides | None = None
        self._answering = False
        self._loading: ChosenModel | None = None
        self._is_of_before = False
        """Whether the conversation is the last one of an earlier start, and nothing was said in it since."""
        self.pictures: list[str] = []
        """Whole paths, or addresses, of what goes with the next message."""

    def compose_area(self) -> ComposeResult:
        yield NameLine(id="chat-status")
        with Horizontal(id="chat-columns"):
            for _side in range(MOST_SIDES):
                yield NameLine()
        yield Transcript(self.shown_columns, id="transcript")
        yield QuietStatic(id="chat-note")
        yield AttachedPictures(id="chat-pictures")
        yield PromptInput(lambda: [asked.content for asked in self.chat.questions], id="chat-prompt")

    async def on_mount(self) -> None:
        self.pictures = [str(one) for one in self.workbench.state.get("chat.pictures") or []]
        self.begin_empty()
        names = [str(name) for name in self.workbench.state.get("chat.open") or []]
        if last := opened_conversations(self.workbench.project, names):
            self.sides.reopen(last)
            self._is_of_before = True
        await self._show_all()
        self.note(self._said_of_last() if last else "")

    def begin_empty(self) -> None:
        """Begin an empty conversation as at the very first start, with no model yet."""
        self._sides = ChatSides(ChatState(self.workbench.project, agent=self._kept_agent()))
        self._is_of_before = False

    def _said_of_last(self) -> str:
        goes_on = _("The last conversation goes on: a message loads the model again, ctrl+l begins an empty one.")
        return "\n".join([self.said_of_owed() or goes_on, *self.missing_models()])

    def said_of_owed(self) -> str:
        """What there is to say of answers that are not there, or not whole; empty if all are."""
        if self.sides.are_owing:
            return _(
                "An answer is missing. ctrl+r asks for it again, and loads the model if it has to; ctrl+e changes the question."
            )
        if self.sides.broken:
            return _("An answer broke off; what came of it stays. ctrl+r asks again, and loads the model if it has to.")
        return ""

    def missing_models(self) -> list[str]:
        """What there is to say of models that are not on this machine any more."""
        text = _("{model} is not here any more ({part}); what it said stays.")
        chosen = [(one, one.missing_part) for one in self.sides.chosen]
        return [text.format(model=one.label, part=part) for one, part in chosen if part]

    def _kept_agent(self) -> AgentChoice:
        """The tools that were chosen the last time, not in use yet."""
        try:
            kept = AgentChoice.model_validate(self.workbench.state.get("chat.agent") or {})
        except ValidationError:
            kept = AgentChoice()
        return kept.model_copy(update={"is_on": False})

    async def recomposed(self) -> None:
        await self._show_all()

    async def _show_all(self) -> None:
        prompt = self.query_one(PromptInput)
        prompt.put(str(self.workbench.state.get("chat.draft") or ""))
        prompt.focus()
        self.query_one(AttachedPictures).show(self.pictures)
        await self.repaint()

    @property
    def sides(self) -> ChatSides:
        """The conversation and those beside it; there is one from mounting on."""
        assert self._sides is not None
        return self._sides

    @property
    def blind(self) -> Blind:
        """Whose answers stand where."""
        return self.sides.blind

    @property
    def chat(self) -> ChatState:
        """The conversation; of several, the left one."""
        return self.sides.first

    @property
    def is_ready(self) -> bool:
        """Whether all models that are talked to can be asked now."""
        chosen = self.sides.chosen
        return bool(chosen) and all(map(self.models.is_ready, chosen))

    @property
    def speakers(self) -> list[str]:
        """What the models are called above their answers, from left to right."""
        chosen = [chat.chosen for chat in self.sides.all]
        is_one_base = self.sides.are_several and self.sides.are_on_one_base
        labels = [(one.name_on_base if is_one_base else one.label) if one else "" for one in chosen]
        return alike_told_apart(labels, [one.reference_in(self.workbench.project) if one else "" for one in chosen])

    def speaker(self, chat: ChatState) -> str:
        """What the model of one of the conversations is called."""
        return next(name for one, name in zip(self.sides.all, self.speakers, strict=True) if one is chat)

    # -- columns

    def fit_columns(self) -> bool:
        """Show as many columns as there is room for; True if they are others than before."""
        return self.window.fit(self.size.width, len(self.sides.all))

    async def on_resize(self, event: events.Resize) -> None:
        if self._sides is not None and self.fit_columns():
            await self.repaint()

    def shown_columns(self) -> list[Column]:
        """What stands in the columns that are on screen; nothing before there is a conversation."""
        if self._sides is None:
            return []
        columns = even_columns([one.shown(name) for one, name in zip(self.sides.all, self.speakers, strict=True)])
        if self.blind.is_mixed:
            columns = mixed_columns(columns, self.blind)
        return [columns[number] for number in self.window.numbers]

    async def repaint(self) -> None:
        """Show what was said as it is kept."""
        self.fit_columns()
        await self.query_one(Transcript).show()
        self.show_status()
        self.remember()

    def remember(self) -> None:
        """Keep which conversations are on screen, for the next start."""
        self.workbench.state["chat.open"] = self.sides.files

    def show_status(self) -> None:
        """Say which model there is, and what to do."""
        chosen = self.chat.chosen
        figures = self.models.figures(chosen) if chosen is not None else None
        label = chosen.label if chosen is not None else _("No model chosen")
        several = self.sides.are_several
        status = self._said_of_columns() if several else figures or label
        if self.chat.system:
            status = _("system text") + " · " + status
        if self.chat.agent.is_on:
            status = _("with tools (ctrl+k)") + " · " + status
        self.query_one("#chat-status", NameLine).tell(status)
        self._show_titles()
        ready = _("The model is ready. Write a message below and press enter.")
        choose = _("Press f9 to choose a model: the base, an adapter, or a merged model of this project.")
        if chosen is not None:
            is_coming = _("{model} is being loaded.")
            is_missing = _("{model} is not loaded; f9 chooses another one.")
            choose = (is_coming if self._loading == chosen else is_missing).format(model=label)
        self.query_one(Transcript).tell(ready if figures else choose)

    def _said_of_columns(self) -> str:
        count, numbers = len(self.sides.all), self.window.numbers
        parts = [_("{count} side by side").format(count=count)]
        if self.window.hides_some:
            first, last = numbers[0] + 1, numbers[-1] + 1
            shown = str(first) if first == last else f"{first}–{last}"
            parts.append(_("shown: {columns}, ctrl+n goes on").format(columns=shown))
        if self.blind.is_on:
            parts.append(_("blind"))
        if not self.window.hides_some:  # there is no room for it
            parts.append(_("f12 votes and more"))
        return " · ".join(parts)

    def _show_titles(self) -> None:
        """Name the columns, unless answers stand in them in an order that changes."""
        columns = self.query_one("#chat-columns")
        columns.display = self.sides.are_several and not (self.blind.is_on or self.blind.is_mixed)
        names = self.speakers
        for place, title in enumerate(columns.query(NameLine)):
            title.display = place < len(self.window.numbers)
            number = self.window.numbers[place] if title.display else 0
            title.tell(f"{number + 1}  {names[number]}")

    def note(self, text: str) -> None:
        """A line above the prompt that stays until the next thing happens."""
        self.query_one("#chat-note", QuietStatic).tell(text)

    def end_note(self, text: str, instead: str = "") -> None:
        """Take a line away, if it is still there, or say something else instead."""
        if self.query_one("#chat-note", QuietStatic).text.plain == text:
            self.note(instead)

    def is_busy(self) -> bool:
        """Whether an answer is being written, which is said until it has ended."""
        if self._answering:
            self.note(_(BUSY))
        return self._answering
