"""Models a person may want to chat with: the sample, and what this project's jobs made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.provenance import read_provenance
from workbench.hub.local import cached_models
from workbench.i18n import N_
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.ui.chat_state import ChosenModel


@dataclass(frozen=True)
class KnownModel:
    """A row of the model list. ``kind`` is a message id to be translated when shown."""

    kind: str
    name: str
    chosen: ChosenModel


SAMPLE = KnownModel(N_("base"), "sample:model", ChosenModel("sample:model"))


def known_models(project: Path) -> list[KnownModel]:
    """The project's merged models and adapters, newest first, then their bases, fetched models and the sample model."""
    made = [model for job in list_jobs(project) for model in _made_by(job)]
    bases = dict.fromkeys(known.chosen.model for known in made if known.chosen.adapter)
    bases.update(dict.fromkeys(cached_models()))
    named = [KnownModel(N_("base"), base, ChosenModel(base)) for base in bases if base != SAMPLE.chosen.model]
    return [*made, *named, SAMPLE]


def _made_by(job: JobFolder) -> list[KnownModel]:
    found = []
    for key, value in results_of(job).items():
        folder = Path(str(value))
        if key not in {"adapter", "merged", "model"} or not folder.is_dir():
            continue
        provenance = read_provenance(folder)
        if key != "adapter":
            found.append(KnownModel(N_("merged") if key == "merged" else N_("model"), job.id, ChosenModel(str(folder))))
        elif provenance and provenance.base_model:
            found.append(KnownModel(N_("adapter"), job.id, ChosenModel(provenance.base_model, str(folder))))
    return found
