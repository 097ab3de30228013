"""A clean copy of a LLaVA checkpoint: the trained parts in XTuner's layout, nothing of the trainer's state."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from workbench.checkpoints.llava.folder_parts import FolderParts, open_parts
from workbench.checkpoints.output import require_space
from workbench.checkpoints.values import is_finite, not_finite
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.seeing import LANGUAGE_ADAPTER, PROJECTOR, TOWER_ADAPTER, WHOLE_TOWER

_BESIDE_WEIGHTS = re.compile(
    r"(adapter_config|config|generation_config|preprocessor_config)\.json|.*\.index\.json"
    r"|tokenizer.*|special_tokens_map\.json|added_tokens\.json|vocab\..*|merges\.txt|chat_template.*"
)


def copy_parts(checkpoint: Path, folder: Path, on_progress: Callable[[int, int], None]) -> FolderParts:
    """Copy the parts; on_progress gets bytes done and in all.

    Raises:
        WorkbenchError: a part is missing, damaged or holds values that are not finite, a file is a link that leads out
            of the checkpoint, or the disk cannot hold them.
    """
    parts = open_parts(checkpoint)
    for name, tensor in parts.projector.items():
        if not is_finite(values := tensor.load()):
            raise not_finite(f"{PROJECTOR}.{name}", values, checkpoint)
    files = sorted({*filter(Path.is_file, parts.weight_files()), *_small_files(parts)})
    refuse_links_outside(checkpoint, files)
    total, done = sum(path.stat().st_size for path in files), 0
    require_space(folder, total)
    for path in files:
        target = folder / path.relative_to(checkpoint)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        done += path.stat().st_size
        on_progress(done, total)
    return parts


def refuse_links_outside(checkpoint: Path, files: list[Path]) -> None:
    """A link in a folder from elsewhere could make any file of this machine part of the result.

    Raises:
        WorkbenchError: names the first.
    """
    for path in files:
        if not path.resolve().is_relative_to(checkpoint.resolve()):
            raise WorkbenchError(
                _("{name} is a link that leads out of the checkpoint.").format(name=path.name),
                where=str(checkpoint),
                fix=_("Put the file itself in its place, or remove the link."),
            )


def _small_files(parts: FolderParts) -> list[Path]:
    """What belongs to the parts beside their weights; at the top only if a whole language model lies there."""
    places = [parts.path / name for name in (PROJECTOR, LANGUAGE_ADAPTER, TOWER_ADAPTER, WHOLE_TOWER)]
    if parts.language is not None:
        places.append(parts.path)
    return [
        path
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if path.is_file() and _BESIDE_WEIGHTS.fullmatch(path.name)
    ]
