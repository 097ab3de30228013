"""The template is the one the weights were trained with, and another one is warned about."""

from pathlib import Path
from typing import Any

import pytest

from tests.data.templates.families import CHATML, LLAMA3, SpecialTokensOnly
from workbench.chat.template_choice import FALLBACK_TEMPLATE, choose_template
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError

BARE = SpecialTokensOnly(None, [])
CHAT = SpecialTokensOnly(CHATML, ["<|im_start|>", "<|im_end|>"])


def chosen(
    model: Path, adapter: Path | None = None, asked: str | None = None, tokenizer: Any = BARE
) -> tuple[str, list[str]]:
    template, warnings = choose_template(str(model), str(adapter) if adapter else None, asked, tokenizer)
    return template.name, warnings


def test_the_trained_template_is_taken_when_nothing_is_asked(tmp_path: Path) -> None:
    write_provenance(tmp_path, Provenance(prompt_template="vicuna"))
    assert chosen(tmp_path, tokenizer=CHAT) == ("vicuna", [])


def test_the_adapter_knows_better_than_its_base(tmp_path: Path) -> None:
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    base.mkdir()
    adapter.mkdir()
    write_provenance(base, Provenance(prompt_template="vicuna"))
    write_provenance(adapter, Provenance(prompt_template="internlm2_chat"))
    assert chosen(base, adapter)[0] == "internlm2_chat"


def test_another_template_than_the_trained_one_is_used_and_warned_about(tmp_path: Path) -> None:
    write_provenance(tmp_path, Provenance(prompt_template="default"))
    name, warnings = chosen(tmp_path, asked="internlm2_chat")
    assert name == "internlm2_chat"
    assert len(warnings) == 1
    assert "default" in warnings[0]


@pytest.mark.parametrize("asked", ["qwen_chat", "auto"])
def test_another_name_for_the_same_markup_is_no_warning(tmp_path: Path, asked: str) -> None:
    write_provenance(tmp_path, Provenance(prompt_template="internlm2_chat"))
    assert chosen(tmp_path, asked=asked, tokenizer=CHAT) == (asked, [])


def test_the_tokenizers_own_template_is_taken_when_nothing_else_is_known(tmp_path: Path) -> None:
    assert chosen(tmp_path, tokenizer=CHAT) == ("auto", [])


def test_another_than_the_tokenizers_own_template_is_warned_about(tmp_path: Path) -> None:
    llama = SpecialTokensOnly(LLAMA3, ["<|eot_id|>"], "<s>")
    name, warnings = chosen(tmp_path, asked="internlm2_chat", tokenizer=llama)
    assert name == "internlm2_chat"
    assert "llama3_chat" in warnings[0]


def test_the_catalogue_knows_what_a_model_wants(tmp_path: Path) -> None:
    assert chosen(Path("internlm/internlm2-chat-7b"))[0] == "internlm2_chat"


def test_a_model_that_says_nothing_gets_the_fallback_and_a_warning(tmp_path: Path) -> None:
    name, warnings = chosen(tmp_path)
    assert name == FALLBACK_TEMPLATE
    assert warnings


def test_an_unknown_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="vicunna"):
        chosen(tmp_path, asked="vicunna")
