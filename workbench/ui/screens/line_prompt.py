"""A question that a line of text answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Label, Static

from workbench.errors import WorkbenchError
from workbench.i18n import N_
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.text_input import TextInput


class LinePrompt(TranslatedModal[str | None]):
    """Gives the line, None on escape; stays open with the reason while ``check`` refuses it.

    Args:
        value: what stands there at first; typing takes its place.
        check: raises `WorkbenchError` if the line will not do.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
    ]
    DEFAULT_CSS = """
    LinePrompt {
        .dialog { max-width: 90; }
        VerticalScroll { height: auto; max-height: 40vh; margin-bottom: 1; }
        Input { background: $panel; padding: 0 1; }
        #line-problem { margin-top: 1; color: $text-error; }
    }
    """

    def __init__(
        self,
        title: str,
        text: str,
        hint: str,
        *,
        placeholder: str = "",
        value: str = "",
        check: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._about, self._hint = title, text, hint
        self._placeholder, self._value, self._check = placeholder, value, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(printable(self._title), classes="dialog-title", markup=False)
            if self._about:
                with VerticalScroll(can_focus=False):
                    yield Static(printable(self._about), markup=False)
            yield self.field()
            yield QuietStatic(id="line-problem")
            yield Label(self._hint, classes="muted", markup=False)
        yield FittedFooter()

    def field(self) -> Input:
        """Where the line is typed."""
        return TextInput(self._value, placeholder=self._placeholder, compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        line = event.value.strip()
        if not line:
            return
        try:
            if self._check is not None:
                self._check(line)
        except WorkbenchError as error:
            self.query_one("#line-problem", QuietStatic).tell(printable(str(error)))
        else:
            self.dismiss(line)
