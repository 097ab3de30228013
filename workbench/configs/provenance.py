"""Where a checkpoint, adapter or merged model came from: ``workbench.json`` beside its weights."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

PROVENANCE_FILE = "workbench.json"


class Provenance(BaseModel):
    """How weights were made, so that chatting can use the same dialogue format and a person can trace a result."""

    prompt_template: str | None = None
    base_model: str | None = None
    method: str | None = None
    system: str = ""
    config_name: str | None = None
    job: str | None = None
    iter: int | None = None
    step: int | None = None
    scores: dict[str, float] = {}


def read_provenance(folder: Path) -> Provenance | None:
    """What is known of the weights in a folder; None if nothing (readable) is."""
    try:
        return Provenance.model_validate_json((folder / PROVENANCE_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Put ``workbench.json`` beside the weights of a folder."""
    text = provenance.model_dump_json(indent=2, exclude_none=True) + "\n"
    (folder / PROVENANCE_FILE).write_text(text, encoding="utf-8")
