"""Schedules from one scheduler's words into another's, where the meaning stays exactly the same.

cron: crontab(5) of Debian's cron. systemd: systemd.time(7), calendar events. Kubernetes reads
cron's five fields as github.com/robfig/cron does: no 7 for Sunday. A star with a step counts as a
star for Debian's cron and not there, which matters where day and weekday are both given.
"""

from __future__ import annotations

import re

from planner.model import Data

_WORDS = {
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
    "monthly": "0 0 1 * *",
    "weekly": "0 0 * * 0",
    "daily": "0 0 * * *",
    "midnight": "0 0 * * *",
    "hourly": "0 * * * *",
}
_SYSTEMD = {
    **_WORDS,
    "minutely": "* * * * *",
    "weekly": "0 0 * * 1",
    "quarterly": "0 0 1 1,4,7,10 *",
    "semiannually": "0 0 1 1,7 *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([1-9]\d?))?")
_EVENT = re.compile(
    r"(?:(?P<days>[A-Za-z,.]+)\s+)?(?:\*-(?P<month>[0-9*,./]+)-(?P<day>[0-9*,./]+)\s*)?"
    r"(?:(?P<hour>[0-9*,./]+):(?P<minute>[0-9*,./]+)(?::(?P<second>00?))?)?(?P<zone>\s+\S+)?"
)
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")


class Calendar(Data, frozen=True):
    """Minutes, hours, days of the month, months, weekdays (0: Sunday); empty: every one.
    ``either``: a day counts if it or its weekday fits, not both."""

    fields: tuple[tuple[int, ...], ...]
    either: bool = False
    zone: str = ""


def from_cron(text: str) -> Calendar | None:
    """Five fields or ``@daily``; None: ``@reboot``, or what is not understood."""
    words = _WORDS[text[1:]] if text[1:] in _WORDS and text[0] == "@" else text
    parts = words.lower().split()
    if len(parts) != 5:
        return None
    fields = [_field(p, i) for i, p in enumerate(parts)]
    found = [f for f in fields if f is not None]
    either = not parts[2].startswith("*") and not parts[4].startswith("*")
    return (
        Calendar(tuple(found), either and bool(found[2] and found[4])) if found == fields else None
    )


def from_systemd(text: str) -> Calendar | None:
    """One calendar event with whole minutes; None: anything else."""
    if text.strip().lower() in _SYSTEMD:
        return from_cron(_SYSTEMD[text.strip().lower()])
    match = _EVENT.fullmatch(text.strip())
    if not match or not match[0]:
        return None
    hour, minute = match["hour"] or "0", match["minute"] or "0"
    zone = (match["zone"] or "").strip()
    if zone and not _ZONE.fullmatch(zone):
        return None
    days = re.sub(r"([a-z]{3})[a-z]*", r"\1", (match["days"] or "*").lower())
    texts = (minute, hour, match["day"] or "*", match["month"] or "*", _from_monday(days))
    # In systemd a start with a step goes on to the end; so does a range of it in cron.
    stepped = [
        re.sub(r"(?<![\d-])(\d+)/(\d+)", rf"\1-{_RANGES[i][1]}/\2", t.replace("..", "-"))
        for i, t in enumerate(texts)
    ]
    made = from_cron(" ".join(stepped))
    return Calendar(made.fields, False, zone) if made else None


def _from_monday(days: str) -> str:
    """Ranges of systemd's weekdays, in which Sunday is the last day."""
    return re.sub(r"\.\.sun\b", "..7", days)


def _field(text: str, index: int) -> tuple[int, ...] | None:
    """Every value of one field; none for all of them."""
    low, high = _RANGES[index]
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if not match:
            return None
        first, last, step = match[1], match[2], int(match[3] or 1)
        if first == "*":
            start, end = (low, high) if not last else (-1, -1)
        else:
            start = _value(first, index)
            end = _value(last, index) if last else start
            if match[3] and not last:
                return None
        if start < low or end > high + (index == 4) or start > end:
            return None
        found |= {v % 7 if index == 4 else v for v in range(start, end + 1, step)}
    return () if len(found) == high - low + 1 else tuple(sorted(found))


def _value(word: str, index: int) -> int:
    names = {3: _MONTHS, 4: _DAYS}.get(index, ())
    if word in names:
        return names.index(word) + (index == 3)
    return int(word) if word.isdigit() and len(word) < 3 else -1


def to_cron(calendar: Calendar) -> str | None:
    """Kubernetes' five fields; None where day and weekday have both to fit."""
    days, weekdays = calendar.fields[2], calendar.fields[4]
    if days and weekdays and not calendar.either:
        return None
    return " ".join(",".join(map(str, f)) or "*" for f in calendar.fields)


def to_systemd(calendar: Calendar) -> tuple[str, ...]:
    """Calendar events; two where a day or its weekday is enough."""
    minutes, hours, days, months, weekdays = calendar.fields
    time = f"{_listed(hours)}:{_listed(minutes)}:00{calendar.zone and ' '}{calendar.zone}"
    named = ",".join(_DAYS[d].capitalize() for d in weekdays)
    date = f"*-{_listed(months)}-"
    if calendar.either:
        return (f"{date}{_listed(days)} {time}", f"{named} {date}* {time}")
    return (" ".join(filter(None, (named, f"{date}{_listed(days)}", time))),)


def _listed(values: tuple[int, ...]) -> str:
    return ",".join(f"{v:02d}" for v in values) or "*"


def to_aws(calendar: Calendar) -> str | None:
    """EventBridge's ``cron(...)``, which takes a day or a weekday (1: Sunday), never both."""
    minutes, hours, days, months, weekdays = calendar.fields
    if days and weekdays:
        return None
    day = ",".join(map(str, days)) or ("?" if weekdays else "*")
    weekday = ",".join(str(d + 1) for d in weekdays) or "?"
    rest = [",".join(map(str, f)) or "*" for f in (minutes, hours)]
    return f"cron({' '.join([*rest, day, ','.join(map(str, months)) or '*', weekday])} *)"
