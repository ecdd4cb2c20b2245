"""Scheduled jobs of cron: crontabs and the folders that run-parts runs."""

from __future__ import annotations

import re
from collections.abc import Callable

from planner.facts.text import Parsed, UnreadableError, each_line, joined, text_files
from planner.model import CronJob, TextFile

_FIELD = r"[0-9*/,~?#LWA-Za-z-]+"
_SCHEDULE = re.compile(rf"-?(@[a-z_]+|{_FIELD}(?:\s+{_FIELD}){{4}})\s+(.+)", re.DOTALL)
_WORDS = re.compile("@(reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)")
_VARIABLE = re.compile(r"""\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1\s*=\s*(.*)""")
_PERIODIC = re.compile(r"/etc/cron\.(hourly|daily|weekly|monthly)/([^/]+)")
_RUN_PARTS = re.compile(r"\brun-parts\b.*/etc/cron\.(hourly|daily|weekly|monthly)\b")
_SPOOL = re.compile(r"/var/spool/cron/(?:crontabs/|tabs/)?([^/]+)")
_LEFT_OVER = re.compile(r"\..*|.*(~|\.(dpkg-[a-z]+|ucf-[a-z]+|rpm(save|new|orig)|swp|bak)|,v)")
_PERIODS = {"1": "@daily", "7": "@weekly", "30": "@monthly", "@month": "@monthly"}
_AT = re.compile(r"/var/spool/cron/(atjobs|atspool)/")


def parse(text: str, family: str) -> Parsed[tuple[CronJob, ...]]:
    """Multi-file, in the order told. Jobs of /etc/cron.daily and the like have ``@daily``, and
    the line that calls them is left out. ``family``: Debian's cron takes no names with a dot.
    """
    found = text_files(text)
    jobs: list[CronJob] = []
    reasons = [found.partial]
    waiting = 0
    for file in found.value:
        if _AT.match(file.path):
            waiting += not file.path.rpartition("/")[2].startswith(".")
        elif _PERIODIC.fullmatch(file.path):
            jobs.extend(_periodic(file, family))
        elif file.path == "/etc/anacrontab" or _taken(file.path, family):
            parsed = _lines(file, _anacron if file.path == "/etc/anacrontab" else _crontab(file))
            jobs.extend(parsed.value)
            reasons.append(f"{file.path}: {parsed.partial}" if parsed.partial else "")
    reasons.append(f"{waiting} jobs of at are not listed" if waiting else "")
    return Parsed(tuple(jobs), joined(*reasons))


def _taken(path: str, family: str) -> bool:
    folder, _, name = path.rpartition("/")
    if folder == "/etc/cron.d" or _PERIODIC.fullmatch(path):
        plain = re.fullmatch("[A-Za-z0-9_-]+", name) is not None
        return plain if family == "debian" else not _LEFT_OVER.fullmatch(name)
    return path == "/etc/crontab" or _SPOOL.fullmatch(path) is not None


def _periodic(file: TextFile, family: str) -> list[CronJob]:
    match = _PERIODIC.fullmatch(file.path)
    if match is None or not _taken(file.path, family) or not int(file.mode, 8) & 0o111:
        return []
    return [CronJob(file.path, "root", f"@{match[1]}", file.path)]


def _lines(file: TextFile, read: Callable[[str], CronJob | None]) -> Parsed[tuple[CronJob, ...]]:
    try:
        return each_line(file.text, read)
    except UnreadableError as error:
        return Parsed((), str(error))


def _anacron(line: str) -> CronJob | None:
    if line.lstrip().startswith("#") or _VARIABLE.fullmatch(line):
        return None
    period, _delay, _name, command = line.split(None, 3)
    if _RUN_PARTS.search(command):
        return None
    schedule = period if _WORDS.fullmatch(period) else _PERIODS.get(period)
    if schedule is None:
        raise ValueError(line)
    return CronJob("/etc/anacrontab", "root", schedule, command.strip())


def _crontab(file: TextFile) -> Callable[[str], CronJob | None]:
    spool = _SPOOL.fullmatch(file.path)
    zone = ""
    variables: dict[str, str] = {}

    def read(line: str) -> CronJob | None:
        nonlocal zone
        bare = line.strip()
        variable = _VARIABLE.fullmatch(line)
        if bare.startswith("#"):
            return None
        if variable:
            value = variable[3].strip().strip("\"'")
            if variable[2] == "CRON_TZ":
                zone = value
            else:
                variables[variable[2]] = value
            return None
        match = _SCHEDULE.fullmatch(bare)
        if not match or (match[1].startswith("@") and not _WORDS.fullmatch(match[1])):
            raise ValueError(line)
        user, command = (spool[1], match[2]) if spool else _user(match[2])
        if _RUN_PARTS.search(command):
            return None
        schedule = " ".join(match[1].split())
        told = tuple(sorted(variables.items()))
        return CronJob(file.path, user, schedule, command.strip(), zone, told)

    return read


def _user(rest: str) -> tuple[str, str]:
    parts = rest.split(None, 1)
    if len(parts) < 2:
        raise ValueError(rest)
    return parts[0], parts[1]
