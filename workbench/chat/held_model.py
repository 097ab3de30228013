"""The one base model in memory, and what is put on it: adapters, and the parts of LLaVA folders.

Switching among them loads only what was not loaded before; the language model stays where it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft.utils import ModulesToSaveWrapper

from workbench.chat.adapter_switch import AdapterSwitch, has_whole_layers
from workbench.chat.compiled import compile_steps
from workbench.chat.eyes import Eyes
from workbench.chat.parts_choice import ChosenParts
from workbench.chat.placement import placement, quantization_of
from workbench.chat.protocol import Load, Precision
from workbench.configs.base_changes import BaseChanges
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapters import load_adapter
from workbench.models.base_changes import make_room
from workbench.models.load import load_language_model
from workbench.models.progress import OnShare, ignored, weights_counted
from workbench.models.vision.assembly import assemble
from workbench.models.vision.open import is_whole, open_whole
from workbench.models.vision.projector import read_projector
from workbench.models.vision.sight import sight_of
from workbench.models.vision.tower import VisionTower, load_vision_tower
from workbench.models.vision.tower_adapter import load_tower_adapter
from workbench.weights.seeing import LANGUAGE_ADAPTER, TOWER_ADAPTER, SeeingFolder

_TOWERS_KEPT = 2
"""Two checkpoints whose towers were trained whole can be compared without loading a tower for each question."""

OnStage = Callable[[str], None]
"""Told each stage of loading as it begins."""


@dataclass(frozen=True)
class _Tower:
    tower: VisionTower
    adapters: AdapterSwitch


@dataclass(frozen=True)
class _Seeing:
    """What a LLaVA folder makes of the base: everything but the projector is shared with other folders."""

    eyes: Eyes
    tower: _Tower


class HeldModel:
    """Build one with `HeldModel.load`.

    Args:
        base: folder or name of the model.
        language: the causal language model, or the whole seeing model.
        whole: how the whole seeing model looks at pictures.
        changes: what was made other than in the base's folder, for an adapter that was trained so.
    """

    def __init__(
        self,
        base: str,
        language: Any,
        tokenizer: Any,
        precision: Precision,
        whole: Eyes | None,
        changes: BaseChanges,
    ) -> None:
        self.base = base
        self.tokenizer = tokenizer
        self._changes = changes
        self.rows = int(language.get_input_embeddings().weight.shape[0])
        self._bare = language
        self._precision = precision
        self._whole = whole
        self._language = AdapterSwitch(language, lambda model, folder, name: load_adapter(model, folder, name=name))
        self._towers: OrderedDict[str, _Tower] = OrderedDict()
        self._seeing: dict[SeeingFolder, _Seeing] = {}
        self._in_use: _Seeing | None = None
        self._compiled: tuple[Path | None, int] | WorkbenchError | None = None

    @classmethod
    def load(
        cls,
        base: str,
        request: Load,
        tokenizer: Any,
        changes: BaseChanges,
        on_stage: OnStage,
        on_share: OnShare = ignored,
    ) -> HeldModel:
        """Read the base from disk, in the number format that was asked for, onto the GPU if there is one.

        Args:
            changes: what the adapter that goes on it needs; the tokenizer has the new tokens already.
            on_share: told how much of the weights has been read.

        Raises:
            WorkbenchError: the folder is missing or holds no model.
        """
        on_stage(_("Loading the model"))
        quantization = quantization_of(request.bits)
        placed = placement(request.offload_folder)
        with weights_counted(on_share):
            if is_whole(base):
                found = open_whole(base, precision=request.precision, quantization=quantization, **placed)
                language, whole = found.model, Eyes(found.model, found.sight)
            else:
                whole = None
                language = load_language_model(
                    base,
                    method="qlora" if quantization else "full",
                    precision=request.precision,
                    quantization=quantization,
                    max_position_embeddings=changes.max_position_embeddings,
                    rope_scaling_type=changes.rope_scaling_type,
                    trust_remote_code=request.trust_remote_code,
                    **placed,
                )
                make_room(language, tokenizer, changes.new_tokens)
        language.eval()
        if torch.cuda.is_available() and quantization is None and not placed:
            language.to("cuda")
        return cls(base, language, tokenizer, request.precision, whole, changes)

    def use(self, parts: ChosenParts, on_stage: OnStage) -> None:
        """Compute with these parts from now on; what was not read yet is.

        Raises:
            WorkbenchError: a part is missing or damaged or does not fit; what was in use still is.
        """
        seeing = None if parts.llava is None else self._seeing_with(parts.llava, on_stage)
        adapter = Path(parts.adapter) if parts.adapter else None
        if parts.llava is not None:
            adapter = _inside(parts.llava, LANGUAGE_ADAPTER)
        if adapter is not None and not self._language.has(adapter):
            on_stage(_("Attaching the adapter"))
        self._language.use(adapter)
        if seeing is not None and parts.llava is not None:
            seeing.tower.adapters.use(_inside(parts.llava, TOWER_ADAPTER))
        self._in_use = seeing

    def takes(self, parts: ChosenParts, changes: BaseChanges) -> bool:
        """Whether these parts go beside those that were put on before: they need the same changes of the base.

        An adapter with whole layers of its own, such as the embedding, needs them in the size that they had; a LLaVA
        folder may have added rows to them, or has to.
        """
        if changes != self._changes:
            return False
        if parts.llava is not None:
            return not any(isinstance(module, ModulesToSaveWrapper) for module in self._bare.modules())
        has_grown = self._bare.get_input_embeddings().weight.shape[0] != self.rows
        return not (has_grown and parts.adapter and has_whole_layers(parts.adapter))

    def compile(self, on_stage: OnStage) -> None:
        """Take compiled steps in answers with what is in use now. The first call says with what; see `compile_steps`.

        Raises:
            WorkbenchError: the model answers without, and why.
        """
        if self.eyes is not None:
            raise WorkbenchError(_("Models that see answer without compiled code."))
        if self._compiled is None:
            on_stage(_("Compiling the model, a minute or more at the first time"))
            compiled_with = self._language.state
            try:
                compile_steps(self._bare, lambda: self._language.state == compiled_with)
                self._compiled = compiled_with
            except WorkbenchError as error:
                self._compiled = error  # what failed once takes as long to fail again
        if isinstance(self._compiled, WorkbenchError):
            raise self._compiled
        if self._compiled != self._language.state:
            raise WorkbenchError(
                _("Compiled code is for what was loaded first; since more was put on the model, it answers without.")
            )

    @property
    def model(self) -> Any:
        """What answers: it takes pictures if there are `eyes`."""
        return self._language.model if self._in_use is None else self._in_use.eyes.model

    @property
    def eyes(self) -> Eyes | None:
        """How it looks at pictures; None if it reads text only."""
        return self._whole if self._in_use is None else self._in_use.eyes

    @property
    def context(self) -> int:
        """The most tokens of prompt and answer together."""
        return int(getattr(self._bare.config.get_text_config(), "max_position_embeddings", None) or 4096)

    def _seeing_with(self, folder: SeeingFolder, on_stage: OnStage) -> _Seeing:
        if self._whole is not None:
            raise WorkbenchError(
                _("The model sees already; a LLaVA folder goes on a language model alone."),
                where=str(folder.path),
                fix=_("Name the language model that the LLaVA folder was trained on."),
            )
        if folder not in self._seeing:
            projector = read_projector(folder.path)
            tower = self._tower(folder.visual_encoder, on_stage)
            model = assemble(
                self._bare,
                tower.tower,
                self.tokenizer,
                projector=projector,
                selected_layer=folder.visual_select_layer,
            )
            sight = sight_of(model, tower.tower.processor, pad_image_to_square=folder.pad_image_to_square)
            self._seeing[folder] = _Seeing(Eyes(model, sight), tower)
        self._towers.move_to_end(folder.visual_encoder)
        return self._seeing[folder]

    def _tower(self, name: str, on_stage: OnStage) -> _Tower:
        if name not in self._towers:
            on_stage(_("Loading the vision tower"))
            tower = load_vision_tower(name, precision=self._precision)
            tower.model.eval().to(self._bare.device)
            self._make_room()
            self._towers[name] = _Tower(tower, AdapterSwitch(tower.model, _reading(tower)))
        return self._towers[name]

    def _make_room(self) -> None:
        """Let go of the tower that was not used for longest, if there are as many as may be kept."""
        if len(self._towers) >= _TOWERS_KEPT:
            _name, gone = self._towers.popitem(last=False)
            self._seeing = {folder: seeing for folder, seeing in self._seeing.items() if seeing.tower is not gone}


def _reading(tower: VisionTower) -> Callable[[Any, Path, str], Any]:
    def read(model: Any, folder: Path, name: str) -> Any:
        return load_tower_adapter(tower, folder, beside=None if model is tower.model else model, name=name)

    return read


def _inside(folder: SeeingFolder, part: str) -> Path | None:
    return folder.path / part if (folder.path / part).is_dir() else None
