"""``python -m workbench.evaluation JOB``: ask models what question sets hold, one model after the other."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.chat.thinking import without_thoughts
from workbench.configs.evaluation_rules import score_text
from workbench.data.templates import get_template
from workbench.data.templates.mismatch import template_warnings, trained_template
from workbench.errors import WorkbenchError
from workbench.evaluation.answer_log import ANSWERS_FILE, AnswerLog
from workbench.evaluation.ask_service import SomeUnansweredError, ask_service
from workbench.evaluation.question_set import Answer, Outcome, Question, QuestionSet
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.evaluation.sets import sets_of
from workbench.evaluation.tables import tables_json
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Score, Started, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker
from workbench.weights.adapter_base import base_warnings

if TYPE_CHECKING:
    from workbench.evaluation.open_model import Opened

Ask = Callable[[Sequence[Question]], list[Answer]]
_QUESTIONS_AT_A_TIME = 32
_PICTURES_AT_A_TIME = 16
_OF_SERVICE_AT_A_TIME = 8
WRONG_FILE = "wrong_answers.json"


class Evaluation:
    """Scores every model of a request on every question set.

    Answers go to ``results/answers.jsonl`` as they come; what was answered wrong to ``results/wrong_answers.json``,
    shares of groups to ``results/tables.json``.
    """

    def __init__(self, job: JobFolder, events: EventLog) -> None:
        self._job, self._events = job, events
        self._request = EvaluationRequest.model_validate(job.record.arguments)
        self._sets = sets_of(self._request)
        self._log = AnswerLog(job.results_path / ANSWERS_FILE)
        self._total = len(self._request.models) * sum(len(asked.questions) for asked in self._sets)
        self._done = 0
        self._outcomes: dict[str, dict[str, Outcome]] = {}
        self._cut: dict[str, int] = {}

    def run(self) -> Finished:
        """Score until all is done or somebody asks to stop.

        Raises:
            WorkbenchError: why a model did not answer; the others have been asked, and their answers are kept.
        """
        if len(self._log):
            self._events.write(Started(facts=[_("Answers from before: {count}.").format(count=len(self._log))]))
        problems: list[WorkbenchError] = []
        for model in self._request.models:
            if self._is_stopped():
                break
            try:
                self._score(model)
            except WorkbenchError as error:  # costs no other model its answers
                problems.append(error)
                if len(self._request.models) > 1:
                    self._events.write(Warned(message=error.what, where=model.label, fix=error.fix))
            gc.collect()
        if problems:
            raise problems[0]
        return Finished(results=self._kept(), stopped=self._is_stopped())

    def _score(self, wanted: ModelToScore) -> None:
        self._say_progress(wanted.label)
        ask = self._asked(wanted) if self._is_work_left(wanted) else None
        for asked in self._sets:
            answers = self._answers(ask, wanted, asked)
            if len(answers) == len(asked.questions):
                self._take(
                    wanted.label, asked.name, asked.outcome([without_thoughts(answer.text) for answer in answers])
                )
                self._tell_cut(wanted.label, asked.name, answers)

    def _is_work_left(self, wanted: ModelToScore) -> bool:
        return any(
            self._log.get(wanted.label, asked.name, question) is None
            for asked in self._sets
            for question in asked.questions
        )

    def _opened(self, wanted: ModelToScore) -> Opened:
        from workbench.evaluation.open_model import open_model

        opened = open_model(wanted)
        self._warn(wanted, opened.tokenizer)
        return opened

    def _asked(self, wanted: ModelToScore) -> Ask:
        """How a model is asked; it is loaded if there is one to load."""
        if wanted.endpoint is not None:
            return partial(ask_service, wanted, self._request, is_stopped=self._is_stopped)
        return partial(self._generated, self._opened(wanted), wanted)

    def _answers(self, ask: Ask | None, wanted: ModelToScore, asked: QuestionSet) -> list[Answer]:
        """The answers to a set, as far as it was asked."""
        known = [self._log.get(wanted.label, asked.name, question) for question in asked.questions]
        left = [question for question, answer in zip(asked.questions, known, strict=True) if answer is None]
        self._done += len(known) - len(left)
        problem: WorkbenchError | None = None
        portion = _PICTURES_AT_A_TIME if any(question.pictures for question in left) else _QUESTIONS_AT_A_TIME
        portion = _OF_SERVICE_AT_A_TIME if wanted.endpoint is not None else portion
        for start in range(0, len(left), portion):
            if self._is_stopped():
                break
            assert ask is not None  # there is something left to ask
            problem = self._ask(ask, wanted, asked, left[start : start + portion]) or problem
            self._say_progress(wanted.label)
        if problem is not None and not self._is_stopped():
            raise problem
        answers = (self._log.get(wanted.label, asked.name, question) for question in asked.questions)
        return [answer for answer in answers if answer is not None]

    def _ask(
        self, ask: Ask, wanted: ModelToScore, asked: QuestionSet, questions: Sequence[Question]
    ) -> SomeUnansweredError | None:
        """Ask some questions and keep the answers; gives why there are not as many.

        Raises:
            WorkbenchError: there are none at all.
        """
        problem: SomeUnansweredError | None = None
        answers: Sequence[Answer | None]
        try:
            answers = ask(questions)
        except SomeUnansweredError as error:
            problem, answers = error, error.answers
        told = [(question, one) for question, one in zip(questions, answers, strict=True) if one is not None]
        if problem is not None and not told and not self._is_stopped():
            raise problem
        self._log.add(wanted.label, asked.name, [question for question, _one in told], [one for _question, one in told])
        self._done += len(told)
        return problem

    def _generated(self, opened: Opened, wanted: ModelToScore, questions: Sequence[Question]) -> list[Answer]:
        from workbench.evaluation.generate import generate_answers

        return generate_answers(
            opened.model,
            opened.tokenizer,
            get_template(wanted.prompt_template, opened.tokenizer),
            [question.text for question in questions],
            system=[question.system or wanted.system for question in questions],
            pictures=[question.pictures for question in questions],
            tools=[question.tools for question in questions],
            kept_tokens=[question.kept_tokens for question in questions],
            sight=opened.sight,
            max_new_tokens=self._request.max_new_tokens,
            stop_words=self._request.stop_words,
        )

    def _warn(self, wanted: ModelToScore, tokenizer: Any) -> None:
        """Say before anything is asked if the template does not fit the weights."""
        warnings = template_warnings(
            wanted.prompt_template,
            "evaluate",
            model=wanted.model,
            trained=trained_template(wanted.llava or wanted.adapter, wanted.model),
            tokenizer=tokenizer,
        )
        for warning in [*warnings, *base_warnings(wanted.llava or wanted.adapter, wanted.model)]:
            self._events.write(Warned(message=warning, where=wanted.label))

    def _take(self, label: str, name: str, outcome: Outcome) -> None:
        self._outcomes.setdefault(label, {})[name] = outcome
        if (score := outcome.score) is not None:
            self._events.write(Score(name=name, value=score.value, right=score.right, total=score.total, target=label))

    def _tell_cut(self, label: str, name: str, answers: Sequence[Answer]) -> None:
        """Count the answers that had no end when they were as long as they may be, and say what to do."""
        most = self._request.max_new_tokens
        cut = sum(answer.is_cut for answer in answers)
        if cut or self._outcomes[label][name].score is not None:
            self._cut[f"{name}_cut {label}"] = cut
        if cut:
            text = _("{score}: {cut} of {total} answers had not ended after {most} tokens and were cut there.")
            self._events.write(
                Warned(
                    message=text.format(score=score_text(name), cut=cut, total=len(answers), most=most),
                    where=label,
                    fix=_("If that makes them wrong, allow longer ones: --max-new-tokens {more}.").format(
                        more=2 * most
                    ),
                )
            )

    def _kept(self) -> dict[str, str | int | float | bool]:
        """Write the result files, and name them after the shares and figures."""
        results = self._job.results_path
        shares: dict[str, str | int | float | bool] = {}
        files: dict[str, str] = {}
        wrong: dict[str, dict[str, list[Any]]] = {}
        for label, outcomes in self._outcomes.items():
            for name, outcome in outcomes.items():
                if outcome.score is not None:
                    shares[f"{name} {label}"] = outcome.score.value
                    wrong.setdefault(label, {})[name] = [asdict(one) for one in outcome.score.wrong]
                shares |= {f"{name}_{figure} {label}": value for figure, value in outcome.figures.items()}
                files |= outcome.files
        if wrong:
            files[WRONG_FILE] = json.dumps(wrong, ensure_ascii=False, indent=1) + "\n"
        files |= tables_json(self._outcomes)
        results.mkdir(exist_ok=True)
        for file, text in files.items():
            write_atomic(results / file, text)
        shares |= self._cut
        shares |= {Path(file).stem: str(results / file) for file in files}
        if len(self._log):
            shares["answers"] = str(self._log.path)
        return shares

    def _say_progress(self, label: str) -> None:
        stage = _("asking {model}").format(model=label)
        self._events.write(Progress(stage=stage, done=self._done, total=self._total, unit=_("questions")))

    def _is_stopped(self) -> bool:
        return stop_requested(self._job.path)


def work(job: JobFolder, events: EventLog) -> Finished:
    """What the job's arguments ask; see `EvaluationRequest`."""
    return Evaluation(job, events).run()


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
