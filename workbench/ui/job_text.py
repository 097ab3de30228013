"""A job in words and figures, for the screens: pure functions from what is known to what is shown. No widgets here."""

from __future__ import annotations

import time
from datetime import timedelta

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.actions.recommended import recommendation_among
from workbench.i18n import _
from workbench.jobs.checkpoints import CheckpointInfo
from workbench.jobs.events import Failed, Finished, Progress, Sample, Step
from workbench.jobs.state import JobState
from workbench.jobs.stop import resume_command
from workbench.text import printable
from workbench.ui.job_watch import JobWatch

STATE_STYLES = {
    JobState.RUNNING: "$text-success",
    JobState.STOPPING: "$text-warning",
    JobState.FINISHED: "$text-success",
    JobState.STOPPED: "$text-warning",
    JobState.FAILED: "$text-error",
    JobState.LOST: "$text-error",
    JobState.ELSEWHERE: "$text-warning",
}
_BAR_CELLS = 20


def state_text(state: JobState) -> Content:
    """Symbol and word, coloured."""
    return Content.styled(f"{state.symbol} {_(state.word)}", f"bold {STATE_STYLES[state]}")


def job_line(watch: JobWatch, position: str) -> Content:
    """Which job this is and what it does."""
    began = time.strftime("%m-%d %H:%M", time.localtime(watch.record.started))
    return Content.assemble(
        " ",
        state_text(watch.state),
        "  ",
        (printable(watch.job.id), "bold"),
        f"  {watch.record.kind} · {began}  {position}",
    )


def figures(step: Step | None, state: JobState) -> str:
    """The figures of the newest step in one line."""
    if step is None:
        return _("No step yet: the model and the data are being prepared.") if not state.is_over else _("No steps.")
    parts = [
        _("iteration {done}/{total}").format(done=step.iter, total=step.total_iters),
        _("optimiser step {done}/{total}").format(done=step.step, total=step.total_steps),
        _("loss {value}").format(value=f"{step.loss:.4f}"),
        _("lr {value}").format(value=f"{step.lr:.2e}"),
    ]
    if step.grad_norm is not None:
        parts.append(_("grad norm {value}").format(value=f"{step.grad_norm:.3f}"))
    if step.tokens_per_s is not None:
        parts.append(_("{value} tokens/s").format(value=f"{step.tokens_per_s:.0f}"))
    if step.memory is not None:
        parts.append(_("{value} MB").format(value=f"{step.memory:.0f}"))
    if step.eta is not None and not state.is_over:
        parts.append(_("{time} left").format(time=timedelta(seconds=round(step.eta))))
    return " · ".join(parts)


def samples_text(samples: list[Sample]) -> Content:
    """Each question with its answers by iteration: before training, then the newest first."""
    if not samples:
        return Content(_("No sample answers yet. They come at the start, every evaluation_freq and at each save."))
    by_prompt: dict[str, list[Sample]] = {}
    for sample in samples:
        by_prompt.setdefault(sample.prompt, []).append(sample)
    return Content("\n").join(_answers(prompt, answers) for prompt, answers in by_prompt.items())


def _answers(prompt: str, answers: list[Sample]) -> Content:
    before = [sample for sample in answers if sample.iter == 0][-1:]
    later = {sample.iter: sample for sample in answers if sample.iter > 0}
    ordered = [*before, *(later[iteration] for iteration in sorted(later, reverse=True))]
    labels = [_("before") if sample.iter == 0 else _("iter {iter}").format(iter=sample.iter) for sample in ordered]
    width = max(cell_len(label) for label in labels)
    lines = [Content.styled("❯ " + printable(prompt), "bold $text-primary")]
    for label, sample in zip(labels, ordered, strict=True):
        answer = " ⏎ ".join(printable(sample.output).strip().splitlines()) or _("(empty)")
        style = "$text-muted" if sample.iter == 0 else "$text-accent"
        lines.append(Content.assemble("  ", (set_cell_size(label, width), style), "  ", answer))
    return Content("\n").join(lines) + "\n"


