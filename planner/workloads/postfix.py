"""Postfix: its queue, maps, mailboxes and the password of its relay from main.cf and master.cf.

postconf(5), master(5). Every setting that names a file counts, whatever it is called.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Group, Health, Host, Workload
from planner.service import accounts, config, health, included, pins, places
from planner.service.command import Command
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import Service, called, program
from planner.shell import shell_word

_FOLDER = "/etc/postfix"
_MAP = re.compile(r"(?:(\w+):)?(/[^\s,;:}]+)")
_DATABASES = {
    "mysql": "postfix-mysql", "pgsql": "postfix-pgsql", "ldap": "postfix-ldap",
    "sqlite": "postfix-sqlite", "pcre": "postfix-pcre", "lmdb": "postfix-lmdb",
    "cdb": "postfix-cdb",
}  # fmt: skip
_WHY = (
    "mails move between its queues all the time, so it is stopped and the queue is copied: at the "
    "start it gives the files the names that belong to their new numbers. A queue is not saved, it "
    "is emptied"
)


def detect(service: Service) -> Workload | None:
    """The server by its master, or the unit that starts it; the unit of all instances and any
    other: None."""
    names = called(service)
    mine = "postfix" in names or "postmulti" in names or "/postfix/" in f"{program(service)}/"
    if not mine or "postfix-resolvconf" in names or program(service).endswith("/true"):
        return None
    host = service.host
    settings = _settings(included.text(host, f"{_FOLDER}/main.cf"))
    services = _services(included.text(host, f"{_FOLDER}/master.cf"))
    queue = places.clean(settings.get("queue_directory", "")) or "/var/spool/postfix"
    data = places.clean(settings.get("data_directory", "")) or "/var/lib/postfix"
    maps = _maps(settings, services, queue)
    made = described(
        service,
        Known(
            "postfix",
            "Postfix mail server",
            stop_signal="SIGTERM",
            needs_init=True,
            folders=(_FOLDER,),
            command=_command(service, settings),
            packages=_packages(host, settings, services),
            storage=_storage(host, settings, queue, data),
            named=[queue, data, *maps, *_logs(settings)],
            keys=maps,
            health=_health(services),
            decided={
                "ExecStart": ("carried", "command of the container, in the foreground (start-fg)"),
                "ExecStartPre": (
                    "replaced",
                    "it filled the folder that its parts are locked into; none is in the container",
                ),
            },
            adaptations=_ADAPTATIONS,
            unknowns=_unread(host, settings, services),
            census=_census(queue),
        ),
    )
    secrets = config.as_on_machine(host, made.secrets)
    accounts_ = _accounts(host, settings)
    name = "postfix" if made.name.startswith("postfix@-") else made.name
    return replace(
        made,
        name=name,
        id=f"{host.name}/{name}",
        run_as=None,
        secrets=secrets,
        accounts=accounts_,
        groups=_groups(host, made, settings),
    )


def _accounts(host: Host, settings: dict[str, str]) -> tuple[Account, ...]:
    """Whose the files in its queue are."""
    found = accounts.by_name(host, settings.get("mail_owner", "postfix"))
    return (found,) if found else ()


def _groups(host: Host, made: Workload, settings: dict[str, str]) -> tuple[Group, ...]:
    """With the group that may hand in mail: folders of the queue are its."""
    name = settings.get("setgid_group", "postdrop")
    others = [g for g in host.user_groups.value or () if g.name == name]
    return tuple(dict.fromkeys((*made.groups, *others)))


_ADAPTATIONS = (
    Adaptation(
        "logs",
        "its log goes to the container's output (maillog_file = /dev/stdout, through postlogd)",
        "a container has no syslog",
    ),
    Adaptation(
        "other",
        "none of its parts is locked into its queue's folder (chroot = n in master.cf)",
        "the container is that lock, and what the folder held of the machine's /etc would be stale",
    ),
)


def _settings(text: str) -> dict[str, str]:
    """main.cf: a line that begins with a blank goes on with the one before it."""
    plain = "\n".join(line for line in text.split("\n") if line.strip() and line[:1] != "#")
    found: dict[str, str] = {}
    for line in re.sub(r"\n[ \t]+", " ", plain).split("\n"):
        name, sign, value = line.partition("=")
        if sign and re.fullmatch(r"\w+", name.strip()):
            found[name.strip()] = value.strip()
    return found


def _services(text: str) -> list[list[str]]:
    """Lines of master.cf as words: service, type, ..., command and its arguments."""
    plain = "\n".join(line for line in text.split("\n") if line.strip() and line[:1] != "#")
    return [w for line in re.sub(r"\n[ \t]+", " ", plain).split("\n") if len(w := line.split()) > 7]


def _values(settings: dict[str, str], services: list[list[str]]) -> list[str]:
    return [*settings.values(), *(" ".join(words[7:]) for words in services)]


def _maps(settings: dict[str, str], services: list[list[str]], queue: str) -> list[str]:
    """Files that its settings read: maps, keys, lists."""
    found = []
    skipped = ("queue_directory", "data_directory", "command_directory", "daemon_directory",
               "mail_spool_directory", "virtual_mailbox_base", "maillog_file")  # fmt: skip
    kept = {k: v for k, v in settings.items() if k not in skipped}
    for value in _values(kept, services):
        value = value.replace("$config_directory", _FOLDER).replace("$queue_directory", queue)
        for match in _MAP.finditer(value):
            path = places.clean(match[2])
            if path and places.role(path) == "config":
                found.append(path)
    if not any("alias" in name for name in settings):
        found.append("/etc/aliases")
    return list(dict.fromkeys(found))


def _logs(settings: dict[str, str]) -> list[str]:
    return [p for p in (places.clean(settings.get("maillog_file", "")),) if p]


def _packages(
    host: Host, settings: dict[str, str], services: list[list[str]]
) -> list[tuple[str, str]]:
    """Packages of the kinds of maps that it uses, and of SASL where it asks a library."""
    text = " ".join(_values(settings, services))
    wanted = [name for kind, name in _DATABASES.items() if re.search(rf"\b{kind}:", text)]
    found = [(n, "a kind of maps that it uses") for n in wanted if pins.installed(host, n)]
    if settings.get("smtp_sasl_auth_enable") == "yes":
        why = "how it logs in at its relay"
        names = ("libsasl2-modules", "cyrus-sasl-plain")
        found += [(n, why) for n in names if pins.installed(host, n)]
    if any(settings.get(n, "").startswith(("may", "encrypt", "verify", "secure", "dane"))
           for n in ("smtp_tls_security_level",)):  # fmt: skip
        found += (
            [("ca-certificates", "whom it trusts")]
            if pins.installed(host, "ca-certificates")
            else []
        )
    return found


def _command(service: Service, settings: dict[str, str]) -> Command:
    """Its own way to stay in the foreground, which Postfix has from 3.3 on; its log from 3.4 on."""
    if re.search(r"(^|\s)(multi_instance_directories)", " ".join(settings)):
        return Command((), (), ("It has several instances: each is a container of its own.",))
    package = pins.main_package(service)
    numbers = [int(n) for n in pins.version_of(service, package).split(".")[:2] if n.isdigit()]
    if numbers and numbers < [3, 4]:
        version = ".".join(map(str, numbers))
        return Command(
            (), (), (f"Postfix {version} cannot log to the container's output, only from 3.4 on.",)
        )
    log = "postlog unix-dgram n - n - 1 postlogd"
    steps = [
        "postconf -F '*/*/chroot = n'",
        f"postconf -M {shell_word('postlog/unix-dgram=' + log)}",
        "postconf -e maillog_file=/dev/stdout",
        *_everywhere(settings),
        "exec /usr/sbin/postfix start-fg",
    ]
    change = Adaptation(
        "foreground",
        "runs as postfix start-fg",
        "a container lives as long as its main process stays in the foreground",
    )
    return Command(("/bin/sh", "-c", " && ".join(steps)), (change,))


def _everywhere(settings: dict[str, str]) -> list[str]:
    """It listens on and sends from addresses of the container, where the machine's are named."""
    told = settings.get("inet_interfaces", "all")
    kept = {"all", "loopback-only", "localhost", "127.0.0.1", "$myhostname", "::1", "[::1]"}
    fixed = set(re.split(r"[,\s]+", told)) - kept
    steps = ["postconf -e inet_interfaces=all"] if fixed or "$myhostname" in told else []
    bound = [n for n in ("smtp_bind_address", "smtp_bind_address6") if settings.get(n)]
    return [*steps, *(f"postconf -X {name}" for name in bound)]


