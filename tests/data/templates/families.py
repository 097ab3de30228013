"""Small chat templates in the manner of well-known families of models, written for these tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SpecialTokensOnly:
    """What a chat template needs of a tokenizer."""

    chat_template: object
    all_special_tokens: list[str]
    bos_token: str | None = None
    eos_token: str | None = None


@dataclass(frozen=True)
class Family:
    """A chat template, the special tokens it uses, and what ``ANSWERS`` becomes; ``[[…]]`` is trained."""

    source: str
    tokens: tuple[str, ...]
    rendered: str
    bos: str | None = None
    eos: str | None = None
    has_system: bool = True
    stop_words: tuple[str, ...] = ()
    trains_ends: bool = True

    def tokenizer(self) -> SpecialTokensOnly:
        named = [token for token in (self.bos, self.eos) if token]
        return SpecialTokensOnly(self.source, [*named, *self.tokens], self.bos, self.eos)


CHATML = """\
{% for m in messages %}
<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}
{% if add_generation_prompt %}
<|im_start|>assistant
{% endif %}"""
LLAMA3 = """\
{{- bos_token -}}
{%- for m in messages -%}
{{- '<|start_header_id|>' ~ m['role'] ~ '<|end_header_id|>\\n\\n' ~ (m['content'] | trim) ~ '<|eot_id|>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif -%}"""
LLAMA2 = """\
{%- set ns = namespace(before='') -%}
{%- for m in messages -%}
{%- if m.role == 'system' -%}{%- set ns.before = '<<SYS>>\\n' + m.content + '\\n<</SYS>>\\n\\n' -%}
{%- elif m.role == 'user' -%}{{ bos_token + '[INST] ' + ns.before + m.content.strip() + ' [/INST]' }}
{%- set ns.before = '' -%}
{%- elif m.role == 'assistant' -%}{{ ' ' + m.content.strip() + ' ' + eos_token }}
{%- else -%}{{ raise_exception('Only system, user and assistant speak here') }}{%- endif -%}
{%- endfor -%}"""
MISTRAL = """\
{{- bos_token -}}
{%- for m in messages -%}
{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) -%}
{{- raise_exception('Roles must take turns') -}}
{%- endif -%}
{%- if m['role'] == 'user' -%}{{ '[INST] ' + m['content'] + ' [/INST]' }}
{%- else -%}{{ m['content'] + eos_token }}{%- endif -%}
{%- endfor -%}"""
GEMMA = """\
{{ bos_token }}
{%- if messages[0]['role'] == 'system' %}{{ raise_exception('No system role') }}{% endif -%}
{%- for m in messages %}
{%- set role = 'model' if m['role'] == 'assistant' else m['role'] -%}
{{ '<start_of_turn>' + role + '\\n' + m['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif -%}"""
PHI3 = """\
{%- for m in messages -%}
{{ '<|' + m['role'] + '|>\\n' + m['content'] + '<|end|>\\n' }}
{%- endfor -%}
{{- '<|assistant|>\\n' if add_generation_prompt else eos_token -}}"""
ZEPHYR = """\
{% for m in messages %}
{{ '<|' + m['role'] + '|>\n' + m['content'] + eos_token }}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""
DEEPSEEK = """\
{{- bos_token -}}
{%- for m in messages -%}
{%- if m['role'] == 'system' -%}{{ m['content'] + '\\n\\n' }}
{%- elif m['role'] == 'user' -%}{{ 'User: ' + m['content'] + '\\n\\n' }}
{%- else -%}{{ 'Assistant: ' + m['content'] + eos_token }}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}Assistant:{%- endif -%}"""
QWEN3 = """\
{%- set ns = namespace(last=-1) -%}
{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set ns.last = loop.index0 -%}{%- endif -%}{%- endfor -%}
{%- if tools -%}
{{- '<|im_start|>system\\n' -}}
{%- for tool in tools -%}{{- tool | tojson ~ '\\n' -}}{%- endfor -%}
{{- '<|im_end|>\\n' -}}
{%- endif -%}
{%- for m in messages -%}
{%- if m.role == 'assistant' -%}
{%- set said = m.content -%}{%- set thought = '' -%}
{%- if '</think>' in said -%}
{%- set thought = said.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') -%}
{%- set said = said.split('</think>')[-1].lstrip('\\n') -%}
{%- endif -%}
{{- '<|im_start|>assistant\\n' -}}
{%- if loop.index0 > ns.last and (loop.last or thought) -%}
{{- '<think>\\n' + thought.strip('\\n') + '\\n</think>\\n\\n' + said.lstrip('\\n') -}}
{%- else -%}{{- said -}}{%- endif -%}
{%- for call in m.tool_calls or [] -%}
{%- if said or not loop.first -%}{{- '\\n' -}}{%- endif -%}
{{- '<tool_call>\\n{"name": "' ~ call.function.name ~ '", "arguments": ' -}}
{{- call.function.arguments | tojson ~ '}\\n</tool_call>' -}}
{%- endfor -%}
{{- '<|im_end|>\\n' -}}
{%- elif m.role == 'tool' -%}
{{- '<|im_start|>user\\n<tool_response>\\n' + m.content + '\\n</tool_response><|im_end|>\\n' -}}
{%- else -%}
{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' -}}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"""
GLM = """\
[gMASK]<sop>
{%- for m in messages -%}
{%- if m.role == 'tool' -%}{{ '<|observation|>\\n' + m.content }}
{%- else -%}
{{ '<|' + m.role + '|>' }}
{%- if m.tool_calls -%}
{{ m.tool_calls[0].function.name + '\\n' + m.tool_calls[0].function.arguments | tojson }}
{%- else -%}{{ '\\n' + m.content }}{%- endif -%}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"""
GENERATION = """\
{% for m in messages %}
{% if m['role'] == 'assistant' %}
{% generation %}
{{- m['content'] + '<|end|>' -}}
{% endgeneration %}
{{- '\\n' -}}
{% else %}
{{ m['role'] + ': ' + m['content'] }}
{% endif %}
{% endfor %}"""
PLAIN_WORDS = """\
{% for m in messages %}
{{ ('USER: ' if m['role'] == 'user' else 'ASSISTANT: ' if m['role'] == 'assistant' else '') + m['content'] }}
{% endfor %}"""

FAMILIES = {
    "chatml": Family(
        CHATML,
        ("<|im_start|>", "<|im_end|>"),
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n[[A1<|im_end|>]]\n"
        "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n[[A2<|im_end|>]]\n",
        stop_words=("<|im_end|>",),
    ),
    "llama3": Family(
        LLAMA3,
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        "<|b|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nQ1<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n[[A1<|eot_id|>]]"
        "<|start_header_id|>user<|end_header_id|>\n\nQ2<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n[[A2<|eot_id|>]]",
        bos="<|b|>",
        eos="<|e|>",
        stop_words=("<|eot_id|>",),
    ),
    "llama2": Family(
        LLAMA2,
        (),
        "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nQ1 [/INST] [[A1 </s>]]<s>[INST] Q2 [/INST] [[A2 </s>]]",
        bos="<s>",
        eos="</s>",
        stop_words=("</s>",),
    ),
    "mistral": Family(
        MISTRAL,
        ("[INST]", "[/INST]"),
        "<s>[INST] Q1 [/INST][[A1</s>]][INST] Q2 [/INST][[A2</s>]]",
        bos="<s>",
        eos="</s>",
        has_system=False,
        stop_words=("</s>",),
    ),
    "gemma": Family(
        GEMMA,
        ("<start_of_turn>", "<end_of_turn>"),
        "<bos><start_of_turn>user\nQ1<end_of_turn>\n<start_of_turn>model\n[[A1<end_of_turn>]]\n"
        "<start_of_turn>user\nQ2<end_of_turn>\n<start_of_turn>model\n[[A2<end_of_turn>]]\n",
        bos="<bos>",
        eos="<eos>",
        has_system=False,
        stop_words=("<end_of_turn>",),
    ),
    "phi3": Family(
        PHI3,
        ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        "<|system|>\nS<|end|>\n<|user|>\nQ1<|end|>\n<|assistant|>\n[[A1<|end|>]]\n"
        "<|user|>\nQ2<|end|>\n<|assistant|>\n[[A2<|end|>]]\n<|endoftext|>",
        eos="<|endoftext|>",
        stop_words=("<|end|>",),
    ),
    "zephyr": Family(
        ZEPHYR,
        (),
        "<|system|>\nS</s>\n<|user|>\nQ1</s>\n<|assistant|>\n[[A1</s>]]\n<|user|>\nQ2</s>\n<|assistant|>\n[[A2</s>]]\n",
        bos="<s>",
        eos="</s>",
        stop_words=("</s>",),
    ),
    "deepseek": Family(
        DEEPSEEK,
        (),
        "<b>S\n\nUser: Q1\n\nAssistant: [[A1<e>]]User: Q2\n\nAssistant: [[A2<e>]]",
        bos="<b>",
        eos="<e>",
        stop_words=("<e>",),
    ),
    "qwen3": Family(
        QWEN3,
        ("<|im_start|>", "<|im_end|>"),
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n[[A1<|im_end|>]]\n"
        "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n[[A2<|im_end|>]]\n",
        eos="<|im_end|>",
        stop_words=("<|im_end|>",),
    ),
    "glm": Family(
        GLM,
        ("[gMASK]", "<sop>", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>"),
        "[gMASK]<sop><|system|>\nS<|user|>\nQ1<|assistant|>\n[[A1<|user|>]]\nQ2<|assistant|>\n[[A2]]",
        stop_words=("<|user|>",),
        trains_ends=False,
    ),
    "generation": Family(
        GENERATION,
        ("<|end|>",),
        "system: S\nuser: Q1\n[[A1<|end|>]]\nuser: Q2\n[[A2<|end|>]]\n",
        stop_words=("<|end|>",),
    ),
    "plain_words": Family(
        PLAIN_WORDS, (), "S\nUSER: Q1\nASSISTANT: [[A1]]\nUSER: Q2\nASSISTANT: [[A2]]\n", trains_ends=False
    ),
}
