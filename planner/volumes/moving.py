"""How a volume moves into an engine and how its arrival is checked, as commands.

Commands are one line for ``sh`` each, run by the operator in the plan's folder. ``$SSH`` reaches
the machine, ``$SUDO`` makes a command there run as root, ``$ENGINE`` is podman or docker. Paths
of the machine reach a command only quoted, twice where they pass through ``$SSH``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from planner.model import Data, Volume
from planner.shell import remote, shell_word

RATE = 30_000_000
"""Bytes a second: what one SSH connection moves from a busy disk; a planning figure that is low
on purpose. A gigabit line carries 110 MB/s, and the rehearsal tells the real one."""
FILES_RATE = 2_000
"""Small files a second that tar creates on the target."""
LOOK_RATE = 20_000
"""Files a second of which tar sees on the machine whether they have changed."""
UNPACK = (
    "tar --numeric-owner --acls --xattrs --xattrs-include='user.*' "
    "--xattrs-include=security.capability"
)

TWO_PASSES = 300
"""Seconds of downtime for one copy from which it is worth to copy twice: all of it while the
service runs, then what changed."""


class Move(Data, frozen=True):
    """The commands for one volume. ``problem``: why there are none.

    ``create`` makes the volume, ``rehearse`` fills another one from the running service and
    removes it again, ``first`` fills the volume itself from the running service, ``copy`` fills it
    (after ``first``: brings over what changed) while the service is stopped, ``check`` compares
    both sides and ends with status 0 only if they are the same, ``tidy`` removes from the machine
    what ``first`` left there. ``seconds``: of ``copy``, ``first_seconds``: of ``first``; -1
    unknown.
    """

    create: tuple[str, ...] = ()
    rehearse: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    tidy: tuple[str, ...] = ()
    seconds: int = -1
    first_seconds: int = -1
    notes: tuple[str, ...] = ()
    problem: str = ""


def seconds(volume: Volume) -> int:
    """Return the expected time of a copy from the measured size, or -1 where it was not."""
    if volume.size < 0:
        return -1
    return 5 + volume.size // RATE + max(volume.files, 0) // FILES_RATE


BUSYBOX = ("alpine", "busybox")
"""Families whose tar and find are those of busybox."""


def move(volume: Volume, image: str, family: str = "debian") -> Move:
    """Return the commands that move a volume into the engine, with ``image`` (the workload's own,
    already built) for the far end of the pipe. ``family``: of that image's distribution.

    What would take longer than :data:`TWO_PASSES` is copied twice, by GNU tar's incremental
    archives: they bring changed files whole, and take away what is gone.
    """
    if volume.consistency == "none":
        return Move(problem=volume.consistency_reason or "nothing is copied")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", volume.name):
        return Move(problem="its name is not one of an engine's volume")
    if any(path.endswith("\n") for path in (volume.path, *volume.excluded)):
        return Move(problem="its path ends with a line break: move it by hand")
    rehearsal = f"{volume.name}-rehearsal"
    notes = [
        f"{path} below it is another machine's or the kernel's file system: not copied"
        for path in volume.excluded
    ]
    whole = seconds(volume)
    create = (f"$ENGINE volume create {volume.name}",)
    if whole > TWO_PASSES and family not in BUSYBOX and not volume.live_copy:
        return Move(
            create=create,
            first=(_pass(volume, image, 0),),
            copy=(_pass(volume, image, 1),),
            check=tuple(_checks(volume, image, family)),
            tidy=(remote(f"rm -f {_memory(volume)} {_memory(volume)}.1"),),
            seconds=_changed(volume),
            first_seconds=whole,
            notes=tuple(notes),
        )
    return Move(
        create=create,
        rehearse=(
            f"$ENGINE volume create {rehearsal}",
            _copy(volume, rehearsal, image, family, live=True),
            *_seen(volume, rehearsal, image),
            f"$ENGINE volume rm {rehearsal}",
        ),
        copy=(_copy(volume, volume.name, image, family, live=False),),
        check=tuple(_checks(volume, image, family)),
        seconds=whole,
        notes=tuple(notes),
    )


def live(volume: Volume, name: str, image: str, family: str = "debian") -> str:
    """Return the command that fills the volume ``name`` while the service runs; arguments as
    :func:`move`, which says whether it can be copied at all."""
    return _copy(volume, name, image, family, live=True)


def _memory(volume: Volume) -> str:
    """Where tar on the machine remembers what the first pass took; gone with the next boot."""
    return f"/run/planner-{volume.name}.snar"


def _pass(volume: Volume, image: str, level: int) -> str:
    """The first pass (level 0), or what changed since (level 1). A second one may be repeated: it
    reads a copy of what the first remembers."""
    memory = _memory(volume)
    before = f"rm -f {memory}" if level == 0 else f"cp {memory} {memory}.1"
    used = memory if level == 0 else f"{memory}.1"
    # Files that change while the first pass reads them end it with status 1: the second has them.
    after = "; test $? -le 1" if level == 0 else ""
    source = f"{before} && {{ {_archive(volume)} --listed-incremental={used} -cf - .{after}; }}"
    unpack = f"{UNPACK} --listed-incremental=/dev/null -xpf - -C /to"
    unpack += _handed_over(volume)
    far = _inside(volume.name, image, unpack, interactive=True, writable=True)
    return f"{remote(f'sh -c {shell_word(source)}')} | {far}"


def _changed(volume: Volume) -> int:
    """Seconds to look at every file, and to bring over a day's growth where it is known."""
    return 5 + max(volume.files, 0) // LOOK_RATE + max(volume.growth or 0, 0) // RATE


