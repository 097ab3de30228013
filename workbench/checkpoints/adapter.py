"""An adapter folder as peft writes it: its settings, and its tensors sorted by the module that each belongs to."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.checkpoints.model_files import stored_in
from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.values import require_floats
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_PREFIX = "base_model.model."
_MARKS = {
    "LORA": "lora_",
    "LOHA": "hada_",
    "LOKR": "lokr_",
    "IA3": "ia3_",
    "OFT": "oft_",
    "BOFT": "boft_",
    "HRA": "hra_",
    "MISS": "miss_",
    "FOURIERFT": "fourierft_",
    "C3A": "c3a_",
    "GRALORA": "gralora_",
    "DELORA": "delora_",
    "WAVEFT": "waveft_",
    "VERA": "vera_lambda_",
}
"""The kinds whose merged weight follows from the module's own tensors, and those in `_SHARED` → what their tensors' names begin with."""
_SHARED = {"VERA": ("base_model.vera_A", "base_model.vera_B")}
"""Tensors that all modules of an adapter have in common, each its own part of them."""
_OF_THE_BASE = ".original_module."
"""What a layer was before it was trained whole: peft saves it where embeddings have grown, and nothing needs it."""
_ROWS = re.compile(r"(.+?)\.token_adapter\.(?:base_layer\.)?trainable_tokens_delta(?:\.default)?$")
_WHOLE = re.compile(r"(.+?)(?:\.modules_to_save(?:\.default)?|(?:\.token_adapter)?\.base_layer)?\.(weight|bias)$")
_FILES = ("adapter_model.safetensors", "adapter_model.bin")
_UNMERGEABLE = {
    "alora_invocation_tokens": "aLoRA",
    "arrow_config": "Arrow",
    "use_qalora": "QA-LoRA",
    "use_bdlora": "BD-LoRA",
    "kasa_config": "KaSA",
    "monteclora_config": "MonteCLoRA",
    "layer_replication": "layer_replication",
    "target_parameters": "target_parameters",
}
_LOST_BASES = {
    "loftq": "LoftQ",
    "corda": "CorDA",
    "lora_ga": "LoRA-GA",
    "mica": "MiCA",
}
"""Ways to begin that change the base by what is not in the adapter's folder."""


@dataclass(frozen=True)
class Adapter:
    """An adapter, its values still on disk.

    ``parts``: module → its tensors by the rest of their names; ``whole``: weights trained whole, by parameter name;
    ``rows``: module → the token ids whose rows were trained, and the rows; ``shared``: what all modules have in common.
    """

    folder: Path
    settings: dict[str, Any]
    parts: dict[str, dict[str, LazyTensor]]
    whole: dict[str, LazyTensor]
    rows: dict[str, tuple[list[int], LazyTensor]]
    shared: dict[str, LazyTensor] = field(default_factory=dict)

    @property
    def touches_biases(self) -> bool:
        """Whether a module's bias changes with its weight."""
        return bool(self.settings["peft_type"] == "IA3" or self.settings.get("lora_bias"))

    def is_own_copy(self, module: str) -> bool:
        """Whether training gave the module a copy of its own, which is then no longer tied to another module."""
        if self.settings.get("ensure_weight_tying"):
            return False
        return any(module.endswith(name) for name in self.settings.get("modules_to_save") or [])


