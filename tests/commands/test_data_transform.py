"""``workbench data repeat, convert, split, mix, dedupe, arxiv, refcoco, agentflan``: the real commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.run_command import workbench
from tests.data.transform.files import numbered, rows_in, said, write_lines
from workbench.commands.data.convert import To
from workbench.data.transform.targets import BY_NAME


def test_repeating_writes_what_json_dump_writes(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "image": "test_img/oph.jpg", "conversations": [{"from": "human", "value": "<image>\n这是什么？"}]}
    ]
    (tmp_path / "in.json").write_text(json.dumps(rows), encoding="utf-8")
    result = workbench("data", "repeat", "in.json", "-n", "3", "--out", "out.json", cwd=tmp_path)
    assert result.stdout.splitlines() == ["1 rows read, 1 kept.", "3 rows written: 3 times 1.", "Written: out.json"]
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == json.dumps(rows * 3, ensure_ascii=False, indent=4)


def test_a_bad_row_stops_a_command_unless_it_is_skipped(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.jsonl", [said("1+1?", "2"), '{"messages": "hello"}', said("2+2?", "4")])
    command = ("data", "convert", "in.jsonl", "--to", "sharegpt", "--out", "out.json")
    stopped = workbench(*command, cwd=tmp_path)
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("Error: in.jsonl:2:messages: This row is not of the format openai")
    assert not (tmp_path / "out.json").exists()
    skipped = workbench(*command, "--skip-bad", cwd=tmp_path)
    assert skipped.stdout.splitlines()[:3] == [
        "3 rows read, 2 kept.",
        "1 bad rows were left out.",
        "  in.jsonl:2:messages: This row is not of the format openai: the field must be a list of messages.",
    ]
    assert len(rows_in(tmp_path / "out.json")) == 2


def test_every_format_that_can_be_written_can_be_named() -> None:
    assert [to.value for to in To] == list(BY_NAME)


def test_losses_are_refused_until_they_are_allowed(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.jsonl", [{"prompt": "1+1?", "chosen": "2", "rejected": "3"}])
    command = ("data", "convert", "in.jsonl", "--to", "openai", "--out", "out.jsonl")
    assert "cannot hold what this row has: a rejected answer." in workbench(*command, cwd=tmp_path).stderr
    told = workbench(*command, "--lossy", cwd=tmp_path).stdout.splitlines()
    assert told == [
        "1 rows read, 1 kept.",
        "preference → openai",
        "1 rows written without: a rejected answer.",
        "Written: out.jsonl",
    ]


def test_splitting_tells_both_sides(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.jsonl", numbered(40))
    sides = ("--out-train", "train.parquet", "--out-test", "test.csv.gz")
    refused = workbench("data", "split", "in.jsonl", *sides, cwd=tmp_path)
    assert "Files of this type are not written" in refused.stderr
    sides = ("--out-train", "train.parquet", "--out-test", "test.jsonl.gz")
    told = json.loads(workbench("data", "split", "in.jsonl", *sides, "--json", cwd=tmp_path).stdout)
    assert (told["train_rows"], told["test_rows"], told["out_test"]) == (38, 2, "test.jsonl.gz")
    assert (len(rows_in(tmp_path / "train.parquet")), len(rows_in(tmp_path / "test.jsonl.gz"))) == (38, 2)


def test_mixing_tells_every_source(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_lines(tmp_path / f"{name}.jsonl", numbered(10))
    mixed = ("data", "mix", "a.jsonl", "b.jsonl", "--weights", "3,1", "--out", "out.jsonl")
    told = workbench(*mixed, cwd=tmp_path).stdout.splitlines()
    assert told == [
        "20 rows read, 15 kept.",
        "5 rows were not drawn.",
        "20 rows written.",
        "  a.jsonl: 15 rows, 75.0% of all; it has 10, so each came 1.50 times",
        "  b.jsonl: 5 rows, 25.0% of all; it has 10, so each came 0.50 times",
        "Written: out.jsonl",
    ]
    assert "The file exists already." in workbench(*mixed, cwd=tmp_path).stderr
    assert workbench(*mixed, "--force", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["mix", "a.jsonl", "--out", "o.jsonl", "--weights", "1,2"], "--weights: 1,2 is not one number above 0"),
        (["mix", "a.jsonl", "--out", "o.jsonl", "--weights", "nan"], "--weights: nan is not one number above 0"),
        (["mix", "a.jsonl", "--out", "o.jsonl", "--weights", "1", "--temperature", "2"], "say the same thing"),
        (
            ["mix", "a.jsonl", "--out", "o.jsonl", "--temperature", "nan"],
            "--temperature: The temperature must be above 0.",
        ),
        (
            ["split", "a.jsonl", "--out-train", "o.json", "--out-test", "p.json", "--share", "1"],
            "--share: The share must",
        ),
        (["dedupe", "a.jsonl", "--out", "o.jsonl", "--near", "1.5"], "--near: The similarity must be"),
        (["repeat", "b.jsonl", "-n", "2", "--out", "o.jsonl"], "b.jsonl: The data file does not exist."),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: list[str], named: str) -> None:
    write_lines(tmp_path / "a.jsonl", numbered(3))
    result = workbench("data", *options, cwd=tmp_path)
    assert result.returncode == 1
    assert named in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["a.jsonl"]


def test_removed_rows_are_named_with_the_row_they_equal(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.jsonl", [*numbered(2), *numbered(2)])
    told = workbench("data", "dedupe", "in.jsonl", "--out", "out.jsonl", cwd=tmp_path).stdout.splitlines()
    assert told[1:4] == [
        "2 rows equal to an earlier one were left out.",
        "  in.jsonl:3 is in.jsonl:1",
        "  in.jsonl:4 is in.jsonl:2",
    ]


def test_papers_are_chosen(tmp_path: Path) -> None:
    papers = [
        {"title": name, "abstract": "We.", "categories": name, "update_date": "2024-01-01"}
        for name in ("cs.LG", "cs.CL")
    ]
    write_lines(tmp_path / "dump.json", [*papers, "{"])
    options = ("--categories", "cs.LG,math.CO", "--out", "out.json")
    told = workbench("data", "arxiv", "dump.json", *options, cwd=tmp_path).stdout
    assert "3 rows read, 1 kept." in told
    assert "1 papers of other categories were left out." in told
    assert rows_in(tmp_path / "out.json") == papers[:1]


def test_agent_flan_goes_beside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_lines(tmp_path / "data" / "a.jsonl", [{"id": 1, "conversation": said("1+1?", "2")["messages"]}])
    told = json.loads(workbench("data", "agentflan", "data", "--json", cwd=tmp_path).stdout)
    assert (told["out"], told["written"]) == ("data_converted", 1)
    assert (tmp_path / "data_converted" / "state.json").is_file()


def test_refcoco_without_its_files_says_which_it_wants(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    result = workbench("data", "refcoco", "--ann-path", "ann", "--image-path", "img", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ann/refcoco/refs(unc).p: A file of the collection is missing.")
    both = workbench("data", "refcoco", cwd=tmp_path)
    assert "data/refcoco_annotations/refcoco/refs(unc).p" in both.stderr and "--ann-path" in both.stderr


def test_mixing_formats_may_lose_something_when_that_is_allowed(tmp_path: Path) -> None:
    write_lines(tmp_path / "pairs.jsonl", [{"prompt": "1+1?", "chosen": "2", "rejected": "3", "source": "x"}] * 2)
    write_lines(tmp_path / "said.jsonl", numbered(4))
    mixed = ("data", "mix", "pairs.jsonl", "said.jsonl", "--out", "out.jsonl")
    assert "a rejected answer" in workbench(*mixed, cwd=tmp_path).stderr
    told = workbench(*mixed, "--lossy", cwd=tmp_path).stdout.splitlines()
    assert told[0] == "6 rows read, 6 kept."
    assert told[4:6] == [
        "2 rows written without: a rejected answer.",
        "Columns not carried over, with their rows: source (2).",
    ]
    (tmp_path / "more").mkdir()
    write_lines(tmp_path / "more" / "said.jsonl", numbered(2))
    write_lines(tmp_path / "more" / "texts.jsonl", [{"text": "Once."}])
    out = tmp_path / "more.jsonl"
    told = workbench("data", "mix", "more", "said.jsonl", "--lossy", "--out", out.name, "--json", cwd=tmp_path)
    assert json.loads(told.stdout)["left_out"] == {"inexpressible": 1}
    assert len(rows_in(out)) == json.loads(told.stdout)["kept"] == 6


def test_pictures_are_found_from_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "in" / "img").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "in" / "img" / "cat.png")
    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A cat."}]
    write_lines(tmp_path / "in" / "a.jsonl", [{"image": "img/cat.png", "conversations": turns}])
    result = workbench("data", "convert", "in/a.jsonl", "--to", "openai", "--out", "all.jsonl", cwd=tmp_path)
    assert "--image-folder" not in result.stdout
    assert workbench("data", "check", "all.jsonl", cwd=tmp_path).returncode == 0
    result = workbench("data", "repeat", "in/a.jsonl", "-n", "2", "--out", "other/a.jsonl", cwd=tmp_path)
    (command,) = [line.split("check it: ")[1] for line in result.stdout.splitlines() if "check it: " in line]
    assert workbench(*command.split()[1:], cwd=tmp_path).returncode == 0


def test_rows_with_columns_of_their_own_are_converted(tmp_path: Path) -> None:
    write_lines(tmp_path / "in.jsonl", [{"q": "1+1?", "reply": {"text": "2"}, "more": "x"}])
    command = ("data", "convert", "in.jsonl", "--to", "alpaca", "--out", "out.json", "--columns")
    for wrong in ("user", "user=q,user=more", "user=,assistant=q"):
        refused = workbench(*command, wrong, cwd=tmp_path)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"Error: --columns: {wrong} does not say which column stands for which.")
    told = json.loads(workbench(*command, "user=q, assistant=reply.text", "--json", cwd=tmp_path).stdout)
    assert (told["written"], told["columns_not_carried_over"]) == (1, {"more": 1})
    assert rows_in(tmp_path / "out.json") == [{"instruction": "1+1?", "input": "", "output": "2"}]
