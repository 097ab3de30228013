"""How soon a conversation of ten thousand messages is open, and how soon keys do what they do in it."""

from __future__ import annotations

import statistics
from pathlib import Path

from tests.bench.keys import Keys
from tests.bench.measurement import Figure, Measurement, Settings, Target, p95
from tests.bench.terminal import Terminal
from tests.bench.trainings import project
from tests.e2e.project import Project
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.turn import ChatRole, ChatTurn

_EXCHANGES = 5_000
_MOST_SECONDS, _MOST_MILLISECONDS = 0.5, 50
_PRESSES = 20
_SERVICE = '["nobody"]\nurl = "http://127.0.0.1:9/v1"\nmodel = "x"\n'
"""A chat service that is never asked: nothing is loaded beside the conversation."""


def measure(settings: Settings) -> list[Figure]:
    """Open it from the list, and choose one message after the other from its end."""
    opened: list[float] = []
    chosen: list[float] = []
    for seed in range(settings.runs):
        with project() as where:
            _write_conversation(where)
            with Terminal(where) as app:
                app.see("Next step")
                app.press("f7")
                app.see("[f7 Chat]", "f9 Model")
                app.press("ctrl+o")
                app.see("Earlier conversations", "Question 0")
                app.bytes_within(1.0)
                pressed = app.press("enter")
                opened.append(app.see(f"Answer {_EXCHANGES - 1}") - pressed)
                app.bytes_within(2.0)
                app.press("\t")
                chosen += [Keys(app, seed).time_alone("up") for _ in range(_PRESSES)]
    return [
        Figure("from the list of conversations to its last messages", opened, "s", Target(_MOST_SECONDS)),
        Figure(
            "choose the message before",
            chosen,
            "ms",
            Target(_MOST_MILLISECONDS),
            f"median {statistics.median(chosen):.1f} ms",
            summary=p95,
        ),
    ]


def _write_conversation(where: Project) -> None:
    config = Path(where.environment["WORKBENCH_CONFIG_DIR"])
    config.mkdir(parents=True, exist_ok=True)
    (config / "endpoints.toml").write_text(_SERVICE, encoding="utf-8")
    turns = [turn for number in range(_EXCHANGES) for turn in _exchange(number)]
    save_conversation(where.folder, SavedConversation(model="endpoint:nobody", turns=turns))


def _exchange(number: int) -> list[ChatTurn]:
    answer = f"Answer {number} with **bold** text.\n\n- one\n- two\n\n```python\nprint({number})\n```\n"
    said: list[tuple[ChatRole, str]] = [("user", f"Question {number}?"), ("assistant", answer)]
    return [ChatTurn(role=role, content=text) for role, text in said]


CHAT_HISTORY = Measurement(
    "chat_history",
    "A conversation of ten thousand messages",
    how="A conversation of 5000 questions with answers of five lines of Markdown each is opened from the list of earlier "
    "conversations in a pseudo-terminal of 100×30 cells, up to the first complete frame with its last answer; then one "
    "message after the other is chosen from the end. No model is loaded, as that goes on beside it.",
    limits="The file was read for the list a moment before. Messages that are longer than a screen take longer to build.",
    run=measure,
)
