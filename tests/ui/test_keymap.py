"""Keys are the user's: a keymap file changes them, and a wrong one is named and costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui import recorded
from tests.ui.driving import WIDE, footer, notices, running, see, wait_until
from workbench.errors import WorkbenchError
from workbench.ui.app import WorkbenchApp
from workbench.ui.keymap import load_keymap


def write(user: Path, text: str) -> Path:
    path = user / "config" / "keymap.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(user: Path, text: str) -> WorkbenchError:
    write(user, text)
    with pytest.raises(WorkbenchError) as caught:
        load_keymap(WorkbenchApp(user))
    return caught.value


def test_without_a_file_the_keys_are_as_shipped(user: Path) -> None:
    assert load_keymap(WorkbenchApp(user)) == {}


def test_commands_are_named_flat_or_by_their_area(user: Path) -> None:
    write(user, '"app.quit" = "ctrl+u"\n[train]\nstop = "x"\nlog = "g,ctrl+g"\n')
    assert load_keymap(WorkbenchApp(user)) == {"app.quit": "ctrl+u", "train.stop": "x", "train.log": "g,ctrl+g"}


def test_an_unknown_command_names_the_nearest(user: Path) -> None:
    error = refusal(user, '[train]\nstpo = "x"\n')
    assert error.where is not None
    assert error.where.endswith("keymap.toml:train.stpo")
    assert "train.stop" in str(error.fix)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[train]\nstop = "n"\n', "The key n has two commands: train.stop and train.new."),
        ('[train]\nstop = "f3"\n', "The key f3 has two commands: train.stop and app.configs."),
        ('"app.help" = "c"\n', "The key c has two commands: configs.copy and app.help."),
    ],
    ids=["within an area", "with the app's", "the app's with an area's"],
)
def test_one_key_for_two_commands_is_refused(user: Path, text: str, said: str) -> None:
    assert refusal(user, text).what == said


def test_two_areas_may_use_the_same_key(user: Path) -> None:
    write(user, '[train]\nstop = "z"\n[checkpoints]\nmerge = "z"\n')
    assert len(load_keymap(WorkbenchApp(user))) == 2


def test_commands_of_parts_of_an_area_are_known(user: Path) -> None:
    write(user, '"check.figures" = "z"\n"rows.read" = "enter,x"\n')
    assert len(load_keymap(WorkbenchApp(user))) == 2


def test_two_commands_may_change_places(user: Path) -> None:
    write(user, '[train]\nstop = "n"\nnew = "s"\n')
    assert load_keymap(WorkbenchApp(user)) == {"train.stop": "n", "train.new": "s"}


def test_a_file_that_is_no_toml_is_named(user: Path) -> None:
    error = refusal(user, "stop = ")
    assert str(error.where).endswith("keymap.toml")
    assert "cannot be read" in error.what


async def test_the_new_key_works_is_shown_and_the_old_one_does_nothing(user: Path, project: Path) -> None:
    recorded.training(project)
    write(user, '[train]\nlog = "g"\n')
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "iteration 40/40")
        await wait_until(pilot, lambda: "g Log axis" in footer(pilot))
        await pilot.press("l")
        assert not pilot.app.screen.query_one("LossPlot").log_scale  # type: ignore[attr-defined]
        await pilot.press("g")
        await see(pilot, "loss (log)")
        await pilot.press("f1")
        await see(pilot, "Linear or logarithmic axis")


async def test_the_app_starts_with_the_shipped_keys_beside_a_bad_keymap_and_says_so(user: Path, project: Path) -> None:
    write(user, '[train]\nstpo = "x"\n')
    async with running(project, "home") as pilot:
        await wait_until(pilot, lambda: pilot.app.screen.query("Toast"))
        assert "keymap.toml:train.stpo" in notices(pilot)
        await pilot.press("f3")
        await see(pilot, "[f3 Configs]")
