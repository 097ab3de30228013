"""Which weights to talk to. No Textual here."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from workbench.chat.endpoints import ENDPOINT, endpoint_named
from workbench.chat.protocol import Precision
from workbench.configs.base_changes import BaseChanges, changes_of
from workbench.configs.provenance import read_provenance
from workbench.errors import WorkbenchError
from workbench.hub.local import snapshot_of
from workbench.i18n import _
from workbench.paths import by_sample_name, resolve_model
from workbench.weights.seeing import is_seeing_folder, seeing_folder

Base = tuple[str, int | None, Precision, bool, str | None, bool, BaseChanges]
"""What has to be loaded anew if it differs: where it is, bits, precision, whether its own code is run, the folder for what
does not fit the memory, whether it is compiled, and what the weights on it need changed."""
_CHECKPOINTS = "checkpoints"
"""The folder of a job with its checkpoints."""


@dataclass(frozen=True)
class ChosenModel:
    """What to load: a base or merged model, an adapter on it, and the dialogue format (None: the trained one).

    ``llava``: a LLaVA folder on the model, in place of an adapter; ``visual_encoder`` and ``visual_select_layer``
    stand above what that folder says itself. A ``model`` that is empty is the one that the LLaVA folder names; the sample
    model goes by its name, however it was given.
    """

    model: str
    adapter: str | None = None
    prompt_template: str | None = None
    bits: Literal[4, 8] | None = None
    precision: Precision = "auto"
    trust_remote_code: bool = False
    llava: str | None = None
    visual_encoder: str | None = None
    visual_select_layer: int | None = None
    offload_folder: str | None = None
    compile: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "model", by_sample_name(self.model))

    @property
    def base(self) -> Base:
        """What has to be loaded anew if it differs."""
        path = resolve_model(self.model)
        place = os.path.realpath(path) if Path(path).exists() else str(snapshot_of(path) or path)
        added = self.llava or self.adapter
        changes = changes_of(resolve_model(added) if added else None)
        return place, self.bits, self.precision, self.trust_remote_code, self.offload_folder, self.compile, changes

    @property
    def endpoint(self) -> str | None:
        """The user's name for a chat service; None for weights."""
        return self.model.removeprefix(ENDPOINT) if self.model.startswith(ENDPOINT) else None

    @property
    def missing_part(self) -> str | None:
        """The first of its parts that is not on this machine, by name; None if all are."""
        if self.endpoint is not None:
            try:
                endpoint_named(self.endpoint)
            except WorkbenchError:
                return self.endpoint
            return None
        parts = (self.model, self.adapter, self.llava, self.visual_encoder)
        return next((part for part in parts if part and not _is_here(part)), None)

    @property
    def is_added_to_base(self) -> bool:
        """Whether it is an adapter or a LLaVA folder on a base that is known."""
        return bool(self.model) and (self.adapter is not None or self.llava not in (None, self.model))

    @property
    def base_label(self) -> str:
        """The last part of the base's path."""
        return Path(self.model).name or self.model

    @property
    def label(self) -> str:
        """The last part of each path, for a narrow line."""
        added = self.llava or self.adapter
        if self.endpoint is not None:
            return self.endpoint
        if not self.model or self.llava == self.model:
            return _short(added or "")
        return f"{self.base_label} + {_short(added)}" if added else self.base_label

    def reference_in(self, project: Path) -> str:
        """``MODEL`` or ``MODEL+ADAPTER``, as the commands take it; folders of the project without its path."""
        named = [self.model, self.llava or self.adapter]
        return "+".join(_within(name, project) for name in dict.fromkeys(named) if name)

    @property
    def name_on_base(self) -> str:
        """What tells it from others on the same base."""
        added = self.llava or self.adapter
        if added:
            return _short(added)
        return self.base_label if _is_trained(self.model) else _("base alone")

    @property
    def seeing(self) -> str | None:
        """The LLaVA folder, also where it stands in the place of a model or an adapter."""
        if self.llava is not None:
            return self.llava
        given = self.adapter or self.model
        return given if is_seeing_folder(Path(resolve_model(given))) else None

    def loaded_like(self, other: ChosenModel) -> ChosenModel:
        """The same weights in the precision of others."""
        return replace(
            self,
            bits=other.bits,
            precision=other.precision,
            trust_remote_code=other.trust_remote_code,
            offload_folder=other.offload_folder,
            compile=other.compile,
        )

    def with_parts_named(self) -> ChosenModel:
        """The same weights with the language model and the vision tower of a LLaVA folder said.

        Raises:
            WorkbenchError: nothing says which language model, or which vision tower, a LLaVA folder goes with.
        """
        llava = self.seeing
        if llava is None:
            return self
        found = seeing_folder(
            llava,
            base=self.model if self.model != llava else None,
            visual_encoder=self.visual_encoder,
            visual_select_layer=self.visual_select_layer,
        )
        return replace(
            self,
            model=found.language_model,
            adapter=None,
            llava=str(found.path),
            visual_encoder=found.visual_encoder,
            visual_select_layer=found.visual_select_layer,
        )


def _is_here(name: str) -> bool:
    return Path(resolve_model(name)).exists() or snapshot_of(name) is not None


@cache
def _is_trained(model: str) -> bool:
    """Whether a whole model was made here from another one."""
    known = read_provenance(Path(resolve_model(model)))
    return known is not None and known.base_model is not None


def _within(name: str, project: Path) -> str:
    if not name.startswith((".", "/")):
        return name
    path = Path(os.path.normpath(project / name))
    return str(path.relative_to(project)) if path.is_relative_to(project) else str(path)


def _short(folder: str) -> str:
    """The end of a path that tells one result from another; of a checkpoint, with the job that saved it."""
    path = Path(folder)
    if path.parent.name == _CHECKPOINTS:
        return "/".join((*path.parts[-4:-2], path.name))
    return "/".join(path.parts[-2:])
