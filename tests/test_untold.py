"""What a machine did not tell of a thing that it named is unknown, and is not nothing."""

from __future__ import annotations

from planner.facts import compose
from planner.model import (
    BlockDevice,
    Confinement,
    Fact,
    Listener,
    MappedFile,
    Mount,
    OpenFile,
    SpecialSocket,
    SpecialSockets,
    Workload,
)
from planner.rules import ordinary
from planner.service import guarded, reached, rewritten
from tests.hostkit import host, process


def workload(**fields: object) -> Workload:
    return ordinary.workload({"listeners": [], **fields})


def test_a_special_socket_of_nobody_may_be_anybodys():
    told = SpecialSockets((SpecialSocket("packet", 3), SpecialSocket("raw", 1, (7,))))
    machine = host(special_sockets=told, processes=(process(100, "/x"),))
    found = reached.special_sockets(machine, workload(pids=[100]))
    assert found == Fact("special_sockets", (), partial="whose packet sockets are was not seen")
    owned = SpecialSockets((SpecialSocket("packet", 3, (9,)), *told.sockets[1:]))
    found = reached.special_sockets(host(special_sockets=owned), workload(pids=[7]))
    assert found == Fact("special_sockets", told.sockets[1:])


def test_levels_are_unknown_where_the_policy_has_no_name():
    def seen(name: str) -> Fact[bool]:
        return guarded.multilevel(
            host(selinux="enforcing", confinement=Confinement(selinux_type=name))
        )

    assert seen("mls").value is True
    assert seen("targeted") == Fact("confinement", False)
    assert seen("").partial == "the name of SELinux's policy was not told"


def test_a_mapped_device_without_uuid_may_be_an_encrypted_one():
    mute = BlockDevice("dm-0", 1, "dm", untold=("type",))
    mounts = (Mount("/", "/dev/dm-0", "ext4"),)
    found = guarded.encrypted(host(block_devices=(mute,), mounts=mounts))
    assert found.partial == "what dm-0 is made of was not told"


def test_sockets_of_which_none_has_an_owner_are_known_in_part():
    alone = (Listener("tcp", "*", 80), Listener("tcp", "*", 443))
    found = compose.owned(Fact("listeners", alone))
    assert found == Fact("listeners", alone, partial="whose sockets they are was not told")
    for known in (
        Fact("listeners", ()),
        Fact("listeners", (*alone, Listener("tcp", "*", 22, (1,)))),
        Fact("listeners", alone, partial="not root: known for own processes only"),
        Fact("listeners", unknown="cut"),
    ):
        assert compose.owned(known) == known


def test_what_is_written_below_an_image_is_rewritten_unless_a_volume_holds_it():
    files = tuple(
        OpenFile(100, path)
        for path in ("/etc/x/settings.db", "/opt/x/cache/a", "/srv/x/db", "/srv/app/log", "/tmp/a")
    )
    maps = (
        MappedFile("/usr/lib/x/index", (100,), written=True),
        MappedFile("/usr/lib/x/other", (7,), written=True),
        MappedFile("/usr/lib/libc.so.6", (100,)),
    )
    own = workload(
        pids=[100],
        copies=[{"path": "/srv/app", "kind": "application", "reason": "r"}],
        volumes=[{"name": "c", "path": "/opt/x/cache", "kind": "cache", "reason": "r"}],
    )
    found = rewritten.rewritten(host(open_files=files, mapped=maps), own)
    expected = ("/etc/x/settings.db", "/srv/app/log", "/usr/lib/x/index")
    assert found == Fact("open_files", expected)
    cut = rewritten.rewritten(host(open_files=files, unknown={"mapped": "no /proc"}), own)
    assert cut.partial == "no /proc"
    assert rewritten.rewritten(host(unknown={"open_files": "hidden"}), own).unknown == "hidden"