def scores_text(infos: list[CheckpointInfo]) -> Content:
    """A row per checkpoint: its scores, and the mark of the recommended one with the reason below."""
    names = list(dict.fromkeys(name for info in infos for name in info.scores))
    best = recommendation_among(infos)
    if not names and len(infos) <= 1:
        return Content(_("No checkpoint yet. Each one is scored when it is saved, if the config names probes."))
    title = _("checkpoint")
    width = max(cell_len(title), *(cell_len(info.name) for info in infos)) + 2
    header = "  " + set_cell_size(title, width) + "".join(f"{name:>12}" for name in names)
    lines = [Content.styled(header, "$text-muted")]
    for info in infos:
        is_best = best is not None and info.name == best.checkpoint
        shares = "".join(f"{_share(info, name):>12}" for name in names)
        gone = "" if info.path is None or info.exists else "  " + _("(removed)")
        line = ("★ " if is_best else "  ") + set_cell_size(info.name, width) + shares + gone
        lines.append(Content.styled(line, "bold $text-success" if is_best else ""))
    if best is not None:
        lines.append(Content(f"\n★ {best.checkpoint}: {best.reason}"))
    return Content("\n").join(lines)


def _share(info: CheckpointInfo, name: str) -> str:
    return f"{info.scores[name].value:.1%}" if name in info.scores else "–"


def stages_text(stages: dict[str, Progress]) -> Content:
    """A line with a bar per stage."""
    return Content("\n").join(Content(stage_line(stage)) for stage in stages.values())


def stage_line(stage: Progress) -> str:
    """``name ▰▰▰▱▱ 60 %  3/5 rows``"""
    share = min(max(stage.done / stage.total, 0.0), 1.0) if stage.total else 1.0
    filled = round(share * _BAR_CELLS)
    bar = "▰" * filled + "▱" * (_BAR_CELLS - filled)
    return f"{set_cell_size(printable(stage.stage), 24)} {bar} {share:4.0%}  {_amount(stage)}"


def _amount(stage: Progress) -> str:
    if stage.unit == "bytes":
        return f"{stage.done / 1e6:.0f}/{stage.total / 1e6:.0f} MB"
    return f"{stage.done:g}/{stage.total:g} {printable(stage.unit)}".rstrip()


def outcome_text(watch: JobWatch) -> Content | None:
    """How the job ended and what to do next; None while it runs."""
    if not watch.state.is_over:
        return None
    parts: list[Content] = []
    if isinstance(watch.outcome, Failed):
        where = f"{printable(watch.outcome.where)}: " if watch.outcome.where else ""
        parts.append(Content.styled(f"✗ {where}{printable(watch.outcome.reason)}", "$text-error"))
        if watch.outcome.hint:
            parts.append(Content("→ " + printable(watch.outcome.hint)))
    elif watch.state is JobState.LOST:
        gone = _("? The process has gone without an exit code: it was killed, or the machine was restarted.")
        parts.append(Content.styled(gone, "$text-error"))
    elif watch.state is JobState.FAILED:
        parts.append(Content.styled(_("✗ It ended with an error; the log has the details."), "$text-error"))
    elif isinstance(watch.outcome, Finished) and watch.state is JobState.FINISHED:
        parts.append(Content.styled(_("✓ Done."), "$text-success"))
        parts += [Content(f"  {printable(name)}: {_result(value)}") for name, value in watch.outcome.results.items()]
    if watch.is_training:
        parts.append(_next_of_training(watch))
    return Content("\n").join(parts) if parts else None


def _result(value: str | float | bool) -> str:
    return f"{value:g}" if isinstance(value, float) else printable(str(value))


def _next_of_training(watch: JobWatch) -> Content:
    if watch.state is JobState.FINISHED:
        return Content(_("Next: enter compares its checkpoints and converts the best."))
    command = printable(resume_command(watch.job))
    return Content(_("Resume: r, or  {command}").format(command=command))


def about_text(watch: JobWatch) -> Content:
    """Where the job is, what was run, and what was decided."""
    rows = [
        (_("folder"), str(watch.job.path)),
        (_("command"), " ".join(watch.record.command)),
        (_("config"), str(watch.job.config_path) if watch.job.config_path.is_file() else "–"),
        (_("process"), f"{watch.record.pid} @ {watch.record.host}"),
        *(("·", fact) for fact in watch.history.facts),
        *((_("warning"), warned.message + (f" → {warned.fix}" if warned.fix else "")) for warned in watch.warnings),
    ]
    lines = [Content.assemble((f"{printable(name)}  ", "$text-muted"), printable(text)) for name, text in rows]
    return Content("\n").join(lines)
