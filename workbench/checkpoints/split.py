"""One file for each tensor of a model, as XTuner's ``convert split`` lays them out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.checkpoints.model_files import astray_note, open_folder
from workbench.checkpoints.output import complete_or_absent, resume_key_of
from workbench.checkpoints.weight_writing import PlannedTensor, write_weights
from workbench.configs.provenance import Provenance, read_provenance, write_provenance


def split(source: Path, target: Path, *, overwrite: bool = False, on_progress: Callable[[int, int], None]) -> list[str]:
    """Write a model again with one tensor a file, in its own format, and an index; on_progress gets bytes.

    Returns:
        what the user should know.

    Raises:
        WorkbenchError: the source is no model or damaged, or the target would be overwritten.
    """
    model = open_folder(source)
    plan = [PlannedTensor(name, tensor.shape, tensor.dtype, tensor.load) for name, tensor in model.stored.items()]
    safe = model.weight_files[0].suffix == ".safetensors"
    key = resume_key_of([path for path in source.iterdir() if path.is_file()], "split")
    with complete_or_absent(target, overwrite=overwrite, sources=[source], resume_key=key) as folder:
        write_weights(folder, plan, max_shard_bytes=0, safe=safe, on_progress=on_progress)
        notes = astray_note(model.carry_over(folder))
        write_provenance(folder, read_provenance(source) or Provenance())
    return notes
