"""What others know of machines, imported: fact caches, ``--tree`` folders, RVTools exports."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ours import RULES

from planner import facts, store
from planner.errors import InputError
from planner.facts import doors
from planner.imports import cache, rvtools, setup, sheets
from planner.imports.values import whole
from planner.model import Fact, Section, Snapshot, Typed, VirtualDisk
from planner.plan import make_plan

CASES = Path(__file__).with_name("imports")
FOLDERS = sorted(CASES.glob("*/in"))
PROGRAM = str(Path(sys.executable).with_name("planner"))


def planner(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )


# --- facts of Ansible ---------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_case(folder: Path, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "in"))
    for file in copied.iterdir():
        os.utime(file, (1772432100, 1772432100))  # where no time is told, that of the file counts
    for snapshot in setup.read([copied]).snapshots:
        text = store.encode(snapshot).decode()
        assert "planted" not in text
        golden(folder.parent / f"{snapshot.host}.json", text)


def test_the_three_forms_of_a_cache_give_the_same() -> None:
    """One machine, one day, by ansible-core 2.16, 2.18 and 2.19: what differs is in the modules."""
    told = [
        setup.read([CASES / f"captured-cache-{version}" / "in"]).snapshots[0]
        for version in ("2.16", "2.18", "2.19")
    ]
    assert {snapshot.host for snapshot in told} == {"web01"}
    same = ("os", "kernel", "addresses", "machine_id", "packages", "units", "init", "dmi")
    for name in same:
        assert len({str(s.typed.get(name)) for s in told}) == 1, name
    assert [s.typed["mounts"].door for s in told] == ["setup", "mount_facts", "mount_facts"]


def test_what_setup_and_the_other_modules_tell_reaches_the_host() -> None:
    (snapshot,) = setup.read([CASES / "constructed-modules" / "in"]).snapshots
    host = facts.read(snapshot)
    assert (host.status, host.door, host.taken_at) == ("seen", "setup", "2026-03-02T06:15:00Z")
    assert host.os.value is not None
    assert (host.os.value.id, host.os.value.version, host.os.value.family) == (
        "centos",
        "7.9",
        "rhel",
    )
    assert host.os.section == "setup"
    assert host.addresses.value == ("10.20.0.15/24", "10.20.0.16/24", "10.21.0.15/16")
    assert host.timezone == Fact("setup", unknown="setup tells no zone, only CET (+0100)")
    assert [(p.name, p.version) for p in host.packages.value or ()] == [
        ("bind-libs", "32:9.11.4-26.P2.el7"),
        ("httpd", "2.4.6-97.el7.centos"),
        ("kernel", "3.10.0-1127.el7"),
        ("kernel", "3.10.0-1160.el7"),
    ]
    units = {u.name: (u.active, u.enabled) for u in host.units.value or ()}
    assert units["httpd.service"] == ("active", "enabled")
    assert units["mariadb.service"] == ("failed", "")
    assert units["kdump.service"] == ("", "enabled")  # ran once, or is stopped: not told
    assert units["legacyapp.service"] == ("active", "enabled")
    assert "apparmor.service" not in units
    assert "no text" in host.units.partial
    assert [(s.path, s.size) for s in host.space.value or ()] == [("/", 53660876800)]
    assert [(x.protocol, x.port, x.pids) for x in host.listeners.value or ()] == [
        ("tcp", 22, (988,)),
        ("tcp", 80, (1204,)),
        ("tcp", 3306, ()),
        ("udp", 323, (733,)),
    ]
    assert "inst.ks=http://***@10.0.0.1/ks.cfg" in (host.kernel_cmdline.value or ())
    assert "ipmi_password=***" in (host.kernel_cmdline.value or ())
    assert host.processes.unknown == host.cron.unknown == "not told by setup"


def test_windows() -> None:
    (snapshot,) = setup.read([CASES / "constructed-windows-tree" / "in"]).snapshots
    host = facts.read(snapshot)
    assert host.os.value is not None
    assert (host.os.value.system, host.os.value.version) == ("windows", "2019")
    assert host.machine_id.value is None  # what Windows calls so is the SID of its domain
    assert host.addresses.value == ("10.20.0.30",)
    assert host.addresses.partial == "without the length of the prefixes"


def test_one_bad_file_costs_only_its_host(tmp_path: Path) -> None:
    folder = CASES / "constructed-broken" / "in"
    done = planner("import", "setup", folder, "-o", "out", cwd=tmp_path)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line]
    assert all(line.startswith("not imported: ") for line in lines)
    named = {name: [line for line in lines if f"/{name}: " in line] for name in os.listdir(folder)}
    for name in ("binary", "cut", "list", "other.json", "s1_cutpayload"):
        assert len(named[name]) == 1, name
    assert [line for line in lines if "two files for host twice: s1_twice, twice" in line]
    assert len(lines) == 6
    written = {s.host: s for s in store.read_snapshots([tmp_path / "out"])}
    assert sorted(written) == ["good", "nopython", "odd"]
    assert written["nopython"].status == "failed"
    assert written["nopython"].reason == "MODULE FAILURE: /usr/bin/python: not found"
    assert facts.read(written["nopython"]).os.unknown.startswith("failed: MODULE FAILURE")
    odd = facts.read(written["odd"])
    for name in ("os", "cpus", "memory", "addresses", "timezone", "hostname"):
        fact = getattr(odd, name)
        assert fact.value is None or name == "hostname", name


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "no files in this folder"),
    ],
    ids=["missing", "empty"],
)
def test_a_path_of_no_use_is_one_line(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / "cache")
    done = planner("import", "setup", "cache", cwd=tmp_path)
    assert done.returncode == 1
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "snapshots").exists() or not list((tmp_path / "snapshots").iterdir())


def test_prefix_of_the_cache_and_folders_that_add_to_each_other(tmp_path: Path) -> None:
    source = CASES / "captured-cache-2.19" / "in" / "s1_web01"
    first, second = tmp_path / "cache", tmp_path / "packages"
    first.mkdir()
    second.mkdir()
    (first / "acme_s1_web01").write_bytes(source.read_bytes())
    listed = {
        "ansible_facts": {"packages": {"x": [{"name": "x", "version": "1", "source": "apt"}]}}
    }
    (second / "web01").write_text(json.dumps(listed))
    (snapshot,) = setup.read([first, second], prefix="acme_").snapshots
    assert snapshot.host == "web01"
    assert [p.name for p in facts.read(snapshot).packages.value or ()] == ["x"]
    assert "os" in snapshot.typed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["address", "name", "mount", "port", "ipv4", "size_total", "status", "tz"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = [*sorted(cache.KNOWN), "ansible_devices", "ansible_lo", "ansible_selinux"]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_whatever_the_facts_are_the_snapshot_can_be_read(told: dict[str, Any]) -> None:
    snapshot = Snapshot(
        1, "h", "seen", "2026-01-01T00:00:00Z", "constructed", door="setup", typed=setup.typed(told)
    )
    host = facts.read(snapshot)
    for field in host.__struct_fields__:
        fact = getattr(host, field)
        if isinstance(fact, Fact):
            assert "does not fit" not in fact.unknown
            assert (fact.value is None) == bool(fact.unknown)
    store.encode(snapshot)


# --- typed sections and text ---------------------------------------------------------------------


def seen(**fields: Any) -> Snapshot:
    given = {"schema": 1, "host": "h", "status": "seen", "taken_at": "2026-01-01T00:00:00Z",
             "origin": "constructed", **fields}  # fmt: skip
    return Snapshot(**given)


def test_the_machine_itself_goes_before_what_others_say() -> None:
    typed = {"cpus": Typed("setup", 8), "fips": Typed("setup", True)}
    host = facts.read(seen(sections={"cpu": Section("ok", "4\n")}, typed=typed))
    assert host.cpus == Fact("cpu", 4)
    assert host.fips == Fact("setup", True)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (Typed("x", "many"), "what x tells does not fit: Expected `int`, got `str`"),
        (Typed("x", [1]), "what x tells does not fit: Expected `int`, got `array`"),
        (Typed("x", unknown="asked too late"), "asked too late"),
        (Typed("x"), "not told by x"),
    ],
)
def test_what_does_not_fit_is_unknown(typed: Typed, reason: str) -> None:
    host = facts.read(seen(door="x", typed={"cpus": typed, "tomorrow": typed, "name": typed}))
    assert host.cpus == Fact("x", unknown=reason)
    assert host.name == "h"


def test_of_several_doors_the_one_that_saw_most_is_the_base() -> None:
    looked = seen(sections={"cpu": Section("ok", "4\n")}, taken_at="2026-01-01T00:00:00Z")
    listed = seen(
        door="rvtools",
        typed={"cpus": Typed("rvtools", 2), "fips": Typed("rvtools", True)},
        variables={"cluster": "c1"},
        taken_at="2026-02-01T00:00:00Z",
    )
    (joined,) = doors.one_door([listed, looked])
    host = facts.read(joined)
    assert (host.door, host.taken_at, host.variables) == (
        "ansible",
        "2026-01-01T00:00:00Z",
        {"cluster": "c1"},
    )
    assert (host.cpus.value, host.fips.value) == (4, True)
    away = seen(status="unreachable", reason="refused")
    (joined,) = doors.one_door([away, listed])
    assert (joined.door, joined.status) == ("rvtools", "seen")
    assert joined.reason == "unreachable over Ansible: refused"


def test_an_import_adds_to_a_look_and_does_not_replace_it(tmp_path: Path) -> None:
    looked = seen(host="shop02", sections={"cpu": Section("ok", "16\n")})
    store.write_snapshot(tmp_path / "s", looked)
    folder = CASES / "constructed-setup-alone" / "in"
    assert planner("import", "setup", folder, "-o", "s", cwd=tmp_path).returncode == 0
    (joined,) = store.read_snapshots([tmp_path / "s"])
    host = facts.read(joined)
    assert (host.door, host.cpus.value, host.selinux.value) == ("ansible", 16, "enforcing")


def test_an_inventory_joins_whatever_door_was_used(tmp_path: Path) -> None:
    folder = CASES / "constructed-setup-alone" / "in"
    assert planner("import", "setup", folder, cwd=tmp_path).returncode == 0
    inventory = tmp_path / "inventory.json"
    machine = {"config": {"uuid": "u-1", "guestId": "rhel9_64Guest", "hardware": {"numCPU": 99}}}
    hosts = {"shop02": {**machine, "owner": "web"}, "off": machine, "named": {"owner": "x"}}
    inventory.write_text(json.dumps({"shop": {"hosts": hosts}}))
    done = planner("import", "inventory", "-i", "inventory.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        0,
        "left out: 1 hosts of which nothing is told but names\n",
    )
    found = {s.host: facts.read(s) for s in store.read_snapshots([tmp_path / "snapshots"])}
    assert sorted(found) == ["off", "shop02"]
    shop = found["shop02"]
    assert (shop.door, shop.groups, shop.variables) == ("setup", ("shop",), {"owner": "web"})
    assert (shop.cpus.value, shop.guest.section) == (4, "inventory:vmware")
    assert (found["off"].door, found["off"].cpus.value) == ("inventory", 99)


MACHINE, OTHER = "a" * 32, "b" * 32
IDENTITY = Section("ok", f"machine_id={MACHINE}\n")


def told_by_setup(machine_id: str, taken_at: str, **typed: Any) -> Snapshot:
    given = {"machine_id": machine_id, **typed}
    return seen(
        door="setup",
        taken_at=taken_at,
        typed={name: Typed("setup", value) for name, value in given.items()},
    )


def test_what_is_told_of_another_machine_counts_for_nothing() -> None:
    looked = seen(sections={"identity": IDENTITY})
    listed = told_by_setup(OTHER, "2026-01-01T00:00:00Z", fips=True)
    listed.typed["packages"] = Typed("package_facts", [{"name": "x", "version": "1"}])
    listed.typed["guest"] = Typed("rvtools", {"platform": "vmware", "cpus": 2})
    host = facts.read(doors.join((looked, listed)))
    assert (host.fips.value, host.packages.value, host.cpus.value) == (None, None, 2)
    assert host.reason == "what setup tells is of another machine: its machine id differs"
    right = told_by_setup(MACHINE, "2025-12-31T12:00:00Z", fips=True)
    host = facts.read(doors.join((looked, listed, right)))
    assert (host.fips, host.reason) == (Fact("setup", True), "")


def test_what_is_older_than_the_look_is_partial() -> None:
    looked = seen(sections={"identity": IDENTITY}, taken_at="2026-03-03T00:00:00Z")
    old = told_by_setup(MACHINE, "2026-03-01T23:00:00Z", fips=True)
    old.typed["guest"] = Typed("rvtools", {"platform": "vmware", "cpus": 2}, partial="no TPM")
    host = facts.read(doors.join((looked, old)))
    assert host.fips == Fact("setup", True, partial="by setup, of 2026-03-01")
    assert host.guest.partial == "no TPM; by rvtools, of 2026-03-01"
    assert host.cpus == Fact("rvtools", 2, partial="by rvtools, of 2026-03-01")
    recent = msgspec.structs.replace(old, taken_at="2026-03-02T01:00:00Z")
    assert facts.read(doors.join((looked, recent))).fips == Fact("setup", True)
    broken = msgspec.structs.replace(old, taken_at="yesterday")
    fips = facts.read(doors.join((looked, broken))).fips
    assert fips.partial == "by setup, of a time that cannot be read"


def test_of_one_door_the_newer_value_counts_whatever_the_order() -> None:
    first = told_by_setup(MACHINE, "2026-01-01T00:00:00Z", cpus=2, fips=True)
    second = told_by_setup(MACHINE, "2026-02-01T00:00:00Z", cpus=4)
    listed = seen(door="rvtools", typed={"guest": Typed("rvtools", {"platform": "vmware"})})
    looked = seen(taken_at="2026-02-15T00:00:00Z", sections={"fips": Section("missing", "", "x")})
    for order in ((first, second), (second, first)):
        joined = doors.join((doors.join((order[0], listed)), order[1]))
        assert (joined.taken_at, joined.typed["cpus"].value) == ("2026-02-01T00:00:00Z", 4)
        assert joined.typed["fips"].taken_at == "2026-01-01T00:00:00Z"
        assert joined.typed["guest"].door == "rvtools"
        through = doors.join((doors.join((looked, order[0])), order[1]))
        assert (through.door, through.typed["cpus"].value) == ("ansible", 4)
        assert through.typed["cpus"].taken_at == "2026-02-01T00:00:00Z"
    anew = told_by_setup(OTHER, "2026-02-01T00:00:00Z", cpus=4)
    assert "fips" not in doors.join((first, anew)).typed


def fact_file(folder: Path, facts_told: Mapping[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "h").write_text(json.dumps({"ansible_facts": facts_told}))
    return folder


def test_a_second_import_keeps_what_others_told(tmp_path: Path) -> None:
    listed = seen(door="rvtools", typed={"guest": Typed("rvtools", {"platform": "vmware"})})
    store.write_snapshot(tmp_path / "s", listed)
    for day, cpus in (("01", 2), ("03", 8), ("02", 4)):
        date = {"iso8601": f"2026-02-{day}T00:00:00Z"}
        told = {"ansible_processor_vcpus": cpus, "ansible_date_time": date}
        fact_file(tmp_path / "t", told)
        assert planner("import", "setup", "t", "-o", "s", cwd=tmp_path).returncode == 0
    (joined,) = store.read_snapshots([tmp_path / "s"])
    host = facts.read(joined)
    assert (host.door, host.cpus.value, host.guest.section) == ("setup", 8, "rvtools")


def test_a_snapshot_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    newer = b'{"schema": 99, "host": "h", "status": "seen", "taken_at": "x", "more": 1}'
    (tmp_path / "s" / "h.json").write_bytes(newer)
    fact_file(tmp_path / "t", {"ansible_processor_vcpus": 2})
    done = planner("import", "setup", "t", "-o", "s", cwd=tmp_path)
    assert done.returncode == 1
    assert "not imported: s/h.json: schema 99, this planner reads" in done.stderr
    assert (tmp_path / "s" / "h.json").read_bytes() == newer


def test_an_import_has_the_folder_for_itself(tmp_path: Path) -> None:
    fact_file(tmp_path / "t", {"ansible_processor_vcpus": 2})
    with store.locked(tmp_path / "s", "somebody"):
        done = planner("import", "setup", "t", "-o", "s", cwd=tmp_path)
    assert (done.returncode, "in use by somebody" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


# --- wrong types are not "nothing there" ---------------------------------------------------------

TCP = {"port": 22, "address": "0.0.0.0", "pid": 0}


@pytest.mark.parametrize(
    ("name", "told", "unknown"),
    [
        ("packages", {"packages": {}}, "package_facts tells no packages"),
        ("packages", {"packages": []}, "package_facts tells no packages"),
        (
            "packages",
            {"packages": {"x": [{"name": "x"}], "y": "1"}},
            "package_facts tells no packages; 2 packages not understood",
        ),
        ("units", {"services": {}}, "service_facts tells no services"),
        ("units", {"services": "none"}, "service_facts tells no services"),
        (
            "units",
            {"services": {"x": [1]}},
            "service_facts tells no services; 1 services not understood",
        ),
        ("mounts", {"ansible_mounts": []}, "setup tells no mounts"),
        ("mounts", {"ansible_mounts": {"a": 1}}, "setup tells no mounts"),
        ("mounts", {"mount_points": {}}, "mount_facts tells no mounts"),
        (
            "mounts",
            {"ansible_mounts": [{"mount": 1}]},
            "setup tells no mounts; 1 mounts not understood",
        ),
        ("space", {"ansible_mounts": []}, "setup tells no space"),
        ("listeners", {"tcp_listen": {}}, "udp sockets not told; tcp sockets not told"),
        (
            "listeners",
            {"tcp_listen": [{"port": "x"}], "udp_listen": []},
            "1 sockets not understood",
        ),
        ("block_devices", {"ansible_devices": {}}, "setup tells no devices"),
        (
            "block_devices",
            {"ansible_devices": {"sda": []}},
            "setup tells no devices; 1 devices not understood",
        ),
    ],
)
def test_nothing_told_is_not_nothing_there(
    name: str, told: Mapping[str, Any], unknown: str
) -> None:
    section = setup.typed(told)[name]
    assert section.value is None
    assert section.unknown.lower() == unknown


def test_what_was_left_out_is_counted() -> None:
    disk = {"device": "/dev/sda1", "fstype": "ext4", "options": "rw", "size_total": 9,
            "size_available": 1, "mount": "/"}  # fmt: skip
    told = setup.typed(
        {
            "packages": {"x": [{"name": "x", "version": "1"}], "y": [{"name": "y"}, 3], "z": None,
                         "gpg-pubkey": [{"name": "gpg-pubkey"}]},
            "services": {"a": {"name": "a.service", "state": "running"}, "b": 1},
            "ansible_mounts": [disk, {**disk, "mount": "/b", "size_total": "much"}, "x"],
            "tcp_listen": [TCP],
            "ansible_devices": {"sda": {"sectors": 8}, "sdb": {"sectors": "many"},
                                "sr0": {"sectors": 0}},
        }
    )  # fmt: skip
    assert told["packages"].partial == "3 packages not understood"
    assert told["units"].partial.endswith("; 1 services not understood")
    assert told["mounts"].partial.endswith("; 1 mounts not understood")
    assert told["space"].partial.endswith("; 2 mounts not understood")
    assert told["listeners"].partial == "UDP sockets not told"
    assert told["block_devices"].partial.endswith("; 1 devices not understood")
    both = setup.typed({"tcp_listen": [], "udp_listen": []})["listeners"]
    assert (both.value, both.partial) == ([], "")


@pytest.mark.parametrize(
    ("value", "number"),
    [(1.5, None), (2.0, 2), (float("nan"), None), ("1.5", None), ("2.0", 2), (True, None)],
)
def test_a_number_with_a_fraction_is_not_whole(value: object, number: int | None) -> None:
    assert whole(value) == number


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Permission denied (publickey,password).", "Permission denied (publickey,password)."),
        ("login failed: db_password=planted-1 for x", "login failed: db_password ***"),
        ("use\ntoken planted", "use token ***"),
        ("https://u:planted@h/ refused", "https://***@h/ refused"),
        ("sent " + "planted1" * 6, "sent ***"),
        ("bell \x07\x1b[1m", "bell [1m"),
        ("no " * 100, ("no " * 100)[:197] + "..."),
    ],
)
def test_a_reason_is_short_and_without_secrets(tmp_path: Path, message: str, reason: str) -> None:
    (tmp_path / "h").write_text(json.dumps({"unreachable": True, "msg": message}))
    (snapshot,) = setup.read([tmp_path]).snapshots
    assert snapshot.reason == reason


def test_a_name_that_is_not_utf8_costs_only_its_file(tmp_path: Path) -> None:
    folder = fact_file(tmp_path / "t", {"ansible_processor_vcpus": 2})
    (folder / os.fsdecode(b"b\xff")).write_text((folder / "h").read_text())
    done = planner("import", "setup", "t", "-o", "s", cwd=tmp_path)
    assert done.returncode == 1
    assert "b\\udcff: its name is not UTF-8: rename it" in done.stderr
    assert (tmp_path / "s" / "h.json").is_file()


# --- plans from thin sources ----------------------------------------------------------------------


def plan(snapshots: Sequence[Snapshot]) -> Any:
    return make_plan(snapshots, RULES, as_of="2026-03-03T00:00:00Z", version="0")


def test_facts_without_services_are_a_first_sorting() -> None:
    made = plan(setup.read([CASES / "constructed-setup-alone" / "in"]).snapshots)
    (host,) = made.hosts
    assert host.outcome == "insufficient-data"
    assert host.verdict.outcome == "insufficient-data"
    assert host.verdict.leaning in ("container", "container-with-changes")
    first = host.verdict.looks[0]
    assert first.startswith("Look at the machine itself (planner gather, over Ansible), to see: ")
    for name in ("processes", "units", "listeners"):
        assert name in first


def test_with_services_and_listeners_the_detectors_work() -> None:
    made = plan(setup.read([CASES / "constructed-modules" / "in"]).snapshots)
    (host,) = made.hosts
    found = {w.workload.name: w.workload for w in host.workloads}
    assert {"httpd", "mariadb", "legacyapp"} <= set(found)
    assert [x.port for x in found["httpd"].listeners] == [80]
    assert all(w.verdict.outcome in ("stay-vm", "insufficient-data") for w in host.workloads)


# --- RVTools --------------------------------------------------------------------------------------

TAIL = {"VI SDK UUID": "vc-1", "Annotation": "root password planted-s3cr3t"}
INFO = {
    "VM": "app01", "Powerstate": "poweredOn", "Template": "False", "SRM Placeholder": "False",
    "DNS Name": "app01.example.com", "CPUs": 4, "Memory": 8192, "Latency Sensitivity": "normal",
    "Primary IP Address": "10.1.0.5", "FT State": "notConfigured", "EFI Secure boot": "True",
    "Firmware": "efi", "Folder": "Apps", "Datacenter": "DC1", "Cluster": "CL1", "Host": "esx1",
    "OS according to the configuration file": "Red Hat Enterprise Linux 8 (64-bit)",
    "OS according to the VMware Tools": "Red Hat Enterprise Linux 8.8 (Ootpa)",
    "VM ID": "vm-11", "SMBIOS UUID": "564D1A2B-3C4D-5E6F-7081-92A3B4C5D6E7",
    "VM UUID": "501a-1", **TAIL,
}  # fmt: skip
OFF = {**INFO, "VM": "old02", "Powerstate": "poweredOff", "VM ID": "vm-12", "DNS Name": None,
       "OS according to the VMware Tools": None, "Primary IP Address": None,
       "OS according to the configuration file": "CentOS 4/5 or later (64-bit)"}  # fmt: skip
TEMPLATE = {**INFO, "VM": "tmpl", "Template": "True", "VM ID": "vm-13"}


def own(name: str, number: str, **columns: Any) -> dict[str, Any]:
    return {"VM": name, "VM ID": number, **TAIL, **columns}


SHEETS: dict[str, list[dict[str, Any]]] = {
    "vInfo": [INFO, OFF, TEMPLATE],
    "vCPU": [own("app01", "vm-11", Sockets=2, Reservation=1000)],
    "vMemory": [own("app01", "vm-11", **{"Size MiB": 8192, "Reservation": 4096})],
    "vDisk": [
        own("app01", "vm-11", **{"Disk": "Hard disk 1", "Capacity MiB": 51200, "Raw": "False",
            "Sharing mode": "sharingNone", "Shared Bus": "noSharing"}),
        own("app01", "vm-11", **{"Disk": "Hard disk 2", "Capacity MiB": 1024, "Raw": "True",
            "Sharing mode": "sharingMultiWriter", "Shared Bus": "noSharing"}),
        own("app01", "vm-11", **{"Disk": "Hard disk 3", "Capacity MiB": 1024, "Raw": "False",
            "Sharing mode": "sharingNone", "Shared Bus": "physicalSharing"}),
    ],
    "vPartition": [
        own("app01", "vm-11", **{"Disk": "/", "Capacity MiB": 40960, "Consumed MiB": 10240}),
        own("app01", "vm-11", **{"Disk": "/var", "Capacity MiB": 9216, "Free MiB": 1024}),
    ],
    "vNetwork": [own("app01", "vm-11", **{"NIC label": "Network adapter 1",
        "Adapter": "SriovEthernet", "IPv4 Address": "10.1.0.5, 10.1.0.6",
        "IPv6 Address": "fe80::1"})],
    "vSnapshot": [own("app01", "vm-11", **{"Name": "before planted-s3cr3t",
        "Description": "planted", "Date / time": datetime(2025, 5, 1, 8, 30)})],
    "vUSB": [own("app01", "vm-11", **{"Device Node": "USB 1", "Family": "hid"})],
    "vTools": [own("app01", "vm-11", Tools="toolsOk")],
    "vMetaData": [
        {"RVTools version": "4.7.1.4", "xlsx creation datetime": datetime(2026, 3, 1, 7)}
    ],
}  # fmt: skip


def workbook(path: Path, sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """Constructed: the column names are those of RVTools 4.x, see imports/README."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        heads = list(dict.fromkeys(head for row in rows for head in row))
        sheet.append(heads or ["VM"])
        for row in rows:
            sheet.append([row.get(head) for head in heads])
    book.save(path)
    return path


