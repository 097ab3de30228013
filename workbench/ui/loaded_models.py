"""The models that were talked to last in a project, so that a folder that was typed once is offered again."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from workbench.ui.chosen_model import ChosenModel

_KEY = "chat.loaded"
_MOST = 8
_KEPT = ("model", "adapter", "llava", "visual_encoder", "visual_select_layer")


def keep_loaded(state: MutableMapping[str, Any], chosen: ChosenModel) -> None:
    """Remember which weights were loaded, the last ones first; not how, nor whether their own code was run."""
    if chosen.endpoint is not None:
        return
    weights = {name: getattr(chosen, name) for name in _KEPT}
    state[_KEY] = [weights, *(one for one in _kept(state) if one != weights)][:_MOST]


def loaded_models(state: MutableMapping[str, Any]) -> list[ChosenModel]:
    """The last ones that are still on this machine."""
    models = (ChosenModel(**one) for one in _kept(state) if set(one) == set(_KEPT) and isinstance(one["model"], str))
    return [model for model in models if model.missing_part is None]


def _kept(state: MutableMapping[str, Any]) -> list[dict[str, Any]]:
    kept = state.get(_KEY)
    return [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []
