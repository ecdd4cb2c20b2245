"""Whom a DHCP server answers, and which of its processes are people's."""

from __future__ import annotations

import pytest

from planner.rules import ordinary
from planner.service import leases, runtimes, sessions

OWN = ["10.9.0.1/24", "192.0.2.10/24", "fe80::1/64"]


NINE, TEST = "10.9.0.0/24", "192.0.2.0/24"
FAR = ["172.16.5.1", "172.16.5.9"]
ISC = """\
subnet 10.9.0.0 netmask 255.255.255.0 { }
subnet 172.16.5.0 netmask 255.255.255.0 {
  range 172.16.5.1 172.16.5.9;
}
"""


@pytest.mark.parametrize(
    ("path", "text", "near", "far"),
    [
        ("dnsmasq.d/a", "dhcp-range=10.9.0.50,10.9.0.99,255.255.255.0,2h", [NINE], []),
        (
            "dnsmasq.d/a",
            "dhcp-range=set:a,10.9.0.5,static\ndhcp-host=a,192.0.2.7",
            [NINE, TEST],
            [],
        ),
        ("dnsmasq.d/a", "#dhcp-range=10.9.0.50,10.9.0.99", [], []),
        ("dnsmasq.d/a", "dhcp-range=172.16.5.1,172.16.5.9", [], FAR),
        ("dhcp/dhcpd.conf", ISC, [], FAR),
        ("dhcp/dhcpd.conf", "range dynamic-bootp 10.9.0.5 10.9.0.9;", [NINE], []),
        ("kea/d.conf", '"pools": [{"pool": "10.9.0.5 - 10.9.0.9"}]', [NINE], []),
        ("kea/d.conf", '"dhcp-socket-type": "udp", "pool": "10.9.0.5/32"', [], ["10.9.0.5"]),
        ("kea/d.conf", '// "dhcp-socket-type": "udp"\n"pool": "10.9.0.5/32"', [NINE], []),
        ("udhcpd.conf", "start 10.9.0.5\nend 10.9.0.9", [NINE], []),
        ("udhcpd.conf", "start 999.9.0.5", [], []),
    ],
)
def test_pools_say_where_clients_are(path, text, near, far):
    host = ordinary.host(
        {"addresses": OWN, "files": {f"/etc/{path}": {"path": f"/etc/{path}", "text": text}}}
    )
    found = ordinary.workload({"traits": ["dhcp"], "listeners": []})
    assert leases.leased(host, found).value == tuple(near)
    assert leases.relayed(host, found).value == tuple(far)
    other = ordinary.workload({"listeners": []})
    assert leases.leased(host, other).value == leases.relayed(host, other).value == ()


def listening(*addresses: str) -> list[dict[str, object]]:
    return [{"protocol": "udp", "address": a, "port": 67} for a in addresses]


@pytest.mark.parametrize(
    ("text", "addresses", "near"),
    [
        ("", ["10.9.0.1", "192.0.2.10"], ["10.9.0.0/24", "192.0.2.0/24"]),
        ("", ["0.0.0.0"], []),
        ('"pool": "10.9.0.5/32"', ["10.9.0.1", "192.0.2.10"], ["10.9.0.0/24", "192.0.2.0/24"]),
        ('"pool": "172.16.5.5/32"', ["10.9.0.1"], []),
        ('"dhcp-socket-type": "udp"', ["10.9.0.1"], []),
    ],
)
def test_what_it_listens_on_is_served_unless_relays_stand_between(text, addresses, near):
    files = {"/etc/kea/d.conf": {"path": "/etc/kea/d.conf", "text": text}}
    host = ordinary.host({"addresses": OWN, "files": files})
    found = ordinary.workload({"traits": ["dhcp"], "listeners": listening(*addresses)})
    assert leases.leased(host, found).value == tuple(near)


