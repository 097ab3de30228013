"""A LLaVA folder and its bases become one model: both adapters merged, projector and whole parts taken along.

One tensor is in memory at a time, as where a language model alone is merged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.checkpoints.adapter_files import planned
from workbench.checkpoints.answer_ends import tell_answer_ends
from workbench.checkpoints.llava.folder_parts import FolderParts, open_parts
from workbench.checkpoints.llava.huggingface import huggingface
from workbench.checkpoints.llava.official import official
from workbench.checkpoints.llava.projector import check_widths
from workbench.checkpoints.llava.tower import vision_config, vision_tensors
from workbench.checkpoints.llava.whole import WholeLlava
from workbench.checkpoints.merge_checks import four_bits_note, refuse_quantised
from workbench.checkpoints.merge_plan import MergePlan, plan_merge
from workbench.checkpoints.merge_request import Merged, MergeRequest
from workbench.checkpoints.model_files import ModelFiles, open_model
from workbench.checkpoints.output import complete_or_absent, resume_key_of
from workbench.checkpoints.planned_folder import write_folders
from workbench.checkpoints.shapes import check_shapes
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.i18n import _
from workbench.weights.seeing import SeeingFolder, seeing_folder

_LAYOUTS = {"huggingface": huggingface, "official": official}


def merge_llava(request: MergeRequest, on_progress: Callable[[int, int], None]) -> Merged:
    """Write the model that a LLaVA folder and its bases make; on_progress gets bytes written and in all.

    The values are those of peft's ``merge_and_unload`` of either adapter. An interrupted merge of the same files goes
    on where it was.

    Raises:
        WorkbenchError: a part is missing, damaged or made for another base, the layout does not know its kind, or the
            target would be overwritten.
    """
    folder = seeing_folder(request.adapter, base=request.base or None, visual_encoder=request.visual_encoder)
    parts = open_parts(folder.path)
    known = read_provenance(folder.path) or Provenance()
    notes: list[str] = []
    model = whole_model(folder, parts, request, known, notes)
    plan = _LAYOUTS[request.save_format](model, request.max_shard_bytes)
    with complete_or_absent(
        request.target,
        overwrite=request.overwrite,
        sources=[folder.path, model.language.folder, model.vision.folder],
        resume_key=_resume_key(request, parts, model),
    ) as target:
        notes += write_folders(
            [plan],
            target,
            where=folder.path,
            safe=request.safe,
            fix=_("Choose --dtype bf16 or fp32."),
            on_progress=on_progress,
        )
        write_provenance(target, _origin(folder, parts, known))
        notes += four_bits_note(known) + tell_answer_ends(target)
    return Merged(request.target, request.save_format == "huggingface", notes)


def whole_model(
    folder: SeeingFolder, parts: FolderParts, request: MergeRequest, known: Provenance, notes: list[str]
) -> WholeLlava:
    """The parts with their bases, once everything is known to fit.

    Raises:
        WorkbenchError: a base is not there or quantised, or a part was made for another one.
    """
    language = parts.language or open_model(folder.language_model)
    vision = parts.tower or open_model(folder.visual_encoder)
    config = language.config()
    check_widths(
        parts.projector_settings,
        (config, folder.language_model),
        (vision_config(vision), folder.visual_encoder),
        folder.path,
    )
    refuse_quantised(config, language, folder.language_model)
    check_shapes(language, config)
    device = request.product_device(notes)
    text = _text(language, parts, request, device)
    return WholeLlava(
        where=folder.path,
        language=language,
        text=text.tensors,
        text_changes={"dtype": _precision(text)} | ({"tie_word_embeddings": False} if text.untied else {}),
        vision=vision,
        vision_name=folder.visual_encoder,
        tower=_tower(vision, parts, request, device),
        tower_is_trained=parts.tower is not None or parts.tower_adapter is not None,
        projector=planned(parts.projector, request.torch_dtype),
        projector_settings=parts.projector_settings,
        prompt_template=known.prompt_template,
        selected_layer=folder.visual_select_layer,
        pad_image_to_square=folder.pad_image_to_square,
    )


def _text(language: ModelFiles, parts: FolderParts, request: MergeRequest, device: str) -> MergePlan:
    if parts.language_adapter is None:
        return MergePlan(planned(language.stored, request.torch_dtype), untied=False, vocabulary=None)
    return plan_merge(language, parts.language_adapter, request.torch_dtype, device=device)


def _tower(vision: ModelFiles, parts: FolderParts, request: MergeRequest, device: str) -> list[PlannedTensor]:
    tensors = vision_tensors(vision)
    if parts.tower_adapter is None:
        return planned(tensors, request.torch_dtype)
    tower = replace(vision, stored=tensors)
    return plan_merge(tower, parts.tower_adapter, request.torch_dtype, device=device, vision_only=True).tensors


def _precision(text: MergePlan) -> str:
    """The number format of the largest weight."""
    largest = max(text.tensors, key=lambda tensor: tensor.nbytes)
    return str(largest.dtype).removeprefix("torch.")


def _resume_key(request: MergeRequest, parts: FolderParts, model: WholeLlava) -> str:
    files = {*parts.weight_files(), *model.language.weight_files, *model.vision.weight_files}
    settings = (request.dtype, request.max_shard_bytes, request.safe, request.device, request.save_format)
    return resume_key_of([file for file in files if file.is_file()], *settings)


def _origin(folder: SeeingFolder, parts: FolderParts, known: Provenance) -> Provenance:
    """Where the model came from; of a part that was trained whole, what is noted of it."""
    changes = {
        "base_model": known.base_model if parts.language else folder.language_model,
        "visual_encoder": known.visual_encoder if parts.tower else folder.visual_encoder,
        "visual_select_layer": folder.visual_select_layer,
        "pad_image_to_square": folder.pad_image_to_square,
        "notes": four_bits_note(known),
    }
    return known.model_copy(update=changes)
