"""Ask machines, again where they could not be reached, and write each answer as it comes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner import session, store
from planner.errors import RunError
from planner.gather.again import Wishes
from planner.gather.answer import no_shell, snapshot_of
from planner.gather.keeping import with_imports
from planner.model import Snapshot
from planner.session.run import EVERYWHERE

MOST = 32 * 2**20
"""Bytes of one machine's answer: a look has 0.1 to 1 MB."""


@dataclass(frozen=True)
class Ears:
    """Who hears how it goes, as it goes."""

    start: Callable[[tuple[str, ...]], None] = lambda hosts: None
    """Hosts that are going to be asked."""
    host: Callable[[Snapshot], None] = lambda snapshot: None
    """The last word of a host, once it is written."""
    note: Callable[[str], None] = lambda line: None
    """Anything else that a person wants to know, in a line."""


@dataclass(frozen=True)
class Asking:
    """What one run asks its machines, and how."""

    options: session.Options
    folder: Path
    clock: Callable[[], str]
    ears: Ears
    wishes: Wishes
    scripts: Callable[[str, int], Sequence[str]]
    all: int
    """Hosts that inventory and limit select."""

    def ask(self, wanted: Mapping[str, session.Target]) -> dict[str, tuple[str, str]]:
        """(status, reason) by host; those without an answer are asked again as wished."""
        said: dict[str, tuple[str, str]] = {}
        left = dict(wanted)
        for retry in range(self.wishes.retries + 1):
            if retry:
                count = f"retry {retry} of {self.wishes.retries} in {self.wishes.pause:g} s"
                self.ears.note(f"{len(left)} unreachable: {count}")
                time.sleep(self.wishes.pause)
            try:
                self._once(left, said, last=retry == self.wishes.retries)
            except RunError as error:
                done = f"{len(said)} of {len(wanted)} machines were through"
                raise RunError(f"{error}; {done}: --resume asks the others") from None
            left = {name: wanted[name] for name in left if said[name][0] == "unreachable"}
            if not left:
                break
        return said

    def _once(
        self,
        wanted: Mapping[str, session.Target],
        said: dict[str, tuple[str, str]],
        last: bool,
    ) -> None:
        nonce = secrets.token_hex(16)
        heard: set[str] = set()

        def arrived(answer: session.Answer) -> None:
            if answer.host not in wanted or answer.host in heard:
                return
            look = snapshot_of(wanted[answer.host], answer, nonce, self.clock())
            snapshot = with_imports(self.folder, look)
            store.write_snapshot(self.folder, snapshot)
            heard.add(answer.host)
            said[answer.host] = (snapshot.status, snapshot.reason)
            if last or snapshot.status != "unreachable":
                self.ears.host(snapshot)

        for target in wanted.values():
            if target.no_shell:
                arrived(no_shell(target))
        able = [name for name in wanted if name not in heard]
        if able:
            looks = self.scripts(nonce, max(1, self.wishes.host_timeout * 4 // 5))
            session.run(
                self.options,
                {EVERYWHERE: looks},
                nonce,
                arrived,
                seconds=self.wishes.host_timeout,
                most=MOST,
                retry=not self.wishes.retries,
                only=() if len(able) == self.all else able,
            )
        for name in sorted(wanted.keys() - heard):
            arrived(session.Answer(name, "failed", "Ansible reported nothing about this host"))
