"""Where a checkpoint, adapter or merged model came from: ``workbench.json`` beside its weights.

A prompt template of the user's own lies beside them too, as ``prompt_template.yaml``: it is used as it was in the
training, wherever the weights go and whatever becomes of the user's file.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

from workbench.configs.model_settings import RopeScaling
from workbench.files import write_atomic

PROVENANCE_FILE = "workbench.json"
TEMPLATE_FILE = "prompt_template.yaml"


class Provenance(BaseModel):
    """How weights were made, so that chatting can use the same dialogue format and a person can trace a result.

    Args:
        visual_encoder: of a model that sees, its vision tower; ``visual_select_layer`` and ``pad_image_to_square`` are
            those that it was trained with.
        new_tokens: added to the base's vocabulary; ``max_position_embeddings`` and ``rope_scaling_type`` tell how far
            its context was stretched.
    """

    prompt_template: str | None = None
    base_model: str | None = None
    method: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    pad_image_to_square: bool | None = None
    new_tokens: list[str] = []
    max_position_embeddings: int | None = None
    rope_scaling_type: RopeScaling | None = None
    system: str = ""
    config_name: str | None = None
    job: str | None = None
    iter: int | None = None
    step: int | None = None
    scores: dict[str, float] = {}
    validation_loss: float | None = None
    notes: list[str] = []


def read_provenance(folder: Path) -> Provenance | None:
    """What is known of the weights in a folder; None if nothing (readable) is.

    A prompt template that lies beside the weights is named by its whole path.
    """
    try:
        known = Provenance.model_validate_json((folder / PROVENANCE_FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    if known.prompt_template == TEMPLATE_FILE:
        known.prompt_template = str((folder / TEMPLATE_FILE).absolute())
    return known


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Put ``workbench.json`` beside the weights of a folder, and a copy of its prompt template if that lies in a file.

    Args:
        provenance: its template may be the path of a ``prompt_template.yaml``; other files are named and not copied.

    Raises:
        OSError: the folder cannot be written, or the template not be read.
    """
    source = Path(provenance.prompt_template or "")
    if source.name == TEMPLATE_FILE and source.is_file():
        text, target = source.read_bytes(), folder / TEMPLATE_FILE
        if not target.is_file() or target.read_bytes() != text:
            write_atomic(target, text)
        provenance = provenance.model_copy(update={"prompt_template": TEMPLATE_FILE})
    write_atomic(folder / PROVENANCE_FILE, provenance.model_dump_json(indent=2, exclude_none=True) + "\n")
