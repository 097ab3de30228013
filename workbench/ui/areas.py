"""The app's top-level areas: one row each, built when first visited."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from workbench.i18n import N_

if TYPE_CHECKING:
    from workbench.ui.screens.area import AreaScreen


@dataclass(frozen=True)
class Area:
    """One area. ``title`` and ``about`` are translated when shown; ``screen`` is ``module:class``."""

    name: str
    key: str
    title: str
    about: str
    screen: str

    def build(self) -> AreaScreen:
        """A new screen of the area; its module is imported now."""
        module, _colon, kind = self.screen.partition(":")
        screen: AreaScreen = getattr(import_module(f"workbench.ui.screens.{module}"), kind)()
        return screen


AREAS = (
    Area("home", "f2", N_("Home"), N_("The project, its jobs, and the next step"), "home:HomeScreen"),
    Area("configs", "f3", N_("Configs"), N_("Choose and edit what to train"), "configs:ConfigsScreen"),
    Area("dataset", "f4", N_("Dataset"), N_("Make, read and check data"), "dataset:DatasetScreen"),
    Area("train", "f5", N_("Train"), N_("Start a training and watch it"), "train:TrainScreen"),
    Area("checkpoints", "f6", N_("Checkpoints"), N_("Compare, convert and merge"), "checkpoints:CheckpointsScreen"),
    Area("chat", "f7", N_("Chat"), N_("Talk to the result"), "chat:ChatScreen"),
    Area("doctor", "f8", N_("Doctor"), N_("Check this machine"), "doctor:DoctorScreen"),
)
AREA_NAMES = tuple(area.name for area in AREAS)
HOME = "home"
