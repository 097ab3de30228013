"""Themes: every shipped one can be used, a user's own win, a bad file is named, and a poor terminal gets what it can."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color as RichColor
from textual.color import Color
from textual.pilot import Pilot

from tests.ui import recorded
from tests.ui.driving import notices, running, see, wait_until
from workbench.errors import WorkbenchError
from workbench.paths import shipped
from workbench.preferences import read_preferences
from workbench.ui.themes import load_themes, read_theme

SHIPPED = sorted(path.stem for path in shipped("themes").glob("*.toml"))
GOOD = 'name = "mine"\nprimary = "#ff0000"\ndark = true\n'


def write(user: Path, name: str, text: str) -> Path:
    path = user / "config" / "themes" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_themes_for_dark_light_strong_contrast_and_sixteen_colours() -> None:
    themes = {theme.name: theme for theme in load_themes()[0]}
    assert len(themes) >= 4
    assert themes["workbench-dark"].dark
    assert not themes["workbench-light"].dark


@pytest.mark.parametrize("name", SHIPPED)
async def test_every_area_can_be_painted_in_each_shipped_theme(project: Path, name: str) -> None:
    recorded.training(project)
    async with running(project, "train") as pilot:
        pilot.app.theme = read_theme(shipped("themes") / f"{name}.toml").name
        await see(pilot, "iteration 40/40")
        await pilot.press("f3")
        await see(pilot, "[f3 Configs]", "qlora")


@pytest.mark.parametrize("name", [name for name in SHIPPED if "16" not in name])
def test_text_stands_out_from_its_background(name: str) -> None:
    theme = read_theme(shipped("themes") / f"{name}.toml")
    colours = theme.to_color_system().generate()
    text, background = Color.parse(colours["foreground"]), Color.parse(colours["background"])
    assert contrast(text, background) >= 7, "as WCAG 2 asks of text at its strictest"


def contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


# -- the user's own


async def test_a_theme_from_the_config_folder_is_chosen_seen_at_once_and_kept(user: Path, project: Path) -> None:
    write(user, "mine", GOOD)
    async with running(project, "home") as pilot:
        await pilot.press("t")
        await see(pilot, "workbench-light")
        options = pilot.app.screen.query_one("OptionList")
        options.highlighted = options.get_option_index("mine")  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: pilot.app.theme == "mine")
        assert read_preferences().theme is None, "only looked at so far"
        await pilot.press("enter")
        await wait_until(pilot, lambda: read_preferences().theme == "mine")
    async with running(project, "home") as pilot:
        assert pilot.app.theme == "mine"
        assert pilot.app.current_theme.primary == "#ff0000"


async def test_escape_gives_the_earlier_theme_back(project: Path) -> None:
    async with running(project, "home") as pilot:
        await pilot.press("t", "down")
        await wait_until(pilot, lambda: pilot.app.theme != "workbench-dark")
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.theme == "workbench-dark")
    assert read_preferences().theme is None


def test_a_theme_of_the_users_wins_over_a_shipped_one_of_its_name(user: Path) -> None:
    write(user, "other", 'name = "workbench-dark"\nprimary = "#123456"\n')
    themes, problems = load_themes()
    assert [theme.primary for theme in themes if theme.name == "workbench-dark"] == ["#123456"]
    assert problems == []


BAD = [
    ("primary = ", "", "cannot be read"),
    ('name = "x"\n', "", "primary"),
    (GOOD + 'primry = "#fff"\n', ":primry", "Did you mean primary"),
    (GOOD.replace("#ff0000", "reddish"), ":primary", "reddish is no colour"),
    (GOOD.replace("true", '"yes"'), ":dark", "wrong type"),
    (GOOD + "accent = 3\n", ":accent", "wrong type"),
    (GOOD + "[variables]\nborder = 3\n", ":variables.border", "wrong type"),
    (GOOD + '[variables]\nborder = "reddish"\n', ":variables.border", "reddish is no colour"),
    (GOOD + '[variables]\nlink-style = "shiny"\n', ":variables.link-style", "shiny"),
]


@pytest.mark.parametrize(("text", "where", "said"), BAD, ids=range(len(BAD)))
def test_a_bad_theme_file_names_itself_the_key_and_the_mend(user: Path, text: str, where: str, said: str) -> None:
    path = write(user, "bad", text)
    with pytest.raises(WorkbenchError) as caught:
        read_theme(path)
    assert caught.value.where == f"{path}{where}"
    assert said in str(caught.value)


async def test_the_app_starts_beside_a_bad_theme_and_says_which_file_it_is(user: Path, project: Path) -> None:
    write(user, "bad", GOOD.replace("#ff0000", "[red]"))
    write(user, "mine", GOOD)
    async with running(project, "home") as pilot:
        await wait_until(pilot, lambda: pilot.app.screen.query("Toast"))
        assert "bad.toml:primary: [red] is no colour" in notices(pilot)
        assert "mine" in pilot.app.available_themes


async def test_a_chosen_theme_that_is_gone_is_no_reason_not_to_start(user: Path, project: Path) -> None:
    (user / "config").mkdir()
    (user / "config" / "settings.json").write_text('{"theme": "gone"}')
    async with running(project, "home") as pilot:
        assert pilot.app.theme == "workbench-dark"


# -- poor terminals


async def test_a_terminal_with_sixteen_colours_gets_the_theme_for_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.delenv("COLORTERM")
    async with running(project, "home") as pilot:
        assert pilot.app.theme == "workbench-16"
        await see(pilot, "Begin with data")


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
async def test_no_color_takes_every_colour_away_and_leaves_symbols_and_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", term)
    monkeypatch.delenv("COLORTERM")
    recorded.training(project)
    async with running(project, "train") as pilot:
        await see(pilot, "iteration 40/40", "✓ finished", "★ checkpoint-40")
        coloured = [colour for colour in colours(pilot) if not is_grey(colour)]
        assert coloured == []


def colours(pilot: Pilot[None]) -> set[RichColor]:
    """Every colour on the screen."""
    styles = [segment.style for strip in pilot.app.screen._compositor.render_strips() for segment in strip]
    return {colour for style in styles if style for colour in (style.color, style.bgcolor) if colour}


def is_grey(colour: RichColor) -> bool:
    return colour.is_default or (colour.triplet is not None and len(set(colour.triplet)) == 1)
