"""The projector between vision tower and language model, in a folder as XTuner has it.

``config.json`` of the model type ``projector``, and weights ``model.0`` and ``model.2``: the linear maps before and
after the activation, which transformers' LLaVA calls ``linear_1`` and ``linear_2``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

CONFIG_FILE, WEIGHTS_FILE, PICKLED_FILE = "config.json", "model.safetensors", "pytorch_model.bin"
_LAYERS = {"model.0.": "linear_1.", "model.2.": "linear_2."}
"""XTuner's names → those of transformers' LLaVA."""


@dataclass(frozen=True)
class Projector:
    """A projector of two layers. ``weights`` have the names of transformers' LLaVA.

    Args:
        where: the folder it came from.
        width_in: numbers in a feature of the vision tower; ``width_out``: in an embedding of the language model.
    """

    where: str
    weights: dict[str, torch.Tensor]
    width_in: int
    width_out: int
    activation: str = "gelu"

    @property
    def has_bias(self) -> bool:
        return "linear_1.bias" in self.weights


def read_projector(folder: str | Path) -> Projector:
    """The projector in a folder: itself, or in ``projector/`` of a folder that XTuner or workbench made.

    Raises:
        WorkbenchError: there is none, it is damaged, or it has another number of layers than two.
    """
    place = Path(resolve_model(str(folder)))
    place = place / "projector" if (place / "projector").is_dir() else place
    settings = _settings(place)
    depth = settings.get("depth", 2)
    if depth != 2:
        raise WorkbenchError(
            _("A projector of 2 layers is needed, but this one has {count}.").format(count=depth),
            where=f"{place}/{CONFIG_FILE}",
        )
    with _damaged(place):
        weights = _weights(place)
    renamed = {_in_transformers(name): tensor for name, tensor in weights.items()}
    sizes = [list(renamed[name].shape) for name in ("linear_1.weight", "linear_2.weight") if name in renamed]
    wanted = [
        [settings.get("llm_hidden_size"), settings.get("visual_hidden_size")],
        [settings.get("llm_hidden_size"), settings.get("llm_hidden_size")],
    ]
    if sizes != wanted:
        raise WorkbenchError(
            _("The projector's weights have the sizes {found}, but its config.json says {expected}.").format(
                found=sizes, expected=wanted
            ),
            where=str(place),
            fix=_("Convert the checkpoint again, or fetch the folder again."),
        )
    width_out, width_in = renamed["linear_1.weight"].shape
    return Projector(str(place), renamed, width_in, width_out, str(settings.get("hidden_act", "gelu")))


def write_projector(model: Any, folder: Path) -> None:
    """Write the projector of a LLaVA model as XTuner has it.

    Args:
        model: a ``LlavaForConditionalGeneration``, no adapter on its projector.
    """
    weights = model.model.multi_modal_projector.state_dict()
    width_out, width_in = weights["linear_1.weight"].shape
    settings = {
        "architectures": ["ProjectorModel"],
        "model_type": "projector",
        "visual_hidden_size": width_in,
        "llm_hidden_size": width_out,
        "depth": 2,
        "hidden_act": model.config.projector_hidden_act,
        "bias": "linear_1.bias" in weights,
        "torch_dtype": str(weights["linear_1.weight"].dtype).removeprefix("torch."),
    }
    folder.mkdir(parents=True, exist_ok=True)
    renamed = {_in_xtuner(name): tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    save_file(renamed, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    (folder / CONFIG_FILE).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _settings(place: Path) -> dict[str, Any]:
    try:
        settings = json.loads((place / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkbenchError(
            _("The folder holds no projector: config.json is missing or damaged."),
            where=str(place),
            fix=_("Name the folder of a LLaVA pre-training, or the 'projector' folder in it."),
        ) from error
    if not isinstance(settings, dict) or settings.get("model_type") != "projector":
        raise WorkbenchError(
            _("The folder holds another model, not a projector."),
            where=f"{place}/{CONFIG_FILE}",
            fix=_("Name the folder of a LLaVA pre-training, or the 'projector' folder in it."),
        )
    return settings


@contextmanager
def _damaged(place: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError, UnpicklingError, EOFError, RuntimeError) as error:
        raise WorkbenchError(
            _("The weights of the projector are missing or damaged: {reason}").format(
                reason=(str(error) or type(error).__name__).splitlines()[0][:200]
            ),
            where=str(place),
        ) from error


def _weights(place: Path) -> dict[str, torch.Tensor]:
    if (place / WEIGHTS_FILE).is_file():
        return dict(load_file(place / WEIGHTS_FILE))
    return dict(torch.load(place / PICKLED_FILE, map_location="cpu", weights_only=True))


def _in_transformers(name: str) -> str:
    for theirs, ours in _LAYERS.items():
        name = name.replace(theirs, ours)
    return name


def _in_xtuner(name: str) -> str:
    for theirs, ours in _LAYERS.items():
        name = name.replace(ours, theirs)
    return name
