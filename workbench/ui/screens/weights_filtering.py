"""What of the Checkpoints area finds some among many."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from workbench.i18n import _
from workbench.ui.screens.weights_screen import WeightsScreen
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.weights_tree import WeightsTree


class WeightsFilter(LineInput):
    """The line with the words; it is there while it is used."""

    DEFAULT_CSS = "WeightsFilter { padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__(placeholder=_("words in any order, such as adapter bf16"), id="weights-filter", compact=True)
        self.display = False


class WeightsFiltering(WeightsScreen):
    """The part of the screen that leaves out what is not looked for."""

    @property
    def words(self) -> str:
        """What was typed."""
        return self.query_one(WeightsFilter).value

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the filter a slash is a slash."""
        return not (action == "filter" and isinstance(self.focused, WeightsFilter))

    def action_filter(self) -> None:
        line = self.query_one(WeightsFilter)
        line.display = True
        self.set_focus(line)  # at once: what is typed behind the slash is for the line

    def action_unfilter(self) -> None:
        """Show everything again."""
        line = self.query_one(WeightsFilter)
        line.value, line.display = "", False
        self.set_focus(self.query_one(WeightsTree))

    @on(Input.Changed, "#weights-filter")
    def _filter(self) -> None:
        if self.weights is not None:
            self.query_one(WeightsTree).fill(self.weights, self.words)

    @on(Input.Submitted, "#weights-filter")
    def _to_tree(self) -> None:
        if self.words.strip():
            self.set_focus(self.query_one(WeightsTree))
        else:
            self.action_unfilter()
