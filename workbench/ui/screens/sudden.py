"""Dialogs that open by themselves, perhaps while somebody types."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from textual.events import Key, Paste

from workbench.ui.screens.area import AreaScreen, WorkbenchScreen

if TYPE_CHECKING:
    _Dialog = WorkbenchScreen[Any]
else:
    _Dialog = object


class Sudden(_Dialog):
    """Mixed in before a dialog: keys that were pressed before it was there are none for it.

    What was typed so goes where it was meant to go, to the area behind it.
    """

    _begun: float | None = None

    def on_mount(self) -> None:
        self._begun = time.monotonic()  # the clock of events

    def takes(self, key: Key | Paste) -> bool:
        if self._begun is not None and key.time >= self._begun:
            return True
        area = self.app.screen_stack[0]
        if isinstance(area, AreaScreen):
            area.take_typed(key.text if isinstance(key, Paste) else (key.character or "") if key.is_printable else "")
        return False
