"""Facts that are made for rules out of several sections: encryption, people, networks, ports."""

from __future__ import annotations

import pytest

from planner.model import (
    Account,
    BlockDevice,
    DirectoryMembership,
    DirectorySetting,
    Engine,
    Engines,
    Fact,
    Firewall,
    Listener,
    Logins,
    Mount,
    PacketFilter,
    Process,
    Seen,
    SpecialSocket,
    SpecialSockets,
    Swap,
    Workload,
)
from planner.rules import ordinary
from planner.service import filtered, guarded, mentions, reached, routing, stores, users
from tests.hostkit import host, process

CRYPT = BlockDevice("dm-0", 1, "crypt", mapped="sda3_crypt", slaves=("sda3",))
VOLUME = BlockDevice("dm-1", 1, "lvm", mapped="vg-root", volume="vg/root", slaves=("dm-0",))
ELSEWHERE = (
    "3 processes live in other networks of this machine (containers): their sockets are not seen"
)


def workload(**fields: object) -> Workload:
    return ordinary.workload({"listeners": [], **fields})


def on(port: int, address: str = "*", protocol: str = "tcp") -> list[dict[str, object]]:
    return [{"protocol": protocol, "address": address, "port": port}]


@pytest.mark.parametrize(
    ("mounts", "swap", "expected"),
    [
        ([("/", "/dev/mapper/vg-root")], [], ("/",)),
        ([("/", "/dev/vg/root")], [], ("/",)),
        ([("/", "/dev/dm-1"), ("/boot", "/dev/sda1")], [], ("/",)),
        ([("/", "/dev/sda1")], ["/dev/dm-1"], ()),
        ([("/", "/dev/sda1"), ("/tmp", "/dev/mapper/vg-root")], [], ()),
        ([("/", "/dev/sda1")], [], ("/dev/mapper/vg-root",)),
    ],
)
def test_encryption_is_followed_through_volumes(mounts, swap, expected):
    machine = host(
        block_devices=(CRYPT, VOLUME),
        mounts=tuple(Mount(path, source, "ext4") for path, source in mounts),
        swap=tuple(Swap(path, "partition", 1, 0) for path in swap),
    )
    assert guarded.encrypted(machine).value == expected


def test_encryption_without_devices_is_known_only_of_plain_partitions():
    def seen(source: str) -> Fact[tuple[str, ...]]:
        mounts = (Mount("/", source, "ext4"),)
        return guarded.encrypted(host(unknown={"block_devices": "not asked"}, mounts=mounts))

    assert seen("/dev/nvme0n1p2").value == ()
    assert seen("/dev/mapper/root").unknown == "not asked"
    assert seen("/dev/md0").unknown == "not asked"


def test_people_are_neither_administrators_nor_automation_nor_guests():
    days = {"eva": 9, "tom": 9, "ansible": 99, "boss": 20, "once": 1}
    seen = tuple(Seen(name, "2026-01-01", n, n) for name, n in days.items())
    logins = Logins(accounts=("root", *days), admins=("boss",), seen=seen)
    assert users.people(host(logins=logins)).value == ("eva", "tom")
    cut = Fact("logins", Logins(accounts=("root", "ansible")), partial="no last")
    assert users.people(host(logins=cut)) == Fact("logins", ())
    cut = Fact("logins", Logins(accounts=("root", "eva")), partial="no last")
    assert users.people(host(logins=cut)).partial == "no last"


def test_a_few_administrators_are_what_any_machine_has():
    cut = Fact("logins", Logins(accounts=("root", "eva", "ida"), admins=("eva",)), "", "no last")
    assert users.visitors(host(logins=cut)) == Fact("logins", ())
    many = ("eva", "ida", "tom", "udo")
    cut = Fact("logins", Logins(accounts=many, admins=many), "", "no last")
    assert users.visitors(host(logins=cut)).partial == "no last"
    seen = tuple(Seen(name, "2026-01-01", 3, 3) for name in many)
    assert users.visitors(host(logins=Logins(many, many, seen=seen))).value == many


