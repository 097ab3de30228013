"""The devices that a training is to have: GPUs by number, any so many of them, or the CPU."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.test_train import a_config
from workbench.actions import devices
from workbench.actions.devices import device_wish
from workbench.errors import WorkbenchError
from workbench.jobs.folder import DeviceWish


@pytest.fixture
def four_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with four GPUs, of which three are visible."""
    monkeypatch.setattr(devices, "driver_gpu_count", lambda: 4)
    monkeypatch.setattr(devices, "visible_gpus", lambda: ["0", "2", "3"])


@pytest.mark.usefixtures("four_gpus")
@pytest.mark.parametrize(
    ("fields", "among", "count"),
    [
        ({}, ["0", "2", "3"], 3),
        ({"nproc": 2}, ["0", "2", "3"], 2),
        ({"nproc": 8}, ["0", "2", "3"], 3),
        ({"devices": [1, 3]}, ["1", "3"], 2),
        ({"devices": [1, 3], "nproc": 1}, ["1", "3"], 1),
    ],
)
def test_gpus_are_named_or_counted(fields: dict[str, Any], among: list[str], count: int) -> None:
    assert device_wish(a_config(**fields)) == DeviceWish(among=among, count=count)


@pytest.mark.usefixtures("four_gpus")
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"devices": [0, 4]}, "There is no GPU 4.\n  → This machine has GPUs 0 to 3."),
        ({"devices": [1, 1]}, "named twice"),
        ({"devices": [0], "nproc": 2}, "devices names 1 GPUs"),
    ],
)
def test_gpus_that_cannot_be_had_are_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        device_wish(a_config(**fields))
    assert said in str(caught.value)


def test_without_a_gpu_the_cpu_is_one_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "visible_gpus", list)
    monkeypatch.setattr(devices, "driver_gpu_count", lambda: 0)
    assert device_wish(a_config(nproc=2)) == DeviceWish(among=["cpu"], count=1)
    with pytest.raises(WorkbenchError, match="no NVIDIA GPU"):
        device_wish(a_config(devices=[0]))
