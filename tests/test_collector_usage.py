"""Parts of the collector on files and tools that the machine of the tests does not have."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from planner.facts import engines, firewall, logins, usage
from planner.gather.look import collector
from planner.model import Section
from planner.session.framing import decode

NONCE = "feedfacefeedfacefeedfacefeedface"
SECRET = "s3cr3t-Holunder"
LOOKS = ("look_around", "look_security", "look_usage", "look_engines")


def look(root: Path, *moved: str) -> dict[str, Section]:
    """Look at ``root`` in place of the folders in ``moved``, with the tools in ``root``/bin."""
    script = collector(NONCE)
    for folder in moved:
        script = script.replace(folder, f"{root}{folder}")
    body, main, tail = script.rpartition("main() {")
    for name in re.findall(r"^\t(look_\w+)$", tail, re.MULTILINE):
        if name not in LOOKS:
            tail = tail.replace(f"\t{name}\n", "")
    script = (body + main + tail).replace("\nPATH=/usr/sbin", f"\nPATH={root}/bin:/usr/sbin", 1)
    done = subprocess.run(
        ["/bin/sh", "-s"], input=script.encode(), capture_output=True, timeout=60, check=True
    )
    assert SECRET.encode() not in done.stdout
    payload = decode(done.stdout, NONCE)
    assert payload.problem == ""
    return payload.sections


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


SYSSTAT_9 = """\
# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle
web;600;2026-01-30 00:10:01 UTC;-1;10.00;0.00;5.00;5.00;0.00;80.00
web;-1;2026-01-30 00:15:00 UTC;LINUX-RESTART
# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle
web;600;2026-01-30 00:20:01 UTC;-1;30.00;0.00;20.00;0.00;10.00;40.00
# hostname;interval;timestamp;tps;rtps;wtps;bread/s;bwrtn/s
web;600;2026-01-30 00:10:01 UTC;3.00;1.00;2.00;100.00;20.00
# hostname;interval;timestamp;kbmemfree;kbmemused;%memused;kbbuffers;kbcached;kbcommit;%commit
web;600;2026-01-30 00:10:01 UTC;1000;3000;75.00;500;1500;100;1.00
# hostname;interval;timestamp;runq-sz;plist-sz;ldavg-1;ldavg-5;ldavg-15
web;600;2026-01-30 00:10:01 UTC;2;100;0.50;0.40;0.30
# hostname;interval;timestamp;IFACE;rxpck/s;txpck/s;rxkB/s;txkB/s;rxcmp/s;txcmp/s;rxmcst/s
web;600;2026-01-30 00:10:01 UTC;lo;9.00;9.00;900.00;900.00;0.00;0.00;0.00
web;600;2026-01-30 00:10:01 UTC;eth0;9.00;9.00;1.00;2.00;0.00;0.00;0.00
web;600;2026-01-30 00:10:01 UTC;eth1;9.00;9.00;0.50;0.00;0.00;0.00;0.00
web;600;2026-01-30 00:20:01 UTC;eth0;9.00;9.00;4.00;0.00;0.00;0.00;0.00
"""
SYSSTAT_12 = """\
# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle[...]
# hostname;interval;timestamp;tps;rtps;wtps;dtps;bread/s;bwrtn/s;bdscd/s
web;600;2026-01-31 00:10:01 UTC;3.00;1.00;2.00;0.00;2.00;4.00;0.00
# hostname;interval;timestamp;kbmemfree;kbavail;kbmemused;%memused;kbbuffers;kbcached;kbcommit
web;600;2026-01-31 00:10:01 UTC;1;0;9;9.00;5;5;5
"""


def test_history_by_the_headings_of_two_versions(tmp_path: Path) -> None:
    """Columns as ``sadf -d`` of sysstat 9.0.4 and 12.6 names them."""
    for day, text in (("sa30", SYSSTAT_9), ("sa31", SYSSTAT_12), ("sa29", "")):
        write(tmp_path / "var/log/sa" / day, text)
    write(tmp_path / "var/log/sa/sa28.xz", "")
    write(tmp_path / "bin/sadf", '#!/bin/sh\n[ -s "$2" ] || exit 1\ncat "$2"\n', 0o755)
    section = look(tmp_path, "/var/log/sa", "/var/log/sysstat")["history"]
    assert section.reason == (
        "1 files of sysstat could not be read; "
        "1 older files of sysstat are compressed and were not read"
    )
    found = {
        (one.day[-2:], one.measure): (one.samples, one.average, one.peak, one.peak_at)
        for one in usage.parse_history(section.text).value
    }
    total = int(re.findall(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())[0])
    assert found == {
        ("30", "cpu"): (2, 0.4, 0.6, "00:20:01"),
        ("30", "iowait"): (2, 0.025, 0.05, "00:10:01"),
        ("30", "steal"): (2, 0.05, 0.1, "00:20:01"),
        ("30", "disk_read"): (1, 51200.0, 51200.0, "00:10:01"),
        ("30", "disk_write"): (1, 10240.0, 10240.0, "00:10:01"),
        ("30", "memory"): (1, 1024000.0, 1024000.0, "00:10:01"),
        ("30", "load"): (1, 0.5, 0.5, "00:10:01"),
        ("30", "run_queue"): (1, 2.0, 2.0, "00:10:01"),
        ("30", "net_in"): (2, 2816.0, 4096.0, "00:20:01"),
        ("30", "net_out"): (2, 1024.0, 2048.0, "00:10:01"),
        ("31", "disk_read"): (1, 1024.0, 1024.0, "00:10:01"),
        ("31", "disk_write"): (1, 2048.0, 2048.0, "00:10:01"),
        ("31", "memory"): (1, total * 1024.0, total * 1024.0, "00:10:01"),
    }


def test_no_sysstat_is_unknown_with_its_reason(tmp_path: Path) -> None:
    section = look(tmp_path, "/var/log/sa", "/var/log/sysstat")["history"]
    assert (section.state, section.reason[:24]) == ("missing", "sysstat is not installed")


@pytest.mark.parametrize("running", [True, False])
def test_docker_without_its_daemon_is_read_from_its_notes(tmp_path: Path, running: bool) -> None:
    identifier = "c44a83c1b7b4a3e4fa2069aa6ab40a457eab0a1ee5fd4767c252109bb0b669ea"
    labels = {
        "com.docker.compose.project": "shop",
        "com.docker.compose.project.working_dir": "/srv/shop",
    }
    environment = [f'A="Image":"{SECRET}"', f"B={SECRET}"]
    config = {
        "State": {"Running": running, "Pid": 0},
        "ID": identifier,
        "Config": {"Env": environment, "Image": "shop/worker:1.4", "Labels": labels},
        "Image": "sha256:00",
        "Name": "/shop-worker-1",
    }
    path = tmp_path / "var/lib/docker/containers" / identifier / "config.v2.json"
    write(path, json.dumps(config, separators=(",", ":")))
    text = look(tmp_path, "/var/lib/docker")["engines"].text
    found = engines.parse_engines(text).value.containers
    (one,) = (c for c in found if c.id == identifier[:12])
    assert (one.name, one.image, one.project, one.folder, one.state) == (
        "shop-worker-1",
        "shop/worker:1.4",
        "shop",
        "/srv/shop",
        "Up" if running else "Exited",
    )


def test_sshd_takes_includes_in_place_and_match_ends_with_its_file(tmp_path: Path) -> None:
    ssh = tmp_path / "etc/ssh"
    write(ssh / "sshd_config", "Include sshd_config.d/*.conf\nPort 2222\nMatch User a\nPort=1\n")
    write(ssh / "sshd_config.d/1.conf", "Match Group sftp\nChrootDirectory /srv/%u\n")
    write(ssh / "sshd_config.d/2.conf", "PermitRootLogin no\nBanner /etc/issue\n")
    write(ssh / "sshd_config.d/3.off", "PermitRootLogin yes\n")
    found = logins.parse_logins(look(tmp_path, "/etc/ssh")["logins"].text).value.sshd
    assert [(one.match, one.key, one.value) for one in found] == [
        ("Group sftp", "chrootdirectory", "/srv/%u"),
        ("", "permitrootlogin", "no"),
        ("", "port", "2222"),
        ("User a", "port", "1"),
    ]


def test_only_named_keys_leave_the_files_of_directories(tmp_path: Path) -> None:
    write(
        tmp_path / "etc/sssd/sssd.conf",
        "[sssd]\ndomains = lab\n[domain/lab]\nid_provider = ldap\n"
        f"ldap_default_authtok = {SECRET}\nldap_uri = ldap://u:{SECRET}@dc1\n",
    )
    found = logins.parse_directory(look(tmp_path, "/etc/sssd")["directory"].text).value
    assert found.domains == ("lab",)
    assert {one.key for one in found.settings} == {"domains", "id_provider", "ldap_uri"}


def test_last_gives_days_and_no_address(tmp_path: Path) -> None:
    lines = (
        "alice    pts/0        Fri Jan 30 10:00:00 2026 - Fri Jan 30 11:00:00 2026  (01:00)\n"
        "alice    pts/1        Fri Jan  2 10:00:00 2026   still logged in\n"
        "alice    pts/1        Fri Jan  2 09:00:00 2026 - crash                    (00:10)\n"
        "reboot   system boot  Fri Jan  2 08:00:00 2026   still running\n\n"
        "wtmp begins Sun Oct  5 07:00:00 2025\n"
    )
    write(tmp_path / "bin/last", f"#!/bin/sh\nprintf %s '{lines}'\n", 0o755)
    found = logins.parse_logins(look(tmp_path)["logins"].text).value
    assert [(s.account, s.last, s.days, s.sessions) for s in found.seen] == [
        ("alice", "2026-01-30", 2, 3)
    ]
    assert found.since == "2025-10-05"


@pytest.mark.parametrize(
    ("modules", "filters"),
    [
        ("nf_tables 10 1 - Live 0x0\n", [("nft", "kernel", 1, ("tcp/22",))]),
        ("nf_tables_other 10 1 - Live 0x0\nip_tables 9 0 - Live 0x0\n", []),
    ],
)
def test_the_kernel_is_not_asked_where_that_would_load_a_module(
    tmp_path: Path, modules: str, filters: list[tuple[object, ...]]
) -> None:
    rules = "table ip filter {\n\tchain input {\n\t\ttcp dport 22 accept\n\t}\n}\n"
    write(tmp_path / "proc/modules", modules)
    write(tmp_path / "bin/id", "#!/bin/sh\necho 0\n", 0o755)
    for name in ("nft", "iptables-save", "iptables-legacy-save", "iptables-nft-save"):
        write(tmp_path / "bin" / name, f"#!/bin/sh\nprintf '{rules}'\n", 0o755)
    moved = ("/proc/modules", "/lib/modules", "/proc/net/ip", "/etc/ufw", "/etc/firewalld")
    saved = ("/etc/nftables.conf", "/etc/sysconfig", "/etc/iptables")
    section = look(tmp_path, *moved, *saved)["firewall"]
    found = firewall.parse_firewall(section.text).value.filters
    assert [(one.kind, one.source, one.rules, one.opened) for one in found] == filters
