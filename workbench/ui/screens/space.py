"""The room that weights take on the disk, and what could go."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label, Static

from workbench.actions.weights import Space, cache_line
from workbench.i18n import N_, _
from workbench.sizes import in_words
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.shown_path import end_of, shown_path
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.weights.comparison_text import bar

_COLUMNS = (Column(N_("path")), Column(N_("size"), width=9), Column("", width=10, from_width=80), Column("", width=9))
_DISK_CELLS = 40
_FRAME_CELLS = 8
"""Of the dialog's border and padding, and of the table's scroll bar."""


class SpaceScreen(TranslatedModal[Path | None]):
    """Gives the path of the row that was chosen, None on escape.

    Args:
        deleted: bytes that come free when the app closes.
        cached: bytes in the hub's cache, which are not listed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close")),
    ]
    CSS_PATH = "space.tcss"

    def __init__(self, space: Space, project: Path, *, deleted: int, cached: int) -> None:
        super().__init__()
        self._space, self._project, self._deleted, self._cached = space, project, deleted, cached

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Room on the disk"), classes="dialog-title", markup=False)
            yield Static("\n".join(self._disk_lines()), id="space-disk", markup=False)
            yield FittedTable(_COLUMNS)
            yield Label(_("enter goes there; d deletes it there"), id="space-hint", classes="muted", markup=False)
        yield FittedFooter()

    def _disk_lines(self) -> list[str]:
        space = self._space
        used = space.total - space.free
        drawn = bar(used / max(space.total, 1), _DISK_CELLS).ljust(_DISK_CELLS, "░")
        free = _("{free} of {total} free").format(free=in_words(space.free), total=in_words(space.total))
        lines = [f"{drawn}  {free}"]
        if space.could_be_freed:
            said = _("{size} are in checkpoints that could go: neither recommended nor the newest of their training.")
            lines.append(said.format(size=in_words(space.could_be_freed)))
        if self._deleted:
            said = _("{size} are deleted and come free when the app closes.")
            lines.append(said.format(size=in_words(self._deleted)))
        if self._cached:
            lines.append(cache_line(self._cached))
        return lines

    @property
    def _path_cells(self) -> int:
        """What the dialog leaves for a path beside the other columns."""
        table = min(self.app.size.width * 90 // 100, 100) - _FRAME_CELLS
        shown = [column.width + 2 for column in _COLUMNS if column.width and column.from_width <= table]
        return table - sum(shown) - 2

    def on_mount(self) -> None:
        table = self.query_one(FittedTable)
        largest = max((item.bytes for item in self._space.items), default=1) or 1
        table.set_rows(
            [
                Row(
                    str(item.path),
                    (
                        end_of(shown_path(item.path, self._project), self._path_cells),
                        in_words(item.bytes).rjust(9),
                        (bar(item.bytes / largest, 10), "accent"),
                        (_("could go") if item.could_go else "", "warning"),
                    ),
                )
                for item in self._space.items
            ]
        )
        table.focus()

    @on(DataTable.RowSelected)
    def _chosen(self, event: DataTable.RowSelected) -> None:
        self.dismiss(Path(str(event.row_key.value)))
