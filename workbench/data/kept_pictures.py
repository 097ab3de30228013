"""Pictures that stand in the rows themselves, kept as files in the cache folder, one for each content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from workbench.files import write_atomic
from workbench.paths import user_cache

MOST_BYTES = 256 * 1024**2
"""Of one picture in a row."""
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")


def kept_pictures() -> Path:
    """The folder of all kept pictures; may be deleted at any time that no data is read."""
    return user_cache() / "pictures"


def kept_picture(data: bytes, name: str = "") -> Path:
    """The file of a picture's bytes, written now or by an earlier run.

    Args:
        name: what the row calls it; its ending is that of the file.

    Raises:
        OSError: the cache folder cannot be written.
    """
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    ending = Path(name).suffix
    path = kept_pictures() / f"{digest}{ending if _ENDING.fullmatch(ending) else ''}"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data, survives_power_loss=False)
    return path
