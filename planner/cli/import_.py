"""``planner import``: what others already know of the machines, as snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.ansible_options import with_ansible_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.imports import Imported
    from planner.model import Snapshot
    from planner.session import Options

app = typer.Typer(
    help="Make snapshots of what others already know: Ansible's facts, RVTools exports, the "
    "inventory. No machine is asked; what such a source does not tell stays unknown. A snapshot "
    "that another source made in the folder is added to, not replaced.",
    no_args_is_help=True,
)

Snapshots = Annotated[
    Path, typer.Option("-o", "--output", help="Folder to write the snapshots to.")
]


@app.command()
def setup(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Folders of `ansible -m setup --tree`, of other fact modules' trees, or of a "
            "jsonfile fact cache; or single files of them. Folders add to each other.",
            show_default=False,
        ),
    ],
    output: Snapshots = Path("snapshots"),
    prefix: Annotated[
        str, typer.Option("--prefix", help="The cache's fact_caching_prefix, if it has one.")
    ] = "",
) -> None:
    """Import facts that Ansible gathered: a snapshot for each host.

    The more modules wrote into the same cache, the more is known: package_facts, service_facts,
    community.general.listen_ports_facts and mount_facts are read, too. A file that is of no use
    is named and left out, the others are imported, and the exit status is 1.
    """
    from planner.imports import setup as facts

    _write(facts.read(paths, prefix), output)


@app.command()
def rvtools(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="RVTools exports: .xlsx, or a folder of its CSV files.",
            show_default=False,
        ),
    ],
    output: Snapshots = Path("snapshots"),
    by_dns_name: Annotated[
        bool,
        typer.Option(
            "--by-dns-name", help="Call hosts by their DNS name, where VMware Tools tell one."
        ),
    ] = False,
) -> None:
    """Import RVTools exports of a vCenter: a snapshot for each virtual machine.

    Powered-off machines are kept, templates and placeholders left out. Annotations, custom
    attributes and names of snapshots are not read.
    """
    from planner.imports import rvtools as exports

    _write(exports.read(paths, by_dns_name), output)


@app.command()
@with_ansible_options
def inventory(ansible: Options, output: Snapshots = Path("snapshots")) -> None:
    """Import what an inventory alone says: groups, variables, and the hypervisor's word.

    The plugins for VMware, Proxmox, libvirt, EC2 and VirtualBox (and variables hyperv_*) tell
    power state, devices, snapshots, shared disks and the like. No machine is asked. Hosts of which
    the plugin says nothing only add their groups and variables to snapshots that are there.
    """
    from datetime import UTC, datetime

    from planner.imports import inventory as hosts

    _write(hosts.read(ansible, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")), output)


def _write(found: Imported, folder: Path) -> None:
    import os

    from planner import store
    from planner.cli.common import plain

    for line in found.left_out:
        typer.echo(plain(f"left out: {line}"), err=True)
    with store.locked(folder, f"process {os.getpid()} on {os.uname().nodename}"):
        written, silent, failed = _write_all(found.snapshots, folder)
    if silent:
        typer.echo(f"left out: {silent} hosts of which nothing is told but names", err=True)
    problems = [*found.problems, *failed]
    for line in problems:
        typer.echo(plain(f"not imported: {line}"), err=True)
    missed = len(written) - written.count("seen")
    typer.echo(
        f"{written.count('seen')} machines imported, {missed} that nobody had reached: {folder}"
    )
    if problems:
        raise typer.Exit(1)


def _write_all(snapshots: Sequence[Snapshot], folder: Path) -> tuple[list[str], int, list[str]]:
    """Status of what was written, the number of hosts of which nothing is told, and problems."""
    from planner import store
    from planner.errors import PlannerError

    written: list[str] = []
    silent, problems = 0, list[str]()
    for snapshot in snapshots:
        try:
            joined = _beside(folder, snapshot)
            if joined is snapshot and snapshot.status == "seen" and not snapshot.typed:
                silent += 1
                continue
            store.write_snapshot(folder, joined)
        except PlannerError as error:
            problems.append(str(error))
        else:
            written.append(snapshot.status)
    return written, silent, problems


def _beside(folder: Path, snapshot: Snapshot) -> Snapshot:
    """What was told of the host before is not lost: the two are joined.

    InputError: what is there cannot be read, so that it must not be replaced.
    """
    from planner import store
    from planner.facts import doors

    path, _ = store.snapshot_files(folder, snapshot.host)
    if not path.is_file():
        return snapshot
    (old,) = store.read_snapshots([path])
    missed = snapshot.status != "seen" and old.door == snapshot.door
    return snapshot if missed or old.host != snapshot.host else doors.join((old, snapshot))
