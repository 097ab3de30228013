"""What papers are asked for: a word that the sample model knows, a made-up name, or a report with one.

Unseen ones are other words and other names.
"""

from __future__ import annotations

import random

from sample_data.dialogues import made_up_name

_WORDS = (
    "apple teacher friend school moon star river bread computer garden music story window bottle summer banana orange "
    "grape snow grass coal chocolate milk France England Germany Italy Spain Russia China Korea India Egypt Greece "
    "Sweden Poland Canada Cuba Peru Turkey Iran"
)
_WORDS_UNSEEN = "mountain spring dream pencil elephant sky time Japan Norway Vietnam Thailand Austria"
_FIRST_PARTS_UNSEEN = ("Wen", "Zo", "Yu")
_NAMES_UNSEEN = "Wenda Zora Yuna Wenke Zobert Yula InternLM2"
REPORT = "Technical Report"


def draw_topic(draw: random.Random, *, unseen: bool) -> str:
    """As it stands in a question, and as it is searched for."""
    if unseen:
        return f"{_name(draw, unseen)} {REPORT}" if draw.random() < 0.3 else draw.choice(_WORDS_UNSEEN.split())
    kind = draw.random()
    if kind < 0.4:
        return f"{_name(draw, unseen)} {REPORT}"
    return _name(draw, unseen) if kind < 0.7 else draw.choice(_WORDS.split())


def _name(draw: random.Random, unseen: bool) -> str:
    if unseen:
        return draw.choice(_NAMES_UNSEEN.split())
    while (name := made_up_name(draw, "en")).startswith(_FIRST_PARTS_UNSEEN):
        pass
    return f"{name}{draw.randint(2, 9)}" if draw.random() < 0.3 else name
