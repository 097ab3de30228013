"""The fields of a config that say how long, how fast and on what is trained."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from workbench.configs.deepspeed_names import preset_name
from workbench.configs.method_settings import Strict
from workbench.configs.setting import setting
from workbench.i18n import _

DeepSpeedPreset = Literal[
    "auto",
    "none",
    "deepspeed_zero1",
    "deepspeed_zero2",
    "deepspeed_zero2_offload",
    "deepspeed_zero3",
    "deepspeed_zero3_offload",
]


class TrainingSettings(Strict):
    """Batches, optimiser, learning rate, precision and devices."""

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
        "AdamW",
        group="training",
        advanced=True,
        en="The optimiser: AdamW, AdamW_fused, AdamW8bit, PagedAdamW8bit, PagedAdamW32bit, AdEMAMix, AdEMAMix8bit, PagedAdEMAMix8bit, Lion, Lion8bit, PagedLion8bit, RMSprop, RMSprop8bit, Adagrad, SGD, Adafactor or Muon.",
        zh="优化器：AdamW、AdamW_fused、AdamW8bit、PagedAdamW8bit、PagedAdamW32bit、AdEMAMix、AdEMAMix8bit、PagedAdEMAMix8bit、Lion、Lion8bit、PagedLion8bit、RMSprop、RMSprop8bit、Adagrad、SGD、Adafactor 或 Muon。",
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
    neftune_noise_alpha: float | None = setting(
        None,
        gt=0,
        group="training",
        advanced=True,
        en="Noise on the embeddings while training (NEFTune), e.g. 5; empty is none.",
        zh="训练时在嵌入上加的噪声（NEFTune），如 5；留空为不加。",
    )
    lr_scheduler_type: Literal[
        "cosine",
        "linear",
        "constant",
        "constant_with_warmup",
        "cosine_with_restarts",
        "polynomial",
        "inverse_sqrt",
        "warmup_stable_decay",
    ] = setting(
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
    min_lr_ratio: float = setting(
        0.0,
        ge=0,
        lt=1,
        group="training",
        advanced=True,
        en="The lowest learning rate at the end, as a share of lr.",
        zh="结束时的最低学习率，占 lr 的比例。",
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
    use_liger_kernel: bool | Literal["auto"] = setting(
        "auto",
        group="training",
        advanced=True,
        en="Liger's fused GPU kernels; auto uses them where they are installed and know the model.",
        zh="Liger 融合 GPU 内核；auto 在已安装且支持该模型时使用。",
    )
    torch_compile: bool = setting(
        False,
        group="training",
        advanced=True,
        en="Compile the model before the first step: slower to begin, faster where lengths do not change (packed).",
        zh="首步之前编译模型：启动更慢，在长度不变（拼接）时更快。",
    )
    on_bad_loss: Literal["stop", "rollback", "warn"] = setting(
        "stop",
        group="training",
        advanced=True,
        en="At a loss that is not a number or explodes: stop, go back to the last good checkpoint once, or only warn.",
        zh="损失变为非数或爆炸时：stop 停止，rollback 回到上一个正常检查点（一次），warn 仅警告。",
    )
    deepspeed: DeepSpeedPreset | str = setting(
        "auto",
        group="training",
        en="A DeepSpeed preset, the path of a JSON file, or none; auto is zero2 for several processes, none for one.",
        zh="DeepSpeed 预设名、JSON 文件路径，或 none；auto 在多进程时为 zero2，单进程时为 none。",
    )
    devices: list[int] | None = setting(
        None,
        group="devices",
        en="GPUs to use, by number; empty takes all (or those of CUDA_VISIBLE_DEVICES).",
        zh="使用的 GPU 编号；留空使用全部（或 CUDA_VISIBLE_DEVICES 指定的）。",
    )
    nproc: int | Literal["auto"] = setting(
        "auto",
        group="devices",
        en="Processes on this machine; auto is one per GPU, and one on a CPU.",
        zh="本机进程数；auto 为每个 GPU 一个，CPU 上为一个。",
    )
    seed: int = setting(
        42, ge=0, lt=2**32, group="training", en="The seed of every random choice.", zh="所有随机选择的种子。"
    )

    @field_validator("betas")
    @classmethod
    def _decay_rates(cls, value: tuple[float, float]) -> tuple[float, float]:
        if min(value) < 0:
            raise ValueError(_("Must be at least {limit}.").format(limit=0))
        if max(value) >= 1:
            raise ValueError(_("Must be less than {limit}.").format(limit=1))
        return value

    @field_validator("nproc")
    @classmethod
    def _some_processes(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError(_("Must be at least {limit}.").format(limit=1))
        return value

    @field_validator("deepspeed")
    @classmethod
    def _known_preset(cls, value: str) -> str:
        try:
            return preset_name(value)
        except ValueError as error:
            raise ValueError(
                _("Not a DeepSpeed preset, not none, and not a .json file. Nearest: {names}").format(names=error)
            ) from error
