"""What to train: every field of a config file, its default, range, unit and explanation.

Field names and defaults follow XTuner 0.1; ``save_steps`` and ``evaluation_freq`` count *iterations* (micro-batches
of one device) as there, and act at the optimiser step that the iteration falls into.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import field_validator, model_validator

from workbench.configs.cluster_settings import ClusterSettings
from workbench.configs.data_settings import DataSettings, one_for_each
from workbench.configs.evaluation_rules import evaluation_problem
from workbench.configs.method_settings import FreezeSettings, LoraSettings, QuantizationSettings
from workbench.configs.model_settings import ModelSettings
from workbench.configs.preference_settings import PAIR_STAGES, PreferenceSettings
from workbench.configs.setting import setting
from workbench.configs.stage_rules import stage_problem
from workbench.configs.training_settings import TrainingSettings
from workbench.configs.vision_settings import VisionSettings
from workbench.configs.ways import why_ways_clash
from workbench.i18n import N_


class TrainConfig(
    TrainingSettings, VisionSettings, DataSettings, ModelSettings
):  # the fields of the last one come first
    """One training run. One YAML file holds exactly these fields."""

    # method
    lora: LoraSettings = setting(
        LoraSettings(), group="method", en="The adapter, for lora and qlora.", zh="适配器设置，用于 lora 与 qlora。"
    )
    freeze: FreezeSettings = setting(
        FreezeSettings(),
        group="method",
        advanced=True,
        en="What is trained, for freeze.",
        zh="训练哪些部分，用于 freeze。",
    )
    quantization: QuantizationSettings = setting(
        QuantizationSettings(),
        group="method",
        advanced=True,
        en="The quantised base, for qlora.",
        zh="量化基座设置，用于 qlora。",
    )
    preference: PreferenceSettings = setting(
        PreferenceSettings(),
        group="preference",
        advanced=True,
        en="The loss of dpo, orpo and reward.",
        zh="dpo、orpo 与 reward 的损失。",
    )
    cluster: ClusterSettings = setting(
        ClusterSettings(),
        group="devices",
        advanced=True,
        en="Several machines.",
        zh="多机训练。",
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
        en="How many checkpoints are kept, the best one besides; -1 keeps all.",
        zh="保留的检查点个数（最佳者另外保留）；-1 全部保留。",
    )
    report_to: list[Literal["tensorboard", "wandb", "swanlab", "trackio"]] = setting(
        [],
        group="saving",
        advanced=True,
        en="Also send the figures to these, where they are installed.",
        zh="同时把指标发送到这些工具（需已安装）。",
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
        en="The longest sample answer, and answer to question_sets.",
        zh="示例回答以及 question_sets 回答的最大长度。",
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

    question_sets: dict[str, str] = setting(
        {},
        group="evaluation",
        advanced=True,
        en="Further question files by the name of their score, e.g. arithmetic: sums.json; scored at every checkpoint.",
        zh="更多题目文件，以分数名为键，如 arithmetic: sums.json；每个检查点都评分。",
    )
    early_stopping_patience: int | None = setting(
        None,
        ge=1,
        unit="evaluations",
        group="evaluation",
        advanced=True,
        en="Stop when the validation loss has not fallen for so many evaluations; needs eval_ratio or eval_data_path.",
        zh="验证损失连续这么多次评测没有下降即停止；需要 eval_ratio 或 eval_data_path。",
    )

    @property
    def packing(self) -> Literal["best_fit", "concat", "none"]:
        """How samples are joined; those with pictures never are, nor pairs of answers."""
        whole = self.sees or self.stage in PAIR_STAGES
        return self.pack if self.pack_to_max_length and not whole else "none"

    @property
    def image_folders(self) -> list[str | None]:
        """The folder of the pictures of each data path; None where they lie beside the data."""
        if self.image_folder is None or len(self.data_paths) == 1:
            return [self.image_folder] * len(self.data_paths)
        return [folder or None for folder in one_for_each(self.image_folder, self.data_paths)]

    @property
    def separates_samples(self) -> bool:
        """Whether samples of one pack do not see each other."""
        return self.packing == "best_fit" if self.use_varlen_attn == "auto" else self.use_varlen_attn

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
        if len(self.image_folders) != len(self.data_paths):
            raise ValueError(N_("image_folder must name one folder for all data paths, or one for each of them"))
        if self.max_length % self.sequence_parallel_size:
            raise ValueError(N_("max_length must be a multiple of sequence_parallel_size"))
        if problem := evaluation_problem(self):
            raise ValueError(problem)
        if problem := stage_problem(self):
            raise ValueError(problem)
        if clash := why_ways_clash(self):
            raise ValueError(clash)
        if self.own_processor:
            self._require_one_model()
        return self

    def _require_one_model(self) -> None:
        """A model that sees by itself is one whole, with one adapter or none."""
        if self.visual_encoder_name_or_path or self.pretrained_pth:
            raise ValueError(N_("own_processor takes no visual_encoder_name_or_path and no pretrained_pth"))
        if self.max_position_embeddings:
            raise ValueError(N_("own_processor takes no max_position_embeddings"))
        if self.method == "full" and self.visual_encoder_method == "lora":
            raise ValueError(N_("with own_processor, visual_encoder_method: lora needs method: lora or qlora"))
        if self.method != "full" and (self.visual_encoder_method == "full" or self.freeze_llm):
            raise ValueError(N_("with own_processor, visual_encoder_method: full and freeze_llm need method: full"))
