"""Features of all pictures, computed once: while the tower is frozen they are always the same.

They lie in a file that is mapped into memory, numbers of the tower's precision ``[pictures, patches, width]``, and are
found again by everything that they depend on. A training then runs without the tower.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.data.prepare.cache import make_room
from workbench.data.prepare.write import OnProgress
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.models.vision.features import tower_features
from workbench.models.vision.sight import Look, Picture, TowerSight
from workbench.paths import resolve_model, user_cache
from workbench.training.ranks import barrier
from workbench.training.ranks_environment import local_rank, local_world_size

_AT_A_TIME = 16
_MOST_BYTES = 50 * 1024**3
_FEATURES = "features.bin"


@dataclass(frozen=True)
class Features:
    """Features of some files, ``[pictures, patches, width]``; ``rows``: of each file, its place."""

    rows: dict[Path, int]
    values: torch.Tensor


@dataclass(frozen=True)
class KnownSight:
    """The sight of a LLaVA model whose tower was taken out: features for pixels."""

    image_id: int
    patches: int
    known: tuple[Features, ...]

    def look(self, picture: Picture) -> Look:
        assert isinstance(picture, Path), "only files have features that are known"
        features = next(some for some in self.known if picture in some.rows)
        place = features.rows[picture]
        return self._look(features.values[place : place + 1])

    def blank(self) -> Look:
        """A picture of nothing."""
        return self._look(torch.zeros_like(self.known[0].values[:1]))

    def _look(self, features: torch.Tensor) -> Look:
        return Look([self.image_id] * self.patches, {"pixel_values": features})


def bytes_needed(model: Any, pictures: int) -> int:
    """Room for the features of so many pictures."""
    tower = model.model.vision_tower
    return int(pictures * model.config.image_seq_length * tower.config.hidden_size * tower.dtype.itemsize)


def why_too_large(needed: int) -> str | None:
    """Why features of so many bytes are not kept, or None if there is room."""
    folder = user_cache()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed <= min(free // 2, _MOST_BYTES):
        return None
    return _("The features of all pictures would take {needed:.1f} GB; {free:.1f} GB of that disk are free.").format(
        needed=needed / 1e9, free=free / 1e9
    )


def known_features(
    model: Any, sight: TowerSight, tower_name: str, pictures: Sequence[Path], tell: OnProgress
) -> Features:
    """The features of some files, computed now by all processes of this machine, or kept from an earlier run.

    Args:
        model: a ``LlavaForConditionalGeneration`` with its tower, which is not trained.
        tower_name: the folder or name that the tower came from.

    Raises:
        WorkbenchError: a picture cannot be read, or there is no room.
    """
    tower = model.model.vision_tower
    shape = (len(pictures), sight.patches, tower.config.hidden_size)
    folder = user_cache() / "image_features" / _key(model, sight, tower_name, pictures)
    file = folder / _FEATURES
    if not file.is_file():
        part = folder / f"{socket.gethostname()}.part"
        try:
            _write(part, shape, model, sight, pictures, tell)
        except OSError as error:
            raise WorkbenchError(
                _("The features of the pictures cannot be kept: {reason}").format(reason=system_reason(error)),
                where=str(folder),
                fix=_("Make room, or set cache_image_features: false."),
            ) from error
        barrier()
        if local_rank() == 0:
            part.rename(file)
            make_room(keep=folder)
        barrier()
    os.utime(folder)
    values = torch.from_file(str(file), shared=False, size=math.prod(shape), dtype=tower.dtype).view(shape)
    return Features({path: row for row, path in enumerate(pictures)}, values)


def _write(
    part: Path, shape: tuple[int, int, int], model: Any, sight: TowerSight, pictures: Sequence[Path], tell: OnProgress
) -> None:
    """Each process its share of the pictures, into one file."""
    tower = model.model.vision_tower
    size = math.prod(shape)
    if local_rank() == 0:
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            _take_room(stream.fileno(), size * tower.dtype.itemsize)
    barrier()
    features = torch.from_file(str(part), shared=True, size=size, dtype=tower.dtype).view(shape)
    if torch.cuda.is_available():
        tower.to("cuda")
    step = _AT_A_TIME * local_world_size()
    for start in range(local_rank() * _AT_A_TIME, len(pictures), step):
        tell(start, len(pictures))
        some = pictures[start : start + _AT_A_TIME]
        pixels = torch.cat([sight.look(path).inputs["pixel_values"] for path in some])
        features[start : start + len(some)] = tower_features(model, pixels).to("cpu", tower.dtype)
    tell(len(pictures), len(pictures))
    tower.to("cpu")


def _take_room(file: int, size: int) -> None:
    """Make a file so long and take its room on the disk: writing to mapped memory that has none ends the process.

    Raises:
        OSError: the disk is full.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:  # macOS
        os.ftruncate(file, size)


def _key(model: Any, sight: TowerSight, tower_name: str, pictures: Sequence[Path]) -> str:
    files = [(str(path), (seen := path.stat()).st_size, seen.st_mtime_ns) for path in pictures]
    folder = Path(resolve_model(tower_name))
    weights = [
        (file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(folder.glob("*")) if file.is_file()
    ]
    tower = model.model.vision_tower
    parts = [
        [tower_name, weights, getattr(tower.config, "_commit_hash", None), str(tower.dtype)],
        [model.config.vision_feature_layer, sight.pad_image_to_square, sight.processor.to_dict()],
        files,
    ]
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).hexdigest()
