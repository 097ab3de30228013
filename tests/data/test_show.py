"""Rows as they are shown are rows as they are trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.data.characters import dialogue
from tests.data.conftest import SAMPLE, Write
from workbench.configs.schema import TrainConfig
from workbench.data.identity.generate import generate
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show import ShownRow, ShowRequest, marked_text, masked_text, plain_text, shown_rows
from workbench.data.templates import get_template
from workbench.data.training_set import build_training_set
from workbench.errors import WorkbenchError


def shown(path: Path, row: str = "all", **changes: Any) -> list[ShownRow]:
    settings: dict[str, Any] = {
        "what": "all",
        "format_name": "auto",
        "tokenizer": "sample:model",
        "prompt_template": "internlm2_chat",
        "max_length": None,
    }
    return list(shown_rows(ShowRequest(str(path), row, **(settings | changes))))


def trained(path: Path, tokenizer: Any, **changes: Any) -> list[tuple[list[int], list[int]]]:
    fields = {
        "pretrained_model_name_or_path": "sample:model",
        "data_path": str(path),
        "prompt_template": "internlm2_chat",
        "max_length": 1024,
        "pack_to_max_length": False,
    }
    made = build_training_set(TrainConfig.model_validate(fields | changes), tokenizer)
    return [(row.input_ids, row.labels) for row in made.rows]


def mixed_rows() -> list[dict[str, Any]]:
    """Short, long, empty and unanswered rows."""
    rows = generate("小明", count=30, mix=SAMPLE / "general_dialogue.json").rows
    for content in ("", "long " * 200, "好" * 60):
        rows.insert(7, {"messages": [*rows[0]["messages"][:1], {"role": "assistant", "content": content}]})
    rows.insert(3, {"messages": [{"role": "user", "content": "why " * 200}, {"role": "assistant", "content": "so"}]})
    rows.insert(2, {"messages": [*rows[0]["messages"], {"role": "user", "content": "unanswered"}]})
    return rows


@pytest.mark.heavy
@pytest.mark.parametrize("template", ["internlm2_chat", "llama3_chat", "default"])
@pytest.mark.parametrize("max_length", [110, 190, 1024])
def test_what_is_shown_is_what_is_trained(
    write: Write, training_tokenizer: Any, template: str, max_length: int
) -> None:
    path = write(mixed_rows())
    rows = shown(path, max_length=max_length, prompt_template=template)
    kept = [row.encoded for row in rows if row.left_out is None]
    expected = trained(path, training_tokenizer, max_length=max_length, prompt_template=template)
    assert [(row.input_ids, row.labels) for row in kept if row] == expected
    assert len(kept) == len(expected)
    assert len({row.left_out for row in rows}) == (2 if max_length == 1024 else 3)


@pytest.mark.heavy
def test_every_row_of_the_sample_dialogue_is_shown_as_trained(training_tokenizer: Any) -> None:
    path = SAMPLE / "general_dialogue.json"
    parsed = [row.as_json() for row in shown(path)]
    assert [(row["input_ids"], row["labels"]) for row in parsed] == trained(path, training_tokenizer)


def test_the_shown_text_is_that_of_the_tokens(write: Write, light: LightTokenizer) -> None:
    for row in shown(write(mixed_rows())):
        if row.encoded and row.left_out is None:
            assert light.decode(row.encoded.input_ids) == plain_text(row.segments)


def test_trained_parts_stand_in_brackets_in_their_place() -> None:
    segments = get_template("vicuna").render(dialogue("Q1", "A1", "Q2", "A2"))
    assert marked_text(segments) == "<s>USER: Q1 ASSISTANT:⟦A1</s>⟧\n<s>USER: Q2 ASSISTANT:⟦A2</s>⟧\n"


def test_untrained_parts_are_dots_of_the_same_number() -> None:
    segments = get_template("internlm_chat").render(dialogue("Q", "A1"))
    masked = masked_text(segments)
    assert masked == "·" * len("<s><|User|>:Q<eoh>\n<|Bot|>:") + "A1<eoa>" + "·"
    assert len(masked) == len(plain_text(segments))


def test_one_row_is_asked_for_by_its_number(write: Write) -> None:
    path = write([{"input": f"Q{number}", "output": "A"} for number in range(1, 4)])
    (row,) = shown(path, "2", prompt_template="vicuna")
    assert row.number == 2
    assert row.as_json()["text"] == "<s>USER: Q2 ASSISTANT:A</s>\n"


def test_rows_of_a_folder_are_counted_through(write: Write) -> None:
    first = write([{"input": "Q1", "output": "A"}], "d/a.json")
    write([{"input": "Q2", "output": "A"}, {"input": "Q3", "output": "A"}], "d/b.json")
    assert [row.number for row in shown(first.parent)] == [1, 2, 3]
    assert "Q3" in shown(first.parent, "3")[0].as_text()


@pytest.mark.parametrize("row", ["0", "4", "-1", "two", "²", ""])
def test_a_row_that_is_not_there_is_refused_with_those_that_are(write: Write, row: str) -> None:
    path = write([{"input": "Q", "output": "A"}] * 3)
    with pytest.raises(WorkbenchError, match="rows 1 to 3") as caught:
        shown(path, row)
    assert caught.value.where == str(path)


def test_json_counts_rows_as_list_indices_do(write: Write) -> None:
    path = write([{"input": "Q", "output": "A"}] * 3)
    parsed = [row.as_json() for row in shown(path)]
    assert [row["row"] for row in parsed] == [0, 1, 2]
    assert all(set(row) == {"row", "text", "input_ids", "labels"} for row in parsed)


def test_without_a_tokenizer_there_is_text_alone(write: Write) -> None:
    (row,) = shown(write([{"input": "Q", "output": "A"}]), tokenizer=None)
    assert set(row.as_json()) == {"row", "text"}


def test_rows_left_out_give_the_reason(write: Write) -> None:
    path = write([{"input": "Q", "output": " "}, {"input": "why " * 50, "output": "A"}])
    empty, cut = shown(path, max_length=20)
    assert empty.as_json() == {"row": 0, "left_out": "it has no answer to train on"}
    assert cut.as_json() == {"row": 1, "left_out": "no trained token is left after cutting"}
    assert "left out: it has no answer" in empty.as_text()


def test_cut_tokens_are_told(write: Write) -> None:
    path = write([{"input": "Q", "output": "word " * 50}])
    (whole,) = shown(path)
    (cut,) = shown(path, max_length=30)
    assert whole.encoded is not None
    assert f"{len(whole.encoded.input_ids) - 30} tokens are cut" in cut.as_text()
    assert "are cut" not in whole.as_text()


@pytest.mark.parametrize(
    ("what", "present", "absent"),
    [
        ("text", ["⟦A"], ["input_ids", "labels", "·"]),
        ("masked_text", ["·A<|im_end|>·"], ["⟦", "input_ids"]),
        ("input_ids", ["input_ids: ["], ["⟦", "labels"]),
        ("labels", ["labels: [-100,"], ["⟦", "input_ids"]),
        ("all", ["⟦A", "input_ids: [", "labels: [-100,"], ["·"]),
    ],
)
def test_only_what_was_asked_for_is_printed(write: Write, what: str, present: list[str], absent: list[str]) -> None:
    text = shown(write([{"input": "Q", "output": "A"}]), what=what)[0].as_text()
    assert all(part in text for part in present)
    assert not any(part in text for part in absent)


def test_a_row_cannot_control_the_terminal(write: Write) -> None:
    path = write([{"input": "\x1b[2J\x07", "output": "A\x9b31m"}])
    text = shown(path)[0].as_text()
    assert not {"\x1b", "\x07", "\x9b"} & set(text)
    assert "\x1b[2J" in json.loads(json.dumps(shown(path)[0].as_json()))["text"], "scripts get the data as it is"
