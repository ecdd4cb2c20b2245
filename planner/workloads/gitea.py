"""Gitea and Forgejo: app.ini, repositories, large files, uploads, their own SSH server."""

from __future__ import annotations

import posixpath
import re

from planner.model import Adaptation, Health, Workload
from planner.service import formats, health, optioned, places
from planner.service.describe import container_user
from planner.service.environment import told
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage, folder_volume
from planner.service.view import Service, called, program, setting
from planner.shell import shell_word

_NAMES = {"gitea": "Gitea", "forgejo": "Forgejo", "gogs": "Gogs"}
_FILES = ("/etc/{0}/app.ini", "/etc/{0}/conf/app.ini")
_WHY = (
    "database, repositories and large files name each other, so it is stopped and all are copied; "
    "from then on saved by {0} dump, or likewise"
)
_FOLDERS = {
    "repository.root": "repositories",
    "server.lfs_content_path": "large files",
    "lfs.path": "large files",
    "attachment.path": "uploads",
    "picture.avatar_upload_path": "pictures",
    "packages.storage.path": "packages",
    "storage.path": "uploads and packages",
    "indexer.issue_indexer_path": "search index",
    "server.app_data_path": "data of its own",
}
_TOOLS = (
    ("git", "the repositories are worked on by it"),
    ("git-lfs", "large files are checked by it"),
    ("gnupg", "signatures are checked by it"),
    ("openssh-client", "it clones from others and makes keys with it"),
)


def detect(service: Service) -> Workload | None:
    """The server by its program or script; its runners and any other: None."""
    name = next((n for n in sorted(_NAMES) if n in called(service)), "")
    if not name:
        return None
    words = optioned.argv(service)
    file = _file(service, name, words)
    settings = _settings(service, file)
    work = _work(service, words, name)
    storage = _storage(service, settings, work, name)
    ssh = settings.get("server.start_ssh_server") == "true"
    return described(
        service,
        Known(
            name,
            _NAMES[name],
            stop_signal="SIGTERM",
            # Git leaves children behind that gc of a repository started.
            needs_init=True,
            folders=tuple(f for f in (posixpath.dirname(file),) if _own_config(f)),
            command=optioned.command(service, words),
            storage=storage,
            packages=(*_TOOLS, optioned.TRUSTED),
            named=[w.path for w in storage.wanted],
            keys=[
                places.clean(settings[k])
                for k in (
                    "server.cert_file",
                    "server.key_file",
                    "oauth2.jwt_signing_private_key_file",
                )
                if settings.get(k)
            ],
            health=_health(settings),
            adaptations=() if ssh else _beside(service, settings),
            unknowns=_unread(service, file, settings),
            run_as=container_user(service),
            census=_census(settings, work),
        ),
    )


def _file(service: Service, name: str, words: tuple[str, ...]) -> str:
    """Its file of configuration: of -c or --config, else the one that was carried."""
    for word, following in zip(words, (*words[1:], ""), strict=False):
        if match := re.fullmatch(r"(?:-c|--config)(?:=(.+))?", word):
            return places.clean(match[1] or following)
    custom = told(service).get("GITEA_CUSTOM", told(service).get("FORGEJO_CUSTOM", ""))
    work = _work(service, words, name)
    here = [f"{custom}/conf/app.ini"] if custom else []
    here += [f"{work}/custom/conf/app.ini"] if work else []
    known = service.host.files.value or {}
    every = [*here, *(f.format(name) for f in _FILES)]
    return next((f for f in every if f in known), next(iter(here), ""))


def _settings(service: Service, file: str) -> dict[str, str]:
    """``section.key`` in lower case; what stands before the first section without one."""
    text = (service.host.files.value or {}).get(file)
    found = formats.sections(text.text if text else "")
    return {
        f"{section}.{key}" if section else key: value
        for section, inner in found.items()
        for key, value in inner.items()
    }


