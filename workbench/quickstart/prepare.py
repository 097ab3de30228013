"""The first stage: data with the new name in it, and a config that trains on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.copies import copy_config
from workbench.data.identity.generate import generate, probe_file_of, write_dataset
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
    """Write data, probes and config into the project. An earlier quickstart's files there are replaced.

    Raises:
        WorkbenchError: the name is empty, or the folder cannot be written.
    """
    data = project / DATA_FILE
    dataset = generate(name, mix=Path(resolve_model(GENERAL_DIALOGUE)))
    write_dataset(dataset, data, overwrite=True)
    probes = probe_file_of(data)
    settings = [f"data_path={data.name}", f"identity_probes={probes.name}", f"retention_probes={RETENTION_PROBES}"]
    return Prepared(data, probes, copy_config(CONFIG, project / "configs", assignments=settings, overwrite=True))


def commands(name: str) -> list[str]:
    """What a person would type to do the same."""
    return [
        f"workbench data identity --name {name} --mix {GENERAL_DIALOGUE}",
        f"workbench copy-cfg {CONFIG} configs",
        f"workbench train configs/{CONFIG}_copy.yaml",
        "workbench convert last adapter",
        "workbench merge auto adapter merged",
        "workbench evaluate merged --identity-probes identity.probes.json",
    ]
