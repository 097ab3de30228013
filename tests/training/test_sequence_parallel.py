"""One sequence shared among processes trains as one process does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.runs import Run, new_job, run, tiny_config
from workbench.configs.method_settings import LoraSettings
from workbench.configs.sequence_rules import heads_problem, require_shareable
from workbench.errors import WorkbenchError
from workbench.jobs.events import Failed, Validation
from workbench.training.shared_rows import SharedRows

ONE_STEP_AN_EPOCH = {
    "method": "lora",
    "lora": LoraSettings(r=8, lora_alpha=16, lora_dropout=0.0),
    "pack_to_max_length": True,
    "max_length": 128,
    "batch_size": 1,
    "accumulative_counts": 50,
    "max_epochs": 2,
    "eval_ratio": 0.2,
}


def trained(folder: Path, rows: Path, *, ranks: int, **changes: object) -> Run:
    done = run(new_job(folder / "job", tiny_config(rows, **{**ONE_STEP_AN_EPOCH, **changes})), ranks=ranks)
    assert done.returncode == 0, done.of(Failed)
    return done


def test_every_process_of_a_group_gets_the_same_whole_batches() -> None:
    order = list(SharedRows(range(7), batch=2, parts=2, groups=2))
    batches = [order[start : start + 2] for start in range(0, len(order), 2)]
    assert batches == [[0, 1], [0, 1], [2, 3], [2, 3], [4, 5], [4, 5], [6, 0], [6, 0]]
    assert len(order) == len(SharedRows(range(7), batch=2, parts=2, groups=2))


@pytest.mark.parametrize(
    ("heads", "key_value_heads", "size", "possible"), [(8, 2, 3, "1, 2, 4, 8"), (14, 2, 4, "1, 2, 14"), (8, 2, 4, None)]
)
def test_heads_that_cannot_be_shared_name_the_sizes_that_can(
    heads: int, key_value_heads: int, size: int, possible: str | None
) -> None:
    problem = heads_problem(heads, key_value_heads, size)
    assert (problem is None) == (possible is None)
    assert problem is None or f"one of: {possible}." in (problem.fix or "")


@pytest.mark.parametrize(
    ("changes", "processes", "where"),
    [
        ({}, 3, "sequence_parallel_size"),
        ({"attn_implementation": "eager"}, 2, "attn_implementation"),
        ({"own_processor": True}, 2, "sequence_parallel_size"),
    ],
)
def test_what_cannot_share_a_sequence_is_refused_before_it_begins(
    rows: Path, changes: dict[str, object], processes: int, where: str
) -> None:
    config = tiny_config(rows, sequence_parallel_size=2, **changes)
    with pytest.raises(WorkbenchError) as caught:
        require_shareable(config, processes)
    assert caught.value.where == where
    assert caught.value.fix


@pytest.mark.heavy
@pytest.mark.parametrize("separated", [True, False])
def test_two_processes_with_one_sequence_have_the_losses_of_one_process(
    tmp_path: Path, rows: Path, separated: bool
) -> None:
    alone = trained(tmp_path / "alone", rows, ranks=1, deepspeed="none", use_varlen_attn=separated)
    shared = trained(
        tmp_path / "shared", rows, ranks=2, deepspeed="zero2", use_varlen_attn=separated, sequence_parallel_size=2
    )
    assert len(shared.losses) == 2
    validated = [[(event.loss, event.tokens) for event in done.of(Validation)] for done in (alone, shared)]
    assert validated[0] and validated[1] == [(pytest.approx(loss, rel=1e-5), tokens) for loss, tokens in validated[0]]
    for step, (loss, norm) in shared.losses.items():
        assert loss == pytest.approx(alone.losses[step][0], rel=1e-5)
        assert norm == pytest.approx(alone.losses[step][1], rel=1e-4)
