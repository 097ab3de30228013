"""The fields of a config that make a language model see (LLaVA)."""

from __future__ import annotations

from typing import Literal

from workbench.configs.method_settings import LoraSettings, Strict
from workbench.configs.setting import setting


class VisionSettings(Strict):
    """The vision tower, what is trained of it, and the pictures."""

    visual_encoder_name_or_path: str | None = setting(
        None,
        group="vision",
        en="The vision tower (CLIP or SigLIP): a folder or a Hugging Face name; empty trains on text only.",
        zh="视觉编码器（CLIP 或 SigLIP）：本地目录或 Hugging Face 名称；留空则只训练文本。",
    )
    own_processor: bool = setting(
        False,
        group="vision",
        en="The model sees by itself (LLaVA, Qwen-VL, InternVL, Gemma 3, SmolVLM): its own processor prepares the pictures.",
        zh="模型本身就能看图（LLaVA、Qwen-VL、InternVL、Gemma 3、SmolVLM）：由其自带的处理器处理图像。",
    )
    pretrained_pth: str | None = setting(
        None,
        group="vision",
        en="What to begin from: a run of the first stage (its newest checkpoint), a checkpoint, or a folder with projector/.",
        zh="训练起点：第一阶段的运行目录（取其最新检查点）、某个检查点，或含 projector/ 的目录。",
    )
    image_folder: str | None = setting(
        None,
        group="vision",
        en="Where the pictures named in the data lie; empty means beside the data file. Commas part one for each path.",
        zh="数据中图像路径所在的目录；留空为数据文件所在目录。用逗号分隔时与各数据路径一一对应。",
    )
    pad_image_to_square: bool = setting(
        False,
        group="vision",
        en="Pad pictures to a square instead of cutting their longer side off.",
        zh="把图像补成正方形，而不是裁掉长边。",
    )
    on_bad_image: Literal["error", "skip"] = setting(
        "error",
        group="vision",
        en="At a picture that cannot be used: name it and do not begin, or leave its rows out and count them.",
        zh="遇到无法使用的图像时：error 指出并停止，skip 跳过相应数据行并计数。",
    )
    freeze_llm: bool = setting(
        False,
        group="vision",
        en="Train nothing of the language model, as the first stage does: the projector alone learns.",
        zh="不训练语言模型（第一阶段的做法）：只训练投影层。",
    )
    visual_encoder_method: Literal["frozen", "lora", "full"] = setting(
        "frozen",
        group="vision",
        en="What is trained of the vision tower: nothing, an adapter, or every weight.",
        zh="视觉编码器的训练方式：frozen 不训练，lora 训练适配器，full 训练全部权重。",
    )
    visual_encoder_lora: LoraSettings = setting(
        LoraSettings(lora_dropout=0.05),
        group="vision",
        en="The vision tower's adapter, for visual_encoder_method: lora.",
        zh="视觉编码器的适配器设置，用于 visual_encoder_method: lora。",
    )
    visual_select_layer: int = setting(
        -2,
        group="vision",
        advanced=True,
        en="The tower's layer whose features are taken; -1 is its last one.",
        zh="取视觉编码器第几层的特征；-1 为最后一层。",
    )
    cache_image_features: bool | Literal["auto"] = setting(
        "auto",
        group="vision",
        advanced=True,
        en="Compute every picture's features once and train without the tower; auto does so while the tower is frozen.",
        zh="每张图像的特征只计算一次，训练时不再运行视觉编码器；auto 在其冻结时启用。",
    )
    group_by_length: bool = setting(
        False,
        group="vision",
        advanced=True,
        en="Put samples of like length, and of the same kind (with or without pictures), into one batch.",
        zh="把长度相近、类型相同（有无图像）的样本放入同一批。",
    )
    evaluation_images: list[str] = setting(
        [],
        group="vision",
        en="Pictures that each evaluation question is asked about: files, or addresses, which are fetched once.",
        zh="每个评测问题所针对的图像：文件，或网址（只下载一次）。",
    )

    image_probes: str | None = setting(
        None,
        group="vision",
        en="Questions about pictures that are in no training data; every checkpoint is scored on them.",
        zh="训练数据之外的图像问题文件；每个检查点都据此评分。",
    )

    @property
    def sees(self) -> bool:
        """Whether a model is trained that takes pictures."""
        return bool(self.visual_encoder_name_or_path) or self.own_processor
