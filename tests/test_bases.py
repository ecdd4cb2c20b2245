"""Base images: known names for known releases, a reason for every other."""

from __future__ import annotations

import pytest

from planner.images import NO_BASE, base_for
from planner.model import OS

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
