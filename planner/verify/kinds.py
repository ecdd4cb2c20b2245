"""What podman and docker do not have in common, and which of them answers."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planner.errors import RunError
from planner.verify.shell import complaint, shell

Ask = Callable[[str], subprocess.CompletedProcess[bytes]]
"""Runs a line for sh where the engine is."""


@dataclass(frozen=True)
class Kind:
    """``log``: the driver whose log ``logs`` shows, without a journal; ``at_once``: ``rm`` without
    the patience of ``stop``; ``hidden``: ``network create`` without an address of the engine's own
    machine on it, for an engine that gives containers a route to that address even on a network
    without a way out (Docker 20.10 does, and leaves it to the packet filter)."""

    log: str
    at_once: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


KINDS = {
    "podman": Kind("k8s-file", at_once=("-t", "0")),
    "docker": Kind("json-file", hidden=("-o", "com.docker.network.bridge.inhibit_ipv4=true")),
}
_INFO = "{{.Host.ServiceIsRemote}} {{.Host.Security.Rootless}} {{json .Host.IDMappings}}"


def found(wanted: str, far: str = "") -> tuple[str, str]:
    """Kind and path of the engine that was asked for, else of the first that answers.

    ``far``: command that runs a line on another machine; the engine is looked for there. RunError:
    none, with what each of them said.
    """

    def ask(line: str) -> subprocess.CompletedProcess[bytes]:
        line = f"{far} {shlex.quote(line)}" if far else line
        return shell(line, os.environ, Path(tempfile.gettempdir()), seconds=60)

    problems = []
    for program in (wanted,) if wanted else tuple(KINDS):
        try:
            return _answering(program, ask)
        except RunError as error:
            problems.append(str(error))
    raise RunError("; ".join(problems))


def _answering(program: str, ask: Ask) -> tuple[str, str]:
    done = ask(f"command -v {shlex.quote(program)}")
    path = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode == 255:  # ssh's own
        raise RunError(f"{program}: {complaint(done)}")
    if done.returncode or not path.startswith("/"):
        raise RunError(f"{program}: not on PATH: install podman or docker to verify")
    # Debian's podman-docker is a podman that is called docker
    version = _must(ask, path, "--version").split()
    kind = version[0].lower() if version else ""
    if kind == "podman":
        _podman(ask, path)
    elif kind == "docker":
        _docker(ask, path)
    else:
        raise RunError(f"{program}: is neither podman nor docker")
    return kind, path


def _must(ask: Ask, path: str, *words: str) -> str:
    done = ask(shlex.join([path, *words]))
    if done.returncode:
        raise RunError(f"{path} {words[0]}: {complaint(done)}")
    return done.stdout.decode("utf-8", "replace").strip()


def _docker(ask: Ask, path: str) -> None:
    _must(ask, path, "version", "-f", "{{.Server.Version}}")
    done = ask(shlex.join([path, "context", "inspect", "-f", "{{.Endpoints.docker.Host}}"]))
    place = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode == 0 and place and not place.startswith(("unix:", "npipe:")):
        raise RunError(f"{path} works on another machine, {place}: name that one with --on")


def _podman(ask: Ask, path: str) -> None:
    remote, rootless, numbers = _must(ask, path, "info", "-f", _INFO).split(" ", 2)
    if remote == "true":
        raise RunError(f"{path} works through a socket or on another machine: name that with --on")
    if rootless == "true":
        _ordinary(ask, path, json.loads(numbers))


def _ordinary(ask: Ask, path: str, numbers: dict[str, list[dict[str, int]]] | None) -> None:
    """What an account that is not root needs: numbers to give to owners of data, and a network."""
    for map, file in (("uidmap", "/etc/subuid"), ("gidmap", "/etc/subgid")):
        if sum(part["size"] for part in (numbers or {}).get(map) or ()) < 2:
            raise RunError(
                f"{path} as an ordinary user: no numbers for this account in {file}, so that "
                "owners of data cannot be kept: usermod --add-subuids 100000-165535 "
                "--add-subgids 100000-165535 ACCOUNT, podman system migrate, and install uidmap"
            )
    # asked before the first container: podman 4 does not recover from having missed it
    if ask("PATH=$PATH:/usr/libexec/podman; command -v pasta || command -v slirp4netns").returncode:
        raise RunError(
            f"{path} as an ordinary user: neither slirp4netns nor pasta, which its networks need: "
            "install slirp4netns (podman 4) or passt (podman 5)"
        )
