"""What is said of pictures that cannot be used, and of those that are turned into something usual."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.data.picture import Oddity, Problem
from workbench.data.wording import listed
from workbench.i18n import N_, _

PROBLEMS: dict[Problem, tuple[str, str, str]] = {
    "outside": (
        N_("This picture is outside the folder of the data; it is not opened."),
        N_("pictures outside the picture folder; they are not opened"),
        N_("Move them below that folder, or name the folder they lie in: image_folder, or --image-folder."),
    ),
    "address": (
        N_("This picture is given by an address; nothing is fetched."),
        N_("pictures given by an address instead of a file; nothing is fetched"),
        N_("Download them and name the files."),
    ),
    "missing": (
        N_("This picture is not there."),
        N_("pictures that are not there"),
        N_("Check the paths; they count from image_folder (--image-folder), or else from the data file's folder."),
    ),
    "folder": (
        N_("This is a folder, not a picture."),
        N_("folders instead of pictures"),
        N_("Name the picture in it."),
    ),
    "unreadable": (
        N_("This picture cannot be read."),
        N_("pictures that cannot be read"),
        N_("Check the permissions of the files."),
    ),
    "not_picture": (
        N_("This file is no picture."),
        N_("files that are no pictures"),
        N_("Replace them: a name that ends in .jpg does not make a picture."),
    ),
    "too_large": (
        N_("This picture is too large to decode safely."),
        N_("pictures too large to decode safely"),
        N_("Scale them down, or remove the rows."),
    ),
    "broken": (
        N_("This picture is damaged or cut."),
        N_("pictures that are damaged or cut"),
        N_("Copy or download them again."),
    ),
}
"""Of each problem: a sentence about one picture, a name for all that have it, what to do."""
_COUNTED: dict[Problem, str] = {
    "outside": N_("{count} outside the picture folder"),
    "address": N_("{count} given by an address"),
    "missing": N_("{count} not there"),
    "folder": N_("{count} a folder"),
    "unreadable": N_("{count} not readable"),
    "not_picture": N_("{count} no picture"),
    "too_large": N_("{count} too large"),
    "broken": N_("{count} damaged or cut"),
}
_REPAIRED: dict[Oddity, str] = {
    "mode": N_("{count} turned into RGB"),
    "turned": N_("{count} turned upright"),
    "animated": N_("{count} animated, of which the first frame is seen"),
}
ODDITIES: dict[Oddity, str] = {
    "animated": N_("animated pictures; only the first frame is seen"),
    "mode": N_("pictures of an unusual kind of colours; they are turned into RGB"),
    "turned": N_("pictures held another way by their EXIF mark; they are turned upright"),
}


def problem_sentence(problem: Problem, detail: str = "") -> str:
    """What is wrong with one picture. ``detail``: as in `Picture`, safe to print."""
    sentence = _(PROBLEMS[problem][0])
    return f"{sentence} ({detail})" if detail else sentence


def go_on_without(problem: Problem) -> str:
    """What to do where a training stops at such a picture."""
    return _("{fix} To go on without such rows: on_bad_image: skip.").format(fix=_(PROBLEMS[problem][2]))


def counted_problems(counts: Mapping[Problem, int]) -> str:
    """How many have which problem, as a list."""
    return listed([_(text).format(count=counts[problem]) for problem, text in _COUNTED.items() if counts.get(problem)])


def counted_repairs(counts: Mapping[Oddity, int]) -> str:
    """How many are turned into what, as a list."""
    return listed([_(text).format(count=counts[oddity]) for oddity, text in _REPAIRED.items() if counts.get(oddity)])
