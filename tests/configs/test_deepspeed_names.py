"""Preset names, long and short."""

from __future__ import annotations

import pytest

from workbench.configs.deepspeed_names import PRESETS, chosen_preset, preset_name, zero_stage


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zero2", "deepspeed_zero2"),
        ("ZeRO3_offload", "deepspeed_zero3_offload"),
        ("deepspeed_zero1", "deepspeed_zero1"),
        ("None", "none"),
        ("Auto", "auto"),
        ("My/Own.json", "My/Own.json"),
    ],
)
def test_short_names_and_paths(typed: str, meant: str) -> None:
    assert preset_name(typed) == meant


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="deepspeed_zero2_offload"):
        preset_name("zero2_offlod")


def test_stages() -> None:
    assert [zero_stage(name) for name in PRESETS] == [1, 2, 2, 3, 3]
    assert (zero_stage("none"), zero_stage("my.json")) == (0, 2)


def test_auto_shares_among_several_processes_and_nothing_else_is_changed() -> None:
    assert [chosen_preset("auto", processes=count) for count in (1, 2)] == ["none", "deepspeed_zero2"]
    assert [chosen_preset("deepspeed_zero3", processes=count) for count in (1, 2)] == ["deepspeed_zero3"] * 2
