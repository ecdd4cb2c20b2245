"""The table at the end of a run, and what it needs of each workload."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planner.change.names import MOVES
from planner.model import HostPlan, WorkloadPlan
from planner.questions import Verified
from planner.render.services import Service, services

from .definition import Machine
from .state import State

_LINE = "{:<8}{:<33}{:<12}{:<10}{:<6}{:>9}{:>7}{:>6}{:>7}{:>9}{:>7}{:>7}  {:<10}{}"
_HEADS = (
    "machine", "workload", "kind", "policy", "built", "compared", "equal", "rows", "image",
    "disk", "ratio", "first", "user", "read-only root",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One workload; sizes in bytes, ``seconds`` to its first answer; -1: not known."""

    machine: str
    workload: str = "-"
    kind: str = "-"
    policy: str = "-"
    verdict: str = ""
    user: str = "-"
    """Number of the user that the container starts as."""
    closed: bool = False
    """Whether its root is made read-only."""
    disk: int = -1
    verified: Verified | None = None

    @property
    def moves(self) -> bool:
        return self.verdict in MOVES


def rows(
    state: State, host: HostPlan, machine: Machine, verified: Mapping[str, Verified]
) -> list[Row]:
    """Return one for each workload, or one that says what is thought of the machine."""
    if not host.workloads:
        return [Row(host.name, f"({host.outcome or 'no verdict'})")]
    written = {s.workload: s for s in services(host) if s.once or not s.job}
    made = [_row(item, written.get(item.workload.id)) for item in host.workloads]
    disk = _used(state, machine) if any(row.moves for row in made) else -1
    found = [verified.get(item.workload.id) for item in host.workloads]
    return [replace(row, disk=disk, verified=v) for row, v in zip(made, found, strict=True)]


def show(rows: Sequence[Row]) -> None:
    """Print it, with the sums."""
    print("\nimage and disk (used by the machine) in MiB, seconds to the first answer")
    print(_LINE.format(*_HEADS))
    for row in rows:
        print(_LINE.format(*_cells(row)).rstrip())
    moving = [row for row in rows if row.moves]
    done = [row.verified for row in moving if row.verified]
    print(
        f"{len({r.machine for r in rows})} machines, {len({r.kind for r in moving})} kinds and"
        f" {len(moving)} workloads that move: {sum(v.built for v in done)} built,"
        f" {sum(v.equal for v in done)} equal in all that was compared"
    )


def _row(item: WorkloadPlan, service: Service | None) -> Row:
    w = item.workload
    row = Row(w.host, w.name, w.kind, verdict=str(item.verdict.outcome))
    if not service or not item.image:
        return row
    user, closed = service.user.partition(":")[0], service.writes.read_only
    return replace(row, policy=item.image.policy, user=user, closed=closed)


def _cells(row: Row) -> list[str | int]:
    v = row.verified
    if v is None:
        said = f"({row.verdict})" if row.verdict and not row.moves else ""
        cells = ["-"] * (len(_HEADS) - 4)
        return [row.machine, f"{row.workload} {said}".strip(), row.kind, row.policy, *cells]
    asked = [r for r in v.results if r.outcome != "measured"]
    rows = [r.outcome for r in asked if r.question.kind == "rows"]
    wrote = "".join(r.container for r in v.results if r.question.kind == "root")
    wrote = "possible" if "nothing" in wrote else f"no: {wrote}"[:70]
    return [
        row.machine,
        row.workload,
        row.kind,
        row.policy,
        "yes" if v.built else "NO",
        len(asked),
        sum(r.outcome == "equal" for r in asked),
        "-" if not rows else rows[0] if rows[0] != "different" else "NO",
        _mib(v.image_bytes),
        _mib(row.disk),
        f"{row.disk / v.image_bytes:.1f}" if min(row.disk, v.image_bytes) > 0 else "-",
        v.seconds if v.seconds >= 0 else "never",
        "root" if row.user == "0" else row.user,
        "yes" if row.closed else wrote,
    ]


def _used(state: State, machine: Machine) -> int:
    """What the machine's own files take: the disk of a container machine is the whole box's."""
    root = "" if machine.login == "root" else "sudo -n "
    argv = ["ssh", "-F", str(state.ssh_config), machine.name, f"{root}du -xsk /"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return int(done.stdout.split()[0]) * 1024 if done.stdout else -1


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f}" if size >= 0 else "-"
