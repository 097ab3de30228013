"""A LLaVA model as one model, of what a checkpoint of XTuner holds."""

from __future__ import annotations

from workbench.checkpoints.adapter_files import planned
from workbench.checkpoints.llava.huggingface import huggingface
from workbench.checkpoints.llava.official import official
from workbench.checkpoints.llava.whole import WholeLlava
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.checkpoints.pth.bases import require_base
from workbench.checkpoints.pth.context import Context
from workbench.checkpoints.pth.language import config_changes
from workbench.checkpoints.pth.projector import projector_settings
from workbench.checkpoints.pth.whole_parts import whole_language_model, whole_vision
from workbench.errors import WorkbenchError
from workbench.i18n import _


def one_model(context: Context) -> PlannedFolder:
    """The model in the layout that is asked for.

    Raises:
        WorkbenchError: a part is missing, of a kind that the layout does not know, or does not fit.
    """
    layout = huggingface if context.request.save_format == "huggingface" else official
    return layout(_whole(context), context.request.max_shard_bytes)


def _whole(context: Context) -> WholeLlava:
    if not context.parts.projector:
        raise WorkbenchError(
            _("This layout is for LLaVA models, but the checkpoint holds no projector."),
            where=str(context.request.pth),
            fix=_("Use --save-format xtuner."),
        )
    language = require_base(context.model.llm, "--base")
    vision = require_base(context.model.visual_encoder, "--visual-encoder")
    settings = projector_settings(context)
    text = whole_language_model(context, language)
    return WholeLlava(
        where=context.request.pth,
        language=language,
        text=text.tensors,
        text_changes=config_changes(context, language) | ({"tie_word_embeddings": False} if text.untied else {}),
        vision=vision,
        vision_name=context.model.visual_encoder or "",
        tower=whole_vision(context, vision),
        tower_is_trained=bool(context.parts.visual_encoder),
        projector=planned(context.parts.projector),
        projector_settings=settings,
        prompt_template=context.model.prompt_template,
    )
