"""The projector of a LLaVA model."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from workbench.checkpoints.adapter_files import planned
from workbench.checkpoints.llava.projector import check_widths, settings_of
from workbench.checkpoints.llava.tower import vision_config
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.checkpoints.pth.bases import find_base
from workbench.checkpoints.pth.context import Context
from workbench.errors import WorkbenchError
from workbench.i18n import _


def projector(context: Context) -> PlannedFolder:
    """The projector's own folder.

    Raises:
        WorkbenchError: see `projector_settings`.
    """
    settings = projector_settings(context)
    return PlannedFolder("projector", planned(context.parts.projector), partial(_finish, settings=settings))


def projector_settings(context: Context) -> dict[str, Any]:
    """What the tensors say of the projector.

    Raises:
        WorkbenchError: a layer is missing or surplus, or its shape fits neither its neighbours nor the models around.
    """
    model, where = context.model, context.request.pth
    settings = settings_of(context.parts.projector, where)
    if settings["depth"] != model.projector_depth and context.request.config is not None:
        raise WorkbenchError(
            _("The projector has {found} layers, but the config says {expected}.").format(
                found=settings["depth"], expected=model.projector_depth
            ),
            where=str(where),
            fix=_("Name the config that it was trained with."),
        )
    language, vision = find_base(model.llm), find_base(model.visual_encoder)
    check_widths(
        settings,
        (language.config() if language else {}, model.llm),
        (vision_config(vision) if vision else {}, model.visual_encoder),
        where,
    )
    return settings


def _finish(folder: Path, settings: dict[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
