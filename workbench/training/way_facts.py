"""What was decided about the way of training, and why: attention, kernels, compiling, and where an adapter begins."""

from __future__ import annotations

from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import context_of
from workbench.i18n import _
from workbench.models.attention import choose_attention
from workbench.models.precision import choose_precision, dtype_of

_SWITCHES = {"use_dora": "DoRA", "use_rslora": "rsLoRA"}


def way_facts(config: TrainConfig, model: Any, *, kernels: str | None) -> list[str]:
    """The facts.

    Args:
        kernels: what `apply_liger` said.
    """
    said = [
        _attention(config, model),
        kernels,
        _("The model is compiled before the first step, which takes a while.") if config.torch_compile else None,
        _adapter(config, model) if config.has_adapter and hasattr(model, "peft_config") else None,
        _part(config) if config.method == "freeze" else None,
        _context(config, model),
        _new_tokens(config),
    ]
    return [sentence for sentence in said if sentence]


def _attention(config: TrainConfig, model: Any) -> str:
    used = str(getattr(model.config, "_attn_implementation", "eager"))
    choice = choose_attention(config.attn_implementation, dtype_of(choose_precision(config.precision)))
    reason = choice.reason if used == choice.name else _("the model computes nothing else")
    return _("Attention: {name} ({reason}).").format(name=used, reason=reason)


def _adapter(config: TrainConfig, model: Any) -> str:
    """What the adapter is by its own settings, which may be those of another training."""
    settings = next(iter(model.peft_config.values()))
    ways = [name for field, name in _SWITCHES.items() if getattr(settings, field, False)]
    if config.lora.changes_base:
        ways.append("PiSSA")
    if config.lora.loraplus_lr_ratio is not None:
        ways.append(f"LoRA+ {config.lora.loraplus_lr_ratio:g}")
    kind = ", ".join(["LoRA", *ways])
    text = (
        _("Adapter: {kind}, r {r}, begun as {folder}; the other fields of lora are not used.")
        if config.adapter_name_or_path
        else _("Adapter: {kind}, r {r}.")
    )
    return text.format(kind=kind, r=settings.r, folder=config.adapter_name_or_path)


def _part(config: TrainConfig) -> str:
    parts = [_("the last {count} layers").format(count=count)] if (count := config.freeze.last_layers) else []
    return _("Trained: {parts}.").format(parts=", ".join([*parts, *config.freeze.modules]))


def _context(config: TrainConfig, model: Any) -> str | None:
    if config.max_position_embeddings is None:
        return None
    settings = model.config.get_text_config()
    text = _("Context: {count} positions, of the base {base} (rope_scaling_type: {kind}).")
    base = context_of(config.pretrained_model_name_or_path)
    return text.format(count=settings.max_position_embeddings, base=base or "?", kind=config.rope_scaling_type)


def _new_tokens(config: TrainConfig) -> str | None:
    if not config.new_tokens:
        return None
    return _("New tokens: {count}; their embeddings are trained.").format(count=len(config.new_tokens))
