"""The kinds of tests/planted.py on a whole machine: files by place, processes, what to look for.

Kinds of one place share a file; how the mask deals with each of them alone is tested elsewhere.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from planted import Planting, kinds
from planted import plantings as plantings

_UNIT = """[Unit]
Description=Planted
ConditionPathExists=/nonexistent

[Service]
{}

[Install]
WantedBy=multi-user.target
"""
_UNITS = "/etc/systemd/system"
_PLACES = {
    "cron-line": "/etc/cron.d/planted-line",
    "cron-variable": "/etc/cron.d/planted-variable",
    "cron-option": "/etc/cron.d/planted-option",
    "default-file": "/etc/default/planted",
    "init-script": "/etc/init.d/planted",
    "at-job": "/var/spool/cron/atjobs/a0000101c00000",
    "inetd": "/etc/inetd.conf",
    "xinetd": "/etc/xinetd.d/planted",
    "environment-file": "/etc/planted.env-file",
    "profile": "/etc/profile.d/planted.sh",
}


def files() -> dict[str, str]:
    """Texts by path: every planting that is not an argument."""
    texts: dict[str, list[str]] = defaultdict(list)
    units: dict[str, list[str]] = defaultdict(list)
    for one in plantings():
        if one.arguments:
            continue
        if one.place.startswith("unit-") or one.place == "drop-in":
            body = one.text.partition("[Service]\n")[2] if "[Service]" in one.text else one.text
            units[one.place].append(body.strip())
        else:
            path = one.file or _PLACES.get(one.place, f"/etc/planted/{one.place}.conf")
            texts[path].append(one.text)
    found = {path: "".join(parts) for path, parts in texts.items()}
    for place, bodies in units.items():
        body = "\n".join(b for b in bodies if b != "ExecStart=/bin/true")
        if place == "drop-in":
            found[f"{_UNITS}/planted-unit-environment.service.d/planted.conf"] = (
                f"[Service]\n{body}\n"
            )
        else:
            body = (
                f"Type=oneshot\nExecStart=/bin/true\nEnvironmentFile=-/etc/planted.env-file\n{body}"
            )
            found[f"{_UNITS}/planted-{place}.service"] = _UNIT.format(body)
    return found


def units() -> list[str]:
    """Names of the units that hold secrets."""
    return [Path(p).name for p in files() if p.startswith(_UNITS) and p.endswith(".service")]


def processes() -> Iterator[tuple[list[str], dict[str, str]]]:
    """A process for each kind that stands in arguments: its arguments and its environment."""
    by_kind: dict[str, list[Planting]] = defaultdict(list)
    for one in plantings():
        if one.arguments:
            by_kind[one.kind].append(one)
    names = {kind.kind: kind.name for kind in kinds()}
    for kind, found in by_kind.items():
        arguments = [a for one in found for a in one.arguments[1:]]
        environment = {names[kind] or "URL": found[0].secret, "MULTI": f"a\n{found[0].secret}\nb"}
        yield [f"planted-{kind}", *arguments], environment


def leaks(folders: Iterable[Path], stdout: bytes = b"") -> list[str]:
    """Secrets that are in any file of the folders, or in what a command printed."""
    needles: dict[int, dict[bytes, Planting]] = defaultdict(dict)
    for one in plantings():
        for needle in one.needles:
            needles[len(needle)][needle.encode()] = one
    contents = [("standard output", stdout)]
    for folder in folders:
        contents += [(str(p), p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file()]
    found = set()
    for name, content in contents:
        for length, wanted in needles.items():
            there = {content[i : i + length] for i in range(len(content) - length + 1)}
            for secret in there & wanted.keys():
                one = wanted[secret]
                found.add(f"{one.kind} in {one.place} is in {name}")
    return sorted(found)


def seen(snapshot: str) -> dict[str, bool]:
    """Which planted files and processes a snapshot speaks of: a look that saw none proves
    nothing."""
    marks = {path: path in snapshot for path in files()}
    return marks | {words[0]: words[0] in snapshot for words, _ in processes()}


def counts() -> str:
    """How many kinds are planted, and how often."""
    planted = list(plantings())
    return f"{len({p.kind for p in planted})} kinds of secret, {len(planted)} plantings"
