"""Build agents: GitLab, GitHub Actions, Azure Pipelines, Buildkite, TeamCity, Woodpecker, Drone:
what their builds run in, their token, and the folders of work in passing.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Package, Workload
from planner.service import accounts, config, environment, formats, health, optioned, pins, places
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands, program, setting


@dataclass(frozen=True)
class _Agent:
    """``names``: of programs and units; ``files``: of configuration with the token; ``work``:
    settings or folders below its own with builds and caches; ``own``: files in its folder that say
    who it is; ``runs``: what stays in the foreground, below its folder.
    """

    title: str
    names: str
    files: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    engine: str = ""
    stop: str = "SIGTERM"


_AGENTS = {
    "gitlab-runner": _Agent("GitLab Runner", r"gitlab-(ci-multi-)?runner",
                            ("/etc/gitlab-runner/config.toml",), stop="SIGQUIT"),
    "github-runner": _Agent("GitHub Actions runner", r"actions\.runner\..*|runner\.listener",
                            work=("_work", "_diag"), runs=("run.sh",), stop="SIGINT",
                            own=(".runner", ".credentials", ".credentials_rsaparams")),
    "azure-agent": _Agent("Azure Pipelines agent", r"vsts\.?agent\..*|agent\.listener",
                          work=("_work", "_diag"), runs=("run.sh",), stop="SIGINT",
                          own=(".agent", ".credentials", ".credentials_rsaparams")),
    "buildkite-agent": _Agent("Buildkite agent", r"buildkite-agent",
                              ("/etc/buildkite-agent/buildkite-agent.cfg",),
                              ("build-path", "git-mirrors-path", "plugins-path")),
    "teamcity-agent": _Agent("TeamCity agent", r"teamcity-(build-)?agent|buildagent",
                             work=("work", "temp", "system", "logs"),
                             own=("conf/buildAgent.properties",), runs=("bin/agent.sh", "run")),
    "woodpecker-agent": _Agent("Woodpecker agent", r"woodpecker-agent",
                               ("/etc/woodpecker/woodpecker-agent.env",),
                               engine="WOODPECKER_BACKEND"),
    "drone-runner": _Agent("Drone runner", r"drone-runner-(docker|exec|kube|ssh)"),
}  # fmt: skip
_SOCKET = (
    "builds need a container engine: its socket is root on the target for whoever may push; better "
    "is an engine of its own, rootless, or the orchestrator's executor"
)
_MACHINE = (
    "builds call what is installed on this machine: the image has to name those tools, or the "
    "executor becomes one of containers"
)
_IDENTITY = Adaptation(
    "other",
    "it is registered anew instead of taking this one's token along",
    "two agents with one identity take each other's builds, and the old one goes on until the move",
)
_UPDATES = Adaptation(
    "other",
    "it must not update itself (GitHub's is registered with --disableupdate): a new image does",
    "what it fetches in a container is gone with it, and its folder belongs to the image",
)
_LEFT = "builds and caches are made again: losing them only costs time"


def detect(service: Service) -> Workload | None:
    """An agent by its program or unit; servers that give out builds, and any other: None."""
    names = {n.lower() for n in called(service)}
    kind = next((k for k, a in _AGENTS.items() if any(re.fullmatch(a.names, n) for n in names)), "")
    if not kind:
        return None
    agent = _AGENTS[kind]
    words = optioned.argv(service)
    folder = _folder(service) if agent.own or agent.runs else ""
    file = places.clean(optioned.flags(words).get("config", "")) or next(iter(agent.files), "")
    runners = _toml(service, file) if kind == "gitlab-runner" else {}
    run_as = _user(service, words) or container_user(service)
    own = tuple(f"{folder}/{name}" for name in agent.own if folder)
    made = described(
        service,
        Known(
            kind,
            agent.title,
            ("ci",),
            stop_signal=agent.stop,
            needs_init=True,
            folders=tuple(f for f in (posixpath.dirname(file),) if _own_config(f)),
            programs=(folder,) if folder else (),
            command=_command(service, agent, words, folder),
            storage=_storage(service, agent, words, file, folder, runners),
            packages=(
                ("git", "builds fetch their sources with it"),
                ("git-lfs", "builds fetch large files with it"),
                optioned.TRUSTED,
                *((p.name, "the agent, in .NET, asks for it") for p in _icu(service, agent)),
            ),
            named=(*own, *_mounted(runners)),
            keys=(file, *own) if file else own,
            health=_health(runners),
            adaptations=(
                *_executors(service, kind, agent, runners),
                *((_UPDATES,) if agent.runs else ()),
                _IDENTITY,
            ),
            unknowns=_unread(service, kind, file, runners),
            run_as=run_as,
        ),
    )
    return _apart(service, made, own, run_as)


def _apart(
    service: Service, made: Workload, own: tuple[str, ...], run_as: Account | None
) -> Workload:
    """``made`` with the files that say who the agent is as secrets, whether or not they were seen:
    they lie in the folder that is copied."""
    if not own:
        return made
    taken = {s.path for s in made.secrets}
    why = "who the agent is to its server"
    found = [config.secret(service.host, p, run_as, reason=why) for p in own if p not in taken]
    return replace(
        made,
        copies=tuple(
            replace(
                c, exclude=tuple(sorted({*c.exclude, *(p for p in own if places.below(p, c.path))}))
            )
            for c in made.copies
        ),
        secrets=tuple(sorted((*made.secrets, *found), key=lambda s: s.path)),
    )


def _mounted(settings: Mapping[str, Any]) -> list[str]:
    """What its builds get of the machine: no folders of its own."""
    docker = (r.get("docker", {}) for r in _runners(settings))
    every = (v for d in docker if isinstance(d, dict) for v in d.get("volumes", []))
    return [p for v in every if isinstance(v, str) and (p := places.clean(v))]


def _icu(service: Service, agent: _Agent) -> tuple[Package, ...]:
    """The libraries of languages that .NET loads, and that nothing asks for by a dependency."""
    return pins.matching(service.host, r"libicu\d*") if ".credentials" in agent.own else ()


def _folder(service: Service) -> str:
    """The folder that it was unpacked in: of its script, or its working directory."""
    path = places.clean(setting(service, "WorkingDirectory").lstrip("-"))
    found = path or posixpath.dirname(places.clean(program(service)))
    found = posixpath.dirname(found) if posixpath.basename(found) == "bin" else found
    return "" if not found or places.shared_top(found) else found


def _user(service: Service, words: tuple[str, ...]) -> Account | None:
    """Whom gitlab-runner hands builds to; the container runs as that from the start."""
    flags = optioned.flags(words)
    named = flags.get("user", "")
    return accounts.by_name(service.host, named) if named else None


def _command(service: Service, agent: _Agent, words: tuple[str, ...], folder: str) -> Command:
    if agent.runs and folder:
        path = f"{folder}/{agent.runs[0]}"
        change = Adaptation(
            "foreground",
            f"runs {path} instead of the script of its service",
            "that one watches over it and starts it again, which the engine does",
        )
        return Command((path, *agent.runs[1:]), (change,))
    if not words:
        return derive(service)
    kept: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name = word.partition("=")[0].lstrip("-")
        if word.startswith("-") and name in ("user", "u", "service", "n", "syslog"):
            if "=" not in word and name != "syslog" and rest:
                rest.pop(0)
            continue
        kept.append(word)
    if kept == list(words):
        return optioned.command(service, words)
    change = Adaptation(
        "user",
        "runs as the user of its builds from the start, and logs to the engine",
        "changing users asks for root; there is no syslog in a container",
    )
    return Command(tuple(kept), (change,))


def _toml(service: Service, file: str) -> dict[str, Any]:
    text = (service.host.files.value or {}).get(file)
    try:
        # What the mask leaves of a secret without quotes is no TOML.
        return (
            tomllib.loads(re.sub(r"=\s*\*\*\*\s*$", '= "***"', text.text, flags=re.M))
            if text
            else {}
        )
    except tomllib.TOMLDecodeError:
        return {}


def _runners(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = settings.get("runners", [])
    return [r for r in found if isinstance(r, dict)] if isinstance(found, list) else []


def _storage(
    service: Service,
    agent: _Agent,
    words: tuple[str, ...],
    file: str,
    folder: str,
    settings: Mapping[str, Any],
) -> Storage:
    named: list[tuple[str, str]] = []
    flags = optioned.flags(words)
    text = (service.host.files.value or {}).get(file)
    pairs = formats.pairs(text.text) if text else {}
    for name in agent.work:
        if folder:
            named.append((f"{folder}/{name}", f"{name}/ of the agent"))
        elif value := flags.get(name, pairs.get(name, "")):
            named.append((value, f"{name} of its settings"))
    for runner in _runners(settings):
        for name in ("builds_dir", "cache_dir"):
            if runner.get("executor") in ("shell", "ssh", None) and isinstance(
                runner.get(name), str
            ):
                named.append((runner[name], f"{name} of its settings"))
    if any(r.get("executor") == "shell" for r in _runners(settings)) and flags.get(
        "working-directory"
    ):
        named.append((flags["working-directory"], "--working-directory of its command"))
    wanted = [
        Wanted(path, "cache", reason, "live", _LEFT)
        for value, reason in named
        if (path := places.clean(value)) and not places.shared_top(path)
    ]
    own = posixpath.dirname(file)
    run_as = _user(service, words) or container_user(service)
    beside = (
        (Directory(own, accounts.owned(run_as, "0700"), "it writes an id beside its settings"),)
        if _own_config(own) and agent.stop == "SIGQUIT"
        else ()
    )
    return Storage(tuple(wanted), beside)


def _executors(
    service: Service, kind: str, agent: _Agent, settings: Mapping[str, Any]
) -> Iterable[Adaptation]:
    """What its builds need of the place where it runs."""
    if kind == "gitlab-runner":
        found = sorted({str(r.get("executor", "")) for r in _runners(settings)} - {""})
    elif agent.engine or kind.startswith("drone"):
        told = environment.told(service).get(agent.engine, "")
        runs = (
            re.fullmatch(r"drone-runner-(docker|exec|kube|ssh)", n) for n in sorted(called(service))
        )
        name = next((m[1] for m in runs if m), "docker")
        found = [told or ("docker" if agent.engine else name)]
    else:
        found = ["shell"]
    for name in found:
        if name.startswith("docker") or name == "auto-detect":
            yield Adaptation("other", f"its executor {name} needs an engine", _SOCKET)
        elif name in ("shell", "exec", "local"):
            yield Adaptation("other", f"its builds run beside it ({name})", _MACHINE)
        elif name in ("kubernetes", "kube"):
            yield Adaptation(
                "other",
                f"its executor {name} needs an account of the cluster",
                "it starts a pod for each build, wherever it runs itself",
            )


def _health(settings: Mapping[str, Any]) -> Health | None:
    """The page of metrics, where it has one; the token is never asked for."""
    told = settings.get("listen_address", "")
    port = optioned.port(told, 0) if isinstance(told, str) else 0
    return health.http(port, path="/metrics") if port else None


def _own_config(folder: str) -> bool:
    return bool(folder) and places.role(folder) == "config" and not places.shared_top(folder)


def _unread(service: Service, kind: str, file: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    if any(MASK in w for c in commands(service, "ExecStart") for w in c.argv):
        return ("Its token stands in its command: it has to become a secret.",)
    if kind != "gitlab-runner" or _runners(settings):
        return ()
    return (f"What its builds run in (executor) is not known: {file} was not read.",)
