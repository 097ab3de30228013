"""Rows as they are shown are rows as they are trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.commands.run_command import workbench
from tests.data.characters import dialogue
from tests.data.conftest import SAMPLE, Write
from workbench.cli import build_app
from workbench.configs.catalogue import resolve
from workbench.configs.schema import TrainConfig
from workbench.data.encode import IMAGE_TOKEN, NOT_TRAINED, Encoded
from workbench.data.identity.generate import generate
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show import ShownRow, ShowRequest, found, marked_text, masked_text, plain_text, shown_rows
from workbench.data.show.printed import printed
from workbench.data.show.tokens import shown_tokens
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
    return list(shown_rows(ShowRequest((str(path),), row, **(settings | changes))))


def text_of(row: ShownRow, what: str = "all") -> str:
    return printed(row, what, has_colour=False).plain


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
    assert "Q3" in text_of(shown(first.parent, "3")[0])


def test_answers_that_the_chat_template_shortens_are_said_and_trained_as_they_are_written(
    write: Write, thinking_model: Path
) -> None:
    spoken = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "<think>Hm.</think>Yes."}]
    path = write([{"messages": spoken * 2}, {"messages": spoken}])
    shortened, whole = shown(path, tokenizer=str(thinking_model), prompt_template="auto")
    assert "the chat template leaves words out of messages[1]" in text_of(shortened)
    assert "assistant\n⟦Yes." in text_of(shortened, "text")
    assert (shortened.as_json()["shortened"], whole.as_json().get("shortened")) == ([1], None)
    assert "leaves words out" not in text_of(whole)


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
    assert all(set(row) == {"row", "where", "text", "input_ids", "labels"} for row in parsed)


def test_without_a_tokenizer_there_is_text_alone(write: Write) -> None:
    (row,) = shown(write([{"input": "Q", "output": "A"}]), tokenizer=None)
    assert set(row.as_json()) == {"row", "where", "text"}


def test_rows_left_out_give_the_reason(write: Write) -> None:
    path = write([{"input": "Q", "output": " "}, {"input": "why " * 50, "output": "A"}])
    empty, cut = shown(path, max_length=20)
    assert empty.as_json() == {"row": 0, "where": "data.json:1", "left_out": "it has no answer to train on"}
    assert cut.as_json() == {"row": 1, "where": "data.json:2", "left_out": "no trained token is left after cutting"}
    assert "left out: it has no answer" in text_of(empty)


def test_cut_tokens_are_told(write: Write) -> None:
    path = write([{"input": "Q", "output": "word " * 50}])
    (whole,) = shown(path)
    (cut,) = shown(path, max_length=30)
    assert whole.encoded is not None
    assert f"{len(whole.encoded.input_ids) - 30} tokens are cut" in text_of(cut)
    assert "are cut" not in text_of(whole)


@pytest.mark.parametrize(
    ("what", "present", "absent"),
    [
        ("text", ["⟦A"], ["input_ids", "labels", "·"]),
        ("masked_text", ["·A<|im_end|>·"], ["⟦", "input_ids"]),
        ("input_ids", ["input_ids: ["], ["⟦", "labels"]),
        ("labels", ["labels: [-100,"], ["⟦", "input_ids"]),
        ("conversation", ["user\n  Q\nassistant · trained\n  A"], ["⟦", "input_ids"]),
        ("tokens", ["     0       1 <s>", "⟦A⟧", "␤"], ["input_ids"]),
        ("all", ["⟦A", "input_ids: [", "labels: [-100,", "     0       1 <s>"], ["···"]),
    ],
)
def test_only_what_was_asked_for_is_printed(write: Write, what: str, present: list[str], absent: list[str]) -> None:
    text = text_of(shown(write([{"input": "Q", "output": "A"}]))[0], what)
    assert all(part in text for part in present)
    assert not any(part in text for part in absent)


def test_a_row_cannot_control_the_terminal(write: Write) -> None:
    path = write([{"input": "\x1b[2J\x07", "output": "A\x9b31m"}])
    text = text_of(shown(path)[0])
    assert not {"\x1b", "\x07", "\x9b"} & set(text)
    assert "\x1b[2J" in json.loads(json.dumps(shown(path)[0].as_json()))["text"], "scripts get the data as it is"


# -- rows of every kind


def lines(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def test_rows_that_are_bad_are_counted_in_their_place_with_the_reason(write: Write) -> None:
    good = {"input": "Q", "output": "A"}
    path = write(lines(good, "{torn", good, {"input": "Q"}, good), "data.jsonl")
    rows = [row.as_json() for row in shown(path)]
    assert [row["row"] for row in rows] == [0, 1, 2, 3, 4]
    assert ["left_out" in row for row in rows] == [False, True, False, True, False]
    assert f"{path}:2:2: This is not JSON" in rows[1]["left_out"]
    assert f"{path}:4:output: This row is not of the format" in rows[3]["left_out"]
    assert "text" in shown(path, "5")[0].as_json()


def test_a_file_that_ends_early_shows_the_rows_before_it_and_then_says_so(write: Write) -> None:
    path = write('[{"input": "Q", "output": "A"}, {"input": "Q', "data.json")
    request = ShowRequest((str(path),), "all", "all", "auto", None, "vicuna", None)
    rows = shown_rows(request)
    assert next(rows).as_json()["text"].startswith("<s>USER: Q")
    with pytest.raises(WorkbenchError) as caught:
        next(rows)
    assert str(path) in (caught.value.where or "")


def test_a_late_row_is_shown_without_converting_those_before_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[int] = []
    real = found.convert

    def noted(path: Path, number: int, *rest: Any) -> Any:
        converted.append(number)
        return real(path, number, *rest)

    monkeypatch.setattr(found, "convert", noted)
    path = write(lines(*({"input": f"Q{number}", "output": "A"} for number in range(3000))), "data.jsonl")
    assert "Q2999" in shown(path, "3000")[0].as_json()["text"]
    assert converted == [3000]


def test_a_picture_is_a_mark_in_the_text_and_an_id_that_is_not_trained(write: Write) -> None:
    talk = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A cat."}]
    (row,) = shown(write([{"image": "cat.png", "conversations": talk}]))
    parsed = row.as_json()
    assert "<image>\nWhat is it?" in parsed["text"]
    place = parsed["input_ids"].index(IMAGE_TOKEN)
    assert parsed["labels"][place] == NOT_TRAINED
    assert row.rendering.tokens[place].text == "<image>"


def test_of_a_pair_both_answers_are_shown_and_the_wanted_one_is_the_row(write: Write) -> None:
    (row,) = shown(write([{"prompt": "Q", "chosen": "good", "rejected": "bad"}]))
    parsed = row.as_json()
    assert "good" in parsed["text"]
    assert "bad" not in parsed["text"]
    assert parsed["rejected"]["text"] == parsed["text"].replace("good", "bad")
    assert len(parsed["rejected"]["input_ids"]) == len(parsed["rejected"]["labels"])
    text = text_of(row)
    assert text.index("⟦good") < text.index("With the answer that is not wanted:") < text.index("⟦bad")


def test_a_row_of_tokens_is_decoded(write: Write, light: LightTokenizer) -> None:
    ids = light.encode("Hello 世界")
    path = write([{"input_ids": ids, "labels": [-100, *ids[1:]]}])
    (row,) = shown(path)
    assert row.as_json() == {
        "row": 0,
        "where": "data.json:1",
        "text": "Hello 世界",
        "input_ids": ids,
        "labels": [-100, *ids[1:]],
    }
    assert "⟦ 世界⟧" in text_of(row, "text")
    assert "has no turns" in text_of(row, "conversation")
    (bare,) = shown(path, tokenizer=None)
    assert set(bare.as_json()) == {"row", "where", "input_ids", "labels"}


def test_ids_that_the_tokenizer_does_not_have_are_marked(write: Write, light: LightTokenizer) -> None:
    ids = [*light.encode("Hi"), 10**6]
    (row,) = shown(write([{"input_ids": ids, "labels": ids}]))
    assert not row.rendering.tokens[-1].is_known
    assert text_of(row, "tokens").endswith("1000000 ⟦⁇⟧")


@given(st.text(min_size=1).filter(lambda text: "\ufffd" not in text))
def test_the_texts_of_the_tokens_joined_are_the_decoded_text(text: str) -> None:
    tokenizer = LightTokenizer.from_folder(SAMPLE / "model")
    ids = tokenizer.encode(text)
    tokens = shown_tokens(Encoded(ids, ids), tokenizer)
    assert "".join(token.text for token in tokens) == tokenizer.decode(ids)
    assert [token.id for token in tokens] == ids


def test_the_text_of_a_cut_row_is_that_of_the_tokens_left(write: Write, light: LightTokenizer) -> None:
    (cut,) = shown(write([{"input": "Q", "output": "word " * 50}]), max_length=30)
    parsed = cut.as_json()
    assert len(parsed["input_ids"]) == 30
    assert light.decode(parsed["input_ids"]) == parsed["text"]


def test_the_tools_and_calls_of_a_conversation_are_shown(write: Write) -> None:
    call = {"type": "function", "function": {"name": "search", "arguments": '{"q": 1}'}}
    messages = [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "42"},
        {"role": "assistant", "content": "A"},
    ]
    text = text_of(shown(write([{"messages": messages}]))[0], "conversation")
    assert 'assistant · trained\n  → search({"q": 1})\ntool\n  42\nassistant · trained\n  A' in text


# -- the command


def run(*arguments: str) -> str:
    result = CliRunner().invoke(build_app(), ["data", "show", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_config_gives_template_length_and_tokenizer(write: Write) -> None:
    asked, said = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A " * 3000}
    path = str(write([{"messages": [asked, said]}]))
    parsed = json.loads(run(path, "--config", "workbench_sample_qlora_identity_e2", "--json"))
    config = resolve("workbench_sample_qlora_identity_e2")
    assert len(parsed["input_ids"]) == config.max_length
    shorter = json.loads(run(path, "--config", "workbench_sample_qlora_identity_e2", "--max-length", "40", "--json"))
    assert len(shorter["input_ids"]) == 40
    other = run(path, "--config", "workbench_sample_qlora_identity_e2", "--prompt-template", "vicuna")
    assert "USER: Q ASSISTANT:" in other


def test_a_config_of_the_data_gives_its_columns(write: Write, tmp_path: Path) -> None:
    path = write([{"q": "Q", "a": "A"}])
    config = tmp_path / "my.yaml"
    run_config = {
        "pretrained_model_name_or_path": "sample:model",
        "data_path": str(path),
        "prompt_template": "vicuna",
        "dataset_columns": {"input": "q", "output": "a"},
    }
    config.write_text(json.dumps(run_config))
    assert json.loads(run(str(path), "--config", str(config), "--json"))["text"] == "<s>USER: Q ASSISTANT:A</s>\n"


def test_a_row_of_one_file_is_asked_for_by_its_line(write: Write) -> None:
    path = write(lines(*({"input": f"Q{number}", "output": "A"} for number in (1, 2))).replace("\n", "\n\n"), "a.jsonl")
    (row,) = shown(path, "3")
    assert (row.number, row.as_json()["row"], row.as_json()["where"]) == (3, 1, "a.jsonl:3")
    assert "Q2" in row.as_json()["text"]
    with pytest.raises(WorkbenchError, match="Line 2 of the file begins no row; the next one that does is 3"):
        shown(path, "2")


def test_below_a_heading_lines_count_and_1_is_still_the_first_row(write: Write) -> None:
    path = write("input,output\nQ1,A\nQ2,A\n", "a.csv")
    assert [shown(path, number)[0].as_json()["where"] for number in "123"] == ["a.csv:2", "a.csv:2", "a.csv:3"]


def test_beside_rows_of_several_files_stands_where_they_are(write: Write) -> None:
    first = write([{"input": "Q1", "output": "A"}], "a.json")
    second = write([{"input": "Q2", "output": "A"}], "b.json")
    text = run(str(first), str(second), "-n", "2")
    assert f"row 2 · {second}:1 ──" in text
    assert "Q2" in text
    text = run(str(first.parent), "-n", "2")
    assert "row 2 · b.json:1 ──" in text


def test_a_long_text_is_said_to_be_divided_and_where(write: Write) -> None:
    (row,) = shown(write("word " * 60, "a.txt"), max_length=25)
    assert row.encoded is not None
    whole = len(row.encoded.input_ids)
    assert row.as_json()["samples"] == [25] * (whole // 25) + [whole % 25]
    text = text_of(row)
    assert f"divides it into {whole // 25 + 1} samples, which begin at the tokens 0, 25" in text
    assert "── sample 2\n    25 " in text
    assert "divides" not in text_of(shown(write("word " * 60, "a.txt"))[0])


def test_the_template_is_said_and_is_the_models_own_unless_named(write: Write) -> None:
    path = str(write([{"input": "Q", "output": "A"}]))
    said = {}
    for options in ((), ("--tokenizer", "sample:model"), ("--prompt-template", "vicuna")):
        said[options] = CliRunner().invoke(build_app(), ["data", "show", path, "--json", *options]).stderr
    assert said[()] == "prompt template: default (no model was named)\n"
    assert "internlm2_chat (these weights were trained with it)" in said["--tokenizer", "sample:model"]
    assert said["--prompt-template", "vicuna"] == "prompt template: vicuna\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--max-length", "20"), "--max-length: Without a tokenizer no tokens are counted."),
        (("--what", "text", "--json"), "--what: JSON always has everything there is."),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    write: Write, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    result = workbench("data", "show", str(write([{"input": "Q", "output": "A"}])), *options, cwd=tmp_path)
    assert result.returncode == 1
    assert said in result.stderr


def test_without_a_tokenizer_it_says_how_to_see_tokens(write: Write) -> None:
    assert "--tokenizer or --config" in run(str(write([{"input": "Q", "output": "A"}])), "--what", "tokens")


def test_a_file_of_bad_rows_alone_is_shown_whole(write: Write) -> None:
    path = write("{torn\n{torn\n", "data.jsonl")
    assert [set(json.loads(line)) for line in run(str(path), "-n", "all", "--json").splitlines()] == [
        {"row", "where", "left_out"}
    ] * 2


def test_a_terminal_gets_colour_instead_of_brackets(write: Write) -> None:
    (row,) = shown(write([{"input": "[red]Q", "output": "A"}]))
    text = printed(row, "text", has_colour=True)
    assert "⟦" not in text.plain
    assert "[red]Q" in text.plain
    assert [text.plain[span.start : span.end] for span in text.spans] == ["A<|im_end|>"]
