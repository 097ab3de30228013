"""Probes: the first steps of a real training, to see what memory they take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.training.runs import tiny_config
from workbench.errors import WorkbenchError
from workbench.training.probe_config import probe_config
from workbench.training.probing import probe

pytestmark = pytest.mark.heavy
COMMAND = [sys.executable, "-m", "workbench.training.probe", "{job}"]


def test_a_probe_says_what_it_took_and_saves_nothing(tmp_path: Path) -> None:
    config = tiny_config(tmp_path / "no data", method="lora", deepspeed="none")
    tried = probe_config(config, tmp_path, batch_size=2, length=64, processes=1)
    probed = probe(tried, COMMAND, tmp_path)
    assert probed is not None and probed.peaks[0] > probed.before[0] + 4 * 4_000_000  # the model alone, in fp32
    assert not list(tmp_path.glob("checkpoints/checkpoint-*"))


def test_a_probe_that_takes_more_than_it_may_is_ended(tmp_path: Path) -> None:
    config = tiny_config(tmp_path / "no data", method="lora", deepspeed="none")
    tried = probe_config(config, tmp_path, batch_size=2, length=64, processes=1)
    assert probe(tried, COMMAND, tmp_path, most=100_000_000) is None


def test_a_training_that_fails_for_another_reason_says_it(tmp_path: Path) -> None:
    config = tiny_config(tmp_path / "no data", method="lora", deepspeed="none", optim_type="no such")
    tried = probe_config(config, tmp_path, batch_size=1, length=64, processes=1)
    with pytest.raises(WorkbenchError, match="no such"):
        probe(tried, COMMAND, tmp_path)
