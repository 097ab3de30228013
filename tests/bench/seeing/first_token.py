"""Seconds to the first token of an answer, with a picture and without."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Event

from tests.bench.measurement import Figure, Settings, times
from workbench.chat.protocol import Generate, GenerationSettings, Load
from workbench.chat.session import ChatSession
from workbench.chat.turn import ChatTurn
from workbench.configs.provenance import Provenance, write_provenance
from workbench.models.load import load_language_model, load_tokenizer
from workbench.models.vision.parts import join
from workbench.models.vision.projector import write_projector
from workbench.models.vision.tower import load_vision_tower
from workbench.paths import resolve_model

_QUESTION = "How many shapes are there?"


def first_token_figures(settings: Settings) -> list[Figure]:
    """The sample model with a projector drawn by lot; another picture each time, so that none was looked at before."""
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        session = ChatSession(Load(id=0, model="sample:model", llava=str(_first_stage(Path(name))), precision="fp32"))
        session.load(lambda _stage: None)
        pictures = sorted(Path(resolve_model("sample:pictures/held_out")).glob("*.png"))
        _seconds(session, [])
        plain = [_seconds(session, []) for _ in range(settings.runs)]
        seen = [_seconds(session, [str(picture)]) for picture in pictures[: settings.runs]]
    base = Figure("first token, text only", plain, "s")
    figure = Figure("first token, with a picture of 36 patches", seen, "s")
    return [base, Figure(figure.what, seen, "s", compared=times(figure.value, base.value, "text only"))]


def _seconds(session: ChatSession, images: list[str]) -> float:
    turns = [ChatTurn(role="user", content=_QUESTION, images=images)]
    request = Generate(id=1, turns=turns, settings=GenerationSettings(max_new_tokens=4, temperature=0))
    return session.answer(request, lambda _text: None, Event()).first_token_s


def _first_stage(folder: Path) -> Path:
    language = load_language_model("sample:model", precision="fp32")
    tower = load_vision_tower("sample:vision_tower", precision="fp32")
    write_projector(join(language, tower, load_tokenizer("sample:model")).model, folder / "projector")
    write_provenance(
        folder,
        Provenance(base_model="sample:model", visual_encoder="sample:vision_tower", prompt_template="internlm2_chat"),
    )
    return folder
