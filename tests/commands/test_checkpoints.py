"""``workbench checkpoints``: the real commands."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.commands.run_command import workbench
from tests.ui import recorded
from tests.weights.files import adapter, cached_model, model, safetensors


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def run(project: Path, *words: str) -> CompletedProcess[str]:
    parent = project.parent
    places = {"WORKBENCH_STATE_DIR": str(parent / "state"), "HF_HUB_CACHE": str(parent / "cache")}
    return workbench("checkpoints", *words, cwd=project, **places)


def test_the_list_shows_everything_and_what_is_damaged(project: Path) -> None:
    model(project / "models/base")
    adapter(project / "mine")
    safetensors(model(project / "bad") / "model.safetensors", {"t": ("F32", [9], b"")})
    shown = run(project)
    assert shown.returncode == 0, shown.stderr
    assert [shown.stdout.splitlines()[2].split()[place] for place in (0, 1, 5)] == ["mine", "adapter", "some/base"]
    assert "✗ model" in shown.stdout
    assert "bad: damaged: model.safetensors" in shown.stderr
    alone = run(project, "mine").stdout
    assert alone.splitlines()[0].split() == ["kind:", "adapter"]
    assert "lora_alpha 4" in alone
    (only,) = json.loads(run(project, "models", "--json").stdout)["weights"]
    assert (only["path"], only["kind"], only["parameters"]) == (str(project / "models/base"), "base", 6)


def test_deleting_says_what_is_lost_and_can_be_undone(project: Path) -> None:
    job = recorded.training(project)
    best = job.checkpoints_path / "checkpoint-40"
    gone = run(project, "remove", str(best), "--yes")
    assert gone.returncode == 0, gone.stderr
    assert "recommended checkpoint" in gone.stderr
    assert not best.exists()
    assert str(best) in run(project, "restore").stdout
    assert (best / "adapter_config.json").is_file()
    run(project, "remove", str(best), "--yes")
    removed = json.loads(run(project, "empty", "--yes", "--json").stdout)["removed"]
    assert removed == [str(best)]
    assert run(project, "restore").returncode == 1


def test_without_an_answer_nothing_is_deleted(project: Path) -> None:
    folder = adapter(project / "mine")
    assert run(project, "remove", "mine").returncode == 1
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("remove", "nothing"), "no weights here"),
        (("remove", ".", "--yes"), "project itself"),
        (("compare", "mine", "mine"), "same weights"),
        (("compare", "mine", "nowhere"), "no jobs"),
        (("nowhere",), "no such file"),
        (("restore", "mine"), "Nothing of this"),
    ],
)
def test_mistakes_are_told_in_plain_words(project: Path, words: tuple[str, ...], said: str) -> None:
    adapter(project / "mine")
    result = run(project, *words)
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert (project / "mine").is_dir()


def test_the_room_that_is_taken(project: Path) -> None:
    job = recorded.training(project)
    cached_model(project.parent / "cache")
    told = json.loads(run(project, "space", "--json").stdout)
    assert told["cache_bytes"] > 0
    could_go = [item["path"] for item in told["items"] if item["could_go"]]
    assert could_go == [str(job.checkpoints_path / "checkpoint-20")]
    assert told["disk_total"] > told["disk_free"] > 0


@pytest.mark.heavy
def test_comparing_follows_the_job_and_prints_what_it_found(project: Path) -> None:
    adapter(project / "one")
    adapter(project / "two", fill=64)
    shown = run(project, "compare", "one", "two", "--json")
    assert shown.returncode == 0, shown.stderr
    found = json.loads(shown.stdout)
    assert found["layers"][0]["name"] == "model.layers.0"
    assert found["total"]["norm"] > 0
