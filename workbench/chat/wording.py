"""What is said beside an answer, in the app and on a plain terminal."""

from __future__ import annotations

from workbench.chat.protocol import Answer
from workbench.chat.turn import Figures
from workbench.i18n import _, ngettext


def not_whole(figures: Figures | None) -> str:
    """Why an answer ends before its end; empty if it is whole, or nothing is known of it."""
    texts = {
        "broken": _("broke off before it was whole"),
        "length": _("cut: max_new_tokens reached, or the context full"),
        "stopped": _("stopped"),
    }
    return texts.get(figures.ended_by, "") if figures else ""


def figures_text(answer: Figures) -> str:
    """The line under an answer; empty if nothing is known of how it came."""
    if answer.ended_by == "broken" or (answer.ended_by == "stopped" and not answer.tokens):
        return not_whole(answer)
    if not answer.tokens and not answer.total_s:
        return ""
    speed = answer.tokens / answer.total_s if answer.total_s > 0 else 0.0
    line = ngettext(
        "{tokens} token · first after {first:.2f} s · {speed:.1f} tokens/s",
        "{tokens} tokens · first after {first:.2f} s · {speed:.1f} tokens/s",
        answer.tokens,
    ).format(tokens=answer.tokens, first=answer.first_token_s, speed=speed)
    return " · ".join(filter(None, [line, not_whole(answer)]))


def left_out(answer: Answer) -> str:
    """What of the conversation the model did not see for this answer; empty if it saw all of it."""
    return "\n".join(filter(None, (_dropped(answer), _cut(answer))))


def _cut(answer: Answer) -> str:
    text = _("(The tools' results are too long for the model's context: {count} characters of them were left out.)")
    return text.format(count=answer.cut_characters) if answer.cut_characters else ""


def _dropped(answer: Answer) -> str:
    if answer.dropped_images:
        text = _("(The {count} oldest messages, with {pictures} pictures, no longer fit the model's context.)")
        return text.format(count=answer.dropped_turns, pictures=answer.dropped_images)
    if answer.dropped_turns:
        return _("(The {count} oldest messages no longer fit the model's context.)").format(count=answer.dropped_turns)
    return ""
