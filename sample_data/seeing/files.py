"""Write the pictures, and what is said about them, as LLaVA has it.

The held-out pictures show things in colours that no other picture shows together.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from sample_data.seeing.drawing import paint
from sample_data.seeing.wording import LANGUAGES, Language, caption, describing_question, questions_about
from sample_data.seeing.world import Kind, Picture, PictureMaker

SEED = 41
TRAINING: dict[Kind, int] = {"single": 900, "group": 600, "scene": 500}
HELD_OUT: dict[Kind, int] = {"single": 52, "group": 40, "scene": 36}
MOST_TURNS = 4
_PALETTE = 32
"""Colours of a picture file, those of its smooth edges included."""


@dataclass(frozen=True)
class Drawn:
    """A picture and where it lies, counted from the sample project."""

    picture: Picture
    path: str


def drawn_pictures(*, held_out: bool) -> list[Drawn]:
    """The pictures of the files: the same at every call."""
    counts, name = (HELD_OUT, "held_out") if held_out else (TRAINING, "train")
    maker = PictureMaker(SEED + held_out, held_out=held_out)
    pictures = [maker.draw(kind) for kind, count in counts.items() for _ in range(count)]
    random.Random(SEED).shuffle(pictures)
    return [Drawn(picture, f"pictures/{name}/{number:03d}.png") for number, picture in enumerate(pictures)]


def write_seeing(folder: Path) -> None:
    """Pictures, captions, dialogues and held-out questions, instead of those that are there."""
    shutil.rmtree(folder / "pictures", ignore_errors=True)
    training, held_out = drawn_pictures(held_out=False), drawn_pictures(held_out=True)
    for drawn in (*training, *held_out):
        _save(paint(drawn.picture), folder / drawn.path)
    _write_rows(folder / "llava_captions.json", _captions(training))
    _write_rows(folder / "llava_dialogues.json", _dialogues(training))
    questions = _questions(held_out)
    _write_rows(folder / "llava_questions.json", questions)
    print(f"{len(training)} pictures, {len(held_out)} held out, asked {Counter(row['kind'] for row in questions)}")


def _captions(training: Iterable[Drawn]) -> list[dict[str, Any]]:
    """Each picture once, the languages taking turns."""
    draw = random.Random(SEED)
    return [
        _row(
            f"caption-{number}",
            drawn,
            [(describing_question(draw, language), caption(drawn.picture, language))],
        )
        for number, drawn in enumerate(training)
        for language in (LANGUAGES[number % 2],)
    ]


def _dialogues(training: Iterable[Drawn]) -> list[dict[str, Any]]:
    """Each picture once, in the language that its caption is not in: its questions in any order."""
    draw = random.Random(SEED)
    return [
        _row(f"dialogue-{number}", drawn, _turns(drawn.picture, draw, LANGUAGES[(number + 1) % 2]))
        for number, drawn in enumerate(training)
    ]


def _turns(picture: Picture, draw: random.Random, language: Language) -> list[tuple[str, str]]:
    asked = questions_about(picture, draw, language)
    draw.shuffle(asked)
    return [(one.question, one.answers[0]) for one in asked[:MOST_TURNS]]


def _row(name: str, drawn: Drawn, exchanges: Iterable[tuple[str, str]]) -> dict[str, Any]:
    turns = []
    for question, answer in exchanges:
        mark = "" if turns else "<image>\n"
        turns += [{"from": "human", "value": mark + question}, {"from": "gpt", "value": answer}]
    return {"id": name, "image": drawn.path, "conversations": turns}


def _questions(held_out: Iterable[Drawn]) -> list[dict[str, Any]]:
    """Every question that a held-out picture can answer, the languages taking turns by picture."""
    draw = random.Random(SEED)
    return [
        {
            "image": drawn.path,
            "question": asked.question,
            "answers": list(asked.answers),
            "match": "exact",
            "kind": asked.kind,
            "language": asked.language,
        }
        for number, drawn in enumerate(held_out)
        for asked in questions_about(drawn.picture, draw, LANGUAGES[number % 2])
    ]


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(_PALETTE, dither=Image.Dither.NONE).save(path, optimize=True)


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """A JSON list with one row a line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