def test_without_logins_people_are_known_only_where_nobody_could_be_one():
    service = (Account("root", 0, 0, "/root", "/bin/bash"), Account("www", 33, 33))
    unknown = {"logins": "not asked", "directory": "not asked"}
    assert users.people(host(unknown=unknown, accounts=service)).value == ()
    member = (process(9, "/usr/sbin/sssd"),)
    assert users.people(host(unknown=unknown, accounts=service, processes=member)).unknown
    eva = (*service, Account("eva", 1001, 1001, "/home/eva", "/bin/bash"))
    assert users.people(host(unknown=unknown, accounts=eva)).unknown == "not asked"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sources": {"passwd": ("sss", "files")}}, ()),
        ({"sources": {"passwd": ("files",)}, "keytab": True, "domains": ("a.b",)}, ()),
        ({"sources": {"passwd": ("files", "sss")}, "keytab": True, "domains": ("a.b",)}, ("a.b",)),
        ({"sources": {"passwd": ("files", "winbind")}, "machine_account": True}, ("unnamed",)),
        (
            {
                "sources": {"passwd": ("files", "sss")},
                "domains": ("ldap.example",),
                "settings": (DirectorySetting("/etc/sssd/sssd.conf", "sssd", "domains", "x"),),
            },
            ("ldap.example",),
        ),
    ],
)
def test_a_member_of_a_directory_takes_users_from_it(fields, expected):
    assert users.joined_to(host(directory=DirectoryMembership(**fields))).value == expected


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (("192.0.2.10/24", "192.0.2.11/24", "192.0.2.80/32"), ("192.0.2.0/24",)),
        (("192.0.2.10/24", "2001:db8::1/64"), ("192.0.2.0/24",)),
        (("10.1.0.5/16", "10.2.0.5/16"), ("10.1.0.0/16", "10.2.0.0/16")),
        (("192.0.2.10/24", "169.254.3.4/16"), ("192.0.2.0/24",)),
        (("192.0.2.10/24", "172.17.0.1/16"), ("172.17.0.0/16", "192.0.2.0/24")),
    ],
)
def test_networks(addresses, expected):
    assert reached.networks(host(addresses=addresses)).value == expected


def test_bridges_of_engines_are_no_networks():
    addresses = ("192.0.2.10/24", "172.18.0.1/16", "10.88.0.1/16", "192.168.122.1/24")
    machine = host(addresses=addresses, unknown={"engines": "not asked"})
    assert reached.networks(machine).value == ("192.0.2.0/24",)
    assert "10.88.0.0/16" in reached.networks(machine).partial
    docker = host(addresses=addresses, engines=Engines((Engine("docker"),)))
    assert reached.networks(docker).value == ("10.88.0.0/16", "192.0.2.0/24", "192.168.122.0/24")


DOCKER_NAT = """\
*nat
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.18.0.0/16 ! -o br-0123456789ab -j MASQUERADE
-A POSTROUTING -s 172.30.9.0/24 ! -o shop0 -j MASQUERADE
-A POSTROUTING -s 172.18.0.2/32 -d 172.18.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
-A POSTROUTING -s 172.30.9.2/32 -d 172.30.9.2/32 -p tcp -m tcp --dport 81 -j MASQUERADE
-A DOCKER ! -i shop0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.30.9.2:80
-A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE
-A POSTROUTING -m comment --comment "no masquerade here" -j ACCEPT
COMMIT
*filter
-A DOCKER-USER -s 10.20.0.0/24 -i eth1 -o docker0 -j DROP
-A FORWARD -o shop0 -j DOCKER
COMMIT
"""


