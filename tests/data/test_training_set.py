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
    return [written(row.input_ids) for row in made.rows]


def length_of(number: int) -> int:
    return len(f"_USER: Q{number} ASSISTANT:A{number}_\n")


def test_without_packing_every_row_is_one_in_the_order_of_the_file(write: Write) -> None:
    made = built(write(rows(3)), pack_to_max_length=False)
    assert texts(made) == [f"<s>USER: Q{number} ASSISTANT:A{number}</s>\n" for number in range(3)]


@pytest.mark.parametrize("use_varlen_attn", [False, True])
def test_packing_keeps_every_token_and_counts_them(write: Write, use_varlen_attn: bool) -> None:
    path = write(rows(40))
    single = built(path, pack_to_max_length=False)
    packed = built(path, use_varlen_attn=use_varlen_attn)
    tokens = [sorted(chain.from_iterable(row.input_ids for row in made.rows)) for made in (single, packed)]
    assert tokens[0] == tokens[1]
    labels = [sum(label != NOT_TRAINED for row in made.rows for label in row.labels) for made in (single, packed)]
    assert labels[0] == labels[1] == packed.report.trained_tokens
    assert packed.report.tokens == len(tokens[0]) == sum(length_of(number) for number in range(40))
    assert (packed.report.samples, packed.report.packs) == (40, len(packed.rows))
    assert max(len(row.input_ids) for row in packed.rows) <= 64


def test_samples_that_must_not_see_each_other_are_packed_whole(write: Write) -> None:
    made = built(write(rows(40)), use_varlen_attn=True)
    assert all(text.startswith("<s>") and text.endswith("</s>\n") for text in texts(made))
    assert len(made.rows) < 40


def test_packs_in_the_order_of_the_file_if_shuffling_is_off(write: Write) -> None:
    made = built(write(rows(9)), shuffle_before_pack=False)
    assert "".join(texts(made)) == "".join(f"<s>USER: Q{number} ASSISTANT:A{number}</s>\n" for number in range(9))


def test_the_packs_are_those_of_the_seed(write: Write) -> None:
    path = write(rows(40))
    assert built(path).rows == built(path).rows
    assert built(path).rows != built(path, seed=1).rows


def test_several_files_and_folders_are_joined(write: Write) -> None:
    first, second = write(rows(2), "a.json"), write([{"instruction": "I", "output": "A"}], "d/b.json")
    made = built([str(first), str(second.parent)], pack_to_max_length=False)
    assert made.report.read == 3
    assert made.report.formats == ["default", "alpaca"]
    assert "USER: I" in texts(made)[2]


def test_rows_without_an_answer_are_counted_and_left_out(write: Write) -> None:
    made = built(write([*rows(2), {"input": "Q", "output": " "}, {"input": "Q", "output": ""}]))
    assert (made.report.read, made.report.empty, made.report.samples) == (4, 2, 2)
    assert "2 rows without an answer were left out." in made.report.sentences()


def test_what_is_cut_is_counted_in_rows_and_tokens(write: Write) -> None:
    made = built(write([*rows(2), {"input": "Q", "output": "A" * 100}]), pack_to_max_length=False)
    whole = len("_USER: Q ASSISTANT:_\n") + 100
    assert (made.report.cut, made.report.cut_tokens) == (1, whole - 64)
    assert made.report.tokens == length_of(0) + length_of(1) + 64
    assert f"1 rows were longer than max_length; {whole - 64} tokens were cut." in made.report.sentences()


def test_rows_whose_answer_is_cut_off_are_counted_and_left_out(write: Write) -> None:
    made = built(write([*rows(2), {"input": "Q" * 100, "output": "A"}]), pack_to_max_length=False)
    assert (made.report.untrained, made.report.samples, len(made.rows)) == (1, 2, 2)
    assert "1 rows had no trained token left and were left out." in made.report.sentences()


def test_a_smaller_dataset_is_drawn_by_the_seed(write: Write) -> None:
    path = write(rows(40))
    drawn = built(path, max_dataset_length=10, pack_to_max_length=False)
    assert (drawn.report.read, drawn.report.drawn, drawn.report.samples) == (40, 10, 10)
    assert "10 rows were drawn at random (max_dataset_length)." in drawn.report.sentences()
    assert len(set(texts(drawn))) == 10
    assert texts(drawn) == texts(built(path, max_dataset_length=10, pack_to_max_length=False))
    assert texts(drawn) != texts(built(path, max_dataset_length=10, pack_to_max_length=False, seed=1))


