"""The command line of a Java program, as java(1) reads it, and the files that its options name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from planner.model import Account, Directory
from planner.service import accounts, places, programs, storage
from planner.service.places import Wanted
from planner.service.storage import Storage
from planner.service.view import MASK, Service, commands, owner

_TAKES_ONE = frozenset({
    "-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path",
    "--add-modules", "--limit-modules", "--add-opens", "--add-exports", "--add-reads",
    "--patch-module", "--enable-native-access", "--source",
})  # fmt: skip
_CLASS_PATH = ("-cp", "-classpath", "--class-path", "-p", "--module-path")
_WRITES = re.compile(
    r"-Xloggc:(.+)|-Xlog:[^:]*:(?:file=)?([^:]*/[^:]*).*|-XX:(?:HeapDumpPath|ErrorFile|LogFile)=(.+)"
    r"|-Xshare:.*|-Dlogging\.file(?:\.name|\.path)?=(.+)|-Dlog4j2?\.?(?:dir|home|path)=(.+)"
)
_KEY = re.compile(r".*(key|trust)[-_.]?store(file)?$|.*\.(certificate|ssl\.key)[\w.]*$", re.I)


@dataclass(frozen=True)
class Jvm:
    """``options``: of the virtual machine, in order, without ``-jar`` and the class path;
    ``main``: main class or module, empty with ``jar``."""

    program: str
    options: tuple[str, ...] = ()
    classpath: tuple[str, ...] = ()
    jar: str = ""
    main: str = ""
    arguments: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)

    def folder(self, name: str) -> str:
        """A system property that is an absolute path, cleaned; empty: it is none."""
        return places.clean(self.properties.get(name, ""))


def of(service: Service) -> Jvm | None:
    """What the first of its processes that is Java runs, else what its unit starts; None: neither
    is Java."""
    for process in service.processes:
        if _is_java(process.exe or (process.argv[0] if process.argv else "")):
            said = process.argv[0] if process.argv else ""
            return read((programs.lasting(process.exe or said, said), *process.argv[1:]))
    for start in commands(service, "ExecStart"):
        if _is_java(start.path):
            return read((start.path, *start.argv[1:]))
    return None


def _is_java(path: str) -> bool:
    return posixpath.basename(path.removesuffix(" (deleted)")) in ("java", "jsvc")


def read(argv: tuple[str, ...]) -> Jvm:
    """The words of a command line that starts with the program."""
    options: list[str] = []
    classpath: list[str] = []
    jar = main = ""
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        name, sign, value = word.partition("=")
        if name in _TAKES_ONE:
            value = value if sign else words.pop(0) if words else ""
            if name in _CLASS_PATH:
                classpath += [p for p in value.split(":") if p]
            else:
                options += [name, value]
        elif word == "-jar" or word in ("-m", "--module"):
            main = words.pop(0) if words else ""
            jar, main = (main, "") if word == "-jar" else ("", main.partition("/")[0])
            break
        elif word.startswith(("-", "@")):
            options.append(word)
        else:
            # A variable that systemd fills in stands for options.
            if word.startswith("$"):
                continue
            main = word
            break
    found = [o[2:].partition("=") for o in options if o.startswith("-D")]
    return Jvm(
        argv[0].removesuffix(" (deleted)") if argv else "",
        tuple(options),
        tuple(classpath),
        jar,
        main,
        tuple(words),
        {name: value for name, _, value in found},
    )


def code(service: Service, jvm: Jvm) -> tuple[str, ...]:
    """Folders and archives of its own that it runs: the archive's folder, or the archive where the
    folder is shared; places of the class path; agents; a virtual machine that no package owns."""
    host = service.host
    base = service.main.cwd if service.main else ""
    agents = [m[1] for o in jvm.options if (m := re.match(r"-(?:javaagent|agentpath):([^=]+)", o))]
    found: list[str] = []
    for word in (jvm.jar, *jvm.classpath, *agents):
        path = places.clean(posixpath.join(base or "/", word.rstrip("*") or "."))
        if not path or not word or owner(host, path) or (not base and not word.startswith("/")):
            continue
        folder = posixpath.dirname(path) if re.search(r"\.(jar|war|ear|so)$", path) else path
        found.append(path if places.shared_top(folder) else folder)
    return (*dict.fromkeys(found), *own_runtime(service, jvm.program))


def own_runtime(service: Service, program: str) -> tuple[str, ...]:
    """The folder of a runtime that no package brought (/opt/jdk-17); empty: a package owns it."""
    host = service.host
    path = places.clean(program)
    if not path or owner(host, path) or places.role(path) not in ("application", "home", "data"):
        return ()
    around = [r.path for r in host.runtimes.value or () if places.below(path, r.path)]
    folder = posixpath.dirname(path)
    above = posixpath.dirname(folder) if posixpath.basename(folder) == "bin" else folder
    chosen = max(around, key=len, default=above)
    return (path,) if places.shared_top(chosen) else (chosen,)


def keys(jvm: Jvm) -> tuple[str, ...]:
    """Key stores and trust stores that its properties and arguments name."""
    pairs = [*jvm.properties.items(), *(a.lstrip("-").partition("=")[::2] for a in jvm.arguments)]
    named = (places.clean(v.removeprefix("file:")) for n, v in pairs if _KEY.fullmatch(n))
    return tuple(dict.fromkeys(p for p in named if p))


def written(service: Service, jvm: Jvm, run_as: Account | None) -> Storage:
    """Folders that its options make it write to: logs and dumps as volumes, temporary files."""
    wanted: list[Wanted] = []
    made: list[Directory] = []
    for option in jvm.options:
        match = _WRITES.fullmatch(option)
        value = next((g for g in match.groups() if g), "") if match else ""
        path = places.clean(value) if MASK not in value else ""
        if not path or places.role(path) in ("temporary", "image", "runtime"):
            continue
        info = places.info(service.host, path)
        is_folder = info.type == "dir" if info else "." not in posixpath.basename(path)
        folder = path if is_folder else posixpath.dirname(path)
        if not places.shared_top(folder):
            reason = f"{option.partition('=')[0].partition(':/')[0]} writes to it"
            wanted.append(Wanted(folder, "logs", reason, *storage.consistency("logs")))
    temporary = jvm.folder("java.io.tmpdir")
    if temporary and places.role(temporary) not in ("temporary", "image"):
        why = "java.io.tmpdir of its options"
        made.append(Directory(temporary, accounts.owned(run_as, "0750"), why, True))
    return Storage(tuple(wanted), tuple(made))


def version(names: Iterable[str]) -> str:
    """Version that the name of an archive or a folder says; empty: none, or several."""
    return programs.version_in(names)