def read_adapter(folder: Path) -> Adapter:
    """Open an adapter folder; values stay on disk.

    Raises:
        WorkbenchError: it holds no adapter, or one of a kind that cannot be merged.
    """
    settings = _settings(folder)
    mark = re.compile(rf"(.+?)\.({_MARKS[settings['peft_type']]}.+)$")
    parts: dict[str, dict[str, LazyTensor]] = {}
    whole: dict[str, LazyTensor] = {}
    rows: dict[str, tuple[list[int], LazyTensor]] = {}
    shared: dict[str, LazyTensor] = {}
    for name, tensor in stored_in(_weights(folder)).items():
        require_floats(name, tensor.dtype, folder)
        plain = name.removeprefix(_PREFIX)
        if _OF_THE_BASE in plain:
            continue
        if name in _SHARED.get(settings["peft_type"], ()):
            shared[name] = tensor
        elif match := mark.match(plain):
            parts.setdefault(match[1], {})[match[2].replace(".default", "")] = tensor
        elif match := _ROWS.match(plain):
            rows[match[1]] = (_token_ids(settings, match[1], folder), tensor)
        elif match := _WHOLE.match(plain):
            whole[f"{match[1]}.{match[2]}"] = tensor
        else:
            raise WorkbenchError(
                _("The adapter has a part that cannot be merged: {name}.").format(name=printable(name)),
                where=str(folder),
                fix=_("Use the adapter beside its base: workbench chat BASE --adapter FOLDER."),
            )
    if not (parts or whole or rows):
        raise WorkbenchError(
            _("The adapter's weights are incomplete."),
            where=str(folder),
            fix=_("The folder is not complete; copy it again from where it was trained."),
        )
    _require_shared(settings, shared, folder)
    return Adapter(folder, settings, parts, whole, rows, shared)


def _require_shared(settings: dict[str, Any], shared: dict[str, LazyTensor], folder: Path) -> None:
    missing = [name for name in _SHARED.get(settings["peft_type"], ()) if name not in shared]
    if missing:
        raise WorkbenchError(
            _("The adapter lacks the random matrices that its modules share: {names}.").format(
                names=", ".join(missing)
            ),
            where=str(folder),
            fix=_("Save it again where it was trained, with save_projection=True in its VeraConfig."),
        )


def _settings(folder: Path) -> dict[str, Any]:
    """``adapter_config.json``."""
    path = folder / "adapter_config.json"
    try:
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        kind = str(settings["peft_type"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise WorkbenchError(
            _("The folder holds no adapter: adapter_config.json is missing or damaged."),
            where=str(folder),
            fix=_("Name the folder that 'workbench convert' made, or a checkpoint folder of a LoRA training."),
        ) from error
    unmergeable = next((name for key, name in _UNMERGEABLE.items() if settings.get(key)), None)
    if kind not in _MARKS or unmergeable:
        raise WorkbenchError(
            _("Adapters of the kind {kind} cannot be merged.").format(kind=printable(unmergeable or kind)),
            where=str(path),
            fix=_("Use the adapter beside its base: workbench chat BASE --adapter FOLDER."),
        )
    _refuse_lost_base(settings, path)
    return settings


def _refuse_lost_base(settings: dict[str, Any], path: Path) -> None:
    began = str(settings.get("init_lora_weights")).lower()
    if began in _LOST_BASES:
        raise WorkbenchError(
            _("The adapter began as {kind}, which changed the base; the changed base is not in its folder.").format(
                kind=_LOST_BASES[began]
            ),
            where=f"{path}:init_lora_weights",
            fix=_("Save it as plain LoRA where it was trained: path_initial_model_for_weight_conversion in peft."),
        )


def _weights(folder: Path) -> Path:
    for name in _FILES:
        if (folder / name).is_file():
            return folder / name
    raise WorkbenchError(
        _("The adapter's weights are missing."),
        where=str(folder),
        fix=_("The folder is not complete; copy it again from where it was trained."),
    )


def _token_ids(settings: dict[str, Any], module: str, folder: Path) -> list[int]:
    """The ids whose rows were trained: a list, or a list for each module."""
    named = settings.get("trainable_token_indices")
    if isinstance(named, dict):
        named = next((ids for key, ids in named.items() if module == key or module.endswith(f".{key}")), None)
    if not isinstance(named, list) or not all(type(number) is int and number >= 0 for number in named):
        raise WorkbenchError(
            _("The adapter does not say which tokens it trained."),
            where=f"{folder / 'adapter_config.json'}:trainable_token_indices",
            fix=_("Add the list of their ids there, as the training had it."),
        )
    return named
