"""A LLaVA model in the layout of the LLaVA project: a ``LlavaLlamaForCausalLM``, loaded by its own package ``llava``.

The language model has Llama's names; InternLM2, the same network under other names, is written under these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.checkpoints.full_model import change_config
from workbench.checkpoints.llava.language import vocabulary_size
from workbench.checkpoints.llava.llama_names import llama_config, with_llama_names
from workbench.checkpoints.llava.tower import CLIP, PROCESSOR_FILE, vision_config
from workbench.checkpoints.llava.whole import WholeLlava
from workbench.checkpoints.model_files import astray_note, copy_beside
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.errors import WorkbenchError
from workbench.i18n import _


def official(model: WholeLlava, max_shard_bytes: int) -> PlannedFolder:
    """The folder, with the vision tower's weights only if it was trained.

    Raises:
        WorkbenchError: a part is of a kind that the layout does not know.
    """
    kind = vision_config(model.vision).get("model_type")
    if kind != CLIP:
        raise WorkbenchError(
            _("This layout takes a CLIP vision tower, but this one is {kind}.").format(kind=kind),
            where=str(model.vision.folder),
            fix=_("Use --save-format xtuner."),
        )
    text = with_llama_names(model.text, model.language.config())
    trained = model.tower if model.tower_is_trained else []
    plan = [
        *text,
        *(replace(tensor, name=f"model.vision_tower.vision_tower.{tensor.name}") for tensor in trained),
        *(
            replace(tensor, name=f"model.mm_projector.{tensor.name.removeprefix('model.')}")
            for tensor in model.projector
        ),
    ]
    changes = model.text_changes | {
        "architectures": ["LlavaLlamaForCausalLM"],
        "model_type": "llava",
        "vocab_size": vocabulary_size(text, model),
        "image_aspect_ratio": "pad" if model.pad_image_to_square else "square",
        "mm_hidden_size": vision_config(model.vision).get("hidden_size"),
        "mm_projector_type": f"mlp{model.projector_settings['depth']}x_gelu",
        "mm_use_im_patch_token": False,
        "mm_use_im_start_end": False,
        "mm_vision_select_feature": "patch",
        "mm_vision_select_layer": model.selected_layer,
        "mm_vision_tower": model.vision_name,
        "unfreeze_mm_vision_tower": bool(trained),
        "use_mm_proj": True,
    }
    return PlannedFolder("", plan, partial(_finish, model=model, changes=changes), max_shard_bytes)


def _finish(folder: Path, model: WholeLlava, changes: Mapping[str, Any]) -> list[str]:
    astray = model.language.carry_over(folder)
    for code in folder.glob("*.py"):  # of the names on disk that the result does not have
        code.unlink()
    config = llama_config(model.language.config())
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    change_config(folder, changes)
    return astray_note(astray + copy_beside(model.vision.folder, folder, [PROCESSOR_FILE]))
