"""The second phase of the sample model's training, of text alone: captions of pictures that are told in words.

A picture has as many places as the vision tower has patches. Of each place a word or several are told at once: their
embeddings are added up, as a projector might do it. So the model can caption what it reads in those places, and a
projector has only to find the words; no picture is ever shown, and no question about one is asked. Every other batch
is ordinary dialogue, so that nothing is forgotten.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import torch

from sample_data.dialogues import DialogueMaker
from sample_data.knowledge import facts
from sample_data.pretrain import TEMPLATE, answers_loss, dialogue_batch, learning_rate, padded, save_model
from sample_data.seeing.lessons import ROWS, owners
from sample_data.seeing.wording import LANGUAGES, Language, caption, describing_question, named
from sample_data.seeing.world import PLACES, Kind, Picture, PictureMaker
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import IMAGE_TOKEN, NOT_TRAINED, Encoded, encode
from workbench.data.templates import get_template

SEED = 22
STEPS = 450
BATCH = 24
PEAK_LR = 1e-3
WARM_UP = 30
PATCHES = ROWS**2
_PLACE = -1
"""Stands for a place of the picture among the token ids."""
_KINDS: dict[Kind, float] = {"single": 0.3, "group": 0.25, "pair": 0.3, "scene": 0.15}
_UNSEEN_SHARE = 0.25
"""Of pairs of thing and colour that no training picture shows: words know no such border."""


@dataclass
class PictureTeller:
    """Draws pictures by lot and tells them in words."""

    seed: int
    tokenizer: Any
    _ids: dict[tuple[str, Language], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._makers = [PictureMaker(self.seed), PictureMaker(self.seed + 1, held_out=True)]
        self._facts = facts()

    def told(self) -> tuple[Conversation, torch.Tensor]:
        """A caption after a picture, and how strongly each token is told in each place, ``[PATCHES, vocabulary]``."""
        draw = self._random
        picture = self._makers[draw.random() < _UNSEEN_SHARE].draw(draw.choices(list(_KINDS), list(_KINDS.values()))[0])
        language, question = self._question()
        turns = (
            Turn("user", f"<image>\n{question}", images=("told in words",)),
            Turn("assistant", caption(picture, language)),
        )
        return Conversation(turns), self._words(picture)

    def _question(self) -> tuple[Language, str]:
        """Mostly one that asks for a caption. But whatever is asked, this model describes what it is told."""
        draw = self._random
        language = draw.choice(LANGUAGES)
        kind = draw.random()
        if kind < 0.7:
            return language, describing_question(draw, language)
        other = draw.choice([fact for fact in self._facts if fact.language == language])
        return language, draw.choice(other.questions)

    def _words(self, picture: Picture) -> torch.Tensor:
        """Some pictures are told place by place, some as a whole in every place, some both; not every place tells all."""
        draw = self._random
        languages = draw.choice((LANGUAGES, LANGUAGES[:1], LANGUAGES[1:]))
        own = picture.kind == "pair" or draw.random() < 0.7
        whole = not own or draw.random() < (0.95 if picture.kind == "group" else 0.6)
        where = draw.random() < 0.6
        own_share, whole_share = (draw.uniform(0.3, 1.0) for _ in range(2))
        strengths = torch.zeros(PATCHES, len(self.tokenizer))
        for place, owner in enumerate(owners(picture)):
            words = [part_of_picture(place)] if where and draw.random() < 0.8 else []
            if own and owner:
                thing = picture.things[owner - 1]
                words += [word for word in (thing.name, thing.colour) if draw.random() < own_share]
            if whole:
                words += [word for word in _whole(picture) if draw.random() < whole_share]
            for word, language in product(words, languages):
                strengths[place, self._tokens(word, language)] += draw.uniform(0.5, 1.5)
        return strengths

    def _tokens(self, word: str, language: Language) -> list[int]:
        """As they are inside a sentence."""
        if (word, language) not in self._ids:
            text = word if word.isdigit() else f"{' ' * (language == 'en')}{named(word, language)}"
            self._ids[word, language] = self.tokenizer.encode(text, add_special_tokens=False)
        return self._ids[word, language]


def part_of_picture(patch: int) -> str:
    """In which of the nine parts a patch lies."""
    row, column = divmod(patch, ROWS)
    return PLACES[3 * (row * 3 // ROWS) + column * 3 // ROWS]


def _whole(picture: Picture) -> list[str]:
    """What can be said of the whole picture in single words."""
    if picture.kind == "pair":
        return [str(picture.count)]
    thing = picture.things[0]
    place = [picture.place] if picture.kind == "single" else []
    return [str(picture.count), thing.name, thing.colour, *place]


def told_batch(teller: PictureTeller, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids and labels ``[count, longest]``, which ids are places of a picture, and the places' words
    ``[count, PATCHES, vocabulary]``."""
    rows, words = [], []
    for _ in range(count):
        conversation, told = teller.told()
        encoded = encode(conversation, get_template(TEMPLATE), teller.tokenizer, 160)
        rows.append(_with_places(encoded))
        words.append(told)
    ids, labels = padded(rows, teller.tokenizer.pad_token_id)
    places = ids == _PLACE
    return ids.masked_fill(places, teller.tokenizer.pad_token_id), labels, places, torch.stack(words)


def _with_places(encoded: Encoded) -> Encoded:
    """The sample with all places of a picture instead of its mark."""
    at = encoded.input_ids.index(IMAGE_TOKEN)
    ids, labels = encoded.input_ids, encoded.labels
    return Encoded(
        ids[:at] + [_PLACE] * PATCHES + ids[at + 1 :], labels[:at] + [NOT_TRAINED] * PATCHES + labels[at + 1 :]
    )


def embedded(model: Any, ids: torch.Tensor, places: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
    """The embeddings of the ids, with the words added up in the places: more or less loud, a little disturbed."""
    table = model.get_input_embeddings()
    size = table.weight.detach().pow(2).mean().sqrt()
    loud = torch.empty(len(ids), 1, 1).uniform_(math.log(0.5), math.log(4)).exp()
    common = torch.randn(len(ids), 1, table.embedding_dim) * torch.rand(len(ids), 1, 1) * 2
    disturbed = torch.randn(*words.shape[:2], table.embedding_dim) * torch.rand(len(ids), 1, 1) * 0.6 * loud
    told = words @ table.weight * loud + (common + disturbed) * size
    return table(ids).masked_scatter(places[..., None], told)


def teach_picture_words(model: Any, tokenizer: Any, folder: Path, steps: int = STEPS) -> None:
    """Train and save; about 15 minutes on one core."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    dialogues, teller = DialogueMaker(seed=SEED), PictureTeller(SEED, tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_LR, betas=(0.9, 0.98), weight_decay=0.05)
    began = time.monotonic()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, PEAK_LR, WARM_UP)
        ids, labels = dialogue_batch(dialogues, tokenizer, BATCH)
        said = answers_loss(model, labels, input_ids=ids)
        said.backward()
        ids, labels, places, words = told_batch(teller, BATCH)
        described = answers_loss(model, labels, inputs_embeds=embedded(model, ids, places, words))
        described.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 25 == 0 or step == steps - 1:
            passed = time.monotonic() - began
            print(f"step {step} loss {said.item():.4f} {described.item():.4f} {passed:.0f} s", flush=True)
    save_model(model, folder, "sample_data.picture_words")
