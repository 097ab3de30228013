"""Start merging an adapter into its base."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.actions.python import module_command
from workbench.actions.targets import free_name
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model

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
) -> JobFolder:
    """Merge in a job of its own.

    Args:
        target: the folder to write; a free name beside the adapter if it is None.
        base: the base model; the one the adapter was trained on if it is None.
        safe: write safetensors; otherwise ``.bin``.
        is_clip: the base is a CLIP, of which the vision tower is merged and written.
        device: where products are computed: cpu, cuda or auto.

    Raises:
        WorkbenchError: the adapter folder is not there, or does not say what its base is.
    """
    folder = adapter.expanduser().resolve()
    named = _base_in_config(folder)
    known = read_provenance(folder)
    chosen = base or (known.base_model if known else None) or named
    if not chosen:
        raise WorkbenchError(
            _("The adapter does not say what its base is."),
            where=str(adapter),
            fix=_("Name the base that it was trained on."),
        )
    model = resolve_model(chosen)
    return start_job(
        "merge",
        f"merge-{folder.name}",
        module_command("workbench.checkpoints.merge_job", "{job}"),
        project=project,
        arguments={
            "base": str(Path(model).resolve()) if Path(model).is_dir() else chosen,
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


def _base_in_config(folder: Path) -> str | None:
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
