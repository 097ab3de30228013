"""The names that an adapter may know a base's weights by.

A *place* is the name of a parameter: the one on disk, or the one that the loaded model has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import torch

from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.stored import LazyTensor
from workbench.models.internlm2 import fuse_wqkv, split_wqkv
from workbench.weights.internlm2_names import INTERNLM2, names_in_memory
from workbench.weights.own_sight import is_known_kind, name_in_memory

HEADS = ("lm_head.weight", "output.weight", "embed_out.weight", "language_model.lm_head.weight")
"""Names of the output head."""
_VISION = "vision_model."
_PREFIXES = ("model.", "transformer.")
"""What the loaded model puts before all names, and some files leave out."""
_EMBEDDINGS = re.compile(r"(.*\.)?(embed_tokens|tok_embeddings|wte|embed_in|word_embeddings)\.weight$")


@dataclass(frozen=True)
class Weight:
    """A weight of the base. ``places``: its names; ``parts``: the places of what it joins, one after another."""

    name: str
    stored: LazyTensor
    places: list[str]
    parts: list[str] = field(default_factory=list)


class Places:
    """A base's weights by their names on disk, and ``where``: place → its weight, and which part of it if any.

    ``is_tied``: input and output embeddings are one; the head's places then lead to the embeddings.
    """

    def __init__(self, base: ModelFiles, *, vision_only: bool) -> None:
        config = base.config()
        self._is_internlm2 = config.get("model_type") == INTERNLM2
        self._kv_heads = int(config.get("num_key_value_heads") or config.get("num_attention_heads") or 1)
        self._groups = int(config.get("num_attention_heads") or 1) // self._kv_heads
        self._vision_only, self._sees = vision_only, is_known_kind(config)
        stored = _vision_tower(base.stored) if vision_only else base.stored
        self._lacks_prefix = not any(name.startswith(_PREFIXES) for name in stored)
        self.weights = {name: self._weight(name, tensor) for name, tensor in stored.items()}
        self.embedding = next((name for name in stored if _EMBEDDINGS.match(name)), None)
        self.head = next((name for name in HEADS if name in stored), None)
        self.is_tied = self._tied(config)
        self.where: dict[str, tuple[Weight, int | None]] = {}
        for weight in self.weights.values():
            self.where |= dict.fromkeys(weight.places, (weight, None))
            self.where |= {place: (weight, number) for number, place in enumerate(weight.parts)}
        if self.is_tied and self.embedding is not None:
            self.where |= dict.fromkeys(HEADS, (self.weights[self.embedding], None))

    @property
    def name_of_head(self) -> str:
        """What the output head is called on disk where it gets weights of its own."""
        return "output.weight" if self._is_internlm2 else HEADS[0]

    def shape(self, place: str) -> tuple[int, ...]:
        """The shape of the base's parameter at a place."""
        weight, part = self.where[place]
        if part is None:
            return weight.stored.shape
        head = weight.stored.shape[0] // (self._kv_heads * (self._groups + 2))
        rows = self._kv_heads * head * (self._groups if part == 0 else 1)
        return (rows, *weight.stored.shape[1:])

    def is_vocabulary(self, place: str) -> bool:
        """Whether the weight has a row for each token id."""
        return self.where[place][0].name in {self.embedding, self.head}

    def tied_names(self) -> list[str]:
        """All places of embeddings that are tied, those of the input first."""
        assert self.embedding is not None
        return [*self.weights[self.embedding].places, *HEADS]

    def split(self, tensor: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The parts that a weight on disk joins."""
        return split_wqkv(tensor, self._kv_heads, self._groups)

    def join(self, parts: list[torch.Tensor]) -> torch.Tensor:
        """The weight on disk from its parts."""
        return fuse_wqkv(parts[0], parts[1], parts[2], self._kv_heads, self._groups)

    def _weight(self, name: str, stored: LazyTensor) -> Weight:
        places = [name]
        if self._is_internlm2:
            in_memory = names_in_memory(name)
            if len(in_memory) > 1:
                return Weight(name, stored, places, in_memory)
            places += in_memory
        if name.startswith(_VISION):
            places.append(name.removeprefix(_VISION))
        elif self._vision_only:
            places.append(_VISION + name)
        if self._sees:
            places.append(name_in_memory(name))
        if self._lacks_prefix:
            places.extend(prefix + name for prefix in _PREFIXES)
        return Weight(name, stored, list(dict.fromkeys(places)))

    def _tied(self, config: dict[str, Any]) -> bool:
        """Whether input and output embeddings are one: the head is not on disk, or is there as an equal copy."""
        if self.embedding is None or self.head is None:
            return self.embedding is not None
        return bool(config.get("tie_word_embeddings")) and torch.equal(
            self.weights[self.embedding].stored.load(), self.weights[self.head].stored.load()
        )


def module_of(place: str) -> str:
    """The module that a parameter belongs to."""
    return place.rpartition(".")[0]


def _vision_tower(stored: dict[str, LazyTensor]) -> dict[str, LazyTensor]:
    """The vision tower's weights of a CLIP model; all of them if it is the tower alone."""
    tower = {name: tensor for name, tensor in stored.items() if name.startswith(_VISION)}
    return tower or stored
