"""A form made from a model: every kind of field is shown, checked while it is typed, and gives back its own type."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Checkbox, Collapsible, Input, Select, TextArea

from tests.ui.driving import screen_text, see, send, type_text, wait_until
from workbench.chat.protocol import GenerationSettings
from workbench.configs.find import find_config
from workbench.configs.setting import setting
from workbench.ui.keys_in_turn import KeysInTurn
from workbench.ui.widgets.field_values import fields_of, text_of_value, value_of_text
from workbench.ui.widgets.model_form import FieldRow, ModelForm


class Inner(BaseModel):
    rank: int = setting(8, ge=1, group="inner", en="How many.", zh="多少。")


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = setting("a", group="main", en="Any [text].", zh="任意文本。")
    count: int = setting(3, ge=1, le=9, unit="rows", group="main", en="From 1 to 9.", zh="1 到 9。")
    share: float | None = setting(None, gt=0, group="main", en="May be empty.", zh="可为空。")
    flag: bool = setting(False, group="main", en="Yes or no.", zh="是或否。")
    kind: Literal["one", "two"] = setting("one", group="main", en="One of two.", zh="二选一。")
    names: list[str] = setting(["x"], group="main", en="One a line.", zh="每行一个。")
    pair: tuple[float, float] = setting((0.9, 0.95), group="main", en="Two numbers.", zh="两个数。")
    inner: Inner = Inner()


class FormApp(KeysInTurn):
    def __init__(self, model: BaseModel, **options: Any) -> None:
        super().__init__()
        self._model, self._options = model, options

    def compose(self) -> ComposeResult:
        yield ModelForm(self._model, **self._options)


@asynccontextmanager
async def form(model: BaseModel, **options: Any) -> AsyncIterator[tuple[Pilot[None], ModelForm]]:
    async with FormApp(model, **options).run_test(size=(100, 50)) as pilot:
        yield pilot, pilot.app.query_one(ModelForm)


def row(of: ModelForm, name: str) -> FieldRow:
    return next(row for row in of.query(FieldRow) if row.name_in_file == name)


ALL = ["text", "count", "share", "flag", "kind", "names", "pair", "inner.rank"]


async def test_each_kind_of_field_has_a_control_that_suits_it() -> None:
    async with form(Sample(), fields=ALL) as (_pilot, shown):
        kinds = {one.name_in_file: type(one.control) for one in shown.query(FieldRow)}
    expected = {"flag": Checkbox, "kind": Select, "names": TextArea}
    assert list(kinds) == ALL
    assert all(issubclass(kinds[name], expected.get(name, Input)) for name in ALL)


async def test_what_is_changed_comes_back_in_the_fields_own_type_and_nothing_else_does() -> None:
    async with form(Sample(), fields=ALL) as (_pilot, shown):
        assert shown.changes() == {}
        row(shown, "count").control.value = "9"  # type: ignore[attr-defined]
        row(shown, "share").control.value = "1e-3"  # type: ignore[attr-defined]
        row(shown, "flag").control.value = True  # type: ignore[attr-defined]
        row(shown, "kind").control.value = "two"  # type: ignore[attr-defined]
        row(shown, "names").control.text = "x\n y \n\n"  # type: ignore[attr-defined]
        row(shown, "pair").control.value = "0.9, 0.999"  # type: ignore[attr-defined]
        row(shown, "inner.rank").control.value = "64"  # type: ignore[attr-defined]
        assert shown.changes() == {
            "count": 9,
            "share": 0.001,
            "flag": True,
            "kind": "two",
            "names": ["x", "y"],
            "pair": (0.9, 0.999),
            "inner.rank": 64,
        }


async def test_an_emptied_field_is_none_where_it_may_be_and_refused_where_not() -> None:
    async with form(Sample(share=0.5), fields=ALL) as (pilot, shown):
        row(shown, "share").control.value = ""  # type: ignore[attr-defined]
        assert shown.changes() == {"share": None}
        row(shown, "count").control.value = ""  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: "count" in shown.refused)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("count", "10", "9"),
        ("count", "0", "1"),
        ("count", "many", "whole number"),
        ("share", "-1", "0"),
        ("pair", "1", "required"),
        ("inner.rank", "0", "1"),
    ],
)
async def test_a_refused_value_says_why_under_itself_until_it_is_mended(name: str, text: str, reason: str) -> None:
    async with form(Sample(), fields=ALL) as (pilot, shown):
        one = row(shown, name)
        before = one.control.value  # type: ignore[attr-defined]
        one.control.value = text  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: one.has_class("-invalid"))
        said = str(one.query_one(".field-error").render())
        assert reason in said
        assert said
        assert shown.changes() is None
        await wait_until(pilot, lambda: one.control.has_focus)
        one.control.value = before  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: not one.has_class("-invalid"))
        assert shown.changes() == {}


async def test_a_value_refused_in_the_same_instant_is_no_change() -> None:
    async with form(Sample(), fields=ALL) as (_pilot, shown):
        row(shown, "count").control.value = "10"  # type: ignore[attr-defined]
        assert shown.changes() is None


async def test_yes_and_no_can_be_told_apart_in_a_narrow_form() -> None:
    async with form(Sample(flag=True), fields=ALL) as (pilot, shown):
        await see(pilot, "[x]")
        row(shown, "flag").control.value = False  # type: ignore[attr-defined]
        await see(pilot, "[ ]")


async def test_explanations_are_text_and_units_stand_beside_the_value() -> None:
    async with form(Sample(), fields=ALL) as (pilot, _shown):
        await see(pilot, "Any [text].", "rows", "From 1 to 9.")


async def test_rare_fields_are_folded_and_their_changes_count_once_they_were_shown() -> None:
    config = find_config("workbench_sample_qlora_identity_e2").config
    async with form(config) as (pilot, shown):
        folded = next(section for section in shown.query(Collapsible) if section.name == "training")
        assert not folded.query(FieldRow)
        folded.collapsed = False
        await wait_until(pilot, lambda: folded.query(FieldRow) and folded.query(FieldRow).last().control.is_mounted)
        row(shown, "seed").control.value = "7"  # type: ignore[attr-defined]
        assert shown.changes() == {"seed": 7}


async def test_a_section_that_is_just_being_unfolded_changes_nothing() -> None:
    config = find_config("workbench_sample_qlora_identity_e2").config
    async with form(config) as (pilot, shown):
        for section in shown.query(Collapsible):
            section.collapsed = False
        before = len(shown.query(FieldRow))
        while len(shown.query(FieldRow)) == before:
            await asyncio.sleep(0)
        assert shown.changes() == {}
        await pilot.pause()
        assert shown.refused == {}


async def test_arrows_lead_from_field_to_field_and_out_of_a_list() -> None:
    async with form(Sample(names=["x", "y"]), fields=ALL) as (pilot, shown):
        row(shown, "text").control.focus()
        await pilot.press("down", "down", "down")
        await wait_until(pilot, lambda: row(shown, "flag").control.has_focus)
        row(shown, "names").control.focus()
        await pilot.press("down")
        assert row(shown, "names").control.has_focus, "there is a second line"
        await pilot.press("down")
        await wait_until(pilot, lambda: row(shown, "pair").control.has_focus)
        await pilot.press("up", "up", "up")
        await wait_until(pilot, lambda: row(shown, "kind").control.has_focus)


async def test_arrows_pass_over_a_choice_that_only_enter_opens() -> None:
    async with form(Sample(), fields=ALL) as (pilot, shown):
        choice = row(shown, "kind").control
        assert isinstance(choice, Select)
        choice.focus()
        await pilot.press("down")
        await wait_until(pilot, lambda: not choice.has_focus)
        assert not choice.expanded
        await pilot.press("up")
        await wait_until(pilot, lambda: choice.has_focus)
        await pilot.press("enter")
        await wait_until(pilot, lambda: choice.expanded)


async def test_named_values_are_completed_while_typing() -> None:
    options: dict[str, Any] = {"fields": ALL, "known_values": {"text": ("internlm2_chat", "llama3_chat")}}
    async with form(Sample(), **options) as (pilot, shown):
        control = row(shown, "text").control
        control.focus()
        await pilot.press("backspace")
        await type_text(pilot, "int")
        await wait_until(pilot, lambda: "internlm2_chat" in screen_text(pilot).splitlines()[0])
        await pilot.press("right")
        await wait_until(pilot, lambda: control.value == "internlm2_chat")  # type: ignore[attr-defined]


def configs() -> list[BaseModel]:
    names = (
        "workbench_sample_qlora_identity_e2",
        "internlm2_chat_7b_qlora_oasst1_e3",
        "llama3_8b_instruct_full_alpaca_e3",
    )
    return [*(find_config(name).config for name in names), GenerationSettings(), Sample()]


@pytest.mark.parametrize("model", configs(), ids=lambda model: type(model).__name__)
def test_the_text_of_every_field_stands_for_its_value(model: BaseModel) -> None:
    for path, info, value in fields_of(model):
        assert value_of_text(info, text_of_value(value)) == value, path


@pytest.mark.parametrize("name", ["text", "names"])
async def test_no_letter_of_a_burst_overtakes_the_keys_before_it(name: str) -> None:
    """A box of one line, and one of several."""
    async with form(Sample(text="identity", names=["identity"])) as (pilot, model_form):
        control = row(model_form, name).control
        control.focus()
        await pilot.press("end")
        send(pilot, *["backspace"] * len("identity"), *"toxrn", "left", "left", "backspace")
        await wait_until(pilot, lambda: model_form.changes() == {name: "torn" if name == "text" else ["torn"]})


@pytest.mark.parametrize("on", ["tab", "down"])
async def test_what_is_typed_behind_a_key_that_goes_on_stands_in_the_next_box(on: str) -> None:
    async with form(Sample()) as (pilot, shown):
        row(shown, "text").control.focus()
        await pilot.press("end")
        send(pilot, "b", on, "end", "backspace", "7", on, "2")
        await wait_until(pilot, lambda: shown.changes() == {"text": "ab", "count": 7, "share": 2.0})


async def test_a_box_that_is_gone_is_painted_blank_until_the_screen_is_laid_out_anew() -> None:
    async with form(Sample()) as (_pilot, shown):
        box = row(shown, "names").control
        box.notify_style_update()  # as when the focus moves: its styles are looked up anew
        await box.remove()
        assert [strip.text for strip in box.render_lines(Region(0, 0, 3, 2))] == ["   ", "   "]
