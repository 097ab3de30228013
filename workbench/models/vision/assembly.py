"""A language model that sees: transformers' ``LlavaForConditionalGeneration`` around parts that are loaded already.

Of the tower the features of a layer near the last are taken, those of the patches only; two linear maps make
embeddings of them (LLaVA-1.5, arXiv:2310.03744, §3.2).
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, LlavaConfig, LlavaForConditionalGeneration

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.vision.image_token import ORIGINAL_SIZE, make_room_for_image
from workbench.models.vision.projector import Projector
from workbench.models.vision.tower import VisionTower
from workbench.weights.seeing import SELECTED_LAYER

_HEAD_EXTRAS = ("final_logit_softcapping", "logit_scale", "logits_scaling")
"""What some language models do to their logits, and transformers' LLaVA does not."""
_QUANTIZED = ("hf_quantizer", "is_quantized", "is_loaded_in_4bit", "quantization_method")
"""By these transformers knows that a model is in 4 bits."""


def assemble(
    language_model: Any,
    tower: VisionTower,
    tokenizer: Any,
    *,
    projector: Projector | None = None,
    selected_layer: int = SELECTED_LAYER,
) -> Any:
    """A LLaVA model that shares the parts' weights; without a projector it gets a fresh one, drawn by torch's seed.

    The language model's embedding may grow by the row of the image token, see `image_token`.

    Raises:
        WorkbenchError: projector and models have different widths, the tower has not so many layers, or the language
            model is of a kind that transformers' LLaVA would compute otherwise.
    """
    _require_plain_head(language_model)
    _require_layer(tower, selected_layer)
    if projector is not None:
        _require_widths(projector, tower, language_model)
    original_size = language_model.get_input_embeddings().weight.shape[0]
    image_id = make_room_for_image(language_model, tokenizer)
    attention = language_model.config._attn_implementation
    attentions = {"": attention, "text_config": attention, "vision_config": tower.model.config._attn_implementation}
    config = LlavaConfig(
        vision_config=tower.model.config,
        text_config=language_model.config,
        image_token_index=image_id,
        image_seq_length=tower.patches,
        vision_feature_layer=selected_layer,
        vision_feature_select_strategy="default" if tower.has_class_token else "full",
        projector_hidden_act=projector.activation if projector else "gelu",
        multimodal_projector_bias=projector.has_bias if projector else True,
        **{ORIGINAL_SIZE: original_size},
    )
    model = _around(config, language_model, tower.model)
    config._attn_implementation = attentions  # the class around the parts has set it to none
    if projector is None:
        _draw(model.model.multi_modal_projector)
    else:
        model.model.multi_modal_projector.load_state_dict(projector.weights)
    return model


def _around(config: LlavaConfig, language_model: Any, tower: Any) -> Any:
    """The model without weights of its own but the projector's, which are not set."""
    with torch.device("meta"):
        model = LlavaForConditionalGeneration(config)
    model.model.vision_tower = tower
    model.model.language_model = language_model.base_model
    model.lm_head = language_model.get_output_embeddings()
    head = model.lm_head.weight
    model.model.multi_modal_projector.to_empty(device=head.device).to(tower.dtype)
    model.generation_config = copy.deepcopy(language_model.generation_config)
    model.generation_config.suppress_tokens = [config.image_token_id]
    for name in _QUANTIZED:
        if hasattr(language_model, name):
            setattr(model, name, getattr(language_model, name))
    return model.train(language_model.training)


def _draw(projector: Any) -> None:
    """torch's own initial values of a linear map, as XTuner's projector has them."""
    for layer in (projector.linear_1, projector.linear_2):
        layer.reset_parameters()


def save_language_model(model: Any, folder: Path) -> None:
    """Write the language model inside a LLaVA model as one of its own, with the vocabulary that it came with.

    Args:
        model: a ``LlavaForConditionalGeneration``, no adapter on its language model.
    """
    config = copy.deepcopy(model.config.text_config)
    rows = getattr(model.config, ORIGINAL_SIZE, config.vocab_size)
    config.vocab_size = rows
    with torch.device("meta"):
        alone = AutoModelForCausalLM.from_config(config)
    setattr(alone, alone.base_model_prefix, model.model.language_model)
    alone.set_output_embeddings(model.lm_head)
    embeddings = {id(layer.weight) for layer in (alone.get_input_embeddings(), model.lm_head)}
    weights = alone.state_dict()
    for name, parameter in alone.named_parameters(remove_duplicate=False):
        if id(parameter) in embeddings:
            weights[name] = weights[name][:rows]
    alone.save_pretrained(folder, state_dict=weights)


def _require_plain_head(language_model: Any) -> None:
    extras = [name for name in _HEAD_EXTRAS if getattr(language_model.config, name, None) not in {None, 1.0}]
    if extras or language_model.get_output_embeddings() is None:
        raise WorkbenchError(
            _("This kind of language model cannot be made to see: {kind} computes its output in its own way.").format(
                kind=language_model.config.model_type
            ),
            where=", ".join(extras) or None,
            fix=_("Take one of the kinds InternLM2, Llama, Vicuna, Qwen, Mistral or Phi-3."),
        )


def _require_layer(tower: VisionTower, layer: int) -> None:
    layers = tower.model.config.num_hidden_layers
    if not -layers - 1 <= layer <= layers:
        raise WorkbenchError(
            _("The vision tower has {layers} layers; there is no layer {layer}.").format(layers=layers, layer=layer),
            where="visual_select_layer",
            fix=_("Give a number from {first} to {last}.").format(first=-layers - 1, last=layers),
        )


def _require_widths(projector: Projector, tower: VisionTower, language_model: Any) -> None:
    text_width = language_model.get_input_embeddings().weight.shape[1]
    around = (
        (projector.width_in, tower.name, tower.width),
        (projector.width_out, language_model.config.name_or_path, text_width),
    )
    for wanted, name, found in around:
        if wanted != found:
            raise WorkbenchError(
                _("The projector was made for a model of the width {found}, but {name} has {expected}.").format(
                    found=wanted, name=name, expected=found
                ),
                where=projector.where,
                fix=_("Name the models that it was trained with."),
            )
