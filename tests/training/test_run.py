"""What one training does and says, from its first event to its last."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.conftest import QUESTIONS
from tests.training.runs import Run, new_job, run, tiny_config
from workbench.configs.files import load_config
from workbench.configs.provenance import read_provenance
from workbench.configs.schema import TrainConfig
from workbench.data.training_set import build_training_set
from workbench.jobs.checkpoints import list_checkpoints
from workbench.jobs.events import Checkpoint, Failed, Finished, Sample, Score, Started, Step
from workbench.models.load import load_language_model, load_tokenizer
from workbench.training.schedule import lr_factor

pytestmark = pytest.mark.heavy


def test_iterations_and_optimiser_steps_are_both_counted(watched: Run) -> None:
    steps = watched.of(Step)
    assert [(step.iter, step.step) for step in steps] == [
        (2, 1), (4, 2), (6, 3), (7, 4), (9, 5), (11, 6), (13, 7), (14, 8),
    ]  # fmt: skip
    assert {(step.total_iters, step.total_steps) for step in steps} == {(14, 8)}
    assert any(": 14, of an epoch" in fact and "optimiser steps: 8," in fact for fact in watched.of(Started)[0].facts)


def test_it_checkpoints_at_the_step_in_which_a_multiple_of_save_steps_falls_and_at_the_end(watched: Run) -> None:
    assert [(saved.iter, saved.step) for saved in watched.of(Checkpoint)] == [(6, 3), (13, 7), (14, 8)]
    assert watched.checkpoints == ["checkpoint-3", "checkpoint-7", "checkpoint-8"]


def test_sample_answers_come_at_start_in_between_at_saves_and_at_the_end(watched: Run) -> None:
    answered = [sample.iter for sample in watched.of(Sample)]
    by_evaluation_freq, by_saves = {4, 9, 13}, {6, 13, 14}  # 4, 8 and 12; 6, 12 and the end
    assert answered == [iteration for iteration in sorted({0} | by_evaluation_freq | by_saves) for _ in QUESTIONS]
    assert {sample.prompt for sample in watched.of(Sample)} == set(QUESTIONS)


def test_the_base_and_every_checkpoint_are_scored(watched: Run) -> None:
    base, *saved = list_checkpoints(watched.job)
    assert (base.scores["identity"].right, base.scores["identity"].total) == (1, 2)
    assert (base.scores["retention"].right, base.scores["retention"].total) == (2, 3)
    assert [info.iter for info in saved] == [6, 13, 14]
    for info in saved:
        assert info.path is not None
        provenance = read_provenance(info.path)
        assert provenance is not None
        assert provenance.scores == {name: score.value for name, score in info.scores.items()}
        assert set(provenance.scores) == {"identity", "retention"}
        assert (provenance.iter, provenance.step) == (info.iter, info.step)
        assert provenance.prompt_template == "internlm2_chat"
    assert [score.target for score in watched.of(Score)][::2] == [
        "base", *(f"checkpoints/{name}" for name in watched.checkpoints)
    ]  # fmt: skip


def test_it_ends_with_a_recommendation_that_has_a_reason(watched: Run) -> None:
    (finished,) = watched.of(Finished)
    assert finished.results["recommended"] in {f"checkpoints/{name}" for name in watched.checkpoints}
    assert "identity" in str(finished.results["reason"])
    assert finished.results["last_checkpoint"] == "checkpoints/checkpoint-8"
    assert finished.results["iterations"] == 14
    assert isinstance(finished.results["iterations"], int)


def test_the_rate_of_every_step_is_that_of_the_schedule(plain: Run) -> None:
    """A cosine with one step of warm-up: 3 % of 8 steps, rounded up."""
    for event in plain.of(Step):
        factor = lr_factor(event.step - 1, kind="cosine", warmup=1, total=8)
        assert event.lr == pytest.approx(1e-3 * factor, rel=1e-9)


def test_speed_and_time_left_are_told(plain: Run) -> None:
    steps = plain.of(Step)
    assert all(step.tokens_per_s and step.memory and step.data_time is not None for step in steps)
    assert steps[-1].eta == 0
    assert all(later.time >= earlier.time for earlier, later in pairwise(steps))


def mean_loss(config: TrainConfig) -> float:
    """The untrained model's mean cross entropy over every trained token, computed row by row without padding."""
    model = load_language_model(config.pretrained_model_name_or_path, precision="fp32").eval()
    total, count = 0.0, 0
    for row in build_training_set(config, load_tokenizer(config.pretrained_model_name_or_path)).rows:
        with torch.no_grad():
            logits = model(torch.tensor([row.input_ids])).logits[0, :-1]
        labels = torch.tensor(row.labels[1:])
        total += float(torch.nn.functional.cross_entropy(logits, labels, ignore_index=-100, reduction="sum"))
        count += int((labels != -100).sum())
    return total / count


