"""The fields of the adapter and of the 4-bit base, which stand in groups of their own in a config."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from workbench.configs.setting import setting


class Strict(BaseModel):
    """A model whose unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


class LoraSettings(Strict):
    """Low-rank adapters (LoRA, QLoRA); names of peft's ``LoraConfig``."""

    r: int = setting(64, ge=1, le=4096, group="method", en="Rank of the adapter matrices.", zh="适配器矩阵的秩。")
    lora_alpha: int = setting(
        16,
        ge=1,
        group="method",
        en="The adapter's output is scaled by lora_alpha / r.",
        zh="适配器输出按 lora_alpha / r 缩放。",
    )
    lora_dropout: float = setting(
        0.1,
        ge=0,
        lt=1,
        group="method",
        en="Dropout on the adapter's input while training.",
        zh="训练时适配器输入的 dropout。",
    )
    bias: Literal["none", "all", "lora_only"] = setting(
        "none", group="method", advanced=True, en="Which bias terms are trained too.", zh="同时训练哪些偏置项。"
    )
    target_modules: list[str] | None = setting(
        None,
        group="method",
        advanced=True,
        en="Names of the linear layers that get an adapter; empty means all but the output head.",
        zh="加适配器的线性层名；留空表示除输出层外的全部线性层。",
    )
    modules_to_save: list[str] | None = setting(
        None,
        group="method",
        advanced=True,
        en="Modules trained and saved whole beside the adapter.",
        zh="随适配器整体训练并保存的模块。",
    )


class QuantizationSettings(Strict):
    """How the frozen base is held in memory under ``method: qlora`` (bitsandbytes)."""

    bnb_4bit_quant_type: Literal["nf4", "fp4"] = setting(
        "nf4",
        group="method",
        advanced=True,
        en="4-bit number format of the frozen weights.",
        zh="冻结权重的 4 比特数值格式。",
    )
    bnb_4bit_use_double_quant: bool = setting(
        True,
        group="method",
        advanced=True,
        en="Quantise the quantisation constants as well.",
        zh="对量化常数再做一次量化。",
    )
    bnb_4bit_compute_dtype: Literal["auto", "bfloat16", "float16", "float32"] = setting(
        "auto",
        group="method",
        advanced=True,
        en="Precision of the multiplications; auto follows the training precision.",
        zh="乘法所用精度；auto 跟随训练精度。",
    )
