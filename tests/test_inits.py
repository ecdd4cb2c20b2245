"""Machines without systemd: which init script a process belongs to, and what is not told."""

from __future__ import annotations

from typing import Any

from planner import facts
from planner.model import Host, Process, Section, Snapshot, Unit

NO_SYSTEMD = Section("missing", reason="systemd does not run here")
SCRIPTS = (
    "sshd\t1\t/etc/init.d/sshd\t2 3 4 5\n"
    "httpd\t1\t/etc/init.d/httpd\t3 5\n"
    "mysqld\t1\t/etc/init.d/mysqld\t3\n"
    "halt\t0\t/etc/init.d/halt\t\n"
)
TEXTS = (
    "F\t/etc/init.d/httpd\t755\t0\t0\t0\t0\n|pidfile=${PIDFILE-/var/run/httpd/web.pid}\n"
    "|httpd=/usr/sbin/httpd\n"
    "F\t/etc/init.d/mysqld\t755\t0\t0\t0\t0\n|mypidfile=/var/run/mysqld/mysqld.pid\n"
    "F\t/etc/init/queue.conf\t644\t0\t0\t0\t0\n|start on runlevel [2345]\n|respawn\n"
    "F\t/etc/init/rc.conf\t644\t0\t0\t0\t0\n|start on runlevel [0123456]\n|task\n"
    "F\t/etc/init/off.conf\t644\t0\t0\t0\t0\n|start on runlevel [2345]\n|expect fork\n"
    "F\t/etc/init/off.override\t644\t0\t0\t0\t0\n|manual\n"
)
INITS = (
    "pidfile\t/var/run/sshd.pid\t100\n"
    "pidfile\t/var/run/httpd/web.pid\t200\n"
    "pidfile\t/var/run/mysqld/mysqld.pid\t300\n"
    "upstart\tqueue\tstart/running\t400\t\n"
    "upstart\trc\tstop/waiting\t\t\n"
    "upstart\ttty\tstart/running\t450\t/dev/tty1\n"
    "upstart\toff\tstop/waiting\t\t\n"
    "supervised\tapp\t/etc/service/app\t1\t500\n"
)


def process(pid: int, ppid: int, comm: str, exe: str, cgroup: str = "") -> str:
    told = f"P {pid}\nppid {ppid}\nuid 0\ngid 0\ncomm {comm}\nexe {exe}\nrss 4\n"
    return told + (f"cgroup {cgroup}\n" if cgroup else "")


PROCESSES = (
    process(1, 0, "init", "/sbin/init")
    + process(100, 1, "sshd", "/usr/sbin/sshd")
    + process(101, 100, "bash", "/bin/bash")
    + process(200, 1, "httpd", "/usr/sbin/httpd")
    + process(201, 200, "httpd", "/usr/sbin/httpd")
    + process(300, 1, "chronyd", "/usr/sbin/chronyd")
    + process(400, 1, "ruby", "/usr/bin/ruby")
    + process(500, 1, "app", "/opt/app/bin/app")
)


def machine(**sections: Any) -> Host:
    given: dict[str, Any] = {
        "units": NO_SYSTEMD,
        "sysv": SCRIPTS,
        "init-text": TEXTS,
        "inits": INITS,
    }
    given |= {"processes": PROCESSES} | {k.replace("_", "-"): v for k, v in sections.items()}
    made = {n: Section("ok", s) if isinstance(s, str) else s for n, s in given.items()}
    return facts.read(
        Snapshot(1, "old", "seen", "2026-01-31T12:00:00Z", "constructed", sections=made)
    )


def units(host: Host) -> dict[str, Unit]:
    return {u.name.removesuffix(".service"): u for u in host.units.value or ()}


def unit_of(host: Host, pid: int) -> str:
    found: list[Process] = [p for p in host.processes.value or () if p.pid == pid]
    return found[0].unit


def test_a_pid_file_tells_what_runs() -> None:
    host = machine()
    told = units(host)
    assert (told["sshd"].active, told["sshd"].main_pid) == ("active", 100)
    assert told["httpd"].properties["PIDFile"] == "/var/run/httpd/web.pid"
    assert [unit_of(host, pid) for pid in (1, 100, 101, 200, 201)] == [
        "",
        "sshd.service",
        "sshd.service",
        "httpd.service",
        "httpd.service",
    ]


def test_the_number_of_a_dead_process_is_used_again() -> None:
    host = machine()
    assert (units(host)["mysqld"].active, units(host)["mysqld"].main_pid) == ("", 0)
    assert unit_of(host, 300) == ""
    assert host.units.partial == "init scripts: whether 2 of 8 run is not told"


def test_upstart_tells_services_from_steps_of_the_boot() -> None:
    told = units(machine())
    queue, step, off = told["queue"], told["rc"], told["off"]
    assert (queue.active, queue.enabled, queue.main_pid) == ("active", "enabled", 400)
    assert (step.active, step.enabled) == ("inactive", "static")
    assert (off.active, off.enabled) == ("inactive", "static")
    stopped = units(machine(inits="upstart\tqueue\tstop/waiting\t\t\n"))["queue"]
    assert (stopped.active, stopped.enabled) == ("inactive", "enabled")


def test_supervised() -> None:
    app = units(machine())["app"]
    assert (app.active, app.main_pid, app.properties["SourcePath"]) == (
        "active",
        500,
        "/etc/service/app/run",
    )
    gone = units(machine(inits="supervised\tapp\t/etc/service/app\t1\t501\n"))["app"]
    assert (gone.active, gone.main_pid) == ("", 0)


def test_openrc_says_of_each_service_whether_it_was_started() -> None:
    host = machine(inits="openrc\tsshd\n", init_text="")
    assert {u.name: u.active for u in units(host).values()} == {
        "sshd.service": "active",
        "httpd.service": "inactive",
        "mysqld.service": "inactive",
        "halt.service": "inactive",
    }
    assert host.units.partial == ""


def test_processes_that_are_not_known_make_no_script_run() -> None:
    host = machine(processes=Section("missing", reason="no /proc"))
    assert units(host)["sshd"].active == ""
    assert unit_names(host) == sorted(unit_names(host))


def unit_names(host: Host) -> list[str]:
    return [u.name for u in host.units.value or ()]


def test_nothing_told_but_scripts() -> None:
    host = machine(inits=Section("missing", reason="gone"))
    assert host.units.partial == "init scripts: which of them run is not told"
    assert host.boot.unknown == "gone"


def test_with_systemd_init_scripts_say_nothing() -> None:
    host = machine(units="Id=a.service\nActiveState=active\n")
    assert unit_names(host) == ["a.service"]
    assert unit_of(host, 100) == ""
