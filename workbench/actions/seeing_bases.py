"""The models that a LLaVA folder goes with, named so that a job finds them wherever it runs."""

from __future__ import annotations

from pathlib import Path

from workbench.paths import resolve_model
from workbench.weights.seeing import seeing_folder


def bases_of(folder: Path, base: str | None, visual_encoder: str | None) -> dict[str, str]:
    """``base`` and ``visual_encoder``: those given, else those that the folder notes.

    Raises:
        WorkbenchError: nothing says which they are.
    """
    found = seeing_folder(folder, base=base, visual_encoder=visual_encoder)
    return {"base": _absolute(found.language_model), "visual_encoder": _absolute(found.visual_encoder)}


def _absolute(name: str) -> str:
    """A folder by its whole path; a name of the hub as it is."""
    place = Path(resolve_model(name))
    return str(place.resolve()) if place.is_dir() else name
