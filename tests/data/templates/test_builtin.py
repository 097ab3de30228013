"""Every prompt template, byte for byte, with the loss mask: what is trained stands in ``[[…]]``."""

from __future__ import annotations

import pytest

from tests.data.characters import CharacterTokenizer, dialogue, marked, written
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import encode, encode_prompt
from workbench.data.templates import TEMPLATE_NAMES, get_template
from workbench.errors import WorkbenchError

TWO_EXCHANGES = dialogue("Q1", "A1", "Q2", "A2", system="SYS")
RENDERED = {
    "default": "<s><|System|>:SYS\n<|User|>:Q1\n<|Bot|>:[[A1</s>]]\n<s><|User|>:Q2\n<|Bot|>:[[A2</s>]]\n",
    "zephyr": "<s><|system|>\nSYS\n<|user|>\nQ1\n<|assistant|>\n[[A1</s>]]\n<s><|user|>\nQ2\n<|assistant|>\n[[A2</s>]]\n",
    "internlm_chat": "<s><|System|>:SYS\n<|User|>:Q1<eoh>\n<|Bot|>:[[A1<eoa>]]\n<|User|>:Q2<eoh>\n<|Bot|>:[[A2<eoa>]]\n",
    "internlm2_chat": "<s><|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n[[A1<|im_end|>]]\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n[[A2<|im_end|>]]\n",
    "moss_sft": "<s>SYS\n<|Human|>: Q1<eoh>\n[[A1</s>]]\n<s><|Human|>: Q2<eoh>\n[[A2</s>]]\n",
    "llama2_chat": "<s>[INST] <<SYS>>\n SYS\n<</SYS>>\n [/INST] [INST] Q1 [/INST][[A1</s>]]\n<s>[INST] Q2 [/INST][[A2</s>]]\n",
    "code_llama_chat": "<s>SYS\n[INST] Q1 [/INST][[A1</s>]]<s>[INST] Q2 [/INST][[A2</s>]]",
    "chatglm2": "<s>SYS\n[Round 1]\n\n问：Q1\n\n答：[[A1</s>]]\n\n<s>[Round 2]\n\n问：Q2\n\n答：[[A2</s>]]\n\n",
    "chatglm3": "<s><|system|>\nSYS<|user|>\nQ1<|assistant|>\n[[A1</s>]]\n<s><|user|>\nQ2<|assistant|>\n[[A2</s>]]\n",
    "qwen_chat": "<s><|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n[[A1<|im_end|>]]\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n[[A2<|im_end|>]]\n",
    "baichuan_chat": "<s>SYS\n<reserved_102>Q1<reserved_103>[[A1</s>]]\n<s><reserved_102>Q2<reserved_103>[[A2</s>]]\n",
    "baichuan2_chat": "<s>SYS\n<reserved_106>Q1<reserved_107>[[A1</s>]]\n<s><reserved_106>Q2<reserved_107>[[A2</s>]]\n",
    "wizardlm": "<s>SYS\n USER: Q1 ASSISTANT:[[A1</s>]]\n<s>USER: Q2 ASSISTANT:[[A2</s>]]\n",
    "wizardcoder": "<s>SYS\n ### Instruction:\nQ1\n\n### Response:[[A1</s>]]\n\n<s>### Instruction:\nQ2\n\n### Response:[[A2</s>]]\n\n",
    "vicuna": "<s>SYS\n USER: Q1 ASSISTANT:[[A1</s>]]\n<s>USER: Q2 ASSISTANT:[[A2</s>]]\n",
    "deepseek_coder": "<s>SYS\n### Instruction:\nQ1\n### Response:\n[[A1</s>]]\n<s>### Instruction:\nQ2\n### Response:\n[[A2</s>]]\n",
    "deepseekcoder": "<s>SYS\n### Instruction:\nQ1\n### Response:\n[[A1</s>]]\n<s>### Instruction:\nQ2\n### Response:\n[[A2</s>]]\n",
    "deepseek_moe": "<s>[INST] SYS [/INST]\n[INST] Q1 [/INST][[A1</s>]]\n<s>[INST] Q2 [/INST][[A2</s>]]\n",
    "deepseek_v2": "<s>SYS\n\nUser: Q1\n\nAssistant: [[A1<｜end▁of▁sentence｜>]]User: Q2\n\nAssistant: [[A2<｜end▁of▁sentence｜>]]",
    "mistral": "<s>[INST] SYS [/INST]\n[INST] Q1 [/INST][[A1</s>]]\n<s>[INST] Q2 [/INST][[A2</s>]]\n",
    "mixtral": "<s>[INST] SYS [/INST]\n[INST] Q1 [/INST][[A1</s>]]\n<s>[INST] Q2 [/INST][[A2</s>]]\n",
    "minicpm": "<s><用户> Q1 <AI>[[A1</s>]]\n<s><用户> Q2 <AI>[[A2</s>]]\n",
    "gemma": "<s><start_of_turn>system\nSYS<end_of_turn>\n<start_of_turn>user\nQ1<end_of_turn>\n<start_of_turn>model\n[[A1<end_of_turn></s>]]\n<s><start_of_turn>user\nQ2<end_of_turn>\n<start_of_turn>model\n[[A2<end_of_turn></s>]]\n",
    "cohere_chat": "<s><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>SYS<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Q1<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>[[A1<|END_OF_TURN_TOKEN|>]]<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Q2<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>[[A2<|END_OF_TURN_TOKEN|>]]",
    "llama3_chat": "<s><|start_header_id|>system<|end_header_id|>\n\nSYS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nQ1<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n[[A1<|eot_id|>]]<|start_header_id|>user<|end_header_id|>\n\nQ2<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n[[A2<|eot_id|>]]",
    "phi3_chat": "<s><|system|>\nSYS<|end|>\n<|user|>\nQ1<|end|>\n<|assistant|>\n[[A1<|end|>]]\n<|user|>\nQ2<|end|>\n<|assistant|>\n[[A2<|end|>]]\n",
}  # fmt: skip
STOP_WORDS = {
    "internlm_chat": ("<eoa>",),
    "internlm2_chat": ("<|im_end|>",),
    "moss_sft": ("<eoc>", "<eom>"),
    "qwen_chat": ("<|im_end|>", "<|endoftext|>"),
    "deepseek_v2": ("<｜end▁of▁sentence｜>",),
    "gemma": ("<end_of_turn>",),
    "cohere_chat": ("<|END_OF_TURN_TOKEN|>",),
    "llama3_chat": ("<|eot_id|>",),
    "phi3_chat": ("<|end|>",),
}


