"""Which files of a repository are needed. Pure: from a listing to a choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from workbench.i18n import _
from workbench.sizes import in_words
from workbench.text import printable

_FORMATS: tuple[tuple[str, ...], ...] = (
    (".safetensors",),
    (".bin", ".pt", ".pth", ".ckpt"),
    (".gguf",),
    (".h5", ".msgpack", ".ot", ".npz"),
    (".onnx", ".onnx_data", ".tflite", ".mlmodel"),
)
"""The forms that weights come in, best first: of each folder the first one is fetched."""
_OF_OTHER_PROGRAMS = {"original", "onnx", "gguf", "openvino", "coreml", "tflite", "metal"}
"""Folders that hold the same weights once more."""
_NEVER = ("training_args.bin", "optimizer.bin", "optimizer.pt", "scheduler.pt", "scheduler.bin", "rng_state*.pth")
_WHOLE_AGAIN = "consolidated*"
_INDEX = ".index.json"
_NAMES_SAID = 4


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository. ``digest``: SHA-256 of large files (``is_large``), else the git blob's SHA-1."""

    path: str
    size: int
    digest: str
    is_large: bool


@dataclass(frozen=True)
class Choice:
    """What is fetched, and what is left out because other files hold the same."""

    wanted: list[RemoteFile]
    left_out: list[RemoteFile]

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.wanted)

    def note(self) -> str | None:
        """A sentence about what is left out; None if nothing is."""
        if not self.left_out:
            return None
        names = ", ".join(printable(file.path) for file in self.left_out[:_NAMES_SAID])
        return _("Left out, as other files hold the same: {names} ({size}); --include fetches what you name.").format(
            names=names + (" …" if len(self.left_out) > _NAMES_SAID else ""),
            size=in_words(sum(file.size for file in self.left_out)),
        )


def choose(
    files: Iterable[RemoteFile], include: Sequence[str] = (), exclude: Sequence[str] = (), *, weights_once: bool = True
) -> Choice:
    """The files to fetch.

    Args:
        include: patterns; if there are any, what fits one of them is fetched and nothing else.
        exclude: patterns of files that are not fetched.
        weights_once: of weights in several formats only the best one.
    """
    allowed = [file for file in files if not _fits(file.path, exclude)]
    if include:
        return Choice([file for file in allowed if _fits(file.path, include)], [])
    if not weights_once:
        return Choice(allowed, [])
    best = _best_formats(allowed)
    wanted = [file for file in allowed if _is_needed(file.path, best)]
    chosen = {file.path for file in wanted}
    return Choice(wanted, [file for file in allowed if file.path not in chosen])


def _fits(path: str, patterns: Sequence[str]) -> bool:
    """As the hub's own tools match: ``*`` also stands for slashes, and a folder for all that is in it."""
    return any(fnmatchcase(path, pattern + "*" if pattern.endswith("/") else pattern) for pattern in patterns)


def _format_of(path: str) -> int | None:
    """The place in `_FORMATS`; None for what is no weight file. The index of a format belongs to it."""
    suffix = PurePosixPath(path.removesuffix(_INDEX)).suffix.lower()
    return next((place for place, suffixes in enumerate(_FORMATS) if suffix in suffixes), None)


def _best_formats(files: Iterable[RemoteFile]) -> dict[str, int]:
    """The best format that each folder has."""
    best: dict[str, int] = {}
    for file in files:
        place, folder = _format_of(file.path), _folder(file.path)
        if place is not None and not _is_never(file.path):
            best[folder] = min(place, best.get(folder, place))
    return best


def _is_needed(path: str, best: dict[str, int]) -> bool:
    place, folder = _format_of(path), _folder(path)
    if _is_never(path):
        return False
    if "." in best and set(PurePosixPath(folder).parts) & _OF_OTHER_PROGRAMS:
        return False
    if place is None:
        return True
    is_whole_again = fnmatchcase(PurePosixPath(path).name, _WHOLE_AGAIN) and folder == "."
    return place == best[folder] and not is_whole_again


def _is_never(path: str) -> bool:
    return any(fnmatchcase(PurePosixPath(path).name, pattern) for pattern in _NEVER)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)
