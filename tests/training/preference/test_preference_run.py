"""Real trainings of the sample model on a few pairs of answers."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.training.preference.pairs_on_disk import answer_log_probs, rows_of, write_pairs
from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from workbench.checkpoints.merge import merge
from workbench.checkpoints.merge_request import MergeRequest
from workbench.configs.files import load_config
from workbench.configs.schema import TrainConfig
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.evaluation import score_job
from workbench.evaluation.generate import generate_answers
from workbench.evaluation.score_request import ScoredRow, ScoreRequest
from workbench.jobs.events import EventLog, Failed, Sample, Started, Step, Validation
from workbench.models.adapters import load_adapter
from workbench.models.load import load_language_model, load_tokenizer
from workbench.training.preference.reference import FILE

pytestmark = pytest.mark.heavy
_LN_2 = 0.6931472


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pairs(tmp_path_factory.mktemp("pairs") / "pairs.jsonl")


def _trained(pairs: Path, folder: Path, **settings: object) -> Run:
    config = tiny_config(pairs, **{"method": "lora", "deepspeed": "none", **settings})
    return run(new_job(folder / "job", config))


def _kept(done: Run) -> torch.Tensor:
    """The reference that a run has kept of its training rows, ``[pairs, 2]``."""
    return load_file(done.job.results_path / FILE)["train"]


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


def test_the_reference_is_the_model_with_the_adapter_that_is_trained_on(dpo: Run, pairs: Path, tmp_path: Path) -> None:
    begun = dpo.checkpoint(6)

    done = _trained(pairs, tmp_path, stage="dpo", max_iters=2, adapter_name_or_path=str(begun))

    rows = rows_of(load_config(done.job.config_path))
    base = load_language_model("sample:model")
    before = answer_log_probs(base, rows)
    expected = answer_log_probs(load_adapter(base, begun), rows)
    assert done.returncode == 0
    assert torch.allclose(_kept(done), expected, atol=1e-3)
    assert (expected - before).abs().mean() > 0.5  # which of the two it is can be told


def test_dpo_on_four_bits_and_two_ranks(pairs: Path, tmp_path: Path) -> None:
    config = tiny_config(pairs, method="qlora", deepspeed="zero2", stage="dpo", save_steps=6, eval_ratio=0.2)

    done = run(new_job(tmp_path / "job", config), ranks=2)

    rows = rows_of(config)
    assert done.returncode == 0
    reference = answer_log_probs(load_language_model("sample:model", method="qlora"), rows)
    assert torch.allclose(_kept(done), reference, rtol=1e-2, atol=1e-3)  # processors with bf16 multiply less exactly
    first, last = done.of(Step)[0], done.of(Step)[-1]
    assert first.loss == pytest.approx(_LN_2, abs=1e-3)
    assert last.loss < 0.6
    assert (last.figures or {})["reward_acc"] == 1
    assert all("reward_acc" in (validation.figures or {}) for validation in done.of(Validation))


def test_what_dpo_has_learnt_is_in_the_merged_model(dpo: Run, pairs: Path, tmp_path: Path) -> None:
    made = merge(
        MergeRequest("sample:model", dpo.checkpoint(6), tmp_path / "merged", dtype="fp32"), lambda _done, _total: None
    )

    merged = load_language_model(str(made.folder))
    rows = rows_of(load_config(dpo.job.config_path).model_copy(update={"eval_ratio": 0.0}))
    base = answer_log_probs(load_language_model("sample:model"), rows)
    chosen, rejected = (answer_log_probs(merged, rows) - base).unbind(dim=1)
    assert (chosen > rejected).all()
    adapted = load_adapter(load_language_model("sample:model"), dpo.checkpoint(6))
    tokenizer, template = load_tokenizer(str(made.folder)), get_template("internlm2_chat")
    said = [generate_answers(m, tokenizer, template, ["2加2等于几？"], max_new_tokens=12) for m in (merged, adapted)]
    assert said[0] == said[1]
    assert said[0][0].text


@pytest.fixture(scope="module")
def reward(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """With pairs of its own for the validation."""
    folder = tmp_path_factory.mktemp("reward")
    unseen = write_pairs(folder / "unseen.jsonl", first=28, count=7)
    settings = {
        "eval_data_path": str(unseen),
        "accumulative_counts": 1,
        "max_iters": 8,
        "evaluation_freq": 4,
        "evaluation_inputs": ["2加2等于几？"],
    }
    return _trained(pairs, folder, stage="reward", **settings)


def test_a_reward_model_scores_what_it_has_not_seen(reward: Run, tmp_path: Path) -> None:
    validations = reward.of(Validation)

    assert [found.iter for found in validations] == [0, 4, 8]
    assert not reward.of(Sample)
    assert set(reward.of(Step)[-1].figures or {}) == {"acc", "chosen_score_mean", "rejected_score_mean"}
    adapter = reward.checkpoint(8)
    figures, scored = _scores(tmp_path / "adapter", "sample:model", adapter, load_config(reward.job.config_path))
    known = validations[-1].figures or {}
    assert figures["accuracy"] == known["acc"]
    assert fmean(row.chosen or 0 for row in scored) == pytest.approx(known["chosen_score_mean"], abs=1e-4)
    assert fmean(row.rejected or 0 for row in scored) == pytest.approx(known["rejected_score_mean"], abs=1e-4)

    made = merge(MergeRequest("sample:model", adapter, tmp_path / "merged", dtype="fp32"), lambda _done, _total: None)

    _figures, of_merged = _scores(tmp_path / "whole", str(made.folder), None, load_config(reward.job.config_path))
    for one, other in zip(scored, of_merged, strict=True):
        assert (other.chosen, other.rejected) == pytest.approx((one.chosen, one.rejected), abs=1e-3)


def _scores(folder: Path, model: str, adapter: Path | None, config: TrainConfig) -> tuple[Any, list[ScoredRow]]:
    """What a scoring job reports and writes, of the pairs of the validation."""
    request = ScoreRequest(
        model=model,
        adapter=str(adapter) if adapter else None,
        prompt_template=config.prompt_template,
        data_path=str(config.eval_data_path),
    )
    job = new_job(folder, config)
    job.write_record(job.record.model_copy(update={"arguments": request.model_dump()}))
    results = score_job.work(job, EventLog(job.path)).results
    lines = Path(str(results["scores"])).read_text(encoding="utf-8").splitlines()
    return results, [ScoredRow.model_validate_json(line) for line in lines]


def test_a_reward_model_is_not_taken_for_one_that_writes(reward: Run) -> None:
    checkpoint = reward.checkpoint(8)

    with pytest.raises(WorkbenchError, match="reward model"):
        load_adapter(load_language_model("sample:model"), checkpoint)
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
