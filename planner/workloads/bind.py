"""BIND's named: zones, what of them it writes itself, keys and ports from named.conf with what it
includes. https://bind9.readthedocs.io/en/stable/reference.html"""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise

from planner.model import Account, Adaptation, Directory, Health, Host, Workload
from planner.service import accounts, health, included, pins, places
from planner.service.command import Command
from planner.service.describe import container_user
from planner.service.general import Known, described, own_output
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, commands

_FILES = ("/etc/bind/named.conf", "/etc/named.conf")
_ZONE = re.compile(r'\bzone\s+"?([^\s"{;]+)"?(?:\s+(?:IN|in))?\s*\{')
_DYNAMIC = re.compile(
    r"\b(allow-update\s*\{(?!\s*none)|update-policy\b|dnssec-policy\b(?!\s+none)|auto-dnssec\b"
    r"|inline-signing\s+yes)"
)
_QUERY = r"\000\0210\062\000\000\000\001\000\000\000\000\000\000\000\000\002\000\001"
"""Over TCP, with its length first: who serves the root, number ``02``. Any answer repeats it."""
_COUNT = "printf '%s\\n' \"$n\" | wc -l; printf '%s\\n' \"$n\" | cksum"
_WHY = (
    "zones that it changes have a journal beside their file: after a stop (rndc stop) the files "
    "hold everything; from then on saved after rndc sync, which writes the journals into them"
)


@dataclass(frozen=True)
class Zone:
    """``writes``: named makes or changes its file."""

    name: str
    file: str
    kind: str
    writes: bool


def detect(service: Service) -> Workload | None:
    """The server by its program: any other: None."""
    if not called(service) & {"named", "bind9", "named-chroot"} or "named" not in _programs(
        service
    ):
        return None
    host = service.host
    words = _words(service)
    main = places.clean(_option(words, "c")) or next(
        (f for f in _FILES if included.text(host, f)), _FILES[0]
    )
    files: list[str] = []
    text = _text(host, main, files)
    folder = _value(text, "directory") or ("/var/cache/bind" if main == _FILES[0] else "/var/named")
    folder = places.clean(folder)
    zones = _zones(text, folder)
    run_as = _user(service, words)
    named = [p for v in re.findall(r'"(/[^"]+)"', text) if (p := places.clean(v))]
    static = [z.file for z in zones if not z.writes and places.role(z.file) == "config"]
    return own_output(
        described(
            service,
            Known(
                "bind",
                "BIND name server",
                stop_signal="SIGTERM",
                needs_init=False,
                folders=(places.own_folder(main),),
                command=_command(service, words, run_as),
                packages=_tools(host, service),
                storage=_storage(host, text, zones, folder, run_as),
                named=[*named, *(z.file for z in zones)],
                keys=[*files, *static, *(p for p in named if places.role(p) == "config")],
                health=_health(text),
                decided={
                    "ExecStop": ("replaced", "the stop signal, on which it writes its zones, too"),
                    "ExecReload": ("lost", "rndc reload inside of the container, or a new one"),
                },
                unknowns=(*_unread(host, main, files), *_addresses(text)),
                removals=["/etc/bind/rndc.key"] if main == _FILES[0] else [],
                run_as=run_as,
                census=_census(zones),
                speaks=_speaks(text),
            ),
        )
    )


def _programs(service: Service) -> set[str]:
    main = service.main
    started = {posixpath.basename(c.path) for c in commands(service, "ExecStart")}
    return (
        started
        | ({posixpath.basename(main.exe or "")} if main else set())
        | ({"named"} if not main and called(service) & {"named", "bind9"} else set())
    )


def _words(service: Service) -> list[str]:
    main = service.main
    if main and posixpath.basename(main.exe).startswith("named"):
        return list(main.argv[1:])
    starts = commands(service, "ExecStart")
    return [w for w in (starts[0].argv[1:] if starts else ()) if not w.startswith("$")]


