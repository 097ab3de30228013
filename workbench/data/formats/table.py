"""Every dataset format by its name. Names are those of XTuner's map functions where it has one."""

from __future__ import annotations

from workbench.data.formats import chat, llava, moss, msagent, preference, questions, refcoco, texts, tokenized
from workbench.data.formats.numbers import taking_numbers
from workbench.data.formats.row import DatasetFormat
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _

FORMATS: tuple[DatasetFormat, ...] = (
    *map(taking_numbers, (*chat.FORMATS, *questions.FORMATS, *texts.FORMATS, *preference.FORMATS)),
    *moss.FORMATS,
    *msagent.FORMATS,
    *map(taking_numbers, llava.FORMATS),
    *refcoco.FORMATS,
    *tokenized.FORMATS,
)
_BY_NAME = {known.name: known for known in FORMATS}
FORMAT_NAMES = tuple(_BY_NAME)
_OTHER_NAMES = {"crime_kg_assitant": "crime_kg_assitan"}


def get_format(name: str) -> DatasetFormat:
    """The format of a name.

    Raises:
        WorkbenchError: there is none; the nearest names are given.
    """
    known = _BY_NAME.get(_OTHER_NAMES.get(name, name))
    if known is not None:
        return known
    close = listed(nearest(name, FORMAT_NAMES) or FORMAT_NAMES)
    raise WorkbenchError(
        _("There is no dataset format {name}.").format(name=name),
        where="dataset_format",
        fix=_("Did you mean {names}?").format(names=close),
    )
