"""The figures of chatting."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.measurement import Figure, Measurement, Settings


def measure(settings: Settings) -> list[Figure]:
    """The sample model, as it is and compiled, then models of random weights; the short way leaves out the larger one."""
    from tests.bench.chat.compiled import compiled_figures
    from tests.bench.chat.models import TALKING, write_talking_model
    from tests.bench.chat.speed import loaded, speed_figures
    from tests.bench.chat.switching import switching_figures

    short = settings.seconds < Settings.seconds
    figures = speed_figures(
        "sample model",
        loaded("sample:model"),
        tokens=64,
        questions=4,
        runs=settings.runs if short else 2 * settings.runs,
    )
    figures += compiled_figures(settings.runs)
    for name in ("0.5B",) if short else TALKING:
        with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder:
            session = loaded(str(write_talking_model(Path(folder) / "model", TALKING[name])))
            figures += speed_figures(f"{name}, random", session, tokens=16, questions=2, runs=1 if short else 2)
            figures += switching_figures(f"{name}, random", session, TALKING[name], Path(folder), settings.runs)
    return figures


CHAT = Measurement(
    "chat",
    "Chatting",
    how="Each question is answered by the engine's session, streamed piece by piece as JSON lines into the void, and by "
    "transformers' generate without streaming, in turn, with the same weights, settings and seed. Drawn means XTuner's "
    "settings: temperature 0.1, top-k 40, top-p 0.75; the time to the first token has the reading of the conversation in "
    "it. Compiled is with `--compile`, beside the same generate as it is.",
    limits="Weights of the larger models are random, 16 tokens an answer; they wait for the memory, so compiling them for "
    "a CPU gains little. There is no GPU in this machine.",
    run=measure,
)
