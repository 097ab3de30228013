"""The fields of training on which of two answers is better, in a group of their own."""

from __future__ import annotations

from typing import Literal

from workbench.configs.method_settings import Strict
from workbench.configs.setting import setting

PAIR_STAGES = frozenset({"dpo", "orpo", "reward"})
"""The stages that compare two answers."""


class PreferenceSettings(Strict):
    """Losses of ``stage: dpo``, ``orpo`` and ``reward``; names and defaults of XTuner 0.1."""

    loss_type: Literal["sigmoid", "hinge", "ipo", "kto_pair", "sppo_hard", "nca_pair", "robust"] = setting(
        "sigmoid", group="preference", en="The loss of dpo.", zh="dpo 的损失函数。"
    )
    beta: float = setting(
        0.1,
        gt=0,
        group="preference",
        en="How strongly dpo holds to the base model, or orpo weighs the odds.",
        zh="dpo 对基座模型的约束强度，或 orpo 中几率比的权重。",
    )
    label_smoothing: float = setting(
        0.0,
        ge=0,
        lt=0.5,
        group="preference",
        advanced=True,
        en="Share of pairs that may be the wrong way round (dpo: sigmoid, robust).",
        zh="可能标反的样本对比例（dpo 的 sigmoid 与 robust）。",
    )
    reward_loss_type: Literal["ranking", "focal"] = setting(
        "focal", group="preference", advanced=True, en="The loss of reward.", zh="reward 的损失函数。"
    )
    penalty_type: Literal["log_barrier", "L2", "none"] = setting(
        "log_barrier",
        group="preference",
        advanced=True,
        en="What holds the scores of reward near zero.",
        zh="使 reward 打分保持在零附近的惩罚项。",
    )
    penalty_weight: float = setting(
        0.01, ge=0, group="preference", advanced=True, en="Weight of that penalty.", zh="该惩罚项的权重。"
    )
