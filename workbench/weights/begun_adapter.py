"""The adapter that a training goes on with (``adapter_name_or_path``), looked at without reading its weights."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.base_changes import BaseChanges, changes_of
from workbench.configs.schema import TrainConfig
from workbench.configs.ways import why_dora_clashes
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.adapter_base import other_base
from workbench.weights.adapter_folder import require_adapter
from workbench.weights.small_json import json_object


def begun_folder(config: TrainConfig) -> Path:
    """The folder of the adapter.

    Raises:
        WorkbenchError: there is none, it was made for another base, or for other new tokens or another context, or
            its kind cannot be trained in the config's way.
    """
    folder = _folder(config)
    require_adapter(folder)
    _require_same_base(folder, config)
    _require_same_changes(folder, config)
    _require_trainable_kind(folder, config)
    return folder


def _folder(config: TrainConfig) -> Path:
    named = str(config.adapter_name_or_path)
    folder = Path(resolve_model(named))
    if folder.is_dir():
        return folder
    raise WorkbenchError(
        _("There is no folder of that name."),
        where=f"adapter_name_or_path: {named}",
        fix=_("Name the folder of an adapter, or a checkpoint of a LoRA training."),
    )


def _require_same_base(folder: Path, config: TrainConfig) -> None:
    base = other_base(folder, config.pretrained_model_name_or_path)
    if base is None:
        return
    raise WorkbenchError(
        _("The adapter was trained on another base: {base}.").format(base=base),
        where=f"adapter_name_or_path: {folder}",
        fix=_(
            "Set pretrained_model_name_or_path to that one. If it is the same model under another name, change the "
            "name in workbench.json and adapter_config.json."
        ),
    )


def _require_same_changes(folder: Path, config: TrainConfig) -> None:
    asked = BaseChanges(tuple(config.new_tokens), config.max_position_embeddings, config.rope_scaling_type)
    made = changes_of(folder)
    for field in ("new_tokens", "max_position_embeddings"):
        wanted, found = getattr(made, field), getattr(asked, field)
        if wanted != found:
            raise WorkbenchError(
                _("The adapter was trained with another value of {field}.").format(field=field),
                where=f"adapter_name_or_path: {folder}",
                fix=_("Set {field}: {value}").format(
                    field=field, value=list(wanted) if isinstance(wanted, tuple) else wanted or "null"
                ),
            )


def _require_trainable_kind(folder: Path, config: TrainConfig) -> None:
    is_dora = json_object(folder / "adapter_config.json").get("use_dora") is True
    if is_dora and (clash := why_dora_clashes(config)):
        raise WorkbenchError(
            _("The adapter was trained with DoRA."), where=f"adapter_name_or_path: {folder}", fix=_(clash)
        )