@pytest.mark.parametrize(
    ("kind", "line", "own"),
    [
        ("iptables", "-A POSTROUTING -s 10.20.0.0/24 -o eth0 -j MASQUERADE", True),
        ("iptables", "-A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.10", True),
        ("iptables", "-A POSTROUTING ! -s 192.0.2.10/32 -o eth0 -j MASQUERADE", True),
        ("iptables", "-A POSTROUTING -s 192.0.2.11/32 -j SNAT --to-source 192.0.2.10", False),
        ("iptables", "-A PREROUTING -p tcp --dport 81 -j DNAT --to-destination 10.20.0.7:80", True),
        ("iptables", "-A PREROUTING -p tcp --dport 82 -j DNAT --to-destination 172.18.0.9", False),
        ("iptables", "-A OUTPUT -p tcp --dport 83 -j DNAT --to-destination 10.20.0.7", False),
        ("iptables", "-A INPUT -p tcp --dport 83 -j ACCEPT", False),
        ("nft", 'table ip nat {\nchain post {\noifname "eth0" masquerade\n}\n}', True),
        (
            "nft",
            "table ip nat {\nchain post {\nip saddr 10.20.0.0/24 snat to 192.0.2.10\n}\n}",
            True,
        ),
        ("nft", 'table ip nat {\nchain post {\noifname != "docker0" masquerade\n}\n}', False),
        ("nft", "table inet netavark {\nchain NETAVARK-1 {\nmasquerade\n}\n}", False),
        ("firewalld", "### zone external.xml\n<masquerade/>", True),
        ("firewalld", '<forward-port port="80" protocol="tcp" to-port="8080"/>', False),
        ("firewalld", '<forward-port port="80" protocol="tcp" to-addr="10.20.0.7"/>', True),
    ],
)
def test_translation_for_others_is_not_what_an_engine_sets_up(kind, line, own):
    loaded = (
        PacketFilter("iptables", "kernel", True, text=DOCKER_NAT),
        PacketFilter(kind, "kernel", True, text=line + "\n"),
    )
    machine = host(
        addresses=("192.0.2.10/24", "192.0.2.11/24", "10.20.0.1/24", "172.18.0.1/16"),
        engines=Engines((Engine("docker"),)),
        firewall=Firewall(("ipv4",), loaded),
    )
    found = routing.translates(machine).value
    assert found == ((next(x for x in line.split("\n") if x in found),) if own else ())


def test_translation_is_unknown_where_no_rules_were_read():
    assert routing.translates(host(unknown={"firewall": "not root"})).value is None
    network = {"firewall": Firewall(("ipv4",), (PacketFilter("nft", "x", translations=("snat",)),))}
    assert routing.translates(host(**network)).value == ("snat",)


def test_sockets_of_containers_lack_nothing_to_what_runs_beside_them():
    own, other = process(100, "/x"), process(7, "/y", namespaces={"net": 1})
    fact: Fact[tuple[Listener, ...]] = Fact("listeners", (), partial=ELSEWHERE)
    machine = host(listeners=fact, processes=(own, other))
    assert reached.within_sight(machine, workload(pids=[100]), fact) == Fact("listeners", ())
    assert reached.within_sight(machine, workload(pids=[7]), fact) == fact
    assert reached.within_sight(machine, workload(pids=[100, 8]), fact) == fact
    more: Fact[tuple[Listener, ...]] = Fact("listeners", (), partial=f"{ELSEWHERE}; cut")
    assert reached.within_sight(machine, workload(pids=[100]), more) == more


def test_special_sockets_are_those_of_its_processes():
    told = SpecialSockets((SpecialSocket("packet", 3, (7,)), SpecialSocket("raw", 1, (7, 100))))
    machine = host(special_sockets=told, processes=(process(100, "/x"),))
    assert [s.kind for s in reached.special_sockets(machine, workload()).value or ()] == ["raw"]


