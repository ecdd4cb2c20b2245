"""Text of software: packages, owners, programs of nobody, runtimes, applications, files, jobs."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from tests.judgement.kit import carried, form, services
from tests.judgement.kit.draft import Draft, Package, Text
from tests.judgement.kit.form import wrong
from tests.judgement.kit.running import escape, file_text

KEYS = frozenset(
    form.named(
        "packages unowned altered virtualenvs runtimes applications python cron at_jobs files "
        "paths sizes inetd"
    )
)
_NONE = {"dpkg": "no dpkg here", "rpm": "no rpm here", "apk": "no apk here",
         "pacman": "no pacman here", "pkg": "no pkg here",
         "slackware": "not a Slackware"}  # fmt: skip


def lay(draft: Draft, told: dict[str, Any]) -> None:
    """What is added to the draft; before the services, which may name owners from here."""
    for one in form.items(told.get("packages"), "packages"):
        draft.package(services.package(one, "packages"))
    if "python" in told:
        _python(draft, form.text(told["python"], "python"))
    for path, one in form.table(told.get("files"), "files").items():
        carried.add_file(draft, path, one if isinstance(one, dict) else {"text": one}, "files")
        if path.startswith("/etc/"):
            draft.changed.setdefault(path, "")
    for path, one in form.table(told.get("sizes"), "sizes").items():
        carried.add_size(draft, path, one if isinstance(one, dict) else {"size": one}, "sizes")
    for path, one in form.table(told.get("paths"), "paths").items():
        _path(draft, form.path(path, "paths"), form.text(one, f"paths.{path}"))
    _unowned(draft, told)
    _cron(draft, told)
    _jobs_programs(draft)


def _python(draft: Draft, version: str) -> None:
    for name in ("python3", "python2.7", "python"):
        draft.packages.pop(name, None)
    if version != "none":
        draft.package(Package("python3" if version.startswith("3") else "python", f"{version}-1"))


def _path(draft: Draft, path: str, told: str) -> None:
    kind, *rest = told.split()
    form.one_of(kind, f"paths.{path}", ("file", "dir", "link", "socket", "fifo", "device"))
    if kind == "link":
        draft.path(path, "link", mode="777")
        draft.paths[path] += rest[0] if rest else ""
        return
    owner, mode = [*rest, "root", ""][:2] if rest else ("root", "")
    draft.path(path, kind, *draft.user(owner, f"paths.{path}"), mode=mode.removeprefix("0"))


def _unowned(draft: Draft, told: dict[str, Any]) -> None:
    for one in form.items(told.get("unowned"), "unowned"):
        entry = {"path": one} if isinstance(one, str) else one
        entry = form.table(entry, "unowned", ("path", "kind", "size", "interpreter", "running"))
        path = form.path(entry.get("path"), "unowned.path")
        interpreter = entry.get("interpreter", "")
        kind = entry.get("kind", "script" if interpreter else "elf")
        form.one_of(kind, "unowned.kind", ("elf", "script", "link", "other", "unread"))
        size = form.size(entry.get("size", "2M"), "unowned.size")
        runs = int(form.flag(entry.get("running", False), "unowned.running"))
        stamp = draft.now - 60 * 86400
        draft.unowned[path] = f"{kind}\t755\t0\t0\t{size}\t{stamp}\t{runs}\t{path}\t\t{interpreter}"
        draft.path(path, "file", mode="755")


def _cron(draft: Draft, told: dict[str, Any]) -> None:
    given = told.get("cron")
    if isinstance(given, list):
        text = "".join(f"{line}\n" for line in form.texts(given, "cron"))
        folder = "/var/spool/cron/crontabs/root"
        if draft.system.manager == "apk":  # no cron.d: the user's name is not in the line
            text = "".join(_without_user(line) for line in given)
            draft.cron[folder].text += text
            return
        draft.cron["/etc/cron.d/local"] = Text(text)
        draft.changed["/etc/cron.d/local"] = ""
        draft.own("/etc/cron.d/local", "")
        return
    spool = "/var/spool/cron/" + ("crontabs/" if draft.system.debian else "")
    for name, text in form.table(given, "cron").items():
        user = name.removeprefix("crontab of ")
        path = spool + user if user != name else form.path(name, "cron")
        draft.cron[path] = Text(form.text(text, f"cron.{name}"), "600" if user != name else "644")
        if path.startswith("/etc/"):
            draft.changed[path] = ""


def _jobs_programs(draft: Draft) -> None:
    """What lies in places of nobody's and is called by a job is a script there."""
    for one in draft.cron.values():
        for word in re.findall(
            r"(?:^|[\s;&|(])(/(?:usr/local|opt|srv|home)/[^\s;&|)>]+)", one.text
        ):
            if posixpath.basename(posixpath.dirname(word)) in ("bin", "sbin", "scripts"):
                draft.program(word, None, "/bin/sh", running=False)