def _option(words: list[str], letter: str) -> str:
    for word, following in pairwise((*words, "")):
        if word == f"-{letter}":
            return following
        if word.startswith(f"-{letter}") and len(word) > 2:
            return word[2:]
    return ""


def _text(host: Host, path: str, files: list[str]) -> str:
    """Configuration without comments, what it includes in its place."""
    if path in files or len(files) > 200:
        return ""
    text = included.text(host, path)
    if not text:
        return ""
    files.append(path)
    plain = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    plain = re.sub(r'("[^"\n]*")|(?://|#)[^\n]*', lambda m: m[1] or "", plain)

    def included_text(match: re.Match[str]) -> str:
        return _text(host, places.clean(match[1]), files)

    return re.sub(r'\binclude\s+"(/[^"]+)"\s*;', included_text, plain)


def _value(text: str, name: str) -> str:
    match = re.search(rf'(?<![\w-]){name}\s+"([^"]+)"\s*;', text)
    return match[1] if match else ""


def _zones(text: str, folder: str) -> list[Zone]:
    found = []
    ends = _ends(text)
    for match in _ZONE.finditer(text):
        most = match.end() + _LONGEST
        body = text[match.end() : min(ends.get(match.end(), most), most)]
        kind = re.search(r"\btype\s+([\w-]+)\s*;", body)
        file = _value(body, "file")
        path = places.clean(posixpath.join(folder, file)) if file and folder else ""
        said = kind[1] if kind else "primary"
        second = said in ("slave", "secondary", "stub", "mirror")
        found.append(Zone(match[1], path, said, second or bool(_DYNAMIC.search(body))))
    return found


def _speaks(text: str) -> tuple[tuple[int, str], ...]:
    """Where it answers questions; the port of its control channel takes orders."""
    found = {53: "dns", 953: "none"}
    for match in re.finditer(r"\blisten-on(?:-v6)?\s([^{};]*)\{", text):
        words = match[1].split()
        told = dict(pairwise(words))
        over = "tls" if told.get("tls", "none") != "none" else "dns"
        if (port := told.get("port", "")).isdigit():
            found[int(port)] = "none" if "http" in told else over
    for match in re.finditer(r"\binet\s+\S+\s+port\s+(\d{1,5})\b", text):
        found[int(match[1])] = "none"
    return tuple(sorted(found.items()))


_LONGEST = 4096
"""Characters that are looked at of one block."""


def _ends(text: str) -> dict[int, int]:
    """By the position behind each opening brace: that of the brace that closes it."""
    found, opened = {}, []
    for match in re.finditer(r"[{}]", text):
        if match[0] == "{":
            opened.append(match.end())
        elif opened:
            found[opened.pop()] = match.start()
    return found


def _user(service: Service, words: list[str]) -> Account | None:
    told = _option(words, "u")
    found = container_user(service)
    if found and found.uid:
        return found
    return (accounts.by_name(service.host, told) if told else None) or found


def _command(service: Service, words: list[str], run_as: Account | None) -> Command:
    """In the foreground with its log on the output (-g); as its user, which asks for no change
    where that is known, and without a root of its own."""
    path = service.main.exe if service.main and service.main.exe else "/usr/sbin/named"
    kept: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-u", "-t"):
            rest[:1] = []
        elif word not in ("-f", "-g") and not re.fullmatch(r"-[ut].+", word):
            kept.append(word)
    change = Adaptation(
        "foreground",
        "stays in the foreground and logs to the output (-g), whatever its channels say",
        "the engine collects and rotates what a container writes there",
    )
    chroot = _option(words, "t")
    apart = chroot and not chroot.startswith("/var/named/chroot")
    unknowns = (
        (f"It runs in {chroot}: its configuration names paths below it, which has to be undone.",)
        if apart
        else ()
    )
    drop = ("-u", told) if (told := _option(words, "u")) and not (run_as and run_as.uid) else ()
    return Command(() if apart else (path, "-g", *kept, *drop), (change,), unknowns)


