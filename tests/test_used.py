"""What rules see of the machine's facts as a workload's own, and two filters of their language."""

from __future__ import annotations

import pytest

from planner.model import Fact, TextFile
from planner.rules import ordinary
from planner.rules.conditions import Expression, bound
from planner.rules.language import ENVIRONMENT
from planner.rules.scope import Cause, NotKnownError, Trace, WorkloadView
from planner.service import beneath, rights, runtimes, used

DATA = {"volumes": [{"name": "d", "path": "/srv/db/main", "kind": "data", "reason": "open files"}]}
DISKS = {
    "mounts": [
        {"path": "/", "source": "/dev/vda1", "type": "ext4"},
        {"path": "/srv/db", "source": "/dev/old", "type": "ext3"},
        {"path": "/srv/db", "source": "/dev/mapper/vg-db", "type": "xfs"},
    ],
    "block_devices": [
        {"name": "vda", "size": 1, "type": "disk"},
        {"name": "vda1", "size": 1, "type": "part", "parent": "vda"},
        {"name": "dm-1", "size": 1, "type": "lvm", "mapped": "vg-db", "slaves": ["dm-0"]},
        {"name": "dm-0", "size": 1, "type": "crypt", "slaves": ["sdb1"]},
        {"name": "sdb1", "size": 1, "type": "part", "parent": "sdb"},
        {"name": "sdb", "size": 1, "type": "disk", "transport": "iscsi"},
    ],
    "space": [{"path": "/", "size": 10, "used": 9}, {"path": "/srv/db", "size": 10, "used": 5}],
}


def process(**changes):
    return {"pid": 100, "ppid": 1, "uid": 33, "gid": 33, **changes}


def test_devices_are_followed_from_the_last_mount_to_the_disk():
    host, workload = ordinary.host(DISKS), ordinary.workload(DATA)
    assert [m.type for m in beneath.mounts(host, workload)] == ["xfs"]
    assert [d.name for d in beneath.devices(host, workload)] == ["dm-0", "dm-1", "sdb", "sdb1"]
    assert beneath.fill(host, workload) == 0.5


def test_logs_are_not_its_data():
    logs = ordinary.workload({"volumes": [{**DATA["volumes"][0], "kind": "logs"}]})
    assert beneath.devices(ordinary.host(DISKS), logs) == ()


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ([process(caps="0000000000003400")], ("NET_BIND_SERVICE", "NET_ADMIN", "NET_RAW")),
        ([process(caps="0000010000000000")], ("CHECKPOINT_RESTORE",)),
        ([process(uid=0, caps="000001ffffffffff")], ()),
        ([process(caps="000001ffffffffff", namespaces={"user": 7})], ()),
        ([process(pid=7, caps="000001ffffffffff")], ()),
        ([process()], ()),
    ],
)
def test_capabilities_are_those_of_its_unprivileged_processes(processes, expected):
    host = ordinary.host({"processes": processes})
    assert rights.capabilities(host, ordinary.workload({})) == Fact("processes", expected)


@pytest.mark.parametrize(
    ("processes", "value", "lacking"),
    [
        ([process(untold=["caps"])], (), "rights of 1 processes were not told"),
        ([process(uid=0, untold=["caps"])], (), ""),
        ([process(pid=7, untold=["caps"])], (), ""),
        (
            [process(caps="0000000000001000"), process(untold=["caps", "huge"])],
            ("NET_ADMIN",),
            "rights of 1 processes were not told",
        ),
    ],
)
def test_capabilities_that_were_not_told_are_not_none(processes, value, lacking):
    host = ordinary.host({"processes": processes})
    found = rights.capabilities(host, ordinary.workload({}))
    assert found == Fact("processes", value, partial=lacking)


def test_huge_pages_that_are_taken_are_those_of_the_pools():
    pools = [{"size": 2097152, "total": 100, "free": 90, "reserved": 5}, {"size": 1073741824}]
    assert rights.huge_taken(ordinary.host({"huge_pages": {"pools": pools}})).value == 15 * 2097152
    assert rights.huge_taken(ordinary.host({"huge_pages": "unknown"})).unknown


@pytest.mark.parametrize(
    "expression",
    [
        "w.processes | map(attribute='huge') | max > 0",
        "w.processes | selectattr('huge', 'gt', 0)",
        "w.processes | rejectattr('huge', 'gt', 0)",
        "(w.processes | first).huge > 0",
        "w.processes | sort(attribute='huge') | first",
    ],
)
def test_what_a_process_was_not_told_of_is_unknown_however_it_is_asked_for(expression):
    host = ordinary.host({"processes": [process(untold=["huge"])]})
    trace = Trace()
    view = WorkloadView(host, ordinary.workload({}), trace)
    answer = Expression(expression, (), True).answer(bound({"w": view}), trace)
    assert answer.causes == (Cause("fact", "processes", "huge was not told of all"),)


