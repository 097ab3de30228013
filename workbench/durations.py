"""Times as people say them."""

from __future__ import annotations

from workbench.i18n import _


def about_time(seconds: float) -> str:
    """A time as precise as an estimate is: two digits, in the unit that fits."""
    for unit, length, longest in (
        (_("{count} s"), 1, 90),
        (_("{count} min"), 60, 90 * 60),
        (_("{count} h"), 3600, 48 * 3600),
    ):
        if seconds < longest:
            return unit.format(count=_two_digits(seconds / length))
    return _("{count} days").format(count=_two_digits(seconds / 86400))


def _two_digits(count: float) -> str:
    return f"{max(round(count), 1)}" if count >= 10 else f"{max(count, 1):.2g}"
