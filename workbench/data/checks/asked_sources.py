"""Which data is checked, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.configs.schema import TrainConfig
from workbench.data.formats import FormatChoice
from workbench.data.sources import Source, choices_for, sources_of
from workbench.errors import WorkbenchError
from workbench.i18n import _


def asked_sources(paths: Sequence[str], config: TrainConfig | None, choice: FormatChoice | None) -> list[Source]:
    """How to read the paths, or else the config's own: as asked, or else as the config reads each.

    Raises:
        WorkbenchError: neither paths nor a config are there, or there are more or fewer formats than paths.
    """
    paths = paths or _own(config)
    own = [_source(path, config) for path in paths]
    if choice is None:
        return own
    choices = choices_for(choice, paths)
    return [replace(source, choice=one) for source, one in zip(own, choices, strict=True)]


def _source(path: str, config: TrainConfig | None) -> Source:
    """How to read a path: as the config reads it, or reads all of its own."""
    sources = sources_of(config) if config else ()
    own = next((source for source in sources if source.path == path), None)
    if own is None and len({(repr(source.choice), source.image_folder) for source in sources}) == 1:
        return replace(sources[0], path=path)
    return own or Source(path)


def _own(config: TrainConfig | None) -> list[str]:
    """The data of a config itself."""
    if config is None:
        raise WorkbenchError(
            _("There is nothing to check."), where="PATH", fix=_("Name data, or a config with --config.")
        )
    return list(config.data_paths)
