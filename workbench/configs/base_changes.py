"""What a training changed of a base model besides its weights: new tokens, and how far its context reaches.

An adapter works on its base only with these; they stand in the ``workbench.json`` beside it.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.configs.model_settings import RopeScaling
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.i18n import _


@dataclass(frozen=True)
class BaseChanges:
    """Nothing by default."""

    new_tokens: tuple[str, ...] = ()
    max_position_embeddings: int | None = None
    rope_scaling_type: RopeScaling = "linear"


def changes_of(weights: str | Path | None) -> BaseChanges:
    """What the folder of an adapter, or of the parts of a LLaVA model, says; nothing if there is none or it is silent."""
    known = read_provenance(Path(weights)) if weights else None
    if known is None:
        return BaseChanges()
    return BaseChanges(tuple(known.new_tokens), known.max_position_embeddings, known.rope_scaling_type or "linear")


def require_new(new_tokens: Sequence[str], vocabulary: Container[str]) -> None:
    """
    Raises:
        WorkbenchError: the vocabulary has one of the tokens already.
    """
    there = [token for token in new_tokens if token in vocabulary]
    if there:
        raise WorkbenchError(
            _("The vocabulary has {names} already.").format(names=", ".join(there)),
            where="new_tokens",
            fix=_("Leave these out."),
        )
