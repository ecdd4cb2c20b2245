"""Where users come from, who may log in and who does."""

from __future__ import annotations

from datetime import date

from planner.facts.keyed import Reader, keyed, last
from planner.facts.text import Parsed, UnreadableError, joined, number
from planner.model import (
    DirectoryMembership,
    DirectorySetting,
    Logins,
    Seen,
    SshdSetting,
    SubId,
)

_RECENT_DAYS = 30
_SPLIT = " \t,"


def _words(text: str) -> list[str]:
    for char in _SPLIT:
        text = text.replace(char, " ")
    return text.split()


def _domains(settings: list[DirectorySetting]) -> tuple[str, ...]:
    """Domains that the settings name: of sssd, Kerberos, Samba as a member, IPA and NIS."""
    found: set[str] = set()
    member = any(s.key == "security" and s.value.lower() in ("ads", "domain") for s in settings)
    for one in settings:
        samba = one.file.endswith("smb.conf")
        if (
            (one.key == "domains" and one.section == "sssd")
            or (one.key in ("default_realm", "domain", "ad_domain", "ipa_domain"))
            or (one.key == "realm" and (not samba or member))
            or (one.key == "workgroup" and samba and member)
        ):
            found.update(_words(one.value)[: 1 if one.file.endswith("yp.conf") else None])
    return tuple(sorted(found))


_DIRECTORY: dict[str, Reader] = {
    "nss": lambda database, sources: (database, tuple(sources.split())),
    "set": lambda file, section, key, value: DirectorySetting(file, section, key, value),
    "keytab": str,
    "machine-account": str,
}


def parse_directory(text: str) -> Parsed[DirectoryMembership]:
    """Tabs: ``nss``, database, sources; ``set``, file, section, key, value; ``keytab`` and
    ``machine-account`` with a path.
    """
    told = keyed(text, _DIRECTORY)
    settings: list[DirectorySetting] = told.value["set"]
    found = DirectoryMembership(
        sources=dict(sorted(told.value["nss"])),
        settings=tuple(settings),
        domains=_domains(settings),
        keytab=bool(told.value["keytab"]),
        machine_account=bool(told.value["machine-account"]),
    )
    return Parsed(found, told.partial)


def _recent(seen: list[Seen], today: str) -> Parsed[int]:
    if not seen:
        return Parsed(0)
    try:
        end = date.fromisoformat(today)
    except ValueError:
        return Parsed(0, "the day of the look is not told: recent logins are not counted")
    ages = [(end - date.fromisoformat(one.last)).days for one in seen]
    return Parsed(sum(age <= _RECENT_DAYS for age in ages))


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _count(name: str, count: str) -> tuple[str, int]:
    return name, number(count)


def _seen(account: str, day: str, days: str, sessions: str) -> Seen:
    return Seen(account, _day(day), number(days), number(sessions))


def _subid(kind: str) -> Reader:
    return lambda account, first, count: SubId(kind, account, number(first), number(count))


_LOGINS: dict[str, Reader] = {
    "today": _day,
    "since": _day,
    "account": lambda name, uid: name,
    "admin": lambda name, group: name,
    "keys": _count,
    "now": _count,
    "seen": _seen,
    "sshd": lambda match, key, value: SshdSetting(key, value, match),
    "pam": str,
    "subuid": _subid("subuid"),
    "subgid": _subid("subgid"),
}


def parse_logins(text: str) -> Parsed[Logins]:
    """Tabs, by the first field: ``today`` and ``since`` a day; ``account`` name, uid; ``admin``
    name, group; ``keys`` and ``now`` name, count; ``seen`` name, last day, days, sessions;
    ``sshd`` match, key, value; ``pam`` module; ``subuid`` and ``subgid`` name, first, count.
    """
    if not text.strip():
        raise UnreadableError("says nothing")
    told = keyed(text, _LOGINS)
    found = told.value
    recent = _recent(found["seen"], last(found["today"], ""))
    subids = found["subuid"] + found["subgid"]
    logins = Logins(
        accounts=tuple(sorted(set(found["account"]))),
        admins=tuple(sorted(set(found["admin"]))),
        keys=dict(sorted(found["keys"])),
        seen=tuple(sorted(found["seen"], key=lambda one: one.account)),
        since=last(found["since"], ""),
        recent=recent.value,
        sessions=dict(sorted(found["now"])),
        sshd=tuple(found["sshd"]),
        pam=tuple(sorted(set(found["pam"]))),
        subids=tuple(sorted(subids, key=lambda one: (one.kind, one.account, one.first))),
    )
    return Parsed(logins, joined(told.partial, recent.partial))
