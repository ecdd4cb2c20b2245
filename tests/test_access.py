"""Lines of pg_hba.conf that let clients in by address, and what the change makes of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import hostkit
import sample
from msgspec import structs

from planner import change
from planner.model import Admission, TextFile
from planner.workloads.postgresql.access import admissions

PATH = "/etc/postgresql/15/main/pg_hba.conf"
HBA = """\
local   all   postgres                  peer
host    all   all      127.0.0.1/32     scram-sha-256   # itself
host    all   all      ::1/128          scram-sha-256
host    all   all      0.0.0.0/0        scram-sha-256
host    all   all      samenet          md5
host    shop  shop     192.0.2.13/32    scram-sha-256
hostssl "my db",b  "o'hara"  198.51.100.0  255.255.255.0  cert clientcert=verify-full
host    shop  shop     192.0.2.13/32    scram-sha-256
host    shop  shop     app.example.com  md5
host    broken
"""


def test_lines_that_name_a_network_of_clients() -> None:
    host = hostkit.host(files={PATH: TextFile(PATH, HBA)})
    assert admissions(host, PATH) == (
        Admission(PATH, "host shop shop ", "192.0.2.13/32", " scram-sha-256"),
        Admission(
            PATH,
            'hostssl "my db",b "o\'hara" ',
            "198.51.100.0/255.255.255.0",
            " cert clientcert=verify-full",
        ),
    )


def test_no_file_no_lines() -> None:
    assert admissions(hostkit.host(), PATH) == ()


def test_the_change_adds_a_line_for_the_containers_network(tmp_path: Path) -> None:
    """The command as it stands in the change, run by sh with and without the variable."""
    lines = (
        Admission(PATH, "host shop shop ", "192.0.2.13/32", " scram-sha-256"),
        Admission(PATH, "host '$(touch x)' a ", "192.0.2.14/32", " md5"),
        Admission("/etc/../../up", "host a b ", "192.0.2.15/32", " md5"),
    )
    fleet = sample.fleet()
    host = next(h for h in fleet.hosts if h.name == "db")
    items = tuple(
        structs.replace(w, workload=structs.replace(w.workload, admissions=lines))
        for w in host.workloads
    )
    steps = change.steps(structs.replace(host, workloads=items, steps=()))
    commands = [c for s in steps for c in s.commands if c.startswith("test -z ")]
    assert len(commands) == 2 * len([s for s in steps if s.phase == "build"])
    target = Path(commands[0].rpartition(">>")[2].strip("'"))
    (tmp_path / target).parent.mkdir(parents=True)
    for network in ("", "10.89.0.0/16"):
        for command in commands[:2]:
            subprocess.run(
                ["sh", "-ec", command], cwd=tmp_path, env={"CLIENT_NETWORK": network}, check=True
            )
    assert (tmp_path / target).read_text() == (
        "host shop shop 10.89.0.0/16 scram-sha-256\nhost '$(touch x)' a 10.89.0.0/16 md5\n"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["workloads"]
