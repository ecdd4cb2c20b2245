"""What hides secrets in what a Windows machine tells: one list of rules, applied twice.

``RULES`` are regular expressions in what Python and .NET share: group 1 stays, the rest of the
match becomes ``***``, upper and lower case alike. collector.ps1 applies them on the machine, so
that secrets stay there; ``mask`` applies them again on the controller before anything is written,
since that script has never been executed. Both mask rather more than less, and twice is as once.
"""

from __future__ import annotations

import re
from functools import lru_cache

from planner.model import Section

_NAMES = (
    r"(?:pass(?!ive|enger|thr|port\b)|pwd|secret|token|credential|api[-_]?key|access[-_]?key"
    r"|account[-_]?key|private[-_]?key|encryption[-_]?key|machine[-_]?key|master[-_]?key"
    r"|shared[-_]?key|validation[-_]?key|license[-_]?key|signing[-_]?key|kennwort|sas[-_]?key"
    r"|accesskeyid|instrumentationkey|connection[-_]?string)"
)
_VALUE = r"(?!\*\*\*(?:[\s}\])\"';,&]|$))(?:\"[^\"]*\"?|'[^']*'?|[^\s;,&\"'<>|]+)"

RULES = (
    # scheme://user:secret@host
    r"([a-z][a-z0-9+.-]{0,20}://[^/\s:@\"']{0,100}:)[^\s@\"']+(?=@)",
    # the last word of a connection string may hold spaces
    r"((?:server|data source|user id|uid|database|initial catalog|addr|address)\s*="
    r"[^\"']{0,400}?(?:password|pwd)\s*=\s*)[^;\"']+",
    r"((?:password|pwd)\s*=\s*)[^;\"'\s][^;\"']{0,200}(?=;)",
    # name=value, name: value, "name": "value"
    rf"({_NAMES}[\w.-]{{0,40}}[\"']?\s{{0,3}}[=:]\s{{0,3}}){_VALUE}",
    # --name value, /name value
    r"((?:^|[\s\"'])(?:--?|/)[\w-]{0,40}(?:pass|pwd|secret|token|credential|key|connection-?string)"
    r"[\w-]{0,40}"
    rf"(?:\s{{1,3}}|[=:]\s{{0,3}})){_VALUE}",
    # -p secret, /rp:secret, -pw secret, but not -p 8080
    rf"((?:^|\s)[-/](?:r?p|pw)(?:\s{{1,3}}|[:=]))(?!\d{{1,5}}(?:\s|$)){_VALUE}",
    r"((?:mysql|mariadb)[\w.-]{0,20}[\"']?\s(?:.{0,400}\s)?-p)[^\s\"']+",
    r"((?:sqlcmd|osql|isql|bcp)(?:\.exe)?[\"']?\s(?:.{0,400}\s)?-p)[^\s\"']+",
    r"((?:^|\s)(?:-u|--user|--proxy-user)\s{1,3}[\"']?[^\s:\"']{1,80}:)[^\s\"']+",
    r"(\bnet1?(?:\.exe)?[\"']?\s{1,3}use\s).+",
    r"(\bnet1?(?:\.exe)?[\"']?\s{1,3}user\s{1,3}\S{1,80}\s{1,3})\S+",
    rf"(\bsetx(?:\.exe)?\s{{1,3}}(?:/\w\s{{1,3}})?[^\s/]\S{{0,80}}\s{{1,3}}){_VALUE}",
    rf"(convertto-securestring\s{{1,3}}(?:-string\s{{1,3}})?)(?!-){_VALUE}",
    r"(\s-e(?:c|nc|ncodedcommand)?\s{1,3})[a-z0-9+/=]{16,}",
    r"(\b(?:bearer|basic|negotiate|digest)\s{1,3})(?=[^\s]{0,200}[0-9=])[a-z0-9+/=._~-]{8,}",
    r"([?&;]sig=)[^&\s\"']+",
    # shapes that are a secret wherever they stand
    r"()\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"()\bgh[pousr]_[a-z0-9]{20,}",
    r"()\bgithub_pat_[a-z0-9_]{20,}",
    r"()\bglpat-[a-z0-9_-]{16,}",
    r"()\bxox[abeprs]-[a-z0-9-]{10,}",
    r"()\b[rs]k_(?:live|test)_[a-z0-9]{10,}",
    r"()\beyJ[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}(?:\.[a-z0-9_-]*)?",
    r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----).*",
)

_COMPILED = tuple(re.compile(rule, re.IGNORECASE) for rule in RULES)
_LONGEST = 4000
_HARMLESS = re.compile(
    r"(Address|Port|Pid|PeerAddress|PeerPort|ProcessId|ParentProcessId|SessionId|CreationDate"
    r"|WorkingSetSize|Capacity|FreeSpace)=[0-9a-fA-F.:%TZ-]{0,40}"
)
"""Numbers, times and addresses, of which there are thousands: none of the rules knows them."""


def mask(text: str) -> str:
    """``text`` without what the rules take for a secret; what is absurdly long is cut."""
    found = text[:_LONGEST]
    for rule in _COMPILED:
        found = rule.sub(r"\1***", found)
    return found


def masked(sections: dict[str, Section]) -> dict[str, Section]:
    """Mask every field of every line, and the reasons."""
    return {
        name: Section(
            state=section.state,
            text="\n".join(_line(line) for line in section.text.split("\n")),
            reason=mask(section.reason),
            exit=section.exit,
            ms=section.ms,
        )
        for name, section in sections.items()
    }


def _line(line: str) -> str:
    return "\t".join(_field(field) for field in line.split("\t"))


@lru_cache(maxsize=10_000)
def _field(field: str) -> str:
    """The value of ``Name=value`` alone, then the whole: a rule may ask for the beginning."""
    if _HARMLESS.fullmatch(field):
        return field
    name, equals, value = field.partition("=")
    return mask(f"{name}={mask(value)}" if equals else field)