@pytest.mark.parametrize(
    ("changes", "ranks"),
    [({"deepspeed": "none"}, 1), ({"deepspeed": "zero2"}, 1), ({"nproc": 2}, 2), ({"pack_to_max_length": True}, 1)],
    ids=["alone", "zero2", "zero2 on two", "packed"],
)
def test_the_loss_is_the_mean_over_the_trained_tokens_of_a_step(
    changes: dict[str, Any], ranks: int, rows: Path, tmp_path: Path
) -> None:
    """Also where micro-batches hold different numbers of them; a fresh adapter changes nothing yet."""
    settings = {"method": "lora", "max_dataset_length": 24, "accumulative_counts": 100, "max_epochs": 1}
    config = tiny_config(rows, **settings, use_varlen_attn="pack_to_max_length" in changes, **changes)
    done = run(new_job(tmp_path / "job", config), ranks=ranks)
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    ((loss, _norm),) = done.losses.values()
    unpacked = config.model_copy(update={"pack_to_max_length": False, "use_varlen_attn": False})
    assert loss == pytest.approx(mean_loss(unpacked), rel=1e-4)


OWN_JSON = {
    "train_micro_batch_size_per_gpu": "auto",
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
    "zero_optimization": {"stage": 2},
}


@pytest.mark.parametrize("deepspeed", ["zero1", "zero2", "zero2_offload", "zero3", "zero3_offload", "own.json"])
def test_every_preset_trains_as_without_deepspeed(deepspeed: str, plain: Run, rows: Path, tmp_path: Path) -> None:
    """ZeRO changes where things are kept, not what is computed; nor does activation checkpointing."""
    if deepspeed == "own.json":
        deepspeed = str(tmp_path / deepspeed)
        Path(deepspeed).write_text(json.dumps(OWN_JSON), encoding="utf-8")
    config = tiny_config(rows, method="lora", deepspeed=deepspeed, use_activation_checkpointing=deepspeed == "zero1")
    done = run(new_job(tmp_path / "job", config))
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    assert any(f"DeepSpeed: {config.deepspeed}." in fact for fact in done.of(Started)[0].facts)
    for step, (loss, norm) in plain.losses.items():
        assert done.losses[step] == (pytest.approx(loss, rel=1e-3), pytest.approx(norm, rel=1e-2))


def test_asking_and_saving_do_not_change_the_training(plain: Run, probes: dict[str, str], tmp_path: Path) -> None:
    config = load_config(plain.job.config_path).model_copy(
        update={"evaluation_inputs": QUESTIONS, "evaluation_freq": 1, "save_steps": 1, "save_total_limit": 2, **probes}
    )
    asked = run(new_job(tmp_path / "job", config))
    assert asked.losses == plain.losses


def test_the_seed_settles_everything(plain: Run, tmp_path: Path) -> None:
    config = load_config(plain.job.config_path)
    again = run(new_job(tmp_path / "again", config))
    other = run(new_job(tmp_path / "other", config.model_copy(update={"seed": 43})))
    assert again.losses == plain.losses
    assert all(other.losses[step] != loss for step, loss in plain.losses.items())


def test_max_iters_ends_it_at_the_step_that_reaches_them(rows: Path, tmp_path: Path) -> None:
    config = tiny_config(rows, method="lora", deepspeed="none", max_iters=9, logging_interval=2)
    done = run(new_job(tmp_path / "job", config))
    assert [(step.iter, step.total_iters) for step in done.of(Step)] == [(2, 9), (4, 9), (7, 9), (9, 9)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"optim_type": "AdamX"}, "AdamX"),
        ({"deepspeed": "nowhere.json"}, "cannot be read"),
        ({"identity_probes": "nowhere.json"}, "cannot be read"),
        ({"pretrained_model_name_or_path": "/nowhere"}, "does not exist"),
        ({"lora": {"target_modules": ["no_such_layer"]}}, "no layer"),
        ({"max_length": 8}, "anything to train on"),
    ],
)
def test_a_mistake_fails_with_what_where_and_fix(
    changes: dict[str, Any], said: str, rows: Path, tmp_path: Path
) -> None:
    failed = run(new_job(tmp_path / "job", tiny_config(rows, **({"method": "lora", "deepspeed": "none"} | changes))))
    (event,) = failed.of(Failed)
    assert failed.returncode == 1
    assert said in event.reason
    assert event.where
    assert "Traceback" not in failed.job.log_path.read_text()
