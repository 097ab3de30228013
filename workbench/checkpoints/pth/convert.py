"""Turning a checkpoint of XTuner into Hugging Face folders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.checkpoints.adapter_files import is_adapter
from workbench.checkpoints.answer_ends import tell_answer_ends
from workbench.checkpoints.full_model import COMPUTED
from workbench.checkpoints.output import complete_or_absent, refuse_existing, resume_key_of
from workbench.checkpoints.planned_folder import PlannedFolder, write_folders
from workbench.checkpoints.pth.adapters import language_adapter, visual_adapter
from workbench.checkpoints.pth.context import Context
from workbench.checkpoints.pth.language import language_model, reward_model
from workbench.checkpoints.pth.model_of import TrainedModel, model_of
from workbench.checkpoints.pth.parts import Parts, parts_of
from workbench.checkpoints.pth.projector import projector
from workbench.checkpoints.pth.request import PthRequest
from workbench.checkpoints.pth.trained import TrainedWeights, open_trained
from workbench.checkpoints.pth.vision import visual_encoder
from workbench.checkpoints.stored import LazyTensor
from workbench.checkpoints.values import require_floats
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.scoring import XTUNER_CONFIG, reward_token_of

_REWARD = "RewardModel"


@dataclass(frozen=True)
class ConvertedPth:
    """What was made. ``kind``: what the folder itself holds; ``notes``: what the user should know, translated."""

    kind: str
    folder: Path
    notes: list[str] = field(default_factory=list)


def convert_pth(request: PthRequest, on_progress: Callable[[int, int], None]) -> ConvertedPth:
    """Write the Hugging Face folders of a checkpoint; on_progress gets bytes done and in all.

    Everything is checked before anything is written. An attempt that was killed goes on where it was.

    Raises:
        WorkbenchError: the checkpoint is damaged, not complete, could run code or does not fit its config and base, or
            the target would be overwritten.
    """
    refuse_existing(request.target, overwrite=request.overwrite, sources=[request.pth])
    trained = open_trained(request.pth)
    parts = parts_of(trained.tensors, request.pth)
    parts, notes = _completed(parts, trained)
    _require_floats(parts, request.pth)
    model = model_of(request, trained, parts)
    context = Context(request, parts, model.config)
    folders = planned_folders(context)
    key = resume_key_of(trained.files, request.model_dump_json(exclude={"target", "overwrite"}))
    sources = [request.pth]
    with complete_or_absent(request.target, overwrite=request.overwrite, sources=sources, resume_key=key) as folder:
        notes += write_folders(
            folders,
            folder,
            where=request.pth,
            safe=request.safe,
            fix=_("Keep 32 bits: --fp32."),
            but=_is_computed,
            on_progress=on_progress,
        )
        _write_origin(folder, context, trained, model)
        if _kind(folders) == "model" and not parts.v_head:
            notes += tell_answer_ends(folder)
    return ConvertedPth(
        _kind(folders),
        request.target,
        [*notes, *model.notes, *_missing_parts(context), *_merge_notes(context), *_reward_notes(parts, request.target)],
    )


def _completed(parts: Parts, trained: TrainedWeights) -> tuple[Parts, list[str]]:
    """Whole parts with what was saved along untrained, such as a frozen embedding; DPO's copy is left out."""
    others = parts_of(trained.others, trained.files[0]) if trained.others else Parts()
    notes = []
    if parts.ref_llm:
        notes.append(
            _("{count} tensors of the reference model that DPO compares with are left out.").format(
                count=len(parts.ref_llm)
            )
        )
    return Parts(
        _filled(parts.llm, others.llm),
        {},
        _filled(parts.visual_encoder, others.visual_encoder),
        parts.projector,
        parts.v_head,
    ), notes


def _filled(tensors: dict[str, LazyTensor], others: dict[str, LazyTensor]) -> dict[str, LazyTensor]:
    return tensors if not tensors or is_adapter(tensors) else others | tensors


def _require_floats(parts: Parts, where: Path) -> None:
    for part, tensors in vars(parts).items():
        for name, tensor in tensors.items():
            if not COMPUTED.fullmatch(name):
                require_floats(f"{part}.{name}", tensor.dtype, where)


def planned_folders(context: Context) -> list[PlannedFolder]:
    """What to write, part by part.

    Raises:
        WorkbenchError: a part does not fit its base, or cannot be written in the format that is asked for.
    """
    parts = context.parts
    if context.request.save_format != "xtuner":
        from workbench.checkpoints.pth.whole_llava import one_model  # imports transformers

        return [one_model(context)]
    if context.model.kind == _REWARD or parts.v_head:
        return [reward_model(context)]
    wanted: list[tuple[dict[str, LazyTensor], Callable[[Context], PlannedFolder]]] = [
        (parts.llm, language_adapter if is_adapter(parts.llm) else language_model),
        (parts.visual_encoder, visual_adapter if is_adapter(parts.visual_encoder) else visual_encoder),
        (parts.projector, projector),
    ]
    folders = [plan(context) for tensors, plan in wanted if tensors]
    if not folders:
        raise WorkbenchError(
            _("The checkpoint holds nothing that was trained."),
            where=str(context.request.pth),
            fix=_("Take another checkpoint."),
        )
    return folders


def _is_computed(name: str) -> bool:
    return COMPUTED.fullmatch(name) is not None


def _write_origin(folder: Path, context: Context, trained: TrainedWeights, model: TrainedModel) -> None:
    if model.python_text is not None:
        (folder / XTUNER_CONFIG).write_text(model.python_text, encoding="utf-8")
    method = "full" if not is_adapter(context.parts.llm) else "qlora" if context.model.quantized else "lora"
    write_provenance(
        folder,
        Provenance(
            prompt_template=context.model.prompt_template,
            base_model=context.model.llm or None,
            method=method if context.parts.llm else None,
            config_name=context.model.name,
            iter=trained.iteration,
        ),
    )


def _kind(folders: list[PlannedFolder]) -> str:
    """What a job calls its result."""
    if any(folder.name for folder in folders) or any("projector" in tensor.name for tensor in folders[0].plan):
        return "llava"
    return "adapter" if any("lora_A" in tensor.name for tensor in folders[0].plan) else "model"


def _missing_parts(context: Context) -> list[str]:
    """What the config trains and the checkpoint does not hold, as after a first stage that trained less."""
    model, parts = context.model, context.parts
    if model.kind != "LLaVAModel":
        return []
    lacking = [
        name
        for name, settings, tensors in (
            ("llm_adapter", model.llm_lora, parts.llm),
            ("visual_encoder_adapter", model.visual_encoder_lora, parts.visual_encoder),
        )
        if settings is not None and not tensors
    ]
    if not lacking:
        return []
    return [
        _("The config trains {names} as well, but the checkpoint holds nothing of it; it is not written.").format(
            names=", ".join(lacking)
        )
    ]


def _reward_notes(parts: Parts, made: Path) -> list[str]:
    """Where the score of a reward model is to be read, for those who read it with another program."""
    if not parts.v_head:
        return []
    text = _("The score is read at the token {token}, which 'workbench score' puts behind each answer.")
    return [text.format(token=reward_token_of(made))]


def _merge_notes(context: Context) -> list[str]:
    is_merged = context.request.save_format != "xtuner" or context.parts.v_head
    if not is_merged or not context.model.quantized or not is_adapter(context.parts.llm):
        return []
    return [
        _(
            "The adapter was trained on a base in 4 or 8 bits, and is merged into the base in full precision; its "
            "answers can differ a little from those during training."
        )
    ]
