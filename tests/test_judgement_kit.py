"""The kit of ``tests/judgement``: what a file describes is what facts and detection find."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planner import facts, workloads
from planner.model import Fact, Host, Process, Unit, Workload
from planner.rules.context import Target
from tests.judgement import kit
from tests.judgement.kit import machine as kit_machine
from tests.judgement.kit import systems

MACHINES = Path(__file__).parent / "judgement" / "machines"
BARE = "about: Nothing special.\nos: {os}\nheld_out: false\n"


@cache
def example(name: str) -> tuple[kit.Machine, Host, tuple[Workload, ...]]:
    machine = kit.load(MACHINES / f"example-{name}.yaml")
    host = facts.read(machine.snapshot)
    return machine, host, workloads.detect(host).workloads


def described(folder: Path, text: str, system: str = "debian 12") -> Host:
    path = folder / "m1.yaml"
    path.write_text(BARE.format(os=system) + text, encoding="utf-8")
    return facts.read(kit.load(path).snapshot)


def lacks(host: Host) -> dict[str, str]:
    every = ((name, getattr(host, name)) for name in Host.__struct_fields__)
    return {n: f.unknown + f.partial for n, f in every if isinstance(f, Fact)}


def unit(host: Host, name: str) -> Unit:
    return next(u for u in host.units.value or () if u.name == name)


def process(host: Host, comm: str) -> Process:
    return next(p for p in host.processes.value or () if p.comm == comm)


@pytest.mark.parametrize("system", systems.names())
def test_a_bare_machine_is_quiet(system: str, tmp_path: Path) -> None:
    host = described(tmp_path, "", system)
    lacking = {name for name, reason in lacks(host).items() if reason}
    assert lacking <= {"history", "guest", "altered", "user_units"}
    assert not any("not understood" in reason for reason in lacks(host).values())
    assert workloads.detect(host) == workloads.Detected()
    assert host.os.value
    assert host.os.value.system == "linux"
    assert host.virtualization.value == "kvm"
    assert host.container.value == "none"
    assert {p.name for p in host.packages.value or ()} >= {"openssh-server"} or "suse" in str(
        host.os
    )


def test_an_application_server() -> None:
    _, host, found = example("shop")
    assert {w.name: w.kind for w in found} == {
        "nginx": "nginx",
        "postgresql@15-main": "postgresql",
        "shop": "python",
    }
    assert host.groups == ("production", "shop")
    assert host.variables == {"environment_name": "production"}
    assert host.memory.value
    assert host.memory.value.total == 8 << 30
    assert host.addresses.value == ("10.20.0.14/24",)
    assert host.space.value
    assert host.space.value[-1].path == "/var/lib/postgresql"
    assert {b.name for b in host.block_devices.value or ()} == {"vda", "vda1", "vdb", "vdb1"}
    ports = {(e.address, e.port) for e in host.listeners.value or () if e.port != 22}
    assert ports == {("0.0.0.0", 80), ("0.0.0.0", 443), ("127.0.0.1", 8000), ("127.0.0.1", 5432)}
    gunicorn = process(host, "gunicorn")
    assert gunicorn.argv[:2] == ("/srv/shop/venv/bin/python3", "/srv/shop/venv/bin/gunicorn")
    assert (gunicorn.exe, gunicorn.rss) == ("/usr/bin/python3.11", 180 << 20)
    assert (host.owners.value or {})["/usr/bin/python3.11"] == "python3"
    assert (host.owners.value or {})["/usr/sbin/nginx"] == "nginx"
    assert (host.files.value or {})["/etc/default/shop"].masked == 1
    assert ("Service", "EnvironmentFile", "/etc/default/shop") in unit(
        host, "shop.service"
    ).directives
    assert (host.sizes.value or {})["/var/lib/postgresql/15/main"].bytes == 40 << 30
    assert host.virtualenvs.value
    assert host.virtualenvs.value[0].version == "3.11.2"
    assert [(j.user, j.schedule) for j in host.cron.value or ()] == [("shop", "15 3 * * *")]
    sockets = {s.path: s for s in host.unix_sockets.value or ()}
    assert sockets["/var/run/postgresql/.s.PGSQL.5432"].pids == (process(host, "postgres").pid,)
    programs = {p.path: (p.kind, p.running) for p in host.unowned.value or ()}
    assert programs["/srv/shop/venv/bin/gunicorn"] == ("script", True)
    assert programs["/srv/shop/bin/nightly"] == ("script", False)
    answering = {(c.local_port, c.pids) for c in host.connections.value or ()}
    assert (5432, (process(host, "postgres").pid,)) in answering


def test_a_machine_with_a_dongle() -> None:
    machine, host, found = example("licence")
    assert {w.name for w in found} == {"tomcat", "hasplmd"}
    assert host.os.value
    assert (host.os.value.id, host.os.value.family) == ("rhel", "rhel")
    assert host.virtualization.value == "vmware"
    assert "HASP HL 3.25" in {u.name for u in host.usb.value or ()}
    assert [m.name for m in host.modules.value or () if m.out_of_tree and m.proprietary] == [
        "aksusbd"
    ]
    assert host.kernel_state.value
    assert host.kernel_state.value.taint == 1 | 1 << 12 | 1 << 13
    assert ("token", "usb/hiddev0") in {(d.kind, d.name) for d in host.devices.value or ()}
    assert {m.type for m in host.mounts.value or ()} >= {"nfs4", "xfs"}
    assert [b.mapped for b in host.block_devices.value or () if b.type == "crypt"] == ["data"]
    assert host.selinux.value == "enforcing"
    assert host.directory.value
    assert host.directory.value.domains == ("PLANT.EXAMPLE", "plant.example")
    assert host.directory.value.keytab
    assert host.logins.value
    assert (host.logins.value.admins, host.logins.value.recent) == (("meier",), 1)
    assert host.audit.value
    assert (host.audit.value.immutable, host.audit.value.syscalls) == (True, ("execve",))
    assert host.firewall.value
    assert host.firewall.value.filters[0].policies["filter INPUT"] == "drop"
    assert host.firewall.value.filters[0].opened == ("tcp/22", "tcp/8443")
    assert host.guest.value
    assert host.guest.value.passthrough == ("usb 0529:0001",)
    assert [d.shared for d in host.guest.value.disks or ()] == [False, True]
    assert host.guest.partial == "not told: secure boot, CPU affinity, power state"
    assert host.load.value
    assert (host.load.value.uptime, round(host.load.value.cpu_boot.busy, 2)) == (17280000.0, 0.3)  # type: ignore[union-attr]
    assert len(host.history.value or ()) == 14
    java = process(host, "catalina.sh")
    assert java.exe.endswith("/bin/java")
    assert java.limits["nofile"] == (65536, 65536)
    assert java.cpu == pytest.approx(0.2 * 20 * 86400)
    assert {o.path for o in host.open_files.value or () if o.pid == java.pid} == {
        "/dev/ttyS0",
        "/opt/tomcat/logs/catalina.out",
    }
    assert [o.path for o in host.open_devices.value or ()] == ["/dev/usb/hiddev0"]
    assert (host.owners.value or {})["/opt/plant/lib/libhasp_linux_x86_64.so"] == ""
    assert next(p.origin for p in host.packages.value or () if p.name == "aksusbd") == "Thales"
    assert machine.outcome
    assert machine.labels["tomcat"].guidance == ("V1",)


def test_a_look_without_root() -> None:
    machine, host, found = example("narrow")
    assert machine.held_out
    assert not host.login.root
    assert {w.name for w in found} == {"mirror", "reports"}
    own, other = process(host, "mirror"), process(host, "reportd")
    assert own.uid == 2000
    assert ("ops", "/bin/bash") in {(a.name, a.shell) for a in host.accounts.value or ()}
    assert (own.exe, own.cwd) == ("/home/ops/bin/mirror", "/")
    assert (other.exe, other.cwd) == ("", "")
    owners = {e.port: e.pids for e in host.listeners.value or ()}
    assert owners == {22: (), 8080: (), 9000: (own.pid,)}
    assert "/etc/reports.env" not in (host.files.value or {})
    assert host.processes.partial.startswith("not root: programs, folders")
    assert host.firewall.partial
    assert not any("not understood" in reason for reason in lacks(host).values())


@pytest.mark.parametrize(
    ("look", "status", "known"),
    [
        ("{unreachable: no route to host}", "unreachable", False),
        ("{failed: no python}", "failed", False),
        ("{setup: true}", "seen", True),
    ],
)
def test_looks_that_see_little(look: str, status: str, known: bool, tmp_path: Path) -> None:
    text = f"look: {look}\nservices: {{a: {{run: /opt/a/a, listen: [80]}}}}\n"
    host = described(tmp_path, text)
    assert host.status == status
    assert (host.memory.value is not None) == known
    assert host.processes.value is None
    assert host.packages.value is None
    assert workloads.detect(host).workloads == ()


@pytest.mark.parametrize(
    ("system", "init"),
    [("centos 6", "upstart"), ("ubuntu 14.04", "upstart"), ("alpine 3.19", "openrc")],
)
def test_other_inits(system: str, init: str, tmp_path: Path) -> None:
    text = "services:\n  feedd: {run: /opt/feed/feedd -p 99, user: feed, listen: [7070]}\n"
    host = described(tmp_path, text, system)
    assert host.init.value == init
    (found,) = workloads.detect(host).workloads
    assert (found.unit, found.state) == ("feedd.service", "running")
    assert found.user
    assert found.user.name == "feed"
    assert unit(host, "feedd.service").main_pid == process(host, "feedd").pid


def test_hardware_and_kernel(tmp_path: Path) -> None:
    host = described(
        tmp_path,
        "kernel: {realtime: true}\ncpus: {count: 8, isolated: 2-3, flags: [avx512f]}\nnuma: 2\n"
        "huge_pages: {1G: 4}\npci: ['0300 10de:1eb8 nvidia']\ndevices: [tpm tpm0 2.0]\n"
        "sysctl: {vm.max_map_count: 262144}\nfips: true\nvirtualization: none\nswap: 100M\n"
        "cloud: aws\nexports: ['nfs /srv 10.0.0.0/24(rw)', smb public /srv/public]\n",
    )
    assert host.kernel_state.value
    assert host.kernel_state.value.realtime
    assert host.cpus.value == 8
    assert host.processor.value
    assert host.processor.value.isolated == "2-3"
    assert len(host.numa.value or ()) == 2
    assert host.huge_pages.value
    assert host.huge_pages.value.pools[-1].total == 4
    assert [d.driver for d in host.pci.value or () if d.vendor == "10de"] == ["nvidia"]
    assert ("tpm", "version 2.0") in {(d.kind, d.detail) for d in host.devices.value or ()}
    assert (host.sysctl.value or {})["vm.max_map_count"] == "262144"
    assert host.fips.value is True
    assert (host.virtualization.value, host.cloud.value and host.cloud.value.name) == (
        "none",
        "aws",
    )
    assert [s.used for s in host.swap.value or ()] == [100 << 20]
    assert {e.kind for e in host.exports.value or ()} == {"nfs", "smb"}


def test_how_a_service_runs(tmp_path: Path) -> None:
    host = described(
        tmp_path,
        "services:\n"
        "  rt: {run: /opt/rt/rt, user: rt, policy: fifo 50, cpus: 2-3, caps: [net_admin],"
        " locked: 1G, limits: {memlock: unlimited}, namespaces: [net], groups: [dialout],"
        " directives: {Restart: always, Unit.After: a.target, User: null, ProtectHome: true},"
        " sockets: {listen: [/run/rt.sock, 8081]}, holds: [/run/rt/x.sock]}\n"
        "  ask: {run: /opt/ask/ask, user: rt, speaks: [/run/rt/x.sock], started: 3 hours ago}\n"
        "  nightly: {run: /opt/n/nightly.sh, timer: daily}\n"
        "  down: {run: /opt/d/d, state: failed}\n",
    )
    rt = process(host, "rt")
    assert (rt.policy, rt.priority, rt.cpus, rt.locked) == ("fifo", 50, "2-3", 1 << 30)
    assert (rt.caps, rt.limits["memlock"]) == (f"{1 << 12:016x}", (-1, -1))
    assert list(rt.namespaces) == ["net"]
    assert rt.groups == (20,)
    directives = unit(host, "rt.service").directives
    assert ("Service", "Restart", "always") in directives
    assert ("Service", "ProtectHome", "yes") in directives
    assert ("Unit", "After", "a.target") in directives
    assert not any(name == "User" for _, name, _ in directives)
    assert unit(host, "rt.socket").active == "active"
    (held,) = (s for s in host.unix_sockets.value or () if s.path == "/run/rt/x.sock")
    assert (held.pids, held.peers) == ((rt.pid,), (process(host, "ask").pid,))
    assert process(host, "ask").started == "2026-06-01T09:00:00Z"
    assert "OnCalendar=daily" in unit(host, "nightly.timer").properties["TimersCalendar"]
    assert unit(host, "down.service").active == "failed"
    assert {w.name for w in workloads.detect(host).workloads} >= {"rt", "ask", "down"}


def test_what_the_machine_carries(tmp_path: Path) -> None:
    host = described(
        tmp_path,
        "engines: {docker: running, podman: installed}\nguests: [libvirt win10]\n"
        "containers: ['docker web nginx:1.25']\nclusters: [corosync node]\n"
        "people: {alice: {sessions: 1}}\ndesktop: gdm alice\n"
        "runtimes: [java /opt/jdk 17.0.1 Eclipse Adoptium]\n"
        "applications: [{kind: node, path: /srv/a, name: a, packages: [x==1]}]\n"
        "unowned: [/opt/v/agentd]\npackages: [acme 3.1 Acme Corp, hand 1 none, lib 1-1 auto]\n",
    )
    engines = host.engines.value
    assert engines
    assert {e.name: e.running for e in engines.engines} == {"docker": True, "podman": False}
    assert [(c.name, c.image, c.processes) for c in engines.containers] == [
        ("web", "nginx:1.25", 1)
    ]
    assert [(g.name, g.running) for g in engines.guests] == [("win10", True)]
    assert [c.cluster for c in engines.clusters] == ["corosync"]
    assert process(host, "Xorg").uid == 1000
    assert host.runtimes.value
    assert host.runtimes.value[0].vendor == "Eclipse Adoptium"
    assert host.applications.value
    assert host.applications.value[0].packages == ("x==1",)
    assert [p.path for p in host.unowned.value or ()] == ["/opt/v/agentd"]
    told = {p.name: (p.origin, p.listed, p.manual) for p in host.packages.value or ()}
    assert told["acme"] == ("Acme Corp", "version", True)
    assert told["hand"] == ("", "none", True)
    assert told["lib"] == ("Debian", "version", False)


def test_sections_that_were_not_seen(tmp_path: Path) -> None:
    text = "unseen: {dpkg: it hung}\npartial: {sizes: cut}\nsections: {timezone: Asia/Tokyo}\n"
    host = described(tmp_path, text)
    assert host.packages.unknown == "it hung"
    assert host.sizes.partial == "cut"
    assert host.timezone.value == "Asia/Tokyo"


def test_a_fixture_of_another_system(tmp_path: Path) -> None:
    path = tmp_path / "win.yaml"
    path.write_text("about: x\nos: {fixture: windows-2019}\nheld_out: false\ngroups: [a]\n")
    machine = kit.load(path)
    host = facts.read(machine.snapshot)
    assert host.os.value
    assert host.os.value.family == "windows"
    assert (host.name, host.groups) == ("win", ("a",))


def test_the_target_of_its_containers(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text(BARE.format(os="debian 12") + "target: {arch: [x86_64], kernel: '6.1'}\n")
    assert kit.load(path).target == Target(arch=("x86_64",), kernel="6.1")
    assert example("narrow")[0].target == Target()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("target: {arch: [armv7l]}", "target: "),
        ("target: {cpu: arm}", "target.cpu"),
        ("colour: blue\n", "m1.yaml: colour: unknown key"),
        ("services: {a: {run: /opt/a, colour: 1}}\n", "services.a.colour: unknown key"),
        ("services: {a: {user: x}}\n", "services.a.run: must be there"),
        ("services: {a: {run: /usr/sbin/a}}\n", "which package owns it?"),
        ("services: {a: {run: /opt/a, listen: [web]}}\n", "services.a.listen: "),
        ("services: {a: {run: /opt/a, memory: much}}\n", "services.a.memory: a size"),
        ("services: {a: {run: /opt/a, policy: fifo}}\n", "services.a.policy: "),
        ("services: {a: {run: /opt/a}, a: {run: /opt/b}}\n", "a: comes twice"),
        ("memory: {total: 1G, available: 2G}\n", "memory.available: more than there is"),
        ("space: {/data: 1G 1G}\n", "space./data: no local file system"),
        ("labels: {ghost: {outcome: container, reason: r}}\n", "labels.ghost: not on this machine"),
        (
            "services: {a: {run: /opt/a}}\nlabels: {a: {outcome: maybe, reason: r}}\n",
            "labels.a.outcome",
        ),
        ("services: {a: {run: /opt/a}}\nlabels: {a: {outcome: container}}\n", "labels.a.reason"),
        ("unseen: {colours: r}\n", "unseen.colours: unknown key"),
        ("guest: {platform: vmware, snapshots: many}\n", "guest: "),
        ("usb: [dongle]\n", "usb: "),
    ],
)
def test_mistakes_are_named(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(kit.WrongMachineError, match=r"^m1\.yaml: ") as error:
        described(tmp_path, text)
    assert told in str(error.value)


def test_a_label_means_a_workload(tmp_path: Path) -> None:
    host = described(
        tmp_path,
        "services: {web: {run: /opt/w/web, listen: [80]}}\n"
        "cron: ['@daily root /usr/local/bin/sweep']\n",
    )
    found = workloads.detect(host).workloads
    names: dict[str, Any] = {
        label: meant and meant.name
        for label in ("web", "web.service", "sweep", "none")
        for meant in (kit.find(label, found),)
    }
    assert names == {"web": "web", "web.service": "web", "sweep": "job-sweep", "none": None}


def test_machines_of_a_folder_are_sorted(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(BARE.format(os="rocky 9"), encoding="utf-8")
    assert [m.name for m in kit_machine.machines(tmp_path)] == ["a", "b"]
