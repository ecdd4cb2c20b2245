"""A card is left to the service that works with it, and only where all of that was seen."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import rules, store
from planner.rules import context, ordinary
from planner.rules.judging import judge_machine
from planner.service.taken import taken

RULES = rules.load(store.rule_texts(), examples=False)
CARD = {"slot": "01:00.0", "class_code": "048000", "vendor": "1ae8", "device": "0a44"}
GRABBER = {"pid": 7, "ppid": 1, "uid": 9, "gid": 9, "groups": [44], "comm": "grab",
           "exe": "/opt/acme/bin/grab", "unit": "grab.service"}  # fmt: skip
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
SERVED = {"kind": "nginx", "pids": [100, 101], "exe": "/usr/sbin/nginx",
          "packages": [{"name": "nginx", "version": "1", "pin": "nginx=1", "reason": "it"}],
          "volumes": [{"name": "data", "path": "/srv/data", "kind": "data",
                       "reason": "it"}]}  # fmt: skip
SECOND = {**BROKER, "pid": 101, "exe": "/usr/sbin/nginx"}
HOLDER = {"id": "example/grab", "name": "grab", "pids": [7], "listeners": [], "unit": ""}
NAMES = st.from_regex(
    r"(?!nginx|users|certs|nobody|nogroup|example)[b-r][a-z]{4,8}", fullmatch=True
)
ROOT = {"path": "/", "source": "/dev/vda1", "type": "ext4"}


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
        "owners", "packages", "accounts", "mounts", "block_devices",
    ],
)  # fmt: skip
@pytest.mark.parametrize("partly", [True, False])
def test_what_was_not_seen_leaves_nobody_out(fact: str, partly: bool):
    value = MACHINE.get(fact, {} if fact in ("files", "special_sockets", "owners") else [])
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
        ({"processes": [BROKER]}, {}),
        ({"processes": [BROKER, {**GRABBER, "exe": ""}]}, {}),
        ({"processes": [{**BROKER, "ppid": 7}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "exe": "/usr/bin/x", "unit": "grab.service"}, GRABBER]}, {}),
        ({"processes": [{**BROKER, "gid": 50}, GRABBER],
          "user_groups": [*MACHINE["user_groups"], {"name": "fgrab", "gid": 50}]}, {}),
        ({}, {"exe": "/opt/other/nats-server"}),
        ({}, {"argv": ["/usr/bin/x", "--board", "Menable0"]}),
        ({}, {"argv": ["/usr/bin/x", "--board", "menable-1"]}),
        ({}, {"argv": ["/usr/bin/x", "--bar=/sys/bus/pci/devices/0000:01:00.0/resource0"]}),
        ({"open_files": [*MACHINE["open_files"],
                         {"pid": 100, "path": "/sys/class/uio/uio0/device/resource0"}]}, {}),
        ({"mapped": [{"path": "/sys/bus/pci/devices/0000:01:00.0/resource0", "pids": [100]}]}, {}),
        ({"mapped": [{"path": "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so",
                      "pids": [100]}]}, {}),
        ({}, {"couplings": [{"workload": "example/grab", "kind": "unit", "detail": "grab"}]}),
        ({"modules": [{"name": "menable", "out_of_tree": True},
                      {"name": "pcie_secret", "out_of_tree": True}]}, {}),
    ],
)  # fmt: skip
def test_whatever_may_tie_it_to_the_card_keeps_it(machine: dict, service: dict):
    assert outcome(machine, service) in ("stay-vm", "insufficient-data")


def test_a_port_of_the_holder_proves_of_a_program_of_its_own_nothing():
    port = {"protocol": "tcp", "address": "127.0.0.1", "port": 5250, "pids": [7]}
    asks = {"local_address": "127.0.0.1", "local_port": 40000, "peer_address": "127.0.0.1",
            "peer_port": 5250, "pids": [100]}  # fmt: skip
    both = {"listeners": [port], "connections": [asks]}
    assert outcome(both, {"kind": "service"}) == "stay-vm"
    assert outcome(both) == "container"


def test_a_card_without_a_driver_is_not_whose_port_somebody_holds():
    machine = {"pci": [{**CARD, "driver": ""}], "modules": []}
    line = {**machine, "open_files": [{"pid": 7, "path": "/dev/ttyS0"}]}
    assert taken(ordinary.host({**MACHINE, **line}), ordinary.workload(SERVICE)).value
    assert outcome(line) == "stay-vm"


@pytest.mark.parametrize(
    ("module", "device"),
    [
        ("menable_bus", "/dev/menable0"),
        ("videomaster", "/dev/video0"),
        ("megaraid", "/dev/megaraid_sas_ioctl_node"),
        ("pcan", "/dev/pcan0"),
        ("gpib", "/dev/gpib0"),
        ("ni_usb_gpib", "/dev/comedi0"),
    ],
)
def test_a_module_that_is_not_the_held_device_s_keeps_all(module: str, device: str):
    machine = {
        "pci": [],
        "modules": [{"name": module, "out_of_tree": True}],
        "open_files": [{"pid": 7, "path": device}],
    }
    (one,) = taken(ordinary.host({**MACHINE, **machine}), ordinary.workload(SERVICE)).value
    assert one.driver == ""
    assert outcome(machine) == "stay-vm"


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("port: 4222", True),
        ("# load_module x\nport: 4222", True),
        ("default-storage-engine = InnoDB", True),
        ("ssl_engine acme;", False),
        ("ssl_certificate_key engine:pkcs11:token=a;", False),
        ("load_module modules/x.so;", False),
        ("tls_keyform engine", False),
        ("ssl-provider acme", False),
        ("auth_plugin /usr/lib/x", False),
        ("shared_preload_libraries = 'x'", False),
        ("board = menable0", False),
        ("root /opt/acme/www;", False),
        ("# /dev/menable0 was here", False),
    ],
)
def test_settings_that_bring_in_more_than_files_and_the_network(text: str, spared: bool):
    copy = {"path": "/etc/x.conf", "kind": "config", "reason": "its settings"}
    machine = {"files": {"/etc/x.conf": {"path": "/etc/x.conf", "text": text}}}
    found = taken(
        ordinary.host({**MACHINE, **machine}), ordinary.workload({**SERVICE, "copies": [copy]})
    )
    assert bool(found.value) == spared


@pytest.mark.parametrize(
    ("text", "groups", "spared"),
    [
        ("serial /dev/ttyUSB0", [20], True),
        ("# serial /dev/ttyUSB0", [20], False),
        ("port 9000 # /dev/ttyUSB0 (old meter)", [20], False),
        ("<!-- <port>/dev/ttyUSB0</port> -->", [20], False),
        ("serial /dev/ttyUSB0", [0], False),
    ],
)
def test_who_is_set_up_to_use_an_adapter_is_read_from_what_counts(
    text: str, groups: list, spared: bool
):
    machine = {
        "pci": [], "modules": [], "open_files": [],
        "usb": [{"vendor": "0403", "product": "6001", "name": "FT232"}],
        "devices": [{"kind": "usb-serial", "name": "ttyUSB0"}],
        "user_groups": [*MACHINE["user_groups"], {"name": "root", "gid": 0},
                        {"name": "dialout", "gid": 20}],
        "processes": [BROKER, {**GRABBER, "groups": groups,
                               "argv": ["grab", "/etc/acme/grab.conf"]}],
        "files": {"/etc/acme/grab.conf": {"path": "/etc/acme/grab.conf", "text": text}},
    }  # fmt: skip
    assert (outcome(machine) in ("container", "container-with-changes")) == spared


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
    assert context.given(context.SIGNALS["isolation"], host) == found


@pytest.mark.parametrize("value", ["none", "No", "false", "not required", "not_required"])
@pytest.mark.parametrize(
    "name", ["isolation", "tenant_isolation", "isolation_required", "ISOLATION_CLASS"]
)
def test_isolation_is_denied_in_words_alone(name: str, value: str):
    assert not _demands({name: value})


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"isolation": ""},
        {"isolation": "0"},
        {"isolation": "null"},
        {"isolation_exception": "no"},
        {"isolation_ticket": "none"},
        {"db_isolation_level": "none"},
        {"tenant": "0"},
    ],
)
def test_what_does_not_deny_isolation_leaves_the_tenant_group(variables: dict):
    assert "group tenant_a" in _demands(variables)


def test_a_tenant_may_be_a_number():
    host = ordinary.host({"groups": ["web"], "variables": {"tenant": "0"}})
    assert context.given(context.SIGNALS["isolation"], host) == ("variable tenant=0",)


def _demands(variables: dict) -> tuple[str, ...]:
    host = ordinary.host({"groups": ["tenant_a"], "variables": variables})
    return context.given(context.SIGNALS["isolation"], host)


def _alike(name: str) -> dict:
    """A package of the vendor *name*."""
    return {"version": "1", "origin": name, "source": name}


@st.composite
def _ties(draw: st.DrawFn) -> dict:
    """What is other on a machine of which a second process of the service has to do with a card."""
    name = draw(NAMES)
    lib = f"/usr/lib/{name}/{draw(NAMES)}.so"
    group = {"name": name, "gid": draw(st.integers(1000, 60000))}
    mine = {"/usr/sbin/nginx": "nginx"}
    disk = {"name": f"{name}0", "size": 1 << 30, "type": "disk"}
    moved = {**GRABBER, "exe": f"/usr/bin/{name}"}
    return draw(
        st.sampled_from(
            [
                # an unlisted group, in /etc/group and not
                {"second": {"groups": [group["gid"]]}, "user_groups": [group]},
                {"second": {"groups": [group["gid"]]}},
                {"second": {"gid": group["gid"]}, "user_groups": [group]},
                # a shared folder: of its program, its command, its place, its libraries
                {"second": {"exe": f"/opt/acme/{name}"}, "owners": {f"/opt/acme/{name}": "nginx"}},
                {"second": {"argv": ["nginx", f"--in=/opt/acme/{name}"]}},
                {"second": {"cwd": "/opt/acme"}},
                {"mapped": [{"path": f"/opt/acme/lib{name}.so", "pids": [101]}]},
                {"mapped": [{"path": lib, "pids": [7]}, {"path": lib, "pids": [101]}]},
                # a shared package, source or vendor
                {"holder": moved, "owners": {moved["exe"]: "nginx"}},
                {"holder": moved, "owners": {moved["exe"]: "nginx"},
                 "packages": [{"name": "nginx", **_alike("Debian"), "source": ""}]},
                {"holder": moved, "owners": {moved["exe"]: name},
                 "packages": [{"name": "nginx", **_alike(name)},
                              {"name": name, **_alike(name), "origin": "Debian"}]},
                {"holder": moved, "owners": {moved["exe"]: name},
                 "packages": [{"name": "nginx", **_alike(name)},
                              {"name": name, **_alike(name), "source": ""}]},
                # a disk or file system of a driver that the kernel does not bring along
                {"mounts": [{"path": "/srv", "source": f"/dev/{name}0", "type": "xfs"}]},
                {"mounts": [{"path": "/srv", "source": f"/dev/{name}0", "type": "xfs"}],
                 "block_devices": [disk]},
                {"mounts": [{"path": "/srv", "source": "/dev/dm-0", "type": "xfs"}],
                 "block_devices": [disk, {**disk, "name": "dm-0", "type": "dm",
                                          "slaves": [disk["name"]]}]},
                {"mounts": [{"path": "/srv", "source": name, "type": f"{name}fs"}]},
                {"pci": [{**CARD, "slot": "2", "class_code": "010700", "driver": name}],
                 "modules": [{"name": name, "out_of_tree": True}]},
            ]
        )
    ) | {"mine": mine}  # fmt: skip


def _spared(tie: dict) -> bool:
    lists = {
        "user_groups": MACHINE["user_groups"], "mounts": [ROOT], "mapped": [],
        "pci": MACHINE["pci"], "modules": MACHINE["modules"],
        "block_devices": [{"name": "vda", "size": 1 << 30, "type": "disk"},
                          {"name": "vda1", "size": 1 << 30, "type": "part", "parent": "vda"}],
        "packages": [] if "packages" in tie else [{"name": "nginx", **_alike("Debian")}],
    }  # fmt: skip
    machine = {name: [*usual, *tie.get(name, [])] for name, usual in lists.items()}
    machine["owners"] = tie.get("mine", {}) | tie.get("owners", {})
    machine["processes"] = [
        BROKER, {**SECOND, **tie.get("second", {})}, {**GRABBER, **tie.get("holder", {})}
    ]  # fmt: skip
    found = taken(ordinary.host({**MACHINE, **machine}), ordinary.workload(SERVED))
    assert found.value is not None
    return bool(found.value)


@given(_ties())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_second_process_with_any_tie_to_the_card_keeps_the_service(tie: dict):
    assert _spared({"mine": tie["mine"]})
    assert not _spared(tie)
