"""What the model did not see of a conversation is told, pictures too."""

from __future__ import annotations

from workbench.chat.protocol import Answer
from workbench.chat.wording import left_out


def test_what_was_left_out_is_counted() -> None:
    whole = Answer(id=1, text="", prompt_tokens=1, tokens=1, first_token_s=0, total_s=0, ended_by="model")
    assert left_out(whole) == ""
    assert "4 oldest messages no longer" in left_out(whole.model_copy(update={"dropped_turns": 4}))
    assert "4 oldest messages, with 2 pictures" in left_out(
        whole.model_copy(update={"dropped_turns": 4, "dropped_images": 2})
    )