def _storage(host: Host, settings: dict[str, str], queue: str, data: str) -> Storage:
    wanted = [Wanted(queue, "data", "its queue (queue_directory)", "stop", _WHY)]
    why = "caches and locks, which it makes anew"
    wanted.append(Wanted(data, "cache", "data_directory", "none", why))
    base = places.clean(settings.get("virtual_mailbox_base", ""))
    transport = settings.get("virtual_transport", "virtual")
    if base and transport == "virtual":
        mail = "mails change one by one; from then on saved by a copy of the volume"
        wanted.append(Wanted(base, "data", "virtual_mailbox_base: mailboxes", "live", mail))
    unknowns: tuple[str, ...] = ()
    if _local(settings):
        place = settings.get("home_mailbox", "")
        if place:
            unknowns = (
                f"It delivers to {place} in the homes of the machine's accounts: where mail is for "
                "them, the accounts and their homes have to come along.",
            )
        else:
            spool = places.clean(settings.get("mail_spool_directory", "")) or "/var/mail"
            sizes = host.sizes.value or {}
            if any(places.below(p, spool) and s.files for p, s in sizes.items()):
                mail = "mailboxes are rewritten as a whole, so delivery is stopped"
                wanted.append(Wanted(spool, "data", "mailboxes of accounts", "stop", mail))
    return Storage(tuple(wanted), unknowns=unknowns)


