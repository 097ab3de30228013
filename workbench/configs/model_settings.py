"""The fields of a config that say what is trained."""

from __future__ import annotations

from typing import Literal

from workbench.configs.method_settings import Strict
from workbench.configs.setting import setting

Method = Literal["full", "lora", "qlora"]


class ModelSettings(Strict):
    """The base model and the way that it is trained."""

    pretrained_model_name_or_path: str = setting(
        group="model",
        min_length=1,
        en="The base model: a folder or a Hugging Face name.",
        zh="基座模型：本地目录或 Hugging Face 名称。",
    )
    method: Method = setting(
        "qlora",
        group="model",
        en="full trains every weight, lora an adapter, qlora an adapter on a 4-bit base.",
        zh="full 训练全部权重，lora 训练适配器，qlora 在 4 比特基座上训练适配器。",
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
        en="Stretch the context window to this length by linear RoPE scaling.",
        zh="用线性 RoPE 缩放把上下文窗口扩展到此长度。",
    )
    attn_implementation: Literal["auto", "eager", "sdpa", "flash_attention_2"] = setting(
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
