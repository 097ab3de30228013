"""Dataset: much data is read on, searched, gone through by numbers, and checked."""

from __future__ import annotations

import json
from pathlib import Path

from textual.widgets import Input, Label

from tests.ui.dataset_driving import dialogue, go_to, keys_of, rows_shown, text_of, write
from tests.ui.driving import WIDE, focus_in, footer, running, screen_text, see, type_text, wait_until
from workbench.ui.widgets.fitted_table import FittedTable


async def test_rows_are_read_on_as_the_cursor_goes_and_searched_to_the_end(project: Path) -> None:
    rows = (json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(5000))
    (project / "many.jsonl").write_text("\n".join(rows))
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "rows: 5000", "Rows 1–2000 are listed")
        assert rows_shown(pilot) == 2000
        await pilot.press("end")
        await see(pilot, "⟦answer 1999")
        await wait_until(pilot, lambda: rows_shown(pilot) == 4000)
        await pilot.press("n")
        await see(pilot, "⟦answer 2000")
        await pilot.press("slash")
        await type_text(pilot, "ANSWER 4321")
        await see(pilot, "⟦answer 4321")
        assert rows_shown(pilot) == 1


async def test_a_row_is_gone_to_by_its_number_wherever_it_is(project: Path) -> None:
    rows = [json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(5000)]
    (project / "many.jsonl").write_text(
        "\n" + "\n".join(rows)
    )  # an empty line in front: rows have the numbers of lines
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "⟦answer 0")
        await go_to(pilot, "4323x")
        await see(pilot, "many.jsonl:4323", "⟦answer 4321", "Rows 3322–5000 are listed")
        await go_to(pilot, "9999")
        await see(pilot, "There is no row 9999.")
        assert "⟦answer 4321" in screen_text(pilot)
        await pilot.press("g")
        await focus_in(pilot, Input)
        await pilot.press("escape")
        await focus_in(pilot, FittedTable)
        await go_to(pilot, "2")
        await see(pilot, "many.jsonl:2", "⟦answer 0")


async def test_the_keys_of_the_reader_stand_in_the_footer_and_in_the_help_also_while_a_path_is_typed(
    project: Path,
) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        await wait_until(pilot, lambda: all(key in footer(pilot) for key in ("t Tokens", "n Next", "b Back", "g Row")))
        await pilot.press("o")
        await wait_until(pilot, lambda: "n Next" not in footer(pilot))
        await pilot.press("f1")
        await see(pilot, "The next row", "Go to the row with a number", "Show another model's tokens", "/ Search")


async def test_a_check_leads_to_the_rows_that_it_found(project: Path) -> None:
    rows = [json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(3000)]
    rows[2500] = json.dumps(dialogue("question without an answer", ""))
    (project / "many.jsonl").write_text("\n".join(rows))
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "rows: 3000")
        await pilot.press("c")
        await see(pilot, "Checking")
        await see(pilot, "3000 rows read = 2999 kept + 1 left out", "many.jsonl:2501", "→ ")
        figures = str(pilot.app.screen.query_one("#check-summary", Label).render())
        assert "languages: " in figures
        assert "of them with loss" in figures
        assert "█" in figures
        panel = pilot.app.screen.query_one("#check-table", FittedTable)
        place = next(key for key in keys_of(panel) if "many.jsonl:2501" in text_of(panel, key))
        panel.choose(place)
        await pilot.press("enter")
        await see(pilot, "many.jsonl:2501", "This row will be left out: it has no answer to train on")


async def test_a_check_that_cannot_be_made_says_why(project: Path) -> None:
    path = write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        path.unlink()
        await pilot.press("c")
        await see(pilot, "The data file does not exist.")
        await pilot.press("escape")
        await see(pilot, "⟦I am Robin.")
