"""What the command line of a scheduled job and its scripts need: files, folders, packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.model import CronJob, Host, TextFile
from planner.service import config, jobs, pins, places
from planner.service.application import OWN
from planner.service.view import owner

_SHELL = re.compile(r"(ba|da|k)?sh")
_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_SHEBANG = re.compile(r"#![ \t]*(\S+)(?:[ \t]+(\S+))?")
_STARTS = re.compile(
    r"subprocess|popen|os\.(system|exec)|\b(system|exec|shell_exec)\b|`", re.IGNORECASE
)
"""What starts other programs in Python, Perl, Ruby and PHP."""
_DEPTH = 3
# fmt: off
_SLIM = frozenset({
    "bash", "coreutils", "dash", "debianutils", "diffutils", "dpkg", "findutils", "grep", "gzip",
    "hostname", "login", "mawk", "passwd", "perl-base", "sed", "systemd", "sysvinit-utils", "tar",
    "util-linux", "apt", "init-system-helpers", "mount", "bsdutils", "libc-bin", "base-files",
    "coreutils-single", "util-linux-core", "shadow-utils", "gawk", "systemd-standalone-sysusers",
    "cron", "cronie", "sudo", "login.defs",
})
# fmt: on
"""What a slim image has, or what only a machine needs, and systemd's tools, which talk to it."""
_WHOLE = {"python3-minimal": "python3", "perl-base": "perl-base"}
"""Packages of an interpreter alone, and that with its library."""
_CLIENTS = {"postgresql-client-common": r"postgresql-client-\d+"}
"""Packages whose programs pass on to those of a version that nothing else asks for."""


_TOOLS = (
    (r"psql|pg_\w+|vacuumdb|reindexdb", r"postgresql-client-\d+|postgresql\d*"),
    (
        r"mysql\w*|mariadb[\w-]*",
        r"(default-)?(mysql|mariadb)-client(-core)?(-[\d.]+)?|mariadb|mysql",
    ),
    (r"ldap(search|modify|add|delete)", r"ldap-utils|openldap-clients"),
    (r"(ssh|scp|sftp)", r"openssh-clients?"),
    (r"dig|nslookup", r"(bind9-)?dnsutils|bind-utils"),
    (r"mail|mailx", r"bsd-mailx|mailutils|s-nail|mailx"),
)
"""Packages of tools where the look did not ask for their owners, by the names of both."""


@dataclass(frozen=True)
class Needs:
    """``programs``: scripts and folders that no package owns; ``named``: other absolute paths that
    the command line and the scripts name; ``packages``: (name, reason); ``unknowns``: sentences.
    """

    programs: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    packages: tuple[tuple[str, str], ...] = ()
    unknowns: tuple[str, ...] = ()


def needs(host: Host, job: CronJob) -> Needs:
    """Look through the command line and, as far as they were carried, its scripts and theirs."""
    texts = _texts(host, job)
    said = " ".join((job.command, *(value for _, value in job.environment)))
    every = [*_words(said), *(p for t in texts.values() for p in config.mentioned([t]))]
    every = [p for p in dict.fromkeys(every) if p not in texts]
    runs = {p for p in jobs.programs(job) if p.startswith("/") and not owner(host, p)}
    own = [p for p in (*texts, *sorted(runs), *_interpreters(texts)) if places.role(p) in OWN]
    unread = sorted(
        p for p in runs - set(texts) if places.role(p) in OWN and not _is_binary(host, p)
    )
    unknowns = [f"What {path} needs is not known: its text was not carried." for path in unread]
    unknowns += [
        f"Which programs {path} runs was not seen: it is no script of a shell, and starts some."
        for path, text in texts.items()
        if not _is_shell(path, text) and _STARTS.search(text.text)
    ]
    packages, lost = _packages(host, job, texts)
    return Needs(
        tuple(dict.fromkeys(_root(host, p) for p in own)),
        tuple(p for p in every if p not in runs and not any(places.below(o, p) for o in own)),
        tuple(packages),
        (*unknowns, *lost),
    )


def _texts(host: Host, job: CronJob) -> dict[str, TextFile]:
    """Scripts outside of packages by path: of the command line, and those that these name."""
    carried = host.files.value or {}
    found: dict[str, TextFile] = {}
    wanted = [*jobs.programs(job), *_words(job.command)]
    for _ in range(_DEPTH):
        new = {
            p: carried[p]
            for p in wanted
            if p in carried and p not in found and places.role(p) in OWN and _is_script(carried[p])
        }
        found |= new
        wanted = [p for text in new.values() for p in config.mentioned([text])]
    return found