def _without_user(line: str) -> str:
    words = line.split(None, 6 if not line.startswith("@") else 2)
    at = 1 if line.startswith("@") else 5
    if words[at] != "root":
        raise wrong("cron", "on Alpine, name the table: {crontab of USER: text}")
    return " ".join([*words[:at], *words[at + 1 :]]) + "\n"


def sections(draft: Draft, told: dict[str, Any]) -> dict[str, str]:
    return {
        **_packages(draft),
        "owners": "".join(f"{path}\t{name}\n" for path, name in sorted(draft.owners.items())),
        "unowned": "".join(f"{line}\n" for _, line in sorted(draft.unowned.items())),
        "altered": _altered(draft, told),
        "config-files": _config_files(draft),
        "files": "".join(
            file_text(path, one.text, one.mode, one.uid, one.gid, one.masked)
            for path, one in sorted(draft.files.items())
            if one
        ),
        "paths": "".join(f"{line}\n" for _, line in sorted(draft.paths.items())),
        "sizes": "".join(f"{line}\n" for _, line in sorted(draft.sizes.items())),
        "cron": "".join(
            file_text(path, one.text, one.mode) for path, one in sorted(draft.cron.items())
        ),
        "virtualenvs": _virtualenvs(draft, told),
        "runtimes": _runtimes(told),
        "applications": _applications(told),
        "at-jobs": "".join(
            f"/var/spool/cron/atjobs/a{n:05x}01c00000\t0\n"
            for n in range(form.number(told.get("at_jobs", 0), "at_jobs"))
        ),
        "inetd": _inetd(told),
        "certificates": "",
    }


def _packages(draft: Draft) -> dict[str, str]:
    manager, rows = draft.system.manager, []
    packages = [draft.packages[name] for name in sorted(draft.packages)]
    vendor = draft.system.vendor
    for one in packages:
        if manager == "dpkg":
            rows.append(f"{one.name}\t{one.version}\tamd64\t\tii \t")
        elif manager == "apk":
            rows.append(f"{one.name}-{one.version}")
        else:
            version = one.version if ":" in one.version else f"(none):{one.version}"
            made_by = "(none)" if one.origin == "none" else one.origin or vendor
            rows.append(f"{one.name}\t{version}\tx86_64\t{made_by}\t"
                        f"{one.name}-{version.partition(':')[2]}.src.rpm")  # fmt: skip
    found = {name: f"!missing {reason}" for name, reason in _NONE.items()}
    found[manager] = "".join(f"{row}\n" for row in rows)
    found |= dict.fromkeys(("apt-auto", "apt-origins"), "!missing no dpkg here")
    found["reasons"] = "!missing no package manager here that notes it in text"
    if manager == "dpkg":
        found["apt-auto"] = "".join(f"{one.name}\n" for one in packages if one.auto)
        found["apt-origins"] = "".join(_origin(draft, one) for one in packages)
    elif manager == "apk":
        found["reasons"] = "dependency\t*\t\n" + "".join(
            f"user\t{one.name}\t\n" for one in packages if not one.auto
        )
    found["repositories"] = _repositories(draft)
    return found


def _host(origin: str) -> str:
    return f"packages.{origin.lower().replace(' ', '-')}.example"


def _origin(draft: Draft, one: Package) -> str:
    suite = draft.system.codename
    if one.origin == "none":
        return f"{one.name}\t\t\tnone\t\n"
    if one.origin:
        place = f"{_host(one.origin)}_dists_{suite}_"
        return f"{one.name}\t{one.origin}\t{suite}/main\tversion\t{place}\n"
    folder = draft.system.id
    place = f"mirror.example_{folder}_dists_{suite}_"
    return f"{one.name}\t{draft.system.vendor}\t{suite}/main\tversion\t{place}\n"


