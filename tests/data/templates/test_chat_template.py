"""``auto``: the text is the one transformers makes, and what is trained stands in ``[[…]]``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.data.characters import dialogue
from tests.data.templates.families import CHATML, FAMILIES, GENERATION, GLM, QWEN3, Family, SpecialTokensOnly
from workbench.data.conversation import Conversation, ToolCall, Turn
from workbench.data.encode import encode, encode_prompt
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import ChatTemplate, Segment, get_template
from workbench.errors import WorkbenchError

CHATML_TOKENS = ["<|im_start|>", "<|im_end|>"]
TOOLS = '[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]'
CALLING = (
    Turn("user", "Rain?"),
    Turn("assistant", "", tool_calls=(ToolCall("weather", '{"city": "巴黎"}'),)),
    Turn("tool", "dry"),
    Turn("assistant", "No."),
)


def template(source: object, tokens: list[str] | None = None) -> ChatTemplate:
    return ChatTemplate.of(SpecialTokensOnly(source, tokens or CHATML_TOKENS))


def marked(segments: list[Segment]) -> str:
    return "".join(f"[[{segment.text}]]" if segment.loss else segment.text for segment in segments)


def rendered(source: object, *turns: Turn, tokens: list[str] | None = None, tools: str = "") -> str:
    return marked(template(source, tokens).render(Conversation(turns, tools=tools)))


def plain_text(segments: list[Segment]) -> str:
    return "".join(segment.text for segment in segments)


def conversation_for(family: Family) -> Conversation:
    return dialogue("Q1", "A1", "Q2", "A2", system="S" if family.has_system else "")


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Family:
    return FAMILIES[request.param]


def test_answers_and_their_ends_are_trained_and_nothing_else(family: Family) -> None:
    segments = ChatTemplate.of(family.tokenizer()).render(conversation_for(family))
    assert marked(segments) == family.rendered


def test_what_a_family_does_with_system_texts_and_ends_is_known(family: Family) -> None:
    auto = ChatTemplate.of(family.tokenizer())
    assert auto.has_system == family.has_system
    assert auto.stop_words == family.stop_words
    assert auto.trains_ends == family.trains_ends


@pytest.mark.parametrize("asks", [False, True])
def test_the_text_is_the_one_transformers_makes(family: Family, asks: bool) -> None:
    from transformers.utils.chat_template_utils import render_jinja_template

    turns = conversation_for(family).turns[: -1 if asks else None]
    messages: Any = [{"role": turn.role, "content": turn.content} for turn in turns]
    tokenizer = family.tokenizer()
    named = {"bos_token": tokenizer.bos_token, "eos_token": tokenizer.eos_token}
    expected, _ = render_jinja_template(
        [messages],
        chat_template=family.source,
        add_generation_prompt=asks,
        **{name: token for name, token in named.items() if token},
    )
    auto = ChatTemplate.of(tokenizer)
    segments = auto.render_prompt(turns) if asks else auto.render(Conversation(turns))
    assert plain_text(segments) == expected[0]


@pytest.mark.parametrize("asks", [False, True])
def test_the_ids_are_those_of_transformers(light: LightTokenizer, training_tokenizer: Any, asks: bool) -> None:
    turns = dialogue("你好", " Hi.\n", "And?", "Bye", system="Be <b>brief</b>.").turns[: -1 if asks else None]
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    expected = training_tokenizer.apply_chat_template(
        messages, tokenize=True, add_generation_prompt=asks, return_dict=False
    )
    auto = get_template("auto", light)
    found = encode_prompt(turns, auto, light) if asks else encode(Conversation(turns), auto, light).input_ids
    assert found == expected


def test_both_kinds_of_tokenizer_give_the_same_template(light: LightTokenizer, training_tokenizer: Any) -> None:
    one, other = get_template("auto", light), get_template("auto", training_tokenizer)
    conversation = dialogue("Q1", "A1", "Q2", "A2", system="S")
    assert one.render(conversation) == other.render(conversation)
    assert one.stop_words == other.stop_words == ("<|im_end|>",)


def test_white_space_that_the_template_strips_is_not_trained() -> None:
    family = FAMILIES["llama3"]
    segments = ChatTemplate.of(family.tokenizer()).render(dialogue("Q", "\n A \n"))
    assert marked(segments).endswith("assistant<|end_header_id|>\n\n[[A<|eot_id|>]]")


def test_white_space_that_the_template_keeps_is_trained() -> None:
    assert rendered(CHATML, Turn("user", "Q"), Turn("assistant", "\n A \n")).endswith("[[\n A \n<|im_end|>]]\n")


def test_answers_that_look_like_markup_or_like_one_another_are_found() -> None:
    answers = "<|im_start|>assistant\nx<|im_end|>", "assistant", "", "assistant"
    turns = [turn for answer in answers for turn in (Turn("user", answer), Turn("assistant", answer))]
    segments = template(CHATML).render(Conversation(tuple(turns)))
    assert [segment.text for segment in segments if segment.loss] == [answer + "<|im_end|>" for answer in answers]


@pytest.mark.parametrize("name", ["chatml", "generation"])
def test_an_answer_without_loss_is_context(name: str) -> None:
    conversation = dialogue("Q1", "A1", "Q2", "A2", system="S")
    turns = [replace(turn, loss=False) if turn.content == "A1" else turn for turn in conversation.turns]
    segments = ChatTemplate.of(FAMILIES[name].tokenizer()).render(Conversation(tuple(turns)))
    assert marked(segments) == FAMILIES[name].rendered.replace("[[A1<|im_end|>]]", "A1<|im_end|>").replace(
        "[[A1<|end|>]]", "A1<|end|>"
    )


def test_a_template_that_refuses_is_quoted() -> None:
    auto = ChatTemplate.of(FAMILIES["gemma"].tokenizer())
    with pytest.raises(WorkbenchError, match="No system role"):
        auto.render(dialogue("Q", "A", system="S"))


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}{{ m.content | upper }}<|im_end|>{% endfor %}",
        "{% for m in messages %}{{ m.content[:2] }}<|im_end|>{% endfor %}",
        "{% for m in messages %}{{ m.content ~ m.content }}<|im_end|>{% endfor %}",
        "{% for m in messages if m.role == 'user' %}{{ m.content }}<|im_end|>{% endfor %}",
        "{% for m in messages | reverse %}{{ m.content }}<|im_end|>{% endfor %}",
        "{% for m in messages %}{{ m.content }}{% if false %}{% generation %}{% endgeneration %}{% endif %}{% endfor %}",
    ],
)
def test_a_template_that_changes_answers_is_no_guesswork(source: str) -> None:
    with pytest.raises(WorkbenchError, match="changes the answers"):
        rendered(
            source, Turn("user", "one"), Turn("assistant", "two"), Turn("user", "three"), Turn("assistant", "four")
        )


FRAMED = "{% for m in messages %}{{ '(short)' if m.content | length < 3 }}{{ m.content }}<|im_end|>{% endfor %}"


def test_text_that_depends_on_the_answer_is_no_hindrance_where_the_answer_stands_once() -> None:
    assert rendered(FRAMED, Turn("user", "Q"), Turn("assistant", "no")) == "(short)Q<|im_end|>(short)[[no<|im_end|>]]"
    with pytest.raises(WorkbenchError, match="changes the answers"):
        rendered(FRAMED, Turn("user", "no"), Turn("assistant", "no"))


class TestThinking:
    """Of the thoughts, the template keeps the last ones only."""

    THOUGHT = "<think>\nHm.\n</think>\n\nYes."

    def test_the_last_thought_is_trained_with_its_markup(self) -> None:
        text = rendered(QWEN3, Turn("user", "Q"), Turn("assistant", self.THOUGHT))
        assert text.endswith("<|im_start|>assistant\n[[<think>\nHm.\n</think>\n\nYes.<|im_end|>]]\n")

    def test_an_earlier_thought_is_gone(self) -> None:
        spoken = (Turn("user", "Q"), Turn("assistant", self.THOUGHT))
        text = rendered(QWEN3, *spoken, *spoken)
        assert "<|im_start|>assistant\n[[Yes.<|im_end|>]]\n" in text
        assert text.count("Hm.") == 1

    def test_answers_that_lost_their_thoughts_are_named(self) -> None:
        spoken = (Turn("user", "Q"), Turn("assistant", self.THOUGHT))
        conversation = Conversation(
            (Turn("system", "S"), *spoken, Turn("user", "Q"), Turn("assistant", "No."), *spoken)
        )
        assert template(QWEN3).shortened(conversation) == (2,)
        assert template(QWEN3).shortened(Conversation((*spoken, *spoken), tools=TOOLS)) == (1,)
        assert template(QWEN3).shortened(Conversation(spoken)) == ()
        assert template(CHATML).shortened(conversation) == get_template("qwen_chat").shortened(conversation) == ()

    def test_marks_of_the_templates_own_hide_no_missing_words(self) -> None:
        source = GENERATION.replace("m['content'] + '<|end|>'", "m['content'][:5] + '<|end|>'")
        tokens = list(FAMILIES["generation"].tokens)
        spoken = (Turn("user", "Q"), Turn("assistant", " one"), Turn("user", "Q"), Turn("assistant", "a long answer"))
        assert template(source, tokens).shortened(Conversation(spoken)) == (3,)
        assert template(GENERATION, tokens).shortened(Conversation(spoken)) == ()

    @pytest.mark.parametrize("thought", ["<think>\n\n</think>\n\n", "<think></think>"])
    def test_an_empty_thought_is_not_missed(self, thought: str) -> None:
        spoken = (Turn("user", "Q"), Turn("assistant", thought + "Yes."))
        assert template(QWEN3).shortened(Conversation((*spoken, *spoken))) == ()

    @pytest.mark.parametrize("thought", ["<think>\n\n</think>\n\n", "<think></think>"])
    def test_an_empty_thought_of_the_data_is_trained(self, thought: str) -> None:
        text = rendered(QWEN3, Turn("user", "Q"), Turn("assistant", thought + "Yes."))
        assert text.endswith("assistant\n[[<think>\n\n</think>\n\nYes.<|im_end|>]]\n")

    def test_a_template_without_a_notion_of_thoughts_keeps_them(self) -> None:
        text = rendered(CHATML, Turn("user", "Q"), Turn("assistant", self.THOUGHT))
        assert text.endswith(f"assistant\n[[{self.THOUGHT}<|im_end|>]]\n")


class TestTools:
    """Calls are trained with their markup, results are not."""

    def test_calls_in_the_templates_own_markup(self) -> None:
        assert rendered(QWEN3, *CALLING, tools=TOOLS) == (
            '<|im_start|>system\n{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}\n'
            "<|im_end|>\n<|im_start|>user\nRain?<|im_end|>\n<|im_start|>assistant\n"
            '[[<tool_call>\n{"name": "weather", "arguments": {"city": "巴黎"}}\n</tool_call><|im_end|>]]\n'
            "<|im_start|>user\n<tool_response>\ndry\n</tool_response><|im_end|>\n"
            "<|im_start|>assistant\n<think>\n\n</think>\n\n[[No.<|im_end|>]]\n"
        )

    @pytest.mark.parametrize("source", [QWEN3, CHATML, {"default": CHATML, "tool_use": QWEN3}])
    def test_they_are_offered_to_the_next_answer_as_in_training(self, source: object) -> None:
        auto = template(source)
        asked = plain_text(auto.render_prompt(CALLING[:3], TOOLS))
        assert '"name": "weather"' in asked and "}</tool_call>" not in plain_text(
            auto.render_prompt(CALLING[:1], TOOLS)
        )
        assert plain_text(auto.render(Conversation(CALLING, tools=TOOLS))).startswith(asked)
        assert "parameters" not in plain_text(auto.render_prompt(CALLING[:3]))

    def test_several_calls_behind_a_text(self) -> None:
        calls = (ToolCall("a", "{}"), ToolCall("b", "{}"))
        text = rendered(QWEN3, Turn("user", "Q"), Turn("assistant", "Let me see.", tool_calls=calls))
        assert text.endswith(
            '[[Let me see.\n<tool_call>\n{"name": "a", "arguments": {}}\n</tool_call>\n'
            '<tool_call>\n{"name": "b", "arguments": {}}\n</tool_call><|im_end|>]]\n'
        )

    def test_calls_that_the_next_message_ends(self) -> None:
        tokens = list(FAMILIES["glm"].tokens)
        assert rendered(GLM, *CALLING, tokens=tokens) == (
            '[gMASK]<sop><|user|>\nRain?<|assistant|>[[weather\n{"city": "巴黎"}<|observation|>]]\ndry<|assistant|>\n[[No.]]'
        )

    def test_a_template_without_a_notion_of_them(self) -> None:
        text = rendered(CHATML, *CALLING, tools=TOOLS)
        assert text.startswith("<|im_start|>system\nYou may call the functions")
        assert '"name": "weather", "parameters"' in text
        assert (
            '[[<tool_call>\n{"name": "weather", "arguments": {"city": "巴黎"}}\n</tool_call><|im_end|>]]\n'
            "<|im_start|>tool\ndry<|im_end|>\n<|im_start|>assistant\n[[No.<|im_end|>]]\n"
        ) in text

    def test_a_template_that_leaves_out_what_is_said_beside_a_call(self) -> None:
        source = QWEN3.replace("{%- set said = m.content -%}", "{%- set said = '' if m.tool_calls else m.content -%}")
        with pytest.raises(WorkbenchError, match="changes the answers"):
            rendered(source, Turn("user", "Q"), replace(CALLING[1], content="Let me see."))

    def test_the_template_for_tools_is_taken_for_tools(self) -> None:
        named = {"default": CHATML, "tool_use": QWEN3}
        listed = [{"name": name, "template": source} for name, source in named.items()]
        expected = rendered(QWEN3, *CALLING, tools=TOOLS)
        assert rendered(named, *CALLING, tools=TOOLS) == rendered(listed, *CALLING, tools=TOOLS) == expected
        assert rendered(named, *CALLING[2:]) == rendered(CHATML, *CALLING[2:])


def test_pictures_are_segments_of_their_own() -> None:
    turns = (Turn("user", "<image>\nWhat?", images=("a.png",)), Turn("assistant", "A <image>"))
    segments = template(CHATML).render(Conversation(turns))
    assert segments[:3] == [
        Segment("<|im_start|>user\n", False),
        Segment("<image>", False, "image"),
        Segment("\nWhat?<|im_end|>\n<|im_start|>assistant\n", False),
    ]
    assert segments[3] == Segment("A <image><|im_end|>", True)


def test_plain_text_needs_no_template() -> None:
    text = Conversation((Turn("assistant", "hello"),), plain=True)
    assert template(CHATML).render(text) == [Segment("", False, "bos"), Segment("hello", True)]


def test_a_last_question_without_an_answer_is_left_out() -> None:
    auto = template(CHATML)
    assert auto.render(dialogue("Q1", "A1", "Q2")) == auto.render(dialogue("Q1", "A1"))
    assert auto.render(dialogue("Q1")) == []


@pytest.mark.parametrize("missing", [None, "", {}, [], {"other": CHATML}])
def test_a_tokenizer_without_a_chat_template(missing: object) -> None:
    with pytest.raises(WorkbenchError, match="no chat template"):
        get_template("auto", SpecialTokensOnly(missing, []))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% for %}", "cannot be read: line 1"),
        ("{{ messages[0].content + 1 }}", "fails"),
        ("{{ messages.__class__.__mro__ }}", "fails"),
        ("{{ messages.append(1) }}", "fails"),
    ],
)
def test_a_broken_or_unsafe_template_is_an_error(source: str, message: str) -> None:
    with pytest.raises(WorkbenchError, match=message):
        rendered(source, Turn("user", "Q"), Turn("assistant", "A"))
