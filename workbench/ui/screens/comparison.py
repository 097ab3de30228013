"""Two weights side by side: what differs, and how far each layer is from the other's."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label

from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.weights.comparison import Comparison, by_change
from workbench.weights.comparison_text import bar, lines_of, measure, norm_text, scale_of, sections_of, share_text

_COLUMNS = (
    Column(N_("layer")),
    Column(N_("change"), width=20),
    Column("‖A−B‖/‖B‖", width=11),
    Column("‖A−B‖", width=10, from_width=72),
)


class ComparisonScreen(TranslatedModal[None]):
    """What was found, to scroll through. Paths are shown as seen from the project."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
        Binding(
            "s", "sort", N_("Sort"), id="comparison.sort", tooltip=N_("By layer, or those that changed most first")
        ),
        Binding("y", "copy", N_("Copy"), id="dialog.copy", tooltip=N_("Copy the text")),
    ]
    CSS_PATH = "comparison.tcss"

    def __init__(self, comparison: Comparison, project: Path) -> None:
        super().__init__()
        self._comparison, self._project = comparison, project
        self._is_by_change = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Two weights compared"), classes="dialog-title", markup=False)
            with VerticalScroll(id="comparison-text"):
                yield QuietStatic()
            yield FittedTable(_COLUMNS, id="comparison-layers")
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one(QuietStatic).tell(self._text())
        table = self.query_one(FittedTable)
        has_layers = table.display = bool(self._comparison.layers)
        self.set_class(not has_layers, "-without-layers")
        (table if has_layers else self.query_one("#comparison-text")).focus()
        self._fill()

    def _text(self) -> Content:
        both = (("A", self._comparison.first), ("B", self._comparison.second))
        lines = [Content(f"{letter}  \t{shown_path(Path(path), self._project)}") for letter, path in both]
        for title, said in sections_of(self._comparison):
            lines += [Content.styled(title, "bold $text-accent"), *(Content(f"  \t{printable(line)}") for line in said)]
        return Content("\n").join(lines)

    def _fill(self) -> None:
        layers = self._comparison.layers
        scale = scale_of(layers)
        self.query_one(FittedTable).set_rows(
            [
                Row(
                    layer.name,
                    (
                        printable(layer.name),
                        (bar(measure(layer) / scale), "accent"),
                        share_text(layer).rjust(9),
                        norm_text(layer).rjust(9),
                    ),
                )
                for layer in (by_change(layers) if self._is_by_change else layers)
            ]
        )

    def action_sort(self) -> None:
        self._is_by_change = not self._is_by_change
        self._fill()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(printable("\n".join(lines_of(self._comparison))))
        self.notify(_("Sent to the terminal's clipboard."))
