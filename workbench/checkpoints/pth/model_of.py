"""Which model a checkpoint belongs to: what its config says, or what can be read off the checkpoint itself."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
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
    """The model, with the settings of its adapters, and the text of its Python config if there is one."""

    config: XTunerConfig
    python_text: str | None
    is_known: bool


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
    return replace(model, config=chosen)


def _described(request: PthRequest, trained: TrainedWeights, parts: Parts) -> TrainedModel:
    if request.config is not None:
        config = read_xtuner_config(request.config)
        text = config.file.read_text(encoding="utf-8") if config.file else None
        return TrainedModel(config, text, is_known=True)
    if trained.config_text is not None:
        return TrainedModel(_noted(trained.config_text, request.pth), trained.config_text, is_known=True)
    return TrainedModel(XTunerConfig(request.pth.stem, _kind(parts), request.base or ""), None, is_known=False)


def _noted(text: str, pth: Path) -> XTunerConfig:
    """The config that a checkpoint carries, read as a file would be."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.py"
        file.write_text(text, encoding="utf-8")
        try:
            return replace(read_xtuner_config(file), name=pth.stem)
        except WorkbenchError as error:
            raise WorkbenchError(
                _("The config that the checkpoint carries cannot be read: {reason}").format(reason=error.what),
                where=str(pth),
                fix=_("Name the config that it was trained with."),
            ) from error


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
