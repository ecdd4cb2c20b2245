"""References to images: taken apart, sent through a mirror, allowed, refused where gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from planner.model import Data

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")
_NAME = re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

REMOVED: Mapping[str, str] = {
    "docker.io/library/centos": "CentOS's images left the registry: use AlmaLinux or Rocky Linux",
    "docker.io/library/openjdk": "it is not rebuilt since 2022: use eclipse-temurin",
    "docker.io/library/java": "removed in favour of openjdk, which ended too: use eclipse-temurin",
    "docker.io/library/adoptopenjdk": "renamed: use eclipse-temurin",
    "docker.io/library/jenkins": "removed: use docker.io/jenkins/jenkins",
    "docker.io/library/consul": "not updated any more: use docker.io/hashicorp/consul",
    "docker.io/library/vault": "not updated any more: use docker.io/hashicorp/vault",
    "docker.io/library/sentry": "removed: its own releases say how it is run",
    "docker.io/library/owncloud": "removed: use docker.io/owncloud/server",
    "docker.io/library/piwik": "renamed: use matomo",
    "docker.io/library/opensuse": "removed: use registry.opensuse.org/opensuse/leap",
    "docker.io/library/sl": "Scientific Linux has ended",
    "docker.io/library/ubuntu-upstart": "removed with upstart",
    "docker.io/library/ubuntu-debootstrap": "removed: use ubuntu",
    "docker.io/library/iojs": "removed: use node",
    "docker.io/library/rails": "removed: use ruby",
    "docker.io/library/django": "removed: use python",
    "docker.io/library/swarm": "the standalone Swarm has ended",
    "docker.io/library/express-gateway": "removed: the project has ended",
    "docker.io/library/nuxeo": "removed: its vendor has a registry of its own",
    "docker.io/library/fsharp": "removed: use mcr.microsoft.com/dotnet/sdk",
    "docker.io/library/mono": "not updated any more: use mcr.microsoft.com/dotnet/runtime",
    "docker.io/library/clefos": "ClefOS has ended",
    "docker.io/library/celery": "removed: use python",
    "docker.io/library/hipache": "removed: the project has ended",
    "docker.io/library/glassfish": "removed: its maintainer gave it up",
    "docker.io/library/docker-dev": "removed: the project builds from its own source",
    "docker.io/library/kaazing-gateway": "removed: not updated since 2018",
    "docker.io/library/known": "removed: not updated since 2018",
    "docker.io/library/rapidoid": "removed: not updated since 2018",
    "docker.io/library/crux": "removed: not updated since 2018",
    "docker.io/library/sourcemage": "removed: not updated since 2016",
    "docker.io/library/euleros": "removed: not updated since 2019",
    "docker.io/library/thrift": "removed: not updated since 2019",
    "docker.io/library/jobber": "removed: the project is not maintained",
    "docker.io/library/nats-streaming": "removed: ended in favour of JetStream: use nats",
    "docker.io/library/zend-php": "removed: its name was php-zendserver, which ended too: use php",
    "docker.io/library/php-zendserver": "not maintained: use php",
    "docker.io/library/notary": "the project was archived in 2025",
    "docker.io/library/mongo-express": "not updated since April 2024",
    "docker.io/library/unit": "NGINX Unit was archived in October 2025",
    "docker.io/library/plone": "ended with Plone 5: use docker.io/plone/plone-backend",
    "docker.io/library/clearlinux": "Clear Linux has ended",
    "docker.io/library/rockylinux": "not updated here: use docker.io/rockylinux/rockylinux",
    "docker.io/rocketchat/rocket.chat": "moved: use registry.rocket.chat/rocketchat/rocket.chat",
}
"""Repositories from which nothing may be built any more, and what took their place."""
REMOVED_REGISTRIES: Mapping[str, str] = {
    "k8s.gcr.io": "frozen since 2023: use registry.k8s.io",
    "gcr.io/google-containers": "frozen since 2023: use registry.k8s.io",
    "docker.io/bitnami": "its catalogue was taken away in 2025 (bitnamilegacy gets no fixes): use "
    "the application's own image",
    "docker.io/bitnamilegacy": "gets no fixes any more: use the application's own image",
}
AS_OF = "2026-08-21"
"""Day of both tables, after the deprecation notes of the repositories themselves: those of Docker's
official images are ``*/deprecated.md`` of docker-library/docs, with its history, and the files that
left ``library/`` of docker-library/official-images."""


class Reference(Data, frozen=True):
    """``registry/repository:tag@digest``, as a full name; tag and digest may be empty."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Without tag and digest."""
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}{f'@{self.digest}' if self.digest else ''}"


def parse(text: str) -> Reference | None:
    """Read a reference as an engine does: without a registry it is Docker Hub's, a single word is
    below ``library``. None: it is none."""
    rest, _, digest = text.partition("@")
    head, slash, tail = rest.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        registry, rest = head, tail
    else:
        registry = "docker.io"
        rest = rest if slash else f"library/{rest}"
    repository, _, tag = rest.partition(":")
    fits = _HOST.fullmatch(registry) and _NAME.fullmatch(repository)
    if not fits or (tag and not _TAG.fullmatch(tag)) or (digest and not DIGEST.fullmatch(digest)):
        return None
    return Reference(registry, repository, tag, digest)


def mirrored(reference: Reference, mirrors: Mapping[str, str]) -> Reference:
    """The same image by way of a mirror: ``docker.io`` -> ``registry.example/hub`` makes
    ``registry.example/hub/library/debian`` of Debian's."""
    prefix = mirrors.get(reference.registry, "").strip("/")
    if not prefix:
        return reference
    found = parse(f"{prefix}/{reference.repository}")
    if found is None:
        return reference
    return Reference(found.registry, found.repository, reference.tag, reference.digest)


def allowed(reference: Reference, patterns: Iterable[str]) -> bool:
    """Whether a shell pattern fits the full name, with or without the tag; no pattern: all are."""
    every = tuple(patterns)
    plain = Reference(reference.registry, reference.repository, reference.tag)
    return not every or any(
        fnmatchcase(name, pattern) for pattern in every for name in (plain.name, str(plain))
    )


def refused(reference: Reference) -> str:
    """Why nothing may be built from it, with what to use; empty: nothing is known against it."""
    why = REMOVED.get(reference.name, "")
    if not why:
        tops = (t for t in REMOVED_REGISTRIES if reference.name.startswith(f"{t}/"))
        why = next((REMOVED_REGISTRIES[top] for top in tops), "")
    return f"{reference.name}: {why} (state of {AS_OF})" if why else ""
