"""What a training would be refused for a GPU, by what the driver tells of it."""

from __future__ import annotations

import pytest

from workbench.configs.hardware_rules import choose_attention
from workbench.driver_hardware import DriverHardware
from workbench.errors import WorkbenchError


def test_an_old_gpu_is_told_from_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.driver_hardware.version", lambda _package: "2.8")
    assert choose_attention("flash_attention_2", DriverHardware("A100", 8), is_half=True).name == "flash_attention_2"
    with pytest.raises(WorkbenchError, match="T4 is too old for it"):
        choose_attention("flash_attention_2", DriverHardware("T4", 7), is_half=True)


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(WorkbenchError, match="flash-attn-3 is not installed"):
        choose_attention("flash_attention_3", DriverHardware("H100", 9), is_half=True)
