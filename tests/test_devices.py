"""How many GPUs programs may use: what the driver has, of it what ``CUDA_VISIBLE_DEVICES`` shows."""

from __future__ import annotations

import pynvml
import pytest

from workbench.devices import gpu_count


@pytest.fixture
def four_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver with four GPUs."""
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 4)


@pytest.fixture
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a driver."""

    def missing() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", missing)


@pytest.mark.usefixtures("four_cards")
@pytest.mark.parametrize(("visible", "count"), [(None, 4), ("0,2", 2), ("3", 1), ("", 0), ("-1", 0)])
def test_of_the_cards_those_that_are_visible_count(
    monkeypatch: pytest.MonkeyPatch, visible: str | None, count: int
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpu_count() == count


@pytest.mark.usefixtures("no_driver")
def test_without_a_driver_there_is_none_whatever_the_launcher_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """DeepSpeed's launcher sets ``CUDA_VISIBLE_DEVICES`` on a CPU too."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert gpu_count() == 0
