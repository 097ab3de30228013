"""Dataset: every key is found where it does something, and a small terminal gives room to what is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.color import ColorTriplet
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from tests.ui.dataset_driving import dialogue, rows_shown, write
from tests.ui.driving import NARROW, WIDE, focus_in, footer, running, screen_text, see, type_text, wait_until
from tests.ui.test_themes import SHIPPED, contrast
from workbench.data.sources import Source
from workbench.i18n import set_language
from workbench.paths import shipped
from workbench.ui.check_run import run_check
from workbench.ui.row_settings import Settings
from workbench.ui.themes import read_theme
from workbench.ui.widgets.check_panel import FindingTable
from workbench.ui.widgets.paste_box import PasteArea
from workbench.ui.widgets.row_table import RowTable
from workbench.ui.widgets.row_view import RowView
from workbench.ui.widgets.sheet_form import SheetForm
from workbench.ui.widgets.sheet_maker import SheetMaker

LONG = dialogue("Who are you?", "I am Robin, and I am glad to see you.")


def many(project: Path, count: int) -> None:
    rows = (json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(count))
    (project / "many.jsonl").write_text("\n".join(rows))


def colours_of(pilot: Pilot[None], text: str) -> tuple[ColorTriplet, ColorTriplet]:
    """Colour and background of the part of the screen that begins with a text."""
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            if segment.text.strip().startswith(text) and style and style.color and style.bgcolor:
                return style.color.get_truecolor(), style.bgcolor.get_truecolor()
    raise AssertionError(f"{text} is not on the screen:\n{screen_text(pilot)}")


# -- the footer


async def test_f10_names_what_it_goes_to(project: Path) -> None:
    async with running(project, "dataset", NARROW) as pilot:
        for said in ("f10: read data", "f10: ask a service", "f10: self-identity"):
            await see(pilot, said)
            await pilot.press("f10")


async def test_where_no_row_can_be_read_the_keys_are_those_that_may_help(project: Path) -> None:
    write(project / "own.json", {"question": "Who?", "reply": "Robin."})
    async with running(project, "dataset", NARROW, path="own.json") as pilot:
        await see(pilot, "cannot be recognised")
        await focus_in(pilot, RowTable)
        await wait_until(pilot, lambda: "f Format" in footer(pilot))
        assert not any(key in footer(pilot) for key in ("v View", "c Check", "/ Search"))
        await pilot.press("c")
        assert not pilot.app.screen.query_one("#reader-check").display


async def test_a_path_that_is_wrong_keeps_the_cursor(project: Path) -> None:
    async with running(project, "dataset", NARROW, path="none.json") as pilot:
        await see(pilot, "The data file does not exist.")
        await pilot.press("o")
        await focus_in(pilot, Input)
        await pilot.press("ctrl+u")
        await type_text(pilot, "gone.json")
        await pilot.press("enter")
        await see(pilot, "gone.json: The data file does not exist.")
        assert pilot.app.focused is pilot.app.screen.query_one("#reader-path")


async def test_own_columns_say_what_ours_hold(project: Path) -> None:
    write(project / "own.json", {"question": "Who?", "reply": "Robin."})
    async with running(project, "dataset", NARROW, path="own.json") as pilot:
        await see(pilot, "cannot be recognised")
        await focus_in(pilot, RowTable)
        await pilot.press("f")
        await see(pilot, "How the rows are read")
        await pilot.press("end", "enter")
        await see(pilot, "instruction: the question", "output: the answer", "f9 Read so")


# -- one row


async def test_enter_gives_a_row_the_room_of_the_list_and_escape_gives_it_back(project: Path) -> None:
    write(project / "talk.json", LONG, dialogue("second", "answer"))
    async with running(project, "dataset", NARROW, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin")
        await wait_until(pilot, lambda: "⏎ Read" in footer(pilot))
        table, view = pilot.app.screen.query_one(RowTable), pilot.app.screen.query_one(RowView)
        small = view.size.height
        await pilot.press("enter")
        await wait_until(pilot, lambda: view.size.height > 1.5 * small and view.has_focus_within)
        await wait_until(pilot, lambda: "esc Rows" in footer(pilot))
        await pilot.press("v")
        await see(pilot, "token by token")
        await pilot.press("n")
        await see(pilot, "talk.json:2")
        assert view.has_focus_within
        await pilot.press("escape")
        await wait_until(pilot, lambda: table.has_focus and view.size.height == small)


@pytest.mark.parametrize("name", [name for name in SHIPPED if "16" not in name])
async def test_what_is_trained_and_what_is_not_can_be_read_in_every_theme(project: Path, name: str) -> None:
    write(project / "talk.json", LONG)
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        pilot.app.theme = read_theme(shipped("themes") / f"{name}.toml").name
        await see(pilot, "⟦I am Robin")
        for view, texts in (("text", ("Who are you?<", "⟦I am")), ("tokens", ("<|im_start|>", "⟦I"))):
            await wait_until(pilot, lambda view=view: pilot.app.screen.query_one(RowView).settings.view == view)
            for text in texts:
                await see(pilot, text)
                colour, background = (Color(*triplet) for triplet in colours_of(pilot, text))
                assert contrast(colour, background) >= 4.5, f"{text}: WCAG 2 AA"
            await pilot.press("v")


# -- searching


async def test_a_row_that_was_found_stays_under_the_cursor_among_all_rows(project: Path) -> None:
    many(project, 5000)
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "rows: 5000")
        await pilot.press("slash")
        await type_text(pilot, "answer 4321")
        await see(pilot, "rows with this text: 1; escape shows all rows again")
        await pilot.press("escape")
        await focus_in(pilot, RowTable)
        assert rows_shown(pilot) == 1
        await pilot.press("escape")
        await wait_until(pilot, lambda: rows_shown(pilot) > 1000)
        await see(pilot, "many.jsonl:4322", "⟦answer 4321", "question 4320")


# -- checking


async def test_a_check_of_much_data_tells_how_far_it_is(project: Path) -> None:
    many(project, 2500)
    told: list[int] = []
    outcome = await run_check(Source("many.jsonl"), Settings(), told.append)
    assert told == [1000, 2000]
    assert outcome.figures[0].startswith("2500 rows read")


async def test_a_check_ends_when_it_is_left(project: Path) -> None:
    many(project, 5000)
    async with running(project, "dataset", NARROW, path="many.jsonl") as pilot:
        await see(pilot, "rows: 5000")
        await pilot.press("c")
        await see(pilot, "Checking")
        worker = next(one for one in pilot.app.workers if one.group == "check")
        await pilot.press("escape")
        await wait_until(pilot, lambda: worker.is_finished)
        assert worker.is_cancelled
        await see(pilot, "⟦answer 0")


async def test_a_finding_names_its_only_place_and_says_that_more_places_follow(project: Path) -> None:
    rows = [dialogue(f"question {number}", "x\x00") for number in range(150)]
    write(project / "odd.json", *rows, dialogue("the one without", ""))
    async with running(project, "dataset", NARROW, path="odd.json") as pilot:
        await see(pilot, "rows: 151")
        await pilot.press("c")
        await see(pilot, "151 rows read")
        table = pilot.app.screen.query_one(FindingTable)
        fix = pilot.app.screen.query_one("#check-fix", Static)
        keys = [str(row.key.value) for row in table.ordered_rows]
        table.choose(next(key for key in keys if "odd.json:151" in str(table.get_row(key)[1])))
        await wait_until(pilot, lambda: "odd.json:151" in str(fix.render()))
        table.choose(next(key for key in keys if "▸" in str(table.get_row(key)[1])))
        await wait_until(pilot, lambda: "⏎ Rows" in footer(pilot))
        await pilot.press("enter")
        await wait_until(pilot, lambda: table.row_count > 100)
        assert any("… and 50 more" in str(table.get_row_at(number)[1]) for number in range(table.row_count))


# -- sheets on a small terminal


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_every_field_of_a_sheet_is_on_a_small_terminal(project: Path, language: str) -> None:
    set_language(language)
    async with running(project, "dataset", NARROW) as pilot:
        await pilot.press("f10", "f10")
        await wait_until(pilot, lambda: pilot.app.screen.query(SheetMaker))
        for task in ("pictures", "paraphrase", "translate", "extend"):
            form = pilot.app.screen.query_one(SheetForm)
            pilot.app.screen.query_one(SheetMaker)._use(task=task)
            form.use(pilot.app.screen.query_one(SheetMaker).draft)
            await pilot.pause()
            shown = [part for part in form.query("Label, LineInput") if part.display]
            await wait_until(pilot, lambda shown=shown: all(part.size.width for part in shown))
            assert all(part.region.right <= NARROW[0] for part in shown), f"{task}:\n{screen_text(pilot)}"


async def test_the_prompt_gives_way_to_the_answer_that_is_mended(project: Path) -> None:
    write(project / "talk.json", LONG)
    async with running(project, "dataset", NARROW) as pilot:
        await pilot.press("f10", "f10")
        await wait_until(pilot, lambda: pilot.app.screen.query(PasteArea))
        area = pilot.app.screen.query_one(PasteArea)
        area.text = "half an answer"
        await see(pilot, "sound rows: 0, to mend: 1")
        await wait_until(pilot, lambda: area.size.height >= 4)
        assert "There are no questions" in str(pilot.app.screen.query_one("#paste-state", Label).render())
