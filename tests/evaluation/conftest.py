"""The sample model, loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from workbench.data.templates import PromptTemplate, get_template
from workbench.evaluation.generate import generate_answers
from workbench.i18n import set_language


@dataclass(frozen=True)
class Sample:
    """A model with what it needs to be asked."""

    model: Any
    tokenizer: Any
    template: PromptTemplate

    def answers(self, questions: list[str], **options: Any) -> list[str]:
        chosen = {"max_new_tokens": 32, "template": self.template, **options}
        template = chosen.pop("template")
        given = generate_answers(self.model, self.tokenizer, template, questions, **chosen)
        return [answer.text for answer in given]


@pytest.fixture(autouse=True)
def english() -> None:
    """Reasons are compared in English."""
    set_language("en")


@pytest.fixture(scope="session")
def sample() -> Sample:
    """The embedded sample model."""
    from workbench.models.load import load_language_model, load_tokenizer

    model = load_language_model("sample:model", precision="fp32")
    return Sample(model, load_tokenizer("sample:model"), get_template("internlm2_chat"))
