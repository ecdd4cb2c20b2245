"""Names of other machines that stand in the machine's hosts file and that a workload uses."""

from __future__ import annotations

import re

from planner.facts.section import mapped
from planner.facts.text import joined
from planner.model import Fact, Host, Workload
from planner.service import used

_WORD = re.compile(r"(?:(?<![\w./-])|(?<=//))\w[\w.-]*")


def called(host: Host, workload: Workload) -> Fact[tuple[str, ...]]:
    """Names that the hosts file gives to other machines, and that its arguments, environment or
    configuration hold as words; sorted. A path is no word.
    """
    own = {a.partition("/")[0] for a in host.addresses.value or ()}
    names = {
        name.lower()
        for address, said in host.host_entries.value or ()
        if address not in own and not address.startswith(("127.", "::1", "fe00:", "ff02:"))
        for name in said
    } - {host.name.lower(), (host.hostname.value or "").lower()}
    said = [*workload.argv, *workload.command, *(e.value for e in workload.environment)]

    def told(_: object) -> tuple[str, ...]:
        texts = [*said, *(f.text for f in used.texts(host, workload))]
        words = {m[0].lower().rstrip(".-") for text in texts for m in _WORD.finditer(text)}
        return tuple(sorted(names & words))

    entries = host.host_entries
    if entries.value is None:
        return Fact(entries.section, unknown=entries.unknown)
    if not names and not entries.partial:
        return Fact(entries.section, ())
    found = mapped(host.files, told)
    if found.value is None:
        return found
    return Fact(found.section, found.value, found.unknown, joined(found.partial, entries.partial))
