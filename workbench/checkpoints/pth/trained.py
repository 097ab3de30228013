"""What a ``.pth`` file or a DeepSpeed folder holds: tensors by the names of the model that was trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.pickles import read_structure
from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.zero import open_shards, shard_folder
from workbench.errors import WorkbenchError
from workbench.i18n import _

_WITHOUT_ZERO = "mp_rank_00_model_states.pt"
_STATES = ("state_dict", "module")
"""Where a file that holds more than weights has them: of MMEngine, of DeepSpeed."""


@dataclass(frozen=True)
class TrainedWeights:
    """An opened checkpoint; tensors stay on disk until they are loaded.

    ``others``: what was saved along without having been trained. ``config_text``: the training's config, if it is noted.
    """

    files: list[Path]
    tensors: dict[str, LazyTensor]
    others: dict[str, LazyTensor]
    config_text: str | None
    iteration: int | None


def open_trained(path: Path) -> TrainedWeights:
    """Open a ``.pth`` file, or a folder that DeepSpeed wrote.

    Raises:
        WorkbenchError: there is nothing, it holds no weights, it is damaged or not complete, or it could run code.
    """
    if path.is_dir():
        shards_at = shard_folder(path)
        if shards_at is not None:
            shards = open_shards(shards_at)
            return _trained(shards.files, shards.trained, shards.others, shards.model_state)
        path = _lone_state(path)
    if not path.is_file():
        raise WorkbenchError(
            _("There is no such file or folder."), where=str(path), fix=_("Name a .pth file or a DeepSpeed folder.")
        )
    content = read_structure(path)
    state = content if isinstance(content, dict) else {}
    weights = next((state[name] for name in _STATES if isinstance(state.get(name), dict)), state)
    tensors = {str(name): value for name, value in weights.items() if isinstance(value, torch.Tensor)}
    if not tensors or (weights is state and len(tensors) < len(state)):
        raise WorkbenchError(
            _("The file holds no weights that are known here."),
            where=str(path),
            fix=_("Name a checkpoint such as iter_2181.pth."),
        )
    lazy = {name: LazyTensor.whole(path, tensor) for name, tensor in tensors.items()}
    return _trained([path], lazy, {}, {} if weights is state else state)


def _lone_state(folder: Path) -> Path:
    """The one file of a DeepSpeed training without ZeRO.

    Raises:
        WorkbenchError: there is none.
    """
    path = folder / _WITHOUT_ZERO
    if path.is_file():
        return path
    raise WorkbenchError(
        _("The folder holds no checkpoint of DeepSpeed: there are no *_optim_states.pt files."),
        where=str(folder),
        fix=_("Name a .pth file, or the folder that DeepSpeed wrote, such as iter_2181.pth/."),
    )


def _trained(
    files: list[Path], tensors: dict[str, LazyTensor], others: dict[str, LazyTensor], state: dict[str, Any]
) -> TrainedWeights:
    noted = state.get("meta")
    meta: dict[str, Any] = noted if isinstance(noted, dict) else {}
    text, iteration = meta.get("cfg"), meta.get("iter")
    return TrainedWeights(
        files,
        tensors,
        others,
        text if isinstance(text, str) else None,
        iteration if isinstance(iteration, int) else None,
    )
