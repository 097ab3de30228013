"""Ready-made configs, composed on demand from small tables: models × methods × data, with and without pictures.

Any name of the tables' keys resolves (`recipes`, `seeing`); `entries` lists those that are published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.configs.catalogue import recipes, seeing
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

__all__ = ["CatalogueEntry", "entries", "published_names", "resolve", "suggestion"]


def published_names() -> list[str]:
    """All names of the catalogue, sorted."""
    return sorted([*recipes.published_names(), *seeing.published_names()])


def entries(pattern: str | None = None) -> list[CatalogueEntry]:
    """The published configs by name, those that match.

    Args:
        pattern: part of a name, or words in any order, each of which must occur in the name or the summary;
            case does not matter.
    """
    every = [_entry(name) for name in published_names()]
    if not pattern or not pattern.strip():
        return every
    words = pattern.lower().split()
    return [entry for entry in every if all(word in f"{entry.name} {entry.summary}".lower() for word in words)]


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


def _recipe(name: str) -> recipes.Recipe | seeing.SeeingRecipe | None:
    return recipes.parse_name(name) or seeing.parse_name(name)


def _entry(name: str) -> CatalogueEntry:
    recipe = _recipe(name)
    assert recipe is not None, f"{name} is published but does not follow the grammar"
    return recipe.entry(name)