def _is_script(text: TextFile) -> bool:
    name = posixpath.basename(text.path)
    return text.text.startswith("#!") or name.endswith(
        (".sh", ".bash", ".py", ".pl", ".rb", ".php")
    )


def _is_shell(path: str, text: TextFile) -> bool:
    return bool(_SHELL.fullmatch(_runs(text))) or (
        not _runs(text) and path.endswith((".sh", ".bash"))
    )


def _runs(text: TextFile) -> str:
    """Base name of what ``#!`` names, behind env; empty: nothing."""
    match = _SHEBANG.match(text.text)
    if not match:
        return ""
    name = posixpath.basename(match[1])
    return posixpath.basename(match[2] or "") if name == "env" else name


def _interpreters(texts: dict[str, TextFile]) -> Iterable[str]:
    """Interpreters that a script brings itself, such as that of a virtual environment."""
    for text in texts.values():
        match = _SHEBANG.match(text.text)
        if match and places.role(match[1]) in OWN:
            yield match[1]


def _is_binary(host: Host, path: str) -> bool:
    return any(p.path == path and p.kind == "elf" for p in host.unowned.value or ())


def _words(text: str) -> tuple[str, ...]:
    return jobs.paths(CronJob("", "", "", text))


def _root(host: Host, path: str) -> str:
    """The folder that a program has for itself; the file alone where it lies among other things."""
    folder = posixpath.dirname(path)
    if posixpath.basename(folder) in ("bin", "sbin", "libexec"):
        above = posixpath.dirname(folder)
        folder = path if places.shared_top(above) or places.shared_top(folder) else above
    mixed = places.shared_top(folder) or places.role(path) in ("home", "data", "content")
    return path if mixed else folder


def _packages(
    host: Host, job: CronJob, texts: dict[str, TextFile]
) -> tuple[list[tuple[str, str]], list[str]]:
    """((package, reason), sentences about programs whose package is not known)."""
    called: dict[str, str] = dict.fromkeys(jobs.programs(job), "the job")
    found: list[tuple[str, str]] = []
    lost: list[str] = []
    for path, text in texts.items():
        if runs := _runs(text):
            called.setdefault(runs, path)
        if _is_shell(path, text):
            for line in text.text.split("\n"):
                if not line.lstrip().startswith("#"):
                    for word in jobs.programs(CronJob("", "", "", line)):
                        called.setdefault(word, path)
        elif _runs(text).startswith("python") or path.endswith(".py"):
            found += _modules(host, path, text)
    if any(
        places.below(v.path, _root(host, p)) for p in texts for v in host.virtualenvs.value or ()
    ):
        called.setdefault("python3", "its virtual environment")
    for word, by in called.items():
        name = _package(host, word)
        if name and name not in _SLIM:
            found.append((_WHOLE.get(name, name), f"{posixpath.basename(word)}, which {by} runs"))
            found += [
                (p.name, f"{posixpath.basename(word)} is a program of its version")
                for p in pins.matching(host, _CLIENTS.get(name, "-"))
            ]
    if texts and host.owners.unknown:
        lost.append(f"Which packages its programs come from is not known: {host.owners.unknown}.")
    return found, lost


def _package(host: Host, word: str) -> str:
    """Package of a program by its path or bare name; empty: none is known."""
    if word.startswith("/"):
        return owner(host, word)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]*", word):
        return ""
    owned = next((name for f in _FOLDERS if (name := owner(host, f"{f}/{word}"))), "")
    if owned:
        return owned
    named = [p for tool, p in _TOOLS if re.fullmatch(tool, word)]
    found = [p.name for pattern in (re.escape(word), *named) for p in pins.matching(host, pattern)]
    return next(iter(found), "")


def _modules(host: Host, path: str, text: TextFile) -> Iterable[tuple[str, str]]:
    """Debian's packages of the modules that a script in Python imports, as they are named."""
    for module in dict.fromkeys(_IMPORT.findall(text.text)):
        name = f"python3-{module.lower().replace('_', '-')}"
        if pins.installed(host, name):
            yield name, f"{path} imports {module}"
