"""The figures of chatting."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.measurement import Figure, Measurement, Settings


def measure(settings: Settings) -> list[Figure]:
    """The sample model, then models of random weights; the short way leaves out the larger one."""
    from tests.bench.chat.models import TALKING, write_talking_model
    from tests.bench.chat.speed import speed_figures
    from tests.bench.chat.switching import switching_figures

    short = settings.seconds < Settings.seconds
    figures = speed_figures("sample model", "sample:model", tokens=64, questions=4, runs=2 * settings.runs)
    for name in ("0.5B",) if short else TALKING:
        with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
            model = write_talking_model(Path(folder) / "model", TALKING[name])
            figures += speed_figures(f"{name}, random", str(model), tokens=16, questions=2, runs=2)
            figures += switching_figures(f"{name}, random", model, TALKING[name], Path(folder), settings.runs)
    return figures


CHAT = Measurement(
    "chat",
    "Chatting",
    how="Each question is answered by the engine's session, streamed piece by piece as JSON lines into the void, and by "
    "transformers' generate without streaming, in turn, with the same weights, settings and seed. Drawn means XTuner's "
    "settings: temperature 0.1, top-k 40, top-p 0.75; the time to the first token has the reading of the conversation in it.",
    limits="Weights of the larger models are random, 16 tokens an answer. There is no GPU in this machine.",
    run=measure,
)
