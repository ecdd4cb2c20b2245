"""A card is left to the service that works with it, and only where all of that was seen."""

from __future__ import annotations

import pytest

from planner import rules, store
from planner.rules import ordinary
from planner.rules.context import SIGNALS, given
from planner.rules.judging import judge_machine
from planner.service.taken import taken

RULES = rules.load(store.rule_texts(), examples=False)
CARD = {"slot": "01:00.0", "class_code": "048000", "vendor": "1ae8", "device": "0a44"}
GRABBER = {"pid": 7, "ppid": 1, "uid": 9, "gid": 9, "groups": [44], "comm": "grab"}
BROKER = {"pid": 100, "ppid": 1, "uid": 33, "gid": 33, "rss": 1 << 20}
MACHINE = {
    "pci": [{**CARD, "driver": "menable"}],
    "modules": [{"name": "menable", "out_of_tree": True}],
    "open_files": [{"pid": 7, "path": "/dev/menable0"}],
    "processes": [BROKER, GRABBER],
    "user_groups": [
        {"name": "example", "gid": 33},
        {"name": "grab", "gid": 9},
        {"name": "video", "gid": 44},
    ],
}
SERVICE = {"kind": "nats"}
HOLDER = {"id": "example/grab", "name": "grab", "pids": [7], "listeners": [], "unit": ""}


def outcome(machine: dict = {}, service: dict = {}) -> str:  # noqa: B006
    """What becomes of the service beside the one that holds the card."""
    host = ordinary.host({**MACHINE, **machine})
    found = [ordinary.workload(w) for w in ({**SERVICE, **service}, HOLDER)]
    verdicts = {
        w.workload.id: w.verdict.outcome
        for w in judge_machine(RULES, host, found, ordinary.AS_OF).workloads
    }
    assert verdicts["example/grab"] == "stay-vm"
    return verdicts["example/service"]


def test_the_machine_is_split_between_who_holds_its_card_and_who_does_not():
    host = ordinary.host(MACHINE)
    found = [ordinary.workload(w) for w in (SERVICE, HOLDER)]
    judged = judge_machine(RULES, host, found, ordinary.AS_OF)
    assert judged.outcome == "split"
    (one,) = taken(host, found[0]).value
    assert (one.pid, one.device, one.driver) == (7, "/dev/menable0", "menable")
    assert taken(host, found[1]).value == ()


def test_a_card_that_nobody_holds_stays_everybodys():
    host = ordinary.host({**MACHINE, "open_files": []})
    judged = judge_machine(RULES, host, [ordinary.workload(SERVICE)], ordinary.AS_OF)
    assert judged.outcome == "stay"


@pytest.mark.parametrize(
    "fact",
    [
        "open_files", "open_devices", "mapped", "files", "config_files", "unix_sockets", "units",
        "special_sockets", "user_groups", "modules", "devices", "usb", "pci", "cron",
    ],
)  # fmt: skip
@pytest.mark.parametrize("partly", [True, False])
def test_what_was_not_seen_leaves_nobody_out(fact: str, partly: bool):
    value = MACHINE.get(fact, {} if fact in ("files", "special_sockets") else [])
    hidden = {"partial": "cut", "value": value} if partly else "unknown"
    host = ordinary.host({**MACHINE, fact: hidden})
    assert taken(host, ordinary.workload(SERVICE)).value == ()
    assert outcome() == "container"
    assert outcome({fact: hidden}) in ("stay-vm", "insufficient-data")


@pytest.mark.parametrize(
    ("machine", "service"),
    [
        ({"login": {"user": "plain", "uid": 1000}}, {}),
        ({}, {"kind": "service"}),
        ({}, {"kind": "python"}),
        ({}, {"unread": ["/etc/nats.conf"]}),
        ({}, {"argv": ["/usr/bin/x", "--in=/dev/menable0"]}),
        ({"processes": [{**BROKER, "uid": 0}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "groups": [44]}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "groups": [4711]}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "uid": 9}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "caps": "2"}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "untold": ["caps"]}, GRABBER]}, {}),
        ({"mapped": [{"path": "/opt/sdk/libfg.so", "pids": [7, 100]}]}, {}),
        ({"mapped": [{"path": "/usr/lib/libusb-1.0.so.0", "pids": [100]}]}, {}),
        ({"unix_sockets": [{"path": "/run/grab.sock", "kind": "stream", "pids": [7],
                            "peers": [100]}]}, {}),
        ({"pci": [{**CARD, "driver": "menable"}] * 2}, {}),
        ({"pci": [{**CARD, "driver": "menable"}, {**CARD, "driver": ""}]}, {}),
        ({"devices": [{"kind": "video", "name": "menable1"}]}, {}),
        ({"modules": [{"name": "menable", "out_of_tree": True},
                      {"name": "pcie_secret", "out_of_tree": True}]}, {}),
    ],
)  # fmt: skip
def test_whatever_may_tie_it_to_the_card_keeps_it(machine: dict, service: dict):
    assert outcome(machine, service) in ("stay-vm", "insufficient-data")


def test_a_program_of_its_own_goes_where_it_works_by_a_port_of_the_holder():
    port = {"protocol": "tcp", "address": "127.0.0.1", "port": 5250, "pids": [7]}
    asks = {"local_address": "127.0.0.1", "local_port": 40000, "peer_address": "127.0.0.1",
            "peer_port": 5250, "pids": [100]}  # fmt: skip
    own = {"kind": "service"}
    assert outcome({"listeners": [port]}, own) == "stay-vm"
    assert outcome({"listeners": [port], "connections": [asks]}, own) == "container"


@pytest.mark.parametrize(
    ("groups", "variables", "found"),
    [
        (["tenant_portal"], {"isolation": "none"}, ()),
        (["tenant_portal"], {"isolation": "strict"}, ("group tenant_portal",
                                                      "variable isolation=strict")),
        (["tenant_portal"], {}, ("group tenant_portal",)),
        (["tenant_portal"], {"isolation": "unknown"}, ("group tenant_portal",)),
        (["pci"], {"isolation": "none"}, ("group pci",)),
        (["web"], {"tenant": "None"}, ()),
        (["web"], {"tenant": "acme"}, ("variable tenant=acme",)),
    ],
)  # fmt: skip
def test_a_variable_that_denies_isolation(groups: list, variables: dict, found: tuple):
    host = ordinary.host({"groups": groups, "variables": variables})
    assert given(SIGNALS["isolation"], host) == found
