"""What papers are asked for: topics of two words, and reports with a name. Unseen ones are made of other words."""

from __future__ import annotations

import random

_FIRST = (
    "graph sparse neural deep causal quantum robust linear random visual small large fast open spoken social solar dark "
    "stellar secure mobile medical urban ocean"
)
_SECOND = (
    "networks attention matching search models codes sensors planning memory language images speech robots traffic "
    "galaxies proteins markets weather crystals graphs maps signals circuits plasma"
)
_FIRST_UNSEEN = "adaptive digital modular magnetic ancient hidden cosmic tiny"
_SECOND_UNSEEN = "learning control vision storage music batteries forests bridges"
_NAMES = "Alba Borin Cador Delta Emra Falko Gamo Helion Irix Jona Kelvo Lumen Mirel Novi Orbit Pando Rilke Sorel"
_NAMES_UNSEEN = "InternLM Tavik Umbra Zorin"
REPORT = "Technical Report"


def draw_topic(draw: random.Random, *, unseen: bool) -> str:
    """As it stands in a question, and as it is searched for."""
    if draw.random() < 0.3:
        name = draw.choice((_NAMES_UNSEEN if unseen else _NAMES).split())
        return f"{name}{draw.choice(('', '2', '3', '7'))} {REPORT}"
    first, second = (_FIRST_UNSEEN, _SECOND_UNSEEN) if unseen else (_FIRST, _SECOND)
    return f"{draw.choice(first.split())} {draw.choice(second.split())}"
