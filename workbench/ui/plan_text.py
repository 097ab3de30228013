"""What a training would do, in words. No widgets here."""

from __future__ import annotations

from datetime import timedelta

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.memory_bar import memory_bar, memory_legend, memory_verdict
from workbench.ui.train_plan import TrainPlan


def plan_text(plan: TrainPlan) -> Content:
    """Command, length and memory of a training, in lines."""
    rows = (
        (_("command"), Content.styled(printable(plan.command), "bold")),
        (_("length"), Content(_length(plan))),
        (_("memory"), _memory(plan)),
        ("", _legend(plan)),
    )
    width = max(cell_len(title) for title, _text in rows) + 2
    lines = [Content.assemble((set_cell_size(title, width), "dim"), "\t", text) for title, text in rows if text]
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
    return text + _("; about {time} by an earlier run").format(time=timedelta(seconds=round(plan.seconds)))


def plan_lines(plan: TrainPlan) -> str:
    """The same for a terminal without colours, with what speaks against it and how to mend that."""
    lines = [plan_text(plan).plain.replace("\t", "  ")]
    lines += [f"✗ {printable(str(problem))}" for problem in plan.problems]
    return "\n".join(lines)


def _memory(plan: TrainPlan) -> Content:
    """A bar of what is needed on each device against what it has free, with its legend."""
    if plan.memory is None:
        where = _("this machine's memory") if plan.devices.on_cpu else _("each GPU")
        has = f"{plan.devices.free / 1e9:.1f} GB"
        return Content(_("not known without loading the model; {where} has {amount}").format(where=where, amount=has))
    fits = plan.memory.total <= plan.devices.free
    verdict = Content.styled(memory_verdict(plan.memory, plan.devices), "$text-success" if fits else "bold $text-error")
    return Content("\n\t").join([verdict, memory_bar(plan.memory, plan.devices.free)])


def _legend(plan: TrainPlan) -> Content:
    """What the memory is needed for; empty if nothing is known."""
    return Content("") if plan.memory is None else memory_legend(plan.memory)
