"""A job in words and figures, for the screens: pure functions from what is known to what is shown. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from os.path import commonprefix
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.actions.quickstart import CHAT_OPTIONS, SCORE_TITLES, VALID_CALLS
from workbench.actions.recommended import recommendation_among
from workbench.i18n import _
from workbench.jobs.events import Failed, Finished, Progress, Step, Validation, Warned
from workbench.jobs.kinds import kind_text
from workbench.jobs.queue import queue_row
from workbench.jobs.slurm import slurm_id, slurm_text
from workbench.jobs.state import JobState
from workbench.jobs.stop import resume_command
from workbench.sizes import in_words
from workbench.text import printable
from workbench.ui.hanging import NO_BREAK
from workbench.ui.job_watch import JobWatch
from workbench.ui.scored_text import warned_line
from workbench.ui.shown_path import shown_path, without_middle

STATE_STYLES = {
    JobState.WAITING: "$text-warning",
    JobState.PAUSED: "$text-warning",
    JobState.RUNNING: "$text-success",
    JobState.STOPPING: "$text-warning",
    JobState.FINISHED: "$text-success",
    JobState.STOPPED: "$text-warning",
    JobState.FAILED: "$text-error",
    JobState.LOST: "$text-error",
    JobState.ELSEWHERE: "$text-warning",
}
_BAR_CELLS = 20
_SHORT_BAR_CELLS = 10
_STAGE_CELLS, _MOST_STAGE_CELLS = 24, 40
_LEAST_NAME_CELLS = 12


def state_text(state: JobState) -> Content:
    """Symbol and word, coloured."""
    return Content.styled(f"{state.symbol} {_(state.word)}", f"bold {STATE_STYLES[state]}")


def job_line(watch: JobWatch, position: str, width: int) -> Content:
    """Which job this is and what it does, in so many cells; a long name loses some of its middle."""
    number = f" Slurm {found}" if (found := slurm_id(watch.job.path)) else ""
    begin = Content.assemble(" ", state_text(watch.state), "  ")
    end = Content.assemble(f"  {printable(kind_text(watch.record.kind) + number)} ", (position, "dim"))
    room = max(width - begin.cell_length - end.cell_length, _LEAST_NAME_CELLS)
    return begin + Content.styled(without_middle(printable(watch.job.id), room), "bold") + end


def distinct_labels(names: list[str]) -> list[str]:
    """The names without the parts that all of them begin with: what tells them apart."""
    shared = commonprefix(names) if len(names) > 1 else ""  # noqa: RUF071 - letter by letter is meant
    end = max(shared.rfind("_"), shared.rfind("/")) + 1
    return [f"…{name[end:]}" if end else name for name in names]


def figures(step: Step | None, state: JobState, validations: Sequence[Validation] = ()) -> str:
    """The figures of the newest step, and the newest validation: how far it is, then how it goes."""
    if step is None and state.is_queued:
        return _("It has not begun.")
    if step is None:
        return _("No step yet: the model and the data are being prepared.") if not state.is_over else _("No steps.")
    way = [
        _("iteration {done}/{total}").format(done=step.iter, total=step.total_iters),
        _("optimiser step {done}/{total}").format(done=step.step, total=step.total_steps),
    ]
    if step.eta is not None and not state.is_over:
        way.append(_("{time} left").format(time=timedelta(seconds=round(step.eta))))
    run = [_("loss {value}").format(value=f"{step.loss:.4f}"), _("lr {value}").format(value=f"{step.lr:.2e}")]
    if validations:
        run.insert(1, _("validation {value}").format(value=f"{validations[-1].loss:.4f}"))
    if step.grad_norm is not None:
        run.append(_("grad norm {value}").format(value=f"{step.grad_norm:.3f}"))
    if step.tokens_per_s is not None:
        run.append(_speed(step, step.tokens_per_s))
    if step.mfu is not None:
        run.append(_("MFU {value}").format(value=f"{step.mfu:.1%}"))
    if step.memory is not None:
        run.append(_("{value} MB").format(value=f"{step.memory:.0f}"))
    bar = share_bar(step.iter / step.total_iters if step.total_iters else 1.0, _SHORT_BAR_CELLS)
    lines = [f"{bar}  \t{_in_a_row(way)}", _in_a_row(run), _preferences(step, validations)]
    return "\n".join(line for line in lines if line)


def _preferences(step: Step, validations: Sequence[Validation]) -> str:
    """How well a stage that compares answers tells them apart; empty of other stages."""
    trained = step.figures or {}
    held_out = (validations[-1].figures if validations else None) or {}
    said = []
    for name in ("reward_acc", "acc"):
        if name in trained:
            said.append(_("pairs right {share}").format(share=f"{trained[name]:.0%}"))
        if name in held_out:
            said.append(_("of validation {share}").format(share=f"{held_out[name]:.0%}"))
    if "reward_margin" in trained:
        said.append(_("margin {value}").format(value=f"{trained['reward_margin']:.3f}"))
    return _in_a_row(said)


def _in_a_row(parts: Sequence[str]) -> str:
    """Parts between whose words no line ends."""
    return " · ".join(part.replace(" ", NO_BREAK) for part in parts)


def _speed(step: Step, tokens_per_s: float) -> str:
    if step.trained_tokens_per_s is None:
        return _("{value} tokens/s").format(value=f"{tokens_per_s:.0f}")
    text = _("{value} tokens/s ({trained} trained)")
    return text.format(value=f"{tokens_per_s:.0f}", trained=f"{step.trained_tokens_per_s:.0f}")


def stages_text(stages: dict[str, Progress]) -> Content:
    """A line with a bar per stage."""
    width = max((cell_len(printable(stage.stage)) for stage in stages.values()), default=0)
    return Content("\n").join(Content(stage_line(stage, width)) for stage in stages.values())


def stage_line(stage: Progress, width: int = 0) -> str:
    """``name ▰▰▰▱▱ 60 %  3/5 rows``

    Args:
        width: of the longest name, in cells.
    """
    name = printable(stage.stage)
    cells = min(max(_STAGE_CELLS, width, cell_len(name)), _MOST_STAGE_CELLS)
    bar = share_bar(stage.done / stage.total if stage.total else 1.0, _BAR_CELLS)
    return f"{set_cell_size(name, cells)} {bar}  {_amount(stage)}"


def share_bar(share: float, cells: int) -> str:
    """A bar of so many cells, and the share in percent."""
    share = min(max(share, 0.0), 1.0)
    filled = int(share * cells)
    return "▰" * filled + "▱" * (cells - filled) + f" {share:4.0%}"


def _amount(stage: Progress) -> str:
    if stage.unit == "bytes":
        return f"{stage.done / 1e6:.0f}/{stage.total / 1e6:.0f} MB{_pace(stage)}"
    return f"{stage.done:g}/{stage.total:g} {printable(stage.unit)}".rstrip()


def _pace(stage: Progress) -> str:
    """How fast bytes come and how long the rest takes, where that is known."""
    rate = f" · {in_words(stage.rate)}/s" if stage.rate else ""
    if not stage.eta:
        return rate
    return rate + " · " + _("{time} left").format(time=timedelta(seconds=round(stage.eta)))


def outcome_text(watch: JobWatch) -> Content | None:
    """How the job ended and what to do next; None while it runs."""
    if not watch.state.is_over:
        return None
    parts: list[Content] = []
    if isinstance(watch.outcome, Failed):
        where = f"{printable(watch.outcome.where)}: " if watch.outcome.where else ""
        parts.append(Content.styled(f"✗ \t{where}{printable(watch.outcome.reason)}", "$text-error"))
        if watch.outcome.hint:
            parts.append(Content("→ \t" + printable(watch.outcome.hint)))
    elif watch.state is JobState.LOST and watch.record.waiting and not slurm_id(watch.job.path):
        gone = _("? It was killed while it waited, or the machine was restarted: p puts it back into its place.")
        parts.append(Content.styled(gone, "$text-error"))
    elif watch.state is JobState.LOST:
        gone = _("? The process has gone without an exit code: it was killed, or the machine was restarted.")
        parts.append(Content.styled(gone, "$text-error"))
    elif watch.state is JobState.FAILED:
        parts.append(Content.styled(_("✗ It ended with an error; the log has the details."), "$text-error"))
    elif isinstance(watch.outcome, Finished) and watch.state is JobState.FINISHED:
        parts += _recommendation(watch) if watch.is_training else _results(watch, watch.outcome)
    if watch.is_training:
        parts.append(_next_of_training(watch))
    return Content("\n").join(parts) if parts else None


def _recommendation(watch: JobWatch) -> list[Content]:
    early = watch.outcome.results.get("stopped_early") if isinstance(watch.outcome, Finished) else None
    parts = [Content(printable(str(early)))] if early else []
    best = recommendation_among(watch.checkpoints)
    if best is None:
        return parts
    return [*parts, Content.assemble((f"★ {best.checkpoint}  ", "bold $text-success"), "\t" + best.reason)]


def _results(watch: JobWatch, outcome: Finished) -> list[Content]:
    """Of a whole journey what it changed; else figures together on a line, warnings, and each folder and file."""
    if watch.record.kind == "quickstart":
        return _before_and_after(outcome)
    shares = {name: value for name, value in outcome.results.items() if isinstance(value, float) and name != "seconds"}
    made = {name: value for name, value in outcome.results.items() if isinstance(value, str)}
    project = Path(watch.record.project)
    lines = [Content(f"✓ {printable(name)}  \t{shown_path(Path(path), project)}") for name, path in made.items()]
    figures = " · ".join(f"{printable(name)} {share:.1%}" for name, share in shares.items())
    warned = [warned_line(warning) for warning in watch.warnings if not warning.is_note]
    return [*([Content(figures)] if figures else []), *warned, *lines]


def _before_and_after(outcome: Finished) -> list[Content]:
    lines = [
        Content.assemble(f"{_(title)}: \t", (f"{before:.1%} → {after:.1%}", "bold $text-success"))
        for name, title in SCORE_TITLES.items()
        if isinstance(before := outcome.results.get(f"{name}_before"), float)
        and isinstance(after := outcome.results.get(f"{name}_after"), float)
    ]
    if f"{VALID_CALLS}_after" in outcome.results:
        command = f"workbench chat {printable(str(outcome.results['merged']))} {CHAT_OPTIONS}"
        return [*lines, Content(_("Talk to it: {command}").format(command=command))]
    return [*lines, Content(_("Next: f2 and enter chat with the merged model; k shows its checkpoints."))]


def _next_of_training(watch: JobWatch) -> Content:
    if watch.state is JobState.FINISHED:
        return Content(_("Next: k compares its checkpoints and converts the best."))
    command = resume_command(watch.job).replace(f"{watch.record.project}/", "")
    return Content.assemble(_("Resume: r, or") + "  \t", printable(command))


def queue_sentence(watch: JobWatch) -> str | None:
    """Where in the queue the job stands, and what the key does, or why Slurm lets it wait; None if it does not wait."""
    row = queue_row(watch.job) if watch.state.is_queued else None
    if row is None:
        return printable(slurm_text(watch.job.path)) if watch.state.is_queued else None
    place = f"{row.state.symbol} {row.place_text}  "
    return place + (_("p: let it go on") if row.state is JobState.PAUSED else _("p: hold it back"))


def _warned(event: Warned) -> tuple[str, str]:
    name = _("note") if event.is_note else _("warning")
    return name, event.message + (f" → {event.fix}" if event.fix else "")


def about_text(watch: JobWatch) -> Content:
    """Where the job is, what was run, and what was decided."""
    rows = [
        (_("folder"), str(watch.job.path)),
        (_("command"), " ".join(watch.record.command)),
        (_("config"), str(watch.job.config_path) if watch.job.config_path.is_file() else "–"),
        (_("devices"), ", ".join(watch.record.holds) or "–"),
        (_("process"), f"{watch.record.pid} @ {watch.record.host}"),
        *(("·", fact) for fact in watch.history.facts),
        *(_warned(warned) for warned in watch.warnings),
    ]
    lines = [Content.assemble((f"{printable(name)}  ", "dim"), "\t", printable(text)) for name, text in rows]
    return Content("\n").join(lines)
