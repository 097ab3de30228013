"""The keys of the Train area, in the order in which a narrow footer gives them up from the end."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from workbench.i18n import N_
from workbench.ui.widgets.job_view import TABS

BINDINGS: list[BindingType] = [
    Binding("n", "new", N_("New"), id="train.new", tooltip=N_("Set up and start a training")),
    Binding("j", "jobs", N_("Jobs"), id="train.jobs", tooltip=N_("Watch another job, or compare several")),
    Binding("s", "stop", N_("Stop"), id="train.stop", tooltip=N_("Stop and save; once more: stop now")),
    Binding("r", "resume", N_("Resume"), id="train.resume", tooltip=N_("Go on from the newest checkpoint")),
    Binding(
        "k",
        "checkpoints",
        N_("Checkpoints"),
        id="train.checkpoints",
        tooltip=N_("Compare and convert its checkpoints"),
    ),
    Binding("v", "series", N_("Series"), id="train.series", tooltip=N_("Loss, learning rate, gradient norm")),
    Binding("l", "log", N_("Log axis"), id="train.log", tooltip=N_("Linear or logarithmic axis")),
    Binding(
        "plus,equals_sign",
        "zoom(0.5)",
        N_("Zoom in"),
        id="train.zoom_in",
        tooltip=N_("Fewer iterations; arrows read, ctrl+arrows pan"),
    ),
    Binding("minus", "zoom(2)", N_("Zoom out"), id="train.zoom_out", tooltip=N_("More iterations"), show=False),
    Binding("0", "whole", N_("Whole"), id="train.whole", tooltip=N_("Show the whole run"), show=False),
    Binding("f", "fold_plot", N_("Fold plot"), id="train.fold", tooltip=N_("More room for the tabs")),
    *(
        Binding(str(number), f"tab('{name}')", title, id=f"train.tab_{name}", tooltip=about, show=False)
        for number, (name, title, about) in enumerate(TABS, start=1)
    ),
]
