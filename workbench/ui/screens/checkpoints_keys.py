"""The keys of the Checkpoints area, in the order in which a narrow footer gives them up from the end."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from workbench.i18n import N_

_KEYS = (
    ("t", "chat", N_("Chat"), N_("Talk to it")),
    ("c", "convert", N_("Convert"), N_("Make a Hugging Face adapter or model of the checkpoint")),
    ("m", "merge", N_("Merge"), N_("Merge the adapter into its base")),
    ("s", "score", N_("Score"), N_("Ask it questions with known answers; a reward model scores pairs")),
    ("x", "compare", N_("Compare"), N_("Mark one, then another one")),
    ("d", "delete", N_("Delete"), N_("Delete it; u brings it back")),
    ("u", "undo", N_("Undo"), N_("Bring back what was deleted")),
    ("e", "export", N_("Export"), N_("For other programs: GGUF, Ollama, …")),
    ("v", "serve", N_("Serve"), N_("An OpenAI-compatible endpoint on this machine")),
    ("f", "space", N_("Free space"), N_("What takes the room on the disk")),
    ("i", "import", N_("Import"), N_("Convert a .pth file or DeepSpeed folder of XTuner")),
    ("p", "upload", N_("Upload"), N_("Put it on the Hugging Face hub")),
    ("slash", "filter", N_("Filter"), N_("Words of the name, kind, base, …; escape shows everything")),
    ("w", "watch", N_("Watch"), N_("The training's curve and log")),
    ("a", "add", N_("Add folder"), N_("Look in another folder too")),
)
BINDINGS: list[BindingType] = [
    *(
        # what is typed at once after a slash goes to the filter
        Binding(key, name, title, id=f"checkpoints.{name}", tooltip=tooltip, priority=key == "slash")
        for key, name, title, tooltip in _KEYS
    ),
    Binding("escape", "unfilter", N_("Back"), id="checkpoints.back", tooltip=N_("Show everything again"), show=False),
]
