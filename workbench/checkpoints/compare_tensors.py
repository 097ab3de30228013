"""How far tensors of the same names, or what two adapters add, are apart; at most two tensors are in memory."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from peft.utils.other import get_pattern_key

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.stored import LazyTensor
from workbench.i18n import _
from workbench.weights.comparison import Comparison, Difference, LayerChange

_VALUES_AT_ONCE = 2**22
_LAYER = re.compile(r"(.*?(?:^|\.)(?:layers|layer|blocks|h)\.\d+)\.")
_FACTORS = ("lora_A.weight", "lora_B.weight")


@dataclass
class Tally:
    """Squares of norms by layer: of the differences, and of the second's values."""

    changes: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, change: float, size: float) -> None:
        match = _LAYER.match(name)
        layer = match[1] if match else name.removesuffix(".weight")
        self.changes[layer] = self.changes.get(layer, 0.0) + change
        self.sizes[layer] = self.sizes.get(layer, 0.0) + size

    def take(self, other: Tally, part: str) -> None:
        """Add the layers of a part of the model."""
        self.changes |= {f"{part}.{name}": change for name, change in other.changes.items()}
        self.sizes |= {f"{part}.{name}": size for name, size in other.sizes.items()}

    def layers(self) -> list[LayerChange]:
        return [_layer(name, change, self.sizes[name]) for name, change in self.changes.items()]

    def total(self) -> LayerChange | None:
        if not self.changes:
            return None
        return _layer("", sum(self.changes.values()), sum(self.sizes.values()))


def _layer(name: str, change: float, size: float) -> LayerChange:
    norm = math.sqrt(change) if math.isfinite(change) else None
    is_relative = norm is not None and math.isfinite(size) and size > 0
    return LayerChange(name=name, norm=norm, relative=math.sqrt(change / size) if is_relative else None)


# -- tensors of the same names


def compare_tensors(
    comparison: Comparison,
    first: Mapping[str, LazyTensor],
    second: Mapping[str, LazyTensor],
    tally: Tally,
    on_progress: Callable[[int, int], None],
) -> None:
    """Fill in the names that only one has, other shapes, and how far the values are apart."""
    comparison.only_first += [name for name in first if name not in second]
    comparison.only_second += [name for name in second if name not in first]
    common = [name for name in first if name in second]
    total, done = sum(_bytes(first[name]) for name in common), 0
    for name in common:
        one, other = first[name], second[name]
        if _said(one) != _said(other):
            comparison.shapes.append(Difference(name=name, first=_said(one), second=_said(other)))
        if one.shape == other.shape:
            tally.add(name, *_squares(one.load(), other.load()))
        done += _bytes(one)
        on_progress(done, total)


def _squares(one: torch.Tensor, other: torch.Tensor) -> tuple[float, float]:
    """‖one − other‖² and ‖other‖², summed in fp64."""
    change = size = 0.0
    left, right = one.reshape(-1), other.reshape(-1)
    for begin in range(0, len(left), _VALUES_AT_ONCE):
        wide = right[begin : begin + _VALUES_AT_ONCE].double()
        change += float((left[begin : begin + _VALUES_AT_ONCE].double() - wide).square_().sum())
        size += float(wide.square_().sum())
    return change, size


def _said(tensor: LazyTensor) -> str:
    return f"{list(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"


def _bytes(tensor: LazyTensor) -> int:
    return math.prod(tensor.shape) * tensor.dtype.itemsize


# -- adapters


def compare_adapters(
    comparison: Comparison, one: Adapter, other: Adapter, tally: Tally, on_progress: Callable[[int, int], None]
) -> None:
    """By what they add to their base if both are plain LoRA, else by their own tensors."""
    if not (_is_plain(one) and _is_plain(other)):
        comparison.note = _("The adapters' own tensors are compared, not what they make of the base.")
        compare_tensors(comparison, _own(one), _own(other), tally, on_progress)
        return
    comparison.note = _("Compared by what each adapter adds to the weights of its base.")
    comparison.only_first = [name for name in one.parts if name not in other.parts]
    comparison.only_second = [name for name in other.parts if name not in one.parts]
    sizes = _module_bytes(one, other)
    total, done = sum(sizes.values()), 0
    for module, size in sizes.items():
        left, right = _factors(one, module), _factors(other, module)
        if left and right and _span(left) != _span(right):
            comparison.shapes.append(Difference(name=module, first=_span(left), second=_span(right)))
            continue
        parts = [part for part in (left, right and (right[0], -right[1])) if part]
        change = _product_square(torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts], 1))
        tally.add(module, change, _product_square(*right) if right else 0.0)
        done += size
        on_progress(done, total)
    compare_tensors(comparison, one.whole, other.whole, tally, lambda _done, _total: None)


def _is_plain(adapter: Adapter) -> bool:
    """Whether it only adds products of two matrices to the weights."""
    settings = adapter.settings
    is_lora = settings["peft_type"] == "LORA" and not settings.get("use_dora") and not adapter.rows
    return is_lora and all(
        set(parts) == set(_FACTORS) and all(len(tensor.shape) == len(_FACTORS) for tensor in parts.values())
        for parts in adapter.parts.values()
    )


def _module_bytes(*adapters: Adapter) -> dict[str, int]:
    """The modules of all adapters with the bytes of their factors."""
    sizes: dict[str, int] = {}
    for adapter in adapters:
        for module, parts in adapter.parts.items():
            sizes[module] = sizes.get(module, 0) + sum(map(_bytes, parts.values()))
    return sizes


def _own(adapter: Adapter) -> dict[str, LazyTensor]:
    parts = {f"{module}.{name}": tensor for module, held in adapter.parts.items() for name, tensor in held.items()}
    return {**parts, **adapter.whole}


def _factors(adapter: Adapter, module: str) -> tuple[torch.Tensor, torch.Tensor] | None:
    """A and the scaled B of a module in fp64; None if the adapter leaves it alone."""
    parts = adapter.parts.get(module)
    if parts is None:
        return None
    small, large = (parts[name].load(torch.float64) for name in _FACTORS)
    return small, large * _scaling(adapter.settings, module, small.shape[0])


def _scaling(settings: Mapping[str, Any], module: str, rank: int) -> float:
    """What peft multiplies the product by: alpha over the rank, or over its root if the adapter is rank-stabilised."""
    pattern = settings.get("alpha_pattern") or {}
    alpha = float(pattern.get(get_pattern_key(pattern.keys(), module), settings.get("lora_alpha") or 1))
    return alpha / (math.sqrt(rank) if settings.get("use_rslora") else rank)


def _span(factors: tuple[torch.Tensor, torch.Tensor]) -> str:
    return str([factors[1].shape[0], factors[0].shape[1]])


def _product_square(small: torch.Tensor, large: torch.Tensor) -> float:
    """‖large @ small‖² without the product: that of the triangular parts of both, which has the size of the rank."""
    left = torch.linalg.qr(large, mode="r").R
    right = torch.linalg.qr(small.T, mode="r").R
    return float((left @ right.T).square().sum())
