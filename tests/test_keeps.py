"""What a service keeps without an open file: folders by its command, by its name, by their owner;
what it is started with where OpenRC put it into the background; names of the hosts file.
"""

from __future__ import annotations

from typing import Any

import pytest
from hostkit import deb, host, path, process, tcp, text, unit
from msgspec.structs import replace

from planner.model import Account, ConfigFile, DirSize, Engine, Engines, Firewall, Workload
from planner.service.called import called
from planner.workloads import detect

METER = Account("meter", 990, 990, "/var/lib/meter", "/usr/sbin/nologin")


def sized(*paths: str) -> dict[str, DirSize]:
    return {p: DirSize(p, 4096, 3, "2026-01-01T00:00:00Z") for p in paths}


def meter(command: str, **facts: Any) -> Workload:
    """A program in /opt/meter that runs as its own user."""
    words = command.split()
    program = unit("meter.service", f"[Service]\nUser=meter\nExecStart={command}\n")
    found = detect(
        host(
            units=(program,),
            processes=(process(5, *words, uid=990, unit="meter.service"),),
            accounts=(METER,),
            **{"owners": {words[0]: ""}, **facts},
        )
    )
    (workload,) = found.workloads
    return workload


def kept(workload: Workload) -> list[tuple[str, str]]:
    return [(v.path, v.kind) for v in workload.volumes]


@pytest.mark.parametrize("word", ["/var/db/meter", "--data=/var/db/meter"])
def test_a_folder_that_the_command_names_is_kept(word: str) -> None:
    seen = path("/var/db/meter", uid=990)
    assert kept(meter(f"/opt/meter/bin/meter {word}", paths=seen)) == [("/var/db/meter", "data")]


def test_content_that_its_user_cannot_write_is_content() -> None:
    found = meter("/opt/meter/bin/meter --port 80 --root /srv/pages", paths=path("/srv/pages"))
    assert kept(found) == [("/srv/pages", "content")]


def test_folders_of_packages_and_of_the_program_are_none() -> None:
    seen = path("/opt/vendor/share", uid=990) | path("/opt/meter/etc", uid=990)
    command = "/opt/meter/bin/meter /opt/vendor/share /opt/meter/etc /opt"
    owners = {"/opt/meter/bin/meter": "", "/opt/vendor/share": "vendor"}
    assert kept(meter(command, paths=seen, owners=owners)) == []


@pytest.mark.parametrize(("owner", "volumes"), [(0, ["/opt/meter/reports"]), (990, [])])
def test_a_folder_of_its_user_in_a_program_of_others(owner: int, volumes: list[str]) -> None:
    seen = path("/opt/meter", uid=owner) | path("/opt/meter/reports", uid=990)
    seen |= path("/opt/meter/venv/cache", uid=990) | path("/opt/meter/static", uid=0)
    measured = sized("/opt/meter/reports", "/opt/meter/venv/cache", "/opt/meter/static")
    found = meter("/opt/meter/bin/meter", paths=seen, sizes=measured)
    assert [p for p, _ in kept(found)] == volumes


def test_what_was_measured_in_its_own_folder() -> None:
    deep = "/var/lib/meter/archive"
    assert kept(meter("/opt/meter/bin/meter", paths=path(deep), sizes=sized(deep))) == [
        (deep, "state")
    ]
    both = path("/var/lib/meter") | path(deep)
    found = meter("/opt/meter/bin/meter", paths=both, sizes=sized("/var/lib/meter", deep))
    assert kept(found) == [("/var/lib/meter", "state")]


def test_an_instance_of_redis_takes_its_own_configuration_alone() -> None:
    template = "[Service]\nExecStart=/usr/bin/redis-server /etc/redis/redis-%i.conf\n"
    mine = text("/etc/redis/redis-a.conf", 'save ""\ninclude /etc/redis/common.conf\n')
    others = text("/etc/redis/redis-b.conf", "requirepass ***\n", masked=1)
    files = tuple(
        ConfigFile(f"/etc/redis/{name}.conf", "changed", package="redis-server")
        for name in ("redis-a", "redis-b", "common")
    )
    found = detect(
        host(
            units=(unit("redis-server@a.service", template),),
            packages=(deb("redis-server", "5:7.0.15-1"),),
            config_files=files,
            files=mine | others,
        )
    )
    (workload,) = found.workloads
    assert {c.path for c in workload.copies} == {
        "/etc/redis/common.conf",
        "/etc/redis/redis-a.conf",
    }
    assert workload.secrets == ()


SCRIPT = """#!/sbin/openrc-run
command="/opt/relay/relay"
command_args="-listen :80"
command_background="yes"
start_pre() { checkpath --directory /run/relay; }
"""


@pytest.mark.parametrize(
    ("script", "command"),
    [
        (SCRIPT, ("/opt/relay/relay", "-listen", ":80")),
        (SCRIPT.replace('"yes"', "no"), ()),
        (SCRIPT.replace("start_pre", "start"), ()),
        (SCRIPT.replace("/opt/relay/relay", "/opt/relay/other"), ()),
        (SCRIPT.replace("command_background", "#command_background"), ()),
    ],
)
def test_what_openrc_puts_behind_stays_in_front_by_itself(
    script: str, command: tuple[str, ...]
) -> None:
    relay = unit("relay.service", path="", properties={"SourcePath": "/etc/init.d/relay"})
    argv = ("/opt/relay/relay", "-listen", ":80")
    found = detect(
        host(
            init="openrc",
            units=(replace(relay, main_pid=5),),
            processes=(process(5, *argv, uid=990, unit="relay.service"),),
            init_texts=text("/etc/init.d/relay", script),
        )
    )
    assert [w.command for w in found.workloads] == [command]


@pytest.mark.parametrize(
    ("engines", "workloads"),
    [((), ["tailscaled"]), ((Engine("docker", running=True),), [])],
)
def test_an_overlay_is_a_gateway_where_the_kernel_forwards(
    engines: tuple[Engine, ...], workloads: list[str]
) -> None:
    machine = host(
        units=(unit("tailscaled.service", "[Service]\nExecStart=/usr/sbin/tailscaled\n"),),
        processes=(process(5, "/usr/sbin/tailscaled", unit="tailscaled.service"),),
        listeners=(tcp(41641, 5),),
        firewall=Firewall(forwarding=("ipv4",)),
        engines=Engines(engines=engines),
    )
    assert [w.name for w in detect(machine).workloads] == workloads


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("--db=postgres://shop@db01/shop", ("db01",)),
        ("http://db01.example.net:80/x", ("db01.example.net",)),
        ("DB01:5432", ("db01",)),
        ("/srv/db01", ()),
        ("db012", ()),
        ("own", ()),
    ],
)
def test_names_of_the_hosts_file(word: str, names: tuple[str, ...]) -> None:
    entries = (("192.0.2.12", ("db01", "db01.example.net")), ("192.0.2.10", ("own",)))
    machine = host(addresses=("192.0.2.10/24",), host_entries=entries)
    found = called(machine, meter(f"/opt/meter/bin/meter {word}"))
    assert found.value == names
    blind = host(unknown={"host_entries": "cut"})
    assert called(blind, meter("/opt/meter/bin/meter")).unknown == "cut"
