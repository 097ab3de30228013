"""``workbench data sheet``: from pictures to rows, by hand and by asking a service in a job."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.run_command import workbench
from tests.data.sheets.played_endpoint import KEY, Asked, Reply, completion, in_turn, playing, sheet_about

Run = Callable[..., "subprocess.CompletedProcess[str]"]
TURNS = [{"from": "human", "value": "What is this?"}, {"from": "gpt", "value": "A cat."}]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line of a user without settings and keys, in a folder with two pictures."""
    (tmp_path / "photos" / "pets").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "photos" / "a.png")
    Image.new("RGB", (8, 8), "red").save(tmp_path / "photos" / "pets" / "b.png")
    (tmp_path / "photos" / "false.pic").write_text("no picture")
    own = {"WORKBENCH_STATE_DIR": str(tmp_path / "state"), "WORKBENCH_CONFIG_DIR": str(tmp_path / "user")}
    own |= dict.fromkeys(("WORKBENCH_API_URL", "WORKBENCH_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_KEY"), "")

    def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return workbench("data", "sheet", *arguments, cwd=tmp_path, **own | environment)

    return run_command


def test_the_prompt_goes_to_standard_output_alone(run: Run) -> None:
    result = run("prompt", "photos", "--pairs", "3", "--lang", "en")
    assert result.returncode == 0
    assert "write 3 pairs" in result.stdout and "import" not in result.stdout
    assert "sheet import answer.txt --image photos/pets/b.png --out llava.json" in result.stderr
    assert "a.png" in run("prompt", "photos/a.png").stdout


def test_a_sound_answer_is_added_to_the_sheet(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(f"Here:\n```json\n{json.dumps({'conversation': TURNS})}\n```")
    options = ("--image", "photos/pets/b.png", "--image-folder", "photos", "--out", "sheet.json")
    result = run("import", "answer.txt", *options)
    assert result.returncode == 0 and "rows added: 1" in result.stdout and "<image> was put" in result.stdout
    again = json.loads(run("import", "answer.txt", *options, "--json").stdout)
    assert (again["added"], again["known"], again["total"]) == (0, 1, 1)
    (row,) = json.loads((tmp_path / "sheet.json").read_text())
    assert row["image"] == "pets/b.png" and row["conversations"][0]["value"] == "<image>\nWhat is this?"


def test_the_picture_is_found_from_the_sheet_or_its_folder_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(json.dumps({"conversations": TURNS}))
    beside = run("import", "answer.txt", "--image", "photos/pets/b.png", "--out", "llava.json")
    assert "--image-folder" not in beside.stdout
    assert [row["image"] for row in json.loads((tmp_path / "llava.json").read_text())] == ["photos/pets/b.png"]
    assert workbench("data", "check", "llava.json", cwd=tmp_path).returncode == 0
    far = run("import", "answer.txt", "--image", "photos/pets/b.png", "--out", "sheets/llava.json")
    assert far.stdout.splitlines()[-1] == "Next:   workbench data check sheets/llava.json --image-folder photos/pets"
    assert [row["image"] for row in json.loads((tmp_path / "sheets/llava.json").read_text())] == ["b.png"]
    assert workbench(*far.stdout.splitlines()[-1].split()[2:], cwd=tmp_path).returncode == 0


def test_a_faulty_answer_writes_nothing_unless_the_faults_are_left_out(run: Run, tmp_path: Path) -> None:
    sound = json.dumps({"conversations": TURNS})
    (tmp_path / "answer.txt").write_text(f"[{sound},\n{{'id': 1}}]")
    options = ("import", "answer.txt", "--image", "photos/a.png", "--out", "sheet.json")
    result = run(*options)
    assert result.returncode == 1 and "answer.txt:2: Names and texts must stand" in result.stderr
    assert "Nothing was written. Sound rows: 1, faults: 1." in result.stderr
    assert not (tmp_path / "sheet.json").exists()
    result = run(*options, "--skip-bad", "--json")
    told = json.loads(result.stdout)
    assert result.returncode == 0 and told["added"] == 1 and [fault["line"] for fault in told["complaints"]] == [2]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("import", "none.txt", "--image", "photos/a.png", "--out", "s.json"), "none.txt: The file cannot be read"),
        (("import", "photos/a.png", "--image", "photos/a.png", "--out", "s.json"), "not UTF-8"),
        (("import", "x", "--image", "photos/c.png", "--out", "s.json"), "photos/c.png: The picture does not exist."),
        (
            ("import", "x", "--image", "photos/false.pic", "--out", "s.json"),
            "photos/false.pic: The picture cannot be read: text",
        ),
        (("import", "x", "--image", "photos/a.png", "--image-folder", "photos/pets", "--out", "s.json"), "not in the"),
        (("import", "x", "--image", "photos/a.png", "--out", "s.txt"), "s.txt: The output must be a file"),
        (("prompt", "state"), "state: The image folder does not exist."),
        (("make", "photos", "--out", "s.json", "--model", "m"), "There is no address of a chat service."),
        (("make", "photos", "--out", "s.json", "--url", "http://localhost:1/v1"), "There is no model to ask."),
        (("make", "none", "--out", "s.json", "--model", "m", "--url", "http://x/v1"), "image folder does not exist"),
        (("make", "photos", "--out", "s.json", "--model", "m", "--url", "http://x/v1", "--max-cost", "1"), "prices"),
        (("make", "photos", "--out", "s.json", "--model", "m", "--url", "http://x/v1", "--key-env", "NO"), "NO: The"),
        (("text", "n.json", "--task", "extend", "--out", "s.json", "--model", "m", "--url", "http://x"), "not exist"),
    ],
)
def test_mistakes_are_told_before_anything_starts(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], what: str
) -> None:
    result = run(*arguments)
    assert result.returncode == 1 and result.stderr.startswith("Error: ") and what in result.stderr
    assert not (tmp_path / "work_dirs").exists() and not (tmp_path / "s.json").exists()


