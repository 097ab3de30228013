"""The 26 prompt templates that come with workbench. Names and strings: those of XTuner 0.1.23, byte for byte."""

from __future__ import annotations

from workbench.data.templates.prompt_template import PromptTemplate
from workbench.data.templates.tools import ToolMarkup

_CHATML_SYSTEM = "<|im_start|>system\n{system}<|im_end|>\n"
_CHATML_INSTRUCTION = "<|im_start|>user\n{input}<|im_end|>\n<|im_start|>assistant\n"
_INST = "[INST] {input} [/INST]"
_INST_SYSTEM = "[INST] {system} [/INST]\n"
_RESPONSE = "### Instruction:\n{input}\n### Response:\n"
_LLAMA3_HEAD = "<|start_header_id|>{role}<|end_header_id|>\n\n"
_COHERE_HEAD = "<|START_OF_TURN_TOKEN|><|{role}_TOKEN|>"
_COHERE_END = "<|END_OF_TURN_TOKEN|>"


_INTERNLM2_TOOLS = ToolMarkup(
    listed="<|im_start|>system name=<|plugin|>\n{tools}<|im_end|>\n",
    call="<|action_start|><|plugin|>\n{call}<|action_end|>",
    result="<|im_start|>environment name=<|plugin|>\n{result}<|im_end|>\n<|im_start|>assistant\n",
)
_MOSS_TOOLS = ToolMarkup(call_end="<eoc>\n", result="<|Results|>:\n{result}\n<eor>\n")


def _llama3(role: str, text: str) -> str:
    return _LLAMA3_HEAD.replace("{role}", role) + text + "<|eot_id|>"


def _cohere(role: str, text: str) -> str:
    return _COHERE_HEAD.replace("{role}", role) + text + _COHERE_END


_TEMPLATES = (
    PromptTemplate("default", "<|User|>:{input}\n<|Bot|>:", "<|System|>:{system}\n", sep="\n"),
    PromptTemplate("zephyr", "<|user|>\n{input}\n<|assistant|>\n", "<|system|>\n{system}\n", sep="\n"),
    PromptTemplate(
        "internlm_chat",
        "<|User|>:{input}<eoh>\n<|Bot|>:",
        "<|System|>:{system}\n",
        suffix="<eoa>",
        suffix_as_eos=True,
        sep="\n",
        stop_words=("<eoa>",),
    ),
    PromptTemplate(
        "internlm2_chat",
        _CHATML_INSTRUCTION,
        _CHATML_SYSTEM,
        suffix="<|im_end|>",
        suffix_as_eos=True,
        sep="\n",
        stop_words=("<|im_end|>",),
        markup=_INTERNLM2_TOOLS,
    ),
    PromptTemplate(
        "moss_sft",
        "<|Human|>: {input}<eoh>\n",
        "{system}\n",
        sep="\n",
        stop_words=("<eoc>", "<eom>"),
        markup=_MOSS_TOOLS,
    ),
    PromptTemplate("llama2_chat", _INST, "[INST] <<SYS>>\n {system}\n<</SYS>>\n [/INST] ", sep="\n"),
    PromptTemplate("code_llama_chat", _INST, "{system}\n"),
    PromptTemplate("chatglm2", "[Round {round}]\n\n问：{input}\n\n答：", "{system}\n", sep="\n\n"),
    PromptTemplate("chatglm3", "<|user|>\n{input}<|assistant|>\n", "<|system|>\n{system}", sep="\n"),
    PromptTemplate(
        "qwen_chat",
        _CHATML_INSTRUCTION,
        _CHATML_SYSTEM,
        suffix="<|im_end|>",
        suffix_as_eos=True,
        sep="\n",
        stop_words=("<|im_end|>", "<|endoftext|>"),
    ),
    PromptTemplate("baichuan_chat", "<reserved_102>{input}<reserved_103>", "{system}\n", sep="\n"),
    PromptTemplate("baichuan2_chat", "<reserved_106>{input}<reserved_107>", "{system}\n", sep="\n"),
    PromptTemplate("wizardlm", "USER: {input} ASSISTANT:", "{system}\n ", sep="\n"),
    PromptTemplate("wizardcoder", "### Instruction:\n{input}\n\n### Response:", "{system}\n ", sep="\n\n"),
    PromptTemplate("vicuna", "USER: {input} ASSISTANT:", "{system}\n ", sep="\n"),
    PromptTemplate("deepseek_coder", _RESPONSE, "{system}\n", sep="\n"),
    PromptTemplate("deepseekcoder", _RESPONSE, "{system}\n", sep="\n"),
    PromptTemplate("deepseek_moe", _INST, _INST_SYSTEM, sep="\n"),
    PromptTemplate(
        "deepseek_v2",
        "User: {input}\n\nAssistant: ",
        "{system}\n\n",
        suffix="<｜end▁of▁sentence｜>",
        suffix_as_eos=True,
        stop_words=("<｜end▁of▁sentence｜>",),
    ),
    PromptTemplate("mistral", _INST, _INST_SYSTEM, sep="\n"),
    PromptTemplate("mixtral", _INST, _INST_SYSTEM, sep="\n"),
    PromptTemplate("minicpm", "<用户> {input} <AI>", sep="\n"),
    PromptTemplate(
        "gemma",
        "<start_of_turn>user\n{input}<end_of_turn>\n<start_of_turn>model\n",
        "<start_of_turn>system\n{system}<end_of_turn>\n",
        suffix="<end_of_turn>",
        sep="\n",
        stop_words=("<end_of_turn>",),
    ),
    PromptTemplate(
        "cohere_chat",
        _cohere("USER", "{input}") + _COHERE_HEAD.replace("{role}", "CHATBOT"),
        _cohere("SYSTEM", "{system}"),
        suffix=_COHERE_END,
        suffix_as_eos=True,
        stop_words=(_COHERE_END,),
    ),
    PromptTemplate(
        "llama3_chat",
        _llama3("user", "{input}") + _LLAMA3_HEAD.replace("{role}", "assistant"),
        _llama3("system", "{system}"),
        suffix="<|eot_id|>",
        suffix_as_eos=True,
        stop_words=("<|eot_id|>",),
    ),
    PromptTemplate(
        "phi3_chat",
        "<|user|>\n{input}<|end|>\n<|assistant|>\n",
        "<|system|>\n{system}<|end|>\n",
        suffix="<|end|>",
        suffix_as_eos=True,
        sep="\n",
        stop_words=("<|end|>",),
    ),
)
BUILT_IN = {template.name: template for template in _TEMPLATES}
TEMPLATE_NAMES = tuple(BUILT_IN)
