"""Which base an adapter says that it was trained on."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.configs.provenance import read_provenance
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.seeing import LANGUAGE_ADAPTER
from workbench.weights.small_json import json_object

_CONFIG = "adapter_config.json"
_IN_CACHE = re.compile(r"models--.+?--([^/]+)/snapshots/")


def other_base(folder: Path, base: str) -> str | None:
    """The base that an adapter, or a LLaVA folder, was trained on, if that is another one; None also if nothing says so.

    Names are compared by their last part only: the same model may lie elsewhere, or be called by its hub name.
    """
    known = read_provenance(folder)
    noted = (json_object(path / _CONFIG).get("base_model_name_or_path") for path in (folder, folder / LANGUAGE_ADAPTER))
    said = known.base_model if known and known.base_model else next((name for name in noted if name), None)
    return said if isinstance(said, str) and _last_part(said) != _last_part(base) else None


def base_warnings(folder: str | None, base: str) -> list[str]:
    """What is to be said of an adapter, if there is one, that stands on another base than it was trained on.

    Args:
        base: as it is loaded; one that lies in the folder itself was changed by the training.
    """
    if not folder or Path(resolve_model(base)).is_relative_to(path := Path(resolve_model(folder))):
        return []
    if (trained := other_base(path, base)) is None:
        return []
    said = _("{adapter} was trained on {trained}, not on {base}: its answers are not those that it was trained for.")
    return [said.format(adapter=path.name, trained=trained, base=base)]


def _last_part(name: str) -> str:
    name = resolve_model(name).replace("\\", "/")
    cached = _IN_CACHE.search(name)
    return cached[1].lower() if cached else re.split(r"[/:]", name.rstrip("/"))[-1].lower()
