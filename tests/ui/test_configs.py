"""Configs: find one, read it, copy it, edit it as a form or as YAML, never save what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from tests.ui.driving import HUGE, ROOMY, WIDE, footer, running, screen_text, see, send, type_text, wait_until
from workbench.configs.catalogue.filters import Wanted
from workbench.configs.files import load_config
from workbench.ui.config_rows import config_rows, matching
from workbench.ui.widgets.config_detail import ConfigDetail
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.model_form import FieldRow, ModelForm
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.yaml_editor import YamlEditor

SAMPLE = "workbench_sample_lora_identity_e2"


def told(pilot: Pilot[Any]) -> str:
    """Everything that the detail says, also what it would be scrolled to."""
    return pilot.app.screen.query_one(ConfigDetail).query_one(QuietStatic).text.plain


async def test_words_in_any_order_narrow_the_list_and_stay_visible(project: Path) -> None:
    async with running(project, "configs") as pilot:
        await pilot.press("slash")
        await type_text(pilot, "lora sample")
        await see(pilot, "lora sample", SAMPLE)
        assert "internlm2" not in screen_text(pilot).splitlines()[3]
        assert "6 of" in screen_text(pilot)


async def test_a_long_name_keeps_both_its_ends(project: Path) -> None:
    async with running(project, "configs") as pilot:
        await pilot.press("slash")
        await type_text(pilot, "llava 1_8b lora")
        await see(pilot, "llava_internlm2_chat_1_8b_qlora", "…", "_lora_e1_gpu8_finetune", "1 of")


async def test_enter_reads_a_config_and_escape_goes_back(project: Path) -> None:
    async with running(project, "configs") as pilot:
        await pilot.press("slash")
        await type_text(pilot, SAMPLE)
        await pilot.press("enter", "enter")
        await see(pilot, "sample:model", "The base model: a folder or a Hugging Face name.")
        await pilot.press("escape")
        await see(pilot, "1 of")


async def test_what_a_model_sees_with_is_told_of_one_that_sees(project: Path) -> None:
    async with running(project, "configs", HUGE) as pilot:
        await pilot.press("slash")
        await type_text(pilot, SAMPLE)
        await see(pilot, "1 of", "sample:model")
        assert "visual_encoder" not in told(pilot) and "on_bad_image" not in told(pilot)
        await pilot.press("escape", "slash")
        await type_text(pilot, "llava sample lora")
        await see(pilot, "1 of", "Vision", "on_bad_image")
        assert "visual_encoder_lora.lora_dropout" in told(pilot)


async def test_keys_narrow_the_list_by_what_a_config_is_and_needs(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("slash")
        await type_text(pilot, "method:qlora stage:dpo fits:14")
        await wait_until(pilot, lambda: "llama3_8b" not in screen_text(pilot))
        await see(pilot, "qwen3_4b_instruct_2507_dpo_qlora", "memory:")


async def test_what_is_no_size_fits_nothing_and_is_told(project: Path) -> None:
    async with running(project, "configs") as pilot:
        await pilot.press("slash")
        await type_text(pilot, "sample fits:abc")
        await see(pilot, "abc is no number of gigabytes. For example 24, or 24GB.")
        assert SAMPLE not in screen_text(pilot)


async def test_a_model_that_needs_its_own_code_is_told_and_can_be_copied_to_allow_it(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("slash")
        await type_text(pilot, "baichuan_7b_qlora_alpaca_e3")
        await see(pilot, "code of its own", "transformers 5 has no Baichuan")
        await pilot.press("enter", "c")
        await see(pilot, "▪ baichuan_7b_qlora_alpaca_e3_copy.yaml", "trust_remote_code: true")
    assert "# transformers 5 has no Baichuan" in (project / "baichuan_7b_qlora_alpaca_e3_copy.yaml").read_text()


async def test_what_was_mended_is_told(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("slash")
        await type_text(pilot, "internlm2_chat_7b_orpo")
        await see(pilot, "XTuner loads the model of 1.8B")
        assert "preference.beta" in told(pilot)


async def test_a_copy_lands_in_the_project_under_the_cursor(project: Path) -> None:
    async with running(project, "configs", WIDE) as pilot:
        await pilot.press("slash")
        await type_text(pilot, SAMPLE)
        await pilot.press("enter", "c")
        await see(pilot, f"▪ {SAMPLE}_copy.yaml")
    assert load_config(project / f"{SAMPLE}_copy.yaml").method == "lora"


async def editing(pilot: Pilot[None]) -> None:
    """A copy of the sample config, just made, in the form."""
    await pilot.press("slash")
    await type_text(pilot, SAMPLE)
    await see(pilot, "1 of")
    await pilot.press("enter", "e")
    await see(pilot, "saved", "pretrained_model_name_or_path")


async def editing_as_yaml(pilot: Pilot[None]) -> YamlEditor:
    """The same, with the text of the file in the editor."""
    await editing(pilot)
    await pilot.press("f9")
    editor = pilot.app.screen.query_one(YamlEditor)
    await wait_until(pilot, lambda: editor.has_focus and editor.text)
    return editor


async def test_a_wrong_value_is_refused_in_its_place_and_not_saved(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        await editing(pilot)
        row = next(row for row in pilot.app.screen.query(FieldRow) if row.name_in_file == "lr")
        row.control.value = "-1"
        await wait_until(pilot, lambda: row.has_class("-invalid"))
        before = (project / f"{SAMPLE}_copy.yaml").read_text()
        await pilot.press("f10")
        await see(pilot, "A value is refused")
        assert (project / f"{SAMPLE}_copy.yaml").read_text() == before


async def test_a_change_in_the_form_keeps_the_comments_of_the_file(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        await editing(pilot)
        path = project / f"{SAMPLE}_copy.yaml"
        comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
        row = next(row for row in pilot.app.screen.query(FieldRow) if row.name_in_file == "max_epochs")
        row.control.value = "7"
        await see(pilot, "not saved")
        await pilot.press("f10")
        await see(pilot, "✓ saved")
        assert load_config(path).max_epochs == 7
        assert [line for line in path.read_text().splitlines() if line.startswith("#")] == comments


async def test_yaml_with_a_misspelt_key_names_the_nearest_one_and_is_not_saved(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        editor = await editing_as_yaml(pilot)
        assert editor.is_syntax_aware
        editor.text = editor.text.replace("max_epochs:", "max_epoch:")
        await see(pilot, "not saved", "max_epochs")
        await pilot.press("f10")
        await pilot.pause()
        assert "max_epoch:" not in (project / f"{SAMPLE}_copy.yaml").read_text()


async def test_what_was_typed_survives_a_lost_connection(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        editor = await editing_as_yaml(pilot)
        editor.text = "# mine\n" + editor.text
        await see(pilot, "not saved")
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("e")  # at once: it is the config that was edited, though its row has no cursor yet
        await see(pilot, "Your unsaved changes are back.", "not saved")
        await pilot.press("f9")
        await see(pilot, "# mine")


async def test_leaving_unsaved_work_asks_what_to_do_with_it(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        editor = await editing_as_yaml(pilot)
        editor.text = "# mine\n" + editor.text
        await see(pilot, "not saved")
        await pilot.press("escape")
        await see(pilot, "Not saved yet", "Save the changes", "Throw them away")
        await pilot.press("enter")
        await see(pilot, "/ Filter")
    assert (project / f"{SAMPLE}_copy.yaml").read_text().startswith("# mine\n")


async def test_every_field_of_the_form_is_reached_by_the_keyboard(project: Path) -> None:
    async with running(project, "configs", ROOMY) as pilot:
        await editing(pilot)
        screen = pilot.app.screen
        rows = {row.control: row.name_in_file for row in screen.query_one(ModelForm).query(FieldRow)}
        reached: list[Widget | None] = []
        screen.watch(screen, "focused", lambda widget: reached.append(widget))
        send(pilot, *["tab"] * 2 * len(rows))
        await wait_until(pilot, lambda: rows.keys() <= set(reached))


async def test_training_with_a_config_is_one_key_away(project: Path) -> None:
    async with running(project, "configs") as pilot:
        await pilot.press("slash")
        await type_text(pilot, SAMPLE)
        await pilot.press("enter", "t")
        await see(pilot, "New training", f"workbench train {SAMPLE}")
        await wait_until(pilot, lambda: "f9 Start" in footer(pilot))


def test_a_row_that_is_chosen_before_the_table_has_a_size_is_the_chosen_one() -> None:
    table = FittedTable((Column("config"),))
    table.set_rows([Row("first", ("a",)), Row("second", ("b",))])
    assert table.chosen_key == "first"
    assert table.choose("second") and table.chosen_key == "second"
    table.set_rows([Row("first", ("a",))])
    assert table.chosen_key == "first"


async def test_keys_behind_a_filter_in_one_burst_are_for_the_rows_that_it_leaves(project: Path) -> None:
    words = "method:full qwen3"
    async with running(project, "configs") as pilot:
        second = matching(config_rows(project), Wanted.of(words))[1]
        send(pilot, "/", *words, "enter", "down", "c")
        await wait_until(pilot, lambda: list(project.glob("*_copy.yaml")))
        assert [path.name for path in project.glob("*_copy.yaml")] == [f"{second.name}_copy.yaml"]
