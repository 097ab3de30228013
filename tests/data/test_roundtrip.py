"""Conversation → template → tokens → text: what is trained is the answers with their endings, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.templates.families import FAMILIES
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import NOT_TRAINED, Encoded, encode, encode_prompt
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import TEMPLATE_NAMES, ChatTemplate, PromptTemplate, Segment, Template, get_template
from workbench.errors import WorkbenchError

EXAMPLES = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MANY_EXAMPLES = settings(EXAMPLES, max_examples=200)
PIECES = [
    *(
        "<|im_start|>",
        "<|im_end|>",
        "<|im_start|>assistant\n",
        "</s>",
        "<s>",
        "[INST]",
        "[/INST]",
        "<think>",
        "</think>",
    ),
    *(
        "{input}",
        "{system}",
        "{{ x }}",
        "{% if %}",
        "<image>",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\r\n",
        "\u3000",
        "\u200b",
        "\x00",
    ),
    *("你好，世界。", "👩‍👩‍👧", "e\u0301", "\ue000", "\ufffd", "\U0010ffff", "a", "A", "1", "  x"),
]
ordinary = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
texts = st.lists(st.one_of(st.sampled_from(PIECES), ordinary), max_size=5).map("".join)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Questions and answers in turn, some without loss, some with a system text before them."""
    turns: list[Turn] = []
    for number in range(draw(st.integers(1, 3))):
        if number == 0 and draw(st.booleans()):
            turns.append(Turn("system", draw(texts)))
        turns += [Turn("user", draw(texts)), Turn("assistant", draw(texts), loss=draw(st.sampled_from([None, False])))]
    return Conversation(tuple(turns))


def ending(template: PromptTemplate) -> str:
    return template.suffix if template.suffix_as_eos else template.suffix + "</s>"


def trained_texts(encoded: Encoded, tokenizer: LightTokenizer) -> str:
    return tokenizer.decode(
        [token for token, label in zip(encoded.input_ids, encoded.labels, strict=True) if label >= 0]
    )


def written(segments: Sequence[Segment]) -> str:
    names = {"bos": "<s>", "eos": "</s>"}
    return "".join(names.get(segment.special or "", segment.text) for segment in segments)


def by_the_rules(conversation: Conversation, template: PromptTemplate) -> str:
    """The text, made from the rules as they are written down rather than from segments."""
    text, needs_bos = "", True
    system = ""
    number = 0
    for turn in conversation.turns:
        if turn.role == "system":
            system = template.system.replace("{system}", turn.content) if turn.content else ""
        elif turn.role == "user":
            number += 1
            before, after = template.instruction.replace("{round}", str(number)).split("{input}")
            text += ("<s>" if needs_bos else "") + system + before + turn.content + after
            system, needs_bos = "", not template.suffix_as_eos
        else:
            text += turn.content + ending(template) + template.sep
    return text


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
@given(conversation=conversations())
@EXAMPLES
def test_fixed_templates(name: str, conversation: Conversation, light: LightTokenizer) -> None:
    template = get_template(name)
    assert isinstance(template, PromptTemplate)
    encoded = encode(conversation, template, light)
    answers = [turn.content for turn in conversation.turns if turn.is_trained]
    assert trained_texts(encoded, light) == "".join(answer + ending(template) for answer in answers)
    assert (
        light.decode(encoded.input_ids)
        == written(template.render(conversation))
        == by_the_rules(conversation, template)
    )
    assert all(label in {token, NOT_TRAINED} for token, label in zip(encoded.input_ids, encoded.labels, strict=True))


@given(conversation=conversations())
@MANY_EXAMPLES
def test_the_chat_template_of_the_model(conversation: Conversation, light: LightTokenizer) -> None:
    template = get_template("auto", light)
    segments = template.render(conversation)
    answers = [turn.content for turn in conversation.turns if turn.is_trained]
    assert [segment.text for segment in segments if segment.loss] == [answer + "<|im_end|>" for answer in answers]
    expected = "".join(f"<|im_start|>{turn.role}\n{turn.content}<|im_end|>\n" for turn in conversation.turns)
    assert written(segments) == "<s>" + expected


@given(conversation=conversations())
@MANY_EXAMPLES
def test_tokens_of_the_chat_template(conversation: Conversation, light: LightTokenizer) -> None:
    """A token that holds the end of the markup and the beginning of an answer is trained as a whole."""
    template = get_template("auto", light)
    encoded = encode(conversation, template, light)
    assert light.decode(encoded.input_ids) == written(template.render(conversation))
    answers = [turn.content + "<|im_end|>" for turn in conversation.turns if turn.is_trained]
    if any(answer[0].isspace() for answer in answers):
        assert trained_texts(encoded, light).replace("\n", "") == "".join(answers).replace("\n", "")
    else:
        assert trained_texts(encoded, light) == "".join(answers)


@pytest.mark.parametrize("name", FAMILIES)
@given(conversation=conversations())
@settings(EXAMPLES, max_examples=40)
def test_chat_templates_of_other_families(name: str, conversation: Conversation) -> None:
    """Where thoughts are taken apart, a row may be refused; no other is, and none is trained on anything else."""
    family = FAMILIES[name]
    turns = conversation.turns[0 if family.has_system or conversation.turns[0].role == "user" else 1 :]
    answers = [turn.content for turn in turns if turn.is_trained]
    try:
        segments = ChatTemplate.of(family.tokenizer()).render(Conversation(turns))
    except WorkbenchError:
        assert name == "qwen3" and any("</think>" in turn.content for turn in turns)
        return
    trained = [segment.text for segment in segments if segment.loss]
    assert len(trained) == sum(bool(answer) or family.trains_ends for answer in answers) or not family.trains_ends
    for text, answer in zip(trained, answers, strict=family.trains_ends):
        ends = tuple(family.tokenizer().all_special_tokens)
        if "</think>" not in answer and family.trains_ends:
            assert text.endswith(ends)
            assert any(text.removesuffix(end).strip() == answer.strip() for end in ends)


@pytest.mark.parametrize("name", [*TEMPLATE_NAMES, "auto"])
@given(conversation=conversations())
@EXAMPLES
def test_a_question_is_asked_with_the_beginning_of_what_is_trained(
    name: str, conversation: Conversation, light: LightTokenizer
) -> None:
    template: Template = get_template(name, light)
    asked = encode_prompt(conversation.turns[:-1], template, light)
    assert written(template.render(conversation)).startswith(light.decode(asked))
    assert not any(segment.loss for segment in template.render_prompt(conversation.turns[:-1]))


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_tools_are_offered_in_the_prompt_as_they_are_trained(name: str) -> None:
    tools = '[{"name": "weather", "parameters": {}}]'
    template = get_template(name)
    asked = written(template.render_prompt([Turn("user", "Rain?")], tools))
    trained = written(template.render(Conversation((Turn("user", "Rain?"), Turn("assistant", "No.")), tools=tools)))
    assert "weather" in asked and trained.startswith(asked)
