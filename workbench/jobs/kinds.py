"""What a job does, in a word of the user's language."""

from __future__ import annotations

from workbench.i18n import N_, _

ENDPOINT = "serve-api"
"""Serves a model until it is ended."""
_WORDS = {
    "train": N_("train"),
    "convert": N_("convert"),
    "merge": N_("merge"),
    "compare": N_("compare"),
    "preprocess": N_("prepare data"),
    "sheet": N_("question sheet"),
    "evaluate": N_("evaluate"),
    "score": N_("score"),
    "quickstart": N_("quickstart"),
    "download": N_("download"),
    "upload": N_("upload"),
    "export": N_("export"),
    ENDPOINT: N_("endpoint"),
}
SIDE_BY_SIDE = {"convert", "merge", "evaluate", "score", ENDPOINT}
"""Kinds of which several may be at work under one name, on different things."""


def kind_text(kind: str) -> str:
    """The word for a kind of job; a kind that is not known is its own word."""
    return _(_WORDS.get(kind, kind))
