"""Dataset formats: what each makes of its rows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.data.characters import CharacterTokenizer, dialogue, marked
from workbench.configs.catalogue.systems import SYSTEMS
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import encode
from workbench.data.formats import FORMAT_NAMES, FORMATS, DatasetFormat, get_format
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError

Row = dict[str, Any]
SYSTEM, USER, ANSWER = Turn("system", "S"), Turn("user", "Q"), Turn("assistant", "A")
ONE = Conversation((USER, ANSWER))
Q, A = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}
HUMAN, GPT = {"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}
WITH_SYSTEM = Conversation((SYSTEM, USER, ANSWER))


def said(row: Row, name: str) -> Conversation:
    sample = get_format(name).convert(row)
    assert isinstance(sample, Conversation)
    return sample


def messages(*pairs: tuple[str, Any]) -> Row:
    return {"messages": [{"role": role, "content": content} for role, content in pairs]}


@pytest.mark.parametrize("known", FORMATS, ids=FORMAT_NAMES)
def test_the_example_of_every_format_can_be_trained(known: DatasetFormat) -> None:
    assert known.columns <= set(known.example)
    assert not known.convert(known.example).is_empty


@pytest.mark.parametrize(
    ("name", "row", "conversation"),
    [
        ("openai", messages(("system", "S"), ("user", "Q"), ("assistant", "A")), WITH_SYSTEM),
        ("xtuner", {"conversation": [{"system": "S", "input": "Q", "output": "A"}]}, WITH_SYSTEM),
        ("sharegpt", {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, ONE),
        ("sharegpt", {"conversation": [{"role": "bot", "content": "W"}, Q, A]}, ONE),
        (
            "sharegpt",
            {"system": "S", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
            WITH_SYSTEM,
        ),
        ("wizardlm", {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, ONE),
        ("alpaca", {"instruction": "I", "input": "Q", "output": "A"}, dialogue("I\nQ", "A")),
        ("alpaca", {"instruction": "I", "input": "", "output": "A"}, dialogue("I\n", "A")),
        ("alpaca", {"instruction": "I", "output": "A"}, dialogue("I\n", "A")),
        ("alpaca", {"instruction": "I", "input": "Q", "output": "<nooutput>"}, Conversation()),
        ("alpaca_zh", {"instruction_zh": "I", "input_zh": "Q", "output_zh": "A"}, dialogue("I\nQ", "A")),
        (
            "alpaca",
            {"system": "S", "history": [["Q1", "A1"]], "instruction": "I", "input": "Q", "output": "A"},
            dialogue("Q1", "A1", "I\nQ", "A", system="S"),
        ),
        ("alpaca", {"instruction": "I", "input": None, "output": "A", "history": None}, dialogue("I\n", "A")),
        ("arxiv", {"abstract": "Q", "title": "A"}, dialogue("Q", "A", system=SYSTEMS["arxiv_gentile"])),
        ("code_alpaca", {"prompt": "Q", "completion": "A"}, dialogue("Q", "A", system=SYSTEMS["coder"])),
        ("tiny_codes", {"prompt": "Q", "response": "A"}, dialogue("Q", "A", system=SYSTEMS["coder"])),
        (
            "colors",
            {"description": "Royal: a blue: deep", "color": "A"},
            dialogue("a blue: deep", "A", system=SYSTEMS["colorist"]),
        ),
        ("openorca", {"system_prompt": "S", "question": "Q", "response": "A"}, WITH_SYSTEM),
        ("openorca", {"system_prompt": "", "question": "Q", "response": "A"}, ONE),
        ("stack_exchange", {"question": "Q", "response": "A"}, ONE),
        (
            "sql",
            {"context": "C", "question": "Q", "answer": "A"},
            dialogue("C\nQ", "A", system=SYSTEMS["sql"]),
        ),
        ("law_reference", {"question": "Q", "answer": "A"}, dialogue("Q", "A", system=SYSTEMS["lawyer"])),
        ("question_answer", {"question": "Q", "answer": "A", "context": "C"}, dialogue("C\nQ", "A")),
        ("question_answer", {"question": "Q", "answer": "A", "system": "S"}, WITH_SYSTEM),
        ("default", {"input": "Q", "output": "A"}, ONE),
        ("crime_kg_assitan", {"input": "Q", "output": "A"}, dialogue("Q", "A", system=SYSTEMS["lawyer"])),
        ("crime_kg_assitant", {"input": "Q", "output": "A"}, dialogue("Q", "A", system=SYSTEMS["lawyer"])),
        (
            "medical",
            {"instruction": "I", "input": "", "output": "A"},
            dialogue("I\n", "A", system=SYSTEMS["medical"]),
        ),
        ("prompt_completion", {"prompt": "Q", "response": "A"}, ONE),
        ("prompt_completion", {"prompt": [Q], "completion": [A]}, ONE),
        ("oasst1", {"text": "### Human: Q1### Assistant: A1### Human: Q2"}, dialogue("Q1", "A1")),
        ("oasst1", {"text": "### Human: Q### Assistant: A\n### B: C"}, dialogue("Q", "A\n### B: C")),
        ("pretrain", {"text": " T\n"}, Conversation((Turn("assistant", "T"),), plain=True)),
        ("text", {"text": " T\n"}, Conversation((Turn("assistant", " T\n"),), plain=True)),
        ("agent_flan", {"id": "1", "conversation": [Q, A]}, ONE),
        ("llava", {"conversations": [GPT, HUMAN, GPT]}, ONE),
    ],
)
def test_a_row_says_what_its_format_says(name: str, row: Row, conversation: Conversation) -> None:
    assert said(row, name) == conversation


XTUNER_NAMES = set(
    """alpaca alpaca_zh arxiv code_alpaca colors crime_kg_assitan default law_reference llava_image_only llava medical
    msagent_react oasst1 openai openorca pretrain sql stack_exchange tiny_codes wizardlm""".split()  # noqa: SIM905
)


def test_the_names_that_users_know_are_there() -> None:
    assert set(FORMAT_NAMES) >= XTUNER_NAMES


@pytest.mark.parametrize(
    ("flag", "trained"),
    [(True, True), (False, False), ("True", True), ("False", False), ("false", False), (None, True)],
)
def test_the_loss_flag_may_be_a_truth_value_a_text_or_missing(flag: Any, trained: bool) -> None:
    row = {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "loss": flag}]}
    assert said(row, "openai").turns[1].is_trained is trained
    kept = {"conversation": [{"input": "Q", "output": "A", "output_with_loss": flag}]}
    assert said(kept, "xtuner").turns[1].is_trained is trained


def test_answers_before_the_first_question_are_left_out() -> None:
    row = messages(("assistant", "welcome"), ("system", "S"), ("user", "Q"), ("assistant", "A"))
    assert said(row, "openai") == WITH_SYSTEM


@pytest.mark.parametrize("role", ["assistant", "gpt", "bot", "model"])
def test_the_assistant_has_many_names(role: str) -> None:
    row = {"conversations": [{"from": "human", "value": "Q"}, {"from": role, "value": "A"}]}
    assert said(row, "sharegpt") == ONE


def test_missing_system_and_input_are_empty() -> None:
    row = {"conversation": [{"system": None, "input": None, "output": "A1"}]}
    encoded = encode(said(row, "xtuner"), get_template("default"), CharacterTokenizer())
    assert marked(encoded) == "<s><|User|>:\n<|Bot|>:[[A1</s>]]\n"


def test_a_misspelt_format_is_answered_with_the_nearest() -> None:
    with pytest.raises(WorkbenchError, match="alpacca") as caught:
        get_format("alpacca")
    assert caught.value.where == "dataset_format"
    assert caught.value.fix is not None and "alpaca" in caught.value.fix


def test_turns_of_every_format_tell_where_they_stand_in_the_row() -> None:
    for known in FORMATS:
        sample = known.convert(known.example)
        if isinstance(sample, Conversation):
            for turn in (*sample.turns, *sample.rejected):
                columns = [re.match(r"\w+", part) for part in turn.place.split("+")]
                fixed = turn.role == "system" and turn.place == "system"
                assert fixed or all(column and column.group() in known.example for column in columns), known.name


def test_answers_before_the_first_question_do_not_move_the_places_of_the_others() -> None:
    row = {"messages": [{"role": role, "content": "x"} for role in ("assistant", "user", "assistant")]}
    assert [turn.place for turn in said(row, "openai").turns] == ["messages[1]", "messages[2]"]


def test_the_history_of_alpaca_tells_its_pairs() -> None:
    row = {"instruction": "Q", "input": "", "output": "A", "history": [["P", "B"]]}
    assert [turn.place for turn in said(row, "alpaca").turns] == [
        "history[0][0]",
        "history[0][1]",
        "instruction",
        "output",
    ]