def _tools(host: Host, service: Service) -> list[tuple[str, str]]:
    own = pins.main_package(service)
    return [
        (name, "its tools, which count its records")
        for name in ("bind9-utils", "bind9utils")
        if name != own and pins.installed(host, name)
    ][:1]


def _storage(
    host: Host, text: str, zones: list[Zone], folder: str, run_as: Account | None
) -> Storage:
    """Folders of zones that it writes, and its working folder, which holds keys that it manages."""
    wanted: dict[str, Wanted] = {}
    for zone in zones:
        own = posixpath.dirname(zone.file)
        if zone.file and (zone.writes or places.role(zone.file) != "config") and (
            not zone.file.startswith("/usr/")
        ):  # fmt: skip
            many = "it changes a zone in it" if zone.writes else "zones lie in it"
            wanted.setdefault(own, Wanted(own, "data", many, "stop", _WHY))
    for name in ("managed-keys-directory", "key-directory", "new-zones-directory"):
        path = (
            places.clean(posixpath.join(folder, _value(text, name))) if _value(text, name) else ""
        )
        if path and places.role(path) != "config":
            wanted.setdefault(path, Wanted(path, "state", f"{name} in its options", "stop", _WHY))
    made = [Directory("/run/named", accounts.owned(run_as, "0755"), "its PID file and session key")]
    apart = not any(places.below(folder, w) for w in wanted)
    if folder and apart and places.role(folder) in ("cache", "data"):
        holds = any(places.below(w, folder) for w in wanted)
        why = f"its working folder: {'zones and ' * holds}keys that it manages"
        wanted[folder] = Wanted(folder, "data" if holds else "state", why, "stop", _WHY)
    taken = [w.path for w in wanted.values()]
    for file in re.findall(r'\bfile\s+"(/var/log/[^"]+)"', text):
        log = posixpath.dirname(places.clean(file))
        if not places.shared_top(log) and log not in taken:
            made.append(Directory(log, accounts.owned(run_as, "0755"), "a channel of its log"))
    return Storage(tuple(wanted.values()), tuple(made))


def _health(text: str) -> Health:
    """Any answer over TCP counts, also a refusal."""
    match = re.search(r"\blisten-on\s+port\s+(\d{1,5})\b", text) or re.search(
        r"(?<![\w-])port\s+(\d{1,5})\s*;", text
    )
    port = int(match[1]) if match else 53
    return health.exchange(port, "*02*", f"answers a question on port {port}", _QUERY, 4)


def _census(zones: list[Zone]) -> str:
    """Records of the zones that it is the source of, journals read, but for the serial number."""
    parts = []
    for zone in zones:
        safe = re.fullmatch(r"[\w.-]+", zone.name) and re.fullmatch(r"/[\w/.@+-]+", zone.file)
        if zone.kind in ("master", "primary") and safe and zone.writes:
            ask = shlex.join(["named-compilezone", "-q", "-j", "-o", "-", zone.name, zone.file])
            parts.append(
                f"n=$({ask} | grep -v '[[:space:]]SOA[[:space:]]' | LC_ALL=C sort); "
                f"echo {zone.name}; {_COUNT}"
            )
    return "; ".join(parts)


def _addresses(text: str) -> tuple[str, ...]:
    """Addresses of the machine that it listens on alone: none of them is the container's."""
    found = []
    for match in re.finditer(r"\blisten-on(?:-v6)?\b[^{;]*\{([^}]*)\}", text):
        words = [w.strip() for w in match[1].split(";") if w.strip()]
        open_ = any(w in ("any", "127.0.0.1", "::1", "none", "localhost") for w in words)
        if (
            words
            and not ({"any", "none"} & set(words))
            and any(re.match(r"[\d!]|\w*:", w) for w in words)
        ):
            found.append(", ".join(words) if not open_ or len(words) > 1 else "")
    named = [f for f in found if f]
    return tuple(
        f"It listens on {n} (listen-on) and not on every address: the container has other ones, so "
        "this has to become any."
        for n in named[:1]
    )


def _unread(host: Host, main: str, files: list[str]) -> tuple[str, ...]:
    if files:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)
