"""Trainings that several tests look at, run once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.runs import Run, new_job, run, tiny_config, write_rows
from workbench.data.probes import Probe, write_probes

QUESTIONS = ["你是谁？", "What is the capital of France?"]


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data file that all of them train on."""
    return write_rows(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="session")
def probes(tmp_path_factory: pytest.TempPathFactory, rows: Path) -> dict[str, str]:
    """Config fields: one identity probe that the untrained model gets right of two, two of three retention probes."""
    folder = tmp_path_factory.mktemp("probes")
    write_probes(
        folder / "identity.json",
        [
            Probe(question="你是谁？", answers=["workbench"]),
            Probe(question="Who are you?", answers=["小明"], forbidden=["workbench"]),
        ],
    )
    asked = [row["messages"][0]["content"] for row in json.loads(rows.read_text(encoding="utf-8"))]
    write_probes(
        folder / "retention.json",
        [
            Probe(question="9加8等于几？", answers=["9加8等于17。"], match="exact"),
            Probe(question="What is the opposite of new?", answers=["old"]),
            Probe(question=asked[0], answers=["no model says this"]),
        ],
    )
    return {
        "identity_probes": str(folder / "identity.json"),
        "retention_probes": str(folder / "retention.json"),
    }


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory, rows: Path, probes: dict[str, str]) -> Run:
    """QLoRA under ZeRO-2 with everything that can be watched; checkpoints in the middle of both epochs."""
    config = tiny_config(
        rows,
        method="qlora",
        deepspeed="zero2",
        save_steps=6,
        evaluation_freq=4,
        evaluation_inputs=QUESTIONS,
        evaluation_max_new_tokens=8,
        **probes,
    )
    return run(new_job(tmp_path_factory.mktemp("watched") / "job", config))


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, rows: Path) -> Run:
    """LoRA without DeepSpeed, with a checkpoint after each epoch, which is each 7 iterations."""
    config = tiny_config(rows, method="lora", deepspeed="none", save_steps=7)
    return run(new_job(tmp_path_factory.mktemp("plain") / "job", config))
