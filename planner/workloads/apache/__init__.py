"""Apache httpd: what its virtual hosts serve, which modules it loads, how it runs without root."""

from __future__ import annotations

import re

from msgspec.structs import replace

from planner.model import Account, Adaptation, Health, Host, Workload
from planner.service import accounts, config, health, phpruntime, pins, places
from planner.service.apacheconf import Configuration, parse
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.storage import Storage, joined
from planner.service.view import Service, called, variables
from planner.workloads.apache import around
from planner.workloads.apache.start import start

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_LISTEN = re.compile(r"(?:(.*):)?(\d{1,5})")
_REACHED = frozenset({"", "*", "0.0.0.0", "[::]", "127.0.0.1", "localhost"})  # noqa: S104


def detect(service: Service) -> Workload | None:
    """Apache by its program; any other: None."""
    if not called(service) & {"apache2", "httpd", "httpd.worker", "httpd.event"}:
        return None
    host = service.host
    begun = start(service)
    conf = parse(host, begun.main, begun.root, {**begun.environment, **variables(service)})
    several = "mpm_itk" in around.enabled(host, begun.root)
    run_as = None if several else container_user(service) or _configured(host, conf)
    php = around.php_of(host, begun.root)
    folders = (begun.root, *(php.folders if php else ()))
    every = config.texts(host, folders)
    unread = [t for t in every if t.path not in conf.files]
    code = around.wsgi(conf)
    made = described(
        service,
        Known(
            "apache",
            "Apache web server" + (" with PHP" if php else ""),
            ("web",),
            stop_signal="SIGWINCH",
            needs_init=False,
            folders=folders,
            command=begun.command,
            packages=(
                *around.packages(host, begun.root, conf),
                *(phpruntime.packages(service, php) if php else ()),
                *_python(host, code),
            ),
            storage=joined(
                around.around(service, conf, run_as, php),
                Storage(environment=begun.variables),
            ),
            programs=code,
            named=(
                "/var/lib/apache2",
                *config.mentioned(unread),
                *config.mentioned(t for t in every if t.path.startswith("/etc/php")),
                *code,
                # Sockets of others, too: who makes their folder shares it.
                *(p for p in config.mentioned(every) if places.role(p) == "runtime"),
            ),
            keys=conf.paths(*around.KEYS),
            secrets=conf.paths(*around.SECRETS),
            health=_health(service, conf),
            decided={
                "ExecStartPre": ("replaced", "Apache checks its configuration when it starts"),
                "KillMode": ("replaced", "SIGWINCH to the parent, which ends its children"),
                "ExecStop": ("replaced", "SIGWINCH ends it once its requests are answered"),
            },
            adaptations=_several(several),
            unknowns=(*_unread(host, begun.main, conf), *_packages_of_code(host, code)),
            removals=(
                *around.removals(host, begun.root),
                *(phpruntime.disabled(host, php) if php else ()),
            ),
            run_as=run_as,
            sites=_sites(conf),
        ),
    )
    # Only apachectl asks for this one.
    kept = tuple(e for e in made.environment if e.name != "APACHE_STARTED_BY_SYSTEMD")
    checked = made.health or health.of_listeners(service.listeners)
    return replace(made, health=checked, environment=kept)


def _configured(host: Host, conf: Configuration) -> Account | None:
    name = conf.value("user")
    found = accounts.by_name(host, name.removeprefix("#")) if name else None
    return found if found and found.uid else None


def _several(several: bool) -> tuple[Adaptation, ...]:
    why = "mpm_itk serves each site as a user of its own, and only root can become several"
    return (Adaptation("user", "runs as root in the container", why),) if several else ()


def _sites(conf: Configuration) -> tuple[str, ...]:
    names = {n for d in conf.each("servername", "serveralias") for n in d.args}
    names = {re.sub(r"^https?://|:\d+$", "", n) for n in names}
    return tuple(sorted(n for n in names if _HOST_NAME.fullmatch(n)))


def _health(service: Service, conf: Configuration) -> Health | None:
    """``OPTIONS *``, which the server answers itself: no site of it and nothing behind it is asked
    (RFC 9110, 9.3.7). Where every port speaks TLS: whether it accepts."""
    secure = {d.site for d in conf.each("sslengine") if d.args[:1] in (("on",), ("On",))}
    tls = {
        match[2]
        for d in conf.each("virtualhost")
        if d.site in secure
        for word in d.args
        if (match := _LISTEN.fullmatch(word))
    }
    ports: list[int] = []
    for directive in conf.each("listen"):
        match = _LISTEN.fullmatch(directive.args[0]) if directive.args else None
        if match and (match[1] or "") in _REACHED and "https" not in directive.args[1:]:
            ports.append(int(match[2]))
    heard = {entry.port for entry in service.listeners}
    ports = [p for p in ports if not heard or p in heard]
    for port in ports:
        if str(port) not in tls:
            plain = health.http(port)
            (*shell, script) = plain.command
            asked = script.replace("'GET / HTTP", "'OPTIONS * HTTP")
            return Health((*shell, asked), plain.what)
    return health.tcp(ports[0]) if ports else None


def _python(host: Host, code: tuple[str, ...]) -> list[tuple[str, str]]:
    """Packages of Python that somebody asked for, where an application runs under mod_wsgi without
    a virtual environment of its own."""
    if not code or _own_environment(host, code):
        return []
    found = (p.name for p in pins.matching(host, r"python3-.+") if p.manual)
    return [(name, "a package of Python that somebody asked for") for name in found]


def _own_environment(host: Host, code: tuple[str, ...]) -> bool:
    return any(v.path == c or v.path.startswith(f"{c}/") for v in host.virtualenvs.value or ()
               for c in code)  # fmt: skip


def _packages_of_code(host: Host, code: tuple[str, ...]) -> tuple[str, ...]:
    if not code or _own_environment(host, code):
        return ()
    return (
        "Which packages of Python the application under mod_wsgi imports was not seen: those that "
        "somebody asked for are in the image.",
    )


def _unread(host: Host, main: str, conf: Configuration) -> tuple[str, ...]:
    if conf.directives:
        return ()
    reason = host.files.unknown or host.files.partial or "its text was not carried"
    return (f"What {main} says is not known: {reason}",)
