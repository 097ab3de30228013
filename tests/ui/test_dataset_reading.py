"""Dataset: rows are cut, counted and read as the config, the file and the user say."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image
from textual.pilot import Pilot
from textual.widgets import Input, Label, OptionList, Select

from tests.ui.dataset_driving import beside_the_rows, dialogue, picture_row, rows_shown, text_of, write
from tests.ui.driving import NARROW, WIDE, focus_in, footer, running, screen_text, see, type_text, wait_until
from workbench.ui.app import WorkbenchApp
from workbench.ui.widgets.dataset_reader import DatasetReader
from workbench.ui.widgets.fitted_table import FittedTable

CONFIG = "pretrained_model_name_or_path: sample:model\ndata_path: talk.json\nprompt_template: vicuna\nmax_length: 9\n"
LONG = dialogue("Who are you?", "I am Robin, and I am glad to see you.")


def figures(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#check-summary", Label).render())


async def choose(pilot: Pilot[None], name: str) -> None:
    await focus_in(pilot, OptionList)
    options = pilot.app.screen.query_one(OptionList)
    options.highlighted = options.get_option_index(name)
    await pilot.press("enter")


async def set_length(pilot: Pilot[None], most: int) -> None:
    await pilot.press("l")
    await see(pilot, "max_length")
    await focus_in(pilot, Input)
    await pilot.press("ctrl+u")
    await type_text(pilot, str(most))
    await pilot.press("enter")


# -- length


async def test_a_row_longer_than_a_sample_shows_where_it_is_cut_in_all_views(project: Path) -> None:
    write(project / "talk.json", LONG)
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "at most 2048 a sample", "glad to see you.<|im_end|>⟧")
        assert "✂" not in screen_text(pilot)
        await set_length(pilot, 20)
        await see(pilot, "at most 20 a sample", " cut at 20, 4 trained", "✂")
        text = beside_the_rows(pilot)
        assert "✂" in text.partition("⟦")[2]
        assert text.index("✂") < text.index("to see you.")
        await pilot.press("v")
        await see(pilot, "token by token", "✂<|im_end|>")
        await pilot.press("v")
        await wait_until(pilot, lambda: "conversation · " in beside_the_rows(pilot))
        said = beside_the_rows(pilot).partition("assistant · trained")[2]
        assert said.replace("✂", "").strip().startswith("I am Robin, and I am glad to see you.")
        assert said.count("✂") == 1
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "at most 20 a sample")


async def test_a_check_cuts_at_the_length_that_is_shown(project: Path) -> None:
    write(project / "talk.json", LONG)
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin")
        await set_length(pilot, 20)
        await pilot.press("c")
        await see(pilot, "20 tokens, 4 of them with loss")
        await set_length(pilot, 2048)
        await see(pilot, "; 0 more are cut")


async def test_a_config_gives_template_length_and_packing_to_views_and_check(project: Path) -> None:
    (project / "mine.yaml").write_text(CONFIG)
    write(project / "talk.json", LONG, LONG)
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "template internlm2_chat")
        await pilot.press("u")
        await see(pilot, "an empty line forgets it")
        await type_text(pilot, "mine.yaml")
        await pilot.press("enter")
        await see(pilot, "template vicuna (mine.yaml)", "at most 9 a sample", "as in mine.yaml", "cut at 9")
        await pilot.press("c")
        await see(pilot, "the prompt template vicuna")
        await pilot.press("escape", "u")
        await see(pilot, "an empty line forgets it")
        await focus_in(pilot, Input)
        await pilot.press("ctrl+u", "enter")
        await see(pilot, "template internlm2_chat", "at most 2048")


async def test_a_config_that_is_not_there_is_named_and_changes_nothing(project: Path) -> None:
    write(project / "talk.json", LONG)
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin")
        await pilot.press("u")
        await see(pilot, "an empty line forgets it")
        await type_text(pilot, "none.yaml")
        await pilot.press("enter")
        await see(pilot, "none.yaml")
        await pilot.press("escape")
        await see(pilot, "template internlm2_chat", "at most 2048")


# -- rows that stop a training


async def test_that_training_stops_at_a_bad_row_is_said_in_the_view_and_by_the_check(project: Path) -> None:
    write(project / "bad.json", dialogue("a", "b"), {"messages": [{"role": "user"}]})
    async with running(project, "dataset", WIDE, path="bad.json") as pilot:
        await see(pilot, "rows: 2", "This row is not of the format openai")
        await pilot.press("n")
        said = "Training stops at this row, unless bad_rows: leave_out. bad.json:2:messages[0].content"
        await wait_until(pilot, lambda: said in beside_the_rows(pilot))
        await pilot.press("c")
        await see(pilot, "2 rows read = 1 kept + 1 left out")
        assert "training stops at the first bad row, unless bad_rows: leave_out" in figures(pilot).replace("\n  ", " ")


# -- formats and templates of files


async def test_a_template_is_of_the_file_that_it_was_chosen_for(project: Path) -> None:
    for name in ("one.json", "two.json"):
        write(project / name, LONG)
    async with running(project, "dataset", WIDE, path="one.json") as pilot:
        await see(pilot, "template internlm2_chat")
        await pilot.press("p")
        await see(pilot, "It is chosen for")
        await choose(pilot, "vicuna")
        await see(pilot, "template vicuna (chosen by you)")
        pilot.app.screen.query_one(DatasetReader).open("two.json")
        await see(pilot, "template internlm2_chat (these weights were trained with it)")
    async with running(project, "dataset", WIDE, path="one.json") as pilot:
        await see(pilot, "template vicuna (chosen by you)")
        await pilot.press("p")
        await see(pilot, "It is chosen for")
        await choose(pilot, "")
        await see(pilot, "template internlm2_chat (these weights were trained with it)")


async def test_columns_of_ones_own_are_named_in_a_dialog_and_give_the_line_of_the_config(project: Path) -> None:
    write(project / "own.json", {"question": "Who?", "reply": "Robin.", "context": "Be brief."})
    async with running(project, "dataset", WIDE, path="own.json") as pilot:
        await see(pilot, "cannot be recognised from these columns: question, reply, context", "dataset_columns")
        await pilot.press("f")
        await see(pilot, "How the rows are read")
        await choose(pilot, "other:")
        await see(pilot, "Which column of the data")
        for ours, yours in (("instruction", "question"), ("output", "reply"), ("system", "context")):
            pilot.app.screen.query_one(f"#column-{ours}", Select).value = yours
        line = 'dataset_columns: {"instruction": "question", "output": "reply", "system": "context"}'
        await see(pilot, line)
        await pilot.press("f9")
        await see(pilot, "⟦Robin.", "Be brief.", "rows: 1", line)
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app.clipboard == line)
    async with running(project, "dataset", WIDE, path="own.json") as pilot:
        await see(pilot, "⟦Robin.", line)


async def test_rows_of_several_files_are_named_by_their_files(project: Path) -> None:
    (project / "rows").mkdir()
    write(project / "rows" / "first.json", dialogue("a", "b"))
    write(project / "rows" / "second.json", dialogue("c", "d"))
    async with running(project, "dataset", WIDE, path="rows") as pilot:
        await see(pilot, "rows: 2")
        table = pilot.app.screen.query_one("#reader-rows", FittedTable)
        assert [text_of(table, key) for key in "01"] == ["first.json:1 a", "second.json:1 c"]
        assert "second.json:1" in screen_text(pilot)


# -- tokenizers and pictures


async def test_a_model_that_is_not_in_the_list_is_named(project: Path) -> None:
    write(project / "talk.json", LONG)
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "tokens of sample:model")
        await pilot.press("t")
        await see(pilot, "another one …")
        await choose(pilot, "other:")
        await see(pilot, "a folder with a tokenizer.json")
        await type_text(pilot, "models/other")
        await pilot.press("enter")
        await see(pilot, "tokens of models/other")


async def test_the_folder_of_the_pictures_is_named(project: Path) -> None:
    (project / "pictures").mkdir()
    Image.new("RGB", (40, 30), (250, 10, 20)).save(project / "pictures" / "cat.png")
    (project / "rows").mkdir()
    write(project / "rows" / "seen.json", picture_row("cat.png"))
    async with running(project, "dataset", WIDE, path="rows/seen.json") as pilot:
        await see(pilot, "This picture is not there.")
        await pilot.press("i")
        await see(pilot, "what the paths of pictures count from")
        await type_text(pilot, "pictures")
        await pilot.press("enter")
        await see(pilot, "▀▀▀▀", "pictures from pictures")
        await pilot.press("c")
        await see(pilot, "1 rows read = 1 kept", "Nothing wrong was found.")


# -- checks on a small terminal


async def test_four_findings_are_seen_at_once_on_a_small_terminal_and_the_figures_by_a_key(project: Path) -> None:
    rows = [dialogue("a", "b"), dialogue("a", "b"), dialogue("a", "b"), dialogue("x\x1b", "y\x00"), dialogue("z", "")]
    (project / "bad.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n{torn\n{torn\n")
    async with running(project, "dataset", NARROW, path="bad.jsonl") as pilot:
        await see(pilot, "rows: 7")
        await pilot.press("c")
        await see(pilot, "7 rows read")
        table = pilot.app.screen.query_one("#check-table", FittedTable)
        assert table.row_count >= 4
        assert table.size.height >= 5, "the titles and four findings"
        await wait_until(pilot, lambda: "h Figures" in footer(pilot))
        assert rows_shown(pilot) == 7
        assert not pilot.app.screen.query_one("#reader-rows").display
        await pilot.press("h")
        await see(pilot, "█", "languages: ")
        await pilot.press("h")
        await wait_until(pilot, lambda: table.has_focus and table.display)
        folded = next(key for key in "0123456" if "▸" in text_of(table, key))
        table.choose(folded)
        await pilot.press("enter")
        await see(pilot, "▾", "bad.jsonl:")


# -- what is remembered


async def test_damaged_memories_cost_the_memory_only(project: Path) -> None:
    write(project / "talk.json", LONG)
    state = WorkbenchApp(project).state
    state["dataset.settings"] = {"max_length": "many"}
    state["dataset.files"] = {"talk.json": 5}
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin", "at most 2048")
