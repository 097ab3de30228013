"""The pictures or rows to ask about in a table, and in words how many there are."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.sheet_draft import SheetDraft
from workbench.ui.sheet_items import SheetItem, SheetItems
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row

_COLUMNS = (Column(N_("to ask about")), Column(N_("rows"), 4))


class SheetTable(FittedTable):
    """Enter goes on to the answer about the picture or row under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Answer"), id="sheet.answer", tooltip=N_("Paste the answer about it")),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(_COLUMNS, id=id)

    def show(self, items: SheetItems, chosen: str) -> None:
        """Show what there is, with the cursor on the one with the name ``chosen``."""
        self.set_rows([_row(item, is_answered=item.name in items.answered) for item in items.all])
        self.choose(chosen)


def _row(item: SheetItem, *, is_answered: bool) -> Row:
    if item.problem:
        return Row(item.name, ((printable(f"{item.shown}: {item.problem}"), "warning"), ("✗", "warning")))
    return Row(item.name, (printable(item.shown), "✓" if is_answered else ""))


def counts_text(items: SheetItems) -> str:
    """How many there are, how many have rows, and what else is to be known of them."""
    answered = sum(item.name in items.answered for item in items.all)
    parts = [_("In all: {count}, with rows: {answered}.").format(count=len(items.all), answered=answered)]
    if not items.is_done:
        parts.append(_("a asks a chat service about the others."))
    if unusable := sum(bool(item.problem) for item in items.all):
        parts.append(_("Cannot be asked about: {count} (✗, with the reason).").format(count=unusable))
    if not items.is_all:
        parts.append(_("More follow that are not listed; a asks about them too."))
    return " ".join(parts)


def place_text(draft: SheetDraft, project: Path) -> str:
    """How others find the pictures; empty if they are below the sheet."""
    if (folder := draft.image_folder(project)) is None:
        return ""
    said = _("Paths of pictures count from {folder}: workbench data check {sheet} --image-folder {folder}")
    return said.format(folder=shown_path(folder, project), sheet=printable(draft.sheet))
