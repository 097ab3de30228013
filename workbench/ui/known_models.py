"""Models a person may want to chat with: the sample, and what this project's jobs made and saved on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.hub.local import cached_models
from workbench.i18n import N_
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.paths import resolve_model
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_rows import PROJECT, Found
from workbench.ui.weights_use import chat_with
from workbench.weights.find import Looker
from workbench.weights.seeing import is_seeing_folder


@dataclass(frozen=True)
class KnownModel:
    """A row of the model list.

    Args:
        kind: a message id to be translated when shown.
        begun: when the job that made it began, in seconds since the epoch; None if it is of no job.
    """

    kind: str
    name: str
    chosen: ChosenModel
    begun: float | None = None


_RESULTS = {"adapter": N_("adapter"), "llava": N_("LLaVA"), "merged": N_("merged"), "model": N_("model")}
"""What jobs make that can be talked to, with its kind."""
SAMPLE = KnownModel(N_("base"), "sample:model", ChosenModel("sample:model"))


def known_models(project: Path, others: Sequence[ChosenModel] = ()) -> list[KnownModel]:
    """The project's merged models, adapters and checkpoints, newest first, then their bases, fetched models and the sample model.

    Args:
        others: which the user has named before; they come last.
    """
    by_weights: dict[ChosenModel, KnownModel] = {}
    for job in list_jobs(project):
        for model in _made_by(job):
            by_weights.setdefault(model.chosen, model)  # a conversion's folder is also among the training's results
    made = list(by_weights.values())
    bases = dict.fromkeys(known.chosen.model for known in made if known.chosen.is_added_to_base)
    bases.update(dict.fromkeys(cached_models()))
    named = [KnownModel(N_("base"), base, ChosenModel(base)) for base in bases if base != SAMPLE.chosen.model]
    known = [*made, *named, SAMPLE]
    there = {one.chosen.reference_in(project) for one in known}
    named_before = [KnownModel(_kind(one), one.reference_in(project), one) for one in others]
    return [*known, *(one for one in named_before if one.name not in there)]


def found_models(project: Path, known: Sequence[KnownModel]) -> list[KnownModel]:
    """What else lies in the project's folder that can be talked to; looking at much takes a while."""
    parts = (part for one in known for part in (one.chosen.model, one.chosen.adapter, one.chosen.llava) if part)
    found = []
    for facts in Looker().below(project, [Path(resolve_model(part)) for part in parts]):
        try:
            chosen = added_to_base(facts.path) or chat_with(Found(facts.path.name, facts, PROJECT), facts)
        except WorkbenchError:
            continue  # it is no language model, or not whole
        found.append(KnownModel(_kind(chosen), shown_path(facts.path, project), chosen))
    return found


def _made_by(job: JobFolder) -> list[KnownModel]:
    if job.checkpoints_path.is_dir():
        checkpoints = sorted(job.checkpoints_path.iterdir(), key=_saved_last, reverse=True)
        found = [(f"{job.id}/{folder.name}", added_to_base(folder)) for folder in checkpoints]
        begun = job.record.started
        return [KnownModel(_kind(chosen), name, chosen, begun) for name, chosen in found if chosen is not None]
    models = []
    for key, value in results_of(job).items():
        folder = Path(str(value))
        if key not in _RESULTS or not folder.is_dir():
            continue
        if key in {"merged", "model"}:
            models.append(KnownModel(_RESULTS[key], job.id, ChosenModel(str(folder)), job.record.started))
        elif chosen := added_to_base(folder):
            models.append(KnownModel(_RESULTS[key], job.id, chosen, job.record.started))
    return models


def added_to_base(folder: Path) -> ChosenModel | None:
    """An adapter or a LLaVA folder, on the base that it names; None if it is no such thing or names none."""
    if is_seeing_folder(folder):
        try:
            return ChosenModel("", llava=str(folder)).with_parts_named()
        except WorkbenchError:
            return ChosenModel("", llava=str(folder))  # the rest is asked for when it is chosen
    provenance = read_provenance(folder)
    if provenance is None or not provenance.base_model or not (folder / "adapter_config.json").is_file():
        return None
    return ChosenModel(provenance.base_model, str(folder))


def _kind(chosen: ChosenModel) -> str:
    if not chosen.is_added_to_base:
        return _RESULTS["model"]
    return _RESULTS["llava" if chosen.llava else "adapter"]


def _saved_last(folder: Path) -> tuple[int, str]:
    """Sorts checkpoints by their number."""
    number = folder.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0, folder.name
