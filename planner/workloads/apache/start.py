"""How Apache is started: where its configuration lies, its variables, its command."""

from __future__ import annotations

import itertools
import posixpath
import re
import shlex
from dataclasses import dataclass

from planner.model import Adaptation, EnvVar
from planner.service import command, pins, places
from planner.service.command import Command
from planner.service.directives import Fate
from planner.service.plain import plain
from planner.service.view import MASK, Service, commands, variables

_EXPORT = re.compile(r"(?:export\s+)?(\w+)=(\"[^\"]*\"|'[^']*'|[^\s;`]*)")
_HARMLESS = re.compile(
    r"\s*(#.*|unset HOME|export \w+|fi|else|SUFFIX=.*|if \[ .*APACHE_CONFDIR.*)?\s*"
)
_CHANGE = Adaptation(
    "foreground",
    "started with -DFOREGROUND, without apachectl",
    "a container lives as long as its main process stays in the foreground, and takes its signals",
)


@dataclass(frozen=True)
class Start:
    """``main``: the configuration file; ``root``: what relative paths in it start from;
    ``environment``: variables that Debian's envvars sets."""

    main: str
    root: str
    environment: dict[str, str]
    command: Command

    @property
    def variables(self) -> tuple[EnvVar, ...]:
        """Those of the container."""
        source = f"set by {self.root}/envvars"
        # What its unit sets is carried by the unit.
        return tuple(EnvVar(n, v, source=source) for n, v in sorted(self.environment.items()))


def start(service: Service) -> Start:
    """From the unit, the process, and what the distribution makes of both."""
    host, known = service.host, variables(service)
    argv = service.main.argv if service.main else ()
    told = dict(itertools.pairwise(argv))
    debian = bool(pins.installed(host, "apache2")) or "apache2" in service.name
    root = places.clean(told.get("-d", known.get("APACHE_CONFDIR", "")))
    root = root or ("/etc/apache2" if debian else "/etc/httpd")
    main = told.get("-f", "apache2.conf" if debian else "conf/httpd.conf")
    main = places.clean(posixpath.join(root, main))
    if not debian:
        return Start(main, root, {}, command.derive(service))
    # A second instance of Debian's has its configuration in /etc/apache2-<name>.
    suffix = root.removeprefix("/etc/apache2") if root.startswith("/etc/apache2-") else ""
    found, whole = _envvars(service, f"{root}/envvars", suffix)
    options = [w for w in argv[1:] if w not in ("-k", "start", "-DFOREGROUND")]
    if suffix and "-d" not in options:
        options += ["-d", root]
    words = ("/usr/sbin/apache2", *options, "-DFOREGROUND")
    if any(MASK in word for word in words):
        return Start(main, root, found, Command((), (), ("An argument of it is a secret.",)))
    if whole:
        return Start(main, root, found, Command(words, (_CHANGE,), decided=_decided(service)))
    shell = f". {shlex.quote(root)}/envvars && exec {shlex.join(words)}"
    why = "envvars sets what only a shell can tell, or a secret"
    more = Adaptation("other", f"{root}/envvars is read by sh when it starts", why)
    told_command = Command(("/bin/sh", "-c", shell), (_CHANGE, more), decided=_decided(service))
    return Start(main, root, {}, told_command)


def _decided(service: Service) -> tuple[tuple[str, Fate], ...]:
    if not commands(service, "ExecStart"):
        return ()
    how = "the program itself, with the variables that apachectl takes from envvars"
    return (("ExecStart", ("carried", how)),)


def _envvars(service: Service, path: str, suffix: str) -> tuple[dict[str, str], bool]:
    """(variables, whether that is all that the file does). Not carried: it is as the package
    has it."""
    base = f"apache2{suffix}"
    found = {
        "APACHE_RUN_USER": "www-data",
        "APACHE_RUN_GROUP": "www-data",
        "APACHE_PID_FILE": f"/var/run/{base}/apache2.pid",
        "APACHE_RUN_DIR": f"/var/run/{base}",
        "APACHE_LOCK_DIR": f"/var/lock/{base}",
        "APACHE_LOG_DIR": f"/var/log/{base}",
        "LANG": "C",
    }
    text = (service.host.files.value or {}).get(path)
    whole = True
    for line in text.text.split("\n") if text else ():
        match = _EXPORT.fullmatch(line.strip())
        if match and match[1] != "SUFFIX":
            value = match[2].strip("\"'").replace("${SUFFIX}", suffix).replace("$SUFFIX", suffix)
            if MASK in value or "$" in value or not plain(value):
                whole = False
            found[match[1]] = value
        elif not _HARMLESS.fullmatch(line):
            whole = False
    return found, whole
