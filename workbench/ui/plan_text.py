"""What a training would do, in words. No widgets here."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.train_plan import TrainPlan

_BAR_CELLS = 24


def plan_text(plan: TrainPlan) -> Content:
    """Command, length and memory of a training, in lines."""
    rows = (
        (_("command"), Content.styled(printable(plan.command), "bold")),
        (_("length"), Content(_length(plan))),
        (_("memory"), _memory(plan)),
        ("", Content.styled(_memory_parts(plan), "dim")),
    )
    width = max(cell_len(title) for title, _text in rows) + 2
    lines = [Content.assemble((set_cell_size(title, width), "dim"), "\t", text) for title, text in rows if text]
    return Content("\n").join(lines)


def _length(plan: TrainPlan) -> str:
    if plan.steps is None or plan.rows is None:
        return _("known once the job has read the data")
    return _(
        "about {iters} iterations = {steps} optimiser steps ({rows} rows, {per_epoch} iterations an epoch)"
    ).format(iters=plan.steps.iters, steps=plan.steps.steps, rows=plan.rows, per_epoch=plan.steps.iters_per_epoch)


def _memory(plan: TrainPlan) -> Content:
    """A bar of what is needed on each device against what it has."""
    devices = plan.devices
    where = _("this machine's memory") if devices.on_cpu else _("each GPU")
    has = f"{devices.memory / 1e9:.1f} GB"
    if plan.memory is None:
        return Content(_("not known without loading the model; {where} has {amount}").format(where=where, amount=has))
    needed = plan.memory.total
    filled = min(round(needed / devices.memory * _BAR_CELLS), _BAR_CELLS)
    fits = needed <= devices.memory
    bar = "▰" * filled + "▱" * (_BAR_CELLS - filled)
    verdict = _("fits") if fits else _("does not fit: lower batch_size or max_length, or take qlora or ZeRO-3")
    amount = _("{needed} of {has} ({where}): {verdict}").format(
        needed=f"{needed / 1e9:.1f} GB", has=has, where=where, verdict=verdict
    )
    style = "$text-success" if fits else "bold $text-error"
    return Content.assemble((bar, style), f" {amount}")


def _memory_parts(plan: TrainPlan) -> str:
    """What the memory is needed for; empty if nothing is known."""
    if plan.memory is None:
        return ""
    parts = (
        (_("weights"), plan.memory.weights),
        (_("gradients"), plan.memory.gradients),
        (_("optimiser"), plan.memory.optimizer),
        (_("activations"), plan.memory.activations),
        (_("logits"), plan.memory.logits),
        (_("other"), plan.memory.overhead),
    )
    return " · ".join(f"{name} {size / 1e9:.2f}" for name, size in parts if size) + " GB"
