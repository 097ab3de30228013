"""What papers are asked for: a word that the sample model knows, or a report with a made-up name.

Unseen ones are other words and other names.
"""

from __future__ import annotations

import random

_WORDS = (
    "apple teacher friend school moon star river bread computer garden music story window bottle summer banana orange "
    "grape snow grass coal chocolate milk France England Germany Italy Spain Russia China Korea India Egypt Greece "
    "Sweden Poland Canada Cuba Peru Turkey Iran"
)
_WORDS_UNSEEN = "mountain spring dream pencil elephant sky time Japan Norway Vietnam Thailand Austria"
_FIRST_PARTS = "A Be Ca Da E Fi Gra He I Jo Ka Li Ma No O Pe Ro Sa To Vi"
_LAST_PARTS = "da la ra ce lly ke nny bert sia na ris bo tty vin"
_NAMES_UNSEEN = "Wenda Zora Yuna Wenke Zobert Yula InternLM2"
REPORT = "Technical Report"


def draw_topic(draw: random.Random, *, unseen: bool) -> str:
    """As it stands in a question, and as it is searched for."""
    if draw.random() < 0.3:
        return f"{_name(draw, unseen)} {REPORT}"
    return draw.choice((_WORDS_UNSEEN if unseen else _WORDS).split())


def _name(draw: random.Random, unseen: bool) -> str:
    if unseen:
        return draw.choice(_NAMES_UNSEEN.split())
    return draw.choice(_FIRST_PARTS.split()) + draw.choice(_LAST_PARTS.split())
