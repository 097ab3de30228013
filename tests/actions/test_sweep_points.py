"""The points of a sweep: what is written on the command line or in a list becomes distinct settings with names."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.actions.sweep_points import differing_fields, grid_points, listed_settings, values_in
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1e-4,2e-4", ["1e-4", "2e-4"]),
        ("[0.9,0.95],[0.9,0.999]", ["[0.9,0.95]", "[0.9,0.999]"]),
        ("{a: 1, b: 2}, x", ["{a: 1, b: 2}", "x"]),
        ("one", ["one"]),
    ],
)
def test_values_are_parted_by_commas_outside_of_brackets(text: str, values: list[str]) -> None:
    assert values_in(text) == values


def test_every_combination_is_a_point_with_a_name() -> None:
    points = grid_points(["lr=1e-4,2e-4", "lora.r=8,16", "max_epochs=1"])
    assert [point.name for point in points] == ["1-lr=1e-4_r=8", "2-lr=1e-4_r=16", "3-lr=2e-4_r=8", "4-lr=2e-4_r=16"]
    assert points[2].settings == {"lr": "2e-4", "lora.r": "8", "max_epochs": "1"}
    assert differing_fields([point.settings for point in points]) == ["lr", "lora.r"]


def test_a_list_is_combined_with_the_grid_and_names_are_fit_for_folders(tmp_path: Path) -> None:
    file = tmp_path / "points.yaml"
    file.write_text(
        "- lr: 1e-4\n  lora: {r: 8}\n- system: a/b 很长 “x”\n  betas: [0.9, 0.95]\n- lr: 1e-4\n  lora.r: 8\n"
    )
    points = grid_points(["max_epochs=1,2"], listed_settings(file))
    assert len(points) == 4  # the third of the list is the first once more
    assert points[0].settings == {"lr": "0.0001", "lora.r": "8", "max_epochs": "1"}
    assert points[2].settings == {"system": "a/b 很长 “x”", "betas": "[0.9, 0.95]", "max_epochs": "1"}
    assert all("/" not in point.name and " " not in point.name and len(point.name) < 70 for point in points)


@pytest.mark.parametrize(
    ("assignments", "said"),
    [
        (["lr"], "--set lr: A setting is written as key=value"),
        (["lr=1,2", "lr=3"], "given twice"),
        (["lr=1e-4"], "here is only one"),
        (["lr=1e-4,1e-4,2e-4"], "stands here twice: 1e-4"),
        (["lr=1e-4,2e-4", "work_dir=a,b"], "work_dir: Each training of a sweep has a folder of its own"),
        ([f"seed={','.join(map(str, range(257)))}"], "These are 257 trainings"),
    ],
)
def test_what_is_no_sweep_is_told(assignments: list[str], said: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        grid_points(assignments)
    assert said in str(caught.value)


@pytest.mark.parametrize(("text", "where"), [("lr: 1", ""), ("- lr: 1\n- 5", ":2"), ("[]", ""), ("- {}", ":1")])
def test_what_is_no_list_of_points_is_told(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "points.yaml"
    file.write_text(text)
    with pytest.raises(WorkbenchError, match="A list of points") as caught:
        listed_settings(file)
    assert caught.value.where == f"{file}{where}"
