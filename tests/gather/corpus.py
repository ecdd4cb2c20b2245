"""`python -m tests.gather.corpus FOLDER...`: what the mask does to ordinary configuration.

By hand: unpack packages (`apt-get download nginx-common; dpkg-deb -x *.deb FOLDER`) and give the
folders. Every text file below etc, lib/systemd and the like goes through the mask; printed are the
lines that it changes, by file, and the counts. What is masked wrongly becomes a short line of
masking/ordinary.txt; the files of others are not kept here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from planner.session.script import mask_program

_PLACES = re.compile(r"/(etc|lib/systemd|share/[^/]*conf[^/]*|share/doc/[^/]*/examples)/|\.conf$")
_PROGRAM = """
/^\\002/ { mask_reset(); print; next }
{ print mask_text($0) }
"""


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Configuration below a folder that is text."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or not _PLACES.search(str(path)):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\0-\x08\x0e-\x1a]", text):
            yield path, text.removesuffix("\n")


def main(folders: list[str]) -> None:
    found = [item for folder in folders for item in files(Path(folder))]
    stream = "".join(f"\x02\n{text}\n" for _, text in found)
    done = subprocess.run(
        ["mawk", mask_program() + _PROGRAM], input=stream.encode(), capture_output=True, check=True
    )
    after = done.stdout.decode().split("\x02\n")[1:]
    lines = changed = touched = 0
    for (path, text), masked in zip(found, after, strict=True):
        pairs = list(zip(text.splitlines(), masked.splitlines(), strict=False))
        different = [(a, b) for a, b in pairs if a != b]
        lines += len(pairs)
        changed += len(different)
        touched += bool(different)
        for a, b in different:
            print(f"{path}\n  {a}\n  {b}")
    print(f"{len(found)} files, {lines} lines; masked: {changed} lines in {touched} files")


if __name__ == "__main__":
    main(sys.argv[1:])
