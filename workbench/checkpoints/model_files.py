"""The files of a model folder: its weights, one file after another, and everything else that belongs to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from workbench.checkpoints.pickles import read_tensors
from workbench.configs.provenance import PROVENANCE_FILE
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_SINGLE = ("model.safetensors", "pytorch_model.bin")
_NOT_CARRIED = {*_INDEXES, PROVENANCE_FILE}


@dataclass(frozen=True)
class ModelFiles:
    """A model on disk."""

    folder: Path
    weight_files: list[Path]

    @property
    def total_bytes(self) -> int:
        """Size of all weight files."""
        return sum(path.stat().st_size for path in self.weight_files)

    def config(self) -> dict[str, Any]:
        """``config.json``."""
        config: dict[str, Any] = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
        return config

    def tensors(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every weight by its name on disk, one at a time."""
        for path in self.weight_files:
            yield from _tensors_of(path)

    def names(self) -> list[str]:
        """The names of all weights."""
        return [name for path in self.weight_files for name in _names_of(path)]

    def carry_over(self, target: Path) -> None:
        """Copy what is no weight: config, tokenizer, templates, the model's own code."""
        for path in self.folder.iterdir():
            is_weight = path.suffix in {".safetensors", ".bin", ".pt", ".pth"}
            if path.is_file() and not is_weight and path.name not in _NOT_CARRIED:
                shutil.copyfile(path, target / path.name)


def open_model(path_or_name: str) -> ModelFiles:
    """The files of a model folder, or of a Hugging Face name (fetched into its cache if it is not there).

    Raises:
        WorkbenchError: there is no such folder or name, or its weights are missing or incomplete.
    """
    folder = Path(resolve_model(path_or_name))
    if not folder.is_dir():
        folder = _fetched(path_or_name)
    for name in _INDEXES:
        if (folder / name).is_file():
            return ModelFiles(folder, _indexed(folder, name))
    for name in _SINGLE:
        if (folder / name).is_file():
            return ModelFiles(folder, [folder / name])
    raise WorkbenchError(
        _("The folder holds no model weights."), where=str(folder), fix=_("Name the folder of the base model.")
    )


def _indexed(folder: Path, index: str) -> list[Path]:
    try:
        parts = dict.fromkeys(json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError) as error:
        raise WorkbenchError(_("The index of the weights is damaged."), where=str(folder / index)) from error
    missing = [name for name in parts if not (folder / name).is_file()]
    if missing:
        raise WorkbenchError(
            _("Weights are missing: {names}.").format(names=", ".join(missing)),
            where=str(folder),
            fix=_("Fetch the model again."),
        )
    return [folder / name for name in parts]


def _fetched(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise WorkbenchError(
            _("There is no model folder here, and it cannot be fetched: {reason}").format(
                reason=str(error).splitlines()[0][:200]
            ),
            where=name,
            fix=_("Check the path; a Hugging Face name looks like owner/model."),
        ) from error


def _tensors_of(path: Path) -> Iterator[tuple[str, torch.Tensor]]:
    if path.suffix != ".safetensors":
        yield from read_tensors(path).items()
        return
    with readable(path) as stream:
        for name in stream.keys():  # noqa: SIM118 - not a mapping
            yield name, stream.get_tensor(name)


def _names_of(path: Path) -> list[str]:
    if path.suffix != ".safetensors":
        return list(read_tensors(path))
    with readable(path) as stream:
        return list(stream.keys())


@contextmanager
def readable(path: Path) -> Iterator[Any]:
    """A safetensors file, open.

    Raises:
        WorkbenchError: it is damaged or cut off.
    """
    try:
        with safe_open(path, "pt") as stream:
            yield stream
    except SafetensorError as error:
        raise WorkbenchError(
            _("The weight file is damaged or cut off: {reason}").format(reason=error),
            where=str(path),
            fix=_("Make it again, or copy it again from where it is whole."),
        ) from error
