"""Collect, update and compile the texts of the program: ``python -m tests.messages`` (``make messages``).

The catalogue ``workbench/locales/zh_CN/LC_MESSAGES/workbench.po`` is edited by hand; this script adds new texts to it,
drops those no longer used, and compiles the ``.mo`` file that the program reads.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO_FILE = ROOT / "workbench/locales/zh_CN/LC_MESSAGES/workbench.po"
MO_FILE = PO_FILE.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def collected() -> Catalog:
    """Every text marked in the package, with the files it stands in."""
    template = Catalog(project="workbench", charset="utf-8")
    found = extract_from_dir(ROOT / "workbench", method_map=[("**.py", "python")], keywords=KEYWORDS)
    for name, _line, message, comments, context in found:
        template.add(message, locations=[(f"workbench/{name}", None)], auto_comments=comments, context=context)
    return template


def translations() -> Catalog:
    """The Chinese catalogue as it is on disk."""
    if not PO_FILE.exists():
        return Catalog(locale="zh_CN", project="workbench", charset="utf-8")
    with PO_FILE.open("rb") as stream:
        return read_po(stream, locale="zh_CN")


def compiled(catalog: Catalog) -> bytes:
    """The ``.mo`` bytes of a catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Texts that have no translation yet."""
    return [str(message.id) for message in catalog if message.id and not all(_forms(message.string))]


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def main() -> None:
    catalog = translations()
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with PO_FILE.open("wb") as stream:
        write_po(stream, catalog, width=120, sort_output=True, include_lineno=False, omit_header=False)
    MO_FILE.write_bytes(compiled(catalog))
    left = untranslated(catalog)
    print(f"{len(catalog)} texts, {len(left)} without a translation")


if __name__ == "__main__":
    main()