def _work(service: Service, words: tuple[str, ...], name: str) -> str:
    """Its working folder: of -w, GITEA_WORK_DIR, the unit, else the folder of the program."""
    for word, following in zip(words, (*words[1:], ""), strict=False):
        if match := re.fullmatch(r"(?:-w|--work-path)(?:=(.+))?", word):
            return places.clean(match[1] or following)
    variables = told(service)
    found = next((variables[f"{n.upper()}_WORK_DIR"] for n in (name, "gitea")
                  if f"{n.upper()}_WORK_DIR" in variables), "")  # fmt: skip
    found = found or setting(service, "WorkingDirectory").lstrip("-")
    return places.clean(found) or posixpath.dirname(places.clean(program(service)))


def _place(settings: dict[str, str], key: str, work: str) -> str:
    """A folder that a setting names; a relative one is below the data, that below the work."""
    value = settings.get(key, "")
    if not value or "%" in value or "***" in value:
        return ""
    base = work if key in ("server.app_data_path", "database.path") else _data(settings, work)
    return places.clean(value if value.startswith("/") else posixpath.join(base or "", value))


def _data(settings: dict[str, str], work: str) -> str:
    named = (
        _place(settings, "server.app_data_path", work) if "server.app_data_path" in settings else ""
    )
    return named or (f"{work}/data" if work else "")


def _storage(service: Service, settings: dict[str, str], work: str, name: str) -> Storage:
    why = _WHY.format(name)
    wanted: list[Wanted] = []
    data = _data(settings, work)
    if data and not places.shared_top(data):
        wanted.append(Wanted(data, "data", "APP_DATA_PATH: sessions, uploads, index", "stop", why))
    for key, what in _FOLDERS.items():
        path = _place(settings, key, work)
        if path and not places.shared_top(path) and path != data:
            reason = f"{key.rpartition('.')[2].upper()} of [{key.rpartition('.')[0]}]: {what}"
            wanted.append(Wanted(path, "data", reason, "stop", why))
    if settings.get("database.db_type", "").lower() == "sqlite3":
        path = _place(settings, "database.path", work)
        folder = posixpath.dirname(path) if path else data
        if folder and not places.shared_top(folder):
            wanted.append(Wanted(folder, "data", "PATH of [database]: SQLite", "stop", why))
    if not settings and work:
        wanted.append(folder_volume(service, work, container_user(service), "it works in it"))
    logs = settings.get("log.root_path", "")
    if "file" in settings.get("log.mode", "console") and logs.startswith("/"):
        path = places.clean(logs)
        wanted.append(
            Wanted(path, "logs", "ROOT_PATH of [log]", "live", "losing the last lines does no harm")
        )
    return Storage(tuple(wanted))


def _beside(service: Service, settings: dict[str, str]) -> tuple[Adaptation, ...]:
    """Git over SSH by the machine's own sshd: it starts the program as the owner of the keys."""
    if settings.get("server.disable_ssh") == "true":
        return ()
    change = Adaptation(
        "other",
        "Git over SSH needs START_SSH_SERVER = true, and a port of its own",
        "on the machine its sshd starts the program by authorized_keys of its user; in the "
        "container there is none, and the machine's port 22 stays for logins",
    )
    return (change,)


def _health(settings: dict[str, str]) -> Health | None:
    """/api/healthz asks database and cache."""
    protocol = settings.get("server.protocol", "http").lower()
    if protocol in ("http+unix", "unix", "fcgi", "fcgi+unix"):
        return None
    port = optioned.port(f":{settings.get('server.http_port', '3000')}", 3000)
    return health.tcp(port) if protocol == "https" else health.http(port, path="/api/healthz")


def _census(settings: dict[str, str], work: str) -> str:
    """Each repository with the commits that its branches and tags name."""
    root = _place(settings, "repository.root", work)
    root = root or _data(settings, work)
    if not root:
        return ""
    return (
        f"cd {shell_word(root)} && find . -type d -name '*.git' -prune | LC_ALL=C sort | "
        'while read -r r; do echo "$r $(git -C "$r" for-each-ref | cksum)"; done'
    )


def _own_config(folder: str) -> bool:
    return places.role(folder) == "config" and not places.shared_top(folder)


def _unread(service: Service, file: str, settings: dict[str, str]) -> tuple[str, ...]:
    if settings:
        return ()
    host = service.host
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What its configuration {file} says is not known: {reason}".replace("  ", " "),)
