"""The parts of a model that was trained, by the first word of its tensors' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_PARTS = ("llm", "ref_llm", "visual_encoder", "projector", "v_head")
_INTERNVL = ("model.vision_model.", "model.language_model.", "model.mlp1.")


@dataclass(frozen=True)
class Parts:
    """Tensors by their names within each part.

    ``llm``: the language model or its adapter; ``ref_llm``: the untrained copy that DPO compares with; ``v_head``: the
    head of a reward model.
    """

    llm: dict[str, LazyTensor] = field(default_factory=dict)
    ref_llm: dict[str, LazyTensor] = field(default_factory=dict)
    visual_encoder: dict[str, LazyTensor] = field(default_factory=dict)
    projector: dict[str, LazyTensor] = field(default_factory=dict)
    v_head: dict[str, LazyTensor] = field(default_factory=dict)


def parts_of(tensors: Mapping[str, LazyTensor], where: Path) -> Parts:
    """Sort tensors into the parts of a model.

    Raises:
        WorkbenchError: a tensor belongs to no part that is known, or the model is an InternVL.
    """
    parts = Parts()
    for name, tensor in tensors.items():
        if name.startswith(_INTERNVL):
            raise WorkbenchError(
                _("This is a checkpoint of an InternVL model; those are not converted here."),
                where=str(where),
                fix=_("Use the converter that comes with InternVL."),
            )
        part, _dot, rest = name.partition(".")
        if part not in _PARTS:
            raise WorkbenchError(
                _("The tensor {name} {shape} belongs to no part of a model that is known here.").format(
                    name=printable(name), shape=list(tensor.shape)
                ),
                where=str(where),
                fix=_("Known parts are {names}.").format(names=", ".join(_PARTS)),
            )
        getattr(parts, part)[rest] = tensor
    return parts
