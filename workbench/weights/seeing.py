"""What a LLaVA folder of XTuner's layout goes with: its language model, its vision tower, and how it takes pictures.

Such a folder holds ``projector/`` and, as far as they were trained, ``llm_adapter/`` or a whole language model,
``visual_encoder_adapter/`` or ``visual_encoder/``. Checkpoints of a training that sees have this layout too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.configs.provenance import Provenance, read_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.small_json import json_object

PROJECTOR, LANGUAGE_ADAPTER = "projector", "llm_adapter"
TOWER_ADAPTER, WHOLE_TOWER = "visual_encoder_adapter", "visual_encoder"
LLAVA_PARTS = (LANGUAGE_ADAPTER, TOWER_ADAPTER, WHOLE_TOWER, PROJECTOR)
SELECTED_LAYER = -2
"""The layer of the tower that LLaVA-1.5 takes features of."""


@dataclass(frozen=True)
class SeeingFolder:
    """A LLaVA folder, and what is needed beside it.

    Args:
        language_model: folder or name of the language model; the folder itself if it holds a whole one.
        visual_encoder: folder or name of the vision tower; a folder inside if it holds a whole one.
        visual_select_layer: the tower's layer whose features are taken.
    """

    path: Path
    language_model: str
    visual_encoder: str
    visual_select_layer: int = SELECTED_LAYER
    pad_image_to_square: bool = True


def is_seeing_folder(folder: Path) -> bool:
    """Whether a folder has the layout."""
    return (folder / PROJECTOR / "config.json").is_file()


def has_seeing_parts(folder: Path) -> bool:
    """Whether a folder holds any part that is only found in this layout, be the others missing."""
    return any((folder / name).is_dir() for name in (PROJECTOR, LANGUAGE_ADAPTER, TOWER_ADAPTER))


def seeing_folder(
    folder: str | Path,
    *,
    base: str | None = None,
    visual_encoder: str | None = None,
    visual_select_layer: int | None = None,
) -> SeeingFolder:
    """A LLaVA folder with what was given, else with what it says itself.

    Args:
        base: the language model, for a folder that holds no whole one.
        visual_encoder: the vision tower, for a folder that holds no whole one.

    Raises:
        WorkbenchError: it is no such folder, or nothing says what it goes with.
    """
    path = Path(resolve_model(str(folder)))
    if not is_seeing_folder(path):
        raise WorkbenchError(
            _("The folder holds no LLaVA parts: projector/config.json is missing."),
            where=str(folder),
            fix=_("Name a checkpoint of a LLaVA training, or the folder that 'workbench convert' made of one."),
        )
    known = read_provenance(path) or Provenance()
    layer = known.visual_select_layer if visual_select_layer is None else visual_select_layer
    return SeeingFolder(
        path=path,
        language_model=_language_model(path, base, known),
        visual_encoder=_visual_encoder(path, visual_encoder, known),
        visual_select_layer=SELECTED_LAYER if layer is None else layer,
        pad_image_to_square=known.pad_image_to_square is not False,
    )


def _language_model(path: Path, given: str | None, known: Provenance) -> str:
    if (path / "config.json").is_file():
        return str(path)
    found = (
        given
        or known.base_model
        or json_object(path / LANGUAGE_ADAPTER / "adapter_config.json").get("base_model_name_or_path")
    )
    if not found:
        raise WorkbenchError(
            _("Nothing says which language model the LLaVA folder goes with."),
            where=str(path),
            fix=_("Name it: workbench chat MODEL --llava FOLDER, workbench merge MODEL FOLDER DIR."),
        )
    return str(found)


def _visual_encoder(path: Path, given: str | None, known: Provenance) -> str:
    own = path / WHOLE_TOWER
    if own.is_dir():
        if given is not None and Path(resolve_model(given)).resolve() != own.resolve():
            raise WorkbenchError(
                _("The LLaVA folder has a vision tower of its own, and another one was given."),
                where=str(own),
                fix=_("Leave --visual-encoder out."),
            )
        return str(own)
    found = given or known.visual_encoder
    if not found:
        raise WorkbenchError(
            _("Nothing says which vision tower the LLaVA folder goes with."),
            where=str(path),
            fix=_("Name it: --visual-encoder openai/clip-vit-large-patch14-336, for example."),
        )
    return found
