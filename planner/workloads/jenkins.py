"""Jenkins: its home, its archive, its port for agents, and what builds on the controller need."""

from __future__ import annotations

import re

from planner.model import Adaptation, Directory, EnvVar, Health, Workload
from planner.service import accounts, environment, health, optioned, pins, places, programs
from planner.service.command import Command, derive
from planner.service.describe import container_user
from planner.service.general import Known, described
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, called, commands
from planner.shell import shell_word

_WAR = re.compile(r"/\S*jenkins[^/\s]*\.war")
_WHY = (
    "jobs, builds, plug-ins and the keys in secrets/ that open its credentials belong together, so "
    "it is stopped and its home is copied whole; from then on so, or by a plug-in (ThinBackup)"
)
_OPTIONS = re.compile(r"--(\w+)=(.*)", re.DOTALL)


def detect(service: Service) -> Workload | None:
    """The controller: what runs jenkins.war; its agents and any other: None."""
    words = _words(service)
    war = next((w for w in words if _WAR.fullmatch(w)), "")
    if not war and not (called(service) & {"jenkins"} and _is_controller(service)):
        return None
    told = environment.told(service)
    options = {m[1]: m[2] for w in words if (m := _OPTIONS.fullmatch(w))}
    home = _home(service, words, told)
    port = options.get("httpPort", "") or told.get("JENKINS_PORT", "") or "8080"
    prefix = options.get("prefix", "") or told.get("JENKINS_PREFIX", "")
    secure = options.get("httpsPort", "") or told.get("JENKINS_HTTPS_PORT", "")
    return described(
        service,
        Known(
            "jenkins",
            "Jenkins controller",
            ("ci",),
            stop_signal="SIGTERM",
            # Builds on the controller leave children behind.
            needs_init=True,
            command=_command(service, war, words, told),
            storage=_storage(service, home, options.get("webroot", "")),
            packages=_packages(service),
            named=[home, war] if home else [war],
            keys=[
                places.clean(v)
                for k in ("httpsKeyStore", "httpsCertificate", "httpsPrivateKey")
                if (v := options.get(k, ""))
            ],
            health=_health(port, prefix, secure),
            decided={"NotifyAccess": ("replaced", "the health check")},
            adaptations=_adaptations(service),
            unknowns=_unknowns(home),
            run_as=container_user(service),
            census=_census(home),
        ),
    )


def _words(service: Service) -> tuple[str, ...]:
    if service.main and any(_WAR.fullmatch(w) for w in service.main.argv):
        return service.main.argv
    return tuple(w for c in commands(service, "ExecStart") for w in (c.path, *c.argv[1:]))


def _is_controller(service: Service) -> bool:
    """A unit of that name whose process is not a program of another kind, such as an agent."""
    main = service.main
    return main is None or not any("agent" in w or "slave" in w for w in main.argv)


def _home(service: Service, words: tuple[str, ...], told: dict[str, str]) -> str:
    """JENKINS_HOME as property, as variable, else that of the package, or of its user."""
    named = next((w.partition("=")[2] for w in words if w.startswith("-DJENKINS_HOME=")), "")
    path = places.clean(named or told.get("JENKINS_HOME", ""))
    if path:
        return path
    if pins.main_package(service) == "jenkins":
        return "/var/lib/jenkins"
    user = container_user(service)
    return places.clean(f"{user.home}/.jenkins") if user and user.home.startswith("/") else ""


def _command(service: Service, war: str, words: tuple[str, ...], told: dict[str, str]) -> Command:
    """Java itself; the package's script /usr/bin/jenkins only puts its options together."""
    main = service.main
    if main and war and not any(MASK in w for w in words):
        said = main.argv[0]
        java = programs.lasting(said if said.startswith("/") else main.exe, said)
        return Command((java if java.startswith("/") else "/usr/bin/java", *words[1:]))
    if any(MASK in w for w in words):
        why = "An argument of its command is a secret and stayed there: it has to become a file."
        return Command((), (), (why,))
    if war or told.get("JENKINS_WAR"):
        path = war or places.clean(told["JENKINS_WAR"])
        options = [f"--httpPort={told['JENKINS_PORT']}"] if told.get("JENKINS_PORT") else []
        options += [f"--prefix={told['JENKINS_PREFIX']}"] if told.get("JENKINS_PREFIX") else []
        flags = told.get("JAVA_OPTS", "-Djava.awt.headless=true").split()
        return Command(("/usr/bin/java", *flags, "-jar", path, *options))
    return derive(service)


def _packages(service: Service) -> tuple[tuple[str, str], ...]:
    """Java where only a script stands in the unit; tools that builds on the controller call."""
    host = service.host
    runs = pins.owner_of_process(service)
    java = [
        (p.name, "runs the program")
        for p in pins.matching(host, r"(open|temurin|zulu|java)[\w.-]*(jdk|jre)[\w.-]*")
        if p.manual is not False
    ]
    tools = [(n, "builds fetch their sources with it") for n in ("git", "git-lfs", "subversion")]
    fonts = [("fontconfig", "Jenkins draws its graphs with fonts")]
    return (*(() if runs else java[:1]), *tools, *fonts, optioned.TRUSTED)


def _storage(service: Service, home: str, webroot: str) -> Storage:
    if not home or places.shared_top(home):
        return Storage(unknowns=("Where its home (JENKINS_HOME) lies is not known.",))
    wanted = Wanted(home, "data", "JENKINS_HOME: jobs, builds, plug-ins, secrets", "stop", _WHY)
    variable = EnvVar("JENKINS_HOME", home, source="home of Jenkins on the machine")
    unpacked = places.clean(webroot)
    owner = accounts.owned(container_user(service), "0755")
    made = (Directory(unpacked, owner, "it unpacks its archive there"),) if unpacked else ()
    return Storage((wanted,), made, environment=(variable,))


def _health(port: str, prefix: str, secure: str) -> Health | None:
    """/login answers without a login, 503 while it starts."""
    if re.fullmatch(r"[1-9]\d{0,4}", port):
        plain = re.sub(r"[^A-Za-z0-9/_.-]", "", prefix).rstrip("/")
        return health.http(int(port), path=f"{plain}/login")
    return health.tcp(int(secure)) if re.fullmatch(r"[1-9]\d{0,4}", secure) else None


def _adaptations(service: Service) -> tuple[Adaptation, ...]:
    """The port of agents is in its settings; it has to be published as it is, or agents call in."""
    inbound = [e.port for e in service.listeners if e.protocol == "tcp" and e.port >= 32768]
    if not inbound:
        return ()
    change = Adaptation(
        "port",
        f"the port {inbound[0]} for agents has to become a fixed one (Security, TCP port for "
        "inbound agents: 50000)",
        "it is chosen at random at every start, and a container publishes known ports; agents over "
        "WebSocket need none",
    )
    return (change,)


def _unknowns(home: str) -> tuple[str, ...]:
    return (
        "Which tools builds on the controller itself call is not known: they belong on agents, "
        "and the image has what was found only.",
    )


def _census(home: str) -> str:
    """Jobs, the last build of each, and plug-ins, by their files."""
    if not home:
        return ""
    return (
        f"cd {shell_word(home)} && find jobs -name config.xml | LC_ALL=C sort | cksum && "
        "find jobs -name nextBuildNumber | LC_ALL=C sort | while read -r f; do "
        'echo "$f $(cat "$f")"; done && '
        "find plugins -maxdepth 1 -name '*.[hj]pi' | LC_ALL=C sort"
    )
