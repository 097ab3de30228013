"""The line in which the config of a training is named."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label

from workbench.i18n import _
from workbench.ui.config_rows import config_rows
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.text_input import TextInput


class ConfigLine(Horizontal):
    """A name of the catalogue or a file; paths count from the project, so that they fit on the line.

    Args:
        reference: what stands there first, as `find_config` takes it.
    """

    def __init__(self, project: Path, reference: str, *, id: str) -> None:
        super().__init__(id=id)
        self._project, self._first = project, reference

    def compose(self) -> ComposeResult:
        yield Label(_("config"), id="setup-config-label", markup=False)
        yield TextInput(
            self._shown(self._first),
            placeholder=_("a name of the catalogue, or a YAML file"),
            suggester=SuggestFromList([row.name for row in config_rows(self._project)], case_sensitive=False),
            compact=True,
            id="setup-config",
        )

    @property
    def reference(self) -> str:
        """What stands there now, as `find_config` takes it."""
        typed = self.query_one(Input).value.strip()
        own = self._project / Path(typed).expanduser()
        return str(own) if typed and own.is_file() else typed

    def put(self, reference: str) -> None:
        """Name another config."""
        self.query_one(Input).value = self._shown(reference)

    def _shown(self, reference: str) -> str:
        return shown_path(Path(reference), self._project) if Path(reference).is_absolute() else reference
