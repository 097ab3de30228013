"""Start scoring models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from workbench.actions.python import module_command
from workbench.actions.targets import job_name
from workbench.chat.parts_choice import parts_of
from workbench.chat.protocol import Load
from workbench.configs.evaluation_rules import OWN_SCORES, PROBE_MAX_NEW_TOKENS
from workbench.configs.provenance import read_provenance
from workbench.data.probes import read_open_probes, read_probes
from workbench.data.templates import template_for_model
from workbench.errors import WorkbenchError
from workbench.evaluation.answer_log import ANSWERS_FILE
from workbench.evaluation.request import Benchmark, EvaluationRequest, ModelToScore
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import WORK_DIRS, restart_job, start_job
from workbench.jobs.state import JobState, state_of
from workbench.models.vision.marks import reads_text_only
from workbench.paths import resolve_model
from workbench.weights.scoring import refuse_scorer
from workbench.weights.small_json import json_object

_UNFINISHED = {JobState.STOPPED, JobState.FAILED, JobState.LOST}


def start_evaluate(
    models: Sequence[ModelToScore],
    probes: Mapping[str, str],
    *,
    project: Path,
    questions: Mapping[str, str] | None = None,
    benchmark: Benchmark | None = None,
    image_folder: str | None = None,
    work_dir: Path | None = None,
    max_new_tokens: int = PROBE_MAX_NEW_TOKENS,
    stop_words: Sequence[str] = (),
) -> JobFolder:
    """Score models in a job of its own; goes on with the newest one that was asked the same and did not finish.

    Args:
        probes: probe files by the name of their score.
        questions: files in the same way, whose questions need not say what is right.
        image_folder: what the paths of pictures count from; else the folder of the file that names them.
        work_dir: instead of a folder in ``<project>/work_dirs``.
        max_new_tokens: the longest answer, in tokens.
        stop_words: texts that end an answer, beside the template's own.

    Raises:
        WorkbenchError: a file or prompt template is missing or wrong, the questions are about pictures and a model
            reads text only, a model writes no text at all, or there is nothing to ask.
    """
    if not probes and not questions and benchmark is None:
        raise WorkbenchError(
            _("There is nothing to ask."),
            fix=_("Give question files: --identity-probes, --retention-probes, --image-probes, --questions."),
        )
    for named in (benchmark.data_path if benchmark else None, image_folder):
        if named and not Path(resolve_model(named)).exists():
            raise WorkbenchError(_("There is no such file or folder."), where=named)
    images = Path(resolve_model(image_folder)) if image_folder else None
    asked = [probe for path in probes.values() for probe in read_probes(Path(resolve_model(path)), images)]
    asked += [
        probe for path in (questions or {}).values() for probe in read_open_probes(Path(resolve_model(path)), images)
    ]
    if benchmark is not None or any(probe.image for probe in asked):
        _require_sight(models)
    for wanted in models:
        if wanted.endpoint is not None:
            continue
        refuse_scorer(Path(resolve_model(wanted.adapter or wanted.model)))
        template_for_model(wanted.prompt_template, Path(resolve_model(wanted.model)))
    request = EvaluationRequest(
        models=list(models),
        probes={name: _absolute(path) for name, path in probes.items()},
        questions={name: _absolute(path) for name, path in (questions or {}).items()},
        benchmark=Benchmark(kind=benchmark.kind, data_path=_absolute(benchmark.data_path)) if benchmark else None,
        image_folder=_absolute(image_folder) if image_folder else None,
        max_new_tokens=max_new_tokens,
        stop_words=list(stop_words),
    )
    name = job_name("evaluate", Path(resolve_model(_weights(models[-1]))))
    if benchmark is not None and not probes:
        name = Path(benchmark.data_path).stem
    if questions:
        name = f"compare_{next(iter(questions))}"
    return _started(request, name, project, work_dir)


def named_files(given: Iterable[str]) -> dict[str, str]:
    """Question files by the names of their scores, from ``name=file`` each.

    Raises:
        WorkbenchError: a part is missing, or a name is that of another score.
    """
    found: dict[str, str] = {}
    for text in given:
        name, mark, file = text.partition("=")
        if not (name and mark and file) or name in OWN_SCORES:
            raise WorkbenchError(
                _("This is no name for a score and a file of questions: {text}").format(text=text),
                where="--questions",
                fix=_("Write it like arithmetic=sums.json; identity, retention and seeing have options of their own."),
            )
        if name in found:
            raise WorkbenchError(
                _("Two files of questions have the name {name}.").format(name=name),
                where="--questions",
                fix=_("Give each a name of its own: its score is told by it."),
            )
        found[name] = file
    return found


def _started(request: EvaluationRequest, name: str, project: Path, work_dir: Path | None) -> JobFolder:
    request = request.model_copy(update={"as_of": _state_of_files(request)})
    command = module_command("workbench.evaluation", "{job}")
    begun = _unfinished(request, (work_dir or project / WORK_DIRS / name).resolve())
    if begun is not None:
        return restart_job(begun, command)
    return start_job("evaluate", name, command, project=project, arguments=request.model_dump(), work_dir=work_dir)


def model_to_score(
    model: str,
    adapter: str | None,
    prompt_template: str | None,
    system: str = "",
    *,
    llava: str | None = None,
    visual_encoder: str | None = None,
    visual_select_layer: int | None = None,
    bits: Literal[4, 8] | None = None,
    precision: Literal["auto", "bf16", "fp16", "fp32"] = "auto",
) -> ModelToScore:
    """A model as the user names it; the template and system text it was trained with unless others are given.

    A LLaVA folder may stand for the model or the adapter, if it says what it goes with.

    Raises:
        WorkbenchError: nothing says which template the weights want, or what a LLaVA folder goes with.
    """
    chosen = parts_of(
        Load(
            id=0,
            model=model,
            adapter=adapter,
            llava=llava,
            visual_encoder=visual_encoder,
            visual_select_layer=visual_select_layer,
        )
    )
    seeing = chosen.llava
    base = model if seeing is None else seeing.language_model
    folders = [Path(resolve_model(name)) for name in (chosen.newest_weights, base) if name]
    known = next((note for folder in folders if (note := read_provenance(folder))), None)
    template = prompt_template or (known.prompt_template if known else None)
    if template is None:
        raise WorkbenchError(
            _("Nothing says which prompt template these weights want."),
            where=chosen.newest_weights or model,
            fix=_("Name it: --prompt-template internlm2_chat, for example."),
        )
    return ModelToScore(
        label=Path(chosen.newest_weights or model).name,
        model=_absolute_folder(base),
        adapter=_absolute(chosen.adapter) if chosen.adapter else None,
        llava=_absolute(str(seeing.path)) if seeing else None,
        visual_encoder=_absolute_folder(seeing.visual_encoder) if seeing else None,
        visual_select_layer=seeing.visual_select_layer if seeing else None,
        prompt_template=template,
        system=system or (known.system if known else ""),
        bits=bits,
        precision=precision,
    )


def _weights(wanted: ModelToScore) -> str:
    return wanted.llava or wanted.adapter or wanted.model


def _require_sight(models: Sequence[ModelToScore]) -> None:
    """A name of the Hugging Face hub is looked at by the job."""
    for wanted in models:
        config = Path(resolve_model(wanted.model)) / "config.json"
        if (
            wanted.llava is None
            and wanted.endpoint is None
            and config.is_file()
            and "vision_config" not in json_object(config)
        ):
            raise reads_text_only(wanted.label)


def _unfinished(request: EvaluationRequest, work_dir: Path) -> JobFolder | None:
    arguments = request.model_dump()
    for path in sorted(work_dir.glob(f"*/results/{ANSWERS_FILE}"), reverse=True):
        job = JobFolder(path.parent.parent)
        try:
            if job.record.arguments == arguments and state_of(job) in _UNFINISHED:
                return job
        except WorkbenchError:  # damaged
            continue
    return None


def _state_of_files(request: EvaluationRequest) -> str:
    """Bytes and newest change of all files that are read; names of the Hugging Face hub are left out."""
    benchmark = request.benchmark
    named = [*request.probes.values(), *request.questions.values(), *([benchmark.data_path] if benchmark else [])]
    for wanted in request.models:
        named += filter(None, (wanted.model, wanted.adapter, wanted.llava, wanted.visual_encoder))
    files: list[Path] = []
    for path in (Path(resolve_model(name)) for name in named):
        files += [path] if path.is_file() else [file for file in sorted(path.rglob("*")) if file.is_file()]
    stats = [file.stat() for file in files]
    newest = max((stat.st_mtime_ns for stat in stats), default=0)
    return f"{sum(stat.st_size for stat in stats)} {newest}"


def _absolute_folder(name: str) -> str:
    return _absolute(name) if Path(name).is_dir() else name


def _absolute(path: str) -> str:
    return path if path.startswith("sample:") else str(Path(path).expanduser().resolve())