def _local(settings: dict[str, str]) -> bool:
    """Whether it delivers into mailboxes by itself."""
    handed = ("mailbox_command", "mailbox_transport", "local_transport")
    return not any(settings.get(name) for name in handed)


def _health(services: list[list[str]]) -> Health | None:
    """It greets with 220 on its first port without TLS."""
    for words in services:
        wrapped = any(w.replace(" ", "") == "smtpd_tls_wrappermode=yes" for w in words)
        serves = words[1] == "inet" and words[7] in ("smtpd", "postscreen")
        name = words[0].rpartition(":")[2]
        port = {"smtp": 25, "submission": 587}.get(name) or (int(name) if name.isdigit() else 0)
        if serves and port and not wrapped:
            made = health.exchange(port, "220*", f"greets on port {port} with 220", first=3)
            return replace(made, start_period=30)
    return None


def _census(queue: str) -> str:
    """Mails that wait, in whichever queue, and those that are held."""
    if re.search(r"[^\w/.@+-]", queue):
        return ""
    waiting = " ".join(f"{queue}/{q}" for q in ("incoming", "active", "deferred", "maildrop"))
    count = "-type f | wc -l"
    return f"echo waiting; find {waiting} {count}; echo held; find {queue}/hold {count}"


def _unread(host: Host, settings: dict[str, str], services: list[list[str]]) -> tuple[str, ...]:
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    lost = [n for n, seen in (("main.cf", settings), ("master.cf", services)) if not seen]
    return tuple(f"What {_FOLDER}/{name} says is not known: {reason}" for name in lost)
