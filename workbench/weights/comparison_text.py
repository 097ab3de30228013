"""A comparison as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.i18n import _
from workbench.weights.comparison import Comparison, Difference, LayerChange

_BAR_CELLS = 20
_NAMES_SHOWN = 8


def lines_of(comparison: Comparison) -> Iterator[str]:
    """Everything that was found, a line each; layers with a bar as long as their change."""
    yield f"A  {comparison.first}"
    yield f"B  {comparison.second}"
    layers = (_("Change of the layers, from B to A"), list(layer_lines(comparison.layers)))
    for title, lines in (*sections_of(comparison), layers):
        if lines:
            yield from ("", title, *(f"  {line}" for line in lines))


def sections_of(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Everything but the layers, as titles with their lines; none without lines."""
    total = [total_line(comparison.total)] if comparison.total is not None else []
    sections = (
        (_("Values"), [*total, *([comparison.note] if comparison.note else [])]),
        (_("Scores"), [difference_line(one) for one in comparison.scores]),
        (_("What differs"), [difference_line(one) for one in comparison.facts]),
        (_("Tensors only in A"), _some(comparison.only_first)),
        (_("Tensors only in B"), _some(comparison.only_second)),
        (_("Shapes and number formats"), _some([difference_line(one) for one in comparison.shapes])),
    )
    return [(title, lines) for title, lines in sections if lines]


def total_line(total: LayerChange) -> str:
    """How far both are apart as a whole."""
    if total.norm == 0:
        return _("All values they have in common are equal.")
    return _("All together: ‖A−B‖ = {norm}, {share} of ‖B‖").format(norm=norm_text(total), share=share_text(total))


def difference_line(one: Difference) -> str:
    """``name: first | second``."""
    return (
        f"{one.name}: {one.first if one.first is not None else '–'} | {one.second if one.second is not None else '–'}"
    )


def layer_lines(layers: Sequence[LayerChange]) -> Iterator[str]:
    """Name, bar, share and norm of each layer."""
    width = max((len(layer.name) for layer in layers), default=0)
    scale = scale_of(layers)
    for layer in layers:
        drawn = bar((measure(layer)) / scale).ljust(_BAR_CELLS)
        yield f"{layer.name.ljust(width)}  {drawn}  {share_text(layer):>7}  {norm_text(layer):>9}"


def scale_of(layers: Sequence[LayerChange]) -> float:
    """What the longest bar stands for."""
    return max((measure(layer) for layer in layers), default=0.0) or 1.0


def measure(layer: LayerChange) -> float:
    """What a bar shows: the change as a share, or its norm where there is nothing to compare it to."""
    return layer.relative if layer.relative is not None else layer.norm or 0.0


def share_text(layer: LayerChange) -> str:
    """The change as a share of the second's norm."""
    return (
        "–" if layer.relative is None else f"{layer.relative:.2%}" if layer.relative < 10 else f"{layer.relative:.0f}×"
    )


def norm_text(layer: LayerChange) -> str:
    """The norm of the change."""
    return "nan" if layer.norm is None else f"{layer.norm:.4g}"


def bar(share: float, cells: int = _BAR_CELLS) -> str:
    """A bar as long as its share, in eighths of a cell."""
    eighths = round(max(0.0, min(share, 1.0)) * cells * 8)
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - _NAMES_SHOWN
    rest = [_("… and {count} more").format(count=more)] if more > 0 else []
    return lines[:_NAMES_SHOWN] + rest