def _repositories(draft: Draft) -> str:
    system = draft.system
    others = sorted({o.origin for o in draft.packages.values() if o.origin not in ("", "none")})
    if system.debian:
        text = f"deb http://mirror.example/{system.id} {system.codename} main\n"
        found = file_text("/etc/apt/sources.list", text)
        for one in others:
            name = one.lower().replace(" ", "-")
            key = f"/usr/share/keyrings/{name}.gpg"
            line = f"deb [signed-by={key}] http://{_host(one)} {system.codename} main\n"
            found += file_text(f"/etc/apt/sources.list.d/{name}.list", line) + file_text(key, "")
        return found
    if system.manager == "apk":
        text = f"http://mirror.example/alpine/v{system.major}/main\n"
        return file_text("/etc/apk/repositories", text)
    found = ""
    for one in ["base", *others]:
        name = one.lower().replace(" ", "-").replace(",", "").replace("/", "-")
        key = f"/etc/pki/rpm-gpg/RPM-GPG-KEY-{name}"
        text = (
            f"[{name}]\nname={one}\nbaseurl=http://mirror.example/{name}/\nenabled=1\ngpgcheck=1\n"
            f"gpgkey=file://{key}\n"
        )
        found += file_text(f"/etc/yum.repos.d/{name}.repo", text) + file_text(key, "")
    return found


def _altered(draft: Draft, told: dict[str, Any]) -> str:
    given = form.table(told.get("altered"), "altered")
    if not draft.system.debian:
        if given:
            raise wrong("altered", "only what dpkg keeps tells that")
        return "!missing digests of programs are only looked up in what dpkg keeps"
    return "".join(f"{form.path(path, 'altered')}\t{name}\n" for path, name in given.items())


def _config_files(draft: Draft) -> str:
    lines = []
    for path, package in sorted(draft.changed.items()):
        known = draft.files.get(path)
        mode, uid, gid = (known.mode, known.uid, known.gid) if known else ("644", 0, 0)
        state = "changed" if package else "unowned"
        link = draft.links.get(path, "")
        mode, size = ("777", len(link)) if link else (mode, 840)
        lines.append(f"{state}\t{path}\t{package}\t{mode}\t{uid}\t{gid}\t{size}\t{link}\n")
    return "".join(lines)


def _virtualenvs(draft: Draft, told: dict[str, Any]) -> str:
    lines = []
    for path, one in form.table(told.get("virtualenvs"), "virtualenvs").items():
        entry = form.table(one, f"virtualenvs.{path}", ("python", "packages", "home"))
        lines.append(f"V {form.path(path, 'virtualenvs')}")
        lines.append(f"k home = {entry.get('home', '/usr/bin')}")
        version = entry.get("python", draft.system.python)
        lines.append(f"k version = {form.text(version, f'virtualenvs.{path}.python')}")
        for package in form.texts(entry.get("packages"), f"virtualenvs.{path}.packages"):
            if "==" not in package:
                raise wrong(f"virtualenvs.{path}.packages", f"name==version, not {package!r}")
            lines.append(f"p {package}")
        draft.path(path, "dir")
    return "".join(f"{line}\n" for line in lines)


def _runtimes(told: dict[str, Any]) -> str:
    kinds = form.named("java node python ruby php dotnet erlang perl go rust")
    lines = []
    for one in form.texts(told.get("runtimes"), "runtimes"):
        kind, path, *rest = one.split(" ", 3)
        form.one_of(kind, "runtimes", kinds)
        version, vendor = [*rest, "", ""][:2]
        lines.append(f"{kind}\t{form.path(path, 'runtimes')}\t{version}\t{vendor}\tpath\n")
    return "".join(lines)


def _applications(told: dict[str, Any]) -> str:
    lines = []
    keys = ("kind", "path", "name", "version", "runtime", "start", "packages", "size", "details")
    for one in form.items(told.get("applications"), "applications"):
        entry = form.table(one, "applications", keys)
        kinds = form.named("node java php ruby go rust dotnet python")
        kind = form.one_of(entry.get("kind"), "applications.kind", kinds)
        size = form.size(entry.get("size", 412), "applications.size")
        lines.append(f"A {kind}\t{form.path(entry.get('path'), 'applications.path')}\t{size}\t")
        for key in ("name", "version", "runtime", "start"):
            if key in entry:
                lines.append(f"k {key}={form.text(entry[key], f'applications.{key}')}")
        for key, value in form.table(entry.get("details"), "applications.details").items():
            lines.append(f"k {key}={form.text(value, 'applications.details')}")
        lines += [f"p {p}" for p in form.texts(entry.get("packages"), "applications.packages")]
    return "".join(f"{line}\n" for line in lines)


def _inetd(told: dict[str, Any]) -> str:
    lines = []
    for one in form.texts(told.get("inetd"), "inetd"):
        name, kind, protocol, user, *command = one.split()
        if not command:
            raise wrong("inetd", "'name kind protocol user program [arguments]' is expected")
        wait = "wait" if kind == "dgram" else "nowait"
        called = posixpath.basename(command[0])
        words = [name, kind, protocol, wait, user, command[0], called, *command[1:]]
        lines.append(escape(" ".join(words)) + "\n")
    return file_text("/etc/inetd.conf", "".join(lines)) if lines else ""
