"""The fields of a config that say what is trained."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from workbench.configs.method_settings import Strict
from workbench.configs.setting import setting
from workbench.i18n import N_, _

Method = Literal["full", "freeze", "lora", "qlora"]
WHOLE_METHODS = {"full", "freeze"}
"""What trains weights of the model itself, so that a checkpoint is a whole model."""
Stage = Literal["sft", "pretrain", "dpo", "orpo", "reward"]
RopeScaling = Literal["linear", "dynamic", "yarn"]
Attention = Literal["auto", "eager", "sdpa", "flash_attention_2", "flash_attention_3", "flex_attention"]


class ModelSettings(Strict):
    """The base model and the way that it is trained."""

    pretrained_model_name_or_path: str = setting(
        group="model",
        min_length=1,
        en="The base model: a folder or a Hugging Face name.",
        zh="基座模型：本地目录或 Hugging Face 名称。",
    )
    stage: Stage = setting(
        "sft",
        group="model",
        en="sft learns answers, pretrain whole texts, dpo and orpo which of two answers is better, reward to judge them.",
        zh="sft 学习回答，pretrain 学习整段文本，dpo 与 orpo 学习两个回答中哪个更好，reward 学习打分。",
    )
    method: Method = setting(
        "qlora",
        group="model",
        en="full trains every weight, freeze a part of them, lora an adapter, qlora an adapter on a quantised base.",
        zh="full 训练全部权重，freeze 只训练其中一部分，lora 训练适配器，qlora 在量化基座上训练适配器。",
    )
    adapter_name_or_path: str | None = setting(
        None,
        group="model",
        advanced=True,
        en="An adapter to go on training, for lora and qlora; empty begins a new one.",
        zh="继续训练的已有适配器，用于 lora 与 qlora；留空则新建。",
    )
    prompt_template: str = setting(
        "default",
        group="model",
        en="The dialogue format: a name, auto (the model's own), or a YAML file; chatting must use the same one.",
        zh="对话格式：名称、auto（模型自带）或 YAML 文件；之后对话时必须使用同一格式。",
    )
    max_position_embeddings: int | None = setting(
        None,
        ge=1,
        unit="tokens",
        group="model",
        advanced=True,
        en="Stretch the context window to this length by RoPE scaling.",
        zh="用 RoPE 缩放把上下文窗口扩展到此长度。",
    )
    rope_scaling_type: RopeScaling = setting(
        "linear",
        group="model",
        advanced=True,
        en="How max_position_embeddings stretches the context window.",
        zh="max_position_embeddings 扩展上下文窗口的方式。",
    )
    new_tokens: list[str] = setting(
        [],
        group="model",
        advanced=True,
        en="Tokens added to the vocabulary; their embeddings begin as the mean of the others and are trained.",
        zh="加入词表的新 token；其嵌入以其余嵌入的均值初始化并参与训练。",
    )
    attn_implementation: Attention = setting(
        "auto",
        group="model",
        advanced=True,
        en="The attention kernel; auto takes the fastest one installed.",
        zh="注意力实现；auto 选用已安装的最快者。",
    )
    trust_remote_code: bool = setting(
        False,
        group="model",
        advanced=True,
        en="Run Python code that comes with the model; only for models you trust.",
        zh="运行模型自带的 Python 代码；仅用于你信任的模型。",
    )

    @property
    def has_adapter(self) -> bool:
        """Whether an adapter is trained, and not weights of the model itself."""
        return self.method not in WHOLE_METHODS

    @field_validator("new_tokens")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if not all(token.strip() for token in value):
            raise ValueError(N_("A token must not be empty."))
        twice = sorted({token for token in value if value.count(token) > 1})
        if twice:
            raise ValueError(_("Named twice: {names}").format(names=", ".join(twice)))
        return value
