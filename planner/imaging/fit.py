"""What is known of a workload and the image that it is built from, and what follows for paths."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from msgspec.structs import replace

from planner.images.official import Official, Tag, by_series
from planner.imaging.fitting import SHELLS
from planner.model import Host, Owner, Volume, Workload
from planner.service.places import below
from planner.shell import shell_word

Numbers = tuple[tuple[int, int], ...]
"""(on the machine, in the image)."""


@dataclass(frozen=True)
class Fit:
    """``data``: the volume that takes the place of the image's own data."""

    host: Host
    workload: Workload
    entry: Official
    tag: Tag
    data: Volume | None

    @property
    def target(self) -> str:
        """Where the image has its data."""
        return by_series(self.entry.data, self.tag.series)

    @property
    def uids(self) -> Numbers:
        """Users whose number changes."""
        user, was = self.entry.user, self.workload.run_as
        return ((was.uid, user.uid),) if user and was and was.uid != user.uid else ()

    @property
    def gids(self) -> Numbers:
        """Groups whose number changes."""
        user, was = self.entry.user, self.workload.run_as
        return ((was.gid, user.gid),) if user and was and was.gid != user.gid else ()

    def owner(self, was: Owner) -> Owner:
        """The same owner, in the image's numbers."""
        uid, gid = dict(self.uids).get(was.uid, was.uid), dict(self.gids).get(was.gid, was.gid)
        return Owner(uid, gid, was.mode)

    def volume(self, was: Volume) -> Volume:
        """Where the container has it; the owners of another machine's files stay what they are."""
        moved = bool(self.data) and self.place(was.path) != was.path
        target = self.place(was.path) if moved or was is self.data else was.target
        if was.consistency == "none":
            return replace(was, target=target)
        return replace(was, target=target, uids=self.uids, gids=self.gids)

    def place(self, path: str) -> str:
        """A path of the machine as the container has it."""
        if self.data is None or not below(path, self.data.path):
            return path
        return self.target + path[len(self.data.path) :]

    def text(self, word: str) -> str:
        """A word of a command, or a value, with the data where the container has it."""
        if self.data is None or self.data.path == self.target:
            return word
        named = rf"(?<![^\s='\"]){re.escape(self.data.path)}(?![\w.-])"
        return re.sub(named, lambda _: self.target, word)

    def command(self) -> tuple[str, ...]:
        """The command with the image's program, told where its data is."""
        w, entry = self.workload, self.entry
        program = called(w, entry)
        path = entry.programs[posixpath.basename(program)].replace("{series}", self.tag.series)
        started = " ".join(("exec", path, *map(shell_word, entry.arguments)))
        named = rf"\bexec\s+{re.escape(program)}(?![^\s])"
        made: list[str] = []
        for word in w.command:
            if word == program:
                made += [path, *entry.arguments]
            else:
                made.append(self.text(re.sub(named, lambda _: started, word)))
        if self.data is None or self.data.path == self.target:
            return tuple(made)
        option = [word.replace("{data}", self.target) for word in entry.data_option]
        if made[0] not in SHELLS:
            return (*made, *option)
        return (*made[:2], " ".join((made[2], *map(shell_word, option))), *made[3:])


def called(w: Workload, entry: Official) -> str:
    """How the command calls the program: its first word, or what a shell's script becomes."""
    name = rf"((?:/[\w./+-]+/)?(?:{entry.program}))"
    if w.command[:1] and w.command[0] in SHELLS and w.command[1:2] == ("-c",):
        found = re.search(rf"\bexec\s+{name}(?![^\s])", "".join(w.command[2:3]))
        return found[1] if found else ""
    return w.command[0] if w.command and re.fullmatch(name, w.command[0]) else ""