def test_rvtools(tmp_path: Path) -> None:
    imported = rvtools.read([workbook(tmp_path / "export.xlsx", SHEETS)])
    assert imported.problems == ()
    assert imported.left_out == ("1 templates and placeholders: tmpl",)
    app, old = imported.snapshots
    assert "planted" not in store.encode(app).decode() + store.encode(old).decode()
    assert (app.taken_at, app.door) == ("2026-03-01T07:00:00Z", "rvtools")
    assert app.variables == {"cluster": "CL1", "datacenter": "DC1", "esxi_hostname": "esx1",
                             "folder": "Apps"}  # fmt: skip
    host = facts.read(app)
    guest = host.guest.value
    assert guest is not None
    assert (guest.power, guest.sockets, guest.cpu_reservation) == ("on", 2, 1000)
    assert guest.memory_reservation == 4 << 30
    assert guest.disks == (
        VirtualDisk("Hard disk 1", 50 << 30),
        VirtualDisk("Hard disk 2", 1 << 30, shared=True, raw=True),
        VirtualDisk("Hard disk 3", 1 << 30, shared=True),
    )
    assert guest.passthrough == ("usb USB 1", "sr-iov Network adapter 1")
    assert (guest.snapshots, guest.oldest_snapshot) == (1, "2025-05-01T08:30:00Z")
    assert (guest.secure_boot, guest.tpm, guest.uuid[:8]) == (True, None, "564d1a2b")
    assert "no TPM" in host.guest.partial
    assert host.os.value is not None
    assert (host.os.value.id, host.os.value.version, host.os.section) == ("rhel", "8.8", "rvtools")
    assert host.os.partial.startswith("by what tools inside report")
    assert (host.cpus.value, host.virtualization.value) == (4, "vmware")
    assert host.memory.value is not None
    assert host.memory.value.total == 8 << 30
    assert host.addresses.value == ("10.1.0.5", "10.1.0.6")
    assert [(s.path, s.size, s.used) for s in host.space.value or ()] == [
        ("/", 40 << 30, 10 << 30),
        ("/var", 9 << 30, 8 << 30),
    ]
    assert host.processes.unknown == host.packages.unknown == "not told by rvtools"
    off = facts.read(old)
    assert off.guest.value is not None
    assert off.guest.value.power == "off"
    assert off.guest.value.snapshots == 0
    assert off.guest.value.disks is None  # no row of it in vDisk: not told
    assert "no row of it in vDisk" in off.guest.partial
    assert off.os.value is not None
    assert (off.os.value.id, off.os.value.version) == ("centos", "")  # "4/5 or later" names none
    assert off.addresses.value is None