def test_every_row_read_is_trained_or_counted_as_left_out(write: Write) -> None:
    mixed = [*rows(30), *[{"input": "Q", "output": ""}] * 5, *[{"input": "Q" * 100, "output": "A"}] * 7]
    report = built(write(mixed), max_dataset_length=35).report
    assert report.read == 42
    assert report.drawn == 35 == report.empty + report.untrained + report.samples
    assert report.empty and report.untrained


def test_a_report_without_losses_says_nothing_of_any(write: Write) -> None:
    report = built(write(rows(3)), pack_to_max_length=False).report
    tokens = sum(length_of(number) for number in range(3))
    assert report.sentences() == [
        "Data: 3 rows read (default), 3 trained.",
        f"3 training rows of {tokens} tokens in all, {3 * len('A0_')} of them with loss.",
    ]


def test_a_long_plain_text_goes_on_from_row_to_row(write: Write) -> None:
    story = "once upon a time " * 20
    made = built(write(story, "story.txt"))
    assert "".join(texts(made)) == "<s>" + story.strip()
    assert made.report.cut == 0
    assert len(made.rows) > 1


def test_a_long_plain_text_is_cut_without_packing(write: Write) -> None:
    made = built(write("once upon a time " * 20, "story.txt"), pack_to_max_length=False)
    assert (made.report.cut, [len(row.input_ids) for row in made.rows]) == (1, [64])


@pytest.mark.parametrize("row", [{"input": "Q", "output": ""}, {"input": "Q" * 100, "output": "A"}])
def test_data_with_nothing_to_train_on_is_refused(write: Write, row: dict[str, str]) -> None:
    path = write([row])
    with pytest.raises(WorkbenchError, match="anything to train on") as caught:
        built(path)
    assert caught.value.where == str(path)


def test_an_unknown_template_is_refused(write: Write) -> None:
    with pytest.raises(WorkbenchError, match="vicunia"):
        built(write(rows(1)), prompt_template="vicunia")


@pytest.mark.heavy
class TestDatasetsOfTheHub:
    """The library's own dataset objects; only the download is replaced."""

    @pytest.fixture
    def published(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        import datasets

        def publish(content: list[dict[str, Any]]) -> None:
            made = datasets.Dataset.from_list(content)
            monkeypatch.setattr(datasets, "load_dataset", lambda _name, split: made)

        return publish

    def test_their_rows_are_read_like_those_of_a_file(self, published: Any) -> None:
        published(rows(3))
        made = built("someone/questions", pack_to_max_length=False)
        assert texts(made)[2] == "<s>USER: Q2 ASSISTANT:A2</s>\n"
        assert made.report.formats == ["default"]

    def test_unknown_columns_are_listed(self, published: Any) -> None:
        published([{"frage": "Q", "antwort": "A"}])
        with pytest.raises(WorkbenchError, match="frage, antwort") as caught:
            built("someone/questions")
        assert caught.value.where == "someone/questions:1"

    def test_a_bad_row_is_named_with_its_field(self, published: Any) -> None:
        published([*rows(2), {"input": "Q", "output": None}])
        with pytest.raises(WorkbenchError) as caught:
            built("someone/questions")
        assert caught.value.where == "someone/questions:3:output"

    def test_an_empty_one_is_called_empty(self, published: Any) -> None:
        published([])
        with pytest.raises(WorkbenchError, match="empty") as caught:
            built("someone/questions")
        assert caught.value.where == "someone/questions"

    def test_one_that_cannot_be_loaded_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import datasets

        def fail(_name: str, split: str) -> None:
            raise ConnectionError("no route to host\nand more")

        monkeypatch.setattr(datasets, "load_dataset", fail)
        with pytest.raises(WorkbenchError, match="no route to host") as caught:
            built("someone/questions")
        assert caught.value.where == "someone/questions"
        assert "and more" not in caught.value.what
