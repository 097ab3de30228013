"""A table out of which one row is taken."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from workbench.i18n import N_
from workbench.ui.widgets.fitted_table import FittedTable


class ChoiceTable(FittedTable):
    """Says in the line of keys that enter takes the row under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Choose"), id="table.choose", tooltip=N_("Take the row under the cursor")),
    ]
