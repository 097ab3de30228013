"""The pictures that a model is asked about during its training."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.evaluation_rules import question_files
from workbench.configs.schema import TrainConfig
from workbench.data.fetched_picture import fetched
from workbench.data.picture import is_address
from workbench.data.probes import read_probes
from workbench.paths import resolve_model


def asked_pictures(config: TrainConfig) -> list[Path]:
    """Those of the evaluation questions and of the probes.

    Raises:
        WorkbenchError: a probe file is damaged, or an address gives no picture.
    """
    files = [picture_file(image) for image in config.evaluation_images]
    for name in question_files(config).values():
        files += [Path(probe.image) for probe in read_probes(Path(resolve_model(name))) if probe.image]
    return files


def picture_file(image: str) -> Path:
    """The file of a picture as a config names it; one at an address is fetched once.

    Raises:
        WorkbenchError: the address gives nothing.
    """
    return fetched(image) if is_address(image) else Path(resolve_model(image))
