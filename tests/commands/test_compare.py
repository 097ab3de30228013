"""``workbench compare`` and ``workbench votes``: question files and votes as tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat.services import failing, said, streamed
from tests.commands.run_command import workbench
from tests.data.sheets.played_endpoint import Asked, PlayedEndpoint, Reply, playing
from workbench.actions.compare import HowAsked, comparisons, start_compare
from workbench.chat.votes import Vote, keep_vote
from workbench.errors import WorkbenchError
from workbench.evaluation.side_by_side import side_by_side


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedEndpoint]:
    """Two names of a service that says what it was asked."""
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "user"))
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    with playing(lambda asked: streamed(said(f"{asked.body['model']}: {asked.text}"))) as played:
        (tmp_path / "user").mkdir()
        tables = (f'[{name}]\nurl = "{played.url}"\nmodel = "{name}"\n' for name in ("one", "two"))
        (tmp_path / "user" / "endpoints.toml").write_text("\n".join(tables))
        yield played


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Three questions, of which one says what is right."""
    path = tmp_path / "asked.json"
    path.write_text(json.dumps([{"question": "Hi"}, {"question": "Who?", "answer": "one"}, {"question": "Why?"}]))
    return path


def test_questions_are_asked_scored_where_they_say_what_is_right_and_printed(
    service: PlayedEndpoint, questions: Path, tmp_path: Path
) -> None:
    arguments = ("compare", questions.name, "endpoint:one", "endpoint:two")
    made = json.loads(workbench(*arguments, "--json", cwd=tmp_path).stdout)
    assert made["exit_code"] == 0
    assert made["scores"] == {"endpoint:one": {"right": 1, "total": 1}, "endpoint:two": {"right": 0, "total": 1}}
    assert made["rows"][1] == {
        "question": "Who?",
        "expected": ["one"],
        "answers": {
            "endpoint:one": {"text": "one: Who?", "right": True},
            "endpoint:two": {"text": "two: Who?", "right": False},
        },
    }
    assert {asked.body["temperature"] for asked in service.asked} == {0}
    (job,) = comparisons(tmp_path)
    assert side_by_side(job).as_json()["rows"] == made["rows"]
    table = workbench(*arguments, cwd=tmp_path).stdout.splitlines()
    rows = [line.split("  ") for line in table if line.startswith(("Hi", "Who?", "right"))]
    assert [[cell.strip() for cell in row if cell.strip()] for row in rows] == [
        ["Hi", "one: Hi", "two: Hi"],
        ["Who?", "✓ one: Who?", "✗ two: Who?"],
        ["right", "1/1", "0/1"],
    ]


def test_one_that_broke_off_goes_on_where_it_was(service: PlayedEndpoint, questions: Path, tmp_path: Path) -> None:
    def two_refuses(asked: Asked) -> Reply:
        return failing(401, "no") if asked.body["model"] == "two" else streamed(said("yes"))

    service.script = two_refuses
    both = ("compare", questions.name, "endpoint:one", "endpoint:two")
    problems = json.loads(workbench(*both, "--json", cwd=tmp_path).stdout)["problems"]
    assert list(problems) == ["endpoint:two"] and "HTTP 401" in problems["endpoint:two"]
    broken = workbench(*both, cwd=tmp_path)
    assert broken.returncode != 0
    assert "HTTP 401" in broken.stdout + broken.stderr
    assert [line.split() for line in broken.stdout.splitlines() if line.startswith("Hi ")] == [["Hi", "yes"]]
    service.script = lambda _asked: streamed(said("later"))
    service.asked.clear()
    made = json.loads(workbench(*both, "--json", cwd=tmp_path).stdout)
    assert [row["answers"]["endpoint:one"]["text"] for row in made["rows"]] == ["yes"] * 3 and made["problems"] == {}
    assert {asked.body["model"] for asked in service.asked} == {"two"}
    assert len(comparisons(tmp_path)) == 1


@pytest.mark.parametrize(
    ("models", "said_of"),
    [
        (["endpoint:one", "endpoint:one"], "A model is named twice"),
        (["endpoint:onne"], "There is no chat service of the name onne"),
        (["./nothing"], "There is no such folder"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_starts(
    service: PlayedEndpoint, questions: Path, tmp_path: Path, models: list[str], said_of: str
) -> None:
    with pytest.raises(WorkbenchError, match=said_of):
        start_compare(str(questions), models, HowAsked(), project=tmp_path)
    assert not comparisons(tmp_path)


def test_votes_are_told_as_win_rates(tmp_path: Path) -> None:
    assert "Nobody has voted" in workbench("votes", cwd=tmp_path).stdout
    keep_vote(tmp_path, Vote(about="1", question="Who?", models=["a", "b"], winner="b"))
    made = json.loads(workbench("votes", "--json", cwd=tmp_path).stdout)
    assert made["votes"] == 1
    assert [(one["model"], one["win_rate"]) for one in made["models"]] == [("b", 1.0), ("a", 0.0)]
    assert workbench("votes", cwd=tmp_path).stdout.splitlines()[1].split() == ["b", "100.0%", "1", "0", "0"]
