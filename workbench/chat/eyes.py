"""How a model that sees looks at pictures; each is looked at once while a conversation goes on."""

from __future__ import annotations

import stat
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers.modeling_outputs import BaseModelOutputWithPooling

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.vision.sight import Look, Sight, TowerSight, joined_inputs

_KEPT = 24
"""Pictures whose features are kept; those of LLaVA-1.5-7B take 5 MB each in half precision."""
_FEATURES = "features"
_Stamp = tuple[int, int]


class Eyes:
    """Looks with one model; of LLaVA's pictures the features are kept, of others what the processor makes of them.

    Args:
        model: the model; on its tower the adapter is active that belongs there.
    """

    def __init__(self, model: Any, sight: Sight) -> None:
        self.model = model
        self._sight = sight
        self._known: OrderedDict[Path, tuple[_Stamp | None, Look]] = OrderedDict()

    def look(self, picture: Path) -> Look:
        """What a picture becomes; with LLaVA, ``features`` ``[patches, width]`` for the language model.

        A picture that was seen and is gone since stays as it was seen.

        Raises:
            WorkbenchError: there is no picture that can be read.
        """
        stamp, known = _stamp(picture), self._known.get(picture)
        if known is None or stamp not in {known[0], None}:
            known = stamp, self._seen(picture)
        self._known[picture] = known
        self._known.move_to_end(picture)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return known[1]

    def inputs(self, looks: Sequence[Look], input_ids: torch.Tensor) -> dict[str, Any]:
        """The arguments of ``generate`` for pictures that were looked at.

        Args:
            input_ids: ``[1, tokens]``, those of the pictures among them.
        """
        if not isinstance(self._sight, TowerSight):
            return self._on_device(joined_inputs(looks, input_ids))
        if not looks:
            return {}
        seen = BaseModelOutputWithPooling(pooler_output=[look.inputs[_FEATURES] for look in looks])
        return {"mm_encoder_outputs": {"image": seen}}

    def _seen(self, picture: Path) -> Look:
        look = self._sight.look(picture)
        if not isinstance(self._sight, TowerSight):
            return look
        (features,) = self.model.get_image_features(**self._on_device(look.inputs)).pooler_output
        return replace(look, inputs={_FEATURES: features})

    def _on_device(self, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Numbers where the model computes, in its format."""
        device, dtype = self.model.device, self.model.dtype
        return {
            name: value.to(device, dtype if value.is_floating_point() else value.dtype)
            for name, value in inputs.items()
        }


def _stamp(picture: Path) -> _Stamp | None:
    """What changes with the file; None if it is not there.

    Raises:
        WorkbenchError: it is a device or a pipe, which may have no end.
    """
    try:
        found = picture.stat()
    except (OSError, ValueError):
        return None
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise WorkbenchError(_("The file is no picture."), where=str(picture))
    return found.st_mtime_ns, found.st_size
