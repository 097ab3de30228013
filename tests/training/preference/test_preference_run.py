"""Real trainings of the sample model on a few pairs of answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from workbench.checkpoints.adapter import read_adapter
from workbench.errors import WorkbenchError
from workbench.jobs.events import Failed, Sample, Started, Step, Validation
from workbench.models.adapters import load_adapter
from workbench.models.load import load_language_model
from workbench.training.preference.reference import FILE

pytestmark = pytest.mark.heavy
_LN_2 = 0.6931472


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sums with a short and a long answer: the short one is wanted, though the model gives the long one."""
    asked = [(first, second) for first in range(2, 8) for second in range(2, 7)]
    path = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    rows = [
        {
            "prompt": [{"role": "user", "content": f"{first}加{second}等于几？"}],
            "chosen": [{"role": "assistant", "content": f"{first + second}。"}],
            "rejected": [{"role": "assistant", "content": f"{first}加{second}等于{first + second}。"}],
        }
        for first, second in asked[:28]
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _trained(pairs: Path, folder: Path, **settings: object) -> Run:
    config = tiny_config(pairs, **{"method": "lora", "deepspeed": "none", **settings})
    return run(new_job(folder / "job", config))


@pytest.fixture(scope="module")
def dpo(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """LoRA with dropout, pairs held out, and a checkpoint after each of two epochs of 3 optimiser steps."""
    return _trained(pairs, tmp_path_factory.mktemp("dpo"), stage="dpo", eval_ratio=0.25, save_steps=6)


def test_dpo_begins_at_no_preference_and_learns_one_that_holds_for_unseen_pairs(dpo: Run) -> None:
    first, last = dpo.of(Validation)[0], dpo.of(Validation)[-1]
    steps = dpo.of(Step)

    assert dpo.returncode == 0
    assert first.loss == pytest.approx(_LN_2, abs=1e-6)  # nothing is likelier than before yet
    assert first.tokens == 7  # pairs
    assert last.loss < 0.6
    figures = steps[-1].figures
    assert figures is not None
    assert set(figures) == {"chosen_rewards", "rejected_rewards", "reward_acc", "reward_margin"}
    assert figures["reward_margin"] == pytest.approx(figures["chosen_rewards"] - figures["rejected_rewards"], abs=1e-5)
    assert figures["reward_acc"] == 1
    assert (last.figures or {})["reward_acc"] == 1


def test_dpo_that_goes_on_is_the_same_to_the_last_digit(dpo: Run, tmp_path: Path) -> None:
    job = killed_after(dpo, 3, tmp_path / "job")

    went_on = run(job, "--resume", "auto")

    assert went_on.returncode == 0
    assert went_on.losses == {step: loss for step, loss in dpo.losses.items() if step > 3}
    assert [step.figures for step in went_on.of(Step)] == [step.figures for step in dpo.of(Step)[3:]]


def test_dpo_does_not_go_on_without_what_it_is_measured_from(dpo: Run, tmp_path: Path) -> None:
    job = killed_after(dpo, 3, tmp_path / "job")
    (job.results_path / FILE).unlink()

    went_on = run(job, "--resume", "auto")

    (failed,) = went_on.of(Failed)
    assert went_on.returncode != 0
    assert str(job.results_path / FILE) == failed.where
    assert "without --resume" in (failed.hint or "")


def test_orpo_needs_no_reference_and_gives_samples(pairs: Path, tmp_path: Path) -> None:
    done = _trained(
        pairs, tmp_path, stage="orpo", max_iters=8, evaluation_inputs=["2加2等于几？"], evaluation_max_new_tokens=4
    )

    figures = done.of(Step)[-1].figures
    assert done.returncode == 0
    assert figures is not None
    assert {"log_odds_ratio", "log_odds_chosen", "nll_loss", "reward_acc"} <= set(figures)
    assert figures["nll_loss"] < (done.of(Step)[0].figures or {})["nll_loss"]
    assert len(done.of(Sample)) == 2
    assert not (done.job.results_path / FILE).exists()


def test_a_reward_model_is_not_taken_for_one_that_writes(pairs: Path, tmp_path: Path) -> None:
    done = _trained(pairs, tmp_path, stage="reward", max_iters=4)
    checkpoint = done.checkpoint(2)

    figures = done.of(Step)[-1].figures
    assert set(figures or {}) == {"acc", "chosen_score_mean", "rejected_score_mean"}
    with pytest.raises(WorkbenchError, match="reward model"):
        load_adapter(load_language_model("sample:model"), checkpoint)
    with pytest.raises(WorkbenchError, match="no place for the head"):
        read_adapter(checkpoint)
    score = load_adapter(load_language_model("sample:model", scores=True), checkpoint).score.weight
    kept = load_file(checkpoint / "adapter_model.safetensors")["base_model.model.score.weight"]
    assert score.equal(kept.to(score.dtype))


def test_dialogues_are_refused_where_answers_are_compared(rows: Path, tmp_path: Path) -> None:
    done = _trained(rows, tmp_path, stage="dpo")

    (failed,) = done.of(Failed)
    assert not done.of(Started)
    assert failed.where == f"{rows}:1"
    assert "stage: sft" in (failed.hint or "")


def test_pairs_are_refused_where_nothing_is_compared(pairs: Path, tmp_path: Path) -> None:
    done = _trained(pairs, tmp_path, stage="sft")

    (failed,) = done.of(Failed)
    assert failed.where == str(pairs)
    assert "stage: dpo" in (failed.hint or "")
    assert "dataset_format: preference" in (failed.hint or "")
