"""The Chat area: ask a model, or up to four side by side, and watch the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from textual import on, work
from textual.binding import BindingType

from workbench.i18n import _
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.screens import chat_keys
from workbench.ui.screens.chat_keeping import ChatKeeping
from workbench.ui.widgets.prompt_input import PromptInput


class ChatScreen(ChatKeeping):
    """One conversation with one model, or up to four that are asked the same."""

    AUTO_FOCUS = "#chat-prompt"
    HELP_BESIDE = "#transcript"
    CSS_PATH = "chat.tcss"
    BINDINGS: ClassVar[list[BindingType]] = chat_keys.BINDINGS

    def arrive(self, **context: Any) -> None:
        """Chat with ``chosen``, if it is named; ``system``, ``settings`` and ``streams`` take the place of its own.

        ``images`` are attached; ``agent`` is what it answers with, ``allowed`` the tools that need no consent.
        """
        chosen = context.get("chosen")
        if model := context.get("model"):
            chosen = ChosenModel(str(model), context.get("adapter"), context.get("prompt_template"))
        if chosen is not None and self._is_of_before:  # somebody has something new in mind
            self.begin_empty()
            self.call_later(self.repaint)
        self.chat.system = context.get("system", self.chat.system)
        self.chat.settings = context.get("settings", self.chat.settings)
        self.chat.streams = context.get("streams", self.chat.streams)
        self.chat.agent = context.get("agent") or self.chat.agent
        if allowed := context.get("allowed"):
            self.tools.consent.allowed = allowed
        if chosen is not None:
            self.choose(chosen)
        if images := context.get("images"):
            self.attach(*images)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are offered while there is something to do for them."""
        if self._sides is None:
            return action not in {"stop", "next_columns", "vote"}
        match action:
            case "stop":
                return self._answering
            case "next_columns":
                return self.window.hides_some
            case "vote":
                return self.sides.are_several and not self._answering  # which of them, the key finds out
            case "to_message":
                return not self._answering  # it stops the answer
        return True

    def action_to_message(self) -> None:
        self.query_one(PromptInput).focus()

    # -- dialogs

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_choose_model(self) -> None:
        from workbench.ui.screens.model_picker import ModelPicker

        chosen = await self.app.push_screen_wait(ModelPicker(self.workbench.project, self.chat.chosen))
        if chosen is not None and await self.may_end_comparison():
            self.choose(chosen)

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_settings(self) -> None:
        from workbench.ui.screens.chat_settings import ChatSettings

        before = replace(self.chat.choices, chosen=self.chosen_next or self.chat.chosen)
        template = self.models.prompt_template(before.chosen) if before.chosen else None
        first = self.speaker(self.chat) if self.sides.are_several else ""
        changed = await self.app.push_screen_wait(ChatSettings(before, template, first))
        if changed is None:
            return
        self.chat.take(changed)
        self.set_before = None
        self.chat.save()
        self.show_status()
        if changed.chosen is None or changed.chosen == before.chosen:
            return
        if self._answering:
            self.chosen_next = changed.chosen
            self.note(_("The model is loaded as it is set now once it has answered."))
        else:
            self.load(changed.chosen)

    @on(PromptInput.Edited)
    def _keep_draft(self, event: PromptInput.Edited) -> None:
        self.workbench.state["chat.draft"] = event.text

    async def on_unmount(self) -> None:
        self.workers.cancel_group(
            self, "chat-engine"
        )  # else an answer that comes would be kept as one that was stopped
        await self.models.close()
