"""The controls of a form, one line high where they can be, that the arrow keys lead through."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from pydantic.fields import FieldInfo
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, TextArea

from workbench.i18n import N_
from workbench.ui.widgets.blank_when_gone import BlankWhenGone
from workbench.ui.widgets.field_values import choices, is_list, is_switch, suggestions, text_of_value
from workbench.ui.widgets.text_input import TextInput

_UP_AND_DOWN: list[BindingType] = [
    Binding("up", "app.focus_previous", show=False),
    Binding("down", "app.focus_next", show=False),
]


MENU_TEXTS = (N_("Dismiss menu"),)
"""What Textual says in the footer of a list of choices that is open; looked up as it is shown."""
Value = TypeVar("Value")


class LineInput(TextInput):
    """A text on one line."""

    BINDINGS: ClassVar[list[BindingType]] = _UP_AND_DOWN


class Tick(Checkbox):
    """Yes or no, to be told apart without colour."""

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Room for the blanks around a label also where there is none: without it the box would be cut."""
        return super().get_content_width(container, viewport) + (0 if self.label else 2)


class CheckInput(Tick):
    """Yes or no, in a form."""

    BINDINGS: ClassVar[list[BindingType]] = _UP_AND_DOWN


class DropDown(Select[Value], inherit_bindings=False):
    """One of several, shown when enter or the space bar is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [*_UP_AND_DOWN, Binding("enter,space", "show_overlay", show=False)]


class LinesInput(BlankWhenGone, TextArea):
    """A list, one entry a line."""

    DEFAULT_CSS = """
    LinesInput { height: auto; max-height: 6; min-height: 1; padding: 0; background: $surface; }
    """

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(text, id=id, compact=True, tab_behavior="focus", show_line_numbers=False, soft_wrap=True)

    def action_cursor_up(self, select: bool = False) -> None:
        if self.cursor_at_first_line and not select:
            self.app.action_focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if self.cursor_at_last_line and not select:
            self.app.action_focus_next()
        else:
            super().action_cursor_down(select)


def make_control(info: FieldInfo, value: object, known: tuple[str, ...] = ()) -> Widget:
    """The control that suits a field.

    Args:
        known: values to complete while typing, beside those the field names itself.
    """
    if is_switch(info):
        return CheckInput("", bool(value), compact=True)
    options = choices(info)
    if options:
        return DropDown(
            [(option, option) for option in options], value=text_of_value(value), allow_blank=False, compact=True
        )
    if is_list(info):
        return LinesInput(text_of_value(value))
    completions = (*known, *suggestions(info))
    suggester = SuggestFromList(completions, case_sensitive=False) if completions else None
    return LineInput(text_of_value(value), compact=True, suggester=suggester, select_on_focus=False)


def text_of_control(control: Widget) -> str:
    """What a control holds, as a text."""
    if isinstance(control, Checkbox | Select):
        return text_of_value(control.value)
    assert isinstance(control, Input | TextArea)
    return control.value if isinstance(control, Input) else control.text