def test_rvtools_end_to_end_is_never_empty_nor_container(tmp_path: Path) -> None:
    workbook(tmp_path / "export.xlsx", SHEETS)
    done = planner("import", "rvtools", "export.xlsx", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "left out: 1 templates and placeholders: tmpl\n")
    assert planner("plan", "snapshots", cwd=tmp_path).returncode == 0
    made = store.read_plan(tmp_path / "plan")
    assert [(h.name, h.outcome) for h in made.hosts] == [
        ("app01", "stay"),
        ("old02", "insufficient-data"),
    ]
    shares, old = (host.verdict for host in made.hosts)
    assert shares is not None
    assert [f.rule for f in shares.findings if f.effect == "block"] == ["shared-disk"]
    assert old is not None
    assert (old.outcome, bool(old.leaning)) == ("insufficient-data", True)
    assert all("planner gather" in verdict.looks[0] for verdict in (shares, old))
    explained = planner("explain", "old02", cwd=tmp_path).stdout
    assert "leans to container" in explained
    for path in (tmp_path / "plan").rglob("*"):
        assert path.is_dir() or b"planted" not in path.read_bytes()


def test_rvtools_of_version_3_and_csv(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    tables = {
        "RVTools_tabvInfo.csv": [{"VM": "a", "Powerstate": "poweredOff", "CPUs": "2",
                                  "Memory": "4096", "OS": "Ubuntu Linux (64-bit)"}],
        "RVTools_tabvDisk.csv": [{"VM": "a", "Disk": "Hard disk 1", "Capacity MB": "1024"}],
    }  # fmt: skip
    for name, rows in tables.items():
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    (snapshot,) = rvtools.read([folder]).snapshots
    guest = facts.read(snapshot).guest.value
    assert guest is not None
    assert (guest.cpus, guest.memory, guest.disks) == (
        2,
        4 << 30,
        (VirtualDisk("Hard disk 1", 1 << 30),),
    )
    assert guest.snapshots is None  # no such sheet: not told


def test_machines_of_one_name(tmp_path: Path) -> None:
    twin = {**INFO, "VM ID": "vm-99"}
    imported = rvtools.read([workbook(tmp_path / "x.xlsx", {"vInfo": [INFO, twin]})])
    assert [s.host for s in imported.snapshots] == ["app01.vm-11", "app01.vm-99"]
    assert imported.left_out == ("2 machines share their name: the VM ID is added: app01",)
    named = rvtools.read([workbook(tmp_path / "y.xlsx", {"vInfo": [INFO, OFF]})], by_dns_name=True)
    assert [s.host for s in named.snapshots] == ["app01.example.com", "old02"]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: None, "No such file or directory"),
        (lambda p: p.write_bytes(b"no zip"), "no .xlsx workbook"),
        (lambda p: workbook(p, {"Sheet1": [{"a": 1}]}), "no sheet vInfo"),
        (lambda p: workbook(p, {"vInfo": [{"Name": 1}]}), "has no column VM"),
        (lambda p: p.mkdir(), "no sheet vInfo"),
    ],
)
def test_a_file_that_is_no_export_is_one_line(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    make(tmp_path / "x.xlsx")
    with pytest.raises(InputError) as caught:
        rvtools.read([tmp_path / "x.xlsx"])
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "x.xlsx" in str(caught.value)


def test_each_sheet_is_joined_by_the_columns_that_it_has(tmp_path: Path) -> None:
    thin = {
        name: [{k: v for k, v in row.items() if k not in ("VM ID", "VI SDK UUID")} for row in rows]
        for name, rows in SHEETS.items()
        if name in ("vDisk", "vSnapshot")
    }
    app, old = rvtools.read([workbook(tmp_path / "x.xlsx", {**SHEETS, **thin})]).snapshots
    guest, off = facts.read(app).guest.value, facts.read(old).guest.value
    assert guest is not None
    assert off is not None
    assert (next(d.name for d in guest.disks or ()), guest.snapshots) == ("Hard disk 1", 1)
    assert (guest.sockets, off.disks, off.snapshots) == (2, None, 0)
    twin = {**INFO, "VM ID": "vm-99"}
    twins: dict[str, list[dict[str, Any]]] = {**SHEETS, **thin, "vInfo": [INFO, twin]}
    for snapshot in rvtools.read([workbook(tmp_path / "y.xlsx", twins)]).snapshots:
        host = facts.read(snapshot)
        assert host.guest.value is not None
        assert (host.guest.value.disks, host.guest.value.snapshots) == (None, None)
        assert "the rows of vSnapshot that are of this machine cannot be told" in host.guest.partial
    strange: dict[str, list[dict[str, Any]]] = {"vInfo": [INFO], "vSnapshot": [{"VM": "elsewhere"}]}
    (snapshot,) = rvtools.read([workbook(tmp_path / "z.xlsx", strange)]).snapshots
    found = facts.read(snapshot).guest.value
    assert found is not None
    assert found.snapshots is None


def test_a_damaged_workbook_is_one_line(tmp_path: Path) -> None:
    whole_book = workbook(tmp_path / "good.xlsx", SHEETS)
    with zipfile.ZipFile(whole_book) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sizes = [len(body) // 2 for body in parts.values()]
    for name, size in zip(parts, sizes, strict=True):
        with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as cut:
            for other, body in parts.items():
                cut.writestr(other, body[:size] if other == name else body)
        needed = name.startswith(("xl/worksheets/sheet1", "xl/workbook", "[Content"))
        with pytest.raises(InputError, match=r"no \.xlsx") if needed else suppress(InputError):
            rvtools.read([tmp_path / "x.xlsx"])
    raw = bytearray(whole_book.read_bytes())
    for place in range(40, len(raw), 97):
        (tmp_path / "x.xlsx").write_bytes(raw[:place] + b"\xff" + raw[place + 1 :])
        with suppress(InputError):
            rvtools.read([tmp_path / "x.xlsx"])


def test_too_large_an_export_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = workbook(tmp_path / "x.xlsx", SHEETS)
    monkeypatch.setattr(sheets, "MACHINES", 2)
    with pytest.raises(InputError, match="more than 2 rows in vInfo: export fewer"):
        rvtools.read([book])
    monkeypatch.setattr(sheets, "MACHINES", 3)
    assert len(rvtools.read([book]).snapshots) == 2
    monkeypatch.setattr(sheets, "UNPACKED", 1000)
    with pytest.raises(InputError, match="MiB unpacked, more than"):
        rvtools.read([book])


def test_machines_that_are_left_out_are_named_in_one_line(tmp_path: Path) -> None:
    rows = [INFO, *[INFO] * 30, {**INFO, "VM": "a\u200bb", "VM ID": "vm-7"}]
    book = workbook(tmp_path / "x.xlsx", {"vInfo": rows})
    imported = rvtools.read([book])
    assert [s.host for s in imported.snapshots] == ["app01.vm-11"]
    nameless, twice = imported.problems
    assert nameless.startswith("1 machines whose name cannot be used: ")
    assert nameless.endswith("x.xlsx: machine 32 of vInfo (vm-7): rename them")
    assert twice.startswith("30 rows of machines that are in the export before")
    assert "app01.vm-11: remove the others" in twice
