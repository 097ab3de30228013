"""Checkpoint folders with every file that a training needs, all of them tiny."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from workbench.configs.provenance import Provenance, write_provenance

_TENSOR = {"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}


def write_weights(path: Path) -> None:
    """A safetensors file of one number."""
    header = json.dumps(_TENSOR).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))


def write_state(path: Path) -> None:
    """A file of the kind that torch saves: a zip archive."""
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"state")


def save_checkpoint(
    parent: Path, step: int, *, ranks: int = 1, zero_stage: int = 0, scores: dict[str, float] | None = None
) -> Path:
    """A complete checkpoint, as DeepSpeed leaves it if there is a ZeRO stage."""
    folder = parent / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    write_weights(folder / "adapter_model.safetensors")
    write_state(folder / "scheduler.pt")
    names = ["rng_state.pth"] if ranks == 1 else [f"rng_state_{rank}.pth" for rank in range(ranks)]
    for name in names:
        write_state(folder / name)
    if zero_stage:
        (folder / "latest").write_text(f"global_step{step}")
        shards = folder / f"global_step{step}"
        prefixes = [f"zero_pp_rank_{rank}_" for rank in range(ranks)]
        for prefix in prefixes if zero_stage == 3 else [""]:
            write_state(shards / f"{prefix}mp_rank_00_model_states.pt")
        for prefix in prefixes:
            write_state(shards / f"bf16_{prefix}mp_rank_00_optim_states.pt")
    else:
        write_state(folder / "optimizer.pt")
    write_provenance(folder, Provenance(scores=scores or {}))
    return folder
