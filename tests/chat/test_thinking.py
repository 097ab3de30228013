"""Thoughts are told from answers, also while they are being written."""

import pytest

from workbench.chat.thinking import Said, thoughts_and_answer


def thought(text: str, *, whole: bool = True) -> Said:
    return Said(text, is_thought=True, is_whole=whole)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("No thought.", [Said("No thought.")]),
        ("<think>\na\n</think>\n\nb", [thought("a"), Said("b")]),
        ("<think>a</think>b", [thought("a"), Said("b")]),
        ("a\n</think>\n\nb", [thought("a"), Said("b")]),
        ("<think>a", [thought("a", whole=False)]),
        ("<think></think>b", [Said("b")]),
        ("a\n<think>b</think>\nc", [Said("a"), thought("b"), Said("c")]),
        ("[THINK]a[/THINK]b", [thought("a"), Said("b")]),
        ("◁think▷a◁/think▷b", [thought("a"), Said("b")]),
        ("Write <think> before, </think> behind it.", [Said("Write <think> before, </think> behind it.")]),
        ("", []),
    ],
)
def test_parts_of_an_answer(text: str, parts: list[Said]) -> None:
    assert thoughts_and_answer(text) == parts


def test_a_mark_is_never_shown_half_written():
    text = "<think>Why?</think>\nSo."
    for length in range(len(text) + 1):
        said = "".join(part.text for part in thoughts_and_answer(text[:length], goes_on=True))
        assert "<" not in said
        assert ">" not in said
    assert thoughts_and_answer("a <", goes_on=False) == [Said("a <")]
