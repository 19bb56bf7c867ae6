"""All that is held of a member, as files: text of comma-separated values, and a document to print. Pure."""

import base64
import csv
import io
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
from fpdf import FPDF
from fpdf.enums import WrapMode

from pam_shared.tools.colleagues import Tables
from pam_tools_account.sentences import listed, many

Export = dict[str, Tables]
"""Rows by table by domain."""

LINE = 5
"""Height of a line in millimetres."""


MESSAGES = "messages"
CALCULATIONS = "financial_audit_log"
LARGEST = 256_000
"""Bytes of an export that can be handed over in one reply: whoever asked reads all of it."""

LARGEST_PRINTED = 150_000
"""Bytes of an export that can be made a document: it takes about a second."""


class Format(StrEnum):
    """What the export is made as."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


class Made(NamedTuple):
    """An export as ``export``, ``files`` or ``pdf_base64``, its size in bytes and the most that can be handed over."""

    fields: dict[str, Any]
    size: int
    most: int

    @property
    def too_large(self) -> bool:
        """Whether it cannot be handed over."""
        return self.size > self.most


def without_calculations(export: Export) -> Export:
    """Return an export without the logs of calculations, which repeat what the other tables hold."""
    return {
        domain: {table: rows for table, rows in tables.items() if table != CALCULATIONS}
        for domain, tables in export.items()
    }


def chosen(social: Tables, *, posts: bool, messages: bool) -> Tables:
    """Return the tables of a member's messages with others, or of all else among others, or both."""
    return {table: rows for table, rows in social.items() if (messages if table == MESSAGES else posts)}


def row_counts(export: Export) -> dict[str, int]:
    """Return how many rows each table has that has any, by ``domain.table``."""
    return {f"{domain}.{table}": len(rows) for domain, table, rows in _tables(export)}


def csv_files(export: Export) -> dict[str, str]:
    """Return one text of comma-separated values for each table that has rows, by file name."""
    return {f"{domain}/{table}.csv": _csv(rows) for domain, table, rows in _tables(export)}


def pdf(export: Export, at: datetime) -> bytes:
    """Return a document with every row. Characters its fonts do not have are written as question marks."""
    document = FPDF()
    document.set_creation_date(at)
    document.add_page()
    _write(document, f"What PAM holds about you, {at:%Y-%m-%d %H:%M %Z}", size=16)
    for domain, table, rows in _tables(export):
        _write(document, f"{domain}: {table}", size=12)
        for row in rows:
            said = "; ".join(f"{name}: {value}" for name, value in row.items() if value is not None)
            _write(document, said, size=9)
    return bytes(document.output())


def as_format(export: Export, wanted: Format, at: datetime) -> Made:
    """Return the export in a format; a document that would take long to make is not made."""
    plain = orjson.dumps(export)
    if wanted is Format.JSON:
        return Made({"export": export}, len(plain), LARGEST)
    if wanted is Format.CSV:
        files = csv_files(export)
        return Made({"files": files}, len(orjson.dumps(files)), LARGEST)
    if len(plain) > LARGEST_PRINTED:
        return Made({}, len(plain), LARGEST_PRINTED)
    return Made({"pdf_base64": base64.b64encode(pdf(export, at)).decode()}, len(plain), LARGEST_PRINTED)


def export_sentence(rows: dict[str, int], missing: list[str], left_out: list[str], made: Made) -> str:
    """Say what is in an export and what is not."""
    said = f"Your export has {many(sum(rows.values()), 'record')} from {many(len(rows), 'table')}."
    if not rows:
        said = "I hold nothing about you yet."
    if made.too_large:
        said = f"Your export is too large to hand over here: {made.size:,} bytes, {made.most:,} is the most."
        printed = " as json or csv, or" if made.most == LARGEST_PRINTED else ""
        said += f" Ask for it{printed} in parts, leaving out expenses, trips or social."
    said += f" Not in it: {listed(left_out)}."
    if missing:
        said += f" I could not get your {listed(missing)} records just now; please ask again later."
    return said


def _tables(export: Export) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    for domain, tables in export.items():
        for table, rows in tables.items():
            if rows:
                yield domain, table, rows


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write(document: FPDF, text: str, size: int) -> None:
    document.set_font("Helvetica", size=size)
    shown = text.encode("latin-1", "replace").decode("latin-1")
    document.multi_cell(0, LINE, shown, new_x="LMARGIN", new_y="NEXT", wrapmode=WrapMode.CHAR)
    document.ln(1)
