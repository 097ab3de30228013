"""One config to read: what it does first, then its settings by groups."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from workbench.actions.launch_training import planned_process_count
from workbench.configs.estimate import estimate_memory
from workbench.configs.find import find_config
from workbench.configs.own_code import own_code_trouble
from workbench.configs.schema import TrainConfig
from workbench.configs.setting import GROUP_TITLES, explanation, group_of, is_advanced, unit_of
from workbench.errors import WorkbenchError
from workbench.free_memory import find_devices
from workbench.i18n import _, current_language
from workbench.text import printable
from workbench.ui.config_rows import ConfigRow
from workbench.ui.memory_bar import memory_bar, memory_legend, memory_verdict
from workbench.ui.widgets.field_values import fields_of, text_of_value
from workbench.ui.widgets.quiet_static import QuietStatic

_NAME_WIDTH = 31
_VISION = "vision"
"""The group that means nothing to a model that reads text only."""
_PAIRS = ("dpo", "orpo", "reward")


class ConfigDetail(VerticalScroll):
    """Shows the config of a row; arrow keys scroll it."""

    DEFAULT_CSS = """
    ConfigDetail {
        padding: 0 1;
        border: round $border-blurred;
        &:focus { border: round $border; }
    }
    """

    def compose(self) -> ComposeResult:
        yield QuietStatic()

    def show(self, row: ConfigRow | None) -> None:
        """Show this config, or what to do when there is none."""
        text = self.query_one(QuietStatic)
        self.scroll_home(animate=False)
        if row is None:
            text.tell(Content.styled(_("No config has all these words. Delete some of them."), "dim"))
            return
        try:
            settings = _settings_in_words(row) if row.path else _catalogue_in_words(row, current_language())
            text.tell(Content.assemble(_head(row), settings))
        except WorkbenchError as error:
            text.tell(Content.styled(printable(str(error)), "$text-error"))


@lru_cache(maxsize=512)
def _catalogue_in_words(row: ConfigRow, _language: str) -> Content:
    """A config of the catalogue stays as it is: running down the list and back composes each of them once."""
    return _settings_in_words(row)


def _is_aside(name: str, config: TrainConfig) -> bool:
    """Whether a field, or a group of settings, means nothing to this training unless it is set."""
    info = TrainConfig.model_fields[name]
    if name == "preference":
        return config.stage not in _PAIRS
    if name == "freeze":
        return config.method != "freeze"
    return is_advanced(info) or (group_of(info) == _VISION and not config.sees)


def _default_at(path: tuple[str, ...]) -> Any:
    """The default of a field; a group may have other ones in this place than by itself."""
    default = TrainConfig.model_fields[path[0]].get_default(call_default_factory=True, validated_data={})
    for name in path[1:]:
        default = getattr(default, name)
    return default


def _remarks(row: ConfigRow, config: TrainConfig) -> list[Any]:
    """What a person must know before training with it."""
    lines: list[Any] = []
    if (trouble := own_code_trouble(config)) is not None:
        lines += [(f"✗ {trouble.what} {trouble.fix}\n", "$text-warning")]
    if row.mended:
        lines += [(f"{row.mended}\n", "$text-accent")]
    return lines


def _memory(config: TrainConfig) -> Content:
    """The estimated memory on this machine as a bar, and whether what is free suffices."""
    devices = find_devices()
    needed = estimate_memory(config, devices=planned_process_count(config), on_cpu=devices.on_cpu)
    if needed is None:
        return Content.styled(_("memory: not known before the model is loaded"), "dim")
    style = "dim" if needed.total <= devices.free else "$text-warning"
    return Content.assemble(
        (_("memory: {verdict}").format(verdict=memory_verdict(needed, devices)), style),
        "\n",
        memory_bar(needed, devices.free),
        "\n",
        memory_legend(needed),
    )


def _head(row: ConfigRow) -> Content:
    """What the config does, what must be known of it, and what it needs of this machine now."""
    config = find_config(row.key).config
    name, summary = (printable(row.name), "bold $text-primary"), (printable(row.summary), "dim")
    return Content.assemble(name, "\n", summary, "\n", *_remarks(row, config), _memory(config), "\n")


def _settings_in_words(row: ConfigRow) -> Content:
    config = find_config(row.key).config
    parts: list[Any] = []
    groups: dict[str, list[Any]] = {}
    at_default = 0
    for path, info, value in fields_of(config):
        is_default = not info.is_required() and value == _default_at(path)
        if is_default and (is_advanced(info) or _is_aside(path[0], config)):
            at_default += 1
            continue
        unit = unit_of(info)
        shown = printable(text_of_value(value)).replace("\n", "\n" + " " * _NAME_WIDTH + "\t") or "–"
        lines = groups.setdefault(group_of(TrainConfig.model_fields[path[0]]), [])
        lines += [
            f"{'.'.join(path):<{_NAME_WIDTH - 1}} \t",
            (shown, "" if is_default else "bold"),
            (f" {_(unit)}" if unit and value is not None else "", "dim"),
            "\n",
            (f"  \t{explanation(info)}\n", "dim"),
        ]
    for group, lines in groups.items():
        parts += ["\n", (_(GROUP_TITLES[group]), "bold $text-accent"), "\n", *lines]
    rest = _("{count} more settings are at their defaults; e shows them all.").format(count=at_default)
    return Content.assemble(*parts, "\n", (rest, "dim"))
