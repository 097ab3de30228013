"""A dialog for data with columns of its own: which of them holds the question, the answer, and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Label, Select, Static

from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.column_text import OUR_COLUMNS, columns_yaml
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import DropDown
from workbench.ui.widgets.fitted_footer import FittedFooter


class ColumnsDialog(TranslatedModal[dict[str, str] | None]):
    """Gives our name of each column to the data's name of it, None on escape.

    Args:
        names: the data's columns.
        chosen: which of them was chosen for ours before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "take", N_("Read so"), id="columns.take", tooltip=N_("Read the rows by these columns")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
    ]
    DEFAULT_CSS = """
    ColumnsDialog {
        .dialog { max-width: 72; }
        Horizontal { height: 1; }
        .column-name { width: 36; }
        Select { width: 1fr; }
        #columns-yaml { margin-top: 1; color: $text-accent; }
    }
    """

    def __init__(self, names: Sequence[str], chosen: Mapping[str, str]) -> None:
        super().__init__()
        self._names, self._chosen = names, chosen

    def compose(self) -> ComposeResult:
        offered = [(printable(name), name) for name in self._names]
        with Vertical(classes="dialog"):
            yield Label(_("Own columns"), classes="dialog-title", markup=False)
            yield Label(_("Which column of the data stands for which of ours?"), classes="muted", markup=False)
            for ours, meaning in OUR_COLUMNS.items():
                known = self._chosen.get(ours)
                value = known if known in self._names else Select.NULL
                with Horizontal():
                    yield Label(f"{ours}: {_(meaning)}", classes="column-name", markup=False)
                    yield DropDown(offered, prompt="–", value=value, compact=True, id=f"column-{ours}")
            yield Static("", id="columns-yaml", markup=False)
        yield FittedFooter()

    def on_mount(self) -> None:
        self._show_yaml()
        self.query(Select).first().focus()

    @on(Select.Changed)
    def _show_yaml(self) -> None:
        self.query_one("#columns-yaml", Static).update(printable(columns_yaml(self._mapping())))

    def _mapping(self) -> dict[str, str]:
        values = {ours: self.query_one(f"#column-{ours}", Select).value for ours in OUR_COLUMNS}
        return {ours: str(value) for ours, value in values.items() if value is not Select.NULL}

    def action_take(self) -> None:
        """Give what is chosen, if anything is."""
        if mapping := self._mapping():
            self.dismiss(mapping)
        else:
            self.app.bell()
