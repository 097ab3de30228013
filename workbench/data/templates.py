"""Prompt templates: how a conversation becomes text, and which parts of it are trained.

The 26 templates have the names and exact strings of XTuner 0.1.23; masking follows its rules: the beginning-of-text
token comes before the first exchange and again after an exchange that ended with the tokenizer's end-of-text token;
system and user text carry no loss; an answer carries loss together with its suffix and end-of-text token, unless the
turn says otherwise; the separator behind an answer never carries loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.data.conversation import Conversation, Turn
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

Special = Literal["bos", "eos"]


@dataclass(frozen=True)
class Segment:
    """A piece of rendered text that is tokenised on its own. ``special`` stands for a token of the tokenizer."""

    text: str
    loss: bool
    special: Special | None = None


@dataclass(frozen=True)
class PromptTemplate:
    """One dialogue format. ``{system}``, ``{input}`` and ``{round}`` are filled in literally.

    ``suffix_as_eos``: the suffix ends an answer instead of the tokenizer's end-of-text token.
    """

    name: str
    instruction: str
    system: str = ""
    suffix: str = ""
    suffix_as_eos: bool = False
    sep: str = ""
    stop_words: tuple[str, ...] = ()

    def render(self, conversation: Conversation) -> list[Segment]:
        """The whole conversation with its answers, as trained."""
        if conversation.plain:
            return _render_plain(conversation)
        segments: list[Segment] = []
        needs_bos = True
        for number, (system, user, answer) in enumerate(conversation.exchanges(), start=1):
            if answer is None:
                break
            if needs_bos:
                segments.append(Segment("", False, "bos"))
            segments.append(Segment(self._question(system, user, number), False))
            loss = answer.is_trained
            segments.append(Segment(answer.content + self.suffix, loss))
            if not self.suffix_as_eos:
                segments.append(Segment("", loss, "eos"))
            if self.sep:
                segments.append(Segment(self.sep, False))
            needs_bos = not self.suffix_as_eos
        return segments

    def render_prompt(self, turns: Sequence[Turn]) -> list[Segment]:
        """Everything up to where the assistant's next answer begins; nothing of it carries loss."""
        conversation = Conversation(tuple(turns))
        exchanges = conversation.exchanges()
        segments = [Segment(segment.text, False, segment.special) for segment in self.render(conversation)]
        if exchanges and exchanges[-1][2] is None:
            system, user, _answer = exchanges[-1]
            if not segments or not self.suffix_as_eos:
                segments.append(Segment("", False, "bos"))
            segments.append(Segment(self._question(system, user, len(exchanges)), False))
        return segments

    def _question(self, system: str, user: str, number: int) -> str:
        filled = self.instruction.replace("{round}", str(number)).replace("{input}", user)
        return self.system.replace("{system}", system) + filled if system and self.system else filled

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts that only this template's markup contains, to recognise it by."""
        return tuple(part for part in (self.suffix, *self.stop_words) if part)


def _render_plain(conversation: Conversation) -> list[Segment]:
    """Text for continued pre-training: begun with the beginning-of-text token, trained whole, no end added."""
    text = [Segment(turn.content, turn.is_trained) for turn in conversation.turns]
    return [Segment("", False, "bos"), *text]


_CHATML_SYSTEM = "<|im_start|>system\n{system}<|im_end|>\n"
_CHATML_INSTRUCTION = "<|im_start|>user\n{input}<|im_end|>\n<|im_start|>assistant\n"
_INST = "[INST] {input} [/INST]"
_INST_SYSTEM = "[INST] {system} [/INST]\n"
_RESPONSE = "### Instruction:\n{input}\n### Response:\n"
_LLAMA3_HEAD = "<|start_header_id|>{role}<|end_header_id|>\n\n"
_COHERE_HEAD = "<|START_OF_TURN_TOKEN|><|{role}_TOKEN|>"
_COHERE_END = "<|END_OF_TURN_TOKEN|>"


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
    ),
    PromptTemplate("moss_sft", "<|Human|>: {input}<eoh>\n", "{system}\n", sep="\n", stop_words=("<eoc>", "<eom>")),
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
_BY_NAME = {template.name: template for template in _TEMPLATES}
TEMPLATE_NAMES = tuple(_BY_NAME)


def get_template(name: str) -> PromptTemplate:
    """The template of a name.

    Raises:
        WorkbenchError: there is none; the nearest names are given.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    close = listed(nearest(name, TEMPLATE_NAMES) or TEMPLATE_NAMES)
    raise WorkbenchError(
        _("There is no prompt template {name}.").format(name=name),
        where="prompt_template",
        fix=_("Did you mean {names}?").format(names=close),
    )
