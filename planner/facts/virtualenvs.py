"""Virtual environments of Python: pyvenv.cfg and the distributions inside."""

from __future__ import annotations

from planner.facts.text import Parsed, UnreadableError, not_understood, records, unescape
from planner.model import Python


def parse(text: str) -> Parsed[tuple[Python, ...]]:
    """Read records ``V <path>`` with ``k <line of pyvenv.cfg>`` and ``p <name>==<version>``."""
    found: list[Python] = []
    bad: list[str] = []
    for head, body in records(text, "V"):
        path = unescape(head)
        if not path.startswith("/"):
            bad.append(path or body[0])
            continue
        config: dict[str, str] = {}
        packages: set[str] = set()
        for line in body:
            mark, _, rest = line.partition(" ")
            rest = unescape(rest)
            if mark == "k":
                key, _, value = rest.partition("=")
                config[key.strip().lower()] = value.strip()
            elif mark == "p" and "==" in rest:
                packages.add(rest.strip())
            else:
                bad.append(line)
        version = config.get("version") or config.get("version_info", "")
        found.append(Python(path, version, config.get("home", ""), tuple(sorted(packages))))
    if bad and not found:
        raise UnreadableError(not_understood(bad))
    return Parsed(tuple(sorted(found, key=lambda v: v.path)), not_understood(bad))
