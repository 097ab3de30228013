"""What was trained of a LLaVA model: the parts of a folder in XTuner's layout, their values still on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.checkpoints.adapter import Adapter, read_adapter
from workbench.checkpoints.llava.projector import settings_of
from workbench.checkpoints.merge_checks import refuse_not_finite
from workbench.checkpoints.model_files import CONFIG_FILE, ModelFiles, open_folder, stored_in
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.seeing import LANGUAGE_ADAPTER, PROJECTOR, TOWER_ADAPTER, WHOLE_TOWER

_PROJECTOR_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True)
class FolderParts:
    """A part that is not there was not trained.

    Args:
        projector: by XTuner's names; ``projector_settings``: its ``config.json``.
        language: a whole language model; ``tower``: a whole vision tower.
    """

    path: Path
    projector: dict[str, LazyTensor]
    projector_settings: dict[str, Any]
    language_adapter: Adapter | None = None
    language: ModelFiles | None = None
    tower_adapter: Adapter | None = None
    tower: ModelFiles | None = None

    def weight_files(self) -> Iterator[Path]:
        """All files that hold weights of these parts."""
        yield from (self.path / PROJECTOR / name for name in _PROJECTOR_WEIGHTS)
        for whole in (self.language, self.tower):
            yield from whole.weight_files if whole else ()
        for adapter in (self.language_adapter, self.tower_adapter):
            yield from adapter.folder.glob("adapter_model.*") if adapter else ()


def open_parts(path: Path) -> FolderParts:
    """As `read_parts`, for a result to be made of them.

    Raises:
        WorkbenchError: also if a value of an adapter is not finite.
    """
    parts = read_parts(path)
    for adapter in (parts.language_adapter, parts.tower_adapter):
        if adapter is not None:
            refuse_not_finite(adapter)
    return parts


def read_parts(path: Path) -> FolderParts:
    """Look at every part of the folder.

    Raises:
        WorkbenchError: a part is missing, damaged or cut off, or its shapes do not fit together.
    """
    projector, settings = _projector(path / PROJECTOR)
    adapters = {name: read_adapter(path / name) for name in (LANGUAGE_ADAPTER, TOWER_ADAPTER) if (path / name).is_dir()}
    return FolderParts(
        path,
        projector,
        settings,
        language_adapter=adapters.get(LANGUAGE_ADAPTER),
        language=open_folder(path) if (path / CONFIG_FILE).is_file() else None,
        tower_adapter=adapters.get(TOWER_ADAPTER),
        tower=open_folder(path / WHOLE_TOWER) if (path / WHOLE_TOWER).is_dir() else None,
    )


def _projector(place: Path) -> tuple[dict[str, LazyTensor], dict[str, Any]]:
    file = next((place / name for name in _PROJECTOR_WEIGHTS if (place / name).is_file()), None)
    try:
        told = json.loads((place / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        told = None
    if file is None or not isinstance(told, dict):
        raise WorkbenchError(
            _("The projector is not complete: its config.json or its weights are missing or damaged."),
            where=str(place),
            fix=_("Take another checkpoint, or copy the folder again."),
        )
    tensors = stored_in(file)
    found = settings_of(tensors, place)
    for key in ("visual_hidden_size", "llm_hidden_size", "depth"):
        if told.get(key, found[key]) != found[key]:
            raise WorkbenchError(
                _("The projector's config.json says {key} {told}, but its weights have {found}.").format(
                    key=key, told=told[key], found=found[key]
                ),
                where=str(place),
                fix=_("Take another checkpoint, or copy the folder again."),
            )
    return tensors, found | {"hidden_act": str(told.get("hidden_act", found["hidden_act"]))}
