"""The question which config to train with which values."""

from __future__ import annotations

import shlex
from pathlib import Path

from textual.widgets import Input

from workbench.actions.sweep_points import grid_points
from workbench.configs.find import FoundConfig, find_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.sweeps import SweepPoint
from workbench.ui.config_rows import config_to_begin_with
from workbench.ui.screens.line_prompt import LinePrompt
from workbench.ui.widgets.text_input import TextInput

_EXAMPLE = "lr=1e-4,2e-4 lora.r=8,16"


class SweepPrompt(LinePrompt):
    """Gives the line: a config, then fields with their values, as ``workbench sweep`` takes them behind ``--set``."""

    def __init__(self, project: Path) -> None:
        config = config_to_begin_with(project)
        name = Path(config).relative_to(project) if config else "CONFIG"
        super().__init__(
            _("New sweep"),
            _(
                "A config, then fields with the values to try; every combination is trained, one after another: {example}"
            ).format(example=f"{name} {_EXAMPLE}"),
            _("enter puts them into the queue"),
            value=f"{shlex.quote(str(name))} " if config else "",
            check=lambda line: wanted_sweep(line, project),
        )

    def field(self) -> Input:
        """The config stands there to be gone on with."""
        return TextInput(self._value, select_on_focus=False, compact=True)


def wanted_sweep(line: str, project: Path) -> tuple[FoundConfig, list[SweepPoint]]:
    """What a line asks for; a config's path counts from the project.

    Raises:
        WorkbenchError: there is no such config, or the fields make no sweep.
    """
    try:
        name, *settings = shlex.split(line)
    except ValueError as error:
        raise WorkbenchError(_("A quotation mark is open."), where=line) from error
    own = project / name
    return find_config(str(own) if own.is_file() else name), grid_points(settings)
