"""Low-rank adapters: putting a new one on a model, and loading one from disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from peft import (
    LoraConfig,
    PeftConfig,
    PeftModel,
    get_peft_model,
    get_peft_model_state_dict,
    prepare_model_for_kbit_training,
    set_peft_model_state_dict,
)
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import ModulesToSaveWrapper, load_peft_weights
from safetensors import SafetensorError

from workbench.configs.layer_rules import require_rows, require_saved
from workbench.configs.method_settings import LoraSettings
from workbench.configs.model_settings import Method
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapter_layers import linear_layer_names, names_of, targets_of
from workbench.models.base_changes import ends_of
from workbench.models.few_bits import keep_gradients_exact
from workbench.models.internlm2 import head_counts, is_internlm2
from workbench.models.original_adapter import config_in_memory, has_original_names, weights_in_memory
from workbench.weights.adapter_folder import require_adapter
from workbench.weights.scoring import refuse_scorer

DEFAULT_NAME = "default"
"""peft's name of a model's only adapter."""


def add_adapter(
    model: Any,
    settings: LoraSettings,
    method: Method,
    *,
    checkpointing: bool = False,
    within: str = "",
    beside: Mapping[str, LoraSettings] | None = None,
    token_ids: Sequence[int] = (),
) -> Any:
    """Freeze the model and put a fresh LoRA adapter on it.

    Args:
        method: ``lora`` or ``qlora``; the latter prepares a quantised base (norms and head in fp32, as QLoRA does).
        checkpointing: gradient checkpointing will be used.
        within: a regular expression for what stands before the last part of the names of layers that get adapters;
            empty for all of the model.
        beside: the same for layers that get some of another rank and scale.
        token_ids: tokens whose rows of the embeddings and the output head are trained and saved as well, where
            ``modules_to_save`` does not name all of them.

    Raises:
        WorkbenchError: ``target_modules`` names a layer the model does not have.
    """
    targets = targets_of(model, settings, within)
    require_saved(names_of(model), settings.modules_to_save, method)
    if token_ids:
        require_rows(ends_of(model), settings.target_modules)
    saved = settings.modules_to_save or []
    by_row = [end for end in ends_of(model) if not any(f".{end}".endswith(f".{name}") for name in saved)]
    others = {str(targets_of(model, other, where)): other for where, other in (beside or {}).items()}
    model = ready_for_adapter(model, method, checkpointing=checkpointing)
    config = LoraConfig(
        r=settings.r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        bias=settings.bias,
        target_modules="|".join(map(str, (targets, *others))) if others else targets,
        rank_pattern={pattern: other.r for pattern, other in others.items()},
        alpha_pattern={pattern: other.lora_alpha for pattern, other in others.items()},
        modules_to_save=settings.modules_to_save,
        use_dora=settings.use_dora,
        use_rslora=settings.use_rslora,
        init_lora_weights=settings.init_lora_weights if settings.changes_base else True,
        trainable_token_indices={end: list(token_ids) for end in by_row} if token_ids and by_row else None,
        task_type="SEQ_CLS" if hasattr(model, "score") else "CAUSAL_LM",  # which trains and saves that head as well
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        known = ", ".join(linear_layer_names(model))
        raise WorkbenchError(
            _("The adapter does not fit the model: {reason}").format(reason=error),
            where="lora.target_modules",
            fix=_("Linear layers of this model: {names}.").format(names=known),
        ) from error


def ready_for_adapter(model: Any, method: Method, *, checkpointing: bool = False) -> Any:
    """The model as an adapter on it is trained; see `add_adapter`."""
    if method == "qlora":
        keep_gradients_exact(model)
        return prepare_model_for_kbit_training(model, use_gradient_checkpointing=checkpointing)
    if checkpointing:
        model.enable_input_require_grads()
    return model


def load_adapter(model: Any, folder: str | Path, *, trainable: bool = False, name: str = DEFAULT_NAME) -> Any:
    """The model with an adapter from disk on it.

    An adapter of InternLM2's own modules (``wqkv``, ``w1``), as XTuner trains it, is put on those of the model.

    Args:
        model: a language model, or the peft model around it that gets one adapter more.
        name: peft's name for the adapter.

    Raises:
        WorkbenchError: the folder holds no adapter, or it was made for another model, which is as it was then; or it
            gives scores, and the model writes text.
    """
    path = Path(folder)
    require_adapter(path)
    if not hasattr(model, "score"):
        refuse_scorer(path)
    try:
        config, weights = PeftConfig.from_pretrained(str(path)), load_peft_weights(str(path), device="cpu")
        if is_internlm2(model) and has_original_names(weights):
            weights = weights_in_memory(weights, *head_counts(model.config))
            config = config_in_memory(config, weights)
        config.inference_mode = not trainable
        return put_on(model, config, weights, name).train(trainable)
    except (SafetensorError, UnpicklingError, EOFError) as error:
        raise WorkbenchError(
            _("The weight file is damaged: {reason}").format(reason=error),
            where=str(path),
            fix=_("Make it again, or copy it again from where it is whole."),
        ) from error
    except (RuntimeError, ValueError, OSError) as error:
        raise WorkbenchError(
            _("The adapter does not fit this model: {reason}").format(reason=_first_reason(str(error))[:300]),
            where=str(folder),
            fix=_("Use the base model it was trained on; its adapter_config.json names it."),
        ) from error


def put_on(model: Any, config: PeftConfig, weights: Mapping[str, torch.Tensor], name: str = DEFAULT_NAME) -> Any:
    """The peft model with an adapter on it; a model that is one already gets one adapter more.

    Args:
        weights: by the names that peft has on disk.

    Raises:
        ValueError, RuntimeError: they do not fit; the model is as it was.
    """
    said_base, config.base_model_name_or_path = config.base_model_name_or_path, None  # else peft writes its own there
    try:
        if isinstance(model, PeftModel):
            model.add_adapter(name, config)
            adapted: Any = model
        else:
            adapted = get_peft_model(model, config, adapter_name=name)
        set_peft_model_state_dict(adapted, dict(weights), adapter_name=name)
        _require_same_layers(adapted, weights, name)
    except (RuntimeError, ValueError):
        _take_off(model, name)
        raise
    adapted.peft_config[name].base_model_name_or_path = said_base
    return adapted


def _take_off(model: Any, name: str) -> None:
    """Undo what an adapter that does not fit has done; peft leaves it half done."""
    if isinstance(model, PeftModel):
        if name in model.peft_config:
            model.delete_adapter(name)
        return
    for place, module in list(model.named_modules()):
        if isinstance(module, BaseTunerLayer | ModulesToSaveWrapper):
            parent, _dot, last = place.rpartition(".")
            bare = module.original_module if isinstance(module, ModulesToSaveWrapper) else module.get_base_layer()
            setattr(model.get_submodule(parent), last, bare)
    vars(model).pop("peft_config", None)


def _require_same_layers(adapted: Any, weights: Iterable[str], name: str) -> None:
    """peft leaves layers that only the file or only the model has as they are.

    Raises:
        ValueError: names one of them.
    """
    loaded = get_peft_model_state_dict(adapted, adapter_name=name, save_embedding_layers=False)
    saved, there = ({layer for layer in layers if ".lora_" in layer} for layers in (weights, loaded))
    if saved != there:
        raise ValueError(min(saved ^ there))


def _first_reason(text: str) -> str:
    """The first line that says something: torch begins with a heading."""
    lines = [line.strip() for line in text.strip().splitlines()] or [""]
    return lines[1] if lines[0].endswith(":") and len(lines) > 1 else lines[0]
