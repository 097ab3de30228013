"""Real DeepSpeed checkpoints of a tiny model, made once by two ranks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkpoints.tiny import save_base
from workbench.configs.files import dump_config
from workbench.configs.method_settings import LoraSettings
from workbench.configs.schema import TrainConfig

ROOT = Path(__file__).resolve().parents[2]
RANKS = 2
KINDS = ("lora-1", "lora-2", "lora-3", "full-1", "full-2", "full-3")
"""What is trained and the ZeRO stage."""


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny base model."""
    return save_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def zero_checkpoints(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    """A folder with a checkpoint of each of `KINDS`, each with the config it was trained by beside it."""
    folder = tmp_path_factory.mktemp("zero")
    common = os.environ | {
        "DS_ACCELERATOR": "cpu",
        "OMP_NUM_THREADS": "1",
        "WORLD_SIZE": str(RANKS),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(_free_port()),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.checkpoints.zero_worker", str(folder), *KINDS],
            cwd=ROOT,
            env=common | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(RANKS)
    ]
    for worker in workers:
        output, _ = worker.communicate(timeout=300)
        assert worker.returncode == 0, output[-3000:]
    for kind in KINDS:
        (folder / kind / "config.yaml").write_text(dump_config(_config(kind, base)), encoding="utf-8")
    return folder


def _config(kind: str, base: Path) -> TrainConfig:
    return TrainConfig(
        pretrained_model_name_or_path=str(base),
        data_path="rows.json",
        method="lora" if kind.startswith("lora") else "full",
        prompt_template="internlm2_chat",
        lora=LoraSettings(r=3, lora_alpha=7, modules_to_save=["lm_head"]),
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
