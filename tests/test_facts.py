"""Parsers against text of real tools (``captured-``) and of documentation (``constructed-``).

A case is ``facts/<section>/<case>.txt``; what becomes of it lies beside it as ``.json``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import facts
from planner.facts import execline, text, unitfile
from planner.gather.look import SECTIONS
from planner.model import Fact, Host, Section, Snapshot, Unit

CASES = Path(__file__).with_name("facts")
FIELDS = {
    "addresses": ("addresses", "addresses"),
    "apk": ("apk", "packages"),
    "config-files": ("config-files", "config_files"),
    "cpu": ("cpu", "cpus"),
    "cron-debian": ("cron", "cron"),
    "cron-rhel": ("cron", "cron"),
    "df": ("df", "space"),
    "dpkg": ("dpkg", "packages"),
    "files": ("files", "files"),
    "fips": ("fips", "fips"),
    "group": ("group", "user_groups"),
    "hosts": ("hosts", "host_entries"),
    "init": ("init", "init"),
    "listeners": ("listeners", "listeners"),
    "meminfo": ("meminfo", "memory"),
    "modules": ("modules", "modules"),
    "mountinfo": ("mountinfo", "mounts"),
    "os-release": ("os-release", "os"),
    "owners": ("owners", "owners"),
    "passwd": ("passwd", "accounts"),
    "paths": ("paths", "paths"),
    "pci": ("pci", "pci"),
    "rpm": ("rpm", "packages"),
    "selinux": ("selinux", "selinux"),
    "sizes": ("sizes", "sizes"),
    "sysv": ("sysv", "units"),
    "timezone": ("timezone", "timezone"),
    "units": ("units", "units"),
    "usb": ("usb", "usb"),
    "virt": ("virt", "virtualization"),
    "virtualenvs": ("virtualenvs", "virtualenvs"),
}
"""Folder of cases -> section that holds its text, and the field of Host that it becomes. A folder
that is not here is named as its section, and shows every fact that comes from it."""

MORE = {
    "processes": ("processes", ("processes", "environments", "open_files", "open_devices")),
    "connections": ("connections", ("connections", "udp_connections")),
    "cmdline": ("cmdline", ("kernel_cmdline",)),
}
OS_OF = {"cron-debian": "ID=debian\n", "cron-rhel": "ID=rocky\n", "apk": "ID=alpine\n"}
BASE = {
    "identity": "hostname=web01.lab.internal\nmachine_id=0123456789abcdef0123456789abcdef\n",
    "uname": "Linux\n6.1.0-18-amd64\nx86_64\n",
    "os-release": "ID=debian\nVERSION_ID=12\n",
}


def snapshot(
    sections: Mapping[str, str | Section], status: Any = "seen", reason: str = ""
) -> Snapshot:
    made = {n: Section("ok", s) if isinstance(s, str) else s for n, s in sections.items()}
    return Snapshot(
        1, "web01", status, "2026-01-31T12:00:00Z", "constructed", reason=reason, sections=made
    )


def host(**sections: str | Section) -> Host:
    return facts.read(snapshot({name.replace("_", "-"): s for name, s in sections.items()}))


def pretty(data: object) -> str:
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def all_facts(machine: Host) -> dict[str, Fact[Any]]:
    values = {name: getattr(machine, name) for name in machine.__struct_fields__}
    return {name: value for name, value in values.items() if isinstance(value, Fact)}


@pytest.mark.parametrize(
    "case", sorted(CASES.glob("*/*.txt")), ids=lambda c: f"{c.parent.name}/{c.stem}"
)
def test_case(case: Path, golden: Callable[[Path, str], None]) -> None:
    kind = case.parent.name
    assert case.name.startswith(("captured-", "constructed-"))
    if kind in ("unitfile", "execline", "environment-file"):
        result: object = WORDS[kind](case.read_text())
    else:
        section, names = MORE.get(kind) or (kind, ())
        if kind in FIELDS:
            section, names = FIELDS[kind][0], (FIELDS[kind][1],)
        base = BASE | ({"os-release": OS_OF[kind]} if kind in OS_OF else {})
        machine = facts.read(snapshot({**base, section: case.read_text()}))
        names = names or tuple(n for n, f in all_facts(machine).items() if f.section == section)
        assert names, f"no fact comes from {section}"
        result = {name: getattr(machine, name) for name in names}
    golden(case.with_suffix(".json"), pretty(result))


def commands(source: str) -> list[Any]:
    unit = Unit("truth@a\\x2db-c.service", directives=unitfile.parse(source).value)
    lines = unitfile.values(unit, "Service", "ExecStart")
    return [execline.split_exec(line, unit.name) for line in lines]


WORDS: dict[str, Callable[[str], object]] = {
    "unitfile": unitfile.parse,
    "execline": commands,
    "environment-file": unitfile.environment_text,
}


# --- what is not known -----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["unreachable", "failed"])
def test_nobody_looked(status: str) -> None:
    machine = facts.read(snapshot(BASE, status=status, reason="timed out"))
    assert {f.unknown for f in all_facts(machine).values()} == {f"{status}: timed out"}
    assert {f.value for f in all_facts(machine).values()} == {None}


def test_no_section_is_unknown_not_empty() -> None:
    found = all_facts(facts.read(snapshot({})))
    assert found.pop("guest").unknown.startswith("no inventory plugin and no import told")
    assert {f.unknown for f in found.values()} == {"the snapshot has no such section"}


def test_missing_section_says_why() -> None:
    machine = host(listeners=Section("missing", reason="neither ss nor netstat"))
    assert machine.listeners == Fact("listeners", unknown="neither ss nor netstat")


def test_a_look_that_failed_without_a_word_is_unknown() -> None:
    machine = host(listeners=Section("ok", "", exit=127), rpm=Section("ok", "", exit=0))
    assert machine.listeners.unknown == "the look gave nothing and exit status 127"
    assert machine.packages.value == ()


@pytest.mark.parametrize(
    ("listeners", "reason"),
    [("netstat\n", "netstat gave not even its heading")],
)
def test_tool_without_the_option(listeners: str, reason: str) -> None:
    assert host(listeners=listeners).listeners.unknown == reason


def test_partial_section_says_what_lacks_beside_what_was_not_understood() -> None:
    machine = host(passwd=Section("partial", "a:1:1:/:/x\nrubbish\n", "cut at 9 bytes"))
    assert machine.accounts.value is not None
    assert len(machine.accounts.value) == 1
    assert machine.accounts.partial == "cut at 9 bytes; 1 line not understood, first: rubbish"


def test_looked_and_nothing_there() -> None:
    machine = host(listeners="", usb="", files="", processes="")
    for found in (machine.listeners, machine.usb, machine.processes):
        assert (found.value, found.unknown, found.partial) == ((), "", "")
    assert machine.files.value == {}


def test_nothing_but_rubbish_is_unknown() -> None:
    machine = host(dpkg="a\nb\n", units="rubbish\n", files="rubbish\n", processes="P x\n")
    for found in (machine.packages, machine.units, machine.files, machine.processes):
        assert found.value is None
        assert "not understood, first: " in found.unknown


def test_reason_is_printable_and_short() -> None:
    machine = host(passwd="\x1b[31mred" + "x" * 500)
    assert machine.accounts.unknown.startswith("1 line not understood, first: ?[31mredxxx")
    assert len(machine.accounts.unknown) < 100


def test_sections_of_other_versions_are_left_alone() -> None:
    assert host(tomorrow="x") == host()


# --- facts of several sections ------------------------------------------------------------------

UNITS = (
    "Id=nginx.service\nLoadState=loaded\nActiveState=active\nSubState=running\n"
    "UnitFileState=enabled\nMainPID=812\nFragmentPath=/lib/systemd/system/nginx.service\n"
    "DropInPaths=/etc/systemd/system/nginx.service.d/10-a.conf "
    "/etc/systemd/system/nginx.service.d/20-b.conf\n"
    "\n"
    "Id=x.timer\nActiveState=active\nTimersCalendar={ OnCalendar=daily }\n"
    "TimersCalendar={ OnCalendar=weekly }\n"
)
FILES = "nginx.service enabled enabled\ngetty@.service enabled enabled\nold.service disabled -\n"
FRAGMENT = "F\t/lib/systemd/system/nginx.service\t644\t0\t0\t0\t0\n|[Service]\n|ExecStart=/a\n"
DROP_INS = (
    "F\t/etc/systemd/system/nginx.service.d/20-b.conf\t644\t0\t0\t0\t0\n|[Service]\n|ExecStart=/b\n"
    "F\t/etc/systemd/system/nginx.service.d/10-a.conf\t644\t0\t0\t0\t0\n|[Service]\n|ExecStart=\n"
)


def test_units_of_three_sections() -> None:
    machine = host(units=UNITS, unit_files=FILES, unit_text=FRAGMENT + DROP_INS)
    assert machine.units.partial == ""
    assert machine.units.value is not None
    nginx, old, timer = machine.units.value
    assert nginx.main_pid == 812
    assert nginx.directives == (
        ("Service", "ExecStart", "/a"),
        ("Service", "ExecStart", ""),
        ("Service", "ExecStart", "/b"),
    )
    assert unitfile.values(nginx, "Service", "ExecStart") == ("/b",)
    assert (old.name, old.active, old.enabled) == ("old.service", "inactive", "disabled")
    assert timer.properties["TimersCalendar"].split("\n")[1] == "{ OnCalendar=weekly }"


def test_another_name_of_a_unit_is_no_unit_of_its_own() -> None:
    block = "Id=rsyslog.service\nNames=rsyslog.service syslog.service\nActiveState=active\n"
    listed = "rsyslog.service enabled enabled\nsyslog.service enabled enabled\n"
    found = host(units=block, **{"unit-files": listed}).units.value
    assert [u.name for u in found or ()] == ["rsyslog.service"]


@pytest.mark.parametrize("cgroup", ["/openrc.mosquitto", "/openrc/mosquitto"])
def test_openrc_names_a_service_by_its_cgroup(cgroup: str) -> None:
    record = f"P 5\nppid 1\nuid 0\ngid 0\ncgroup {cgroup}\n"
    found = host(processes=record).processes.value
    assert [p.unit for p in found or ()] == ["mosquitto.service"]


def test_unit_without_its_text_makes_units_partial() -> None:
    assert host(units=UNITS, unit_files=FILES, unit_text=FRAGMENT).units.partial == (
        "1 unit without text, first: nginx.service"
    )
    lacking = host(units=UNITS, unit_files=FILES)
    assert lacking.units.value is not None
    assert lacking.units.partial == "text of units: the snapshot has no such section"


def test_init_scripts_where_there_is_no_systemd() -> None:
    machine = host(units=Section("missing", reason="no systemctl"), sysv="httpd\t1\nold\t0\n")
    assert machine.units.section == "sysv"
    assert machine.units.partial == "init scripts: which of them run is not told"
    assert [(u.name, u.enabled, u.active) for u in machine.units.value or ()] == [
        ("httpd.service", "enabled", ""),
        ("old.service", "disabled", ""),
    ]


DPKG = "nginx\t1.22.1-9\tall\t\tii \t\nlibc6\t2.36-9\tamd64\tglibc\tii \tDebian\n"


def test_packages_asked_for_and_origins() -> None:
    machine = host(dpkg=DPKG, apt_auto="libc6:amd64\n", apt_origins="nginx\tnginx.org stable\n")
    libc, nginx = machine.packages.value or ()
    assert (libc.manual, libc.origin, libc.source) == (False, "Debian", "glibc")
    assert (nginx.manual, nginx.origin, nginx.source) == (True, "nginx.org stable", "nginx")
    assert machine.packages.partial == ""


def test_packages_without_apt() -> None:
    machine = host(dpkg=DPKG, apt_auto=Section("missing", reason="no apt-mark"))
    assert not machine.packages.partial
    assert {p.manual for p in machine.packages.value or ()} == {None}


def test_reason_of_the_package_manager_that_the_system_has() -> None:
    machine = host(
        os_release="ID=rocky\n",
        dpkg=Section("missing", reason="no dpkg-query"),
        rpm=Section("missing", reason="rpm database locked"),
    )
    assert machine.packages == Fact("rpm", unknown="rpm database locked")


@pytest.mark.parametrize(
    ("uname", "family", "system"),
    [("FreeBSD\n14.1-RELEASE\namd64", "bsd", "freebsd"), ("SunOS\n5.11\ni86pc", "other", "sunos")],
)
def test_system_by_uname_alone(uname: str, family: str, system: str) -> None:
    os = host(uname=uname, os_release=Section("missing", reason="no such file")).os
    assert os.value is not None
    assert (os.value.id, os.value.family, os.value.system) == (system, family, system)
    assert os.partial == "os-release: no such file"


@pytest.mark.parametrize(
    ("os_release", "text_of_init", "init"),
    [
        ("ID=debian\nVERSION_ID=12\n", "systemd\n/usr/lib/systemd/systemd\n", "systemd"),
        ("ID=debian\nVERSION_ID=12\n", "systemd\n", "systemd"),
        ("FALLBACK=/etc/redhat-release\nCentOS release 6.10\n", "init\n/sbin/init\n", "upstart"),
        ("FALLBACK=/etc/redhat-release\nCentOS release 5.11\n", "init\n/sbin/init\n", "sysvinit"),
        ("ID=ubuntu\nVERSION_ID=14.04\n", "init\n/sbin/init\n", "upstart"),
        ("ID=alpine\nVERSION_ID=3.19.1\n", "init\n/bin/busybox\n", "openrc"),
        ("ID=debian\nVERSION_ID=12\n", "tini\n/usr/bin/tini\n", "other"),
    ],
)
def test_init(os_release: str, text_of_init: str, init: str) -> None:
    assert host(os_release=os_release, init=text_of_init).init.value == init


def test_group_of_one_unit() -> None:
    machine = host(processes="P 5\nppid 1\nuid 0\ngid 0\ncgroup /init.scope\n")
    assert [p.unit for p in machine.processes.value or ()] == ["init.scope"]


# --- helpers for detectors ---------------------------------------------------------------------


def test_exec_agrees_with_systemd_itself() -> None:
    """The argv that ``systemd --test`` of 252 printed for the case."""
    folder = CASES / "execline"
    told = json.loads((folder / "systemd-252.argv").read_text())
    found = commands((folder / "captured-252.txt").read_text())
    assert [list(command.argv) for line in found for command in line] == told


@pytest.mark.parametrize(
    ("line", "environment", "argv", "left"),
    [
        ("/a $OPTS -x", {"OPTS": "-p '1 2'"}, ("/a", "-p", "1 2", "-x"), ()),
        ("/a $OPTS -x", {"OPTS": ""}, ("/a", "-x"), ()),
        ("/a $OPTS -x", {}, ("/a", "$OPTS", "-x"), ("OPTS",)),
        ("/a --p=${P} $$P a$P", {"P": "1 2"}, ("/a", "--p=1 2", "$P", "a$P"), ()),
        ("/a --p=${P}", {}, ("/a", "--p=${P}"), ("P",)),
        (":/a ${P} $P", {"P": "1"}, ("/a", "${P}", "$P"), ()),
    ],
)
def test_variables(
    line: str, environment: dict[str, str], argv: tuple[str, ...], left: tuple[str, ...]
) -> None:
    (command,) = execline.split_exec(line, "a.service", environment)
    assert (command.argv, command.variables) == (argv, left)


def test_specifiers() -> None:
    (command,) = execline.split_exec(
        "/a %i %I %j %t/x %S %L %C %h %H %m %f", r"db-main@a\x2db-c.service", known={"H": "web01"}
    )
    assert command.argv[1:] == (
        r"a\x2db-c", "a-b/c", "main", "/run/x", "/var/lib", "/var/log", "/var/cache", "/root",
        "web01", "%m", "/a-b/c",
    )  # fmt: skip
    assert command.specifiers == ("%m",)


@pytest.mark.parametrize("line", ["", "/a 'open", "-", "@/a", '/a " b'])
def test_line_that_systemd_refuses(line: str) -> None:
    assert execline.split_exec(line, "a.service") == ()


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        ("90", 90.0),
        ("1min 30s", 90.0),
        ("1min30s", 90.0),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        ("500ms", 0.5),
        ("1M", 2629800.0),
        ("infinity", float("inf")),
        ("", None),
        ("soon", None),
        ("5 parsecs", None),
    ],
)
def test_duration(span: str, seconds: float | None) -> None:
    assert unitfile.duration(span) == seconds


@pytest.mark.parametrize(("word", "value"), [("yes", True), ("Off", False), ("perhaps", None)])
def test_boolean(word: str, value: bool | None) -> None:
    assert unitfile.boolean(word) is value


def test_environment_of_a_unit() -> None:
    source = (
        "[Service]\nEnvironment=GONE=1\nEnvironment=\n"
        "Environment=A=1 \"B=two words\" 'C=%i' 1BAD=x D\nEnvironment=A=2\n"
        "EnvironmentFile=/gone\nEnvironmentFile=\n"
        "EnvironmentFile=-/etc/default/%p\nEnvironmentFile=/etc/b\nEnvironmentFile=relative\n"
    )
    unit = Unit("app@one.service", directives=unitfile.parse(source).value)
    assert unitfile.environment(unit) == {"A": "2", "B": "two words", "C": "one"}
    assert unitfile.environment_files(unit) == (("/etc/default/app", True), ("/etc/b", False))


def test_value_of_a_directive() -> None:
    source = "[Service]\nUser=a\nUser=b\nType=notify\nType=\n[Install]\nUser=c\n"
    unit = Unit("a.service", directives=unitfile.parse(source).value)
    assert unitfile.value(unit, "Service", "User") == "b"
    assert unitfile.value(unit, "Service", "Type", "simple") == "simple"


# --- whatever a machine says ---------------------------------------------------------------------

TEXTS = [case.read_text() for case in sorted(CASES.glob("*/*.txt"))]
PIECES = sorted(
    {piece for body in TEXTS for line in body.split("\n") for piece in line.split("\t")}
)
HOSTILE = st.one_of(
    st.text(),
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8)).map("\t".join),
    st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("\t".join)).map("\n".join),
    st.lists(st.sampled_from(PIECES)).map("\n".join),
    st.sampled_from(TEXTS).flatmap(
        lambda body: st.integers(0, len(body)).map(lambda end: body[:end] + "\x00\udcff"[:1])
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(SECTIONS), HOSTILE))
def test_reading_never_raises_and_unknown_is_never_silent(sections: dict[str, str]) -> None:
    machine = facts.read(snapshot({**BASE, **sections}))
    for found in all_facts(machine).values():
        assert (found.value is None) == bool(found.unknown)
    msgspec.json.encode(machine)


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_helpers_never_raise(body: str) -> None:
    unit = Unit(body[:20], directives=(("Service", "Environment", body),))
    execline.split_exec(body, body[:20], {"A": body})
    assert unitfile.environment(unit) is not None
    assert unitfile.environment_text(body) is not None
    assert unitfile.parse(body).value is not None
    assert unitfile.duration(body) is None or unitfile.duration(body) is not None


@given(st.text())
def test_escape_and_back(plain: str) -> None:
    escaped = text.escape(plain)
    assert text.unescape(escaped) == plain
    assert not {"\n", "\t", "\r"} & set(escaped)


def test_speed() -> None:
    """1 MB of records, the densest kind, well within 150 ms on an idle core; slack for CI."""
    record = (
        "P {0}\nppid 1\nuid 33\ngid 33\ncomm x\ncgroup /system.slice/a.service\na /bin/x\na -v\n"
    )
    sections = {
        "processes": "".join(record.format(pid) for pid in range(6000)),
        "dpkg": "".join(f"p{n}\t1.2-3\tamd64\tsource (1)\tii \tDebian\n" for n in range(8000)),
        "paths": "".join(f"file\t644\t0\t0\t9\t1700000000\t/srv/{n}\t\n" for n in range(5000)),
        "files": "F\t/etc/a\t644\t0\t0\t0\t0\n" + "|key = value\n" * 5000,
    }
    assert sum(map(len, sections.values())) > 800_000
    machine = snapshot({**BASE, **sections})
    fastest = min(_seconds(lambda: facts.read(machine)) for _ in range(3))
    assert fastest < 0.6


@pytest.mark.parametrize("filler", [" ", "\t", "1 ", "\\", "'"])
def test_time_grows_with_the_text_alone(filler: str) -> None:
    hostile = snapshot({**BASE, **dict.fromkeys(SECTIONS, filler * 30_000)})
    assert _seconds(lambda: facts.read(hostile)) < 2


def _seconds(call: Callable[[], object]) -> float:
    """Of the processor: what else runs on the machine does not count."""
    start = time.process_time()
    call()
    return time.process_time() - start
