"""Base images: known names for known releases, a reason for every other."""

from __future__ import annotations

import hostkit
import pytest
from ours import RULES

from planner import store
from planner.images import NO_BASE, base_for
from planner.images.accounts import has_group, has_user
from planner.model import OS
from planner.plan import make_plan
from planner.service import pins, programs

REMOVED = ("centos", "java", "openjdk", "jenkins", "clearlinux", "library/sl:")


@pytest.mark.parametrize(
    ("os", "image"),
    [
        (OS("debian", "12", "bookworm", family="debian"), "docker.io/library/debian:bookworm-slim"),
        (OS("debian", "13", family="debian"), "docker.io/library/debian:trixie-slim"),
        (OS("debian", "11.9", "bullseye"), "docker.io/library/debian:bullseye-slim"),
        (OS("ubuntu", "24.04", "noble"), "docker.io/library/ubuntu:24.04"),
        (OS("ubuntu", "18.04", "bionic"), "docker.io/library/ubuntu:18.04"),
        (OS("rocky", "9.4"), "docker.io/rockylinux/rockylinux:9"),
        (OS("almalinux", "10.0"), "docker.io/library/almalinux:10"),
        (OS("rhel", "8.10"), "registry.access.redhat.com/ubi8/ubi:latest"),
        (OS("ol", "9.3"), "docker.io/library/oraclelinux:9"),
        (OS("amzn", "2023"), "docker.io/library/amazonlinux:2023"),
        (OS("alpine", "3.22.1"), "docker.io/library/alpine:3.22"),
        (OS("opensuse-leap", "15.6"), "registry.opensuse.org/opensuse/leap:15.6"),
    ],
)
def test_same_release_as_the_machine(os: OS, image: str) -> None:
    found = base_for(os)
    assert (found.image, found.problem) == (image, "")
    assert found.family
    assert found.reason


@pytest.mark.parametrize(
    "os",
    [
        OS("centos", "7"),
        OS("centos", "9", name="CentOS Stream 9"),
        OS("scientific", "7"),
        OS("debian", "8", "jessie"),
        OS("debian", "99"),
        OS("ubuntu", "16.04"),
        OS("sles", "15.5"),
        OS("alpine", "3.2"),
        OS("alpine", "edge;x"),
        OS("gentoo"),
        OS(""),
        OS("freebsd", "14", system="freebsd"),
        OS("windows", "2019", system="windows"),
        OS("rocky", "9\nRUN id"),
        OS("ubuntu", "24.04\n"),
    ],
)
def test_no_image_is_made_up(os: OS) -> None:
    found = base_for(os)
    assert found.image == ""
    assert found.problem


def test_removed_names_are_never_given() -> None:
    given = [
        base_for(OS(name, version)).image
        for name in (
            "debian",
            "ubuntu",
            "rocky",
            "almalinux",
            "rhel",
            "ol",
            "amzn",
            "alpine",
            "opensuse-leap",
            "fedora",
            "arch",
            "centos",
            "clear-linux-os",
            "scientific",
        )
        for version in ("2", "7", "8", "9", "10", "11", "12", "13", "18.04", "22.04", "3.21", "43")
    ]
    assert any(given)
    assert not any(word in image for image in given for word in REMOVED)


def test_an_old_release_says_that_nobody_rebuilds_it() -> None:
    found = base_for(OS("ubuntu", "20.04"))
    assert not found.rebuilt
    assert "not rebuilt" in found.reason


def test_without_an_operating_system_there_is_none() -> None:
    assert NO_BASE.image == ""
    assert NO_BASE.problem


def test_an_image_of_alpine_gets_the_bash_that_its_health_check_asks_with() -> None:
    (snapshot,) = store.read_snapshots([store.demo_folder() / "edge-21.json"])
    (host,) = make_plan([snapshot], RULES, as_of=None, version="0").hosts
    (item,) = [i for i in host.workloads if i.image]
    assert item.image
    assert item.image.family == "alpine"
    assert item.workload.health
    assert item.workload.health.command[0] == "bash"
    assert "bash" in [p.pin for p in item.workload.packages]


@pytest.mark.parametrize(
    ("family", "name", "number", "there"),
    [
        ("debian", "www-data", 33, True),
        ("debian", "tomcat", 53, False),
        ("debian", "shop", 33, False),
        ("debian", "_apt", 100, False),
        ("rhel", "apache", 48, False),
        ("rhel", "mail", 8, True),
        ("alpine", "www-data", 82, False),
        ("", "root", 0, True),
        ("", "mail", 8, False),
    ],
)
def test_a_base_has_only_its_own_accounts(family: str, name: str, number: int, there: bool) -> None:
    assert has_user(family, name, number) is there


def test_a_base_has_its_own_groups() -> None:
    assert has_group("debian", "mail", 8)
    assert has_group("rhel", "mail", 12)
    assert not has_group("rhel", "mail", 8)
    assert has_group("alpine", "www-data", 82)


@pytest.mark.parametrize(("family", "pin"), [("rhel", ""), ("debian", "=2.*")])
def test_what_only_helps_has_no_version_where_mirrors_keep_one_release(
    family: str, pin: str
) -> None:
    names = ("nginx", "ca-certificates", "tzdata", "libfoo")
    machine = hostkit.host(
        os=OS(family, "9", family=family), packages=tuple(hostkit.deb(n, "2.4-1") for n in names)
    )
    wanted = [(n, "why") for n in names[:3]]
    found = {p.name: p for p in pins.pins(machine, wanted, ["libfoo", "nginx"])}
    main = "nginx-2.*" if family == "rhel" else "nginx=2.*"
    assert found["nginx"].pin == main
    assert [found[n].pin for n in names[1:]] == [f"{n}{pin}" for n in names[1:]]
    assert {p.version for p in found.values()} == {"2.4-1"}
    assert found["libfoo"].beside
    assert not found["nginx"].beside


RELEASED = "/usr/lib/jvm/java-17-openjdk-17.0.13.0.11-3.el9.x86_64/bin/java"


@pytest.mark.parametrize(
    ("path", "said", "lasts"),
    [
        (RELEASED, "java", "/usr/bin/java"),
        (RELEASED, RELEASED, "/usr/bin/java"),
        (f"{RELEASED} (deleted)", "/etc/alternatives/java", "/etc/alternatives/java"),
        (
            "/usr/lib/jvm/java-1.8.0-openjdk-1.8.0.412.b08-2.el8.x86_64/jre/bin/java",
            "/usr/lib/jvm/jre-1.8.0/bin/java",
            "/usr/lib/jvm/jre-1.8.0/bin/java",
        ),
        ("/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "java", ""),
        ("/usr/lib/jvm/java-11-amazon-corretto.x86_64/bin/java", "/usr/bin/java", ""),
        ("/opt/jdk-17.0.2+8/bin/java", "/opt/java/bin/java", ""),
    ],
)
def test_java_is_called_by_a_path_that_outlives_a_fix(path: str, said: str, lasts: str) -> None:
    assert programs.lasting(path, said) == (lasts or path)
