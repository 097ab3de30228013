"""From a training checkpoint to a Hugging Face adapter or model folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from workbench.checkpoints.adapter_files import adapter_tensors, finish_adapter, is_adapter, lora_settings, planned
from workbench.checkpoints.answer_ends import tell_answer_ends
from workbench.checkpoints.full_model import change_config, fit_to_base
from workbench.checkpoints.llava.copy import copy_parts, refuse_links_outside
from workbench.checkpoints.model_files import CONFIG_FILE, copy_tokenizer, open_model
from workbench.checkpoints.output import complete_or_absent, require_space, resume_key_of
from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.values import only_finite
from workbench.checkpoints.weight_writing import ONE_FILE, write_weights
from workbench.checkpoints.whole_weights import is_training_only, require_whole_weights
from workbench.checkpoints.zero import open_shards, shard_folder
from workbench.configs.files import load_config
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.adapter_folder import require_adapter
from workbench.weights.seeing import has_seeing_parts

Kind = Literal["adapter", "model", "llava"]
_SHARD_BYTES = 5 * 10**9
_ADAPTER_FILES = ("adapter_model.safetensors", "adapter_model.bin")
_MODEL_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)


@dataclass(frozen=True)
class Converted:
    """What was made, and what its user should know about it."""

    kind: Kind
    folder: Path
    notes: list[str]


def convert(
    checkpoint: Path, target: Path, *, overwrite: bool = False, on_progress: Callable[[int, int], None]
) -> Converted:
    """Write the adapter or model of a checkpoint into a folder; on_progress gets bytes done and in all.

    Weights that are already whole are taken as they are; otherwise they are joined from the ZeRO shards, tensor by
    tensor. An attempt that was killed goes on where it was.

    Raises:
        WorkbenchError: it is no checkpoint, its weights are damaged, a rank's shard is missing, or the target would be
            overwritten.
    """
    if not checkpoint.is_dir():
        raise WorkbenchError(
            _("The checkpoint folder does not exist."),
            where=str(checkpoint),
            fix=_("Name a folder such as work_dirs/NAME/TIME/checkpoints/checkpoint-80, or a job."),
        )
    kind = _whole_kind(checkpoint)
    if kind is not None:
        require_whole_weights(checkpoint)
    if kind == "adapter":
        require_adapter(checkpoint)
    key = None if kind else resume_key_of([path for path in checkpoint.rglob("*") if path.is_file()], "convert")
    with complete_or_absent(target, overwrite=overwrite, sources=[checkpoint], resume_key=key) as folder:
        if kind == "llava":
            copy_parts(checkpoint, folder, on_progress)
        elif kind is not None:
            _copy_whole(checkpoint, folder, on_progress)
        else:
            kind = _join(checkpoint, folder, on_progress)
        notes = _complete(checkpoint, folder, kind)
    return Converted(kind, target, notes)


def _whole_kind(checkpoint: Path) -> Kind | None:
    """What is already there whole."""
    if has_seeing_parts(checkpoint):
        return "llava"
    if any((checkpoint / name).is_file() for name in _ADAPTER_FILES):
        return "adapter"
    return "model" if any((checkpoint / name).is_file() for name in _MODEL_FILES) else None


def _copy_whole(checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]) -> None:
    wanted = [path for path in sorted(checkpoint.iterdir()) if path.is_file() and not is_training_only(path.name)]
    refuse_links_outside(checkpoint, wanted)
    total, done = sum(path.stat().st_size for path in wanted), 0
    require_space(folder, total)
    for path in wanted:
        shutil.copyfile(path, folder / path.name)
        done += path.stat().st_size
        on_progress(done, total)


def _join(checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]) -> Kind:
    shards_at = shard_folder(checkpoint)
    if shards_at is None:
        raise WorkbenchError(
            _("This is no checkpoint: it holds neither weights nor ZeRO shards."),
            where=str(checkpoint),
            fix=_("Name a folder such as work_dirs/NAME/TIME/checkpoints/checkpoint-80, or a job."),
        )
    tensors = open_shards(shards_at).trained
    if is_adapter(tensors):
        _write_adapter(tensors, checkpoint, folder, on_progress)
        return "adapter"
    _write_model(tensors, checkpoint, folder, on_progress)
    return "model"


def _write_adapter(
    tensors: dict[str, LazyTensor], checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]
) -> None:
    plain = adapter_tensors(tensors)
    existing = checkpoint / "adapter_config.json"
    if existing.is_file():
        settings = json.loads(existing.read_text(encoding="utf-8"))
    else:
        config = _config_of(checkpoint)
        base = resolve_model(config.pretrained_model_name_or_path)
        settings = lora_settings(plain, _lora_of(config), base)
    plan = only_finite(planned(plain), checkpoint)
    write_weights(folder, plan, max_shard_bytes=ONE_FILE, on_progress=on_progress)
    finish_adapter(folder, settings)


def _lora_of(config: TrainConfig) -> dict[str, Any]:
    """The settings of a training's adapter; which modules have one is read off the weights."""
    return config.lora.model_dump(include={"r", "lora_alpha", "lora_dropout", "bias", "modules_to_save"}) | {
        "task_type": "SEQ_CLS" if config.stage == "reward" else "CAUSAL_LM"
    }


def _write_model(
    tensors: dict[str, LazyTensor], checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]
) -> None:
    """The trained weights under the base's own names, with everything else that belongs to the base."""
    base = open_model(_config_of(checkpoint).pretrained_model_name_or_path)
    model = fit_to_base(tensors, base, checkpoint, torch.float32)
    write_weights(folder, only_finite(model.plan, checkpoint), max_shard_bytes=_SHARD_BYTES, on_progress=on_progress)
    base.carry_over(folder)
    change_config(folder, {"dtype": "float32"} | ({"vocab_size": model.vocab_size} if model.vocab_size else {}))


def _config_of(checkpoint: Path) -> TrainConfig:
    """The frozen config of the job that a checkpoint belongs to."""
    for folder in (checkpoint, *checkpoint.parents[:3]):
        if (folder / "config.yaml").is_file():
            return load_config(folder / "config.yaml")
    raise WorkbenchError(
        _("The config that this checkpoint was trained by is not beside it."),
        where=str(checkpoint),
        fix=_("Keep the checkpoint inside its job folder, where config.yaml is."),
    )


def _complete(checkpoint: Path, folder: Path, kind: Kind) -> list[str]:
    """Add what a user of the result needs: tokenizer, note of where it came from, where answers end; returns notes."""
    known = read_provenance(checkpoint)
    if known is None:
        config = _config_of(checkpoint)
        known = Provenance(
            prompt_template=config.prompt_template,
            base_model=config.pretrained_model_name_or_path,
            method=config.method,
            system=config.system,
            **(_of_seeing(config) if kind == "llava" else {}),
        )
    write_provenance(folder, known)
    is_talking = kind == "adapter" or (folder / CONFIG_FILE).is_file()
    if is_talking and not any(folder.glob("tokenizer*")) and known.base_model:
        base = Path(resolve_model(known.base_model))
        if base.is_dir():
            copy_tokenizer(base, folder)
    return tell_answer_ends(folder) if (folder / CONFIG_FILE).is_file() else []


def _of_seeing(config: TrainConfig) -> dict[str, Any]:
    """What is noted of a training that sees."""
    return {
        "visual_encoder": config.visual_encoder_name_or_path,
        "visual_select_layer": config.visual_select_layer,
        "pad_image_to_square": config.pad_image_to_square,
    }
