"""The loss on samples that are not trained, what it decides, and that it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from tests.training.test_run import mean_loss
from workbench.actions.recommended import recommendation_among
from workbench.configs.files import load_config
from workbench.configs.provenance import read_provenance
from workbench.jobs.checkpoints import list_checkpoints
from workbench.jobs.events import Checkpoint, Finished, Started, Step, Validation, Warned
from workbench.paths import shipped

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def own_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten dialogues that are in no training, each with the answer to another."""
    every = json.loads((shipped("sample_data") / "general_dialogue.json").read_text(encoding="utf-8"))
    turns = [[every[number]["messages"][0], every[number + 1]["messages"][1]] for number in range(100, 110)]
    path = tmp_path_factory.mktemp("own") / "own.json"
    path.write_text(json.dumps([{"messages": some} for some in turns], ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def validated(plain: Run, own_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """As the plain run, with validation at every step and a question set."""
    folder = tmp_path_factory.mktemp("validated")
    sums = folder / "sums.jsonl"
    sums.write_text('{"question": "9加8等于几？", "answer": 17, "match": "number"}\n', encoding="utf-8")
    changes = {"eval_data_path": str(own_rows), "evaluation_freq": 1, "question_sets": {"sums": str(sums)}}
    return run(new_job(folder / "job", load_config(plain.job.config_path).model_copy(update=changes)))


def losses(found: Run) -> dict[int, float]:
    return {event.step: event.loss for event in found.of(Validation)}


def test_it_is_the_mean_over_the_trained_tokens_of_the_validation_samples(validated: Run, own_rows: Path) -> None:
    assert validated.returncode == 0, validated.job.log_path.read_text()[-3000:]
    before = validated.of(Validation)[0]
    assert (before.iter, before.step, before.train_loss) == (0, 0, None)
    assert before.loss == pytest.approx(mean_loss(tiny_config(own_rows)), rel=1e-4)
    facts = validated.of(Started)[0].facts
    assert any(f"Validation: 10 samples with {before.tokens} tokens" in fact for fact in facts)
    assert not any("for training and validation" in fact for fact in facts)


def test_it_is_measured_at_every_evaluation_and_tells_the_training_loss_until_there(validated: Run) -> None:
    assert list(losses(validated)) == list(range(9))
    steps = [step.loss for step in validated.of(Step)]
    assert [event.train_loss for event in validated.of(Validation)[1:]] == pytest.approx(steps)


def test_measuring_and_asking_do_not_change_the_training(validated: Run, plain: Run) -> None:
    assert validated.losses == plain.losses


def test_checkpoints_know_their_validation_loss_and_their_scores(validated: Run) -> None:
    base, *saved = list_checkpoints(validated.job)
    assert base.validation_loss == losses(validated)[0]
    for info in saved:
        assert info.path is not None and (note := read_provenance(info.path)) is not None
        assert info.validation_loss == note.validation_loss == losses(validated)[info.step]
        assert note.scores == {"sums": info.scores["sums"].value}
    (finished,) = validated.of(Finished)
    assert finished.results["lowest_validation_loss"] == min(losses(validated).values())


def test_a_run_that_goes_on_measures_the_same(validated: Run, tmp_path: Path) -> None:
    again = run(killed_after(validated, 4, tmp_path / "job"), "--resume", "auto")
    assert losses(again) == {step: loss for step, loss in losses(validated).items() if step > 4}
    assert again.losses == {step: value for step, value in validated.losses.items() if step > 4}


def test_speed_is_told_of_all_and_of_trained_tokens(validated: Run) -> None:
    for step in validated.of(Step):
        assert step.trained_tokens_per_s is not None and step.tokens_per_s is not None
        assert 0 < step.trained_tokens_per_s < step.tokens_per_s
        assert step.mfu is None, "nobody knows the peak of a CPU"


def test_ranks_with_sharded_weights_measure_together(rows: Path, own_rows: Path, tmp_path: Path) -> None:
    """Three batches on two ranks: one of them computes a batch that does not count."""
    config = tiny_config(
        rows, method="lora", deepspeed="zero3", eval_data_path=str(own_rows), max_iters=1, accumulative_counts=1
    )
    done = run(new_job(tmp_path / "job", config), ranks=2)
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    assert losses(done)[0] == pytest.approx(mean_loss(tiny_config(own_rows)), rel=1e-4)


def test_patience_ends_it_with_a_checkpoint_and_says_why(rows: Path, own_rows: Path, tmp_path: Path) -> None:
    """A rate that ruins the model at once."""
    changes: dict[str, Any] = {"evaluation_freq": 1, "early_stopping_patience": 2, "max_epochs": 20, "lr": 1.0}
    config = tiny_config(rows, method="lora", deepspeed="none", eval_data_path=str(own_rows), **changes)
    stopped = run(new_job(tmp_path / "job", config))
    found = losses(stopped)
    best = min(found, key=lambda step: found[step])
    assert max(found) == best + 2
    assert [saved.step for saved in stopped.of(Checkpoint)] == [best + 2]
    (finished,) = stopped.of(Finished)
    assert not finished.stopped
    assert "has not fallen for 2 evaluations" in str(finished.results["stopped_early"])
    assert not stopped.of(Warned)
    said = f"better than the model before training: validation loss {found[0]:.4f} → {found[best + 2]:.4f}."
    assert said in str(finished.results["reason"])
    shown = recommendation_among(list_checkpoints(stopped.job))
    assert shown is not None and shown.reason == finished.results["reason"]


def test_the_log_reads_as_the_command_line_does(validated: Run) -> None:
    log = validated.job.log_path.read_text(encoding="utf-8")
    for part in (" - Iter(train) [", " - Iter(val) [0]", "Saved ", "Finished."):
        assert part in log, log[-3000:]
    assert "{'loss'" not in log and "{'train_runtime'" not in log
