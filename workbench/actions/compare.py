"""Ask several models what a question file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from workbench.actions.evaluate import model_to_score, start_evaluate
from workbench.actions.named_weights import model_named, parted
from workbench.chat.endpoints import ENDPOINT, endpoint_named
from workbench.configs.evaluation_rules import PROBE_MAX_NEW_TOKENS
from workbench.errors import WorkbenchError
from workbench.evaluation.request import ModelToScore, Precision
from workbench.i18n import _
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.paths import resolve_model
from workbench.weights.seeing import is_seeing_folder


@dataclass(frozen=True)
class HowAsked:
    """What is the same for all models; templates and system texts of trained weights are their own if these are empty."""

    prompt_template: str | None = None
    system: str = ""
    bits: Literal[4, 8] | None = None
    precision: Precision = "auto"
    max_new_tokens: int = PROBE_MAX_NEW_TOKENS
    stop_words: tuple[str, ...] = ()
    image_folder: str | None = None


def start_compare(
    file: str, models: Sequence[str], how: HowAsked, *, project: Path, templates: Mapping[str, str | None] | None = None
) -> JobFolder:
    """Ask all models in a job of its own; goes on with the newest one that was asked the same and did not finish.

    Args:
        file: questions, of which those that say what is right are scored.
        models: each ``MODEL``, ``MODEL+ADAPTER`` (or a LLaVA folder in the adapter's place), a training job, or
            ``endpoint:NAME`` of a chat service.
        templates: of models that are asked with another prompt template than ``how`` says.

    Raises:
        WorkbenchError: a model, template or file is missing or wrong, or a model is named twice.
    """
    if twice := next((name for number, name in enumerate(models) if name in models[:number]), None):
        raise WorkbenchError(_("A model is named twice."), where=twice, fix=_("Name each model once."))
    own = templates or {}
    return start_evaluate(
        [_model(name, replace(how, prompt_template=own.get(name) or how.prompt_template), project) for name in models],
        {},
        project=project,
        questions={Path(resolve_model(file)).name.partition(".")[0]: file},
        image_folder=how.image_folder,
        max_new_tokens=how.max_new_tokens,
        stop_words=how.stop_words,
    )


def comparisons(project: Path) -> list[JobFolder]:
    """The jobs of this project in which models were asked question files, newest first."""
    return [
        job for job in list_jobs(project) if job.record.kind == "evaluate" and job.record.arguments.get("questions")
    ]


def _model(name: str, how: HowAsked, project: Path) -> ModelToScore:
    if name.startswith(ENDPOINT):
        service = name.removeprefix(ENDPOINT)
        endpoint_named(service).opened()
        return ModelToScore(label=name, model=name, endpoint=service, prompt_template="", system=how.system)
    model, added = parted(name)
    llava = added if added is not None and is_seeing_folder(Path(resolve_model(added))) else None
    named = (model, None) if llava else model_named(model, added, project)
    wanted = model_to_score(
        *named, how.prompt_template, how.system, llava=llava, bits=how.bits, precision=how.precision
    )
    return wanted.model_copy(update={"label": name})
