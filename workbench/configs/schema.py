"""What to train: every field of a config file, its default, range, unit and explanation.

Field names and defaults follow XTuner 0.1; ``save_steps`` and ``evaluation_freq`` count *iterations* (micro-batches
of one device) as there, and act at the optimiser step that the iteration falls into.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import field_validator, model_validator

from workbench.configs.data_settings import DataSettings
from workbench.configs.deepspeed_names import preset_name
from workbench.configs.method_settings import LoraSettings, QuantizationSettings
from workbench.configs.model_settings import ModelSettings
from workbench.configs.setting import setting
from workbench.configs.vision_settings import VisionSettings
from workbench.i18n import N_, _

DeepSpeedPreset = Literal[
    "none",
    "deepspeed_zero1",
    "deepspeed_zero2",
    "deepspeed_zero2_offload",
    "deepspeed_zero3",
    "deepspeed_zero3_offload",
]


class TrainConfig(VisionSettings, DataSettings, ModelSettings):  # the fields of the last one come first
    """One training run. One YAML file holds exactly these fields."""

    # training
    max_epochs: int = setting(
        3, ge=1, unit="epochs", group="training", en="Passes over the data.", zh="遍历数据的轮数。"
    )
    max_iters: int | None = setting(
        None,
        ge=1,
        unit="iterations",
        group="training",
        advanced=True,
        en="Stop after so many iterations (micro-batches), whatever max_epochs says.",
        zh="训练到这么多迭代（微批次）即停止，优先于 max_epochs。",
    )
    batch_size: int = setting(
        1,
        ge=1,
        unit="samples",
        group="training",
        en="Samples per device and iteration.",
        zh="每个设备每次迭代的样本数。",
    )
    accumulative_counts: int = setting(
        16,
        ge=1,
        unit="iterations",
        group="training",
        en="Backward passes before one optimiser step.",
        zh="每次优化器更新前累积的反向传播次数。",
    )
    sequence_parallel_size: int = setting(
        1, ge=1, group="training", advanced=True, en="GPUs that share one sequence.", zh="共同处理一条序列的 GPU 数。"
    )
    optim_type: str = setting(
        "AdamW", group="training", advanced=True, en="The optimiser, e.g. AdamW.", zh="优化器，例如 AdamW。"
    )
    lr: float = setting(
        2e-4, gt=0, lt=10, group="training", en="The highest learning rate of the schedule.", zh="学习率曲线的最高值。"
    )
    betas: tuple[float, float] = setting(
        (0.9, 0.999),
        group="training",
        advanced=True,
        en="AdamW's decay rates of the first and second moment.",
        zh="AdamW 一阶与二阶矩的衰减率。",
    )
    weight_decay: float = setting(
        0.0, ge=0, group="training", advanced=True, en="Pull of every weight towards zero.", zh="权重衰减系数。"
    )
    max_norm: float = setting(
        1.0,
        gt=0,
        group="training",
        advanced=True,
        en="Gradients longer than this are scaled down to it.",
        zh="梯度范数超过此值时按比例缩小。",
    )
    lr_scheduler_type: Literal["cosine", "linear", "constant", "constant_with_warmup"] = setting(
        "cosine",
        group="training",
        advanced=True,
        en="How the learning rate falls after the warm-up.",
        zh="预热之后学习率的变化方式。",
    )
    warmup_ratio: float = setting(
        0.03,
        ge=0,
        lt=1,
        group="training",
        en="Share of the training in which the learning rate rises linearly.",
        zh="学习率线性上升阶段占整个训练的比例。",
    )
    precision: Literal["auto", "bf16", "fp16", "fp32"] = setting(
        "auto",
        group="training",
        advanced=True,
        en="Number format of the computation; auto is bf16 on GPUs that have it, fp32 on a CPU.",
        zh="计算精度；auto 在支持的 GPU 上用 bf16，在 CPU 上用 fp32。",
    )
    use_activation_checkpointing: bool | Literal["auto"] = setting(
        "auto",
        group="training",
        advanced=True,
        en="Compute activations twice to save memory; auto does so on GPUs only.",
        zh="以重复计算换取显存；auto 仅在 GPU 上启用。",
    )
    deepspeed: DeepSpeedPreset | str = setting(
        "deepspeed_zero2",
        group="training",
        en="A DeepSpeed preset, the path of a JSON file, or none.",
        zh="DeepSpeed 预设名、JSON 文件路径，或 none。",
    )
    nproc: int | Literal["auto"] = setting(
        "auto",
        group="training",
        en="Processes on this machine; auto is one per GPU, and one on a CPU.",
        zh="本机进程数；auto 为每个 GPU 一个，CPU 上为一个。",
    )
    seed: int = setting(
        42, ge=0, lt=2**32, group="training", en="The seed of every random choice.", zh="所有随机选择的种子。"
    )

    # method
    lora: LoraSettings = setting(
        LoraSettings(), group="method", en="The adapter, for lora and qlora.", zh="适配器设置，用于 lora 与 qlora。"
    )
    quantization: QuantizationSettings = setting(
        QuantizationSettings(),
        group="method",
        advanced=True,
        en="The 4-bit base, for qlora.",
        zh="4 比特基座设置，用于 qlora。",
    )

    # saving
    work_dir: str | None = setting(
        None,
        group="saving",
        en="Where runs of this config are kept; empty means work_dirs/<config name>.",
        zh="此配置的运行目录；留空为 work_dirs/<配置名>。",
    )
    save_steps: int = setting(
        500,
        ge=-1,
        unit="iterations",
        group="saving",
        en="Iterations (micro-batches) between checkpoints; -1 saves only the last.",
        zh="两次保存之间的迭代（微批次）数；-1 只保存最后一次。",
    )
    save_total_limit: int = setting(
        2,
        ge=-1,
        unit="checkpoints",
        group="saving",
        en="How many checkpoints are kept; -1 keeps all.",
        zh="保留的检查点个数；-1 全部保留。",
    )
    logging_interval: int = setting(
        1,
        ge=1,
        unit="optimiser steps",
        group="saving",
        advanced=True,
        en="Optimiser steps between two points of the loss curve.",
        zh="损失曲线相邻两点之间的优化器步数。",
    )

    # evaluation
    evaluation_freq: int = setting(
        500,
        ge=-1,
        unit="iterations",
        group="evaluation",
        en="Iterations (micro-batches) between sample answers; -1 only at saves, start and end.",
        zh="两次示例回答之间的迭代（微批次）数；-1 仅在保存、开始和结束时。",
    )
    evaluation_inputs: list[str] = setting(
        ["请给我介绍五个上海的景点", "Please tell me five scenic spots in Shanghai"],
        group="evaluation",
        en="Questions the model answers during training.",
        zh="训练过程中让模型回答的问题。",
    )
    system: str = setting(
        "", group="evaluation", en="The system text put before the evaluation questions.", zh="评测问题之前的系统提示。"
    )
    evaluation_max_new_tokens: int = setting(
        128,
        ge=1,
        unit="tokens",
        group="evaluation",
        advanced=True,
        en="The longest sample answer.",
        zh="示例回答的最大长度。",
    )
    identity_probes: str | None = setting(
        None,
        group="evaluation",
        en="Unseen questions about who the assistant is; every checkpoint is scored on them.",
        zh="未见过的身份问题文件；每个检查点都据此评分。",
    )
    retention_probes: str | None = setting(
        None,
        group="evaluation",
        en="Questions the base model answers right; every checkpoint is scored on keeping them.",
        zh="基座模型能答对的问题文件；每个检查点都据此评估遗忘程度。",
    )

    @property
    def packing(self) -> Literal["best_fit", "concat", "none"]:
        """How samples are joined; those with pictures never are."""
        return self.pack if self.pack_to_max_length and not self.sees else "none"

    @property
    def separates_samples(self) -> bool:
        """Whether samples of one pack do not see each other."""
        return self.packing == "best_fit" if self.use_varlen_attn == "auto" else self.use_varlen_attn

    @field_validator("deepspeed")
    @classmethod
    def _known_preset(cls, value: str) -> str:
        try:
            return preset_name(value)
        except ValueError as error:
            raise ValueError(
                _("Not a DeepSpeed preset, not none, and not a .json file. Nearest: {names}").format(names=error)
            ) from error

    @field_validator("save_steps", "save_total_limit", "evaluation_freq")
    @classmethod
    def _positive_or_minus_one(cls, value: int) -> int:
        if value == 0:
            raise ValueError(N_("Must be a positive number, or -1."))
        return value

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if self.use_varlen_attn is True and not self.pack_to_max_length:
            raise ValueError(N_("use_varlen_attn needs pack_to_max_length: true"))
        if len(self.dataset_formats) != len(self.data_paths):
            raise ValueError(N_("dataset_format must name one format for all data paths, or one for each of them"))
        if self.max_length % self.sequence_parallel_size:
            raise ValueError(N_("max_length must be a multiple of sequence_parallel_size"))
        return self
