"""A job's events as lines of plain text, in the manner of XTuner's log."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

from workbench.configs.evaluation_rules import score_text
from workbench.i18n import _
from workbench.jobs.events import (
    BYTES,
    Checkpoint,
    Event,
    Failed,
    Finished,
    Progress,
    Sample,
    Score,
    Started,
    Step,
    Validation,
    Warned,
)
from workbench.sizes import in_words
from workbench.text import printable

_LEAST_SECONDS_BETWEEN_LINES = 1.0


class EventText:
    """Turns events into lines, at most one line a second of steps and of progress; everything else is always shown."""

    def __init__(self) -> None:
        self._last_step: Step | None = None
        self._shown_at: dict[str, float] = {}

    def lines(self, event: Event) -> list[str]:
        """The lines of one event; none if it came too soon after its like."""
        match event:
            case Step():
                return self._step(event)
            case Progress():
                return self._progress(event)
            case Validation():
                return [_stamp(event.time) + validation_line(event)]
            case Started():
                return [printable(fact) for fact in event.facts]
            case Sample():
                return _sample(event)
            case Score():
                return [_score(event)]
            case Checkpoint():
                return [
                    _("Saved {path} at iteration {iter} (optimiser step {step}).").format(
                        path=printable(event.path), iter=event.iter, step=event.step
                    )
                ]
            case Warned():
                form = _("Note: {message}") if event.is_note else _("Warning: {message}")
                return _trouble(form, event.message, event.where, event.fix)
            case Failed():
                return _trouble(_("Failed: {message}"), event.reason, event.where, event.hint)
            case Finished():
                return list(_finished(event))

    def _step(self, event: Step) -> list[str]:
        previous, self._last_step = self._last_step, event
        if event.iter < event.total_iters and self._too_soon("step", event.time):
            return []
        return [_stamp(event.time) + step_line(event, _seconds_per_iteration(previous, event))]

    def _progress(self, event: Progress) -> list[str]:
        if event.done < event.total and self._too_soon(event.stage, event.time):
            return []
        share = event.done / event.total if event.total else 1.0
        amount = f" ({_amount(event)}{_pace(event)})" if event.unit else ""
        return [f"{printable(event.stage)}: {share:.0%}{amount}"]

    def _too_soon(self, kind: str, now: float) -> bool:
        if now - self._shown_at.get(kind, 0.0) < _LEAST_SECONDS_BETWEEN_LINES:
            return True
        self._shown_at[kind] = now
        return False


def _amount(event: Progress) -> str:
    if event.unit == BYTES:
        return f"{in_words(event.done)} / {in_words(event.total)}"
    return f"{event.done:.0f}/{event.total:.0f} {printable(event.unit)}"


def _pace(event: Progress) -> str:
    """How fast it goes and how long the rest takes, where the event says so."""
    rate = f", {in_words(event.rate)}/s" if event.rate and event.unit == BYTES else ""
    left = _("{time} left").format(time=_duration(event.eta)) if event.eta else ""
    return f"{rate}, {left}" if left else rate


def step_line(event: Step, seconds_per_iteration: float | None) -> str:
    """``Iter(train) [ 10/720]  lr: …  eta: …  time: …  data_time: …  memory: …  loss: …`` and what else is known.

    The order is that of XTuner, so that scripts which read its logs read these too; ``step`` counts optimiser steps.
    """
    width = len(str(event.total_iters))
    figures = {
        "lr": f"{event.lr:.4e}",
        "eta": _duration(event.eta),
        "time": _four_digits(seconds_per_iteration),
        "data_time": _four_digits(event.data_time),
        "memory": None if event.memory is None else f"{event.memory:.0f}",
        "loss": f"{event.loss:.4f}",
        **_stage_figures(event),
        "grad_norm": _four_digits(event.grad_norm),
        "tokens_per_sec": _one_digit(event.tokens_per_s),
        "trained_tokens_per_sec": _one_digit(event.trained_tokens_per_s),
        "mfu": None if event.mfu is None else f"{event.mfu:.1%}",
        "step": f"{event.step}/{event.total_steps}",
    }
    return f"Iter(train) [{event.iter:>{width}}/{event.total_iters}]  {_known(figures)}"


def validation_line(event: Validation) -> str:
    """``Iter(val) [10]  loss: …``, in the manner of the steps' lines, with the training loss until there."""
    figures = {
        "loss": f"{event.loss:.4f}",
        **_stage_figures(event),
        "pairs" if event.figures else "tokens": str(event.tokens),
        "train_loss": _four_digits(event.train_loss),
    }
    return f"Iter(val) [{event.iter}]  {_known(figures)}"


def _stage_figures(event: Step | Validation) -> dict[str, str]:
    """What a stage that compares answers measures beside its loss."""
    return {printable(name): f"{value:.4f}" for name, value in (event.figures or {}).items()}


def _known(figures: Mapping[str, str | None]) -> str:
    return "  ".join(f"{name}: {value}" for name, value in figures.items() if value is not None)


def _seconds_per_iteration(previous: Step | None, event: Step) -> float | None:
    if previous is None or event.iter <= previous.iter:
        return None
    return (event.time - previous.time) / (event.iter - previous.iter)


def _stamp(seconds: float) -> str:
    return time.strftime("%m/%d %H:%M:%S - ", time.localtime(seconds))


def _duration(seconds: float | None) -> str | None:
    return None if seconds is None else str(timedelta(seconds=round(seconds)))


def _one_digit(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _four_digits(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _sample(event: Sample) -> list[str]:
    answer = printable(event.output).strip().split("\n")
    return [
        _("Sample output at iteration {iter}:").format(iter=event.iter),
        f"  > {printable(event.asked)}",
        *(f"  {line}" for line in answer),
    ]


def _score(event: Score) -> str:
    place = event.target or (_("iteration {iter}").format(iter=event.iter) if event.iter is not None else "")
    return _("Score {name}: {share} ({right} of {total}) {place}").format(
        name=printable(score_text(event.name)),
        share=f"{event.value:.1%}",
        right=event.right,
        total=event.total,
        place=printable(place),
    )


def _trouble(form: str, message: str, where: str | None, fix: str | None) -> list[str]:
    text = f"{where}: {message}" if where else message
    return [form.format(message=printable(text)), *([f"  → {printable(fix)}"] if fix else [])]


def _finished(event: Finished) -> Iterator[str]:
    yield _("Stopped as asked.") if event.stopped else _("Finished.")
    for name, value in event.results.items():
        yield f"  {printable(name)}: {printable(str(value))}"
