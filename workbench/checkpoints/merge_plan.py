"""Which weights a merged model has, and how each is made from the base's and the adapter's."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.adapter_layers import check_module, merged_module
from workbench.checkpoints.merge_places import HEADS, Places, Weight, module_of
from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


@dataclass(frozen=True)
class MergePlan:
    """The weights of the result, in the order of the base's files. ``untied``: the output head now has its own.

    ``vocabulary``: the number of token ids, if the adapter was trained with another one than the base has.
    """

    tensors: list[PlannedTensor]
    untied: bool
    vocabulary: int | None


def plan_merge(
    base: ModelFiles, adapter: Adapter, dtype: torch.dtype | None, *, device: str = "cpu", vision_only: bool = False
) -> MergePlan:
    """Plan the merged model, once everything is known to fit.

    Args:
        dtype: number format of the result; None keeps the base's.
        vision_only: of a CLIP model, its vision tower.

    Raises:
        WorkbenchError: the adapter was made for another base; names the first tensor that does not fit.
    """
    return _Planner(base, adapter, dtype, device, vision_only).plan()


class _Planner:
    def __init__(
        self, base: ModelFiles, adapter: Adapter, dtype: torch.dtype | None, device: str, vision_only: bool
    ) -> None:
        self._adapter, self._dtype, self._device = adapter, dtype, device
        self._places = Places(base, vision_only=vision_only)

    def plan(self) -> MergePlan:
        self._check_everything_has_a_place()
        self._check_shapes()
        untied = self._places.is_tied and bool(self._own_copies())
        tensors = [self._planned(weight) for weight in self._places.weights.values()]
        if untied and self._places.head is None:
            tensors.append(self._planned_head(self._places.name_of_head))
        return MergePlan(tensors, untied, self._vocabulary())

    def _check_everything_has_a_place(self) -> None:
        modules = [*self._adapter.parts, *self._adapter.rows]
        wanted = [f"{module}.weight" for module in modules] + list(self._adapter.whole)
        homeless = [name for name in wanted if name not in self._places.where]
        if homeless:
            raise WorkbenchError(
                _("The adapter was made for another model: the base has no {names}.").format(
                    names=printable(", ".join(homeless[:3]))
                ),
                where=str(self._adapter.folder),
                fix=_("Name the base model that adapter_config.json names."),
            )

    def _check_shapes(self) -> None:
        for place, tensor in self._adapter.whole.items():
            shape = self._places.shape(place)
            if tensor.shape != shape and not (self._places.is_vocabulary(place) and tensor.shape[1:] == shape[1:]):
                raise self._misfit(place, tensor.shape, shape)
        for module, (ids, rows) in self._adapter.rows.items():
            shape = self._shape(f"{module}.weight")
            if rows.shape != (len(ids), *shape[1:]) or max(ids, default=0) >= shape[0]:
                raise self._misfit(f"{module}.weight", rows.shape, shape)
        for module in self._adapter.parts:
            check_module(self._adapter, module, self._shape(f"{module}.weight"))

    def _misfit(self, place: str, held: tuple[int, ...], wanted: tuple[int, ...]) -> WorkbenchError:
        return WorkbenchError(
            _("The adapter's {name} has the shape {one}, the base's {other}.").format(
                name=printable(place), one=list(held), other=list(wanted)
            ),
            where=str(self._adapter.folder),
            fix=_("Name the base model that adapter_config.json names."),
        )

    def _vocabulary(self) -> int | None:
        """The rows of the embeddings, if they are not the base's; the output head must have as many."""
        if self._places.embedding is None:
            return None
        ends = [self._places.weights[name] for name in (self._places.embedding, self._places.head) if name is not None]
        rows = {weight.name: self._planned(weight).shape[0] for weight in ends}
        if len(set(rows.values())) > 1:
            raise WorkbenchError(
                _("The adapter gives {one} rows to {name} and {other} to {second}.").format(
                    one=rows[self._places.embedding],
                    name=self._places.embedding,
                    other=rows[str(self._places.head)],
                    second=self._places.head,
                ),
                where=str(self._adapter.folder),
                fix=_("Save it with both: save_embedding_layers=True in peft."),
            )
        new = rows[self._places.embedding]
        return new if new != self._places.weights[self._places.embedding].stored.shape[0] else None

    def _shape(self, place: str) -> tuple[int, ...]:
        """The shape once a weight that was trained whole has taken its place."""
        whole = self._adapter.whole.get(place)
        return self._places.shape(place) if whole is None else whole.shape

    def _own_copies(self) -> list[str]:
        """Of the tied embeddings' places, those that training gave a copy of its own."""
        places = self._places.tied_names()
        return [
            place for place in places if place in self._adapter.whole and self._adapter.is_own_copy(module_of(place))
        ]

    def _planned(self, weight: Weight) -> PlannedTensor:
        if self._places.is_tied and weight.name == self._places.embedding:
            return self._planned_tied(weight.name, weight.places)
        if self._places.is_tied and weight.name == self._places.head:
            return self._planned_head(weight.name)
        shape = next(
            (self._shape(place) for place in weight.places if place in self._adapter.whole), weight.stored.shape
        )
        return self._planned_as(weight.name, shape, weight, weight.places)

    def _planned_head(self, name: str) -> PlannedTensor:
        return self._planned_tied(name, list(HEADS))

    def _planned_tied(self, name: str, places: list[str]) -> PlannedTensor:
        """One end of tied embeddings: its own copy, or what both share."""
        assert self._places.embedding is not None
        weight, copies = self._places.weights[self._places.embedding], self._own_copies()
        used = [place for place in places if place in copies]
        if not used:
            used = [place for place in self._places.tied_names() if place not in copies]
        shape = next((self._shape(place) for place in used if place in self._adapter.whole), weight.stored.shape)
        return self._planned_as(name, shape, weight, used)

    def _planned_as(self, name: str, shape: tuple[int, ...], weight: Weight, places: list[str]) -> PlannedTensor:
        dtype = self._cast_to(weight.stored.dtype)
        return PlannedTensor(name, shape, dtype, lambda: self._made(weight, places))

    def _cast_to(self, dtype: torch.dtype) -> torch.dtype:
        return self._dtype if self._dtype is not None and dtype.is_floating_point else dtype

    def _made(self, weight: Weight, places: list[str]) -> torch.Tensor:
        """A weight of the base with everything that the adapter does to these places of it."""
        tensor = self._changed(places, self._loaded(weight))
        if not any(self._touches(place) for place in weight.parts):
            return tensor
        parts = self._places.split(tensor)
        changed = [self._changed([place], part) for place, part in zip(weight.parts, parts, strict=True)]
        return self._places.join(changed)

    def _loaded(self, weight: Weight) -> torch.Tensor:
        return weight.stored.load(self._cast_to(weight.stored.dtype))

    def _touches(self, place: str) -> bool:
        return place in self._adapter.whole or module_of(place) in self._adapter.parts

    def _changed(self, places: list[str], tensor: torch.Tensor) -> torch.Tensor:
        """A parameter that has these names: first taken whole where it was trained whole, then added to."""
        for place in places:
            if place in self._adapter.whole:
                tensor = self._adapter.whole[place].load(tensor.dtype)
        for place in places:
            tensor = self._added_to(place, tensor)
        return tensor

    def _added_to(self, place: str, tensor: torch.Tensor) -> torch.Tensor:
        module, is_bias = module_of(place), place.endswith(".bias")
        if module in self._adapter.parts and (not is_bias or self._adapter.touches_biases):
            tensor = self._merged(module, tensor, is_bias)
        if module in self._adapter.rows and not is_bias:
            ids, rows = self._adapter.rows[module]
            tensor.index_copy_(0, torch.tensor(ids), rows.load(tensor.dtype))
        return tensor

    def _merged(self, module: str, tensor: torch.Tensor, is_bias: bool) -> torch.Tensor:
        if not self._adapter.touches_biases:
            return merged_module(self._adapter, module, tensor, None, self._device)[0].cpu()
        weight = self._at(f"{module}.weight") if is_bias else tensor
        bias = tensor if is_bias else self._at(f"{module}.bias")
        assert weight is not None
        merged = merged_module(self._adapter, module, weight, bias, self._device)[1 if is_bias else 0]
        assert merged is not None
        return merged.cpu()

    def _at(self, place: str) -> torch.Tensor | None:
        """The base's parameter at a place, if it has one."""
        if place not in self._places.where:
            return None
        weight, part = self._places.where[place]
        tensor = self._loaded(weight)
        return tensor if part is None else self._places.split(tensor)[part]
