"""How soon a key is followed by what it does while four columns of an answer stream in."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.keys import Keys
from tests.bench.measurement import Figure, Measurement, Settings, Target, p95
from tests.bench.screen import Screen
from tests.bench.terminal import Terminal
from tests.bench.trainings import ROOT, project
from tests.e2e.project import Project

_MOST_MILLISECONDS = 50
_COLUMNS = 4
_SIZE = (160, 45)
_TOKENS_PER_SECOND = 30.0
_SECONDS_BEFORE = 2.0
"""Enough for the answers to be longer than the screen."""
_SECONDS_OF_QUIET = 0.3
"""A dialog has its focus then."""
_PRESSES = 40
_LETTERS = "zqx"
"""None of them stands beside another in what is streamed."""


def measure(settings: Settings) -> list[Figure]:
    """The same letters while nothing comes, and while all columns do."""
    quiet: list[float] = []
    streaming: list[float] = []
    for seed in range(settings.runs):
        with project() as where, _service() as port:
            _name_services(where, port)
            with Terminal(where, size=_SIZE) as app:
                app.see("Next step")
                _put_side_by_side(app)
                keys = Keys(app, seed)
                quiet += _typed(keys, seed)
                app.press("enter")
                app.see("A heading")
                app.bytes_within(_SECONDS_BEFORE)
                streaming += _typed(keys, seed)
    compared = f"{p95(quiet):.1f} ms while nothing comes; median {statistics.median(streaming):.1f} ms"
    return [
        Figure(
            "Chat: a letter of the next message",
            streaming,
            "ms",
            Target(_MOST_MILLISECONDS),
            compared,
            summary=p95,
        )
    ]


@contextmanager
def _service() -> Iterator[int]:
    """The port of a service that streams in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.streaming_service", str(_TOKENS_PER_SECOND)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(json.loads(process.stdout.readline()))
        finally:
            process.terminate()


def _name_services(where: Project, port: int) -> None:
    folder = Path(where.environment["WORKBENCH_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    table = '["{name}"]\nurl = "http://127.0.0.1:{port}/v1"\nmodel = "x"\n'
    text = "".join(table.format(name=f"service {number}", port=port) for number in range(_COLUMNS))
    (folder / "endpoints.toml").write_text(text, encoding="utf-8")


def _put_side_by_side(app: Terminal) -> None:
    app.press("f7")
    app.see("[f7 Chat]", "Press f9 to choose a model")
    for number in range(_COLUMNS):
        app.press("ctrl+g" if number else "f9")
        app.see("Which model is asked the same?" if number else "Which model do you want to chat with?")
        app.wait_for_quiet(_SECONDS_OF_QUIET)
        app.press("down")  # from the sample model to the first service that is not asked yet
        app.press("enter")
        app.see(f"{number + 1} side by side" if number else "The model is ready.")


def _typed(keys: Keys, seed: int) -> list[float]:
    """Letters typed into the prompt, each timed until it stands behind those before it."""
    letters = random.Random(seed)
    typed, samples = "", []
    for _ in range(_PRESSES):
        typed += letters.choice(_LETTERS)
        samples.append(keys.time(typed[-1], _stands(typed)))
    return samples


def _stands(text: str) -> Callable[[Screen], bool]:
    return lambda screen: text in screen.text


CHAT_APP = Measurement(
    "chat_app",
    "Keys while four columns stream",
    how="Four chat services on this machine, in a process of their own, stream Markdown at 30 pieces a second each into "
    "four columns of a pseudo-terminal of 160×45 cells, while the next message is typed at uneven intervals. The time "
    "runs from the key to the end of the first frame that shows the letter, and the figure is the 95th percentile.",
    limits="The services and the measuring program need a core too. The answers are as long as ten seconds make them; "
    "much longer ones take longer to lay out, and are then painted less often. An answer that has filled its rows waits "
    "for more while somebody types, three seconds at most.",
    run=measure,
)
