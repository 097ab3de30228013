"""From data paths to training rows: nothing lost, and everything cut or left out is counted."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.data.characters import CharacterTokenizer, written
from tests.data.conftest import Write
from workbench.configs.schema import TrainConfig
from workbench.data.encode import NOT_TRAINED
from workbench.data.pack import Packed
from workbench.data.training_set import TrainingSet, build_training_set
from workbench.errors import WorkbenchError


def rows(count: int, first: int = 0) -> list[dict[str, str]]:
    return [{"input": f"Q{number}", "output": f"A{number}"} for number in range(first, first + count)]


def built(path: Path | str | list[str], **changes: Any) -> TrainingSet:
    fields = {
        "pretrained_model_name_or_path": "m",
        "data_path": path if isinstance(path, list) else str(path),
        "prompt_template": "vicuna",
        "max_length": 64,
    }
    return build_training_set(TrainConfig.model_validate(fields | changes), CharacterTokenizer())


def texts(made: TrainingSet) -> list[str]:
    return [written(row.input_ids) for row in rows_of(made)]


def rows_of(made: TrainingSet) -> list[Packed]:
    return [made.rows[number] for number in range(len(made.rows))]


def length_of(number: int) -> int:
    return len(f"_USER: Q{number} ASSISTANT:A{number}_\n")


def test_without_packing_every_row_is_one_in_the_order_of_the_file(write: Write) -> None:
    made = built(write(rows(3)), pack_to_max_length=False)
    assert texts(made) == [f"<s>USER: Q{number} ASSISTANT:A{number}</s>\n" for number in range(3)]


@pytest.mark.parametrize("how", ["best_fit", "concat"])
def test_packing_keeps_every_token_and_counts_them(write: Write, how: str) -> None:
    path = write(rows(40))
    single = built(path, pack_to_max_length=False)
    packed = built(path, pack=how)
    tokens = [sorted(chain.from_iterable(row.input_ids for row in rows_of(made))) for made in (single, packed)]
    assert tokens[0] == tokens[1]
    labels = [sum(label != NOT_TRAINED for row in rows_of(made) for label in row.labels) for made in (single, packed)]
    assert labels[0] == labels[1] == packed.report.trained_tokens
    assert packed.report.tokens == len(tokens[0]) == sum(length_of(number) for number in range(40))
    assert (packed.report.samples, packed.report.packs) == (40, len(packed.rows))
    assert max(len(row.input_ids) for row in rows_of(packed)) <= 64


def test_samples_are_packed_whole(write: Write) -> None:
    made = built(write(rows(40)))
    assert all(text.startswith("<s>") and text.endswith("</s>\n") for text in texts(made))
    assert len(made.rows) < 40


def test_packs_in_the_order_of_the_file_if_shuffling_is_off(write: Write) -> None:
    made = built(write(rows(9)), shuffle_before_pack=False, pack="concat")
    assert "".join(texts(made)) == "".join(f"<s>USER: Q{number} ASSISTANT:A{number}</s>\n" for number in range(9))


def test_the_packs_are_those_of_the_seed(write: Write) -> None:
    path = write(rows(40))
    assert texts(built(path)) == texts(built(path))
    assert texts(built(path)) != texts(built(path, seed=1))


def test_several_files_and_folders_are_joined(write: Write) -> None:
    first, second = write(rows(2), "a.json"), write([{"instruction": "I", "output": "A"}], "d/b.json")
    made = built([str(first), str(second.parent)], pack_to_max_length=False)
    assert made.report.read == 3
    assert made.report.formats == ["default", "alpaca"]
    assert "USER: I" in texts(made)[2]


def test_rows_without_an_answer_are_counted_and_left_out(write: Write) -> None:
    made = built(write([*rows(2), {"input": "Q", "output": " "}, {"input": "Q", "output": ""}]))
    assert (made.report.read, made.report.left_out, made.report.kept) == (4, {"no_answer": 2}, 2)
    expected = "Data: 4 rows read (default) = 2 trained + 2 left out (2 without an answer to train on)."
    assert expected in made.report.sentences()


def test_what_is_cut_is_counted_in_rows_and_tokens(write: Write) -> None:
    made = built(write([*rows(2), {"input": "Q", "output": "A" * 100}]), pack_to_max_length=False)
    whole = len("_USER: Q ASSISTANT:_\n") + 100
    assert (made.report.cut, made.report.cut_tokens) == (1, whole - 64)
    assert made.report.tokens == length_of(0) + length_of(1) + 64
    assert f"1 rows were longer than max_length; {whole - 64} tokens were cut." in made.report.sentences()


def test_rows_whose_answer_is_cut_off_are_counted_and_left_out(write: Write) -> None:
    made = built(write([*rows(2), {"input": "Q" * 100, "output": "A"}]), pack_to_max_length=False)
    assert (made.report.left_out, made.report.samples, len(made.rows)) == ({"nothing_left": 1}, 2, 2)
    assert "1 without a trained token once their end is cut" in made.report.sentences()[0]


def test_a_smaller_dataset_is_drawn_by_the_seed(write: Write) -> None:
    path = write(rows(40))
    drawn = built(path, max_dataset_length=10, pack_to_max_length=False)
    assert (drawn.report.read, drawn.report.left_out, drawn.report.samples) == (40, {"not_drawn": 30}, 10)
    assert "30 not drawn (max_dataset_length)" in drawn.report.sentences()[0]
    assert len(set(texts(drawn))) == 10
    assert texts(drawn) == texts(built(path, max_dataset_length=10, pack_to_max_length=False))
    assert texts(drawn) != texts(built(path, max_dataset_length=10, pack_to_max_length=False, seed=1))


def test_every_row_read_is_trained_or_counted_as_left_out(write: Write) -> None:
    mixed = [*rows(30), *[{"input": "Q", "output": ""}] * 5, *[{"input": "Q" * 100, "output": "A"}] * 7]
    report = built(write(mixed), max_dataset_length=35).report
    assert (report.read, report.left_out["not_drawn"]) == (42, 7)
    assert report.adds_up
    assert report.left_out["no_answer"] and report.left_out["nothing_left"]


def test_a_report_without_losses_says_nothing_of_any(write: Write) -> None:
    report = built(write(rows(3)), pack_to_max_length=False).report
    tokens = sum(length_of(number) for number in range(3))
    assert report.sentences() == [
        "Data: 3 rows read (default) = 3 trained + 0 left out.",
        f"3 training rows of {tokens} tokens in all, {3 * len('A0_')} of them with loss.",
    ]


@pytest.mark.parametrize("changes", [{"pack": "concat"}, {"pack": "best_fit"}, {"pack_to_max_length": False}])
def test_a_long_plain_text_is_divided_and_never_cut(write: Write, changes: dict[str, Any]) -> None:
    story = "once upon a time " * 20
    made = built(write(story, "story.txt"), shuffle_before_pack=False, **changes)
    assert "".join(sorted(texts(made), key=lambda text: -len(text))) == "<s>" + story.strip()
    assert (made.report.cut, made.report.divided, made.report.kept) == (0, 1, 1)
    assert len(made.rows) > 1


@pytest.mark.parametrize("row", [{"input": "Q", "output": ""}, {"input": "Q" * 100, "output": "A"}])
def test_data_with_nothing_to_train_on_is_refused(write: Write, row: dict[str, str]) -> None:
    path = write([row])
    with pytest.raises(WorkbenchError, match="anything to train on") as caught:
        built(path)
    assert caught.value.where == str(path)


def test_an_unknown_template_is_refused(write: Write) -> None:
    with pytest.raises(WorkbenchError, match="vicunia"):
        built(write(rows(1)), prompt_template="vicunia")
