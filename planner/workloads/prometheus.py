"""Prometheus, Alertmanager and Pushgateway: where they keep figures, what their files name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from planner.model import Health, Workload
from planner.service import formats, health, optioned, places, urls
from planner.service.describe import container_user
from planner.service.general import Known, described, main_package
from planner.service.places import Wanted
from planner.service.storage import Storage, folder_volume, joined
from planner.service.view import Service, called, program, setting, why_unknown
from planner.shell import shell_word

_NAMES = {
    "prometheus": "Prometheus",
    "alertmanager": "Prometheus Alertmanager",
    "pushgateway": "Prometheus Pushgateway",
}
_FOLDERS = {
    "prometheus": ("storage.tsdb.path", "storage.agent.path"),
    "alertmanager": ("storage.path",),
    "pushgateway": ("persistence.file",),
}
_DEFAULT = {
    # (as Debian's patches have it, as the makers' own archive has it)
    "prometheus": ("/var/lib/prometheus/metrics2", "data"),
    "alertmanager": ("/var/lib/prometheus/alertmanager", "data"),
    "pushgateway": ("", ""),
}
_WHY = {
    "prometheus": "blocks, head and write-ahead log change together, so it is stopped and its "
    "files are copied; from then on saved by the API's snapshot (--web.enable-admin-api), else so",
    "alertmanager": "silences and what was notified are written when it stops, so it is stopped "
    "and its files are copied; from then on likewise",
    "pushgateway": "it writes its file when it stops, so that is done first; from then on so",
}
_PORTS = {"prometheus": 9090, "alertmanager": 9093, "pushgateway": 9091}
_GIVEN = re.compile(r"(.*\.)?(\w+_file|(tls_server_config|tls_config)\.(cert|key|client_ca|ca))")
_WATCHED = re.compile(r".*file_sd_configs\.\d+\.files\.\d+")
_PATTERNS = re.compile(r"(rule_files|templates|scrape_config_files)\.\d+")


def detect(service: Service) -> Workload | None:
    """A server by its program; exporters and any other: None."""
    names = {n.removeprefix("prometheus-") for n in called(service)}
    kind = next((k for k in _NAMES if k in names), "")
    if not kind:
        return None
    words = optioned.argv(service)
    flags = optioned.flags(words)
    file, settings = _settings(service, kind, flags)
    web_file = places.clean(flags.get("web.config.file", ""))
    web = _flat(service, web_file)
    base = posixpath.dirname(file)
    data = _data(service, kind, flags)
    run_as = container_user(service)
    beside = [
        folder_volume(service, folder, run_as, "files of targets that it watches lie there")
        for folder in _folders(settings, base, _WATCHED)
        if places.role(folder) not in ("config", "image", "runtime", "temporary")
    ]
    made = described(
        service,
        Known(
            kind,
            _NAMES[kind],
            stop_signal="SIGTERM",
            needs_init=False,
            folders=tuple(
                f
                for f in (file, web_file, *_folders(settings, base, _PATTERNS))
                if f in (file, web_file) or _own_config(f)
                if places.role(f) == "config"
            ),
            command=optioned.command(service, words),
            packages=(optioned.TRUSTED,),
            storage=joined(_storage(service, kind, data, words), Storage(tuple(beside))),
            named=[data, *_files(settings, base)],
            keys=[*_files(settings, base), *_files(web, base)],
            health=_health(kind, flags, tls=any("tls_server_config" in k for k in web)),
            unknowns=_unread(service, file, settings),
            run_as=run_as,
            census=_census(service, kind, flags, data, web),
        ),
    )
    return optioned.settled(service, _without_others(service, made, file, data))


def _without_others(service: Service, made: Workload, file: str, data: str) -> Workload:
    """``made`` without the configuration of programs that share /etc/prometheus with it, and
    without a working directory around its data that holds no program."""
    others = {
        places.clean(optioned.flags(p.argv).get("config.file", ""))
        for p in service.host.processes.value or ()
        if p.pid not in service.pids
    }
    others |= {f"/etc/prometheus/{name}.yml" for name in ("alertmanager", "blackbox", "snmp")}
    others -= {file}
    runs = program(service)

    def kept(path: str) -> bool:
        around = data and path != data and places.below(data, path)
        return path not in others and not (around and not places.below(runs, path))

    return replace(
        made,
        copies=tuple(c for c in made.copies if kept(c.path)),
        secrets=tuple(s for s in made.secrets if s.path not in others),
    )


def _settings(service: Service, kind: str, flags: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """(its file of configuration, the settings in it by dotted name)."""
    told = flags.get("config.file", "")
    if kind == "pushgateway":
        return "", {}
    if not told:
        file = f"/etc/prometheus/{kind}.yml" if main_package(service) else ""
    else:
        file = told if told.startswith("/") else posixpath.join(_workdir(service), told)
    file = places.clean(file)
    return file, _flat(service, file)


def _flat(service: Service, file: str) -> dict[str, str]:
    text = (service.host.files.value or {}).get(file)
    return formats.flat(text.text) if text else {}


def _workdir(service: Service) -> str:
    found = setting(service, "WorkingDirectory").lstrip("-")
    return found or (service.main.cwd if service.main else "")


def _data(service: Service, kind: str, flags: Mapping[str, str]) -> str:
    """Folder of its data; empty: it keeps none, or where is not known."""
    told = next((flags[f] for f in _FOLDERS[kind] if flags.get(f)), "")
    told = told or _DEFAULT[kind][0 if main_package(service) else 1]
    path = places.clean(told if told.startswith("/") else posixpath.join(_workdir(service), told))
    return posixpath.dirname(path) if path and kind == "pushgateway" and told else path


def _storage(service: Service, kind: str, data: str, words: tuple[str, ...]) -> Storage:
    if not words:
        why = f"Where {_NAMES[kind]} keeps its data is not known: its options were not seen whole."
        return Storage(unknowns=(why,))
    if kind == "pushgateway" and "persistence.file" not in optioned.flags(words):
        return Storage()
    if not data or places.shared_top(data):
        return Storage(unknowns=(f"Where {_NAMES[kind]} keeps its data is not known.",))
    named = any(flag in optioned.flags(words) for flag in _FOLDERS[kind])
    reason = f"--{_FOLDERS[kind][0]} of its command" if named else "its default folder of data"
    return Storage((Wanted(data, "data", reason, "stop", _WHY[kind]),))


def _files(settings: Mapping[str, str], base: str) -> list[str]:
    """Files of keys, certificates, passwords and tokens that the settings name."""
    found = [v for k, v in settings.items() if _GIVEN.fullmatch(k) and "rule_file" not in k]
    return [p for v in found if (p := places.clean(posixpath.join(base, v)))]


def _folders(settings: Mapping[str, str], base: str, names: re.Pattern[str]) -> Iterable[str]:
    """Folders of files that settings name by a path or pattern."""
    told = (posixpath.join(base, v) for k, v in settings.items() if names.fullmatch(k))
    found = (places.clean(posixpath.dirname(re.split(r"[*?\[]", t)[0] + "x")) for t in told)
    return dict.fromkeys(f for f in found if f)


def _own_config(folder: str) -> bool:
    return places.role(folder) == "config" and not places.shared_top(folder)


def _prefix(flags: Mapping[str, str]) -> str:
    """Path before every address of its own, without a slash at the end."""
    told = flags.get("web.route-prefix", urls.split(flags.get("web.external-url", "")).path)
    return re.sub(r"[^A-Za-z0-9/_.-]", "", told).rstrip("/")


def _health(kind: str, flags: Mapping[str, str], *, tls: bool) -> Health:
    """/-/healthy answers without a look at figures; behind TLS, whether it accepts."""
    port = optioned.port(flags.get("web.listen-address", ""), _PORTS[kind])
    return health.tcp(port) if tls else health.http(port, path=f"{_prefix(flags)}/-/healthy")


def _census(
    service: Service, kind: str, flags: Mapping[str, str], data: str, web: Mapping[str, str]
) -> str:
    """Prometheus: what its blocks hold, by their own files, however they were merged. Alertmanager:
    the silences, by the client of Debian's package, where that needs no login.
    """
    if kind == "prometheus" and data and "storage.agent.path" not in flags:
        add = shell_word(
            '/"numSamples"/ {gsub(/[^0-9]/, ""); n += $0} END {print "samples in blocks", n + 0}'
        )
        # A machine without a block yet has no such file.
        return f"cat /dev/null {shell_word(data)}/*/meta.json 2>/dev/null | awk {add}"
    if main_package(service) == "prometheus-alertmanager" and not web:
        port = optioned.port(flags.get("web.listen-address", ""), _PORTS[kind])
        url = f"http://127.0.0.1:{port}{_prefix(flags)}"
        return f"amtool --alertmanager.url={url} silence query -q | sort"
    return ""


def _unread(service: Service, file: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    host = service.host
    if not file or settings or file in (host.files.value or {}):
        return ()
    listed = host.config_files
    if listed.value is not None and all(f.path != file for f in listed.value):
        return why_unknown(listed, f"Whether {file} differs from the package's")
    return (f"What its configuration {file} says is not known: its text was not carried.",)