@pytest.mark.parametrize(
    ("workload", "expected"),
    [
        ({"argv": ["/usr/bin/x", "--in=/srv/shared/in"]}, ["/srv/shared"]),
        ({"argv": ["/usr/bin/x", "--in=/srv/sharedness"]}, []),
        ({"argv": ["/usr/bin/x", "http://a/srv/shared/in"]}, []),
        ({"environment": [{"name": "IN", "value": "/srv/shared"}]}, ["/srv/shared"]),
        ({"workdir": "/srv/shared/a"}, ["/srv/shared"]),
        ({"argv": ["/usr/bin/x", "/etc/x.conf"]}, ["/mnt/gfs"]),
        ({"argv": ["/usr/bin/x", "/var/lib/x"]}, []),
    ],
)
def test_file_systems_are_named_by_command_environment_and_configuration(workload, expected):
    types = {"/": "ext4", "/srv/shared": "ocfs2", "/mnt/gfs": "gfs2"}
    host = ordinary.host(
        {
            "mounts": [{"path": p, "source": "x", "type": t} for p, t in types.items()],
            "files": {"/etc/x.conf": {"path": "/etc/x.conf", "text": "[in]\npath=/mnt/gfs/a\n"}},
        }
    )
    found = used.named_mounts(host, ordinary.workload(workload))
    assert [m.path for m in found] == expected


RUNTIMES = {
    "runtimes": [
        {"kind": "node", "path": "/usr", "version": "20.12.2"},
        {"kind": "node", "path": "/opt/node-14", "version": "14.21.3"},
        {"kind": "java", "path": "/usr/lib/jvm/java-8", "version": "1.8.0_412"},
        {"kind": "python", "path": "/usr/bin/python3.8", "version": "3.8"},
    ],
    "virtualenvs": [{"path": "/srv/app/env", "version": "3.9.2"}],
}


@pytest.mark.parametrize(
    ("workload", "versions", "lives"),
    [
        ({"exe": "/opt/node-14/bin/node"}, ["14.21.3"], ["nodejs 14"]),
        ({"exe": "/usr/bin/node"}, ["20.12.2"], ["nodejs 20"]),
        ({"exe": "/usr/lib/jvm/java-8/jre/bin/java"}, ["1.8.0_412"], ["openjdk 8"]),
        ({"exe": "/srv/app/env/bin/python3", "kind": "python"}, ["3.9.2"], ["python 3.9"]),
        ({"exe": "/usr/bin/python3.8", "kind": "python"}, ["3.8"], ["python 3.8"]),
        ({"exe": "/opt/other/bin/node"}, [], []),
        ({"exe": "/usr/bin/node-exporter"}, [], []),
        ({"name": "mariadb", "exe": "/usr/bin/bash", "version": "5.5.68"}, [], ["mariadb 5.5"]),
        ({"kind": "postgresql", "version": "13.10"}, [], ["postgresql 13"]),
    ],
)
def test_runtimes_and_how_long_they_live(workload, versions, lives):
    host, found = ordinary.host(RUNTIMES), ordinary.workload({"command": [], **workload})
    assert [r.version for r in runtimes.runtimes(host, found)] == versions
    assert [f"{r.product} {r.release}" for r in runtimes.lifecycles(host, found)] == lives


def test_only_its_own_sockets_certificates_and_libraries_count():
    host = ordinary.host(
        {
            "unix_sockets": [
                {"path": "/run/a.sock", "kind": "stream", "pids": [7], "peers": [100]},
                {"path": "/run/b.sock", "kind": "stream", "pids": [100], "peers": [7]},
                {"path": "/run/c.sock", "kind": "stream", "pids": [7], "peers": [8]},
            ],
            "certificates": [
                {"path": "/etc/app/tls.pem", "subject": "app"},
                {"path": "/etc/app/ldap-ca.crt", "subject": "ldap"},
                {"path": "/etc/other/tls.pem", "subject": "other"},
            ],
            "mapped": [
                {"path": "/usr/lib/libold.so.1", "pids": [100]},
                {"path": "/usr/lib/libnew.so.2", "pids": [100]},
                {"path": "/usr/lib/libnobody.so", "pids": [7]},
            ],
            "owners": {"/usr/lib/libold.so.1": "", "/usr/lib/libnew.so.2": "libnew2"},
        }
    )
    workload = ordinary.workload(
        {"copies": [{"path": "/etc/app", "kind": "config", "reason": "r"}]}
    )
    assert [s.path for s in used.sockets(host, workload)] == ["/run/a.sock"]
    assert [c.path for c in used.certificates(host, workload)] == ["/etc/app/tls.pem"]
    assert used.loose_libraries(host, workload) == ("/usr/lib/libold.so.1",)


@pytest.mark.parametrize("name", sorted(used.FIELDS))
def test_a_field_is_unknown_where_its_facts_are(name):
    for fact in used.FIELDS[name].needs:
        view = WorkloadView(ordinary.host({fact: "unknown"}), ordinary.workload({}), Trace())
        with pytest.raises(NotKnownError):
            getattr(view, name)


def test_what_nobody_saw_has_no_traits():
    nobody = ordinary.workload({"unit": "", "exe": "", "argv": [], "command": []})
    with pytest.raises(NotKnownError, match="which program it is was not seen"):
        WorkloadView(ordinary.host({}), nobody, Trace()).traits  # noqa: B018
    assert WorkloadView(ordinary.host({}), ordinary.workload({}), Trace()).traits == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# a\n; b\n// c\n\n  d = 1 \n", ["d = 1"]),
        ("<a/>\n<!-- <b/>\n<c/> -->\n<d/>", ["<a/>", "<d/>"]),
        ("<a/>\n<!-- never ends\n<b/>", ["<a/>"]),
        ("<!--" * 200_000, []),
    ],
    ids=["hash", "xml", "open", "hostile"],
)
def test_lines_leave_comments_out(text, lines):
    assert ENVIRONMENT.filters["lines"]([TextFile("/etc/x", text)]) == lines


def test_later_counts_days():
    assert ENVIRONMENT.filters["later"]("2026-12-15T10:00:00Z", 30) == "2027-01-14"
