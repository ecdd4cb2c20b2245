"""OpenLDAP's slapd: its folders of data, modules and keys from cn=config or slapd.conf, and the
configuration itself, which it changes while it runs. slapd(8), slapd-config(5), slapd-mdb(5)"""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, config, health, included, pins, places, urls
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands, program

_FOLDERS = ("/etc/ldap/slapd.d", "/etc/openldap/slapd.d")
_FILES = ("/etc/ldap/slapd.conf", "/etc/openldap/slapd.conf")
_KEYS = ("tlscertificatefile", "tlscertificatekeyfile", "tlscacertificatefile", "tlsdhparamfile")
_SEARCH = (
    r"\060\045\002\001\001\143\040\004\000\012\001\000\012\001\000\002\001\000\002\001\000\001\001"
    r"\000\207\013objectClass\060\000"
)
"""A search for the root entry, in BER (RFC 4511); every answer begins with a sequence (0x30)."""
_COUNT = "printf '%s\\n' \"$n\" | wc -l; printf '%s\\n' \"$n\" | cksum"
_WHY = (
    "entries and indexes change together, so it is stopped and its files are copied; from then on "
    "saved by slapcat, which may run beside the server"
)
Settings = list[tuple[str, str]]


def detect(service: Service) -> Workload | None:
    """The server by its program: any other: None."""
    if "slapd" not in called(service):
        return None
    host = service.host
    words = _words(service)
    place = _configuration(host, words)
    files: list[str] = []
    settings = _of_file(host, place, files) if place in _FILES or place.endswith(".conf") else (
        _of_folder(host, place, files)
    )  # fmt: skip
    run_as = _user(service, words)
    keys = [p for n, v in settings if n in _KEYS if (p := places.clean(v))]
    folders = [
        p for n, v in settings if n in ("dbdirectory", "directory") if (p := places.clean(v))
    ]
    live = place if not place.endswith(".conf") else ""
    made = described(
        service,
        Known(
            "openldap",
            "OpenLDAP directory server",
            stop_signal="SIGTERM",
            needs_init=False,
            folders=("/etc/ldap", "/etc/openldap"),
            command=_command(service, words, place, settings),
            packages=_packages(host, service),
            storage=_storage(service, folders, live, run_as),
            named=[*keys, *folders, *files],
            keys=keys,
            health=_health(service, words),
            decided={
                "ExecStart": ("carried", "command of the container, without its script"),
                "PIDFile": ("replaced", "the engine watches the process itself"),
            },
            unknowns=_unread(host, place, files, folders),
            run_as=run_as,
            census=_census(place, settings),
        ),
    )
    # What lies in a volume comes with it: cn=config holds passwords.
    inside = [v.path for v in made.volumes]
    kept = tuple(s for s in made.secrets if not any(places.below(s.path, v) for v in inside))
    return replace(made, secrets=kept)


def _words(service: Service) -> list[str]:
    """Arguments of the process, since Debian's script puts them together."""
    main, starts = service.main, commands(service, "ExecStart")
    if main and len(main.argv) > 1:
        return list(main.argv[1:])
    own = [c.argv[1:] for c in starts if c.path.endswith("/slapd") and "init.d" not in c.path]
    return list(own[0]) if own else _of_defaults(service.host)


def _of_defaults(host: Host) -> list[str]:
    """Of a server that does not run: as Debian's script would start it."""
    text = included.text(host, "/etc/default/slapd")
    found = dict(re.findall(r'^\s*(SLAPD_\w+)="?([^"\n]*?)"?\s*$', text, re.MULTILINE))
    words = ["-h", found["SLAPD_SERVICES"]] if found.get("SLAPD_SERVICES") else []
    words += ["-u", found["SLAPD_USER"]] if found.get("SLAPD_USER") else []
    if place := found.get("SLAPD_CONF"):
        words += ["-f" if place.endswith(".conf") else "-F", place]
    return words


def _option(words: list[str], letter: str) -> str:
    for at, word in enumerate(words):
        if word == f"-{letter}" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"-{letter}") and len(word) > 2:
            return word[2:]
    return ""


def _configuration(host: Host, words: list[str]) -> str:
    """The folder of cn=config, which counts first, or the file."""
    if told := places.clean(_option(words, "F") or _option(words, "f")):
        return told
    known = {*(host.paths.value or {}), *(host.files.value or {})}
    for path in (*_FOLDERS, *_FILES):
        if path in known or any(p.startswith(f"{path}/") for p in known):
            return path
    return ""


def _of_folder(host: Host, folder: str, files: list[str]) -> Settings:
    """Attributes of cn=config without ``olc``, lower case; a line that begins with a blank goes on
    with the one before it."""
    found: Settings = []
    for file in config.texts(host, (folder,)) if folder else ():
        files.append(file.path)
        for line in re.sub(r"\n ", "", file.text).split("\n"):
            if match := re.fullmatch(r"olc(\w+): (.*)", line):
                found.append((match[1].lower(), re.sub(r"^\{\d+\}", "", match[2])))
    return found


