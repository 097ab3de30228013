"""How long a chat service is waited for, and how often it is asked again."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Answers after which the same request may succeed."""


@dataclass(frozen=True)
class Patience:
    """All times are in seconds.

    Args:
        attempts: requests for one answer before it is given up.
        first_wait: before the second attempt; doubled for each further one.
        longest_wait: a service that wants a longer pause is given up.
        answer: for one answer as a whole.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 120.0
    answer: float = 300.0

    def wait(self, attempt: int) -> float:
        """Before the attempt after this one (counted from 0), with chance in it so that requests spread out."""
        return min(self.first_wait * 2.0**attempt, self.longest_wait) * random.uniform(0.5, 1.0)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks for, as a number or a date (RFC 9110, 10.2.3); None without it."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
