"""Start merging an adapter into its base."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.actions.python import module_command
from workbench.actions.seeing_bases import bases_of
from workbench.actions.targets import free_name, job_name
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model
from workbench.weights.seeing import has_seeing_parts

DEFAULT_SHARD_BYTES = 2 * 10**9


def start_merge(
    adapter: Path,
    target: Path | None = None,
    *,
    project: Path,
    base: str | None = None,
    dtype: str = "auto",
    max_shard_bytes: int = DEFAULT_SHARD_BYTES,
    safe: bool = True,
    is_clip: bool = False,
    device: str = "cpu",
    overwrite: bool = False,
    visual_encoder: str | None = None,
    save_format: str = "huggingface",
) -> JobFolder:
    """Merge in a job of its own.

    Args:
        adapter: an adapter's folder, or a LLaVA folder: both its adapters are then merged into one model.
        target: the folder to write; a free name beside the adapter if it is None.
        base: the base model; the one the adapter was trained on if it is None.
        safe: write safetensors; otherwise ``.bin``.
        is_clip: the base is a CLIP, of which the vision tower is merged and written.
        device: where products are computed: cpu, cuda or auto.
        visual_encoder: for a LLaVA folder, the vision tower instead of the noted one.
        save_format: for a LLaVA folder, the layout of the result: ``huggingface`` or ``official``.

    Raises:
        WorkbenchError: the adapter folder is not there, or does not say what its base is.
    """
    folder = adapter.expanduser().resolve()
    if has_seeing_parts(folder) and not is_clip:
        bases = bases_of(folder, base, visual_encoder) | {"save_format": save_format}
    else:
        bases = {"base": base_of(folder, base, adapter)}
    return start_job(
        "merge",
        job_name("merge", folder),
        module_command("workbench.checkpoints.merge_job", "{job}"),
        project=project,
        arguments={
            **bases,
            "adapter": str(folder),
            "target": str((target or free_name(folder.with_name(f"{folder.name}-merged"))).resolve()),
            "dtype": dtype,
            "max_shard_bytes": max_shard_bytes,
            "safe": safe,
            "is_clip": is_clip,
            "device": device,
            "overwrite": overwrite,
        },
    )


def base_of(folder: Path, given: str | None, adapter: Path) -> str:
    """The base of an adapter: that given, else the noted one.

    Raises:
        WorkbenchError: there is no adapter, or nothing says what its base is.
    """
    named = noted_base(folder)
    known = read_provenance(folder)
    chosen = given or (known.base_model if known else None) or named
    if not chosen:
        raise WorkbenchError(
            _("The adapter does not say what its base is."),
            where=str(adapter),
            fix=_("Name the base that it was trained on."),
        )
    model = Path(resolve_model(chosen))
    return str(model.resolve()) if model.is_dir() else chosen


def noted_base(folder: Path) -> str | None:
    """The base that peft noted in an adapter's own config.

    Raises:
        WorkbenchError: there is no such config.
    """
    try:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        named = config.get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError) as error:
        raise WorkbenchError(
            _("The folder holds no adapter: adapter_config.json is missing or damaged."),
            where=str(folder),
            fix=_("Name the folder that 'workbench convert' made, or a checkpoint folder of a LoRA training."),
        ) from error
    return named if isinstance(named, str) else None