@pytest.mark.parametrize(
    ("kind", "line", "meant"),
    [
        ("iptables", "-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT", False),
        ("iptables", "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 5432 -j ACCEPT", True),
        (
            "iptables",
            "-A INPUT -s 10.0.0.0/8 -p tcp -m multiport --dports 80,5400:5500 -j ACCEPT",
            True,
        ),
        ("iptables", "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 54320 -j ACCEPT", False),
        ("iptables", "-A INPUT -i lo -p tcp --dport 5432 -j ACCEPT", False),
        ("iptables", "-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 5432", True),
        ("iptables", "-A DOCKER ! -i docker0 -p tcp --dport 5432 -j DNAT --to 172.17.0.2", False),
        ("iptables", "-A INPUT -p tcp -m multiport --dports 5432 -j f2b-postgres", False),
        ("iptables", "-A INPUT -p tcp --dport 5432 -j DROP", True),
        ("nft", "tcp dport 5432 accept", False),
        ("nft", "ip saddr 10.0.0.0/8 tcp dport { 22, 5432 } accept", True),
        ("nft", 'iifname "lo" tcp dport 5432 accept', False),
        ("nft", "tcp dport 80 redirect to :5432", True),
        ("ufw", "### tuple ### allow tcp 5432 0.0.0.0/0 any 0.0.0.0/0 in", False),
        ("ufw", "### tuple ### allow tcp 5432 0.0.0.0/0 any 10.0.0.0/8 in", True),
        ("ufw", "### tuple ### limit tcp 5432 0.0.0.0/0 any 0.0.0.0/0 in", True),
        ("firewalld", '<service name="postgresql"/>', False),
        (
            "firewalld",
            '<rule family="ipv4">\n<source address="10.0.0.0/8"/>\n<service name="postgresql"/>\n'
            "<accept/></rule>",
            True,
        ),
    ],
)
def test_rules_of_a_port(kind, line, meant):
    rules = Firewall(filters=(PacketFilter(kind, "kernel", True, text=f"{line}\n"),))
    own = workload(listeners=on(5432))
    assert bool(filtered.filtered(host(firewall=rules), own).value) is meant
    off = Firewall(filters=(PacketFilter(kind, "kernel", False, text=f"{line}\n"),))
    assert filtered.filtered(host(firewall=off), own).value == ()


def test_a_kernel_that_nobody_could_ask_has_rules_of_nobody():
    cut = Fact(
        "firewall", Firewall(), "", "no nft is there to ask the kernel for rules of nftables"
    )
    assert filtered.filters(host(firewall=cut)) == Fact("firewall", ())
    cut = Fact("firewall", Firewall(), "", "not root: rules that the kernel has now")
    assert filtered.filters(host(firewall=cut)).partial


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("db=10.0.0.5", [("10.0.0.5", False)]),
        ("url=http://203.0.113.7/x", [("203.0.113.7", False)]),
        ("upstream 8.8.4.4:53", [("8.8.4.4", False)]),
        ("listen 192.0.2.10:443", [("192.0.2.10", True)]),
        ("version 4.2.1.9", []),
        ("release 1.10.0.5.2", []),
        ("from 10.0.0.0/8", []),
        ("netmask 255.255.255.0 any 0.0.0.0", []),
        ("bind 127.0.0.1", []),
        ("group 239.1.2.3", []),
    ],
)
def test_mentions(text, expected):
    machine = host(addresses=("192.0.2.10/24",))
    own = workload(argv=["/x", text])
    found = mentions.mentions(machine, own).value or ()
    assert [(m.address, m.own) for m in found] == expected


def test_mentions_need_the_machines_addresses():
    machine = host(unknown={"addresses": "neither ip nor ifconfig"})
    assert mentions.mentions(machine, workload()).partial == "neither ip nor ifconfig"


def test_stores_in_memory_count_together_and_a_forked_child_once():
    def runs(pid: int, *argv: str, **more: object) -> Process:
        return process(pid, *argv, rss=10, **more)

    running = (
        runs(11, "/usr/bin/redis-server"),
        runs(12, "redis-rdb-bgsave", ppid=11, exe="/usr/bin/redis-server"),
        runs(13, "/usr/bin/memcached", "-m", "64"),
        runs(14, "/usr/sbin/nginx"),
        runs(15, "/usr/bin/valkey-server"),
        runs(16, "/usr/bin/redis-cli", "monitor"),
    )
    assert stores.memory(host(processes=running)).value == 30
    assert stores.memory(host(unknown={"processes": "hidden"})).value is None
