"""A dialog to convert a .pth file or a DeepSpeed folder of XTuner."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.text import printable
from workbench.ui.pth_request import model_to_fetch, start_import
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.fitted_footer import FittedFooter

_FIELDS = (
    ("pth", N_("checkpoint"), N_("a .pth file, or a folder with *_model_states.pt")),
    ("config", N_("config"), N_("the XTuner config it was trained with, if you have it")),
    ("base", N_("base model"), N_("if there is no config: a folder, or a name in the hub's cache")),
    ("visual_encoder", N_("vision tower"), N_("if there is no config and it sees: a folder, or a name")),
    ("lora_alpha", "lora_alpha", N_("if there is no config and it is a LoRA: what it was trained with")),
    ("target", N_("result"), N_("the folder to write; empty: beside the checkpoint")),
)


class PthImport(TranslatedModal[JobFolder | None]):
    """Gives the conversion that was started; stays open while that fails.

    Args:
        path: the checkpoint to begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Convert nothing")),
    ]
    DEFAULT_CSS = """
    PthImport {
        .dialog { max-width: 100; }
        Horizontal { height: 1; }
        .pth-title { width: 14; color: $text-accent; text-style: bold; }
        LineInput { width: 1fr; background: $panel; padding: 0 1; }
        #pth-about { margin-bottom: 1; }
        #pth-hint { margin-top: 1; }
        #pth-problem { margin-top: 1; color: $text-error; display: none; &.-shown { display: block; } }
    }
    """

    def __init__(self, project: Path, path: str = "") -> None:
        super().__init__()
        self._project, self._path = project, path

    def compose(self) -> ComposeResult:
        about = _("A checkpoint of XTuner becomes an adapter or a model that others load. Nothing in it is run.")
        with Vertical(classes="dialog"):
            yield Label(_("Convert a checkpoint of XTuner"), classes="dialog-title", markup=False)
            yield Static(about, id="pth-about", markup=False)
            for name, title, hint in _FIELDS:
                value = self._path if name == "pth" else ""
                digits = r"\d{0,5}" if name == "lora_alpha" else None
                with Horizontal():
                    yield Label(_(title), classes="pth-title", markup=False)
                    yield LineInput(value, placeholder=_(hint), restrict=digits, id=f"pth-{name}", compact=True)
            yield Static(id="pth-problem", markup=False)
            yield Label(_("enter converts it"), id="pth-hint", classes="muted", markup=False)
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one("#pth-config" if self._path else "#pth-pth").focus()

    def _value(self, name: str) -> str | None:
        return self.query_one(f"#pth-{name}", Input).value.strip() or None

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self._value("pth"):
            self._start({name: self._value(name) for name, _title, _hint in _FIELDS})

    @work(group="pth-start", exclusive=True, exit_on_error=False)
    async def _start(self, values: dict[str, str | None]) -> None:
        """Start it; a whole model that is not on this machine is offered to be fetched before."""
        from workbench.ui.screens.model_download import ModelDownload

        try:
            if (wanted := await asyncio.to_thread(model_to_fetch, values)) is not None:
                values["base"] = await self.app.push_screen_wait(ModelDownload(self._project, wanted)) or values["base"]
            job = await asyncio.to_thread(start_import, values, self._project)
        except WorkbenchError as error:
            problem = self.query_one("#pth-problem", Static)
            problem.update(printable(str(error)))
            problem.add_class("-shown")
        else:
            self.dismiss(job)