def _archive(volume: Volume) -> str:
    excludes = "".join(f" --exclude={shell_word(_pattern(volume, p))}" for p in volume.excluded)
    return (
        f"tar --numeric-owner --sparse --acls --xattrs --warning=no-file-ignored{excludes} "
        f"-C {shell_word(volume.path)}"
    )


def _inside(
    name: str, image: str, script: str, *, interactive: bool = False, writable: bool = False
) -> str:
    """``script`` by sh as root in a container without network that has the volume at /to."""
    return (
        f"$ENGINE run --rm {'-i ' if interactive else ''}--network none --user 0:0 "
        f"-v {name}:/to{'' if writable else ':ro'} --entrypoint sh {shell_word(image)} "
        f"-c {shell_word(script)}"
    )


def _copy(volume: Volume, name: str, image: str, family: str, *, live: bool) -> str:
    if live and volume.live_copy:
        source = " ".join(shell_word(word) for word in volume.live_copy)
    elif family in BUSYBOX:  # busybox's tar keeps neither ACLs nor holes
        excludes = "".join(f" --exclude={shell_word(_pattern(volume, p))}" for p in volume.excluded)
        source = f"tar{excludes} -C {shell_word(volume.path)} -cf - ."
    else:
        source = f"{_archive(volume)} -cf - ."
    unpack = f"{'tar --numeric-owner' if family in BUSYBOX else UNPACK} -xpf - -C /to"
    if volume.owner.mode and live and volume.live_copy:
        # A base backup holds no entry for the data directory itself.
        own = volume.owner
        unpack += f" && chown {own.uid}:{own.gid} /to && chmod {_mode(own.mode)} /to"
        # pg_basebackup's list of what it sent, owned by nobody that the machine knows.
        unpack += " && rm -f /to/backup_manifest"
    unpack += _handed_over(volume)
    return f"{remote(source)} | {_inside(name, image, unpack, interactive=True, writable=True)}"


def _handed_over(volume: Volume) -> str:
    """Give the files to the numbers that their owners have in the image; busybox's find, too."""
    steps = [("-user", "chown", pair) for pair in volume.uids]
    steps += [("-group", "chgrp", pair) for pair in volume.gids]
    return "".join(
        f" && find /to {test} {old} -exec {tool} -h {new} {{}} +"
        for test, tool, (old, new) in steps
    )


def _owners(volume: Volume) -> str:
    """What find prints of owners on the machine, in the numbers of the image."""
    found = ""
    for test, pairs, field in (("-uid", volume.uids, "%U"), ("-gid", volume.gids, "%G")):
        known = "".join(f"{test} {old} -printf '{new} ' -o " for old, new in pairs)
        found += f"\\( {known}-printf '{field} ' \\) "
    return found


def _mode(mode: str) -> str:
    return mode if re.fullmatch("[0-7]{3,4}", mode) else "0700"


def _pattern(volume: Volume, path: str) -> str:
    """A path below the volume as tar's pattern: its own special characters stand for themselves."""
    return "./" + re.sub(r"([\\*?\[\]])", r"\\\1", posixpath.relpath(path, volume.path))


def _seen(volume: Volume, name: str, image: str) -> Iterable[str]:
    """The rehearsal's own check: something arrived, and how much."""
    target = "PG_VERSION" if volume.live_copy else ""
    yield _inside(name, image, f"cd /to && ls -ldn . {target} && du -sk .")


def _checks(volume: Volume, image: str, family: str) -> Iterable[str]:
    """Same numbers of files and folders; same content; same names, types, modes, links and owners,
    those of the machine in the numbers that they have in the image."""
    prune = "".join(
        f" -path {shell_word(_pattern(volume, path))} -prune -o" for path in volume.excluded
    )
    counts = " ".join(
        f"\"$(find .{prune} -type {kind} -print0 | tr -cd '\\0' | wc -c)\"" for kind in "fdl"
    )
    yield from _compared(volume, image, f"printf '%s files, %s folders, %s links' {counts}")
    content = f"find .{prune} -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum -b"
    yield from _compared(volume, image, f"{content} | sha256sum")
    if family not in BUSYBOX:
        every = f"find .{prune} -mindepth 1 -not -type s "
        rest = " | LC_ALL=C sort -z | sha256sum"
        here = "\\( -type f -printf '%y %m %U %G %n %s %p\\0' -o -printf '%y %m %U %G %l %p\\0' \\)"
        there = here
        if volume.uids or volume.gids:
            names = "\\( -type f -printf '%n %s %p\\0' -o -printf '%l %p\\0' \\)"
            there = f"-printf '%y %m ' {_owners(volume)}{names}"
        yield from _compared(volume, image, every + here + rest, every + there + rest)


def _compared(volume: Volume, image: str, script: str, there: str = "") -> Iterable[str]:
    """A command that prints what ``script`` says in the folder on either side, or what ``there``
    says on the machine."""
    guard = "command -v find >/dev/null && "
    on_machine = f"cd {shell_word(volume.path)} && {guard}{there or script}"
    there = remote(f"sh -c {shell_word(on_machine)}")
    here = _inside(volume.name, image, f"cd /to && {guard}{script}")
    yield (
        f'( there="$({there})" && here="$({here})" && echo "$there / $here" '
        '&& test -n "$there" && test "$there" = "$here" )'
    )
