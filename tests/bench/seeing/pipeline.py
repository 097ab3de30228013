"""Pictures a second: workbench's rows in a data loader, and a plain data loader with the same image processor."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from transformers import CLIPImageProcessorPil

from tests.bench.measurement import Figure, Settings, times
from workbench.data.encode import IMAGE_TOKEN
from workbench.data.pack import Packed
from workbench.models.vision.sight import TowerSight
from workbench.training.collate import Collator
from workbench.training.picture_rows import PictureCollator, PictureRows

_SIDE, _PATCHES = 336, 576
_SIZE = (640, 480)
_BATCH, _WORKERS = 16, 2


class _Rows:
    def __init__(self, pictures: Sequence[Path]) -> None:
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, number: int) -> Packed:
        return Packed([1, IMAGE_TOKEN, 5], [-100, -100, 5], [3], [str(self._pictures[number])])


class _Plain(Dataset[torch.Tensor]):
    def __init__(self, pictures: Sequence[Path], processor: Any) -> None:
        self._pictures, self._processor = pictures, processor

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, number: int) -> torch.Tensor:
        with Image.open(self._pictures[number]) as image:
            pixels: torch.Tensor = self._processor(images=image.convert("RGB"), return_tensors="pt")["pixel_values"]
        return pixels[0]


def pipeline_figures(settings: Settings) -> list[Figure]:
    """Both in turn, over the same files."""
    count = 64 if settings.seconds < Settings.seconds else 512
    processor = CLIPImageProcessorPil(size={"shortest_edge": _SIDE}, crop_size={"height": _SIDE, "width": _SIDE})
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        pictures = _write_pictures(Path(name), count)
        sight = TowerSight(processor, 9, _PATCHES, pad_image_to_square=False)
        rows = PictureRows(_Rows(pictures), sight)  # type: ignore[arg-type]
        ours = DataLoader(rows, _BATCH, num_workers=_WORKERS, collate_fn=PictureCollator(Collator(0)))  # type: ignore[arg-type, var-annotated]
        plain = DataLoader(_Plain(pictures, processor), _BATCH, num_workers=_WORKERS)
        speeds: dict[str, list[float]] = {"ours": [], "plain": []}
        for _number in range(settings.runs):
            speeds["ours"].append(_speed(ours, count))
            speeds["plain"].append(_speed(plain, count))
    base = Figure("a plain data loader", speeds["plain"], "pictures/s")
    found = Figure("workbench's training rows", speeds["ours"], "pictures/s")
    return [Figure(found.what, found.samples, found.unit, compared=times(found.value, base.value, base.what)), base]


def _speed(loader: Any, count: int) -> float:
    began = time.perf_counter()
    for _batch in loader:
        pass
    return count / (time.perf_counter() - began)


def _write_pictures(folder: Path, count: int) -> list[Path]:
    """Smooth noise, which takes a JPEG decoder about as long as a photograph."""
    draw = np.random.default_rng(1)
    paths = []
    for number in range(count):
        small = Image.fromarray(draw.integers(0, 255, (60, 80, 3), dtype=np.uint8))
        path = folder / f"{number}.jpg"
        small.resize(_SIZE, Image.Resampling.BICUBIC).save(path, quality=90)
        paths.append(path)
    return paths
