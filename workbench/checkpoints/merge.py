"""Merging an adapter into its base, one tensor at a time: memory stays near one tensor, whatever the model's size."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.checkpoints.adapter import Adapter, read_adapter
from workbench.checkpoints.answer_ends import tell_answer_ends
from workbench.checkpoints.merge_checks import four_bits_note, refuse_not_finite, refuse_quantised, was_so
from workbench.checkpoints.merge_plan import MergePlan, plan_merge
from workbench.checkpoints.merge_request import Merged, MergeRequest
from workbench.checkpoints.model_files import ModelFiles, astray_note, copy_beside, copy_tokenizer, open_model
from workbench.checkpoints.output import complete_or_absent, resume_key_of
from workbench.checkpoints.score_head import gives_scores, score_config, with_score_head
from workbench.checkpoints.shapes import check_shapes
from workbench.checkpoints.values import only_finite
from workbench.checkpoints.weight_writing import write_weights
from workbench.configs.base_changes import changes_of
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.rotary import stretched_config
from workbench.text import printable

_CLIP = {"clip", "clip_vision_model"}
_IMAGE_FILES = ("preprocessor_config.json", "processor_config.json")


def merge(request: MergeRequest, on_progress: Callable[[int, int], None]) -> Merged:
    """Write the merged model; on_progress gets bytes written and in all.

    The weights' names and the other files are the base's own. The values are those of peft's ``merge_and_unload``. An
    interrupted merge of the same files goes on where it was.

    Raises:
        WorkbenchError: something is missing, does not fit together, or would be overwritten.
    """
    adapter, base = read_adapter(request.adapter), open_model(request.base)
    config = base.config()
    refuse_quantised(config, base, request.base)
    if request.is_clip:
        _require_vision(config, base)
    check_shapes(base, config)
    refuse_not_finite(adapter)
    notes: list[str] = []
    if gives_scores(adapter):
        base = with_score_head(base, adapter)
    plan = plan_merge(
        base, adapter, request.torch_dtype, device=request.product_device(notes), vision_only=request.is_clip
    )
    tensors = only_finite(plan.tensors, request.adapter, _("Choose --dtype bf16 or fp32."), but=was_so(base))
    with complete_or_absent(
        request.target,
        overwrite=request.overwrite,
        sources=[base.folder, request.adapter],
        resume_key=_resume_key(request, base),
    ) as folder:
        write_weights(
            folder, tensors, max_shard_bytes=request.max_shard_bytes, safe=request.safe, on_progress=on_progress
        )
        notes += astray_note(_carry(base, adapter, folder, request.is_clip))
        _write_config(folder, base, plan, request, adapter)
        notes += _write_origin(folder, request)
    return Merged(request.target, config.get("model_type") not in _CLIP, notes)


def _resume_key(request: MergeRequest, base: ModelFiles) -> str:
    files = [path for folder in (base.folder, request.adapter) for path in folder.iterdir() if path.is_file()]
    return resume_key_of(files, request.dtype, request.max_shard_bytes, request.safe, request.is_clip, request.device)


def _require_vision(config: dict[str, Any], base: ModelFiles) -> None:
    if config.get("model_type") not in _CLIP:
        raise WorkbenchError(
            _("--is-clip merges into the vision tower of a CLIP, but this base is of the kind {kind}.").format(
                kind=printable(str(config.get("model_type")))
            ),
            where=str(base.folder),
            fix=_("Leave --is-clip out for a language model, or name the CLIP model."),
        )


def _carry(base: ModelFiles, adapter: Adapter, folder: Path, is_clip: bool) -> list[str]:
    """Copy what is no weight; a tokenizer beside the adapter goes before the base's. Returns links not followed."""
    if is_clip:
        return copy_beside(base.folder, folder, [name for name in _IMAGE_FILES if (base.folder / name).exists()])
    return base.carry_over(folder) + copy_tokenizer(adapter.folder, folder)


def _write_config(folder: Path, base: ModelFiles, plan: MergePlan, request: MergeRequest, adapter: Adapter) -> None:
    """Make ``config.json`` tell what the weights now are; it stays as it was where nothing changed."""
    config = base.config()
    changed = _vision_config(config) if request.is_clip else dict(config)
    if request.torch_dtype is not None:
        changed["dtype" if "dtype" in config else "torch_dtype"] = str(request.torch_dtype)[len("torch.") :]
    if gives_scores(adapter):
        changed |= score_config(config)
    if plan.untied:
        changed["tie_word_embeddings"] = False
    changes = changes_of(request.adapter)
    if changes.max_position_embeddings is not None:
        stretched = stretched_config(base.folder, changes.max_position_embeddings, changes.rope_scaling_type)
        changed = {name: value for name, value in changed.items() if name not in stretched}
        changed |= {name: value for name, value in stretched.items() if value is not None}
    if plan.vocabulary is not None:
        holder = changed.get("text_config", changed)
        holder["vocab_size"] = plan.vocabulary
    if request.is_clip or changed != config:
        text = json.dumps(changed, indent=2, ensure_ascii=False) + "\n"
        (folder / "config.json").write_text(text, encoding="utf-8")


def _vision_config(config: dict[str, Any]) -> dict[str, Any]:
    """The config of a CLIP model's vision tower."""
    own = config.get("vision_config") or config
    kept = {key: value for key, value in config.items() if key in {"torch_dtype", "dtype", "transformers_version"}}
    return {**kept, **own, "architectures": ["CLIPVisionModel"], "model_type": "clip_vision_model"}


def _write_origin(folder: Path, request: MergeRequest) -> list[str]:
    """Note where the model came from; returns what its user should know."""
    known = read_provenance(request.adapter) or Provenance()
    notes = four_bits_note(known)
    write_provenance(folder, known.model_copy(update={"base_model": request.base, "notes": notes}))
    return notes if request.is_clip else notes + tell_answer_ends(folder)
