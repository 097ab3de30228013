"""Ways of training that cannot go together, each with the one that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.configs.deepspeed_names import zero_stage
from workbench.i18n import N_

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig


def why_ways_clash(config: TrainConfig) -> str | None:
    """The first reason why the config's way of training cannot work, as a message id; None if there is none."""
    clash = next((reason for clashes, reason in _rules(config) if clashes), None)
    return clash or (why_dora_clashes(config) if config.lora.use_dora else None)


def why_dora_clashes(config: TrainConfig) -> str | None:
    """Why an adapter with DoRA cannot be trained in the config's way, as a message id; None if it can."""
    if config.method == "qlora" and config.quantization.load_in_8bit:
        return N_("lora.use_dora cannot read a base in 8 bits; take 4: quantization.load_in_8bit: false")
    if config.has_adapter and zero_stage(config.deepspeed) == 3:
        return N_("lora.use_dora cannot read weights that ZeRO-3 has spread; take deepspeed_zero2")
    return None


def _rules(config: TrainConfig) -> list[tuple[bool, str]]:
    pissa = config.has_adapter and config.lora.changes_base
    sharded = zero_stage(config.deepspeed) == 3
    freeze = config.method == "freeze"
    return [
        (
            config.adapter_name_or_path is not None and not config.has_adapter,
            N_("adapter_name_or_path needs method: lora or qlora"),
        ),
        (
            config.adapter_name_or_path is not None and config.sees,
            N_("adapter_name_or_path is for models of text; a model that sees goes on with pretrained_pth"),
        ),
        (freeze and config.sees, N_("method: freeze is for models of text; one that sees takes full, lora or qlora")),
        (
            freeze and config.freeze.last_layers == 0 and not config.freeze.modules,
            N_("method: freeze trains nothing here; set freeze.last_layers or freeze.modules"),
        ),
        (bool(config.new_tokens) and config.sees, N_("new_tokens is for models of text; leave it empty")),
        (
            bool(config.new_tokens) and sharded,
            N_("new_tokens cannot be added to weights that ZeRO-3 has spread; take deepspeed_zero2"),
        ),
        (
            pissa and config.method == "qlora",
            N_("init_lora_weights: pissa takes a part out of the base, which has none to give in few bits; take method: lora"),
        ),
        (pissa and config.sees, N_("init_lora_weights: pissa is for models of text; take default")),
        (
            pissa and config.adapter_name_or_path is not None,
            N_("init_lora_weights: pissa begins a new adapter; take default, or leave adapter_name_or_path empty"),
        ),
        (
            pissa and config.stage == "dpo",
            N_("init_lora_weights: pissa changes the base that dpo compares with; take default"),
        ),
        (pissa and sharded, N_("init_lora_weights: pissa cannot read weights that ZeRO-3 has spread; take deepspeed_zero2")),
        (
            config.has_adapter and config.lora.loraplus_lr_ratio is not None and config.optim_type.lower() == "muon",
            N_("loraplus_lr_ratio does not go with Muon, which sets the size of each step itself; take AdamW"),
        ),
    ]  # fmt: skip
