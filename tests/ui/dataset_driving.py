"""What tests of the Dataset area have in common: rows to write, and what stands on its screen."""

from __future__ import annotations

import json
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Label
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from tests.ui.driving import screen_text, see, type_text
from workbench.ui.widgets.fitted_table import FittedTable
from workbench.ui.widgets.model_form import FieldRow


def field(pilot: Pilot[None], name: str) -> FieldRow:
    return next(row for row in pilot.app.screen.query(FieldRow) if row.name_in_file == name)


def change(pilot: Pilot[None], name: str, value: str) -> None:
    control = field(pilot, name).control
    assert isinstance(control, Input)
    control.value = value


def dialogue(*turns: str) -> dict[str, object]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[index % 2], "content": text} for index, text in enumerate(turns)]}


def write(path: Path, *rows: object) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def picture_row(name: str) -> dict[str, object]:
    asked, said = {"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A cat."}
    return {"image": name, "conversations": [asked, said]}


def write_word_tokenizer(folder: Path) -> None:
    """A tokenizer that has a token for each of some words."""
    words = ["?", "<", "|", "im", "user", "I", "am", "Robin"]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def keys_of(table: FittedTable) -> list[str]:
    return [str(row.key.value) for row in table.ordered_rows]


def text_of(table: FittedTable, key: str) -> str:
    return " ".join(str(cell) for cell in table.get_row(key))


def beside_the_rows(pilot: Pilot[None]) -> str:
    """What stands on the right of the rows, as if it were not wrapped."""
    lines = [line.partition("│")[2] for line in screen_text(pilot).splitlines()]
    return " ".join(" ".join(lines).split())


def picture_label(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("PictureSlot Label", Label).render())


def rows_shown(pilot: Pilot[None]) -> int:
    return pilot.app.screen.query_one("#reader-rows", FittedTable).row_count


async def go_to(pilot: Pilot[None], number: str) -> None:
    await pilot.press("g")
    await see(pilot, "enter goes there")
    await type_text(pilot, number)
    await pilot.press("enter")
