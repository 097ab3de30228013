"""What can be set while chatting: how answers are drawn, what is said before, and how the model is loaded. No Textual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import field_validator

from workbench.chat.protocol import GenerationSettings, Precision
from workbench.configs.setting import setting
from workbench.errors import WorkbenchError
from workbench.ui.chosen_model import ChosenModel

_BITS: dict[str, Literal[4, 8] | None] = {"all": None, "8": 8, "4": 4}


class ChatForm(GenerationSettings):
    """The fields of the form: those of an answer, and those of the model. ``prompt_template``: empty is the fitting one."""

    streaming: bool = setting(
        True, group="generation", en="Show an answer while it is written.", zh="边生成边显示回答。"
    )
    prompt_template: str | None = setting(
        None,
        group="model",
        en="Dialogue format; empty takes the one the weights were trained with.",
        zh="对话格式；留空则用权重训练时的格式。",
    )
    bits: Literal["all", "8", "4"] = setting(
        "all",
        group="model",
        en="Bits of each weight in memory; fewer take less memory. all: those of its precision.",
        zh="每个权重在内存中的位数；越少占内存越小。all：与精度一致，不量化。",
    )
    precision: Precision = setting("auto", group="model", en="Number format of the weights.", zh="权重的数值格式。")
    offload_folder: str | None = setting(
        None,
        group="model",
        en="Use all devices, and this folder for weights that do not fit on them.",
        zh="使用所有设备，放不下的权重存到此文件夹。",
    )
    compile: bool = setting(
        False,
        group="model",
        en="Compile the model's steps: a minute or more at the first start, some seconds later; a small model then "
        "answers faster.",
        zh="编译模型的逐步计算：首次启动需一分钟或更久，以后几秒；之后小模型回答更快。",
    )
    trust_remote_code: bool = setting(
        False,
        group="model",
        en="Run Python code that comes with the model; only for models you trust.",
        zh="运行模型自带的 Python 代码；仅限你信任的模型。",
    )

    @field_validator("prompt_template")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        from workbench.data.templates import AUTO, get_template  # once something is to be checked

        try:
            if name and name != AUTO:
                get_template(name)
        except WorkbenchError as error:
            raise ValueError(" ".join(filter(None, (error.what, error.fix)))) from error
        return name


_OF_MODEL = ("prompt_template", "precision", "offload_folder", "compile", "trust_remote_code")
_OF_WEIGHTS = ("prompt_template", "bits", "precision", "offload_folder", "compile", "trust_remote_code")


@dataclass(frozen=True)
class ChatChoices:
    """All that is chosen. ``streams``: answers are shown while they are written."""

    system: str
    settings: GenerationSettings
    streams: bool = True
    chosen: ChosenModel | None = None

    @property
    def fields(self) -> list[str]:
        """The fields that mean something: a chat service has no weights of ours."""
        has_weights = self.chosen is not None and self.chosen.endpoint is None
        return [name for name in ChatForm.model_fields if has_weights or name not in _OF_WEIGHTS]

    def form(self) -> ChatForm:
        """The values as the form shows them."""
        values: dict[str, Any] = {**self.settings.model_dump(), "streaming": self.streams}
        if self.chosen is not None:
            values |= {name: getattr(self.chosen, name) for name in _OF_MODEL}
            values["bits"] = next(name for name, bits in _BITS.items() if bits == self.chosen.bits)
        return ChatForm.model_construct(**values)  # a template that was here once shall not keep the form away

    def changed(self, system: str, changes: dict[str, Any]) -> ChatChoices:
        """The same with another system text, and other values of the form."""
        values = {**self.form().model_dump(), **changes}
        settings = GenerationSettings.model_validate({name: values[name] for name in GenerationSettings.model_fields})
        chosen = self.chosen
        if chosen is not None:
            named = {name: values[name] or getattr(ChosenModel, name) for name in _OF_MODEL}
            chosen = replace(chosen, bits=_BITS[values["bits"]], **named)
        return ChatChoices(system, settings, values["streaming"], chosen)
