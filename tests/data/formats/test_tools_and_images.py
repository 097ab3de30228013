"""Formats with calls of tools, pictures, boxes, tokens and preference pairs: exactly what each makes of its rows."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest

from workbench.configs.catalogue.systems import REACT_PROTOCOL
from workbench.data.conversation import Conversation, Sample, TokenRow, ToolCall, Turn
from workbench.data.formats import get_format

Row = dict[str, Any]
Q, A = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}
USER, ANSWER = Turn("user", "Q"), Turn("assistant", "A")
TOOLS = [{"type": "function", "function": {"name": "add"}}]


def read(name: str, row: Row) -> Sample:
    return get_format(name).convert(row)


def said(name: str, row: Row) -> Conversation:
    sample = read(name, row)
    assert isinstance(sample, Conversation)
    return sample


# calls


@pytest.mark.parametrize(
    "asking",
    [
        {"tool_calls": [{"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}]},
        {"content": None, "tool_calls": [{"name": "add", "arguments": {"a": 1}}]},
        {"content": "", "function_call": {"name": "add", "arguments": {"a": 1}}},
    ],
)
def test_calls_and_results_of_messages(asking: Row) -> None:
    row = {"messages": [Q, {"role": "assistant", **asking}, {"role": "tool", "content": "2"}, A], "tools": TOOLS}
    call = Turn("assistant", "", tool_calls=(ToolCall("add", '{"a": 1}'),))
    assert said("openai", row) == Conversation((USER, call, Turn("tool", "2"), ANSWER), tools=json.dumps(TOOLS))


def test_calls_and_results_of_sharegpt() -> None:
    row = {
        "conversations": [
            {"from": "human", "value": "Q"},
            {"from": "function_call", "value": '{"name": "add", "arguments": {"a": "二"}}'},
            {"from": "observation", "value": "2"},
            {"from": "gpt", "value": "A"},
        ],
        "system": "S",
        "tools": json.dumps(TOOLS),
    }
    call = Turn("assistant", "", tool_calls=(ToolCall("add", '{"a": "二"}'),))
    turns = (Turn("system", "S"), USER, call, Turn("tool", "2"), ANSWER)
    assert said("sharegpt", row) == Conversation(turns, tools=json.dumps(TOOLS))


@pytest.mark.parametrize(("weight", "trained"), [(0, False), (1, True), (None, True)])
def test_a_weight_of_0_is_no_loss(weight: int | None, trained: bool) -> None:
    assert said("openai", {"messages": [Q, {**A, "weight": weight}]}).turns[1].is_trained is trained


THINK = '<|startofthink|>```JSON\n{"api_name": "add", "parameters": {"a": 1}}\n```<|endofthink|>'
RESULT = '<|startofexec|>```JSON\n{"sum": "二"}\n```<|endofexec|>'
ACTION = "Action:add\nAction Input:{'a': 1}\n"


def agent(*answers: str, system: str = "S") -> Row:
    spoken = [{"from": "assistant", "value": answer} for answer in answers]
    return {"conversations": [{"from": "system", "value": system}, {"from": "user", "value": "Q"}, *spoken]}


@pytest.mark.parametrize(
    ("answer", "turns"),
    [
        ("no tool", [("assistant", "Final Answer:no tool\n")]),
        (f"I add.{THINK}", [("assistant", f"Thought:I add.\n{ACTION}")]),
        (
            f"I add.{THINK}\n\n{RESULT}\nIt is 2.",
            [
                ("assistant", f"Thought:I add.\n{ACTION}"),
                ("system", "Response:{'sum': '二'}\n"),
                ("assistant", "Final Answer:It is 2.\n"),
            ],
        ),
        (
            f"{THINK}{RESULT}Again.{THINK}{RESULT}",
            [
                ("assistant", ACTION),
                ("system", "Response:{'sum': '二'}\n"),
                ("assistant", f"Thought:Again.\n{ACTION}"),
                ("system", "Response:{'sum': '二'}\n"),
            ],
        ),
    ],
)
def test_calls_in_the_text_become_rounds_of_react(answer: str, turns: list[tuple[str, str]]) -> None:
    assert [(turn.role, turn.content) for turn in said("msagent_react", agent(answer)).turns[2:]] == turns


def test_the_exchanges_of_a_call_have_the_result_as_system_text_and_no_question() -> None:
    row = agent(f"I add.{THINK}{RESULT}It is 2.")
    for value in (row["conversations"], json.dumps(row["conversations"]), repr(row["conversations"])):
        first, second = said("msagent_react", {"conversations": value}).exchanges()
        assert first[:2] == ("S", "Q")
        assert second[:2] == ("Response:{'sum': '二'}\n", "")


def test_the_tools_of_the_system_text_are_listed_with_the_protocol() -> None:
    tool = {"name": "add", "description": "加法", "paths": [{"parameters": [{"name": "a", "description": "数"}]}]}
    system = f"You can use:\n1. {json.dumps(tool)}\n\n2. {json.dumps({'name': 'halt'}, indent=1)}"
    listed = said("msagent_react", agent("A", system=system)).turns[0]
    assert listed.content == f"可以使用的工具：\nadd：加法（参数：a：数）\nhalt：\n{REACT_PROTOCOL}"


def test_moss_is_trained_but_for_its_instruction_and_the_insides_of_results() -> None:
    turn = {
        "Human": "<|Human|>: Q<eoh>\n",
        "Inner Thoughts": "<|Inner Thoughts|>: T<eot>\n",
        "Commands": "<|Commands|>: C<eoc>\n",
        "Tool Responses": "<|Results|>: R\n2<eor>\n",
        "MOSS": "<|MOSS|>: A<eom>\n",
    }
    row = {"meta_instruction": "M\n", "num_turns": "2", "chat": {"turn_2": turn, "turn_1": {"MOSS": "B"}}}
    sample = said("moss_sft", row)
    assert sample.plain
    assert [(piece.content, piece.is_trained) for piece in sample.turns] == [
        ("M\n", False),
        ("B", True),
        (turn["Human"], True),
        (turn["Inner Thoughts"], True),
        (turn["Commands"], True),
        ("<|Results|>:", True),
        (" R\n2", False),
        ("<eor>\n", True),
        (turn["MOSS"], True),
    ]


def test_results_without_their_marks_are_not_trained() -> None:
    row = {"meta_instruction": "", "chat": {"turn_1": {"Tool Responses": "R", "MOSS": "A"}, "turn_2": None}}
    assert [(piece.content, piece.is_trained) for piece in said("moss_sft", row).turns] == [("R", False), ("A", True)]


# pictures


def asked(content: Any, **columns: Any) -> Turn:
    return said("openai", {"messages": [{"role": "user", "content": content}, A], **columns}).turns[0]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "cat.png"}},
        {"type": "image_url", "image_url": "cat.png"},
        {"type": "image", "image": "cat.png"},
        {"type": "image", "image": {"path": "cat.png", "bytes": None}},
        {"type": "image", "path": "cat.png"},
        {"type": "image", "url": "cat.png"},
    ],
)
def test_the_parts_of_a_message_are_joined_and_its_pictures_kept(part: Row) -> None:
    turn = asked([part, {"type": "text", "text": "What is "}, "this?"])
    assert (turn.content, turn.images) == ("<image>\nWhat is this?", ("cat.png",))


def test_pictures_without_paths_are_those_of_the_column_in_order() -> None:
    turn = asked([{"type": "image"}, {"type": "image"}, {"type": "text", "text": "Q"}], images=["1.png", "2.png"])
    assert (turn.content, turn.images) == ("<image>\n<image>\nQ", ("1.png", "2.png"))


def test_pictures_go_to_the_questions_that_show_them() -> None:
    first, second = (
        Turn("user", "<image>Q", images=("1.png",)),
        Turn("user", "<image><image>", images=("2.png", "3.png")),
    )
    row = {
        "messages": [{**Q, "content": first.content}, {**A, "content": "<image>"}, {**Q, "content": second.content}, A],
        "images": ["1.png", "2.png", "3.png"],
    }
    assert said("openai", row).turns == (first, Turn("assistant", "<image>"), second, ANSWER)


@pytest.mark.parametrize(("images", "kept"), [(["1.png"], ("1.png",)), (["1.png"] * 3, ("1.png",) * 3), (None, ())])
def test_there_may_be_more_or_fewer_pictures_than_places_for_them(images: Any, kept: tuple[str, ...]) -> None:
    turn = asked("<image><image>Q", images=images)
    assert (turn.content, turn.images) == ("<image><image>Q", kept)


def pictured(*values: str, image: Any = "a.jpg", column: str = "conversations") -> Row:
    names = ("human", "gpt")
    spoken = [{"from": names[number % 2], "value": value} for number, value in enumerate(values)]
    return {"image": image, column: spoken}


@pytest.mark.parametrize("column", ["conversations", "conversation"])
@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("<image>\nWhat?", "<image>\nWhat?"),
        ("What?\n<image>", "<image>\nWhat?"),
        ("<image>\n<image> What <image>?", "<image>\nWhat ?"),
        ("<image>", "<image>"),
        ("What?", "What?"),
    ],
)
def test_the_picture_moves_to_the_front_of_its_question(column: str, value: str, content: str) -> None:
    turns = said("llava", pictured(value, "A", column=column)).turns
    assert turns == (Turn("user", content, images=("a.jpg",)), ANSWER)


def test_several_pictures_stay_several() -> None:
    turn = said("llava", pictured("<image>Q<image>", "A", image=["a.jpg", "b.jpg"])).turns[0]
    assert (turn.content, turn.images) == ("<image>\n<image>\nQ", ("a.jpg", "b.jpg"))


def test_questions_reduced_to_their_picture() -> None:
    turns = said("llava_image_only", pictured("Look at <image>!", "A")).turns
    assert turns == (Turn("user", "<image>", images=("a.jpg",)), ANSWER)


BOX = {"image": "a.jpg", "sents": ["a {cat}", "a dog"], "bbox": [10, 50, 95.5, 50], "height": 100, "width": 200}
CORNERS = "{<5><50><52><100>}"


def test_each_sentence_about_a_box_is_an_exchange() -> None:
    first, answer, second, _answer = said("refcoco", BOX).turns
    assert first.content.startswith("<image>\n[refer] ") and "a {cat}" in first.content
    assert second.content.startswith("[refer] ") and "a dog" in second.content
    assert (first.images, second.images, answer.content) == (("a.jpg",), (), CORNERS)
    assert said("refcoco", BOX) == said("refcoco", dict(BOX))


def test_the_inverse_asks_for_the_sentence() -> None:
    first, answer, *_rest = said("inv_refcoco", BOX).turns
    assert first.content.startswith("<image>\n[identify] ") and CORNERS in first.content
    assert answer.content == "a {cat}"


@pytest.mark.parametrize("name", ["refcoco", "inv_refcoco"])
def test_there_are_seven_wordings(name: str) -> None:
    row = {**BOX, "sents": [letter * 2 for letter in string.ascii_letters]}
    turns = said(name, row).turns
    wordings = {
        question.content.replace("<image>\n", "").replace(CORNERS, "").replace(sentence, "")
        for question, sentence in zip(turns[::2], row["sents"], strict=True)
    }
    assert len(wordings) == 7


# tokens


@pytest.mark.parametrize(
    ("row", "tokens"),
    [
        ({"input_ids": [1, 5, 2]}, TokenRow((1, 5, 2), (1, 5, 2))),
        ({"input_ids": [1, 5], "labels": [-100, 5], "attention_mask": [1, 1]}, TokenRow((1, 5), (-100, 5))),
        ({"input_ids": [1, 5, 2], "cumulative_len": [[0, 1, 3]]}, TokenRow((1, 5, 2), (1, 5, 2), (1, 2))),
        ({"input_ids": [1, 5, 2], "cumulative_len": [0, 3]}, TokenRow((1, 5, 2), (1, 5, 2))),
        ({"input_ids": [1, 5, 2], "position_ids": [0, 1, 0]}, TokenRow((1, 5, 2), (1, 5, 2), (2, 1))),
        (
            {"input_ids": [1, 5, 0, 2, 0], "attention_mask": [1, 1, 0, 1, 0], "position_ids": [0, 1, 2, 0, 1]},
            TokenRow((1, 5, 2), (1, 5, 2), (2, 1)),
        ),
        ({"tokens": [1, -333, 0]}, TokenRow((1, 333, 0), (1, -100, 0))),
        ({"input_ids": []}, TokenRow((), ())),
    ],
)
def test_tokens_keep_their_labels_and_samples(row: Row, tokens: TokenRow) -> None:
    assert read("tokenized", row) == tokens


# preference pairs

PAIR = Conversation((USER, ANSWER), rejected=(Turn("assistant", "B"),))
B = {"role": "assistant", "content": "B"}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("preference", {"prompt": "Q", "chosen": "A", "rejected": "B"}),
        ("preference", {"prompt": [Q], "chosen": [A], "rejected": [B]}),
        ("preference", {"conversations": [{"from": "human", "value": "Q"}], "chosen": A, "rejected": B}),
        ("orpo_dpo_mix_40k", {"prompt": "Q", "chosen": [Q, A], "rejected": [Q, B]}),
        ("intel_orca_dpo", {"system": "", "question": "Q", "chosen": "A", "rejected": "B"}),
    ],
)
def test_a_preference_pair_keeps_the_rejected_answer(name: str, row: Row) -> None:
    assert said(name, row) == PAIR


def test_answers_within_the_question_of_a_pair_are_not_trained() -> None:
    row = {"prompt": [Q, A, Q], "chosen": "A", "rejected": "B", "system": "S"}
    before = (Turn("system", "S"), USER, Turn("assistant", "A", loss=False), USER)
    assert said("preference", row) == Conversation((*before, ANSWER), rejected=PAIR.rejected)
    assert said("intel_orca_dpo", {**row, "question": "Q"}).turns[0] == Turn("system", "S")


# reasoning


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_beside_an_answer_stands_before_it(key: str) -> None:
    answer = {"role": "assistant", "content": "A", key: "1 and 1.\n"}
    thought_out = Turn("assistant", "<think>\n1 and 1.\n</think>\n\nA")
    assert said("openai", {"messages": [Q, answer]}).turns == (USER, thought_out)
    assert said("preference", {"prompt": "Q", "chosen": [answer], "rejected": [A]}).turns[-1] == thought_out
    spoken = {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A", key: "1 and 1."}]}
    assert said("sharegpt", spoken).turns == (USER, thought_out)


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ({"role": "assistant", "content": "<think>T</think>A", "reasoning_content": "T"}, "<think>T</think>A"),
        (
            {"role": "assistant", "content": "A", "reasoning_content": None, "thinking": "T"},
            "<think>\nT\n</think>\n\nA",
        ),
        ({"role": "assistant", "content": "A", "reasoning_content": " "}, "A"),
        ({"role": "user", "content": "Q", "thinking": "T"}, "Q"),
    ],
)
def test_reasoning_is_added_to_answers_without_any(message: Row, content: str) -> None:
    assert said("openai", {"messages": [Q, message]}).turns[1].content == content


def test_reasoning_before_a_call_is_kept() -> None:
    call = {"name": "add", "arguments": "{}"}
    beside = {"role": "assistant", "content": None, "tool_calls": [call], "reasoning_content": "T"}
    alone = {"role": "function_call", "content": json.dumps(call), "reasoning_content": "T"}
    for message in (beside, alone):
        turn = said("openai", {"messages": [Q, message]}).turns[1]
        assert turn == Turn("assistant", "<think>\nT\n</think>\n\n", tool_calls=(ToolCall("add", "{}"),))


@pytest.mark.parametrize("human", ["Human", "USER", "human"])
@pytest.mark.parametrize("gpt", ["GPT", "Assistant", "gpt"])
def test_roles_are_known_in_any_capitals(human: str, gpt: str) -> None:
    row = {"conversations": [{"from": human, "value": "Q"}, {"from": gpt, "value": "A"}]}
    assert said("sharegpt", row).turns == (USER, ANSWER)
