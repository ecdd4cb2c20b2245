"""Tables of an RVTools export: a workbook, or a folder of its CSV files.

Column names are those of RVTools 4.x; 3.x says MB for MiB, and exports that another program made
over its command line can carry the internal names (vInfoVMName).
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from planner.errors import InputError
from planner.imports.values import at, moment
from planner.store import printable

Row = Mapping[str, object]

MACHINES = 100_000
"""Most rows of vInfo."""
UNPACKED = 512 * 1024 * 1024
"""Most bytes of a workbook's parts together, or of one CSV file."""
_ROWS = 2_000_000

_SHEETS = frozenset({"vinfo", "vcpu", "vmemory", "vdisk", "vpartition", "vnetwork", "vsnapshot",
                     "vusb", "vtools", "vmetadata"})  # fmt: skip
_INTERNAL = {
    "vinfovmname": "vm",
    "vinfopowerstate": "powerstate",
    "vinfotemplate": "template",
    "vinfosrmplaceholder": "srm placeholder",
    "vinfocpus": "cpus",
    "vinfomemory": "memory",
    "vinfoos": "os according to the configuration file",
    "vinfoostools": "os according to the vmware tools",
    "vinfodatacenter": "datacenter",
    "vinfocluster": "cluster",
    "vinfohost": "host",
    "os": "os according to the configuration file",
}


@dataclass(frozen=True)
class Export:
    sheets: Mapping[str, Sequence[Row]]
    """Name in small letters -> rows; columns in small letters, with MiB for MB."""
    taken_at: str


def read(path: Path) -> Export:
    """InputError: a file that is no workbook, a folder without CSV files, no sheet vInfo."""
    where = printable(path)
    try:
        changed = path.stat().st_mtime
        found = _folder(path) if path.is_dir() else _workbook(path)
    except OSError as error:
        raise InputError(f"{where}: {error.strerror}: name an RVTools export (.xlsx)") from None
    sheets, created = found
    if "vinfo" not in sheets:
        raise InputError(f"{where}: no sheet vInfo: export all sheets of RVTools")
    columns = sheets["vinfo"][0].keys() if sheets["vinfo"] else {"vm"}
    if "vm" not in columns:
        raise InputError(f"{where}: sheet vInfo has no column VM: is it an RVTools export?")
    return Export(sheets, _told(sheets) or created or at(changed))


def _told(sheets: Mapping[str, Sequence[Row]]) -> str:
    """RVTools writes the local time of the machine that it ran on, without its zone."""
    rows = sheets.get("vmetadata", ())
    return moment(rows[0].get("xlsx creation datetime")) if rows else ""


def _workbook(path: Path) -> tuple[dict[str, Sequence[Row]], str]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as parts:
            _small(path, sum(part.file_size for part in parts.infolist()))
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheets: dict[str, Sequence[Row]] = {
                name.lower(): _table(path, name, book[name].iter_rows(values_only=True))
                for name in book.sheetnames
                if name.lower() in _SHEETS
            }
            return sheets, moment(book.properties.created)
        finally:
            book.close()
    except (InputError, OSError):
        raise
    except Exception as error:  # A damaged workbook fails with whatever its parts lead to.
        raise InputError(
            f"{printable(path)}: no .xlsx workbook ({printable(error)}): export it from RVTools "
            "again, without a password"
        ) from None


def _small(path: Path, size: int) -> None:
    if size > UNPACKED:
        raise InputError(
            f"{printable(path)}: {size >> 20} MiB unpacked, more than {UNPACKED >> 20}: export "
            "fewer machines at a time"
        )


def _table(path: Path, name: str, lines: Iterable[Sequence[object]]) -> list[Row]:
    most = MACHINES if name.lower() == "vinfo" else _ROWS
    found = list(islice(_rows(lines), most + 1))
    if len(found) > most:
        raise InputError(
            f"{printable(path)}: more than {most} rows in {name}: export fewer machines at a time"
        )
    return found


def _folder(path: Path) -> tuple[dict[str, Sequence[Row]], str]:
    sheets: dict[str, Sequence[Row]] = {}
    for name in sorted(os.listdir(path)):
        match = re.fullmatch(r"(?:.*tab)?(v[a-z]+)\.csv", name, re.IGNORECASE)
        if match and match[1].lower() in _SHEETS:
            sheets[match[1].lower()] = _table(path / name, match[1], _csv(path / name))
    return sheets, ""


def _csv(file: Path) -> Iterator[list[str]]:
    """The separator is that of the Windows that RVTools ran on."""
    _small(file, file.stat().st_size)
    body = file.read_bytes().decode("utf-8-sig", errors="replace")
    first = body.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(body, newline=""), delimiter=mark)
    except csv.Error as error:
        raise InputError(f"{printable(file)}: {error}: export it again") from None


def _rows(table: Iterable[Sequence[object]]) -> Iterator[Row]:
    lines = iter(table)
    heads = [_column(head) for head in next(lines, ())]
    for line in lines:
        row = {head: cell for head, cell in zip(heads, line, strict=False) if head}
        if any(cell not in (None, "") for cell in row.values()):
            yield row


def _column(head: object) -> str:
    name = " ".join(str(head or "").lower().split())
    name = re.sub(r"\bmb\b", "mib", name)
    return _INTERNAL.get(name, name)
