"""A prompt template of ours as a chat template: the Jinja text that serving engines read."""

from __future__ import annotations

import json

from workbench.checkpoints.export.pieces import ROUND
from workbench.data.templates import PromptTemplate

_FRAME = (
    "{% set state = namespace(system='', round=0) %}"
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{% set state.system = message['content'] %}"
    "{% elif message['role'] == 'user' %}{% set state.round = state.round + 1 %}"
    "%BOS%%SYSTEM%%QUESTION%{% set state.system = '' %}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] }}%END%"
    "{% endif %}{% endfor %}"
)


def chat_template_of(template: PromptTemplate) -> str:
    """The Jinja text that writes a conversation of system, user and assistant messages as the template does.

    A question ends where the answer begins, so the text is the same with and without ``add_generation_prompt``.
    """
    before, _mark, after = template.system.partition("{system}")
    opening, asking = template.instruction.split("{input}")
    system = f"{{% if state.system %}}{_said(before)}{{{{ state.system }}}}{_said(after)}{{% endif %}}"
    bos = "{% if state.round == 1 %}{{ bos_token }}{% endif %}" if template.suffix_as_eos else "{{ bos_token }}"
    eos = "" if template.suffix_as_eos else "{{ eos_token }}"
    parts = {
        "%BOS%": bos,
        "%SYSTEM%": system if template.system else "",
        "%QUESTION%": _said(opening) + "{{ message['content'] }}" + _said(asking),
        "%END%": _said(template.suffix) + eos + _said(template.sep),
    }
    text = _FRAME
    for name, part in parts.items():
        text = text.replace(name, part)
    return text


def _said(text: str) -> str:
    """An expression that gives a fixed text, in which the number of the question may stand."""
    quoted = (f"{{{{ {json.dumps(part, ensure_ascii=False)} }}}}" if part else "" for part in text.split(ROUND))
    return "{{ state.round }}".join(quoted)