def test_a_job_makes_the_sheet_and_the_next_one_goes_on(run: Run, tmp_path: Path) -> None:
    unwilling = Reply(401, json.dumps({"error": {"message": f"who is {KEY}?"}}))
    script = in_turn(Reply(429, "busy", {"Retry-After": "0"}), sheet_about, unwilling, sheet_about)
    with playing(script) as played:
        options = ("make", "photos", "--out", "sheet.json", "--model", "seer", "--parallel", "1", "--key-env", "MINE")
        environment = {"WORKBENCH_API_URL": played.url, "MINE": KEY}
        failed = run(*options, **environment)
        assert failed.returncode == 1 and "HTTP 401 who is ***?" in failed.stdout
        assert len(json.loads((tmp_path / "sheet.json").read_text())) == 1
        done = run(*options, "--json", **environment)
    told = json.loads(done.stdout)
    assert (told["exit_code"], told["rows"], told["answered"], told["answered_before"]) == (0, 2, 1, 1)
    assert told["total"] == told["answered"] + told["answered_before"] + told["left_out"] + told["not_asked"]
    assert {asked.authorization for asked in played.asked} == {f"Bearer {KEY}"}
    assert [row["image"] for row in json.loads((tmp_path / "sheet.json").read_text())] == [
        "photos/a.png",
        "photos/pets/b.png",
    ]
    _assert_key_is_nowhere(tmp_path, failed, done)


def test_a_job_whose_sheet_is_elsewhere_names_the_folder_of_the_pictures(run: Run, tmp_path: Path) -> None:
    with playing(sheet_about) as played:
        done = run("make", "photos", "--out", "sheets/llava.json", "--model", "seer", "--url", played.url)
    assert done.stdout.splitlines()[-1].endswith("sheets/llava.json --image-folder photos")
    assert [row["image"] for row in json.loads((tmp_path / "sheets/llava.json").read_text())] == ["a.png", "pets/b.png"]


def test_a_job_that_is_asked_to_stop_ends_with_what_there_is(run: Run, tmp_path: Path) -> None:
    def script(asked: Asked) -> Reply:
        (job,) = (tmp_path / "work_dirs" / "sheet-sheet").glob("2*")
        (job / "stop_requested").touch()
        return sheet_about(asked)

    with playing(script) as played:
        options = ("--out", "sheet.json", "--model", "seer", "--url", played.url, "--parallel", "1", "--json")
        result = run("make", "photos", *options)
    told = json.loads(result.stdout)
    assert (told["exit_code"], told["answered"], told["not_asked"], told["rows"]) == (0, 1, 1, 1)
    assert "Stopped as asked." in result.stderr


def _assert_key_is_nowhere(folder: Path, *results: subprocess.CompletedProcess[str]) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"job.yaml", "events.jsonl", "log.txt"} <= {path.name for path in files}
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert not [result for result in results if KEY in result.stdout + result.stderr]


def test_identity_says_how_the_mixture_looks_in_tokens(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("- {name: Ada}\n- {name: Bob, system: You are the helper of the library.}\n")
    (tmp_path / "q.txt").write_text("Who on earth are you?\n")
    own = ("--persona", "p.yaml", "--questions", "q.txt", "--mix", "sample:general_dialogue.json", "-n", "60")
    result = workbench("data", "identity", *own, "--tokenizer", "sample:model", cwd=tmp_path)
    assert result.returncode == 0 and "of the trained ones" in result.stdout and "About" not in result.stdout
    told = json.loads(workbench("data", "identity", *own, "--json", "--force", cwd=tmp_path).stdout)
    assert told["tokens"]["is_estimate"] and 0 < told["tokens"]["identity_share"] < 1
    assert told["rows"] == told["identity"] + told["mixed"] == 120


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ((), "The assistant needs a name."),
        (("--persona", "p.yaml", "--name", "Ada"), "--persona says who the assistants are"),
        (("--literal", "--name", "Ada", "--questions", "q.txt"), "without --questions"),
    ],
)
def test_identity_options_that_do_not_fit_are_told(tmp_path: Path, options: tuple[str, ...], what: str) -> None:
    result = workbench("data", "identity", *options, cwd=tmp_path)
    assert result.returncode == 1 and what in result.stderr


def test_rows_of_text_are_translated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('[{"input": "你好", "output": "你好！"}, {"input": "再见", "output": ""}]')

    def script(asked: Asked) -> Reply:
        assert asked.authorization is None
        said = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi!"}]
        return completion(json.dumps({"messages": said}))

    with playing(script) as played:
        options = ("--task", "translate", "--to", "en", "--out", "out.jsonl", "--model", "seer", "--url", played.url)
        result = run("text", "in.json", *options, OPENAI_API_KEY=KEY)
    assert result.returncode == 0, result.stdout
    (row,) = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [message["content"] for message in row["messages"]] == ["Hello", "Hi!"]
    assert "left_out: The row has no answer to train on.: 1" in result.stdout