def test_whom_it_serves_is_not_known_without_settings_or_addresses():
    found = ordinary.workload({"traits": ["dhcp"]})
    for lacking in ("files", "addresses"):
        assert leases.leased(ordinary.host({lacking: "unknown"}), found).unknown
    cut = ordinary.host({"addresses": {"partial": "cut", "value": OWN}})
    assert leases.leased(cut, found).partial == "cut"


ACCOUNTS = [
    {"name": "eva", "uid": 1001, "gid": 1001, "shell": "/bin/bash"},
    {"name": "app", "uid": 1002, "gid": 1002, "shell": "/bin/bash"},
    {"name": "site", "uid": 1003, "gid": 1003, "shell": "/usr/sbin/nologin"},
]
EVA = {"account": "eva", "last": "2026-01-01", "days": 9, "sessions": 9}


@pytest.mark.parametrize(
    ("uids", "changes", "persons", "lack"),
    [
        ([1001], {}, ("eva",), ""),
        ([1002], {}, (), ""),
        ([1003], {}, (), ""),
        ([1003], {"logins": {"partial": "no last", "value": {}}}, (), ""),
        ([1002], {"logins": {"partial": "no last", "value": {"accounts": ["app"]}}}, (), "no last"),
        ([719200501], {}, (), ""),
        (
            [719200501],
            {"directory": {"sources": {"passwd": ["files", "sss"]}, "keytab": True}},
            ("719200501",),
            "",
        ),
        ([719200501], {"directory": {"partial": "cut", "value": {}}}, (), "cut"),
        ([719200501], {"directory": "unknown"}, (), "not looked at"),
        ([719200501], {"accounts": {"partial": "cut", "value": ACCOUNTS}}, (), "cut"),
        ([61200], {"directory": "unknown"}, (), ""),
        ([1003], {"directory": "unknown"}, (), ""),
    ],
)
def test_people_are_those_who_log_in_to_work(uids, changes, persons, lack):
    running = [
        {"pid": 100, "ppid": 1, "uid": 0, "gid": 0},
        *({"pid": 101 + n, "ppid": 100, "uid": uid, "gid": uid} for n, uid in enumerate(uids)),
    ]
    told = {"accounts": ACCOUNTS, "processes": running, "logins": {"seen": [EVA]}}
    root = {"name": "root", "uid": 0, "gid": 0}
    found = ordinary.workload({"pids": [p["pid"] for p in running], "user": root})
    fact = sessions.persons(ordinary.host(told | changes), found)
    assert (fact.value, fact.partial) == (persons, lack)


def test_native_code_of_its_own_is_of_no_package_system_or_runtime():
    paths = [
        "/opt/app/lib/libsign.so",
        "/opt/app/lib/libowned.so.2",
        "/opt/app/lib/libtcnative-1.so",
        "/opt/app/data.bin",
        "/opt/jdk6/jre/lib/amd64/libjava.so",
        "/usr/lib64/libc.so.6",
        "/srv/v/lib/python2.6/site-packages/_psycopg.so",
        "/tmp/jna123.so",
        "/opt/dynatrace/oneagent/agent/lib64/liboneagentproc.so",
        "/opt/AppDynamics/agent/libx.so",
        "/opt/app/tools/libyjpagent.so",
    ]
    host = ordinary.host(
        {
            "mapped": [{"path": p, "pids": [100]} for p in paths]
            + [{"path": "/opt/other/libx.so", "pids": [7]}],
            "owners": {"/opt/app/lib/libowned.so.2": "owned"},
            "runtimes": [{"kind": "java", "path": "/opt/jdk6", "version": "1.6.0_45"}],
        }
    )
    found = ordinary.workload({"exe": "/opt/jdk6/bin/java"})
    assert runtimes.natives(host, found) == ("/opt/app/lib/libsign.so",)
    assert [f"{r.product} {r.last}" for r in runtimes.lifecycles(host, found)] == [
        "openjdk 2018-12-31"
    ]