def _of_file(host: Host, path: str, files: list[str]) -> Settings:
    """Directives of slapd.conf and of what it includes, lower case."""
    text = included.text(host, path)
    if not text or path in files or len(files) > 50:
        return []
    files.append(path)
    found: Settings = []
    for line in re.sub(r"\n[ \t]+", " ", text).split("\n"):
        name, _, value = line.partition(" ") if "\t" not in line else line.partition("\t")
        if not name or name.startswith("#"):
            continue
        clean = value.strip().strip('"')
        found.append((name.lower(), clean))
        if name.lower() == "include":
            found += _of_file(host, places.clean(clean), files)
    return found


def _user(service: Service, words: list[str]) -> Account | None:
    return container_user(service) or (
        accounts.by_name(service.host, name) if (name := _option(words, "u")) else None
    )


def _command(service: Service, words: list[str], place: str, settings: Settings) -> Command:
    """In the foreground, its log on the output; as its user from the start, since a change of user
    asks for root."""
    path = service.main.exe if service.main else program(service)
    if "/init.d/" in path or not path.startswith("/"):
        path = "/usr/sbin/slapd"
    kept: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if re.fullmatch(r"-[ugd]", word):
            rest[:1] = []
        elif not re.fullmatch(r"-[ugd].+", word):
            kept.append(word)
    if place and not {"-F", "-f"} & set(kept):
        kept += ["-f" if place.endswith(".conf") else "-F", place]
    kept = [_everywhere(w) if before == "-h" else w for before, w in pairwise(["", *kept])]
    levels = [v for n, v in settings if n == "loglevel" and re.fullmatch(r"[\w ,x]+", v)]
    level = re.sub(r"[ ,]+", ",", levels[-1].strip()) if levels else "none"
    change = Adaptation(
        "foreground",
        f"stays in the foreground and logs to the output (-d {level})",
        "a container has no syslog, and lives as long as its main process",
    )
    return Command((path, *kept, "-d", level), (change,))


def _everywhere(listed: str) -> str:
    """URLs without the machine's addresses: none of them is the container's."""
    return re.sub(
        r"(ldaps?://)(?!127\.|localhost|\[::1)[^/:\s\[]*(\[[^\]]*\])?(?=[:/\s]|$)", r"\1", listed
    )


def _packages(host: Host, service: Service) -> list[tuple[str, str]]:
    """Overlays and back ends that no dependency brings."""
    own = pins.main_package(service)
    reason = "modules that its configuration may load"
    return [
        (p.name, reason)
        for p in pins.matching(host, r"slapd-contrib|openldap-(ltb-)?.*")
        if p.name != own
    ]


def _storage(service: Service, folders: list[str], live: str, run_as: Account | None) -> Storage:
    wanted = [
        Wanted(f, "data", "its configuration keeps a database in it", "stop", _WHY) for f in folders
    ]
    if not folders:
        held = [e.path for e in service.host.open_files.value or () if e.pid in service.pids]
        held += [m.path for m in service.host.mapped.value or () if service.pids & set(m.pids)]
        own = {places.clean(p.rpartition("/")[0]) for p in held if p.endswith("/data.mdb")}
        wanted += [
            Wanted(f, "data", "data.mdb in it is open", "stop", _WHY) for f in sorted(own - {""})
        ]
    if live:
        why = "cn=config changes while it runs; from then on saved by slapcat -n 0"
        wanted.append(Wanted(live, "data", "its configuration (cn=config)", "stop", why))
    made = [
        Directory(f"/run/{name}", accounts.owned(run_as, "0755"), "its socket and its PID file")
        for name in ("slapd", "openldap")
        if name == "slapd" or live.startswith("/etc/openldap")
    ]
    return Storage(tuple(wanted), tuple(made))


def _health(service: Service, words: list[str]) -> Health | None:
    """Any answer to a search for the root entry counts, also a refusal."""
    for url in (_option(words, "h") or "ldap:///").split():
        parts = urls.split(urls.decoded(url))
        port = urls.port(parts) or 389
        if parts.scheme == "ldap" and parts.hostname != "::1":
            return health.exchange(port, "0*", f"answers a search on port {port}", _SEARCH, 1)
    return health.of_listeners(service.listeners)


def _census(place: str, settings: Settings) -> str:
    """Entries of every suffix: their number, and the names in order."""
    suffixes = list(dict.fromkeys(v.strip('"') for n, v in settings if n == "suffix"))
    kept = [s for s in suffixes if "=" in s and re.fullmatch(r"[\w=,. +-]+", s)]
    if not place or len(kept) != len(suffixes):
        return ""
    option = "-f" if place.endswith(".conf") else "-F"
    each = [f" -b {shlex.quote(s)}" for s in kept if s.lower() not in ("cn=config", "cn=monitor")]
    ask = f"slapcat -o ldif-wrap=no {option} {shlex.quote(place)}"
    names = "| grep '^dn:' | LC_ALL=C sort"
    return "; ".join(f"n=$({ask}{one} {names}); {_COUNT}" for one in each or [""])


def _unread(host: Host, place: str, files: list[str], folders: list[str]) -> tuple[str, ...]:
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    if not place:
        return ("Where its configuration lies is not known.",)
    if not files:
        return (f"What {place} says is not known: {reason}",)
    if not folders:
        return (f"Which folders {place} keeps databases in was not seen: {reason}",)
    return ()
