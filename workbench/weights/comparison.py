"""Two weights side by side: what differs in their facts and settings.

Their values are compared in a process of its own (`workbench.checkpoints.compare_job`), which fills in the rest.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workbench.configs.evaluation_rules import score_text
from workbench.configs.files import load_config
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.jobs.checkpoints import list_checkpoints
from workbench.jobs.find import find_job
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.weights.facts import WeightsFacts, described

COMPARISON_FILE = "comparison.json"
_PATHS_DEEP = 2
"""A checkpoint lies two folders below its job: in ``checkpoints`` or ``results``."""


class Difference(BaseModel):
    """Something that is other in the two; None where one has no such thing."""

    name: str
    first: str | None
    second: str | None


class LayerChange(BaseModel):
    """How far apart a layer's weights are: the norm of the difference, and that over the norm of the second's.

    None where it is no number: values that are not finite, or a second that is zero or lacks the layer.
    """

    name: str
    norm: float | None
    relative: float | None


class Comparison(BaseModel):
    """What two weights have not in common. ``note``: why no values are compared, or how."""

    first: str
    second: str
    facts: list[Difference] = []
    scores: list[Difference] = []
    layers: list[LayerChange] = []
    total: LayerChange | None = None
    only_first: list[str] = []
    only_second: list[str] = []
    shapes: list[Difference] = []
    note: str | None = None


def compare_facts(first: WeightsFacts, second: WeightsFacts, project: Path) -> Comparison:
    """Everything that differs but the values: facts, adapter settings, the trainings' configs, scores."""
    facts = _differences(_described(first), _described(second))
    settings = _differences(_config_of(first.path, project), _config_of(second.path, project))
    scores = [_scores_of(one, project) for one in (first, second)]
    shown = [{score_text(name): f"{share:.1%}" for name, share in one.items()} for one in scores]
    names = {score_text(name) for one in scores for name in one}
    return Comparison(
        first=str(first.path),
        second=str(second.path),
        facts=[one for one in facts if one.name not in names] + settings,
        scores=[
            Difference(name=name, first=shown[0].get(name), second=shown[1].get(name))
            for name in dict.fromkeys([*shown[0], *shown[1]])
        ],
    )


def by_change(layers: list[LayerChange]) -> list[LayerChange]:
    """The layers, those that changed most first."""
    return sorted(layers, key=lambda layer: -(layer.relative if layer.relative is not None else layer.norm or 0.0))


def read_comparison(path: Path) -> Comparison:
    """What a job of the kind ``compare`` wrote.

    Raises:
        OSError, ValueError: it is not there or damaged.
    """
    return Comparison.model_validate_json(path.read_bytes())


def _described(facts: WeightsFacts) -> dict[str, str]:
    """The facts by their names, each setting of an adapter by its own."""
    settings = {name: sorted(value) if isinstance(value, list) else value for name, value in facts.settings.items()}
    return dict(described(replace(facts, settings={}))) | {name: str(value) for name, value in settings.items()}


def _differences(first: dict[str, str], second: dict[str, str]) -> list[Difference]:
    names = dict.fromkeys([*first, *second])
    return [
        Difference(name=name, first=first.get(name), second=second.get(name))
        for name in names
        if first.get(name) != second.get(name)
    ]


def _job_of(path: Path, project: Path) -> JobFolder | None:
    """The training that weights came from: the job they lie in, or the one that is noted beside them."""
    folder = path.parents[_PATHS_DEEP - 1] if len(path.parents) >= _PATHS_DEEP else path
    if (folder / RECORD_FILE).is_file():
        return JobFolder(folder)
    known = read_provenance(path)
    try:
        return find_job(project, known.job, "train") if known and known.job else None
    except WorkbenchError:
        return None


def _config_of(path: Path, project: Path) -> dict[str, str]:
    """The settings of the training by their names in a config."""
    job = _job_of(path, project)
    try:
        return _flat(load_config(job.config_path).model_dump(mode="json")) if job is not None else {}
    except WorkbenchError:
        return {}


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[prefix + name] = str(value)
    return flat


def _scores_of(facts: WeightsFacts, project: Path) -> dict[str, float]:
    """Those beside the weights; of a checkpoint, those its training measured."""
    if facts.scores:
        return facts.scores
    job = _job_of(facts.path, project)
    infos = list_checkpoints(job) if job is not None else []
    info = next((info for info in infos if info.path is not None and info.path.resolve() == facts.path), None)
    return {name: score.value for name, score in info.scores.items()} if info else {}
