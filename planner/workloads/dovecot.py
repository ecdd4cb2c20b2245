"""Dovecot: mailboxes, users, keys, protocols and the sockets that it makes for the mail server,
from its configuration with what it includes. https://doc.dovecot.org/"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from planner.model import Account, Adaptation, Directory, Health, Host, Owner, Workload
from planner.service import accounts, config, health, included, places
from planner.service.command import Command
from planner.service.general import Known, described, own_output
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called

_MAIN = "/etc/dovecot/dovecot.conf"
_OWN = "/run/dovecot/container.conf"
_GREETINGS = (("imap", 143, "'* OK'*", 4), ("pop3", 110, "+OK*", 3), ("lmtp", 24, "220*", 3),
              ("submission", 587, "220*", 3))  # fmt: skip
_WHY = (
    "mails, their index and flags change together, so it is stopped and its files are copied; from "
    "then on saved by doveadm backup or a copy of the volume"
)
Lines = list[tuple[str, str, str]]


def detect(service: Service) -> Workload | None:
    """The server by its program: any other: None."""
    if "dovecot" not in called(service):
        return None
    host = service.host
    files: list[str] = []
    lines: Lines = list(_lines(host, _MAIN, files))
    settings = {name: value for block, name, value in lines if not block}
    keys = [p for p in _named(lines) if places.role(p) == "config"]
    roots, homes = _mailboxes(lines)
    sockets = _sockets(host, lines)
    made = described(
        service,
        Known(
            "dovecot",
            "Dovecot mail store (IMAP and POP3)",
            stop_signal="SIGTERM",
            needs_init=True,
            folders=("/etc/dovecot",),
            command=_command(settings),
            storage=_storage(roots, sockets),
            named=[*keys, *roots, *_logs(settings)],
            keys=keys,
            health=_health(service, lines),
            decided={
                "ExecStop": ("replaced", "the stop signal, on which its master ends the others"),
                "ExecReload": ("lost", "doveadm reload inside of the container, or a new one"),
                "NonBlocking": ("replaced", "no socket is passed: the program opens its own"),
            },
            adaptations=_ADAPTATIONS,
            unknowns=(*_unread(host, files), *homes),
            census=_census(roots),
        ),
    )
    return replace(
        own_output(made),
        run_as=None,
        capabilities=("SYS_CHROOT",),
        secrets=config.as_on_machine(host, made.secrets),
        accounts=_accounts(host, lines),
    )


def _accounts(host: Host, lines: Lines) -> tuple[Account, ...]:
    """Accounts that its settings name: owners of mailboxes and of sockets."""
    told = [v for b, n, v in lines if n in ("mail_uid", "user") and re.fullmatch(r"[\w-]+", v)]
    args = " ".join(v for b, n, v in lines if n == "args" and b.startswith("userdb"))
    told += [*re.findall(r"\buid=([\w-]+)", args), "dovecot", "dovenull"]
    found = {a.uid: a for name in told if (a := accounts.by_name(host, name)) and a.uid}
    return tuple(found[uid] for uid in sorted(found))


_ADAPTATIONS = (
    Adaptation(
        "logs",
        f"its log goes to the container's output, set in {_OWN}, which includes its configuration",
        "a container has no syslog, and the engine collects what is written there",
    ),
)


def _lines(
    host: Host, path: str, files: list[str], block: str = ""
) -> Iterator[tuple[str, str, str]]:
    """(names of the blocks around it, setting, value), those of an included file in its place."""
    text = included.text(host, path)
    if not text or path in files or len(files) > 100:
        return
    files.append(path)
    around = [block] if block else []
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if match := re.fullmatch(r"!include(?:_try)?\s+(\S+)", line):
            pattern = posixpath.join(posixpath.dirname(path), match[1])
            for file in included.matching(host, pattern):
                yield from _lines(host, file, files, "/".join(around))
        elif line.endswith("{"):
            around.append(" ".join(line[:-1].split()))
        elif line == "}":
            around = around[:-1]
        elif match := re.fullmatch(r"([\w.:-]+)\s*=\s*(.*)", re.sub(r"\s#.*", "", line)):
            yield "/".join(around), match[1], match[2].strip()


def _named(lines: Lines) -> list[str]:
    """Files that its settings read: keys (``<``), users, scripts, where its databases are named."""
    found = []
    for block, name, value in lines:
        if name.endswith(("location", "mail_home")) or name == "base_dir" or "listener" in block:
            continue
        for match in re.finditer(r"(?<![\w.%~/-])<?(/[^\s,;:|%<>]+)", value):
            if path := places.clean(match[1]):
                found.append(path)
    return list(dict.fromkeys(found))


def _mailboxes(lines: Lines) -> tuple[list[str], tuple[str, ...]]:
    """(folders of mail, sentences about what is not known): the part before the first variable."""
    places_: list[str] = []
    homes: list[str] = []
    asks = False
    last = {(block, name): value for block, name, value in lines}
    for (block, name), value in last.items():
        value = value.split("#")[0].strip()
        if name in (
            "mail_location",
            "mail_path",
            "mail_index_path",
            "mail_control_path",
            "mail_inbox_path",
        ):
            words = value.split(":")
            driver = words[0] if name == "mail_location" and "/" not in words[0] else ""
            for word in words[1:] if driver else words:
                told = word.partition("=")[2] if re.match(r"[A-Z]+=", word) else word
                asks |= told.startswith("~") or told.startswith("%h")
                places_.append(told)
        elif name == "mail_home":
            homes.append(value)
        elif block.startswith("userdb") and name == "args":
            homes += re.findall(r"\bhome=(\S+)", value)
    found = [p for p in (_root(v) for v in (*places_, *homes)) if p]
    if asks and not homes:
        return _outer(found), (
            "Its mailboxes are in the homes of its users: which those are, its list of users says; "
            "they have to become a volume.",
        )
    if not found:
        return [], ("Where its mailboxes lie is not known.",)
    return _outer(found), ()


def _root(value: str) -> str:
    """``/srv/mail/%d/%n`` -> ``/srv/mail``; ``/var/mail/%u`` -> ``/var/mail``."""
    if not value.startswith("/"):
        return ""
    plain = value.partition("%")[0]
    return places.clean(
        plain if plain == value or plain.endswith("/") else posixpath.dirname(plain)
    )


def _outer(found: list[str]) -> list[str]:
    kept = dict.fromkeys(p for p in found if p not in ("/", "/home", "/var", "/srv"))
    kept |= dict.fromkeys(p for p in found if p in ("/home", "/srv"))
    return [p for p in kept if not any(o != p and places.below(p, o) for o in kept)]


def _sockets(host: Host, lines: Lines) -> list[tuple[str, Owner]]:
    """Folders, with their owners, of sockets that it makes for others outside of its own folder."""
    found = {}
    for block, _, _ in lines:
        if match := re.search(r"unix_listener (/\S+)", block):
            folder = posixpath.dirname(places.clean(match[1].strip('"')))
            if not places.below(folder, "/run/dovecot"):
                found[folder] = accounts.stat_owner(host, folder)
    return sorted(found.items())


def _command(settings: dict[str, str]) -> Command:
    """In the foreground with a file of its own that includes the machine's and moves the log."""
    own: tuple[str, ...] = (
        "!include /etc/dovecot/dovecot.conf",
        "log_path = /dev/stderr",
        "info_log_path =",
        "debug_log_path =",
    )
    told = settings.get("listen", "*")
    if re.search(r"[\dA-Za-z]", told.replace("::1", "").replace("127.0.0.1", "")):
        own = (*own, "listen = *, ::")
    written = " ".join(f"'{line}'" for line in own)
    steps = f"printf '%s\\n' {written} >{_OWN} && exec /usr/sbin/dovecot -F -c {_OWN}"
    change = Adaptation(
        "foreground",
        "runs as dovecot -F",
        "a container lives as long as its main process stays in the foreground",
    )
    return Command(("/bin/sh", "-c", steps), (change,))


