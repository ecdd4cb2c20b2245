"""What runs a program and what a program has loaded: runtimes, modules, versions in paths."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from planner.service import places
from planner.service.view import Service, owner

_RUNTIME = re.compile(
    r"java|jsvc|beam(\.smp)?|erl|node(js)?|dotnet|mono|((python|pypy|php|ruby|perl)[\d.]*)"
)
_RELEASED = re.compile(r"/usr/lib/jvm/(java|jre)-[^/]*openjdk-\d[^/-]*-\d[^/]*/")
_VERSION = re.compile(r"[-_]v?(\d+(?:\.\d+){1,3})(?=\.?[A-Za-z]|[-_]|$)")
_OF_RUNTIME = re.compile(r"(jdk|jre|java|openjdk|node|python|pypy|php|ruby|perl|erlang)\b")
_LIBRARIES = re.compile(r"(/usr)?/lib(32|64|x32)?(/[a-z0-9_]+-linux-[a-z0-9]+)?")
_OWN = ("application", "data", "content", "home")
_IN_EVERY_BASE = re.compile(
    r"libc6|libc-bin|libgcc-s1|libgcc1|libcrypt1|zlib1g|libselinux1|libpcre(2-8-0|3)|libtinfo\d"
    r"|glibc(-common)?|libgcc|zlib|libselinux|pcre2?|ncurses-libs|musl|libxcrypt"
)
_OF_LIBRARIES = re.compile(r"/(gconv|security|engines[^/]*|ossl-modules|pkcs11|audit)/")
"""Modules of the C library, of PAM and of OpenSSL: they come with whatever needs them."""


def is_runtime(path: str) -> bool:
    """Whether a program runs programs of others, so that its package says nothing of them."""
    return _RUNTIME.fullmatch(posixpath.basename(path.removesuffix(" (deleted)"))) is not None


def lasting(path: str, said: str = "") -> str:
    """*path* of a running Java as it outlives the next fix: OpenJDK's packages of Red Hat put the
    whole release into the folder's name (``java-17-openjdk-17.0.13.0.11-3.el9.x86_64``), and
    /usr/bin/java leads there. ``said``: how it was called, which goes before if it is a path.
    """
    bare = path.removesuffix(" (deleted)")
    if not _RELEASED.match(bare):
        return bare
    if said.startswith("/") and not _RELEASED.match(said):
        return said
    return f"/usr/bin/{posixpath.basename(bare)}"


def version_in(paths: Iterable[str]) -> str:
    """Version in the name of an application's folder or archive (``apache-tomcat-7.0.109``,
    ``pricing-2.7.5.jar``); empty: none says one, or they say several.
    """
    names = (posixpath.basename(path) for path in paths)
    found = {m[1] for n in names if not _OF_RUNTIME.match(n) and (m := _VERSION.search(n))}
    return found.pop() if len(found) == 1 else ""


def modules(service: Service) -> tuple[str, ...]:
    """Packages of the modules that its program has loaded (``php`` for Apache's ``libphp5.so``),
    without those of libraries; empty as well where nobody could look.
    """
    main = service.main
    pids = {p.pid for p in service.processes if main and main.exe and p.exe == main.exe}
    found = {
        owner(service.host, entry.path)
        for entry in service.host.mapped.value or ()
        if pids.intersection(entry.pids) and _is_module(entry.path)
    }
    return tuple(sorted(found - {""}))


def libraries(service: Service) -> tuple[str, ...]:
    """Packages of the libraries that a program of nobody's has in memory, or a module of nobody's
    beside it (an extension of Python, an addon of Node.js): no dependency brings them. Without
    those of every base image; empty as well where nobody could look.
    """
    host = service.host
    mine = [e for e in host.mapped.value or () if service.pids.intersection(e.pids)]
    foreign = {
        pid
        for entry in mine
        if entry.path.endswith(".so") and places.role(entry.path) in _OWN
        for pid in entry.pids
        if not owner(host, entry.path)
    }
    for process in service.processes:
        path = process.exe.removesuffix(" (deleted)")
        if places.role(path) in _OWN and not owner(host, path):
            foreign.add(process.pid)
    found = {
        owner(host, entry.path)
        for entry in mine
        if foreign.intersection(entry.pids) and _LIBRARIES.fullmatch(posixpath.dirname(entry.path))
    }
    return tuple(sorted(n for n in found if n and not _IN_EVERY_BASE.fullmatch(n)))


def _is_module(path: str) -> bool:
    if not path.endswith(".so") or places.role(path) != "image":
        return False
    return not (_LIBRARIES.fullmatch(posixpath.dirname(path)) or _OF_LIBRARIES.search(path))
