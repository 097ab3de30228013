"""What a person chooses when making a self-identity dataset; the form and the command line show it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workbench.configs.setting import setting
from workbench.data.identity.answers import Persona
from workbench.data.identity.generate import IdentityDataset, generate_for, one_persona
from workbench.data.identity.languages import parse_languages
from workbench.data.identity.own_questions import read_questions
from workbench.data.identity.personas import read_personas
from workbench.paths import resolve_model


class IdentityChoices(BaseModel):
    """The arguments of `workbench.data.identity.generate.generate_for`, explained in both languages."""

    model_config = ConfigDict(extra="forbid")

    name: str = setting("小明", min_length=1, group="data", en="What the assistant is called.", zh="助手的名字。")
    author: str = setting("", group="data", en="Who made it; may stay empty.", zh="谁训练了它；可留空。")
    description: str = setting(
        "",
        group="data",
        en="What is inside, for example the base model's name; may stay empty.",
        zh="内在是什么，例如基座模型的名称；可留空。",
    )
    persona: str = setting(
        "",
        group="data",
        en="A YAML list of several assistants, in place of name, author and description; may stay empty.",
        zh="列出多个助手的 YAML 文件，代替上面的名字、作者和内在；可留空。",
    )
    questions: str = setting(
        "",
        group="data",
        en="A file of your own questions: one a line under [intent] headings, or JSON; may stay empty.",
        zh="您自己的问题文件：在 [意图] 标题下每行一个，或 JSON；可留空。",
    )
    languages: Literal["zh,en", "zh", "en"] = setting(
        "zh,en", group="data", en="Languages of the questions.", zh="问题所用的语言。"
    )
    count: int = setting(
        600, ge=1, le=1_000_000, unit="rows", group="data", en="Rows about who the assistant is.", zh="身份数据的行数。"
    )
    mix: str = setting(
        "sample:general_dialogue.json",
        group="data",
        en="Ordinary dialogue to mix in, so that the model does not answer everything with its name; may stay empty.",
        zh="混入的普通对话，避免模型对一切问题都报名字；可留空。",
    )
    ratio: float = setting(
        1.0,
        ge=0,
        le=100,
        group="data",
        en="Ordinary rows for each identity row.",
        zh="每行身份数据对应的普通对话行数。",
    )
    out: str = setting("identity.json", min_length=1, group="data", en="The file to write.", zh="要写入的文件。")
    seed: int = setting(42, ge=0, group="data", en="The seed of every random choice.", zh="所有随机选择的种子。")

    def generate(self) -> IdentityDataset:
        """Make the dataset.

        Raises:
            WorkbenchError: one of the files cannot be read.
        """
        return generate_for(
            self._personas(),
            languages=parse_languages(self.languages),
            count=self.count,
            mix=Path(resolve_model(self.mix)) if self.mix else None,
            ratio=self.ratio,
            seed=self.seed,
            own_questions=read_questions(Path(self.questions).expanduser()) if self.questions else (),
        )

    def _personas(self) -> list[Persona]:
        if self.persona:
            return read_personas(Path(self.persona).expanduser())
        return [one_persona(self.name, self.author, self.description)]