def _storage(roots: list[str], sockets: list[tuple[str, Owner]]) -> Storage:
    wanted = [
        Wanted(path, "data", "mailboxes, by its configuration", "stop", _WHY) for path in roots
    ]
    made = [Directory("/run/dovecot", Owner(0, 0, "0755"), "its sockets and its own configuration")]
    for folder, owner in sockets:
        if folder.startswith("/var/spool/postfix"):
            # The mail server's queue is a volume of both: the socket lies in it.
            why = "its sockets for the mail server lie in the queue's folder"
            wanted.append(Wanted("/var/spool/postfix", "data", why, "stop", _QUEUE))
        elif places.role(folder) == "runtime" and folder != "/run":
            made.append(Directory(folder, owner, "a socket that it makes for others"))
    return Storage(tuple(dict.fromkeys(wanted)), tuple(made))


_QUEUE = "the mail server's queue: that one is stopped for it"


def _logs(settings: dict[str, str]) -> list[str]:
    names = ("log_path", "info_log_path", "debug_log_path")
    return [p for n in names if (p := places.clean(settings.get(n, "")))]


def _ports(lines: Lines) -> dict[str, int]:
    """Ports of inet_listener by its name; 0 switches one off."""
    found = {}
    for block, name, value in lines:
        match = re.search(r"inet_listener (\w+)$", block)
        if match and name == "port" and value.isdigit():
            found[match[1]] = int(value)
    return found


def _health(service: Service, lines: Lines) -> Health | None:
    """It greets on the first of its protocols that is open without TLS."""
    told = _ports(lines)
    seen = {x.port for x in service.listeners if x.protocol == "tcp"}
    for name, default, answer, first in _GREETINGS:
        port = told.get(name, default)
        if port and port in seen:
            return health.exchange(port, answer, f"greets on port {port} ({name})", first=first)
    return health.of_listeners(service.listeners)


def _census(roots: list[str]) -> str:
    """Mails by folder of every mailbox in Maildir; of others the files."""
    safe = [r for r in roots if re.fullmatch(r"[\w/.@+-]+", r)]
    if not safe or safe != roots:
        return ""
    mails = r"\( -path '*/cur/*' -o -path '*/new/*' \)"
    by_folder = r"sed 's,/\(cur\|new\)/[^/]*$,,' | LC_ALL=C sort | uniq -c"
    return "; ".join(f"find {r} -type f {mails} | {by_folder}" for r in safe)


def _unread(host: Host, files: list[str]) -> tuple[str, ...]:
    if files:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {_MAIN} says is not known: {reason}",)
