"""Prompt templates in other programs' languages write what ours write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.checkpoints.export import go_template as go
from workbench.checkpoints.export.jinja_template import chat_template_of
from workbench.checkpoints.export.modelfile import go_template
from workbench.checkpoints.export.pieces import begins_with, pieces_of
from workbench.data.conversation import Turn
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import TEMPLATE_NAMES, ChatTemplate, PromptTemplate, get_template
from workbench.data.templates.jinja import render
from workbench.data.templates.special_tokens import SpecialTokens
from workbench.paths import resolve_model

BOS, EOS = "<s>", "</s>"
SYSTEM, QUESTIONS, ANSWERS = 'Be {{ short }} and "kind".', ["你好?\n", "And {input}?"], ["Hi!"]
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
INST = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}{% set s = '<<SYS>>' + messages[0].content + '<</SYS>>' %}"
    "{% set messages = messages[1:] %}{% else %}{% set s = '' %}{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' %}"
    "{{ '[INST] ' + (s if loop.first else '') + m.content + ' [/INST]' }}"
    "{% else %}{{ m.content + eos_token }}{% endif %}{% endfor %}"
)


def turns(system: str, count: int) -> list[Turn]:
    """A conversation of ``count`` questions whose last one waits."""
    said = [Turn("system", system)] if system else []
    for number in range(count):
        said.append(Turn("user", QUESTIONS[number]))
        said += [Turn("assistant", ANSWERS[number])] if number < count - 1 else []
    return said


def written(template: PromptTemplate | ChatTemplate, system: str, count: int) -> str:
    """What the template makes, with its special tokens spelled out."""
    special = {"bos": BOS, "eos": EOS}
    segments = template.render_prompt(turns(system, count))
    return "".join(special.get(segment.special or "", segment.text) for segment in segments)


def chat_template(source: str) -> ChatTemplate:
    return ChatTemplate(source, SpecialTokens({"bos_token": BOS, "eos_token": EOS}, (BOS, EOS, "<|im_end|>")))


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
@pytest.mark.parametrize("system", ["", SYSTEM])
def test_every_template_says_the_same_in_jinja(name: str, system: str) -> None:
    template = get_template(name)
    assert isinstance(template, PromptTemplate)
    for count in (1, 2):
        messages = [{"role": turn.role, "content": turn.content} for turn in turns(system, count)]
        variables = {"messages": messages, "bos_token": BOS, "eos_token": EOS}
        assert render(chat_template_of(template), variables) == written(template, system, count)


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
@pytest.mark.parametrize("system", ["", SYSTEM])
def test_every_template_says_the_same_in_ollama(name: str, system: str) -> None:
    template = get_template(name)
    pieces = pieces_of(template, BOS, EOS)
    assert pieces is not None
    for count in (1,) if name == "chatglm2" else (1, 2):  # Ollama's templates cannot count
        made = go.conversation(go_template(pieces), system, QUESTIONS[:count], ANSWERS[: count - 1])
        assert BOS + made == written(template, system, count)
        assert pieces.prompt(system, QUESTIONS[:count], ANSWERS[: count - 1]) == BOS + made


@pytest.mark.parametrize("source", [CHATML, INST])
@pytest.mark.parametrize("system", ["", SYSTEM])
def test_plain_chat_templates_say_the_same_in_ollama(source: str, system: str) -> None:
    template = chat_template(source)
    pieces = pieces_of(template, BOS, EOS)
    assert pieces is not None
    assert begins_with(template, BOS) == (pieces.begin == BOS) == (source == INST)
    for count in (1, 2):
        made = go.conversation(go_template(pieces), system, QUESTIONS[:count], ANSWERS[: count - 1])
        assert pieces.begin + made == written(template, system, count)


@pytest.mark.parametrize(
    "source",
    [
        "{% if messages[0].role != 'system' %}{{ 'You are nice.' }}{% endif %}" + CHATML,
        CHATML.replace("m.content +", "m.content + loop.index|string +"),
        "{{ raise_exception('no') }}",
    ],
)
def test_other_chat_templates_are_not_guessed(source: str) -> None:
    assert pieces_of(chat_template(source), BOS, EOS) is None


def test_braces_of_a_template_stay_text() -> None:
    template = PromptTemplate("own", "{{ .Prompt }} {round} {input}{{ end }}:", "}}{system}{{", sep="{% raw %}")
    pieces = pieces_of(template, BOS, EOS)
    assert pieces is not None
    made = go.conversation(go_template(pieces), "S", ["Q"], [])
    assert made == "}}S{{{{ .Prompt }} 1 Q{{ end }}:"
    messages = [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]
    assert render(chat_template_of(template), {"messages": messages, "bos_token": BOS, "eos_token": EOS}) == BOS + made


def test_a_template_without_a_place_for_system_texts_leaves_them_out() -> None:
    template = replace(get_template("minicpm"), name="own")  # type: ignore[type-var]
    pieces = pieces_of(template, BOS, EOS)
    assert pieces is not None
    assert "System" not in go_template(pieces)


def test_the_sample_models_own_template_is_that_of_its_training() -> None:
    tokenizer = LightTokenizer.from_folder(Path(resolve_model("sample:model")))
    own, trained = get_template("auto", tokenizer), get_template("internlm2_chat")
    assert pieces_of(own, BOS, EOS) == pieces_of(trained, BOS, EOS)
