"""Text of models is safe on a terminal, also as JSON."""

from __future__ import annotations

import json

import pytest

from workbench.text import json_text, printable, visible

NASTY = "a\x1b[31mb\x9b31mc\x7fd\u202ee\u200ff\n 你好 é"


@pytest.mark.parametrize("indent", [None, 1])
def test_json_holds_every_character_and_none_that_a_terminal_obeys(indent: int | None) -> None:
    text = json_text({"said": NASTY}, indent)
    assert json.loads(text) == {"said": NASTY}
    assert printable(text) == visible(text) == text
    assert "你好 é" in text
