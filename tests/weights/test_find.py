"""Finding weights: everywhere in a project, once each, and never without end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.weights.files import adapter, cached_model, model, torch_file
from workbench.weights import find
from workbench.weights.find import MOST_DEPTH, Looker


def names(root: Path, *apart_from: Path) -> list[str]:
    return [str(facts.path.relative_to(root)) for facts in Looker().below(root, apart_from)]


def test_weights_are_found_at_any_depth_but_not_inside_others(tmp_path: Path) -> None:
    model(tmp_path / "a")
    adapter(tmp_path / "b/c/d")
    adapter(tmp_path / "b/c/d/inner")
    torch_file(tmp_path / "iter_3.pth")
    assert names(tmp_path) == ["a", "b/c/d", "iter_3.pth"]
    assert names(tmp_path, tmp_path / "a") == ["b/c/d", "iter_3.pth"]


@pytest.mark.parametrize("name", [".git", ".venv", "node_modules", "env", ".workbench-trash"])
def test_folders_of_packages_and_hidden_ones_are_passed_over(tmp_path: Path, name: str) -> None:
    model(tmp_path / name / "m")
    (tmp_path / name / "pyvenv.cfg").write_text("")
    assert names(tmp_path) == []


def test_links_are_looked_at_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    model(outside / "m")
    project = tmp_path / "project"
    project.mkdir()
    (project / "linked").symlink_to(outside / "m")
    (project / "again").symlink_to(outside / "m")
    (project / "around").symlink_to(project)
    (project / "deep").symlink_to(outside)
    assert names(project) == ["again"]


def test_what_lies_in_the_project_goes_before_links_to_it(tmp_path: Path) -> None:
    (tmp_path / "a link").symlink_to(model(tmp_path / "models/real"))
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    assert names(tmp_path) == ["models/real"]


def test_large_files_of_any_name_are_opened_and_data_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = {"w": ("HalfStorage", 3)}
    for name in ("epoch_3", "small", "rows.jsonl"):
        torch_file(tmp_path / name, tensors=tensors)
    monkeypatch.setattr(find, "_LARGE_BYTES", (tmp_path / "small").stat().st_size + 1)
    torch_file(tmp_path / "epoch_3", "more", tensors=tensors)
    assert names(tmp_path) == ["epoch_3"]


def test_the_tag_folders_of_plain_deepspeed_are_what_is_converted(tmp_path: Path) -> None:
    for step in (10, 20):
        torch_file(tmp_path / f"run/global_step{step}/mp_rank_00_model_states.pt")
    (tmp_path / "run/latest").write_text("global_step20")
    assert names(tmp_path) == ["run/global_step10", "run/global_step20"]


def test_what_lies_too_deep_or_among_too_many_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model(tmp_path / "/".join("x" * MOST_DEPTH))
    model(tmp_path / "/".join("y" * (MOST_DEPTH + 1)))
    assert names(tmp_path) == ["/".join("x" * MOST_DEPTH)]
    monkeypatch.setattr(find, "MOST_FOLDERS", MOST_DEPTH)
    assert names(tmp_path) == []


def test_what_did_not_change_is_not_looked_at_again(tmp_path: Path) -> None:
    folder, looker = model(tmp_path / "m"), Looker()
    before = looker.look(folder)
    assert looker.look(folder) is before
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    os.utime(file, ns=(1, 1))
    after = looker.look(folder)
    assert after is not None
    assert after.trouble


def test_models_of_the_hubs_cache_are_found_with_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    stored = cached_model(tmp_path)
    ((name, facts),) = Looker().cached()
    assert (name, facts.parameters) == ("me/mine", 6)
    assert facts.bytes == sum(file.stat().st_size for file in stored.iterdir())
