"""A vision tower that was trained whole."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from workbench.checkpoints.adapter_files import planned
from workbench.checkpoints.llava.tower import COMPUTED, PROCESSOR_FILE, vision_config, vision_tensors
from workbench.checkpoints.model_files import ModelFiles, astray_note, copy_beside
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.checkpoints.pth.bases import require_base
from workbench.checkpoints.pth.context import Context
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


def visual_encoder(context: Context) -> PlannedFolder:
    """The vision tower's own folder.

    Raises:
        WorkbenchError: its base is not on this machine, or a tensor does not fit it.
    """
    base = require_base(context.model.visual_encoder, "--visual-encoder")
    tensors = trained_vision(context, base)
    return PlannedFolder(
        "visual_encoder", planned(tensors), partial(_finish, base=base), context.request.max_shard_bytes
    )


def trained_vision(context: Context, base: ModelFiles) -> dict[str, LazyTensor]:
    """The trained weights, one for each of the base.

    Raises:
        WorkbenchError: names the first one that does not fit, and both shapes.
    """
    expected = vision_tensors(base)
    trained = {name: tensor for name, tensor in context.parts.visual_encoder.items() if not name.endswith(COMPUTED)}
    for name in [*expected, *trained]:
        found, wanted = trained.get(name), expected.get(name)
        if found is None or wanted is None or found.shape != wanted.shape:
            raise WorkbenchError(
                _("The vision tower does not fit its base: {name} is {found}, but should be {expected}.").format(
                    name=printable(f"visual_encoder.{name}"),
                    found=list(found.shape) if found is not None else _("missing"),
                    expected=list(wanted.shape) if wanted is not None else _("absent"),
                ),
                where=str(context.request.pth),
                fix=_("Name the vision tower that it was trained on: --visual-encoder FOLDER."),
            )
    return {name: trained[name] for name in expected}


def _finish(folder: Path, base: ModelFiles) -> list[str]:
    config = vision_config(base) | {"architectures": ["CLIPVisionModel"]}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return astray_note(copy_beside(base.folder, folder, [PROCESSOR_FILE]))
