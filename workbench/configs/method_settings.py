"""The fields of the adapter, of a part that is trained, and of the quantised base, each in a group of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from workbench.configs.setting import setting
from workbench.i18n import _

ALL_LINEAR = "all-linear"
"""``target_modules``: every linear layer but the output head."""


def require_patterns(patterns: Sequence[str]) -> None:
    """Raise ValueError, with a sentence for the user, if one of them is no regular expression."""
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(
                _("The pattern {pattern} cannot be read: {reason}").format(pattern=pattern, reason=error)
            ) from error


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
    target_modules: list[str] | str | None = setting(
        None,
        group="method",
        advanced=True,
        en="Linear layers that get an adapter: names, a pattern for whole names, or all-linear (all but the output head), as empty is.",
        zh="加适配器的线性层：名称列表、匹配完整名称的正则，或 all-linear（除输出层外的全部），留空同 all-linear。",
    )
    modules_to_save: list[str] | None = setting(
        None,
        group="method",
        advanced=True,
        en="Modules trained and saved whole beside the adapter.",
        zh="随适配器整体训练并保存的模块。",
    )
    use_dora: bool = setting(
        False,
        group="method",
        advanced=True,
        en="Train direction and magnitude apart (DoRA): often better at small r, slower.",
        zh="方向与幅度分开训练（DoRA）：r 较小时效果常更好，但更慢。",
    )
    use_rslora: bool = setting(
        False,
        group="method",
        advanced=True,
        en="Scale by lora_alpha / sqrt(r) instead (rsLoRA), for large r.",
        zh="改用 lora_alpha / sqrt(r) 缩放（rsLoRA），适合较大的 r。",
    )
    init_lora_weights: Literal["default", "pissa", "pissa_niter_4", "pissa_niter_16"] = setting(
        "default",
        group="method",
        advanced=True,
        en="How the adapter begins; pissa takes the base's principal parts, pissa_niter_N nearly the same much faster.",
        zh="适配器的初始化；pissa 取基座的主成分，pissa_niter_N 近似但快得多。",
    )
    loraplus_lr_ratio: float | None = setting(
        None,
        ge=1,
        group="method",
        advanced=True,
        en="Learning rate of the B matrices over that of the A matrices (LoRA+), e.g. 16; empty is the same for both.",
        zh="B 矩阵与 A 矩阵学习率之比（LoRA+），如 16；留空则两者相同。",
    )

    @property
    def changes_base(self) -> bool:
        """Whether the adapter begins with a part of the base's weights, which are less by it while it is trained."""
        return self.init_lora_weights != "default"

    @field_validator("target_modules")
    @classmethod
    def _readable(cls, value: list[str] | str | None) -> list[str] | str | None:
        if isinstance(value, str):
            require_patterns([value])
        return ALL_LINEAR if value == [ALL_LINEAR] else value


class FreezeSettings(Strict):
    """Which weights are trained under ``method: freeze``; all others stay as they are."""

    last_layers: int = setting(
        2,
        ge=0,
        unit="layers",
        group="method",
        en="So many layers at the end are trained, with the last norm; 0 trains only what modules names.",
        zh="训练末尾的这么多层以及最后的归一化层；0 表示只训练 modules 指定的部分。",
    )
    modules: list[str] = setting(
        [],
        group="method",
        advanced=True,
        en="Patterns for parts of names of weights that are trained as well, e.g. lm_head or layers.0.",
        zh="另外训练的权重名中的部分（正则），例如 lm_head 或 layers.0。",
    )

    @field_validator("modules")
    @classmethod
    def _readable(cls, value: list[str]) -> list[str]:
        require_patterns(value)
        return value


class QuantizationSettings(Strict):
    """How the frozen base is held in memory under ``method: qlora`` (bitsandbytes)."""

    load_in_8bit: bool = setting(
        False,
        group="method",
        advanced=True,
        en="Hold the base in 8 bits (LLM.int8) instead of 4.",
        zh="基座用 8 比特（LLM.int8）代替 4 比特。",
    )
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
