"""Pictures as items to ask about; their answers become LLaVA rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.data.sheets.client import Messages
from workbench.data.sheets.engine import Item, Row
from workbench.data.sheets.pasted import parse_pasted
from workbench.data.sheets.pictures import DEFAULT_LONGEST_SIDE, data_url, name_in_rows
from workbench.data.sheets.prompts import Language, picture_prompt
from workbench.errors import WorkbenchError
from workbench.i18n import _


@dataclass(frozen=True)
class PictureQuestion:
    """What is asked about every picture. ``longest_side``: in pixels, of the picture that is sent."""

    model: str
    pairs: int
    language: Language
    longest_side: int = DEFAULT_LONGEST_SIDE


def picture_items(folder: Path, pictures: list[Path], question: PictureQuestion, sheet: Path) -> Iterator[Item]:
    """An item for each picture of a folder, called by its path within it; rows name it as the sheet needs it."""
    for path in pictures:
        name = path.relative_to(folder).as_posix()
        asked = picture_prompt(question.pairs, question.language, name)
        yield Item(
            name,
            _digest(path, asked, question),
            _Request(path, asked, question),
            _Reader(name_in_rows(path, folder, sheet)),
        )


def _digest(path: Path, asked: str, question: PictureQuestion) -> str:
    digest = hashlib.blake2b(f"{question.model}\n{question.longest_side}\n{asked}\n".encode(), digest_size=16)
    try:
        digest.update(path.read_bytes())
    except OSError:
        digest.update(b"unreadable")  # told when the picture is to be sent
    return digest.hexdigest()


@dataclass(frozen=True)
class _Request:
    path: Path
    asked: str
    question: PictureQuestion

    def __call__(self) -> Messages:
        picture = {"type": "image_url", "image_url": {"url": data_url(self.path, self.question.longest_side)}}
        return [{"role": "user", "content": [{"type": "text", "text": self.asked}, picture]}]


@dataclass(frozen=True)
class _Reader:
    name: str

    def __call__(self, text: str) -> list[Row]:
        result = parse_pasted(text, self.name)
        if result.is_sound:
            return result.rows
        first = result.complaints[0]
        raise WorkbenchError(_("The answer is no sheet: {reason}").format(reason=first.what))
