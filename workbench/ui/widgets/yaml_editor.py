"""A box for YAML, highlighted in the colours of the app's theme."""

from __future__ import annotations

from rich.style import Style
from textual import events
from textual.color import Color
from textual.theme import Theme
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from workbench.ui.widgets.blank_when_gone import BlankWhenGone

_ROLES = {
    "comment": "secondary",
    "property": "primary",
    "yaml.field": "primary",
    "string": "foreground",
    "number": "accent",
    "float": "accent",
    "boolean": "accent",
    "constant.builtin": "accent",
    "keyword": "accent",
}
"""The parts of YAML, and the theme's colour of each."""


class YamlEditor(BlankWhenGone, TextArea):
    """Everything but the colours of the words comes from the style sheets."""

    DEFAULT_CSS = "YamlEditor { border: none; padding: 0; &:focus { border: none; } }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(language="yaml", id=id, show_line_numbers=True, soft_wrap=True, tab_behavior="indent")

    async def _on_key(self, event: events.Key) -> None:
        """Escape leaves the screen, as its footer says; a `TextArea` takes it to leave itself."""
        if event.key == "escape":
            event.prevent_default()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._take_colours)
        self._take_colours(self.app.current_theme)

    def _take_colours(self, theme: Theme) -> None:
        variables = self.app.theme_variables
        colours = {part: Color.parse(variables[role]).rich_color for part, role in _ROLES.items()}
        styles = {part: Style(color=colour, italic=part == "comment") for part, colour in colours.items()}
        name = f"workbench-{theme.name}"
        self.register_theme(TextAreaTheme(name=name, syntax_styles=styles))
        self.theme = name
