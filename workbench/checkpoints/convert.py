"""From a training checkpoint to a Hugging Face adapter or model folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file

from workbench.checkpoints.output import complete_or_absent, require_space
from workbench.checkpoints.zero import ZeroShards, open_shards, shard_folder
from workbench.configs.files import load_config
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

Kind = Literal["adapter", "model"]
_LORA_MARK = ".lora_"
_ADAPTER_FILES = ("adapter_model.safetensors", "adapter_model.bin")
_MODEL_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_TRAINING_ONLY = {
    "trainer_state.json",
    "training_args.bin",
    "optimizer.pt",
    "scheduler.pt",
    "latest",
    "zero_to_fp32.py",
    "zero_to_torch.py",
}


@dataclass(frozen=True)
class Converted:
    """What was made."""

    kind: Kind
    folder: Path


def convert(
    checkpoint: Path, target: Path, *, overwrite: bool = False, on_progress: Callable[[int, int], None]
) -> Converted:
    """Write the adapter or model of a checkpoint into a folder; on_progress gets parts done and in all.

    Weights that are already whole are taken as they are; otherwise they are joined from the ZeRO shards.

    Raises:
        WorkbenchError: it is no checkpoint, a rank's shard is missing, or the target would be overwritten.
    """
    if not checkpoint.is_dir():
        raise WorkbenchError(_("The checkpoint folder does not exist."), where=str(checkpoint))
    with complete_or_absent(target, overwrite=overwrite, sources=[checkpoint]) as folder:
        kind = _whole_kind(checkpoint)
        if kind is not None:
            _copy_whole(checkpoint, folder, on_progress)
        else:
            kind = _join(checkpoint, folder, on_progress)
        _complete(checkpoint, folder)
    return Converted(kind, target)


def _whole_kind(checkpoint: Path) -> Kind | None:
    """What is already there whole."""
    if any((checkpoint / name).is_file() for name in _ADAPTER_FILES):
        return "adapter"
    return "model" if any((checkpoint / name).is_file() for name in _MODEL_FILES) else None


def _copy_whole(checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]) -> None:
    wanted = [
        path
        for path in sorted(checkpoint.iterdir())
        if path.is_file() and path.name not in _TRAINING_ONLY and not path.name.startswith("rng_state")
    ]
    require_space(folder, sum(path.stat().st_size for path in wanted))
    for number, path in enumerate(wanted, start=1):
        shutil.copyfile(path, folder / path.name)
        on_progress(number, len(wanted))


def _join(checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]) -> Kind:
    shards_at = shard_folder(checkpoint)
    if shards_at is None:
        raise WorkbenchError(
            _("This is no checkpoint: it holds neither weights nor ZeRO shards."),
            where=str(checkpoint),
            fix=_("Name a folder such as work_dirs/NAME/TIME/checkpoints/checkpoint-80, or a job."),
        )
    shards = open_shards(shards_at)
    require_space(folder, shards.total_bytes)
    tensors = _read(shards, on_progress)
    if any(_LORA_MARK in name for name in tensors):
        _write_adapter(tensors, checkpoint, folder)
        return "adapter"
    _write_model(tensors, checkpoint, folder)
    return "model"


def _read(shards: ZeroShards, on_progress: Callable[[int, int], None]) -> dict[str, torch.Tensor]:
    total = sum(len(group) for group in shards.shapes)
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in shards.tensors():
        tensors[name] = tensor.clone()
        on_progress(min(len(tensors), total), total)
    return tensors


def _write_adapter(tensors: dict[str, torch.Tensor], checkpoint: Path, folder: Path) -> None:
    """peft's names on disk lack the adapter's own name."""
    plain = {
        name.replace(".modules_to_save.default.", ".").replace(".default.", "."): tensor
        for name, tensor in tensors.items()
    }
    save_file(plain, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    existing = checkpoint / "adapter_config.json"
    if existing.is_file():
        shutil.copyfile(existing, folder / "adapter_config.json")
        return
    settings = _adapter_config(plain, _config_of(checkpoint))
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _adapter_config(tensors: dict[str, torch.Tensor], config: TrainConfig) -> dict[str, Any]:
    """What peft needs to load an adapter, from the config it was trained by and the modules that have one."""
    modules = {name.split(_LORA_MARK)[0].rsplit(".", 1)[-1] for name in tensors if _LORA_MARK in name}
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": resolve_model(config.pretrained_model_name_or_path),
        "r": config.lora.r,
        "lora_alpha": config.lora.lora_alpha,
        "lora_dropout": config.lora.lora_dropout,
        "bias": config.lora.bias,
        "target_modules": sorted(modules),
        "modules_to_save": config.lora.modules_to_save,
        "inference_mode": True,
    }


def _write_model(tensors: dict[str, torch.Tensor], checkpoint: Path, folder: Path) -> None:
    """Put the trained weights into the base and save it under its own names."""
    from workbench.models.load import load_language_model

    config = _config_of(checkpoint)
    model = load_language_model(config.pretrained_model_name_or_path, precision="fp32")
    loaded = model.load_state_dict(tensors, strict=False)
    if loaded.unexpected_keys:
        raise WorkbenchError(
            _("The checkpoint has weights that the base does not: {names}.").format(
                names=", ".join(loaded.unexpected_keys[:3])
            ),
            where=str(checkpoint),
        )
    model.save_pretrained(folder)


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


def _complete(checkpoint: Path, folder: Path) -> None:
    """Add what a user of the result needs: the tokenizer, and the note of where it came from."""
    known = read_provenance(checkpoint)
    if known is None:
        config = _config_of(checkpoint)
        known = Provenance(
            prompt_template=config.prompt_template,
            base_model=config.pretrained_model_name_or_path,
            method=config.method,
            system=config.system,
        )
    write_provenance(folder, known)
    if not any(folder.glob("tokenizer*")) and known.base_model:
        _copy_tokenizer(Path(resolve_model(known.base_model)), folder)


def _copy_tokenizer(base: Path, folder: Path) -> None:
    patterns = ("tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab.*", "merges.txt", "chat_template*")
    for pattern in patterns:
        for path in base.glob(pattern) if base.is_dir() else ():
            if path.is_file():
                shutil.copyfile(path, folder / path.name)
