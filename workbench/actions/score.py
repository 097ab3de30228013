"""Start a job in which a reward model gives scores."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.convert import checkpoint_of
from workbench.actions.merge import base_of
from workbench.actions.python import module_command
from workbench.actions.targets import job_name
from workbench.configs.provenance import read_provenance
from workbench.data.sources import Source
from workbench.data.templates import AUTO
from workbench.errors import WorkbenchError
from workbench.evaluation.request import Precision
from workbench.evaluation.score_request import ScoreRequest
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model
from workbench.weights.scoring import gives_no_scores, is_scorer, reward_token_of


def start_score(
    model: str,
    data: str,
    *,
    project: Path,
    base: str | None = None,
    prompt_template: str | None = None,
    dataset_format: str = "auto",
    max_length: int = 2048,
    batch_size: int = 8,
    precision: Precision = "auto",
    reward_token_id: int | None = None,
    output: Path | None = None,
    overwrite: bool = False,
) -> JobFolder:
    """Score the answers of a file in a job of its own.

    Args:
        model: a reward model: a folder, a checkpoint or an adapter, a training job, or a Hugging Face name.
        data: pairs of answers, or dialogues whose last answer is scored; see `Source`.
        base: of an adapter, instead of the noted one.
        max_length: the most tokens of a question with its answer.
        reward_token_id: put behind each answer to read its score there, instead of what the model says.
        output: the file of scores; one in the job's ``results`` if it is None.

    Raises:
        WorkbenchError: there is no such model or file, it gives no scores, nothing says which template it wants, or
            the output would be overwritten.
    """
    if output is not None and output.exists() and not overwrite:
        raise WorkbenchError(
            _("The file exists already."),
            where=str(output),
            fix=_("Choose another name, or allow overwriting: --force."),
        )
    folder = _folder(model, project)
    if folder is not None and not is_scorer(folder):
        raise gives_no_scores(str(folder))
    if Source(data).is_here:
        Source(data).files()
    token = reward_token_id
    if token is None and folder is not None:
        token = reward_token_of(folder)
    adapter = folder if folder is not None and (folder / "adapter_config.json").is_file() else None
    request = ScoreRequest(
        model=base_of(adapter, base, Path(model)) if adapter else str(folder or model),
        adapter=str(adapter) if adapter else None,
        prompt_template=prompt_template or _template(folder, model, token),
        data_path=data,
        dataset_format=dataset_format,
        max_length=max_length,
        batch_size=batch_size,
        precision=precision,
        reward_token_id=token,
        output=str(output.resolve()) if output else None,
    )
    return start_job(
        "score",
        job_name("score", folder or Path(model)),
        module_command("workbench.evaluation.score_job", "{job}"),
        project=project,
        arguments=request.model_dump(),
    )


def _folder(model: str, project: Path) -> Path | None:
    """The folder of a model or checkpoint; None for a name of the Hugging Face hub."""
    named = resolve_model(model)
    try:
        return checkpoint_of(named, project)
    except WorkbenchError:
        if named.count("/") == 1 and not named.startswith((".", "/")):
            return None
        raise


def _template(folder: Path | None, model: str, reward_token: int | None) -> str:
    known = read_provenance(folder) if folder else None
    if known is None or known.prompt_template is None:
        if reward_token is not None:
            return AUTO  # published reward models that read a token of their own are trained on the tokenizer's format
        raise WorkbenchError(
            _("Nothing says which prompt template these weights want."),
            where=model,
            fix=_("Name it: --prompt-template internlm2_chat, for example."),
        )
    return known.prompt_template
