"""Memory as a bar of segments with a legend: what a training needs of a device, against what it has free. No widgets."""

from __future__ import annotations

from textual.content import Content

from workbench.configs.estimate import MemoryEstimate
from workbench.free_memory import Devices
from workbench.i18n import _

_CELLS = 40
_COLUMNS = 3


def memory_parts(estimate: MemoryEstimate) -> list[tuple[str, int]]:
    """What memory is needed for, in words, and bytes."""
    parts = (
        (_("weights"), estimate.weights),
        (_("gradients"), estimate.gradients),
        (_("optimiser"), estimate.optimizer),
        (_("activations"), estimate.activations),
        (_("logits"), estimate.logits),
        (_("other"), estimate.overhead),
    )
    return [(name, size) for name, size in parts if size > 0]


_LETTERS = "█▓▒░▞▚"
_STYLES = ("$text-primary", "$text-accent", "$text-secondary", "$text-success", "$text-warning", "$text-muted")


def memory_bar(estimate: MemoryEstimate, free: int, cells: int = _CELLS) -> Content:
    """The segments; each has a pattern of its own, so that the bar can be read without colours.

    A bar that is full shows a need beyond what is free; ``│`` stands where the free memory ends.
    """
    whole = max(estimate.total, free, 1)
    parts: list[tuple[str, str]] = []
    used = 0
    begun = 0
    for (_name, size), letter, style in zip(memory_parts(estimate), _LETTERS, _STYLES, strict=False):
        begun += size
        end = round(begun / whole * cells)
        parts.append((letter * (end - used), style))
        used = end
    ends_at = round(free / whole * cells)
    text = Content.assemble(*parts, ("·" * (cells - used), "dim"))
    return Content.assemble(text[:ends_at], ("│", "bold"), text[ends_at:])


def memory_legend(estimate: MemoryEstimate) -> Content:
    """What each pattern of the bar stands for, with its gigabytes, in columns: a line is never broken inside of one."""
    parts = [
        Content.assemble((letter, style), f" {name} {size / 1e9:.2f}")
        for (name, size), letter, style in zip(memory_parts(estimate), _LETTERS, _STYLES, strict=False)
    ]
    width = max(part.cell_length for part in parts) + 2
    cells = [part.pad_right(width - part.cell_length) for part in parts[:-1]] + [parts[-1] + " GB"]
    lines = [cells[begin : begin + _COLUMNS] for begin in range(0, len(cells), _COLUMNS)]
    return Content("\n").join(Content("").join(line).rstrip() for line in lines)


def memory_verdict(estimate: MemoryEstimate, devices: Devices) -> str:
    """Needed and free, and whether that suffices, in a sentence."""
    where = _("this machine's memory") if devices.on_cpu else _("each GPU")
    if estimate.total <= devices.free:
        verdict = _("fits")
    elif estimate.without_batch <= devices.free:
        verdict = _("does not fit: --fit finds the largest batch that does")
    else:
        verdict = _("does not fit, however small the batch")
    return _("{needed} of {free} free ({where}): {verdict}").format(
        needed=f"{estimate.total / 1e9:.1f} GB", free=f"{devices.free / 1e9:.1f} GB", where=where, verdict=verdict
    )
