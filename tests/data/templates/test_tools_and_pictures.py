"""What fixed templates have no markup for stands in their texts; a picture has a segment of its own."""

from __future__ import annotations

import pytest

from workbench.data.conversation import Conversation, ToolCall, Turn
from workbench.data.templates import TEMPLATE_NAMES, Segment, get_template

CALLED = (
    Turn("system", "Be brief."),
    Turn("user", "Rain?"),
    Turn("assistant", "Let me see.", tool_calls=(ToolCall("weather", '{"city": "巴黎"}'), ToolCall("time", "{}"))),
    Turn("tool", "dry"),
    Turn("tool", "noon"),
    Turn("assistant", "No."),
)
TOOLS = '[{"name": "weather"}, {"name": "time"}]'
CALLS = (
    'Let me see.\n<tool_call>\n{"name": "weather", "arguments": {"city": "巴黎"}}\n</tool_call>\n'
    '<tool_call>\n{"name": "time", "arguments": {}}\n</tool_call>'
)


def marked(segments: list[Segment]) -> str:
    return "".join(f"[[{segment.text}]]" if segment.loss and segment.text else segment.text for segment in segments)


def test_tools_stand_in_the_system_text_and_calls_in_the_answer() -> None:
    text = marked(get_template("qwen_chat").render(Conversation(CALLED, tools=TOOLS)))
    system, _, rest = text.partition("<|im_end|>\n")
    assert system.startswith("<|im_start|>system\nBe brief.\n\nYou may call")
    assert '<tools>\n{"name": "weather"}\n{"name": "time"}\n</tools>' in system
    assert rest == (
        f"<|im_start|>user\nRain?<|im_end|>\n<|im_start|>assistant\n[[{CALLS}<|im_end|>]]\n"
        "<|im_start|>system\ndry\nnoon<|im_end|>\n<|im_start|>user\n<|im_end|>\n"
        "<|im_start|>assistant\n[[No.<|im_end|>]]\n"
    )


def test_tools_without_a_system_text_get_one() -> None:
    text = marked(get_template("qwen_chat").render(Conversation(CALLED[1:], tools=TOOLS)))
    assert text.startswith("<|im_start|>system\nYou may call")


def test_without_a_system_part_the_user_says_them() -> None:
    template = get_template("minicpm")
    assert not template.has_system
    text = marked(template.render(Conversation(CALLED, tools=TOOLS)))
    assert text.startswith("<用户> You may call")
    assert "</tool_call>\n\nRain? <AI>[[" in text
    assert text.endswith("<用户> drynoon <AI>[[No.]]\n")


def test_only_minicpm_leaves_system_texts_out() -> None:
    assert [name for name in TEMPLATE_NAMES if not get_template(name).has_system] == ["minicpm"]


def test_tools_that_are_no_list_are_kept_as_they_are() -> None:
    text = marked(get_template("default").render(Conversation(CALLED, tools="weather(city)")))
    assert "<tools>\nweather(city)\n</tools>" in text


@pytest.mark.parametrize("name", [name for name in TEMPLATE_NAMES if name != "internlm2_chat"])
def test_nothing_of_tools_is_lost_in_any_template(name: str) -> None:
    text = marked(get_template(name).render(Conversation(CALLED, tools=TOOLS)))
    assert all(part in text for part in ('{"name": "weather"}', CALLS, "dry", "noon", "[[No."))


def test_a_model_can_be_asked_after_a_result() -> None:
    asked = "".join(segment.text for segment in get_template("qwen_chat").render_prompt(CALLED[:-1]))
    assert asked.endswith("system\ndry\nnoon<|im_end|>\n<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n")


def test_internlm2_has_tools_as_its_models_learned_them() -> None:
    text = marked(get_template("internlm2_chat").render(Conversation(CALLED, tools=TOOLS)))
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        f"<|im_start|>system name=<|plugin|>\n{TOOLS}<|im_end|>\n"
        "<|im_start|>user\nRain?<|im_end|>\n<|im_start|>assistant\n"
        '[[Let me see.\n<|action_start|><|plugin|>\n{"name": "weather", "parameters": {"city": "巴黎"}}<|action_end|>\n'
        '<|action_start|><|plugin|>\n{"name": "time", "parameters": {}}<|action_end|><|im_end|>]]\n'
        "<|im_start|>environment name=<|plugin|>\ndry\nnoon<|im_end|>\n<|im_start|>assistant\n[[No.<|im_end|>]]\n"
    )


def test_openai_frames_around_functions_are_left_out_for_internlm2() -> None:
    framed = '[{"type": "function", "function": {"name": "weather"}}]'
    asked = get_template("internlm2_chat").render_prompt([Turn("user", "?")], framed)
    assert '<|plugin|>\n[{"name": "weather"}]<|im_end|>\n<|im_start|>user' in "".join(one.text for one in asked)


def test_moss_goes_on_in_the_same_answer_behind_a_result() -> None:
    turns = (Turn("user", "Q"), Turn("assistant", "C"), Turn("tool", "R"), Turn("assistant", "A"))
    text = marked(get_template("moss_sft").render(Conversation(turns)))
    assert text == "<|Human|>: Q<eoh>\n[[C<eoc>\n]]<|Results|>:\nR\n<eor>\n[[A]]\n"


def test_a_picture_is_a_segment_and_the_line_break_behind_it_stays() -> None:
    turns = (Turn("user", "<image>\nWhat?", images=("a.png",)), Turn("assistant", "A cat"))
    assert get_template("internlm2_chat").render(Conversation(turns)) == [
        Segment("", False, "bos"),
        Segment("<|im_start|>user\n", False),
        Segment("<image>", False, "image"),
        Segment("\nWhat?<|im_end|>\n<|im_start|>assistant\n", False),
        Segment("A cat<|im_end|>", True),
        Segment("\n", False),
    ]


def test_the_word_without_a_picture_is_text() -> None:
    segments = get_template("internlm2_chat").render(Conversation((Turn("user", "<image>"), Turn("assistant", "A"))))
    assert all(segment.special in {None, "bos"} for segment in segments)


def test_a_question_with_a_picture_is_asked_as_it_was_trained() -> None:
    turns = (Turn("user", "<image>\nWhat?", images=("a.png",)), Turn("assistant", "A cat"))
    template = get_template("internlm2_chat")
    trained = [Segment(s.text, False, s.special) for s in template.render(Conversation(turns))]
    assert template.render_prompt(turns[:1]) == trained[:4]
