"""Machine definitions: `machines/NAME.yml`, with files of theirs in `machines/NAME/`.

Every string and every text file may hold `{{ secret.NAME }}` (from secrets.yml) and
`{{ address.MACHINE }}`; nothing else is replaced.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import LabError
from .network import address

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
"""Machines that are looked at once, for tests/hosts; they prove nothing by themselves."""
DOMAIN = "lab.internal"
_REFERENCE = re.compile(r"\{\{ (secret|address)\.([a-z_]+) \}\}")
_KEYS = {
    "suite", "kind", "address", "groups", "login", "aliases", "packages", "requirements", "users",
    "files", "commands", "devices", "ready", "vars", "expect", "kinds", "answers",
}  # fmt: skip
_LOGINS = {"root", "sudo", "plain"}


@dataclass(frozen=True)
class File:
    """A file to put on a machine; `owner` is `USER:GROUP` by the machine's own names."""

    path: str
    content: bytes
    owner: str = "root:root"
    mode: int = 0o644


@dataclass(frozen=True)
class Machine:
    """One machine, with every reference resolved."""

    name: str
    kind: str
    """`container` (systemd-nspawn), `vm` (qemu), `none` (an address where nothing answers)."""
    host: int
    """Last number of its address."""
    login: str
    """`root`, `sudo` (user ops, sudo without a password), `plain` (user ops, no sudo at all)."""
    suite: str = ""
    groups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Further names it answers to, without the domain."""
    packages: tuple[str, ...] = ()
    requirements: str = ""
    """One of its files, in pip's form; the wheels lie in /var/cache/wheels during `commands`."""
    users: tuple[str, ...] = ()
    """Arguments of `useradd`, one line for each user, made before the files."""
    files: tuple[File, ...] = ()
    commands: tuple[str, ...] = ()
    """Shell commands at provisioning: root, no service running, packages and files in place."""
    devices: tuple[str, ...] = ()
    """Devices of the box that a container gets."""
    ready: tuple[dict[str, str], ...] = ()
    """What must answer: `tcp: PORT`, `http: URL` (with `contains: TEXT`) or `command: SHELL`."""
    vars: tuple[tuple[str, Any], ...] = ()
    """Variables of the host in the inventory."""
    expect: tuple[tuple[str, str], ...] = ()
    """What the planner must say: `machine: OUTCOME`, and `WORKLOAD: VERDICT` for each."""
    kinds: tuple[tuple[str, str], ...] = ()
    """What the planner must take each workload for: `WORKLOAD: KIND`, for docs/kinds.md, too."""
    answers: tuple[dict[str, str], ...] = ()
    """What must be the same on the machine and in the container of `workload`: `http: URL`, or
    `command: SHELL` run by the user `as` on either side."""

    @property
    def address(self) -> str:
        return address(self.host)

    @property
    def user(self) -> str:
        """The login's name."""
        return "root" if self.login == "root" else "ops"

    @property
    def names(self) -> list[str]:
        """Names in every machine's /etc/hosts, the machine's own full name first."""
        full = [f"{name}.{DOMAIN}" for name in (self.name, *self.aliases)]
        return [*dict.fromkeys([*full, self.name])]

    def digest(self) -> str:
        """Return what changes whenever the content of the machine changes."""
        parts = [self.name, self.suite, self.kind, self.login, self.packages, self.requirements]
        parts += [self.users, self.commands, str(self.files)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def load_all(folder: Path = HERE / "machines") -> list[Machine]:
    """Every machine, by name; raises LabError for a definition that is wrong."""
    raw = {path.stem: _mapping(path) for path in sorted(folder.glob("*.yml"))}
    values = {("secret", name): value for name, value in secrets().items()}
    for name, body in raw.items():
        if missing := {"kind", "address", "login"} - set(body):
            raise LabError(f"{folder / name}.yml: {', '.join(sorted(missing))} must be given")
        values["address", name] = address(body["address"])
    return [_machine(folder / f"{name}.yml", body, values) for name, body in raw.items()]


def secrets() -> dict[str, str]:
    """Return the planted secrets, by name: what no output of the planner may ever hold."""
    return {name: str(value) for name, value in _mapping(HERE / "secrets.yml").items()}


def group_vars() -> dict[str, dict[str, Any]]:
    """Variables of the inventory's groups."""
    return _mapping(HERE / "groups.yml")


def _mapping(path: Path) -> dict[str, Any]:
    value = yaml.safe_load(path.read_text())
    if not isinstance(value, dict):
        raise LabError(f"{path}: must be a mapping")
    return value


def _machine(path: Path, raw: dict[str, Any], values: dict[tuple[str, str], str]) -> Machine:
    body = {key: _resolve(value, path, values) for key, value in raw.items()}
    if unknown := set(body) - _KEYS:
        raise LabError(f"{path}: unknown keys {', '.join(sorted(unknown))}; see definition.py")
    if body["kind"] not in {"container", "vm", "none"} or body["login"] not in _LOGINS:
        raise LabError(f"{path}: kind {body['kind']!r} or login {body['login']!r} is not known")
    if set(body.get("kinds", {})) != set(body.get("expect", {})) - {"machine"}:
        raise LabError(f"{path}: kinds must name the workloads that expect does, and no others")
    lists = ("groups", "aliases", "packages", "users", "commands", "devices", "ready", "answers")
    return Machine(
        name=path.stem,
        kind=body["kind"],
        host=body["address"],
        login=body["login"],
        suite=body.get("suite", ""),
        requirements=body.get("requirements", ""),
        files=tuple(_files(path, body.get("files", {}), values)),
        vars=tuple(body.get("vars", {}).items()),
        expect=tuple(body.get("expect", {}).items()),
        kinds=tuple(body.get("kinds", {}).items()),
        **{key: tuple(body.get(key, ())) for key in lists},
    )


def _files(path: Path, listed: dict[str, Any], values: dict[tuple[str, str], str]) -> list[File]:
    """Files of the folder and of the definition, which may also say a folder file's owner."""
    folder = path.with_suffix("")
    found: dict[str, bytes] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            text = _resolve(file.read_text(), file, values)
            found[f"/{file.relative_to(folder)}"] = str(text).encode()
    for target, entry in listed.items():
        if "content" in entry:
            found[target] = entry["content"].encode()
        elif target not in found:
            raise LabError(f"{path}: {target} has no content and is not in {folder}")
    return [
        File(
            path=target,
            content=content,
            owner=listed.get(target, {}).get("owner", "root:root"),
            mode=int(listed.get(target, {}).get("mode", "0644"), 8),
        )
        for target, content in sorted(found.items())
    ]


def _resolve(value: Any, path: Path, values: dict[tuple[str, str], str]) -> Any:
    """Replace the references in every string of a value."""
    if isinstance(value, dict):
        return {key: _resolve(item, path, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, path, values) for item in value]
    if not isinstance(value, str):
        return value

    def replace(found: re.Match[str]) -> str:
        try:
            return values[found[1], found[2]]
        except KeyError:
            raise LabError(f"{path}: {found[0]} is not defined") from None

    return _REFERENCE.sub(replace, value)
