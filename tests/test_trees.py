"""The look at hardware and system on machines that cannot be had: trees of /sys, /proc and /etc.

A tree is ``trees/<machine>.yml``: ``files`` (path: text), ``links`` (path: target), ``folders``,
``tools`` (name: what it prints). What the collector makes of it lies beside it as ``.out``; its
programs see nothing of this machine, and no text under ``secret`` may come out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from planner import facts
from planner.gather.look import collector
from planner.model import Snapshot
from planner.session.framing import Payload, decode

NONCE = "feedfacefeedfacefeedfacefeedface"
TREES = sorted(Path(__file__).with_name("trees").glob("*.yml"))
PARTS = ("around", "system", "hardware", "storage")
TOOLS = "awk cat cut date df find grep head ls readlink sed sleep sort stat tail timeout tr"
SHELLS = [
    shell for shell in (["dash"], ["bash", "--posix"], ["busybox", "ash"]) if shutil.which(shell[0])
]
USUAL = {
    "uname": "case $1 in -s) echo Linux ;; -v) echo '#1 SMP' ;; *) echo x ;; esac\n",
    "id": "case $1 in -u) echo 0 ;; *) echo root ;; esac\n",
}
NOT_HERE = frozenset({"df", "inodes", "addresses", "uname"})
"""Sections that the machine of the test answers with its own."""


def planted(tree: dict[str, Any], root: Path) -> None:
    for path, content in tree.get("files", {}).items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(
            content.replace("\\0", "\0") if isinstance(content, str) else f"{content}\n"
        )
    for path, target in tree.get("links", {}).items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    for path in tree.get("folders", []):
        (root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
    programs = root / "tools"
    programs.mkdir()
    for name in TOOLS.split():
        (programs / name).symlink_to(str(shutil.which(name)))
    for name, says in {**USUAL, **tree.get("tools", {})}.items():
        (programs / name).unlink(missing_ok=True)
        (programs / name).write_text(f"#!/bin/sh\n{says}")
        (programs / name).chmod(0o755)


def looked(shell: list[str], root: Path) -> tuple[Payload, str]:
    script = re.sub(rf"^\tlook_(?!{'|'.join(PARTS)})\w+$", "\t:", collector(NONCE), flags=re.M)
    script = re.sub(
        r"(?<![\w.$}\\])/(sys|proc|etc|run|var|usr/lib|lib/modules|usr/local/etc|dev(?!/null)|\.dockerenv)\b",
        rf"{root}/\1",
        script,
    )
    script = re.sub(r"^PATH=.*$", f"PATH={root}/tools; export PATH", script, flags=re.M)
    program = [str(shutil.which(shell[0])), *shell[1:]]
    done = subprocess.run(
        [*program, "-s"], input=script.encode(), capture_output=True, timeout=60, check=True
    )
    said = done.stdout.decode("utf-8", "replace").replace(str(root), "")
    return decode(said.encode(), NONCE), said


@pytest.mark.parametrize("shell", SHELLS, ids="-".join)
@pytest.mark.parametrize("case", TREES, ids=lambda case: case.stem)
def test_tree(
    case: Path, shell: list[str], tmp_path: Path, golden: Callable[[Path, str], None]
) -> None:
    tree = yaml.safe_load(case.read_text(encoding="utf-8"))
    planted(tree, tmp_path)
    payload, said = looked(shell, tmp_path)
    assert payload.problem == ""
    for secret in tree.get("secret", ()):
        assert secret not in said
    shown = ""
    for name, section in payload.sections.items():
        if name in NOT_HERE:
            continue
        text = re.sub(r"^(uid|user|login|utc)=.*\n", "", section.text, flags=re.M)
        shown += f"== {name}: {section.state} {section.reason}".rstrip() + "\n" + text
    golden(case.with_suffix(".out"), shown)
    machine = facts.read(
        Snapshot(1, "m", "seen", "2026-01-31T12:00:00Z", "constructed", sections=payload.sections)
    )
    for name, unknown in tree.get("unknown", {}).items():
        assert unknown in getattr(machine, name).unknown
    for name, value in tree.get("known", {}).items():
        assert msgspec.json.decode(msgspec.json.encode(getattr(machine, name).value)) == value
