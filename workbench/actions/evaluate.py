"""Start scoring models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.actions.python import module_command
from workbench.configs.provenance import read_provenance
from workbench.data.probes import read_probes
from workbench.data.templates import template_for_model
from workbench.errors import WorkbenchError
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model


def start_evaluate(models: Sequence[ModelToScore], probes: Mapping[str, str], *, project: Path) -> JobFolder:
    """Score models in a job of its own.

    Args:
        probes: probe files by the name of their score.

    Raises:
        WorkbenchError: a probe file or prompt template is missing or wrong, or there is nothing to ask.
    """
    if not probes:
        raise WorkbenchError(
            _("There is nothing to ask."), fix=_("Give probe files: --identity-probes, --retention-probes.")
        )
    for path in probes.values():
        read_probes(Path(resolve_model(path)))
    for wanted in models:
        template_for_model(wanted.prompt_template, Path(resolve_model(wanted.model)))
    request = EvaluationRequest(models=list(models), probes={name: _absolute(path) for name, path in probes.items()})
    return start_job(
        "evaluate",
        f"evaluate-{Path(resolve_model(models[-1].adapter or models[-1].model)).name}",
        module_command("workbench.evaluation", "{job}"),
        project=project,
        arguments=request.model_dump(),
    )


def model_to_score(model: str, adapter: str | None, prompt_template: str | None, system: str = "") -> ModelToScore:
    """A model as the user names it; the template and system text it was trained with unless others are given.

    Raises:
        WorkbenchError: nothing says which template the weights want.
    """
    folders = [Path(resolve_model(name)) for name in (adapter, model) if name]
    known = next((note for folder in folders if (note := read_provenance(folder))), None)
    template = prompt_template or (known.prompt_template if known else None)
    if template is None:
        raise WorkbenchError(
            _("Nothing says which prompt template these weights want."),
            where=adapter or model,
            fix=_("Name it: --prompt-template internlm2_chat, for example."),
        )
    return ModelToScore(
        label=Path(adapter or model).name,
        model=_absolute(model) if Path(model).is_dir() else model,
        adapter=_absolute(adapter) if adapter else None,
        prompt_template=template,
        system=system or (known.system if known else ""),
    )


def _absolute(path: str) -> str:
    return path if path.startswith("sample:") else str(Path(path).expanduser().resolve())
