"""Which interpreters and virtual machines run a workload, and how long its makers support it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from planner.images.lifecycle import Lifecycle, runtime
from planner.model import Host, Runtime, Workload
from planner.service import places

_INTERPRETERS = (
    ("java", "java|jsvc"),
    ("node", r"node(js)?[\d.]*"),
    ("python", r"python[\d.]*"),
    ("ruby", r"ruby[\d.]*"),
    ("php", r"php[\d.]*(-fpm|-cgi)?[\d.]*"),
    ("perl", r"perl[\d.]*"),
    ("dotnet", "dotnet"),
    ("erlang", r"beam(\.smp)?"),
)
_PRODUCTS = (
    ("mariadb", r"mariadb(d|-server.*)?"),
    ("mysql", r"mysqld?|mysql-(server|community-server).*"),
    ("tomcat", r"(apache-)?tomcat\d*"),
    ("php", r"php[\d.]*-fpm[\d.]*"),
    ("valkey", r"valkey(-server)?"),
)
_SYSTEMS = re.compile(r"/(usr/)?(local/)?lib(32|64|x32)?/")
_COMMON = re.compile(
    r"/((site|dist)-packages|gems|node_modules)/|^/(tmp|var/tmp|dev/shm)/"
    r"|/lib(tcnative|jna|jnidispatch|netty|snappy|sigar|wrapper|jffi|zstd-jni|lz4-java)[^/]*$"
    r"|/(dynatrace|oneagent|appdynamics|newrelic|jrebel|jprofiler|yourkit)[^/]*/"
    r"|/lib(oneagent|ruxit|appdynamics|newrelic|jrebel|jprofiler|yjp)[^/]*$",
    re.IGNORECASE,
)
"""Libraries that anybody can have again for another version: those of package managers, those that
many Java programs bring along, and those of watchers and profilers, which no application needs."""
_LANGUAGES = {"java": "openjdk", "node": "nodejs", "python": "python", "php": "php"}


def runtimes(host: Host, workload: Workload) -> tuple[Runtime, ...]:
    """The interpreters and virtual machines that its processes are, with their version."""
    exes = {workload.exe, *workload.command[:1]}
    exes |= {p.exe for p in host.processes.value or () if p.pid in workload.pids}
    found = {r for exe in exes - {""} for r in _runtimes(host, exe)}
    return tuple(sorted(found, key=lambda r: (r.kind, r.path, r.version)))


def _runtimes(host: Host, exe: str) -> Iterable[Runtime]:
    name = posixpath.basename(exe)
    for kind, pattern in _INTERPRETERS:
        if not re.fullmatch(pattern, name):
            continue
        environments = (e for e in host.virtualenvs.value or () if kind == "python" and e.version)
        every = [Runtime("python", e.path, e.version, source="pyvenv.cfg") for e in environments]
        every += [r for r in host.runtimes.value or () if r.kind == kind]
        around = [r for r in every if places.below(exe, r.path)]
        if around:
            yield max(around, key=lambda r: (len(r.path), r.version))
        elif len(every) == 1:
            yield every[0]


def natives(host: Host, workload: Workload) -> tuple[str, ...]:
    """Libraries of the application's own that its processes map: of no package, outside of the
    system's folders and of the runtime itself.
    """
    pids, owners = set(workload.pids), host.owners.value or {}
    around = [r.path for r in runtimes(host, workload) if r.path not in ("/usr", "/usr/local")]
    return tuple(
        m.path
        for m in host.mapped.value or ()
        if pids & set(m.pids)
        and re.search(r"\.so(\.[\d.]+)?$", m.path)
        and not owners.get(m.path)
        and not _SYSTEMS.match(m.path)
        and not _COMMON.search(m.path)
        and not any(places.below(m.path, path) for path in around)
    )


def lifecycles(host: Host, workload: Workload) -> tuple[Lifecycle, ...]:
    """Life cycles of the product that it is and of what runs it, where the table has them."""
    found = [runtime(workload.kind, workload.version)] if workload.kind != "python" else []
    called = [p.name for p in workload.packages]
    called += [posixpath.basename(workload.exe), workload.name.partition("@")[0]]
    named = (p for p, pattern in _PRODUCTS if any(re.fullmatch(pattern, name) for name in called))
    if product := next(named, ""):
        found.append(runtime(product, workload.version))
    for one in runtimes(host, workload):
        if one.kind in _LANGUAGES:
            found.append(runtime(_LANGUAGES[one.kind], _plain(one)))
    known = {f"{f.product} {f.release}": f for f in found if f}
    return tuple(known[key] for key in sorted(known))


def _plain(one: Runtime) -> str:
    """Java 8 and before it call themselves 1.8."""
    return re.sub(r"^1\.(?=[1-8]\b)", "", one.version) if one.kind == "java" else one.version
