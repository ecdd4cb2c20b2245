"""Names of images: read as engines read them, mirrored, allowed, refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.images import references
from planner.images.choice import Choice, pulled

DIGEST = "sha256:" + "a" * 64
DEBIAN = "docker.io/library/debian:bookworm-slim"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("debian", "docker.io/library/debian"),
        ("grafana/grafana:11.0", "docker.io/grafana/grafana:11.0"),
        ("quay.io/wildfly/wildfly:30", "quay.io/wildfly/wildfly:30"),
        ("localhost:5000/x/y:1", "localhost:5000/x/y:1"),
        ("localhost/x:1", "localhost/x:1"),
        (f"nginx:1.22@{DIGEST}", f"docker.io/library/nginx:1.22@{DIGEST}"),
    ],
)
def test_a_name_is_read_as_an_engine_reads_it(text: str, full: str) -> None:
    assert str(references.parse(text)) == full


@pytest.mark.parametrize(
    "text", ["", "Debian", "a b", "x:y z", "x@sha256:1", "-x", "x/", "reg.example/", "x\nRUN y"]
)
def test_what_is_no_name_is_none(text: str) -> None:
    assert references.parse(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_none(text: str) -> None:
    found = references.parse(text)
    assert found is None or references.parse(str(found)) == found


def test_a_mirror_takes_the_place_of_the_registry() -> None:
    choice = Choice(mirrors={"docker.io": "registry.example:5000/hub"})
    found = pulled(DEBIAN, choice)
    assert found.image == "registry.example:5000/hub/library/debian:bookworm-slim"
    assert "docker.io" in found.note
    assert pulled("quay.io/x/y:1", choice).image == "quay.io/x/y:1"


def test_only_what_is_allowed_is_pulled() -> None:
    mirrors = {"docker.io": "registry.example/hub"}
    fits = Choice(mirrors=mirrors, allow=("registry.example/*",))
    assert pulled(DEBIAN, fits).problem == ""
    assert "not among" in pulled(DEBIAN, Choice(allow=("registry.example/*",))).problem
    assert pulled(DEBIAN, Choice(allow=("docker.io/library/debian",))).problem == ""
    assert pulled(DEBIAN, Choice(allow=(DEBIAN,))).problem == ""


def test_a_digest_pins_the_image_by_either_name() -> None:
    assert pulled(DEBIAN, Choice(digests={DEBIAN: DIGEST})).image == f"{DEBIAN}@{DIGEST}"
    mirrors = {"docker.io": "r.example"}
    there = "r.example/library/debian:bookworm-slim"
    for name in (DEBIAN, there):
        choice = Choice(mirrors=mirrors, digests={name: DIGEST})
        assert pulled(DEBIAN, choice).image == f"{there}@{DIGEST}"


@pytest.mark.parametrize(
    ("image", "instead"),
    [
        ("centos:7", "AlmaLinux"),
        ("openjdk:17", "eclipse-temurin"),
        ("bitnami/redis:7.0", "own image"),
        ("k8s.gcr.io/pause:3.6", "registry.k8s.io"),
        ("java:8", "eclipse-temurin"),
    ],
)
def test_images_that_left_the_registry_are_refused(image: str, instead: str) -> None:
    assert instead in pulled(image, Choice()).problem


def test_the_policy_of_a_workload_comes_from_the_first_pattern_that_fits() -> None:
    choice = Choice(workloads={"db/*": "official", "*/postgresql*": "faithful"})
    assert choice.of("db/postgresql@15-main") == "official"
    assert choice.of("x/postgresql@15-main") == "faithful"
    assert Choice(policy="official").of("x/y") == "official"
