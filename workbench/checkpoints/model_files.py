"""The files of a model folder: its weights, which stay on disk until they are wanted, and what belongs to them."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.checkpoints.pickles import read_structure
from workbench.checkpoints.safetensors_files import tensors_in
from workbench.checkpoints.stored import LazyTensor
from workbench.configs.provenance import PROVENANCE_FILE
from workbench.errors import WorkbenchError
from workbench.hub.snapshot import fetched_folder
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable

_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
CONFIG_FILE = "config.json"
_SINGLE = ("model.safetensors", "pytorch_model.bin")
_NOT_CARRIED = {*_INDEXES, PROVENANCE_FILE, "adapter_config.json", "trainer_state.json"}
_TOKENIZER = re.compile(
    r"tokenizer.*|special_tokens_map\.json|added_tokens\.json|vocab\..*|merges\.txt|chat_template.*"
)
_WEIGHT_SUFFIXES = {".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".gguf"}


@dataclass(frozen=True)
class ModelFiles:
    """A model on disk. ``stored``: its weights by their names on disk, file after file, in the order of their places."""

    folder: Path
    weight_files: list[Path]
    stored: dict[str, LazyTensor]

    @property
    def total_bytes(self) -> int:
        """Size of all weights."""
        return sum(math.prod(tensor.shape) * tensor.dtype.itemsize for tensor in self.stored.values())

    def config(self) -> dict[str, Any]:
        """``config.json``.

        Raises:
            WorkbenchError: it is missing or damaged.
        """
        path = self.folder / CONFIG_FILE
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise WorkbenchError(
                _("The model's config.json is missing or damaged."), where=str(path), fix=_("Fetch the model again.")
            ) from error
        if not isinstance(config, dict):
            raise WorkbenchError(
                _("The model's config.json is missing or damaged."), where=str(path), fix=_("Fetch the model again.")
            )
        return config

    def tensors(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every weight by its name on disk, one at a time."""
        for name, tensor in self.stored.items():
            yield name, tensor.load()

    def names(self) -> list[str]:
        """The names of all weights."""
        return list(self.stored)

    def carry_over(self, target: Path) -> list[str]:
        """Copy what is no weight: config, tokenizer, templates, the model's own code.

        Returns:
            the names of links that lead out of the folder, which are not followed.
        """
        astray = copy_beside(self.folder, target, (path.name for path in self.folder.iterdir()))
        if CONFIG_FILE in astray:  # it was read, and without it the result is no model
            (target / CONFIG_FILE).write_text(json.dumps(self.config(), indent=2) + "\n", encoding="utf-8")
            astray.remove(CONFIG_FILE)
        return astray


def copy_beside(folder: Path, target: Path, names: Iterable[str]) -> list[str]:
    """Copy files that are no weights; hidden ones, folders and links that lead out of the folder stay behind.

    Returns:
        the names of those links.
    """
    astray = []
    for path in sorted(folder / name for name in names):
        if path.name.startswith(".") or path.suffix in _WEIGHT_SUFFIXES or path.name in _NOT_CARRIED:
            continue
        if path.is_symlink() and not _stays(path):
            astray.append(path.name)
        elif path.is_file():
            shutil.copyfile(path, target / path.name)
    return astray


def copy_tokenizer(folder: Path, target: Path) -> list[str]:
    """Copy a folder's tokenizer with its chat template, as `copy_beside` does."""
    return copy_beside(folder, target, (path.name for path in folder.iterdir() if _TOKENIZER.fullmatch(path.name)))


def astray_note(links: list[str]) -> list[str]:
    """What to tell of links that were not followed; nothing if there are none."""
    if not links:
        return []
    return [
        _("These files are links that lead out of their folder, and were left out: {names}.").format(
            names=printable(", ".join(links))
        )
    ]


def _stays(link: Path) -> bool:
    """Whether a link leads into its own folder, or into the blobs beside it as in the Hugging Face cache."""
    folder = link.parent.resolve()
    allowed = [folder]
    if folder.parent.name == "snapshots":
        allowed.append(folder.parent.parent / "blobs")
    return any(link.resolve().is_relative_to(place) for place in allowed)


def open_model(path_or_name: str) -> ModelFiles:
    """The files of a model folder, or of a Hugging Face name (fetched into its cache if it is not there).

    Raises:
        WorkbenchError: there is no such folder or name, or its weights are missing, damaged or incomplete.
    """
    folder = Path(resolve_model(path_or_name))
    return open_folder(folder if folder.is_dir() else fetched_folder(path_or_name))


def open_folder(folder: Path) -> ModelFiles:
    """The files of a model folder.

    Raises:
        WorkbenchError: its weights are missing, damaged or incomplete.
    """
    for name in _INDEXES:
        if (folder / name).is_file():
            return _indexed(folder, name)
    for name in _SINGLE:
        if (folder / name).is_file():
            return ModelFiles(folder, [folder / name], stored_in(folder / name))
    raise WorkbenchError(
        _("The folder holds no model weights."), where=str(folder), fix=_("Name the folder of the base model.")
    )


def _indexed(folder: Path, index: str) -> ModelFiles:
    weight_map = _weight_map(folder / index)
    parts = list(dict.fromkeys(weight_map.values()))
    missing = [name for name in parts if Path(name).name != name or not (folder / name).is_file()]
    if missing:
        raise WorkbenchError(
            _("Weights are missing: {names}.").format(names=printable(", ".join(missing))),
            where=str(folder),
            fix=_("Fetch the model again."),
        )
    files = [folder / name for name in parts]
    stored = {name: tensor for path in files for name, tensor in stored_in(path).items()}
    absent = [f"{name} ({part})" for name, part in weight_map.items() if name not in stored]
    if absent:
        raise WorkbenchError(
            _("The index names weights that are in none of its files: {names}.").format(
                names=printable(", ".join(absent[:3]))
            ),
            where=str(folder / index),
            fix=_("Fetch the model again."),
        )
    return ModelFiles(folder, files, stored)


def _weight_map(index: Path) -> dict[str, str]:
    """Which file each weight is in."""
    try:
        weight_map = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        names = {str(name): str(part) for name, part in weight_map.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WorkbenchError(
            _("The index of the weights is damaged."), where=str(index), fix=_("Fetch the model again.")
        ) from error
    return names


def stored_in(path: Path) -> dict[str, LazyTensor]:
    """The tensors of one weight file, safetensors or PyTorch's; no values are read.

    Raises:
        WorkbenchError: it is damaged, cut off, or holds something other than tensors.
    """
    if path.suffix == ".safetensors":
        return tensors_in(path)
    content = read_structure(path)
    tensors = content.get("state_dict", content) if isinstance(content, dict) else None
    if not isinstance(tensors, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in tensors.values()):
        raise WorkbenchError(
            _("The file holds no weights."), where=str(path), fix=_("Name the file or folder that holds the weights.")
        )
    return {str(name): LazyTensor.whole(path, tensor) for name, tensor in tensors.items()}
