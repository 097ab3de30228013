"""Importing an XTuner config in the Configs area."""

from __future__ import annotations

from pathlib import Path

from tests.configs.xtuner.samples import changed, written
from tests.ui.driving import ROOMY, running, screen_text, see, type_text, wait_until
from workbench.configs.files import load_config

REFUSED = changed("lora=dict(type=LoraConfig", "lora=dict(type='peft.OtherConfig'")


async def test_the_imported_config_is_chosen_once_its_report_was_read(project: Path) -> None:
    written(project, changed("start_factor=1e-5", "start_factor=0.1"), "theirs.py")
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("i")
        await see(pilot, "Import an XTuner config", "theirs.py")  # the only one there is offered
        await pilot.press("enter")
        await see(pilot, "Imported to theirs.yaml", "the rise begins at zero")
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Imported to" not in screen_text(pilot))
        await pilot.press("t")
        await see(pilot, "theirs.yaml")
    assert load_config(project / "theirs.yaml").lora.r == 8


async def test_a_path_that_leads_nowhere_stays_to_be_mended(project: Path) -> None:
    async with running(project, "configs") as pilot:
        await pilot.press("i")
        await see(pilot, "Import an XTuner config")
        await type_text(pilot, "none.py")
        await pilot.press("enter")
        await see(pilot, "cannot be read", "none.py")
        await pilot.press("escape")
        await see(pilot, "i Import")


async def test_what_cannot_be_trained_is_said_and_nothing_is_written(project: Path) -> None:
    written(project, REFUSED, "wishes.py")
    before = sorted(project.iterdir())
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("i")
        await see(pilot, "wishes.py")
        await pilot.press("enter")
        await see(pilot, "Nothing was imported", "model.lora is of a class that is not known")
        await pilot.press("enter")
        await see(pilot, "i Import")
    assert sorted(project.iterdir()) == before


async def test_an_import_never_takes_the_name_of_another_config(project: Path) -> None:
    written(project, changed("batch_size=4", "batch_size=5"), "theirs.py")
    (project / "theirs.yaml").write_text("mine")
    async with running(project, "configs", ROOMY) as pilot:
        await pilot.press("i")
        await see(pilot, "theirs.py")
        await pilot.press("enter")
        await see(pilot, "Imported to theirs2.yaml")
    assert (project / "theirs.yaml").read_text() == "mine"
    assert load_config(project / "theirs2.yaml").batch_size == 5


async def test_an_xtuner_config_named_for_a_training_is_imported_there(project: Path) -> None:
    written(project, changed("start_factor=1e-5", "start_factor=0.1"), "theirs.py")
    async with running(project, "train", ROOMY) as pilot:
        await pilot.press("n")
        await see(pilot, "New training", "data_path")
        await pilot.press("ctrl+u")
        await type_text(pilot, "theirs.py")
        await pilot.press("enter")
        await see(pilot, "Imported to theirs.yaml", "the rise begins at zero")
        await pilot.press("escape")
        await see(pilot, "New training", "theirs.yaml", "data_path")
    assert load_config(project / "theirs.yaml").lora.r == 8


async def test_a_config_that_cannot_be_imported_for_a_training_says_why(project: Path) -> None:
    written(project, REFUSED, "wishes.py")
    async with running(project, "train", ROOMY) as pilot:
        await pilot.press("n")
        await see(pilot, "New training", "data_path")
        await pilot.press("ctrl+u")
        await type_text(pilot, "wishes.py")
        await pilot.press("enter")
        await see(pilot, "Nothing was imported")
        await pilot.press("escape")
        await see(pilot, "New training", "model.lora is of a class that is not known")
