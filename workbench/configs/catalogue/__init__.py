"""Ready-made configs, composed on demand from small tables: models × methods × data, with and without pictures.

Any name of the tables' keys resolves (`recipes`, `pairs`, `seeing`, `internvl`); `entries` lists those that are published.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.configs.catalogue import internvl, irregular, pairs, seeing
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.configs.catalogue.filters import Wanted, bytes_needed, select
from workbench.configs.catalogue.mends import MENDED
from workbench.configs.own_code import why_own_code
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

_FEW = 8
"""So many values are all told."""
_PARTS = (irregular, pairs, seeing, internvl)
__all__ = [
    "CatalogueEntry",
    "entries",
    "published_names",
    "resolve",
    "suggestion",
    "unknown_value",
    "without_known_size",
]


def published_names() -> list[str]:
    """All names of the catalogue, sorted."""
    return sorted(name for part in _PARTS for name in part.published_names())


def entries(pattern: str | None = None, wanted: Wanted | None = None) -> list[CatalogueEntry]:
    """The published configs by name, those that match both.

    Args:
        pattern: part of a name, or words in any order, each of which must occur in the name or the summary, and
            ``key:value`` as in `filters`; case does not matter.

    Raises:
        WorkbenchError: what is to fit is no number.
    """
    every = [_entry(name) for name in published_names()]
    chosen = every if wanted is None else select(every, wanted, _needed)
    return select(chosen, Wanted.of(pattern or ""), _needed)


def without_known_size(pattern: str, wanted: Wanted) -> int:
    """How many of the published configs that can be loaded have all that is wanted, but a memory that nobody knows."""
    found = entries(pattern, replace(wanted, fits=None))
    return sum(not entry.needs_code and _needed(entry) is None for entry in found)


def _needed(entry: CatalogueEntry) -> int | None:
    return bytes_needed(entry.name)


def resolve(name: str) -> TrainConfig:
    """The full config of a name.

    Raises:
        WorkbenchError: no such name; names the nearest.
    """
    from workbench.configs.schema import TrainConfig

    recipe = _recipe(name)
    if recipe is None:
        raise WorkbenchError(_("There is no config called {name}.").format(name=name), fix=suggestion(name))
    return TrainConfig.model_validate(recipe.settings())


def suggestion(name: str) -> str:
    """What to try instead of an unknown name."""
    names = nearest(name, published_names())
    if names:
        return _("Nearest: {names}").format(names=", ".join(names))
    return _("`workbench list-cfg` shows all names.")


def unknown_value(wanted: Wanted) -> str | None:
    """For the first value that no config has: those that there are. None if each is of some config."""
    for key, value in wanted.values.items():
        known = sorted({str(getattr(entry, key)) for entry in entries()})
        if not any(value in one for one in known):
            close = nearest(value, known) if len(known) > _FEW else []
            said = _("Nearest: {names}") if close else _("For {key} there are: {names}")
            return said.format(key=f"--{key}", names=", ".join(close or known))
    return None


class _Recipe(Protocol):
    """What a name stands for."""

    def settings(self) -> dict[str, Any]: ...
    def entry(self, name: str) -> CatalogueEntry: ...


def _recipe(name: str) -> _Recipe | None:
    return next((found for part in _PARTS if (found := part.parse_name(name)) is not None), None)


def _entry(name: str) -> CatalogueEntry:
    recipe = _recipe(name)
    assert recipe is not None, f"{name} is published but does not follow the grammar"
    entry = recipe.entry(name)
    mended = _(MENDED[name]) if name in MENDED else ""
    return replace(entry, mended=mended, needs_code=why_own_code(entry.model))
