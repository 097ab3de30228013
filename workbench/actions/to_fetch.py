"""What a training would fetch from a hub first: models and datasets that are not on this machine. Asks no network."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.actions.findings import Findings
from workbench.configs.evaluation_rules import validation_config
from workbench.configs.schema import TrainConfig
from workbench.configs.shapes import shape_of
from workbench.configs.tower_shapes import tower_shape_of
from workbench.data.hub import is_kept
from workbench.data.sources import sources_of
from workbench.errors import WorkbenchError
from workbench.hub.local import is_here, offline_setting
from workbench.i18n import _
from workbench.sizes import in_words

_BYTES_OF_A_WEIGHT = 2
"""As nearly every model is stored, in 16 bits."""


def bytes_to_fetch(config: TrainConfig) -> int:
    """Bytes of the models that are not here, as far as their sizes are known."""
    return sum(_size(name) or 0 for _field, name in _models(config))


def fetch_warnings(config: TrainConfig) -> list[WorkbenchError]:
    """What will be fetched; nothing where no hub may be asked, which `check_offline` tells."""
    if offline_setting():
        return []
    return [_model_warning(field, name) for field, name in _models(config)] + [
        WorkbenchError(_("The dataset is not on this machine; it will be fetched from the hub."), where=name)
        for name in _datasets(config)
    ]


def check_offline(config: TrainConfig, found: Findings) -> None:
    """Look whether all is here, where the environment says that no hub may be asked.

    Args:
        found: takes what is missing.
    """
    setting = offline_setting()
    if setting is None:
        return
    for field, name in _models(config):
        found.add(
            WorkbenchError(
                _("The model is not on this machine, and {setting} is set, so no hub is asked.").format(
                    setting=setting
                ),
                where=f"{field}: {name}",
                fix=_("Unset {setting}, or name the folder of a model that is here.").format(setting=setting),
            )
        )
    for name in _datasets(config):
        found.add(
            WorkbenchError(
                _("The dataset is not on this machine, and {setting} is set, so no hub is asked.").format(
                    setting=setting
                ),
                where=name,
                fix=_("Unset {setting}, or name a file or folder that is here.").format(setting=setting),
            )
        )


def _models(config: TrainConfig) -> Iterator[tuple[str, str]]:
    """Those that are not here, with the fields that name them."""
    for field in ("pretrained_model_name_or_path", "visual_encoder_name_or_path"):
        name = getattr(config, field)
        if name and not is_here(name):
            yield field, name


def _datasets(config: TrainConfig) -> Iterator[str]:
    """The names of those that are not here."""
    for part in (config, validation_config(config)):
        for source in sources_of(part) if part is not None else ():
            if not source.is_here and not is_kept(source.path):
                yield source.path


def _model_warning(field: str, name: str) -> WorkbenchError:
    size = _size(name)
    what = (
        _("The model is not on this machine; it will be fetched from the hub.")
        if size is None
        else _("The model is not on this machine; it will be fetched from the hub (about {size}).").format(
            size=in_words(size)
        )
    )
    fix = _("'workbench download {name}' fetches it before.").format(name=name)
    return WorkbenchError(what, where=f"{field}: {name}", fix=fix)


def _size(name: str) -> int | None:
    shape = shape_of(name) or tower_shape_of(name)
    return None if shape is None else shape.parameters * _BYTES_OF_A_WEIGHT
