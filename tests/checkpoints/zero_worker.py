"""One rank that trains the tiny model under DeepSpeed and saves a checkpoint of every asked kind.

``python -m tests.checkpoints.zero_worker FOLDER KIND-STAGE …``, for example ``lora-2``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbench.training.environment import prepare_environment

prepare_environment()  # where DeepSpeed builds its operators is settled when it is imported

import deepspeed  # noqa: E402
import torch  # noqa: E402

from tests.checkpoints.tiny import tiny_model, with_lora  # noqa: E402

_STEPS = 2


def _model(kind: str) -> Any:
    model = tiny_model()
    return with_lora(model, modules_to_save=["lm_head"]) if kind == "lora" else model


def train_and_save(folder: Path, kind: str, stage: int) -> None:
    """A few steps with AdamW in two parameter groups, then DeepSpeed's own save."""
    model = _model(kind)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [{"params": trained[::2], "weight_decay": 0.1}, {"params": trained[1::2], "weight_decay": 0.0}]
    settings = {
        "train_micro_batch_size_per_gpu": 1,
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,
        "zero_optimization": {"stage": stage, "stage3_param_persistence_threshold": 0},
    }
    engine, *_ = deepspeed.initialize(model=model, optimizer=torch.optim.AdamW(groups, lr=1e-2), config=settings)
    torch.manual_seed(engine.global_rank)
    for _step in range(_STEPS):
        tokens = torch.randint(0, 37, (1, 9))
        engine.backward(engine(input_ids=tokens, labels=tokens).loss)
        engine.step()
    engine.save_checkpoint(str(folder), tag=f"global_step{_STEPS}", exclude_frozen_parameters=True)
    engine.destroy()


def main(folder: Path, wanted: list[str]) -> None:
    # the operator that speeds up sums on one machine takes a minute to compile, and changes nothing that is saved
    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    deepspeed.init_distributed("gloo")
    for name in wanted:
        kind, stage = name.split("-")
        train_and_save(folder / name, kind, int(stage))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
