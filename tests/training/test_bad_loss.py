"""A loss that is no number or explodes: told with its rows, and gone back from once."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from tests.training.runs import Run, new_job, run, tiny_config
from workbench.configs.schema import TrainConfig
from workbench.data.training_set import build_training_set
from workbench.jobs.events import Failed, Finished, Started, Step, Warned
from workbench.jobs.folder import JobFolder
from workbench.models.load import load_tokenizer
from workbench.paths import shipped
from workbench.training.callbacks.bad_loss import BadLoss
from workbench.training.left_out import RowsLeftOut
from workbench.training.rollback import GOES_BACK, arguments_after, read_rollback

pytestmark = pytest.mark.heavy

SETTINGS: dict[str, Any] = {"method": "lora", "deepspeed": "none", "save_steps": 2, "max_epochs": 1}


@pytest.fixture(scope="module")
def one_bad_row(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int]:
    """A base that gives no number for one token, which stands in one row only; and that row's number."""
    base = Path(shutil.copytree(shipped("sample_data") / "model", tmp_path_factory.mktemp("bad") / "base"))
    config = tiny_config(rows, **SETTINGS)
    made = build_training_set(config, load_tokenizer(config.pretrained_model_name_or_path)).rows
    held = [set(made[number].input_ids) for number in range(len(made))]
    often = Counter(token for some in held for token in some)
    token, number = next((t, n) for n, some in enumerate(held) for t in sorted(some) if often[t] == 1)
    weights = load_file(base / "model.safetensors")
    name = next(name for name in weights if "embeddings" in name)
    weights[name][token] = math.nan
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    return {"pretrained_model_name_or_path": str(base)}, number


def config_of(rows: Path, one_bad_row: tuple[dict[str, Any], int], **changes: Any) -> TrainConfig:
    return tiny_config(rows, **(SETTINGS | one_bad_row[0] | changes))


def no_bad_weights(job: JobFolder) -> bool:
    """Whether every checkpoint holds numbers only."""
    files = list(job.checkpoints_path.glob("*/adapter_model.safetensors"))
    return all(bool(value.isfinite().all()) for file in files for value in load_file(file).values())


def test_it_ends_with_step_rows_and_last_good_checkpoint(
    rows: Path, one_bad_row: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    stopped = run(new_job(tmp_path / "job", config_of(rows, one_bad_row)))
    (failed,) = stopped.of(Failed)
    assert stopped.returncode == 1
    assert f"step {len(stopped.losses) + 1}" in failed.reason
    assert "training rows" in (failed.where or "") and "smaller lr" in (failed.hint or "")
    named = [int(word.strip(" …")) for word in (failed.where or "").removeprefix("training rows ").split(",")]
    assert one_bad_row[1] + 1 in named and len(named) == 8
    assert all(math.isfinite(step.loss) for step in stopped.of(Step))
    assert no_bad_weights(stopped.job)


def test_it_goes_back_once_and_does_without_the_rows(
    rows: Path, one_bad_row: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    """Two ranks leave together, and go on together."""
    shared = {"on_bad_loss": "rollback", "accumulative_counts": 1, "nproc": 2}
    went_back = run(new_job(tmp_path / "job", config_of(rows, one_bad_row, **shared)), ranks=2)
    assert went_back.returncode == GOES_BACK
    (warned,) = [event for event in went_back.of(Warned) if "no number" in event.message]
    assert "left out" in (warned.fix or "")
    again = arguments_after(went_back.job.path, [])
    assert again is not None
    note = read_rollback(went_back.job.path)
    assert note is not None and one_bad_row[1] in note.rows
    done: Run = run(went_back.job, *again, ranks=2)
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    assert done.of(Started)[0].resumed_from_iter == note.to_step
    assert min(done.losses) == note.to_step + 1 and max(done.losses) == 4
    assert all(math.isfinite(loss) for loss, _norm in done.losses.values())
    assert no_bad_weights(done.job)


def test_an_explosion_halves_the_rate_and_ends_if_it_comes_again(rows: Path, tmp_path: Path) -> None:
    wild = {"lr": 9.0, "lr_scheduler_type": "constant", "max_norm": 1e9, "accumulative_counts": 1, "max_epochs": 3}
    job = new_job(
        tmp_path / "job", tiny_config(rows, **(SETTINGS | wild | {"save_steps": -1, "on_bad_loss": "rollback"}))
    )
    first = run(job)
    assert first.returncode == GOES_BACK, first.job.log_path.read_text()[-3000:]
    assert "halved" in (first.of(Warned)[-1].fix or "")
    second = run(job, *(arguments_after(job.path, []) or ()))
    assert second.returncode == 1
    assert second.of(Started)[0].resumed_from_iter == 0
    assert second.of(Step)[0].lr == pytest.approx(4.5)
    (failed,) = second.of(Failed)
    assert "it was 4.5" in (failed.hint or "")


def test_it_only_warns_where_that_is_wanted(
    rows: Path, one_bad_row: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    diverged = run(new_job(tmp_path / "job", config_of(rows, one_bad_row, on_bad_loss="warn")))
    assert diverged.returncode == 0
    assert len([event for event in diverged.of(Warned) if "no number" in event.message]) == 1
    assert any(math.isnan(step.loss) for step in diverged.of(Step))
    assert diverged.of(Finished)


def test_without_a_good_checkpoint_it_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "rollback.json").write_text(
        json.dumps({"step": 3, "to_step": 0, "checkpoint": "", "rows": [1], "lr_factor": 1.0})
    )
    assert arguments_after(tmp_path, ["job", "--resume", "x"]) == ["job", "--resume", "beginning"]
    assert arguments_after(tmp_path / "nowhere", ["job"]) is None


def test_the_row_that_stands_in_the_place_of_another_is_the_one_named(rows: Path) -> None:
    config = tiny_config(rows, **SETTINGS)
    made = build_training_set(config, load_tokenizer(config.pretrained_model_name_or_path)).rows
    loader = SimpleNamespace(batch_sampler=[[0, 1], [2, 3]])
    trainer = SimpleNamespace(
        args=SimpleNamespace(gradient_accumulation_steps=1), callback_handler=SimpleNamespace(train_dataloader=loader)
    )
    session: Any = SimpleNamespace(counting=SimpleNamespace(steps_per_epoch=2), config=config)
    assert BadLoss(session, trainer, made)._rows_of(1) == [0, 1]
    assert BadLoss(session, trainer, RowsLeftOut(made, [1]))._rows_of(1) == [0, 2]


@pytest.mark.parametrize(("by_length", "explodes_at"), [(False, 10), (True, None)])
def test_rows_known_by_heart_that_come_first_are_not_what_others_are_compared_with(
    by_length: bool, explodes_at: int | None
) -> None:
    session: Any = SimpleNamespace(config=SimpleNamespace(group_by_length=by_length))
    guard = BadLoss(session, SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    losses = [0.003] * 5 + [4.0] * 100
    found = next((step for step, loss in enumerate(losses, start=1) if guard._explodes(loss)), None)
    assert found == explodes_at
    assert any(guard._explodes(13.0) for _step in range(5))
