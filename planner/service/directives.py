"""What becomes of each directive of a unit file.

The tables follow systemd.exec(5), systemd.service(5), systemd.unit(5), systemd.kill(5) and
systemd.resource-control(5). A directive that no table knows is lost, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from planner.facts.execline import words
from planner.model import Directive
from planner.service import stopping
from planner.service.plain import plain
from planner.service.view import MASK, Service

Fate = tuple[Literal["carried", "replaced", "lost"], str]

_ISOLATION = "the container's own isolation (namespaces, own root file system, no devices)"
_LIMIT = "a limit of the container (--ulimit), where it differs from the engine's default"
_START_TIME = "the health check's start period and the engine's stop timeout"
_ORDER = "the order of the compose file, where the other one is a workload that moves too"
_CONDITION = "systemd checked it before the start; nothing does in the container"
_CGROUP = "the limits of the container (memory, CPU), decided from what was measured"

_CARRIED = {
    "Environment": "environment of the container",
    "EnvironmentFile": "secret of the form env: its variables come from the operator's store",
    "ExecStart": "command of the container",
    "User": "user of the container, with the machine's numeric id",
    "Group": "group of the container's user, with the machine's numeric id",
    "SupplementaryGroups": "groups of the container's user",
    "WorkingDirectory": "working directory of the container",
    "Restart": "restart policy of the container",
    "KillSignal": "stop signal of the container",
    "RuntimeDirectory": "directory of the image with the owner and mode that systemd gives it",
    "RuntimeDirectoryMode": "mode of that directory",
    "StateDirectory": "volume",
    "StateDirectoryMode": "mode of the volume's directory",
    "LogsDirectory": "volume",
    "LogsDirectoryMode": "mode of the volume's directory",
    "CacheDirectory": "volume",
    "CacheDirectoryMode": "mode of the volume's directory",
}
_REPLACED = {
    "Type": "the program stays in the foreground; the engine watches the process, the health "
    "check says when it is ready",
    "NotifyAccess": "the health check",
    "BusName": "the health check",
    "PIDFile": "the engine watches the process itself; the file stays writable",
    "GuessMainPID": "the engine watches the process itself",
    "RemainAfterExit": "the exit status of the container",
    "KillMode": "the engine ends every process of the container",
    "SendSIGKILL": "the engine ends with SIGKILL after its stop timeout",
    "TimeoutStopSec": "the engine's stop timeout",
    "TimeoutStartSec": _START_TIME,
    "TimeoutSec": _START_TIME,
    "ExecStop": "the stop signal",
    "ExecReload": "a new container, or the signal sent by hand (kill -s HUP and the like)",
    "RestartSec": "the engine's own delay between restarts",
    "StartLimitIntervalSec": "the engine's own delay between restarts",
    "StartLimitBurst": "the engine's own delay between restarts",
    "StandardOutput": "the engine's log",
    "StandardError": "the engine's log",
    "SyslogIdentifier": "the engine's log carries the container's name",
    "SyslogFacility": "the engine's log carries the container's name",
    "SyslogLevel": "the engine's log",
    "Slice": _CGROUP,
    "Delegate": _CGROUP,
    "RuntimeDirectoryPreserve": "the directory lives as long as the container",
    "NoNewPrivileges": "the option no-new-privileges of the container",
    "CapabilityBoundingSet": "the capabilities that the container gets: none, unless named",
    "AmbientCapabilities": "ports from 0 are free by sysctl; other capabilities have to be named",
    "SecureBits": "the capabilities that the container gets",
    "SystemCallFilter": "the engine's default seccomp profile",
    "SystemCallArchitectures": "the engine's default seccomp profile",
    "SystemCallErrorNumber": "the engine's default seccomp profile",
    "LockPersonality": "the engine's default seccomp profile",
    "RestrictAddressFamilies": "the engine's default seccomp profile",
    "RestrictNamespaces": "the engine's default seccomp profile",
    "DynamicUser": "a fixed numeric user",
    "DeviceAllow": "no device is passed unless a finding says so",
    "DevicePolicy": "no device is passed unless a finding says so",
    "ReadWritePaths": "volumes are writable, the rest of the root file system needs not be",
    "ReadWriteDirectories": "volumes are writable, the rest of the root file system needs not be",
    "ReadOnlyPaths": "a read-only root file system",
    "InaccessiblePaths": _ISOLATION,
    "ExecPaths": _ISOLATION,
    "NoExecPaths": _ISOLATION,
    "TemporaryFileSystem": "a tmpfs of the container",
    "BindPaths": "a mount of the container has to be named by hand",
    "RemoveIPC": "the container has an IPC namespace of its own",
    "IPCNamespacePath": "the container has an IPC namespace of its own",
    "NonBlocking": "no socket is passed: the program opens its own",
    "Sockets": "no socket is passed: the program opens its own",
    "UMask": "umask in the start command",
    "MemoryMax": _CGROUP,
    "MemoryHigh": _CGROUP,
    "MemoryLimit": _CGROUP,
    "CPUQuota": _CGROUP,
    "CPUWeight": _CGROUP,
    "TasksMax": _CGROUP,
    "After": _ORDER,
    "Before": _ORDER,
    "Wants": _ORDER,
    "Requires": _ORDER,
    "BindsTo": _ORDER,
    "PartOf": _ORDER,
    "Requisite": _ORDER,
    "RequiresMountsFor": "volumes are mounted before the container starts",
    "ReloadPropagatedFrom": "a new container",
    "DefaultDependencies": "the engine starts and stops the container",
    "ConditionPathExists": _CONDITION,
    "AssertPathExists": _CONDITION,
}
_LOST = {
    "ExecStartPre": "it is not run before the start any more",
    "ExecStartPost": "it is not run after the start any more",
    "ExecStopPost": "it is not run after the stop any more",
    "ExecCondition": "it is not asked before the start any more",
    "WatchdogSec": "a program that hangs is not killed; the health check only reports it",
    "OnFailure": "no unit is started when it fails: the monitoring has to watch the container",
    "OnSuccess": "no unit is started after it",
    "Conflicts": "nothing keeps it and the other unit from running together",
    "OOMScoreAdjust": "the kernel's choice when memory runs out is the engine's default",
    "Nice": "its priority is the engine's default",
    "CPUSchedulingPolicy": "its scheduling is the engine's default",
    "CPUSchedulingPriority": "its scheduling is the engine's default",
    "IOSchedulingClass": "its share of the disk is the engine's default",
    "IOSchedulingPriority": "its share of the disk is the engine's default",
    "CPUAffinity": "it runs on any processor",
    "SuccessExitStatus": "another exit status than 0 counts as a failure",
    "RestartPreventExitStatus": "the engine restarts after every failure",
    "RestartForceExitStatus": "the engine knows no exit status that forces a restart",
    "LoadCredential": "the credential is not passed: it has to become a secret of the container",
    "SetCredential": "the credential is not passed: it has to become a secret of the container",
    "PassEnvironment": "the variable of the manager is not passed",
    "UnsetEnvironment": "the variable is not removed",
    "RootDirectory": "the program's own root is not used: the image is its root",
    "PAMName": "no PAM session is opened",
    "TTYPath": "it has no terminal of the machine",
    "StandardInput": "it reads nothing",
    "FileDescriptorStoreMax": "no file descriptor survives a restart",
    "RuntimeMaxSec": "it is not ended after that time",
    "JoinsNamespaceOf": "it does not share a namespace with the other unit",
    "IgnoreSIGPIPE": "SIGPIPE has its default action",
    "User": "the user was not resolved: the container's user has to be set by hand",
}
_SILENT = frozenset({"Description", "Documentation", "SourcePath"})
_PREFIXES: tuple[tuple[str, Fate], ...] = (
    ("Limit", ("replaced", _LIMIT)),
    ("Protect", ("replaced", _ISOLATION)),
    ("Private", ("replaced", _ISOLATION)),
    ("Restrict", ("replaced", _ISOLATION)),
    ("MemoryDeny", ("lost", "writable and executable memory is allowed")),
    ("Condition", ("lost", _CONDITION)),
    ("Assert", ("lost", _CONDITION)),
    ("IPAddress", ("lost", "its addresses are not filtered: the network of the container decides")),
    ("Socket", ("lost", "network filters of the unit do not apply")),
)


def fates(
    service: Service, decided: Mapping[str, Fate], traits: Iterable[str] = ()
) -> tuple[Directive, ...]:
    """Every directive of [Unit] and [Service] in file order, an empty one (a reset) left out.

    A value that may be a secret is masked. ``decided``: what the detector knows better than the
    tables, by name of the directive. ``traits``: of the workload.
    """
    unit = service.unit
    said = [(n, v) for s, n, v in unit.directives if s == "Service"] if unit else []
    wait = f": {stopping.seconds(said, traits)} s"
    found: list[Directive] = []
    for section, name, value in unit.directives if unit else ():
        if section in ("Unit", "Service") and value and name not in _SILENT:
            fate, how = decided.get(name) or _fate(name)
            if name in stopping.NAMES and name not in decided:
                how += wait
            found.append(Directive(name, _shown(name, value), fate, how))
    return tuple(found)


def _fate(name: str) -> Fate:
    if name in _CARRIED:
        return "carried", _CARRIED[name]
    if name in _REPLACED:
        how = _REPLACED[name]
        return ("lost", how) if how == _CONDITION else ("replaced", how)
    if name in _LOST:
        return "lost", _LOST[name]
    for prefix, fate in _PREFIXES:
        if name.startswith(prefix):
            return fate
    return "lost", "nothing in the container stands for it: read systemd's manual on what it did"


def _shown(name: str, value: str) -> str:
    """The value of a unit's directive as plan and report may say it."""
    if name.startswith("SetCredential"):
        return f"{value.partition(':')[0]}:{MASK}"
    if name != "Environment":
        return value
    try:
        items = words(value)
    except ValueError:
        return MASK
    kept = [_assignment(item) for item in items]
    if kept == list(items):
        return value
    return " ".join(f'"{item}"' if re.search(r"\s", item) else item for item in kept)


def _assignment(item: str) -> str:
    name, equals, value = item.partition("=")
    if not equals:
        return item if plain(item) else MASK
    return item if MASK in value or plain(value) else f"{name}={MASK}"
