"""Which model a checkpoint belongs to: what its config says, or what can be read off the checkpoint itself."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.checkpoints.adapter_files import is_adapter
from workbench.checkpoints.pth.parts import Parts
from workbench.checkpoints.pth.request import PthRequest
from workbench.checkpoints.pth.trained import TrainedWeights
from workbench.configs.xtuner.kinds import Kind
from workbench.configs.xtuner.read import XTunerConfig, read_xtuner_config
from workbench.errors import WorkbenchError
from workbench.i18n import _

_INTERNVL = "InternVL_V1_5"


@dataclass(frozen=True)
class TrainedModel:
    """The model, with the settings of its adapters, and the text of its Python config if there is one.

    ``is_known``: a config describes it; ``notes``: what the user should know of how it is described, translated.
    """

    config: XTunerConfig
    python_text: str | None
    is_known: bool
    notes: list[str] = field(default_factory=list)


def model_of(request: PthRequest, trained: TrainedWeights, parts: Parts) -> TrainedModel:
    """The model of a checkpoint: as the config that the user names, or that the checkpoint carries, describes it.

    Raises:
        WorkbenchError: the config cannot be read or does not fit, or nothing says what the base is.
    """
    model = _described(request, trained, parts)
    chosen = replace(
        model.config,
        llm=request.base or model.config.llm,
        visual_encoder=request.visual_encoder or model.config.visual_encoder,
        llm_lora=_lora(model.config.llm_lora, parts.llm, request, model.is_known),
        visual_encoder_lora=_lora(model.config.visual_encoder_lora, parts.visual_encoder, request, model.is_known),
    )
    if chosen.kind == _INTERNVL:
        raise WorkbenchError(
            _("This is a config of an InternVL model; those are not converted here."),
            where=request.config,
            fix=_("Use the converter that comes with InternVL."),
        )
    return replace(model, config=chosen, notes=[*model.notes, *_alpha_note(request, model.config)])


def _alpha_note(request: PthRequest, config: XTunerConfig) -> list[str]:
    """That the user's scale of an adapter is not the config's."""
    scales = [lora.get("lora_alpha") for lora in (config.llm_lora, config.visual_encoder_lora) if lora]
    other = next((scale for scale in scales if scale not in {None, request.lora_alpha}), None)
    if request.lora_alpha is None or other is None:
        return []
    return [
        _("The adapter is scaled by --lora-alpha {given}; the config says lora_alpha = {known}.").format(
            given=request.lora_alpha, known=other
        )
    ]


def _described(request: PthRequest, trained: TrainedWeights, parts: Parts) -> TrainedModel:
    if request.config is not None:
        config = read_xtuner_config(request.config, request.cfg_options)
        text = config.file.read_text(encoding="utf-8") if config.file else None
        return TrainedModel(config, text, is_known=True)
    by_names = XTunerConfig(request.pth.stem, _kind(parts), request.base or "")
    if not trained.config_text:
        return TrainedModel(by_names, None, is_known=False)
    try:
        return TrainedModel(_noted(trained.config_text, request), trained.config_text, is_known=True)
    except WorkbenchError as error:
        note = _("The config that the checkpoint carries cannot be read, so the names of its tensors tell: {reason}")
        return TrainedModel(by_names, None, is_known=False, notes=[note.format(reason=error.what)])


def _noted(text: str, request: PthRequest) -> XTunerConfig:
    """The config that a checkpoint carries, read as a file would be."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.py"
        file.write_text(text, encoding="utf-8", errors="replace")
        return replace(read_xtuner_config(file, request.cfg_options), name=request.pth.stem)


def _kind(parts: Parts) -> Kind:
    if parts.v_head:
        return "RewardModel"
    if parts.ref_llm:
        return "DPO"
    return "LLaVAModel" if parts.projector or parts.visual_encoder else "SupervisedFinetune"


def _lora(
    settings: dict[str, Any] | None, tensors: dict[str, Any], request: PthRequest, is_known: bool
) -> dict[str, Any] | None:
    """The settings of an adapter that the checkpoint holds.

    Raises:
        WorkbenchError: it holds one that the config does not train, or the other way round, or nothing says its alpha.
    """
    if not tensors:
        return settings
    if not is_adapter(tensors):
        if settings is not None:
            raise WorkbenchError(
                _("The config trains an adapter, but the checkpoint holds whole weights."),
                where=str(request.pth),
                fix=_("Name the config that it was trained with."),
            )
        return None
    if settings is None and is_known:
        raise WorkbenchError(
            _("The checkpoint holds an adapter, but the config trains none."),
            where=str(request.pth),
            fix=_("Name the config that it was trained with."),
        )
    known = dict(settings or {})
    if request.lora_alpha is not None:
        known["lora_alpha"] = request.lora_alpha
    if "lora_alpha" not in known:
        raise WorkbenchError(
            _("Nothing says by how much the adapter is scaled."),
            where=str(request.pth),
            fix=_("Name its config, or say what its lora_alpha was: --lora-alpha 16."),
        )
    return known
