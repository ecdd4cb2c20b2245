"""Peers resolved to machines and workloads of the fleet."""

from __future__ import annotations

from hostkit import host, tcp

from planner import topology, volumes
from planner.model import Listener, Mount, Peer, Volume, Workload


def workload(name: str, *listeners: Listener, peers: tuple[Peer, ...] = ()) -> Workload:
    return Workload(
        f"{name}/svc", name, "svc", "service", "x", "running", listeners=listeners, peers=peers
    )


def resolved(peer: Peer, *others: Workload, **facts: object) -> Peer:
    client = workload("app", peers=(peer,))
    hosts = [
        host("app", addresses=("10.0.0.13/24",)),
        host("db", addresses=("10.0.0.12/24", "fd00::12/64"), address="db.example.org"),
    ]
    found = topology.connect(hosts, (client, *others))
    assert [w.id for w in found] == [client.id, *(w.id for w in others)]
    return found[0].peers[0]


def test_by_address_and_port() -> None:
    found = resolved(Peer("10.0.0.12", 5432), workload("db", tcp(5432)))
    assert (found.host, found.workload) == ("db", "db/svc")
    assert resolved(Peer("::ffff:10.0.0.12", 5432), workload("db", tcp(5432))).host == "db"
    assert resolved(Peer("fd00::12", 5432), workload("db", tcp(5432, address="*"))).host == "db"


def test_by_the_address_of_the_inventory() -> None:
    found = resolved(Peer("203.0.113.9", 5432, ("DB.example.org",)), workload("db", tcp(5432)))
    assert found.host == "db"


def test_no_workload_is_made_up() -> None:
    assert resolved(Peer("10.0.0.12", 9999), workload("db", tcp(5432))).workload == ""
    local = workload("db", tcp(5432, address="127.0.0.1"))
    assert resolved(Peer("10.0.0.12", 5432), local).workload == ""
    assert resolved(Peer("192.0.2.1", 5432), workload("db", tcp(5432))).host == ""


def test_without_a_port_only_the_single_candidate_counts() -> None:
    peer = Peer("10.0.0.12", 0, seen=False)
    assert resolved(peer, workload("db", tcp(5432))).workload == "db/svc"
    assert resolved(peer, workload("db", tcp(5432)), workload("db", tcp(80))).workload == ""


def test_an_address_of_two_machines_is_none_of_them() -> None:
    client = workload("app", peers=(Peer("10.0.0.12", 80),))
    hosts = [host(n, addresses=("10.0.0.12/24",)) for n in ("a", "b")]
    assert topology.connect(hosts, [client])[0].peers[0].host == ""


def test_unknown_addresses_resolve_nothing() -> None:
    client = workload("app", peers=(Peer("10.0.0.12", 80),))
    hosts = [host("db", unknown={"addresses": "ip is not there"})]
    assert topology.connect(hosts, [client])[0].peers == client.peers


def test_by_name_where_the_address_says_nothing() -> None:
    assert resolved(Peer("198.51.100.4", 2049, ("db",)), workload("db", tcp(2049))).host == "db"
    same = [host(n, hostname="files") for n in ("a", "b")]
    client = workload("app", peers=(Peer("198.51.100.4", 2049, ("files",)),))
    assert topology.connect(same, [client])[0].peers[0].host == ""


def test_a_network_mount_leads_to_the_machine_that_exports_it() -> None:
    peer = Peer("10.0.0.12", 2049, ("files-05.internal",))
    found = resolved(peer, workload("db", Listener("tcp", "0.0.0.0", 2049)))
    assert (found.host, found.workload) == ("db", "db/svc")


def test_a_share_that_two_machines_mount_names_the_other() -> None:
    mount = (Mount("/", "/dev/vda1", "ext4"), Mount("/srv/media", "nas:/media", "nfs4"))
    first = host(name="h1", mounts=mount)
    second = host(
        name="h2",
        mounts=(Mount("/", "/dev/vda1", "ext4"), Mount("/mnt/in", "nas:/media", "nfs4")),
    )
    volume = Volume("v", "/srv/media/new", "data", "x")
    made = volumes.complete(
        first, Workload("h1/web", "h1", "web", "service", "web", "running", volumes=(volume,))
    )
    (found,) = topology.connect([first, second], [made])
    assert found.volumes[0].source == "nas:/media/new"
    assert found.volumes[0].users == ("h2 mounts nas:/media on /mnt/in",)


def test_two_workloads_with_the_same_folder_name_each_other() -> None:
    one = host(name="h1")
    both = [
        Workload(
            f"h1/{name}",
            "h1",
            name,
            "service",
            name,
            "running",
            volumes=(Volume(name, path, "data", "x"),),
        )
        for name, path in (("web", "/srv/media"), ("worker", "/srv/media/in"))
    ]
    web, worker = topology.connect([one], both)
    assert web.volumes[0].users == ("h1/worker uses /srv/media/in",)
    assert worker.volumes[0].users == ("h1/web uses /srv/media",)
