"""The keys of the Chat area, in the order in which a narrow footer gives them up from the end."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from workbench.i18n import N_

BINDINGS: list[BindingType] = [
    Binding("escape", "stop", N_("Stop"), id="chat.stop", tooltip=N_("End the running answer")),
    Binding("f9", "choose_model", N_("Model"), id="chat.model", tooltip=N_("Choose model and adapter")),
    Binding("f10", "settings", N_("Settings"), id="chat.settings", tooltip=N_("System text and generation settings")),
    *(
        Binding(key, name, title, id=f"chat.{command}", tooltip=tooltip, priority=True)
        for key, name, title, command, tooltip in (
            ("ctrl+t", "picture", N_("Picture"), "picture", N_("Give the model a picture by its path")),
            (
                "ctrl+g",
                "beside",
                N_("Compare"),
                "beside",
                N_("Ask other weights on the same base the same, side by side"),
            ),
            ("ctrl+r", "regenerate", N_("Again"), "again", N_("Answer the last question again")),
            ("ctrl+e", "edit", N_("Edit"), "edit", N_("Edit the last question")),
            ("ctrl+l", "new", N_("New"), "new", N_("Start an empty conversation")),
            ("ctrl+o", "reopen", N_("Open"), "open", N_("Open an earlier conversation")),
            ("ctrl+y", "copy", N_("Copy"), "copy", N_("Copy the last answer")),
        )
    ),
]
