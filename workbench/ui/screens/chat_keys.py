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
            ("ctrl+t,alt+p", "picture", N_("Picture"), "picture", N_("Give the model a picture by its path")),
            ("ctrl+g", "add_column", N_("Beside"), "beside", N_("Ask another model the same, side by side")),
            ("f12", "comparison", N_("Compare"), "comparison", N_("Vote, hide names, take a model away, ask a file")),
            (
                "ctrl+n,alt+n",
                "next_columns",
                N_("Columns"),
                "columns",
                N_("Show the columns for which there was no room"),
            ),
            ("ctrl+k", "tools", N_("Tools"), "tools", N_("Let the model call tools")),
            ("ctrl+r", "regenerate", N_("Again"), "again", N_("Answer the last question again")),
            ("ctrl+e", "edit", N_("Edit"), "edit", N_("Edit the last question")),
            ("ctrl+l", "new", N_("New"), "new", N_("Start an empty conversation")),
            ("ctrl+o", "reopen", N_("Open"), "open", N_("Open an earlier conversation")),
            ("ctrl+y", "copy", N_("Copy"), "copy", N_("Copy the last answer")),
            ("ctrl+d", "keep_row", N_("Dataset"), "row", N_("Put the last answer into a dataset")),
            ("ctrl+f", "search", N_("Search"), "search", N_("Search in the conversation")),
            ("ctrl+x", "export", N_("Export"), "export", N_("Write the conversation into a file")),
        )
    ),
    *(
        Binding(
            str(number), f"vote({number})", N_("Best answer"), id=f"chat.vote_{number}", tooltip=tooltip, show=False
        )
        for number, tooltip in enumerate(
            (
                N_("No answer is the best: a tie"),
                N_("The first answer is the best"),
                N_("The second answer is the best"),
                N_("The third answer is the best"),
                N_("The fourth answer is the best"),
            )
        )
    ),
]
