"""Which parts a request means: the base model, and on it an adapter or a LLaVA folder. No torch here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.chat.protocol import Load, Parts
from workbench.errors import WorkbenchError
from workbench.hub.local import is_here, snapshot_of
from workbench.hub.snapshot import fetched_folder
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.seeing import SeeingFolder, is_seeing_folder, seeing_folder


@dataclass(frozen=True)
class ChosenParts:
    """What to have in memory, and in use.

    Args:
        home: the model that ``AttachAdapter`` counts from.
        base: the language model, or whole seeing model, to have in memory; another one than ``home`` if the LLaVA
            folder brings a whole one of its own.
    """

    home: str
    base: str
    adapter: str | None = None
    llava: SeeingFolder | None = None

    def is_on(self, base: str) -> bool:
        """Whether these parts go on the model of a folder or name, however that is written."""
        return _real(self.base) == _real(base)

    @property
    def newest_weights(self) -> str | None:
        """The folder of what was trained last, which knows best how it was trained."""
        return self.adapter if self.llava is None else str(self.llava.path)


def parts_of(request: Load | Parts, home: str | None = None) -> ChosenParts:
    """The parts that a request names.

    Args:
        home: the model in memory, if the request names none.

    Raises:
        WorkbenchError: the parts exclude each other, or nothing says what a LLaVA folder goes with.
    """
    refuse_both(request)
    home = resolve_model(request.model) if isinstance(request, Load) else home
    adapter, llava = request.adapter, request.llava
    if adapter is not None and is_seeing_folder(_path(adapter)):
        adapter, llava = None, adapter
    elif adapter is None and llava is None and isinstance(request, Load) and is_seeing_folder(_path(request.model)):
        llava, home = request.model, None
    if llava is None:
        _require_no_tower(request)
        return ChosenParts(home or "", home or "", adapter)
    folder = seeing_folder(
        _folder(llava),
        base=home,
        visual_encoder=request.visual_encoder,
        visual_select_layer=request.visual_select_layer,
    )
    base = resolve_model(folder.language_model)
    return ChosenParts(home or base, base, llava=folder)


def refuse_both(request: Load | Parts) -> None:
    """
    Raises:
        WorkbenchError: there are an adapter and a LLaVA folder.
    """
    if request.adapter is not None and request.llava is not None:
        raise WorkbenchError(
            _("An adapter and a LLaVA folder were given; only one of them can be used."),
            where=f"--adapter {request.adapter} --llava {request.llava}",
            fix=_("Leave out --adapter: the LLaVA folder has its own adapter of the language model."),
        )


def _require_no_tower(request: Load | Parts) -> None:
    if request.visual_encoder is not None or request.visual_select_layer is not None:
        raise WorkbenchError(
            _("A vision tower was given, but no LLaVA folder whose projector leads from it to the language model."),
            where="--visual-encoder" if request.visual_encoder is not None else "--visual-select-layer",
            fix=_("Name the folder too: --llava FOLDER."),
        )


def _folder(name: str) -> Path:
    """The folder of a path, or of a name on the hub; XTuner's LLaVA folders have such names."""
    path = _path(name)
    is_path = path.exists() or (is_here(name) and snapshot_of(name) is None)
    return path if is_path else fetched_folder(name)


def _path(name: str) -> Path:
    return Path(resolve_model(name))


def _real(name: str) -> str:
    return os.path.realpath(name) if Path(name).is_dir() else name
