"""The keys of a conversation that has the focus."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from workbench.i18n import N_

BINDINGS: list[BindingType] = [
    Binding(key, action, name, id=f"chat.{command}", tooltip=tooltip, show=shown)
    for key, action, name, command, tooltip, shown in (
        ("up", "choose(-1)", N_("Earlier message"), "up", N_("Choose the message before"), False),
        ("down", "choose(1)", N_("Later message"), "down", N_("Choose the next message"), False),
        ("home", "go_home", N_("Beginning"), "home", N_("Go to the beginning of the conversation"), False),
        ("end", "go_end", N_("End"), "end", N_("Go to the end of the conversation"), False),
        ("enter,space", "unfold", N_("Unfold"), "unfold", N_("Show thoughts and steps, or fold them"), True),
        ("left", "screen.way(-1)", N_("Way before"), "way_before", N_("Show what was said instead"), True),
        ("right", "screen.way(1)", N_("Next way"), "way_after", N_("Show what was said instead"), True),
        ("e", "screen.edit", N_("Edit"), "edit_this", N_("Ask this question in other words"), True),
        ("r", "screen.regenerate", N_("Again"), "again_this", N_("Answer this question again"), True),
        ("y", "screen.copy", N_("Copy"), "copy_this", N_("Copy this message"), True),
        ("Y", "screen.copy_all", N_("Copy all"), "copy_all", N_("Copy the conversation as Markdown"), False),
        ("d", "screen.keep_row", N_("Dataset"), "row_this", N_("Put this answer into a dataset"), True),
        ("slash", "screen.search", N_("Search"), "search_this", N_("Search in the conversation"), True),
        ("n", "screen.search_on(-1)", N_("Match before"), "match_before", N_("Go to the match before"), False),
        ("escape", "screen.to_message", N_("Message"), "to_message", N_("Back to the message box"), True),
        ("N", "screen.search_on(1)", N_("Next match"), "match_after", N_("Go to the next match"), False),
    )
]
