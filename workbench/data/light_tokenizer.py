"""A tokenizer for the light rooms: ``tokenizer.json`` through the tokenizers library, without transformers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.i18n import _


class LightTokenizer:
    """Encodes and decodes; knows its beginning- and end-of-text tokens."""

    def __init__(self, tokenizer: Any, bos_token: str | None, eos_token: str | None) -> None:
        self._tokenizer = tokenizer
        self.bos_token_id: int | None = tokenizer.token_to_id(bos_token) if bos_token else None
        self.eos_token_id: int | None = tokenizer.token_to_id(eos_token) if eos_token else None

    @classmethod
    def from_folder(cls, folder: Path) -> LightTokenizer:
        """The tokenizer of a model folder.

        Raises:
            WorkbenchError: the folder has no (readable) ``tokenizer.json``.
        """
        import tokenizers

        path = folder / "tokenizer.json"
        if not path.is_file():
            raise WorkbenchError(
                _("The folder has no tokenizer.json."),
                where=str(folder),
                fix=_("Save the tokenizer once with a recent transformers, which writes it."),
            )
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception for a damaged file
            raise WorkbenchError(
                _("The tokenizer file is damaged: {reason}").format(reason=error), where=str(path)
            ) from error
        settings = _settings(folder)
        return cls(tokenizer, _token(settings.get("bos_token")), _token(settings.get("eos_token")))

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        """The ids of a text."""
        return list(self._tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool = False) -> str:
        """The text of some ids."""
        return str(self._tokenizer.decode(token_ids, skip_special_tokens=skip_special_tokens))


def _settings(folder: Path) -> dict[str, Any]:
    """The tokenizer's settings; older models keep their special tokens in a file of their own."""
    return _object(folder / "special_tokens_map.json") | _object(folder / "tokenizer_config.json")


def _object(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _token(value: Any) -> str | None:
    """A special token is written as text or as an object with ``content``."""
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else None
