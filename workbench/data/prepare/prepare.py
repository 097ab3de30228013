"""Prepare data: from a request to samples on disk, or to those that an equal request has left there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.cache import cache_folder, key_of, make_room
from workbench.data.prepare.mentions import Mentions
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import TokenStore, is_prepared, tokenizer_digest
from workbench.data.prepare.write import OnProgress, prepare_into
from workbench.data.templates import get_template
from workbench.file_lock import locked


def prepared(request: PrepareRequest, tokenizer: Any, on_progress: OnProgress | None = None) -> TokenStore:
    """The samples of a request, made now or by an earlier run.

    Args:
        tokenizer: a `LightTokenizer` or one of transformers.

    Raises:
        WorkbenchError: data is missing or damaged, or nothing of it can be trained.
    """
    light = LightTokenizer.of(tokenizer)
    files = request.files()
    template = get_template(request.template, light or tokenizer)
    folder = cache_folder() / key_of(
        request, files, repr(template), repr(light.facts) if light else tokenizer_digest(tokenizer)
    )
    folder.mkdir(parents=True, exist_ok=True)
    samples = folder / "samples"
    with locked(folder):
        if not is_prepared(samples) or _has_lost_pictures(samples):
            prepare_into(samples, request, light or tokenizer, files, on_progress)
            make_room(keep=folder)
    os.utime(folder)
    return TokenStore(samples)


def _has_lost_pictures(samples: Path) -> bool:
    """Whether pictures that came out of the rows themselves must be kept anew."""
    store = TokenStore(samples)
    return store.sees and Mentions(store).has_lost_pictures()
