"""Which GPUs a training is to have: a tick for each, with its free memory and the job that holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Label, SelectionList
from textual.widgets.selection_list import Selection

from workbench.devices import Gpu
from workbench.i18n import _
from workbench.sizes import in_words
from workbench.text import printable


class GpuPicker(VerticalGroup):
    """A line for each GPU of the machine.

    Args:
        gpus: those there are.
        chosen: the numbers that the config names; None for all.
        held_by: number of a GPU → id of the job that has it.
    """

    DEFAULT_CSS = """
    GpuPicker {
        padding: 0 1;
        Label { text-style: bold; }
        SelectionList { height: auto; max-height: 9; border: none; padding: 0; background: $surface; }
        SelectionList:focus { border: none; }
    }
    """

    @dataclass
    class Changed(Message):
        """Other GPUs are ticked; None is all of them."""

        devices: list[int] | None

    def __init__(self, gpus: Sequence[Gpu], chosen: Sequence[int] | None, held_by: Mapping[str, str]) -> None:
        super().__init__()
        self._gpus, self._chosen, self._held_by = gpus, chosen, held_by

    def compose(self) -> ComposeResult:
        yield Label("devices", markup=False)
        yield SelectionList[int](
            *(
                Selection(Content(self._line(gpu)), gpu.number, self._chosen is None or gpu.number in self._chosen)
                for gpu in self._gpus
            ),
            compact=True,
        )

    def _line(self, gpu: Gpu) -> str:
        free = _("{free} of {total} free").format(free=in_words(gpu.free), total=in_words(gpu.total))
        holder = self._held_by.get(str(gpu.number))
        held = f" · {printable(holder)}" if holder else ""
        return f"{gpu.number}  {printable(gpu.name)}  {free}{held}"

    @property
    def devices(self) -> list[int] | None:
        """The numbers of the ticked GPUs; None if it is all or none of them, which both mean that none is named."""
        ticked = sorted(self.query_one(SelectionList).selected)
        return ticked if 0 < len(ticked) < len(self._gpus) else None

    @on(SelectionList.SelectedChanged)
    def _changed(self, event: SelectionList.SelectedChanged[int]) -> None:
        event.stop()
        self.post_message(self.Changed(self.devices))
