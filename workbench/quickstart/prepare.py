"""The first stage: data with the new name in it, and a config that trains on it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from workbench.configs.copies import copy_config
from workbench.configs.files import load_config
from workbench.configs.find import find_config
from workbench.data.identity.generate import IdentityDataset, generate, probe_file_of, write_dataset
from workbench.data.probes import read_probes
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model

CONFIG = "workbench_sample_qlora_identity_e2"
DATA_FILE = "identity.json"
GENERAL_DIALOGUE = "sample:general_dialogue.json"
RETENTION_PROBES = "sample:retention.probes.json"


@dataclass(frozen=True)
class Prepared:
    """Files of the project."""

    data: Path
    probes: Path
    config: Path


def prepare(project: Path, name: str) -> Prepared:
    """Write data, probes and config into the project.

    Files of the same contents are used; others that are in the way stay as they are, and a number goes into the new
    name.

    Raises:
        WorkbenchError: the name is empty, or the folder cannot be written.
    """
    dataset = generate(name, mix=Path(resolve_model(GENERAL_DIALOGUE)))
    data = next(path for path in _numbered(project / DATA_FILE) if _is_free_or_same(path, dataset))
    if not data.exists():
        write_dataset(dataset, data)
    probes = probe_file_of(data)
    return Prepared(data, probes, _config(project, data.name, probes.name))


def _numbered(path: Path) -> Iterator[Path]:
    """``name.json``, ``name-2.json``, ``name-3.json`` …"""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def _is_free_or_same(path: Path, dataset: IdentityDataset) -> bool:
    probes = probe_file_of(path)
    if not path.exists() and not probes.exists():
        return True
    try:
        return json.loads(path.read_bytes()) == dataset.rows and read_probes(probes) == dataset.probes
    except (OSError, ValueError, WorkbenchError):
        return False


def _config(project: Path, data: str, probes: str) -> Path:
    """A copy of the config that trains on the data: an earlier one if it is set in the same way, else a new one."""
    settings = [f"data_path={data}", f"identity_probes={probes}", f"retention_probes={RETENTION_PROBES}"]
    for folder in _numbered(project / "configs"):
        path = folder / f"{CONFIG}_copy.yaml"
        if not path.exists():
            return copy_config(CONFIG, folder, assignments=settings)
        if _is_set_so(path, data, probes):
            return path
    raise AssertionError("there is always a free number")


def _is_set_so(path: Path, data: str, probes: str) -> bool:
    wanted = find_config(CONFIG).config.model_copy(
        update={"data_path": data, "identity_probes": probes, "retention_probes": RETENTION_PROBES}
    )
    try:
        return load_config(path) == wanted
    except WorkbenchError:
        return False


def commands(name: str) -> list[str]:
    """What a person would type to do the same in an empty folder."""
    return [
        f"workbench data identity --name {shlex.quote(name)} --mix {GENERAL_DIALOGUE}",
        f"workbench copy-cfg {CONFIG} configs",
        f"workbench train configs/{CONFIG}_copy.yaml",
        "workbench convert last adapter",
        "workbench merge auto adapter merged",
        "workbench evaluate merged --identity-probes identity.probes.json",
    ]
