"""``python -m workbench.evaluation JOB``: score models on probe files, one model after the other."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.data.probes import Probe, read_probes
from workbench.data.templates import get_template
from workbench.data.templates.mismatch import template_warnings, trained_template
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.evaluation.scores import PROBE_MAX_NEW_TOKENS, ProbeScore, score
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Score, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker
from workbench.paths import resolve_model

_QUESTIONS_AT_A_TIME = 32
ANSWERS_FILE = "wrong_answers.json"


class Evaluation:
    """Scores every model of a request; what was answered wrong goes to ``results/wrong_answers.json``."""

    def __init__(self, job: JobFolder, events: EventLog) -> None:
        self._job, self._events = job, events
        request = EvaluationRequest.model_validate(job.record.arguments)
        self._models = request.models
        self._probes = {name: read_probes(Path(resolve_model(path))) for name, path in request.probes.items()}
        self._total = len(self._models) * sum(map(len, self._probes.values()))
        self._asked = 0
        self._wrong: dict[str, dict[str, list[Any]]] = {}
        self._shares: dict[str, float] = {}

    def run(self) -> Finished:
        """Score until all is done or somebody asks to stop."""
        for model in self._models:
            for name, result in self._scored(model).items():
                self._take(model.label, name, result)
            gc.collect()
        path = self._job.results_path / ANSWERS_FILE
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, json.dumps(self._wrong, ensure_ascii=False, indent=1) + "\n")
        return Finished(results={**self._shares, "wrong_answers": str(path)}, stopped=self._is_stopped())

    def _scored(self, wanted: ModelToScore) -> Mapping[str, ProbeScore]:
        from workbench.models.adapters import load_adapter
        from workbench.models.load import load_language_model, load_tokenizer

        if self._is_stopped():
            return {}
        self._say_progress(wanted.label)
        model = load_language_model(wanted.model, trust_remote_code=wanted.trust_remote_code, device_map=_device())
        if wanted.adapter:
            model = load_adapter(model, wanted.adapter)
        tokenizer = load_tokenizer(wanted.model, wanted.trust_remote_code)
        self._warn(wanted, tokenizer)
        found: dict[str, ProbeScore] = {}
        for name, probes in self._probes.items():
            answers = self._answers(model, tokenizer, wanted, probes)
            if len(answers) == len(probes):
                found[name] = score(probes, answers)
        return found

    def _answers(self, model: Any, tokenizer: Any, wanted: ModelToScore, probes: Sequence[Probe]) -> list[str]:
        from workbench.evaluation.generate import generate_answers

        answers: list[str] = []
        for start in range(0, len(probes), _QUESTIONS_AT_A_TIME):
            if self._is_stopped():
                break
            some = probes[start : start + _QUESTIONS_AT_A_TIME]
            answers += generate_answers(
                model,
                tokenizer,
                get_template(wanted.prompt_template, tokenizer),
                [probe.question for probe in some],
                system=[probe.system or wanted.system for probe in some],
                max_new_tokens=PROBE_MAX_NEW_TOKENS,
            )
            self._asked += len(some)
            self._say_progress(wanted.label)
        return answers

    def _warn(self, wanted: ModelToScore, tokenizer: Any) -> None:
        """Say before anything is asked if the template does not fit the weights."""
        warnings = template_warnings(
            wanted.prompt_template,
            "evaluate",
            model=wanted.model,
            trained=trained_template(wanted.adapter, wanted.model),
            tokenizer=tokenizer,
        )
        for warning in warnings:
            self._events.write(Warned(message=warning, where=wanted.label))

    def _take(self, label: str, name: str, result: ProbeScore) -> None:
        self._events.write(Score(name=name, value=result.value, right=result.right, total=result.total, target=label))
        self._wrong.setdefault(label, {})[name] = [asdict(wrong) for wrong in result.wrong]
        self._shares[f"{name} {label}"] = result.value

    def _say_progress(self, label: str) -> None:
        stage = _("asking {model}").format(model=label)
        self._events.write(Progress(stage=stage, done=self._asked, total=self._total, unit=_("questions")))

    def _is_stopped(self) -> bool:
        return stop_requested(self._job.path)


def _device() -> dict[str, int] | None:
    import torch

    return {"": torch.cuda.current_device()} if torch.cuda.is_available() else None


def work(job: JobFolder, events: EventLog) -> Finished:
    """What the job's arguments ask; see `EvaluationRequest`."""
    return Evaluation(job, events).run()


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
