"""Hosts done, failed and left: a bar on a terminal, a line for each host elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.cli.common import plain

if TYPE_CHECKING:
    from types import TracebackType

    from planner.model import Snapshot


class HostProgress:
    """Shows on standard error how far a run over many machines is."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._done = self._failed = self._total = 0
        self._console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.fields[done]} seen, {task.fields[failed]} not, "
                       "{task.fields[left]} left"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None, done=0, failed=0, left=0)

    def __enter__(self) -> HostProgress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def start(self, hosts: tuple[str, ...]) -> None:
        self._total = len(hosts)
        self._show()

    def snapshot(self, snapshot: Snapshot) -> None:
        self.host(snapshot.host, snapshot.status, snapshot.reason)

    def note(self, line: str) -> None:
        """Anything else, in a line."""
        from rich.text import Text

        self._console.print(Text(plain(line)), soft_wrap=True)

    def host(self, name: str, status: str, reason: str) -> None:
        """One host is through: *status* is ``seen``, ``ok``, ``failed`` or ``unreachable``."""
        from rich.text import Text

        fine = status in ("seen", "ok")
        self._done += fine
        self._failed += not fine
        self._show()
        if not fine or not self._console.is_terminal:
            count = f"{self._done + self._failed}/{self._total}"
            line = f"{count} {plain(name)}: {status}" + (f": {plain(reason)}" if reason else "")
            self._console.print(Text(line), soft_wrap=True)

    def _show(self) -> None:
        through = self._done + self._failed
        self._bar.update(
            self._task,
            total=self._total or None,
            completed=through,
            done=self._done,
            failed=self._failed,
            left=self._total - through,
        )
