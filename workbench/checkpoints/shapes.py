"""The shapes that a model's config gives its weights, against those that its files' headers tell.

A header can be wrong and still fit its file, such as one whose rows and columns are exchanged.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import CONFIG_MAPPING, AutoModel, AutoModelForCausalLM

from workbench.checkpoints.merge_places import Places
from workbench.checkpoints.model_files import ModelFiles
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models import internlm1, internlm2, internlm3
from workbench.text import printable

for family in (internlm1, internlm2, internlm3):
    family.register()


def check_shapes(model: ModelFiles, config: dict[str, Any]) -> None:
    """Raise if a weight has not the shape that the config gives it.

    Models that transformers does not know without code of their own are not checked, nor are names that the loaded
    model does not have.

    Raises:
        WorkbenchError: names the first one, and both shapes.
    """
    places = Places(model, vision_only=False)
    for name, expected in _expected(config).items():
        if name not in places.where:
            continue
        weight, part = places.where[name]
        found = places.shape(name)
        if found != expected:
            raise WorkbenchError(
                _("The weight {name} is {found}, but config.json makes it {expected}.").format(
                    name=printable(weight.name if part is None else f"{weight.name} ({name})"),
                    found=list(found),
                    expected=list(expected),
                ),
                where=str(model.folder),
                fix=_("The header of its file or config.json is wrong: fetch the model again."),
            )


def _expected(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shapes by the names that the loaded model has; no memory is taken for values."""
    kind = config.get("model_type")
    try:
        settings = CONFIG_MAPPING[kind].from_dict(config)
        room = AutoModelForCausalLM if type(settings) in AutoModelForCausalLM._model_mapping else AutoModel
        with torch.device("meta"):
            model = room.from_config(settings)
    except Exception:  # of any model in the world: what is not known is not checked
        return {}
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
