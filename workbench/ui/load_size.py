"""What memory a model takes when it is loaded to be talked to. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.free_memory import find_devices
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.sizes import in_words
from workbench.ui.chosen_model import ChosenModel
from workbench.weights.look import look_at

_BYTES_OF_A_PARAMETER = {"fp32": 4.0, "fp16": 2.0, "bf16": 2.0}
_BYTES_IN_FOUR_BITS = 0.6
"""NF4 with its scales, and some layers that stay as they are."""
_PROCESS_BYTES = 700 * 10**6
"""An engine with torch and transformers, and no model yet, on the CPU."""


def memory_said(chosen: ChosenModel) -> str | None:
    """A sentence on what memory another base needs and what is free; None if nothing is known of it, as of a service."""
    path = Path(resolve_model(chosen.model))
    facts = look_at(path if path.exists() else snapshot_of(chosen.model) or path)
    if facts is None:
        return None
    devices = find_devices()
    of_one = _BYTES_OF_A_PARAMETER.get(chosen.precision, 4.0 if devices.on_cpu else 2.0)
    of_one = _BYTES_IN_FOUR_BITS if chosen.bits == 4 else of_one
    size = facts.parameters * of_one if facts.parameters else facts.bytes
    needed = size + (_PROCESS_BYTES if devices.on_cpu else 0)
    text = _(
        "{model} is on another base: in a process of its own it needs about {needed} beside the others. Free: {free}."
    )
    said = text.format(model=chosen.label, needed=in_words(needed), free=in_words(devices.free))
    if needed > devices.free:
        said += " " + _("That is too little: the engine may end for want of memory.")
    return said
