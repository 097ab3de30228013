"""Ready-made configs, composed on demand from small tables: models × methods × data.

Any ``MODEL_METHOD_DATA_eEPOCHS`` of the tables' keys resolves; `entries` lists those that are published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.configs.catalogue import datasets, methods, models
from workbench.configs.catalogue.recipes import SUFFIXES, Recipe, parse_name, published_names
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig


@dataclass(frozen=True)
class CatalogueEntry:
    """One row of the catalogue. ``stage`` is ``sft`` or ``pretrain``; ``summary`` is in the current language."""

    name: str
    family: str
    model: str
    method: str
    dataset: str
    stage: str
    summary: str


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

    recipe = parse_name(name)
    if recipe is None:
        raise WorkbenchError(_("There is no config called {name}.").format(name=name), fix=suggestion(name))
    return TrainConfig.model_validate(_settings(recipe))


def suggestion(name: str) -> str:
    """What to try instead of an unknown name."""
    names = nearest(name, published_names())
    if names:
        return _("Nearest: {names}").format(names=", ".join(names))
    return _("`workbench list-cfg` shows all names.")


def _entry(name: str) -> CatalogueEntry:
    recipe = parse_name(name)
    assert recipe is not None, f"{name} is published but does not follow the grammar"
    model, data = models.BY_KEY[recipe.model], datasets.BY_KEY[recipe.data]
    summary = " · ".join((model.title, _(methods.BY_KEY[recipe.method].title), _(data.title)))
    return CatalogueEntry(
        name, model.family, model.name_or_path, str(_settings(recipe)["method"]), data.key, data.stage, summary
    )


def _settings(recipe: Recipe) -> dict[str, Any]:
    """Later tables win: the data knows its lengths, the model what suits it, the suffix what the name asks for."""
    model = models.BY_KEY[recipe.model]
    return {
        "pretrained_model_name_or_path": model.name_or_path,
        "prompt_template": model.prompt_template,
        "max_epochs": recipe.epochs,
        **methods.BY_KEY[recipe.method].settings,
        **datasets.BY_KEY[recipe.data].settings,
        **model.settings,
        **model.settings_by_method.get(recipe.method, {}),
        **SUFFIXES[recipe.suffix],
    }
