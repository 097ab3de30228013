"""How much goes to the terminal: while a curve grows, and while nothing happens."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.measurement import Figure, Measurement, Settings, Target
from tests.bench.terminal import Terminal
from tests.bench.trainings import project, running_training, wait_for_steps
from tests.ui import recorded
from workbench.ui.areas import AREAS

STEPS_PER_SECOND = 5.0
"""As fast as the sample model is trained on two cores, and faster than most models are on a GPU."""
_MOST_KB_PER_SECOND = 4
_PLANNED_STEPS = 1000
_SECONDS_OF_QUIET = 3.0
_IDLE_SECONDS = 4.0
"""Longer than every look at the job folders (2 s)."""
_DIALOGS: dict[str, tuple[Sequence[str], str]] = {
    "Help": (("f2", "f1"), "Every key of this screen"),
    "Palette": (("f2", "ctrl+p"), "Quit"),
    "Theme": (("f2", "t"), "workbench-contrast"),
    "Filter of Configs": (("f3", "/"), "configs"),
    "Form of a config": (("f3", "e"), "saved"),
    "New training": (("f5", "n"), "New training"),
    "Jobs to watch": (("f5", "j"), "finished"),
    "Model for Chat": (("f7", "f9"), "adapter"),
    "Settings of Chat": (("f7", "f10"), "temperature"),
}
"""What is opened by which keys, and a text on it."""


def measure(settings: Settings) -> list[Figure]:
    """Growing first, then idle."""
    return [*_while_growing(settings), *_while_idle()]


def _while_growing(settings: Settings) -> list[Figure]:
    figures = []
    with project() as where, running_training(where, _PLANNED_STEPS, STEPS_PER_SECOND) as job, Terminal(where) as app:
        wait_for_steps(job, 10)
        app.see("Next step")
        for key, tab in (("f5", "Answers"), ("3", "Log")):
            app.press(key)
            app.see("[f5 Train]", "smoothed")
            app.bytes_within(2.0)
            rates = [app.bytes_within(settings.seconds) / settings.seconds / 1000 for _ in range(settings.runs)]
            what = f"curve growing by {STEPS_PER_SECOND:g} steps/s, tab {tab}"
            figures.append(Figure(what, rates, "KB/s", Target(_MOST_KB_PER_SECOND)))
    return figures


def _while_idle() -> list[Figure]:
    with project() as where:
        recorded.training(where.folder)
        recorded.converted(where.folder)
        idle: dict[str, int] = {}
        with Terminal(where) as app:
            for area in AREAS:
                app.press(area.key)
                app.see(f"[{area.key} {area.title}]")
                idle[area.title] = _idle_bytes(app)
        for title, (keys, text) in _DIALOGS.items():
            with Terminal(where) as app:
                app.see("Next step")
                for key in keys:
                    app.press(key)
                    app.wait(lambda screen: True, title)
                    app.wait_for_quiet(0.5)
                app.see(text)
                idle[title] = _idle_bytes(app)
    talking = ", ".join(f"{title} {count} B" for title, count in idle.items() if count)
    shown = f"sent by: {talking}" if talking else ", ".join(idle)
    per_second = [count / _IDLE_SECONDS for count in idle.values()]
    return [Figure(f"nothing happens, the most of {len(idle)} screens", per_second, "B/s", Target(0), shown, max)]


def _idle_bytes(app: Terminal) -> int:
    app.wait_for_quiet(_SECONDS_OF_QUIET)
    return app.bytes_within(_IDLE_SECONDS)


TERMINAL_BYTES = Measurement(
    "terminal_bytes",
    "Bytes sent to the terminal",
    how="The app runs in a pseudo-terminal of 100×30 cells that knows synchronised output and true colour, and every "
    "byte it writes is counted. For the growing curve a process appends steps, with a line of log each, to the job's "
    "folder as a training does; each sample is an average over some seconds, the first paint left out.",
    limits="A curve with more noise, a larger window or a higher step rate costs more, `ssh -C` makes it 20 to 50 "
    "times less. Idle means no key and no running job; what a person does is answered with bytes.",
    run=measure,
)
