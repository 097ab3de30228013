"""What a training would do, in words. No widgets here."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.actions.expected_pace import GPU_SHARE
from workbench.durations import about_time
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.looked_at import looked_at
from workbench.ui.memory_bar import memory_bar, memory_legend, memory_verdict
from workbench.ui.train_plan import TrainPlan


def plan_text(plan: TrainPlan) -> Content:
    """Command, length and memory of a training, in lines."""
    return _in_lines(_rows(plan), plan)


def _rows(plan: TrainPlan) -> list[tuple[str, Content]]:
    return [
        (_("command"), Content.styled(printable(plan.command), "bold")),
        (_("length"), Content(_length(plan))),
        (_("memory"), _memory(plan)),
        *(("", line) for line in _memory_drawn(plan)),
    ]


def _in_lines(rows: list[tuple[str, Content]], plan: TrainPlan) -> Content:
    width = max(cell_len(title) for title, _text in rows) + 2
    lines = [Content.assemble((set_cell_size(title, width), "dim"), "\t", text) for title, text in rows]
    lines += [Content.styled(f"! \t{printable(str(warning))}", "$text-warning") for warning in plan.warnings]
    return Content("\n").join(lines)


def _length(plan: TrainPlan) -> str:
    if plan.steps is None or plan.rows is None:
        return _("known once the job has read the data")
    text = _(
        "about {iters} iterations = {steps} optimiser steps ({rows} rows, {per_epoch} iterations an epoch)"
    ).format(iters=plan.steps.iters, steps=plan.steps.steps, rows=plan.rows, per_epoch=plan.steps.iters_per_epoch)
    if plan.seconds is None:
        return text
    return text + _("; about {time} ({basis})").format(time=about_time(plan.seconds), basis=_basis(plan))


def _basis(plan: TrainPlan) -> str:
    """What the time rests on."""
    if plan.by_earlier_run:
        return _("by an earlier run")
    if plan.devices.on_cpu:
        return _("by this machine's rate now, without evaluating and saving")
    return _("if the GPU reaches {share:.0%} of its peak, without evaluating and saving").format(share=GPU_SHARE)


def plan_lines(plan: TrainPlan) -> str:
    """The same for a terminal without colours, with all that was looked at, what speaks against it and how to mend that."""
    seen = [(title, Content(printable(text))) for title, text in looked_at(plan)]
    lines = [_in_lines([*_rows(plan), *seen], plan).plain.replace("\t", "")]
    lines += [f"✗ {printable(str(problem))}" for problem in plan.problems]
    return "\n".join(lines)


def _memory(plan: TrainPlan) -> Content:
    """Whether what is needed on each device is free."""
    if plan.memory is None:
        where = _("this machine's memory") if plan.devices.on_cpu else _("each GPU")
        has = f"{plan.devices.free / 1e9:.1f} GB"
        return Content(_("not known without loading the model; {where} has {amount}").format(where=where, amount=has))
    fits = plan.memory.total <= plan.devices.free
    return Content.styled(memory_verdict(plan.memory, plan.devices), "$text-success" if fits else "bold $text-error")


def _memory_drawn(plan: TrainPlan) -> list[Content]:
    """A bar of what is needed against what is free, and its legend; nothing if nothing is known."""
    if plan.memory is None:
        return []
    return [memory_bar(plan.memory, plan.devices.free), *memory_legend(plan.memory).split("\n")]
