"""The question whether a tool that touches the outside may be run."""

from __future__ import annotations

import json
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Label, OptionList, Static

from workbench.agent.consent import Consent, Reply
from workbench.agent.tool import ToolSpec
from workbench.chat.turn import ChatCall
from workbench.i18n import N_, _
from workbench.text import visible
from workbench.ui.screens.choice import Choice, SuddenChoice

_LINES_SEEN = 4
"""Of the arguments, on the smallest terminal."""
_REPLIES: tuple[Reply, ...] = ("always", "once", "no", "never")


class EndedList(OptionList):
    """A list whose first entry does not follow its last one."""

    def action_cursor_up(self) -> None:
        if self.highlighted:
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        if self.highlighted is None or self.highlighted < self.option_count - 1:
            super().action_cursor_down()


class ConsentDialog(SuddenChoice):
    """Gives a `Reply`, or None, which allows nothing. The arguments can be read whole before.

    ``asker``: which of several models asks; empty if there is only one.

    It opens while the user may be typing: whatever is typed, enter included, allows nothing. Only the arrow up leads to
    a yes, to that for this once first.
    """

    OPTIONS = EndedList
    HINT = N_("enter chooses, escape is no")

    DEFAULT_CSS = """
    ConsentDialog {
        .dialog { max-width: 100; }
        VerticalScroll { height: auto; max-height: 22vh; margin-top: 1; background: $panel; padding: 0 1; }
    }
    """

    def __init__(self, tool: ToolSpec, call: ChatCall, asker: str = "") -> None:
        texts = (
            _("Yes, always in this project"),
            _("Yes, this once"),
            _("No, not this time"),
            _("No, never in this project"),
        )
        choices = [Choice(reply, text) for reply, text in zip(_REPLIES, texts, strict=True)]
        about = _(tool.label) if tool.label else tool.description
        title = _("May {model} use {tool}?") if asker else _("May the model use {tool}?")
        super().__init__(title.format(tool=tool.full_name, model=asker), about, choices, "no")
        self._arguments = _readable(call.arguments)

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if isinstance(widget, OptionList):
                yield VerticalScroll(Static(visible(self._arguments), markup=False))
                if (count := len(self._arguments.splitlines())) > _LINES_SEEN:
                    how = _("{count} lines; tab goes there, the arrows scroll").format(count=count)
                    yield Label(how, classes="muted", markup=False)
            yield widget


async def may_run(app: App[Any], consent: Consent, tool: ToolSpec, call: ChatCall, asker: str = "") -> bool:
    """Whether a call may be made, by what the user said before or says now."""
    known = consent.known(tool)
    if known is not None:
        return known
    said = await app.push_screen_wait(ConsentDialog(tool, call, asker))
    reply: Reply = next((one for one in _REPLIES if one == said), "no")
    return consent.take(tool, reply)


def _readable(arguments: str) -> str:
    """The arguments with texts of several lines as such, where they are JSON."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return arguments
    if not isinstance(values, dict):
        return arguments
    return "\n".join(f"{name}: {value}" for name, value in values.items())