def rendered(conversation: Conversation, template: str) -> str:
    return marked(encode(conversation, get_template(template), CharacterTokenizer()))


def test_all_26_templates_are_there() -> None:
    assert set(TEMPLATE_NAMES) == set(RENDERED)
    assert len(TEMPLATE_NAMES) == 26


@pytest.mark.parametrize("name", RENDERED)
def test_two_exchanges_are_rendered_to_the_byte_with_their_loss_mask(name: str) -> None:
    assert rendered(TWO_EXCHANGES, name) == RENDERED[name]


@pytest.mark.parametrize("name", RENDERED)
def test_what_ends_an_answer_is_known(name: str) -> None:
    assert get_template(name).stop_words == STOP_WORDS.get(name, ())


@pytest.mark.parametrize("name", RENDERED)
def test_a_model_is_asked_with_the_very_text_it_was_trained_on(name: str) -> None:
    asked = written(encode_prompt(TWO_EXCHANGES.turns[:-1], get_template(name), CharacterTokenizer()))
    trained = RENDERED[name].replace("[[", "").replace("]]", "")
    before, answer, _after = trained.rpartition("A2")
    assert answer
    assert asked == before


def test_an_answer_without_loss_is_context_with_its_suffix() -> None:
    turns = (Turn("user", "Q1"), Turn("assistant", "A1", loss=False), Turn("user", "Q2"), Turn("assistant", "A2"))
    assert rendered(Conversation(turns), "internlm2_chat") == (
        "<s><|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n"
        "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n[[A2<|im_end|>]]\n"
    )


def test_the_end_of_text_behind_an_answer_without_loss_has_none_either() -> None:
    turns = (Turn("user", "Q1"), Turn("assistant", "A1", loss=False), Turn("user", "Q2"), Turn("assistant", "A2"))
    assert rendered(Conversation(turns), "vicuna") == (
        "<s>USER: Q1 ASSISTANT:A1</s>\n<s>USER: Q2 ASSISTANT:[[A2</s>]]\n"
    )


def test_nothing_stands_where_there_is_no_system_text() -> None:
    assert rendered(dialogue("", "A1"), "default") == "<s><|User|>:\n<|Bot|>:[[A1</s>]]\n"


def test_a_system_text_is_honoured_wherever_it_stands() -> None:
    turns = (*dialogue("Q1", "A1").turns, Turn("system", "SYS"), *dialogue("Q2", "A2").turns)
    assert rendered(Conversation(turns), "internlm_chat") == (
        "<s><|User|>:Q1<eoh>\n<|Bot|>:[[A1<eoa>]]\n<|System|>:SYS\n<|User|>:Q2<eoh>\n<|Bot|>:[[A2<eoa>]]\n"
    )


def test_braces_in_the_data_are_text() -> None:
    conversation = dialogue("{round}{input}{x}", "{system}", system="{input}{round}")
    assert rendered(conversation, "chatglm2") == (
        "<s>{input}{round}\n[Round 1]\n\n问：{round}{input}{x}\n\n答：[[{system}</s>]]\n\n"
    )


def test_a_last_question_without_an_answer_is_not_trained() -> None:
    assert rendered(dialogue("Q1", "A1", "Q2"), "internlm2_chat") == rendered(dialogue("Q1", "A1"), "internlm2_chat")


def test_plain_text_is_trained_whole_without_an_end() -> None:
    text = Conversation((Turn("assistant", "hello"),), plain=True)
    assert rendered(text, "internlm2_chat") == "<s>[[hello]]"


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(WorkbenchError, match="internlm2_caht") as caught:
        get_template("internlm2_caht")
    assert caught.value.where == "prompt_template"
    assert caught.value.fix is not None and "internlm2_chat" in caught.value.fix
